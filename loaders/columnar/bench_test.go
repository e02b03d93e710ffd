package columnar

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkMatrix reads a wide table, T×N = 60 000×50 float64, whole, in blocks; bytes are those of the
// numbers.
func BenchmarkMatrix(b *testing.B) {
	const rows, width, block = 60_000, 50, 4096
	for _, format := range []Format{Parquet, Arrow} {
		path := filepath.Join(b.TempDir(), "wide")
		var fields []Field
		for j := range width {
			fields = append(fields, Field{fmt.Sprint("unit", j), Float64})
		}
		err := Write(path, format, fields, nil, func(w *Writer) error {
			for from := 0; from < rows; from += 20_000 {
				var columns []any
				for j := range width {
					x := make([]float64, 20_000)
					for i := range x {
						x[i] = math.Sin(float64((from+i)*(j+1)) / 100)
					}
					columns = append(columns, x)
				}
				if err := w.Append(columns...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		f := open(b, path)
		b.Run(string(format), func(b *testing.B) {
			dst := make([]float64, block*width)
			b.ReportAllocs()
			b.SetBytes(8 * rows * width)
			for b.Loop() {
				for from := 0; from < rows; from += block {
					to := min(from+block, rows)
					if err := f.ReadRows(dst[:(to-from)*width], f.columns, from, to); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(string(format)+"/column", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(8 * rows)
			for b.Loop() {
				if _, err := f.columns[7].Float64s(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCSV opens a table of 10 000×20 numbers and reads it; bytes are those of the text.
func BenchmarkCSV(b *testing.B) {
	const rows, width = 10_000, 20
	var text strings.Builder
	for j := range width {
		if j > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "unit%d", j)
	}
	for i := range rows {
		for j := range width {
			text.WriteByte(",\n"[max(0, 1-j)])
			fmt.Fprintf(&text, "%.6f", math.Sin(float64(i*j)))
		}
	}
	file := []byte(text.String())
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			if _, err := NewReader(bytes.NewReader(file), int64(len(file))); err != nil {
				b.Fatal(err)
			}
		}
	})
	f, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("matrix", func(b *testing.B) {
		dst := make([]float64, rows*width)
		b.ReportAllocs()
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			if err := f.ReadRows(dst, f.columns, 0, rows); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkLists reads the spike times of 200 units from Parquet; bytes are those of the times.
func BenchmarkLists(b *testing.B) {
	path := filepath.Join(b.TempDir(), "units")
	spikes := Ragged{Offsets: []int{0}}
	for range 200 {
		for k := range 20_000 {
			spikes.Values = append(spikes.Values, float64(k)*0.0123)
		}
		spikes.Offsets = append(spikes.Offsets, len(spikes.Values))
	}
	err := Write(path, Parquet, []Field{{"spike_times", Float64List}}, nil, func(w *Writer) error { return w.Append(spikes) })
	if err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	f := open(b, path)
	b.ReportMetric(float64(info.Size()), "file-bytes")
	b.ReportAllocs()
	b.SetBytes(int64(8 * len(spikes.Values)))
	for b.Loop() {
		if _, _, err := f.columns[0].Lists(); err != nil {
			b.Fatal(err)
		}
	}
}

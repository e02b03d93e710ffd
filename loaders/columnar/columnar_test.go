package columnar

import (
	"math"
	"path/filepath"
	"slices"
	"testing"
)

func writeSample(t testing.TB, path string, format Format) {
	t.Helper()
	fields := []Field{{"rate", Float64}, {"r32", Float32}, {"id", Int64}, {"i32", Int32}, {"hit", Bool}, {"area", String}, {"spikes", Float64List}}
	err := Write(path, format, fields, map[string]string{"bin_s": "0.045", "animal": "x"}, func(w *Writer) error {
		for k := range 3 {
			n := 10000 + k
			x, x32, id, i32, hit, area := make([]float64, n), make([]float32, n), make([]int64, n), make([]int32, n), make([]bool, n), make([]string, n)
			s := Ragged{Offsets: []int{0}}
			for i := range n {
				x[i] = math.Sqrt(float64(i + k))
				x32[i] = float32(i) / 3
				id[i] = int64(i) << 32
				i32[i] = int32(-i)
				hit[i] = i%3 == 0
				area[i] = []string{"M1", "PMd", ""}[i%3]
				for j := range i % 4 {
					s.Values = append(s.Values, float64(i)+float64(j)/8)
				}
				s.Offsets = append(s.Offsets, len(s.Values))
			}
			if err := w.Append(x, x32, id, i32, hit, area, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteRead(t *testing.T) {
	for _, format := range []Format{Parquet, Arrow} {
		path := filepath.Join(t.TempDir(), "t")
		writeSample(t, path, format)
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		t.Log(f.Format(), f.Rows(), f.Groups(), f.Metadata())
		for _, c := range f.Columns() {
			t.Log(c, c.Type, c.Class, c.Nulls, c.Err())
		}
		c, _ := f.Column("rate")
		x, err := c.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		row := 0
		for k := range 3 {
			for i := range 10000 + k {
				if x[row] != math.Sqrt(float64(i+k)) {
					t.Fatal(row, x[row])
				}
				row++
			}
		}
		c, _ = f.Column("spikes")
		offsets, values, err := c.Lists()
		if err != nil {
			t.Fatal(err)
		}
		t.Log(len(offsets), len(values), values[:10])
		c, _ = f.Column("area")
		s, err := c.Strings()
		if err != nil {
			t.Fatal(err)
		}
		t.Log(s[:4], slices.Index(s, "PMd"))
	}
}

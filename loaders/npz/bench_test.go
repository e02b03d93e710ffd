package npz

import (
	"archive/zip"
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkFloat64s reads T×N = 20 000×100 whole; bytes per second are those of the file's numbers.
// The one allocation that counts is the result.
func BenchmarkFloat64s(b *testing.B) {
	const rows, width = 20000, 100
	for _, c := range []struct {
		name, dtype string
		size        int
		fortran     string
		method      uint16
	}{
		{"npz/f8", "<f8", 8, "False", zip.Store},
		{"npz/f8/Fortran", "<f8", 8, "True", zip.Store},
		{"npz/f8/deflated", "<f8", 8, "False", zip.Deflate},
		{"npz/f4", "<f4", 4, "False", zip.Store},
		{"npz/f2", "<f2", 2, "False", zip.Store},
		{"npz/i2/big", ">i2", 2, "False", zip.Store},
		{"npz/b1", "|b1", 1, "False", zip.Store},
	} {
		data := make([]byte, rows*width*c.size)
		for i := range data {
			data[i] = byte(i * i >> 7)
		}
		dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }", c.dtype, c.fortran, rows, width)
		file := npzFile(b, c.method, member{name: "x.npy", data: npyFile(dict, data)})
		f, err := NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			b.Fatal(err)
		}
		a := f.Arrays()[0]
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := a.Float64s(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReadRows streams the same through a buffer of 256 rows.
func BenchmarkReadRows(b *testing.B) {
	const rows, width, block = 20000, 100, 256
	for _, fortran := range []string{"False", "True"} {
		dict := fmt.Sprintf("{'descr': '<f4', 'fortran_order': %s, 'shape': (%d, %d), }", fortran, rows, width)
		file := npyFile(dict, make([]byte, rows*width*4))
		f, err := NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			b.Fatal(err)
		}
		a := f.Arrays()[0]
		b.Run("Fortran="+fortran, func(b *testing.B) {
			dst := make([]float64, block*width)
			b.ReportAllocs()
			b.SetBytes(rows * width * 4)
			for b.Loop() {
				for from := 0; from < rows; from += block {
					to := min(from+block, rows)
					if err := a.ReadRows(dst[:(to-from)*width], from, to); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

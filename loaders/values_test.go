package loaders

import (
	"slices"
	"testing"
)

// TestPermute compares with the definition, element by element, for both orders and every permutation of
// three axes, at sizes around the block.
func TestPermute(t *testing.T) {
	for _, dims := range [][]int{{3, 4, 5}, {1, 33, 70}, {2, 1, 1}, {31, 32, 33}, {0, 2, 3}} {
		data := make([]float64, product(dims))
		for i := range data {
			data[i] = float64(i)
		}
		for _, v := range []Values{RowMajor(data, dims...), ColumnMajor(data, dims...)} {
			for _, axes := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
				got := v.Permute(axes...)
				want := make([]float64, 0, len(data))
				var index [3]int
				for index[0] = range dims[axes[0]] {
					for index[1] = range dims[axes[1]] {
						for index[2] = range dims[axes[2]] {
							at := 0
							for k, a := range axes {
								at += index[k] * v.Strides[a]
							}
							want = append(want, data[at])
						}
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v strides %v permuted to %v is wrong", dims, v.Strides, axes)
				}
			}
		}
	}
}

// TestNoCopy: a matrix N×T as MATLAB stores it is a matrix T×N of Go.
func TestNoCopy(t *testing.T) {
	data := make([]float64, 12)
	if got := ColumnMajor(data, 3, 4).Permute(1, 0); &got[0] != &data[0] {
		t.Error("the transpose of a column-major matrix was copied")
	}
	if got := RowMajor(data, 3, 4).Permute(0, 1); &got[0] != &data[0] {
		t.Error("a row-major matrix was copied")
	}
	m, err := RowMajor(data, 12, 1, 1).Dense()
	if err != nil {
		t.Fatal(err)
	}
	if r, c := m.Dims(); r != 12 || c != 1 {
		t.Errorf("a vector is %d×%d, want a column", r, c)
	}
}

func BenchmarkTranspose(b *testing.B) {
	v := ColumnMajor(make([]float64, 15536*171), 15536, 171)
	b.SetBytes(8 * int64(v.Len()))
	b.ReportAllocs()
	for b.Loop() {
		v.Permute(0, 1)
	}
}

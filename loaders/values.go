package loaders

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Values are the numbers of an array of any number of axes: element (i, j, …) is
// Data[i·Strides[0] + j·Strides[1] + …]. So an array has its own index order whichever way its file
// stores it, and turning it over need not move a number.
type Values struct {
	Dims, Strides []int
	Data          []float64
}

// RowMajor returns values whose last index runs fastest.
func RowMajor(data []float64, dims ...int) Values {
	return Values{Dims: dims, Strides: rowStrides(dims), Data: data}
}

// ColumnMajor returns values whose first index runs fastest.
func ColumnMajor(data []float64, dims ...int) Values {
	reversed := slices.Clone(dims)
	slices.Reverse(reversed)
	strides := rowStrides(reversed)
	slices.Reverse(strides)
	return Values{Dims: dims, Strides: strides, Data: data}
}

// rowStrides returns the strides of row-major order.
func rowStrides(dims []int) []int {
	strides := make([]int, len(dims))
	step := 1
	for i := len(dims) - 1; i >= 0; i-- {
		strides[i] = step
		step *= dims[i]
	}
	return strides
}

// Len returns the number of elements.
func (v Values) Len() int { return product(v.Dims) }

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// Vector returns the elements of an array with at most one axis longer than 1, and whether it is one.
func (v Values) Vector() ([]float64, bool) {
	long := 0
	for _, d := range v.Dims {
		if d != 1 {
			long++
		}
	}
	return v.Data, long <= 1
}

// Dense returns a matrix: a vector of one axis as one column. Where the numbers lie in the right
// order they are shared. It is an error if there are more than two axes or no element.
func (v Values) Dense() (*mat.Dense, error) {
	m, err := v.asMatrix()
	if err != nil {
		return nil, err
	}
	if m.Len() == 0 {
		return nil, fmt.Errorf("an array %s has no elements", shape(v.Dims))
	}
	return mat.NewDense(m.Dims[0], m.Dims[1], m.Permute(0, 1)), nil
}

// asMatrix returns the values with exactly two axes: axes of length 1 beyond the second are dropped,
// a vector becomes one column.
func (v Values) asMatrix() (Values, error) {
	m := v.squeeze(2)
	switch len(m.Dims) {
	case 0:
		return RowMajor(m.Data, 1, 1), nil
	case 1:
		return Values{Dims: []int{m.Dims[0], 1}, Strides: []int{m.Strides[0], 1}, Data: m.Data}, nil
	case 2:
		return m, nil
	}
	return m, fmt.Errorf("an array %s is no matrix", shape(v.Dims))
}

// squeeze drops axes of length 1 while there are more than least axes.
func (v Values) squeeze(least int) Values {
	m := Values{Data: v.Data}
	extra := len(v.Dims) - least
	for i, d := range v.Dims {
		if d == 1 && extra > 0 {
			extra--
			continue
		}
		m.Dims = append(m.Dims, d)
		m.Strides = append(m.Strides, v.Strides[i])
	}
	return m
}

// Permute returns the elements in row-major order of the named axes, which are all of them in any
// order: Permute(1, 0) of a matrix is its transpose. If they lie in that order already the result
// is Data itself.
func (v Values) Permute(axes ...int) []float64 {
	dims, strides := make([]int, len(axes)), make([]int, len(axes))
	for i, a := range axes {
		dims[i], strides[i] = v.Dims[a], v.Strides[a]
	}
	if contiguous(dims, strides) {
		return v.Data
	}
	dst := make([]float64, v.Len())
	fill(dst, v.Data, dims, strides)
	return dst
}

// contiguous tells whether the strides are those of row-major order. The stride of an axis of length
// 1 does not matter.
func contiguous(dims, strides []int) bool {
	for i, want := range rowStrides(dims) {
		if dims[i] > 1 && strides[i] != want {
			return false
		}
	}
	return true
}

// fill copies elements into row-major order. The last two axes go in square blocks, so that both
// sides stay within the cache.
func fill(dst, src []float64, dims, strides []int) {
	if len(dst) == 0 {
		return
	}
	if len(dims) > 2 {
		step := len(dst) / dims[0]
		for i := range dims[0] {
			fill(dst[i*step:(i+1)*step], src[i*strides[0]:], dims[1:], strides[1:])
		}
		return
	}
	rows, cols, down, right := 1, dims[len(dims)-1], 0, strides[len(dims)-1]
	if len(dims) == 2 {
		rows, down = dims[0], strides[0]
	}
	const block = 32 // 32×32 float64 on both sides are 16 kB
	for i0 := 0; i0 < rows; i0 += block {
		for j0 := 0; j0 < cols; j0 += block {
			for i := i0; i < min(i0+block, rows); i++ {
				for j := j0; j < min(j0+block, cols); j++ {
					dst[i*cols+j] = src[i*down+j*right]
				}
			}
		}
	}
}

// whole tells whether every number is a non-negative whole one, as spike counts are.
func whole(x []float64) bool {
	for _, v := range x {
		if !(v >= 0 && v == float64(int64(v))) {
			return false
		}
	}
	return true
}

// ascending tells whether no number is less than the one before, and none is NaN.
func ascending(x []float64) bool {
	for i, v := range x {
		if v != v || i > 0 && v < x[i-1] {
			return false
		}
	}
	return true
}

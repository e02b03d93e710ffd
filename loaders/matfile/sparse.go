package matfile

import "fmt"

// index is where the numbers of a sparse matrix are. Version 5 has compressed columns: the row of
// each number, and start[j] … start[j+1] the numbers of column j. Version 4 has row and column of
// each. Both are checked against the sizes when they are read.
type index struct {
	row []int
	col []int
}

// NonZeros returns the stored numbers of a sparse matrix with their rows and columns, counted from
// 0, in the order of the file. Version 4 may name a place twice: those numbers add up, as in
// MATLAB. Complex matrices and full arrays are [ErrClass].
func (a *Array) NonZeros() (row, col []int, val []float64, err error) {
	if !a.IsSparse() || a.IsComplex() {
		return nil, nil, nil, a.mismatch("non-zeros of a real sparse matrix")
	}
	ix, val, err := a.stored(false)
	if err != nil {
		return nil, nil, nil, err
	}
	return ix.row, ix.col, val, nil
}

// stored returns the index and the numbers of one half of a sparse matrix.
func (a *Array) stored(imag bool) (*index, []float64, error) {
	ix, err := a.node.sparse()
	if err != nil {
		return nil, nil, a.fail(err)
	}
	p, err := a.node.part(imag)
	if err != nil {
		return nil, nil, a.fail(err)
	}
	if p.n < len(ix.row) {
		return nil, nil, a.fail(fmt.Errorf("data at %s: %d numbers for %d places", p.src.place(p.off), p.n, len(ix.row)))
	}
	if _, err := p.all(); err != nil {
		return nil, nil, a.fail(err)
	}
	val := make([]float64, len(ix.row))
	if err := p.float64s(val, 0); err != nil {
		return nil, nil, a.fail(err)
	}
	a.normalise(val)
	return ix, val, nil
}

// expand returns a sparse matrix in full.
func (a *Array) expand(imag bool) ([]float64, error) {
	n := a.Len()
	if int64(n) > a.limit/8 {
		return nil, a.fail(&kindError{ErrTooLarge,
			fmt.Sprintf("%s is %d bytes in full, the limit is %d: use NonZeros", a, 8*uint64(n), a.limit)})
	}
	x := make([]float64, n)
	return x, a.scatter(x, imag)
}

// scatter adds the stored numbers to the first len(x) elements of the matrix in full.
func (a *Array) scatter(x []float64, imag bool) error {
	ix, val, err := a.stored(imag)
	if err != nil {
		return err
	}
	rows := a.Dims[0]
	for k, v := range val {
		if i := ix.row[k] + ix.col[k]*rows; i < len(x) {
			x[i] += v
		}
	}
	return nil
}

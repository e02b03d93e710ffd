package datasets

import (
	"fmt"

	"oblique/loaders"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// fields reads the arrays of a file by path. The first error stays, and what is read after it
// is nil: check err before computing.
type fields struct {
	file loaders.File
	err  error
}

// any stands for a size that a matrix may have whatever it is.
const anySize = -1

// matrix reads a matrix that must have the given sizes.
func (f *fields) matrix(path string, rows, cols int) *mat.Dense {
	if f.err != nil {
		return nil
	}
	n, err := loaders.Lookup(f.file, path)
	if err != nil {
		f.err = err
		return nil
	}
	m := f.dense(n, path)
	f.want(path, m, rows, cols)
	return m
}

func (f *fields) dense(n loaders.Node, path string) *mat.Dense {
	v, err := n.Values()
	if err != nil {
		f.err = err
		return nil
	}
	m, err := v.Dense()
	if err != nil {
		f.err = fmt.Errorf("'%s': %w", path, err)
	}
	return m
}

// want makes it an error if the sizes are others.
func (f *fields) want(path string, m *mat.Dense, rows, cols int) {
	if f.err != nil {
		return
	}
	r, c := m.Dims()
	if rows != anySize && r != rows || cols != anySize && c != cols {
		f.err = fmt.Errorf("%w: '%s' is %d×%d, want %s×%s", recording.ErrShape, path, r, c, sized(rows), sized(cols))
	}
}

func sized(n int) string {
	if n == anySize {
		return "any"
	}
	return fmt.Sprint(n)
}

// vector reads an array of n numbers, whichever way it lies.
func (f *fields) vector(path string, n int) []float64 {
	m := f.matrix(path, anySize, anySize)
	if f.err != nil {
		return nil
	}
	r, c := m.Dims()
	if min(r, c) != 1 || r*c != n {
		f.err = fmt.Errorf("%w: '%s' is %d×%d, want %d numbers", recording.ErrShape, path, r, c, n)
		return nil
	}
	return mat.DenseCopyOf(m).RawMatrix().Data
}

// cells reads a cell array of matrices channels×times and returns them below one another, times as rows, and the
// rows of each cell.
func (f *fields) cells(path string, channels int) (*mat.Dense, []recording.Range) {
	if f.err != nil {
		return nil, nil
	}
	n, err := loaders.Lookup(f.file, path)
	if err != nil {
		f.err = err
		return nil, nil
	}
	children, err := n.Children()
	if err != nil {
		f.err = err
		return nil, nil
	}
	var data []float64
	var parts []recording.Range
	for i, c := range children {
		place := fmt.Sprintf("%s[%d]", path, i)
		m := f.dense(c, place)
		if f.want(place, m, channels, anySize); f.err != nil {
			return nil, nil
		}
		rows, times := m.Dims()
		channels = rows // all cells like the first
		parts = append(parts, recording.Range{From: len(data) / rows, To: len(data)/rows + times})
		data = append(data, mat.DenseCopyOf(m.T()).RawMatrix().Data...)
	}
	if len(data) == 0 {
		f.err = fmt.Errorf("%w: '%s' has no cells", recording.ErrEmpty, path)
		return nil, nil
	}
	return mat.NewDense(len(data)/channels, channels, data), parts
}

// selectRows returns the rows for which keep is true, moved together within the memory of m, which is m no more. The
// result of none is nil.
func selectRows(m *mat.Dense, keep []bool) *mat.Dense {
	count := 0
	for i, k := range keep {
		if k {
			copy(m.RawRowView(count), m.RawRowView(i))
			count++
		}
	}
	if count == 0 {
		return nil
	}
	_, c := m.Dims()
	return m.Slice(0, count, 0, c).(*mat.Dense)
}

// stretches returns, as rows of what is left, the uninterrupted stretches of kept rows within each part, and
// the number of the part of each.
func stretches(keep []bool, parts []recording.Range) (runs []recording.Range, part []int) {
	at := 0
	for p, r := range parts {
		for i := r.From; i < r.To; i++ {
			if !keep[i] {
				continue
			}
			if i == r.From || !keep[i-1] {
				runs = append(runs, recording.Range{From: at, To: at})
				part = append(part, p)
			}
			at++
			runs[len(runs)-1].To = at
		}
	}
	return runs, part
}

// trialsOf makes a table of trials of stretches of rows.
func trialsOf(runs []recording.Range, bin float64, columns ...recording.Column) *recording.Trials {
	t := &recording.Trials{Rows: runs, Columns: columns}
	for _, r := range runs {
		t.Start = append(t.Start, float64(r.From)*bin)
		t.Stop = append(t.Stop, float64(r.To)*bin)
	}
	return t
}

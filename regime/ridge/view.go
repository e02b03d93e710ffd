package ridge

import (
	"fmt"
	"math"
	"sync"

	kernel "oblique/internal/blas"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
)

// blockRows is how many rows are read at a time: enough for the matrix kernels to run at full speed, few enough
// for a block of some hundred neurons to stay in the cache.
const blockRows = 256

// A View is some rows and columns of activity with the behaviour beside them, about an origin: what a fit
// reads. Subsets share the underlying activity; nothing is copied but the block at hand.
type View struct {
	source recording.Rows
	dense  *mat.Dense // the source's matrix, if it is in memory
	y      *mat.Dense // T×D behaviour, about yOrigin, for all rows of the source
	rows   []int      // rows of the view, ascending; nil means all
	cols   []int      // columns of the view; nil means all
	origin []float64  // subtracted from each row, one for each column of the view
	shifts []int      // behaviour is that many rows later, a copy for each shift; nil means as it is
}

// NewView returns the view of all rows of a recording about their mean, and the mean of Y. It fails if
// activity that is left in a file cannot be read or holds a value that is not finite.
func NewView(r *recording.Recording) (*View, []float64, error) {
	v, yMean := uncentred(r)
	mean, err := v.Mean()
	if err != nil {
		return nil, nil, err
	}
	v.origin = mean
	return v, yMean, finite(mean)
}

// A Reading is what one pass over a recording gives: the view of all rows about their mean, the moments of all rows and of
// stretches of them, about the same mean, and the mean of Y.
type Reading struct {
	View      *View
	Moments   *Moments
	Stretches []*Moments // stretch s is that of rows from ⌊T·s/stretches⌋ on
	YMean     []float64
}

// Read is NewView with moments, in one pass: sums are taken about the mean of the first rows, and then moved. That
// costs digits only where the first rows lie many standard deviations of all rows from the mean.
func Read(r *recording.Recording, stretches int) (*Reading, error) {
	v, yMean := uncentred(r)
	t, _, _ := v.Dims()
	var err error
	if v.origin, err = v.Subset(AllRows(min(t, momentRows))).Mean(); err != nil {
		return nil, err
	}
	parts := make([]*Moments, stretches)
	err = Parallel(stretches, func(i int) error {
		var err error
		parts[i], err = v.MomentsOf(t*i/stretches, t*(i+1)/stretches)
		return err
	})
	if err != nil {
		return nil, err
	}
	centred, dx, dy := sum(parts).Centred()
	for i, part := range parts {
		parts[i] = part.About(dx, dy)
	}
	for j := range v.origin {
		v.origin[j] += dx[j]
	}
	return &Reading{View: v, Moments: centred, Stretches: parts, YMean: yMean}, finite(v.origin)
}

// uncentred returns the view of all rows about zero, with behaviour about its mean.
func uncentred(r *recording.Recording) (*View, []float64) {
	t, n, d := r.Dims()
	v := &View{source: r.Activity(), dense: r.X, origin: make([]float64, n), y: mat.NewDense(t, d, nil)}
	yMean := meanRow(r.Y)
	for i := range t {
		row := v.y.RawRowView(i)
		for j, y := range r.Y.RawRowView(i) {
			row[j] = y - yMean[j]
		}
	}
	return v, yMean
}

// finite returns an error that names the first neuron whose mean is not a finite number.
func finite(mean []float64) error {
	for j, m := range mean {
		if math.IsNaN(m) || math.IsInf(m, 0) {
			return fmt.Errorf("ridge: %w: the mean of neuron %d is %v", recording.ErrNumber, j, m)
		}
	}
	return nil
}

// AllRows returns 0, 1, …, t−1.
func AllRows(t int) []int {
	rows := make([]int, t)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// meanRow returns the mean of the rows, summed about the first, so that what never changes is its own mean exactly.
func meanRow(m *mat.Dense) []float64 {
	t, d := m.Dims()
	mean := make([]float64, d)
	first := m.RawRowView(0)
	for i := range t {
		for j, y := range m.RawRowView(i) {
			mean[j] += y - first[j]
		}
	}
	for j := range mean {
		mean[j] = first[j] + mean[j]/float64(t)
	}
	return mean
}

// Dims returns the numbers of rows, columns and outputs.
func (v *View) Dims() (t, n, d int) {
	t, n = v.source.Dims()
	if v.rows != nil {
		t = len(v.rows)
	}
	if v.cols != nil {
		n = len(v.cols)
	}
	if v.y != nil {
		_, d = v.y.Dims()
	}
	if v.shifts != nil {
		d *= len(v.shifts)
	}
	return t, n, d
}

// Shifted returns the view of the same activity beside copies of behaviour that are circularly shifted: output
// s·D + d at row i is output d at row i + shifts[s], modulo the number of rows. The view must have all rows.
func (v *View) Shifted(shifts []int) *View {
	sub := *v
	sub.shifts = shifts
	return &sub
}

// Origin returns what is subtracted from each row of activity.
func (v *View) Origin() []float64 { return v.origin }

// Subset returns the view of some of its source's rows, given in ascending order, about the same origin.
func (v *View) Subset(rows []int) *View {
	sub := *v
	sub.rows = rows
	return &sub
}

// Columns returns the view of some of its columns, about the same origin.
func (v *View) Columns(cols []int) *View {
	sub := *v
	sub.cols = make([]int, len(cols))
	sub.origin = make([]float64, len(cols))
	for j, c := range cols {
		sub.origin[j] = v.origin[c]
		sub.cols[j] = c
		if v.cols != nil {
			sub.cols[j] = v.cols[c]
		}
	}
	return &sub
}

// about returns the view about another origin.
func (v *View) about(origin []float64) *View {
	sub := *v
	sub.origin = origin
	return &sub
}

// source row of row i of the view.
func (v *View) at(i int) int {
	if v.rows == nil {
		return i
	}
	return v.rows[i]
}

// A block is a reusable buffer for consecutive rows of a view: X is rows×N about the origin, Y is rows×D.
type block struct {
	x, y []float64
	raw  []float64 // source rows, when they are not in memory
}

var pool = sync.Pool{New: func() any { return new(block) }}

func takeBlock() *block { return pool.Get().(*block) }

func (b *block) giveBack() { pool.Put(b) }

// load fills the block with rows i to j−1 of the view.
func (v *View) load(b *block, i, j int) error {
	_, _, d := v.Dims()
	b.y = grow(b.y, (j-i)*d)
	for r := i; r < j; r++ {
		v.behaviour(b.y[(r-i)*d:(r-i+1)*d], v.at(r))
	}
	return v.loadX(b, i, j)
}

// behaviour writes the outputs at a row of the source.
func (v *View) behaviour(dst []float64, row int) {
	if v.shifts == nil {
		copy(dst, v.y.RawRowView(row))
		return
	}
	t, d := v.y.Dims()
	for s, shift := range v.shifts {
		copy(dst[s*d:(s+1)*d], v.y.RawRowView((row+shift)%t))
	}
}

// loadX fills the block's activity alone.
func (v *View) loadX(b *block, i, j int) error {
	_, n, _ := v.Dims()
	b.x = grow(b.x, (j-i)*n)
	_, width := v.source.Dims()
	if v.dense != nil {
		for r := i; r < j; r++ {
			v.centre(b.x[(r-i)*n:(r-i+1)*n], v.dense.RawRowView(v.at(r)))
		}
		return nil
	}
	// Read the stretch of the file in pieces of a block, and keep the rows that the view has.
	for r := i; r < j; {
		first := v.at(r)
		last := min(first+blockRows, v.at(j-1)+1)
		b.raw = grow(b.raw, (last-first)*width)
		if err := v.source.ReadRows(b.raw, first); err != nil {
			return err
		}
		for ; r < j && v.at(r) < last; r++ {
			v.centre(b.x[(r-i)*n:(r-i+1)*n], b.raw[(v.at(r)-first)*width:(v.at(r)-first+1)*width])
		}
	}
	return nil
}

// blocks calls use with consecutive blocks of rows, from to to−1, while the next block is being read.
func (v *View) blocks(from, to, size int, use func(b *block, rows int)) error {
	type read struct {
		block *block
		rows  int
		err   error
	}
	free, full := make(chan *block, 2), make(chan read, 1)
	a, b := takeBlock(), takeBlock()
	defer a.giveBack()
	defer b.giveBack()
	free <- a
	free <- b
	go func() {
		defer close(full)
		for i := from; i < to; i += size {
			r := read{block: <-free, rows: min(size, to-i)}
			r.err = v.load(r.block, i, i+r.rows)
			full <- r
			if r.err != nil {
				return
			}
		}
	}()
	for r := range full {
		if r.err != nil {
			return r.err
		}
		use(r.block, r.rows)
		free <- r.block
	}
	return nil
}

// centre writes the view's columns of a source row, about the origin.
func (v *View) centre(dst, row []float64) {
	if v.cols == nil {
		for j, o := range v.origin {
			dst[j] = row[j] - o
		}
		return
	}
	for j, c := range v.cols {
		dst[j] = row[c] - v.origin[j]
	}
}

// Mean returns the mean row, origin included. The sum runs over blocks, each about the first row of all, so that a
// large offset does not cost digits.
func (v *View) Mean() ([]float64, error) {
	t, n, _ := v.Dims()
	first := &block{}
	if err := v.loadX(first, 0, 1); err != nil {
		return nil, err
	}
	shift := make([]float64, n)
	for j := range shift {
		shift[j] = first.x[j] + v.origin[j]
	}
	at := v.about(shift)
	parts := make([][]float64, lanes(t))
	err := overLanes(t, func(lane, from, to int) error {
		sum, b := make([]float64, n), takeBlock()
		defer b.giveBack()
		for i := from; i < to; i += blockRows {
			j := min(i+blockRows, to)
			if err := at.loadX(b, i, j); err != nil {
				return err
			}
			for r := range j - i {
				for c, x := range b.x[r*n : (r+1)*n] {
					sum[c] += x
				}
			}
		}
		parts[lane] = sum
		return nil
	})
	if err != nil {
		return nil, err
	}
	mean := make([]float64, n)
	for _, part := range parts {
		for c, x := range part {
			mean[c] += x
		}
	}
	for c := range mean {
		mean[c] = shift[c] + mean[c]/float64(t)
	}
	return mean, nil
}

func grow(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

// Project writes W x of each of the rows to the same rows of out: W is D×N, out T×D.
func (v *View) Project(w, out *mat.Dense, rows recording.Range) error {
	_, n, _ := v.Dims()
	d, _ := w.Dims()
	count := rows.Len()
	return overLanes(count, func(_, from, to int) error {
		b := takeBlock()
		defer b.giveBack()
		for i := rows.From + from; i < rows.From+to; i += blockRows {
			j := min(i+blockRows, rows.From+to)
			if err := v.loadX(b, i, j); err != nil {
				return err
			}
			raw := out.RawMatrix()
			kernel.GemmSerial(blas.NoTrans, blas.Trans, j-i, d, n, 1, b.x, n, w.RawMatrix().Data, w.RawMatrix().Stride,
				0, raw.Data[i*raw.Stride:], raw.Stride)
		}
		return nil
	})
}

// Package eigen decomposes matrices: symmetric ones into eigenvalues and eigenvectors, tall ones into singular values and
// vectors.
//
// Sym's method is that of LAPACK's dsyevd: a reduction to tridiagonal form by Householder
// reflections, in blocks where the matrix is greater than the cache, Cuppen's divide and conquer for the
// tridiagonal matrix, with the eigenvectors of Gu and Eisenstat, and a blocked back-transformation. Products of
// matrices are by oblique/internal/blas, and so are the loops over poles, roots and rotations, eight side by
// side. SVD is built on it. Results do not depend on the number of cores.
//
// There is no decomposition of a part of the spectrum, and no eigenvalues without vectors.
package eigen

import (
	"errors"
	"math"
	"slices"
	"sync"

	"oblique/internal/blas"
)

// Order is the order of eigenvalues.
type Order int

const (
	Ascending  Order = iota // from the smallest, as in LAPACK and numpy
	Descending              // from the largest, as in principal component analysis
)

// ErrNotFinite is returned for a matrix with a NaN or an Inf.
var ErrNotFinite = errors.New("eigen: the matrix has elements that are not finite")

// Sym returns the eigenvalues λ and the eigenvectors V of the symmetric n×n matrix A = V·diag(λ)·Vᵀ,
// VᵀV = I. A is row-major with the given stride, of which only the upper triangle is read, and
// nothing is written. V is row-major n×n, and its column j belongs to λ[j]; its sign is arbitrary,
// but the same in every run.
//
// The method is backward stable: ‖A − VΛVᵀ‖ and ‖VᵀV − I‖ are modest multiples of n·ε‖A‖ and n·ε,
// and an eigenvalue is wrong by as much, so one far smaller than ‖A‖ has few right digits. An
// eigenvalue that is repeated has some orthonormal basis of its space. The error is ErrNotFinite;
// it panics where A does not fit its slice.
func Sym(n int, a []float64, stride int, order Order) (values, vectors []float64, err error) {
	if n < 0 || stride < max(1, n) || n > 0 && len(a) < (n-1)*stride+n {
		panic("eigen: the matrix does not fit its slice")
	}
	if n == 0 {
		return []float64{}, []float64{}, nil
	}
	factor, err := scale(n, n, a, stride, true)
	if err != nil {
		return nil, nil, err
	}
	w := getWorkspace(n)
	defer workspaces.Put(w)
	rows, ld := roundUp(n, blas.Group), matrixStride(n)
	values = make([]float64, n)
	scratch := make([]float64, n*rows)
	vectors = scratch[:n*n]
	work := w.take(rows * ld)
	clear(work)
	for i := range n {
		for j, v := range a[i*stride+i : i*stride+n] {
			work[i*ld+i+j] = v * factor
		}
	}
	tau, thin := w.take(rows), w.take(2*wyBlock*ld)
	clear(tau)
	s := &w.solver
	s.begin(n, values, w)
	s.scratch = scratch
	if n <= unblocked {
		tridiagonaliseInCache(n, work, ld, s.d, s.e, tau, thin)
	} else {
		tridiagonalise(n, work, ld, s.d, s.e, tau, thin)
	}
	if !s.solve(0, n) {
		return nil, nil, errors.New("eigen: the iteration for a small block did not converge")
	}
	backTransform(n, work, ld, tau, s.q, thin, w.take(wyBlock*wyBlock))
	if order == Descending {
		slices.Reverse(s.order)
	}
	transpose(n, s.q, s.ld, s.order, vectors)
	for i, at := range s.order {
		tau[i] = values[at] / factor
	}
	copy(values, tau)
	return values, vectors, nil
}

// scale returns the power of two that brings the largest element of an m×n matrix, or of its upper triangle, below 1,
// so that no square overflows, and none that matters vanishes.
func scale(m, n int, a []float64, stride int, upper bool) (float64, error) {
	const notFinite = 0x7ff << 52
	largest := uint64(0) // the bits of a magnitude, which order as the magnitudes do
	for i := range m {
		from := 0
		if upper {
			from = i
		}
		for _, v := range a[i*stride+from : i*stride+n] {
			largest = max(largest, math.Float64bits(v)&^(1<<63))
		}
	}
	if largest >= notFinite {
		return 0, ErrNotFinite
	}
	_, exponent := math.Frexp(math.Float64frombits(largest))
	return math.Ldexp(1, -max(exponent, -1000)), nil
}

// A workspace is the memory of a decomposition, kept for the next.
type workspace struct {
	floats []float64
	used   int
	ints   []int
	kinds  []kind
	solver solver
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// getWorkspace returns a workspace for a matrix of order n.
func getWorkspace(n int) *workspace {
	w := workspaces.Get().(*workspace)
	rows, ld := roundUp(n, blas.Group), matrixStride(n)
	if need := ld*(rows+2*wyBlock) + rows + solverFloats(n) + wyBlock*wyBlock + 8*lineUp; len(w.floats) < need {
		w.floats = make([]float64, need)
	}
	if len(w.ints) < 4*n {
		w.ints, w.kinds = make([]int, 4*n), make([]kind, n)
	}
	w.used = 0
	return w
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// step is the number of elements that a step of the kernels for vectors takes.
const step = 16

// matrixStride is the stride of the matrix that is reduced, and of the eigenvectors: whole steps from any column on stay
// in their row.
func matrixStride(n int) int { return roundUp(n+step-1, step) }

// lineUp is the number of elements in a line of the cache.
const lineUp = 8

// take returns n elements, of any content, that begin with a line of the cache if the workspace does.
func (w *workspace) take(n int) []float64 {
	from := w.used
	w.used += roundUp(n, lineUp)
	return w.floats[from : from+n : w.used]
}

// transpose writes the rows, in the order given, as the columns of t.
func transpose(n int, rows []float64, ld int, order []int, t []float64) {
	if n < 8*transposeBlock {
		transposePart(0, n, n, rows, ld, order, t)
		return
	}
	blas.Parallel(n, 4*transposeBlock, func(lo, hi int) { transposePart(lo, hi, n, rows, ld, order, t) })
}

// transposeBlock is the side of squares that stay in the first-level cache.
const transposeBlock = 32

// transposePart writes the rows lo, …, hi−1 of t.
func transposePart(lo, hi, n int, rows []float64, ld int, order []int, t []float64) {
	for j0 := 0; j0 < n; j0 += transposeBlock {
		columns := order[j0:min(j0+transposeBlock, n)]
		for i := lo; i < hi; i++ {
			to := t[i*n+j0:][:len(columns)]
			for j, at := range columns {
				to[j] = rows[at*ld+i]
			}
		}
	}
}

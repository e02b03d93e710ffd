// Package eigen decomposes symmetric matrices.
//
// The method is that of LAPACK's dsyevd: a blocked reduction to tridiagonal form by Householder
// reflections, Cuppen's divide and conquer for the tridiagonal matrix, with the eigenvectors of Gu
// and Eisenstat, and a blocked back-transformation. Nearly all of the work is products of
// matrices, by oblique/internal/blas. The result does not depend on the number of cores.
//
// There is no decomposition of a part of the spectrum, and none without vectors.
package eigen

import (
	"errors"
	"math"
	"slices"

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
	work, exponent, err := scaled(n, a, stride)
	if err != nil {
		return nil, nil, err
	}
	d, e, tau := tridiagonalise(n, work)
	rows := make([]float64, n*n) // of Vᵀ
	s := solver{scratch: make([]float64, n*n), deltas: make([]float64, n*n)}
	if !s.tridiagonal(d, e, rows, n) {
		return nil, nil, errors.New("eigen: the iteration for a small block did not converge")
	}
	backTransform(n, work, tau, rows)
	for i := range d {
		d[i] = math.Ldexp(d[i], exponent)
	}
	if order == Descending {
		slices.Reverse(d)
	}
	return d, transposed(n, rows, order), nil
}

// scaled returns a copy of the upper triangle, divided by the power of two that brings the
// largest element below 1, so that no square overflows or vanishes.
func scaled(n int, a []float64, stride int) (work []float64, exponent int, err error) {
	largest := 0.0
	for i := range n {
		for _, v := range a[i*stride+i : i*stride+n] {
			if v-v != 0 {
				return nil, 0, ErrNotFinite
			}
			largest = max(largest, math.Abs(v))
		}
	}
	_, exponent = math.Frexp(largest)
	work = make([]float64, n*n)
	for i := range n {
		for j := i; j < n; j++ {
			work[i*n+j] = math.Ldexp(a[i*stride+j], -exponent)
		}
	}
	return work, exponent, nil
}

// transposed returns the matrix whose columns are the rows given, from the last on where the
// order is descending.
func transposed(n int, rows []float64, order Order) []float64 {
	t := make([]float64, n*n)
	const block = 32 // squares that stay in the first-level cache
	blas.Parallel(n, 4*block, func(lo, hi int) {
		for j0 := 0; j0 < n; j0 += block {
			for i := lo; i < hi; i++ {
				for j := j0; j < min(j0+block, n); j++ {
					src := j
					if order == Descending {
						src = n - 1 - j
					}
					t[i*n+j] = rows[src*n+i]
				}
			}
		}
	})
	return t
}

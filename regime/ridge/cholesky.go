package ridge

import (
	"math"

	kernel "oblique/internal/blas"

	"gonum.org/v1/gonum/blas"
)

// A factor is the Cholesky factor L of H = XᵀX + α of some neurons, L Lᵀ = H: row-major, the lower triangle. For the few
// dozen to hundred neurons of a subsample, products of rows beat blocks.
type factor struct {
	n int
	l []float64

	inv, h []float64 // of inverse
}

// singular is the share of a diagonal element of H below which a pivot is what rounding leaves of zero.
const singular = 1e-14

// factorise computes the factor for the columns given (nil: all), in place of what it held, and tr XᵀX. It reports whether H
// is positive definite.
func (f *factor) factorise(m *Moments, cols []int, alpha float64) (trace float64, ok bool) {
	n := m.N
	at := func(i int) int { return i }
	if cols != nil {
		n, at = len(cols), func(i int) int { return cols[i] }
	}
	f.n, f.l = n, grow(f.l, n*n)
	for i := range n {
		row := f.l[i*n : i*n+i+1]
		ci := at(i)
		for j := range row {
			cj := at(j)
			row[j] = m.XX[min(ci, cj)*m.N+max(ci, cj)]
		}
		trace += row[i]
		row[i] += alpha
		least := singular * row[i]
		for j := range i {
			other := f.l[j*n : j*n+j+1]
			row[j] = (row[j] - kernel.Dot(row[:j], other[:j])) / other[j]
		}
		pivot := row[i] - kernel.Dot(row[:i], row[:i])
		if !(pivot > least) {
			return trace, false
		}
		row[i] = math.Sqrt(pivot)
	}
	return trace, true
}

// solve replaces b by H⁻¹b.
func (f *factor) solve(b []float64) {
	n := f.n
	for i := range n {
		row := f.l[i*n : i*n+i+1]
		b[i] = (b[i] - kernel.Dot(row[:i], b[:i])) / row[i]
	}
	for i := n - 1; i >= 0; i-- {
		row := f.l[i*n : i*n+i+1]
		b[i] /= row[i]
		addScaled(b[:i], -b[i], row[:i])
	}
}

// inverse returns H⁻¹, n×n, which is valid until the next call.
func (f *factor) inverse() []float64 {
	n := f.n
	f.inv, f.h = grow(f.inv, n*n), grow(f.h, n*n)
	inv, h := f.inv, f.h // inv: L⁻¹, lower triangle
	clear(inv)
	for i := range n {
		row, l := inv[i*n:i*n+i+1], f.l[i*n:i*n+i+1]
		for k, v := range l[:i] {
			addScaled(row[:k+1], -v, inv[k*n:k*n+k+1])
		}
		row[i] = 1
		for j := range row {
			row[j] /= l[i]
		}
	}
	kernel.GemmSerial(blas.Trans, blas.NoTrans, n, n, n, 1, inv, n, inv, n, 0, h, n)
	return h
}

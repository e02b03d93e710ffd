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

	least []float64 // pivots have to be above

	inv, h []float64 // of inverse
}

// singular is the share of a diagonal element of H below which a pivot is what rounding leaves of zero.
const singular = 1e-14

// strip is how many columns of L are found at once: rows meet all columns before them in one matrix product.
const strip = 8

// factorise computes the factor for the columns given (nil: all), in place of what it held, and tr XᵀX. It reports whether H
// is positive definite.
func (f *factor) factorise(m *Moments, cols []int, alpha float64) (trace float64, ok bool) {
	f.load(m, cols)
	n, l := f.n, f.l
	for i := range n {
		trace += l[i*n+i]
		l[i*n+i] += alpha
	}
	f.least = grow(f.least, n)
	for i := range n {
		f.least[i] = singular * l[i*n+i]
	}
	for from := 0; from < n; from += strip {
		to := min(from+strip, n)
		if from > 0 {
			kernel.GemmSerial(blas.NoTrans, blas.Trans, n-from, to-from, from, -1, l[from*n:], n, l[from*n:], n, 1, l[from*n+from:], n)
		}
		for i := from; i < n; i++ {
			if !f.substitute(i, from, min(to, i+1)) {
				return trace, false
			}
		}
	}
	return trace, true
}

// load writes the lower triangle of XᵀX of the columns.
func (f *factor) load(m *Moments, cols []int) {
	f.n = m.N
	if cols != nil {
		f.n = len(cols)
	}
	n := f.n
	f.l = grow(f.l, n*n)
	for i := range n {
		row := f.l[i*n : i*n+i+1]
		if cols == nil {
			for j := range row {
				row[j] = m.XX[j*m.N+i]
			}
			continue
		}
		for j, cj := range cols[:i+1] {
			row[j] = m.XX[min(cols[i], cj)*m.N+max(cols[i], cj)]
		}
	}
}

// substitute finishes the elements from to to−1 of row i, from which the columns before have been taken. It reports whether the
// pivot, if it is one of them, is positive.
func (f *factor) substitute(i, from, to int) bool {
	n := f.n
	row := f.l[i*n+from : i*n+to]
	for j := range row {
		other := f.l[(from+j)*n+from : (from+j)*n+from+j+1]
		v := row[j]
		for k, o := range other[:j] {
			v -= row[k] * o
		}
		if from+j < i {
			row[j] = v / other[j]
			continue
		}
		if !(v > f.least[i]) {
			return false
		}
		row[j] = math.Sqrt(v)
	}
	return true
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
	for from := 0; from < n; from += strip {
		to := min(from+strip, n)
		if from > 0 {
			kernel.GemmSerial(blas.NoTrans, blas.NoTrans, to-from, from, from, -1, f.l[from*n:], n, inv, n, 0, inv[from*n:], n)
		}
		for i := from; i < to; i++ {
			row, l := inv[i*n:i*n+i+1], f.l[i*n:i*n+i+1]
			for k := from; k < i; k++ {
				addScaled(row[:k+1], -l[k], inv[k*n:k*n+k+1])
			}
			row[i] = 1
			for j := range row {
				row[j] /= l[i]
			}
		}
	}
	kernel.GemmSerial(blas.Trans, blas.NoTrans, n, n, n, 1, inv, n, inv, n, 0, h, n)
	return h
}

package ridge

import (
	"math"

	kernel "oblique/internal/blas"

	"gonum.org/v1/gonum/blas"
)

// A factor is the Cholesky factor R of H = XᵀX + α of some neurons, RᵀR = H, and beside it Z = R⁻ᵀXᵀY, which comes with it as
// further columns of the matrix that is factorised. For the few dozen to hundred neurons of a subsample, rows beat blocks.
type factor struct {
	n, d int
	r    []float64 // [R Z], n×(n+D); below the diagonal is what the strips leave

	least []float64 // pivots have to be above

	inv, h []float64 // of inverse
	xx     []float64 // of gram, in the place of inv; nil until it is asked for
	w, v   []float64 // of solve, and of who needs as much beside it
}

// singular is the share of a diagonal element of H below which a pivot is what rounding leaves of zero.
const singular = 1e-14

// strip is how many rows of R are found at once: they meet all rows before them in one matrix product.
const strip = 8

// factorise computes the factor for the columns given (nil: all), in place of what it held, and tr XᵀX. It reports whether H
// is positive definite.
func (f *factor) factorise(m *Moments, cols []int, alpha float64) (trace float64, ok bool) {
	f.load(m, cols)
	n, ld, r := f.n, f.n+f.d, f.r
	f.least = grow(f.least, n)
	for i := range n {
		trace += r[i*ld+i]
		r[i*ld+i] += alpha
		f.least[i] = singular * r[i*ld+i]
	}
	for from := 0; from < n; from += strip {
		to := min(from+strip, n)
		if from > 0 {
			kernel.GemmSerial(blas.Trans, blas.NoTrans, to-from, ld-from, from, -1, r[from:], ld, r[from:], ld, 1, r[from*ld+from:], ld)
		}
		for i := from; i < to; i++ {
			row := r[i*ld+i : (i+1)*ld]
			for k := from; k < i; k++ {
				addScaled(row, -r[k*ld+i], r[k*ld+i:])
			}
			if !(row[0] > f.least[i]) {
				return trace, false
			}
			kernel.Scal(1/math.Sqrt(row[0]), row)
		}
	}
	return trace, true
}

// load writes the upper triangle of XᵀX of the columns, and XᵀY beside it.
func (f *factor) load(m *Moments, cols []int) {
	if cols == nil {
		cols = AllRows(m.N)
	}
	f.n, f.d, f.xx = len(cols), m.D, nil
	n, ld := f.n, f.n+f.d
	f.r = grow(f.r, n*ld)
	m.gram(f.r, ld, cols)
	for i, ci := range cols {
		copy(f.r[i*ld+n:(i+1)*ld], m.XY[ci*m.D:(ci+1)*m.D])
	}
}

// gram writes the upper triangle of XᵀX of the columns.
func (m *Moments) gram(dst []float64, ld int, cols []int) {
	for i, ci := range cols {
		row := dst[i*ld : i*ld+len(cols)]
		for j, cj := range cols[i:] {
			row[i+j] = m.XX[min(ci, cj)*m.N+max(ci, cj)]
		}
	}
}

// explained returns ‖Z‖² = tr YᵀX H⁻¹XᵀY.
func (f *factor) explained() (square float64) {
	ld := f.n + f.d
	for i := range f.n {
		for _, z := range f.r[i*ld+f.n : (i+1)*ld] {
			square += z * z
		}
	}
	return square
}

// solve returns W = H⁻¹XᵀY, D×n, which is valid until the next call.
func (f *factor) solve() []float64 {
	n, ld := f.n, f.n+f.d
	f.w = grow(f.w, f.d*n)
	for i := n - 1; i >= 0; i-- {
		row := f.r[i*ld : (i+1)*ld]
		for o := range f.d {
			w := f.w[o*n : (o+1)*n]
			w[i] = (row[n+o] - kernel.Dot(row[i+1:n], w[i+1:])) / row[i]
		}
	}
	return f.w
}

// inverse returns H⁻¹, n×n, which is valid until the next call.
func (f *factor) inverse() []float64 {
	n, ld, r := f.n, f.n+f.d, f.r
	f.inv, f.h = grow(f.inv, n*n), grow(f.h, n*n)
	inv := f.inv // R⁻¹, upper triangle, from the last rows to the first
	clear(inv)
	for to := n; to > 0; to -= strip {
		from := max(to-strip, 0)
		if to < n {
			kernel.GemmSerial(blas.NoTrans, blas.NoTrans, to-from, n-to, n-to, -1, r[from*ld+to:], ld, inv[to*n+to:], n, 0, inv[from*n+to:], n)
		}
		for i := to - 1; i >= from; i-- {
			row := inv[i*n : (i+1)*n]
			for k := i + 1; k < to; k++ {
				addScaled(row[k:], -r[i*ld+k], inv[k*n+k:])
			}
			row[i] = 1
			kernel.Scal(1/r[i*ld+i], row[i:])
		}
	}
	kernel.GemmSerial(blas.NoTrans, blas.Trans, n, n, n, 1, inv, n, inv, n, 0, f.h, n)
	return f.h
}

// squares returns ‖X Wᵀ‖², ‖Z‖² and ‖W‖² of what solve has found. (XᵀX + α) w = c makes the first ‖Z‖² − α‖w‖².
func (f *factor) squares(m *Moments, cols []int, alpha float64) (xw, zz, ww float64) {
	zz, ww = f.explained(), kernel.Dot(f.w, f.w)
	if xw = zz - alpha*ww; xw < cancelled*zz {
		xw = f.direct(m, cols, f.w)
	}
	return xw, zz, ww
}

// cancelled is the share of a difference's terms below which it is computed another way, as it has lost as many digits: where a
// penalty is so much greater than the eigenvalues.
const cancelled = 1e-6

// gram returns the upper triangle of XᵀX of the columns, n×n, in the place of R⁻¹.
func (f *factor) gram(m *Moments, cols []int) []float64 {
	if f.xx == nil {
		if cols == nil {
			cols = AllRows(m.N)
		}
		f.inv = grow(f.inv, f.n*f.n)
		m.gram(f.inv, f.n, cols)
		f.xx = f.inv
	}
	return f.xx
}

// direct returns ‖X Wᵀ‖² = tr W XᵀX Wᵀ of weights, D×n, from XᵀX itself.
func (f *factor) direct(m *Moments, cols []int, w []float64) (square float64) {
	gram, product := f.gram(m, cols), make([]float64, f.n)
	for o := range f.d {
		row := w[o*f.n : (o+1)*f.n]
		kernel.Symv(blas.Upper, f.n, 1, gram, f.n, row, 0, product)
		square += kernel.Dot(row, product)
	}
	return math.Max(0, square)
}

// without returns ρ without neuron j by the weights that are left themselves, after solve and inverse.
func (f *factor) without(m *Moments, cols []int, j int) float64 {
	h, w := f.h[j*f.n:(j+1)*f.n], make([]float64, len(f.w))
	for o := range f.d {
		row := w[o*f.n : (o+1)*f.n]
		copy(row, f.w[o*f.n:])
		kernel.Axpy(-row[j]/h[j], h, row)
		row[j] = 0
	}
	var trace float64
	gram := f.gram(m, cols)
	for i := range f.n {
		if i != j {
			trace += gram[i*f.n+i]
		}
	}
	return math.Sqrt(f.direct(m, cols, w) / (trace * kernel.Dot(w, w)))
}

package ridge

import (
	"math"
	"slices"
	"sync"

	kernel "oblique/internal/blas"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// Moments are the sums over a set of rows that linear regression depends on: the number of rows, Σx, Σy, Σxxᵀ,
// Σxyᵀ and Σy² (for each output), all about the origin of the view they were taken from. Moments of disjoint
// sets of rows add up.
type Moments struct {
	N, D  int
	Count float64
	X     []float64 // Σx, N
	Y     []float64 // Σy, D
	XX    []float64 // Σxxᵀ, N×N, upper triangle
	XY    []float64 // Σxyᵀ, N×D
	YY    []float64 // Σy², D
}

// NewMoments returns the moments of no rows.
func NewMoments(n, d int) *Moments {
	return &Moments{N: n, D: d, X: make([]float64, n), Y: make([]float64, d),
		XX: make([]float64, n*n), XY: make([]float64, n*d), YY: make([]float64, d)}
}

// Moments returns the moments of all rows of the view. It reads them once.
func (v *View) Moments() (*Moments, error) {
	t, _, _ := v.Dims()
	return v.MomentsOf(0, t)
}

// MomentsOf returns the moments of rows from to to−1 of the view.
func (v *View) MomentsOf(from, to int) (*Moments, error) {
	_, n, d := v.Dims()
	m := NewMoments(n, d)
	return m, v.blocks(from, to, momentRows, m.add)
}

// crossMoments returns the moments of rows from to to−1 whose sums over X alone are known, and shared.
func (v *View) crossMoments(known *Moments, from, to int) (*Moments, error) {
	_, n, d := v.Dims()
	m := NewMoments(0, d)
	m.N, m.Count, m.X, m.XX, m.XY = n, known.Count, known.X, known.XX, make([]float64, n*d)
	return m, v.blocks(from, to, momentRows, m.addY)
}

// momentRows is how many rows go into one matrix product of the moments. Long products are the fastest, and the
// block is the only large buffer.
const momentRows = 1024

// add takes the rows of a block into the sums.
func (m *Moments) add(b *block, rows int) {
	m.Count += float64(rows)
	for i := range rows {
		for j, x := range b.x[i*m.N : (i+1)*m.N] {
			m.X[j] += x
		}
	}
	kernel.AddGram(rows, m.N, b.x, m.N, m.XX, m.N)
	m.addY(b, rows)
}

// addY takes the behaviour of a block's rows into the sums that it is part of.
func (m *Moments) addY(b *block, rows int) {
	for i := range rows {
		for j, y := range b.y[i*m.D : (i+1)*m.D] {
			m.Y[j] += y
			m.YY[j] += y * y
		}
	}
	kernel.Gemm(blas.Trans, blas.NoTrans, m.N, m.D, rows, 1, b.x, m.N, b.y, m.D, 1, m.XY, m.D)
}

// AddScaled adds w times the moments o: w copies of its rows.
func (m *Moments) AddScaled(w float64, o *Moments) {
	m.Count += w * o.Count
	axpy(w, o.X, m.X)
	axpy(w, o.Y, m.Y)
	for i := range m.N {
		upper := i * (m.N + 1)
		axpy(w, o.XX[upper:(i+1)*m.N], m.XX[upper:(i+1)*m.N])
	}
	axpy(w, o.XY, m.XY)
	axpy(w, o.YY, m.YY)
}

// sum returns the moments of all rows of several, which are the moments themselves if they are one.
func sum(parts []*Moments) *Moments {
	if len(parts) == 1 {
		return parts[0]
	}
	all := NewMoments(parts[0].N, parts[0].D)
	for _, part := range parts {
		all.AddScaled(1, part)
	}
	return all
}

// Subtract turns the moments into those of the rows of all that are not its own. What rounding leaves of a neuron or output
// that only its own rows have is set to zero.
func (m *Moments) Subtract(all *Moments) {
	for _, p := range []struct{ own, all []float64 }{{m.X, all.X}, {m.Y, all.Y}, {m.XX, all.XX}, {m.XY, all.XY}, {m.YY, all.YY}} {
		for i, v := range p.all {
			p.own[i] = v - p.own[i]
		}
	}
	m.Count = all.Count - m.Count
	for j := range m.N {
		if jj := j*m.N + j; m.XX[jj] > rounding*all.XX[jj] {
			continue
		}
		m.X[j] = 0
		for i := range m.N {
			m.XX[min(i, j)*m.N+max(i, j)] = 0
		}
		clear(m.XY[j*m.D : (j+1)*m.D])
	}
	for d, yy := range m.YY {
		if yy > rounding*all.YY[d] {
			continue
		}
		m.Y[d], m.YY[d] = 0, 0
		for j := range m.N {
			m.XY[j*m.D+d] = 0
		}
	}
}

// rounding is the share of a sum of squares below which a difference is nothing.
const rounding = 1e-14

func axpy(a float64, x, y []float64) {
	blas64.Implementation().Daxpy(len(x), a, x, 1, y, 1)
}

// About returns the moments of the same rows about another origin, at distance dx and dy from the present one.
func (m *Moments) About(dx, dy []float64) *Moments {
	c := m.crossAbout(dx, dy)
	c.XX = make([]float64, m.N*m.N)
	for i := range m.N {
		for j := i; j < m.N; j++ {
			c.XX[i*m.N+j] = m.xxAbout(i, j, dx, c.X)
		}
	}
	return c
}

// xxAbout returns an element of Σxxᵀ about another origin, where Σx is x:
//
//	Σ(x−dx)(x−dx)ᵀ = Σxxᵀ − dx Σxᵀ − (Σx − count dx) dxᵀ
func (m *Moments) xxAbout(i, j int, dx, x []float64) float64 {
	return m.XX[i*m.N+j] - dx[i]*m.X[j] - x[i]*dx[j]
}

// crossAbout is About without Σxxᵀ.
func (m *Moments) crossAbout(dx, dy []float64) *Moments {
	c := &Moments{N: m.N, D: m.D, Count: m.Count, X: make([]float64, m.N), Y: make([]float64, m.D),
		XY: make([]float64, m.N*m.D), YY: make([]float64, m.D)}
	for j := range c.X {
		c.X[j] = m.X[j] - m.Count*dx[j]
	}
	for j := range c.Y {
		c.Y[j] = m.Y[j] - m.Count*dy[j]
		c.YY[j] = m.YY[j] - 2*dy[j]*m.Y[j] + m.Count*dy[j]*dy[j]
	}
	for i := range m.N {
		for j := range m.D {
			c.XY[i*m.D+j] = m.XY[i*m.D+j] - dx[i]*m.Y[j] - c.X[i]*dy[j]
		}
	}
	return c
}

// Centred returns the moments about the mean of their rows, and that mean.
func (m *Moments) Centred() (c *Moments, xMean, yMean []float64) {
	xMean, yMean = m.means()
	return m.About(xMean, yMean), xMean, yMean
}

// means returns the mean row of activity and of behaviour.
func (m *Moments) means() (xMean, yMean []float64) {
	xMean, yMean = make([]float64, m.N), make([]float64, m.D)
	for j, s := range m.X {
		xMean[j] = s / m.Count
	}
	for j, s := range m.Y {
		yMean[j] = s / m.Count
	}
	return xMean, yMean
}

// rank returns the number of columns of X that are not zero throughout.
func (m *Moments) rank() int {
	rank := 0
	for i := range m.N {
		if m.XX[i*m.N+i] > 0 {
			rank++
		}
	}
	return rank
}

// Finite reports whether the sums of squares are finite numbers, and so all others.
func (m *Moments) Finite() bool {
	sum := floats.Sum(m.YY)
	for i := range m.N {
		sum += m.XX[i*m.N+i]
	}
	return !math.IsNaN(sum) && !math.IsInf(sum, 0)
}

// Columns returns the moments of some of the columns of X, in the order given.
func (m *Moments) Columns(cols []int) *Moments {
	s := NewMoments(len(cols), m.D)
	s.Count = m.Count
	copy(s.Y, m.Y)
	copy(s.YY, m.YY)
	for i, ci := range cols {
		s.X[i] = m.X[ci]
		copy(s.XY[i*m.D:(i+1)*m.D], m.XY[ci*m.D:(ci+1)*m.D])
		for j := i; j < len(cols); j++ {
			a, b := min(ci, cols[j]), max(ci, cols[j])
			s.XX[i*s.N+j] = m.XX[a*m.N+b]
		}
	}
	return s
}

// ParticipationRatio returns (Σλ)²/Σλ² = (tr C)²/tr C² for the eigenvalues λ of the covariance C of the rows: the
// number of dimensions that the variance is spread over, between 1 and N. No eigenvalue is computed. It is NaN
// if nothing varies.
func (m *Moments) ParticipationRatio() float64 {
	mean, yMean := m.means()
	x := m.crossAbout(mean, yMean).X
	var trace, square float64
	for i := range m.N {
		own := m.xxAbout(i, i, mean, x)
		trace += own
		square += own * own
		for j := i + 1; j < m.N; j++ {
			shared := m.xxAbout(i, j, mean, x)
			square += 2 * shared * shared
		}
	}
	return trace * trace / square
}

// Correlation returns ρ of the ridge readout with penalty α from the columns given (nil: all), as Path.Correlation does, by
// one Cholesky factorisation of XᵀX + α instead of a decomposition. The moments must be about the mean of their rows. It is NaN
// where XᵀX + α is singular.
func (m *Moments) Correlation(cols []int, alpha float64) float64 {
	f := factors.Get().(*factor)
	defer factors.Put(f)
	trace, ok := f.factorise(m, cols, alpha)
	if !ok {
		return math.NaN()
	}
	f.solve()
	xw, _, ww := f.squares(m, cols, alpha)
	return math.Sqrt(xw / (trace * ww))
}

var factors = sync.Pool{New: func() any { return new(factor) }}

// CorrelationsWithout returns Correlation, and what it would be without each of the neurons: with H = XᵀX + α, the readout
// without neuron j is w − H⁻¹e_j w_j/(H⁻¹)_jj. All are NaN where H is singular.
func (m *Moments) CorrelationsWithout(cols []int, alpha float64) (rho float64, without []float64) {
	if cols == nil {
		cols = AllRows(m.N)
	}
	n, d := len(cols), m.D
	without = slices.Repeat([]float64{math.NaN()}, n)
	f := factors.Get().(*factor)
	defer factors.Put(f)
	trace, ok := f.factorise(m, cols, alpha)
	if !ok {
		return math.NaN(), without
	}
	h, w := f.inverse(), f.solve()
	f.v = grow(f.v, n*d) // H⁻¹w, as w is
	kernel.GemmSerial(blas.NoTrans, blas.NoTrans, d, n, n, 1, w, n, h, n, 0, f.v, n)
	xw, zz, ww := f.squares(m, cols, alpha)
	rho = math.Sqrt(xw / (trace * ww))
	for j, c := range cols {
		row := h[j*n : (j+1)*n]
		q, qq := row[j], kernel.Dot(row, row)
		zzj, wwj := zz, ww
		for at := j; at < n*d; at += n {
			zzj -= w[at] * w[at] / q
			wwj += w[at] / q * (qq*w[at]/q - 2*f.v[at])
		}
		rest, xwj := trace-m.XX[c*m.N+c], zzj-alpha*wwj
		if rest > cancelled*trace && wwj > cancelled*ww && xwj > cancelled*zz {
			without[j] = math.Sqrt(xwj / (rest * wwj))
			continue
		}
		without[j] = f.without(m, cols, j)
	}
	return rho, without
}

package regime

import (
	"math"
	"math/bits"
	"math/rand/v2"

	kernel "oblique/internal/blas"
	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/mat"
)

// CorrelationTime returns the integrated autocorrelation time of the rows of X about their mean,
//
//	τ = 1 + 2 max_L Σ_{1≤ℓ≤L} r(ℓ),   r(ℓ) = ⟨x_i·x_{i+ℓ}⟩ / ⟨x_i·x_i⟩,
//
// in rows, so that T rows carry about as much as T/τ independent ones. Columns count by their variance; pairs are taken
// within trials only (nil: one stretch of all rows). The sum ends at the first lag that is at least five times the τ
// reached, or at a quarter of the longest stretch, whichever is first; τ is at least 1. It is NaN if nothing varies.
//
// The greatest sum is that of all lags where correlations are positive. In a rhythm it is that of the first half of a lobe: later
// ones, of either sign, would cancel it, as they do in the variance of a mean, but neighbours in time stay alike.
//
// Source: Sokal, Monte Carlo methods in statistical mechanics (1997), section 3.
func CorrelationTime(x *mat.Dense, trials []recording.Range) float64 {
	tau, _ := correlationTimes(x, trials)
	return tau
}

// correlationTimes returns CorrelationTime and, of the same lags,
//
//	τ₂ = 1 + 2 Σ r(ℓ)².
//
// Second moments of T rows are as uncertain as those of T/τ₂ independent ones, as their products forget each other as r² does
// (Bartlett 1946): E tr Ĉ² = tr C² + (τ₂/T) ((tr C)² + tr C²) for Gaussian activity.
func correlationTimes(x *mat.Dense, trials []recording.Range) (tau, square float64) {
	t, n := x.Dims()
	if len(recording.Constant(x)) == n { // which rounding of the mean would hide
		return math.NaN(), math.NaN()
	}
	if trials == nil {
		trials = []recording.Range{{From: 0, To: t}}
	}
	products := newProducts(x, trials)
	variance := products.lagged(0)
	sum, tau, square := 1.0, 1.0, 1.0
	for lag := 1; lag <= products.most && float64(lag) < 5*tau; lag++ {
		r := products.lagged(lag) / variance
		sum, square = sum+2*r, square+2*r*r
		tau = math.Max(tau, sum) // NaN if one is
	}
	return tau, square
}

// products are the mean products of rows, about the mean row, at lags up to a quarter of the longest trial.
type products struct {
	x      []float64 // T×N
	n      int
	trials []recording.Range
	most   int       // lag
	all    []float64 // Σ of products at every lag; nil as long as few are asked for
}

func newProducts(x *mat.Dense, trials []recording.Range) *products {
	t, n := x.Dims()
	mean := make([]float64, n)
	for i := range t {
		for j, v := range x.RawRowView(i) {
			mean[j] += v / float64(t)
		}
	}
	p := &products{x: make([]float64, t*n), n: n, trials: trials}
	for i := range t {
		row := p.x[i*n : (i+1)*n]
		for j, v := range x.RawRowView(i) {
			row[j] = v - mean[j]
		}
	}
	for _, tr := range trials {
		p.most = max(p.most, tr.Len()/4)
	}
	return p
}

// manyLags is the lag from which all are had at once, by Fourier transforms.
const manyLags = 64

// lagged returns the mean product of rows at that lag within trials.
func (p *products) lagged(lag int) float64 {
	var sum float64
	var pairs int
	for _, tr := range p.trials {
		pairs += max(0, tr.Len()-lag)
	}
	switch {
	case lag < manyLags:
		for _, tr := range p.trials {
			if to := tr.To - lag; to > tr.From {
				sum += kernel.Dot(p.x[tr.From*p.n:to*p.n], p.x[(tr.From+lag)*p.n:tr.To*p.n])
			}
		}
	default:
		if p.all == nil {
			p.transform()
		}
		sum = p.all[lag]
	}
	return sum / float64(pairs)
}

// transform fills in all lags: the products of a trial are the inverse transform of its power spectrum, with as many zeros
// after its rows as there are lags.
func (p *products) transform() {
	p.all = make([]float64, p.most+1)
	transforms := map[int]*fourier.FFT{}
	for _, tr := range p.trials {
		lags := min(p.most, tr.Len()-1)
		size := 1 << bits.Len(uint(tr.Len()+lags-1))
		if transforms[size] == nil {
			transforms[size] = fourier.NewFFT(size)
		}
		fft := transforms[size]
		column, power := make([]float64, size), make([]complex128, size/2+1)
		var coefficients []complex128
		for j := range p.n {
			for i := range tr.Len() {
				column[i] = p.x[(tr.From+i)*p.n+j]
			}
			coefficients = fft.Coefficients(coefficients, column)
			for k, c := range coefficients {
				power[k] += complex(real(c)*real(c)+imag(c)*imag(c), 0)
			}
		}
		for lag, v := range fft.Sequence(column, power)[:lags+1] {
			p.all[lag] += v / float64(size)
		}
	}
}

// sketchWidth is the number of random directions that stand for all neurons in the correlation time of activity: the
// mean product of rows is a trace, which random signs estimate without bias (Hutchinson 1990), here to a few per
// cent, which is more than the length of a block asks for.
const sketchWidth = 32

// sketch projects the activity on random sign vectors, T×32, or returns it whole if that is no wider.
func sketch(v *ridge.View) (*mat.Dense, error) {
	t, n, _ := v.Dims()
	width := min(n, sketchWidth)
	signs := mat.NewDense(width, n, nil)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range width {
		for j := range n {
			switch {
			case n <= sketchWidth && i == j:
				signs.Set(i, j, 1)
			case n > sketchWidth:
				signs.Set(i, j, float64(2*rng.IntN(2)-1))
			}
		}
	}
	out := mat.NewDense(t, width, nil)
	return out, v.Project(signs, out, recording.Range{From: 0, To: t})
}

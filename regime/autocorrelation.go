package regime

import (
	"math"
	"math/rand/v2"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

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
	t, n := x.Dims()
	if len(recording.Constant(x)) == n { // which rounding of the mean would hide
		return math.NaN()
	}
	if trials == nil {
		trials = []recording.Range{{From: 0, To: t}}
	}
	mean := make([]float64, n)
	for i := range t {
		for j, v := range x.RawRowView(i) {
			mean[j] += v / float64(t)
		}
	}
	centred := mat.NewDense(t, n, nil)
	for i := range t {
		row := centred.RawRowView(i)
		for j, v := range x.RawRowView(i) {
			row[j] = v - mean[j]
		}
	}
	longest := 0
	for _, tr := range trials {
		longest = max(longest, tr.Len())
	}
	variance := lagged(centred, trials, 0)
	sum, tau := 1.0, 1.0
	for lag := 1; lag <= longest/4 && float64(lag) < 5*tau; lag++ {
		sum += 2 * lagged(centred, trials, lag) / variance
		tau = math.Max(tau, sum) // NaN if one is
	}
	return tau
}

// lagged returns the mean product of rows at that lag within trials.
func lagged(x *mat.Dense, trials []recording.Range, lag int) float64 {
	var sum float64
	var pairs int
	for _, tr := range trials {
		for i := tr.From; i+lag < tr.To; i++ {
			for j, v := range x.RawRowView(i) {
				sum += v * x.At(i+lag, j)
			}
			pairs++
		}
	}
	return sum / float64(pairs)
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

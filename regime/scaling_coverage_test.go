package regime_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

var exponentRuns = flag.Int("exponent.runs", 0, "recordings of each kind in TestExponentCoverage; a documented run, not a unit test")

// TestExponentCoverage counts how often the interval of the exponent holds the exponent of the population that the neurons
// were drawn from, which is known: −½ where neurons are independent, of different variances and weights; 0 where they
// share one signal, with different strengths, that outweighs their noise. docs/methods.md has the figures of
// go test ./regime -run ExponentCoverage -exponent.runs 200.
func TestExponentCoverage(t *testing.T) {
	if *exponentRuns == 0 {
		t.Skip("a documented run: -exponent.runs 200")
	}
	const rows, n = 1500, 60
	for _, c := range []struct {
		name  string
		gamma float64
		fill  func(rng *rand.Rand, x, y *mat.Dense)
	}{
		{"independent neurons", -0.5, independentNeurons},
		{"one common signal", 0, func(rng *rand.Rand, x, y *mat.Dense) { commonSignal(rng, x, y, 0.03) }},
		{"one common signal, noisy behaviour", 0, func(rng *rand.Rand, x, y *mat.Dense) { commonSignal(rng, x, y, 0.3) }},
	} {
		for _, method := range []regime.Method{regime.Paper} {
			covered, sum, square := 0, 0.0, 0.0
			for run := range *exponentRuns {
				rng := rand.New(rand.NewPCG(uint64(run), 11))
				x, y := mat.NewDense(rows, n, nil), mat.NewDense(rows, 1, nil)
				c.fill(rng, x, y)
				o := regime.ScalingOptions{Sizes: []int{6, 12, 24, 36, 48, 60}, Draws: 10,
					Fit: regime.Options{Method: method, Bootstrap: -1, Shifts: -1, Readouts: -1, TimeSubsamples: -1}}
				e := scale(t, &recording.Recording{X: x, Y: y}, o).Exponent
				if e.CI.Contains(regime.Number(c.gamma)) {
					covered++
				}
				sum += float64(e.Value)
				square += float64(e.Value) * float64(e.Value)
			}
			runs := float64(*exponentRuns)
			mean := sum / runs
			t.Logf("%s, %s: γ = %g is covered in %.3f of %d runs; estimates %.3f ± %.3f", c.name, method, c.gamma,
				float64(covered)/runs, *exponentRuns, mean, math.Sqrt(square/runs-mean*mean))
		}
	}
}

// independentNeurons has neurons of log-normal standard deviations, read with Gaussian weights.
func independentNeurons(rng *rand.Rand, x, y *mat.Dense) {
	rows, n := x.Dims()
	spread, weight := make([]float64, n), make([]float64, n)
	for j := range n {
		spread[j], weight[j] = math.Exp(0.3*rng.NormFloat64()), rng.NormFloat64()
	}
	for i := range rows {
		var sum float64
		for j := range n {
			x.Set(i, j, 10+spread[j]*rng.NormFloat64())
			sum += weight[j] * x.At(i, j)
		}
		y.Set(i, 0, sum)
	}
}

// commonSignal has neurons that follow one slow signal with strengths of their own, far above their noise, and behaviour that
// is the signal with noise.
func commonSignal(rng *rand.Rand, x, y *mat.Dense, noise float64) {
	rows, n := x.Dims()
	strength := make([]float64, n)
	for j := range n {
		strength[j] = 10 + 3*rng.NormFloat64()
	}
	z := 0.0
	for i := range rows {
		z = 0.9*z + math.Sqrt(1-0.81)*rng.NormFloat64()
		for j := range n {
			x.Set(i, j, 20+strength[j]*z+rng.NormFloat64())
		}
		y.Set(i, 0, z+noise*rng.NormFloat64())
	}
}

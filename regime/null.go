package regime

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// nullReadouts fills in what ρ would be for readouts that know nothing of behaviour: drawn isotropically, where
// E ρ² = 1/N exactly, and drawn from a Gaussian with the activity's own covariance, which lie along its leading
// components by chance alone: E ρ² ≈ Σλ²/(Σλ)², one over the participation ratio.
func (f *fit) nullReadouts() error {
	values := f.path.Spectrum.Values
	n, d := f.result.Data.NNeurons, f.result.Data.NOutputs
	f.result.Nulls.Isotropic = newNull(f.randomReadouts(values, nil, n, d))
	f.result.Nulls.Covariance = newNull(f.randomReadouts(values, values, n, d))
	return nil
}

// randomReadouts draws ρ of Gaussian readouts in principal coordinates, where ρ² = Σ λ w² / (Σ λ Σ w²). A coordinate's
// variance is 1, or its entry of scale. Components beyond those kept have λ = 0 and only lengthen w.
func (f *fit) randomReadouts(values, scale []float64, n, d int) []float64 {
	var total float64
	for _, v := range values {
		total += v
	}
	rho := make([]float64, f.options.Readouts)
	for i := range rho {
		var output, norm float64
		for range d {
			o, w := f.randomReadout(f.readouts, values, scale, n)
			output, norm = output+o, norm+w
		}
		rho[i] = math.Sqrt(output / (total * norm))
	}
	return rho
}

// randomReadout returns Σ λ w² and Σ w² of one Gaussian readout.
func (f *fit) randomReadout(rng *rand.Rand, values, scale []float64, n int) (output, norm float64) {
	for j := range n {
		if scale != nil && j >= len(scale) {
			break
		}
		w := rng.NormFloat64()
		w *= w
		if scale != nil {
			w *= scale[j]
		}
		norm += w
		if j < len(values) {
			output += values[j] * w
		}
	}
	return output, norm
}

// newNull summarises draws, passing over undefined ones.
func newNull(draws []float64) Null {
	defined := slices.DeleteFunc(slices.Clone(draws), math.IsNaN)
	if len(defined) == 0 {
		return Null{Mean: Undefined, RMS: Undefined, CI: undefinedInterval}
	}
	var square float64
	for _, x := range defined {
		square += x * x
	}
	return Null{Draws: len(defined), Mean: Number(stat.Mean(defined, nil)),
		RMS: Number(math.Sqrt(square / float64(len(defined)))), CI: central95(defined)}
}

// central95 returns the 2.5 % and 97.5 % quantiles, interpolated linearly.
func central95(x []float64) Interval {
	s := slices.Sorted(slices.Values(x))
	return Interval{Number(quantile(s, 0.025)), Number(quantile(s, 0.975))}
}

// quantile interpolates linearly between the order statistics of sorted data, so that quantile 0 is the least value
// and quantile 1 the greatest (Hyndman & Fan 1996, type 7).
func quantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}

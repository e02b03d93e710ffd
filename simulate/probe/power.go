package probe

import (
	"fmt"

	"gonum.org/v1/gonum/dsp/fourier"

	"oblique/simulate"
)

// A Spectrum is the power of principal components by frequency.
type Spectrum struct {
	Frequency []float64   `json:"frequency"` // in 1/τ, from 0 to 1/(2 dt)
	Power     [][]float64 `json:"power"`     // of each component
}

// PowerSpectrum returns |FFT|² along time of the projections of the states on the first k components, from a time on, mean over
// trials. Components are those of the same states; the mean is not removed before the projection, as in the published
// code. The paper has k = 6, from = 30 in trials of 150. It panics if fewer than two steps are left.
func PowerSpectrum(run *simulate.Run, from float64, k int) *Spectrum {
	x := run.Since(from)
	rows, _ := x.Dims()
	trials := run.Batch.Trials
	steps := rows / trials
	if steps < 2 {
		panic(fmt.Sprintf("probe: the spectrum of %d steps", steps))
	}
	c := Principal(x, k)
	clear(c.Mean)
	scores := c.Project(x)
	fft := fourier.NewFFT(steps)
	s := &Spectrum{}
	for i := range steps/2 + 1 {
		s.Frequency = append(s.Frequency, float64(i)/(float64(steps)*run.Dt))
	}
	series := make([]float64, steps)
	for j := range c.Variance {
		power := make([]float64, steps/2+1)
		for trial := range trials {
			for t := range series {
				series[t] = scores.At(t*trials+trial, j)
			}
			for i, v := range fft.Coefficients(nil, series) {
				power[i] += (real(v)*real(v) + imag(v)*imag(v)) / float64(trials)
			}
		}
		s.Power = append(s.Power, power)
	}
	return s
}

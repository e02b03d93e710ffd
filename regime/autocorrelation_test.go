package regime_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

// A first-order autoregressive process has r(ℓ) = aˡ and τ = (1+a)/(1−a).
func TestCorrelationTimeOfAutoregression(t *testing.T) {
	for _, a := range []float64{0, 0.5, 0.9} {
		x := autoregressive(rand.New(rand.NewPCG(30, 1)), 40000, 20, a)
		want := (1 + a) / (1 - a)
		// The window of five τ leaves e⁻¹⁰ of the sum; 800000/τ independent products leave 2 %.
		wantRelative(t, "correlation time", regime.Number(regime.CorrelationTime(x, nil)), want, 0.05)
	}
}

// Columns count by their variance.
func TestCorrelationTimeOfUnequalColumns(t *testing.T) {
	x := autoregressive(rand.New(rand.NewPCG(31, 1)), 40000, 2, 0.9)
	white := autoregressive(rand.New(rand.NewPCG(31, 2)), 40000, 1, 0)
	for i := range 40000 {
		x.Set(i, 1, 10+3*white.At(i, 0))
	}
	// r(ℓ) = 0.9ˡ/(1+9)
	wantRelative(t, "correlation time", regime.Number(regime.CorrelationTime(x, nil)), 1+18.0/10, 0.25)
}

// Pairs across trials do not count: trials that repeat one another row by row are as independent as their rows.
func TestCorrelationTimeWithinTrials(t *testing.T) {
	rng := rand.New(rand.NewPCG(32, 1))
	x := mat.NewDense(4000, 5, nil)
	var trials []recording.Range
	for from := 0; from < 4000; from += 100 {
		part := autoregressive(rng, 100, 5, 0.8)
		x.Slice(from, from+100, 0, 5).(*mat.Dense).Copy(part)
		trials = append(trials, recording.Range{From: from, To: from + 100})
	}
	wantRelative(t, "correlation time", regime.Number(regime.CorrelationTime(x, trials)), 9, 0.15)
}

// A rhythm's later lobes cancel the sum of its first: what holds for the variance of a mean, not for rows that are alike. The
// greatest sum of r(ℓ) = aˡ cos(2πℓ/P) is that to ℓ = P/4, where it first falls to zero.
func TestCorrelationTimeOfRhythm(t *testing.T) {
	const rows, period, a = 40000, 40, 0.99
	rng := rand.New(rand.NewPCG(33, 1))
	x := mat.NewDense(rows, 2, nil)
	rotation := cmplx.Rect(a, 2*math.Pi/period)
	z := complex(0, 0)
	for i := range rows {
		z = rotation*z + complex(rng.NormFloat64(), rng.NormFloat64())
		x.SetRow(i, []float64{real(z), imag(z)})
	}
	want := 1.0
	for lag := 1; lag <= period/4; lag++ {
		want += 2 * math.Pow(a, float64(lag)) * math.Cos(2*math.Pi*float64(lag)/period)
	}
	wantRelative(t, "correlation time", regime.Number(regime.CorrelationTime(x, nil)), want, 0.05)
}

func TestCorrelationTimeLimits(t *testing.T) {
	alternating := mat.NewDense(1000, 1, nil)
	for i := range 1000 {
		alternating.Set(i, 0, float64(i%2))
	}
	if tau := regime.CorrelationTime(alternating, nil); tau != 1 {
		t.Errorf("τ of an alternating signal = %g, want its least value 1", tau)
	}
	for _, rows := range []int{3, 49} {
		constant := mat.NewDense(rows, 2, nil)
		for i := range rows {
			constant.SetRow(i, []float64{0, 0.1})
		}
		if tau := regime.CorrelationTime(constant, nil); !math.IsNaN(tau) {
			t.Errorf("τ of %d rows that never change = %g, want NaN", rows, tau)
		}
	}
	if tau := regime.CorrelationTime(mat.NewDense(2, 1, []float64{1, 2}), nil); tau != 1 {
		t.Errorf("τ of two rows = %g, want 1", tau)
	}
	ramp := mat.NewDense(1000, 1, nil)
	for i := range 1000 {
		ramp.Set(i, 0, float64(i))
	}
	if tau := regime.CorrelationTime(ramp, nil); tau < 200 || tau > 1000 {
		t.Errorf("τ of a ramp of 1000 rows = %g", tau)
	}
}

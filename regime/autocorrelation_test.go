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

// slow returns columns that remember for so long that hundreds of lags count, with a drift.
func slow(t, n int) *mat.Dense {
	x := autoregressive(rand.New(rand.NewPCG(34, 1)), t, n, 0.995)
	for i := range t {
		x.Set(i, 0, x.At(i, 0)+5*float64(i)/float64(t))
	}
	return x
}

// However many lags there are, τ is what its definition says, in one stretch and in trials of unequal lengths.
func TestCorrelationTimeOfManyLags(t *testing.T) {
	const rows, n = 3000, 3
	x := slow(rows, n)
	uneven := []recording.Range{{From: 5, To: 700}, {From: 700, To: 730}, {From: 740, To: 741}, {From: 800, To: 2600}, {From: 2601, To: 3000}}
	for _, trials := range [][]recording.Range{{{From: 0, To: rows}}, uneven} {
		c, longest := centred(x), 0
		for _, tr := range trials {
			longest = max(longest, tr.Len())
		}
		lagged := func(lag int) float64 {
			var sum, pairs float64
			for _, tr := range trials {
				for i := tr.From; i+lag < tr.To; i++ {
					sum, pairs = sum+mat.Dot(c.RowView(i), c.RowView(i+lag)), pairs+1
				}
			}
			return sum / pairs
		}
		sum, want, lag := 1.0, 1.0, 1
		for ; lag <= longest/4 && float64(lag) < 5*want; lag++ {
			sum += 2 * lagged(lag) / lagged(0)
			want = max(want, sum)
		}
		if lag < 400 {
			t.Fatalf("%d lags, want many", lag)
		}
		wantRelative(t, "correlation time", regime.Number(regime.CorrelationTime(x, trials)), want, 1e-12)
	}
}

func BenchmarkCorrelationTime(b *testing.B) {
	for _, c := range []struct {
		name string
		x    *mat.Dense
	}{
		{"slow/T=100000/N=32", slow(100000, 32)},
		{"fast/T=100000/N=32", autoregressive(rand.New(rand.NewPCG(35, 1)), 100000, 32, 0.9)},
		{"slow/T=400/N=32", slow(400, 32)},
		{"fast/T=400/N=32", autoregressive(rand.New(rand.NewPCG(35, 1)), 400, 32, 0.9)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				regime.CorrelationTime(c.x, nil)
			}
		})
	}
}

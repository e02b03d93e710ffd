package regime_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// inTrials cuts a recording into trials of a length.
func inTrials(r *recording.Recording, length int) *recording.Recording {
	t, _, _ := r.Dims()
	r.Trials = nil
	for from := 0; from < t; from += length {
		r.Trials = append(r.Trials, recording.Range{From: from, To: min(from+length, t)})
	}
	return r
}

// Each draw is the analysis of trials drawn with replacement, copies and all.
func TestBootstrapDraws(t *testing.T) {
	r := inTrials(readable(90, 300, 5, 2, 0.6, 2), 15)
	const alpha = 10.0
	res := fit(t, r, regime.Options{Alphas: []float64{alpha}, Bootstrap: 8, Shifts: -1})
	b := res.Bootstrap
	if b.Kind != "trials" || b.Blocks != 20 || b.Rows != 15 || b.Draws != 8 || len(b.Rho) != 8 {
		t.Fatalf("bootstrap %+v", b)
	}
	// The bootstrap is the second stream of the generator that fit passes.
	rng := rand.New(rand.NewPCG(1, 1))
	rng.Uint64()
	rng.Uint64()
	stream := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
	for draw := range 8 {
		var rows []int
		for range 20 {
			trial := r.Trials[stream.IntN(20)]
			for i := trial.From; i < trial.To; i++ {
				rows = append(rows, i)
			}
		}
		x, y := rowsAt(r.X, rows), rowsAt(r.Y, rows)
		wantRelative(t, "ρ of a draw", b.Rho[draw], regime.Correlation(centred(x), leastSquares(x, y, alpha)), 1e-9)
	}
}

func TestIntervals(t *testing.T) {
	r := inTrials(readable(91, 2000, 12, 2, 0.7, 6), 25)
	res := fit(t, r, regime.Options{Shifts: -1})
	for name, c := range map[string]struct {
		iv regime.Interval
		x  regime.Number
	}{
		"R²":                  {res.R2CI, res.R2},
		"ρ":                   {res.RhoCI, res.Rho},
		"ρ√N":                 {res.RhoSqrtNCI, res.RhoSqrtN},
		"participation ratio": {res.PRCI, res.PR},
		"d_var":               {res.DVarCI, regime.Number(res.DVar)},
		"d_fit":               {res.DFitCI, regime.Number(res.DFit)},
	} {
		if !(c.iv[0] <= c.iv[1]) || float64(c.iv[0]) > 1.2*float64(c.x) || float64(c.iv[1]) < 0.8*float64(c.x) {
			t.Errorf("%s %g: interval %v", name, float64(c.x), c.iv)
		}
	}
	wide := math.Exp(1.96 * spreadOfLogs(res.Bootstrap.Rho))
	wantRelative(t, "lower end of ρ", res.RhoCI[0], float64(res.Rho)/wide, 1e-12)
	wantRelative(t, "upper end of ρ", res.RhoCI[1], float64(res.Rho)*wide, 1e-12)
	for i := range 2 {
		wantRelative(t, "ρ√N", res.RhoSqrtNCI[i], float64(res.RhoCI[i])*math.Sqrt(12), 1e-14)
		if d := float64(res.DFitCI[i]); d != math.Trunc(d) {
			t.Errorf("interval of a dimension %v", res.DFitCI)
		}
	}
}

// A recording of few independent stretches has no interval, and says so.
func TestNoIntervals(t *testing.T) {
	res := fit(t, readable(92, 600, 4, 1, 0.97, 1), regime.Options{Shifts: -1})
	if res.Bootstrap != nil || res.RhoCI[0].Defined() || res.R2CI[0].Defined() || !noted(res, "No intervals") {
		t.Errorf("interval %v of %g independent samples; notes %q", res.RhoCI, float64(res.EffectiveT), res.Notes)
	}
}

// One draw has no spread: no interval, of R² either.
func TestNoIntervalOfOneDraw(t *testing.T) {
	res := fit(t, readable(92, 600, 4, 1, 0.3, 1), regime.Options{Bootstrap: 1, Shifts: -1})
	if res.Bootstrap == nil || res.RhoCI[0].Defined() || res.R2CI[0].Defined() || res.DFitCI[0].Defined() {
		t.Errorf("intervals of one draw: ρ %v, R² %v, d_fit %v", res.RhoCI, res.R2CI, res.DFitCI)
	}
}

// Where R² is hardly above zero, too many draws have none: the interval of the fitting dimension is undefined, with the reason.
func TestNoIntervalOfFitDimension(t *testing.T) {
	for seed := range uint64(40) {
		res := fit(t, readable(seed, 300, 6, 1, 0.3, 12), regime.Options{Bootstrap: 60, Shifts: -1})
		if res.DFit == 0 || res.DFitCI[0].Defined() {
			continue
		}
		if !noted(res, "No interval of the fitting dimension: it is defined in ") || res.RelativeCI[0].Defined() {
			t.Errorf("notes %q, ratio %v", res.Notes, res.RelativeCI)
		}
		return
	}
	t.Fatal("no such recording among these")
}

// ρ is at most 1, and its interval too.
func TestIntervalEndsAtOne(t *testing.T) {
	x := autoregressive(rand.New(rand.NewPCG(94, 1)), 2000, 3, 0.3)
	for i := range 2000 {
		x.Set(i, 0, 30*x.At(i, 0))
	}
	y := mat.DenseCopyOf(x.Slice(0, 2000, 0, 1))
	noise := autoregressive(rand.New(rand.NewPCG(94, 2)), 2000, 1, 0.3)
	noise.Scale(1000, noise)
	y.Add(y, noise)
	res := fit(t, &recording.Recording{X: x, Y: y}, regime.Options{Alphas: []float64{1}, Shifts: -1})
	if !(res.RhoCI[0] < res.Rho && res.Rho <= res.RhoCI[1] && res.RhoCI[1] <= 1) {
		t.Errorf("ρ %g, interval %v", float64(res.Rho), res.RhoCI)
	}
}

// The spread of the draws is that of the estimate over recordings, which half-samples understate.
func TestBootstrapSpread(t *testing.T) {
	const recordings = 40
	w := []float64{1, -1, 0.5, 2, 0, 0, 1, 1}
	var estimates, within, halves []float64
	for seed := range uint64(recordings) {
		rng := rand.New(rand.NewPCG(seed, 93))
		x := autoregressive(rng, 2400, 8, 0.8)
		y := mat.NewDense(2400, 1, nil)
		for i := range 2400 {
			row := x.RawRowView(i)
			for j := range row {
				row[j] *= 4 / float64(1+j)
				y.Set(i, 0, y.At(i, 0)+w[j]*row[j])
			}
		}
		noise := autoregressive(rng, 2400, 1, 0.8)
		noise.Scale(3, noise)
		y.Add(y, noise)
		o := regime.Options{Alphas: []float64{1}, Shifts: -1, Readouts: -1, TimeSubsamples: 20}
		res := fit(t, &recording.Recording{X: x, Y: y}, o)
		estimates = append(estimates, math.Log(float64(res.Rho)))
		within = append(within, spreadOfLogs(res.Bootstrap.Rho))
		halves = append(halves, spreadOfLogs(res.TimeSubsamples.Rho))
	}
	truth, boot, half := stat.StdDev(estimates, nil), stat.Mean(within, nil), stat.Mean(halves, nil)
	t.Logf("SD of log ρ over recordings %.4f, in the bootstrap %.4f, over half-samples %.4f", truth, boot, half)
	// The SD over 40 recordings is itself known to 11 %.
	if boot < 0.7*truth || boot > 1.4*truth {
		t.Errorf("the bootstrap gives an SD of %.4f, over recordings it is %.4f", boot, truth)
	}
	if half > 0.7*truth {
		t.Errorf("half-samples give an SD of %.4f, over recordings it is %.4f", half, truth)
	}
}

func spreadOfLogs(x []regime.Number) float64 {
	logs := make([]float64, len(x))
	for i, v := range x {
		logs[i] = math.Log(float64(v))
	}
	return stat.StdDev(logs, nil)
}

// Behaviour that changes in one block alone is constant in a third of the draws, which have no R² then: rounding leaves no number.
func TestNoIntervalOfRareBehaviour(t *testing.T) {
	const rows = 300
	x := autoregressive(rand.New(rand.NewPCG(95, 1)), rows, 5, 0)
	for _, level := range []float64{0.1, 1.0 / 3, 1000.1} {
		y := mat.NewDense(rows, 2, nil)
		for i := range rows {
			y.Set(i, 0, level)
			y.Set(i, 1, x.At(i, 0))
		}
		y.Set(130, 0, level+1)
		r := inTrials(&recording.Recording{X: x, Y: mat.DenseCopyOf(y.Slice(0, rows, 0, 1))}, 20)
		if res := fit(t, r, regime.Options{Shifts: -1}); res.Bootstrap == nil || res.R2CI[0].Defined() {
			t.Errorf("level %g: interval %v of R²", level, res.R2CI)
		}
		// Beside an output that does change, it is left out where it does not.
		r.Y = y
		if res := fit(t, r, regime.Options{Shifts: -1}); !(res.R2CI[0] > -10 && res.R2CI[1] <= 1) {
			t.Errorf("level %g: interval %v of R² %g", level, res.R2CI, float64(res.R2))
		}
	}
}

// Dimensions are from 1 to N, and their intervals too.
func TestIntervalsOfDimensionsEnd(t *testing.T) {
	const rows, n = 300, 8
	// White noise has N dimensions; where the first component has little more than 0.9 of the variance, d_var is 1, and 2 in some draws.
	for _, first := range []float64{1, math.Sqrt(7 * 9.6)} {
		x := autoregressive(rand.New(rand.NewPCG(96, 1)), rows, n, 0)
		y := autoregressive(rand.New(rand.NewPCG(96, 2)), rows, 1, 0)
		for i := range rows {
			row := x.RawRowView(i)
			y.Set(i, 0, y.At(i, 0)+row[0]+row[1])
			row[0] *= first
		}
		res := fit(t, &recording.Recording{X: x, Y: y}, regime.Options{Shifts: -1})
		if first > 1 && res.DVar != 1 {
			t.Fatalf("d_var %d", res.DVar)
		}
		for name, iv := range map[string]regime.Interval{"participation ratio": res.PRCI, "d_var": res.DVarCI, "d_fit": res.DFitCI} {
			if !(iv[0] >= 1 && iv[1] <= n) {
				t.Errorf("%s: interval %v of %d neurons", name, iv, n)
			}
		}
	}
}

// One trial of twenty has half of behaviour's variance, which is noise: drawn not at all, it leaves an R² of 1. The interval
// about 1/2 reaches as far down as that is up, times w of twenty blocks; less far up, as more than one draw of it leaves 1/3 or 1/4.
func TestIntervalOfR2IsReflected(t *testing.T) {
	const rows, trial, w = 1000, 50, 1.025978 * 2.093024 / 1.959964 // √(20/19) · t(19)/t(∞)
	x := autoregressive(rand.New(rand.NewPCG(97, 1)), rows, 3, 0)
	y := mat.DenseCopyOf(x.Slice(0, rows, 0, 1))
	noise := rand.New(rand.NewPCG(97, 2))
	for i := 7 * trial; i < 8*trial; i++ {
		y.Set(i, 0, y.At(i, 0)+math.Sqrt(rows/trial)*noise.NormFloat64())
	}
	res := fit(t, inTrials(&recording.Recording{X: x, Y: y}, trial), regime.Options{Shifts: -1, Readouts: -1})
	r2, below, above := float64(res.R2), float64(res.R2-res.R2CI[0]), float64(res.R2CI[1]-res.R2)
	// Readouts that saw the noise leave other trials an R² of little less than 1; without w it would be 9 % less.
	if math.Abs(r2-0.5) > 0.1 || math.Abs(below/(w*(1-r2))-1) > 0.02 || above < 0.15 || above > 0.35 {
		t.Errorf("R² %.3f, %.3f below and %.3f above in the interval", r2, below, above)
	}
}

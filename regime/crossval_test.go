package regime_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

// Behaviour that has nothing to do with activity, both slow: what in-sample figures call a fit. N = 80, T = 1500,
// a = 0.9 (τ = 19 rows).
func TestUnrelatedBehaviour(t *testing.T) {
	const rows, n = 1500, 80
	var inSample, heldOut float64
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 60))
		r := &recording.Recording{X: autoregressive(rng, rows, n, 0.9), Y: autoregressive(rng, rows, 2, 0.9)}
		paper := fit(t, r, regime.Options{Method: regime.Paper, TimeSubsamples: -1})
		res := fit(t, r, regime.Options{Bootstrap: -1, Shifts: 50})
		if !(paper.R2 > 0.05) || paper.DFit == 0 {
			t.Errorf("seed %d: paper: R² %g, d_fit %d; want its optimistic figures", seed, float64(paper.R2), paper.DFit)
		}
		if !(res.R2 <= 0) || res.DFit != 0 || res.Relative.Defined() || !noted(res, "fitting dimension is undefined") {
			t.Errorf("seed %d: held-out R² %g, d_fit %d, notes %q", seed, float64(res.R2), res.DFit, res.Notes)
		}
		if *res.Nulls.PValue < 0.02 {
			t.Errorf("seed %d: p = %g", seed, float64(*res.Nulls.PValue))
		}
		inSample, heldOut = inSample+float64(paper.R2)/5, heldOut+float64(res.R2)/5
	}
	t.Logf("mean R² in-sample %.3f, held-out %.3f", inSample, heldOut)
}

// Held-out R² is that of the predictions, and close to the truth where there is enough data: 1/(1 + noise/signal).
func TestHeldOutFigures(t *testing.T) {
	r := readable(61, 6000, 10, 2, 0.5, 8)
	res := fit(t, r, quick)
	var mean float64
	for o, r2 := range rSquared(r.Y, res.Prediction) {
		wantRelative(t, "R² of the held-out prediction", res.R2ByOutput[o], r2, 1e-9)
		mean += r2 / 2
	}
	wantRelative(t, "R²", res.R2, mean, 1e-9)
	if !(res.R2 < res.R2InSample) || res.R2InSample-res.R2 > 0.02 {
		t.Errorf("held-out R² %g, in-sample %g", float64(res.R2), float64(res.R2InSample))
	}
	if last := res.R2ByPCs[len(res.R2ByPCs)-1]; last != res.R2 {
		t.Errorf("the curve ends at %g, R² is %g", float64(last), float64(res.R2))
	}
	if len(res.Folds.R2) != 5 {
		t.Errorf("folds: %+v", res.Folds)
	}
	for _, r2 := range res.Folds.R2 {
		if math.Abs(float64(r2-res.R2)) > 0.2 {
			t.Errorf("R² of folds %v, of all %g", res.Folds.R2, float64(res.R2))
		}
	}
	// The fitting dimension is the first of the curve above the share, and levels are ordered.
	for _, l := range res.DFitLevels {
		k := int(l.DFit)
		if !(res.R2ByPCs[k-1] > l.Level*res.R2) || k > 1 && res.R2ByPCs[k-2] > l.Level*res.R2 {
			t.Errorf("d_fit at %g is %d; curve %v", float64(l.Level), k, res.R2ByPCs)
		}
	}
	if l := res.DFitLevels; !(l[0].DFit <= l[1].DFit && l[1].DFit <= l[2].DFit) || l[1].DFit != res.DFit {
		t.Errorf("fitting dimensions %v, d_fit %d", l, res.DFit)
	}
}

// Folds are whole trials where there are enough, gapped blocks otherwise.
func TestFoldKinds(t *testing.T) {
	r := readable(62, 1000, 5, 1, 0.8, 3)
	r.Bin = 10 * time.Millisecond
	res := fit(t, r, quick)
	if res.Folds.Kind != "blocks" || float64(res.Folds.Gap) < float64(res.CorrTime) {
		t.Errorf("folds %+v, correlation time %g rows", res.Folds, float64(res.CorrTime))
	}
	r.Smooth, r.Lag = 30*time.Millisecond, -45*time.Millisecond
	if gap := fit(t, r, quick).Folds.Gap; gap != 17 { // 4·30/10 + 45/10 rounded up
		t.Errorf("gap of %d rows beside a kernel of 12 and a lag of 5", gap)
	}
	o := quick
	o.Gap = 95 * time.Millisecond
	if gap := fit(t, r, o).Folds.Gap; gap != 10 {
		t.Errorf("gap of 95 ms is %d rows of 10 ms", gap)
	}
	o.Gap = -1
	if gap := fit(t, r, o).Folds.Gap; gap != 0 {
		t.Errorf("no gap is %d rows", gap)
	}
	unknown := &recording.Recording{X: r.X, Y: r.Y}
	if _, err := regime.Fit(context.Background(), unknown, regime.Options{Gap: time.Second}, nil); !errors.Is(err, regime.ErrOptions) {
		t.Errorf("a gap without a bin: %v", err)
	}
	for i := range 20 {
		r.Trials = append(r.Trials, recording.Range{From: 50 * i, To: 50*i + 40})
	}
	res = fit(t, r, quick)
	if res.Folds.Kind != "trials" || res.Folds.Gap != 0 {
		t.Errorf("folds of trials: %+v", res.Folds)
	}
	if res.Data.NTrials != 20 {
		t.Errorf("%d trials", res.Data.NTrials)
	}
	r.Trials = r.Trials[:9]
	if kind := fit(t, r, quick).Folds.Kind; kind != "blocks" {
		t.Errorf("9 trials for 5 folds make %s", kind)
	}
}

// Behaviour that changes between trials alone has no correlation time within them, and is analysed all the same.
func TestBehaviourThatChangesBetweenTrials(t *testing.T) {
	r := inTrials(readable(65, 600, 4, 1, 0.3, 1), 20)
	for i := range 600 {
		r.Y.Set(i, 0, 0)
		if i >= 300 {
			r.Y.Set(i, 0, 1)
		}
	}
	marshal(t, fit(t, r, regime.Options{Bootstrap: 20, Shifts: 10}))
	// Trials that leave out the rows where anything happens.
	for i := range 600 {
		r.Y.Set(i, 0, float64(i%20/19))
	}
	for i := range r.Trials {
		r.Trials[i].To--
	}
	res := fit(t, r, regime.Options{Bootstrap: 20, Shifts: 10})
	if !res.CorrTime.Defined() {
		t.Errorf("correlation time %v, notes %q", res.CorrTime, res.Notes)
	}
}

// The participation ratio of independent neurons is N; from T samples the naive one falls short, the corrected one does
// not. Samples of rank m are m.
func TestCorrectedParticipationRatio(t *testing.T) {
	const rows, n, dim = 150, 400, 20
	var naive, corrected float64
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 63))
		var x mat.Dense
		x.Mul(autoregressive(rng, rows, dim, 0), autoregressive(rng, dim, n, 0))
		res := fit(t, &recording.Recording{X: &x, Y: autoregressive(rng, rows, 1, 0)}, quick)
		naive, corrected = naive+float64(res.PR)/10, corrected+float64(res.PRCorrected)/10
	}
	// Twenty dimensions, seen by 400 neurons at 150 times: naively 1/(1/20 + 1/400 + 1/150) = 16.9.
	if math.Abs(naive-16.9) > 0.5 || math.Abs(corrected-dim) > 0.7 {
		t.Errorf("participation ratio %.2f, corrected %.2f; want 16.9 and 20", naive, corrected)
	}
	// White noise of N neurons has what N and T alone give: nothing is left.
	noise := &recording.Recording{X: autoregressive(rand.New(rand.NewPCG(1, 64)), 4000, 10, 0), Y: autoregressive(rand.New(rand.NewPCG(2, 64)), 4000, 1, 0)}
	res := fit(t, noise, quick)
	if res.PRCorrected.Defined() || !noted(res, "The corrected participation ratio is undefined") {
		t.Errorf("corrected participation ratio of noise %g, notes %q; want undefined", float64(res.PRCorrected), res.Notes)
	}
}

// Activity that remembers gives second moments fewer independent samples: T over 1 + 2 Σ r(ℓ)², which is (1+a²)/(1−a²) = 9.5 of a
// first-order autoregression, where T/τ, of its mean, would be half as many.
func TestCorrectedParticipationRatioOfSlowActivity(t *testing.T) {
	const rows, n, dim, runs = 1000, 100, 10, 20
	var naive, corrected float64
	for seed := range uint64(runs) {
		rng := rand.New(rand.NewPCG(seed, 67))
		var x mat.Dense
		x.Mul(autoregressive(rng, rows, dim, 0.9), autoregressive(rng, dim, n, 0))
		res := fit(t, &recording.Recording{X: &x, Y: autoregressive(rng, rows, 1, 0)}, quick)
		naive, corrected = naive+1/float64(res.PR)/runs, corrected+1/float64(res.PRCorrected)/runs
	}
	// Naively 1/(1/10 + 1/100 + 9.5/1000) = 8.4. Over seeds the mean of 20 has a standard error of 0.1.
	if math.Abs(1/naive-8.4) > 0.4 || math.Abs(1/corrected-dim) > 0.5 {
		t.Errorf("participation ratio %.2f, corrected %.2f; want 8.4 and 10", 1/naive, 1/corrected)
	}
}

// Outputs count alike in the correlation time, whatever their units: R² is the mean over them.
func TestCorrelationTimeOfUnits(t *testing.T) {
	r := readable(69, 2000, 5, 2, 0, 0)
	slow := autoregressive(rand.New(rand.NewPCG(70, 1)), 2000, 1, 0.95)
	for i := range 2000 {
		r.Y.Set(i, 0, slow.At(i, 0))
	}
	want := fit(t, r, quick)
	for i := range 2000 {
		r.Y.Set(i, 1, 1000*r.Y.At(i, 1))
	}
	got := fit(t, r, quick)
	wantRelative(t, "correlation time", got.CorrTime, float64(want.CorrTime), 1e-9)
	if want.CorrTime < 10 || got.Folds.Gap != want.Folds.Gap {
		t.Errorf("correlation time %g, gap of %d rows, with another unit %d", float64(want.CorrTime), want.Folds.Gap, got.Folds.Gap)
	}
}

// There may be more folds than the blocks that are kept otherwise.
func TestManyFoldsOfTrials(t *testing.T) {
	const folds = 110
	r := readable(68, 4*2*folds, 3, 1, 0, 1)
	for i := range 2 * folds {
		r.Trials = append(r.Trials, recording.Range{From: 4 * i, To: 4*i + 4})
	}
	o := quick
	o.Folds = folds
	if res := fit(t, r, o); len(res.Folds.R2) != folds {
		t.Errorf("%d folds, want %d", len(res.Folds.R2), folds)
	}
}

// A fold whose behaviour is the mean of all rows has no R²: rounding leaves no number.
func TestFoldOfConstantBehaviour(t *testing.T) {
	r := readable(66, 500, 4, 1, 0, 1)
	for i := range 500 {
		r.Y.Set(i, 0, 0.3)
		if i < 200 || i >= 300 {
			r.Y.Set(i, 0, []float64{0.2, 0.4}[i%2])
		}
	}
	o := quick
	o.Gap = -1
	for i, r2 := range fit(t, r, o).Folds.R2 {
		if constant := i == 2; r2.Defined() == constant {
			t.Errorf("R² of fold %d is %g", i, float64(r2))
		}
	}
}

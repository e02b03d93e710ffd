package regime

import (
	"fmt"
	"math"
	"time"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
)

// crossval reports what holds on rows that the readout has not seen: nested cross-validation over whole trials or
// gapped blocks, for the readout and for every number of components.
func (f *fit) crossval() error {
	b, err := f.cut()
	if err != nil {
		return err
	}
	cv := f.cv
	nested, err := cv.Nested()
	if err != nil {
		return err
	}
	f.heldOut(cv, nested)
	if err := f.predictHeldOut(cv, nested); err != nil {
		return err
	}
	f.result.Folds = &Folds{Kind: b.kind, N: f.options.Folds, Gap: b.gap, R2: f.foldR2(cv, nested)}
	if err := f.bootstrapIntervals(cv, b); err != nil {
		return err
	}
	return f.shiftNull(cv, b)
}

// cut divides the rows into folds.
func (f *fit) cut() (blocks, error) {
	if err := f.correlationTime(); err != nil {
		return blocks{}, err
	}
	b, err := f.blocks()
	if err != nil {
		return b, err
	}
	f.cv, err = ridge.NewCV(f.view, b.starts, f.options.Folds, b.gap, f.options.Alphas)
	if err != nil {
		return b, err
	}
	if f.cv.R() < 1 {
		return b, fmt.Errorf("regime: %w: %d rows leave nothing to train on in %d folds with a gap of %d rows",
			ErrUndefined, f.result.Data.NTime, f.options.Folds, b.gap)
	}
	f.cv.Stop = f.ctx.Err // many folds take long
	return b, nil
}

// correlationTime fills in how many rows are independent.
func (f *fit) correlationTime() error {
	x, err := sketch(f.view)
	if err != nil {
		return err
	}
	res := f.result
	tau, square := correlationTimes(x, f.rec.Trials)
	res.EffectiveT = Number(float64(res.Data.NTime) / tau)
	// Blocks must outlast the slower of activity and behaviour.
	res.CorrTime = Number(math.Max(tau, f.behaviourTime()))
	if !res.CorrTime.Defined() {
		f.note(recording.Caution + "Activity or behaviour never changes within trials: its rows are taken to be independent.")
		res.CorrTime = 1
	}
	independent := float64(res.Data.NTime) / square // as to second moments
	res.PRCorrected = Number(correctedPR(float64(res.PR), independent, float64(res.Data.NNeurons)))
	if !res.PRCorrected.Defined() {
		f.note(recording.Caution+"The corrected participation ratio is undefined: the naive one is about what so few neurons (%d) and independent samples (%.0f) give by themselves.",
			res.Data.NNeurons, independent)
	}
	return nil
}

// behaviourTime is the correlation time of behaviour whose outputs count alike, as they do in R²: they have units of their own, in
// which their variances say nothing. It is NaN if none varies.
func (f *fit) behaviourTime() float64 {
	y := mat.DenseCopyOf(f.rec.Y)
	y.Apply(func(_, o int, v float64) float64 {
		if yy := f.path.YY[o]; yy > 0 {
			return (v - f.yMean[o]) / math.Sqrt(yy)
		}
		return 0
	}, y)
	return CorrelationTime(y, f.rec.Trials)
}

// correctedPR removes from a participation ratio the bias of finite samples of T independent time points and N neurons,
//
//	1/PR_naive ≈ 1/T + 1/N + 1/PR,
//
// and is NaN where less than a tenth of 1/PR_naive is left: errors of the naive one are ten times as large then. Source:
// Chun et al. 2025.
func correctedPR(naive, t, n float64) float64 {
	const least = 0.1
	inverse := 1/naive - 1/t - 1/n
	if inverse < least/naive {
		return math.NaN()
	}
	return 1 / inverse
}

// blocks are the units of resampling, of which several make a fold.
type blocks struct {
	kind   string // "trials" or "blocks"
	starts []int
	gap    int
}

// The number of blocks: enough for the quantiles of a bootstrap, not so many that their moments fill the memory.
const (
	maxBlocks   = 100
	minBlocks   = 10 // fewer give no interval
	fewBlocks   = 20 // kept even where moments are large
	blockMemory = 512 << 20
)

// blocks cuts the rows: at trials if there are enough for the folds, else into stretches of five correlation times.
func (f *fit) blocks() (blocks, error) {
	t, n, _ := f.view.Dims()
	folds := f.options.Folds
	if f.options.Gap > 0 && f.rec.Bin <= 0 {
		return blocks{}, fmt.Errorf("regime: %w: a gap of %v, but the width of a time bin is unknown", ErrOptions, f.options.Gap)
	}
	most := max(fewBlocks, min(maxBlocks, blockMemory/(8*n*n)))
	if trials := f.rec.Trials; len(trials) >= 2*folds {
		b := blocks{kind: "trials", gap: f.rowsOf(max(0, f.options.Gap))}
		count := max(folds, min(most, len(trials)))
		for i := range count {
			b.starts = append(b.starts, trials[len(trials)*i/count].From)
		}
		b.starts[0] = 0 // rows before the first trial go with it
		return b, nil
	}
	b := blocks{kind: "blocks"}
	tau := float64(f.result.CorrTime)
	switch {
	case f.options.Gap > 0:
		b.gap = f.rowsOf(f.options.Gap)
	case f.options.Gap == 0:
		kernel := f.rowsOf(4*f.rec.Smooth) + f.rowsOf(f.rec.Lag.Abs())
		b.gap = max(kernel, min(int(math.Ceil(tau)), t/(4*folds)))
	}
	count := max(folds, min(most, int(float64(t)/(5*tau))))
	if t < 2*count {
		return b, fmt.Errorf("regime: %w: cross-validation in %d folds on %d rows", ErrUndefined, folds, t)
	}
	for i := range count {
		b.starts = append(b.starts, t*i/count)
	}
	return b, nil
}

// rowsOf returns how many rows a duration covers, rounded up; without a known bin, none.
func (f *fit) rowsOf(d time.Duration) int {
	if f.rec.Bin <= 0 {
		return 0
	}
	return int((d + f.rec.Bin - 1) / f.rec.Bin)
}

// heldOut fills in the figures of nested cross-validation.
func (f *fit) heldOut(cv *ridge.CV, nested *ridge.Nested) {
	res, r := f.result, cv.R()
	for o := range res.Data.NOutputs {
		res.R2ByOutput = append(res.R2ByOutput, Number(f.share(nested.Errors.At(o, r-1), o)))
	}
	inSample := f.path.InSample()
	for k := range r {
		var errors []float64
		for o := range res.Data.NOutputs {
			errors = append(errors, nested.Errors.At(o, k))
		}
		best := max(0, ridge.Best(nested.Pooled.RawRowView(k)))
		res.R2ByPCs = append(res.R2ByPCs, f.meanR2(errors))
		res.AlphaByPCs = append(res.AlphaByPCs, Number(f.options.Alphas[best]))
		res.InSampleByPCs = append(res.InSampleByPCs, Number(inSample.At(k, best)))
	}
	res.R2 = res.R2ByPCs[r-1]
	pooled := nested.Pooled.RawRowView(r - 1)
	best := max(0, ridge.Best(pooled))
	mse := make([]float64, len(pooled))
	for i, e := range pooled {
		mse[i] = e / float64(res.Data.NTime*res.Data.NOutputs)
	}
	f.readout(best, mse)
	res.R2InSample = Number(inSample.At(f.path.R()-1, best))
	f.fitDimensions()
}

// share returns 1 − error/Σ(y − ȳ)² of an output: held-out R² about the mean of all rows. NaN if it never varies.
func (f *fit) share(sse float64, output int) float64 {
	if f.path.YY[output] == 0 {
		return math.NaN()
	}
	return 1 - sse/f.path.YY[output]
}

// meanR2 averages the R² of the outputs that vary.
func (f *fit) meanR2(errors []float64) Number {
	var sum, count float64
	for o, e := range errors {
		if r2 := f.share(e, o); !math.IsNaN(r2) {
			sum, count = sum+r2, count+1
		}
	}
	return Number(sum / count)
}

// varies is the share of an output's Σ(y − ȳ)² above which that of some rows is more than what rounding leaves of a ȳ that
// is their constant value.
const varies = 1e-16

// foldR2 returns the R² of each fold about the mean of all rows. It is undefined where behaviour is that mean throughout.
func (f *fit) foldR2(cv *ridge.CV, nested *ridge.Nested) []Number {
	var r2 []Number
	for fold, errors := range nested.ByFold {
		rows := cv.FoldRows(fold)
		var sum, count float64
		for o, e := range errors {
			var total float64
			for i := rows.From; i < rows.To; i++ {
				y := f.rec.Y.At(i, o) - f.yMean[o]
				total += y * y
			}
			if total > varies*f.path.YY[o] {
				sum, count = sum+1-e/total, count+1
			}
		}
		r2 = append(r2, Number(sum/count))
	}
	return r2
}

// predictHeldOut fills in what each fold's readout predicts for its rows.
func (f *fit) predictHeldOut(cv *ridge.CV, nested *ridge.Nested) error {
	t, _, d := f.view.Dims()
	out := mat.NewDense(t, d, nil)
	for fold, w := range nested.Weights {
		rows := cv.FoldRows(fold)
		if err := f.view.Project(w, out, rows); err != nil {
			return err
		}
		for i := rows.From; i < rows.To; i++ {
			for o := range d {
				out.Set(i, o, out.At(i, o)+nested.Offset[fold][o]+f.yMean[o])
			}
		}
	}
	f.result.Prediction = out
	return nil
}

// shiftNull fits behaviour that is shifted in time against activity: what held-out R² and ρ are when the two have
// nothing to do with each other but keep their own autocorrelation.
func (f *fit) shiftNull(cv *ridge.CV, b blocks) error {
	count := f.options.Shifts
	if count == 0 {
		return nil
	}
	t, _, d := f.view.Dims()
	// Far enough that nothing of the true relation is left.
	least := min(t/4, max(b.gap, int(math.Ceil(5*float64(f.result.CorrTime)))))
	shifts := make([]int, count)
	for i := range shifts {
		shifts[i] = least + f.shifts.IntN(max(1, t-2*least))
	}
	shifted, err := cv.With(f.view.Shifted(shifts))
	if err != nil {
		return err
	}
	errors, choice, err := shifted.Groups(d)
	if err != nil {
		return err
	}
	path := ridge.NewPath(shifted.Total(nil), f.path.Spectrum, f.options.Alphas)
	r2, rho := make([]float64, count), make([]float64, count)
	reached := 1
	for s := range shifts {
		r2[s] = float64(f.meanR2(errors[s*d : (s+1)*d]))
		rho[s] = path.GroupCorrelation(s*d, (s+1)*d, f.options.Alphas[choice[s]])
		if r2[s] >= float64(f.result.R2) {
			reached++
		}
	}
	nullR2, nullRho := newNull(r2), newNull(rho)
	p := Number(float64(reached) / float64(1+count))
	f.result.Nulls.ShiftedR2, f.result.Nulls.ShiftedRho, f.result.Nulls.PValue = &nullR2, &nullRho, &p
	if f.result.R2 > 0 && f.result.R2 <= nullR2.CI[1] {
		f.note("Held-out R² is within what shifted behaviour gives (up to %.3f): the readout may be chance.", float64(nullR2.CI[1]))
	}
	return nil
}

// ranges of blocks in rows.
func (b blocks) ranges(t int) []recording.Range {
	out := make([]recording.Range, len(b.starts))
	for i, from := range b.starts {
		out[i] = recording.Range{From: from, To: t}
		if i > 0 {
			out[i-1].To = from
		}
	}
	return out
}

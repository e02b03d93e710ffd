package regime

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
)

// paper is the published analysis: penalties by exact leave-one-out, R² and fitting dimension in-sample.
func (f *fit) paper() error {
	res, p := f.result, f.path
	loo, err := p.LeaveOneOut(f.view, ridge.AllComponents(p.R()))
	if err != nil {
		return err
	}
	last := loo.RawRowView(p.R() - 1)
	best := ridge.Best(last)
	if best < 0 {
		return fmt.Errorf("regime: %w: at every penalty up to %.3g some row is fitted by itself alone, so that none has a leave-one-out error: "+
			"%d rows of %d neurons ask for greater penalties", ErrUndefined, p.Alphas[len(p.Alphas)-1], res.Data.NTime, res.Data.NNeurons)
	}
	inSample := p.InSample()
	for k := range p.R() {
		best := max(0, ridge.Best(loo.RawRowView(k)))
		res.R2ByPCs = append(res.R2ByPCs, Number(inSample.At(k, best)))
		res.AlphaByPCs = append(res.AlphaByPCs, Number(f.options.Alphas[best]))
	}
	f.readout(best, last)
	res.R2 = res.R2ByPCs[p.R()-1]
	res.R2InSample = res.R2
	res.InSampleByPCs = res.R2ByPCs
	res.R2ByOutput = numbers(p.InSampleByOutput(p.R(), f.options.Alphas[best]))
	f.fitDimensions()
	f.predictInSample()
	f.note("Method paper: R² and the fitting dimension are in-sample, as published. Use the method crossval for figures that hold on new data.")
	return nil
}

// levels are the shares of R² at which fitting dimensions are reported; 0.9 is the one called d_fit.
var levels = []float64{0.8, 0.9, 0.95}

// fitDimensions reads the fitting dimensions off the curve R2ByPCs. They are undefined unless R² is positive.
func (f *fit) fitDimensions() {
	res := f.result
	curve := make([]float64, len(res.R2ByPCs))
	for i, r2 := range res.R2ByPCs {
		curve[i] = float64(r2)
	}
	for _, level := range levels {
		l := Level{Level: Number(level), CI: undefinedInterval}
		if res.R2 > 0 {
			l.DFit = Dimension(ridge.Dimension(curve, level*float64(res.R2)))
		}
		res.DFitLevels = append(res.DFitLevels, l)
		if level == threshold {
			res.DFit = l.DFit
		}
	}
	res.Relative = ratio(res.DFit, res.DVar)
	if res.DFit == 0 {
		f.note("The fitting dimension is undefined: R² is %s, not above zero.", short(res.R2))
	}
}

// ratio returns fit/variance, undefined where either is.
func ratio(fit, variance Dimension) Number {
	if fit == 0 || variance == 0 {
		return Undefined
	}
	return Number(float64(fit) / float64(variance))
}

// predictInSample fills in what the readout predicts for the rows it was fitted to, if X is in memory.
func (f *fit) predictInSample() {
	res := f.result
	if f.rec.X == nil {
		return
	}
	t, _, d := f.rec.Dims()
	res.Prediction = mat.NewDense(t, d, nil)
	res.Prediction.Mul(f.rec.X, res.Weights.T())
	for i := range t {
		for j, o := range res.Offset {
			res.Prediction.Set(i, j, res.Prediction.At(i, j)+o)
		}
	}
}

// timeSubsamples repeats the published analysis on random subsets of the rows. As published, they are not
// centred again for ρ and for the principal directions; the ridge centres for itself.
func (f *fit) timeSubsamples() error {
	count := f.options.TimeSubsamples
	if count == 0 {
		return nil
	}
	t, _, _ := f.view.Dims()
	size := int(float64(t) * f.options.Fraction)
	if size < 3 {
		f.note("No time subsamples: %d rows are too few.", size)
		return nil
	}
	sub := &TimeSubsamples{N: count, Fraction: Number(f.options.Fraction),
		Rho: make([]Number, count), R2: make([]Number, count), Alpha: make([]Number, count),
		DVar: make([]Dimension, count), DFit: make([]Dimension, count), Relative: make([]Number, count)}
	rows := make([][]int, count)
	for i := range rows {
		rows[i] = draw(f.subsamples, t, size)
	}
	err := f.parallel("time subsamples", count, func(i int) error {
		return f.timeSubsample(sub, i, f.view.Subset(rows[i]))
	})
	if err != nil {
		return err
	}
	f.result.TimeSubsamples = sub
	if n := missing(sub.Alpha); n > 0 {
		f.note(recording.Caution+"%d of %d time subsamples have no penalty: at each some row is fitted by itself alone.", n, count)
	}
	return nil
}

func (f *fit) timeSubsample(sub *TimeSubsamples, i int, v *ridge.View) error {
	m, err := v.Moments()
	if err != nil {
		return err
	}
	t, n, _ := v.Dims()
	s, err := m.Spectrum(min(t, n))
	if err != nil {
		return err
	}
	p := ridge.NewPath(m, s, f.options.Alphas)
	loo, err := p.LeaveOneOut(v, []int{p.R()})
	if err != nil {
		return err
	}
	sub.Rho[i], sub.R2[i], sub.Alpha[i], sub.Relative[i] = Undefined, Undefined, Undefined, Undefined
	sub.DVar[i] = Dimension(ridge.Dimension(s.Variance(), threshold))
	best := ridge.Best(loo.RawRowView(0))
	if best < 0 {
		return nil
	}
	inSample := p.InSample()
	r2 := inSample.At(p.R()-1, best)
	rho, _ := p.Correlation(f.options.Alphas[best])
	fit, err := p.FirstAbove(v, inSample, threshold*r2)
	if err != nil {
		return err
	}
	sub.Rho[i], sub.R2[i], sub.Alpha[i] = Number(rho), Number(r2), Number(f.options.Alphas[best])
	sub.DFit[i] = Dimension(fit)
	sub.Relative[i] = ratio(sub.DFit[i], sub.DVar[i])
	return nil
}

// draw returns size of the numbers 0, …, t−1, without replacement, ascending.
func draw(rng *rand.Rand, t, size int) []int {
	rows := rng.Perm(t)[:size]
	slices.Sort(rows)
	return rows
}

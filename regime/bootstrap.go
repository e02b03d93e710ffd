package regime

import (
	"math"
	"math/rand/v2"
	"slices"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/stat"
)

// bootstrapIntervals draws blocks with replacement and repeats the analysis on each draw. All rows of a block come or
// stay away together, and copies of a block are in one fold, so that autocorrelation neither narrows the intervals
// nor lets a fold see its own rows.
//
// The interval of ρ is normal on a logarithmic scale, ρ e^{±1.96 s} with s the standard deviation of the draws' log ρ:
// of the intervals that were simulated (docs/methods.md) its coverage is nearest to what it claims. Those of the
// participation ratio and of dimensions are percentiles reflected about the estimate on that scale, θ²/q₉₇.₅ to θ²/q₂.₅
// (the "basic" bootstrap): drawing with replacement repeats the bias of few samples, in the same direction, and the
// reflection takes it back out. The interval of R² resamples the held-out errors themselves, under the readouts
// fitted once: its percentiles are reflected about the estimate, and their distances from it widened to what blocks so
// few are worth, as they are for differences of groups (Difference). Künsch 1989; Davison & Hinkley 1997, sections 5.2
// and 8.2; Hesterberg 2015.
func (f *fit) bootstrapIntervals(cv *ridge.CV, b blocks) error {
	draws := f.options.Bootstrap
	if draws == 0 {
		return nil
	}
	if len(b.starts) < minBlocks {
		f.note(recording.Caution+"No intervals: the recording is only %d independent stretches long.", len(b.starts))
		return nil
	}
	weights := make([][]float64, draws)
	for i := range weights {
		weights[i] = multinomial(f.bootstrap, len(b.starts))
	}
	all := make([]resample, draws)
	err := f.parallel("bootstrap", draws, func(i int) error {
		var err error
		all[i], err = f.resample(cv, weights[i])
		return err
	})
	if err != nil {
		return err
	}
	f.result.Bootstrap = &Bootstrap{Kind: b.kind, Blocks: len(b.starts), Draws: draws,
		Rows: f.result.Data.NTime / len(b.starts), Rho: column(all, func(r resample) float64 { return r.rho })}
	f.intervals(all)
	if r2, ok := mostlyDefined(f.resampleR2(b, weights)); ok {
		f.result.R2CI = expanded(float64(f.result.R2), r2, len(b.starts))
	}
	return nil
}

// A resample is one draw's figures.
type resample struct {
	rho, pr, dVar float64
	dFit          []float64 // at each level; NaN where undefined
}

// multinomial returns how often each of n blocks comes in n draws with replacement.
func multinomial(rng *rand.Rand, n int) []float64 {
	w := make([]float64, n)
	for range n {
		w[rng.IntN(n)]++
	}
	return w
}

func (f *fit) resample(cv *ridge.CV, weights []float64) (resample, error) {
	errors, err := cv.Plain(weights)
	if err != nil {
		return resample{}, err
	}
	m := cv.Total(weights)
	centred, _, _ := m.Centred()
	s, err := centred.Spectrum(centred.N) // all: training sets may have fewer
	if err != nil {
		return resample{}, err
	}
	p := ridge.NewPath(centred, s, f.options.Alphas)

	r, nA, d := cv.R(), len(f.options.Alphas), p.D()
	curve := make([]float64, r)
	var alpha float64
	for k := range r {
		sum := make([]float64, nA)
		for o := range d {
			for ai := range nA {
				sum[ai] += errors[(o*r+k)*nA+ai]
			}
		}
		best := max(0, ridge.Best(sum))
		alpha = f.options.Alphas[best]
		var count float64
		for o := range d {
			if p.YY[o] > 0 {
				curve[k] += 1 - errors[(o*r+k)*nA+best]/p.YY[o]
				count++
			}
		}
		curve[k] /= count
	}
	rho, _ := p.Correlation(alpha)
	out := resample{rho: rho, pr: centred.ParticipationRatio(), dVar: defined(ridge.Dimension(s.Variance(), threshold))}
	for _, level := range levels {
		dim := 0
		if curve[r-1] > 0 {
			dim = ridge.Dimension(curve, level*curve[r-1])
		}
		out.dFit = append(out.dFit, defined(dim))
	}
	return out, nil
}

// defined returns a dimension as a number, NaN for 0.
func defined(dim int) float64 {
	if dim == 0 {
		return math.NaN()
	}
	return float64(dim)
}

// intervals fills in the intervals of everything that was fitted anew in each draw.
func (f *fit) intervals(all []resample) {
	res := f.result
	pick := func(g func(resample) float64) []float64 {
		x := make([]float64, len(all))
		for i, r := range all {
			x[i] = g(r)
		}
		return x
	}
	res.RhoCI = normalOnLog(float64(res.Rho), pick(func(r resample) float64 { return r.rho }))
	root := Number(math.Sqrt(float64(res.Data.NNeurons)))
	res.RhoSqrtNCI = Interval{res.RhoCI[0] * root, res.RhoCI[1] * root}
	most := res.Data.NNeurons
	res.PRCI = between1And(most, reflected(float64(res.PR), pick(func(r resample) float64 { return r.pr })))
	res.DVarCI = between1And(most, whole(reflected(float64(res.DVar), pick(func(r resample) float64 { return r.dVar }))))
	for i, level := range res.DFitLevels {
		if level.DFit == 0 {
			continue
		}
		dims := pick(func(r resample) float64 { return r.dFit[i] })
		res.DFitLevels[i].CI = between1And(most, whole(reflected(float64(level.DFit), dims)))
		if float64(level.Level) == threshold {
			if kept, ok := mostlyDefined(dims); !ok {
				f.note(recording.Caution+"No interval of the fitting dimension: it is defined in %d of %d bootstrap draws.", len(kept), len(dims))
			}
			res.DFitCI = res.DFitLevels[i].CI
			res.RelativeCI = reflected(float64(res.Relative), pick(func(r resample) float64 { return r.dFit[i] / r.dVar }))
		}
	}
}

// normalOnLog returns θ e^{±1.96 s} for a θ of at most 1, s the standard deviation of the draws' logarithms.
func normalOnLog(theta float64, draws []float64) Interval {
	kept, ok := mostlyDefined(draws)
	if !ok || math.IsNaN(theta) {
		return undefinedInterval
	}
	for i, x := range kept {
		kept[i] = math.Log(x)
	}
	ratio := math.Exp(1.96 * stat.StdDev(kept, nil))
	return Interval{Number(theta / ratio), Number(math.Min(1, theta*ratio))}
}

// reflected returns θ²/q₉₇.₅ to θ²/q₂.₅ of the draws, widened to hold θ: where draws with replacement are biased by more than
// their spread, as dimensions of few rows are, the reflection alone would deny the estimate itself.
func reflected(theta float64, draws []float64) Interval {
	kept, ok := mostlyDefined(draws)
	if !ok || math.IsNaN(theta) {
		return undefinedInterval
	}
	q := central95(kept)
	lower, upper := theta*theta/float64(q[1]), theta*theta/float64(q[0])
	return Interval{Number(math.Min(theta, lower)), Number(math.Max(theta, upper))}
}

// expanded returns θ − w(q₉₇.₅ − θ) to θ + w(θ − q₂.₅) of the draws of an R², at most 1 and widened to hold θ, with
// w = √(n/(n−1)) · t(n−1)/t(∞) for n blocks: drawn with replacement from themselves they scatter less than from where they
// came, and their scatter is known no better than Student's t has it.
func expanded(theta float64, draws []float64, n int) Interval {
	q := central95(draws)
	w := math.Sqrt(float64(n)/float64(n-1)) * student95(float64(n-1)) / student95(math.Inf(1))
	lower, upper := theta-w*(float64(q[1])-theta), theta+w*(theta-float64(q[0]))
	return Interval{Number(min(theta, lower)), Number(min(1, max(theta, upper)))}
}

// mostlyDefined returns the draws that are defined, and whether they make an interval: at least two, and no more than one
// in twenty undefined, as the draws left would be a biased choice.
func mostlyDefined(draws []float64) (kept []float64, ok bool) {
	kept = slices.DeleteFunc(slices.Clone(draws), math.IsNaN)
	return kept, len(kept) > 1 && 20*(len(draws)-len(kept)) <= len(draws)
}

// between1And cuts the interval of a number of dimensions, which is from 1 to the number of neurons: a reflection knows no bounds.
func between1And(most int, iv Interval) Interval {
	for i, end := range iv {
		iv[i] = max(1, min(Number(most), end)) // NaN if it is
	}
	return iv
}

// whole widens the interval of a dimension to whole numbers.
func whole(iv Interval) Interval {
	return Interval{Number(math.Floor(float64(iv[0]))), Number(math.Ceil(float64(iv[1])))}
}

func column(all []resample, g func(resample) float64) []Number {
	x := make([]Number, len(all))
	for i, r := range all {
		x[i] = Number(g(r))
	}
	return x
}

// resampleR2 returns held-out R² under the weights of each draw, from the errors of the predictions made once. An output that
// never changes in the blocks drawn is left out; what rounding leaves of its variance is no divisor.
func (f *fit) resampleR2(b blocks, weights [][]float64) []float64 {
	t, _, d := f.rec.Dims()
	ranges := b.ranges(t)
	sums := make([]behaviourSums, len(ranges)*d)
	for block, rows := range ranges {
		for o := range d {
			sums[block*d+o] = f.behaviourSums(rows, o)
		}
	}
	r2 := make([]float64, len(weights))
	for draw, w := range weights {
		origin := slices.IndexFunc(w, func(weight float64) bool { return weight > 0 })
		var total, count float64
		for o := range d {
			var n, e, y, yy float64
			for block := range ranges {
				s := sums[block*d+o]
				mean := s.mean - sums[origin*d+o].mean // 0 in all blocks if y never changes
				n += w[block] * s.rows
				e += w[block] * s.sse
				y += w[block] * s.rows * mean
				yy += w[block] * (s.square + s.rows*mean*mean)
			}
			if variance := yy - y*y/n; variance > 0 {
				total, count = total+1-e/variance, count+1
			}
		}
		r2[draw] = total / count
	}
	return r2
}

// behaviourSums are what R² depends on, of one output in one block.
type behaviourSums struct{ rows, sse, mean, square float64 }

// behaviourSums returns the number of rows, Σe² of the predictions made once, and the mean and Σ(y − mean)² of an output. Sums
// are about its first value, so that what never changes has exactly none of the last.
func (f *fit) behaviourSums(rows recording.Range, output int) behaviourSums {
	s := behaviourSums{rows: float64(rows.Len())}
	first := f.rec.Y.At(rows.From, output)
	var sum float64
	for i := rows.From; i < rows.To; i++ {
		y := f.rec.Y.At(i, output)
		e := y - f.result.Prediction.At(i, output)
		s.sse += e * e
		sum += y - first
	}
	s.mean = first + sum/s.rows
	for i := rows.From; i < rows.To; i++ {
		y := f.rec.Y.At(i, output) - s.mean
		s.square += y * y
	}
	return s
}

package regime

import (
	"math"
	"slices"

	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
)

// tenths is the number of stretches of time that are left out in turn, and jackDraws that of the draws whose ρ is found
// without them: more tell little more, as draws share the time.
const (
	tenths    = 10
	jackDraws = 10
)

// A neuronSample is some of the neurons, analysed by the method of the whole.
type neuronSample struct {
	draw, size int // which it is, by index
	cols       []int
	rho, r2    Number
	heldOut    Number
	alpha, pr  Number
	dVar, dFit Dimension
	without    []Number // as NeuronSubsamples.RhoWithout; nil from draw jackDraws on

	path     *ridge.Path
	inSample *mat.Dense
}

// Subsamples that share a pass over the rows are bounded by the memory of their principal directions, and by the multiplications
// that go by until progress is told.
const (
	chunkBytes = 64 << 20
	chunkWork  = 1e10
)

// analyse fills in the figures of subsamples. Their moments are part of those of all neurons. Leave-one-out errors
// read the rows, once for many subsamples.
func (s *scaling) analyse(all []*neuronSample) error {
	rest := s.withoutTenths()
	const step = "neuron subsamples"
	if s.options.Fit.Method == Crossval {
		return s.parallel(step, len(all), func(i int) error { return s.crossvalSubsample(all[i], rest) })
	}
	for done := 0; done < len(all); {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		chunk := s.chunk(all[done:])
		if err := s.paperSubsamples(chunk, rest); err != nil {
			return err
		}
		if done += len(chunk); s.options.Fit.Progress != nil {
			s.options.Fit.Progress(step, done, len(all))
		}
	}
	return nil
}

// chunk returns the first subsamples, as many as fit within the bounds, at least one.
func (s *scaling) chunk(all []*neuronSample) []*neuronSample {
	t, _, _ := s.view.Dims()
	var bytes, work float64
	for i, sub := range all {
		square := float64(len(sub.cols) * len(sub.cols))
		bytes, work = bytes+8*square, work+float64(t)*square
		if i > 0 && (bytes > chunkBytes || work > chunkWork) {
			return all[:i]
		}
	}
	return all
}

// withoutTenths returns the moments of all rows but a tenth, for each tenth, about their mean. Those of the tenths are used up.
func (s *scaling) withoutTenths() []*ridge.Moments {
	rest := make([]*ridge.Moments, tenths)
	for i, tenth := range s.parts {
		tenth.Subtract(s.moments)
		rest[i], _, _ = tenth.Centred()
	}
	return rest
}

// decompose fills in what moments alone tell.
func (s *scaling) decompose(sub *neuronSample) error {
	m, path := s.moments, s.path
	if len(sub.cols) < m.N {
		m = m.Columns(sub.cols)
		spectrum, err := m.Spectrum(m.N)
		if err != nil {
			return err
		}
		path = ridge.NewPath(m, spectrum, s.options.Fit.Alphas)
	}
	sub.path, sub.inSample = path, path.InSample()
	sub.heldOut, sub.pr = Undefined, Number(m.ParticipationRatio())
	sub.dVar = Dimension(ridge.Dimension(path.Spectrum.Variance(), threshold))
	return nil
}

// choose fills in what follows from the error of each penalty, one row for each tenth of the rows; nothing, where all are NaN.
func (s *scaling) choose(sub *neuronSample, errors *mat.Dense, rest []*ridge.Moments) {
	alphas := s.options.Fit.Alphas
	total := columnSums(errors)
	sub.rho, sub.alpha, sub.r2 = Undefined, Undefined, Undefined
	best := ridge.Best(total)
	if best < 0 {
		return
	}
	rho, _ := sub.path.Correlation(alphas[best])
	sub.rho, sub.alpha = Number(rho), Number(alphas[best])
	sub.r2 = Number(sub.inSample.At(sub.path.R()-1, best))

	if sub.draw >= jackDraws {
		return
	}
	rho, _ = sub.path.Correlation(between(alphas, total))
	sub.without = []Number{Number(rho)}
	for i := range tenths {
		others := withoutRow(errors, total, i)
		sub.without = append(sub.without, Number(rest[i].Correlation(sub.cols, between(alphas, others))))
	}
}

// between returns the penalty at which the parabola through the least error and its neighbours, over log α, is least: where a
// grid jumps as errors change, it moves. At an end of the grid, or beside a penalty of zero or an error that is NaN,
// it is the grid's.
func between(alphas, errors []float64) float64 {
	best := max(0, ridge.Best(errors))
	if best == 0 || best == len(alphas)-1 || alphas[best-1] == 0 || math.IsInf(errors[best+1], 1) {
		return alphas[best]
	}
	left, right := math.Log(alphas[best-1]/alphas[best]), math.Log(alphas[best+1]/alphas[best])
	dl, dr := errors[best-1]-errors[best], errors[best+1]-errors[best]
	// e(x) = a x² + b x through (left, dl), (0, 0), (right, dr)
	a := (dl/left - dr/right) / (left - right)
	b := dl/left - a*left
	if !(a > 0) {
		return alphas[best]
	}
	return alphas[best] * math.Exp(math.Max(left/2, math.Min(right/2, -b/(2*a))))
}

func (s *scaling) paperSubsamples(chunk []*neuronSample, rest []*ridge.Moments) error {
	err := s.parallel("", len(chunk), func(i int) error { return s.decompose(chunk[i]) })
	if err != nil {
		return err
	}
	tasks := make([]ridge.Task, len(chunk))
	for i, sub := range chunk {
		tasks[i] = ridge.Task{Path: sub.path, Columns: sub.cols, Ks: []int{sub.path.R()}}
	}
	errors, err := s.leaveOneOut(tasks)
	if err != nil {
		return err
	}
	inSample, thresholds := make([]*mat.Dense, len(chunk)), make([]float64, len(chunk))
	err = s.parallel("", len(chunk), func(i int) error {
		sub := chunk[i]
		s.choose(sub, errors[i], rest)
		inSample[i], thresholds[i] = sub.inSample, threshold*float64(sub.r2)
		return nil
	})
	if err != nil {
		return err
	}
	fit, err := s.view.FirstAbove(tasks, inSample, thresholds)
	for i, sub := range chunk {
		sub.dFit = Dimension(fit[i])
		sub.path, sub.inSample = nil, nil
	}
	return err
}

// leaveOneOut returns the errors of each penalty on all components, one row for each tenth of the rows. Penalties beyond those
// that can be best are left out, as infinite.
func (s *scaling) leaveOneOut(tasks []ridge.Task) ([]*mat.Dense, error) {
	nA := len(s.options.Fit.Alphas)
	bounds := make([]float64, len(tasks))
	short := slices.Clone(tasks)
	err := s.parallel("", len(tasks), func(i int) error {
		short[i].Penalties, bounds[i] = tasks[i].Path.Promising()
		return nil
	})
	if err != nil {
		return nil, err
	}
	errors := make([]*mat.Dense, len(tasks))
	sweep := func(tasks []ridge.Task, whose []int) error {
		loo, err := s.view.LeaveOneOut(tasks, tenths)
		for at, stretches := range loo {
			e := mat.NewDense(tenths, nA, slices.Repeat([]float64{math.Inf(1)}, tenths*nA))
			for k, row := range stretches {
				copy(e.RawRowView(k), row.RawRowView(0))
			}
			errors[whose[at]] = e
		}
		return err
	}
	all := make([]int, len(tasks))
	for i := range all {
		all[i] = i
	}
	if err := sweep(short, all); err != nil {
		return nil, err
	}
	// Where the guess was wrong, all of them.
	var again []ridge.Task
	var whose []int
	for i, e := range errors {
		if !s.certain(e, short[i].Penalties, bounds[i]) {
			again, whose = append(again, tasks[i]), append(whose, i)
		}
	}
	if len(again) == 0 {
		return errors, nil
	}
	return errors, sweep(again, whose)
}

// certain tells whether the best penalty is among the first count, whose errors are known, beyond which no error is below the
// bound; and whether those beside it and beside the best without each tenth are known too.
func (s *scaling) certain(errors *mat.Dense, count int, bound float64) bool {
	total := columnSums(errors)
	best := ridge.Best(total)
	if best < 0 || !(total[best] < bound) {
		return false
	}
	if count == len(total) {
		return true
	}
	for i := range tenths {
		best = max(best, ridge.Best(withoutRow(errors, total, i)))
	}
	return best+1 < count
}

// withoutRow returns total without the errors of a tenth.
func withoutRow(errors *mat.Dense, total []float64, tenth int) []float64 {
	others := slices.Clone(total)
	for a, e := range errors.RawRowView(tenth) {
		if !math.IsInf(e, 1) {
			others[a] -= e
		}
	}
	return others
}

// columnSums returns the sum of the rows.
func columnSums(m *mat.Dense) []float64 {
	rows, cols := m.Dims()
	sum := make([]float64, cols)
	for i := range rows {
		for j, v := range m.RawRowView(i) {
			sum[j] += v
		}
	}
	return sum
}

func (s *scaling) crossvalSubsample(sub *neuronSample, rest []*ridge.Moments) error {
	if err := s.decompose(sub); err != nil {
		return err
	}
	cv := s.cv.Columns(sub.cols)
	nested, err := cv.Nested()
	if err != nil {
		return err
	}
	curve := make([]float64, cv.R())
	for k := range curve {
		var errors []float64
		for o := range s.result.Data.NOutputs {
			errors = append(errors, nested.Errors.At(o, k))
		}
		curve[k] = float64(s.meanR2(errors))
	}
	s.choose(sub, s.errorsOfTenths(nested), rest)
	sub.path, sub.inSample = nil, nil
	last := curve[len(curve)-1]
	sub.heldOut = Number(last)
	if last > 0 {
		sub.dFit = Dimension(ridge.Dimension(curve, threshold*last))
	}
	return nil
}

// errorsOfTenths spreads the errors of folds over tenths of the rows: each has the share of a fold that it has of its rows.
func (s *scaling) errorsOfTenths(nested *ridge.Nested) *mat.Dense {
	t, _, _ := s.view.Dims()
	errors := mat.NewDense(tenths, len(s.options.Fit.Alphas), nil)
	for f, e := range nested.PooledByFold {
		rows := s.cv.FoldRows(f)
		for i := range tenths {
			overlap := min(rows.To, t*(i+1)/tenths) - max(rows.From, t*i/tenths)
			if overlap <= 0 {
				continue
			}
			for a, v := range e {
				errors.Set(i, a, errors.At(i, a)+v*float64(overlap)/float64(rows.Len()))
			}
		}
	}
	return errors
}

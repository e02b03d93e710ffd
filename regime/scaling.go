package regime

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// ScalingOptions say how neurons are subsampled. The zero value is the published choice: 20 independent draws of each of
// ten sizes.
type ScalingOptions struct {
	// Fit are the options of the analysis of the whole recording, and its method that of the subsamples.
	Fit Options `json:"fit"`
	// Sizes are the numbers of neurons; nil means ⌊N·f⌋ for f = 0.1, 0.2, …, 1.0.
	Sizes []int `json:"sizes"`
	// Draws of each size; 0 means 20.
	Draws int `json:"draws"`
	// Nested draws grow: the neurons of a smaller size are among those of a larger. They are independent otherwise.
	Nested bool `json:"nested"`
	// Done are draws that need not be analysed again: parts of the same work, from DrawScaling.
	Done []*ScalingDraws `json:"-"`
}

// A ScalingResult is a Result with the figures of neuron subsamples beside it.
type ScalingResult struct {
	*Result
	Neurons  NeuronSubsamples `json:"subsamples_neurons"`
	Exponent Exponent         `json:"exponent"`
}

// NeuronSubsamples has one row for each draw and one column for each size. R2 is in-sample; R2HeldOut is undefined under
// Paper. Of all N neurons there is but one draw, which every row repeats.
type NeuronSubsamples struct {
	Sizes     []int         `json:"sizes"`
	Nested    bool          `json:"nested"`
	Rho       [][]Number    `json:"rho"`
	R2        [][]Number    `json:"r2"`
	R2HeldOut [][]Number    `json:"r2_held_out"`
	Alpha     [][]Number    `json:"alpha"`
	PR        [][]Number    `json:"participation_ratio"`
	DVar      [][]Dimension `json:"d_var"`
	DFit      [][]Dimension `json:"d_fit"`
	Relative  [][]Number    `json:"relative_fit_dim"`
}

// Exponent is γ of ρ ∝ N^γ: near 0 where the readout is aligned with leading components that grow with N, −½ where
// it lies as random directions do.
type Exponent struct {
	Value Number   `json:"value"`
	CI    Interval `json:"ci95"`
	// SENeurons and SETime are the standard errors from the choice of neurons and of time.
	SENeurons Number `json:"se_neurons"`
	SETime    Number `json:"se_time"`
}

// Resolved returns the options for N neurons with every default filled in, or an error that wraps ErrOptions.
func (o ScalingOptions) Resolved(n int) (ScalingOptions, error) {
	var err error
	if o.Fit, err = o.Fit.Resolved(); err != nil {
		return o, err
	}
	if o.Draws == 0 {
		o.Draws = 20
	}
	if o.Sizes == nil {
		for tenths := 1; tenths <= 10; tenths++ {
			if size := n * tenths / 10; size > 0 {
				o.Sizes = append(o.Sizes, size)
			}
		}
		o.Sizes = slices.Compact(o.Sizes)
	}
	if o.Draws < 1 {
		return o, fmt.Errorf("regime: %w: %d draws, want at least 1", ErrOptions, o.Draws)
	}
	for i, size := range o.Sizes {
		if size < 1 || size > n || i > 0 && size <= o.Sizes[i-1] {
			return o, fmt.Errorf("regime: %w: sizes %v, want ascending numbers of neurons from 1 to %d", ErrOptions, o.Sizes, n)
		}
	}
	return o, nil
}

// Scaling analyses a recording as Fit does, and then subsamples of its neurons: how ρ, R² and dimensions grow with their
// number. A subsample's moments are part of those of all neurons, so that only the leave-one-out errors of Paper read
// the rows again.
//
// The exponent is the slope of mean log ρ against log N. Its standard error is that of a delete-group jackknife over
// neurons and one over stretches of time, at the penalties first chosen; the interval is from Student's t with the
// number of groups less one. Errors are those of Fit.
//
// Source: Schuessler et al. 2024, figure 8.
func Scaling(ctx context.Context, r *recording.Recording, o ScalingOptions, rng *rand.Rand) (*ScalingResult, error) {
	s, draws, err := newScaling(ctx, r, o, rng)
	if err != nil {
		return nil, err
	}
	if err := s.run(); err != nil {
		return nil, err
	}
	if err := s.subsample(draws, 0, s.options.Draws); err != nil {
		return nil, err
	}
	return s.result, s.exponent(draws)
}

// A scaling is the work on subsamples of one recording's neurons.
type scaling struct {
	*fit
	options ScalingOptions
	result  *ScalingResult
}

// newScaling prepares the work, and the generator that neurons are drawn with.
func newScaling(ctx context.Context, r *recording.Recording, o ScalingOptions, rng *rand.Rand) (*scaling, *rand.Rand, error) {
	if err := r.Validate(); err != nil {
		return nil, nil, err
	}
	_, n, _ := r.Dims()
	o, err := o.Resolved(n)
	if err != nil {
		return nil, nil, err
	}
	if rng == nil {
		rng = rand.New(rand.NewPCG(0, 0))
	}
	draws := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
	f, err := newFit(ctx, r, o.Fit, rng)
	if err != nil {
		return nil, nil, err
	}
	if f.basis != nil {
		return nil, nil, fmt.Errorf("regime: %w: scaling with more neurons (%d) than time bins (%d)", ErrUndefined, n, f.result.Data.NTime)
	}
	s := &scaling{fit: f, options: o, result: &ScalingResult{Result: f.result}}
	return s, draws, s.checkDone()
}

// subsample fills in the figures of the draws from ≤ d < to, of every size.
func (s *scaling) subsample(rng *rand.Rand, from, to int) error {
	sizes, draws := s.options.Sizes, s.options.Draws
	n := s.moments.N
	out := &s.result.Neurons
	out.Sizes, out.Nested = sizes, s.options.Nested
	for _, figure := range out.numbers() {
		*figure = grid(draws, sizes, Undefined)
	}
	out.DVar, out.DFit = grid(draws, sizes, Dimension(0)), grid(draws, sizes, Dimension(0))

	type job struct{ draw, size int }
	var jobs []job
	var columns [][]int
	for d := range draws {
		order := rng.Perm(n)
		for i, size := range sizes {
			if !s.options.Nested {
				order = rng.Perm(n)
			}
			if size == n && d > 0 || d < from || d >= to || s.isDone(d) {
				continue
			}
			cols := slices.Clone(order[:size])
			slices.Sort(cols)
			jobs, columns = append(jobs, job{d, i}), append(columns, cols)
		}
	}
	err := s.parallel("neuron subsamples", len(jobs), func(i int) error {
		sub, err := s.neurons(columns[i])
		if err != nil {
			return err
		}
		d, k := jobs[i].draw, jobs[i].size
		out.Rho[d][k], out.R2[d][k], out.R2HeldOut[d][k], out.Alpha[d][k] = sub.rho, sub.r2, sub.heldOut, sub.alpha
		out.PR[d][k], out.DVar[d][k], out.DFit[d][k], out.Relative[d][k] = sub.pr, sub.dVar, sub.dFit, ratio(sub.dFit, sub.dVar)
		return nil
	})
	if err != nil {
		return err
	}
	s.takeDone()
	if last := len(sizes) - 1; sizes[last] == n {
		for d := 1; d < draws; d++ {
			out.Rho[d][last], out.R2[d][last], out.R2HeldOut[d][last] = out.Rho[0][last], out.R2[0][last], out.R2HeldOut[0][last]
			out.Alpha[d][last], out.PR[d][last] = out.Alpha[0][last], out.PR[0][last]
			out.DVar[d][last], out.DFit[d][last], out.Relative[d][last] = out.DVar[0][last], out.DFit[0][last], out.Relative[0][last]
		}
	}
	return nil
}

// grid has a row for each draw and a column for each size, all with one value.
func grid[T any](draws int, sizes []int, value T) [][]T {
	g := make([][]T, draws)
	for i := range g {
		g[i] = slices.Repeat([]T{value}, len(sizes))
	}
	return g
}

// figures of one subsample of neurons.
type figures struct {
	rho, r2, heldOut, alpha, pr Number
	dVar, dFit                  Dimension
}

// neurons analyses some of the neurons by the method of the whole.
func (s *scaling) neurons(cols []int) (figures, error) {
	m := s.moments.Columns(cols)
	spectrum, err := m.Spectrum(m.N)
	if err != nil {
		return figures{}, err
	}
	p := ridge.NewPath(m, spectrum, s.options.Fit.Alphas)
	inSample := p.InSample()
	out := figures{heldOut: Undefined, pr: Number(m.ParticipationRatio()),
		dVar: Dimension(ridge.Dimension(spectrum.Variance(), threshold))}
	var best int
	if s.options.Fit.Method == Paper {
		best, err = s.paperNeurons(&out, p, s.view.Columns(cols), inSample)
	} else {
		best, err = s.crossvalNeurons(&out, cols)
	}
	if err != nil {
		return figures{}, err
	}
	rho, _ := p.Correlation(s.options.Fit.Alphas[best])
	out.rho, out.alpha = Number(rho), Number(s.options.Fit.Alphas[best])
	out.r2 = Number(inSample.At(p.R()-1, best))
	return out, nil
}

func (s *scaling) paperNeurons(out *figures, p *ridge.Path, v *ridge.View, inSample *mat.Dense) (best int, err error) {
	loo, err := p.LeaveOneOut(v, []int{p.R()})
	if err != nil {
		return 0, err
	}
	best = max(0, ridge.Best(loo.RawRowView(0)))
	fit, err := p.FirstAbove(v, inSample, threshold*inSample.At(p.R()-1, best))
	out.dFit = Dimension(fit)
	return best, err
}

func (s *scaling) crossvalNeurons(out *figures, cols []int) (best int, err error) {
	cv := s.cv.Columns(cols)
	nested, err := cv.Nested()
	if err != nil {
		return 0, err
	}
	curve := make([]float64, cv.R())
	for k := range curve {
		var errors []float64
		for o := range s.result.Data.NOutputs {
			errors = append(errors, nested.Errors.At(o, k))
		}
		curve[k] = float64(s.meanR2(errors))
	}
	last := curve[len(curve)-1]
	out.heldOut = Number(last)
	if last > 0 {
		out.dFit = Dimension(ridge.Dimension(curve, threshold*last))
	}
	return max(0, ridge.Best(nested.Pooled.RawRowView(cv.R()-1))), nil
}

// The jackknife behind the exponent's interval: groups of neurons or of time left out in turn, and how many growing
// draws of neurons each slope is averaged over.
const (
	jackGroups = 10
	jackDraws  = 10
)

// exponent fills in the slope of log ρ against log N and its interval.
func (s *scaling) exponent(rng *rand.Rand) error {
	res := s.result
	res.Exponent = Exponent{Value: Undefined, CI: undefinedInterval, SENeurons: Undefined, SETime: Undefined}
	if len(s.options.Sizes) < 2 {
		s.note("No exponent: it takes at least two sizes.")
		return nil
	}
	means := make([]float64, len(s.options.Sizes))
	for i := range means {
		for d := range res.Neurons.Rho {
			means[i] += math.Log(float64(res.Neurons.Rho[d][i])) / float64(len(res.Neurons.Rho))
		}
	}
	res.Exponent.Value = Number(slope(s.options.Sizes, means))

	n := s.moments.N
	orders := make([][]int, jackDraws)
	for i := range orders {
		orders[i] = rng.Perm(n)
	}
	groups := rng.Perm(n)
	if n < 2*jackGroups {
		s.note("No interval of the exponent: %d neurons are too few to leave groups out.", n)
		return nil
	}
	stretches, err := s.stretches()
	if err != nil {
		return err
	}
	byNeuron, byTime := make([]float64, jackGroups), make([]float64, len(stretches))
	err = s.parallel("exponent", len(byNeuron)+len(byTime), func(i int) error {
		if i < len(byNeuron) {
			out := groups[n*i/jackGroups : n*(i+1)/jackGroups]
			byNeuron[i] = s.slopeWithout(s.moments, orders, out)
			return nil
		}
		rest := ridge.NewMoments(n, s.moments.D)
		for j, m := range stretches {
			if j != i-len(byNeuron) {
				rest.AddScaled(1, m)
			}
		}
		centred, _, _ := rest.Centred()
		byTime[i-len(byNeuron)] = s.slopeWithout(centred, orders, nil)
		return nil
	})
	if err != nil {
		return err
	}
	neurons, time := jackknifeSE(byNeuron), jackknifeSE(byTime)
	res.Exponent.SENeurons, res.Exponent.SETime = Number(neurons), Number(time)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: jackGroups - 1}.Quantile(0.975)
	half := Number(t * math.Hypot(neurons, time))
	res.Exponent.CI = Interval{res.Exponent.Value - half, res.Exponent.Value + half}
	return nil
}

// stretches returns the moments of consecutive tenths of the rows.
func (s *scaling) stretches() ([]*ridge.Moments, error) {
	t, _, _ := s.view.Dims()
	parts := make([]*ridge.Moments, jackGroups)
	err := ridge.Parallel(jackGroups, func(i int) error {
		var err error
		parts[i], err = s.view.MomentsOf(t*i/jackGroups, t*(i+1)/jackGroups)
		return err
	})
	return parts, err
}

// slopeWithout returns the slope over growing draws, in the given orders, of the neurons that are not left out. Penalties
// are those the main draws chose most often (their median) for the size.
func (s *scaling) slopeWithout(m *ridge.Moments, orders [][]int, without []int) float64 {
	var sizes []int
	for _, size := range s.options.Sizes {
		if size <= m.N-len(without) {
			sizes = append(sizes, size)
		}
	}
	means := make([]float64, len(sizes))
	for _, order := range orders {
		kept := slices.DeleteFunc(slices.Clone(order), func(c int) bool { return slices.Contains(without, c) })
		for i, size := range sizes {
			rho := m.Columns(kept[:size]).Correlation(s.medianAlpha(i))
			means[i] += math.Log(rho) / float64(len(orders))
		}
	}
	return slope(sizes, means)
}

func (s *scaling) medianAlpha(size int) float64 {
	var alphas []float64
	for _, row := range s.result.Neurons.Alpha {
		alphas = append(alphas, float64(row[size]))
	}
	slices.Sort(alphas)
	return alphas[(len(alphas)-1)/2]
}

// slope is that of least squares of y against log size; NaN with fewer than two sizes.
func slope(sizes []int, y []float64) float64 {
	var mx, my float64
	for i, size := range sizes {
		mx += math.Log(float64(size)) / float64(len(sizes))
		my += y[i] / float64(len(sizes))
	}
	var xy, xx float64
	for i, size := range sizes {
		x := math.Log(float64(size)) - mx
		xy += x * (y[i] - my)
		xx += x * x
	}
	return xy / xx
}

// jackknifeSE returns √((G−1)/G Σ(θ_g − θ̄)²) of the values with each of G groups left out (Efron & Stein 1981).
func jackknifeSE(values []float64) float64 {
	var mean, sum float64
	g := float64(len(values))
	for _, v := range values {
		mean += v / g
	}
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt((g - 1) / g * sum)
}

package regime

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"oblique/loaders/recording"
	"oblique/regime/ridge"
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
	Neurons   [][][]int     `json:"neurons"` // drawn, ascending, counted from 0
	Rho       [][]Number    `json:"rho"`
	R2        [][]Number    `json:"r2"`
	R2HeldOut [][]Number    `json:"r2_held_out"`
	Alpha     [][]Number    `json:"alpha"`
	PR        [][]Number    `json:"participation_ratio"`
	DVar      [][]Dimension `json:"d_var"`
	DFit      [][]Dimension `json:"d_fit"`
	Relative  [][]Number    `json:"relative_fit_dim"`
	// RhoWithout has for each of the first ten draws, and each size, eleven ρ at penalties between those of the grid, where a
	// parabola through the least errors is least: of all rows, and without each tenth of them in turn. The exponent's
	// interval comes from these.
	RhoWithout [][][]Number `json:"rho_without_tenth"`
}

// Exponent is γ of ρ ∝ N^γ: near 0 where the readout is aligned with leading components that grow with N, −½ where
// it lies as random directions do.
type Exponent struct {
	Value Number   `json:"value"`
	CI    Interval `json:"ci95"`
	// SENeurons, SETime and SEDraws are the standard errors from the choice of recorded neurons, from that of time, and from
	// having drawn some of all subsamples.
	SENeurons Number `json:"se_neurons"`
	SETime    Number `json:"se_time"`
	SEDraws   Number `json:"se_draws"`
	// Bias is how much of Value is due to a finite recording, to first order: Value − Bias is what it tends to.
	Bias Number `json:"bias"`
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
// Errors are those of Fit.
//
// Source: Schuessler et al. 2024, figure 8.
func Scaling(ctx context.Context, r *recording.Recording, o ScalingOptions, rng *rand.Rand) (*ScalingResult, error) {
	s, draws, err := newScaling(ctx, r, o, rng)
	if err != nil {
		return nil, err
	}
	columns := s.drawn(draws)
	whole := func() error { return s.inTurn(s.nullReadouts, s.method) }
	subsamples := func() error { return s.subsample(columns, 0, s.options.Draws) }
	if s.options.Fit.Method == Crossval { // takes the folds that the whole recording was cut into
		err = s.inTurn(s.spectrum, whole, s.timeSubsamples, s.knownDecoder, subsamples)
	} else {
		err = s.inTurn(s.spectrum, sideBySide(whole, subsamples), s.timeSubsamples, s.knownDecoder)
	}
	if err != nil {
		return nil, err
	}
	return s.result, s.exponent(columns)
}

// sideBySide takes two steps that need nothing of each other: while one is on one processor the other has the rest.
func sideBySide(a, b func() error) func() error {
	return func() error {
		return ridge.Parallel(2, func(i int) error {
			if i == 0 {
				return a()
			}
			return b()
		})
	}
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
	f, err := newFit(ctx, r, o.Fit, rng, tenths)
	if err != nil {
		return nil, nil, err
	}
	if f.basis != nil {
		return nil, nil, fmt.Errorf("regime: %w: scaling with more neurons (%d) than time bins (%d)", ErrUndefined, n, f.result.Data.NTime)
	}
	s := &scaling{fit: f, options: o, result: &ScalingResult{Result: f.result}}
	return s, draws, s.checkDone()
}

// drawn returns the neurons of every draw and size, ascending.
func (s *scaling) drawn(rng *rand.Rand) [][][]int {
	n, sizes := s.moments.N, s.options.Sizes
	columns := make([][][]int, s.options.Draws)
	for d := range columns {
		order := rng.Perm(n)
		for _, size := range sizes {
			if !s.options.Nested {
				order = rng.Perm(n)
			}
			cols := slices.Clone(order[:size])
			slices.Sort(cols)
			columns[d] = append(columns[d], cols)
		}
	}
	return columns
}

// subsample fills in the figures of the draws from ≤ d < to, of every size.
func (s *scaling) subsample(columns [][][]int, from, to int) error {
	sizes, draws := s.options.Sizes, s.options.Draws
	out := &s.result.Neurons
	out.Sizes, out.Nested, out.Neurons = sizes, s.options.Nested, columns
	for _, figure := range out.numbers() {
		*figure = grid(draws, sizes, Undefined)
	}
	out.DVar, out.DFit = grid(draws, sizes, Dimension(0)), grid(draws, sizes, Dimension(0))
	out.RhoWithout = grid[[]Number](draws, sizes, nil)

	var jobs []*neuronSample
	for d := from; d < to; d++ {
		for k, size := range sizes {
			if size == s.moments.N && d > 0 || s.isDone(d) {
				continue
			}
			jobs = append(jobs, &neuronSample{draw: d, size: k, cols: columns[d][k]})
		}
	}
	if err := s.analyse(jobs); err != nil {
		return err
	}
	for _, j := range jobs {
		d, k := j.draw, j.size
		out.Rho[d][k], out.R2[d][k], out.R2HeldOut[d][k], out.Alpha[d][k] = j.rho, j.r2, j.heldOut, j.alpha
		out.PR[d][k], out.DVar[d][k], out.DFit[d][k], out.Relative[d][k] = j.pr, j.dVar, j.dFit, ratio(j.dFit, j.dVar)
		out.RhoWithout[d][k] = j.without
	}
	s.takeDone()
	if last := len(sizes) - 1; sizes[last] == s.moments.N {
		for d := 1; d < draws; d++ {
			for _, figure := range out.numbers() {
				(*figure)[d][last] = (*figure)[0][last]
			}
			out.DVar[d][last], out.DFit[d][last] = out.DVar[0][last], out.DFit[0][last]
			if d < jackDraws {
				out.RhoWithout[d][last] = out.RhoWithout[0][last]
			}
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

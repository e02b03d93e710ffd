package regime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
)

// ErrUndefined is wrapped by the error of a recording of which no figure can be had: activity or behaviour that
// never changes, or too few rows.
var ErrUndefined = errors.New("undefined")

// threshold is the share of variance, and of R², that defines d_var and d_fit.
const threshold = 0.9

// Fit analyses one recording: which readout of the activity gives the behaviour, how it lies to the leading
// components, and how many of them it needs. Options say by which method; rng drives subsamples, bootstrap and
// nulls, and nil stands for a generator seeded with zero. The same recording, options and generator give the same
// bytes at any number of processors.
//
// It returns the recording's own error if Validate refuses it, one that wraps ErrOptions, one that wraps
// ErrUndefined, or the context's when it is cancelled. A figure that is undefined while others are not is
// Undefined in the result, with the reason in Notes.
//
// Source: Schuessler, Mastrogiuseppe, Ostojic & Barak, eLife 13 (2024), "Regression" and "Experimental data".
func Fit(ctx context.Context, r *recording.Recording, o Options, rng *rand.Rand) (*Result, error) {
	o, err := o.Resolved()
	if err != nil {
		return nil, err
	}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	f, err := newFit(ctx, r, o, rng, 1)
	if err != nil {
		return nil, err
	}
	if err := f.run(); err != nil {
		return nil, err
	}
	return f.result, nil
}

// A fit is the work on one recording: what the steps share.
type fit struct {
	ctx     context.Context
	rec     *recording.Recording
	options Options
	view    *ridge.View // all rows about their mean, rotated into T dimensions if N > T
	basis   *mat.Dense  // N×T of that rotation; nil if there was none
	mean    []float64   // of each neuron
	yMean   []float64
	moments *ridge.Moments
	parts   []*ridge.Moments // those of stretches of the rows; nil if N > T
	path    *ridge.Path
	cv      *ridge.CV // Crossval only
	result  *Result
	// One generator a step, all drawn at the start: leaving a step out does not change the others.
	subsamples, bootstrap, shifts, readouts *rand.Rand
}

// newFit reads the recording, with moments of so many stretches of it if there are no more neurons than rows.
func newFit(ctx context.Context, r *recording.Recording, o Options, rng *rand.Rand, stretches int) (*fit, error) {
	if rng == nil {
		rng = rand.New(rand.NewPCG(0, 0))
	}
	stream := func() *rand.Rand { return rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64())) }
	f := &fit{ctx: ctx, rec: r, options: o,
		subsamples: stream(), bootstrap: stream(), shifts: stream(), readouts: stream()}

	t, n, d := r.Dims()
	if t < 3 {
		return nil, fmt.Errorf("regime: %w: too few rows for a regression: %d", ErrUndefined, t)
	}
	if err := f.read(stretches); err != nil {
		return nil, err
	}
	f.result = newResult(r, o, f.mean)
	if n > t {
		f.note(recording.Caution+"There are more neurons (%d) than time bins (%d): every behaviour can be fitted in-sample.", n, t)
	}
	f.result.Data.Constant = append(f.result.Data.Constant, f.constant()...)
	if constant := f.result.Data.Constant; len(constant) == n {
		return nil, fmt.Errorf("regime: %w: no neuron's activity ever changes", ErrUndefined)
	} else if len(constant) > 0 {
		f.note(recording.Caution+"%d of %d neurons never change (first: %d); they count in N.", len(constant), n, constant[0])
	}
	if constant := recording.Constant(r.Y); len(constant) == d {
		return nil, fmt.Errorf("regime: %w: behaviour %s never changes", ErrUndefined, outputName(r, constant[0]))
	} else if len(constant) > 0 {
		f.note(recording.Caution+"Output %s never changes and is left out of R².", outputName(r, constant[0]))
	}
	return f, nil
}

// read fills in the view, the moments and the mean of behaviour.
func (f *fit) read(stretches int) error {
	t, n, _ := f.rec.Dims()
	if n <= t {
		reading, err := ridge.Read(f.rec, stretches)
		if err != nil {
			return err
		}
		f.view, f.moments, f.parts, f.yMean = reading.View, reading.Moments, reading.Stretches, reading.YMean
		f.mean = f.view.Origin()
		return nil
	}
	view, yMean, err := ridge.NewView(f.rec)
	if err != nil {
		return err
	}
	if f.view, f.basis, err = view.Compress(); err != nil {
		return err
	}
	f.mean, f.yMean = view.Origin(), yMean
	f.moments, err = f.view.Moments()
	return err
}

// constant returns the neurons that never change. Moments are summed about a row, so that theirs are exactly zero; those
// of rotated activity do not tell.
func (f *fit) constant() []int {
	if f.basis != nil {
		return recording.Constant(f.rec.X)
	}
	var constant []int
	for j := range f.moments.N {
		if f.moments.XX[j*f.moments.N+j] == 0 {
			constant = append(constant, j)
		}
	}
	return constant
}

// run takes the steps of the method in turn.
func (f *fit) run() error {
	return f.inTurn(f.spectrum, f.nullReadouts, f.method, f.timeSubsamples, f.knownDecoder)
}

// method fits the whole recording as the options say.
func (f *fit) method() error {
	if f.options.Method == Paper {
		return f.paper()
	}
	return f.crossval()
}

// inTurn takes steps until one fails or the context is cancelled.
func (f *fit) inTurn(steps ...func() error) error {
	for _, step := range steps {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// parallel is ridge.Parallel for the n parts of a step: it tells progress, unless the step has no name, and stops when the
// context does.
func (f *fit) parallel(step string, n int, part func(i int) error) error {
	var done atomic.Int64
	return ridge.Parallel(n, func(i int) error {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		if err := part(i); err != nil {
			return err
		}
		if count := done.Add(1); step != "" && f.options.Progress != nil {
			f.options.Progress(step, int(count), n)
		}
		return nil
	})
}

func outputName(r *recording.Recording, i int) string {
	if r.Outputs != nil {
		return fmt.Sprintf("%q", r.Outputs[i])
	}
	if r.Output != "" {
		return fmt.Sprintf("%q, column %d,", r.Output, i)
	}
	return fmt.Sprint(i)
}

// newResult fills in what is known before any fit, with every figure undefined.
func newResult(r *recording.Recording, o Options, mean []float64) *Result {
	t, n, d := r.Dims()
	u := Undefined
	res := undefinedResult()
	res.Method, res.Notes, res.Trials, res.Actual = o.Method, append(res.Notes, r.Notes...), r.Trials, r.Y
	res.Data = Data{Name: r.Source.Name, SHA256: r.Source.SHA256, Kind: r.Kind, Output: r.Output,
		NTime: t, NNeurons: n, NOutputs: d, NTrials: len(r.Trials), NDropped: r.Dropped, Bin: u, Smooth: Number(r.Smooth.Seconds()),
		Constant: []int{}, MeanRate: u, Outputs: r.Outputs}
	if res.Data.Kind == "" {
		res.Data.Kind = recording.Unknown
	}
	if r.Bin > 0 {
		res.Data.Bin = Number(r.Bin.Seconds())
	}
	var sum float64
	for _, m := range mean {
		sum += m
	}
	res.Data.MeanRate = Number(sum / float64(n))
	return res
}

func (f *fit) note(format string, args ...any) {
	f.result.Notes = append(f.result.Notes, fmt.Sprintf(format, args...))
}

// spectrum decomposes the activity once, for all that follows.
func (f *fit) spectrum() error {
	if !f.moments.Finite() {
		return fmt.Errorf("regime: %w: activity or behaviour is too large to be squared", recording.ErrNumber)
	}
	t, n, _ := f.view.Dims()
	s, err := f.moments.Spectrum(min(t, n))
	if err != nil {
		return err
	}
	f.path = ridge.NewPath(f.moments, s, f.options.Alphas)
	res := f.result
	variance := s.Variance()
	res.VarianceByPCs = numbers(variance)
	res.DVar = Dimension(ridge.Dimension(variance, threshold))
	res.PR = Number(f.moments.ParticipationRatio())
	return nil
}

// readout fills in what depends on the penalty of the readout fitted to all rows.
func (f *fit) readout(alphaIndex int, errors []float64) {
	res, p := f.result, f.path
	alpha := f.options.Alphas[alphaIndex]
	rho, byOutput := p.Correlation(alpha)
	res.Alpha = Number(alpha)
	first := slices.IndexFunc(errors, func(e float64) bool { return !math.IsNaN(e) }) // smaller penalties are undefined
	res.AlphaAtEdge = alphaIndex <= first || alphaIndex == len(f.options.Alphas)-1
	res.Rho, res.RhoByOutput = Number(rho), numbers(byOutput)
	res.RhoSqrtN = Number(rho * math.Sqrt(float64(res.Data.NNeurons)))
	res.EffectiveDF = Number(p.Spectrum.EffectiveDF(alpha))
	res.Weights, res.Offset = p.Weights(p.R(), alpha)
	if f.basis != nil {
		wide := mat.NewDense(res.Data.NOutputs, res.Data.NNeurons, nil)
		wide.Mul(res.Weights, f.basis.T())
		res.Weights = wide
	}
	f.absolute()
	f.alphaPath(errors)
	if !res.Rho.Defined() {
		f.note(recording.Caution + "The correlation is undefined: the fitted readout is zero.")
	}
	if res.AlphaAtEdge {
		end := "smallest"
		if alphaIndex > first {
			end = "largest"
		} else if first > 0 {
			end = "smallest defined one"
		}
		f.note(recording.Caution+"The penalty chosen is the %s of the grid (%.3g); ρ depends on it: see the curve of ρ against α.", end, alpha)
	}
}

// absolute turns the offset of a readout of activity about its mean into one of activity as it was recorded.
func (f *fit) absolute() {
	res := f.result
	for d := range res.Offset {
		res.Offset[d] += f.yMean[d] - mat.Dot(res.Weights.RowView(d), mat.NewVecDense(len(f.mean), f.mean))
	}
}

// alphaPath fills in the curves over penalties, and ρ at matched degrees of freedom.
func (f *fit) alphaPath(errors []float64) {
	res, p := f.result, f.path
	inSample := p.InSample().RawRowView(p.R() - 1)
	path := AlphaPath{Alpha: numbers(f.options.Alphas), Error: numbers(errors), R2: numbers(inSample)}
	for _, alpha := range f.options.Alphas {
		rho, _ := p.Correlation(alpha)
		path.Rho = append(path.Rho, Number(rho))
		path.DF = append(path.DF, Number(p.Spectrum.EffectiveDF(alpha)))
	}
	res.AlphaPath = path
	for _, df := range []float64{5, 10, 20, 50} {
		alpha := p.Spectrum.AlphaAtDF(df)
		if math.IsNaN(alpha) {
			continue
		}
		rho, _ := p.Correlation(alpha)
		res.MatchedDF = append(res.MatchedDF, MatchedDF{DF: Number(df), Alpha: Number(alpha), Rho: Number(rho)})
	}
}

func numbers(x []float64) []Number {
	n := make([]Number, len(x))
	for i, v := range x {
		n[i] = Number(v)
	}
	return n
}

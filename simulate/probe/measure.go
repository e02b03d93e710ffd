package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// A Measure names a part of a Report.
type Measure string

// The measures, in the order in which they are taken.
const (
	MeasureGeometry     Measure = "geometry" // norms, correlation, components, fit
	MeasureNoise        Measure = "noise"
	MeasurePerturbation Measure = "perturbation"
	MeasureSpectrum     Measure = "spectrum"
	MeasureEigenvalues  Measure = "eigenvalues"
	MeasureFixedPoints  Measure = "fixedpoints"
)

// Measures returns all of them.
func Measures() []Measure {
	return []Measure{MeasureGeometry, MeasureNoise, MeasurePerturbation, MeasureSpectrum, MeasureEigenvalues, MeasureFixedPoints}
}

// What the published figures take.
const (
	settled         = 10.0 // states count from here on
	figureComps     = 30
	spectrumComps   = 6
	spectrumFrom    = 30.0
	spectrumTrial   = 150.0
	explained       = 0.9
	fixedPointTries = 8
)

// A Report is what is measured of a network on trials of a task. Parts that were not asked for are nil.
type Report struct {
	Task          string              `json:"task"`
	Trials        int                 `json:"trials"`
	Geometry      *Geometry           `json:"geometry,omitempty"`
	Noise         *NoiseVariance      `json:"noise,omitempty"`
	Perturbation  *Susceptibility     `json:"perturbation,omitempty"`
	Spectrum      *Spectrum           `json:"spectrum,omitempty"`
	Eigenvalues   *EigenvalueSpectrum `json:"eigenvalues,omitempty"`
	FixedPoints   []FixedPoint        `json:"fixed_points,omitempty"`
	Dissimilarity *float64            `json:"dissimilarity,omitempty"` // from another network
	Notes         []string            `json:"notes,omitempty"`         // what could not be measured, and why
}

// Geometry is how states lie to the readout, from t = 10 on, or the middle of a shorter trial.
type Geometry struct {
	StateNorm   float64 `json:"state_norm"`   // ‖x‖
	ReadoutNorm float64 `json:"readout_norm"` // ‖w_out‖, of a row
	Correlation
	Variance []float64 `json:"variance_by_pcs"` // cumulative
	Fit
	// DX is the number of components with more than 90 % of the variance, DFit with more than 0.9 of R² over all trials, and
	// DFitTest over held-out trials; 0 where the first thirty have not.
	DX       int `json:"d_x"`
	DFit     int `json:"d_fit"`
	DFitTest int `json:"d_fit_held_out"`
}

// EigenvalueSpectrum are eigenvalues as pairs of real and imaginary part, by descending real part.
type EigenvalueSpectrum struct {
	Rec    [][2]float64 `json:"rec"`    // of W
	Change [][2]float64 `json:"change"` // of W less what it was before training; nil if that is not known
}

// A Subject is a network to be measured.
type Subject struct {
	Task    string
	Network *rnn.Network[float32]
	Initial *rnn.Network[float32] // before training; may be nil
	Other   *rnn.Network[float32] // to compare with; may be nil
	Trials  int                   // 0 means 32
	Also    []Direction           // of perturbations, beside readout and components
	Seed    uint64                // of trials, noise and directions
}

// The labels of what is drawn from a seed.
const (
	drawTrials = iota
	drawNoise
	drawPerturbations
)

func (s Subject) rng(label uint64) *rand.Rand { return rand.New(rand.NewPCG(s.Seed, label)) }

// Trials returns the trials that Take draws from a seed: networks are compared on the same.
func Trials(of task.Task, trials int, seed uint64) *task.Batch {
	return of.Batch(trials, Subject{Seed: seed}.rng(drawTrials))
}

// Take takes the measures, all of them if none is named. What a task does not allow, such as a perturbation that the paper
// has no window for, becomes a note. So does what is undefined, as the correlation with a readout
// of zero is. It is an error if the task is unknown, there are too few trials, states grow without bound, or the context ends.
func Take(ctx context.Context, s Subject, measures []Measure, progress func(what Measure, done, total int)) (*Report, error) {
	of, err := task.ByName(s.Task)
	if err != nil {
		return nil, err
	}
	if s.Trials == 0 {
		s.Trials = 32
	}
	if s.Trials < 4 {
		return nil, fmt.Errorf("probe: %d trials, want at least 4", s.Trials)
	}
	if len(measures) == 0 {
		measures = Measures()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &Report{Task: s.Task, Trials: s.Trials}
	b := Trials(of, s.Trials, s.Seed)
	quiet := simulate.Evaluate(s.Network, b, rnn.Noise{Off: true, OffInit: true})
	if !quiet.Finite() {
		return nil, errUnbounded
	}
	for _, m := range Measures() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !slices.Contains(measures, m) {
			continue
		}
		tell := func(done, total int) {
			if progress != nil {
				progress(m, done, total)
			}
		}
		if err := r.take(ctx, m, s, quiet, tell); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			r.note(string(m), err)
		}
	}
	if s.Other != nil {
		other := simulate.Evaluate(s.Other, b, rnn.Noise{Off: true, OffInit: true})
		if !other.Finite() {
			return nil, errUnbounded
		}
		if d := Dissimilarity(quiet.Since(since(b)), other.Since(since(b)), 1); defined(d) {
			r.Dissimilarity = &d
		} else {
			r.note("dissimilarity", errUndefined)
		}
	}
	return r, nil
}

// note says why something could not be measured.
func (r *Report) note(what string, err error) {
	r.Notes = append(r.Notes, what+": "+strings.TrimPrefix(err.Error(), "probe: "))
}

// since returns the time from which states count: 10, or the middle of a trial that is not much longer.
func since(b *task.Batch) float64 { return min(settled, float64(b.Steps)*task.Dt/2) }

func (r *Report) take(ctx context.Context, m Measure, s Subject, quiet *simulate.Run, tell func(done, total int)) (err error) {
	b := quiet.Batch
	switch m {
	case MeasureGeometry:
		r.Geometry, err = GeometryOf(quiet, s.Network)
	case MeasureNoise:
		var v NoiseVariance
		if v, err = NoiseCompression(s.Network, b, s.Seed, s.rng(drawNoise)); err == nil {
			if r.Noise = &v; !defined(v.Ratio, v.Components) {
				r.Noise, err = nil, errUndefined
			}
		}
	case MeasurePerturbation:
		var w Window
		if w, err = PublishedWindow(s.Task, b); err == nil {
			r.Perturbation, err = Perturb(ctx, s.Network, s.Task, b, w, s.Also, s.Seed, s.rng(drawPerturbations), tell)
			if p := r.Perturbation; err == nil && !defined(p.Relative, sum(p.Output), sum(p.Components), sum(p.Random), sum(p.Input)) {
				r.Perturbation, err = nil, errUnbounded
			}
		}
	case MeasureSpectrum:
		r.Spectrum, err = spectrum(s, quiet)
	case MeasureEigenvalues:
		r.Eigenvalues, err = spectra(s)
	case MeasureFixedPoints:
		r.FixedPoints = fixedPoints(s.Network, quiet, tell)
	default:
		err = fmt.Errorf("probe: no measure %q", m)
	}
	return err
}

var (
	errUnbounded = errors.New("probe: the states grow without bound")
	errUndefined = errors.New("probe: undefined, as states, outputs or readout do not vary")
)

// defined reports whether all numbers are finite.
func defined(numbers ...float64) bool {
	for _, v := range numbers {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// GeometryOf measures a run, which the figures take without noise for the tasks and with it for the cycling example. It is an
// error if there are fewer than four trials, or states, outputs or readout do not vary.
func GeometryOf(run *simulate.Run, n *rnn.Network[float32]) (*Geometry, error) {
	x, w := run.Since(since(run.Batch)), simulate.Readout(n)
	c := Principal(x, figureComps)
	fit, err := FitOutput(run, c)
	if err != nil {
		return nil, err
	}
	g := &Geometry{StateNorm: RowNorm(x), ReadoutNorm: RowNorm(w), Correlation: Correlate(x, w), Variance: c.Cumulative(), Fit: *fit}
	curves := slices.Concat(g.Variance, g.R2, g.R2Test, g.Loss, g.LossTest)
	if !defined(append(curves, g.Rho, g.Scaled, g.Frobenius)...) {
		return nil, errUndefined
	}
	g.DX, g.DFit, g.DFitTest = Dimension(g.Variance, explained), Dimension(fit.R2, explained), Dimension(fit.R2Test, explained)
	return g, nil
}

// spectrum runs the network for 150 τ where the task can last so long, and takes its states from t = 30 or the middle on.
func spectrum(s Subject, quiet *simulate.Run) (*Spectrum, error) {
	of, err := task.ByName(s.Task)
	if err != nil {
		return nil, err
	}
	if longer, err := task.Lasting(of, spectrumTrial); err == nil {
		quiet = simulate.Evaluate(s.Network, longer.Batch(s.Trials, s.rng(drawTrials)), rnn.Noise{Off: true, OffInit: true})
		if !quiet.Finite() {
			return nil, errUnbounded
		}
	}
	return PowerSpectrum(quiet, min(spectrumFrom, float64(quiet.Batch.Steps)*task.Dt/2), spectrumComps), nil
}

func spectra(s Subject) (*EigenvalueSpectrum, error) {
	n := s.Network.Config.N
	w := mat.NewDense(n, n, nil)
	e := &EigenvalueSpectrum{}
	for i, v := range s.Network.Rec {
		w.Set(i/n, i%n, float64(v))
	}
	values, err := Eigenvalues(w)
	if err != nil {
		return nil, err
	}
	e.Rec = pairs(values)
	if s.Initial == nil {
		return e, nil
	}
	for i, v := range s.Initial.Rec {
		w.Set(i/n, i%n, w.At(i/n, i%n)-float64(v))
	}
	if values, err = Eigenvalues(w); err != nil {
		return nil, err
	}
	e.Change = pairs(values)
	return e, nil
}

func pairs(values []complex128) [][2]float64 {
	out := make([][2]float64, len(values))
	for i, v := range values {
		out[i] = [2]float64{real(v), imag(v)}
	}
	return out
}

// fixedPoints starts from the last states of the first trials, at the inputs there.
func fixedPoints(n *rnn.Network[float32], run *simulate.Run, tell func(done, total int)) []FixedPoint {
	double := rnn.Convert[float64](n)
	b := run.Batch
	last := (b.Steps - 1) * b.Trials
	total := min(fixedPointTries, b.Trials)
	points := make([]FixedPoint, total)
	for trial := range points {
		x, u := make([]float64, run.N), make([]float64, b.Inputs)
		for i := range x {
			x[i] = float64(run.States[(last+trial)*run.N+i])
		}
		for i := range u {
			u[i] = float64(b.Input[(last+trial)*b.Inputs+i])
		}
		points[trial] = FindFixedPoint(double, u, x)
		tell(trial+1, total)
	}
	return points
}

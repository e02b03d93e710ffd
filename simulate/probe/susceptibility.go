package probe

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// A Window says when a network is perturbed, and from when on the loss counts, in τ; and how strong the strongest perturbation
// is, in √N.
type Window struct {
	From, To, LossFrom float64
	Amplitude          float64
}

// PublishedWindow returns the window of the paper for a task. Romo's depends on the trials: it ends five before the latest
// decision. It is an error for a task that the paper does not perturb.
func PublishedWindow(name string, b *task.Batch) (Window, error) {
	switch name {
	case "cycling":
		return Window{5, 15, 20, 10}, nil
	case "flipflop":
		return Window{5, 10, 15, 10}, nil
	case "complexsine":
		return Window{5, 25, 30, 10}, nil
	case "mante":
		return Window{10, 23, 28, 10}, nil
	case "romo":
		_, step := latestDecision(b)
		return Window{1, float64(step)*task.Dt - 5, 0, 5}, nil
	}
	return Window{}, fmt.Errorf("probe: the paper does not perturb networks of task %q", name)
}

// A Direction names directions of perturbations that the relative susceptibility does not need.
type Direction string

// The directions beside the readout and the leading components.
const (
	RandomDirections Direction = "random" // all of them
	InputDirections  Direction = "input"  // the span of the columns of W_in
)

// Directions returns both.
func Directions() []Direction { return []Direction{RandomDirections, InputDirections} }

// Susceptibility is the loss after perturbations of the state along the readout and along the leading components.
type Susceptibility struct {
	Amplitude []float64 `json:"amplitude"` // length of the perturbation, 21 of them from 0
	// The loss against the task's target, masked, mean over times of perturbation, for each amplitude.
	Output     []float64   `json:"output"`           // along random directions in the span of the rows of W_out
	Components []float64   `json:"pcs"`              // in the span of the first two principal components
	Random     []float64   `json:"random,omitempty"` // in all directions; nil if not asked for
	Input      []float64   `json:"input,omitempty"`  // in the span of the columns of W_in; nil if not asked for
	LossByTime [][]float64 `json:"output_by_time"`   // of Output before the mean, by amplitude and time
	// Relative is the sum over amplitudes of Output divided by that of Components: below 1 in oblique networks. The loss
	// without perturbation is part of both, and nothing is normalised, as in the published figure.
	Relative float64 `json:"relative"`
}

// What the published figure takes.
const (
	amplitudes = 21
	moments    = 10
	pcFrom     = 10 // components are those of states from here on
)

// Perturb measures susceptibility on a batch of trials, along the readout, the components, and what else is asked for, which
// changes nothing in the others but takes as long as they. A run without noise but for the initial states (noise tells which)
// is repeated with x replaced by x + A·u at one step, for 21 amplitudes A up to w.Amplitude·√N and ten times from w.From to
// w.To, u a unit vector that is drawn for each trial, kind, amplitude and time; in the first trial it is the first
// component, and the first row of W_out or column of W_in. The loss counts from w.LossFrom on; for Romo it
// counts in all trials where the trial with the latest decision has it.
//
// It is an error if the window is not within the trial, no target counts after it, states grow without bound, or the
// context ends. progress, if not nil, is told how many of how many runs are done.
func Perturb(ctx context.Context, n *rnn.Network[float32], name string, b *task.Batch, w Window, also []Direction, seed uint64,
	rng *rand.Rand, progress func(done, total int)) (*Susceptibility, error) {
	p, err := newPerturbation(n, name, b, w, seed, rng)
	if err != nil {
		return nil, err
	}
	base := p.loss()
	kinds := p.kinds()
	s := &Susceptibility{}
	curves := []*[]float64{&s.Output, &s.Components, &s.Random, &s.Input}
	asked := []bool{true, true, slices.Contains(also, RandomDirections), slices.Contains(also, InputDirections)}
	total, done := 0, 0
	for _, yes := range asked {
		if yes {
			total += amplitudes * moments
		}
	}
	for a := range amplitudes {
		amplitude := w.Amplitude * math.Sqrt(float64(n.Config.N)) * float64(a) / (amplitudes - 1)
		s.Amplitude = append(s.Amplitude, amplitude)
		for k, kind := range kinds {
			if !asked[k] {
				if a > 0 {
					p.skip(kind, moments)
				}
				continue
			}
			losses := make([]float64, moments)
			for j := range losses {
				losses[j] = base
				if a > 0 {
					losses[j] = p.perturbed(kind, amplitude, moment(w, j))
				}
				done++
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				if progress != nil {
					progress(done, total)
				}
			}
			*curves[k] = append(*curves[k], mean(losses))
			if k == 0 {
				s.LossByTime = append(s.LossByTime, losses)
			}
		}
	}
	s.Relative = sum(s.Output) / sum(s.Components)
	return s, nil
}

// A Deflection is the output of one trial after a perturbation.
type Deflection struct {
	At        float64   `json:"at"`        // when the state is moved, in τ
	Amplitude float64   `json:"amplitude"` // by how much
	Time      []float64 `json:"time"`
	// Outputs by time: left alone, moved along the first row of W_out, and along the first component.
	Unperturbed [][]float64 `json:"unperturbed"`
	Output      [][]float64 `json:"output"`
	Components  [][]float64 `json:"pcs"`
}

// What the published example takes: the third amplitude of the profile above none, in the middle of the window.
const (
	exampleAmplitude = 3.0 / (amplitudes - 1)
	exampleMoment    = moments / 2
)

// Deflect returns the example of a perturbation: the first trial of a batch as Perturb moves it, by 0.15·w.Amplitude·√N in the
// middle of the window. Errors are those of Perturb.
func Deflect(n *rnn.Network[float32], name string, b *task.Batch, w Window, seed uint64, rng *rand.Rand) (*Deflection, error) {
	p, err := newPerturbation(n, name, b, w, seed, rng)
	if err != nil {
		return nil, err
	}
	step := moment(w, exampleMoment)
	d := &Deflection{At: float64(step) * n.Config.Dt, Amplitude: exampleAmplitude * w.Amplitude * math.Sqrt(float64(n.Config.N))}
	for t := range b.Steps {
		d.Time = append(d.Time, float64(t)*n.Config.Dt)
	}
	d.Unperturbed = p.firstTrial()
	kinds := p.kinds()
	for i, to := range []*[][]float64{&d.Output, &d.Components} {
		p.perturbed(kinds[i], d.Amplitude, step)
		*to = p.firstTrial()
	}
	return d, nil
}

// moment returns the step of perturbation j: t_p = From + dt·⌊(To−From)/dt · j/10⌋.
func moment(w Window, j int) int {
	steps := math.Floor((w.To-w.From)/task.Dt*float64(j)/moments + 1e-9)
	return simulate.Steps(w.From+task.Dt*steps, task.Dt)
}

// A perturbation is a network on a batch, its unperturbed states, and the targets that are judged.
type perturbation struct {
	n      *rnn.Network[float32]
	noise  rnn.Noise
	runner *rnn.Runner[float32]
	states []float32 // unperturbed
	judged *judge
	rng    *rand.Rand
	batch  *task.Batch
}

// newPerturbation runs the network unperturbed.
func newPerturbation(n *rnn.Network[float32], name string, b *task.Batch, w Window, seed uint64, rng *rand.Rand) (*perturbation, error) {
	if !(w.From >= 0 && w.To > w.From && simulate.Steps(w.To, task.Dt) < b.Steps && simulate.Steps(w.LossFrom, task.Dt) < b.Steps && w.Amplitude > 0) {
		return nil, fmt.Errorf("probe: perturbation from %g to %g, loss from %g, does not fit trials of %g", w.From, w.To, w.LossFrom, float64(b.Steps)*task.Dt)
	}
	p := &perturbation{n: n, noise: rnn.Noise{Seed: seed, Off: true}, judged: after(name, b, w), rng: rng, batch: b}
	if p.judged == nil {
		return nil, fmt.Errorf("probe: no target counts from %g on", w.LossFrom)
	}
	p.runner = rnn.NewRunner[float32](n.Config, b.Trials, b.Steps)
	p.runner.Forward(n, b.Input, b.Trials, b.Steps, p.noise)
	p.states = append([]float32(nil), p.runner.States()...)
	if !p.run().Finite() {
		return nil, errUnbounded
	}
	return p, nil
}

// run returns the unperturbed run, without its outputs.
func (p *perturbation) run() *simulate.Run {
	return &simulate.Run{Batch: p.batch, N: p.n.Config.N, Dt: p.n.Config.Dt, States: p.states}
}

// firstTrial returns the outputs of the last run's first trial, by time.
func (p *perturbation) firstTrial() [][]float64 {
	run := &simulate.Run{Batch: p.batch, Outputs: p.runner.Outputs()}
	var z [][]float64
	for t := range p.batch.Steps {
		z = append(z, outputs(run, t, 0))
	}
	return z
}

// A kind is a space of directions, with that of the first trial.
type kind struct {
	span
	first []float64
}

// kinds returns output, components, random and input; a network without input has no span of inputs, and a zero vector there.
func (p *perturbation) kinds() []kind {
	from := min(simulate.Steps(pcFrom, task.Dt), p.batch.Steps/2)
	c := Principal(p.run().Since(float64(from)*task.Dt), 2)
	axis := mat.Col(nil, 0, c.Axes)
	out := simulate.Readout(p.n)
	config := p.n.Config
	in := mat.NewDense(max(config.Inputs, 1), config.N, nil)
	for i, v := range p.n.In {
		in.Set(i%config.Inputs, i/config.Inputs, float64(v))
	}
	first := func(m *mat.Dense) []float64 { return unit(append([]float64(nil), m.RawRowView(0)...)) }
	return []kind{
		{spanOf(out), first(out)}, {span{config.N, c.Axes}, axis}, {span{n: config.N}, nil}, {spanOf(in), first(in)},
	}
}

// perturbed returns the loss after a perturbation at a step.
func (p *perturbation) perturbed(k kind, amplitude float64, step int) float64 {
	copy(p.runner.States(), p.states)
	size := p.n.Config.N
	trials := len(p.states) / size / p.judged.steps
	for trial := range trials {
		u := k.first
		if drawn := k.draw(p.rng); trial > 0 || u == nil {
			u = drawn
		}
		x := p.runner.States()[(step*trials+trial)*size:][:size]
		for i, v := range u {
			x[i] += float32(amplitude * v)
		}
	}
	p.runner.Resume(p.n, step, p.noise)
	return p.loss()
}

// skip leaves out so many perturbations: the generator goes on as with them.
func (p *perturbation) skip(k kind, times int) {
	for range times * p.batch.Trials {
		k.skip(p.rng)
	}
}

// loss returns the squared error of the last run where it is judged.
func (p *perturbation) loss() float64 {
	z := p.runner.Outputs()
	var sum float64
	for i, at := range p.judged.at {
		d := float64(z[at]) - float64(p.judged.target[i])
		sum += d * d
	}
	return sum / float64(len(p.judged.at))
}

// A judge lists the outputs that count, and their targets.
type judge struct {
	steps  int
	at     []int
	target []float32
}

// after returns what counts after perturbations, or nil if nothing does.
func after(name string, b *task.Batch, w Window) *judge {
	if name == "romo" {
		return aligned(b)
	}
	j := &judge{steps: b.Steps}
	from := simulate.Steps(w.LossFrom, task.Dt) * b.Trials * b.Outputs
	for i := from; i < len(b.Mask); i++ {
		if b.Mask[i] {
			j.at, j.target = append(j.at, i), append(j.target, b.Target[i])
		}
	}
	if len(j.at) == 0 {
		return nil
	}
	return j
}

// latestDecision returns the trial whose output counts from the latest step on, and that step.
func latestDecision(b *task.Batch) (trial, step int) {
	for i := range b.Trials {
		for t := range b.Steps {
			if !b.Mask[(t*b.Trials+i)*b.Outputs] {
				continue
			}
			if t > step {
				trial, step = i, t
			}
			break
		}
	}
	return trial, step
}

// aligned moves the target values of every trial to the steps that count in the trial with the latest decision.
func aligned(b *task.Batch) *judge {
	latest, _ := latestDecision(b)
	j := &judge{steps: b.Steps}
	for trial := range b.Trials {
		var target float32
		for t := range b.Steps {
			if i := t*b.Trials + trial; b.Mask[i*b.Outputs] {
				target = b.Target[i*b.Outputs] // the same at all steps of a decision
			}
		}
		for t := range b.Steps {
			if b.Mask[(t*b.Trials+latest)*b.Outputs] {
				j.at, j.target = append(j.at, (t*b.Trials+trial)*b.Outputs), append(j.target, target)
			}
		}
	}
	if len(j.at) == 0 {
		return nil
	}
	return j
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func mean(x []float64) float64 { return sum(x) / float64(len(x)) }

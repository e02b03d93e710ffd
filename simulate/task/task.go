// Package task makes trials of the paper's tasks: inputs, targets, and a mask of where the target counts.
//
// Time runs in steps of Dt, in units of the membrane time constant τ. Durations are turned into steps by truncation, as in the
// published code. A task draws what varies from trial to trial from the generator that it is given, in the order of the
// trials, so that the same generator gives the same batch.
//
// What is absent: no network, no loss. A task does not know the regime.
//
// Source: Schuessler et al., eLife 13 (2024), Methods "Tasks", and their published code.
package task

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Dt is the time step of all tasks, in units of τ.
const Dt = 0.2

// A Task makes batches of trials.
type Task interface {
	Spec() Spec
	// Batch makes trials. All have Spec().Steps steps.
	Batch(trials int, rng *rand.Rand) *Batch
}

// A Spec describes a task and how networks are trained on it.
type Spec struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Inputs  int    `json:"inputs"`
	Outputs int    `json:"outputs"`
	Steps   int    `json:"steps"` // of a trial
	// MaskStep is the spacing of the steps that count in the loss: those whose index is a multiple of it.
	MaskStep int `json:"mask_step"`
	// MaxMaskStep is the largest spacing with which, as with every smaller one, a step after the first counts in every trial,
	// whatever is drawn.
	MaxMaskStep int `json:"max_mask_step"`
	// Noise is s, the strength of the noise on units during training.
	Noise float64 `json:"noise"`
	// ZeroLoss is the loss of a network whose output is always zero.
	ZeroLoss float64  `json:"zero_loss"`
	Training Training `json:"training"`
}

// Training are the published settings for networks of 512 units.
type Training struct {
	Steps int `json:"steps"` // of training
	Batch int `json:"batch"` // trials of a step
	// The learning rate times N, for a large and a small readout with decaying (g = 0.7) and chaotic (g = 1.5) start.
	LargeDecaying float64 `json:"large_decaying"`
	LargeChaotic  float64 `json:"large_chaotic"`
	SmallDecaying float64 `json:"small_decaying"`
	SmallChaotic  float64 `json:"small_chaotic"`
	// InitStd is the standard deviation of h₀, and InitNoise that of what each trial adds to it.
	InitStd   float64 `json:"init_std"`
	InitNoise float64 `json:"init_noise"`
	// RecurrentOnly says that W alone is trained, and not the input and output weights.
	RecurrentOnly bool `json:"recurrent_only"`
}

// Rate returns the learning rate times N for a readout, large or small, and a gain, chaotic if it is above 1.
func (t Training) Rate(large bool, gain float64) float64 {
	switch chaotic := gain > 1; {
	case large && chaotic:
		return t.LargeChaotic
	case large:
		return t.LargeDecaying
	case chaotic:
		return t.SmallChaotic
	}
	return t.SmallDecaying
}

// published returns the settings of the paper's five tasks, which differ in length and learning rates only.
func published(steps int, largeDecaying, largeChaotic, smallDecaying, smallChaotic float64) Training {
	return Training{Steps: steps, Batch: 32, LargeDecaying: largeDecaying, LargeChaotic: largeChaotic,
		SmallDecaying: smallDecaying, SmallChaotic: smallChaotic, InitNoise: 1}
}

// A Batch is trials side by side: Input is Steps×Trials×Inputs, Target and Mask are Steps×Trials×Outputs. Conditions
// numbers the kind of each trial, where the task has kinds.
type Batch struct {
	Trials, Steps, Inputs, Outputs int
	Input, Target                  []float32
	Mask                           []bool
	Conditions                     []int

	whole []bool // the mask before it was thinned
}

func newBatch(s Spec, trials int) *Batch {
	return &Batch{Trials: trials, Steps: s.Steps, Inputs: s.Inputs, Outputs: s.Outputs,
		Input:      make([]float32, s.Steps*trials*s.Inputs),
		Target:     make([]float32, s.Steps*trials*s.Outputs),
		Mask:       make([]bool, s.Steps*trials*s.Outputs),
		Conditions: make([]int, trials)}
}

// input sets an input of a trial during steps from to to−1.
func (b *Batch) input(trial, channel, from, to int, value float32) {
	for t := from; t < min(to, b.Steps); t++ {
		b.Input[(t*b.Trials+trial)*b.Inputs+channel] = value
	}
}

// target sets an output's target at a step, and whether it counts.
func (b *Batch) target(trial, channel, step int, value float32, counts bool) {
	if step >= b.Steps {
		return
	}
	i := (step*b.Trials+trial)*b.Outputs + channel
	b.Target[i], b.Mask[i] = value, counts
}

// thin leaves in the mask only steps whose index is a multiple of every. Thinned again it is thinned from the whole.
func (b *Batch) thin(every int) *Batch {
	if b.whole == nil {
		b.whole, b.Mask = b.Mask, make([]bool, len(b.Mask))
	}
	clear(b.Mask)
	row := b.Trials * b.Outputs
	for t := 0; t < b.Steps; t += every {
		copy(b.Mask[t*row:(t+1)*row], b.whole[t*row:])
	}
	return b
}

// steps turns a duration in units of τ into steps, by truncation. The hair keeps 1/0.2 from becoming 4.
func steps(duration float64) int { return int(duration/Dt + 1e-9) }

// uniform draws from [lo, hi).
func uniform(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }

// sign draws −1 or +1.
func sign(rng *rand.Rand) float32 { return float32(2*rng.IntN(2) - 1) }

// all are the tasks, in the order of the paper's figures.
var all = []Task{Cycling{}, FlipFlop{}, Mante{}, Romo{}, ComplexSine{}, SimpleSine{}, FixedPoints{}}

// All returns the tasks in the order of the paper's figures.
func All() []Task { return slices.Clone(all) }

// ByName returns the task of that name, or an error that lists the names.
func ByName(name string) (Task, error) {
	var names []string
	for _, t := range all {
		if t.Spec().Name == name {
			return t, nil
		}
		names = append(names, t.Spec().Name)
	}
	return nil, fmt.Errorf("task: no task %q; there are: %s", name, strings.Join(names, ", "))
}

// Counting returns a task in whose loss steps count whose index is a multiple of every, in place of the published spacing. It
// panics if every is less than 1.
func Counting(t Task, every int) Task {
	if every < 1 {
		panic(fmt.Sprintf("task: a mask of every %d steps", every))
	}
	return counting{t, every}
}

type counting struct {
	Task
	every int
}

// Spec returns that of the task, with its own MaskStep.
func (c counting) Spec() Spec {
	s := c.Task.Spec()
	s.MaskStep = c.every
	return s
}

// Batch makes the trials of the task.
func (c counting) Batch(trials int, rng *rand.Rand) *Batch {
	return c.Task.Batch(trials, rng).thin(c.every)
}

// Lasting returns a task with trials of another duration, in τ. Targets end where they do. It is an error for tasks
// whose trials have a length of their own, and for a duration below that of 2 steps or above that of 2²⁰.
func Lasting(t Task, duration float64) (Task, error) {
	const least, most = 2 * Dt, Dt * (1 << 20)
	if !(duration >= least && duration <= most) {
		return nil, fmt.Errorf("task: a trial of %g τ: want %g to %.7g", duration, least, most)
	}
	switch t := t.(type) {
	case Cycling:
		t.Duration = duration
		return t, nil
	case SimpleSine:
		t.Duration = duration
		return t, nil
	}
	return nil, fmt.Errorf("task: trials of %s have a duration of their own", t.Spec().Name)
}

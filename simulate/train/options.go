package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// Options say what is trained and how. Zero values are the published choices for the task; where 0 is a choice too, nil is
// the published one, and new(0.0) none.
type Options struct {
	Task string `json:"task"`
	// Large says that the readout starts large, with rows of norm 1, which leads to the oblique regime. Rows have norm 1/√N
	// otherwise, which leads to the aligned one.
	Large bool `json:"large"`
	// N is the number of units; 0 means 512, the paper's.
	N          int            `json:"n"`
	Activation rnn.Activation `json:"activation"`
	// Gain is g of the recurrent weights; nil means 1.5.
	Gain *float64 `json:"gain"`
	// Readout is the norm of a row of W_out, for one that is neither Large nor small; 0 means by Large.
	Readout float64 `json:"readout"`
	Rank    int     `json:"rank"` // 0 means full
	// InitStd is the standard deviation of h₀, Noise that of the white noise on units (s), InitNoise that of a trial's own
	// part of its initial state, and InputNoise that of white noise on inputs. Nil means the task's, and none on inputs.
	InitStd    *float64 `json:"init_std"`
	Noise      *float64 `json:"noise"`
	InitNoise  *float64 `json:"init_noise"`
	InputNoise *float64 `json:"input_noise"`
	// Steps of training, each on Batch trials; 0 means the task's.
	Steps int `json:"steps"`
	Batch int `json:"batch"`
	// Rate is the learning rate times N, or of plain gradient descent the rate itself; 0 means the task's for the
	// readout and gain.
	Rate      float64   `json:"rate"`
	Optimizer Optimizer `json:"optimizer"` // the empty one is Adam
	// Trained are the weights that are trained, out of In, Rec and Out, in any order; none means the task's choice.
	Trained []Weight `json:"trained"`
	// Clip bounds the norm of the gradient; 0 means none.
	Clip float64 `json:"clip"`
	// MaskStep is the spacing of the steps that count in the loss: those whose index is a multiple of it; 0 means the task's.
	MaskStep int    `json:"mask_step"`
	Seed     uint64 `json:"seed"`
	// MeasureEvery is how many steps lie between the points of the trace; nil means 50, and 0 no trace.
	MeasureEvery *int `json:"measure_every"`
}

// An Optimizer turns gradients into steps.
type Optimizer string

// The optimisers.
const (
	AdamOptimizer Optimizer = "adam"
	SGD           Optimizer = "sgd" // plain gradient descent, without momentum
)

// A Weight names a weight matrix.
type Weight string

// The weight matrices. In a network with a low-rank part Rec means M.
const (
	In  Weight = "in"
	Rec Weight = "rec"
	Out Weight = "out"
)

// defaultUnits is the size of the paper's networks.
const defaultUnits = 512

// Bounds of what can be asked for: beyond them sizes would overflow, or memory end first.
const (
	maxUnits  = 1 << 16
	maxTrials = 1 << 16
	maxSteps  = 1 << 30
	maxStates = 1 << 31 // of all units, trials and time steps of a training step
)

// An OptionError says what is wrong with one option, which has its name in JSON.
type OptionError struct {
	Option string
	Wrong  string // the value, and what it should be
}

func (e *OptionError) Error() string { return "train: " + e.Option + " " + e.Wrong }

// wrongs gathers what is wrong with options.
type wrongs []error

func (w *wrongs) add(bad bool, option, format string, args ...any) {
	if bad {
		*w = append(*w, &OptionError{option, fmt.Sprintf(format, args...)})
	}
}

// Resolved returns the options with every default filled in, or an error that joins an OptionError for each that is wrong.
// Resolved options resolve to themselves.
func (o Options) Resolved() (Options, error) {
	t, err := task.ByName(o.Task)
	if err != nil {
		return o, err
	}
	spec := t.Spec()
	fill(&o.N, defaultUnits)
	fill(&o.Steps, spec.Training.Steps)
	fill(&o.Batch, spec.Training.Batch)
	fill(&o.MaskStep, spec.MaskStep)
	fill(&o.Activation, rnn.Tanh)
	fill(&o.Gain, new(1.5))
	fill(&o.InitStd, new(spec.Training.InitStd))
	fill(&o.Noise, new(spec.Noise))
	fill(&o.InitNoise, new(spec.Training.InitNoise))
	fill(&o.InputNoise, new(0.0))
	fill(&o.Optimizer, AdamOptimizer)
	fill(&o.MeasureEvery, new(50))
	fill(&o.Rate, spec.Training.Rate(o.Large, *o.Gain))
	if o.Large {
		fill(&o.Readout, rnn.Large(o.N))
	}
	fill(&o.Readout, rnn.Small(max(o.N, 1))) // a wrong N is told below
	if len(o.Trained) == 0 {
		o.Trained = []Weight{In, Rec, Out}
		if spec.Training.RecurrentOnly {
			o.Trained = []Weight{Rec}
		}
	}
	if err := errors.Join(append(o.wrongSizes(spec), o.wrongNumbers()...)...); err != nil {
		return o, err
	}
	o.Trained = slices.DeleteFunc([]Weight{In, Rec, Out}, func(w Weight) bool { return !slices.Contains(o.Trained, w) })
	return o, nil
}

func fill[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// wrongSizes refuses sizes and names that no training has.
func (o Options) wrongSizes(spec task.Spec) (w wrongs) {
	w.add(o.N < 1 || o.N > maxUnits, "n", "%d: want 1 to %d units", o.N, maxUnits)
	w.add(o.Rank < 0 || o.Rank > max(o.N, 1), "rank", "%d: want 0 to %d, as many as units", o.Rank, max(o.N, 1))
	w.add(o.Steps < 0 || o.Steps > maxSteps, "steps", "%d: want 1 to %d", o.Steps, maxSteps)
	w.add(o.Batch < 1 || o.Batch > maxTrials, "batch", "%d: want 1 to %d trials", o.Batch, maxTrials)
	states := float64(o.Batch) * float64(spec.Steps) * float64(o.N)
	w.add(len(w) == 0 && states > maxStates, "batch", "%d: with %d time steps each, %d units have more states than are held in memory: want at most %d trials",
		o.Batch, spec.Steps, o.N, maxStates/spec.Steps/max(o.N, 1))
	w.add(o.MaskStep < 1 || o.MaskStep > spec.MaxMaskStep, "mask_step", "%d: want 1 to %d; with more, a trial of %s may have no step that counts",
		o.MaskStep, spec.MaxMaskStep, spec.Name)
	w.add(*o.MeasureEvery < 0, "measure_every", "%d: want 0 or more", *o.MeasureEvery)
	_, err := rnn.ParseActivation(string(o.Activation))
	w.add(err != nil, "activation", "%q: want tanh, relu, linear, erf or softplus", o.Activation)
	w.add(o.Optimizer != AdamOptimizer && o.Optimizer != SGD, "optimizer", "%q: want adam or sgd", o.Optimizer)
	for i, name := range o.Trained {
		w.add(!slices.Contains([]Weight{In, Rec, Out}, name), "trained", "%q: want in, rec or out", name)
		w.add(slices.Contains(o.Trained[:i], name), "trained", "%q: it is named twice", name)
	}
	return w
}

// wrongNumbers refuses numbers that no training has.
func (o Options) wrongNumbers() (w wrongs) {
	for _, v := range []struct {
		name  string
		value float64
	}{{"gain", *o.Gain}, {"readout", o.Readout}, {"init_std", *o.InitStd}, {"noise", *o.Noise}, {"init_noise", *o.InitNoise},
		{"input_noise", *o.InputNoise}, {"rate", o.Rate}, {"clip", o.Clip}} {
		w.add(!(v.value >= 0) || math.IsInf(v.value, 0), v.name, "%g: want a number of at least 0", v.value)
	}
	return w
}

// Network returns the configuration of the network. The options must be resolved.
func (o Options) Network() rnn.Config {
	spec := o.task().Spec()
	return rnn.Config{N: o.N, Inputs: spec.Inputs, Outputs: spec.Outputs, Activation: o.Activation, Dt: task.Dt, Gain: *o.Gain,
		Readout: o.Readout, InitStd: *o.InitStd, Noise: *o.Noise, InitNoise: *o.InitNoise, InputNoise: *o.InputNoise, Rank: o.Rank}
}

// task returns the task. The options must be resolved.
func (o Options) task() task.Task {
	t, err := task.ByName(o.Task)
	if err != nil {
		panic(err) // Resolved has refused it
	}
	return task.Counting(t, o.MaskStep)
}

// same tells whether two resolved options are of the same training, one of which may be longer.
func (o Options) same(p Options) bool {
	o.Steps, p.Steps = 0, 0
	return reflect.DeepEqual(o, p)
}

// Differences says in which options a training differs from the one that is wanted: "n 32, want 64; seed 1, want 2".
func (o Options) Differences(want Options) string {
	values := [2]map[string]json.RawMessage{}
	for i, one := range []Options{o, want} {
		text, err := json.Marshal(one)
		if err == nil {
			err = json.Unmarshal(text, &values[i])
		}
		if err != nil {
			panic(err) // options are numbers and words
		}
	}
	var words []string
	for _, key := range slices.Sorted(maps.Keys(values[0])) {
		if a, b := values[0][key], values[1][key]; !bytes.Equal(a, b) {
			words = append(words, fmt.Sprintf("%s %s, want %s", key, a, b))
		}
	}
	return strings.Join(words, "; ")
}

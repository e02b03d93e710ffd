package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// A scenario is one of the paper's initialisations, with what else it was trained with.
type scenario struct {
	name  string
	large bool
	gain  float64
	units int              // 0 means the default
	set   func(o *Options) // what differs from the task's defaults; may be nil
}

// everywhere are the four initialisations that each task was trained from.
var everywhere = []scenario{
	{name: "aligned", gain: 1.5},
	{name: "aligned_decaying", gain: 0.7},
	{name: "oblique", large: true, gain: 1.5},
	{name: "oblique_decaying", large: true, gain: 0.7},
}

// special are those of one task, in place of the four where they have the same name.
var special = map[string][]scenario{
	"cycling": {
		{"aligned_example", false, 1.5, 256, example},
		{"oblique_example", true, 1.5, 256, example},
		{"noise_compression", true, 1.5, 256, func(o *Options) {
			example(o)
			o.Steps, o.MaskStep = 5001, 1
		}},
	},
	"fixedpoints": {
		{"mean_field", true, 0, 256, meanField(1, 0.005, 2000)},
		{"mean_field_quiet", true, 0, 256, meanField(0.2, 0.01, 5000)},
	},
	"simplesine": {
		{"aligned", false, 1.5, 0, nil},
		{"marginal", true, 0.7, 0, func(o *Options) { o.InitStd = new(1 / math.Sqrt(float64(o.N))) }},
		{"lazy", true, 1.5, 0, nil},
		{"oblique", true, 1.5, 0, noisy(5e-2)},
		{"aligned_decaying", false, 0.7, 0, nil},
		{"aligned_unstable", false, 3, 0, func(o *Options) { o.Rate = 1e-1 }},
		{"aligned_noisy", false, 1.5, 0, noisy(5e-3)},
		{"oblique_decaying", true, 0.7, 0, noisy(5e-2)},
		{"oblique_unstable", true, 3, 0, noisy(5e-1)},
		{"oblique_input", true, 1.5, 0, func(o *Options) { o.InputNoise, o.Rate, o.Batch = new(1.0), 5e-2, 64 }},
	},
}

// example is how the cycling networks of the paper's examples were trained: 256 units, W alone, longer.
func example(o *Options) {
	o.Trained, o.Rate, o.Steps, o.InitStd = []Weight{Rec}, 0.1, 5000, new(1.0)
}

// noisy is how the sine was trained with noise of strength 1, on units and on the initial state of each of 64 trials.
func noisy(rate float64) func(o *Options) {
	return func(o *Options) { o.Noise, o.InitNoise, o.Rate, o.Batch = new(1.0), new(1.0), rate, 64 }
}

// meanField is how the networks beside the mean-field theory were trained: the 2×2 matrix M of a network of rank 2 without a
// random part, by plain gradient descent. An unconnected unit would have that standard deviation.
func meanField(std, rate float64, steps int) func(o *Options) {
	return func(o *Options) {
		o.Activation, o.Rank, o.Trained, o.Optimizer = rnn.Erf, 2, []Weight{Rec}, SGD
		o.Noise, o.InitNoise, o.Rate, o.Steps = new(math.Sqrt2*std), new(0.0), rate, steps
	}
}

// scenariosOf returns a task's scenarios.
func scenariosOf(taskName string) []scenario {
	all := slices.Clone(special[taskName])
	for _, s := range everywhere {
		if !slices.ContainsFunc(all, func(other scenario) bool { return other.name == s.name }) {
			all = append(all, s)
		}
	}
	return all
}

// Scenarios returns the names of a task's scenarios, the published initialisations.
func Scenarios(taskName string) []string {
	var names []string
	for _, s := range scenariosOf(taskName) {
		names = append(names, s.name)
	}
	return names
}

// Scenario returns the options of a published initialisation of a task: readout, gain, and for some what else the paper has
// them trained with. Units are n, or the published number for n = 0. It is an error if there is no such task or scenario.
func Scenario(taskName, name string, n int) (Options, error) {
	if _, err := task.ByName(taskName); err != nil {
		return Options{}, err
	}
	all := scenariosOf(taskName)
	i := slices.IndexFunc(all, func(s scenario) bool { return s.name == name })
	if i < 0 {
		return Options{}, fmt.Errorf("train: no scenario %q of %s; there are: %s", name, taskName, strings.Join(Scenarios(taskName), ", "))
	}
	s := all[i]
	o := Options{Task: taskName, Large: s.large, Gain: new(s.gain), N: n}
	fill(&o.N, s.units)
	fill(&o.N, defaultUnits)
	if s.set != nil {
		s.set(&o)
	}
	return o, nil
}

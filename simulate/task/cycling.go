package task

import (
	"math"
	"math/rand/v2"
)

// Cycling is rotation on demand: a pulse on one of two inputs at the beginning asks for sine and cosine in one direction
// or the other. Even trials turn one way, odd trials the other; nothing is random. The target is a rotation of
// frequency 0.1, from (0, 1) at t = 1 on.
type Cycling struct {
	// Duration of a trial in units of τ; 0 means 72. Target and mask end at 72 in any case.
	Duration float64
}

const (
	cyclingPulse     = 1.0 // duration of the pulse
	cyclingEnd       = 72.0
	cyclingFrequency = 0.1
)

// Spec returns what the task is like.
func (c Cycling) Spec() Spec {
	if c.Duration == 0 {
		c.Duration = cyclingEnd
	}
	return Spec{Name: "cycling", Title: "Rotation in a direction that a pulse sets", Inputs: 2, Outputs: 2,
		Steps: steps(c.Duration), MaskStep: 5, MaxMaskStep: min(steps(c.Duration), steps(cyclingEnd)) - 1,
		Noise: 0.2, ZeroLoss: 0.5,
		Training: published(1000, 0.02, 0.02, 0.02, 0.02)}
}

// Batch makes trials, of both directions in turn.
func (c Cycling) Batch(trials int, _ *rand.Rand) *Batch {
	spec := c.Spec()
	b := newBatch(spec, trials)
	start := steps(cyclingPulse)
	for trial := range trials {
		b.Conditions[trial] = trial % 2
		b.input(trial, trial%2, 0, start, 1)
		turn := 1 - 2*float64(trial%2)
		for k := start; k < min(spec.Steps, steps(cyclingEnd)); k++ {
			angle := 2 * math.Pi * cyclingFrequency * float64(k-start) * Dt
			b.target(trial, 0, k, float32(math.Sin(turn*angle)), true)
			b.target(trial, 1, k, float32(math.Cos(angle)), true)
		}
	}
	return b.thin(spec.MaskStep)
}

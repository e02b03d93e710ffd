package task

import (
	"math"
	"math/rand/v2"
)

// ComplexSine is a sine whose frequency a constant input sets: input x + 0.25 for x in [0, 1), frequency 0.04 + 0.16 x. With
// Grid the first five trials have x = 0, ¼, ½, ¾, 1.
type ComplexSine struct{ Grid bool }

const (
	sineTrial             = 50.0
	sineOffset            = 0.25
	sineLowest, sineRange = 0.04, 0.16
	simpleSineTrial       = 21.0
	simpleSineFrequency   = 0.1
	sineGridSteps         = 5
)

// Spec returns what the task is like.
func (ComplexSine) Spec() Spec {
	return Spec{Name: "complexsine", Title: "A sine of the frequency that an input sets", Inputs: 1, Outputs: 1,
		Steps: steps(sineTrial), MaskStep: 2, MaxMaskStep: steps(sineTrial) - 1, Noise: 0.2, ZeroLoss: 0.498,
		Training: published(6000, 0.01, 0.005, 0.005, 0.005)}
}

// Batch makes trials.
func (c ComplexSine) Batch(trials int, rng *rand.Rand) *Batch {
	b := newBatch(c.Spec(), trials)
	for trial := range trials {
		x := rng.Float64()
		if c.Grid && trial < sineGridSteps {
			x = float64(trial) / (sineGridSteps - 1)
		}
		b.input(trial, 0, 0, b.Steps, float32(x+sineOffset))
		for t := range b.Steps {
			b.target(trial, 0, t, sine(sineLowest+sineRange*x, t), true)
		}
	}
	return b.thin(c.Spec().MaskStep)
}

// sine returns sin 2πft at a step.
func sine(frequency float64, step int) float32 {
	return float32(math.Sin(2 * math.Pi * frequency * float64(step) * Dt))
}

// SimpleSine is one sine of frequency 0.1 without any input: only the initial state starts it.
type SimpleSine struct {
	// Duration of a trial in units of τ; 0 means 21. Target and mask end at 21 in any case.
	Duration float64
}

// Spec returns what the task is like. Its input is always zero.
func (s SimpleSine) Spec() Spec {
	if s.Duration == 0 {
		s.Duration = simpleSineTrial
	}
	return Spec{Name: "simplesine", Title: "A sine from the initial state alone", Inputs: 1, Outputs: 1,
		Steps: steps(s.Duration), MaskStep: 5, MaxMaskStep: min(steps(s.Duration), steps(simpleSineTrial)) - 1,
		Noise: 0, ZeroLoss: 10.0 / 21,
		Training: Training{Steps: 1000, Batch: 1, LargeDecaying: 2e-3, LargeChaotic: 1e-3, SmallDecaying: 5e-3, SmallChaotic: 5e-3,
			InitStd: 1, RecurrentOnly: true}}
}

// Batch makes trials, all alike.
func (s SimpleSine) Batch(trials int, _ *rand.Rand) *Batch {
	b := newBatch(s.Spec(), trials)
	for trial := range trials {
		for t := range min(b.Steps, steps(simpleSineTrial)) {
			b.target(trial, 0, t, sine(simpleSineFrequency, t), true)
		}
	}
	return b.thin(s.Spec().MaskStep)
}

package task

import "math/rand/v2"

// FixedPoints is one bit of memory: an impulse of unit area and either sign at the first step, whose sign the output
// keeps. It is the task of the mean-field theory, where the paper trains by plain gradient descent; the settings for Adam
// are this package's.
type FixedPoints struct{}

const (
	fixedTrial = 10.0
	fixedStart = 2.0 // the target counts from here
)

// Spec returns what the task is like.
func (FixedPoints) Spec() Spec {
	return Spec{Name: "fixedpoints", Title: "Keep the sign of an impulse", Inputs: 1, Outputs: 1,
		Steps: steps(fixedTrial), MaskStep: 5, MaxMaskStep: steps(fixedTrial) - 1, Noise: 0.2, ZeroLoss: 1,
		Training: published(2000, 0.02, 0.02, 0.02, 0.02)}
}

// Batch makes trials.
func (f FixedPoints) Batch(trials int, rng *rand.Rand) *Batch {
	b := newBatch(f.Spec(), trials)
	for trial := range trials {
		s := sign(rng)
		if s > 0 {
			b.Conditions[trial] = 1
		}
		b.input(trial, 0, 0, 1, s/Dt)
		for t := steps(fixedStart); t < b.Steps; t++ {
			b.target(trial, 0, t, s, true)
		}
	}
	return b.thin(f.Spec().MaskStep)
}

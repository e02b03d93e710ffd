package task

import "math/rand/v2"

// FlipFlop is three bits of memory: a pulse of either sign on an input sets its output to that sign, until the next
// pulse on the same input. Each pulse has a grace period of ten steps in which its own output does not count.
type FlipFlop struct{}

const (
	flipTrial     = 25.0
	flipFirst     = 1.0 // the first pulse comes at most so late
	flipPulse     = 1.0
	flipGrace     = 2.0
	flipMinDelay  = 3.0
	flipMaxDelay  = 10.0
	flipWarmDelay = Dt // between the first three pulses, which set all bits
)

// Spec returns what the task is like.
func (FlipFlop) Spec() Spec {
	return Spec{Name: "flipflop", Title: "Three bits that pulses set", Inputs: 3, Outputs: 3,
		Steps: steps(flipTrial), MaskStep: 5, MaxMaskStep: steps(flipTrial) - 1, Noise: 0.2, ZeroLoss: 1,
		Training: published(4000, 0.01, 0.01, 0.005, 0.005)}
}

// Batch makes trials.
func (f FlipFlop) Batch(trials int, rng *rand.Rand) *Batch {
	b := newBatch(f.Spec(), trials)
	for trial := range trials {
		f.trial(b, trial, rng)
	}
	return b.thin(f.Spec().MaskStep)
}

func (f FlipFlop) trial(b *Batch, trial int, rng *rand.Rand) {
	var bits [3]float32
	var set [3]bool
	first := rng.Perm(3)
	at := steps(uniform(rng, 0, flipFirst))
	for pulse := 0; at < b.Steps; pulse++ {
		delay := flipWarmDelay
		if pulse >= 2 {
			delay = uniform(rng, flipMinDelay, flipMaxDelay)
		}
		channel := rng.IntN(3)
		if pulse < 3 {
			channel = first[pulse]
		}
		bits[channel], set[channel] = sign(rng), true
		b.input(trial, channel, at, at+steps(flipPulse), bits[channel])
		next := at + steps(delay+flipGrace)
		for t := at; t < min(next, b.Steps); t++ {
			for c := range bits {
				grace := c == channel && t < at+steps(flipGrace)
				if set[c] && !grace {
					b.target(trial, c, t, bits[c], true)
				}
			}
		}
		at = next
	}
}

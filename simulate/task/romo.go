package task

import (
	"math"
	"math/rand/v2"
)

// Romo is delayed discrimination after Romo et al. (1999): two pulses of different amplitude, a delay of random length between
// them; the output is +1 if the first was larger and −1 otherwise.
type Romo struct{}

const (
	romoMinFixation, romoMaxFixation = 1.0, 3.0
	romoPulse                        = 1.0
	romoMinDelay, romoMaxDelay       = 2.0, 12.0
	romoWait                         = 4.0
	romoDecision                     = 8.0
	romoMin, romoMax                 = 0.5, 1.5 // amplitudes
	romoApart                        = 0.2      // least difference of amplitudes
)

// Spec returns what the task is like.
func (Romo) Spec() Spec {
	return Spec{Name: "romo", Title: "Which of two pulses was larger", Inputs: 1, Outputs: 1,
		Steps:    steps(romoMaxFixation + 2*romoPulse + romoMaxDelay + romoWait + romoDecision),
		MaskStep: 5, MaxMaskStep: steps(romoDecision), // a decision may come at any step, and lasts so many
		Noise: 0.2, ZeroLoss: 1,
		Training: published(6000, 0.01, 0.01, 0.01, 0.005)}
}

// Batch makes trials.
func (r Romo) Batch(trials int, rng *rand.Rand) *Batch {
	b := newBatch(r.Spec(), trials)
	for trial := range trials {
		first := steps(uniform(rng, romoMinFixation, romoMaxFixation))
		second := first + steps(romoPulse) + steps(uniform(rng, romoMinDelay, romoMaxDelay))
		decide := second + steps(romoPulse) + steps(romoWait)
		a1, a2 := 0.0, 0.0
		for math.Abs(a1-a2) < romoApart {
			a1, a2 = uniform(rng, romoMin, romoMax), uniform(rng, romoMin, romoMax)
		}
		b.input(trial, 0, first, first+steps(romoPulse), float32(a1))
		b.input(trial, 0, second, second+steps(romoPulse), float32(a2))
		choice := float32(-1)
		if a1 > a2 {
			choice, b.Conditions[trial] = 1, 1
		}
		for t := decide; t < decide+steps(romoDecision); t++ {
			b.target(trial, 0, t, choice, true)
		}
	}
	return b.thin(r.Spec().MaskStep)
}

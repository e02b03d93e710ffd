package task

import "math/rand/v2"

// Mante is the context-dependent decision of Mante et al. (2013): two noisy inputs with a mean of either sign, of which a
// context tells the one that counts; after a delay the output is its sign. Before the delay the output is zero.
type Mante struct{}

const (
	manteFixation = 3.0
	manteStimulus = 20.0
	manteDelay    = 5.0
	manteDecision = 20.0
	manteNoise    = 0.05 // strength of the white noise on the sensory inputs
)

// manteStrengths are the possible means of a sensory input, up to their sign.
var manteStrengths = [...]float32{1, 0.5, 0.25, 0.125}

// Spec returns what the task is like.
func (Mante) Spec() Spec {
	total := steps(manteFixation + manteStimulus + manteDelay + manteDecision)
	return Spec{Name: "mante", Title: "Decision by the input that a context selects", Inputs: 4, Outputs: 1,
		Steps: total, MaskStep: 5, MaxMaskStep: total/2 - 1, // with more, the delay may hide all but the first
		Noise: 0.05, ZeroLoss: 20.0 / 43,
		Training: published(4000, 0.002, 0.02, 0.002, 0.002)}
}

// Batch makes trials. Inputs 0 and 1 are the context, 2 and 3 the senses.
func (m Mante) Batch(trials int, rng *rand.Rand) *Batch {
	b := newBatch(m.Spec(), trials)
	on, off := steps(manteFixation), steps(manteFixation+manteStimulus)
	decide := steps(manteFixation + manteStimulus + manteDelay)
	const std = manteNoise / 0.4472135954999579 // √Dt
	for trial := range trials {
		context := rng.IntN(2)
		b.Conditions[trial] = context
		b.input(trial, context, on, off, 1)
		var mean [2]float32
		for c := range mean {
			mean[c] = sign(rng) * manteStrengths[rng.IntN(len(manteStrengths))]
			b.input(trial, 2+c, on, off, mean[c])
		}
		choice := float32(1)
		if mean[context] < 0 {
			choice = -1
		}
		for t := range b.Steps {
			for c := range mean {
				b.Input[(t*trials+trial)*b.Inputs+2+c] += float32(std * rng.NormFloat64())
			}
			switch {
			case t < off:
				b.target(trial, 0, t, 0, true)
			case t >= decide:
				b.target(trial, 0, t, choice, true)
			}
		}
	}
	return b.thin(m.Spec().MaskStep)
}

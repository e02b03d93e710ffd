package main

import (
	"math"
	"math/rand/v2"

	"oblique/loaders/npz"
)

// cycling simulates a subject that turns a crank, in the way of the task of Russo et al. (Neuron 97, 2018):
// forward or backward, from the top or from the bottom. 16 trials of 60 rows, four of each condition in
// random order.
//
// The network has a limit cycle by connectivity of rank two, on top of weak random connectivity. It rotates in
// the same sense in every condition, and this rotation is most of the activity, the effect of the
// conditions' tonic inputs most of the rest; but the crank does not follow it: its angle is θ = start ± φ, with φ the phase of the
// network, so that its position is uncorrelated with the large rotation. It can be read from the smaller
// components in which the units' nonlinearity mixes phase and condition: an oblique readout.
//
// The readout that is stored was fitted by ridge regression to other trials of the same network.
func cycling() []npz.Value {
	rng := rand.New(rand.NewPCG(2024, 93060))
	w, plane := rotator(rng)
	train := cycle(w, plane, rng, 12)
	test := cycle(w, plane, rng, 4)
	readout, offset := regress(train.rates, train.behavior, 2, 3e3)
	return append(test.values("model"),
		npz.Value{Name: "readout", Shape: []int{2, neurons}, Data: readout},
		npz.Value{Name: "readout_offset", Data: offset},
		npz.Value{Name: "condition", Data: test.conditions},
	)
}

// rotator makes the network and the two vectors that span its limit cycle.
func rotator(rng *rand.Rand) (*network, [][]float64) {
	v := directions(rng, 5)
	w := &network{j: random(rng, 0.5), sigma: 0.1, rng: rng, x: make([]float64, neurons)}
	// Growth in the plane is stopped by saturation where the mean slope of tanh is 1/growth; the
	// frequency there is turn/growth/(2πτ) = 1.4 Hz, were the plane alone; it is 1.3 Hz.
	const growth, turn = 1.8, 1.6
	for k := range 2 {
		outer(w.j, growth, v[k], v[k])
	}
	outer(w.j, turn, v[1], v[0])
	outer(w.j, -turn, v[0], v[1])
	w.input = v[2:] // direction, start, and a threshold of each neuron's own
	return w, v[:2]
}

// cycle runs every condition a number of times.
func cycle(w *network, plane [][]float64, rng *rand.Rand, repeats int) *simulation {
	const rows, settle = 60, 22
	names := []string{"forward top", "forward bottom", "backward top", "backward bottom"}
	s := &simulation{outputs: 2}
	for trial, k := range rng.Perm(4 * repeats) {
		k %= 4
		sense, start := 1.0, 0.0
		if k >= 2 {
			sense = -1
		}
		if k%2 == 1 {
			start = math.Pi
		}
		u := []float64{0.4 * sense, 0.4 * math.Cos(start), 0.4}
		copy(w.x, gaussian(rng, neurons))
		axpy(w.x, 1, plane[0])
		s.conditions = append(s.conditions, names[k])
		for row := -settle; row < rows; row++ {
			rates := make([]float64, neurons)
			w.row(rates, u)
			if row < 0 {
				continue
			}
			phase := math.Atan2(dot(rates, plane[1]), dot(rates, plane[0]))
			theta := start + math.Pi/2 + sense*phase
			s.add(trial, rates, math.Cos(theta), math.Sin(theta))
		}
	}
	return s
}

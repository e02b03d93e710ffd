package main

import (
	"math"
	"math/rand/v2"

	"oblique/loaders/npz"

	"gonum.org/v1/gonum/mat"
)

// bci simulates a brain-machine interface: centre-out movements to eight targets, 48 trials of 20 rows. Inputs
// towards the target push the network within a plane of slow connectivity, so that this plane holds
// most of the activity. The decoder reads the cursor's velocity along the two leading principal
// components of other trials: an aligned readout. Velocity is the decoder's output to the bit, up to
// rounding of the sums.
func bci() []npz.Value {
	rng := rand.New(rand.NewPCG(2018, 36774))
	w := integrator(rng)
	train := reach(w, rng, 12)
	test := reach(w, rng, 6)
	readout, offset := decoder(train.rates)
	test.outputs = 2
	for row := range test.trials {
		r := test.rates[row*neurons : (row+1)*neurons]
		for d := range 2 {
			test.behavior = append(test.behavior, dot(readout[d*neurons:(d+1)*neurons], r)+offset[d])
		}
	}
	return append(test.values("bci"),
		npz.Value{Name: "readout", Shape: []int{2, neurons}, Data: readout},
		npz.Value{Name: "readout_offset", Data: offset},
		npz.Value{Name: "condition", Data: test.conditions},
	)
}

// integrator makes a network with a slow plane, into which its inputs point.
func integrator(rng *rand.Rand) *network {
	v := directions(rng, 3)
	w := &network{j: random(rng, 0.6), sigma: 0.3, rng: rng, x: make([]float64, neurons)}
	const slow = 0.7
	for k := range 2 {
		outer(w.j, slow, v[k], v[k])
	}
	w.input = v // towards the target, and what all movements share
	return w
}

// reach runs movements to every target a number of times. A movement has a bell-shaped drive.
func reach(w *network, rng *rand.Rand, repeats int) *simulation {
	const rows, settle = 20, 10
	names := []string{"0", "45", "90", "135", "180", "225", "270", "315"}
	s := &simulation{}
	for trial, k := range rng.Perm(8 * repeats) {
		k %= 8
		angle := float64(k) * math.Pi / 4
		copy(w.x, gaussian(rng, neurons))
		s.conditions = append(s.conditions, names[k])
		for row := -settle; row < rows; row++ {
			rates := make([]float64, neurons)
			bell := 0.0
			if row >= 0 {
				bell = math.Pow(math.Sin(math.Pi*float64(row+1)/(rows+2)), 2)
			}
			w.row(rates, []float64{0.45 * bell * math.Cos(angle), 0.45 * bell * math.Sin(angle), 0.25 * bell})
			if row >= 0 {
				s.add(trial, rates)
			}
		}
	}
	return s
}

// decoder returns the readout along the two leading principal components, in mm/s, and its offset.
func decoder(rates []float64) (w, b []float64) {
	t := len(rates) / neurons
	x := mat.NewDense(t, neurons, append([]float64(nil), rates...))
	means := centre(x)
	var svd mat.SVD
	if !svd.Factorize(x, mat.SVDThin) {
		panic("the singular values do not converge")
	}
	var v mat.Dense
	svd.VTo(&v)
	scale := 60 / (svd.Values(nil)[0] / math.Sqrt(float64(t))) // 60 mm/s at one standard deviation
	for k := range 2 {
		sign := 1.0
		if v.At(0, k) < 0 {
			sign = -1 // singular vectors have no sign of their own
		}
		offset := 0.0
		for i := range neurons {
			weight := rounded(sign*scale*v.At(i, k), 30)
			w = append(w, weight)
			offset -= weight * means[i]
		}
		b = append(b, rounded(offset, 30))
	}
	return w, b
}

package main

import (
	"math"
	"math/rand/v2"
)

const (
	neurons = 100
	bin     = 0.045 // seconds per row
	steps   = 9     // integration steps per row
	tau     = 0.1   // membrane time constant in seconds
)

// A network of neurons with the rates 20 (1 + 0.9 tanh x) Hz, 2 to 38 Hz, where
//
//	τ dx/dt = −x + J tanh(x) + B u(t) + noise,
//
// integrated by Euler steps of 5 ms. The noise is private to each neuron, white.
type network struct {
	j     []float64   // N×N
	input [][]float64 // each of length N: a column of B
	sigma float64     // noise, as the standard deviation of x that it would cause alone
	x     []float64
	rng   *rand.Rand
}

// gaussian returns n normal numbers of unit variance.
func gaussian(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

// directions returns k random vectors of length N that are orthogonal, each of squared norm N.
func directions(rng *rand.Rand, k int) [][]float64 {
	var basis [][]float64
	for range k {
		v := gaussian(rng, neurons)
		for _, b := range basis {
			axpy(v, -dot(v, b)/neurons, b)
		}
		scale := math.Sqrt(neurons / dot(v, v))
		for i := range v {
			v[i] *= scale
		}
		basis = append(basis, v)
	}
	return basis
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// axpy adds c·b to a.
func axpy(a []float64, c float64, b []float64) {
	for i := range a {
		a[i] += c * b[i]
	}
}

// random returns a connectivity of independent normal weights of variance g²/N.
func random(rng *rand.Rand, g float64) []float64 {
	j := gaussian(rng, neurons*neurons)
	for i := range j {
		j[i] *= g / math.Sqrt(neurons)
	}
	return j
}

// outer adds c·a bᵀ/N to the connectivity.
func outer(j []float64, c float64, a, b []float64) {
	for i := range a {
		axpy(j[i*neurons:(i+1)*neurons], c*a[i]/neurons, b)
	}
}

// row runs the network for one bin under a constant input and adds its mean rates to rates.
func (w *network) row(rates []float64, u []float64) {
	const dt = bin / steps
	for range steps {
		phi := make([]float64, neurons)
		for i, x := range w.x {
			phi[i] = math.Tanh(x)
			rates[i] += 20 * (1 + 0.9*phi[i]) / steps
		}
		drive := make([]float64, neurons)
		for k, b := range w.input {
			axpy(drive, u[k], b)
		}
		for i := range w.x {
			drive[i] += dot(w.j[i*neurons:(i+1)*neurons], phi) - w.x[i]
		}
		axpy(w.x, dt/tau, drive)
		axpy(w.x, w.sigma*math.Sqrt(2*dt/tau), gaussian(w.rng, neurons))
	}
}

// rounded returns x to a multiple of 2^−bits.
func rounded(x float64, bits int) float64 {
	scale := math.Ldexp(1, bits)
	return math.RoundToEven(x*scale) / scale
}

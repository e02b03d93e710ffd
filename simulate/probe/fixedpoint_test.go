package probe

import (
	"math"
	"math/rand/v2"
	"testing"

	"oblique/simulate/rnn"
)

func pointNetwork(t *testing.T, a rnn.Activation, gain float64) *rnn.Network[float64] {
	t.Helper()
	n, err := rnn.New[float64](rnn.Config{N: 6, Inputs: 1, Outputs: 1, Activation: a, Gain: gain, Readout: 1}, rand.New(rand.NewPCG(4, 4)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The gradient equals central differences, whose error is h² and ε/h.
func TestStillness(t *testing.T) {
	for _, a := range []rnn.Activation{rnn.Tanh, rnn.Softplus, rnn.Erf} {
		n := pointNetwork(t, a, 1.5)
		rng := rand.New(rand.NewPCG(5, 4))
		x, g, scratch := make([]float64, 6), make([]float64, 6), make([]float64, 6)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		u := []float64{0.7}
		stillness(n, u, x, g)
		for i := range x {
			const h = 6e-6
			old := x[i]
			x[i] = old + h
			up := stillness(n, u, x, scratch)
			x[i] = old - h
			down := stillness(n, u, x, scratch)
			x[i] = old
			near(t, "gradient", g[i], (up-down)/(2*h), 1e-9)
		}
	}
}

// At the state that is found the network stands still: one step of the network itself moves it by √E a unit.
func TestFindFixedPoint(t *testing.T) {
	n := pointNetwork(t, rnn.Tanh, 0.7)
	p := FindFixedPoint(n, []float64{0.5}, []float64{1, -1, 1, 1, 0, 2})
	if p.Speed > 1e-8 {
		t.Fatalf("E = %g", p.Speed)
	}
	copy(n.H0, p.State)
	r := rnn.NewRunner[float64](n.Config, 1, 2)
	r.Forward(n, []float64{0.5, 0.5}, 1, 2, rnn.Noise{})
	var e float64
	for i := range 6 {
		d := r.States()[6+i] - p.State[i]
		e += d * d / 6
	}
	near(t, "E", e/p.Speed, 1, 1e-6)
	// From the fixed point 0 of a network without input nothing moves.
	if still := FindFixedPoint(n, []float64{0}, make([]float64, 6)); still.Speed != 0 || norm(still.State) != 0 {
		t.Errorf("from the origin: %+v", still)
	}
	if bad := FindFixedPoint(n, []float64{math.NaN()}, make([]float64, 6)); !math.IsInf(bad.Speed, 1) {
		t.Errorf("NaN input: E = %g", bad.Speed)
	}
}

package rnn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// quadratic is the loss ½ Σ a (z − y)² with weights a of which some are zero, as a mask makes them.
type quadratic struct{ a, y []float64 }

func (q quadratic) of(z []float64) (loss float64, e []float64) {
	e = make([]float64, len(z))
	for i := range z {
		d := z[i] - q.y[i]
		loss += q.a[i] * d * d / 2
		e[i] = q.a[i] * d
	}
	return loss, e
}

// TestGradient compares every derivative with the central difference of the loss, for every activation, with noise,
// inputs with noise, initial states, and a mask that leaves out whole steps. The noise is the same in both runs, as it
// depends on its place alone.
func TestGradient(t *testing.T) {
	for _, activation := range []Activation{Tanh, ReLU, Linear, Erf, Softplus} {
		for _, rank := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s rank %d", activation, rank), func(t *testing.T) { testGradient(t, activation, rank) })
		}
	}
}

func testGradient(t *testing.T, activation Activation, rank int) {
	const batch, steps = 3, 9
	c := Config{N: 7, Inputs: 2, Outputs: 2, Activation: activation, Gain: 1.2, Readout: 1, InitStd: 0.8,
		Noise: 0.2, InitNoise: 0.5, InputNoise: 0.3, Rank: rank}
	rng := rand.New(rand.NewPCG(1, 2))
	n, err := New[float64](c, rng)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n.M {
		n.M[i] = rng.NormFloat64()
	}
	n.Compose()
	u := gaussian[float64](rng, steps*batch*c.Inputs, 1)
	q := quadratic{gaussian[float64](rng, steps*batch*c.Outputs, 1), gaussian[float64](rng, steps*batch*c.Outputs, 1)}
	for i := range q.a {
		if step := i / (batch * c.Outputs); step%3 == 1 || i%5 == 0 {
			q.a[i] = 0
		}
	}
	r := NewRunner[float64](n.Config, batch, steps)
	noise := Noise{Seed: 3, Step: 4}
	loss := func() float64 {
		n.Compose()
		r.Forward(n, u, batch, steps, noise)
		l, _ := q.of(r.Outputs())
		return l
	}
	loss()
	_, e := q.of(r.Outputs())
	g := NewGradient[float64](n.Config)
	r.Backward(n, e, g)

	once := *g // nothing of the first is in a second
	once.H0, once.Rec = slices.Clone(g.H0), slices.Clone(g.Rec)
	r.Backward(n, e, g)
	if !slices.Equal(g.H0, once.H0) || !slices.Equal(g.Rec, once.Rec) {
		t.Error("the gradient of the same run differs the second time")
	}

	weights := []struct {
		name    string
		w, grad []float64
	}{{"In", n.In, g.In}, {"Rec", n.Rec, g.Rec}, {"Out", n.Out, g.Out}, {"H0", n.H0, g.H0}, {"M", n.M, g.M}}
	for _, w := range weights {
		if rank > 0 && w.name == "Rec" {
			continue // Compose writes it
		}
		for i := range w.w {
			// The error of a central difference is h² of the loss's third derivative and ε/h of rounding: least near
			// ε^⅓ = 6e-6, where both are about 1e-10 for figures of order one.
			const h = 6e-6
			old := w.w[i]
			w.w[i] = old + h
			up := loss()
			w.w[i] = old - h
			down := loss()
			w.w[i] = old
			want := (up - down) / (2 * h)
			if diff := math.Abs(w.grad[i] - want); diff > 1e-6*math.Max(1, math.Abs(want)) {
				t.Errorf("%s[%d]: gradient %.9g, central difference %.9g", w.name, i, w.grad[i], want)
			}
		}
	}
}

package rnn

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkStep is forward, backward and gradient at the paper's size: 512 units, 32 trials of the cycling task's 360
// steps. The arithmetic is 3 · 2 · 360 · 32 · 512² = 18 GFLOP.
func BenchmarkStep(b *testing.B) {
	const batch, steps = 32, 360
	c := Config{N: 512, Inputs: 2, Outputs: 2, Gain: 1.5, Readout: 1, Noise: 0.2, InitNoise: 1}
	rng := rand.New(rand.NewPCG(1, 1))
	n, err := New[float32](c, rng)
	if err != nil {
		b.Fatal(err)
	}
	u := gaussian[float32](rng, steps*batch*c.Inputs, 1)
	e := gaussian[float32](rng, steps*batch*c.Outputs, 1)
	for i := range e {
		if i/(batch*c.Outputs)%5 != 0 {
			e[i] = 0
		}
	}
	r, g := NewRunner[float32](n.Config, batch, steps), NewGradient[float32](n.Config)
	b.ReportAllocs()
	var step uint64
	for b.Loop() {
		r.Forward(n, u, batch, steps, Noise{Seed: 1, Step: step})
		r.Backward(n, e, g)
		step++
	}
	b.ReportMetric(3*2*360*32*512*512*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

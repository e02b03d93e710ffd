package probe

import (
	"math/rand/v2"
	"testing"

	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// feedback is a linear network of one output whose only coupling is −a along the readout: W = −a ŵŵᵀ.
func feedback(t *testing.T, n int, a, noise float64) *rnn.Network[float32] {
	t.Helper()
	net, err := rnn.New[float32](rnn.Config{N: n, Inputs: 1, Outputs: 1, Activation: rnn.Linear, Readout: 1, Noise: noise, InitNoise: 1},
		rand.New(rand.NewPCG(2, 2)))
	if err != nil {
		t.Fatal(err)
	}
	var square float64
	for _, w := range net.Out {
		square += float64(w * w)
	}
	for i := range n {
		for j := range n {
			net.Rec[i*n+j] = float32(-a * float64(net.Out[i]*net.Out[j]) / square)
		}
	}
	return net
}

// TestNoiseCompression: with feedback a along the readout, the variance there is that of x' = (1−dt(1+a))x + √dt s n, and
// elsewhere that with a = 0. The mean over 16 repeats takes one sixteenth away from both.
func TestNoiseCompression(t *testing.T) {
	const n, a, s = 40, 2.0, 0.5
	net := feedback(t, n, a, s)
	b := task.ComplexSine{}.Batch(6, rand.New(rand.NewPCG(1, 5)))
	v, err := NoiseCompression(net, b, 3, rand.New(rand.NewPCG(1, 6)))
	if err != nil {
		t.Fatal(err)
	}
	expected := func(a float64) float64 {
		decay, variance, mean := 1-0.2*(1+a), 1.0, 0.0
		for range b.Steps {
			mean += variance / float64(b.Steps)
			variance = decay*decay*variance + 0.2*s*s
		}
		return mean * 15 / 16
	}
	random := expected(0)*(n-1)/n + expected(a)/n
	// 64 trials of 50 τ, correlated over 1/(1+a) τ, are some thousand independent samples of one direction: 5 %. The mean over
	// random directions has many more.
	near(t, "variance along the output", v.Output, expected(a), 0.15*expected(a))
	near(t, "variance along random directions", v.Random, random, 0.03*random)
	near(t, "ratio", v.Ratio, v.Output/v.Random, 1e-15)
	if v.Ratio > 0.6 {
		t.Errorf("feedback along the readout leaves a ratio of %g", v.Ratio)
	}
	same, err := NoiseCompression(net, b, 3, rand.New(rand.NewPCG(1, 6)))
	if err != nil || same != v {
		t.Errorf("the same seed gives %+v and %+v: %v", v, same, err)
	}
	if _, err := NoiseCompression(net, task.ComplexSine{}.Batch(3, rand.New(rand.NewPCG(1, 5))), 3, nil); err == nil {
		t.Error("three trials are no error")
	}
	silent := net.Clone()
	silent.Config.Noise, silent.Config.InitNoise = 0, 0
	if _, err := NoiseCompression(silent, b, 3, nil); err == nil {
		t.Error("a network without noise is no error")
	}
}

// Repeats have the inputs of their trial, at every step.
func TestRepeated(t *testing.T) {
	b := task.Mante{}.Batch(7, rand.New(rand.NewPCG(1, 5)))
	r := noiseOfTasks.repeated(b)
	if r.Trials != 64 || len(r.Input) != r.Steps*64*r.Inputs {
		t.Fatalf("%d trials, %d inputs", r.Trials, len(r.Input))
	}
	for step := range b.Steps {
		for trial := range 64 {
			for i := range b.Inputs {
				if r.Input[(step*64+trial)*b.Inputs+i] != b.Input[(step*7+trial%4)*b.Inputs+i] {
					t.Fatalf("input %d of step %d, trial %d differs", i, step, trial)
				}
			}
		}
	}
}

// The example takes two trials, from t = 10 to 71, and one variance for each vector; their means are those of the tasks'
// measure where noise is the same at all times.
func TestNoiseExample(t *testing.T) {
	const n, a, s = 40, 2.0, 0.5
	net := feedback(t, n, a, s)
	net.Config.Inputs, net.In = 2, append(net.In, net.In...)
	net.Config.Outputs, net.Out = 2, append(net.Out, net.Out...) // the same row twice: a span of one direction
	v, err := NoiseExample(net, task.Cycling{}.Batch(2, nil), 3, rand.New(rand.NewPCG(1, 6)))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Random) != 2000 || len(v.Output) != 1000 || len(v.Components) != 1000 {
		t.Fatalf("%d, %d and %d variances", len(v.Random), len(v.Output), len(v.Components))
	}
	stationary := func(a float64) float64 {
		decay := 1 - 0.2*(1+a)
		return 0.2 * s * s / (1 - decay*decay) * 15 / 16
	}
	// 32 trials of 61 τ, correlated over 1/3 τ, are some thousand samples: three standard errors are 10 %.
	near(t, "variance along the output", mean(v.Output), stationary(a), 0.1*stationary(a))
	random := stationary(0)*(n-1)/n + stationary(a)/n
	near(t, "variance along random directions", mean(v.Random), random, 0.03*random)
	for _, one := range v.Output {
		near(t, "variance along the only direction", one, v.Output[0], 1e-12)
	}
	if _, err := NoiseExample(net, task.Cycling{}.Batch(1, nil), 3, nil); err == nil {
		t.Error("one trial is no error")
	}
}

package rnn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"oblique/internal/blas"
)

// direct is the equation of the package, written out for one trial of a batch, with the noise of its places.
func direct(n *Network[float64], u []float64, batch, steps, trial int, noise Noise) (x, z [][]float64) {
	c := n.Config
	at := func(stream, i uint64) float64 {
		d := make([]float32, 1)
		blas.Normal(d, noise.Seed, noise.Step*3+stream, i)
		return float64(d[0])
	}
	state := make([]float64, c.N)
	for i := range state {
		state[i] = n.H0[i]
		if !noise.OffInit {
			state[i] += c.InitNoise * at(1, uint64(trial*c.N+i))
		}
	}
	for t := range steps {
		x = append(x, append([]float64(nil), state...))
		out := make([]float64, c.Outputs)
		for o := range out {
			for i, v := range state {
				out[o] += n.Out[o*c.N+i] * v
			}
		}
		z = append(z, out)
		rates := make([]float64, c.N)
		Apply(c.Activation, rates, state)
		next := make([]float64, c.N)
		for i := range next {
			drive := 0.0
			for j, r := range rates {
				drive += n.Rec[i*c.N+j] * r
			}
			for k := range c.Inputs {
				place := (t*batch+trial)*c.Inputs + k
				in := u[place]
				if !noise.Off {
					in += c.InputNoise / math.Sqrt(c.Dt) * at(2, uint64(place))
				}
				drive += n.In[i*c.Inputs+k] * in
			}
			next[i] = (1-c.Dt)*state[i] + c.Dt*drive
			if !noise.Off {
				next[i] += math.Sqrt(c.Dt) * c.Noise * at(0, uint64((t*batch+trial)*c.N+i))
			}
		}
		state = next
	}
	return x, z
}

func noisy(n, inputs int, a Activation) Config {
	return Config{N: n, Inputs: inputs, Outputs: 2, Activation: a, Gain: 1.2, Readout: 1, InitStd: 0.6, Noise: 0.2, InitNoise: 0.7, InputNoise: 0.4}
}

// TestForward compares states and outputs with the equation written out, for every activation, with and without noise and inputs.
func TestForward(t *testing.T) {
	const batch, steps = 5, 12
	for _, a := range activations {
		for _, inputs := range []int{0, 3} {
			for _, noise := range []Noise{{Seed: 9, Step: 4}, {Off: true, Seed: 1}, {Off: true, OffInit: true}, {OffInit: true, Step: 2}} {
				rng := rand.New(rand.NewPCG(3, 3))
				n, err := New[float64](noisy(13, inputs, a), rng)
				if err != nil {
					t.Fatal(err)
				}
				u := gaussian[float64](rng, steps*batch*inputs, 1)
				r := NewRunner[float64](n.Config, batch+2, steps+3) // larger than needed
				r.Forward(n, u, batch, steps, noise)
				for trial := range batch {
					x, z := direct(n, u, batch, steps, trial, noise)
					for s := range steps {
						// Sums of 13 terms of order 1 in another order: some 1e-15, amplified over 12 steps.
						close(t, fmt.Sprint(a, " state"), r.States()[(s*batch+trial)*13:][:13], x[s], 1e-12)
						close(t, fmt.Sprint(a, " output"), r.Outputs()[(s*batch+trial)*2:][:2], z[s], 1e-12)
					}
				}
			}
		}
	}
}

func close(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > tolerance*math.Max(1, math.Abs(want[i])) {
			t.Fatalf("%s %d is %.15g, want %.15g", what, i, got[i], want[i])
		}
	}
}

// TestFirstState: the recording begins with the initial state, and an input at step t shows in z at t+1.
func TestFirstState(t *testing.T) {
	n, err := New[float64](Config{N: 8, Inputs: 1, Outputs: 1, Gain: 1, Readout: 1, InitStd: 1}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	const steps = 6
	r := NewRunner[float64](n.Config, 1, steps)
	run := func(u []float64) []float64 {
		r.Forward(n, u, 1, steps, Noise{})
		return append([]float64(nil), r.Outputs()...)
	}
	quiet, pulse := run(make([]float64, steps)), run([]float64{0, 0, 1, 0, 0, 0})
	if !reflect.DeepEqual(r.States()[:8], n.H0) {
		t.Error("the first state is not the initial one")
	}
	for s := range steps {
		if same := quiet[s] == pulse[s]; same != (s < 3) {
			t.Errorf("an input at step 2: output of step %d is the same: %v", s, same)
		}
	}
}

// TestNoiseStrength: a unit without coupling has the stationary variance s² dt/(1−(1−dt)²) = s²/(2−dt), 1/9 more than in
// continuous time.
func TestNoiseStrength(t *testing.T) {
	const s, batch, steps, size = 0.5, 40, 60, 50
	n, err := New[float64](Config{N: size, Outputs: 1, Noise: s, Dt: 0.2, Activation: Linear}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	r := NewRunner[float64](n.Config, batch, steps)
	var variance float64
	const runs = 10
	for step := range uint64(runs) {
		r.Forward(n, nil, batch, steps, Noise{Step: step})
		last := r.States()[(steps-1)*batch*size:] // after 12 τ
		variance += std(last) * std(last) / runs
	}
	// 20000 draws: a variance is known to √(2/20000) = 1 %; four of these.
	if want := s * s / (2 - 0.2); math.Abs(variance/want-1) > 0.04 {
		t.Errorf("stationary variance %g, want %g", variance, want)
	}
}

// TestNoiseStreams: units, initial states and inputs have noise of their own, which changes with step and seed.
func TestNoiseStreams(t *testing.T) {
	draw := func(c Config, noise Noise) []float64 {
		c.N, c.Inputs, c.Outputs, c.Activation = 4, 4, 1, Linear
		n, err := New[float64](c, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		clear(n.In)
		for i := range 4 {
			n.In[i*5] = 1
		}
		r := NewRunner[float64](n.Config, 2, 2)
		r.Forward(n, make([]float64, 16), 2, 2, noise)
		if c.InitNoise > 0 {
			return append([]float64(nil), r.States()[:8]...)
		}
		return append([]float64(nil), r.States()[8:16]...)
	}
	seen := map[float64]string{}
	for what, c := range map[string]Config{"units": {Noise: math.Sqrt(5)}, "initial": {InitNoise: 1}, "inputs": {InputNoise: math.Sqrt(5)}} {
		for _, noise := range []Noise{{}, {Seed: 1}, {Step: 1}, {Seed: 1, Step: 1}} {
			for _, v := range draw(c, noise) {
				v = math.Round(v * 1e6) // of strength 1, where all three would be the same numbers
				label := fmt.Sprint(what, noise)
				if other, ok := seen[v]; ok {
					t.Errorf("%s and %s share a deviate", label, other)
				}
				seen[v] = label
			}
		}
	}
}

// TestPrecision: single precision follows double. In a network that decays errors do not grow, so that states stay within
// some roundings of values of order 1; gradients, sums over steps and trials, within 1e-5 of their size.
func TestPrecision(t *testing.T) {
	const batch, steps = 6, 60
	c := noisy(40, 2, Tanh)
	c.Gain = 0.7
	rng := rand.New(rand.NewPCG(5, 5))
	single, err := New[float32](c, rng)
	if err != nil {
		t.Fatal(err)
	}
	double := Convert[float64](single)
	u := gaussian[float32](rng, steps*batch*2, 1)
	e := gaussian[float32](rng, steps*batch*2, 1)
	r32, r64 := NewRunner[float32](c, batch, steps), NewRunner[float64](c, batch, steps)
	r32.Forward(single, u, batch, steps, Noise{Seed: 1})
	r64.Forward(double, convert[float64](u), batch, steps, Noise{Seed: 1})
	close(t, "state", convert[float64](r32.States()), r64.States(), 5e-6)
	close(t, "output", convert[float64](r32.Outputs()), r64.Outputs(), 5e-6)
	g32, g64 := NewGradient[float32](single.Config), NewGradient[float64](single.Config)
	r32.Backward(single, e, g32)
	r64.Backward(double, convert[float64](e), g64)
	for name, pair := range map[string][2][]float64{"In": {convert[float64](g32.In), g64.In}, "Rec": {convert[float64](g32.Rec), g64.Rec},
		"Out": {convert[float64](g32.Out), g64.Out}, "H0": {convert[float64](g32.H0), g64.H0}} {
		size := std(pair[1])
		for i := range pair[0] {
			if math.Abs(pair[0][i]-pair[1][i]) > 1e-5*size {
				t.Errorf("gradient of %s[%d]: %g in single precision, %g in double", name, i, pair[0][i], pair[1][i])
			}
		}
	}
}

// TestProcessors: states and gradients have the same bits on 1, 2 and 3 processors, for batches that do not divide and
// products large enough to be split.
func TestProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const batch, steps = 17, 41
	rng := rand.New(rand.NewPCG(6, 5))
	n, err := New[float32](noisy(97, 2, Tanh), rng)
	if err != nil {
		t.Fatal(err)
	}
	u, e := gaussian[float32](rng, steps*batch*2, 1), gaussian[float32](rng, steps*batch*2, 1)
	var states []float32
	var gradient *Gradient[float32]
	for _, p := range []int{1, 2, 3} {
		runtime.GOMAXPROCS(p)
		r, g := NewRunner[float32](n.Config, batch, steps), NewGradient[float32](n.Config)
		r.Forward(n, u, batch, steps, Noise{Seed: 2})
		r.Backward(n, e, g)
		if p == 1 {
			states, gradient = r.States(), g
			continue
		}
		if !reflect.DeepEqual(states, r.States()) || !reflect.DeepEqual(gradient, g) {
			t.Errorf("other bits on %d processors", p)
		}
	}
}

// TestAllocation: what a run allocates does not depend on how long it is.
func TestAllocation(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 5))
	n, err := New[float32](noisy(24, 2, Tanh), rng)
	if err != nil {
		t.Fatal(err)
	}
	r, g := NewRunner[float32](n.Config, 4, 200), NewGradient[float32](n.Config)
	allocations := func(steps int) float64 {
		u, e := gaussian[float32](rng, steps*4*2, 1), gaussian[float32](rng, steps*4*2, 1)
		return testing.AllocsPerRun(10, func() {
			r.Forward(n, u, 4, steps, Noise{})
			r.Backward(n, e, g)
		})
	}
	if short, long := allocations(10), allocations(200); long > short+4 { // the pool of package blas may be emptied meanwhile
		t.Errorf("%g allocations in 10 steps, %g in 200", short, long)
	}
}

// TestResume: unchanged states give the same run; changed ones change what follows, as a run that starts there, and
// nothing before.
func TestResume(t *testing.T) {
	const batch, steps, at = 3, 20, 8
	rng := rand.New(rand.NewPCG(8, 5))
	n, err := New[float64](noisy(12, 2, Tanh), rng)
	if err != nil {
		t.Fatal(err)
	}
	u := gaussian[float64](rng, steps*batch*2, 1)
	r := NewRunner[float64](n.Config, batch, steps)
	noise := Noise{Seed: 3}
	r.Forward(n, u, batch, steps, noise)
	states, outputs := append([]float64(nil), r.States()...), append([]float64(nil), r.Outputs()...)
	r.Resume(n, at, noise)
	if !reflect.DeepEqual(states, r.States()) || !reflect.DeepEqual(outputs, r.Outputs()) {
		t.Error("resumed without a change, the run differs")
	}
	const one = 1 // trial that is changed
	for i := range 12 {
		r.States()[(at*batch+one)*12+i] += 0.5
	}
	r.Resume(n, at, noise)
	for s := range steps {
		for trial := range batch {
			for i := range 12 {
				k := (s*batch+trial)*12 + i
				if changed := states[k] != r.States()[k]; changed != (trial == one && s >= at) {
					t.Fatalf("step %d trial %d: changed is %v", s, trial, changed)
				}
			}
		}
	}
}

// TestWrongShapes: a programmer's wrong shape panics.
func TestWrongShapes(t *testing.T) {
	n, err := New[float64](Config{N: 4, Inputs: 1, Outputs: 1}, rand.New(rand.NewPCG(8, 5)))
	if err != nil {
		t.Fatal(err)
	}
	r := NewRunner[float64](n.Config, 2, 3)
	for name, f := range map[string]func(){
		"no trials":   func() { NewRunner[float64](n.Config, 0, 3) },
		"too long":    func() { r.Forward(n, make([]float64, 8), 2, 4, Noise{}) },
		"inputs":      func() { r.Forward(n, make([]float64, 5), 2, 3, Noise{}) },
		"derivatives": func() { r.Backward(n, make([]float64, 5), NewGradient[float64](n.Config)) },
		"more trials": func() { r.Forward(n, make([]float64, 9), 3, 3, Noise{}) },
		"other network": func() {
			r.Forward(&Network[float64]{Config: Config{N: 5, Inputs: 1, Outputs: 1}}, make([]float64, 6), 2, 3, Noise{})
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			r.Forward(n, make([]float64, 6), 2, 3, Noise{})
			f()
		}()
	}
}

func Example() {
	n, err := New[float32](Config{N: 64, Inputs: 1, Outputs: 2, Gain: 1.5, Readout: Large(64)}, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		panic(err)
	}
	const trials, steps = 3, 10
	r := NewRunner[float32](n.Config, trials, steps)
	r.Forward(n, make([]float32, steps*trials), trials, steps, Noise{Seed: 1})
	fmt.Println(len(r.States()), len(r.Outputs()))
	// Output: 1920 60
}

package probe

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// TestPerturb: in an uncoupled linear network a perturbation A along the readout leaves an output A‖w‖(1−dt)ᵏ after k steps. In
// a single trial its direction is the readout's.
func TestPerturb(t *testing.T) {
	const n = 10
	net := feedback(t, n, 0, 0)
	net.Config.InitNoise = 0
	clear(net.In)
	b := task.ComplexSine{}.Batch(1, rand.New(rand.NewPCG(1, 5)))
	w := Window{From: 5, To: 25, LossFrom: 30, Amplitude: 10}
	runs := 0
	s, err := Perturb(context.Background(), net, "complexsine", b, w, Directions(), 1, rand.New(rand.NewPCG(1, 6)), func(done, total int) {
		if runs++; done != runs || total != 4*21*10 {
			t.Fatalf("%d of %d runs, want %d of 840", done, total, runs)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	length := 0.0
	for _, v := range net.Out {
		length += float64(v * v)
	}
	length = math.Sqrt(length)
	for a := range 21 {
		amplitude := 10 * math.Sqrt(n) * float64(a) / 20
		near(t, "amplitude", s.Amplitude[a], amplitude, 1e-12)
		for j := range 10 {
			at := 25 + 10*j // From in steps, and a tenth of 100 steps each
			var want, count float64
			for k := 150; k < b.Steps; k += 2 {
				d := amplitude*length*math.Pow(0.8, float64(k-at)) - float64(b.Target[k])
				want += d * d
				count++
			}
			near(t, "loss", s.LossByTime[a][j], want/count, 1e-5) // single precision
		}
		near(t, "mean over times", s.Output[a], mean(s.LossByTime[a]), 1e-15)
	}
	near(t, "relative", s.Relative, sum(s.Output)/sum(s.Components), 1e-15)
	if s.Output[0] != s.Components[0] || s.Random[0] != s.Input[0] {
		t.Error("no perturbation is not the same in all directions")
	}
}

// The example's first trial is moved along the readout, which shows at once in an uncoupled linear network, at the step before
// nothing does.
func TestDeflect(t *testing.T) {
	const n = 10
	net := feedback(t, n, 0, 0)
	net.Config.InitNoise = 0
	clear(net.In)
	for i := range net.H0 {
		net.H0[i] = float32(i%3) - 1 // something to have components
	}
	w := Window{From: 5, To: 25, LossFrom: 30, Amplitude: 10}
	d, err := Deflect(net, "complexsine", task.ComplexSine{}.Batch(2, rand.New(rand.NewPCG(1, 5))), w, 1, rand.New(rand.NewPCG(1, 6)))
	if err != nil {
		t.Fatal(err)
	}
	length := 0.0
	for _, v := range net.Out {
		length += float64(v * v)
	}
	near(t, "time", d.At, 15, 1e-12)
	near(t, "amplitude", d.Amplitude, 1.5*math.Sqrt(n), 1e-12)
	near(t, "before", d.Output[74][0], d.Unperturbed[74][0], 0)
	near(t, "after", d.Output[75][0]-d.Unperturbed[75][0], d.Amplitude*math.Sqrt(length), 1e-6) // single precision
	near(t, "five steps later", d.Output[80][0]-d.Unperturbed[80][0], d.Amplitude*math.Sqrt(length)*math.Pow(0.8, 5), 1e-6)
	if len(d.Time) != 250 || len(d.Components) != 250 || d.Components[75][0] == d.Unperturbed[75][0] {
		t.Errorf("%d times, %d outputs", len(d.Time), len(d.Components))
	}

	// The middle of a window lies between two steps: the time is that of the step.
	d, err = Deflect(net, "complexsine", task.ComplexSine{}.Batch(2, rand.New(rand.NewPCG(1, 5))), Window{From: 5, To: 10, LossFrom: 30, Amplitude: 10}, 1,
		rand.New(rand.NewPCG(1, 6)))
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for d.Output[moved][0] == d.Unperturbed[moved][0] {
		moved++
	}
	near(t, "time between steps", d.At, d.Time[moved], 1e-12)
}

// In a network that forgets all but the components that the task uses nothing is alike: but the generator decides, and the
// context ends it.
func TestPerturbDeterminism(t *testing.T) {
	net := feedback(t, 12, 0.3, 0.1)
	b := task.ComplexSine{}.Batch(4, rand.New(rand.NewPCG(1, 5)))
	w, err := PublishedWindow("complexsine", b)
	if err != nil {
		t.Fatal(err)
	}
	run := func(seed uint64) *Susceptibility {
		s, err := Perturb(context.Background(), net, "complexsine", b, w, Directions(), 1, rand.New(rand.NewPCG(seed, 6)), nil)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one := run(1)
	if !slices.Equal(one.Random, run(1).Random) || slices.Equal(one.Random, run(2).Random) {
		t.Error("the generator does not decide")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Perturb(ctx, net, "complexsine", b, w, Directions(), 1, rand.New(rand.NewPCG(1, 6)), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for _, bad := range []Window{{5, 25, 60, 10}, {5, 4, 30, 10}, {5, 80, 30, 10}, {-1, 25, 30, 10}, {5, 25, 30, 0}} {
		if _, err := Perturb(context.Background(), net, "complexsine", b, bad, nil, 1, rand.New(rand.NewPCG(1, 6)), nil); err == nil {
			t.Errorf("no error for window %+v", bad)
		}
	}
}

// What else is asked for changes nothing in the others, and what is not asked for is not run.
func TestPerturbDirections(t *testing.T) {
	net := feedback(t, 12, 0.3, 0.1)
	b := task.ComplexSine{}.Batch(4, rand.New(rand.NewPCG(1, 5)))
	w, err := PublishedWindow("complexsine", b)
	if err != nil {
		t.Fatal(err)
	}
	run := func(runs int, also ...Direction) *Susceptibility {
		t.Helper()
		n := 0
		s, err := Perturb(context.Background(), net, "complexsine", b, w, also, 1, rand.New(rand.NewPCG(1, 6)), func(done, total int) {
			if n++; done != n || total != runs {
				t.Fatalf("run %d is number %d of %d, want of %d", n, done, total, runs)
			}
		})
		if err != nil || n != runs {
			t.Fatalf("%d runs, want %d: %v", n, runs, err)
		}
		return s
	}
	whole := run(840, Directions()...)
	for _, c := range []struct {
		runs          int
		also          []Direction
		random, input []float64
	}{
		{420, nil, nil, nil},
		{630, []Direction{RandomDirections}, whole.Random, nil},
		{630, []Direction{InputDirections}, nil, whole.Input},
	} {
		want := *whole
		want.Random, want.Input = c.random, c.input
		if s := run(c.runs, c.also...); !reflect.DeepEqual(s, &want) {
			t.Errorf("%v: %+v, want %+v", c.also, s, want)
		}
	}
}

// A perturbation is of a run with noise in its initial states and nowhere else. The first trial is moved along the first row of
// W_out, or the first component of states from t = 10 on; the others by as much in the span.
func TestPerturbed(t *testing.T) {
	net := subject(t, "flipflop", 3, 3).Network
	b := task.FlipFlop{}.Batch(3, rand.New(rand.NewPCG(1, 5)))
	w, err := PublishedWindow("flipflop", b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPerturbation(net, "flipflop", b, w, 7, rand.New(rand.NewPCG(1, 6)))
	if err != nil {
		t.Fatal(err)
	}
	run := simulate.Evaluate(net, b, rnn.Noise{Seed: 7, Off: true})
	if !slices.Equal(p.states, run.States) || slices.Equal(p.states[:16], net.H0) {
		t.Error("the run has other noise than that of its initial states")
	}
	readout := simulate.Readout(net)
	const step, amplitude = 30, 2.0
	for k, first := range [][]float64{unit(mat.Row(nil, 0, readout)), mat.Col(nil, 0, Principal(run.Since(10), 2).Axes)} {
		kind := p.kinds()[k]
		p.perturbed(kind, amplitude, step)
		for trial := range b.Trials {
			at := (step*b.Trials + trial) * 16
			moved := make([]float64, 16)
			for i := range moved {
				moved[i] = float64(p.runner.States()[at+i]) - float64(p.states[at+i])
			}
			near(t, "length", norm(moved), amplitude, 1e-6) // single precision
			if along := dot(moved, first); (math.Abs(along-amplitude) < 1e-5) != (trial == 0) {
				t.Errorf("kind %d, trial %d: moved by %g along the first row or component", k, trial, along)
			}
			for j := range kind.dim() {
				axis := mat.Col(nil, j, kind.basis)
				subtract(moved, axis, dot(moved, axis))
			}
			near(t, "outside the span", norm(moved), 0, 1e-5)
		}
	}
}

// The windows of the paper; Romo's targets are moved to where the trial with the latest decision has them.
func TestPublishedWindow(t *testing.T) {
	for name, want := range map[string]Window{
		"cycling": {5, 15, 20, 10}, "flipflop": {5, 10, 15, 10}, "mante": {10, 23, 28, 10}, "complexsine": {5, 25, 30, 10},
	} {
		if w, err := PublishedWindow(name, nil); err != nil || w != want {
			t.Errorf("%s: %+v, want %+v: %v", name, w, want, err)
		}
	}
	b := task.Romo{}.Batch(32, rand.New(rand.NewPCG(1, 5)))
	w, err := PublishedWindow("romo", b)
	latest, step := latestDecision(b)
	if err != nil || math.Abs(w.To-(float64(step)*0.2-5)) > 1e-12 || step > 105 || w.From != 1 || w.Amplitude != 5 {
		t.Errorf("romo: %+v, latest decision at step %d, %v", w, step, err)
	}
	j := after("romo", b, w)
	if len(j.at) != 32*8 {
		t.Fatalf("%d targets, want 8 in each of 32 trials", len(j.at))
	}
	for i, at := range j.at {
		trial := at % 32
		if !b.Mask[at/32*32+latest] || math.Abs(float64(j.target[i])) != 1 || (j.target[i] > 0) != (b.Conditions[trial] == 1) {
			t.Fatalf("trial %d: target %g at step %d", trial, j.target[i], at/32)
		}
	}
	if _, err := PublishedWindow("simplesine", b); err == nil {
		t.Error("the paper does not perturb the simple sine")
	}
}

// TestSpan: directions are unit vectors within their span, and rows that others give add nothing.
func TestSpan(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	rows := gaussian(rng, 3, 7)
	for j := range 7 {
		rows.Set(2, j, 2*rows.At(0, j)-rows.At(1, j))
	}
	s := spanOf(rows)
	if _, r := s.basis.Dims(); r != 2 {
		t.Fatalf("%d directions in a plane", r)
	}
	for range 10 {
		v := s.draw(rng)
		near(t, "length", norm(v), 1, 1e-12)
		for j := range 2 {
			b := make([]float64, 7)
			for i := range b {
				b[i] = s.basis.At(i, j)
			}
			subtract(v, b, dot(v, b))
		}
		near(t, "what is left outside the span", norm(v), 0, 1e-12)
	}
}

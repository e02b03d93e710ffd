package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"testing"
)

// tiny is a training that takes a few milliseconds.
func tiny(steps int) Options {
	return Options{Task: "fixedpoints", Large: true, N: 24, Batch: 8, Steps: steps, Seed: 5, Rate: 0.1, MeasureEvery: new(3)}
}

func trained(t *testing.T, o Options) *State {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	return s
}

// identical fails unless two trainings have the same bits everywhere.
func identical(t *testing.T, what string, a, b *State) {
	t.Helper()
	if !reflect.DeepEqual(a.Network, b.Network) || !reflect.DeepEqual(a.Adam, b.Adam) || !reflect.DeepEqual(a.Loss, b.Loss) ||
		!reflect.DeepEqual(a.Initial, b.Initial) || !sameTrace(a.Trace, b.Trace) {
		t.Errorf("%s: the trainings differ", what)
	}
}

// TestLearns: one bit of memory is learned, at full and at low rank, and with W alone.
func TestLearns(t *testing.T) {
	for _, c := range []struct {
		name  string
		ready func(o *Options)
	}{
		{"full rank", func(*Options) {}},
		{"rank 2", func(o *Options) { o.Rank, o.Gain, o.Rate = 2, new(0.0), 1 }},
		{"W alone", func(o *Options) { o.Trained = []Weight{Rec} }},
		{"gradient descent", func(o *Options) { o.Optimizer, o.Rate = SGD, 0.01 }},
		{"clipped", func(o *Options) { o.Clip = 1 }},
	} {
		o := tiny(300)
		c.ready(&o)
		s := trained(t, o)
		if last := mean(s.Loss[280:]); last > 0.25 || last > s.Loss[0]/2 {
			t.Errorf("%s: loss from %.3f to %.3f", c.name, s.Loss[0], last)
		}
		moved := map[string]bool{"in": !reflect.DeepEqual(s.Network.In, s.Initial.In), "rec": !reflect.DeepEqual(s.Network.Rec, s.Initial.Rec),
			"out": !reflect.DeepEqual(s.Network.Out, s.Initial.Out)}
		if alone := len(s.Options.Trained) == 1; !moved["rec"] || moved["in"] == alone || moved["out"] == alone {
			t.Errorf("%s: weights that moved: %v", c.name, moved)
		}
	}
}

func mean(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// TestRate: Adam's rate is that of the options divided by the number of units; that of plain gradient descent is not.
func TestRate(t *testing.T) {
	for optimizer, want := range map[Optimizer]float64{AdamOptimizer: 0.1 / 24, SGD: 0.1} {
		o := tiny(1)
		o.Optimizer = optimizer
		if s, err := Start(o); err != nil || s.Adam.Rate != want {
			t.Errorf("%s: rate %g, want %g: %v", optimizer, s.Adam.Rate, want, err)
		}
	}
}

// TestFreshTrials: every step has trials of its own, the same when training goes on from another step, and none of another seed.
func TestFreshTrials(t *testing.T) {
	o, err := Options{Task: "romo", N: 4, Batch: 2, Steps: 300}.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	of, seen := o.task(), map[string]bool{}
	for b := range ahead(t.Context(), of, o, 0) {
		seen[fmt.Sprint(b.Input)] = true
	}
	if len(seen) != o.Steps {
		t.Errorf("%d steps have %d different batches", o.Steps, len(seen))
	}
	for b := range ahead(t.Context(), of, o, 290) {
		if !seen[fmt.Sprint(b.Input)] {
			t.Fatal("a training that goes on has other trials")
		}
	}
	o.Seed++
	if b := <-ahead(t.Context(), of, o, 0); seen[fmt.Sprint(b.Input)] {
		t.Error("another seed has the same trials")
	}
}

// TestProcessors: one and two processors give the same bits.
func TestProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := trained(t, tiny(20))
	runtime.GOMAXPROCS(2)
	identical(t, "processors", one, trained(t, tiny(20)))
	if o := tiny(20); reflect.DeepEqual(one.Loss, trained(t, Options{Task: o.Task, Large: true, N: o.N, Batch: o.Batch, Steps: 20, Seed: 6, Rate: o.Rate}).Loss) {
		t.Error("another seed gave the same losses")
	}
}

// TestRunEnds: training ends between steps, with the context or an error of after, and goes on where it was.
func TestRunEnds(t *testing.T) {
	s, err := Start(tiny(20))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err = s.Run(ctx, func(s *State) error {
		if s.Steps() == 7 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || s.Steps() != 7 || len(s.Loss) != 7 {
		t.Errorf("cancelled at step 7: %v after %d steps, %d losses", err, s.Steps(), len(s.Loss))
	}
	stop := errors.New("stop")
	if err := s.Run(context.Background(), func(*State) error { return stop }); !errors.Is(err, stop) || s.Steps() != 8 {
		t.Errorf("stopped: %v after %d steps", err, s.Steps())
	}
	if err := s.Run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	identical(t, "interrupted", s, trained(t, tiny(20)))
}

func TestDiverges(t *testing.T) {
	o := tiny(200)
	o.Rate, o.Activation = 1e4, "linear"
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), nil); err == nil || s.Steps() == 200 {
		t.Errorf("error %v after %d steps", err, s.Steps())
	}
	for _, l := range s.Loss {
		if math.IsNaN(l) || math.IsInf(l, 0) {
			t.Fatalf("a loss of %g is kept", l)
		}
	}
}

func Example() {
	s, err := Start(Options{Task: "fixedpoints", Large: true, N: 32, Steps: 100, Rate: 0.1, Seed: 1})
	if err != nil {
		panic(err)
	}
	if err := s.Run(context.Background(), nil); err != nil {
		panic(err)
	}
	fmt.Println("steps:", s.Steps(), "learned:", s.Loss[99] < s.Loss[0]/2)
	// Output: steps: 100 learned: true
}

func TestFinalLoss(t *testing.T) {
	s := &State{}
	if !math.IsNaN(s.FinalLoss()) {
		t.Error("a loss before the first step")
	}
	for i := range 60 {
		s.Loss = append(s.Loss, float64(i))
	}
	if got := s.FinalLoss(); got != 34.5 { // of 10 to 59
		t.Errorf("final loss %g, want 34.5", got)
	}
}

package probe

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"oblique/simulate"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

func subject(t *testing.T, task string, inputs, outputs int) Subject {
	t.Helper()
	n, err := rnn.New[float32](rnn.Config{N: 16, Inputs: inputs, Outputs: outputs, Gain: 1.5, Readout: 1, Noise: 0.2, InitNoise: 1},
		rand.New(rand.NewPCG(9, 4)))
	if err != nil {
		t.Fatal(err)
	}
	return Subject{Task: task, Network: n, Initial: n, Other: n, Trials: 8, Seed: 1}
}

// TestTake takes all measures of an untrained network: they are those of the functions, serialise, and repeat.
func TestTake(t *testing.T) {
	s := subject(t, "flipflop", 3, 3)
	r, err := Take(context.Background(), s, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Notes) > 0 || r.Geometry == nil || r.Noise == nil || r.Perturbation == nil || r.Spectrum == nil || r.Eigenvalues == nil || len(r.FixedPoints) != 8 {
		t.Fatalf("%+v", r)
	}
	near(t, "distance from itself", *r.Dissimilarity, 0, 1e-6)
	for _, e := range r.Eigenvalues.Change {
		if e != [2]float64{} {
			t.Fatalf("nothing has changed, but an eigenvalue is %v", e)
		}
	}
	if len(r.Geometry.Variance) != 16 || r.Geometry.DX != Dimension(r.Geometry.Variance, 0.9) || len(r.Spectrum.Power) != 6 {
		t.Errorf("%d shares, %d spectra", len(r.Geometry.Variance), len(r.Spectrum.Power))
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"rho":`, `"r2_by_pcs":`, `"relative":`, `"ratio":`, `"fixed_points":`} {
		if !strings.Contains(string(data), key) {
			t.Errorf("no %s in the JSON", key)
		}
	}
	again, err := Take(context.Background(), s, nil, nil)
	if err != nil || !reflect.DeepEqual(r, again) {
		t.Error("the same seed gives another report")
	}
}

// TestTakeFrom: states count from t = 10 on, and fixed points are sought from the last ones, at their inputs.
func TestTakeFrom(t *testing.T) {
	s := subject(t, "flipflop", 3, 3)
	s.Other = subject(t, "flipflop", 3, 3).Network.Clone()
	for i := range s.Other.Rec {
		s.Other.Rec[i] *= -1
	}
	r, err := Take(t.Context(), s, []Measure{MeasureGeometry, MeasureFixedPoints}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := Trials(task.FlipFlop{}, s.Trials, s.Seed)
	quiet := rnn.Noise{Off: true, OffInit: true}
	run, other := simulate.Evaluate(s.Network, b, quiet), simulate.Evaluate(s.Other, b, quiet)
	near(t, "norm", r.Geometry.StateNorm, RowNorm(run.Since(10)), 1e-15)
	near(t, "dissimilarity", *r.Dissimilarity, Dissimilarity(run.Since(10), other.Since(10), 1), 1e-15)
	if g := r.Geometry; g.DFit != Dimension(g.R2, 0.9) || g.DFitTest != Dimension(g.R2Test, 0.9) {
		t.Errorf("dimensions %d and %d of %v and %v", g.DFit, g.DFitTest, g.R2, g.R2Test)
	}
	x, u := make([]float64, 16), make([]float64, 3)
	at := (b.Steps-1)*b.Trials + 1 // of the second trial
	for i := range x {
		x[i] = float64(run.States[at*16+i])
	}
	for i := range u {
		u[i] = float64(b.Input[at*3+i])
	}
	if want := FindFixedPoint(rnn.Convert[float64](s.Network), u, x); !reflect.DeepEqual(r.FixedPoints[1], want) {
		t.Errorf("fixed point with E = %g, want %g", r.FixedPoints[1].Speed, want.Speed)
	}
}

// The spectrum of cycling is of 600 steps, from t = 30 to 150; that of a task with trials of 25 τ, of the second half.
func TestTakeSpectrum(t *testing.T) {
	for _, c := range []struct {
		task    string
		in, out int
		steps   int
	}{{"cycling", 2, 2, 600}, {"flipflop", 3, 3, 63}} {
		r, err := Take(context.Background(), subject(t, c.task, c.in, c.out), []Measure{MeasureSpectrum}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(r.Spectrum.Frequency); got != c.steps/2+1 {
			t.Errorf("%s: %d frequencies, want those of %d steps", c.task, got, c.steps)
		}
	}
}

func TestTakeParts(t *testing.T) {
	s := subject(t, "fixedpoints", 1, 1)
	r, err := Take(context.Background(), s, []Measure{MeasurePerturbation, MeasureSpectrum}, nil)
	if err != nil || r.Geometry != nil || r.Spectrum == nil || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "does not perturb") {
		t.Errorf("%+v, %v", r, err)
	}
	s.Task = "chess"
	if _, err := Take(context.Background(), s, nil, nil); err == nil {
		t.Error("no error for an unknown task")
	}
	s.Task, s.Trials = "fixedpoints", 2
	if _, err := Take(context.Background(), s, nil, nil); err == nil {
		t.Error("no error for two trials")
	}
	s.Trials = 8
	s.Network = s.Network.Clone()
	clear(s.Network.Out)
	if r, err := Take(context.Background(), s, []Measure{MeasureGeometry}, nil); err != nil || r.Geometry != nil || len(r.Notes) != 1 {
		t.Errorf("a readout of zero: %+v, %v", r, err)
	}
	s.Network.Config.Activation = rnn.Linear
	for i := range s.Network.Rec {
		s.Network.Rec[i] = 1e10
	}
	if _, err := Take(context.Background(), s, nil, nil); err == nil || !strings.Contains(err.Error(), "without bound") {
		t.Errorf("a network that grows: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.Trials = 8
	if _, err := Take(ctx, s, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"oblique/loaders/recording"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

func network(t testing.TB, n int, of task.Task) *rnn.Network[float32] {
	t.Helper()
	s := of.Spec()
	net, err := rnn.New[float32](rnn.Config{N: n, Inputs: s.Inputs, Outputs: s.Outputs, Gain: 1.5, Readout: 1, Noise: 0.2, InitNoise: 1},
		rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// TestSession: rows are trial after trial, the decoder gives the output, and times are dt·τ.
func TestSession(t *testing.T) {
	of := task.Cycling{Duration: 10}
	n := network(t, 20, of)
	run := Evaluate(n, of.Batch(4, nil), rnn.Noise{Seed: 3})
	s := run.Session("net", n, 0.1)
	if rows, units := s.Activity.Dims(); rows != 200 || units != 20 || math.Abs(s.Activity.Bin-0.02) > 1e-15 || s.Kind != recording.Model {
		t.Fatalf("%d rows of %d units in bins of %g s, kind %s", rows, units, s.Activity.Bin, s.Kind)
	}
	if got, want := s.Activity.Values.At(2*50+7, 5), float64(run.States[(7*4+2)*20+5]); got != want {
		t.Errorf("state of trial 2 at step 7: %g, want %g", got, want)
	}
	var z mat.Dense
	z.Mul(s.Activity.Values, s.Decoder.W.T())
	z.Sub(&z, s.Signals[0].Values)
	if d := mat.Norm(&z, 2); d > 1e-5*mat.Norm(s.Signals[0].Values, 2) { // single precision
		t.Errorf("the decoder is off by %g", d)
	}
	if s.Trials.Len() != 4 || s.Trials.Column("condition").Numbers[3] != 1 || math.Abs(s.Trials.Start[3]-3) > 1e-12 || math.Abs(s.Trials.Stop[3]-4) > 1e-12 {
		t.Errorf("trials: %+v", s.Trials)
	}
}

func TestSince(t *testing.T) {
	of := task.Cycling{Duration: 10}
	run := Evaluate(network(t, 6, of), of.Batch(2, nil), rnn.Noise{})
	x := run.Since(1)
	if rows, _ := x.Dims(); rows != 45*2 || x.At(1, 3) != float64(run.States[(5*2+1)*6+3]) {
		t.Errorf("%d rows from t = 1, want 90", rows)
	}
	if Steps(1, 0.2) != 5 || Steps(3, 0.2) != 15 || Steps(0.99, 0.2) != 4 {
		t.Errorf("steps %d, %d, %d, want 5, 15, 4", Steps(1, 0.2), Steps(3, 0.2), Steps(0.99, 0.2))
	}
}

// A thinned run has every so many-th step of everything, the first among them.
func TestThinned(t *testing.T) {
	of := task.Cycling{Duration: 10}
	run := Evaluate(network(t, 6, of), of.Batch(2, nil), rnn.Noise{})
	thin := run.Thinned(3)
	if thin.Batch.Steps != 17 || thin.Rows() != 34 || thin.Dt != 3*run.Dt || run.Batch.Steps != 50 {
		t.Fatalf("%d steps of %g, want 17", thin.Batch.Steps, thin.Dt)
	}
	for step := range 17 {
		row, from := step*2+1, 3*step*2+1 // of the second trial
		if thin.States[row*6+4] != run.States[from*6+4] || thin.Outputs[row*2+1] != run.Outputs[from*2+1] ||
			thin.Batch.Target[row*2] != run.Batch.Target[from*2] || thin.Batch.Mask[row*2] != run.Batch.Mask[from*2] {
			t.Errorf("step %d is not step %d of the run", step, 3*step)
		}
	}
	if whole := run.Thinned(1); whole.Rows() != run.Rows() {
		t.Errorf("every step: %d rows, want %d", whole.Rows(), run.Rows())
	}
}

func TestFinite(t *testing.T) {
	for _, c := range []struct {
		state float64
		want  bool
	}{{0, true}, {1e18, true}, {1e30, false}, {math.NaN(), false}, {math.Inf(-1), false}} {
		if got := (&Run{States: []float32{1, float32(c.state)}}).Finite(); got != c.want {
			t.Errorf("finite with a state of %g: %v", c.state, got)
		}
	}
}

func ExampleEvaluate() {
	cycling := task.Cycling{}
	n, err := rnn.New[float32](rnn.Config{N: 32, Inputs: 2, Outputs: 2, Gain: 1.5, Readout: 1}, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		panic(err)
	}
	run := Evaluate(n, cycling.Batch(2, nil), rnn.Noise{Off: true, OffInit: true})
	session := run.Session("cycling", n, 0.1)
	rows, units := session.Activity.Dims()
	fmt.Println(rows, units, session.Kind, session.Activity.Bin)
	// Output: 720 32 model 0.020000000000000004
}

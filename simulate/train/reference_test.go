package train

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"oblique/internal/blas"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// A reference is what testdata/training.py has computed.
type reference struct {
	N, Batch int
	Seed     uint64
	Rate     float64
	Loss     []float64
	First    map[Weight][]float64
	Last     map[Weight][]float64
}

func readReference(t *testing.T) reference {
	t.Helper()
	data, err := os.ReadFile("testdata/training.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r reference) options() Options {
	return Options{Task: "cycling", Large: true, N: r.N, Batch: r.Batch, Seed: r.Seed, Rate: r.Rate, Steps: len(r.Loss)}
}

// farthest returns the largest difference of two lists.
func farthest[T blas.Float](a []T, b []float64) float64 {
	most := 0.0
	for i := range a {
		most = math.Max(most, math.Abs(float64(a[i])-b[i]))
	}
	return most
}

// TestPyTorch compares 20 training steps in double precision with PyTorch's, from the same weights, with the same noise. Both
// round to 1e-16; the dynamics are chaotic, and amplify a difference up to a thousandfold over a trial, the twenty steps of
// Adam, which divides by the root of small moments, the same again. The bound is far below what any slip would change.
func TestPyTorch(t *testing.T) {
	ref := readReference(t)
	o, err := ref.options().Resolved()
	if err != nil {
		t.Fatal(err)
	}
	n := &rnn.Network[float64]{Config: o.Network(), In: ref.First[In], Rec: ref.First[Rec], Out: ref.First[Out], H0: make([]float64, o.N)}
	b := task.Cycling{}.Batch(o.Batch, nil)
	u := make([]float64, len(b.Input))
	for i, v := range b.Input {
		u[i] = float64(v)
	}
	r, g := rnn.NewRunner[float64](n.Config, b.Trials, b.Steps), rnn.NewGradient[float64](n.Config)
	e := make([]float64, len(b.Target))
	adam := NewAdam[float64](o.Rate/float64(o.N), len(n.In), len(n.Rec), len(n.Out))
	const bound = 1e-9
	for step, want := range ref.Loss {
		r.Forward(n, u, b.Trials, b.Steps, rnn.Noise{Seed: o.Seed, Step: uint64(step)})
		if loss := Loss(b, r.Outputs(), e); math.Abs(loss-want) > bound*want {
			t.Errorf("step %d: loss %.12g, PyTorch %.12g", step, loss, want)
		}
		r.Backward(n, e, g)
		adam.Update([][]float64{n.In, n.Rec, n.Out}, [][]float64{g.In, g.Rec, g.Out})
	}
	for w, got := range map[Weight][]float64{In: n.In, Rec: n.Rec, Out: n.Out} {
		if d := farthest(got, ref.Last[w]); d > bound {
			t.Errorf("weights %s are up to %g from PyTorch's", w, d)
		}
	}
}

// TestPyTorchSingle does the same in single precision through State, as training is done. Rounding to 6e-8 is amplified as
// above, to 4e-5 of the loss. Weights may be two learning rates apart: where a gradient is near zero, Adam's first steps
// have the size of the rate and the sign of what may be rounding.
func TestPyTorchSingle(t *testing.T) {
	ref := readReference(t)
	s, err := Start(ref.options())
	if err != nil {
		t.Fatal(err)
	}
	for w, to := range map[Weight][]float32{In: s.Network.In, Rec: s.Network.Rec, Out: s.Network.Out} {
		for i, v := range ref.First[w] {
			to[i] = float32(v)
		}
	}
	clear(s.Network.H0)
	if err := s.Run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	const bound, apart = 1e-3, 2 * 0.0125
	for step, want := range ref.Loss {
		if math.Abs(s.Loss[step]-want) > bound*want {
			t.Errorf("step %d: loss %.9g, PyTorch %.9g", step, s.Loss[step], want)
		}
	}
	for i, w := range []Weight{In, Rec, Out} {
		if d := farthest(s.weights()[i], ref.Last[w]); d > apart {
			t.Errorf("weights %s are up to %g from PyTorch's", w, d)
		}
	}
}

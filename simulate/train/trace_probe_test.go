package train_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
	"oblique/simulate/probe"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
	"oblique/simulate/train"
)

// measured is the label of the trials that are measured on.
const measured = 2

// TestTrace compares what is measured after training with package probe's measures, in double precision from the same trials,
// and with the equations written out. More states than units, and fewer.
func TestTrace(t *testing.T) {
	for _, o := range []train.Options{
		{Task: "flipflop", Large: true, N: 20, Batch: 4, Steps: 12, Seed: 3, MeasureEvery: new(4)},
		{Task: "simplesine", N: 80, Steps: 12, Seed: 3, MeasureEvery: new(4)},
	} {
		s, err := train.Start(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		if len(s.Trace) != 4 {
			t.Fatalf("%d points, want 4", len(s.Trace))
		}
		got := s.Trace[3]
		of, err := task.ByName(o.Task)
		if err != nil {
			t.Fatal(err)
		}
		b := of.Batch(s.Options.Batch, rand.New(rand.NewPCG(o.Seed, measured)))
		quiet := rnn.Noise{Off: true, OffInit: true}
		run, first := simulate.Evaluate(s.Network, b, quiet), simulate.Evaluate(s.Initial, b, quiet)
		x, y := run.Since(10), simulate.Readout(s.Network)
		var dx mat.Dense
		dx.Sub(x, first.Since(10))
		want := train.Point{Step: 12, Loss: train.Loss(b, run.Outputs, make([]float32, len(run.Outputs))), StateNorm: probe.RowNorm(x), StateChange: probe.RowNorm(&dx),
			Rho: probe.Correlate(x, y).Rho, RhoChange: probe.Correlate(&dx, y).Rho,
			InChange: distance(s.Network.In, s.Initial.In), RecChange: distance(s.Network.Rec, s.Initial.Rec), OutChange: distance(s.Network.Out, s.Initial.Out)}
		if got.Step != want.Step {
			t.Errorf("%s: step %d", o.Task, got.Step)
		}
		g, w := numbers(got), numbers(want)
		for i := range g {
			// Sums of single precision; a difference of states has the rounding of the states.
			if math.Abs(g[i]-w[i]) > 2e-5*math.Abs(w[i]) {
				t.Errorf("%s: number %d is %.9g, want %.9g", o.Task, i, g[i], w[i])
			}
		}
		if moved := o.Task == "flipflop"; (got.InChange > 0) != moved || (got.OutChange > 0) != moved || got.RecChange == 0 {
			t.Errorf("%s: changes %+v", o.Task, got)
		}
		begin := s.Trace[0]
		if begin.Step != 0 || begin.RecChange != 0 || begin.StateChange != 0 || !math.IsNaN(begin.RhoChange) || !(begin.Rho > 0) {
			t.Errorf("%s: before the first step %+v", o.Task, begin)
		}
	}
}

func numbers(p train.Point) []float64 {
	return []float64{p.Loss, p.InChange, p.RecChange, p.OutChange, p.StateNorm, p.StateChange, p.Rho, p.RhoChange}
}

func distance(a, b []float32) float64 {
	var d mat.Dense
	d.Sub(column(a), column(b))
	return mat.Norm(&d, 2)
}

func column(a []float32) *mat.Dense {
	c := mat.NewDense(len(a), 1, nil)
	for i, v := range a {
		c.Set(i, 0, float64(v))
	}
	return c
}

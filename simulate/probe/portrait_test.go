package probe

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
	"oblique/simulate/task"
)

// Trajectories are the first trial of each condition, on the axes, about the mean of all; the readout has the length that
// the axes see of it.
func TestPortray(t *testing.T) {
	const n, steps, trials = 5, 40, 4
	rng := rand.New(rand.NewPCG(3, 1))
	run := &simulate.Run{Batch: task.Cycling{Duration: 8}.Batch(trials, nil), N: n, Dt: 0.2,
		States: narrow(gaussian(rng, steps*trials, n).RawMatrix().Data), Outputs: narrow(gaussian(rng, steps*trials, 2).RawMatrix().Data)}
	axes := mat.DenseCopyOf(rotation(rng, n).Slice(0, n, 0, 3))
	w := mat.NewDense(2, n, nil)
	for i := range n {
		w.Set(0, i, 3*axes.At(i, 2)) // along the third axis
	}
	p, err := Portray(run, 2, axes, w)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Trajectories) != 2 || p.Trajectories[1].Condition != 1 || len(p.Time) != 30 || p.Time[0] != 2 {
		t.Fatalf("%d trajectories from %v", len(p.Trajectories), p.Time)
	}
	means := columnMeans(run.Since(2))
	for _, at := range []int{0, 7, 29} {
		row := run.Since(2).RawRowView(at*trials + 1)
		for j := range 3 {
			var want float64
			for i, v := range row {
				want += (v - means[i]) * axes.At(i, j)
			}
			near(t, "a state", p.Trajectories[1].States[at][j], want, 1e-12)
		}
		near(t, "an output", p.Trajectories[1].Outputs[at][1], float64(run.Outputs[((10+at)*trials+1)*2+1]), 1e-15)
	}
	for j, want := range []float64{0, 0, 1} {
		near(t, "the readout", p.Readout[j], want, 1e-12)
	}
	if _, err := Portray(run, 2, mat.NewDense(n, 2, nil), w); err == nil {
		t.Error("two axes are no error")
	}
}

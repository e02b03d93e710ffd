package probe

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
)

// A Portrait is trajectories of a network along three axes, one for each condition, with its readout.
type Portrait struct {
	Time         []float64    `json:"time"` // in τ
	Trajectories []Trajectory `json:"trajectories"`
	Readout      [3]float64   `json:"readout"` // the first row of W_out, scaled to length 1, along the axes
}

// A Trajectory is the first trial of a condition.
type Trajectory struct {
	Condition int          `json:"condition"`
	States    [][3]float64 `json:"states"`  // less their mean over all trials, by time
	Outputs   [][]float64  `json:"outputs"` // by time
}

// Portray projects a run, from a time on, on three axes (N×3, orthonormal), such as those of View or three principal
// components. It is an error if the axes are not of that size.
func Portray(run *simulate.Run, from float64, axes, w *mat.Dense) (*Portrait, error) {
	if n, k := axes.Dims(); n != run.N || k != 3 {
		return nil, fmt.Errorf("probe: a portrait of %d units on axes of %d×%d, want three", run.N, n, k)
	}
	b := run.Batch
	states := run.Since(from)
	var x mat.Dense
	x.Mul(centredBy(states, columnMeans(states)), axes)
	p := &Portrait{}
	first := simulate.Steps(from, run.Dt)
	for t := first; t < b.Steps; t++ {
		p.Time = append(p.Time, float64(t)*run.Dt)
	}
	seen := map[int]bool{}
	for trial, condition := range b.Conditions {
		if seen[condition] {
			continue
		}
		seen[condition] = true
		one := Trajectory{Condition: condition}
		for t := range p.Time {
			one.States = append(one.States, [3]float64(x.RawRowView(t*b.Trials+trial)))
			one.Outputs = append(one.Outputs, outputs(run, first+t, trial))
		}
		p.Trajectories = append(p.Trajectories, one)
	}
	row := unit(append([]float64(nil), w.RawRowView(0)...))
	for j := range p.Readout {
		p.Readout[j] = dot(row, mat.Col(nil, j, axes))
	}
	return p, nil
}

// outputs returns the outputs of a trial at a step.
func outputs(run *simulate.Run, step, trial int) []float64 {
	z := make([]float64, run.Batch.Outputs)
	for o := range z {
		z[o] = float64(run.Outputs[(step*run.Batch.Trials+trial)*len(z)+o])
	}
	return z
}

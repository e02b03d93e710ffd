package plot

import (
	"errors"
	"fmt"

	"oblique/simulate/task"

	"gonum.org/v1/plot/vg"
)

// Trial draws one trial of a task over time, in units of τ: above its inputs, below its targets, with a dot wherever the target
// counts in the loss. Channels are numbered at the right end. It is an error if there is no such trial.
func Trial(s task.Spec, b *task.Batch, trial int) (*Figure, error) {
	if b == nil {
		return nil, errors.New("plot: no batch of trials")
	}
	if trial < 0 || trial >= b.Trials {
		return nil, fmt.Errorf("plot: no trial %d of %d", trial, b.Trials)
	}
	in := trialPanel("input", b, trial, b.Inputs, b.Input, nil)
	out := trialPanel("target", b, trial, b.Outputs, b.Target, b.Mask)
	in.title = s.Name
	in.x = in.x.unlabelled()
	g := grid{panels: [][]*panel{{in}, {out}}}
	return &Figure{Single, 66 * vg.Millimeter, g}, nil
}

// trialPanel draws the channels of a trial; mask, if not nil, says which entries get a dot.
func trialPanel(what string, b *task.Batch, trial, channels int, values []float32, mask []bool) *panel {
	p := &panel{x: linearExact("time (τ)", 6, 0, float64(b.Steps)*task.Dt)}
	var all []float64
	for c := range channels {
		col := groupColors[c%len(groupColors)]
		x, y := make([]float64, b.Steps), make([]float64, b.Steps)
		var at, counted []float64
		for t := range b.Steps {
			i := (t*b.Trials+trial)*channels + c
			x[t], y[t] = float64(t)*task.Dt, float64(values[i])
			if mask != nil && mask[i] {
				at, counted = append(at, x[t]), append(counted, y[t])
			}
		}
		all = append(all, y...)
		p.marks = append(p.marks, curve{x, y, stroke(col, thinLine)})
		if channels > 1 {
			p.ends = append(p.ends, endLabel{fmt.Sprint(c + 1), y[b.Steps-1], col})
		}
		if at != nil {
			p.marks = append(p.marks, dots{x: at, y: counted, color: col, radius: 1.3})
		}
	}
	lo, hi := extent(append(all, -0.1, 0.1), false)
	const room = 0.15 // for the numbers of channels that end at the same value
	p.y = linearExact(what, 4, lo-room*(hi-lo), hi+room*(hi-lo))
	if !anyFinite(all) {
		p.explain("no " + what)
	}
	return p
}

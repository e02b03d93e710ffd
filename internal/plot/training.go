package plot

import (
	"errors"
	"math"

	"oblique/simulate/task"
	"oblique/simulate/train"

	"gonum.org/v1/plot/vg"
)

// mostLosses is how many points the curve of losses has at most: means of neighbouring steps.
const mostLosses = 400

// Training draws how a training went: the loss of each step (grey, means where there are many) and that without noise, beside
// the loss of an output that is zero throughout; the distances of the weights from what they were as drawn; and the
// correlation of the states, and of their change, with the readout. Without a trace only the first panel has data.
func Training(of task.Spec, s *train.State) (*Figure, error) {
	if s == nil {
		return nil, errors.New("plot: no training")
	}
	n := len(s.Trace)
	steps := make([]float64, n)
	for i, p := range s.Trace {
		steps[i] = float64(p.Step)
	}
	column := func(of func(train.Point) float64) []float64 {
		values := make([]float64, n)
		for i, p := range s.Trace {
			values[i] = of(p)
		}
		return values
	}
	end := float64(max(1, s.Steps()))
	x := linearExact("training step", 4, 0, end)

	at, losses := thinned(s.Loss)
	quiet := column(func(p train.Point) float64 { return p.Loss })
	loss := &panel{x: x, y: logarithmic("loss", append(append([]float64{of.ZeroLoss}, losses...), quiet...)...)}
	loss.marks = append(loss.marks, line(0, of.ZeroLoss, end, of.ZeroLoss, stroke(midGrey, hairline, dashed...)),
		curve{at, losses, stroke(grey, thinLine)}, curve{steps, quiet, stroke(blue, thinLine)})
	if i := lastFinite(quiet); i >= 0 {
		loss.ends = append(loss.ends, endLabel{"no noise", quiet[i], blue})
	}
	if len(losses) > 0 {
		loss.ends = append(loss.ends, endLabel{"training", losses[len(losses)-1], grey})
	} else {
		loss.explain("no step taken")
	}

	norms := traces(x, "distance from start", steps, []trace{
		{"W", column(func(p train.Point) float64 { return p.RecChange })},
		{"W_{in}", column(func(p train.Point) float64 { return p.InChange })},
		{"W_{out}", column(func(p train.Point) float64 { return p.OutChange })},
	})
	rho := traces(x, "correlation ρ", steps, []trace{
		{"x", column(func(p train.Point) float64 { return p.Rho })},
		{"Δx", column(func(p train.Point) float64 { return p.RhoChange })},
	})
	g := grid{panels: [][]*panel{{loss, norms, rho}}}
	return &Figure{Double, 52 * vg.Millimeter, g.lettered()}, nil
}

// A trace is a line and its name.
type trace struct {
	name   string
	values []float64
}

// traces is a panel of lines from zero up.
func traces(x axis, title string, steps []float64, lines []trace) *panel {
	p := &panel{x: x}
	var all []float64
	for i, l := range lines {
		all = append(all, l.values...)
		last := lastFinite(l.values)
		if last < 0 {
			continue
		}
		c := groupColors[i]
		p.marks = append(p.marks, curve{steps, l.values, stroke(c, dataLine)})
		if finiteCount(l.values) == 1 { // no line yet
			p.marks = append(p.marks, points{x: steps[last : last+1], y: l.values[last : last+1], look: look{c, circle}, radius: 0.7 * pointSize})
		}
		p.ends = append(p.ends, endLabel{l.name, l.values[last], c})
	}
	p.y = fromZero(title, 3, all...)
	if !anyFinite(all) {
		p.explain("nothing was measured")
	}
	return p
}

func finiteCount(values []float64) (n int) {
	for _, v := range values {
		if finite(v) {
			n++
		}
	}
	return n
}

// thinned returns geometric means of neighbouring losses, and the steps in the middle of each.
func thinned(losses []float64) (at, means []float64) {
	each := max(1, (len(losses)+mostLosses-1)/mostLosses)
	for from := 0; from < len(losses); from += each {
		to := min(from+each, len(losses))
		var sum float64
		for _, l := range losses[from:to] {
			sum += math.Log(l)
		}
		at = append(at, float64(from+to-1)/2)
		means = append(means, math.Exp(sum/float64(to-from)))
	}
	return at, means
}

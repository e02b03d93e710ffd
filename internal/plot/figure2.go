package plot

import (
	"fmt"
	"image/color"
	"math"

	"oblique/simulate/probe"

	"gonum.org/v1/plot/vg"
)

// A NetworkExample is a network of figure 2: its trajectories along two components and the readout, and its output as it is read
// from few and from more components.
type NetworkExample struct {
	Portrait        *probe.Portrait         `json:"portrait"`
	Reconstructions []*probe.Reconstruction `json:"reconstructions"`
	R2              []float64               `json:"r2"` // of each reconstruction, over all trials
}

// The colours of the two directions of cycling, and the times of it that are shown: three turns once the network has settled.
var contextColors = []color.NRGBA{green, purple}

const (
	shownFrom = 10.0
	shownTo   = 40.0
)

// Figure2 draws an aligned and an oblique network that cycle, like figure 2 of Schuessler et al. (2024): the outputs in both
// directions (a); the states along the first two components and the rest of the readout (b), aligned above
// and oblique below; and the output as read from the leading components (c). An absent network, nil, leaves its panels empty.
func Figure2(aligned, oblique *NetworkExample) (*Figure, error) {
	if aligned == nil && oblique == nil {
		return nil, errNoNetworks
	}
	shown := aligned
	if shown == nil {
		shown = oblique
	}
	top := []*panel{outputPanel(shown.Portrait, 0), spacePanel("aligned"), reconstructionPanel("aligned", aligned)}
	low := []*panel{outputPanel(shown.Portrait, 1), spacePanel("oblique"), reconstructionPanel("oblique", oblique)}
	for p, e := range map[*panel]*NetworkExample{top[1]: aligned, low[1]: oblique} {
		if e != nil {
			p.portray(e.Portrait, [3]string{"PC 1", "PC 2", "rest of w_{out}"}, true)
		}
	}
	top[0].letter, top[1].letter, top[2].letter = "a", "b", "c"
	top[0].x, top[2].x = top[0].x.unlabelled(), top[2].x.unlabelled()
	g := grid{panels: [][]*panel{top, low}, widths: []float64{1, 1.25, 1},
		legend: []entry{{"one direction", look{contextColors[0], circle}}, {"the other", look{contextColors[1], circle}}}}
	return &Figure{Double, 96 * vg.Millimeter, g}, nil
}

// outputPanel draws an output over time, in each direction.
func outputPanel(p *probe.Portrait, output int) *panel {
	q := &panel{x: linearExact("time (τ)", 4, shownFrom, shownTo), y: linearExact(fmt.Sprintf("output z_{%d}", output+1), 3, -1.5, 1.5)}
	for i, t := range p.Trajectories {
		y := make([]float64, len(p.Time))
		for k := range y {
			y[k] = t.Outputs[k][output]
		}
		q.marks = append(q.marks, curve{p.Time, y, stroke(contextColors[i%2], dataLine)})
	}
	return q
}

// spacePanel is a panel for a space, without axes.
func spacePanel(title string) *panel {
	return &panel{title: title, bare: true, x: axis{max: 1}, y: axis{max: 1}}
}

// portray adds the trajectories of a portrait, with its readout if wanted.
func (p *panel) portray(of *probe.Portrait, axes [3]string, readout bool) {
	s := space{axes: axes}
	if readout {
		s.arrow, s.name = of.Readout, "w_{out}"
	}
	for i, t := range of.Trajectories {
		c := spaceCurve{color: contextColors[i%2]}
		for k, at := range of.Time {
			if at >= shownFrom {
				c.points = append(c.points, t.States[k])
			}
		}
		s.curves = append(s.curves, c)
	}
	p.marks = append(p.marks, s)
}

// reconstructionPanel draws the first output of a network and its reconstructions: the first as a line, the others dashed.
func reconstructionPanel(title string, e *NetworkExample) *panel {
	p := &panel{title: title, x: linearExact("time (τ)", 4, shownFrom, shownTo), y: linearExact("output z_{1}", 3, -2.1, 1.5)}
	if e == nil {
		p.explain("no network")
		return p
	}
	for i, r := range e.Reconstructions {
		time, z, fit := make([]float64, len(r.Outputs)), make([]float64, len(r.Outputs)), make([]float64, len(r.Outputs))
		for k := range time {
			time[k], z[k], fit[k] = e.Portrait.Time[0]+float64(k)*step(e.Portrait.Time), r.Outputs[k][0], r.Predicted[k][0]
		}
		c, style := blue, stroke(blue, dataLine)
		if i == 0 {
			p.marks = append(p.marks, curve{time, z, stroke(midGrey, 1.6*dataLine)})
		} else {
			c, style = vermillion, stroke(vermillion, dataLine, dashed...)
		}
		p.marks = append(p.marks, curve{time, fit, style})
		at := p.x.value(0.02 + 0.5*float64(i))
		p.notes = append(p.notes, note{fmt.Sprintf("%d PCs: R² %s", r.K, decimal(e.R2[i], 0.01)), at, -1.85, c, false})
	}
	return p
}

// step returns the distance of equally spaced times.
func step(time []float64) float64 {
	if len(time) < 2 {
		return math.NaN()
	}
	return (time[len(time)-1] - time[0]) / float64(len(time)-1)
}

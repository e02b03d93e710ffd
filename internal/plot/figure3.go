package plot

import (
	"errors"

	"oblique/simulate/probe"

	"gonum.org/v1/plot/vg"
)

var errNoNetworks = errors.New("plot: no networks")

// A ComponentCurve is the variance and R² of one network by the number of components.
type ComponentCurve struct {
	Oblique  bool      `json:"oblique"`
	Variance []float64 `json:"variance"` // cumulative share
	R2       []float64 `json:"r2"`
}

// Figure3 draws networks of all tasks like figure 3 of Schuessler et al. (2024): norms of readout and states and their
// correlation (a), variance and R² of examples against the number of components (b), and how many components have 90 % of
// either (c). Comparisons come by quantity, in the order of the tasks.
func Figure3(of map[probe.Quantity][]probe.Comparison, examples []ComponentCurve) (*Figure, error) {
	if len(of[probe.Rho]) == 0 {
		return nil, errNoNetworks
	}
	norms := byTask("‖w_{out}‖", true, of[probe.ReadoutNorm])
	states := byTask("‖x‖", false, of[probe.StateNorm])
	rho := byTask("correlation ρ", true, of[probe.Rho])
	curves := componentsPanel(examples)
	dx := byTask("D_{x,90}", false, of[probe.DX])
	dfit := byTask("D_{fit,90}", false, of[probe.DFit])
	shared(dx, dfit)
	norms.letter, curves.letter, dx.letter = "a", "b", "c"
	for _, p := range []*panel{norms, states, dx} {
		for i := range p.columns {
			p.columns[i].name = nil
		}
	}
	g := grid{panels: [][]*panel{{norms, curves}, {states, dx}, {rho, dfit}}, legend: regimesLegend(anyPrint(of))}
	return &Figure{Double, 138 * vg.Millimeter, g}, nil
}

// anyPrint reports whether a published range is shown.
func anyPrint(of map[probe.Quantity][]probe.Comparison) bool {
	for _, all := range of {
		for _, c := range all {
			if c.Shown(false) != nil || c.Shown(true) != nil {
				return true
			}
		}
	}
	return false
}

// shownComponents is how many components the curves of figure 3 show.
const shownComponents = 12

// componentsPanel draws R² as lines and the share of variance dashed.
func componentsPanel(examples []ComponentCurve) *panel {
	p := &panel{title: "cycling: R² of the output, variance dashed", x: linearExact("principal components", 6, 0, shownComponents),
		y: linearExact("R², share of variance", 5, 0, 1.04)}
	p.level(0.9)
	for _, e := range examples {
		l := alignedLook
		if e.Oblique {
			l = obliqueLook
		}
		for _, c := range []struct {
			values []float64
			line   mark
		}{{e.Variance, nil}, {e.R2, nil}} {
			n := min(len(c.values), shownComponents)
			x, y := make([]float64, n+1), make([]float64, n+1)
			for k := range n {
				x[k+1], y[k+1] = float64(k+1), c.values[k]
			}
			if &c.values[0] == &e.Variance[0] {
				p.marks = append(p.marks, curve{x, y, stroke(l.color, thinLine, dashed...)})
				continue
			}
			p.marks = append(p.marks, curve{x, y, stroke(l.color, dataLine)}, points{x: x[1:], y: y[1:], look: l, radius: 0.8 * pointSize, rim: true})
		}
	}
	if len(examples) == 0 {
		p.explain("no network that cycles")
	}
	return p
}

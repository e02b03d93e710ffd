package plot

import (
	"fmt"
	"image/color"

	"oblique/simulate/probe"

	"gonum.org/v1/plot/vg"
)

// A PerturbedExample is a network of figure 5.
type PerturbedExample struct {
	Deflection *probe.Deflection     `json:"deflection"`
	Profile    *probe.Susceptibility `json:"profile"`
}

// The colours of directions in figures 5 and 6.
var (
	readoutColor   = vermillion
	componentColor = blue
)

// Figure5 draws perturbations like figure 5 of Schuessler et al. (2024), whose panel a is a drawing: the first output after
// one perturbation along the readout and one along the first component (b), the loss against the amplitude (c), aligned above
// and oblique below, and the relative susceptibility of networks of all tasks (d).
func Figure5(aligned, oblique *PerturbedExample, relative []probe.Comparison) (*Figure, error) {
	if len(relative) == 0 {
		return nil, errNoNetworks
	}
	top := []*panel{deflectionPanel("aligned", aligned), profilePanel("aligned", aligned)}
	low := []*panel{deflectionPanel("oblique", oblique), profilePanel("oblique", oblique)}
	tasks := byTask("relative susceptibility", false, relative)
	tasks.level(1)
	tasks.tall = true
	top[0].letter, top[1].letter, tasks.letter = "b", "c", "d"
	top[0].x.label, top[1].x.label = "", ""
	of := map[probe.Quantity][]probe.Comparison{probe.Susceptible: relative}
	g := grid{panels: [][]*panel{append(top, tasks), append(low, nil)}, widths: []float64{1.2, 1, 1.5}, legend: regimesLegend(anyPrint(of))}
	return &Figure{Double, 84 * vg.Millimeter, g}, nil
}

// deflectionPanel draws the output from five τ before a perturbation to twenty-five after.
func deflectionPanel(title string, e *PerturbedExample) *panel {
	p := &panel{title: title, y: axis{max: 1}, x: axis{max: 1}}
	if e == nil || e.Deflection == nil {
		p.x, p.y = linearExact("time (τ)", 4, 0, 1), linearExact("output z_{1}", 3, -1, 1)
		p.explain("no network")
		return p
	}
	d := e.Deflection
	p.x = linearExact("time (τ)", 4, d.At-5, d.At+25)
	p.y = linearExact("output z_{1}", 4, -3, 3)
	for _, one := range []struct {
		z     [][]float64
		color color.NRGBA
		width vg.Length
	}{{d.Unperturbed, midGrey, 1.6 * dataLine}, {d.Components, componentColor, dataLine}, {d.Output, readoutColor, dataLine}} {
		y := make([]float64, len(one.z))
		for k := range y {
			y[k] = one.z[k][0]
		}
		p.marks = append(p.marks, curve{d.Time, y, stroke(one.color, one.width)})
	}
	p.marks = append(p.marks, line(d.At, p.y.min, d.At, p.y.max, stroke(midGrey, hairline, dashed...)))
	p.notes = append(p.notes, note{"along w_{out}", p.x.value(0.2), p.y.value(0.06), readoutColor, false},
		note{"along PC 1", p.x.value(0.6), p.y.value(0.06), componentColor, false})
	return p
}

// profilePanel draws the loss against the amplitude.
func profilePanel(title string, e *PerturbedExample) *panel {
	p := &panel{title: title, y: linearExact("loss", 4, 0, 1.2), x: linearExact("amplitude", 4, 0, 1)}
	if e == nil || e.Profile == nil {
		p.explain("no network")
		return p
	}
	s := e.Profile
	var all []float64
	for _, values := range [][]float64{s.Output, s.Components} {
		all = append(all, values...)
	}
	p.x = linearExact("amplitude", 4, 0, s.Amplitude[len(s.Amplitude)-1]*1.02)
	p.y = fromZero("loss", 4, append(all, 1)...)
	for i, values := range [][]float64{s.Components, s.Output} {
		l := []look{{componentColor, square}, {readoutColor, circle}}[i]
		p.marks = append(p.marks, curve{s.Amplitude, values, stroke(l.color, thinLine)},
			points{x: s.Amplitude, y: values, look: l, radius: 0.7 * pointSize, rim: true})
	}
	p.notes = append(p.notes, note{fmt.Sprintf("ratio %s", decimal(s.Relative, 0.01)), p.x.value(0.55), p.y.value(0.06), grey, false})
	return p
}

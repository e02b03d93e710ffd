package plot

import (
	"math"

	"oblique/simulate/probe"

	"gonum.org/v1/plot/vg/draw"
)

// The looks of networks that started with a small and with a large readout.
var (
	alignedLook = look{vermillion, circle}
	obliqueLook = look{orange, square}
)

// regimesLegend names both, and what is in print if anything is shown of that.
func regimesLegend(print bool) []entry {
	entries := []entry{{"aligned", alignedLook}, {"oblique", obliqueLook}}
	if print {
		entries = append(entries, entry{"published range", look{midGrey, square}})
	}
	return entries
}

// taskNames are the tasks as an axis names them.
var taskNames = map[string][]string{"cycling": {"cycling"}, "flipflop": {"flip-flop"}, "mante": {"Mante"}, "romo": {"Romo"},
	"complexsine": {"complex", "sine"}}

// Places in a column of a task.
const (
	regimeShift = 0.19 // of either regime, from the middle
	regimeWidth = 0.3  // of the published range
	meanWidth   = 0.2
)

// byTask returns a panel with a column for each task: a point for each network, aligned left and oblique right, a line at the
// mean of several, over the published range. Values that do not hold at the networks' size are left out.
func byTask(title string, logScale bool, tasks []probe.Comparison) *panel {
	p := &panel{x: axis{min: -0.6, max: float64(len(tasks)) - 0.4}}
	var all []float64
	for i, c := range tasks {
		all = append(all, p.addSide(float64(i)-regimeShift, c.Aligned.Here, c.Shown(false), alignedLook)...)
		all = append(all, p.addSide(float64(i)+regimeShift, c.Oblique.Here, c.Shown(true), obliqueLook)...)
		name := taskNames[c.Task]
		if name == nil {
			name = []string{c.Task}
		}
		p.columns = append(p.columns, column{at: float64(i), name: name})
	}
	if logScale {
		p.y = counting(title, all...)
	} else {
		p.y = fromZero(title, 5, all...)
	}
	if !anyFinite(all) {
		p.explain("no networks")
	}
	return p
}

// addSide adds the networks of one regime and the published range, either of which may be nil, and returns the numbers
// that the axis should hold.
func (p *panel) addSide(x float64, here, print *probe.Range, l look) (shown []float64) {
	if print != nil {
		shown = append(shown, print.Min, print.Max)
		p.marks = append(p.marks, rangeBar{x: x, width: regimeWidth, low: print.Min, high: print.Max, look: l})
	}
	if here == nil {
		return shown
	}
	values := here.Values
	n := len(values)
	x0 := make([]float64, n)
	for i := range x0 { // side by side, in the order of their seeds
		x0[i] = x
		if n > 1 {
			x0[i] += regimeWidth * 0.7 * (float64(i)/float64(n-1) - 0.5)
		}
	}
	if n > 1 {
		p.marks = append(p.marks, line(x-meanWidth/2, here.Mean, x+meanWidth/2, here.Mean, stroke(black, thinLine)))
	}
	p.marks = append(p.marks, points{x: x0, y: values, look: l, radius: 0.85 * pointSize, rim: true})
	return append(shown, values...)
}

// A rangeBar is a published range: a pale bar, or a line where it is a single value.
type rangeBar struct {
	background
	x, width, low, high float64
	look                look
}

func (m rangeBar) draw(f *frame) {
	pale := tint(m.look.color, 0.3)
	band{x0: m.x - m.width/2, x1: m.x + m.width/2, y0: m.low, y1: m.high, color: pale}.draw(f)
	style := draw.LineStyle{Color: pale, Width: dataLine}
	for _, y := range []float64{m.low, m.high} {
		line(m.x-m.width/2, y, m.x+m.width/2, y, style).draw(f)
	}
}

// level draws a dashed line at a value of y.
func (p *panel) level(y float64) {
	p.marks = append([]mark{line(p.x.min, y, p.x.max, y, stroke(midGrey, hairline, dashed...))}, p.marks...)
}

// shared makes the axes of y of some panels the same, from the least to the largest end.
func shared(panels ...*panel) {
	lo, hi := math.Inf(1), math.Inf(-1)
	var widest axis
	for _, p := range panels {
		lo, hi = math.Min(lo, p.y.min), math.Max(hi, p.y.max)
		if p.y.max >= hi {
			widest = p.y
		}
	}
	for _, p := range panels {
		label := p.y.label
		p.y = widest
		if !widest.log {
			p.y = linearExact(label, 5, lo, hi)
		}
		p.y.label = label
	}
}

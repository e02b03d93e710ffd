package plot

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"oblique/regime"

	"gonum.org/v1/plot/vg"
)

// errNoResult is for a nil result, which is a programmer's slip but reaches us through data sometimes.
var errNoResult = errors.New("plot: no result")

// Longest names, in characters, that a figure shows whole.
const (
	longName  = 48
	shortName = 24
)

// floorR2 is the lowest R² that Curves shows: below it a readout is useless, and how useless says nothing.
const floorR2 = -0.5

// Curves draws R² and the cumulative share of variance against the number k of leading principal components.
// Under cross-validation the held-out R²(k) is the strong line and the in-sample one the thin; under the
// published method there is only the latter. Dashed lines lead from 90 % of the variance to D_x,90 and from
// 90 % of R² to D_fit,90. The axis of k is logarithmic from 20 components on. R² below −0.5 leaves the axes.
//
// A result without curves gives a figure that says so; an undefined D_fit,90 is explained in the figure. It is an
// error if a dimension lies beyond its curve.
func Curves(r *regime.Result) (*Figure, error) {
	if r == nil {
		return nil, errNoResult
	}
	r2, variance, inSample := floats(r.R2ByPCs), floats(r.VarianceByPCs), floats(r.InSampleByPCs)
	n := max(len(r2), len(variance), len(inSample))
	if int(r.DVar) > n && n > 0 || int(r.DFit) > n && n > 0 {
		return nil, fmt.Errorf("plot: dimensions D_x,90 %d, D_fit,90 %d of curves over %d components", r.DVar, r.DFit, n)
	}
	p := &panel{title: dataTitle(r)}
	p.x = componentAxis(n)
	p.y = curveAxis(r2, inSample)
	if !anyFinite(r2, variance, inSample) {
		p.explain("undefined: the result holds no curve over principal components")
		return &Figure{Single, 62 * vg.Millimeter, single(p)}, nil
	}

	if r.DVar > 0 {
		p.drop(float64(r.DVar), 0.9, grey, fmt.Sprintf("D_{x,90} = %d", r.DVar))
	}
	if r.DFit > 0 && r.R2.Defined() {
		p.drop(float64(r.DFit), 0.9*float64(r.R2), vermillion, fmt.Sprintf("D_{fit,90} = %d", r.DFit))
	}
	if p.y.min < 0 {
		p.marks = append(p.marks, line(p.x.min, 0, p.x.max, 0, stroke(midGrey, hairline)))
	}
	p.addCurve(variance, "variance", curve{style: stroke(grey, dataLine)}, grey)
	if r.Method == regime.Paper {
		p.addCurve(r2, "R² in-sample", curve{style: stroke(vermillion, dataLine)}, vermillion)
	} else {
		p.addCurve(inSample, "R² in-sample", curve{style: stroke(blue, thinLine)}, blue)
		p.addCurve(r2, "R² held-out", curve{style: stroke(vermillion, dataLine)}, vermillion)
	}
	if reason := noFittingDimension(r); reason != "" {
		x, y := p.x.value(0.03), p.y.value(0.9)
		p.labels = append(p.labels, label{text: reason, x: x, y: y, color: vermillion, gap: 1})
	}
	return &Figure{Single, 62 * vg.Millimeter, single(p)}, nil
}

// addCurve adds values over 1, 2, … components, and their name at the end. One value alone is a point.
func (p *panel) addCurve(values []float64, name string, m curve, c color.NRGBA) {
	last := lastFinite(values)
	if last < 0 {
		return
	}
	m.x, m.y = ordinals(len(values)), values
	p.marks = append(p.marks, m)
	if len(values) == 1 {
		p.marks = append(p.marks, point(1, values[0], look{c, circle}))
	}
	p.ends = append(p.ends, endLabel{name, values[last], c})
}

// drop marks the point where a curve passes a level: a dashed line from the y axis to the point, and from there
// to the x axis.
func (p *panel) drop(x, y float64, c color.NRGBA, text string) {
	style := stroke(c, hairline, dashed...)
	p.marks = append(p.marks, line(p.x.min, y, x, y, style), line(x, y, x, p.y.min, style))
	p.labels = append(p.labels, label{text: text, x: x, y: p.y.value(0.1), color: c, gap: 2})
}

// noFittingDimension says why D_fit,90 is undefined, or nothing.
func noFittingDimension(r *regime.Result) string {
	held := "held-out "
	if r.Method == regime.Paper {
		held = ""
	}
	switch {
	case r.DFit > 0:
		return ""
	case !r.R2.Defined():
		return "R² undefined: no D_{fit,90}"
	case r.R2 <= 0:
		return held + "R² ≤ 0: no D_{fit,90}"
	}
	return "D_{fit,90} undefined"
}

// componentAxis is the axis of 1 … n components.
func componentAxis(n int) axis {
	const title = "principal components"
	if n >= 20 {
		a := counting(title, 1, float64(n))
		a.min = 0.9
		return a
	}
	a := linearExact(title, 6, 0.5, math.Max(float64(n), 2)+0.5)
	var whole []tick
	for _, t := range a.ticks {
		if t.at == math.Trunc(t.at) && t.at >= 1 {
			whole = append(whole, tick{t.at, decimal(t.at, 1)})
		}
	}
	a.ticks = whole
	return a
}

// curveAxis runs from 0 to 1, lower if a curve does.
func curveAxis(curves ...[]float64) axis {
	lowest := 0.0
	for _, c := range curves {
		for _, v := range c {
			if finite(v) {
				lowest = math.Min(lowest, v)
			}
		}
	}
	lowest = math.Max(lowest, floorR2)
	if lowest < 0 {
		lowest -= 0.04
	}
	return linearExact("R², share of variance", 6, lowest, 1.04)
}

// dataTitle names what was analysed: recording, output, size.
func dataTitle(r *regime.Result) string {
	title := name(r.Data.Name, shortName)
	if out := name(r.Data.Output, shortName); out != "" {
		if title != "" {
			title += " · "
		}
		title += out
	}
	return title
}

// floats returns plain numbers.
func floats(numbers []regime.Number) []float64 {
	out := make([]float64, len(numbers))
	for i, x := range numbers {
		out[i] = float64(x)
	}
	return out
}

// dimensions returns plain numbers, NaN for what is undefined.
func dimensions(ds []regime.Dimension) []float64 {
	out := make([]float64, len(ds))
	for i, d := range ds {
		out[i] = dimension(d)
	}
	return out
}

func dimension(d regime.Dimension) float64 {
	if d <= 0 {
		return math.NaN()
	}
	return float64(d)
}

// ordinals returns 1, …, n.
func ordinals(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i + 1)
	}
	return out
}

func lastFinite(values []float64) int {
	for i := len(values) - 1; i >= 0; i-- {
		if finite(values[i]) {
			return i
		}
	}
	return -1
}

func anyFinite(lists ...[]float64) bool {
	for _, list := range lists {
		if lastFinite(list) >= 0 {
			return true
		}
	}
	return false
}

package plot

import (
	"image/color"
	"math"

	"oblique/simulate/probe"

	"gonum.org/v1/plot/vg"
)

// Figure6 draws noise like figure 6 of Schuessler et al. (2024), whose panel a is a drawing: the variance of the fluctuations
// along many random directions (b), aligned above and oblique below, and the ratio of the variance along the readout to that
// along random directions in networks of all tasks (c).
func Figure6(aligned, oblique *probe.NoiseSpread, ratio []probe.Comparison) (*Figure, error) {
	if len(ratio) == 0 {
		return nil, errNoNetworks
	}
	top, low := spreadPanel("aligned", aligned), spreadPanel("oblique", oblique)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range []*probe.NoiseSpread{aligned, oblique} {
		if s == nil {
			continue
		}
		for _, v := range append(append(append([]float64(nil), s.Random...), s.Output...), s.Components...) {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
	}
	if lo < hi {
		top.x = counting("variance of noise", 0.8*lo, 1.3*hi)
		low.x = top.x
		top.x = top.x.unlabelled()
	}
	tasks := byTask("noise variance, output / random", true, ratio)
	tasks.level(1)
	tasks.tall = true
	top.letter, tasks.letter = "b", "c"
	of := map[probe.Quantity][]probe.Comparison{probe.NoiseRatio: ratio}
	g := grid{panels: [][]*panel{{top, tasks}, {low, nil}}, legend: regimesLegend(anyPrint(of))}
	return &Figure{Double, 84 * vg.Millimeter, g}, nil
}

// spreadPanel draws a histogram for each kind of direction, on a logarithmic axis, each as high as the panel.
func spreadPanel(title string, s *probe.NoiseSpread) *panel {
	p := &panel{title: title, x: counting("variance of noise", 0.01, 1), y: axis{label: "relative frequency", max: 1.4}}
	if s == nil {
		p.explain("no network")
		return p
	}
	for _, one := range []struct {
		name   string
		values []float64
		color  color.NRGBA
		height float64 // of the name: output and random may lie over each other
	}{{"random", s.Random, midGrey, 1.1}, {"output", s.Output, readoutColor, 1.26}, {"PCs", s.Components, componentColor, 1.1}} {
		p.marks = append(p.marks, histogram{values: one.values, color: one.color})
		sorted := sortedFinite(one.values)
		if len(sorted) > 0 {
			p.notes = append(p.notes, note{one.name, quantile(sorted, 0.5), one.height, one.color, true})
		}
	}
	return p
}

// A histogram shows positive values on a logarithmic axis as bars, the highest as high as 1.
type histogram struct {
	background
	values []float64
	color  color.NRGBA
}

// binsPerAxis is the number of bins over the whole axis.
const binsPerAxis = 90

func (m histogram) draw(f *frame) {
	var count [binsPerAxis]float64
	most := 0.0
	for _, v := range m.values {
		u := f.x.norm(v)
		if !(u >= 0 && u < 1) {
			continue
		}
		i := int(u * binsPerAxis)
		count[i]++
		most = math.Max(most, count[i])
	}
	for i, n := range count {
		if n == 0 {
			continue
		}
		x0, x1 := f.X(float64(i)/binsPerAxis), f.X(float64(i+1)/binsPerAxis)
		y0, y1 := f.Y(f.y.norm(0)), f.Y(f.y.norm(n/most))
		f.FillPolygon(tint(m.color, 0.75), []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
	}
}

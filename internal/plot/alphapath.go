package plot

import (
	"fmt"
	"math"

	"oblique/regime"

	"gonum.org/v1/plot/vg"
)

// AlphaPath draws how the correlation ρ of the readout depends on the ridge penalty α (log axis), on the right
// in units of 1/√N, and beneath it the error that chose the penalty, relative to its minimum (on a log axis where
// it rises tenfold). The chosen α is marked in both; the central 95 % of ρ of isotropic random readouts are
// shaded.
//
// A result without a path gives a figure that says so. It is an error if the path's lists differ in length.
func AlphaPath(r *regime.Result) (*Figure, error) {
	if r == nil {
		return nil, errNoResult
	}
	path := r.AlphaPath
	alpha, rho, loss := floats(path.Alpha), floats(path.Rho), floats(path.Error)
	if len(rho) != len(alpha) || len(loss) != len(alpha) {
		return nil, fmt.Errorf("plot: alpha path of %d penalties, %d correlations, %d errors", len(alpha), len(rho), len(loss))
	}
	const title = "ridge penalty α"
	x := logarithmic(title, append(alpha, float64(r.Alpha))...)
	upper := correlationPanel(r, x, rho)
	lower := lossPanel(r, x, alpha, loss)
	if !anyFinite(rho) {
		upper.explain("undefined: the result holds no ρ over penalties")
	}
	f := &Figure{Single, 84 * vg.Millimeter, grid{
		panels:  [][]*panel{{upper}, {lower}},
		heights: []float64{2.4, 1},
	}}
	return f, nil
}

func correlationPanel(r *regime.Result, x axis, rho []float64) *panel {
	null := r.Nulls.Isotropic.CI
	lo, hi := float64(null[0]), float64(null[1])
	p := &panel{title: dataTitle(r), x: x.unlabelled()}
	p.y = fromZero("correlation ρ", 5, append(rho, float64(r.Rho), hi)...)
	if n := r.Data.NNeurons; n > 0 {
		root := math.Sqrt(float64(n))
		twin := linearExact("ρ√N", 5, p.y.min*root, p.y.max*root)
		p.twin = &twin
	}
	if isInterval([2]float64{lo, hi}) {
		p.marks = append(p.marks, levels(lo, hi, lightGrey))
		p.labels = append(p.labels, label{text: "random readouts, 95 %", x: p.x.value(0.02), y: (lo + hi) / 2, color: grey, gap: 1})
	}
	p.chosen(r)
	p.marks = append(p.marks, curve{floats(r.AlphaPath.Alpha), rho, stroke(blue, dataLine)})
	if r.Alpha.Defined() && r.Rho.Defined() {
		p.marks = append(p.marks, point(float64(r.Alpha), float64(r.Rho), look{vermillion, circle}))
		text := "α = " + quantity(float64(r.Alpha)) + ", ρ = " + decimal(float64(r.Rho), 0.001)
		if r.AlphaAtEdge {
			text += " (edge of grid)"
		}
		p.labels = append(p.labels, label{text: text, x: float64(r.Alpha), y: float64(r.Rho), color: vermillion, gap: 4})
	}
	return p
}

// chosen marks the chosen penalty by a thin rule.
func (p *panel) chosen(r *regime.Result) {
	if !r.Alpha.Defined() || r.Alpha <= 0 {
		return
	}
	a := float64(r.Alpha)
	p.marks = append(p.marks, line(a, p.y.min, a, p.y.max, stroke(vermillion, hairline, dashed...)))
}

func lossPanel(r *regime.Result, x axis, alpha, loss []float64) *panel {
	p := &panel{x: x}
	smallest := math.Inf(1)
	for _, v := range loss {
		if v > 0 {
			smallest = math.Min(smallest, v)
		}
	}
	relative := make([]float64, len(loss))
	largest := 1.0
	for i, v := range loss {
		relative[i] = v / smallest
		if finite(relative[i]) {
			largest = math.Max(largest, relative[i])
		}
	}
	const title = "error / min."
	p.y = linear(title, 3, append(relative, 1)...)
	if largest > 10 {
		p.y = logarithmic(title, append(relative, 1)...)
	}
	if !finite(smallest) {
		p.explain("undefined: no error over penalties")
		return p
	}
	p.chosen(r)
	p.marks = append(p.marks, curve{alpha, relative, stroke(black, thinLine)})
	return p
}

package plot

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

// A PlanePoint is a recording in the regime plane.
type PlanePoint struct {
	Name     string
	Group    string   // points of a group share colour and marker; empty: one unnamed group
	Alone    bool     // is its group by itself, which its name tells: no entry in the legend where names are drawn
	Relative Estimate // relative fitting dimension D_fit/D_x
	RhoSqrtN Estimate
}

// RegimePlane draws ρ√N (log axis) against the relative fitting dimension, one point with its intervals for
// each recording, named beside it if there are at most twelve. Aligned recordings are found above and left, oblique ones below and right; the thin line is
// ρ√N = 1, the root mean square of isotropic random readouts. Groups of more than one kind have a legend, but for those Alone.
//
// Recordings without both numbers, or with ρ ≤ 0, are not drawn; beneath the axes it says how many. Without any the figure says
// so.
func RegimePlane(recordings []PlanePoint) (*Figure, error) {
	var xs, ys []float64
	groups := make([]string, len(recordings))
	left := 0
	for i, r := range recordings {
		groups[i] = r.Group
		if !r.drawn() {
			left++
			continue
		}
		xs, ys = append(xs, r.Relative.values()...), append(ys, r.RhoSqrtN.values()...)
	}
	p := &panel{
		x: fromZero("relative fitting dimension D_{fit} / D_{x}", 6, xs...),
		y: counting("ρ√N", append(ys, 1)...),
	}
	p.y = counting("ρ√N", p.y.min, p.y.max*1.2) // room for names above the highest
	if len(xs) == 0 {
		p.explain("undefined: no recording has both ρ and a fitting dimension")
		return &Figure{Single, 75 * vg.Millimeter, single(p)}, nil
	}
	var said []string
	crowded := len(recordings)-left > mostNamed
	if crowded {
		said = append(said, quantity(float64(len(recordings)-left))+" recordings")
	}
	if left > 0 {
		said = append(said, quantity(float64(left))+" undefined, not drawn")
	}
	p.title = strings.Join(said, ", ")
	p.marks = append(p.marks, line(p.x.min, 1, p.x.max, 1, stroke(midGrey, hairline, dashed...)))
	of, order := looks(groups)
	for i, r := range recordings {
		if !r.drawn() {
			continue
		}
		l := of[groups[i]]
		x, y := r.Relative.Value, r.RhoSqrtN.Value
		m := points{x: []float64{x}, y: []float64{y},
			xci: [][2]float64{r.Relative.Interval}, yci: [][2]float64{r.RhoSqrtN.Interval}, look: l, radius: 1.2 * pointSize}
		if crowded {
			m.radius, m.rim = 0.8*pointSize, true
			p.marks = append(p.marks, m)
			continue
		}
		p.marks = append(p.marks, m)
		p.labels = append(p.labels, label{text: name(r.Name, shortName), x: x, y: y, color: l.color, gap: 4})
	}
	p.labels = append(p.labels, label{text: "random readout", x: p.x.max, y: 1, color: grey, gap: 1})
	f := &Figure{Single, 75 * vg.Millimeter, single(p)}
	if len(order) > 1 {
		f.grid.legend = legend(of, slices.DeleteFunc(order, func(g string) bool {
			return !crowded && slices.ContainsFunc(recordings, func(r PlanePoint) bool { return r.Group == g && r.Alone })
		}))
	}
	return f, nil
}

func (r PlanePoint) drawn() bool {
	return finite(r.Relative.Value) && finite(r.RhoSqrtN.Value) && r.RhoSqrtN.Value > 0
}

package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// A ScalingCurve is ρ√N of one recording over subsamples of its neurons.
type ScalingCurve struct {
	Name     string
	Group    string     // recordings of a group share colour and marker; empty: a group by Name
	N        []int      // sizes, ascending
	RhoSqrtN []Estimate // one for each size; with Draws but without Interval, the band is their central 95 %
	Exponent Estimate   // of ρ√N ∝ N^γ; Value NaN: not stated
}

// guides are the exponents of the guide lines: ρ√N of a readout aligned with the leading directions grows as
// N^½, of an oblique one it stays.
var guides = []struct {
	exponent float64
	text     string
}{{0, "N^{0}"}, {0.25, "N^{1/4}"}, {0.5, "N^{1/2}"}}

// Scaling draws ρ√N against the number of neurons N, both axes logarithmic, one line with points for each
// curve and its 95 % interval as a band; the guide lines N⁰, N^¼ and N^½ start at the smallest size at the
// geometric mean of the curves there. Each curve carries its name and exponent; of more than twelve there are thin lines alone,
// in the colours of their groups.
//
// Values that are not positive have no place on the axes and are left out. Without any, the figure says
// so. It is an error if a curve has not as many estimates as sizes.
func Scaling(curves []ScalingCurve) (*Figure, error) {
	var sizes, values []float64
	crowded := len(curves) > mostNamed
	groups := make([]string, len(curves))
	for i, c := range curves {
		if len(c.N) != len(c.RhoSqrtN) {
			return nil, fmt.Errorf("plot: curve %q has %d sizes and %d estimates", c.Name, len(c.N), len(c.RhoSqrtN))
		}
		groups[i] = c.group()
		for j, n := range c.N {
			if v := c.RhoSqrtN[j].Value; n > 0 && finite(v) && v > 0 {
				sizes, values = append(sizes, float64(n)), append(values, v)
			}
			if !crowded {
				values = append(values, c.RhoSqrtN[j].band()...)
			}
		}
	}
	const xTitle, yTitle = "neurons N", "ρ√N"
	p := &panel{x: counting(xTitle, sizes...)}
	if len(sizes) == 0 {
		p.y.label = yTitle
		p.explain("undefined: no positive ρ√N at any size")
		return &Figure{Single, 68 * vg.Millimeter, single(p)}, nil
	}
	start, level := guideStart(curves)
	end := slices.Max(sizes)
	values = append(values, level, level*math.Sqrt(end/start))
	p.y = counting(yTitle, values...)
	guide := stroke(midGrey, hairline, dashed...)
	if crowded {
		guide = stroke(black, thinLine, dashed...)
	}
	var guideLines []mark
	for _, g := range guides {
		at := level * math.Pow(end/start, g.exponent)
		guideLines = append(guideLines, line(start, level, end, at, guide))
		p.ends = append(p.ends, endLabel{g.text, at, grey})
	}
	of, order := looks(groups)
	var lines []mark
	if crowded {
		p.title = quantity(float64(len(curves))) + " recordings"
	}
	for i, c := range curves {
		l := of[groups[i]]
		if crowded {
			lines = append(lines, c.line(l))
			continue
		}
		p.marks = append(p.marks, c.ribbon(l))
		lines = append(lines, c.lines(l)...)
		p.labels = append(p.labels, c.label(l)...)
	}
	if crowded {
		p.marks = append(append(p.marks, lines...), guideLines...) // guides would not be seen under many lines
	} else {
		p.marks = append(append(p.marks, guideLines...), lines...)
	}
	f := &Figure{Single, 68 * vg.Millimeter, single(p)}
	if len(order) < len(curves) {
		f.grid.legend = legend(of, order)
	}
	return f, nil
}

func (c ScalingCurve) group() string {
	if c.Group == "" {
		return c.Name
	}
	return c.Group
}

// ribbon shades the intervals.
func (c ScalingCurve) ribbon(l look) ribbon {
	m := ribbon{color: tint(l.color, 0.2)}
	for i, e := range c.RhoSqrtN {
		low, high := math.NaN(), math.NaN()
		if b := e.band(); b != nil && b[0] > 0 {
			low, high = b[0], b[1]
		}
		m.x, m.low, m.high = append(m.x, float64(c.N[i])), append(m.low, low), append(m.high, high)
	}
	return m
}

// line is the curve alone, through what is defined.
func (c ScalingCurve) line(l look) curve {
	n, y := c.values()
	return curve{n, y, stroke(tint(l.color, 0.7), hairline)}
}

func (c ScalingCurve) lines(l look) []mark {
	n, y := c.values()
	return []mark{curve{n, y, stroke(l.color, thinLine)}, points{x: n, y: y, look: l, radius: 0.8 * pointSize, rim: true}}
}

func (c ScalingCurve) values() (n, y []float64) {
	n, y = make([]float64, len(c.N)), make([]float64, len(c.N))
	for i, e := range c.RhoSqrtN {
		n[i], y[i] = float64(c.N[i]), e.Value
	}
	return n, y
}

// label names the curve, with the exponent, at the last drawn size within two thirds of its length, or the first after; at
// another size if there is more room.
func (c ScalingCurve) label(l look) []label {
	best := -1
	var along [][2]float64
	for i, e := range c.RhoSqrtN {
		if !finite(e.Value) || e.Value <= 0 || c.N[i] <= 0 {
			continue
		}
		along = append(along, [2]float64{float64(c.N[i]), e.Value})
		if best < 0 || i <= 2*len(c.N)/3 {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	text := name(c.Name, shortName)
	if finite(c.Exponent.Value) {
		text += ": N^{" + decimal(c.Exponent.Value, 0.01) + "}" // as the guides are named; γ is that of ρ elsewhere
	}
	return []label{{text: text, x: float64(c.N[best]), y: c.RhoSqrtN[best].Value, color: l.color, gap: 5, along: along}}
}

// band returns the ends of what is shaded: the interval, or the central 95 % of the draws; nil if neither is
// there.
func (e Estimate) band() []float64 {
	if isInterval(e.Interval) {
		return e.Interval[:]
	}
	draws := sortedFinite(e.Draws)
	if len(draws) < 3 || draws[0] == draws[len(draws)-1] {
		return nil
	}
	return []float64{quantile(draws, 0.025), quantile(draws, 0.975)}
}

// guideStart returns the smallest size with a positive value, and the geometric mean of the values there.
func guideStart(curves []ScalingCurve) (size, level float64) {
	size = math.Inf(1)
	for _, c := range curves {
		for i, n := range c.N {
			if v := c.RhoSqrtN[i].Value; n > 0 && finite(v) && v > 0 {
				size = math.Min(size, float64(n))
			}
		}
	}
	var sum, count float64
	for _, c := range curves {
		for i, n := range c.N {
			if v := c.RhoSqrtN[i].Value; float64(n) == size && finite(v) && v > 0 {
				sum, count = sum+math.Log(v), count+1
			}
		}
	}
	return size, math.Exp(sum / count)
}

// legend returns an entry for each group.
func legend(of map[string]look, order []string) []entry {
	entries := make([]entry, len(order))
	for i, g := range order {
		entries[i] = entry{name(cmp.Or(g, "no group"), shortName), of[g]}
	}
	return entries
}

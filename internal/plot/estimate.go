package plot

// An Estimate is a number with what is known of its uncertainty.
type Estimate struct {
	Value    float64    // NaN: undefined, not drawn
	Interval [2]float64 // drawn as a bar if both ends are finite and in order; the zero value is none
	Draws    []float64  // subsamples, drawn as a violin; NaN among them are left out
}

// values returns all numbers of the estimate that an axis should include.
func (e Estimate) values() []float64 {
	out := append([]float64{e.Value}, e.Draws...)
	if isInterval(e.Interval) {
		out = append(out, e.Interval[0], e.Interval[1])
	}
	return out
}

// A category is a column of a panel with a categorical axis.
type category struct {
	name     string
	rows     []string // further text beneath
	estimate Estimate
	null     [2]float64 // shaded behind this column alone; zero: none
	look     look
}

// Widths in a categorical panel: of violins and the dots in them in points, of a null in columns.
const (
	violinWidth = 18.0
	dotsWidth   = 8.0
	nullWidth   = 0.9
)

// categorical returns a panel with one column per category, from 0 upward. The null is shaded over all
// columns.
func categorical(title string, null [2]float64, categories ...category) *panel {
	p := &panel{x: axis{min: -0.6, max: float64(len(categories)) - 0.4}}
	var all []float64
	for _, c := range categories {
		all = append(all, c.estimate.values()...)
	}
	defined := anyFinite(all)
	for _, c := range categories {
		if isInterval(c.null) {
			all = append(all, c.null[1])
		}
	}
	if isInterval(null) {
		all = append(all, null[1])
		p.marks = append(p.marks, levels(null[0], null[1], lightGrey))
		p.labels = append(p.labels, label{text: "random", x: p.x.min, y: (null[0] + null[1]) / 2, color: grey, gap: 0.5})
	}
	p.y = fromZero(title, 5, all...)
	for i, c := range categories {
		p.addCategory(float64(i), c)
	}
	if !defined {
		p.explain("undefined")
	}
	return p
}

func (p *panel) addCategory(x float64, c category) {
	if isInterval(c.null) {
		p.marks = append(p.marks, band{x0: x - nullWidth/2, x1: x + nullWidth/2, y0: c.null[0], y1: c.null[1], color: lightGrey})
	}
	e := c.estimate
	if len(e.Draws) > 0 {
		p.marks = append(p.marks,
			violin{x: x, width: violinWidth, values: e.Draws, fill: tint(c.look.color, 0.25), edge: c.look.color},
			dots{x: repeated(x, len(e.Draws)), y: e.Draws, spread: dotsWidth, color: tint(c.look.color, 0.7), radius: 0.8})
	}
	p.marks = append(p.marks, points{x: []float64{x}, y: []float64{e.Value}, yci: [][2]float64{e.Interval},
		look: c.look, radius: pointSize, rim: true})
	if !finite(e.Value) && !anyFinite(e.Draws) {
		p.labels = append(p.labels, label{text: "n/a", x: x, y: p.y.value(0.02), color: grey, gap: 1})
	}
	p.columns = append(p.columns, column{at: x, name: []string{c.name}, rows: c.rows})
}

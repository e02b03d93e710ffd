package plot

import (
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// A Column is a data set of a Comparison.
type Column struct {
	Name     string
	Group    string // columns of a group share colour and marker; empty: one unnamed group
	Alone    bool   // is its group by itself, which its name tells: no entry in the legend
	N, T     int    // neurons and rows, printed beneath; 0: unknown
	R2       Estimate
	R2Kind   string // held out or in-sample: on the axis where all columns have the same; empty: unknown
	Rho      Estimate
	Relative Estimate   // relative fitting dimension D_fit/D_x
	NullRho  [2]float64 // central range of ρ of random readouts, shaded behind the column; zero: none
}

// mostNarrow is the number of columns that fit a single-column figure.
const mostNarrow = 4

// turnedName is the longest name that reads upward beneath a column, in characters.
const turnedName = 36

// Comparison draws data sets side by side, like figure 7 of Schuessler et al. (2024): panels for R², the
// correlation ρ and the relative fitting dimension, a column for each data set with a point and its interval for
// the estimate and a violin of its draws, the number of neurons N and of rows T beneath. Up to four data sets take
// a single column of a journal, more take two. Groups of more than one kind have a legend above, but for those Alone.
//
// An undefined estimate is written n/a in its column. Without data sets the figure says so.
func Comparison(sets []Column) (*Figure, error) {
	groups := make([]string, len(sets))
	for i, s := range sets {
		groups[i] = s.Group
	}
	of, order := looks(groups)
	var r2, rho, relative []category
	for i, s := range sets {
		l := of[groups[i]]
		r2 = append(r2, category{estimate: s.R2, look: l})
		rho = append(rho, category{estimate: s.Rho, null: s.NullRho, look: l})
		relative = append(relative, category{estimate: s.Relative, look: l})
	}
	panels := []*panel{
		categorical(r2Label(sets), [2]float64{}, r2...),
		categorical("correlation ρ", [2]float64{}, rho...),
		categorical("D_{fit} / D_{x}", [2]float64{}, relative...),
	}
	f := &Figure{width: Single, height: 110 * vg.Millimeter}
	if len(sets) > mostNarrow {
		f.width = Double
	}
	for _, p := range panels {
		for j := range p.columns {
			p.columns[j].name = nil
		}
		if len(sets) == 0 {
			p.explain("no data sets")
		}
		f.grid.panels = append(f.grid.panels, []*panel{p})
	}
	last := panels[len(panels)-1]
	last.nameColumns(sets, (f.width-20*vg.Millimeter)/vg.Length(max(1, len(sets))))
	if last.turned {
		f.height += last.columnsHeight()
	}
	f.grid = f.grid.lettered()
	if len(order) > 1 {
		f.grid.legend = legend(of, slices.DeleteFunc(order, func(g string) bool {
			return slices.ContainsFunc(sets, func(s Column) bool { return s.Group == g && s.Alone })
		}))
	}
	if slices.ContainsFunc(sets, func(s Column) bool { return isInterval(s.NullRho) }) {
		f.grid.legend = append(f.grid.legend, entry{"random readouts, 95 %", look{lightGrey, square}})
	}
	return f, nil
}

// r2Label names the axis of R².
func r2Label(sets []Column) string {
	if len(sets) == 0 || sets[0].R2Kind == "" || slices.ContainsFunc(sets, func(s Column) bool { return s.R2Kind != sets[0].R2Kind }) {
		return "R²"
	}
	return "R², " + sets[0].R2Kind
}

// nameColumns writes names, N and T beneath the columns: the names in lines where they fit the width, else all
// of them reading upward.
func (p *panel) nameColumns(sets []Column, width vg.Length) {
	for i, s := range sets {
		p.columns[i].name = wrap(name(s.Name, longName), tickSize, width-4)
		p.columns[i].rows = []string{count(s.N), count(s.T)}
		for _, line := range p.columns[i].name {
			p.turned = p.turned || textWidth(line, tickSize) > width-2
		}
	}
	if len(sets) > 0 {
		p.rows = []string{"N", "T"}
	}
	if !p.turned {
		return
	}
	for i, s := range sets {
		p.columns[i].name = []string{name(s.Name, turnedName)}
	}
}

// count writes a number, with a thin space between groups of three digits from 10 000 on; unknown is a dash.
func count(n int) string {
	if n <= 0 {
		return "–"
	}
	s := strconv.Itoa(n)
	if n < 10000 {
		return s
	}
	var out string
	for ; len(s) > 3; s = s[:len(s)-3] {
		out = "\u2009" + s[len(s)-3:] + out
	}
	return s + out
}

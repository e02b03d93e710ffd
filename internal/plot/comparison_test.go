package plot

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"oblique/regime"
)

func TestComparison(t *testing.T) {
	sets := sampleColumns()
	sets[1].Relative = Estimate{Value: math.NaN()}
	f, err := Comparison(sets)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "a", "b", "c", "R²", "correlation ρ", "BCI 3 Degenhart", "N", "T", "7573", "15\u2009534", "n/a", "random readouts, 95 %")
	if f.width != Double {
		t.Error("seven data sets in a single column")
	}
	for i, row := range f.grid.panels {
		p := row[0]
		k := 0
		for _, m := range p.marks {
			if e, ok := m.(points); ok {
				s := sets[k]
				want := []float64{s.R2.Value, s.Rho.Value, s.Relative.Value}[i]
				if e.x[0] != float64(k) || e.y[0] != want && !math.IsNaN(want) {
					t.Errorf("panel %d: column %d at (%g, %g), want %g", i, k, e.x[0], e.y[0], want)
				}
				k++
			}
		}
		if k != len(sets) {
			t.Errorf("panel %d has %d columns", i, k)
		}
	}
}

// Data sets that are no group have their name beneath, and none in the legend; groups of several keep theirs.
func TestLegendRepeatsNoNames(t *testing.T) {
	sets := []Column{{Name: "a", Group: "ga", Alone: true}, {Name: "b", Group: "gb", Alone: true}, {Name: "c", Group: "gc"}, {Name: "d", Group: "gc"}}
	f, err := Comparison(sets)
	if err != nil {
		t.Fatal(err)
	}
	if l := f.grid.legend; len(l) != 1 || l[0].text != "gc" {
		t.Errorf("legend %+v", l)
	}
	var points []PlanePoint
	for _, s := range sets {
		points = append(points, PlanePoint{Name: s.Name, Group: s.Group, Alone: s.Alone, Relative: Estimate{Value: 0.5}, RhoSqrtN: Estimate{Value: 1}})
	}
	if f, err = RegimePlane(points); err != nil || len(f.grid.legend) != 1 {
		t.Errorf("legend of the plane %+v, %v", f.grid.legend, err)
	}
	// Beside groups, what is in none is told so.
	if f, err = Comparison([]Column{{Name: "a", Group: "g"}, {Name: "b"}}); err != nil || len(f.grid.legend) != 2 || f.grid.legend[1].text != "no group" {
		t.Errorf("legend %+v, %v", f.grid.legend, err)
	}
	// Where there are too many to be named at their points, the legend is all that tells them apart.
	for i := range mostNamed {
		points = append(points, PlanePoint{Name: fmt.Sprint(i), Group: fmt.Sprint(i), Alone: true, Relative: Estimate{Value: 0.5}, RhoSqrtN: Estimate{Value: 1}})
	}
	if f, err = RegimePlane(points); err != nil || len(f.grid.legend) != 3+mostNamed {
		t.Errorf("legend of a crowded plane %+v, %v", f.grid.legend, err)
	}
}

func TestComparisonTurnsLongNames(t *testing.T) {
	var sets []Column
	for i := range 24 {
		sets = append(sets, Column{Name: fmt.Sprintf("monkey %d, session 2012030%d", i, i%10), R2: Estimate{Value: 0.5}})
	}
	f, err := Comparison(sets)
	if err != nil {
		t.Fatal(err)
	}
	if !f.grid.panels[2][0].turned {
		t.Error("24 long names stand side by side")
	}
	if f, err = Comparison(sets[:2]); err != nil || f.grid.panels[2][0].turned || f.width != Single {
		t.Error("two names are turned, or take two columns")
	}
}

func TestComparisonEmpty(t *testing.T) {
	for _, sets := range [][]Column{nil, {{Name: "a", R2: Estimate{Value: math.NaN()}, Rho: Estimate{Value: math.NaN()}, Relative: Estimate{Value: math.NaN()}}}} {
		f, err := Comparison(sets)
		if err != nil {
			t.Fatal(err)
		}
		if s := texts(t, f); !strings.Contains(s, "no data sets") && !strings.Contains(s, "undefined") {
			t.Errorf("no reason in %q", s)
		}
		written(t, f, "png")
	}
}

// The axis says which R² it has where all columns have the same; parts of the time, whose R² and fitting dimensions are
// in-sample, are no violins beside held-out ones.
func TestColumnsOfMethods(t *testing.T) {
	result := func(method regime.Method) regime.Compared {
		return regime.Compared{Result: &regime.Result{Method: method, R2: 0.5, Rho: 0.2, Relative: 0.3,
			TimeSubsamples: &regime.TimeSubsamples{N: 2, R2: []regime.Number{0.6, 0.7}, Rho: []regime.Number{0.2, 0.3}, Relative: []regime.Number{0.3, 0.4}}}}
	}
	for _, c := range []struct {
		methods []regime.Method
		want    string
	}{
		{[]regime.Method{regime.Paper, regime.Paper}, "R², in-sample"},
		{[]regime.Method{regime.Crossval}, "R², held out"},
		{[]regime.Method{regime.Crossval, regime.Paper}, "R²"},
		{nil, "R²"},
	} {
		comparison := &regime.Comparison{}
		for _, m := range c.methods {
			comparison.Recordings = append(comparison.Recordings, result(m))
		}
		columns := NewColumns(comparison)
		if got := r2Label(columns); got != c.want {
			t.Errorf("%v: %q, want %q", c.methods, got, c.want)
		}
		for i, col := range columns {
			held := c.methods[i] == regime.Crossval
			if (len(col.R2.Draws) == 0) != held || (len(col.Relative.Draws) == 0) != held || len(col.Rho.Draws) != 2 {
				t.Errorf("%s: violins of %v, %v, %v", c.methods[i], col.R2.Draws, col.Rho.Draws, col.Relative.Draws)
			}
		}
	}
}

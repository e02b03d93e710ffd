package plot

import (
	"math"
	"strings"
	"testing"

	"oblique/regime"
)

func TestCurves(t *testing.T) {
	r := sample(t)
	f, err := Curves(r)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "variance", "R² held-out", "R² in-sample", "principal components", "mc_maze_large · hand_vel", "fit,90", "x,90", "= 32")

	p := f.grid.panels[0][0]
	if !p.x.log {
		t.Error("the axis of 160 components is not logarithmic")
	}
	// The dashed lines lead from 90 % of R² to D_fit,90 and down.
	want := curve{x: []float64{32, 32}, y: []float64{0.9 * float64(r.R2), p.y.min}}
	found := false
	for _, m := range p.marks {
		if c, ok := m.(curve); ok && len(c.x) == 2 && c.x[0] == 32 && c.x[1] == 32 {
			found = math.Abs(c.y[0]-want.y[0]) < 1e-12 && c.y[1] == want.y[1]
		}
	}
	if !found {
		t.Error("no line from 90 % of R² down to D_fit,90")
	}
}

func TestCurvesInSample(t *testing.T) {
	f, err := Curves(sampleBCI(t))
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "R² in-sample", "= 2")
	if strings.Contains(texts(t, f), "held-out") {
		t.Error("the published method has no held-out curve")
	}
}

func TestCurvesWithoutFittingDimension(t *testing.T) {
	r := sample(t)
	r.R2, r.DFit = -0.11, 0
	for i := range r.R2ByPCs {
		r.R2ByPCs[i] = -0.003 * regime.Number(i)
	}
	f, err := Curves(r)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "held-out R² ≤ 0: no D", "x,90", "−0.5")
	if p := f.grid.panels[0][0]; p.y.min > -0.477 || p.y.min < floorR2-0.05 {
		t.Errorf("axis from %g for R² down to −0.477", p.y.min)
	}
}

func TestCurvesFewComponents(t *testing.T) {
	r := &regime.Result{R2: 0.5, R2ByPCs: []regime.Number{0.2, 0.5}, VarianceByPCs: []regime.Number{0.7, 1}, DVar: 2, DFit: 2}
	f, err := Curves(r)
	if err != nil {
		t.Fatal(err)
	}
	p := f.grid.panels[0][0]
	if p.x.log || len(p.x.ticks) != 2 || p.x.ticks[0].label != "1" {
		t.Errorf("axis %+v, want a linear one with 1 and 2", p.x)
	}
}

func TestCurvesContradiction(t *testing.T) {
	r := sample(t)
	r.DFit = 161
	if _, err := Curves(r); err == nil || !strings.Contains(err.Error(), "161") {
		t.Errorf("D_fit,90 beyond the curve: %v", err)
	}
}

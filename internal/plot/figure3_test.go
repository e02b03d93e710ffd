package plot

import (
	"testing"

	"oblique/simulate/probe"
)

func figure3Data(n int) map[probe.Quantity][]probe.Comparison {
	of := map[probe.Quantity][]probe.Comparison{}
	for _, q := range []probe.Quantity{probe.Rho, probe.ReadoutNorm, probe.StateNorm, probe.DX, probe.DFit} {
		of[q] = comparisons(q, n)
	}
	return of
}

func TestFigure3(t *testing.T) {
	curves := []ComponentCurve{{Variance: []float64{0.5, 0.9, 1}, R2: []float64{0.2, 0.95, 1}}, {Oblique: true, Variance: []float64{0.5, 0.9, 1}, R2: []float64{0, 0.1, 1}}}
	f, err := Figure3(figure3Data(512), curves)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "a", "b", "c", "cycling", "flip-flop", "Mante", "Romo", "complex", "correlation ρ", "published range")
	for i, row := range f.grid.panels {
		for j, p := range row {
			if p.reason != "" {
				t.Errorf("panel %d, %d: %s", i, j, p.reason)
			}
		}
	}
	// D_x and D_fit have one axis.
	if dx, dfit := f.grid.panels[1][1].y, f.grid.panels[2][1].y; dx.min != dfit.min || dx.max != dfit.max || dx.label == dfit.label {
		t.Errorf("axes of dimensions: %+v and %+v", dx, dfit)
	}
	if f, err = Figure3(figure3Data(64), nil); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "no network that cycles")
	if _, err := Figure3(nil, nil); err == nil {
		t.Error("no networks are no error")
	}
}

package plot

import (
	"testing"

	"oblique/simulate/probe"
)

func TestFigure6(t *testing.T) {
	s := &probe.NoiseSpread{Random: []float64{0.03, 0.04, 0.05}, Output: []float64{0.6, 0.61}, Components: []float64{1.5, 1.6}}
	f, err := Figure6(s, nil, comparisons(probe.NoiseRatio, 512))
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "b", "c", "random", "output", "PCs", "no network", "noise variance, output / random")
	bars := 0
	for _, m := range f.grid.panels[0][0].marks {
		if _, ok := m.(histogram); ok {
			bars++
		}
	}
	if bars != 3 {
		t.Errorf("%d histograms, want 3", bars)
	}
	if top, low := f.grid.panels[0][0].x, f.grid.panels[1][0].x; top.min != low.min || top.max != low.max || top.min > 0.03 || top.max < 1.6 {
		t.Errorf("axes %+v and %+v", top, low)
	}
	if _, err := Figure6(s, s, nil); err == nil {
		t.Error("no networks are no error")
	}
}

package plot

import (
	"math"
	"strings"
	"testing"
)

func TestAlphaPath(t *testing.T) {
	r := sample(t)
	f, err := AlphaPath(r)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "ridge penalty α", "correlation ρ", "ρ√N", "error / min.", "random readouts, 95 %", "α = 4300, ρ = 0.128", "−3")
	upper, lower := f.grid.panels[0][0], f.grid.panels[1][0]
	root := math.Sqrt(float64(r.Data.NNeurons))
	if got := upper.twin.max / upper.y.max; math.Abs(got-root) > 1e-12 {
		t.Errorf("the right axis is %g times the left, want √N = %g", got, root)
	}
	if upper.x.min != lower.x.min || upper.x.max != lower.x.max {
		t.Error("the panels have different axes of α")
	}
	if b := upper.marks[0].(band); b.y0 != 0.062 || b.y1 != 0.097 {
		t.Errorf("null band from %g to %g", b.y0, b.y1)
	}
}

func TestAlphaPathEdge(t *testing.T) {
	f, err := AlphaPath(sampleBCI(t))
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, ", ρ = 0.230 (edge of grid)")
	if !f.grid.panels[1][0].y.log {
		t.Error("an error that rises by eight decades is not on a log axis")
	}
}

func TestAlphaPathContradiction(t *testing.T) {
	r := sample(t)
	r.AlphaPath.Error = r.AlphaPath.Error[:19]
	if _, err := AlphaPath(r); err == nil || !strings.Contains(err.Error(), "20 penalties, 20 correlations, 19 errors") {
		t.Errorf("short list of errors: %v", err)
	}
}

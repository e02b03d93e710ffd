package train

import (
	"math"
	"testing"
)

// TestAdam compares three steps with the recurrence written out for one weight, with numbers by hand for the first: the
// moments' bias corrections cancel, and the step is the rate, but for ε.
func TestAdam(t *testing.T) {
	a := NewAdam[float64](0.1, 1, 2)
	w, v := []float64{1}, []float64{-2, 5}
	a.Update([][]float64{w, v}, [][]float64{{0.5}, {-3, 0}})
	if math.Abs(w[0]-(1-0.1*0.5/(0.5+1e-8))) > 1e-15 || math.Abs(v[0]-(-2+0.1*3/(3+1e-8))) > 1e-15 || v[1] != 5 {
		t.Fatalf("weights %.17g and %.17g after one step", w, v)
	}
	// What torch.optim.Adam gives for w = 1, gradients 0.5, −1, 0.25 at rate 0.1 (PyTorch 1.13.0, double precision).
	a.Update([][]float64{w, v}, [][]float64{{-1}, {0, 0}})
	a.Update([][]float64{w, v}, [][]float64{{0.25}, {0, 0}})
	m, s, want := 0.0, 0.0, 1.0
	for i, g := range []float64{0.5, -1, 0.25} {
		n := float64(i + 1)
		m, s = 0.9*m+0.1*g, 0.999*s+0.001*g*g
		want -= 0.1 * m / (1 - math.Pow(0.9, n)) / (math.Sqrt(s/(1-math.Pow(0.999, n))) + 1e-8)
	}
	if math.Abs(w[0]-want) > 1e-14 || math.Abs(w[0]-adamReference) > 1e-12 {
		t.Errorf("weight %.15g after three steps, want %.15g, PyTorch %.15g", w[0], want, adamReference)
	}
	if a.Step != 3 {
		t.Errorf("%d steps", a.Step)
	}
}

func TestClip(t *testing.T) {
	g := [][]float32{{3, 0}, {4}}
	clip(g, 0)
	clip(g, 5) // the norm is 5
	if g[0][0] != 3 || g[1][0] != 4 {
		t.Fatalf("a gradient within the bound became %v", g)
	}
	clip(g, 1)
	if math.Abs(float64(g[0][0])-0.6) > 1e-6 || math.Abs(float64(g[1][0])-0.8) > 1e-6 || g[0][1] != 0 {
		t.Errorf("clipped to %v, want 0.6, 0, 0.8", g)
	}
}

const adamReference = 0.9502794203389762

package plot

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestQuantile(t *testing.T) {
	// numpy.quantile([1, 2, 4, 8], [0, 0.1, 0.5, 0.75, 1])
	values := []float64{1, 2, 4, 8}
	for p, want := range map[float64]float64{0: 1, 0.1: 1.3, 0.5: 3, 0.75: 5, 1: 8} {
		if got := quantile(values, p); math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %g is %g, want %g", p, got, want)
		}
	}
}

func TestBandwidth(t *testing.T) {
	// s = √(110/4)… of 1, 2, 3, 4, 10: mean 4, Σ(x−4)² = 50, s = √12.5; IQR = 4 − 2.
	values := []float64{1, 2, 3, 4, 10}
	want := 0.9 * math.Min(math.Sqrt(12.5), 2/1.34) * math.Pow(5, -0.2)
	if got := bandwidth(values); math.Abs(got-want) > 1e-12 {
		t.Errorf("bandwidth %g, want %g", got, want)
	}
	// Most values equal: the standard deviation alone, √(4/5·…) = √(Σ/4) with Σ = 0.8.
	if got, want := bandwidth([]float64{0, 0, 0, 0, 1}), 0.9*math.Sqrt(0.2)*math.Pow(5, -0.2); math.Abs(got-want) > 1e-12 {
		t.Errorf("bandwidth %g, want %g", got, want)
	}
}

func TestDensity(t *testing.T) {
	at, share := density([]float64{-2, -1, -1, 0, 1, 1, 2})
	n := len(at)
	if at[0] != -2 || at[n-1] != 2 {
		t.Errorf("from %g to %g, want the extremes", at[0], at[n-1])
	}
	peak := 0.0
	for i := range share {
		if math.Abs(share[i]-share[n-1-i]) > 1e-12 {
			t.Errorf("values are symmetric about 0, the density at %g is not", at[i])
		}
		peak = math.Max(peak, share[i])
	}
	if peak != 1 {
		t.Errorf("peak %g, want 1", peak)
	}
	for _, none := range [][]float64{nil, {1}, {1, 2}, {3, 3, 3, 3}} {
		if at, _ := density(none); at != nil {
			t.Errorf("a density of %v", none)
		}
	}
}

func TestViolinStaysWithinItsDraws(t *testing.T) {
	f, c := recordedFrame()
	violin{x: 10, width: 18, values: []float64{0.3, 0.4, math.NaN(), 0.45, 0.6}, fill: lightGrey, edge: black}.draw(f)
	_, fills := paths(c)
	if len(fills) != 1 {
		t.Fatalf("%d silhouettes", len(fills))
	}
	lo, hi := vg.Length(math.Inf(1)), vg.Length(math.Inf(-1))
	bottom, top := lo, hi
	for _, p := range fills[0] {
		if p.Type == vg.CloseComp {
			continue
		}
		lo, hi = min(lo, p.Pos.X), max(hi, p.Pos.X)
		bottom, top = min(bottom, p.Pos.Y), max(top, p.Pos.Y)
	}
	want := []vg.Length{60 - 9, 60 + 9, 20 + 15, 20 + 30}
	for i, got := range []vg.Length{lo, hi, bottom, top} {
		if math.Abs(float64(got-want[i])) > 1e-6 {
			t.Errorf("bounds %g %g %g %g, want %v", lo, hi, bottom, top, want)
			break
		}
	}
}

func TestViolinOfEqualDraws(t *testing.T) {
	f, c := recordedFrame()
	violin{x: 10, width: 18, values: []float64{0.5, 0.5, 0.5, 2}, fill: lightGrey, edge: black}.draw(f)
	violin{x: 10, width: 18, values: []float64{0.5, 0.5}, fill: lightGrey, edge: black}.draw(f)
	strokes, _ := paths(c)
	if n := len(strokes); n < 2 {
		t.Fatalf("%d lines", n)
	}
	wantPath(t, strokes[len(strokes)-1], vg.Point{X: 55.5, Y: 45}, vg.Point{X: 64.5, Y: 45})
}

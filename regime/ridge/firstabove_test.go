package ridge

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// firstOfCurve reads the fitting dimension off the whole curve, as published.
func firstOfCurve(t testing.TB, p *Path, v *View, inSample *mat.Dense, threshold float64) int {
	loo, err := p.LeaveOneOut(v, AllComponents(p.R()))
	if err != nil {
		t.Fatal(err)
	}
	for k := range p.R() {
		if inSample.At(k, Best(loo.RawRowView(k))) > threshold {
			return k + 1
		}
	}
	return 0
}

func TestFirstAboveAgainstWholeCurve(t *testing.T) {
	found := map[int]bool{}
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 3))
		rows, n := 20+rng.IntN(60), 2+rng.IntN(25)
		x, y := sample(seed, rows, min(n, rows-2), 1+rng.IntN(3))
		y.Scale(math.Exp(2*rng.NormFloat64()), y)
		y.Add(y, gaussian(rng, rows, y.RawMatrix().Cols))
		v := newView(t, x, y)
		p, _ := newPath(t, v, DefaultAlphas())
		inSample := p.InSample()
		for _, share := range []float64{0, 0.3, 0.5, 0.8, 0.9, 0.95, 0.999, 1, 1.5} {
			threshold := share * inSample.At(p.R()-1, 0)
			got, err := p.FirstAbove(v, inSample, threshold)
			if err != nil {
				t.Fatal(err)
			}
			if want := firstOfCurve(t, p, v, inSample, threshold); got != want {
				t.Errorf("seed %d, threshold %g: %d, want %d", seed, threshold, got, want)
			}
			found[got] = true
		}
	}
	if len(found) < 10 || !found[0] {
		t.Errorf("the cases are too alike: dimensions found are %v", found)
	}
}

// In-sample R² never rises with the penalty: what FirstAbove relies on.
func TestInSampleFallsWithPenalty(t *testing.T) {
	x, y := sample(15, 50, 12, 2)
	p, _ := newPath(t, newView(t, x, y), DefaultAlphas())
	r2 := p.InSample()
	for k := range 12 {
		for ai := 1; ai < 20; ai++ {
			if r2.At(k, ai) > r2.At(k, ai-1)+1e-14 {
				t.Errorf("k=%d: R² rises from %g to %g", k+1, r2.At(k, ai-1), r2.At(k, ai))
			}
		}
	}
}

package ridge

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// sweepAll returns leave-one-out errors of which none is interpolated: of one penalty at a time.
func sweepAll(t testing.TB, p *Path, v *View, ks []int) *mat.Dense {
	t.Helper()
	errors := mat.NewDense(len(ks), len(p.Alphas), nil)
	for i, alpha := range p.Alphas {
		one := *p
		one.Alphas = []float64{alpha}
		e, err := one.LeaveOneOut(v, ks)
		if err != nil {
			t.Fatal(err)
		}
		for k := range ks {
			errors.Set(k, i, e.At(k, 0))
		}
	}
	return errors
}

// Interpolated errors are those of a sweep over all penalties to the bound that is promised, and so is the order of errors at
// small penalties, from which the best is chosen; exact decoders, whose error is nothing beside the output, are not interpolated.
func TestSmoothErrors(t *testing.T) {
	for _, c := range []struct {
		name      string
		noise     float64
		penalties int // interpolated
	}{
		{"noisy", 1, 8},
		{"less noisy", 1e-2, 6},
		{"exact", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(31, 1))
			x, noise := gaussian(rng, 1500, 12), gaussian(rng, 1500, 2) // eigenvalues near 1500
			var y mat.Dense
			y.Mul(x, gaussian(rng, 12, 2))
			noise.Scale(c.noise, noise)
			y.Add(&y, noise)
			v := newView(t, x, &y)
			p, _ := newPath(t, v, LogSpace(1e-6, 1e3, 20))
			if m := p.smooth(20); max(0, m-3) != c.penalties {
				t.Errorf("%d penalties are interpolated, want %d", m-3, c.penalties)
			}
			ks := []int{1, 7, 12}
			got, err := p.LeaveOneOut(v, ks)
			if err != nil {
				t.Fatal(err)
			}
			want := sweepAll(t, p, v, ks)
			wantClose(t, "errors", got, want, smoothError)
			for k := range ks {
				if g, w := Best(got.RawRowView(k)), Best(want.RawRowView(k)); g != w {
					t.Errorf("k=%d: penalty %d is the best, want %d", ks[k], g, w)
				}
			}
		})
	}
}

// Penalties so close to each other that a cubic through their errors would be one through rounding are no nodes.
func TestSmoothErrorsOfClosePenalties(t *testing.T) {
	rng := rand.New(rand.NewPCG(34, 1))
	x, noise := gaussian(rng, 1500, 12), gaussian(rng, 1500, 2) // eigenvalues near 1500
	var exact mat.Dense
	exact.Mul(x, gaussian(rng, 12, 2))
	for _, c := range []struct {
		noise  float64 // the less there is, the more errors are rounded
		alphas []float64
	}{
		{1, []float64{1e-6, 1e-5, 1e-4, 0.1, 0.1 + 1e-9, 0.1 + 2e-9, 10}},
		{1, []float64{1e-6, 1e-5, 1e-4, 0.05, 0.1, 0.1 + 1e-9, 10}},
		{1, LogSpace(1e-3, 1e-2, 2000)},
		{1e-4, LogSpace(1e-7, 1e-2, 700)},
	} {
		var y mat.Dense
		y.Scale(c.noise, noise)
		y.Add(&y, &exact)
		v := newView(t, x, &y)
		p, _ := newPath(t, v, c.alphas)
		got, err := p.LeaveOneOut(v, []int{12})
		if err != nil {
			t.Fatal(err)
		}
		wantClose(t, fmt.Sprintf("errors of %d penalties", len(c.alphas)), got, sweepAll(t, p, v, []int{12}), smoothError)
	}
}

// The errors of rows that nearly determine their own fit are no smooth functions of small penalties: they are found by themselves.
func TestSmoothErrorsBesideLeverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(32, 1))
	x, y := gaussian(rng, 600, 8), gaussian(rng, 600, 2)
	for i := range 600 {
		x.Set(i, 3, x.At(i, 3)/3)
	}
	x.Set(77, 3, 40)  // a neuron that hardly fires but in one row
	x.Set(400, 5, 30) // and another
	v := newView(t, x, y)
	p, _ := newPath(t, v, LogSpace(1e-6, 1e3, 20))
	if p.smooth(20) == 0 {
		t.Fatal("no error is interpolated")
	}
	got, err := p.LeaveOneOut(v, AllComponents(8))
	if err != nil {
		t.Fatal(err)
	}
	wantClose(t, "errors", got, sweepAll(t, p, v, AllComponents(8)), smoothError)
	about := p.aboutMean(v)
	task := Task{Path: p, Ks: []int{8}}
	parts, err := about.sweep([]*table{task.table()}, 0, 600)
	if err != nil {
		t.Fatal(err)
	}
	if rough := parts[0].rough; rough == nil || !(rough[0] > 1e-3*got.At(7, 0)) {
		t.Errorf("rows found by themselves have errors %v", rough)
	}
}

// Twenty penalties, of which nine are interpolated or, where they are as large as eigenvalues, none.
func BenchmarkSmoothErrors(b *testing.B) {
	rng := rand.New(rand.NewPCG(33, 1))
	x, y := gaussian(rng, 4000, 60), gaussian(rng, 4000, 2)
	v := newView(b, x, y)
	for _, least := range []float64{1e-6, 1e3} {
		p, _ := newPath(b, v, LogSpace(least, 1e9*least, 20))
		v := p.aboutMean(v)
		b.Run(fmt.Sprintf("from=%g", least), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.LeaveOneOut([]Task{{Path: p, Ks: []int{60}}}, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

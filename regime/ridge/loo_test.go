package ridge

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// dropOne returns the mean squared leave-one-out error of ridge regression on scores, by as many refits as rows.
func dropOne(t testing.TB, p, y *mat.Dense, alpha float64) float64 {
	rows, d := y.Dims()
	var sum float64
	for i := range rows {
		others := func(j int) bool { return j != i }
		this := func(j int) bool { return j == i }
		w, b := solveRidge(t, rowsOf(p, others), rowsOf(y, others), alpha)
		for _, e := range squaredError(rowsOf(p, this), rowsOf(y, this), w, b) {
			sum += e
		}
	}
	return sum / float64(rows*d)
}

// Leave-one-out errors are what their name says, for every number of components and penalty: principal directions are
// those of all rows, as published; the readout is fitted without the row.
func TestLeaveOneOutAgainstRefits(t *testing.T) {
	few := []int{0, 2, 3, 7, 8, 9, 13, 14, 18, 19, 20, 22, 23}
	for _, c := range []struct {
		name    string
		t, n, d int
		rows    []int
		alphas  []float64
		flat    bool // a neuron that never changes
	}{
		{"one output", 20, 4, 1, nil, []float64{0, 1e-3, 1, 30}, false},
		{"three outputs", 25, 5, 3, nil, []float64{0, 0.5, 1e3}, false},
		{"subset about the mean of all", 24, 5, 2, few, []float64{0, 1e-2, 4, 1e3}, false},
		{"constant neuron", 20, 4, 2, nil, []float64{1e-3, 1, 100}, true},
		{"fewer rows than neurons", 8, 12, 2, nil, []float64{0.05, 1, 100}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, y := sample(11, c.t, c.n, c.d)
			for i := 0; c.flat && i < c.t; i++ {
				x.Set(i, 1, 4.7)
			}
			v := newView(t, x, y)
			if c.rows != nil {
				v = v.Subset(c.rows)
			}
			p, _ := newPath(t, v, c.alphas)
			xs, ys := seen(t, v)
			loo, err := p.LeaveOneOut(v, AllComponents(p.R()))
			if err != nil {
				t.Fatal(err)
			}
			for k := 1; k <= p.R(); k++ {
				var scores mat.Dense
				scores.Mul(xs, p.Spectrum.Vectors.Slice(0, c.n, 0, k))
				for ai, alpha := range c.alphas {
					wantNear(t, fmt.Sprintf("k=%d α=%g", k, alpha), loo.At(k-1, ai), dropOne(t, &scores, ys, alpha), 1e-8)
				}
			}
		})
	}
}

// A row whose leverage is 1 determines its own fit: what it would be without the row cannot be had, however ill-conditioned the
// moments are, here up to 10⁸.
func TestLeaveOneOutOfSaturatedFit(t *testing.T) {
	for seed := range uint64(200) {
		x, y := sample(seed, 6, 5, 1) // five slopes and an intercept
		v := newView(t, x, y)
		p, _ := newPath(t, v, []float64{0, 1})
		loo, err := p.LeaveOneOut(v, []int{4, 5})
		if err != nil {
			t.Fatal(err)
		}
		if e := loo.At(1, 0); !math.IsNaN(e) {
			t.Errorf("seed %d: error of a saturated fit = %g, want NaN", seed, e)
		}
		if e := loo.At(1, 1); !(e > 0) {
			t.Errorf("seed %d: error of the penalised fit = %g, want a positive number", seed, e)
		}
		if e := loo.At(0, 0); !(e > 0) {
			t.Errorf("seed %d: error with a degree of freedom left = %g, want a positive number", seed, e)
		}
	}
}

// Asking for some k gives what asking for all does, whatever the steps between them; more rows than a lane holds.
func TestLeaveOneOutOfSomeComponents(t *testing.T) {
	x, y := sample(13, 2000, 30, 2)
	v := newView(t, x, y)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, v := range []*View{v, v.Subset(rng.Perm(2000)[:700])} {
		p, _ := newPath(t, v, []float64{0.01, 1, 1e3})
		all, err := p.LeaveOneOut(v, AllComponents(30))
		if err != nil {
			t.Fatal(err)
		}
		for _, ks := range [][]int{{1}, {30}, {1, 2, 9, 10, 30}, {5, 29}, {7, 11, 16}} {
			some, err := p.LeaveOneOut(v, ks)
			if err != nil {
				t.Fatal(err)
			}
			for i, k := range ks {
				wantClose(t, fmt.Sprintf("k=%d of %v", k, ks), some.Slice(i, i+1, 0, 3), all.Slice(k-1, k, 0, 3), 1e-12)
			}
		}
	}
}

// The best penalty is among the promising, or no error of theirs is below the bound.
func TestPromising(t *testing.T) {
	fewer := false
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 4))
		x, y := sample(seed, 30+rng.IntN(60), 2+rng.IntN(15), 2)
		y.Scale(math.Exp(3*rng.NormFloat64()), y)
		y.Add(y, gaussian(rng, y.RawMatrix().Rows, 2))
		v := newView(t, x, y)
		p, _ := newPath(t, v, DefaultAlphas())
		all, err := p.LeaveOneOut(v, []int{p.R()})
		if err != nil {
			t.Fatal(err)
		}
		count, bound := p.Promising()
		fewer = fewer || count < 20
		some, err := v.LeaveOneOut([]Task{{Path: p, Ks: []int{p.R()}, Penalties: count}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		errors := some[0][0].RawRowView(0)
		if len(errors) != count {
			t.Fatalf("%d errors of %d penalties", len(errors), count)
		}
		rows, _ := y.Dims()
		for a, e := range errors {
			wantNear(t, fmt.Sprintf("penalty %d", a), e/float64(2*rows), all.At(0, a), 1e-12)
		}
		for a := count; a < 20; a++ {
			if e := all.At(0, a) * float64(2*rows); e < bound*(1-1e-12) {
				t.Errorf("seed %d: penalty %d has an error of %g, below the bound %g", seed, a, e, bound)
			}
		}
		if best := Best(errors); errors[best] < bound && best != Best(all.RawRowView(0)) {
			t.Errorf("seed %d: penalty %d is best of the promising, %d of all", seed, best, Best(all.RawRowView(0)))
		}
	}
	if !fewer {
		t.Error("all penalties are promising in all cases: the test shows nothing")
	}
}

// A recording's subsamples as regime scaling has them: T = 3953, N = 87, and 20 penalties, of which 13 are swept.
func BenchmarkLeaveOneOutOfSubsamples(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 1))
	v := newView(b, gaussian(rng, 3953, 87), gaussian(rng, 3953, 2))
	m, err := v.Moments()
	if err != nil {
		b.Fatal(err)
	}
	var tasks []Task
	for range 4 {
		for _, n := range []int{8, 17, 26, 34, 43, 52, 60, 69, 78} {
			cols := rng.Perm(87)[:n]
			slices.Sort(cols)
			sub := m.Columns(cols)
			spectrum, err := sub.Spectrum(n)
			if err != nil {
				b.Fatal(err)
			}
			least := spectrum.Values[n-1]
			tasks = append(tasks, Task{Path: NewPath(sub, spectrum, LogSpace(2.5e-9*least, 2.4*least, 20)), Columns: cols, Ks: []int{n}})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.LeaveOneOut(tasks, 10); err != nil {
			b.Fatal(err)
		}
	}
}

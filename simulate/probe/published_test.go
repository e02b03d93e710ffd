package probe

import (
	"math"
	"testing"
)

// Every quantity is in print for every task and both regimes, its mean lies in its range, and its order holds in print.
func TestPublished(t *testing.T) {
	for q := range published {
		for _, task := range PublishedTasks {
			for _, oblique := range []bool{false, true} {
				r := Published(q, task, oblique)
				if r == nil || !(r.Min <= r.Mean && r.Mean <= r.Max && r.Min > 0) {
					t.Errorf("%s of %s: %+v", q, task, r)
				}
			}
			if o := ordering(q, task, PublishedUnits); !o.holds(Published(q, task, false).Mean, Published(q, task, true).Mean) {
				t.Errorf("%s of %s: %q does not hold in print", q, task, o)
			}
		}
	}
	if Published(Rho, "simplesine", false) != nil || Published("chess", "romo", false) != nil {
		t.Error("what is not in print has a value")
	}
	if r := Published(Rho, "romo", true); r.Mean != .0524 || r.Min != .0466 || r.Max != .0587 {
		t.Errorf("ρ of oblique networks of romo: %+v", r)
	}
}

func TestRangeOf(t *testing.T) {
	r := RangeOf([]float64{3, math.NaN(), 1, 5})
	if r.Mean != 3 || r.Min != 1 || r.Max != 5 || len(r.Values) != 3 {
		t.Errorf("%+v", r)
	}
	if RangeOf([]float64{math.NaN()}) != nil || RangeOf(nil) != nil {
		t.Error("the range of nothing")
	}
}

func TestCompare(t *testing.T) {
	// ρ of cycling is in print as 0.486 to 0.507 aligned, and 0.0514 to 0.0586 oblique.
	for _, c := range []struct {
		aligned, oblique float64
		n                int
		wantA, wantO     Verdict
		holds            bool
	}{
		{.49, .055, 512, Within, Within, true},
		{.40, .070, 512, Near, Near, true},
		{.60, .071, 512, Near, Outside, true},
		{.38, .041, 512, Outside, Outside, true},
		{.38, .090, 512, Outside, Outside, false},
		{.49, .150, 64, Within, Elsewhere, true},
	} {
		got := Compare(Rho, "cycling", c.n, []float64{c.aligned}, []float64{c.oblique})
		if got.Aligned.Verdict != c.wantA || got.Oblique.Verdict != c.wantO || *got.Holds != c.holds {
			t.Errorf("%+v: %s, %s, holds %v", c, got.Aligned.Verdict, got.Oblique.Verdict, *got.Holds)
		}
	}
	if c := Compare(NoiseRatio, "mante", 512, []float64{7}, nil); c.Oblique.Verdict != Absent || c.Holds != nil {
		t.Errorf("without oblique networks: %+v", c)
	}
	if c := Compare(DFit, "flipflop", 512, []float64{3}, []float64{3}); c.Holds != nil {
		t.Error("an order where none is in print")
	}
	for n, want := range map[Order][3]bool{Higher: {true, true, false}, Lower: {false, false, true}, Straddle: {true, false, false}} {
		for i, pair := range [][2]float64{{1.2, 0.8}, {0.9, 0.8}, {1.5, 2}} {
			if n.holds(pair[0], pair[1]) != want[i] {
				t.Errorf("%q of %v", n, pair)
			}
		}
	}
}

// What is in print of 512 units is not shown beside networks of another size, also where there is no network.
func TestShown(t *testing.T) {
	for _, c := range []struct {
		q                Quantity
		n                int
		aligned, oblique bool
	}{{StateNorm, 512, true, true}, {StateNorm, 100, false, false}, {Rho, 100, true, false}, {DX, 100, true, true}, {NoiseRatio, 100, false, true}} {
		compared := Compare(c.q, "romo", c.n, nil, []float64{1})
		if (compared.Shown(false) != nil) != c.aligned || (compared.Shown(true) != nil) != c.oblique {
			t.Errorf("%s of %d units: %v, %v", c.q, c.n, compared.Shown(false), compared.Shown(true))
		}
	}
	if Compare(R2Few, "cycling", ExampleUnits, nil, nil).Shown(true) == nil {
		t.Error("the example is of 256 units")
	}
}

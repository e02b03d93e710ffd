package report

import (
	"math"
	"strings"
	"testing"

	"oblique/regime"
)

// small is an analysis with two time subsamples and two draws of two sizes.
func small() Entry {
	u := regime.Undefined
	r := &regime.Result{Data: regime.Data{NNeurons: 16, NTime: 101, Kind: "bci", SHA256: "ab"}, Method: regime.Paper,
		R2: 0.5, R2CI: regime.Interval{0.4, 0.6}, Rho: 0.25, RhoSqrtN: 1, PRCorrected: u, DFit: 3,
		TimeSubsamples: &regime.TimeSubsamples{N: 2, Fraction: 0.5, Rho: []regime.Number{0.1, 0.2}, R2: []regime.Number{0.3, 0.4},
			Alpha: []regime.Number{1, 2}, DVar: []regime.Dimension{4, 5}, DFit: []regime.Dimension{6, 0}, Relative: []regime.Number{1.5, u}}}
	grid := func(first regime.Number) [][]regime.Number {
		return [][]regime.Number{{first, first + 1}, {first + 2, first + 3}}
	}
	whole := [][]regime.Dimension{{1, 2}, {3, 4}}
	s := &regime.ScalingResult{Result: r, Exponent: regime.Exponent{Value: -0.3, CI: regime.Interval{-0.4, -0.2}},
		Neurons: regime.NeuronSubsamples{Sizes: []int{4, 9}, Rho: grid(10), R2: grid(20), R2HeldOut: grid(30), Alpha: grid(40),
			PR: grid(50), DVar: whole, DFit: whole, Relative: grid(60)}}
	return Entry{Data: "d", Group: "g", Output: "o", Prepare: "p", Method: "m", Cell: "c", Result: s}
}

// Every figure is in the row that says what it is of.
func TestLong(t *testing.T) {
	rows := Long(&Collection{Entries: []Entry{small(), {Data: "failed", Failure: "why"}}})
	find := func(subsample, metric string, n, draw int) Row {
		t.Helper()
		var found []Row
		for _, r := range rows {
			if r.Subsample == subsample && r.Metric == metric && r.N == n && r.Draw == draw {
				found = append(found, r)
			}
		}
		if len(found) != 1 {
			t.Fatalf("%d rows of %s %s at N %d, draw %d", len(found), subsample, metric, n, draw)
		}
		return found[0]
	}
	if len(rows) != 15+2*7+4*8 {
		t.Errorf("%d rows", len(rows))
	}
	for _, r := range rows {
		if r.Metric == "r2_held_out" {
			t.Fatalf("paper holds nothing out, and has the row %+v", r)
		}
	}
	r2 := find("none", "r2", 16, 0)
	want := Row{Data: "d", Group: "g", Kind: "bci", Output: "o", Prepare: "p", Method: "m", Analysis: "paper", Subsample: "none",
		N: 16, T: 101, Metric: "r2", Value: 0.5, Low: 0.4, High: 0.6, Cell: "c", SHA256: "ab"}
	if r2 != want {
		t.Errorf("row %+v, want %+v", r2, want)
	}
	if r := find("none", "exponent", 16, 0); r.Value != -0.3 || r.Low != -0.4 {
		t.Errorf("exponent %+v", r)
	}
	if r := find("none", "participation_ratio_corrected", 16, 0); !math.IsNaN(r.Value) || !math.IsNaN(r.Low) {
		t.Errorf("an undefined figure is %+v", r)
	}
	if r := find("none", "d_var", 16, 0); !math.IsNaN(r.Value) {
		t.Errorf("an undefined dimension is %g", r.Value)
	}
	if r := find("time", "rho_sqrt_n", 16, 1); r.T != 50 || math.Abs(r.Value-0.8) > 1e-12 {
		t.Errorf("time subsample %+v", r)
	}
	if r := find("time", "d_fit", 16, 1); !math.IsNaN(r.Value) {
		t.Errorf("an undefined dimension is %g", r.Value)
	}
	for _, c := range []struct {
		metric  string
		n, draw int
		want    float64
	}{
		{"rho", 4, 0, 10}, {"rho", 9, 0, 11}, {"rho", 4, 1, 12}, {"rho", 9, 1, 13}, {"rho_sqrt_n", 9, 1, 39}, {"r2", 9, 0, 21},
		{"alpha", 4, 0, 40}, {"participation_ratio", 9, 1, 53}, {"d_var", 4, 1, 3}, {"d_fit", 9, 0, 2},
		{"relative_fit_dim", 9, 1, 63},
	} {
		if r := find("neurons", c.metric, c.n, c.draw); r.Value != c.want || r.T != 101 {
			t.Errorf("%s at N %d, draw %d: %+v, want %g", c.metric, c.n, c.draw, r, c.want)
		}
	}

	heldOut := small()
	heldOut.Result.Method = regime.Crossval
	rows = Long(&Collection{Entries: []Entry{heldOut}})
	if r := find("neurons", "r2_held_out", 4, 1); r.Value != 32 || len(rows) != 15+2*7+4*9 {
		t.Errorf("crossval: %+v, %d rows", r, len(rows))
	}
}

func TestSummary(t *testing.T) {
	var b strings.Builder
	if err := Summary(&b, &Collection{Entries: []Entry{small(), {Data: "bad", Output: "o", Prepare: "p", Method: "m", Failure: "why"}}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"γ", "−0.300", "1 of 2 have no result", "bad, o, p, m: why"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

package regime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"
)

func named(name string, r *recording.Recording) *recording.Recording {
	r.Source.Name = name
	return r
}

func compare(t testing.TB, groups []regime.Group, o regime.CompareOptions) *regime.Comparison {
	t.Helper()
	c, err := regime.Compare(context.Background(), groups, o, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompare(t *testing.T) {
	groups := []regime.Group{
		{Name: "clear", Recordings: []*recording.Recording{named("a", readable(110, 1200, 12, 1, 0.3, 0.5)), named("b", readable(111, 900, 8, 1, 0.3, 0.5))}},
		{Name: "noisy", Recordings: []*recording.Recording{named("c", readable(112, 1000, 10, 1, 0.3, 40)), named("d", readable(113, 1100, 9, 1, 0.3, 40))}},
	}
	o := regime.CompareOptions{Fit: quick, Draws: 12}
	c := compare(t, groups, o)
	if len(c.Recordings) != 4 || c.Recordings[2].Group != "noisy" || c.Recordings[1].Result.Data.Name != "b" {
		t.Fatalf("recordings %+v", c.Recordings)
	}
	if c.Matched.N != 8 || c.Matched.Draws != 12 {
		t.Errorf("matched %+v, want the 8 neurons of the smallest", c.Matched)
	}
	for _, e := range c.Recordings {
		tau := regime.CorrelationTime(groups[0].Recordings[0].X, nil)
		if len(e.Draws.R2) != 12 || e.Draws.Rows < 400 || e.Draws.Rows > e.Result.Data.NTime || tau < 1 {
			t.Errorf("%s: %d draws of %d rows", e.Result.Data.Name, len(e.Draws.R2), e.Draws.Rows)
		}
	}
	if len(c.Differences) != 4 {
		t.Fatalf("differences %+v", c.Differences)
	}
	r2 := c.Differences[0]
	if r2.Metric != "r2" || r2.A != "clear" || r2.B != "noisy" || !(r2.Value > 0.3) || !r2.CI.Contains(r2.Value) || !(r2.CI[0] > 0) {
		t.Errorf("difference of R² %+v", r2)
	}
	// Two recordings a group do not make a sample of sessions.
	if all := strings.Join(c.Caveats, "\n"); !strings.Contains(all, "Group clear has 2") || !strings.Contains(all, "Group noisy has 2") {
		t.Errorf("caveats %q", c.Caveats)
	}

	var want []byte
	for _, procs := range []int{1, 8} {
		before := runtime.GOMAXPROCS(procs)
		got, err := json.Marshal(compare(t, groups, o))
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Errorf("GOMAXPROCS=%d gives other bytes than 1", procs)
		}
	}
}

// A group compared with a copy of itself does not differ.
func TestCompareWithItself(t *testing.T) {
	group := func(name string) regime.Group {
		return regime.Group{Name: name, Recordings: []*recording.Recording{named("a", readable(114, 800, 6, 1, 0.3, 2)), named("b", readable(115, 800, 6, 1, 0.3, 2))}}
	}
	for _, d := range compare(t, []regime.Group{group("one"), group("two")}, regime.CompareOptions{Fit: quick, Draws: 10}).Differences {
		if !d.CI.Contains(0) {
			t.Errorf("difference %+v", d)
		}
	}
}

func TestCompareErrors(t *testing.T) {
	ctx := context.Background()
	if _, err := regime.Compare(ctx, nil, regime.CompareOptions{}, nil); !errors.Is(err, regime.ErrOptions) {
		t.Errorf("nothing to compare: %v", err)
	}
	small := []regime.Group{{Name: "g", Recordings: []*recording.Recording{named("small", readable(116, 300, 4, 1, 0.3, 1))}}}
	if _, err := regime.Compare(ctx, small, regime.CompareOptions{Fit: quick, N: 5, Draws: 2}, nil); !errors.Is(err, regime.ErrOptions) || !strings.Contains(err.Error(), "small") {
		t.Errorf("more neurons than there are: %v", err)
	}
	if _, err := regime.Compare(ctx, small, regime.CompareOptions{Fit: quick, EffectiveT: 1e6, Draws: 2}, nil); !errors.Is(err, regime.ErrOptions) {
		t.Errorf("more rows than there are: %v", err)
	}
	streamed := readable(118, 300, 4, 1, 0.3, 1)
	file := named("file", &recording.Recording{Stream: rows{streamed.X}, Y: streamed.Y})
	if _, err := regime.Compare(ctx, []regime.Group{{Name: "g", Recordings: []*recording.Recording{file}}}, regime.CompareOptions{Fit: quick}, nil); !errors.Is(err, regime.ErrOptions) {
		t.Errorf("activity in a file: %v", err)
	}
	silent := named("silent", readable(117, 300, 4, 1, 0.3, 1))
	constants(silent.Y, 0, 1)
	_, err := regime.Compare(ctx, []regime.Group{{Name: "g", Recordings: []*recording.Recording{silent}}}, regime.CompareOptions{Fit: quick}, nil)
	if !errors.Is(err, regime.ErrUndefined) || !strings.Contains(err.Error(), "silent") {
		t.Errorf("constant behaviour: %v", err)
	}
}

// TestCompareUnknownBins: a width that nobody has told is said to be unknown, and is not 0.
func TestCompareUnknownBins(t *testing.T) {
	known, unknown := named("known", readable(114, 400, 5, 1, 0.3, 0.5)), named("unknown", readable(115, 400, 5, 1, 0.3, 0.5))
	known.Bin, unknown.Bin = 0.02e9, 0
	c := compare(t, []regime.Group{{Name: "a", Recordings: []*recording.Recording{known}}, {Name: "b", Recordings: []*recording.Recording{unknown}}},
		regime.CompareOptions{Fit: quick, Draws: -1})
	if all := strings.Join(c.Caveats, "\n"); !strings.Contains(all, "Time bins differ (20ms: known; unknown width: unknown)") {
		t.Errorf("caveats %q", c.Caveats)
	}
}

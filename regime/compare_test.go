package regime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
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
	if r2.Metric != "r2" || r2.A != "clear" || r2.B != "noisy" || !(r2.Value > 0.3) || !r2.CI.Contains(r2.Value) {
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

// Matched subsamples are copied in their turn, not all at once: a hundred of a recording would take a hundred times its memory.
func TestCompareMemory(t *testing.T) {
	r, smaller := named("r", readable(124, 2000, 60, 1, 0.3, 0.5)), named("smaller", readable(125, 1900, 59, 1, 0.3, 0.5))
	groups := []regime.Group{{Name: "g", Recordings: []*recording.Recording{r, smaller}}}
	o := regime.CompareOptions{Fit: quick, Draws: 100}
	o.Fit.Method = regime.Paper
	const whole = 2000 * 60 * 8
	var most atomic.Uint64
	o.Fit.Progress = func(string, int, int) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most.Store(max(most.Load(), m.HeapAlloc))
	}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	c := compare(t, groups, o)
	if got := int64(most.Load()) - int64(before.HeapAlloc); got > 20*whole {
		t.Errorf("%d MB for subsamples of a recording of %d MB", got>>20, whole>>20)
	}
	if d := c.Recordings[1].Draws; d.Rows != 1900 || d.R2[99] != d.R2[0] || !d.R2[0].Defined() {
		t.Errorf("%d rows of the recording that has the matched size, R² %v", d.Rows, d.R2)
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
	ofFile := []regime.Group{{Name: "g", Recordings: []*recording.Recording{file}}}
	if _, err := regime.Compare(ctx, ofFile, regime.CompareOptions{Fit: quick}, nil); !errors.Is(err, regime.ErrOptions) || !errors.Is(err, regime.ErrStreamed) {
		t.Errorf("activity in a file: %v", err)
	}
	silent := named("silent", readable(117, 300, 4, 1, 0.3, 1))
	constants(silent.Y, 0, 1)
	_, err := regime.Compare(ctx, []regime.Group{{Name: "g", Recordings: []*recording.Recording{silent}}}, regime.CompareOptions{Fit: quick}, nil)
	if !errors.Is(err, regime.ErrUndefined) || !strings.Contains(err.Error(), "silent") {
		t.Errorf("constant behaviour: %v", err)
	}
}

// Without matched subsamples nothing is copied, so that activity may stay in its file: all is as if it were in memory.
func TestCompareStreamed(t *testing.T) {
	r := named("r", readable(118, 300, 4, 1, 0.3, 1))
	file := named("r", &recording.Recording{Stream: rows{r.X}, Y: r.Y})
	var of [2]*regime.Comparison
	for i, one := range []*recording.Recording{r, file} {
		of[i] = compare(t, []regime.Group{{Name: "g", Recordings: []*recording.Recording{one}}}, regime.CompareOptions{Fit: quick, Draws: -1})
	}
	a, b := of[0].Recordings[0].Result, of[1].Recordings[0].Result
	if a.Rho != b.Rho || a.R2 != b.R2 || of[0].Matched != of[1].Matched || of[1].Matched.EffectiveT == 0 {
		t.Errorf("in memory ρ %v, R² %v, %+v; streamed %v, %v, %+v", a.Rho, a.R2, of[0].Matched, b.Rho, b.R2, of[1].Matched)
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

// Results that are finished stand beside recordings as they are, through JSON too; nothing of theirs is at matched size, and this is
// said.
func TestCompareFinished(t *testing.T) {
	a, b := named("a", readable(120, 900, 8, 1, 0.3, 0.5)), named("b", readable(121, 700, 6, 1, 0.3, 0.5))
	finish := func(r *recording.Recording) *regime.Result {
		whole, err := regime.Fit(context.Background(), r, quick, rand.New(rand.NewPCG(2, 2)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		read, err := regime.ReadResult(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(read)
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("a result is another one after it was read (%v)", err)
		}
		return read
	}
	done := finish(b)
	mixed := compare(t, []regime.Group{{Name: "one", Recordings: []*recording.Recording{a}}, {Name: "two", Results: []*regime.Result{done}}},
		regime.CompareOptions{Fit: quick, Draws: 5})
	if got := mixed.Recordings[1]; got.Result != done || got.Draws.Rows != 0 || len(got.Draws.R2) != 0 {
		t.Errorf("the finished result became %+v", got)
	}
	if mixed.Matched.N != 8 || len(mixed.Recordings[0].Draws.R2) != 5 || len(mixed.Differences) != 0 {
		t.Errorf("matched %+v, differences %+v: want those of the recording alone", mixed.Matched, mixed.Differences)
	}
	if all := strings.Join(mixed.Caveats, "\n"); !strings.Contains(all, "at matched size is nothing of b.") {
		t.Errorf("caveats %q", mixed.Caveats)
	}
	only := compare(t, []regime.Group{{Name: "two", Results: []*regime.Result{done, finish(a)}}}, regime.CompareOptions{Fit: quick})
	if only.Matched.Draws != 0 || len(only.Recordings) != 2 || len(only.Differences) != 0 {
		t.Errorf("of finished results alone: %+v", only.Matched)
	}
}

// Behaviour that has nothing to do with activity has no fitting dimension in some subsamples or all, which is told.
func TestCompareUndefined(t *testing.T) {
	clear, chance := named("clear", readable(122, 400, 6, 1, 0.3, 0.5)), named("chance", readable(123, 400, 6, 1, 0.3, 0.5))
	rng := rand.New(rand.NewPCG(9, 9))
	for i := range 400 {
		for j := range chance.Y.RawRowView(i) {
			chance.Y.Set(i, j, rng.NormFloat64())
		}
	}
	groups := []regime.Group{{Name: "a", Recordings: []*recording.Recording{clear}}, {Name: "b", Recordings: []*recording.Recording{chance}}}
	c := compare(t, groups, regime.CompareOptions{Fit: quick, Draws: 15, EffectiveT: 12})
	undefined := 0
	for _, v := range c.Recordings[1].Draws.Relative {
		if !v.Defined() {
			undefined++
		}
	}
	all := strings.Join(c.Caveats, "\n")
	want := fmt.Sprintf("chance: %d of 15 matched subsamples have no relative fitting dimension", undefined)
	if undefined == 15 {
		want = "chance has no relative fitting dimension at matched size"
	}
	if undefined == 0 || !strings.Contains(all, want) || !strings.Contains(all, "worth 12 independent time points") {
		t.Errorf("%d undefined; caveats %s", undefined, all)
	}
}

// What is to be said of a recording is said once, though it stands twice.
func TestCompareTwice(t *testing.T) {
	r := named("same", readable(122, 400, 6, 1, 0.3, 0.5))
	c := compare(t, []regime.Group{{Name: "a", Recordings: []*recording.Recording{r, r}}}, regime.CompareOptions{Fit: quick, Draws: 5})
	if n := strings.Count(strings.Join(c.Caveats, "\n"), "same has the matched size itself"); n != 1 {
		t.Errorf("said %d times: %q", n, c.Caveats)
	}
}

func TestReadResultErrors(t *testing.T) {
	for _, text := range []string{"", "[1]", "{}", `{"schema_version": 2, "method": "paper", "data": {"n_neurons": 3, "n_time": 9}}`,
		`{"schema_version": 1, "method": "papr", "data": {"n_neurons": 3, "n_time": 9}}`, `{"schema_version": 1, "method": "paper", "data": {"n_neurons": -3}}`} {
		if _, err := regime.ReadResult(strings.NewReader(text)); !errors.Is(err, regime.ErrResult) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What cannot be concluded is said where it holds, and nowhere else.
func TestCaveats(t *testing.T) {
	undefined := regime.Undefined
	result := func(name string, change func(*regime.Result)) *regime.Result {
		r := &regime.Result{Method: regime.Crossval, R2: 0.6, Data: regime.Data{Name: name, SHA256: name, Kind: recording.NonBCI, Bin: 0.05}}
		change(r)
		return r
	}
	as := func(*regime.Result) {}
	for _, c := range []struct {
		name    string
		groups  []string
		results []*regime.Result
		want    []string
	}{
		{"enough of the same", []string{"a", "a", "a", "b", "b", "b"}, []*regime.Result{result("1", as), result("2", as), result("3", as),
			result("4", as), result("5", as), result("6", as)}, nil},
		{"one group", []string{"a"}, []*regime.Result{result("1", as)}, nil},
		{"too few", []string{"a", "b", "b", "b"}, []*regime.Result{result("1", as), result("2", as), result("3", as), result("4", as)},
			[]string{"Group a has 1 recording: "}},
		{"three outputs of one file", []string{"a", "a", "a", "b", "b", "b"}, []*regime.Result{result("1", as), result("1", as), result("1", as),
			result("4", as), result("5", as), result("6", as)}, []string{"Group a has 1 recording (in 3 analyses): "}},
		{"a file in both groups", []string{"a", "a", "a", "b", "b", "b"}, []*regime.Result{result("1", as), result("2", as), result("3", as),
			result("4", as), result("2", as), result("5", as)}, []string{"Groups a, b have the file of 2 in common: "}},
		{"other smoothing", []string{"a", "a"}, []*regime.Result{result("1", func(r *regime.Result) { r.Data.Smooth = 0.025 }), result("2", as)},
			[]string{"Smoothing differs (0s: 2; 25ms: 1)"}},
		{"other bins", []string{"a", "a"}, []*regime.Result{result("1", func(r *regime.Result) { r.Data.Bin = undefined }), result("2", as)},
			[]string{"Time bins differ (50ms: 2; unknown width: 1)"}},
		{"other methods", []string{"a", "a"}, []*regime.Result{result("1", func(r *regime.Result) { r.Method = regime.Paper }), result("2", as)},
			[]string{"Methods differ (crossval: 2; paper: 1)"}},
	} {
		begin(t, c.name, append(regime.GroupCaveats(c.groups, c.results), regime.PreparationCaveats(c.results)...), c.want)
	}
	of := func(program string) func(*regime.Result) {
		return func(r *regime.Result) { r.Provenance = map[string]any{"program": program} }
	}
	for _, c := range []struct {
		name    string
		results []*regime.Result
		want    []string
	}{
		{"this version", []*regime.Result{result("1", as), result("2", of("regime 0.2.0+abc linux/amd64"))}, nil},
		{"another platform", []*regime.Result{result("1", of("regime 0.2.0 darwin/arm64")), result("2", of("regime 0.2.0 linux/amd64"))}, nil},
		{"an older one", []*regime.Result{result("1", as), result("2", of("regime 0.1.0 linux/amd64"))},
			[]string{"Versions of the program differ (0.1.0: 2; 0.2.0+abc: 1)"}},
	} {
		begin(t, c.name, regime.VersionCaveats(c.results, "0.2.0+abc"), c.want)
	}
	low, shifted := func(r *regime.Result) { r.R2 = 0.004 }, func(r *regime.Result) {
		r.R2, r.Nulls.ShiftedR2 = -0.0036, &regime.Null{CI: regime.Interval{-0.1, 0.05}}
	}
	bci := func(then func(*regime.Result)) func(*regime.Result) {
		return func(r *regime.Result) { then(r); r.Data.Kind = recording.BCI }
	}
	const circular = "A brain–computer interface: "
	for _, c := range []struct {
		name   string
		change func(*regime.Result)
		want   []string
	}{
		{"clear", as, nil},
		{"decoder", bci(as), []string{circular}},
		{"low R²", low, []string{"R² is 0.004: "}},
		{"chance", shifted, []string{"R² (−0.0036) is what shifted behaviour gives"}},
		{"decoder, low R²", bci(low), []string{circular, "R² is 0.004: "}},
		{"undefined", func(r *regime.Result) { r.R2 = undefined }, []string{"R² is undefined: "}},
	} {
		begin(t, c.name, result("1", c.change).Caveats(), c.want)
	}
}

// begin checks that sentences begin with these words, one each.
func begin(t *testing.T, name string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %q, want %q", name, got, want)
		return
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%s: %q, want %q", name, got[i], want[i])
		}
	}
}

// Activity that changes between trials alone has rows that are taken to be independent, as Fit takes them.
func TestCompareActivityBetweenTrials(t *testing.T) {
	r := inTrials(readable(58, 400, 3, 1, 0.3, 1), 20)
	for i := range r.Trials {
		between := r.Trials[i].To - 2 // two rows that are cut off the trial, opposite to one another
		r.Trials[i].To = between
		for j := range 3 {
			v := r.X.At(between, j)
			for row := r.Trials[i].From; row < between; row++ {
				r.X.Set(row, j, 0)
			}
			r.X.Set(between, j, v)
			r.X.Set(between+1, j, -v)
		}
	}
	c := compare(t, []regime.Group{{Name: "a", Recordings: []*recording.Recording{r}}}, regime.CompareOptions{Fit: quick, Draws: 3})
	if c.Matched.EffectiveT != 400 || c.Recordings[0].Draws.Rows != 400 {
		t.Errorf("matched %+v, %d rows", c.Matched, c.Recordings[0].Draws.Rows)
	}
}

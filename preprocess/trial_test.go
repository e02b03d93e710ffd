package preprocess

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

func texts(name string, entries ...string) recording.Column {
	return recording.Column{Name: name, Texts: entries}
}

func numbers(name string, entries ...float64) recording.Column {
	return recording.Column{Name: name, Numbers: entries}
}

// trialled returns a session of spike times with four trials; "go" is missing in the third.
func trialled() *recording.Session {
	s := spiking([]float64{0.95, 1.05, 1.149, 3.0, 3.2, 5.01, 6.9999999999, 7.05})
	s.Trials = &recording.Trials{
		Start: []float64{0.5, 2.5, 4.5, 6.5}, Stop: []float64{1.5, 3.5, 5.5, 7.5},
		Columns: []recording.Column{
			numbers("go", 1, 3, math.NaN(), 7), texts("split", "train", "val", "train", "train"),
			numbers("delay", 400, 500, 600, math.NaN()),
		},
	}
	return s
}

func TestAlign(t *testing.T) {
	o := Options{Bin: 100 * ms, Align: "go", Window: Window{-100 * ms, 250 * ms}}
	rec := prepare(t, trialled(), o)
	if want := []recording.Range{{From: 0, To: 3}, {From: 3, To: 6}, {From: 6, To: 9}}; !slices.Equal(rec.Trials, want) {
		t.Errorf("trials %v, want %v", rec.Trials, want)
	}
	// Bins are [−100, 0), [0, 100), [100, 200) ms from the event in every trial; 6.9999999999 s is on the
	// edge, to a nanosecond.
	near(t, "x", column(rec.X, 0), []float64{10, 10, 10, 0, 10, 0, 0, 20, 0}, 1e-12)
	// Samples every 10 ms with values of their number: the mean over [0.9, 1) is 94.5.
	near(t, "y", column(rec.Y, 0), []float64{94.5, 104.5, 114.5, 294.5, 304.5, 314.5, 694.5, 704.5, 714.5}, 1e-9)
	notes := strings.Join(rec.Notes, "\n")
	for _, want := range []string{"1 of 4 trials have no go", "holds 3 whole bins; the last 50ms of it is left out"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q lack %q", notes, want)
		}
	}
}

// However the events lie against any grid, activity that repeats after each event looks alike in every trial.
func TestAlignSamePeriEventTimes(t *testing.T) {
	events := []float64{0.5, 1.7123, 3.00456, 5.7777}
	var spikes []float64
	for _, e := range events {
		for _, d := range []float64{-0.2, -0.0999, -0.045, 0, 0.0001, 0.0899, 0.09, 0.2, 0.3149} {
			spikes = append(spikes, e+d)
		}
	}
	s := spiking(spikes)
	s.Trials = &recording.Trials{Start: events, Stop: events, Columns: []recording.Column{numbers("go", events...)}}
	rec := prepare(t, s, Options{Bin: 45 * ms, Smooth: 20 * ms, Align: "go", Window: Window{-225 * ms, 315 * ms}})
	n := rec.Trials[0].To
	if n != 12 || len(rec.Trials) != 4 {
		t.Fatalf("trials %v", rec.Trials)
	}
	for i := 1; i < 4; i++ {
		near(t, "trial", column(rec.X, 0)[i*n:(i+1)*n], column(rec.X, 0)[:n], 0)
	}
}

func TestTrialsAsTheyAre(t *testing.T) {
	s := trialled()
	s.Trials.Stop[1] = 2.85 // two bins and a half
	rec := prepare(t, s, Options{Bin: 100 * ms, Where: []string{"split=train"}, LabelBy: []string{"split", "delay"}})
	if want := []recording.Range{{From: 0, To: 10}, {From: 10, To: 20}, {From: 20, To: 30}}; !slices.Equal(rec.Trials, want) {
		t.Errorf("trials %v, want %v", rec.Trials, want)
	}
	if want := []string{"split=train delay=400", "split=train delay=600", "split=train delay=missing"}; !slices.Equal(rec.Labels, want) {
		t.Errorf("labels %q, want %q", rec.Labels, want)
	}
	rec = prepare(t, s, Options{Bin: 100 * ms, MaxTrials: 2})
	if want := []recording.Range{{From: 0, To: 10}, {From: 10, To: 13}}; !slices.Equal(rec.Trials, want) {
		t.Errorf("trials %v, want %v", rec.Trials, want)
	}
	// Without its trials the session runs from its first to its last sample.
	rec = prepare(t, s, Options{Bin: 100 * ms, Continuous: true})
	if r, _ := rec.X.Dims(); r != 100 || rec.Trials != nil {
		t.Errorf("%d rows, trials %v", r, rec.Trials)
	}
}

func TestWhere(t *testing.T) {
	for condition, want := range map[string][]int{
		"split=train": {0, 2, 3}, "split == val": {1}, "split!=train": {1},
		"delay>=500": {1, 2}, "delay > 500": {2}, "delay<600": {0, 1}, "delay<=400": {0},
		"delay=500": {1}, "delay!=500": {0, 2, 3}, "start_time>2": {1, 2, 3},
	} {
		got, err := where(trialled().Trials, []string{condition})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", condition, got, err, want)
		}
	}
	got, err := where(trialled().Trials, []string{"split=train", "delay>400"})
	if err != nil || !slices.Equal(got, []int{2}) {
		t.Errorf("both: %v, %v", got, err)
	}
	for condition, want := range map[string]string{
		"split":       "want column=value",
		"split>a":     "column split holds texts: want = or !=",
		"delay=long":  `column delay holds numbers, and "long" is none`,
		"dealy=3":     `no column "dealy"; the trials table has: go, split, delay, start_time, stop_time`,
		"delay!3":     `no operator "!"`,
		"split=hello": `no trial satisfies split=hello; split is "train", "val"`,
		"delay > 700": "no trial satisfies delay > 700; delay is 400 to 600",
	} {
		if _, err := Prepare(trialled(), Options{Bin: ms, Where: []string{condition}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", condition, err, want)
		}
	}
}

func TestOverlap(t *testing.T) {
	s := spiking([]float64{1.35})
	s.Trials = &recording.Trials{
		Start: []float64{2, 1, 1}, Stop: []float64{3, 2, 2}, // not in order
		Columns: []recording.Column{numbers("go", 2, 1, 1.25), texts("kind", "c", "a", "b")},
	}
	o := Options{Bin: 100 * ms, Align: "go", Window: Window{0, 500 * ms}, LabelBy: []string{"kind"}}
	rec := prepare(t, s, o)
	// The first window runs into the second at 1.25 s, where only its first two bins are whole.
	if want := []recording.Range{{From: 0, To: 2}, {From: 2, To: 7}, {From: 7, To: 12}}; !slices.Equal(rec.Trials, want) {
		t.Errorf("trials %v, want %v", rec.Trials, want)
	}
	if want := []string{"kind=a", "kind=b", "kind=c"}; !slices.Equal(rec.Labels, want) {
		t.Errorf("labels %q", rec.Labels)
	}
	if mat.Sum(rec.X) != 10 || !strings.Contains(strings.Join(rec.Notes, " "), "run into the next one and are cut there: 1; of these, nothing is left of 0") {
		t.Errorf("spikes %v, notes %q", mat.Sum(rec.X), rec.Notes)
	}
	o.Overlap = Repeat
	rec = prepare(t, s, o)
	if r, _ := rec.X.Dims(); r != 15 || mat.Sum(rec.X) != 20 {
		t.Errorf("%d rows, spikes %v", r, mat.Sum(rec.X))
	}
}

// Trials given as rows need no times; those given as times take whole rows.
func TestGriddedTrials(t *testing.T) {
	s := counts(ramp(100, 1), ramp(100, 1))
	s.Trials = &recording.Trials{Rows: []recording.Range{{From: 0, To: 10}, {From: 50, To: 65}}, Columns: []recording.Column{texts("kind", "a", "b")}}
	rec := prepare(t, s, Options{Bin: 20 * ms, LabelBy: []string{"kind"}})
	if want := []recording.Range{{From: 0, To: 5}, {From: 5, To: 12}}; !slices.Equal(rec.Trials, want) || !slices.Equal(rec.Labels, []string{"kind=a", "kind=b"}) {
		t.Errorf("trials %v %v, want %v", rec.Trials, rec.Labels, want)
	}
	if rec.Y.At(5, 0) != 50.5 || rec.X.At(5, 0) != (50+51)/0.02 {
		t.Errorf("second trial begins with %v, %v", rec.X.At(5, 0), rec.Y.At(5, 0))
	}

	s.Activity.Start = 2
	s.Trials = &recording.Trials{Start: []float64{2.1, 2.5}, Stop: []float64{2.2, 9}, Columns: []recording.Column{numbers("go", 2.15, 2.98)}}
	rec = prepare(t, s, Options{})
	if want := []recording.Range{{From: 0, To: 10}, {From: 10, To: 60}}; !slices.Equal(rec.Trials, want) || rec.Y.At(0, 0) != 10 {
		t.Errorf("trials %v, want %v; first row %v", rec.Trials, want, rec.Y.At(0, 0))
	}
	// The second window ends with the recording; its rows keep their peri-event times, in bins of two rows.
	s.Activity.Runs = []recording.Range{{From: 0, To: 14}, {From: 14, To: 100}}
	rec = prepare(t, s, Options{Bin: 20 * ms, Align: "go", Window: Window{-30 * ms, 50 * ms}})
	if want := []recording.Range{{From: 0, To: 3}, {From: 3, To: 5}}; !slices.Equal(rec.Trials, want) {
		t.Fatalf("trials %v, want %v", rec.Trials, want)
	}
	// Event 0 is on row 15, window rows 12…19; the run of the event begins at row 14.
	near(t, "y", column(rec.Y, 0), []float64{14.5, 16.5, 18.5, 95.5, 97.5}, 0)
	if notes := strings.Join(rec.Notes, " "); !strings.Contains(notes, "are cut there: 2 of 2") {
		t.Errorf("notes %q", notes)
	}
}

func TestTrialErrors(t *testing.T) {
	window := Window{0, 300 * ms}
	for _, c := range []struct {
		want   string
		change func(s *recording.Session, o *Options)
	}{
		{"give a window", func(_ *recording.Session, o *Options) { o.Align = "go" }},
		{"align says what it is counted from", func(_ *recording.Session, o *Options) { o.Window = window }},
		{`align: no column "og"`, func(_ *recording.Session, o *Options) { o.Align, o.Window = "og", window }},
		{"holds texts, not times", func(_ *recording.Session, o *Options) { o.Align, o.Window = "split", window }},
		{"is shorter than a bin", func(_ *recording.Session, o *Options) { o.Align, o.Window = "go", Window{0, 50 * ms} }},
		{"no trials to align", func(s *recording.Session, o *Options) { s.Trials, o.Align, o.Window = nil, "go", window }},
		{"needs equal windows", func(_ *recording.Session, o *Options) { o.AverageBy = []string{"split"} }},
		{`condition: no column "x"`, func(_ *recording.Session, o *Options) { o.LabelBy = []string{"x"} }},
		{"column split has 4 entries, want 5 numbers or texts", func(s *recording.Session, _ *Options) {
			s.Trials.Start, s.Trials.Stop = append(s.Trials.Start, 9), append(s.Trials.Stop, 9.5)
			s.Trials.Columns = s.Trials.Columns[1:2]
		}},
		{"4 starts and 3 stops, want 4", func(s *recording.Session, _ *Options) { s.Trials.Stop = s.Trials.Stop[1:] }},
		{"0 starts and 0 stops, want 2", func(s *recording.Session, _ *Options) {
			s.Trials = &recording.Trials{Rows: []recording.Range{{From: 0, To: 1}, {From: 1, To: 2}}}
		}},
		{"lag 5s leaves no row", func(_ *recording.Session, o *Options) { o.Lag = 5 * time.Second }},
		{"keep 1s:2s leaves no row", func(_ *recording.Session, o *Options) {
			o.Align, o.Window, o.Keep = "go", window, Window{time.Second, 2 * time.Second}
		}},
		{"none of the 4 trials holds a bin", func(_ *recording.Session, o *Options) { o.Bin = 2 * time.Second }},
	} {
		s, o := trialled(), Options{Bin: 100 * ms}
		c.change(s, &o)
		if _, err := Prepare(s, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

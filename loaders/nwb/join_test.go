package nwb

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"oblique/loaders/recording"
)

// TestJoin: a session split in two is that session again, as far as its trials.
func TestJoin(t *testing.T) {
	files, err := OpenFolder("testdata/split")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		defer f.Close()
	}
	s, err := Join(files, Options{Behavior: []string{"hand_vel"}})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := open(t, "pynwb.nwb").Session(Options{Behavior: []string{"hand_vel"}})
	if err != nil {
		t.Fatal(err)
	}
	if digest(s.Trials.Start) != digest(whole.Trials.Start) || digest(s.Trials.Stop) != digest(whole.Trials.Stop) {
		t.Errorf("trials start %v, stop %v", s.Trials.Start, s.Trials.Stop)
	}
	for _, name := range []string{"split", "barriers", "move_onset_time", "success"} {
		a, b := s.Trials.Column(name), whole.Trials.Column(name)
		if !slices.Equal(a.Texts, b.Texts) || digest(a.Numbers) != digest(b.Numbers) {
			t.Errorf("%s: %v %v", name, a.Texts, a.Numbers)
		}
	}
	test := whole.Trials.Column("split").Texts
	for _, u := range whole.Units {
		i := slices.IndexFunc(s.Units, func(v recording.Unit) bool { return v.Name == u.Name })
		if i < 0 {
			t.Fatalf("no unit %s", u.Name)
		}
		var want []float64
		var observed []recording.Interval
		for k := range test {
			if test[k] == "test" && u.Meta["heldout"] == "true" {
				continue
			}
			from, to := whole.Trials.Start[k], whole.Trials.Stop[k]
			observed = append(observed, recording.Interval{Start: from, Stop: to})
			for _, x := range u.Spikes {
				if x >= from && x < to {
					want = append(want, x)
				}
			}
		}
		if !slices.Equal(s.Units[i].Spikes, want) || !slices.Equal(s.Units[i].Observed, observed) {
			t.Errorf("unit %s: %d spikes, want %d; observed %v, want %v", u.Name, len(s.Units[i].Spikes), len(want), s.Units[i].Observed, observed)
		}
	}
	if !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "not in every file") }) {
		t.Errorf("notes %q", s.Notes)
	}
	if len(s.Signals) != 1 || len(s.Signals[0].Times) >= len(whole.Signals[0].Times) {
		t.Errorf("%d signals", len(s.Signals))
	}
}

func TestJoinErrors(t *testing.T) {
	if _, err := OpenFolder(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("empty folder: %v", err)
	}
	files, err := OpenFolder("testdata/split")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		defer f.Close()
	}
	if _, err := Join(files, Options{Behavior: []string{"foot"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("foot: %v", err)
	}
}

// TestMerge: signals and trials of files whose times count from another instant, and columns that
// some files lack.
func TestMerge(t *testing.T) {
	j := joining{units: make(map[string]int)}
	part := func(at float64, columns ...recording.Column) *recording.Session {
		return &recording.Session{
			Units:  []recording.Unit{{Name: "a", Spikes: []float64{at + 0.5}}},
			Trials: &recording.Trials{Start: []float64{at}, Stop: []float64{at + 1}, Columns: columns},
		}
	}
	for i, s := range []*recording.Session{part(5, recording.Column{Name: "x", Numbers: []float64{7}}), part(1, recording.Column{Name: "y", Texts: []string{"q"}})} {
		if err := j.add(i, s); err != nil {
			t.Fatal(err)
		}
	}
	s := j.finish()
	if s.Units[0].Observed != nil {
		t.Errorf("observed %v: no file says when", s.Units[0].Observed)
	}
	x, y := s.Trials.Column("x"), s.Trials.Column("y")
	if !slices.Equal(s.Trials.Start, []float64{1, 5}) || x.Numbers[1] != 7 || x.Numbers[0] == x.Numbers[0] || !slices.Equal(y.Texts, []string{"q", ""}) {
		t.Errorf("%v %v %v", s.Trials.Start, x, y)
	}
}

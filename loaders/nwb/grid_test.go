package nwb

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"oblique/loaders/recording"
)

// TestGrid: time series are activity where they are asked for, with the grid of their times, in memory or in the file.
func TestGrid(t *testing.T) {
	f := open(t, "pynwb.nwb")
	all, err := f.Series()
	if err != nil {
		t.Fatal(err)
	}
	eye, err := named(all, []string{"eye_pos"})
	if err != nil {
		t.Fatal(err)
	}
	want, err := eye[0].Read(0, eye[0].Rows)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Activity: []string{"behavior/eye_pos"}, Quantity: recording.Rates, Behavior: []string{"eye_pos", "hand_vel"}}
	if _, err := f.Session(o); !errors.Is(err, ErrNotFound) {
		t.Errorf("activity is also behaviour: %v", err)
	}
	o.Behavior = []string{"hand_vel"}
	s, err := f.Session(o)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Activity
	if a.Bin != 0.02 || a.Start != 0.25 || a.Quantity != recording.Rates || s.Units != nil {
		t.Errorf("bin %g from %g, %s, %d units", a.Bin, a.Start, a.Quantity, len(s.Units))
	}
	if !same(a.Values.RawMatrix().Data, want.RawMatrix().Data) {
		t.Error("the samples differ")
	}
	if s.Signals[0].OnGrid() || s.Trials.Rows != nil || len(s.Trials.Start) == 0 { // neither lies on bins of 20 ms
		t.Error("times of behaviour or trials are lost")
	}
	o.Stream = true
	if s, err = f.Session(o); err != nil {
		t.Fatal(err)
	}
	part := make([]float64, 6)
	if err := s.Activity.Stream.ReadRows(part, 98); err != nil || !same(part, want.RawMatrix().Data[196:202]) {
		t.Errorf("rows of the stream: %v, %v", part, err)
	}
	o = Options{Activity: []string{"lick", "lick"}, Quantity: recording.Counts, NoBehavior: true}
	if s, err = f.Session(o); err != nil {
		t.Fatal(err)
	}
	if n := s.N(); n != 2 || s.Activity.Bin != 1 || s.Activity.Start != 0.5 {
		t.Errorf("%d neurons in bins of %g s from %g s", n, s.Activity.Bin, s.Activity.Start)
	}
	for want, names := range map[string][]string{"regular timestamps": {"hand_pos"}, "does not go beside": {"eye_pos", "lick"}, "no time series": {"nothing"}} {
		if _, err := f.Session(Options{Activity: names, NoBehavior: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", names, err, want)
		}
	}
}

// same compares with NaN equal to NaN.
func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) })
}

// TestRowsOfTrials: trials are rows only if all of them begin and end between rows.
func TestRowsOfTrials(t *testing.T) {
	f := open(t, "pynwb.nwb")
	for stop, want := range map[float64][]recording.Range{1.5: {{From: 0, To: 5}}, 1.55: nil, 99: nil, math.NaN(): nil} {
		s, err := f.Session(Options{Activity: []string{"lick"}, NoBehavior: true})
		if err != nil {
			t.Fatal(err)
		}
		s.Activity.Bin = 0.2
		s.Trials = &recording.Trials{Start: []float64{0.5}, Stop: []float64{stop}}
		if rowsOfTrials(s); !slices.Equal(s.Trials.Rows, want) {
			t.Errorf("up to %g s: rows %v, want %v", stop, s.Trials.Rows, want)
		}
	}
}

package preprocess

import (
	"slices"
	"strings"
	"testing"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// TestIntegers: counts in bins of 45 ms, as the published analysis took them: numpy's
// (counts / 0.045).astype(int) of 0, 1, … 5 is 0, 22, 44, 66, 88, 111.
func TestIntegers(t *testing.T) {
	counts := []float64{0, 1, 2, 3, 4, 5}
	want := []float64{0, 22, 44, 66, 88, 111}
	s := &recording.Session{
		Activity: &recording.Activity{Values: mat.NewDense(3, 2, slices.Clone(counts)), Quantity: recording.Counts, Bin: 0.045},
		Signals:  []recording.Signal{{Name: "v", Values: mat.NewDense(3, 1, []float64{1, 2, 4})}},
	}
	rec, err := Prepare(s, Options{Parity: Integers})
	if err != nil {
		t.Fatal(err)
	}
	if got := rec.X.RawMatrix().Data; !slices.Equal(got, want) {
		t.Errorf("rates %v, want %v", got, want)
	}
	if got := s.Activity.Values.RawMatrix().Data; !slices.Equal(got, counts) {
		t.Errorf("the session's counts became %v", got)
	}
	if !slices.ContainsFunc(rec.Notes, func(n string) bool { return strings.Contains(n, "whole Hz") }) {
		t.Errorf("notes %q", rec.Notes)
	}

	if rec, err = Prepare(inFile(s, nil), Options{Parity: Integers}); err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 6)
	if err := rec.Stream.ReadRows(got, 0); err != nil || !slices.Equal(got, want) {
		t.Errorf("rates in the file %v, %v; want %v", got, err, want)
	}
}

// TestIntegersRefuses: there is nothing to cut where rates are not known.
func TestIntegersRefuses(t *testing.T) {
	for what, s := range map[string]*recording.Session{
		"spike times": {Units: []recording.Unit{{Name: "a", Spikes: []float64{1, 2}}}},
		"how wide":    {Activity: &recording.Activity{Values: mat.NewDense(2, 1, nil), Quantity: recording.Counts}},
	} {
		if _, err := Prepare(s, Options{Parity: Integers}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

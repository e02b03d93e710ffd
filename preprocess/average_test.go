package preprocess

import (
	"math"
	"slices"
	"testing"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// averaging returns a gridded session of rates with windows of three rows around events of two conditions; the
// last window of condition 10 ends with the recording after two rows.
func averaging() (*recording.Session, Options) {
	x := ramp(40, 2)
	x.Apply(func(i, j int, v float64) float64 { return v * v }, x)
	s := counts(x, ramp(40, 1))
	s.Activity.Quantity = recording.Rates
	s.Trials = &recording.Trials{
		Start: make([]float64, 5), Stop: make([]float64, 5),
		Columns: []recording.Column{numbers("go", 0.05, 0.1, 0.2, 0.25, 0.38), numbers("type", 10, 9, 9, 10, 10)},
	}
	return s, Options{Align: "go", Window: Window{0, 30 * ms}, AverageBy: []string{"type"}}
}

func TestAverage(t *testing.T) {
	s, o := averaging()
	rec := prepare(t, s, o)
	if want := []recording.Range{{From: 0, To: 3}, {From: 3, To: 6}}; !slices.Equal(rec.Trials, want) {
		t.Fatalf("trials %v, want %v", rec.Trials, want)
	}
	// Conditions go by number: 9 before 10.
	if want := []string{"type=9", "type=10"}; !slices.Equal(rec.Labels, want) {
		t.Errorf("labels %q, want %q", rec.Labels, want)
	}
	x := s.Activity.Values
	rows := [][]int{{10, 20}, {11, 21}, {12, 22}, {5, 25, 38}, {6, 26, 39}, {7, 27}}
	for r, from := range rows {
		for j := range 2 {
			sum := 0.0
			for _, i := range from {
				sum += x.At(i, j)
			}
			if got, want := rec.X.At(r, j), sum/float64(len(from)); got != want {
				t.Errorf("X(%d, %d) is %v, want %v", r, j, got, want)
			}
		}
		sum := 0.0
		for _, i := range from {
			sum += float64(i)
		}
		if got, want := rec.Y.At(r, 0), sum/float64(len(from)); got != want {
			t.Errorf("Y(%d) is %v, want %v", r, got, want)
		}
	}

	// Rows are selected from the means.
	o.FromRow, o.Every = 1, 2
	some := prepare(t, s, o)
	for r, from := range []int{1, 3, 5} {
		if !mat.Equal(some.X.RowView(r), rec.X.RowView(from)) || some.Y.At(r, 0) != rec.Y.At(from, 0) {
			t.Errorf("row %d is not mean %d", r, from)
		}
	}
	if want := []recording.Range{{From: 0, To: 1}, {From: 1, To: 3}}; !slices.Equal(some.Trials, want) {
		t.Errorf("trials %v, want %v", some.Trials, want)
	}
}

// A peri-event time that no trial of a condition has ends the stretch.
func TestAverageWithHole(t *testing.T) {
	s, o := averaging()
	for _, i := range []int{11, 21} {
		s.Signals[0].Values.Set(i, 0, math.NaN())
	}
	o.NaN = Drop
	rec := prepare(t, s, o)
	if want := []recording.Range{{From: 0, To: 1}, {From: 1, To: 2}, {From: 2, To: 5}}; !slices.Equal(rec.Trials, want) {
		t.Errorf("trials %v, want %v", rec.Trials, want)
	}
	if want := []string{"type=9", "type=9", "type=10"}; !slices.Equal(rec.Labels, want) || rec.Dropped != 2 {
		t.Errorf("labels %q, dropped %d", rec.Labels, rec.Dropped)
	}
}

// The mean of smoothed activity is the same from memory and from a file.
func TestAverageStream(t *testing.T) {
	s, o := averaging()
	o.Smooth = 20 * ms
	want := prepare(t, s, o)
	s.Activity.Stream = (&recording.Recording{X: s.Activity.Values}).Activity()
	s.Activity.Values = nil
	got := prepare(t, s, o)
	if got.X == nil || !mat.Equal(got.X, want.X) {
		t.Error("means differ")
	}
}

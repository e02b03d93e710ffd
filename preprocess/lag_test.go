package preprocess

import (
	"slices"
	"testing"
	"time"

	"oblique/loaders/recording"
)

// With behaviour that is the activity delayed by five rows, a lag of five rows makes them equal: rates
// lead. The reverse lag undoes the reverse delay.
func TestLagSign(t *testing.T) {
	const delay = 5
	x, late, early := ramp(60, 1), ramp(60, 1), ramp(60, 1)
	for i := range 60 {
		x.Set(i, 0, float64(i*i%17))
	}
	for i := range 60 {
		late.Set(i, 0, x.At((i+60-delay)%60, 0))
		early.Set(i, 0, x.At((i+delay)%60, 0))
	}
	s := counts(x, late)
	s.Activity.Quantity = recording.Rates
	for _, c := range []struct {
		lag time.Duration
	}{{50 * ms}, {-50 * ms}} {
		if c.lag < 0 {
			s.Signals[0].Values = early
		}
		rec := prepare(t, s, Options{Lag: c.lag})
		near(t, c.lag.String(), column(rec.X, 0), column(rec.Y, 0), 0)
		if len(column(rec.X, 0)) != 55 || rec.Lag != c.lag {
			t.Errorf("%d rows, lag %v", len(column(rec.X, 0)), rec.Lag)
		}
	}
}

// Rows are paired within their trial, at the file's own bins even where they are combined.
func TestLagStaysInTrial(t *testing.T) {
	s := counts(ramp(30, 1), ramp(30, 1))
	s.Activity.Quantity = recording.Rates
	s.Trials = &recording.Trials{Rows: []recording.Range{{From: 0, To: 10}, {From: 10, To: 30}, {From: 30, To: 30}}}
	rec := prepare(t, s, Options{Bin: 20 * ms, Lag: 30 * ms})
	if want := []recording.Range{{From: 0, To: 3}, {From: 3, To: 11}}; !slices.Equal(rec.Trials, want) {
		t.Errorf("trials %v, want %v", rec.Trials, want)
	}
	near(t, "x", column(rec.X, 0), []float64{.5, 2.5, 4.5, 10.5, 12.5, 14.5, 16.5, 18.5, 20.5, 22.5, 24.5}, 0)
	for i, v := range column(rec.Y, 0) {
		if v != rec.X.At(i, 0)+3 {
			t.Errorf("row %d: activity of %v, behaviour of %v", i, rec.X.At(i, 0), v)
		}
	}
}

// Smoothing uses the whole window before lag and Keep choose rows; Keep is the peri-event time of behaviour.
func TestKeep(t *testing.T) {
	s := trialled()
	all := prepare(t, s, Options{Bin: 50 * ms, Smooth: 50 * ms, Align: "go", Window: Window{-300 * ms, 400 * ms}})
	rec := prepare(t, s, Options{
		Bin: 50 * ms, Smooth: 50 * ms, Align: "go", Window: Window{-300 * ms, 400 * ms}, Keep: Window{0, 200 * ms}, Lag: 100 * ms,
	})
	for i, tr := range rec.Trials {
		if tr.Len() != 4 {
			t.Fatalf("trials %v", rec.Trials)
		}
		// Behaviour from 0 ms is bin 6 of the window, its activity bin 4.
		from := all.Trials[i].From
		near(t, "x", column(rec.X, 0)[tr.From:tr.To], column(all.X, 0)[from+4:from+8], 0)
		near(t, "y", column(rec.Y, 0)[tr.From:tr.To], column(all.Y, 0)[from+6:from+10], 1e-12)
	}
}

func TestLagged(t *testing.T) {
	for _, c := range []struct {
		lag  float64
		want recording.Range
	}{
		{0, recording.Range{From: 2, To: 10}}, {1, recording.Range{From: 2, To: 9}}, {1.2, recording.Range{From: 2, To: 8}},
		{-1, recording.Range{From: 3, To: 10}}, {-0.2, recording.Range{From: 3, To: 10}}, {20, recording.Range{From: 2, To: 2}},
	} {
		if got := lagged(recording.Range{From: 2, To: 10}, c.lag*0.045, 0.045); got != c.want {
			t.Errorf("lag of %v bins: %v, want %v", c.lag, got, c.want)
		}
	}
}

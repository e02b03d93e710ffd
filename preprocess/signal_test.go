package preprocess

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// sampled returns a session with no spikes and one behaviour at the times.
func sampled(times, values []float64) *recording.Session {
	return &recording.Session{
		Units:   []recording.Unit{{}},
		Signals: []recording.Signal{{Name: "x", Times: times, Values: mat.NewDense(len(values), 1, values)}},
	}
}

// every returns every n-th element.
func every(s []float64, n int) []float64 {
	var out []float64
	for i := 0; i < len(s); i += n {
		out = append(out, s[i])
	}
	return out
}

// TestResample compares means over bins, and numpy.interp at their centres, with reference.py.
func TestResample(t *testing.T) {
	r := ref(t).Resampling
	bin := time.Duration(math.Round(r.Bin * 1e9))
	trials := &recording.Trials{Start: []float64{r.Start}, Stop: []float64{r.Start + r.Bin*float64(len(r.Mean))}}
	fast, slow := sampled(r.T, r.X), sampled(every(r.T, r.Slow), every(r.X, r.Slow))
	fast.Trials, slow.Trials = trials, trials
	near(t, "mean", column(prepare(t, fast, Options{Bin: bin}).Y, 0), r.Mean, 1e-14)
	near(t, "linear", column(prepare(t, slow, Options{Bin: bin}).Y, 0), r.Linear, 1e-13)
	// The default is what these ask for.
	near(t, "mean", column(prepare(t, fast, Options{Bin: bin, Resample: Mean}).Y, 0), r.Mean, 1e-14)
	near(t, "linear", column(prepare(t, slow, Options{Bin: bin, Resample: Linear}).Y, 0), r.Linear, 1e-13)
}

// Frames of a camera at 30 Hz, written in milliseconds, are 33, 34, 33, … ms apart: bins as wide as a frame take
// their behaviour by interpolation, where a mean would find no sample in some.
func TestResampleRoundedTimes(t *testing.T) {
	var times, values []float64
	for i := range 300 {
		times = append(times, math.Round(float64(i)/30*1000)/1000)
		values = append(values, 3+2*times[i])
	}
	s := sampled(times, values)
	rec := prepare(t, s, Options{Bin: 33333333})
	for k, v := range column(rec.Y, 0) {
		if want := 3 + 2*(float64(k)+0.5)*0.033333333; math.Abs(v-want) > 1e-12 {
			t.Fatalf("row %d is %v, want %v", k, v, want)
		}
	}
}

// Linear interpolation has a linear signal exactly, at any lag; means of a regular signal are at the mean of
// its samples.
func TestResampleLine(t *testing.T) {
	line := mat.NewDense(1001, 1, nil)
	for i := range 1001 {
		line.Set(i, 0, 3+2*float64(i)*0.01)
	}
	s := &recording.Session{Units: make([]recording.Unit, 1), Signals: []recording.Signal{{Name: "x", Values: line, Step: 0.01}}}
	s.Trials = &recording.Trials{Start: []float64{1}, Stop: []float64{2}}
	for _, lag := range []time.Duration{0, 33 * ms, -17 * ms} {
		rec := prepare(t, s, Options{Bin: 7 * ms, Lag: lag})
		first := 1.0
		if lag < 0 {
			first += 3 * 0.007 // the first three bins have their behaviour before the trial
		}
		for k, v := range column(rec.Y, 0) {
			want := 3 + 2*(first+(float64(k)+0.5)*0.007+lag.Seconds())
			if math.Abs(v-want) > 1e-12 {
				t.Fatalf("lag %v: row %d is %v, want %v", lag, k, v, want)
			}
		}
	}
	rec := prepare(t, s, Options{Bin: 50 * ms})
	for k, v := range column(rec.Y, 0) {
		if want := 3 + 2*(1+0.05*float64(k)+0.02); math.Abs(v-want) > 1e-12 { // samples at 0, 10, … 40 ms
			t.Fatalf("row %d is %v, want %v", k, v, want)
		}
	}
}

// TestDifferentiate compares with numpy.gradient on even and uneven samples.
func TestDifferentiate(t *testing.T) {
	r := ref(t).Gradient
	uneven, err := newSamples(sampled(r.T, r.X), &sampled(r.T, r.X).Signals[0])
	if err != nil {
		t.Fatal(err)
	}
	near(t, "uneven", column(uneven.differentiate(1, nil).values, 0), r.Uneven, 1e-12)
	even := *uneven
	even.times, even.step = nil, 0.01
	near(t, "even", column(even.differentiate(1, nil).values, 0), r.Even, 1e-12)

	// On the grid the unit is the file's bin, and both runs and trials are borders.
	s := counts(ramp(30, 1), mat.NewDense(30, 1, r.X))
	near(t, "grid", column(prepare(t, s, Options{Derivative: 1}).Y, 0), r.Even, 1e-12)
	s.Activity.Runs = []recording.Range{{From: 0, To: 10}, {From: 10, To: 30}}
	s.Trials = &recording.Trials{Rows: []recording.Range{{From: 0, To: 10}, {From: 10, To: 25}, {From: 25, To: 30}}}
	rec := prepare(t, s, Options{Derivative: 1})
	for _, edge := range []int{9, 24} {
		if got, want := rec.Y.At(edge, 0), (r.X[edge]-r.X[edge-1])/0.01; math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("at the end of a trial, row %d: %v, want %v", edge, got, want)
		}
	}
	if rec.Output != "d(pos)/dt" || rec.Outputs[0] != "d(pos[0])/dt" {
		t.Errorf("names %q, %q", rec.Output, rec.Outputs)
	}
	// The second derivative is that of the first.
	twice := mat.NewDense(30, 1, column(prepare(t, counts(ramp(30, 1), mat.NewDense(30, 1, r.X)), Options{Derivative: 1}).Y, 0))
	near(t, "second", column(prepare(t, counts(ramp(30, 1), mat.NewDense(30, 1, r.X)), Options{Derivative: 2}).Y, 0),
		column(prepare(t, counts(ramp(30, 1), twice), Options{Derivative: 1}).Y, 0), 0)
}

// Nothing is interpolated or differentiated over a gap or a missing value.
func TestGaps(t *testing.T) {
	times := []float64{0, 1, 2, 3, 8, 9, 10, 11}
	x := []float64{0, 1, 4, 9, 64, 81, 100, 121}
	s := sampled(times, x)
	_, err := Prepare(s, Options{Bin: time.Second})
	if !errors.Is(err, recording.ErrNumber) || !strings.Contains(err.Error(), "behaviour x[0] is missing at row 3, at 3 s") {
		t.Errorf("error %v", err)
	}
	rec := prepare(t, s, Options{Bin: time.Second, NaN: Drop})
	near(t, "linear", column(rec.Y, 0), []float64{0.5, 2.5, 6.5, 72.5, 90.5, 110.5}, 1e-12)
	if want := []recording.Range{{From: 0, To: 3}, {From: 3, To: 6}}; !slices.Equal(rec.Trials, want) || rec.Dropped != 5 {
		t.Errorf("trials %v, dropped %d", rec.Trials, rec.Dropped)
	}

	x[2] = math.NaN()
	out, _ := newSamples(s, &s.Signals[0])
	got := column(out.differentiate(1, nil).values, 0)
	for _, i := range []int{2, 3} { // missing, and alone between missing and gap
		if !math.IsNaN(got[i]) {
			t.Errorf("derivative %d is %v", i, got[i])
		}
		got[i] = 0
	}
	near(t, "derivative", got, []float64{1, 1, 0, 0, 17, 18, 20, 21}, 1e-12)
}

// A bin misses its behaviour as soon as one sample in it does, and never has a zero for it.
func TestMissingSamples(t *testing.T) {
	s := spiking(nil)
	s.Signals[0].Values.Set(52, 0, math.NaN())
	s.Trials = &recording.Trials{Start: []float64{0}, Stop: []float64{1}}
	_, err := Prepare(s, Options{Bin: 100 * ms})
	if err == nil || !strings.Contains(err.Error(), "pos[0] is missing at row 5, at 0.5 s") {
		t.Errorf("error %v", err)
	}
	rec := prepare(t, s, Options{Bin: 100 * ms, NaN: Drop})
	near(t, "rows", column(rec.Y, 0), []float64{4.5, 14.5, 24.5, 34.5, 44.5, 64.5, 74.5, 84.5, 94.5}, 1e-12)
	if rec.Dropped != 1 || len(rec.Trials) != 2 {
		t.Errorf("dropped %d, trials %v", rec.Dropped, rec.Trials)
	}
	// Infinite values are missing as well.
	s.Signals[0].Values.Set(52, 0, math.Inf(1))
	if rec := prepare(t, s, Options{Bin: 100 * ms, NaN: Drop}); rec.Dropped != 1 {
		t.Errorf("dropped %d", rec.Dropped)
	}
}

func TestMissingActivity(t *testing.T) {
	x := ramp(20, 3)
	x.Set(7, 2, math.NaN())
	x.Set(6, 1, math.Inf(1))
	s := counts(x, ramp(20, 1))
	s.Units = []recording.Unit{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	_, err := Prepare(s, Options{})
	if !errors.Is(err, recording.ErrNumber) || !strings.Contains(err.Error(), "unit 1 (b) is +Inf in bin 6 of trial or run 0, at 0.06 s") {
		t.Errorf("error %v", err)
	}
	// Smoothing does not reach over what is dropped: the parts are as if alone.
	rec := prepare(t, s, Options{NaN: Drop, Smooth: 20 * ms})
	if want := []recording.Range{{From: 0, To: 6}, {From: 6, To: 18}}; !slices.Equal(rec.Trials, want) || rec.Dropped != 2 {
		t.Errorf("trials %v, dropped %d", rec.Trials, rec.Dropped)
	}
	alone := prepare(t, counts(mat.DenseCopyOf(x.Slice(8, 20, 0, 3)), ramp(12, 1)), Options{Smooth: 20 * ms})
	near(t, "second part", mat.DenseCopyOf(rec.X.Slice(6, 18, 0, 3)).RawMatrix().Data, alone.X.RawMatrix().Data, 0)
	// A unit that is not selected does not matter.
	if rec := prepare(t, s, Options{Units: []string{"a"}}); rec.Dropped != 0 {
		t.Errorf("dropped %d", rec.Dropped)
	}
	x.Apply(func(_, _ int, _ float64) float64 { return math.NaN() }, x)
	if _, err := Prepare(s, Options{NaN: Drop}); !errors.Is(err, recording.ErrEmpty) {
		t.Errorf("error %v", err)
	}
}

func TestOutputs(t *testing.T) {
	s := counts(ramp(20, 2), ramp(20, 2))
	s.Signals[0].Columns = []string{"x", "y"}
	vel := ramp(20, 2)
	vel.Scale(-1, vel)
	s.Signals = append(s.Signals, recording.Signal{Name: "hand_vel", Columns: []string{"x", "y"}, Values: vel})

	rec := prepare(t, s, Options{})
	if rec.Output != "pos" || !slices.Equal(rec.Outputs, []string{"x", "y"}) || !strings.Contains(rec.Notes[0], "the first of pos [20×2], hand_vel [20×2]") {
		t.Errorf("%q %q %q", rec.Output, rec.Outputs, rec.Notes)
	}
	rec = prepare(t, s, Options{Output: []string{"hand_vel", "pos"}, Columns: []string{"3", "0"}})
	if rec.Output != "pos, hand_vel" || !slices.Equal(rec.Outputs, []string{"pos.y", "hand_vel.x"}) {
		t.Errorf("%q %q", rec.Output, rec.Outputs)
	}
	near(t, "pos y", column(rec.Y, 0), column(s.Signals[0].Values, 1), 0)
	near(t, "vel x", column(rec.Y, 1), column(vel, 0), 0)

	for want, o := range map[string]Options{
		`no behaviour "emg"; the session has: pos [20×2], hand_vel [20×2]`:                                                {Output: []string{"emg"}},
		`columns "z": no such name; there are x, y`:                                                                       {Columns: []string{"z"}},
		`columns "0": number 0 is selected twice`:                                                                         {Columns: []string{"x", "0"}},
		`lag 25ms: behaviour comes in the file's bins of 10ms, so the lag must be a multiple of it, such as 20ms or 30ms`: {Lag: 25 * ms},
		`derivative -1`: {Derivative: -1},
	} {
		if _, err := Prepare(s, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	s.Signals = nil
	if _, err := Prepare(s, Options{}); err == nil || !strings.Contains(err.Error(), "has no behaviour") {
		t.Errorf("error %v", err)
	}
}

// Gridded activity and a behaviour with its own clock meet on the bins of the activity.
func TestGriddedWithClock(t *testing.T) {
	s := counts(ramp(100, 1), ramp(1, 1))
	s.Activity.Start = 5
	line := make([]float64, 60)
	times := floats.Span(make([]float64, 60), 4.9, 6.1)
	copy(line, times)
	s.Signals = sampled(times, line).Signals
	rec := prepare(t, s, Options{Bin: 20 * ms, Lag: -15 * ms, Resample: Linear})
	// The first bin's behaviour, 15 ms before the activity, lies before the run.
	for k, v := range column(rec.Y, 0) {
		if want := 5 + 0.02*(float64(k)+1.5) - 0.015; math.Abs(v-want) > 1e-12 {
			t.Fatalf("row %d is %v, want %v", k, v, want)
		}
	}
	if rec.X.At(0, 0) != 5/0.02 {
		t.Errorf("first row of activity is %v", rec.X.At(0, 0))
	}
}

func TestSignalErrors(t *testing.T) {
	for want, change := range map[string]func(s *recording.Session){
		"has no time axis":                func(s *recording.Session) { s.Signals[0].Step = 0 },
		"sampled every -1 s":              func(s *recording.Session) { s.Signals[0].Step = -1 },
		"1001 samples, 3 times":           func(s *recording.Session) { s.Signals[0].Times = []float64{1, 2, 3} },
		"times must be finite and ascend": func(s *recording.Session) { s.Signals[0].Times = make([]float64, 1001); s.Signals[0].Times[0] = 3 },
		"has no samples":                  func(s *recording.Session) { s.Signals[0].Values = nil },
	} {
		s := spiking(nil)
		change(s)
		if _, err := Prepare(s, Options{Bin: ms}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	s := counts(ramp(9, 1), ramp(8, 1))
	if _, err := Prepare(s, Options{}); err == nil || !strings.Contains(err.Error(), "activity has 9 rows, behaviour pos has 8") {
		t.Errorf("error %v", err)
	}
}

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

// spiking returns a session of spike times, with a behaviour sampled every 10 ms from 0 to 10 s.
func spiking(times ...[]float64) *recording.Session {
	s := &recording.Session{Signals: []recording.Signal{{Name: "pos", Values: ramp(1001, 1), Step: 0.01}}}
	for _, t := range times {
		s.Units = append(s.Units, recording.Unit{Spikes: t})
	}
	return s
}

// TestBin compares with numpy.histogram.
func TestBin(t *testing.T) {
	r := ref(t).Binning
	s := spiking(r.Spikes)
	s.Trials = &recording.Trials{Start: []float64{r.Start}, Stop: []float64{r.Start + r.Bin*float64(len(r.Counts))}}
	x := column(prepare(t, s, Options{Bin: 50 * ms}).X, 0)
	floats.Scale(0.05, x)
	near(t, "counts", x, r.Counts, 1e-15)
}

// A spike on an edge belongs to the bin that it begins, wherever in the session and whatever the
// rounding of the edge.
func TestBinEdges(t *testing.T) {
	for _, start := range []float64{0, 0.1, 0.3, 12345.7, 86400.9, 1.7e9 + 0.3} {
		for _, bin := range []time.Duration{time.Millisecond, 5 * ms, 45 * ms, 100 * ms} {
			const n = 200
			var spikes []float64
			for k := range n + 1 { // the last one is on the end, outside
				spikes = append(spikes, start+float64(k)*bin.Seconds())
			}
			// Rounding as a file in milliseconds has it.
			for i, v := range spikes {
				spikes[i] = math.Round(v*1e4) / 1e4
			}
			dst := make([]float64, n)
			src := binned(spikes, bin)
			if err := src.fill(dst, piece{origin: start}, 0, n); err != nil {
				t.Fatal(err)
			}
			for k, c := range dst {
				if c != 1 {
					t.Fatalf("start %v, bin %v: bin %d has %v spikes, want 1", start, bin, k, c)
				}
			}
		}
	}
}

func binned(times []float64, bin time.Duration) spikes {
	return spikes{[]recording.Unit{{Spikes: times}}, bin.Seconds()}
}

// Times counted from 1970, which a float64 holds to a tenth of a microsecond, come into the same bins as those
// counted from the session's start; so do samples of behaviour and the ends of trials.
func TestBinEpoch(t *testing.T) {
	from := func(zero float64) *recording.Session {
		s := spiking(nil)
		s.Signals[0].Times, s.Signals[0].Step = make([]float64, 1001), 0
		for i := range 1001 {
			s.Signals[0].Times[i] = zero + float64(i)/100
			s.Units[0].Spikes = append(s.Units[0].Spikes, zero+float64(i)/100)
		}
		s.Trials = &recording.Trials{Start: []float64{zero + 0.3, zero + 2.1}, Stop: []float64{zero + 1.2, zero + 4.8}}
		return s
	}
	for _, o := range []Options{{Bin: 10 * ms, Resample: Mean}, {Bin: 50 * ms}, {Bin: 20 * ms, Lag: 60 * ms}} {
		want, got := prepare(t, from(0), o), prepare(t, from(1.7e9), o)
		if !slices.Equal(got.Trials, want.Trials) || !mat.Equal(got.X, want.X) || !mat.Equal(got.Y, want.Y) {
			t.Errorf("bins of %v: %v, want %v", o.Bin, got.Trials, want.Trials)
		}
	}
}

// Every block of rows is what the whole is, whatever lies in between.
func TestBinBlocks(t *testing.T) {
	r := ref(t).Binning
	s := spiking(r.Spikes, r.Spikes[100:200], nil)
	s.Trials = &recording.Trials{Start: []float64{0.2, 3, 7.001}, Stop: []float64{2.9, 3.02, 9.9}}
	for _, o := range []Options{
		{Bin: 20 * ms}, {Bin: 20 * ms, Smooth: 60 * ms}, {Bin: 20 * ms, Smooth: 60 * ms, Every: 3, FromRow: 2},
		{Bin: 20 * ms, Smooth: 30 * ms, Causal: true, Lag: 50 * ms},
	} {
		whole := prepare(t, s, o)
		o.Stream = true
		stream := prepare(t, s, o)
		if stream.X != nil {
			t.Fatal("a stream was asked for")
		}
		rows, n := stream.Stream.Dims()
		if r, _ := whole.X.Dims(); r != rows {
			t.Fatalf("%d rows in the stream, %d in the matrix", rows, r)
		}
		for _, block := range []int{1, 7, 64, rows} {
			for from := 0; from < rows; from += block {
				dst := make([]float64, n*min(block, rows-from))
				if err := stream.Stream.ReadRows(dst, from); err != nil {
					t.Fatal(err)
				}
				near(t, "block", dst, whole.X.RawMatrix().Data[from*n:from*n+len(dst)], 0)
			}
		}
		if err := stream.Stream.ReadRows(make([]float64, n), rows); err == nil {
			t.Error("a row after the last was read")
		}
	}
}

func TestRebin(t *testing.T) {
	x := ramp(10, 2)
	s := counts(x, ramp(10, 1))
	s.Activity.Runs = []recording.Range{{From: 0, To: 5}, {From: 5, To: 10}}
	rec := prepare(t, s, Options{Bin: 20 * ms})
	// Rows 4 and 9 are the halves of bins that would reach over the end of their run.
	near(t, "unit 0", column(rec.X, 0), []float64{1 / .02, 5 / .02, 11 / .02, 15 / .02}, 1e-15)
	near(t, "unit 1", column(rec.X, 1), []float64{2001 / .02, 2005 / .02, 2011 / .02, 2015 / .02}, 1e-15)
	near(t, "behaviour", column(rec.Y, 0), []float64{0.5, 2.5, 5.5, 7.5}, 0)
	if want := []recording.Range{{From: 0, To: 2}, {From: 2, To: 4}}; !slices.Equal(rec.Trials, want) {
		t.Errorf("trials %v, want %v", rec.Trials, want)
	}
	if rec.Bin != 20*ms || !strings.Contains(strings.Join(rec.Notes, " "), "less than a bin") {
		t.Errorf("bin %v, notes %q", rec.Bin, rec.Notes)
	}

	s.Activity.Quantity = recording.Rates // a rate is the mean of its parts
	near(t, "rates", column(prepare(t, s, Options{Bin: 20 * ms}).X, 0), []float64{0.5, 2.5, 5.5, 7.5}, 0)
	// The same through the code that smooths: at σ = 0.15 bins the neighbours weigh 2e-10.
	smooth := prepare(t, s, Options{Bin: 20 * ms, Smooth: 3 * ms})
	near(t, "rates", column(smooth.X, 0), []float64{0.5, 2.5, 5.5, 7.5}, 1e-9)
}

// Counts are divided by the file's bin and not multiplied by its inverse.
func TestCountsToHz(t *testing.T) {
	x := ramp(50, 1)
	s := counts(x, ramp(50, 1))
	s.Activity.Bin = 0.045
	for i, v := range column(prepare(t, s, Options{}).X, 0) {
		if v != float64(i)/0.045 {
			t.Fatalf("%d spikes in 45 ms are %v Hz", i, v)
		}
	}
	if x.At(7, 0) != 7 {
		t.Error("the session was changed")
	}
}

func TestBinErrors(t *testing.T) {
	r := ref(t).Binning
	for _, c := range []struct {
		want   string
		s      *recording.Session
		change func(s *recording.Session)
		o      Options
	}{
		{"say how wide the bins are", spiking(r.Spikes), nil, Options{}},
		{"at least 1µs", spiking(r.Spikes), nil, Options{Bin: 1}},
		{"bin 25ms: the file has bins of 10ms, which combine to 10ms, 20ms, 30ms", counts(ramp(9, 1), ramp(9, 1)), nil, Options{Bin: 25 * ms}},
		{"does not say how wide", counts(ramp(9, 1), ramp(9, 1)), func(s *recording.Session) { s.Activity.Bin = 0 }, Options{}},
		{"times must be finite and ascend", spiking([]float64{2, 1}), nil, Options{Bin: ms}},
		{"times must be finite and ascend", spiking([]float64{math.NaN()}), nil, Options{Bin: ms}},
		{"the session has no units", spiking(), nil, Options{Bin: ms}},
		{"want counts or rates", counts(ramp(9, 1), ramp(9, 1)), func(s *recording.Session) { s.Activity.Quantity = "volts" }, Options{}},
		{"share no bin", spiking(r.Spikes), func(s *recording.Session) {
			s.Units[0].Observed = []recording.Interval{{Start: 50, Stop: 60}}
		}, Options{Bin: 45 * ms}},
		{"more than fits in memory", spiking(r.Spikes, r.Spikes), func(s *recording.Session) {
			s.Trials = &recording.Trials{Start: []float64{0}, Stop: []float64{4000}}
		}, Options{Bin: 2 * time.Microsecond}},
		{"the trials cover 5000 s, and the data go from 0 s to 10 s", spiking(r.Spikes), func(s *recording.Session) {
			s.Trials = &recording.Trials{Start: []float64{0}, Stop: []float64{5000}}
		}, Options{Bin: ms}},
		{"trial times or bin are wrong", spiking(r.Spikes), func(s *recording.Session) {
			s.Trials = &recording.Trials{Start: []float64{0}, Stop: []float64{1e300}}
		}, Options{Bin: ms}},
	} {
		if c.change != nil {
			c.change(c.s)
		}
		if _, err := Prepare(c.s, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// A file that does not say its bin lets the user say it; rates need none.
func TestBinOfSilentFile(t *testing.T) {
	s := counts(ramp(9, 1), ramp(9, 1))
	s.Activity.Bin = 0
	rec := prepare(t, s, Options{Bin: 50 * ms})
	const note = "The file does not say how wide its rows are: 50ms, the bin asked for, is taken for it."
	if rec.Bin != 50*ms || rec.X.At(2, 0) != 2/0.05 || !slices.Contains(rec.Notes, note) {
		t.Errorf("bin %v, rate %v, notes %q", rec.Bin, rec.X.At(2, 0), rec.Notes)
	}
	s.Activity.Quantity = recording.Rates
	if rec := prepare(t, s, Options{}); rec.Bin != 0 || rec.X.At(2, 0) != 2 {
		t.Errorf("bin %v, rate %v", rec.Bin, rec.X.At(2, 0))
	}
}

// Bins in which some unit was not observed are missing, not silent.
func TestObserved(t *testing.T) {
	s := spiking([]float64{0.05, 0.55, 0.95}, []float64{0.15})
	s.Units[1].Name = "b"
	s.Units[1].Observed = []recording.Interval{{Start: 0, Stop: 0.4}, {Start: 0.6, Stop: 9}}
	s.Trials = &recording.Trials{Start: []float64{0}, Stop: []float64{1}}
	_, err := Prepare(s, Options{Bin: 100 * ms})
	if !errors.Is(err, recording.ErrNumber) || !strings.Contains(err.Error(), "unit 1 (b) was not observed in bin 4 of trial or run 0, at 0.4 s") {
		t.Errorf("error %v", err)
	}
	rec := prepare(t, s, Options{Bin: 100 * ms, NaN: Drop})
	if want := []recording.Range{{From: 0, To: 4}, {From: 4, To: 8}}; !slices.Equal(rec.Trials, want) || rec.Dropped != 2 {
		t.Errorf("trials %v, dropped %d", rec.Trials, rec.Dropped)
	}
	near(t, "x", column(rec.X, 0), []float64{10, 0, 0, 0, 0, 0, 0, 10}, 1e-15)

	// Without trials, what all units share is taken, in stretches.
	s.Trials = nil
	rec = prepare(t, s, Options{Bin: 100 * ms})
	if want := []recording.Range{{From: 0, To: 4}, {From: 4, To: 88}}; !slices.Equal(rec.Trials, want) || rec.Dropped != 0 {
		t.Errorf("trials %v, dropped %d", rec.Trials, rec.Dropped)
	}
	// Without the unit, nothing is missing.
	if rec := prepare(t, s, Options{Bin: 100 * ms, Units: []string{"0"}}); rec.X.RawMatrix().Rows != 88 {
		t.Errorf("%d rows", rec.X.RawMatrix().Rows)
	}
}

func TestParseWindowErrors(t *testing.T) {
	for text, want := range map[string]string{
		"250":         "want from:to",
		"250:450":     "want from:to with units, such as -250ms:450ms",
		"0s:now":      "want from:to with units",
		"450ms:250ms": "ends before it begins",
	} {
		if w, err := ParseWindow(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %q", text, w, err, want)
		}
	}
}

// A bin longer than the recording is an error of the bin, not of a part of trials that nobody asked to keep.
func TestBinTooLong(t *testing.T) {
	if _, err := Prepare(counts(ramp(31, 1), ramp(31, 1)), Options{Bin: time.Hour}); err == nil || !strings.Contains(err.Error(), "no trial or run is as long as a bin") {
		t.Errorf("%v", err)
	}
}

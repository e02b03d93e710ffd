package preprocess

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// onlyRows hides a matrix behind Rows, as a file would.
type onlyRows struct {
	recording.Rows
	err error
}

func (r onlyRows) ReadRows(dst []float64, from int) error {
	if r.err != nil {
		return r.err
	}
	return r.Rows.ReadRows(dst, from)
}

func inFile(s *recording.Session, err error) *recording.Session {
	a := *s.Activity
	a.Stream = onlyRows{(&recording.Recording{X: a.Values}).Activity(), err}
	a.Values = nil
	c := *s
	c.Activity = &a
	return &c
}

// Rates that nobody changes are the session's own memory; anything else leaves the session alone.
func TestSharing(t *testing.T) {
	s := counts(ramp(50, 3), ramp(50, 1))
	s.Activity.Quantity = recording.Rates
	original := mat.DenseCopyOf(s.Activity.Values)
	for _, c := range []struct {
		shared bool
		o      Options
	}{
		{true, Options{}}, {true, Options{Lag: 20 * ms}}, {true, Options{FromRow: 5, ToRow: 20}}, {true, Options{Derivative: 1}},
		{false, Options{Smooth: 10 * ms}}, {false, Options{Bin: 20 * ms}}, {false, Options{Units: []string{"1", "0"}}}, {false, Options{Every: 2}},
	} {
		rec := prepare(t, s, c.o)
		before := rec.X.At(3, 0)
		rec.X.Set(3, 0, -1)
		if shared := !mat.Equal(s.Activity.Values, original); shared != c.shared {
			t.Errorf("%+v: shared %v, want %v", c.o, shared, c.shared)
		}
		rec.X.Set(3, 0, before)
	}
	s.Activity.Quantity = recording.Counts
	prepare(t, s, Options{}).X.Set(0, 0, -1)
	if !mat.Equal(s.Activity.Values, original) {
		t.Error("counts were changed")
	}
}

// Activity in a file stays there, under every option, and gives what activity in memory gives.
func TestActivityInFile(t *testing.T) {
	s := counts(ramp(300, 3), ramp(300, 1))
	s.Activity.Runs = []recording.Range{{From: 0, To: 120}, {From: 120, To: 300}}
	for _, o := range []Options{
		{}, {Bin: 20 * ms}, {Smooth: 30 * ms}, {Lag: 40 * ms}, {Units: []string{"2", "0"}}, {MinRate: 1e5}, {Every: 7}, {NaN: Drop},
	} {
		want := prepare(t, s, o)
		got := prepare(t, inFile(s, nil), o)
		if got.Stream == nil || got.X != nil {
			t.Fatalf("%+v: activity was loaded", o)
		}
		rows, n := got.Stream.Dims()
		x := mat.NewDense(rows, n, nil)
		if err := got.Stream.ReadRows(x.RawMatrix().Data, 0); err != nil {
			t.Fatal(err)
		}
		if !mat.Equal(x, want.X) || !mat.Equal(got.Y, want.Y) {
			t.Errorf("%+v: differs from activity in memory", o)
		}
	}
	s.Activity.Quantity, s.Activity.Runs = recording.Rates, nil
	f := inFile(s, nil)
	if rec := prepare(t, f, Options{}); rec.Stream != f.Activity.Stream {
		t.Error("rates as they are were wrapped")
	}
	broken := errors.New("broken")
	if _, err := Prepare(inFile(s, broken), Options{MinRate: 1}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestDecoder(t *testing.T) {
	s := counts(ramp(20, 3), ramp(20, 2))
	s.Units = []recording.Unit{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	s.Kind = recording.BCI
	s.Decoder = &recording.Decoder{Output: "pos", W: ramp(2, 3), Offset: []float64{5, 6}}
	rec := prepare(t, s, Options{})
	if !mat.Equal(rec.Decoder.W, s.Decoder.W) || rec.Kind != recording.BCI || len(rec.Notes) != 0 {
		t.Errorf("decoder %+v, notes %q", rec.Decoder, rec.Notes)
	}
	rec = prepare(t, s, Options{Smooth: 20 * ms, Units: []string{"c", "a"}, Columns: []string{"1"}, Lag: 10 * ms})
	if d := rec.Decoder; d.W.At(0, 0) != 2001 || d.W.At(0, 1) != 1 || d.Offset[0] != 6 {
		t.Errorf("decoder %v + %v", mat.Formatted(d.W), d.Offset)
	}
	notes := strings.Join(rec.Notes, " ")
	for _, want := range []string{"restricted to the units", "was not smoothed", "without the lag"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q lack %q", notes, want)
		}
	}
	if rec := prepare(t, s, Options{Derivative: 1}); rec.Decoder != nil {
		t.Error("a decoder of positions is no decoder of velocities")
	}
	s.Decoder.Output = "vel"
	if rec := prepare(t, s, Options{}); rec.Decoder != nil {
		t.Error("a decoder of another signal was kept")
	}
}

func TestSessionErrors(t *testing.T) {
	for want, change := range map[string]func(s *recording.Session){
		"3 columns of activity, 1 units": func(s *recording.Session) { s.Units = make([]recording.Unit, 1) },
		"trial 0 is rows 0 to 99":        func(s *recording.Session) { s.Activity.Runs = []recording.Range{{From: 0, To: 99}} },
		"the session's bin is -1 s":      func(s *recording.Session) { s.Activity.Bin = -1 },
	} {
		s := counts(ramp(20, 3), ramp(20, 1))
		change(s)
		if _, err := Prepare(s, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// An hour's share of many units: every block of the matrix made on whichever processor.
func TestDeterminism(t *testing.T) {
	s := poisson(40, 60, 20)
	o := Options{Bin: 5 * ms, Smooth: 50 * ms}
	var first *mat.Dense
	for _, procs := range []int{1, 2, 5} {
		old := runtime.GOMAXPROCS(procs)
		x := prepare(t, s, o).X
		runtime.GOMAXPROCS(old)
		if first == nil {
			first = x
		}
		if !mat.Equal(x, first) {
			t.Errorf("%d processors give another result", procs)
		}
	}
}

// poisson returns a session of spike times of n units over so many seconds, at a rate in Hz.
func poisson(n int, duration, rate float64) *recording.Session {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &recording.Session{Units: make([]recording.Unit, n)}
	for i := range s.Units {
		for t := rng.ExpFloat64() / rate; t < duration; t += rng.ExpFloat64() / rate {
			s.Units[i].Spikes = append(s.Units[i].Spikes, t)
		}
	}
	samples := int(duration * 100)
	s.Signals = []recording.Signal{{Name: "pos", Values: ramp(samples, 2), Step: 0.01}}
	return s
}

func BenchmarkPrepare(b *testing.B) {
	s := poisson(200, 600, 10)
	bench := func(name string, s *recording.Session, o Options) {
		b.Run(name, func(b *testing.B) {
			rows, n, _ := prepare(b, s, o).Dims()
			b.SetBytes(int64(8 * rows * n))
			b.ReportAllocs()
			for b.Loop() {
				prepare(b, s, o)
			}
		})
	}
	bench("bin", s, Options{Bin: 5 * ms})
	bench("bin-smooth", s, Options{Bin: 5 * ms, Smooth: 50 * ms})
	bench("bin-smooth-long", s, Options{Bin: 5 * ms, Smooth: 2000 * ms})
	g := counts(ramp(60000, 200), ramp(60000, 2))
	bench("counts", g, Options{})
	bench("counts-rebin", g, Options{Bin: 50 * ms})
	bench("counts-smooth", g, Options{Smooth: 50 * ms})
}

package preprocess

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

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

// Whatever a session and options say, Prepare returns an error or a recording that holds together.
func FuzzPrepare(f *testing.F) {
	for seed := range uint64(2000) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 7))
		s, o := wild(rng)
		rec, err := Prepare(s, o)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "preprocess: ") && !strings.HasPrefix(err.Error(), "recording: ") {
				t.Errorf("error %q does not say where", err)
			}
			return
		}
		if err := rec.Validate(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
		if rec.Trials != nil {
			rows, _, _ := rec.Dims()
			for i, tr := range rec.Trials {
				if i > 0 && tr.From != rec.Trials[i-1].To {
					t.Errorf("%+v: rows between trials %v", o, rec.Trials)
				}
			}
			if rec.Trials[0].From != 0 || rec.Trials[len(rec.Trials)-1].To != rows {
				t.Errorf("%+v: trials %v do not cover %d rows", o, rec.Trials, rows)
			}
		}
		if rec.Stream != nil {
			rows, n := rec.Stream.Dims()
			if err := rec.Stream.ReadRows(make([]float64, rows*n), 0); err != nil {
				t.Errorf("%+v: %v", o, err)
			}
		}
	})
}

// wild returns a session and options that may or may not fit, of at most some thousand rows.
func wild(rng *rand.Rand) (*recording.Session, Options) {
	oneOf := func(values ...float64) float64 { return values[rng.IntN(len(values))] }
	odd := func(v float64) float64 {
		if rng.IntN(40) > 0 {
			return v
		}
		return oneOf(math.NaN(), math.Inf(1), math.Inf(-1), -1e300, 1e300, 1e-300, -1, 0)
	}
	s := &recording.Session{}
	n := 1 + rng.IntN(3)
	if rng.IntN(2) == 0 {
		x := ramp(1+rng.IntN(300), n)
		x.Set(0, 0, odd(0))
		s.Activity = &recording.Activity{Values: x, Quantity: recording.Counts, Bin: odd(oneOf(0, 0.01, 0.02)), Start: odd(oneOf(0, 1))}
		if rng.IntN(3) == 0 {
			s.Activity.Quantity = recording.Rates
		}
		if rng.IntN(3) == 0 {
			s.Activity.Runs = []recording.Range{{From: 0, To: 20}, {From: 20 + rng.IntN(3), To: 60}}
		}
	} else {
		for range n {
			u := recording.Unit{Name: "u"}
			for t := 0.0; t < 3; t += rng.ExpFloat64() / 20 {
				u.Spikes = append(u.Spikes, t)
			}
			if rng.IntN(3) == 0 {
				u.Observed = []recording.Interval{{Start: odd(0), Stop: odd(1)}, {Start: odd(1.2), Stop: 3}}
			}
			s.Units = append(s.Units, u)
		}
	}
	rows := int(oneOf(1, 100, 300))
	if s.Activity != nil && rng.IntN(3) > 0 {
		rows, _ = s.Activity.Values.Dims()
	}
	y := ramp(rows, 1+rng.IntN(2))
	y.Set(rows/2, 0, odd(3))
	s.Signals = []recording.Signal{{Name: "y", Values: y, Step: odd(oneOf(0, 0.01, 0.05)), Start: odd(0)}}
	if rng.IntN(2) == 0 {
		k := 1 + rng.IntN(4)
		s.Trials = &recording.Trials{Columns: []recording.Column{{Name: "go"}, {Name: "kind"}}}
		for i := range k {
			s.Trials.Start = append(s.Trials.Start, odd(float64(i)*0.5))
			s.Trials.Stop = append(s.Trials.Stop, odd(float64(i)*0.5+oneOf(0.3, 0.7)))
			s.Trials.Columns[0].Numbers = append(s.Trials.Columns[0].Numbers, odd(float64(i)*0.5+0.1))
			s.Trials.Columns[1].Texts = append(s.Trials.Columns[1].Texts, "abc"[i%2:i%2+1])
			if rng.IntN(2) == 0 {
				s.Trials.Rows = append(s.Trials.Rows, recording.Range{From: int(oneOf(-5, float64(20*i))), To: 20*i + int(oneOf(0, 10, 25, 1e9))})
			}
		}
	}
	o := Options{
		Bin: time.Duration(oneOf(0, 0, 1, 2, 5)) * 10 * ms, Smooth: time.Duration(oneOf(0, 0, 5, 30, 2000)) * ms,
		Lag: time.Duration(oneOf(0, 0, 10, -20, 33)) * ms, Derivative: int(oneOf(0, 0, 1, 2)), MinRate: oneOf(0, 0, 5),
		Every: int(oneOf(0, 1, 3)), FromRow: int(oneOf(0, 0, 4)), ToRow: int(oneOf(0, 0, 30)),
		Stream: rng.IntN(4) == 0, Continuous: rng.IntN(6) == 0, Resample: Resampling([]string{"", "mean", "linear"}[rng.IntN(3)]),
	}
	if rng.IntN(2) == 0 {
		o.NaN = Drop
	}
	if s.Trials != nil && rng.IntN(2) == 0 {
		o.Align, o.Window = "go", Window{time.Duration(oneOf(-200, 0)) * ms, time.Duration(oneOf(100, 430)) * ms}
		if rng.IntN(2) == 0 {
			o.AverageBy = []string{"kind"}
		}
		if rng.IntN(3) == 0 {
			o.Keep = Window{0, 100 * ms}
		}
		if rng.IntN(3) == 0 {
			o.Overlap = Repeat
		}
	}
	if rng.IntN(8) == 0 {
		o.Parity = NLB
	}
	return s, o
}

// Counts become rates in one new matrix, and spike times in one matrix, with no more than blocks beside it.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("short: the race detector, which short tests run with, drops what is pooled")
	}
	// A collection would empty the pools of blocks, which are then made again and counted twice.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	x := mat.NewDense(50000, 100, nil)
	for name, c := range map[string]struct {
		s *recording.Session
		o Options
	}{
		"counts": {counts(x, ramp(50000, 1)), Options{}},
		"smooth": {counts(x, ramp(50000, 1)), Options{Smooth: 50 * ms}},
		"spikes": {poisson(100, 250, 10), Options{Bin: 5 * ms, Smooth: 50 * ms}},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rec := prepare(t, c.s, c.o)
		runtime.ReadMemStats(&after)
		rows, n, d := rec.Dims()
		size := uint64(8 * rows * (n + d))
		// Everything that was allocated, even if it is free again; 16 MB are blocks of four goroutines.
		if total := after.TotalAlloc - before.TotalAlloc; total > size+size/10+16<<20 {
			t.Errorf("%s: %d MB were allocated for a recording of %d MB", name, total>>20, size>>20)
		}
	}
}

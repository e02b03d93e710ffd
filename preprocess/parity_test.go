package preprocess

import (
	"math"
	"strings"
	"testing"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// pseudo is the sequence that reference.py computes alike.
func pseudo(n, factor int) *mat.Dense {
	m := mat.NewDense(n, 1, nil)
	for i := range n {
		m.Set(i, 0, float64(i*factor%1009)/1009)
	}
	return m
}

// nlbSession is the session of reference.py.
func nlbSession(r reference, slow bool) *recording.Session {
	in := r.Session
	s := &recording.Session{Trials: &recording.Trials{Start: in.Start, Stop: make([]float64, len(in.Start))}}
	for i := range in.Spikes {
		u := recording.Unit{Spikes: in.Spikes[i]}
		for _, o := range in.Observed[i] {
			u.Observed = append(u.Observed, recording.Interval{Start: o[0], Stop: o[1]})
		}
		s.Units = append(s.Units, u)
	}
	event := recording.Column{Name: "event"}
	for _, e := range in.Event {
		v := math.NaN()
		if e != nil {
			v = *e
		}
		event.Numbers = append(event.Numbers, v)
	}
	s.Trials.Columns = []recording.Column{event, {Name: "condition", Numbers: in.Condition}}
	vel := pseudo(in.NVel, 37)
	for i := in.VelNaN[0]; i < in.VelNaN[1]; i++ {
		vel.Set(i, 0, math.NaN())
	}
	s.Signals = []recording.Signal{
		{Name: "vel", Values: vel, Step: 0.001},
		{Name: "target_pos", Values: pseudo(in.NVel, 11), Step: 0.001},
	}
	if slow {
		s.Signals = append(s.Signals, recording.Signal{Name: "slow", Values: pseudo(in.NSlow, 61), Step: 0.01})
	}
	return s
}

// TestParityNLB compares binning, resampling, smoothing, trials and averages with reference.py, which goes
// through dense frames with pandas and scipy. Sums are in another order, hence 1e-12.
func TestParityNLB(t *testing.T) {
	r := ref(t)
	for _, want := range r.NLB {
		o := Options{
			Parity: NLB, Output: []string{"vel", "target_pos"}, Align: "event", LabelBy: []string{"condition"},
			Bin: time.Duration(want.Bin) * ms, Smooth: time.Duration(want.Sigma) * ms, Lag: time.Duration(want.Lag) * ms,
			Window: Window{time.Duration(want.Lo) * ms, time.Duration(want.Hi) * ms},
		}
		if want.Keep != nil {
			o.Keep = Window{time.Duration(want.Keep[0]) * ms, time.Duration(want.Keep[1]) * ms}
		}
		rec := prepare(t, nlbSession(r, want.Slow), o)
		x, y := flatten(want.X), flatten(want.Y)
		near(t, "X", rec.X.RawMatrix().Data, x, 1e-12)
		near(t, "Y", rec.Y.RawMatrix().Data, y, 1e-12)
		rows := 0
		for _, n := range want.Lengths {
			rows += n
		}
		if last := rec.Trials[len(rec.Trials)-1].To; last != rows {
			t.Errorf("trials end at row %d, want %d", last, rows)
		}
		if want.Slow && rec.Dropped == 0 {
			t.Error("rows without the slow signal were not dropped")
		}

		o.LabelBy, o.AverageBy = nil, []string{"condition"}
		rec = prepare(t, nlbSession(r, want.Slow), o)
		var both mat.Dense
		both.Augment(rec.X, rec.Y)
		near(t, "mean", both.RawMatrix().Data, flatten(want.Mean), 1e-12)
	}
}

func flatten(rows [][]float64) []float64 {
	var flat []float64
	for _, r := range rows {
		flat = append(flat, r...)
	}
	return flat
}

// TestAntiAliasAtStart checks the figure of the tools' description: the first sample of a constant 1 becomes
// 0.60 at 5 ms.
func TestAntiAliasAtStart(t *testing.T) {
	x := []float64{}
	for range 1000 {
		x = append(x, 1)
	}
	h := nlbAntiAlias(5)
	if got := filterAt(x, h, 0); math.Abs(got-0.60) > 0.005 {
		t.Errorf("first sample of 1 becomes %v, want 0.60", got)
	}
	if got := filterAt(x, h, 500); math.Abs(got-1) > 1e-12 {
		t.Errorf("inner sample of 1 becomes %v", got)
	}
}

func TestParityErrors(t *testing.T) {
	r := ref(t)
	good := Options{Parity: NLB, Align: "event", Window: Window{0, 100 * ms}, Bin: 5 * ms}
	for want, change := range map[string]func(s *recording.Session, o *Options){
		"whole milliseconds":                   func(_ *recording.Session, o *Options) { o.Bin = 1500 * time.Microsecond },
		"observed intervals of the first unit": func(s *recording.Session, _ *Options) { s.Units[0].Observed = nil },
		"give align and window":                func(_ *recording.Session, o *Options) { o.Align, o.Window = "", Window{} },
		"no causal":                            func(_ *recording.Session, o *Options) { o.Stream = true },
		"is not sampled at whole milliseconds": func(s *recording.Session, _ *Options) { s.Signals[0].Start = 0.0003 },
		"ends at 1e+09 s": func(s *recording.Session, _ *Options) {
			s.Units[2].Observed = []recording.Interval{{Start: 0, Stop: 1e9}}
		},
		"too narrow":                func(_ *recording.Session, o *Options) { o.Smooth = 100 * time.Microsecond },
		"no column \"nope\"":        func(_ *recording.Session, o *Options) { o.Align = "nope" },
		"the session has no trials": func(s *recording.Session, _ *Options) { s.Trials = nil },
		"starts from spike times, and the session has counts": func(s *recording.Session, _ *Options) {
			s.Activity = &recording.Activity{Values: ramp(3, 3), Quantity: recording.Counts}
		},
	} {
		s, o := nlbSession(r, false), good
		change(s, &o)
		if _, err := Prepare(s, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestParityContinuous takes the whole session: stretches end where the first unit was not observed and
// where velocity is missing.
func TestParityContinuous(t *testing.T) {
	rec := prepare(t, nlbSession(ref(t), false), Options{Parity: NLB, Continuous: true, Bin: 100 * ms})
	// Frame 0 is not observed (valid from 13), nor are 2500…2700; velocity misses 3400…3409.
	want := []recording.Range{{From: 0, To: 24}, {From: 24, To: 30}, {From: 30, To: 46}}
	if len(rec.Trials) != len(want) {
		t.Fatalf("trials %v, want %v", rec.Trials, want)
	}
	for i := range want {
		if rec.Trials[i] != want[i] {
			t.Errorf("trials %v, want %v", rec.Trials, want)
		}
	}
	if rec.Dropped != 51-46 {
		t.Errorf("dropped %d rows", rec.Dropped)
	}
}

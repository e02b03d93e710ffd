package preprocess

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// gapIntervals is how many median sampling intervals two neighbouring samples may lie apart before the
// stretch between them counts as not recorded.
const gapIntervals = 3

// samples is a signal on its axis. Sample i lies at times[i], or at start + i·step. For a signal on the
// grid of the activity times are file rows, and sample i lies in the middle of row i, at i + ½.
type samples struct {
	name   string
	values *mat.Dense
	names  []string
	times  []float64
	start  float64
	step   float64 // median interval
	onGrid bool
}

func (s *samples) len() int { return s.values.RawMatrix().Rows }

func (s *samples) time(i int) float64 {
	if s.times != nil {
		return s.times[i]
	}
	return s.start + float64(i)*s.step
}

// faster reports whether samples lie closer than bins, by more than what written times jitter: of times that
// are rounded, the median step may lie to either side of the bin that it is meant to be.
func (s *samples) faster(width float64) bool {
	const jitter = 0.02
	return s.step < width*(1-jitter)
}

// interval returns the time from sample i to the next.
func (s *samples) interval(i int) float64 {
	if s.times != nil {
		return s.times[i+1] - s.times[i]
	}
	return s.step
}

// search returns the first sample at or after t, less the slack of an edge.
func (s *samples) search(t float64) int {
	if s.times != nil {
		return sort.SearchFloat64s(s.times, t-edgeAt(t))
	}
	i := math.Ceil((t - s.start - edgeAt(t)) / s.step)
	return int(max(0, min(i, float64(s.len()))))
}

// behavior returns the signals that o.Output names, or the first of the session, with their derivative.
func behavior(s *recording.Session, o *Options, g grid) ([]*samples, error) {
	if len(s.Signals) == 0 {
		return nil, fmt.Errorf("preprocess: the session has no behaviour")
	}
	names := o.Output
	if len(names) == 0 {
		names = []string{s.Signals[0].Name}
	}
	var outputs []*samples
	for _, name := range names {
		signal := s.Signal(name)
		if signal == nil {
			return nil, fmt.Errorf("preprocess: no behaviour %q; the session has: %s", name, describe(s.Signals))
		}
		out, err := newSamples(s, signal)
		if err != nil {
			return nil, err
		}
		if out.onGrid && o.Derivative > 0 && g.unit == 0 {
			return nil, fmt.Errorf("preprocess: derivative of %s: %w: say it, such as --file-bin 45ms", name, ErrWidth)
		}
		outputs = append(outputs, out)
	}
	for _, out := range outputs[1:] {
		if out.onGrid != outputs[0].onGrid && o.Derivative > 0 {
			return nil, fmt.Errorf("preprocess: %s and %s have different time axes: take their derivatives one at a time", outputs[0].name, out.name)
		}
	}
	return outputs, nil
}

// describe lists signals as name [T×D].
func describe(signals []recording.Signal) string {
	words := make([]string, len(signals))
	for i, s := range signals {
		t, d := s.Values.Dims()
		words[i] = fmt.Sprintf("%s [%d×%d]", s.Name, t, d)
	}
	return list(words)
}

func newSamples(s *recording.Session, signal *recording.Signal) (*samples, error) {
	if signal.Values == nil || signal.Values.IsEmpty() {
		return nil, fmt.Errorf("preprocess: behaviour %s has no samples", signal.Name)
	}
	t, d := signal.Values.Dims()
	out := &samples{name: signal.Name, values: signal.Values, names: signal.Columns}
	if len(out.names) != d {
		out.names = make([]string, d)
		for j := range out.names {
			out.names[j] = fmt.Sprintf("%s[%d]", signal.Name, j)
		}
	}
	switch {
	case signal.OnGrid() && s.Activity == nil:
		return nil, fmt.Errorf("preprocess: behaviour %s has no time axis, and spike times give it none", signal.Name)
	case signal.OnGrid():
		if rows, _ := s.Activity.Dims(); rows != t {
			return nil, fmt.Errorf("preprocess: activity has %d rows, behaviour %s has %d and no time axis of its own", rows, signal.Name, t)
		}
		out.onGrid, out.start, out.step = true, 0.5, 1
		return out, nil
	case s.Activity != nil && s.Activity.Bin == 0:
		return nil, fmt.Errorf("preprocess: behaviour %s has a time axis, but the activity has none: the file does not say how wide its bins are", signal.Name)
	case signal.Times == nil:
		if !(signal.Step > 0) || isMissing(signal.Step) || isMissing(signal.Start) {
			return nil, fmt.Errorf("preprocess: behaviour %s: starts at %g s and is sampled every %g s", signal.Name, signal.Start, signal.Step)
		}
		out.start, out.step = signal.Start, signal.Step
		return out, nil
	}
	return out, out.setTimes(signal.Times)
}

// setTimes takes times that ascend, and their median interval as the step.
func (s *samples) setTimes(times []float64) error {
	if len(times) != s.len() {
		return fmt.Errorf("preprocess: behaviour %s: %d samples, %d times", s.name, s.len(), len(times))
	}
	for i, t := range times {
		if math.IsNaN(t) || math.IsInf(t, 0) || i > 0 && t < times[i-1] {
			return fmt.Errorf("preprocess: behaviour %s: sample %d is at %g s: times must be finite and ascend", s.name, i, t)
		}
	}
	s.times, s.step = times, math.Inf(1)
	if len(times) > 1 {
		steps := make([]float64, len(times)-1)
		for i := range steps {
			steps[i] = times[i+1] - times[i]
		}
		slices.Sort(steps)
		s.step = steps[len(steps)/2]
	}
	return nil
}

// apart reports whether nothing was recorded between samples i and i+1.
func (s *samples) apart(i int) bool {
	return s.interval(i) > gapIntervals*s.step
}

// columns restricts the outputs, side by side, to the selected components.
func columns(outputs []*samples, words []string) ([]*samples, []int, error) {
	var names []string
	for _, out := range outputs {
		names = append(names, out.names...)
	}
	chosen, err := ParseIndices(words, "columns", len(names), names)
	if err != nil || len(words) == 0 {
		return outputs, chosen, err
	}
	var kept []*samples
	for _, j := range chosen {
		at := 0
		for _, out := range outputs {
			if d := len(out.names); j >= at && j < at+d {
				one := *out
				t, _ := out.values.Dims()
				one.values = mat.NewDense(t, 1, mat.Col(nil, j-at, out.values))
				one.names = out.names[j-at : j-at+1]
				kept = append(kept, &one)
			}
			at += len(out.names)
		}
	}
	return kept, chosen, nil
}

// title names the behaviour, such as "hand_vel", "hand_pos, hand_vel" or "d(hand_pos)/dt".
func title(outputs []*samples, derivative int) string {
	var names []string
	for _, out := range outputs {
		if !slices.Contains(names, out.name) {
			names = append(names, out.name)
		}
	}
	return derived(strings.Join(names, ", "), derivative)
}

// derived names a derivative.
func derived(name string, order int) string {
	switch order {
	case 0:
		return name
	case 1:
		return "d(" + name + ")/dt"
	}
	return fmt.Sprintf("d^%d(%s)/dt^%d", order, name, order)
}

// differentiate returns the time derivative of a signal, at its own samples and before any
// resampling. Between neighbours at t−a and t+b
//
//	x'(t) = [a² x(t+b) + (b²−a²) x(t) − b² x(t−a)] / [ab(a+b)],
//
// the derivative of the parabola through the three (numpy.gradient), and the one-sided difference at the
// two ends of a stretch. A stretch ends at a missing value, at a gap, and where breaks says so; the
// derivative of a single sample is missing. unit is the length of the axis' unit in seconds.
func (s *samples) differentiate(unit float64, breaks []int) *samples {
	t, d := s.values.Dims()
	out := *s
	out.values = mat.NewDense(t, d, nil)
	isBreak := make(map[int]bool, len(breaks))
	for _, b := range breaks {
		isBreak[b] = true
	}
	// joined reports whether samples i and i+1 of column j belong to one stretch.
	joined := func(i, j int) bool {
		return i >= 0 && i+1 < t && !isBreak[i+1] && !s.apart(i) &&
			!isMissing(s.values.At(i, j)) && !isMissing(s.values.At(i+1, j)) && s.interval(i) > 0
	}
	for j := range d {
		for i := range t {
			before, after := joined(i-1, j), joined(i, j)
			v := math.NaN()
			switch x := s.values.At(i, j); {
			case before && after:
				a, b := s.interval(i-1), s.interval(i)
				v = (a*a*s.values.At(i+1, j) + (b*b-a*a)*x - b*b*s.values.At(i-1, j)) / (a * b * (a + b))
			case after:
				v = (s.values.At(i+1, j) - x) / s.interval(i)
			case before:
				v = (x - s.values.At(i-1, j)) / s.interval(i-1)
			}
			out.values.Set(i, j, v/unit)
		}
	}
	return &out
}

func isMissing(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// resample sets column col, col+1, … of rows 0, 1, … of y to the signal in the bins [from + k·width,
// from + (k+1)·width), as positions on the signal's axis, using only samples within [lo, hi). What
// cannot be had is NaN.
func (s *samples) resample(y *mat.Dense, col int, from, width float64, how Resampling, lo, hi float64) {
	first, end := s.search(lo), s.search(hi)
	if how == ByRate {
		how = Linear
		if s.faster(width) {
			how = Mean
		}
	}
	rows, _ := y.Dims()
	d := len(s.names)
	for k := range rows {
		out := y.RawRowView(k)[col : col+d]
		left := from + float64(k)*width
		if how == Mean {
			s.mean(out, max(first, s.search(left)), min(end, s.search(left+width)))
		} else {
			s.interpolate(out, left+width/2, first, end)
		}
	}
}

// mean sets out to the mean of samples from, …, to−1.
func (s *samples) mean(out []float64, from, to int) {
	if from >= to {
		fillNaN(out)
		return
	}
	clear(out)
	for i := from; i < to; i++ {
		for j, v := range s.values.RawRowView(i) {
			out[j] += v
		}
	}
	for j := range out {
		out[j] /= float64(to - from)
	}
}

// interpolate sets out to the value at time t between its neighbours among samples first, …, end−1.
func (s *samples) interpolate(out []float64, t float64, first, end int) {
	i := max(s.search(t), first) // the first sample not before t
	if i < end && math.Abs(s.time(i)-t) <= edgeAt(t) {
		copy(out, s.values.RawRowView(i))
		return
	}
	if i <= first || i >= end || s.apart(i-1) {
		fillNaN(out)
		return
	}
	before, after := s.values.RawRowView(i-1), s.values.RawRowView(i)
	w := (t - s.time(i-1)) / (s.time(i) - s.time(i-1))
	for j := range out {
		out[j] = (1-w)*before[j] + w*after[j]
	}
}

func fillNaN(s []float64) {
	for i := range s {
		s[i] = math.NaN()
	}
}

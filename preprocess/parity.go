package preprocess

import (
	"fmt"
	"math"
	"slices"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// NLB is the preprocessing of the Neural Latents Benchmark tools (Pei et al. 2021), whose slips are part of it.
//
// Frames. Time is in frames of 1 ms, n = round(1000 · last observed moment) of them. A spike at t s is in frame
// trunc(1000 t). Frames are valid from ⌈1000 · start⌉ to ⌊1000 · stop⌋ of the first unit's observed
// intervals, and missing elsewhere for all units. (Products are rounded to 6 decimals first.) A signal has a value in
// the frames that it was sampled in and none elsewhere; one with a sample between frames is left out.
//
// Bins. ⌈n/q⌉ bins of q frames, the last one partial. Spikes are summed over valid frames; a bin is missing if its
// first frame is. A signal x has missing values interpolated linearly, ends held, and becomes
//
//	y[m] = Σ_j h[j] x[mq + 250 − j],  h[j] ∝ sinc((j−250)/q) (0.54 − 0.46 cos(2πj/500)),  j = 0, …, 500,  Σh = 1,
//
// x being 0 outside, and missing where frame mq was. The signal target_pos is every q-th frame.
//
// Smoothing. L = ⌊6σ/bin⌋ taps w[j] ∝ exp(−(j−(L−1)/2)²/2s²), s = σ/bin, Σw = 1:
//
//	y[i] = Σ_j w[j] x[i + ⌊(L−1)/2⌋ − j],
//
// over the whole session, x being 0 outside. An even L delays by half a bin. A missing value spreads.
//
// Trials. Bin m begins at t = mq ms. A trial with event a takes the bins with a + lo ≤ t ≤ a + hi − 1 µs, where hi−lo is
// rounded to whole bins, half to even; peri-event time is t − ⌈a⌉, a rounded up to a whole bin. A window that runs
// into the next one ends 1 µs before the next but one trial's start or the next window's, whichever comes first. Rows with a
// missing value in any unit or any signal are dropped.
//
// Three things the tools leave to their user: Where applies before trials are counted; a derivative is the first
// difference of bins over the bin; Lag is rounded to whole bins, within the rows of a trial.
const NLB Parity = "nlb"

// frame is the tools' unit of time.
const frame = time.Millisecond

// maxFrames bounds a session, at two days: frames cost memory, and the last of them is but a number in the file.
const maxFrames = 2 * 24 * 3600 * 1000

// nlbTaps is the length of the tools' anti-alias filter, at any width of bin.
const nlbTaps = 501

// prepareNLB is Prepare with the steps of the Neural Latents Benchmark tools.
func prepareNLB(s *recording.Session, o Options) (*recording.Recording, error) {
	if err := checkNLB(s, &o); err != nil {
		return nil, err
	}
	last := 0.0
	for _, u := range s.Units {
		for _, iv := range u.Observed {
			last = max(last, iv.Stop)
		}
	}
	n, q := int(math.RoundToEven(1000*min(last, maxFrames))), int(o.Bin/frame)
	rows := (n + q - 1) / q
	if n < 1 || n > maxFrames || rows > maxValues/neurons(s) {
		return nil, fmt.Errorf("preprocess: parity nlb: observation ends at %g s: want a time within two days", last)
	}
	p := &plan{s: s, o: o, kernel: newKernel(0, false)}
	p.grid = grid{gridded: true, width: 1, unit: o.Bin.Seconds()}
	x := nlbActivity(s.Units, n, q, o)
	bad := make([]bool, rows)
	for i := range bad {
		bad[i] = !finiteRow(x.RawRowView(i))
	}
	if err := p.nlbBehavior(n, q, bad); err != nil {
		return nil, err
	}
	p.src = hertz(x)
	var err error
	if p.units, err = ParseIndices(o.Units, "units", neurons(s), unitNames(s)); err != nil {
		return nil, err
	}
	p.src = p.src.choose(p.units)
	if err := p.nlbTrials(bad); err != nil {
		return nil, err
	}
	if err := p.dropQuiet(); err != nil {
		return nil, err
	}
	p.note("Bins, smoothing and trials are those of the Neural Latents Benchmark tools.")
	return p.recording()
}

// checkNLB returns an error for what the tools cannot do.
func checkNLB(s *recording.Session, o *Options) error {
	if o.Bin == 0 {
		o.Bin = frame
	}
	switch {
	case s.Activity != nil:
		return fmt.Errorf("preprocess: parity nlb starts from spike times, and the session has %s", s.Activity.Quantity)
	case s.Units[0].Observed == nil:
		return fmt.Errorf("preprocess: parity nlb needs the observed intervals of the first unit")
	case o.Bin%frame != 0:
		return fmt.Errorf("preprocess: parity nlb: bin %v: want whole milliseconds", o.Bin)
	case o.Smooth > 0 && 6*o.Smooth < o.Bin:
		return fmt.Errorf("preprocess: parity nlb: smooth %v is too narrow for bins of %v", o.Smooth, o.Bin)
	case o.Align == "" && !o.Continuous:
		return fmt.Errorf("preprocess: parity nlb cuts trials around an event: give align and window, or ask for continuous")
	case o.Causal || o.Resample != ByRate || o.Overlap != Cut || o.Stream:
		return fmt.Errorf("preprocess: parity nlb has no causal, resample, overlap or stream")
	}
	return nil
}

// frames returns 1000·t, rounded to 6 decimals.
func frames(t float64) float64 { return math.RoundToEven(1000*t*1e6) / 1e6 }

// nlbActivity returns smoothed rates of all bins in Hz, NaN where missing.
func nlbActivity(units []recording.Unit, n, q int, o Options) *mat.Dense {
	valid := make([]bool, n)
	for _, iv := range units[0].Observed {
		from, to := math.Ceil(frames(iv.Start)), math.Floor(frames(iv.Stop))
		for f := int(max(from, 0)); float64(f) < min(to, float64(n)); f++ {
			valid[f] = true
		}
	}
	rows := (n + q - 1) / q
	x := mat.NewDense(rows, len(units), nil)
	weights := nlbGaussian(o.Smooth, o.Bin)
	// The work of one unit is in its own column: units go in parallel, and nothing depends on their order.
	_ = parallel(len(units), func(u int) error {
		counts := make([]float64, rows)
		for _, t := range units[u].Spikes {
			if f := math.Trunc(frames(t)); f >= 0 && f < float64(n) && valid[int(f)] {
				counts[int(f)/q]++
			}
		}
		for m := range counts {
			if !valid[m*q] {
				counts[m] = math.NaN()
			}
		}
		for i, v := range nlbConvolve(counts, weights) {
			x.Set(i, u, v/o.Bin.Seconds())
		}
		return nil
	})
	return x
}

// nlbGaussian returns the tools' kernel; one weight of 1 if σ is 0.
func nlbGaussian(sigma, bin time.Duration) []float64 {
	if sigma == 0 {
		return []float64{1}
	}
	w := make([]float64, 6*sigma/bin)
	s, sum := float64(sigma)/float64(bin), 0.0
	for j := range w {
		d := (float64(j) - float64(len(w)-1)/2) / s
		w[j] = math.Exp(-0.5 * d * d)
		sum += w[j]
	}
	for j := range w {
		w[j] /= sum
	}
	return w
}

// nlbConvolve returns y[i] = Σ_j w[j] x[i + ⌊(L−1)/2⌋ − j]. NaN spreads.
func nlbConvolve(x, w []float64) []float64 {
	y := make([]float64, len(x))
	center := (len(w) - 1) / 2
	for i := range y {
		for j := max(0, i+center-len(x)+1); j < min(len(w), i+center+1); j++ {
			y[i] += w[j] * x[i+center-j]
		}
	}
	return y
}

// nlbBehavior sets the behaviour of all bins, and marks in bad those in which any signal is missing.
func (p *plan) nlbBehavior(n, q int, bad []bool) error {
	outputs, err := behavior(p.s, &p.o, p.grid)
	if err != nil {
		return err
	}
	binned := make(map[string]*mat.Dense, len(p.s.Signals))
	for i := range p.s.Signals {
		s, err := newSamples(p.s, &p.s.Signals[i])
		if err != nil {
			return err
		}
		if !s.onFrames() {
			p.note("Behaviour %s is not sampled at whole milliseconds and is left out.", s.name)
			continue
		}
		y := s.nlbBins(n, q)
		if slices.ContainsFunc(outputs, func(o *samples) bool { return o.name == s.name }) {
			for range p.o.Derivative {
				y = nlbDifference(y, p.o.Bin.Seconds())
			}
			binned[s.name] = y
		}
		for m := range bad {
			bad[m] = bad[m] || !finiteRow(y.RawRowView(m))
		}
	}
	for _, out := range outputs {
		if out.values = binned[out.name]; out.values == nil {
			return fmt.Errorf("preprocess: parity nlb: behaviour %s is not sampled at whole milliseconds", out.name)
		}
	}
	if p.outputs, p.columns, err = columns(outputs, p.o.Columns); err != nil {
		return err
	}
	p.y = mat.NewDense(len(bad), p.dim(), nil)
	col := 0
	for _, out := range p.outputs {
		p.y.Slice(0, len(bad), col, col+len(out.names)).(*mat.Dense).Copy(out.values)
		col += len(out.names)
	}
	return nil
}

// onFrames reports whether every sample lies on a frame.
func (s *samples) onFrames() bool {
	for i := range s.len() {
		if f := frames(s.time(i)); f != math.Trunc(f) {
			return false
		}
	}
	return true
}

// nlbBins returns the signal in bins of q frames, NaN where missing.
func (s *samples) nlbBins(n, q int) *mat.Dense {
	rows, d := (n+q-1)/q, len(s.names)
	y := mat.NewDense(rows, d, nil)
	x := make([]float64, n)
	h := nlbAntiAlias(q)
	for j := range d {
		fillNaN(x)
		for i := range s.len() {
			if f := frames(s.time(i)); f >= 0 && f < float64(n) {
				x[int(f)] = s.values.At(i, j)
			}
		}
		filled := x
		if s.name != "target_pos" {
			filled = interpolateMissing(x)
		}
		for m := range rows {
			v := filled[m*q]
			switch {
			case math.IsNaN(x[m*q]):
				v = math.NaN()
			case s.name != "target_pos":
				v = filterAt(filled, h, m*q)
			}
			y.Set(m, j, v)
		}
	}
	return y
}

// nlbAntiAlias returns the tools' windowed sinc.
func nlbAntiAlias(q int) []float64 {
	h := make([]float64, nlbTaps)
	sum := 0.0
	for j := range h {
		h[j] = 0.54 - 0.46*math.Cos(2*math.Pi*float64(j)/(nlbTaps-1))
		if arg := math.Pi * float64(j-nlbTaps/2) / float64(q); arg != 0 {
			h[j] *= math.Sin(arg) / arg
		}
		sum += h[j]
	}
	for j := range h {
		h[j] /= sum
	}
	return h
}

// filterAt returns Σ_j h[j] x[i + 250 − j].
func filterAt(x, h []float64, i int) float64 {
	sum := 0.0
	for j, w := range h {
		if k := i + nlbTaps/2 - j; k >= 0 && k < len(x) {
			sum += w * x[k]
		}
	}
	return sum
}

// interpolateMissing returns x with NaN interpolated linearly by index, the ends held; x itself if it is NaN
// throughout or nowhere.
func interpolateMissing(x []float64) []float64 {
	if !slices.ContainsFunc(x, math.IsNaN) {
		return x
	}
	y := slices.Clone(x)
	last := -1 // the last index with a value
	for i, v := range x {
		if math.IsNaN(v) {
			continue
		}
		for k := last + 1; k < i; k++ {
			y[k] = v
			if last >= 0 {
				y[k] = x[last] + (v-x[last])*float64(k-last)/float64(i-last)
			}
		}
		last = i
	}
	if last >= 0 {
		for k := last + 1; k < len(x); k++ {
			y[k] = x[last]
		}
	}
	return y
}

// nlbDifference returns (y[m] − y[m−1]) / bin; the first row is missing.
func nlbDifference(y *mat.Dense, bin float64) *mat.Dense {
	rows, d := y.Dims()
	dy := mat.NewDense(rows, d, nil)
	fillNaN(dy.RawRowView(0))
	for m := 1; m < rows; m++ {
		for j := range d {
			dy.Set(m, j, (y.At(m, j)-y.At(m-1, j))/bin)
		}
	}
	return dy
}

// nlbTrials sets the pieces: bin k of one has peri-event time k·bin in its behaviour.
func (p *plan) nlbTrials(bad []bool) error {
	cuts := []nlbCut{{to: time.Duration(len(bad)) * p.o.Bin, trial: -1}}
	if !p.o.Continuous {
		var err error
		if cuts, err = p.nlbCuts(); err != nil {
			return err
		}
	}
	lag := int(math.RoundToEven(float64(p.o.Lag) / float64(p.o.Bin)))
	if rounded := time.Duration(lag) * p.o.Bin; rounded != p.o.Lag {
		p.note("The lag is rounded to whole bins: %v.", rounded)
	}
	for _, c := range cuts {
		// Rows of the trial, as bins of the session.
		var rows []int
		from := max(ceilTo(c.from, p.o.Bin), 0)
		for m := int(from / p.o.Bin); m < len(bad) && time.Duration(m)*p.o.Bin < c.to; m++ {
			if bad[m] {
				p.dropped++
				continue
			}
			rows = append(rows, m)
		}
		zero := int(ceilTo(c.event, p.o.Bin) / p.o.Bin)
		for _, m := range rows {
			k := m + lag - zero // of the behaviour
			if _, ok := slices.BinarySearch(rows, m+lag); !ok || !p.keeps(time.Duration(k)*p.o.Bin) {
				continue
			}
			if n := len(p.pieces); n > 0 && p.pieces[n-1].trial == c.trial && p.pieces[n-1].to == k {
				p.pieces[n-1].to++
				p.pieces[n-1].within.To++
				continue
			}
			p.pieces = append(p.pieces, piece{
				origin: float64(m - k), y: zero, trial: c.trial,
				within: recording.Range{From: k, To: k + 1}, from: k, to: k + 1, step: 1,
			})
		}
	}
	return p.anyLeft()
}

// keeps reports whether behaviour at a peri-event time is kept.
func (p *plan) keeps(t time.Duration) bool {
	return p.o.Keep.IsZero() || t >= p.o.Keep.From && t < p.o.Keep.To
}

// An nlbCut is the time [from, to) of one trial.
type nlbCut struct {
	from, to, event time.Duration
	trial           int
}

// nlbCuts returns the windows of the trials that have the event, ended where they run into the next.
func (p *plan) nlbCuts() ([]nlbCut, error) {
	if p.s.Trials.Len() == 0 {
		return nil, fmt.Errorf("preprocess: the session has no trials to align")
	}
	if err := checkTrials(p.s.Trials, false); err != nil {
		return nil, err
	}
	trials, err := where(p.s.Trials, p.o.Where)
	if err != nil {
		return nil, err
	}
	column := p.s.Trials.Column(p.o.Align)
	if column == nil {
		return nil, fmt.Errorf("preprocess: align: %w", noColumn(p.s.Trials, p.o.Align))
	}
	if column.Numbers == nil {
		return nil, fmt.Errorf("preprocess: align: column %s holds texts, not times", p.o.Align)
	}
	bins := math.RoundToEven(float64(p.o.Window.To-p.o.Window.From) / float64(p.o.Bin))
	length := time.Duration(bins) * p.o.Bin
	var cuts []nlbCut
	for _, i := range trials {
		if a := column.Numbers[i]; !isMissing(a) && math.Abs(a) < maxBins {
			event := seconds(a)
			from := event + p.o.Window.From
			cuts = append(cuts, nlbCut{from, from + length - time.Microsecond + 1, event, i})
		}
	}
	if lost := len(trials) - len(cuts); lost > 0 {
		p.note("%d of %d trials have no %s and are left out.", lost, len(trials), p.o.Align)
	}
	starts := p.s.Trials.Column("start_time")
	for i := range len(cuts) - 1 {
		end := cuts[i+1].from
		if cuts[i].to <= end {
			continue
		}
		if i+2 < len(cuts) && starts != nil && starts.Numbers != nil {
			if start := starts.Numbers[cuts[i+2].trial]; !isMissing(start) {
				end = min(end, seconds(start))
			}
		}
		cuts[i].to = end - time.Microsecond + 1
	}
	if p.o.MaxTrials > 0 && len(cuts) > p.o.MaxTrials {
		cuts = cuts[:p.o.MaxTrials]
	}
	return cuts, nil
}

// ceilTo returns the least multiple of bin that is not below t.
func ceilTo(t, bin time.Duration) time.Duration {
	c := t / bin * bin
	if c < t {
		c += bin
	}
	return c
}

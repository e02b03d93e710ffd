package preprocess

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// edge is how close, in seconds, a time must be to an edge of a bin to count as on it: far above the
// rounding of a float64 that holds a session's seconds, far below any sampling interval. A spike on
// the edge of two bins belongs to the one that it begins.
const edge = 1e-9

// edgeAt is edge among times of about t. Where they are counted from 1970, it is the few roundings of a
// float64, 2⁻⁵³ t each, that lie between a spike and the edge that it was meant to be on: 1.5 µs.
func edgeAt(t float64) float64 {
	if math.IsInf(t, 0) {
		return edge
	}
	return max(edge, math.Abs(t)*0x1p-50)
}

// A grid is the common time axis of bins: positions are seconds for spike times, and rows of the file
// for gridded activity, so that arithmetic on rows is exact.
type grid struct {
	gridded bool
	width   float64 // of a bin, in positions: seconds, or file rows
	start   float64 // of file row 0, in seconds; 0 for spike times
	unit    float64 // seconds per position: 1, or the file's bin; 0 if unknown
}

// newGrid settles the width of a row. Spike times need o.Bin; gridded activity is re-binned by a whole
// factor.
func newGrid(s *recording.Session, o *Options) (grid, error) {
	if s.Activity == nil {
		if o.Bin == 0 {
			return grid{}, fmt.Errorf("preprocess: the session has spike times: say how wide the bins are, such as --bin 45ms")
		}
		return grid{width: o.Bin.Seconds(), unit: 1}, nil
	}
	a := s.Activity
	g := grid{gridded: true, width: 1, start: a.Start, unit: a.Bin}
	switch {
	case !(a.Bin >= 0) || math.IsInf(a.Bin, 0) || isMissing(a.Start):
		return grid{}, fmt.Errorf("preprocess: the session's bin is %g s, and it starts at %g s", a.Bin, a.Start)
	case a.Bin == 0 && o.Bin == 0 && a.Quantity == recording.Counts:
		return grid{}, fmt.Errorf("preprocess: %w, and counts need it to become rates: say it, such as --file-bin 45ms", ErrWidth)
	case a.Bin == 0:
		g.unit = o.Bin.Seconds()
	case o.Bin != 0:
		ratio := o.Bin.Seconds() / a.Bin
		g.width = math.Round(ratio)
		if g.width < 1 || g.width > maxBins || math.Abs(ratio-g.width) > 1e-6*g.width {
			own := seconds(a.Bin)
			return grid{}, fmt.Errorf("preprocess: bin %v: the file has bins of %v, which combine to %v, %v, %v, …",
				o.Bin, own, own, 2*own, 3*own)
		}
	}
	return g, nil
}

// seconds returns the duration, to the nanosecond, of so many seconds.
func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// bin returns the width of a row in seconds, or 0 if unknown.
func (g grid) bin() float64 { return g.width * g.unit }

// time returns the time of a position, in seconds.
func (g grid) time(pos float64) float64 { return g.start + pos*g.unit }

// position returns the position of a time. On a gridded axis it is the nearest edge between rows.
func (g grid) position(seconds float64) float64 {
	if !g.gridded {
		return seconds
	}
	return math.Round((seconds - g.start) / g.unit)
}

// bins returns how many whole bins lie between two positions.
func (g grid) bins(from, to float64) int {
	slack := 0.0
	if !g.gridded {
		slack = edgeAt(from)
	}
	return int(math.Floor(min((to-from+slack)/g.width, 1<<40)))
}

// A piece is a stretch of bins, one after another in time: a trial, a run, or what missing values left
// of one. Bin k covers positions [origin + k·width, origin + (k+1)·width).
type piece struct {
	origin   float64         // position of bin 0
	trial    int             // row of the trials table; −1 without one
	within   recording.Range // the bins over which smoothing may reach
	from, to int             // the bins that are rows of the recording: from, from+step, … before to
	step     int
	y        int // behaviour of bin k is row y+k of the matrix of behaviour
}

// rows returns how many rows the piece has.
func (p piece) rows() int { return (p.to - p.from + p.step - 1) / p.step }

// A source gives numbers of spikes, or rates, in bins.
type source interface {
	neurons() int
	// fill sets dst, unit after unit, to the sums over bins from, …, to−1 of the piece.
	fill(dst []float64, p piece, from, to int) error
	// per is what a sum is divided by to become Hz.
	per() float64
	// missing says which of the bins of p.within some unit has no value in; nil if there is none.
	missing(p piece) (*gap, error)
	// rates returns the mean rate of each unit over the pieces, in Hz, leaving out what is missing.
	rates(pieces []piece) ([]float64, error)
	// choose returns the source of some of the units.
	choose(units []int) source
}

// A gap tells which bins of a piece lack a value, and what lacks first.
type gap struct {
	bins []bool // bin within.From+i
	unit int    // of the first
	why  string
}

// spikes bins spike times directly: the work is proportional to the number of spikes.
type spikes struct {
	units []recording.Unit
	width float64
}

func (s spikes) neurons() int { return len(s.units) }
func (s spikes) per() float64 { return s.width }

func (s spikes) choose(units []int) source { return spikes{pick(s.units, units), s.width} }

// fill counts the spikes in [origin + k·width, origin + (k+1)·width), k = from, …, to−1.
func (s spikes) fill(dst []float64, p piece, from, to int) error {
	clear(dst)
	n := to - from
	edge := edgeAt(p.origin)
	first := p.origin + float64(from)*s.width - edge
	for u := range s.units {
		counts := dst[u*n : (u+1)*n]
		times := s.units[u].Spikes
		for _, t := range times[sort.SearchFloat64s(times, first):] {
			k := int((t-p.origin+edge)/s.width) - from
			if k >= n {
				break
			}
			counts[max(k, 0)]++ // k is −1 only by rounding at the edge
		}
	}
	return nil
}

// missing marks the bins that lie, in part, outside of the time in which every unit was observed.
func (s spikes) missing(p piece) (*gap, error) {
	var g *gap
	first, edge := p.within.To, edgeAt(p.origin)
	for u, unit := range s.units {
		if unit.Observed == nil {
			continue
		}
		i := 0
		for k := p.within.From; k < p.within.To; k++ {
			start := p.origin + float64(k)*s.width
			for i < len(unit.Observed) && unit.Observed[i].Stop < start+s.width-edge {
				i++
			}
			if i < len(unit.Observed) && unit.Observed[i].Start <= start+edge {
				continue
			}
			if g == nil {
				g = &gap{bins: make([]bool, p.within.Len()), why: "was not observed"}
			}
			g.bins[k-p.within.From] = true
			if k < first {
				first, g.unit = k, u
			}
		}
	}
	return g, nil
}

// rates counts spikes over the part of the pieces in which the unit was observed.
func (s spikes) rates(pieces []piece) ([]float64, error) {
	rates := make([]float64, len(s.units))
	for u, unit := range s.units {
		spikes, time := 0, 0.0
		for _, p := range pieces {
			span := recording.Interval{
				Start: p.origin + float64(p.within.From)*s.width,
				Stop:  p.origin + float64(p.within.To)*s.width,
			}
			edge := edgeAt(p.origin)
			from := sort.SearchFloat64s(unit.Spikes, span.Start-edge)
			to := sort.SearchFloat64s(unit.Spikes, span.Stop-edge)
			spikes += to - from
			if unit.Observed == nil {
				time += span.Stop - span.Start
			}
			for _, o := range unit.Observed {
				time += max(0, min(o.Stop, span.Stop)-max(o.Start, span.Start))
			}
		}
		if time > 0 {
			rates[u] = float64(spikes) / time
		}
	}
	return rates, nil
}

// checkSpikes returns an error unless spike times and observed intervals ascend and are finite.
func checkSpikes(units []recording.Unit) error {
	for i, u := range units {
		for j, t := range u.Spikes {
			if math.IsNaN(t) || math.IsInf(t, 0) || j > 0 && t < u.Spikes[j-1] {
				return fmt.Errorf("preprocess: unit %d (%s): spike %d at %g s: times must be finite and ascend", i, u.Name, j, t)
			}
		}
		for j, o := range u.Observed {
			if !(o.Start <= o.Stop) || j > 0 && o.Start < u.Observed[j-1].Start {
				return fmt.Errorf("preprocess: unit %d (%s): observed interval %d is %g to %g s: they must ascend", i, u.Name, j, o.Start, o.Stop)
			}
		}
	}
	return nil
}

// gridRows re-bins gridded activity, in memory or in its file. Bin k of a piece is the sum of the file
// rows origin + k·factor, …, origin + (k+1)·factor − 1.
type gridRows struct {
	rows   recording.Rows
	units  []int // columns; nil means all
	factor int   // file rows per bin
	div    float64
	pool   *sync.Pool // of blocks of rows, *[]float64
}

// hertz returns the source of rows that are rates already.
func hertz(x *mat.Dense) gridRows {
	return gridRows{rows: (&recording.Recording{X: x}).Activity(), factor: 1, div: 1, pool: newPool()}
}

func newPool() *sync.Pool { return &sync.Pool{New: func() any { return new([]float64) }} }

func newGridRows(a *recording.Activity, g grid) gridRows {
	s := gridRows{factor: int(g.width), div: g.width, pool: newPool()}
	if a.Quantity == recording.Counts {
		s.div = g.bin()
	}
	if s.rows = a.Stream; a.Stream == nil {
		s.rows = (&recording.Recording{X: a.Values}).Activity()
	}
	return s
}

func (s gridRows) neurons() int {
	if s.units != nil {
		return len(s.units)
	}
	_, n := s.rows.Dims()
	return n
}

func (s gridRows) per() float64 { return s.div }

func (s gridRows) choose(units []int) source {
	if s.units != nil {
		units = pick(s.units, units)
	}
	s.units = units
	return s
}

// each calls f with every file row of bins from, …, to−1, and the bin it belongs to. It reads blocks
// of about 2 MB.
func (s gridRows) each(p piece, from, to int, f func(bin int, row []float64)) error {
	_, cols := s.rows.Dims()
	row := int(p.origin) + from*s.factor
	left := (to - from) * s.factor
	pooled := s.pool.Get().(*[]float64)
	defer s.pool.Put(pooled)
	*pooled = grow(*pooled, cols*min(left, max(1<<18/cols, 1)))
	buf := *pooled
	for done := 0; done < left; {
		block := buf[:cols*min(left-done, len(buf)/cols)]
		if err := s.rows.ReadRows(block, row+done); err != nil {
			return fmt.Errorf("preprocess: activity from row %d: %w", row+done, err)
		}
		for ; len(block) > 0; block = block[cols:] {
			f(from+done/s.factor, block[:cols])
			done++
		}
	}
	return nil
}

func (s gridRows) fill(dst []float64, p piece, from, to int) error {
	clear(dst)
	n := to - from
	return s.each(p, from, to, func(bin int, row []float64) {
		if s.units == nil {
			for u, v := range row {
				dst[u*n+bin-from] += v
			}
			return
		}
		for i, u := range s.units {
			dst[i*n+bin-from] += row[u]
		}
	})
}

// sums sets dst, row-major, to the sums over bins from, from+step, … before to: what fill does, for
// bins that need no smoothing.
func (s gridRows) sums(dst []float64, p piece, from, to, step int) error {
	n := s.neurons()
	if s.factor == 1 && step == 1 && s.units == nil {
		return s.rows.ReadRows(dst[:n*(to-from)], int(p.origin)+from)
	}
	clear(dst)
	return s.each(p, from, to, func(bin int, row []float64) {
		if (bin-from)%step != 0 {
			return
		}
		out := dst[(bin-from)/step*n:][:n]
		if s.units == nil {
			for u, v := range row {
				out[u] += v
			}
			return
		}
		for i, u := range s.units {
			out[i] += row[u]
		}
	})
}

func (s gridRows) missing(p piece) (*gap, error) {
	var g *gap
	mark := func(bin, unit int, v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return
		}
		if g == nil {
			g = &gap{bins: make([]bool, p.within.Len()), unit: unit, why: fmt.Sprintf("is %v", v)}
		}
		g.bins[bin-p.within.From] = true
	}
	err := s.each(p, p.within.From, p.within.To, func(bin int, row []float64) {
		if finiteRow(row) {
			return
		}
		for i := range s.neurons() {
			mark(bin, i, row[s.column(i)])
		}
	})
	return g, err
}

// finiteRow reports whether every value is a finite number: v − v is 0 for those alone.
func finiteRow(row []float64) bool {
	for _, v := range row {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// column returns the file's column of unit i.
func (s gridRows) column(i int) int {
	if s.units == nil {
		return i
	}
	return s.units[i]
}

func (s gridRows) rates(pieces []piece) ([]float64, error) {
	sums := make([]float64, s.neurons())
	rows := make([]float64, s.neurons())
	for _, p := range pieces {
		err := s.each(p, p.within.From, p.within.To, func(_ int, row []float64) {
			for i := range sums {
				if v := row[s.column(i)]; !math.IsNaN(v) {
					sums[i] += v
					rows[i]++
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for i := range sums {
		if rows[i] > 0 {
			// div is per bin of `factor` rows.
			sums[i] *= float64(s.factor) / (rows[i] * s.div)
		}
	}
	return sums, nil
}

// unitNames returns the names of the units, or nil if none has one.
func unitNames(s *recording.Session) []string {
	if !slices.ContainsFunc(s.Units, func(u recording.Unit) bool { return strings.TrimSpace(u.Name) != "" }) {
		return nil
	}
	names := make([]string, len(s.Units))
	for i, u := range s.Units {
		names[i] = u.Name
	}
	return names
}

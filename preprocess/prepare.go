package preprocess

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// maxSigma bounds the standard deviation of the kernel, in bins.
const maxSigma = 1 << 20

// maxValues bounds the activity matrix, at 32 GB.
const maxValues = 1 << 32

// Prepare makes a recording of a session, in this order: units and trials are selected; spikes are
// binned, or counts and rates re-binned; activity is smoothed within each trial or run; behaviour is
// differentiated, brought onto the bins and paired with the activity by the lag; rows with missing
// values are refused or dropped; trials are averaged; rows are selected. X is in Hz, counts divided by the bin.
//
// Activity given as rates, of which a contiguous stretch of rows is wanted as it is, is shared and not
// copied: X is then the session's own memory. In all other cases X is new, and nothing as large exists
// beside it and the session. Activity that the session leaves in its file stays there, as
// Recording.Stream, unless trials are averaged; Options.Stream asks for the same of any session.
//
// Recording.Trials has a range for each trial, or for each stretch where the session was interrupted or
// rows were dropped inside a trial; it is nil if there is but one stretch and the session has no
// trials. Notes say in sentences what was chosen and what was left out.
//
// The session must not change while the recording is used. The result has passed
// Recording.Validate. Errors name the option, or the channel with row and time.
func Prepare(s *recording.Session, o Options) (*recording.Recording, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := checkSession(s); err != nil {
		return nil, err
	}
	switch o.Parity {
	case NLB:
		return prepareNLB(s, o)
	case Integers:
		var err error
		if s, err = integers(s); err != nil {
			return nil, err
		}
	}
	p := &plan{s: s, o: o}
	steps := []func() error{p.setGrid, p.setBehavior, p.setUnits, p.setTrials, p.dropQuiet, p.dropMissing, p.setY}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return p.recording()
}

// neurons returns the number of neurons of a session.
func neurons(s *recording.Session) int {
	if s.Activity == nil {
		return len(s.Units)
	}
	_, n := s.Activity.Dims()
	return n
}

// checkSession returns an error for a session that has no activity or contradicts itself.
func checkSession(s *recording.Session) error {
	if neurons(s) == 0 {
		return fmt.Errorf("preprocess: %w: the session has no units", recording.ErrEmpty)
	}
	if s.Activity == nil {
		return checkSpikes(s.Units)
	}
	t, n := s.Activity.Dims()
	if len(s.Units) > 0 && len(s.Units) != n {
		return fmt.Errorf("preprocess: %w: %d columns of activity, %d units", recording.ErrShape, n, len(s.Units))
	}
	if q := s.Activity.Quantity; q != recording.Counts && q != recording.Rates {
		return fmt.Errorf("preprocess: activity is %q: want counts or rates", q)
	}
	if err := recording.ValidateRanges(s.Activity.Runs, t); err != nil {
		return fmt.Errorf("preprocess: runs of activity: %w", err)
	}
	return nil
}

// A plan is a recording in the making.
type plan struct {
	s       *recording.Session
	o       Options
	grid    grid
	outputs []*samples
	columns []int // of the outputs side by side
	src     source
	shared  *mat.Dense // the session's own matrix, as long as it is the source
	units   []int      // of the session
	kernel  kernel
	pieces  []piece
	y       *mat.Dense // behaviour of every row of the pieces
	dropped int
	notes   []string
}

func (p *plan) note(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

func (p *plan) setGrid() (err error) {
	if p.grid, err = newGrid(p.s, &p.o); err != nil {
		return err
	}
	if a := p.s.Activity; a != nil && a.Bin == 0 && p.o.Bin > 0 {
		p.note("The file does not say how wide its rows are: %v, the bin asked for, is taken for it.", p.o.Bin)
	}
	if p.o.Smooth > 0 && p.grid.unit == 0 {
		return fmt.Errorf("preprocess: smooth %v: %w: say it, such as --file-bin 45ms", p.o.Smooth, ErrWidth)
	}
	p.kernel = newKernel(0, false)
	if p.o.Smooth > 0 {
		s := p.o.Smooth.Seconds() / p.grid.bin()
		if s > maxSigma {
			return fmt.Errorf("preprocess: smooth %v is too wide for bins of %v", p.o.Smooth, seconds(p.grid.bin()))
		}
		p.kernel = newKernel(s, p.o.Causal)
		if p.kernel.identity() {
			p.note("Smoothing of %v does nothing at bins of %v.", p.o.Smooth, seconds(p.grid.bin()))
		}
	}
	return nil
}

func (p *plan) setBehavior() (err error) {
	if p.outputs, err = behavior(p.s, &p.o, p.grid); err != nil {
		return err
	}
	if len(p.o.Output) == 0 && len(p.s.Signals) > 1 {
		p.note("The behaviour is %s, the first of %s.", p.s.Signals[0].Name, describe(p.s.Signals))
	}
	if p.outputs, p.columns, err = columns(p.outputs, p.o.Columns); err != nil {
		return err
	}
	for i, out := range p.outputs {
		if err := checkLag(p.o.Lag, p.grid, out.onGrid); err != nil {
			return err
		}
		unit, breaks := 1.0, []int(nil)
		if out.onGrid {
			unit, breaks = p.grid.unit, p.breaks()
		}
		for range p.o.Derivative {
			out = out.differentiate(unit, breaks)
		}
		p.outputs[i] = out
	}
	return nil
}

// breaks returns the rows of the file at which runs and trials begin and end.
func (p *plan) breaks() []int {
	var rows []int
	for _, r := range p.fileRuns() {
		rows = append(rows, r.From, r.To)
	}
	if p.s.Trials != nil && !p.o.Continuous {
		for _, r := range p.s.Trials.Rows {
			rows = append(rows, r.From, r.To)
		}
	}
	return rows
}

func (p *plan) setUnits() (err error) {
	if p.units, err = ParseIndices(p.o.Units, "units", neurons(p.s), unitNames(p.s)); err != nil {
		return err
	}
	if p.s.Activity != nil {
		p.src, p.shared = newGridRows(p.s.Activity, p.grid), p.s.Activity.Values
	} else {
		p.src = spikes{p.s.Units, p.grid.width}
	}
	if len(p.o.Units) > 0 {
		p.src = p.src.choose(p.units)
	}
	return nil
}

func (p *plan) setTrials() (err error) {
	if p.pieces, err = p.layout(); err != nil {
		return err
	}
	p.applyLag()
	rows := rowsOf(p.pieces)
	switch {
	case rows == 0 && p.o.Lag != 0:
		return fmt.Errorf("preprocess: lag %v leaves no row: no trial or run is that long", p.o.Lag)
	case rows == 0 && !p.o.Keep.IsZero():
		return fmt.Errorf("preprocess: %w: keep %v leaves no row", recording.ErrEmpty, p.o.Keep)
	case rows == 0:
		return fmt.Errorf("preprocess: %w: no trial or run is as long as a bin", recording.ErrEmpty)
	case rows > maxValues/(p.src.neurons()+p.dim()):
		return fmt.Errorf("preprocess: %d rows of %d neurons are more than fits in memory: take wider bins or fewer trials", rows, p.src.neurons())
	}
	return p.checkExtent(float64(rows) * p.grid.bin())
}

// checkExtent returns an error if trials that share no time cover far more of it than there is data for: a
// wrong time in the table should not fill the memory with silence.
func (p *plan) checkExtent(covered float64) error {
	if p.grid.gridded || p.o.Overlap == Repeat {
		return nil
	}
	first, last := math.Inf(1), math.Inf(-1)
	for _, u := range p.s.Units {
		if n := len(u.Spikes); n > 0 {
			first, last = min(first, u.Spikes[0]), max(last, u.Spikes[n-1])
		}
	}
	for _, out := range p.outputs {
		first, last = min(first, out.time(0)), max(last, out.time(out.len()-1))
	}
	const margin = 2 // windows may reach beyond the data, and gaps are the policy's matter
	if covered > margin*(last-first+1) {
		return fmt.Errorf("preprocess: the trials cover %.6g s, and the data go from %s s to %s s: the times of the trials are wrong",
			covered, timeText(first), timeText(last))
	}
	return nil
}

// applyLag keeps the rows whose behaviour, lag later, lies within the same trial, and within o.Keep.
func (p *plan) applyLag() {
	lag, width, lost := p.o.Lag.Seconds(), p.grid.bin(), 0
	var kept []piece
	for _, q := range p.pieces {
		r := q.within
		if lag != 0 {
			r = lagged(r, lag, width)
		}
		if !p.o.Keep.IsZero() {
			// Behaviour of bin k begins at the peri-event time window.From + k·width + lag.
			zero := p.o.Window.From.Seconds() + lag
			r.From = max(r.From, ceil((p.o.Keep.From.Seconds()-zero)/width))
			r.To = max(r.From, min(r.To, ceil((p.o.Keep.To.Seconds()-zero)/width)))
		}
		if r.Len() == 0 {
			lost++
			continue
		}
		q.from, q.to = r.From, r.To
		kept = append(kept, q)
	}
	if lost > 0 {
		p.note("Trials or runs with no row left after lag and selection of peri-event time: %d.", lost)
	}
	p.pieces = kept
}

// dropQuiet leaves out the units below the minimal rate.
func (p *plan) dropQuiet() error {
	if p.o.MinRate == 0 {
		return nil
	}
	rates, err := p.src.rates(p.pieces)
	if err != nil {
		return err
	}
	var keep, units []int
	for i, r := range rates {
		if r >= p.o.MinRate {
			keep = append(keep, i)
			units = append(units, p.units[i])
		}
	}
	switch quiet := len(rates) - len(keep); {
	case len(keep) == 0:
		return fmt.Errorf("preprocess: %w: min-rate %g Hz: the highest mean rate is %.3g Hz", recording.ErrEmpty, p.o.MinRate, slices.Max(rates))
	case quiet > 0:
		p.note("%d of %d units fire below %g Hz and are left out.", quiet, len(rates), p.o.MinRate)
		p.src, p.units = p.src.choose(keep), units
	}
	return nil
}

// unitName names unit i of the source.
func (p *plan) unitName(i int) string {
	if names := unitNames(p.s); names != nil {
		return fmt.Sprintf("unit %d (%s)", p.units[i], names[p.units[i]])
	}
	return fmt.Sprintf("unit %d", p.units[i])
}

// dim returns the number of outputs.
func (p *plan) dim() int {
	d := 0
	for _, out := range p.outputs {
		d += len(out.names)
	}
	return d
}

// setY resamples the behaviour, and refuses or drops rows that lack it.
func (p *plan) setY() error {
	rows := 0
	for i := range p.pieces {
		p.pieces[i].y = rows - p.pieces[i].from
		rows += p.pieces[i].rows()
	}
	p.y = mat.NewDense(rows, p.dim(), nil)
	for _, q := range p.pieces {
		block := p.y.Slice(q.y+q.from, q.y+q.to, 0, p.dim()).(*mat.Dense)
		col := 0
		for _, out := range p.outputs {
			p.resample(block, col, out, q)
			col += len(out.names)
		}
	}
	var kept []piece
	for _, q := range p.pieces {
		missing := make([]bool, q.rows())
		for i := range missing {
			row := p.y.RawRowView(q.y + q.from + i)
			missing[i] = !finiteRow(row)
			if missing[i] && p.o.NaN == Refuse {
				return fmt.Errorf("preprocess: %w: behaviour %s is missing at row %d%s (--nan drop leaves such rows out)",
					recording.ErrNumber, p.outputNames()[slices.IndexFunc(row, isMissing)], q.y+q.from+i, p.at(q, q.from+i))
			}
		}
		runs := present(missing)
		for _, r := range runs {
			part := q
			part.from, part.to = q.from+r.From, q.from+r.To
			kept = append(kept, part)
			p.dropped -= r.Len()
		}
		p.dropped += q.rows()
	}
	p.pieces = kept
	return p.anyLeft()
}

// resample sets columns col, … of y to a signal in the bins of a piece, lag later.
func (p *plan) resample(y *mat.Dense, col int, out *samples, q piece) {
	lag := p.o.Lag.Seconds()
	from := q.origin + float64(q.from)*p.grid.width
	if out.onGrid {
		if lag != 0 {
			from += math.Round(lag / p.grid.unit)
		}
		out.resample(y, col, from, p.grid.width, p.o.Resample, math.Inf(-1), math.Inf(1))
		return
	}
	lo, hi := math.Inf(-1), math.Inf(1)
	if p.grid.gridded {
		for _, r := range p.fileRuns() {
			if pos := q.origin + float64(q.within.From)*p.grid.width; pos >= float64(r.From) && pos < float64(r.To) && len(p.fileRuns()) > 1 {
				lo, hi = p.grid.time(float64(r.From)), p.grid.time(float64(r.To))
			}
		}
	}
	out.resample(y, col, p.grid.time(from)+lag, p.grid.bin(), p.o.Resample, lo, hi)
}

// outputNames returns the names of the outputs, behind that of their signal where there are several.
func (p *plan) outputNames() []string {
	several := slices.ContainsFunc(p.outputs, func(s *samples) bool { return s.name != p.outputs[0].name })
	var names []string
	for _, out := range p.outputs {
		for _, name := range out.names {
			if several && !strings.HasPrefix(name, out.name) {
				name = out.name + "." + name
			}
			names = append(names, derived(name, p.o.Derivative))
		}
	}
	return names
}

// recording makes the recording that the plan has come to.
func (p *plan) recording() (*recording.Recording, error) {
	rec := &recording.Recording{
		Source:  p.s.Source,
		Kind:    p.s.Kind,
		Bin:     seconds(p.grid.bin()),
		Units:   pick(unitNames(p.s), p.units),
		Outputs: p.outputNames(),
		Output:  title(p.outputs, p.o.Derivative),
		Dropped: p.dropped,
		Smooth:  p.o.Smooth,
		Lag:     p.o.Lag,
	}
	if p.dropped > 0 {
		p.note("Rows left out because of missing values: %d.", p.dropped)
	}
	labels, order, err := p.conditions()
	if err != nil {
		return nil, err
	}
	if len(p.o.AverageBy) > 0 {
		if labels, err = p.average(labels, order); err != nil {
			return nil, err
		}
	}
	rows := rowsOf(p.pieces)
	p.pieces = selectRows(p.pieces, p.o.FromRow, p.o.ToRow, p.o.Every)
	if len(p.pieces) == 0 {
		return nil, fmt.Errorf("preprocess: %w: rows from %d are none of the %d that there are", recording.ErrEmpty, p.o.FromRow, rows)
	}
	if p.o.ToRow > rows {
		p.note("Rows up to %d were asked for, and there are %d.", p.o.ToRow, rows)
	}
	if p.o.Every > 1 {
		rec.Bin *= time.Duration(p.o.Every)
		p.note("Of every %d rows one is kept; a row stands for %v.", p.o.Every, rec.Bin)
	}
	p.setRanges(rec, labels)
	rec.Y = p.gatherY()
	if err := p.setActivity(rec); err != nil {
		return nil, err
	}
	rec.Decoder = p.decoder()
	rec.Notes = append(slices.Clone(p.s.Notes), p.notes...)
	return rec, rec.Validate()
}

// setRanges sets the trials, and their labels if they have any.
func (p *plan) setRanges(rec *recording.Recording, labels map[int]string) {
	at := 0
	for _, q := range p.pieces {
		rec.Trials = append(rec.Trials, recording.Range{From: at, To: at + q.rows()})
		at += q.rows()
		if labels != nil {
			rec.Labels = append(rec.Labels, labels[q.trial])
		}
	}
	if len(rec.Trials) == 1 && p.pieces[0].trial < 0 {
		rec.Trials = nil
	}
}

// gatherY returns the behaviour of the rows that are left.
func (p *plan) gatherY() *mat.Dense {
	rows := rowsOf(p.pieces)
	if t, _ := p.y.Dims(); rows == t {
		return p.y
	}
	y := mat.NewDense(rows, p.dim(), nil)
	at := 0
	for _, q := range p.pieces {
		for k := q.from; k < q.to; k += q.step {
			copy(y.RawRowView(at), p.y.RawRowView(q.y+k))
			at++
		}
	}
	return y
}

// setActivity sets X, shared with the session where nothing changes it, or Stream.
func (p *plan) setActivity(rec *recording.Recording) (err error) {
	a := newActivity(p.src, p.kernel, p.pieces)
	g, gridded := p.src.(gridRows)
	from, to, adjacent := p.fileRows()
	asItIs := gridded && len(p.o.AverageBy) == 0 && adjacent && g.units == nil && g.factor == 1 && g.div == 1 && p.kernel.identity()
	inFile := p.s.Activity != nil && p.s.Activity.Stream != nil && len(p.o.AverageBy) == 0
	switch {
	case inFile && asItIs && to-from == first(g.rows.Dims()):
		rec.Stream = p.s.Activity.Stream
	case inFile || p.o.Stream:
		rec.Stream = a
	case asItIs && p.shared != nil:
		_, n := p.shared.Dims()
		rec.X = p.shared.Slice(from, to, 0, n).(*mat.Dense)
	case p.o.StreamOver > 0 && a.bytes() > p.o.StreamOver:
		rec.Stream = a
		p.note("Rates are made from the file in blocks as they are read: whole they would take %d MB.", a.bytes()>>20)
	default:
		rec.X, err = a.dense()
	}
	return err
}

func first(t, _ int) int { return t }

// fileRows returns the rows of the file that the pieces take, if they are one stretch.
func (p *plan) fileRows() (from, to int, adjacent bool) {
	for i, q := range p.pieces {
		start := int(q.origin) + q.from
		if i == 0 {
			from, to = start, start
		}
		if start != to || q.step != 1 {
			return 0, 0, false
		}
		to = int(q.origin) + q.to
	}
	return from, to, true
}

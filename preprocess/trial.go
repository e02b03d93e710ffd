package preprocess

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"oblique/loaders/recording"
)

// maxBins bounds the rows of a recording: beyond it times in a trials table are nonsense.
const maxBins = 1 << 31

// where returns the trials for which every condition holds.
func where(t *recording.Trials, conditions []string) ([]int, error) {
	trials := count(0, t.Len())
	for _, c := range conditions {
		holds, err := parseCondition(t, c)
		if err != nil {
			return nil, fmt.Errorf("preprocess: where %q: %w", c, err)
		}
		trials = slices.DeleteFunc(trials, func(i int) bool { return !holds(i) })
	}
	return trials, nil
}

// parseCondition reads column, operator (=, ==, !=, <, <=, >, >=) and value. Texts compare as equal or
// not. A missing number satisfies != alone.
func parseCondition(t *recording.Trials, condition string) (func(trial int) bool, error) {
	at := strings.IndexAny(condition, "=!<>")
	if at < 0 {
		return nil, fmt.Errorf("want column=value, or one of != < <= > >=")
	}
	name, rest := strings.TrimSpace(condition[:at]), condition[at:]
	op := rest[:1]
	if len(rest) > 1 && rest[1] == '=' {
		op = rest[:2]
	}
	value := strings.TrimSpace(rest[len(op):])
	column := t.Column(name)
	if column == nil {
		return nil, noColumn(t, name)
	}
	if column.Texts != nil {
		switch op {
		case "=", "==":
			return func(i int) bool { return column.Texts[i] == value }, nil
		case "!=":
			return func(i int) bool { return column.Texts[i] != value }, nil
		}
		return nil, fmt.Errorf("column %s holds texts: want = or !=", name)
	}
	v, err := parseNumber(value)
	if err != nil {
		return nil, fmt.Errorf("column %s holds numbers, and %q is none", name, value)
	}
	compare, ok := map[string]func(a, b float64) bool{
		"=":  func(a, b float64) bool { return a == b },
		"==": func(a, b float64) bool { return a == b },
		"!=": func(a, b float64) bool { return a != b },
		"<":  func(a, b float64) bool { return a < b },
		"<=": func(a, b float64) bool { return a <= b },
		">":  func(a, b float64) bool { return a > b },
		">=": func(a, b float64) bool { return a >= b },
	}[op]
	if !ok {
		return nil, fmt.Errorf("no operator %q: want = != < <= > >=", op)
	}
	return func(i int) bool { return compare(column.Numbers[i], v) }, nil
}

// columnsOf tells what the columns of the conditions hold: the texts, or the least and the greatest number.
func columnsOf(t *recording.Trials, conditions []string) string {
	const most = 12
	var words strings.Builder
	for _, c := range conditions {
		name := strings.TrimSpace(c[:strings.IndexAny(c, "=!<>")])
		column := t.Column(name)
		if column.Texts != nil {
			texts := slices.Compact(slices.Sorted(slices.Values(column.Texts)))
			var quoted []string
			for _, text := range texts[:min(most, len(texts))] {
				quoted = append(quoted, strconv.Quote(text))
			}
			if len(texts) > most {
				quoted = append(quoted, "…")
			}
			fmt.Fprintf(&words, "; %s is %s", name, strings.Join(quoted, ", "))
			continue
		}
		numbers := slices.DeleteFunc(slices.Sorted(slices.Values(column.Numbers)), math.IsNaN)
		if len(numbers) > 0 {
			fmt.Fprintf(&words, "; %s is %g to %g", name, numbers[0], numbers[len(numbers)-1])
		}
	}
	return words.String()
}

// parseNumber reads a number, or true and false as the 1 and 0 that tables hold them as.
func parseNumber(s string) (float64, error) {
	switch strings.ToLower(s) {
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	}
	return strconv.ParseFloat(s, 64)
}

func noColumn(t *recording.Trials, name string) error {
	names := make([]string, 0, len(t.Columns)+2)
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	for _, own := range []string{"start_time", "stop_time"} {
		if t.Column(own) != nil && !slices.Contains(names, own) {
			names = append(names, own)
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("no column %q: the trials table has none", name)
	}
	return fmt.Errorf("no column %q; the trials table has: %s", name, list(names))
}

// checkTrials returns an error unless every column of the table has an entry for every trial, and each
// trial a beginning and an end: rows of a gridded activity, or times.
func checkTrials(t *recording.Trials, gridded bool) error {
	n := t.Len()
	switch {
	case gridded && t.Rows != nil && len(t.Rows) != n:
		return fmt.Errorf("preprocess: trials: %d ranges of rows, want %d", len(t.Rows), n)
	case !(gridded && t.Rows != nil) && (len(t.Start) != n || len(t.Stop) != n):
		return fmt.Errorf("preprocess: trials: %d starts and %d stops, want %d", len(t.Start), len(t.Stop), n)
	}
	for _, c := range t.Columns {
		entries := len(c.Numbers)
		if c.Texts != nil {
			entries = len(c.Texts)
		}
		if entries != n || c.Texts != nil && c.Numbers != nil {
			return fmt.Errorf("preprocess: trials: column %s has %d entries, want %d numbers or texts", c.Name, entries, n)
		}
	}
	return nil
}

// groups returns the condition of each trial as text, for the columns that make it, and the order of
// the conditions: by number where a column holds numbers, by text otherwise, the first column first.
func groups(t *recording.Trials, names []string, trials []int) (labels map[int]string, order []string, err error) {
	var columns []*recording.Column
	for _, name := range names {
		c := t.Column(name)
		if c == nil {
			return nil, nil, fmt.Errorf("preprocess: condition: %w", noColumn(t, name))
		}
		columns = append(columns, c)
	}
	sorted := slices.Clone(trials)
	slices.SortStableFunc(sorted, func(a, b int) int {
		for _, c := range columns {
			if d := compareEntries(c, a, b); d != 0 {
				return d
			}
		}
		return 0
	})
	labels = make(map[int]string, len(trials))
	for _, i := range sorted {
		words := make([]string, len(columns))
		for j, c := range columns {
			words[j] = c.Name + "=" + c.Label(i)
		}
		labels[i] = strings.Join(words, " ")
		if len(order) == 0 || order[len(order)-1] != labels[i] {
			order = append(order, labels[i])
		}
	}
	return labels, order, nil
}

func compareEntries(c *recording.Column, a, b int) int {
	if c.Texts != nil {
		return cmp.Compare(c.Texts[a], c.Texts[b])
	}
	return cmp.Compare(c.Numbers[a], c.Numbers[b])
}

// A span is the stretch of positions of one trial before it is cut into bins.
type span struct {
	from, to float64
	trial    int
	anchor   float64 // a position inside: the event, or the start
}

// spans returns the stretches of the selected trials, in order of time.
func (p *plan) spans(trials []int) ([]span, error) {
	var spans []span
	var err error
	what := "times"
	if p.o.Align != "" {
		what = p.o.Align
		spans, err = p.windows(trials)
	} else {
		spans = p.whole(trials)
	}
	if err != nil {
		return nil, err
	}
	if lost := len(trials) - len(spans); lost > 0 {
		p.note("%d of %d trials have no %s and are left out.", lost, len(trials), what)
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return spans, nil
}

// windows returns the window around the event of each trial that has one.
func (p *plan) windows(trials []int) ([]span, error) {
	column := p.s.Trials.Column(p.o.Align)
	if column == nil {
		return nil, fmt.Errorf("preprocess: align: %w", noColumn(p.s.Trials, p.o.Align))
	}
	if column.Numbers == nil {
		return nil, fmt.Errorf("preprocess: align: column %s holds texts, not times", p.o.Align)
	}
	if p.grid.unit == 0 {
		return nil, fmt.Errorf("preprocess: align %s: %w: say it, such as --file-bin 45ms", p.o.Align, ErrWidth)
	}
	lo, hi := p.o.Window.From.Seconds(), p.o.Window.To.Seconds()
	n := int(math.Floor(min((hi-lo)/p.grid.bin(), maxBins) + 1e-6))
	if n == 0 {
		return nil, fmt.Errorf("preprocess: window %v is shorter than a bin of %v", p.o.Window, seconds(p.grid.bin()))
	}
	if rest := hi - lo - float64(n)*p.grid.bin(); rest > edge {
		p.note("The window %v holds %d whole bins; the last %v of it is left out.", p.o.Window, n, seconds(rest))
	}
	var spans []span
	for _, i := range trials {
		event := column.Numbers[i]
		if isMissing(event) {
			continue
		}
		from := p.grid.position(event + lo)
		spans = append(spans, span{from, from + float64(n)*p.grid.width, i, p.grid.position(event)})
	}
	return spans, nil
}

// whole returns the trials from start to stop.
func (p *plan) whole(trials []int) []span {
	t := p.s.Trials
	var spans []span
	for _, i := range trials {
		if p.grid.gridded && t.Rows != nil {
			from, to := float64(t.Rows[i].From), float64(t.Rows[i].To)
			spans = append(spans, span{from, to, i, from})
			continue
		}
		from, to := t.Start[i], t.Stop[i]
		if isMissing(from) || isMissing(to) || to <= from {
			continue
		}
		if p.grid.gridded {
			from, to = p.grid.position(from), p.grid.position(to)
		}
		spans = append(spans, span{from, to, i, from})
	}
	return spans
}

// cut ends each span, in whole bins, where the next one begins.
func (p *plan) cut(spans []span) []span {
	shortened, lost := 0, 0
	var kept []span
	for i, s := range spans {
		if i+1 < len(spans) && spans[i+1].from < s.to-edgeAt(s.to) {
			s.to = s.from + float64(p.grid.bins(s.from, spans[i+1].from))*p.grid.width
			shortened++
		}
		if s.to-s.from < p.grid.width/2 {
			lost++
			continue
		}
		kept = append(kept, s)
	}
	if shortened > 0 {
		p.note("Trials that run into the next one and are cut there: %d; of these, nothing is left of %d.", shortened, lost)
	}
	return kept
}

// layout returns the stretches of bins: windows or trials if the session has trials, runs otherwise.
func (p *plan) layout() ([]piece, error) {
	t := p.s.Trials
	if t.Len() == 0 || p.o.Continuous {
		if p.o.Align != "" || len(p.o.Where)+len(p.o.LabelBy)+p.o.MaxTrials > 0 {
			return nil, fmt.Errorf("preprocess: the session has no trials to align, select or label")
		}
		return p.runs()
	}
	if err := checkTrials(t, p.grid.gridded); err != nil {
		return nil, err
	}
	trials, err := where(t, p.o.Where)
	if err != nil {
		return nil, err
	}
	if len(p.o.Where) > 0 {
		p.note("%d of %d trials satisfy %s.", len(trials), t.Len(), strings.Join(p.o.Where, ", "))
	}
	if p.o.MaxTrials > 0 && len(trials) > p.o.MaxTrials {
		trials = trials[:p.o.MaxTrials]
	}
	if len(trials) == 0 {
		return nil, fmt.Errorf("preprocess: no trial satisfies %s%s", strings.Join(p.o.Where, ", "), columnsOf(t, p.o.Where))
	}
	spans, err := p.spans(trials)
	if err != nil {
		return nil, err
	}
	if p.o.Overlap == Cut {
		spans = p.cut(spans)
	}
	pieces, err := p.bins(spans)
	if err == nil && len(pieces) == 0 {
		return nil, fmt.Errorf("preprocess: none of the %d trials holds a bin of %v", len(trials), seconds(p.grid.bin()))
	}
	return pieces, err
}

// runs returns the stretches of a session without trials: those of gridded activity, or all the time
// in which every unit was observed and the behaviour recorded.
func (p *plan) runs() ([]piece, error) {
	if p.grid.gridded {
		var spans []span
		for _, r := range p.fileRuns() {
			spans = append(spans, span{float64(r.From), float64(r.To), -1, float64(r.From)})
		}
		return p.bins(spans)
	}
	observed := []recording.Interval{{Start: math.Inf(-1), Stop: math.Inf(1)}}
	for _, out := range p.outputs {
		last := out.time(out.len() - 1)
		if p.o.Resample != Linear && out.faster(p.grid.width) {
			last += out.step // the last sample stands for its interval
		}
		observed = intersect(observed, []recording.Interval{{Start: out.time(0), Stop: last}})
	}
	for _, u := range p.s.Units {
		if u.Observed != nil {
			observed = intersect(observed, u.Observed)
		}
	}
	var spans []span
	for _, o := range observed {
		spans = append(spans, span{o.Start, o.Stop, -1, o.Start})
	}
	pieces, err := p.bins(spans)
	if err == nil && len(pieces) == 0 {
		return nil, fmt.Errorf("preprocess: activity and behaviour share no bin of %v", seconds(p.grid.bin()))
	}
	return pieces, err
}

// intersect returns the time that lies in both of two ascending lists of intervals.
func intersect(a, b []recording.Interval) []recording.Interval {
	var both []recording.Interval
	for i, j := 0, 0; i < len(a) && j < len(b); {
		start, stop := max(a[i].Start, b[j].Start), min(a[i].Stop, b[j].Stop)
		if start < stop {
			both = append(both, recording.Interval{Start: start, Stop: stop})
		}
		if a[i].Stop < b[j].Stop {
			i++
		} else {
			j++
		}
	}
	return both
}

// fileRuns returns the stretches of rows of gridded activity that are contiguous in time.
func (p *plan) fileRuns() []recording.Range {
	if p.s.Activity.Runs != nil {
		return p.s.Activity.Runs
	}
	t, _ := p.s.Activity.Dims()
	return []recording.Range{{From: 0, To: t}}
}

// bins cuts spans into bins. Gridded activity has bins only within its runs: a window keeps those of
// the run of its event, with their peri-event times; a trial becomes one piece per run.
func (p *plan) bins(spans []span) ([]piece, error) {
	var pieces []piece
	total, partial, cut := 0, 0, 0
	add := func(origin, from, to float64, trial int) error {
		n := p.grid.bins(origin, to)
		first := int(math.Ceil((from - origin) / p.grid.width))
		if n > maxBins || total > maxBins {
			return fmt.Errorf("preprocess: more than %d bins of %v: trial times or bin are wrong", maxBins, seconds(p.grid.bin()))
		}
		if p.o.Align == "" && to-origin-float64(n)*p.grid.width > edge && p.grid.gridded {
			partial++
		}
		if first >= n {
			return nil
		}
		total += n - first
		pieces = append(pieces, piece{
			origin: origin, trial: trial, step: 1,
			within: recording.Range{From: first, To: n}, from: first, to: n,
		})
		return nil
	}
	for _, s := range spans {
		if !p.grid.gridded {
			if err := add(s.from, s.from, s.to, s.trial); err != nil {
				return nil, err
			}
			continue
		}
		for _, r := range p.fileRuns() {
			from, to := max(s.from, float64(r.From)), min(s.to, float64(r.To))
			if from >= to {
				continue
			}
			origin := from
			if p.o.Align != "" {
				if s.anchor < float64(r.From) || s.anchor >= float64(r.To) {
					continue
				}
				origin = s.from
				if from > s.from || to < s.to {
					cut++
				}
			}
			if err := add(origin, from, to, s.trial); err != nil {
				return nil, err
			}
		}
	}
	if cut > 0 {
		p.note("Windows that reach beyond the rows around their event, and are cut there: %d of %d.", cut, len(spans))
	}
	if partial > 0 {
		p.note("Trials or runs that end with less than a bin, which is left out: %d.", partial)
	}
	return pieces, nil
}

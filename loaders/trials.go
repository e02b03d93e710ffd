package loaders

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"oblique/loaders/recording"
)

// trials sets the trials of t rows: the parts that were stacked, or what the file says.
func (l *loading) trials(t int, parts []recording.Range) error {
	a := l.s.Activity
	a.Runs = parts
	if l.Trials == "none" {
		return nil
	}
	table := &recording.Trials{Rows: parts}
	if parts == nil {
		var err error
		if table, err = l.trialRows(t); err != nil || table == nil {
			return err
		}
	}
	if a.Bin > 0 {
		for _, r := range table.Rows {
			table.Start = append(table.Start, a.Start+float64(r.From)*a.Bin)
			table.Stop = append(table.Stop, a.Start+float64(r.To)*a.Bin)
		}
	}
	l.s.Trials = table
	return l.labels(table, t)
}

// trialRows finds the trials of t rows in a vector that numbers or names them, or in vectors of first and
// last rows. It returns nil if the file has neither.
func (l *loading) trialRows(t int) (*recording.Trials, error) {
	perRow := func(i Info) bool { return (isVector(i) || i.Class == Text) && product(i.Dims) == t }
	p := l.inv.only(trialNames, perRow)
	if l.Trials != "" {
		n, path, err := l.find(l.Trials)
		if err != nil {
			return nil, fmt.Errorf("--trials: %w", err)
		}
		if !perRow(n.Info()) {
			return nil, fmt.Errorf("loaders: %w: trials '%s' is %s, want a number or name for each of %d rows",
				recording.ErrShape, path, n.Info().Shape(), t)
		}
		p = &place{path: path, node: n}
	}
	if p == nil {
		return l.trialBounds(t)
	}
	ids, names, err := trialIDs(p.node)
	if err != nil {
		return nil, err
	}
	if len(ids) != t { // one text of as many characters
		return l.trialBounds(t)
	}
	if row := slices.IndexFunc(ids, isFraction); row >= 0 {
		text := fmt.Sprintf("'%s' has %g in row %d, and whole numbers or names number trials", p.path, ids[row], row)
		if l.Trials != "" {
			return nil, fmt.Errorf("--trials: loaders: %s", text)
		}
		l.note(recording.Caution+"%s: it is left out.", text)
		return l.trialBounds(t)
	}
	table, runs := numberedRows(ids)
	l.s.Activity.Runs = runs
	if len(table.Rows) == 0 {
		return nil, nil
	}
	if names != nil {
		id := &table.Columns[0]
		for _, n := range id.Numbers {
			id.Texts = append(id.Texts, names[int(n)])
		}
		id.Numbers = nil
	}
	return table, nil
}

func isFraction(x float64) bool { return x != math.Trunc(x) && !math.IsNaN(x) }

// trialIDs returns the number of each row's trial. Names are numbered as they appear; an empty one is no trial's, −1.
func trialIDs(n Node) (ids []float64, names []string, err error) {
	if n.Info().Class != Text {
		v, err := n.Values()
		return v.Data, nil, err
	}
	rows, err := n.Strings()
	if err != nil {
		return nil, nil, err
	}
	number := map[string]float64{"": -1}
	ids, names = make([]float64, len(rows)), []string{}
	for i, name := range rows {
		id, known := number[name]
		if !known {
			id = float64(len(names))
			number[name], names = id, append(names, name)
		}
		ids[i] = id
	}
	return ids, names, nil
}

// numberedRows makes a trial of each stretch of rows with the same number, and a run of each stretch
// whether it is a trial or not. Rows with a negative number or NaN belong to no trial.
func numberedRows(ids []float64) (*recording.Trials, []recording.Range) {
	table := &recording.Trials{}
	var runs []recording.Range
	var numbers []float64
	for from := 0; from < len(ids); {
		to := from + 1
		for to < len(ids) && (ids[to] == ids[from] || ids[to] != ids[to] && ids[from] != ids[from]) {
			to++
		}
		r := recording.Range{From: from, To: to}
		runs = append(runs, r)
		if ids[from] >= 0 {
			table.Rows = append(table.Rows, r)
			numbers = append(numbers, ids[from])
		}
		from = to
	}
	table.Columns = []recording.Column{{Name: "trial_id", Numbers: numbers}}
	return table, runs
}

// trialBounds reads trial_start and trial_stop: rows, or seconds where the names end in _s. Without stops a
// trial lasts until the next.
func (l *loading) trialBounds(t int) (*recording.Trials, error) {
	p := l.inv.only(startNames, isVector)
	if p == nil {
		return nil, nil
	}
	starts, err := l.rowsOf(p)
	if err != nil || starts == nil {
		return nil, err
	}
	stops := append(slices.Clone(starts[min(1, len(starts)):]), t)
	if q := l.inv.only(stopNames, isVector); q != nil {
		if stops, err = l.rowsOf(q); err != nil {
			return nil, err
		}
	}
	if len(stops) != len(starts) {
		return nil, fmt.Errorf("loaders: %w: %d trials start and %d stop", recording.ErrShape, len(starts), len(stops))
	}
	table := &recording.Trials{}
	for i := range starts {
		table.Rows = append(table.Rows, recording.Range{From: starts[i], To: stops[i]})
	}
	if err := recording.ValidateRanges(table.Rows, t); err != nil {
		return nil, fmt.Errorf("loaders: '%s': %w", p.path, err)
	}
	if fromOne(table.Rows, t) {
		l.note(recording.Caution+"%s and the stops leave out a row before each trial, and the rows would all be used if they counted from 1, the last "+
			"of a trial included. They are taken as counted from 0, up to the stop.", p.path)
	}
	l.s.Activity.Runs = fillGaps(table.Rows, t)
	return table, nil
}

// fromOne tells whether several trials of t rows have one row before each, and none after the last: then the first and last
// rows were counted from 1, as MATLAB does.
func fromOne(trials []recording.Range, t int) bool {
	at := 0
	for _, r := range trials {
		if r.From != at+1 {
			return false
		}
		at = r.To
	}
	return len(trials) > 1 && at == t
}

// rowsOf returns a vector of rows, or of seconds as rows; nil where seconds cannot be rows because the bin is
// unknown.
func (l *loading) rowsOf(p *place) ([]int, error) {
	v, err := p.node.Values()
	if err != nil {
		return nil, err
	}
	a := l.s.Activity
	seconds := strings.HasSuffix(strings.ToLower(p.path), "_s")
	if seconds && a.Bin == 0 {
		l.note(recording.Caution+"%s is in seconds and the width of a row is unknown: trials are left out.", p.path)
		return nil, nil
	}
	rows := make([]int, len(v.Data))
	for i, x := range v.Data {
		if seconds {
			x = math.Round((x - a.Start) / a.Bin)
		}
		if !(math.Abs(x) < 1<<53) || x != math.Trunc(x) {
			return nil, fmt.Errorf("loaders: '%s' has %v at %d, which is no row; name it with _s if it is seconds", p.path, v.Data[i], i)
		}
		rows[i] = int(x)
	}
	return rows, nil
}

// fillGaps returns the ranges and the stretches between them, so that they cover t rows.
func fillGaps(trials []recording.Range, t int) []recording.Range {
	var runs []recording.Range
	at := 0
	for _, r := range append(slices.Clone(trials), recording.Range{From: t, To: t}) {
		if r.From > at {
			runs = append(runs, recording.Range{From: at, To: r.From})
		}
		if r.To > r.From {
			runs = append(runs, r)
		}
		at = r.To
	}
	return runs
}

// labels adds the condition of each trial as a column named "condition": a text or number per trial or per row, of which the
// first of each trial counts.
func (l *loading) labels(table *recording.Trials, t int) error {
	k := table.Len()
	p := l.inv.only(labelNames, func(i Info) bool {
		n := product(i.Dims)
		return (i.Class == Numbers || i.Class == Text) && (n == k || n == t) || i.Class == List && n == k
	})
	if p == nil || k == 0 {
		return nil
	}
	c := recording.Column{Name: "condition"}
	if p.node.Info().Class != Numbers {
		texts, err := p.node.Strings()
		switch {
		case err != nil || len(texts) != k && len(texts) != t:
			return nil // a list of something else than texts
		case len(texts) == k:
			c.Texts = texts
		default:
			for _, r := range table.Rows {
				c.Texts = append(c.Texts, texts[r.From])
			}
		}
		table.Columns = append(table.Columns, c)
		return nil
	}
	v, err := p.node.Values()
	if err != nil {
		return err
	}
	c.Numbers = v.Data
	if v.Len() != k {
		c.Numbers = nil
		for _, r := range table.Rows {
			c.Numbers = append(c.Numbers, v.Data[r.From])
		}
	}
	table.Columns = append(table.Columns, c)
	return nil
}

package nwb

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// Names lists the NWB files of a folder in order: those whose names end in .nwb. There may be none.
func Names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	var names []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".nwb" {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// OpenFolder opens the NWB files of a folder, by name. They must be of one session, which [Join] makes of them. There must be at
// least one.
func OpenFolder(dir string) ([]*File, error) {
	names, err := Names(dir)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("nwb: %s: no files *.nwb: %w", dir, os.ErrNotExist)
	}
	var files []*File
	for _, name := range names {
		path := filepath.Join(dir, name)
		f, err := Open(path)
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
			for _, f := range files {
				err = errors.Join(err, f.Close())
			}
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// Join makes one session of the files that one session was split over: units are those of the same
// identifier, whose spikes are merged; signals of the same name and trials are put together in the
// order of time. A unit that some files do not have was not observed during theirs. Times count from
// the reference time of the first file; those of others are shifted by the difference.
//
// Behaviour may be missing from some files, not from all. It is an error if subject, session or, where
// there are no such names, the time of the start differ.
func Join(files []*File, o Options) (*recording.Session, error) {
	if len(files) == 1 {
		return files[0].Session(o)
	}
	if len(o.Activity) > 0 {
		return nil, fmt.Errorf("nwb: %s: of several files only units are joined, not time series of activity; name one file", list(o.Activity))
	}
	j := joining{units: make(map[string]int)}
	for i, f := range files {
		if a, b := files[0].sameSession(), f.sameSession(); a != b {
			return nil, fmt.Errorf("nwb: the files are of several sessions: %s and %s; name one file", a, b)
		}
		part := o
		part.NoBehavior = true
		s, err := f.Session(part)
		if errors.Is(err, ErrNotFound) && len(o.Behavior) > 0 { // a file for testing has no behaviour
			part.Behavior = nil
			if s, err = f.Session(part); err == nil {
				s.Signals = slices.DeleteFunc(s.Signals, func(g recording.Signal) bool { return !slices.Contains(o.Behavior, g.Name) })
			}
		}
		if err != nil {
			return nil, err
		}
		if err := j.shift(files[0], f, s); err != nil {
			return nil, err
		}
		if err := j.add(i, s); err != nil {
			return nil, err
		}
	}
	s := j.finish()
	if len(s.Signals) == 0 && !o.NoBehavior {
		_, err := files[0].behavior(o, &s.Notes)
		return nil, err
	}
	s.Source.Format = files[0].Format()
	s.Notes = append(s.Notes, fmt.Sprintf("%d files of one session were joined.", len(files)))
	return s, nil
}

// sameSession is what files of one session have in common.
func (f *File) sameSession() string {
	session := f.fact("/general/session_id")
	if session == "" {
		session = f.fact("/session_start_time")
	}
	return strings.TrimSpace(f.fact("/general/subject/subject_id") + " " + session)
}

// A joining is a session that grows file by file.
type joining struct {
	s     *recording.Session
	units map[string]int // by name, the place in s.Units
	parts [][]bool       // of each unit, which files have it
	spans [][]recording.Interval
	// stated is whether some file says when units were recorded.
	stated bool
}

// shift moves the times of a file to those of the first.
func (j *joining) shift(first, f *File, s *recording.Session) error {
	a, ok := first.reference()
	b, known := f.reference()
	if !ok || !known || a.Equal(b) {
		return nil
	}
	by := b.Sub(a).Seconds()
	for i := range s.Units {
		add(s.Units[i].Spikes, by)
		for k := range s.Units[i].Observed {
			s.Units[i].Observed[k].Start += by
			s.Units[i].Observed[k].Stop += by
		}
	}
	for i := range s.Signals {
		add(s.Signals[i].Times, by)
		s.Signals[i].Start += by
	}
	if s.Trials != nil {
		add(s.Trials.Start, by)
		add(s.Trials.Stop, by)
		for _, c := range s.Trials.Columns {
			if strings.HasSuffix(c.Name, "_time") { // an instant, by the convention of the schema
				add(c.Numbers, by)
			}
		}
	}
	s.Notes = append(s.Notes, fmt.Sprintf("Times of a file were shifted by %g s to the reference time of the first.", by))
	return nil
}

func add(x []float64, by float64) {
	for i := range x {
		x[i] += by
	}
}

// add merges a session of the i-th file.
func (j *joining) add(i int, s *recording.Session) error {
	if j.s == nil {
		j.s = &recording.Session{Kind: s.Kind}
	}
	for _, note := range s.Notes {
		if !slices.Contains(j.s.Notes, note) {
			j.s.Notes = append(j.s.Notes, note)
		}
	}
	j.spans = append(j.spans, span(s))
	for _, u := range s.Units {
		at, there := j.units[u.Name]
		if !there {
			at = len(j.s.Units)
			j.units[u.Name] = at
			j.s.Units = append(j.s.Units, recording.Unit{Name: u.Name, Meta: u.Meta})
			j.parts = append(j.parts, nil)
		}
		unit := &j.s.Units[at]
		unit.Spikes = append(unit.Spikes, u.Spikes...)
		for len(j.parts[at]) <= i {
			j.parts[at] = append(j.parts[at], false)
		}
		j.parts[at][i] = true
		j.stated = j.stated || u.Observed != nil
		if u.Observed == nil {
			u.Observed = slices.Clone(j.spans[i]) // at least then
		}
		unit.Observed = append(unit.Observed, u.Observed...)
	}
	for _, g := range s.Signals {
		if err := j.signal(g); err != nil {
			return err
		}
	}
	j.trials(s.Trials)
	return nil
}

// span is when a session was recorded, as far as trials and observation say; else from the first to the
// last spike.
func span(s *recording.Session) []recording.Interval {
	var all []recording.Interval
	for _, u := range s.Units {
		all = append(all, u.Observed...)
	}
	if all == nil && s.Trials != nil {
		for i := range s.Trials.Start {
			if s.Trials.Start[i] <= s.Trials.Stop[i] {
				all = append(all, recording.Interval{Start: s.Trials.Start[i], Stop: s.Trials.Stop[i]})
			}
		}
	}
	if all == nil {
		from, to := math.Inf(1), math.Inf(-1)
		for _, u := range s.Units {
			if n := len(u.Spikes); n > 0 {
				from, to = min(from, u.Spikes[0]), max(to, u.Spikes[n-1])
			}
		}
		if from <= to {
			all = append(all, recording.Interval{Start: from, Stop: to})
		}
	}
	return union(all)
}

// signal puts the samples of a signal after, or among, those there are.
func (j *joining) signal(g recording.Signal) error {
	if g.Times == nil {
		n, _ := g.Values.Dims()
		g.Times = make([]float64, n)
		for i := range g.Times {
			g.Times[i] = g.Start + float64(i)*g.Step
		}
		g.Start, g.Step = 0, 0
	}
	old := j.s.Signal(g.Name)
	if old == nil {
		j.s.Signals = append(j.s.Signals, g)
		return nil
	}
	_, d := old.Values.Dims()
	if _, other := g.Values.Dims(); other != d || old.Unit != g.Unit {
		return fmt.Errorf("nwb: %s is %d numbers in %q in one file and %d in %q in another: %w", g.Name, d, old.Unit, other, g.Unit, recording.ErrShape)
	}
	var both mat.Dense
	both.Stack(old.Values, g.Values)
	old.Times = append(old.Times, g.Times...)
	old.Values = &both
	return nil
}

// trials appends trials; a column that some files do not have is missing there.
func (j *joining) trials(t *recording.Trials) {
	if t == nil {
		return
	}
	if j.s.Trials == nil {
		j.s.Trials = &recording.Trials{}
	}
	all := j.s.Trials
	before := all.Len()
	all.Start, all.Stop = append(all.Start, t.Start...), append(all.Stop, t.Stop...)
	for _, c := range t.Columns {
		if !slices.ContainsFunc(all.Columns, func(o recording.Column) bool { return o.Name == c.Name }) {
			all.Columns = append(all.Columns, missing(c, before))
		}
	}
	for i := range all.Columns {
		c := &all.Columns[i]
		k := slices.IndexFunc(t.Columns, func(o recording.Column) bool { return o.Name == c.Name })
		more := missing(*c, t.Len())
		if k >= 0 {
			more = t.Columns[k]
		}
		if (more.Texts == nil) != (c.Texts == nil) { // numbers here and texts there
			*c, more = texts(*c, before), texts(more, t.Len())
		}
		c.Numbers, c.Texts = append(c.Numbers, more.Numbers...), append(c.Texts, more.Texts...)
	}
}

// missing is a column like c without values.
func missing(c recording.Column, n int) recording.Column {
	m := recording.Column{Name: c.Name}
	if c.Texts != nil {
		m.Texts = make([]string, n)
		return m
	}
	m.Numbers = make([]float64, n)
	for i := range m.Numbers {
		m.Numbers[i] = math.NaN()
	}
	return m
}

// texts is a column of n rows as texts.
func texts(c recording.Column, n int) recording.Column {
	if c.Texts != nil {
		return c
	}
	t := recording.Column{Name: c.Name, Texts: make([]string, n)}
	for i := range t.Texts {
		t.Texts[i] = c.Label(i)
	}
	return t
}

// finish sorts everything by time.
func (j *joining) finish() *recording.Session {
	s := j.s
	everywhere := true
	for at := range s.Units {
		slices.Sort(s.Units[at].Spikes)
		s.Units[at].Observed = union(s.Units[at].Observed)
		everywhere = everywhere && len(j.parts[at]) == len(j.spans) && !slices.Contains(j.parts[at], false)
	}
	if everywhere && !j.stated {
		for at := range s.Units {
			s.Units[at].Observed = nil
		}
	}
	if !everywhere {
		s.Notes = append(s.Notes, "Some units are not in every file: they count as not observed during the others.")
	}
	for i := range s.Signals {
		sortRows(&s.Signals[i])
	}
	if t := s.Trials; t != nil {
		order := ascending(t.Start)
		t.Start, t.Stop = permute(t.Start, order), permute(t.Stop, order)
		for i := range t.Columns {
			t.Columns[i].Numbers, t.Columns[i].Texts = permute(t.Columns[i].Numbers, order), permute(t.Columns[i].Texts, order)
		}
	}
	return s
}

// sortRows sorts the samples of a signal by time. Of samples at one time the first counts.
func sortRows(g *recording.Signal) {
	order := ascending(g.Times)
	order = slices.CompactFunc(order, func(a, b int) bool { return g.Times[a] == g.Times[b] })
	_, d := g.Values.Dims()
	sorted := mat.NewDense(len(order), d, nil)
	for i, k := range order {
		sorted.SetRow(i, g.Values.RawRowView(k))
	}
	g.Times, g.Values = permute(g.Times, order), sorted
}

// ascending returns the order of x, first among equals first.
func ascending(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	return order
}

// permute returns the elements in an order, or nil of nil.
func permute[T any](x []T, order []int) []T {
	if x == nil {
		return nil
	}
	out := make([]T, len(order))
	for i, k := range order {
		out[i] = x[k]
	}
	return out
}

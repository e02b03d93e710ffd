package nwb

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"oblique/loaders/hdf5"
	"oblique/loaders/recording"
)

// Options say what of a file becomes a session. The zero value takes the usual.
type Options struct {
	// Activity names time series of counts or rates in place of the spike times of units, as Behavior does, and
	// Quantity says which of the two they are. Several are side by side, as more neurons.
	Activity []string
	Quantity recording.Quantity
	// Stream leaves Activity of one time series in the file, which must stay open.
	Stream bool
	// Behavior names the signals, by name or by path or the end of one (Position/hand); the first is the
	// default output. Empty takes all time series of behaviour, usual names first, as long as they are
	// together no more than 256 MB.
	Behavior []string
	// Trials names the table of intervals that are the trials; empty means trials, or else the only
	// table; "none" leaves trials out.
	Trials string
	// NoBehavior allows a session without signals.
	NoBehavior bool
}

// mostSamples is how many numbers of behaviour are taken that nobody asked for.
const mostSamples = 256 << 20 / 8

// Session reads units, behaviour and trials into memory. Notes say what the file is and what was left out.
//
// Errors: [ErrNotFound] if there are no units or no behaviour, or no such behaviour or table, with what
// there is; what is wrong with the parts that were taken.
func (f *File) Session(o Options) (*recording.Session, error) {
	if len(o.Activity) > 0 {
		return f.gridded(o)
	}
	s := f.session()
	units, err := f.Units()
	if err != nil {
		return nil, err
	}
	if units == nil || units.times == nil {
		return nil, f.noUnits()
	}
	if s.Units, err = units.units(&s.Notes); err != nil {
		return nil, err
	}
	held, err := units.HeldOut()
	if err != nil {
		return nil, err
	}
	if n := count(held); n > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d of %d units are marked as held out; all are taken.", n, len(held)))
	}
	chosen, err := f.behavior(o, &s.Notes)
	if err != nil {
		return nil, err
	}
	for _, c := range chosen {
		signal, err := c.signal()
		if err != nil {
			return nil, err
		}
		s.Signals = append(s.Signals, signal)
	}
	s.Trials, err = f.trials(o.Trials, &s.Notes)
	return s, err
}

// session is one with nothing in it yet.
func (f *File) session() *recording.Session {
	return &recording.Session{Kind: recording.Unknown, Source: recording.Source{Format: f.Format()}, Notes: []string{f.about()}}
}

// noUnits is the error of a file without spike times, with what there may be instead: fluorescence, say.
func (f *File) noUnits() error {
	all, err := f.Series()
	if err != nil {
		return err
	}
	return fmt.Errorf("nwb: no units with spike times at /units: %w; %s; name the time series of activity with --rates or --spikes, and that "+
		"of behaviour with --behavior", ErrNotFound, contents(all))
}

// Format is the name of the format with the version of the file: "NWB 2.6.0".
func (f *File) Format() string { return "NWB " + strings.TrimPrefix(f.Version, "NWB-") }

// about is one sentence on the file.
func (f *File) about() string {
	s := f.Format()
	for _, place := range []struct{ path, what string }{{"/general/subject/subject_id", "subject"}, {"/general/session_id", "session"},
		{"/session_start_time", "start"}} {
		if text := f.fact(place.path); text != "" {
			s += ", " + place.what + " " + text
		}
	}
	return s + "."
}

func count(flags []bool) int {
	n := 0
	for _, v := range flags {
		if v {
			n++
		}
	}
	return n
}

// behavior chooses the series.
func (f *File) behavior(o Options, notes *[]string) ([]*Series, error) {
	all, err := f.Series()
	if err != nil {
		return nil, err
	}
	return chooseBehavior(all, o, notes)
}

// chooseBehavior chooses among series.
func chooseBehavior(all []*Series, o Options, notes *[]string) ([]*Series, error) {
	if len(o.Behavior) > 0 {
		return named(all, o.Behavior)
	}
	likely := slices.DeleteFunc(slices.Clone(all), func(s *Series) bool { return !s.isBehavior() || s.Err != nil || s.Rows == 0 || s.Width == 0 })
	byUse(likely)
	if len(likely) == 0 && !o.NoBehavior {
		return nil, fmt.Errorf("nwb: no time series of behaviour: %w; %s; name it with --behavior", ErrNotFound, contents(all))
	}
	var taken []*Series
	var left []string
	samples := 0
	for i, s := range likely {
		if i > 0 && s.Rows > (mostSamples-samples)/s.Width {
			left = append(left, s.Name)
			continue
		}
		samples += s.Rows * s.Width
		taken = append(taken, s)
	}
	if left != nil {
		*notes = append(*notes, fmt.Sprintf("Large behaviour that nobody asked for is left out: %s.", list(left)))
	}
	return taken, nil
}

// named returns the series that are asked for.
func named(all []*Series, names []string) ([]*Series, error) {
	var chosen []*Series
	for _, name := range names {
		var found []*Series
		for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
			for _, s := range all {
				if same(s.Name, name) || same(s.Path, name) || endsIn(s.Path, name, same) {
					found = append(found, s)
				}
			}
			if found != nil {
				break
			}
		}
		switch len(found) {
		case 0:
			return nil, fmt.Errorf("nwb: no time series '%s': %w; %s", name, ErrNotFound, contents(all))
		case 1:
			chosen = append(chosen, found[0])
		default:
			return nil, fmt.Errorf("nwb: '%s' is there %d times: %s; give the path", name, len(found), paths(found))
		}
	}
	return chosen, nil
}

// endsIn tells whether a path ends in some of its steps.
func endsIn(path, end string, same func(a, b string) bool) bool {
	at := len(path) - len(end) - 1
	return at >= 0 && path[at] == '/' && same(path[at+1:], end)
}

func contents(all []*Series) string {
	if len(all) == 0 {
		return "the file has no time series under /processing or /acquisition"
	}
	return "the file has: " + paths(all)
}

func paths(all []*Series) string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = fmt.Sprintf("%s [%d×%d]", s.Path, s.Rows, s.Width)
		if s.Err != nil {
			names[i] = fmt.Sprintf("%s (not readable: %v)", s.Path, s.Err)
		}
	}
	return list(names)
}

// list writes names, the first dozen of them.
func list(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(", … (%d)", len(names))
	}
	return strings.Join(names, ", ")
}

// signal reads a whole series.
func (s *Series) signal() (recording.Signal, error) {
	g := recording.Signal{Name: s.Name, Unit: s.Unit, Columns: s.components()}
	var err error
	if g.Values, err = s.Read(0, s.Rows); err != nil {
		return g, err
	}
	if g.Values == nil {
		return g, fmt.Errorf("nwb: %s: %w: it has no samples", s.Path, recording.ErrEmpty)
	}
	if s.Rate > 0 {
		g.Start, g.Step = s.Start, 1/s.Rate
		return g, nil
	}
	if g.Times, err = s.Times(0, s.Rows); err != nil {
		return g, err
	}
	for i, t := range g.Times {
		if math.IsNaN(t) || math.IsInf(t, 0) || i > 0 && t < g.Times[i-1] {
			return g, fmt.Errorf("nwb: %s: timestamp %d is %v s, after %v s", s.Path, i, t, g.Times[max(i-1, 0)])
		}
	}
	return g, nil
}

// trials reads the table of trials.
func (f *File) trials(name string, notes *[]string) (*recording.Trials, error) {
	if name == "none" {
		return nil, nil
	}
	tables, err := f.Tables()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range tables {
		names = append(names, t.Name)
	}
	var chosen *Table
	switch i := slices.Index(names, name); {
	case i >= 0:
		chosen = tables[i]
	case name != "":
		return nil, fmt.Errorf("nwb: no table of intervals '%s': %w; the file has: %s", name, ErrNotFound, list(names))
	case len(tables) > 0 && (tables[0].Name == "trials" || len(tables) == 1):
		chosen = tables[0]
	default:
		return nil, nil
	}
	return chosen.Trials(notes)
}

// Trials reads a table of intervals: start_time and stop_time, and every other column as numbers or
// texts. A column of several numbers per row, as many in each, becomes columns name_0, name_1, …; other
// ragged columns are texts with blanks between. What fits neither is left out, and a note says so if
// notes is not nil.
func (t *Table) Trials(notes *[]string) (*recording.Trials, error) {
	trials := &recording.Trials{}
	for _, c := range []struct {
		name string
		dst  *[]float64
	}{{"start_time", &trials.Start}, {"stop_time", &trials.Stop}} {
		column := t.Column(c.name)
		if column == nil {
			return nil, fmt.Errorf("nwb: %s: no column %s: %w", t.Path, c.name, ErrNotFound)
		}
		x, err := column.Float64s()
		if err != nil {
			return nil, err
		}
		if len(x) != t.Rows {
			return nil, fmt.Errorf("nwb: %s/%s is %s, not a time per row", t.Path, c.name, column.describe())
		}
		*c.dst = x
	}
	var left []string
	for _, c := range t.Columns {
		if c.Name == "start_time" || c.Name == "stop_time" {
			continue
		}
		if c.data.Type().Class == hdf5.Compound {
			continue // which samples of which series belong to a trial: its times say that
		}
		columns, err := c.columns()
		if isOther(err) {
			left = append(left, c.Name)
			continue
		}
		if err != nil {
			return nil, err
		}
		trials.Columns = append(trials.Columns, columns...)
	}
	if left != nil && notes != nil {
		*notes = append(*notes, fmt.Sprintf("Columns of %s that are neither numbers nor short texts are left out: %s.", t.Name, list(left)))
	}
	return trials, nil
}

// widest is the most numbers per row that become columns of their own.
const widest = 16

// columns reads a column as those of a session.
func (c *Column) columns() ([]recording.Column, error) {
	if c.Ragged || !c.Numeric() {
		texts, err := c.Texts()
		return []recording.Column{{Name: c.Name, Texts: texts}}, err
	}
	width := c.Width()
	if width > widest {
		return nil, fmt.Errorf("nwb: %s: %d numbers per row: %w", c.data.Path(), width, ErrTooLarge)
	}
	x, err := c.Float64s()
	if err != nil {
		return nil, err
	}
	if width == 1 {
		return []recording.Column{{Name: c.Name, Numbers: x}}, nil
	}
	columns := make([]recording.Column, width)
	for j := range columns {
		columns[j] = recording.Column{Name: fmt.Sprintf("%s_%d", c.Name, j), Numbers: make([]float64, c.table.Rows)}
		for i := range columns[j].Numbers {
			columns[j].Numbers[i] = x[i*width+j]
		}
	}
	return columns, nil
}

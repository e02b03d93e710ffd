package loaders

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"oblique/loaders/nwb"
	"oblique/loaders/recording"
)

// nwbFile is an HDF5 file whose content has a meaning: units, series and trials. The tree of its nodes
// is that of HDF5.
type nwbFile struct {
	hdf5File
	n *nwb.File
}

// asNWB returns the file as one of NWB 2, or as it is if it is none.
func asNWB(f hdf5File, size int64) File {
	if !nwb.Is(f.File) {
		return f
	}
	n, err := nwb.New(f.File, size)
	if err != nil { // version 1
		return f
	}
	return nwbFile{f, n}
}

func (f nwbFile) Format() string { return f.n.Format() }

// means tells whether the activity asked for is units or time series; all else is arrays of the HDF5 file. So
// is a series whose axes the user tells.
func (f nwbFile) means(o Options) (bool, error) {
	names := slices.Concat(split(o.Rates), split(o.Spikes))
	if len(names) == 0 {
		return true, nil
	}
	if o.Orientation != Auto {
		return false, nil
	}
	return f.n.HasSeries(names)
}

// session makes a session by what the file says its parts are.
func (f nwbFile) session(o Options) (*recording.Session, error) {
	opt := nwbOptions(o)
	if len(opt.Activity) == 0 {
		if err := f.usualActivity(&opt); err != nil {
			return nil, err
		}
	}
	s, err := f.n.Session(opt)
	return finishNWB(s, o, err)
}

// usualActivity chooses time series of activity by a usual name, where there are no spike times.
func (f nwbFile) usualActivity(o *nwb.Options) error {
	units, err := f.n.Units()
	if err != nil || units != nil && units.Column("spike_times") != nil {
		return err
	}
	all, err := f.n.Series()
	if err != nil {
		return err
	}
	for _, names := range [][]string{rateNames, spikeNames} {
		for _, name := range names {
			i := slices.IndexFunc(all, func(s *nwb.Series) bool { return plain(s.Name) == name })
			if i < 0 {
				continue
			}
			if o.Activity, o.Quantity = []string{all[i].Name}, recording.Counts; slices.Contains(rateNames, name) {
				o.Quantity = recording.Rates
			}
			return nil
		}
	}
	return nil
}

func nwbOptions(o Options) nwb.Options {
	opt := nwb.Options{Activity: split(o.Spikes), Quantity: recording.Counts, Behavior: split(o.Behavior), Trials: o.Trials, NoBehavior: o.NoBehavior,
		Stream: o.Stream}
	if rates := split(o.Rates); len(rates) > 0 {
		opt.Activity, opt.Quantity = rates, recording.Rates
	}
	return opt
}

func finishNWB(s *recording.Session, o Options, err error) (*recording.Session, error) {
	if errors.Is(err, nwb.ErrNotFound) {
		err = missing{err.Error()}
	}
	if err != nil {
		return nil, err
	}
	switch {
	case o.FileBin != 0 && s.Activity != nil:
		return nil, fmt.Errorf("loaders: --file-bin %v: the bins of a time series of NWB are those of its times, %g s", o.FileBin, s.Activity.Bin)
	case o.FileBin != 0:
		return nil, fmt.Errorf("loaders: --file-bin %v: spikes and behaviour of NWB have times of their own, and no rows of a width; "+
			"--bin says how wide the bins are that spikes are counted in", o.FileBin)
	}
	if o.Kind != "" {
		kind, err := recording.ParseKind(string(o.Kind))
		if err != nil {
			return nil, err
		}
		s.Kind = kind
	}
	return s, nil
}

// openFolder makes a session of the NWB files of a folder, over which it is split. Its SHA-256 is that
// of the list of the files' own, as sha256sum writes it.
func openFolder(dir string, o Options) (*recording.Session, error) {
	names, err := nwbNames(dir)
	if err != nil {
		return nil, err
	}
	files, err := nwb.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	s, err := nwb.Join(files, nwbOptions(o))
	for _, f := range files {
		err = errors.Join(err, f.Close())
	}
	if s, err = finishNWB(s, o, err); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	sum, err := folderSHA256(dir, names)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(dir)
	if whole, err := filepath.Abs(dir); err == nil { // "." is no name
		name = filepath.Base(whole)
	}
	s.Source = recording.Source{Name: name, Path: dir, SHA256: sum, Format: s.Source.Format}
	return s, nil
}

func folderSHA256(dir string, names []string) (string, error) {
	h := sha256.New()
	seen := map[string]string{}
	for _, name := range names {
		sum, err := SHA256(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		if twin := seen[sum]; twin != "" { // whose spikes would count twice
			return "", fmt.Errorf("%s: %s and %s are copies of one file; take one away", dir, twin, name)
		}
		seen[sum] = name
		fmt.Fprintf(h, "%s  %s\n", sum, name)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// nwbNames lists the NWB files of a folder. There must be one at least.
func nwbNames(dir string) ([]string, error) {
	names, err := nwb.Names(dir)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: a folder without files *.nwb: %w; %s", dir, ErrFormat, Supported)
	}
	return names, nil
}

// overview is the file as NWB: facts, units, tables of intervals and time series. Names are paths in the file.
func (f nwbFile) overview() Node {
	var nodes []Node
	for _, fact := range f.n.Metadata() {
		nodes = append(nodes, words{unread{Info{Name: fact.Name, Class: Text, Type: "text", Dims: []int{}}}, []string{fact.Text}})
	}
	units, err := f.n.Units()
	switch {
	case err != nil:
		nodes = append(nodes, failed(Info{Name: "units", Type: "Units"}, err))
	case units != nil:
		kind := plural(units.Rows, "unit")
		if held, err := units.HeldOut(); err == nil && slices.Contains(held, true) {
			kind += fmt.Sprintf(", %d held out", trues(held))
		}
		nodes = append(nodes, tableNode(units.Table, kind))
	}
	tables, err := f.n.Tables()
	if err != nil {
		nodes = append(nodes, failed(Info{Name: "intervals", Type: "TimeIntervals"}, err))
	}
	for _, t := range tables {
		nodes = append(nodes, tableNode(t, plural(t.Rows, "interval")))
	}
	series, err := f.n.Series()
	if err != nil {
		nodes = append(nodes, failed(Info{Name: "processing", Type: "TimeSeries"}, err))
	}
	for _, s := range series {
		nodes = append(nodes, newNWBSeries(s))
	}
	return newGroup(nodes)
}

func trues(flags []bool) int {
	n := 0
	for _, v := range flags {
		if v {
			n++
		}
	}
	return n
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// tableNode is a table: a group of its columns.
func tableNode(t *nwb.Table, kind string) Node {
	var columns []Node
	for _, c := range t.Columns {
		columns = append(columns, newNWBColumn(t, c))
	}
	return container{unread{Info{Name: strings.TrimPrefix(t.Path, "/"), Class: Group, Type: kind}}, columns}
}

// nwbColumn is a column of a table.
type nwbColumn struct {
	unread
	c *nwb.Column
}

func newNWBColumn(t *nwb.Table, c *nwb.Column) Node {
	info := Info{Name: c.Name, Class: Numbers, Type: c.Type(), Dims: []int{t.Rows}}
	info.Type = strings.Repeat("lists of ", c.Nesting()) + info.Type
	switch {
	case !c.Numeric():
		info.Class = Text
	case c.Ragged:
		info.Class = List
		return container{unread{info}, nwbLists(c, 0, 0, t.Rows)}
	default:
		info.Dims = append(info.Dims, c.Shape()...)
	}
	return nwbColumn{unread{info}, c}
}

func (n nwbColumn) Values() (Values, error) {
	x, err := n.c.Float64s()
	return RowMajor(x, n.info.Dims...), err
}

func (n nwbColumn) Head(count int) ([]float64, error) {
	x, err := n.c.Float64s()
	return x[:min(count, len(x))], err
}

func (n nwbColumn) Strings() ([]string, error) { return n.c.Texts() }

// nwbList is one row of an index of a ragged column: a list of numbers, or of the rows of the next index.
type nwbList struct {
	c          *nwb.Column
	level, row int
}

func nwbLists(c *nwb.Column, level, from, to int) []Node {
	lists := make([]Node, to-from)
	for i := range lists {
		lists[i] = nwbList{c, level, from + i}
	}
	return lists
}

func (l nwbList) Info() Info {
	from, to, err := l.c.Span(l.level, l.row)
	left := l.c.Nesting() - l.level - 1
	info := Info{Class: Numbers, Type: strings.Repeat("lists of ", left) + l.c.Type(), Dims: []int{to - from}}
	switch {
	case err != nil:
		info.Class, info.Dims = Opaque, nil
	case left > 0:
		info.Class = List
	default:
		info.Dims = append(info.Dims, l.c.Shape()...)
	}
	return info
}

func (l nwbList) Children() ([]Node, error) {
	if info := l.Info(); info.Class != List {
		return unread{info}.Children()
	}
	from, to, err := l.c.Span(l.level, l.row)
	return nwbLists(l.c, l.level+1, from, to), err
}

func (l nwbList) Strings() ([]string, error) { return unread{l.Info()}.Strings() }

func (l nwbList) Values() (Values, error) {
	from, to, err := l.c.Span(l.level, l.row)
	if err != nil {
		return Values{}, err
	}
	info := l.Info()
	if info.Class != Numbers {
		return unread{info}.Values()
	}
	x, err := l.c.Elements(from, to)
	return RowMajor(x, info.Dims...), err
}

func (l nwbList) Head(count int) ([]float64, error) {
	v, err := l.Values()
	return v.Data[:min(count, len(v.Data))], err
}

// nwbSeries is a time series.
type nwbSeries struct {
	unread
	s *nwb.Series
}

func newNWBSeries(s *nwb.Series) Node {
	info := Info{Name: strings.TrimPrefix(s.Path, "/"), Class: Numbers, Type: s.Type, Unit: s.Unit, Dims: []int{s.Rows}}
	if s.Err != nil {
		return failed(info, s.Err)
	}
	if s.Width != 1 {
		info.Dims = append(info.Dims, s.Width)
	}
	info.Type += ", with times"
	if s.Rate > 0 {
		info.Type = fmt.Sprintf("%s, %g Hz", s.Type, s.Rate)
	}
	return nwbSeries{unread{info}, s}
}

func (n nwbSeries) Values() (Values, error) {
	m, err := n.s.Read(0, n.s.Rows)
	if err != nil || m == nil {
		return RowMajor(nil, n.info.Dims...), err
	}
	return RowMajor(m.RawMatrix().Data, n.info.Dims...), nil
}

// Head reads whole samples, unless they are so long that it would be more than a look.
func (n nwbSeries) Head(count int) ([]float64, error) {
	const most = 1 << 20
	width := max(n.s.Width, 1)
	rows := min((count+width-1)/width, n.s.Rows)
	if rows > most/width {
		return nil, nil
	}
	m, err := n.s.Read(0, rows)
	if err != nil || m == nil {
		return nil, err
	}
	return m.RawMatrix().Data[:min(count, rows*n.s.Width)], nil
}

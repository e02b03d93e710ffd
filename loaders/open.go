package loaders

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// Open reads a file into a Session: see the package's doc for what is chosen and how. The file's
// SHA-256 is computed beside the reading.
//
// Errors wrap ErrFormat (not a supported file), ErrNotFound (no such array, with what there is),
// recording.ErrShape (lengths that do not fit, or do not tell which axis is time) or what the package
// of the format says. Values are not judged here: see recording.Validate.
//
// A folder is one session in several NWB files.
func Open(path string, o Options) (*recording.Session, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return openFolder(path, o)
	}
	f, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	sum := Hashing(path)
	s, streams, err := load(f, o)
	if !streams {
		err = errors.Join(err, f.Close())
	}
	hash, herr := sum()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s.Source = recording.Source{Name: baseName(path), Path: path, SHA256: hash, Format: f.Format(), Beside: s.Source.Beside}
	return s, herr
}

// Load makes a Session of an open file, as Open does. Its Source has the format only.
func Load(f File, o Options) (*recording.Session, error) {
	s, _, err := load(f, o)
	if err != nil {
		return nil, err
	}
	s.Source.Format = f.Format()
	return s, nil
}

// A sessioner is a file that says itself what its parts are.
type sessioner interface {
	// means tells whether what is asked for is one of its parts.
	means(Options) (bool, error)
	session(Options) (*recording.Session, error)
	// overview is what is inside, by what it means.
	overview() Node
}

// A loading is a Session in the making.
type loading struct {
	Options
	file File
	inv  inventory
	s    *recording.Session

	others []File // opened for arrays that are not in the file
}

// load makes a Session, and tells whether it goes on reading the file.
func load(f File, o Options) (s *recording.Session, streams bool, err error) {
	if len(o.Rates) > 0 && len(o.Spikes) > 0 {
		return nil, false, errors.New("loaders: rates and spikes are both given; activity is one of them")
	}
	if n, ok := within(f).(sessioner); ok {
		if means, err := n.means(o); means || err != nil {
			return meaning(n, o, err)
		}
	}
	inv, err := newInventory(f)
	if err != nil {
		return nil, false, err
	}
	l := &loading{Options: o, file: f, inv: inv, s: &recording.Session{}}
	err = l.load()
	streams = err == nil && l.s.Activity != nil && l.s.Activity.Stream != nil
	for _, other := range l.others {
		if !streams { // or else it may be that other that is streamed
			err = errors.Join(err, other.Close())
		}
	}
	if err != nil {
		return nil, false, err
	}
	return l.s, streams, nil
}

// meaning makes a Session of a file that says what its parts are.
func meaning(n sessioner, o Options, err error) (*recording.Session, bool, error) {
	if err != nil {
		return nil, false, err
	}
	s, err := n.session(o)
	return s, err == nil && s.Activity != nil && s.Activity.Stream != nil, err
}

func (l *loading) load() error {
	activity, quantity, err := l.chooseActivity()
	if err != nil {
		return err
	}
	behavior, err := l.chooseBehavior(activity)
	if err != nil {
		return err
	}
	if err := l.kind(); err != nil {
		return err
	}
	spikes, err := l.spikeTimes(activity, quantity)
	if err != nil {
		return err
	}
	if spikes {
		return l.timed(behavior)
	}
	return l.gridded(activity, quantity, behavior)
}

// chooseActivity returns the arrays of activity and, where a name or an option tells, whether they
// are counts or rates.
func (l *loading) chooseActivity() ([]place, recording.Quantity, error) {
	switch {
	case len(l.Rates) > 0:
		p, err := l.named("--rates", l.Rates)
		return p, recording.Rates, err
	case len(l.Spikes) > 0:
		p, err := l.named("--spikes", l.Spikes)
		return p, recording.Counts, err
	}
	for _, g := range []struct {
		names    []string
		quantity recording.Quantity
		flag     string
	}{{rateNames, recording.Rates, "--rates"}, {spikeNames, recording.Counts, "--spikes"}, {activityNames, "", "--rates or --spikes"}} {
		p, err := l.inv.first(g.names, g.flag, isArray)
		if p != nil || err != nil {
			return deref(p), g.quantity, err
		}
	}
	names := slices.Concat(rateNames, spikeNames, activityNames)
	if err := l.unreadable(names); err != nil {
		return nil, "", err
	}
	p, none := l.inv.lone(), l.noArray(names)
	if p != nil && (none == "" || !slices.Contains(behaviorNames, plain(last(p.path)))) {
		return []place{*p}, "", nil
	}
	return nil, "", missing{"loaders: no activity under a usual name (rates, spikes, X, …)" + none + "; " + contents(l.file) +
		"; name it with --rates or --spikes"}
}

// unreadable returns why the array with the first of the names that the file has cannot be read, or nil
// if it has none or could be read.
func (l *loading) unreadable(names []string) error {
	p := l.inv.only(names, func(i Info) bool { return i.Class == Opaque })
	if p == nil {
		return nil
	}
	_, err := p.node.Values()
	if err == nil {
		return nil
	}
	return fmt.Errorf("loaders: '%s' cannot be read: %w; %s", p.path, err, contents(l.file))
}

// noArray says of the first of the names that the file has why it is no array: it is text, or empty.
func (l *loading) noArray(names []string) string {
	p := l.inv.only(names, func(i Info) bool { return i.Class == Text || i.Class == Numbers && product(i.Dims) == 0 })
	if p == nil {
		return ""
	}
	info := p.node.Info()
	what := "empty"
	if info.Class == Text {
		what = "text"
	}
	return fmt.Sprintf("; '%s' %s is %s", p.path, info.Shape(), what)
}

func deref(p *place) []place {
	if p == nil {
		return nil
	}
	return []place{*p}
}

// named returns the arrays that the user asks for with a flag.
func (l *loading) named(flag string, lists []string) ([]place, error) {
	var places []place
	for _, name := range split(lists) {
		found, err := l.called(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		places = append(places, found...)
	}
	return places, nil
}

// called returns the arrays of a name or pattern.
func (l *loading) called(name string) ([]place, error) {
	if found, err := l.matching(name); err != nil || len(found) > 0 {
		return found, err
	}
	n, path, err := l.find(name)
	if err != nil {
		return nil, err
	}
	if class := n.Info().Class; class != Numbers && class != List {
		if class == Opaque {
			_, err = n.Values()
		}
		if err == nil {
			err = fmt.Errorf("loaders: '%s' is %s, not numbers", path, class)
		}
		return nil, err
	}
	return []place{{path: path, node: n}}, nil
}

// find returns an array of the file, or the one of another file that has the name.
func (l *loading) find(name string) (Node, string, error) {
	n, path, err := find(l.file, name)
	switch {
	case !errors.Is(err, ErrNotFound):
	case isFile(name):
		return l.beside(name)
	case strings.ContainsRune(name, os.PathSeparator) || strings.Contains(filepath.Ext(name), ".np"):
		err = missing{fmt.Sprintf("loaders: no array and no file '%s'; %s", name, contents(l.file))}
	}
	return n, path, err
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// beside opens another file, and returns the only array that it has: X.npy with Y.npy.
func (l *loading) beside(path string) (Node, string, error) {
	f, err := OpenFile(path)
	if err != nil {
		return nil, "", err
	}
	l.others = append(l.others, f)
	inv, err := newInventory(f)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	p := inv.lone()
	if p == nil {
		return nil, "", fmt.Errorf("loaders: %s beside the main file must have one array; %s", path, contents(f))
	}
	sum, err := SHA256(path)
	if err != nil {
		return nil, "", err
	}
	l.s.Source.Beside = append(l.s.Source.Beside, recording.Beside{Path: path, SHA256: sum, Format: f.Format()})
	l.note("%s is from %s (SHA-256 %s).", p.path, path, sum)
	return p.node, p.path, nil
}

// matching returns the arrays whose names, or the names of all of whose columns, match a pattern such as
// unit_*, in the order of the file; nil if the name is no pattern or nothing matches.
func (l *loading) matching(pattern string) ([]place, error) {
	if !strings.ContainsAny(pattern, "*?") {
		return nil, nil
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, fmt.Errorf("loaders: '%s': %w", pattern, err)
	}
	all, err := search(l.file.Root(), func(_ string, i Info) bool { return i.Class == Numbers })
	return slices.DeleteFunc(all, func(p place) bool {
		for _, name := range columnNames(p) {
			if ok, _ := path.Match(pattern, name); !ok {
				return true
			}
		}
		return false
	}), err
}

// columnNames are the names of the columns of a table that an array is, or its own.
func columnNames(p place) []string {
	t, ok := p.node.(tableSeries)
	if !ok {
		return []string{last(p.path)}
	}
	names := make([]string, len(t.columns))
	for j, c := range t.columns {
		names[j] = c.Name
	}
	return names
}

// chooseBehavior returns the signals, the default first.
func (l *loading) chooseBehavior(activity []place) ([]place, error) {
	if len(l.Behavior) > 0 {
		return l.named("--behavior", l.Behavior)
	}
	var found []place
	for _, n := range behaviorNames {
		p, err := l.inv.first([]string{n}, "--behavior", isArray)
		if err != nil && len(found) == 0 {
			return nil, err
		}
		if p != nil && p.path != activity[0].path {
			found = append(found, *p)
		}
	}
	if len(found) == 0 && !l.NoBehavior {
		if err := l.unreadable(behaviorNames); err != nil {
			return nil, err
		}
		return nil, missing{"loaders: no behaviour under a usual name (behavior, hand_vel, Y, …)" + l.noArray(behaviorNames) + "; " + contents(l.file) +
			"; name it with --behavior, which takes a file of one array too (Y.npy)"}
	}
	return found, nil
}

// gridded loads counts or rates on a grid, with behaviour on the same rows.
func (l *loading) gridded(activity []place, quantity recording.Quantity, behavior []place) error {
	if l.Stream && len(activity) == 1 {
		if rows := streamed(activity[0].node); rows != nil {
			return l.streamed(activity[0], rows, quantity, behavior)
		}
	}
	a, err := readStack(activity[0])
	if err != nil {
		return err
	}
	var first *stack
	if len(behavior) > 0 {
		if first, err = readStack(behavior[0]); err != nil {
			return err
		}
	}
	fit, err := orient(a, first, l.Orientation, l.rowLengths())
	if err != nil {
		return err
	}
	x, err := a.dense(fit.activity)
	if err != nil {
		return err
	}
	integer := a.integer
	for _, p := range activity[1:] {
		more, err := readStack(p)
		if err != nil {
			return err
		}
		rows, _, ok := more.extent(fit.activity)
		if (more.cube == nil) != (a.cube == nil) || !ok || sum(rows) != sum(fit.rows) {
			return fmt.Errorf("loaders: %w: %s does not go beside %s", recording.ErrShape, more, a)
		}
		y, err := more.dense(fit.activity)
		if err != nil {
			return err
		}
		var both mat.Dense
		both.Augment(x, y)
		x, integer = &both, integer && more.integer
	}
	l.s.Activity = &recording.Activity{Values: x, Quantity: l.quantity(quantity, integer, activity[0].path)}
	t, _ := x.Dims()
	if err := l.time(t); err != nil {
		return err
	}
	if first != nil {
		if err := l.addSignal(first, fit); err != nil {
			return err
		}
		if err := l.moreSignals(behavior[1:], a, fit); err != nil {
			return err
		}
	}
	if err := l.trials(t, ranges(fit.rows)); err != nil {
		return err
	}
	return l.readout()
}

// streamed returns the rows of a node that can be left in its file, or nil.
func streamed(n Node) recording.Rows {
	if s, ok := n.(streamer); ok {
		return s.Rows()
	}
	return nil
}

// streamed loads a session whose activity stays in the file: one matrix with times as rows.
func (l *loading) streamed(p place, rows recording.Rows, quantity recording.Quantity, behavior []place) error {
	t, _ := rows.Dims()
	head, err := p.node.Head(1 << 12)
	if err != nil {
		return err
	}
	l.s.Activity = &recording.Activity{Stream: rows, Quantity: l.quantity(quantity, whole(head), p.path)}
	if err := l.time(t); err != nil {
		return err
	}
	for i, b := range behavior {
		y, err := readStack(b)
		if err != nil {
			return err
		}
		fit := slicesOf(y, t)
		if fit == nil && i == 0 {
			return fmt.Errorf("loaders: %w: activity %s %s is streamed, so its rows are times, and behaviour %s has none of that length",
				recording.ErrShape, p.path, p.node.Info().Shape(), y)
		}
		if fit != nil {
			if err := l.addSignal(y, *fit); err != nil {
				return err
			}
		}
	}
	if err := l.trials(t, nil); err != nil {
		return err
	}
	return l.readout()
}

// slicesOf returns the reading of a signal as one stretch of t rows, or nil.
func slicesOf(y *stack, t int) *reading {
	for _, lay := range matrixLayouts {
		if y.cube != nil {
			break
		}
		if rows, _, ok := y.extent(lay); ok && len(rows) == 1 && rows[0] == t {
			return &reading{behavior: lay, rows: rows}
		}
	}
	return nil
}

// addSignal adds a signal on the rows of activity.
func (l *loading) addSignal(y *stack, fit reading) error {
	if fit.promoted != nil {
		y = fit.promoted
	}
	values, err := y.dense(fit.behavior)
	if err != nil {
		return err
	}
	l.s.Signals = append(l.s.Signals, recording.Signal{Name: last(y.path), Unit: y.unit, Values: values})
	return nil
}

// moreSignals adds the other signals. Those the user named must fit; of the usual names, those
// that do not are left out.
func (l *loading) moreSignals(places []place, a *stack, fit reading) error {
	for _, p := range places {
		y, err := readStack(p)
		if err != nil {
			return err
		}
		other, err := orient(a, y, Auto, l.rowLengths())
		if err != nil || other.activity != fit.activity {
			other, err = orient(a, y, orientation(fit.activity), l.rowLengths())
		}
		if err != nil && len(l.Behavior) == 0 {
			continue
		}
		if err != nil {
			return err
		}
		if err := l.addSignal(y, other); err != nil {
			return err
		}
	}
	return nil
}

func orientation(l layout) Orientation {
	if l.timeFirst() {
		return TimeByNeurons
	}
	return NeuronsByTime
}

// quantity says what the numbers of activity are.
func (l *loading) quantity(known recording.Quantity, integer bool, path string) recording.Quantity {
	asked := len(l.Spikes) > 0 || len(l.Rates) > 0
	switch {
	case known == recording.Counts && !integer && !asked:
		l.note(recording.Caution+"%s holds numbers that are no counts: taken as rates in Hz.", path)
		return recording.Rates
	case known == recording.Counts && !integer:
		l.note(recording.Caution+"%s holds numbers that are not whole: taken as counts per row all the same.", path)
	case known == "" && integer:
		l.note("%s holds non-negative whole numbers: taken as spike counts.", path)
		return recording.Counts
	case known == "":
		l.note("%s is taken as rates in Hz.", path)
		return recording.Rates
	}
	return known
}

func (l *loading) note(format string, args ...any) {
	l.s.Notes = append(l.s.Notes, fmt.Sprintf(format, args...))
}

package loaders

import (
	"slices"

	"oblique/loaders/recording"
)

// kind takes the kind of recording from the option or from a text in the file.
func (l *loading) kind() error {
	l.s.Kind = recording.Unknown
	if l.Kind != "" {
		kind, err := recording.ParseKind(string(l.Kind))
		l.s.Kind = kind
		return err
	}
	p := l.inv.only(kindNames, func(i Info) bool { return i.Class == Text })
	if p == nil {
		return nil
	}
	words, err := p.node.Strings()
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return nil
	}
	kind, err := recording.ParseKind(words[0])
	if err != nil {
		l.note("kind is %q, which is none that is known.", words[0])
		return nil
	}
	l.s.Kind = kind
	return nil
}

// readout takes a known readout: a matrix D×N of the default output, in output units per Hz, and its
// offset. A matrix of other sizes is something else.
func (l *loading) readout() error {
	l.namedUnits()
	p := l.inv.only(readoutNames, func(i Info) bool { return i.Class == Numbers })
	if p == nil || len(l.s.Signals) == 0 {
		return nil
	}
	_, n := l.s.Activity.Dims()
	signal := l.s.Signals[0]
	_, d := signal.Values.Dims()
	v, err := p.node.Values()
	if err != nil {
		return err
	}
	if !slices.Equal(v.Dims, []int{d, n}) {
		return nil
	}
	w, err := v.Dense()
	if err != nil {
		return err
	}
	decoder := &recording.Decoder{Name: last(p.path), Output: signal.Name, W: w, Offset: make([]float64, d)}
	if q := l.inv.only(offsetNames, func(i Info) bool { return isVector(i) && product(i.Dims) == d }); q != nil {
		offset, err := q.node.Values()
		if err != nil {
			return err
		}
		decoder.Offset = offset.Data
	}
	l.s.Decoder = decoder
	return nil
}

// namedUnits takes the names of the units, where the file has a text for each.
func (l *loading) namedUnits() {
	n := len(l.s.Units)
	if a := l.s.Activity; a != nil {
		_, n = a.Dims()
	}
	p := l.inv.only(unitNames, func(i Info) bool { return isText(i) && product(i.Dims) == n })
	if p == nil {
		return
	}
	names, err := p.node.Strings()
	if err != nil || len(names) != n {
		return // a list of something else than texts
	}
	if l.s.Units == nil {
		l.s.Units = make([]recording.Unit, n)
	}
	for i := range names {
		l.s.Units[i].Name = names[i]
	}
}

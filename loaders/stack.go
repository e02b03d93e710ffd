package loaders

import (
	"fmt"
	"slices"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// A stack is activity or behaviour before it is known which axis is time: matrices, one per trial
// or a single one, or one array of three axes.
type stack struct {
	path    string
	unit    string   // physical unit, if the file tells
	parts   []Values // of two axes each
	cube    *Values  // of three axes, instead of parts
	integer bool     // all non-negative whole numbers
}

// readStack reads a node as a stack.
func readStack(p place) (*stack, error) {
	s := &stack{path: p.path, unit: p.node.Info().Unit, integer: true}
	if p.node.Info().Class != List {
		v, err := p.node.Values()
		if err != nil {
			return nil, err
		}
		return s, s.add(v, true)
	}
	children, err := p.node.Children()
	if err != nil {
		return nil, err
	}
	for i, c := range children {
		v, err := c.Values()
		if err != nil {
			return nil, fmt.Errorf("element %d of '%s': %w", i, p.path, err)
		}
		if err := s.add(v, false); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	if len(s.parts) == 0 {
		return nil, fmt.Errorf("loaders: '%s' has no elements", p.path)
	}
	return s, nil
}

func (s *stack) add(v Values, alone bool) error {
	s.integer = s.integer && whole(v.Data)
	if v = v.squeeze(2); len(v.Dims) == 3 && alone {
		s.cube = &v
		return nil
	}
	m, err := v.asMatrix()
	if err != nil {
		return fmt.Errorf("loaders: '%s': %w", s.path, err)
	}
	s.parts = append(s.parts, m)
	return nil
}

// String is the path and the sizes.
func (s *stack) String() string {
	switch {
	case s.cube != nil:
		return s.path + " " + shape(s.cube.Dims)
	case len(s.parts) == 1:
		return s.path + " " + shape(s.parts[0].Dims)
	}
	return fmt.Sprintf("%s {%d of %s, …}", s.path, len(s.parts), shape(s.parts[0].Dims))
}

// A layout is a reading of the axes. Matrices have no trial axis: −1.
type layout struct{ trial, time, channel int }

// timeFirst tells whether the time axis comes before that of the channels.
func (l layout) timeFirst() bool { return l.time < l.channel }

var (
	matrixLayouts = []layout{{-1, 0, 1}, {-1, 1, 0}}
	cubeLayouts   = []layout{{0, 1, 2}, {0, 2, 1}, {2, 0, 1}, {2, 1, 0}}
)

func (s *stack) layouts() []layout {
	if s.cube != nil {
		return cubeLayouts
	}
	return matrixLayouts
}

// extent returns the rows of each part under a layout, and the channels, which must be the same for
// all.
func (s *stack) extent(l layout) (rows []int, channels int, ok bool) {
	if s.cube != nil {
		return slices.Repeat([]int{s.cube.Dims[l.time]}, s.cube.Dims[l.trial]), s.cube.Dims[l.channel], true
	}
	channels = s.parts[0].Dims[l.channel]
	for _, p := range s.parts {
		if p.Dims[l.channel] != channels {
			return nil, 0, false
		}
		rows = append(rows, p.Dims[l.time])
	}
	return rows, channels, true
}

// dense returns the T×N matrix under a layout, parts after one another. A single part that lies in
// the right order is shared, not copied.
func (s *stack) dense(l layout) (*mat.Dense, error) {
	rows, channels, _ := s.extent(l)
	total := 0
	for _, r := range rows {
		total += r
	}
	if total == 0 || channels == 0 {
		return nil, fmt.Errorf("loaders: %s holds no numbers: %w", s, recording.ErrEmpty)
	}
	if s.cube != nil {
		return mat.NewDense(total, channels, s.cube.Permute(l.trial, l.time, l.channel)), nil
	}
	if len(s.parts) == 1 {
		return mat.NewDense(total, channels, s.parts[0].Permute(l.time, l.channel)), nil
	}
	data := make([]float64, 0, total*channels)
	for _, p := range s.parts {
		data = append(data, p.Permute(l.time, l.channel)...)
	}
	return mat.NewDense(total, channels, data), nil
}

// ranges returns the rows of each part that has any, or nil if there is one part.
func ranges(rows []int) []recording.Range {
	if len(rows) < 2 {
		return nil
	}
	var trials []recording.Range
	from := 0
	for _, r := range rows {
		if r > 0 {
			trials = append(trials, recording.Range{From: from, To: from + r})
		}
		from += r
	}
	return trials
}

// promote reads a matrix beside an array of three axes as one output per trial and time.
func (s *stack) promote(l layout) *stack {
	m := s.parts[0]
	dims, strides := []int{m.Dims[0], m.Dims[1], 1}, []int{m.Strides[0], m.Strides[1], 1}
	if l.trial == 2 {
		dims, strides = []int{1, m.Dims[0], m.Dims[1]}, []int{1, m.Strides[0], m.Strides[1]}
	}
	return &stack{path: s.path, unit: s.unit, cube: &Values{Dims: dims, Strides: strides, Data: m.Data}}
}

// A reading is how activity and behaviour fit together.
type reading struct {
	activity, behavior layout
	rows               []int
	promoted           *stack // the behaviour to take, if it is not the one given
}

// readings returns the ways in which activity and behaviour agree in their rows.
func readings(a, b *stack) []reading {
	var fit []reading
	for _, la := range a.layouts() {
		rows, _, ok := a.extent(la)
		if !ok {
			continue
		}
		if a.cube != nil && b.cube == nil && len(b.parts) == 1 {
			p := b.promote(la)
			if rb, _, _ := p.extent(la); slices.Equal(rows, rb) {
				fit = append(fit, reading{la, la, rows, p})
			}
			continue
		}
		for _, lb := range b.layouts() {
			if a.cube != nil && b.cube != nil && la != lb {
				continue
			}
			if rb, _, ok := b.extent(lb); ok && slices.Equal(rows, rb) {
				fit = append(fit, reading{la, lb, rows, nil})
			}
		}
	}
	return sensible(fit)
}

// sensible leaves out readings with a single row where there are others.
func sensible(fit []reading) []reading {
	long := slices.DeleteFunc(slices.Clone(fit), func(r reading) bool { return sum(r.rows) <= 1 })
	if len(long) > 0 {
		return long
	}
	return fit
}

func sum(x []int) int {
	s := 0
	for _, v := range x {
		s += v
	}
	return s
}

// orient chooses the reading: by matching lengths, by what the user says, by the lengths of vectors
// with a number per row.
func orient(a, b *stack, o Orientation, lengths map[int]bool) (reading, error) {
	fit := alone(a)
	if b != nil {
		fit = readings(a, b)
	}
	if len(fit) == 0 {
		return reading{}, fmt.Errorf("loaders: %w: activity %s and behaviour %s %s", recording.ErrShape, a, b, mismatch(a, b))
	}
	if o != Auto {
		asked := slices.DeleteFunc(slices.Clone(fit), func(r reading) bool { return r.activity.timeFirst() != (o == TimeByNeurons) })
		if len(asked) == 0 {
			return reading{}, fmt.Errorf("loaders: %w: activity %s cannot be %s%s", recording.ErrShape, a, o, beside(b))
		}
		fit = sameWay(asked)
	}
	if len(fit) > 1 {
		if hinted := slices.DeleteFunc(slices.Clone(fit), func(r reading) bool { return !lengths[sum(r.rows)] }); len(hinted) > 0 {
			fit = hinted
		}
	}
	if len(fit) == 1 || b == nil {
		return fit[0], nil
	}
	return reading{}, fmt.Errorf("loaders: %w: the lengths of %s and %s do not tell which axis is time: %s", recording.ErrShape, a, b, hint)
}

// mismatch says why there is no reading of activity and behaviour: which elements of lists do not fit.
func mismatch(a, b *stack) string {
	switch n := len(a.parts); {
	case a.cube != nil || b.cube != nil || n == 1 && len(b.parts) == 1:
	case n != len(b.parts):
		return fmt.Sprintf("have %d and %d elements", n, len(b.parts))
	default:
		for i := range n {
			x, y := a.parts[i].Dims, b.parts[i].Dims
			if !slices.Contains(y, x[0]) && !slices.Contains(y, x[1]) {
				return fmt.Sprintf("have no axis of the same length in element %d: %s and %s", i, shape(x), shape(y))
			}
		}
		return "have no axis that is the same length in both, element by element, while the other keeps its length"
	}
	return "have no axis of the same length"
}

// sameWay prefers, among several readings, the one that lies the same way in both arrays.
func sameWay(fit []reading) []reading {
	for _, r := range fit {
		if r.activity == r.behavior {
			return []reading{r}
		}
	}
	return fit
}

// alone returns the readings of activity without behaviour, times before neurons first.
func alone(a *stack) []reading {
	var fit []reading
	for _, l := range a.layouts() {
		if rows, _, ok := a.extent(l); ok {
			fit = append(fit, reading{activity: l, rows: rows})
		}
	}
	return sensible(fit)
}

func beside(b *stack) string {
	if b == nil {
		return ""
	}
	return " beside behaviour " + b.String()
}

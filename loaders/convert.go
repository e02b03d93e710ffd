package loaders

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"oblique/loaders/matfile"
	"oblique/loaders/recording"
)

// A Conversion says what to convert. The zero value converts everything.
type Conversion struct {
	// Only names the arrays to convert, by path or unique name; empty takes all.
	Only []string
	// Raw converts the arrays of the file itself where the file says what they mean (NWB); otherwise what
	// they mean is converted: spike_times, signals with their times, and the trials' columns.
	Raw bool
	// Progress, if not nil, is told how many rows of an array are written; it must return soon.
	Progress func(array string, done, total int)
}

// step tells that rows are written, and returns an error if the conversion is to end.
type step func(array string, done, total int) error

func (c Conversion) step(ctx context.Context) step {
	return func(array string, done, total int) error {
		if c.Progress != nil {
			c.Progress(array, done, total)
		}
		return ctx.Err()
	}
}

// ErrUnrepresentable is wrapped by the error of what the format to write has no place for.
var ErrUnrepresentable = errors.New("has no place in the format")

// Convert writes what a file holds as another format, which the extension of the target tells: .npz,
// .parquet, .arrow or .feather, .mat (version 5). The target appears complete or not at all.
//
// Numbers keep their values exactly, and their type where the format has it. Integers beyond 2⁵³ are carried where arrays
// or columns are of 64-bit integers throughout; in lists of a table, beside other types in one matrix, or with missing
// values they are an error. Numbers of CSV are float64. An array that does not fit is an error that names it and wraps
// ErrUnrepresentable:
//   - npz holds arrays of any number of axes. What is inside groups and lists is named by its
//     path: D.blocks[0].spikes. Empty lists and groups do not fit.
//   - Parquet and Arrow hold one table: all arrays of more than one element agree in the length of an
//     axis, which becomes the rows. A matrix becomes columns name_0, name_1, …; a list of vectors one column;
//     scalars go into the metadata.
//   - MATLAB holds everything, under names of its own rules and up to 2 GB each. A vector becomes a
//     column, several texts a cell array.
//
// Matrices that lie in their file as rows are copied block by block, to npz, Parquet and Arrow. When ctx ends,
// so does the conversion, after the block or array at hand, and leaves nothing.
func Convert(ctx context.Context, from, to string, c Conversion) error {
	if err := Writable(to); err != nil {
		return err
	}
	f, err := OpenFile(from)
	if err != nil {
		return err
	}
	if err = ConvertFile(ctx, f, to, c); err != nil {
		err = fmt.Errorf("%s: %w", from, err)
	}
	return errors.Join(err, f.Close())
}

// ConvertFile is Convert of an open file.
func ConvertFile(ctx context.Context, f File, to string, c Conversion) error {
	write, err := writerOf(to)
	if err != nil {
		return err
	}
	if m, ok := within(f).(matlabFile); ok && strings.EqualFold(filepath.Ext(to), ".mat") {
		return copyMATLAB(m.File, to, c.Only)
	}
	parts, err := parts(f, c)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		return missing{"loaders: nothing to convert: the file has no arrays"}
	}
	return write(to, parts, c.step(ctx))
}

// copyMATLAB copies variables as they are.
func copyMATLAB(f *matfile.File, to string, only []string) error {
	names := split(only)
	if len(names) == 0 {
		names = f.Names()
	}
	var vars []*matfile.Array
	for _, name := range names {
		a, err := f.Var(name)
		if err != nil {
			return err
		}
		vars = append(vars, a)
	}
	return matfile.WriteFile(to, matfile.WriteOptions{}, vars...)
}

// A writer writes named nodes to a file.
type writer func(to string, parts []place, tell step) error

// writers are the formats by extension.
var writers = map[string]writer{".npz": writeNumPy, ".parquet": writeParquet, ".arrow": writeArrow, ".feather": writeArrow, ".mat": writeMATLAB}

// Writable is an error that wraps ErrFormat if the extension of a path is of no format that Convert writes.
func Writable(to string) error {
	_, err := writerOf(to)
	return err
}

func writerOf(to string) (writer, error) {
	w, ok := writers[strings.ToLower(filepath.Ext(to))]
	if !ok {
		return nil, fmt.Errorf("loaders: %s: %w to write; the extension is one of .npz, .parquet, .arrow, .feather, .mat", to, ErrFormat)
	}
	return w, nil
}

// parts are the nodes to convert.
func parts(f File, c Conversion) ([]place, error) {
	if n, ok := within(f).(sessioner); ok && !c.Raw {
		s, err := n.session(Options{NoBehavior: true})
		if err != nil {
			return nil, err
		}
		f = sessionTree{f, meant(s)}
	}
	if len(c.Only) > 0 {
		var chosen []place
		for _, name := range split(c.Only) {
			n, path, err := find(f, name)
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, place{path: path, node: n})
		}
		return chosen, nil
	}
	children, err := f.Root().Children()
	if err != nil {
		return nil, err
	}
	var all []place
	for _, n := range children {
		all = append(all, place{path: n.Info().Name, node: n})
	}
	return all, nil
}

// sessionTree is a file whose tree is that of a session.
type sessionTree struct {
	File
	root Node
}

func (s sessionTree) Root() Node { return s.root }

// numbers is a node of numbers in row-major order.
func numbers(name string, x []float64, dims ...int) Node {
	return vector{unread{Info{Name: name, Class: Numbers, Type: "float64", Dims: dims}}, RowMajor(x, dims...)}
}

func texts(name string, t []string) Node {
	return words{unread{Info{Name: name, Class: Text, Type: "text", Dims: []int{len(t)}}}, t}
}

// meant is a session as arrays, under names by which Load makes the same session of them.
func meant(s *recording.Session) Node {
	if s.Activity != nil {
		return meantGrid(s)
	}
	var spikes, observed []Node
	var names []string
	stated := false
	for _, u := range s.Units {
		spikes = append(spikes, numbers("", u.Spikes, len(u.Spikes)))
		var pairs []float64
		for _, o := range u.Observed {
			pairs = append(pairs, o.Start, o.Stop)
		}
		stated = stated || u.Observed != nil
		observed = append(observed, numbers("", pairs, len(u.Observed), 2))
		names = append(names, u.Name)
	}
	nodes := []Node{newList("spike_times", spikes), texts("unit_names", names)}
	if stated {
		nodes = append(nodes, newList("obs_intervals", observed))
	}
	for _, g := range s.Signals {
		t, d := g.Values.Dims()
		nodes = append(nodes, numbers(g.Name, g.Values.RawMatrix().Data, t, d), numbers(g.Name+"_time", timesOf(g), t))
	}
	if t := s.Trials; t != nil {
		nodes = append(nodes, numbers("trial_start", t.Start, t.Len()), numbers("trial_stop", t.Stop, t.Len()))
		for _, c := range t.Columns {
			if c.Texts != nil {
				nodes = append(nodes, texts("trial_"+c.Name, c.Texts))
				continue
			}
			nodes = append(nodes, numbers("trial_"+c.Name, c.Numbers, t.Len()))
		}
	}
	return newGroup(nodes)
}

// meantGrid is meant of activity in bins. Trials are numbers per row where they are whole rows.
func meantGrid(s *recording.Session) Node {
	a := s.Activity
	total, n := a.Dims()
	name := "spikes"
	if a.Quantity == recording.Rates {
		name = "rates"
	}
	times := make([]float64, total)
	for i := range times {
		times[i] = a.Start + float64(i)*a.Bin
	}
	nodes := []Node{numbers(name, a.Values.RawMatrix().Data, total, n), numbers("time", times, total), numbers("bin_s", []float64{a.Bin})}
	for _, g := range s.Signals {
		t, d := g.Values.Dims()
		nodes = append(nodes, numbers(g.Name, g.Values.RawMatrix().Data, t, d))
		if !g.OnGrid() {
			nodes = append(nodes, numbers(g.Name+"_time", timesOf(g), t))
		}
	}
	switch t := s.Trials; {
	case t == nil:
	case t.Rows == nil:
		nodes = append(nodes, numbers("trial_start_s", t.Start, t.Len()), numbers("trial_stop_s", t.Stop, t.Len()))
	default:
		ids := slices.Repeat([]float64{-1}, total)
		for i, r := range t.Rows {
			for j := r.From; j < r.To; j++ {
				ids[j] = float64(i)
			}
		}
		nodes = append(nodes, numbers("trial_ids", ids, total))
	}
	return newGroup(nodes)
}

// timesOf are the times of the samples of a signal.
func timesOf(g recording.Signal) []float64 {
	t, _ := g.Values.Dims()
	times := slices.Clone(g.Times)
	for i := len(times); i < t; i++ {
		times = append(times, g.Start+float64(i)*g.Step)
	}
	return times
}

// unrepresentable is the error of a node that does not fit.
func unrepresentable(path, format string, args ...any) error {
	return fmt.Errorf("loaders: '%s' %w: %s; leave it out with --only", path, ErrUnrepresentable, fmt.Sprintf(format, args...))
}

// Element types as numpy names them, by the names of the formats.
var elementTypes = map[string]string{
	"f8": "float64", "f4": "float32", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64",
	"u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64", "b1": "bool",
	"double": "float64", "single": "float32", "logical": "bool",
	"float64": "float64", "float32": "float32", "int8": "int8", "int16": "int16", "int32": "int32", "int64": "int64",
	"uint8": "uint8", "uint16": "uint16", "uint32": "uint32", "uint64": "uint64", "bool": "bool",
}

// elementType is the type of a node's numbers, float64 where it is none of those above.
func elementType(i Info) string {
	name := strings.TrimPrefix(i.Type, "sparse ")
	name, _, _ = strings.Cut(name, " ")
	if t, ok := elementTypes[strings.TrimLeft(name, "<>|=")]; ok {
		return t
	}
	return "float64"
}

// A numeric is a node of numbers that is converted: what it is read from, and the type of its elements.
type numeric struct {
	Node
	path  string
	typ   string
	whole bool // 64-bit integers are carried: see carrier
	wide  bool // some are 64-bit integers, which may have been rounded when they were read
}

// numericOf returns the node as it is converted. The type is one for all blocks of a matrix; that of a table's columns
// is theirs if they agree and no value is missing.
func numericOf(p place) numeric {
	n := numeric{path: p.path, typ: elementType(p.node.Info())}
	n.Node, n.whole = carried(p.node)
	n.wide = !n.whole && strings.HasSuffix(n.typ, "int64")
	t, ok := p.node.(tableSeries)
	if !ok {
		return n
	}
	for _, c := range t.columns {
		if c.Type != t.columns[0].Type || c.Nulls != 0 {
			n.typ = "float64"
		}
		n.wide = n.wide || !n.whole && strings.HasSuffix(c.Type, "int64")
	}
	return n
}

// exactly returns numbers of the node as a slice of its type, or of float64 if some do not fit it: where a file lacks
// values, or calls a mixture by one type. An integer of 2⁵³ or beyond that may have been rounded when it was
// read is an error.
func (n numeric) exactly(x []float64) (any, string, error) {
	typ := n.typ
	switch {
	case n.whole && typ == "int64":
		return integers[int64](x), typ, nil
	case n.whole:
		return integers[uint64](x), typ, nil
	case n.wide:
		for i, v := range x {
			if math.Abs(v) >= 1<<53 {
				return nil, "", unrepresentable(n.path, "%g at %d is an integer beyond 2⁵³, which float64 does not hold exactly", v, i)
			}
		}
	}
	var data any
	ok := false
	switch typ {
	case "float32":
		data, ok = narrow[float32](x)
	case "int8":
		data, ok = narrow[int8](x)
	case "int16":
		data, ok = narrow[int16](x)
	case "int32":
		data, ok = narrow[int32](x)
	case "int64":
		data, ok = narrow[int64](x)
	case "uint8":
		data, ok = narrow[uint8](x)
	case "uint16":
		data, ok = narrow[uint16](x)
	case "uint32":
		data, ok = narrow[uint32](x)
	case "uint64":
		data, ok = narrow[uint64](x)
	case "bool":
		flags := make([]bool, len(x))
		ok = true
		for i, v := range x {
			flags[i] = v == 1
			ok = ok && (v == 0 || v == 1)
		}
		data = flags
	}
	if !ok {
		return x, "float64", nil
	}
	return data, typ, nil
}

// narrow converts numbers, and tells whether all are the same.
func narrow[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32](x []float64) ([]T, bool) {
	lo, hi := bounds[T]()
	y := make([]T, len(x))
	for i, v := range x {
		if !(v >= lo && v <= hi) { // beyond them a conversion is not defined
			if _, float := any(y).([]float32); !float {
				return nil, false
			}
		}
		y[i] = T(v)
		if float64(y[i]) != v && !(v != v && y[i] != y[i]) {
			return nil, false
		}
	}
	return y, true
}

// bounds are the numbers that a type certainly holds.
func bounds[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32]() (lo, hi float64) {
	switch any(T(0)).(type) {
	case int8:
		return math.MinInt8, math.MaxInt8
	case int16:
		return math.MinInt16, math.MaxInt16
	case int32:
		return math.MinInt32, math.MaxInt32
	case uint8:
		return 0, math.MaxUint8
	case uint16:
		return 0, math.MaxUint16
	case uint32:
		return 0, math.MaxUint32
	case uint64:
		return 0, 1 << 53
	}
	return -1 << 53, 1 << 53
}

// flat lists the arrays and texts inside a node by their paths.
func flat(p place, depth int) ([]place, error) {
	info := p.node.Info()
	if info.Class != Group && info.Class != List {
		if info.Class == Opaque {
			_, err := p.node.Values()
			return nil, fmt.Errorf("%w: %w", unrepresentable(p.path, "it cannot be read"), err)
		}
		return []place{p}, nil
	}
	if depth == maxDepth {
		return nil, unrepresentable(p.path, "it is nested more than %d levels deep", maxDepth)
	}
	children, err := p.node.Children()
	if err != nil {
		return nil, err
	}
	if len(children) == 0 {
		return nil, unrepresentable(p.path, "it is an empty %s", info.Class)
	}
	var all []place
	for i, c := range children {
		path := fmt.Sprintf("%s[%d]", p.path, i)
		if info.Class == Group {
			path = p.path + "." + c.Info().Name
		}
		inside, err := flat(place{path: path, node: c}, depth+1)
		if err != nil {
			return nil, err
		}
		if all = append(all, inside...); len(all) > maxNodes {
			return nil, unrepresentable(p.path, "it holds more than %d arrays", maxNodes)
		}
	}
	return all, nil
}

// blockRows is how many rows of a width are copied at a time: about 4 MB.
func blockRows(width int) int { return max(1, 1<<19/max(width, 1)) }

// blocks hands out a matrix block by block, as slices of its type.
func blocks(n numeric, rows recording.Rows, put func(data any) error, tell step) error {
	total, width := rows.Dims()
	step := blockRows(width)
	buffer := make([]float64, min(step, total)*width)
	for from := 0; from < total; from += step {
		x := buffer[:min(step, total-from)*width]
		if err := rows.ReadRows(x, from); err != nil {
			return err
		}
		data, got, err := n.exactly(x)
		if err == nil && got != n.typ {
			err = unrepresentable(n.path, "numbers from row %d on are no %s", from, n.typ)
		}
		if err == nil {
			err = put(data)
		}
		if err == nil {
			err = tell(n.path, min(from+step, total), total)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeMATLAB writes version 5.
func writeMATLAB(to string, parts []place, tell step) error {
	vars := make([]*matfile.Array, len(parts))
	for i, p := range parts {
		err := tell("arrays", i, len(parts))
		if err != nil {
			return err
		}
		if vars[i], err = toMATLAB(last(p.path), p, 0); err != nil {
			return err
		}
	}
	return matfile.WriteFile(to, matfile.WriteOptions{}, vars...)
}

// toMATLAB makes an array of a node: a struct of a group, a cell array of a list.
func toMATLAB(name string, p place, depth int) (*matfile.Array, error) {
	info := p.node.Info()
	switch info.Class {
	case Numbers:
		return numbersToMATLAB(name, p)
	case Text:
		texts, err := p.node.Strings()
		if err != nil {
			return nil, err
		}
		if len(info.Dims) == 0 && len(texts) == 1 || len(texts) == 1 && info.Type == "char" {
			return matfile.NewChar(name, texts...), nil
		}
		cells := make([]*matfile.Array, len(texts))
		for i, t := range texts {
			cells[i] = matfile.NewChar("", t)
		}
		return matfile.NewCell(name, []int{len(cells), 1}, cells...), nil
	case Opaque:
		_, err := p.node.Values()
		return nil, fmt.Errorf("%w: %w", unrepresentable(p.path, "it cannot be read"), err)
	}
	if depth == maxDepth {
		return nil, unrepresentable(p.path, "it is nested more than %d levels deep", maxDepth)
	}
	children, err := p.node.Children()
	if err != nil {
		return nil, err
	}
	inside := make([]*matfile.Array, len(children))
	for i, c := range children {
		field, path := "", fmt.Sprintf("%s[%d]", p.path, i)
		if info.Class == Group {
			field, path = c.Info().Name, p.path+"."+c.Info().Name
		}
		if inside[i], err = toMATLAB(field, place{path: path, node: c}, depth+1); err != nil {
			return nil, err
		}
	}
	if info.Class == Group {
		return matfile.NewStruct(name, inside...), nil
	}
	return matfile.NewCell(name, []int{len(inside), 1}, inside...), nil
}

// numbersToMATLAB makes an array of numbers, turned to column-major order.
func numbersToMATLAB(name string, p place) (*matfile.Array, error) {
	n := numericOf(p)
	v, err := n.Values()
	if err != nil {
		return nil, err
	}
	axes := make([]int, len(v.Dims))
	for i := range axes {
		axes[i] = len(axes) - 1 - i
	}
	dims := slices.Clone(v.Dims)
	for len(dims) < 2 {
		dims = append(dims, 1)
	}
	data, _, err := n.exactly(v.Permute(axes...))
	if err != nil {
		return nil, err
	}
	switch x := data.(type) {
	case []float32:
		return matfile.NewNumeric(name, dims, x), nil
	case []int8:
		return matfile.NewNumeric(name, dims, x), nil
	case []int16:
		return matfile.NewNumeric(name, dims, x), nil
	case []int32:
		return matfile.NewNumeric(name, dims, x), nil
	case []int64:
		return matfile.NewNumeric(name, dims, x), nil
	case []uint8:
		return matfile.NewNumeric(name, dims, x), nil
	case []uint16:
		return matfile.NewNumeric(name, dims, x), nil
	case []uint32:
		return matfile.NewNumeric(name, dims, x), nil
	case []uint64:
		return matfile.NewNumeric(name, dims, x), nil
	case []bool:
		return matfile.NewLogical(name, dims, x), nil
	}
	return matfile.NewNumeric(name, dims, data.([]float64)), nil
}

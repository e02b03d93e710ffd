package loaders

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"oblique/loaders/columnar"
	"oblique/loaders/recording"
)

// isTable recognises Parquet, Arrow files and streams, and text with separated values: printable, with a
// separator in its first line.
func isTable(head []byte) bool {
	for _, magic := range []string{"PAR1", "PARE", "ARROW1", "FEA1", "\xff\xff\xff\xff"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	text, ok := asText(head)
	return ok && strings.Contains(looksLikeText(text), "separated")
}

// tableFile is a table: its columns are vectors of one length. Columns whose names differ in a number
// at the end (n0, n1, … or rates[0], rates[1], …), or in a component _x, _y, _z, are together one matrix.
// Short entries of the table's metadata are scalars or texts.
type tableFile struct {
	*columnar.File
	nodes []Node
}

func openTable(r io.ReaderAt, size int64, _ string) (File, error) {
	f, err := columnar.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	t := &tableFile{File: f}
	for _, s := range seriesOf(f.Columns()) {
		switch c := s.columns[0]; {
		case len(s.strays) > 0 && len(s.strays) < len(s.columns):
			t.nodes = append(t.nodes, failed(newSeries(f, s).Info(), s.mixed()))
		case len(s.columns) > 1 || c.Class == columnar.Numbers:
			t.nodes = append(t.nodes, newSeries(f, s))
		case c.Class == columnar.Lists:
			t.nodes = append(t.nodes, &lists{column: c})
		default:
			t.nodes = append(t.nodes, newTableText(c))
		}
	}
	t.nodes = append(t.nodes, metadata(f.Metadata())...)
	return t, nil
}

func (t *tableFile) Root() Node { return newGroup(t.nodes) }

// A series is columns that belong together, by name. Strays are columns of text with such a name: fewer of them than numbers
// are rather slips in the numbers than text, and to leave them out in silence would be to lose neurons.
type series struct {
	name    string
	columns []*columnar.Column
	strays  []*columnar.Column
}

// mixed is the error of a series with strays.
func (s series) mixed() error {
	stray := s.strays[0]
	where := stray.Word
	if where != "" {
		where = ", for " + where + " is no number"
	}
	return fmt.Errorf("column '%s' is text where the others of '%s' are numbers%s; what is missing is an empty cell or NaN", stray.Name, s.name, where)
}

var (
	numbered  = regexp.MustCompile(`^(.*?)[_. ]?(?:\d+|\[\d+\])$`)
	component = regexp.MustCompile(`^(.+)[_. ][xyzXYZ]$`)
)

// seriesOf groups the columns, in the order in which each group begins.
func seriesOf(columns []*columnar.Column) []series {
	var groups []series
	index := make(map[string]int)
	for _, c := range columns {
		base := ""
		if c.Class == columnar.Numbers {
			base = stem(c.Name)
		}
		if i, ok := index[base]; ok && base != "" {
			groups[i].columns = append(groups[i].columns, c)
			continue
		}
		if base != "" {
			index[base] = len(groups)
		}
		groups = append(groups, series{name: base, columns: []*columnar.Column{c}})
	}
	for _, c := range columns {
		if i, ok := index[stem(c.Name)]; ok && c.Class == columnar.Text {
			groups[i].strays = append(groups[i].strays, c)
		}
	}
	for i, g := range groups {
		if len(g.columns) == 1 {
			groups[i].name = g.columns[0].Name
		}
	}
	return groups
}

// stem is what a column's name shares with its series, or nothing. Names that are nothing but numbers,
// as those of a matrix without names, are the series "columns".
func stem(name string) string {
	for _, pattern := range []*regexp.Regexp{numbered, component} {
		if m := pattern.FindStringSubmatch(name); m != nil {
			if m[1] == "" {
				return "columns"
			}
			return m[1]
		}
	}
	return ""
}

// tableSeries is a series of numbers: a vector, or a matrix with a column for each.
type tableSeries struct {
	unread
	file    *columnar.File
	columns []*columnar.Column
}

func newSeries(f *columnar.File, s series) Node {
	info := Info{Name: s.name, Class: Numbers, Type: s.columns[0].Type, Unit: s.columns[0].Unit, Dims: []int{f.Rows()}}
	if len(s.columns) > 1 {
		info.Dims = append(info.Dims, len(s.columns))
	}
	return tableSeries{unread{info}, f, s.columns}
}

func (s tableSeries) Values() (Values, error) {
	// The columns show that the memory is the file's due before it is taken.
	if len(s.columns) == 1 {
		x, err := s.columns[0].Float64s()
		return RowMajor(x, s.info.Dims...), err
	}
	x := make([][]float64, len(s.columns))
	var err error
	for j, c := range s.columns {
		if x[j], err = c.Float64s(); err != nil {
			return Values{}, err
		}
	}
	return ColumnMajor(slices.Concat(x...), s.info.Dims...), nil
}

func (s tableSeries) Head(n int) ([]float64, error) {
	rows := min((n+len(s.columns)-1)/len(s.columns), s.file.Rows())
	x := make([]float64, rows*len(s.columns))
	err := s.file.ReadRows(x, s.columns, 0, rows)
	return x[:min(n, len(x))], err
}

// Rows serves the series as the rows of a matrix.
func (s tableSeries) Rows() recording.Rows {
	if len(s.columns) == 1 {
		return nil
	}
	return tableRows{s.file, s.columns}
}

type tableRows struct {
	file    *columnar.File
	columns []*columnar.Column
}

func (r tableRows) Dims() (t, n int) { return r.file.Rows(), len(r.columns) }

func (r tableRows) ReadRows(dst []float64, from int) error {
	return r.file.ReadRows(dst, r.columns, from, from+len(dst)/len(r.columns))
}

// lists is a column with a list of numbers in each row: a matrix if the lists are of one length, and
// else a list of vectors. Which it is shows only when it is read, which is done once.
type lists struct {
	column *columnar.Column
	once   sync.Once
	node   Node
}

func (l *lists) read() Node {
	l.once.Do(func() {
		offsets, values, err := l.column.Lists()
		info := Info{Name: l.column.Name, Type: l.column.Type, Unit: l.column.Unit, Class: Numbers}
		if err != nil {
			l.node = failed(info, err)
			return
		}
		rows := len(offsets) - 1
		if rows > 0 && uniform(offsets) {
			info.Dims = []int{rows, offsets[1]}
			l.node = vector{unread{info}, RowMajor(values, info.Dims...)}
			return
		}
		vectors := make([]Node, rows)
		for i := range vectors {
			x := values[offsets[i]:offsets[i+1]]
			vectors[i] = vector{unread{Info{Class: Numbers, Type: info.Type, Dims: []int{len(x)}}}, RowMajor(x, len(x))}
		}
		info.Class, info.Dims = List, []int{rows}
		l.node = container{unread{info}, vectors}
	})
	return l.node
}

// uniform tells whether all lists have the length of the first.
func uniform(offsets []int) bool {
	for i := 1; i < len(offsets); i++ {
		if offsets[i]-offsets[i-1] != offsets[1] {
			return false
		}
	}
	return true
}

func (l *lists) Info() Info                    { return l.read().Info() }
func (l *lists) Children() ([]Node, error)     { return l.read().Children() }
func (l *lists) Values() (Values, error)       { return l.read().Values() }
func (l *lists) Head(n int) ([]float64, error) { return l.read().Head(n) }
func (l *lists) Strings() ([]string, error)    { return l.read().Strings() }

// vector is an array whose numbers are at hand.
type vector struct {
	unread
	values Values
}

func (v vector) Values() (Values, error) { return v.values, nil }
func (v vector) Head(n int) ([]float64, error) {
	return v.values.Data[:min(n, len(v.values.Data))], nil
}

// tableText is a column of texts, or one that is not read.
type tableText struct {
	unread
	column *columnar.Column
}

func newTableText(c *columnar.Column) Node {
	info := Info{Name: c.Name, Class: Text, Type: c.Type, Dims: []int{c.Rows()}}
	if c.Class != columnar.Text {
		return failed(info, c.Err())
	}
	return tableText{unread{info}, c}
}

func (t tableText) Strings() ([]string, error) { return t.column.Strings() }

// metadata makes nodes of the entries that are short: numbers and texts such as bin_s and kind.
func metadata(entries map[string]string) []Node {
	const longest = 200
	var nodes []Node
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		text := entries[key]
		if len(text) > longest || strings.Contains(key, ":") {
			continue
		}
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			info := Info{Name: key, Class: Numbers, Type: "metadata", Dims: []int{}}
			nodes = append(nodes, vector{unread{info}, RowMajor([]float64{x})})
			continue
		}
		nodes = append(nodes, words{unread{Info{Name: key, Class: Text, Type: "metadata", Dims: []int{}}}, []string{text}})
	}
	return nodes
}

// words is texts that are at hand.
type words struct {
	unread
	texts []string
}

func (w words) Strings() ([]string, error) { return w.texts, nil }

// failure is a node that is listed and cannot be read.
type failure struct {
	unread
	err error
}

func failed(info Info, err error) Node {
	if err == nil {
		err = fmt.Errorf("loaders: '%s' of type %s cannot be read", info.Name, info.Type)
	}
	info.Class = Opaque
	return failure{unread{info}, err}
}

func (f failure) Values() (Values, error)     { return Values{}, f.err }
func (f failure) Head(int) ([]float64, error) { return nil, f.err }
func (f failure) Strings() ([]string, error)  { return nil, f.err }

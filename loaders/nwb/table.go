package nwb

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"oblique/internal/claim"
	"oblique/loaders/hdf5"
)

// A Table is a DynamicTable: columns of one length. Its fields are for reading only.
type Table struct {
	Name        string
	Path        string
	Description string
	Rows        int
	Columns     []*Column // in the order of the file's colnames

	f   *File
	ids []int64 // nil if the table has none
}

// A Column is one column of a table. A ragged column has a list of elements in each row.
type Column struct {
	Name        string
	Description string
	Ragged      bool

	table *Table
	data  *hdf5.Dataset
	index []*hdf5.Dataset // of a ragged column, the outermost first
	ends  []int           // where each row's elements end, once they were asked for
	inner [][]int         // where the rows of each index end, in rows of the next, or elements
}

// tableTypes are the neurodata types of the schema that are tables.
var tableTypes = []string{"DynamicTable", "TimeIntervals", "Units", "AlignedDynamicTable"}

// isTable tells whether a group is a table: by its type, or by the columns it lists.
func isTable(g *hdf5.Group) bool {
	if slices.Contains(tableTypes, kind(g)) {
		return true
	}
	_, err := g.Attr("colnames")
	return err == nil
}

// Tables returns the tables of intervals: trials first if there are any, then epochs and the
// others by name.
func (f *File) Tables() ([]*Table, error) {
	g, err := f.h.Group("/intervals")
	if errors.Is(err, hdf5.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	names, inside, err := groups(g)
	if err != nil {
		return nil, err
	}
	var tables []*Table
	for i, sub := range inside {
		if !isTable(sub) {
			continue
		}
		t, err := f.table(names[i], sub)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	slices.SortStableFunc(tables, func(a, b *Table) int { return cmp.Compare(rank(a.Name), rank(b.Name)) })
	return tables, nil
}

func rank(name string) int {
	if name == "trials" {
		return 0
	}
	return 1
}

// maxRows is the most rows of a table that is read.
const maxRows = 1 << 18

// table reads the header of a table.
func (f *File) table(name string, g *hdf5.Group) (*Table, error) {
	t := &Table{Name: name, Path: g.Path(), Description: textOr(g, "description", ""), f: f, Rows: -1}
	links, err := g.Links()
	if err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	datasets := make(map[string]*hdf5.Dataset)
	for _, l := range links {
		o, err := g.Object(l.Name)
		if leadsNowhere(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("nwb: %w", err)
		}
		if d, ok := o.(*hdf5.Dataset); ok {
			datasets[l.Name] = d
		}
	}
	if d := datasets["id"]; d != nil {
		t.Rows = d.Len()
	}
	for _, name := range columnNames(g, links) {
		d := datasets[name]
		if d == nil {
			continue // it is listed, and not there
		}
		c := &Column{Name: name, Description: textOr(d, "description", ""), table: t, data: d}
		for at := name + "_index"; datasets[at] != nil && len(c.index) < maxNesting; at += "_index" {
			c.index = append([]*hdf5.Dataset{datasets[at]}, c.index...)
		}
		c.Ragged = len(c.index) > 0
		t.Columns = append(t.Columns, c)
		if t.Rows < 0 {
			t.Rows = c.rows()
		}
	}
	t.Rows = max(t.Rows, 0)
	if t.Rows > maxRows {
		return nil, fmt.Errorf("nwb: %s: %d rows: %w", t.Path, t.Rows, ErrTooLarge)
	}
	for _, c := range t.Columns {
		if c.rows() != t.Rows {
			return nil, fmt.Errorf("nwb: %s: column %s has %d rows, the table %d", t.Path, c.Name, c.rows(), t.Rows)
		}
	}
	if d := datasets["id"]; d != nil {
		if t.ids, err = d.Int64s(); err != nil {
			return nil, fmt.Errorf("nwb: %w", err)
		}
	}
	return t, nil
}

// maxNesting is how often a ragged column may be ragged inside.
const maxNesting = 3

// columnNames returns the names of the columns: those of the attribute colnames, or where it is missing
// all that are no index and no identifier.
func columnNames(g *hdf5.Group, links []hdf5.Link) []string {
	var names []string
	if a, err := g.Attr("colnames"); err == nil && a.Type().IsString() && a.Len() <= 1<<16 {
		names, _ = a.Strings()
	}
	listed := make(map[string]bool)
	for _, n := range names {
		listed[n] = true
	}
	for _, l := range links {
		if !listed[l.Name] && l.Name != "id" && !strings.HasSuffix(l.Name, "_index") {
			names = append(names, l.Name)
		}
	}
	return names
}

// rows is the length of a column.
func (c *Column) rows() int {
	if c.Ragged {
		return c.index[0].Len()
	}
	return c.data.Rows()
}

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// ID returns the identifier of a row; where the table has none, its number.
func (t *Table) ID(row int) string {
	if t.ids == nil {
		return strconv.Itoa(row)
	}
	return strconv.FormatInt(t.ids[row], 10)
}

// Type describes an element: "float64", "string", "bool".
func (c *Column) Type() string { return c.data.Type().String() }

// Width is how many numbers or texts an element has: the product of the dimensions beyond the first.
func (c *Column) Width() int { return c.data.RowLen() }

// Shape is the sizes of an element: the dimensions of the file's array beyond the first.
func (c *Column) Shape() []int {
	if s := c.data.Shape(); len(s) > 0 {
		return s[1:]
	}
	return nil
}

// Nesting is how often the column is ragged: 2 if each row has a list of lists.
func (c *Column) Nesting() int { return len(c.index) }

// Span returns what a row of the index of that level, 0 the outermost, has: from ≤ i < to, rows of the next index, or elements.
func (c *Column) Span(level, row int) (from, to int, err error) {
	if c.inner == nil {
		if err := c.readIndex(); err != nil {
			return 0, 0, err
		}
	}
	if row > 0 {
		from = c.inner[level][row-1]
	}
	return from, c.inner[level][row], nil
}

// span returns the elements of a row of a ragged column: from ≤ i < to.
func (c *Column) span(row int) (from, to int, err error) {
	if c.ends == nil {
		if err := c.readIndex(); err != nil {
			return 0, 0, err
		}
	}
	if row > 0 {
		from = c.ends[row-1]
	}
	return from, c.ends[row], nil
}

// Len returns how many elements a row has: 1 unless the column is ragged.
func (c *Column) Len(row int) (int, error) {
	if !c.Ragged {
		return 1, nil
	}
	from, to, err := c.span(row)
	return to - from, err
}

// readIndex reads where the rows end. An index counts rows of the index below it, and the last one
// elements.
func (c *Column) readIndex() error {
	var inner [][]int
	for i, d := range c.index {
		below := c.data.Rows()
		if i+1 < len(c.index) {
			below = c.index[i+1].Len()
		}
		x, err := d.Int64s()
		if err != nil {
			return fmt.Errorf("nwb: %w", err)
		}
		ends, last := make([]int, len(x)), int64(0)
		for row, end := range x {
			if end < last || end > int64(below) {
				return fmt.Errorf("nwb: %s: row %d ends at %d, after %d and with %d elements there", d.Path(), row, end, last, below)
			}
			ends[row], last = int(end), end
		}
		inner = append(inner, ends)
	}
	c.inner, c.ends = inner, slices.Clone(inner[0])
	for _, ends := range inner[1:] {
		for row, end := range c.ends { // in rows of this index
			if end > 0 {
				c.ends[row] = ends[end-1]
			}
		}
	}
	return nil
}

// Numeric tells whether elements are numbers, of which booleans are 0 and 1.
func (c *Column) Numeric() bool {
	switch c.data.Type().Class {
	case hdf5.Integer, hdf5.Float, hdf5.Enum, hdf5.Bitfield:
		return true
	}
	return false
}

// Float64s reads the numbers of a column that is not ragged: Width for each row.
func (c *Column) Float64s() ([]float64, error) {
	if c.Ragged || !c.Numeric() {
		return nil, fmt.Errorf("nwb: %s is %s, not a number per row", c.data.Path(), c.describe())
	}
	x, err := c.data.Float64s()
	if err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	return x, nil
}

// List reads the numbers of one row of a ragged column: Width for each element.
func (c *Column) List(row int) ([]float64, error) {
	if !c.Ragged || !c.Numeric() {
		return nil, fmt.Errorf("nwb: %s is %s, not a list of numbers per row", c.data.Path(), c.describe())
	}
	from, to, err := c.span(row)
	if err != nil {
		return nil, err
	}
	return c.Elements(from, to)
}

// Elements reads the numbers of the elements from ≤ i < to of a numeric column, Width for each.
func (c *Column) Elements(from, to int) ([]float64, error) {
	if err := c.data.Prove(from, to-from); err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	x := make([]float64, (to-from)*c.Width())
	if err := c.data.ReadFloat64(x, from, to-from); err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	return x, nil
}

func (c *Column) describe() string {
	if c.Ragged {
		return "lists of " + c.Type()
	}
	return c.data.String()
}

// longestList is the most numbers of a row that Texts writes.
const longestList = 64

// Texts writes a column as texts, a row each: texts as they are, numbers in the shortest form that reads
// back the same, booleans as true and false, references by the name of what they lead to, several
// elements with blanks between. A column that holds more than 64 elements in some row, or what is none of
// these, is an error.
func (c *Column) Texts() ([]string, error) {
	words, err := c.words()
	if err != nil {
		return nil, err
	}
	width := c.Width()
	out := make([]string, c.table.Rows)
	for row := range out {
		from, to := row, row+1
		if c.Ragged {
			if from, to, err = c.span(row); err != nil {
				return nil, err
			}
		}
		if (to-from)*width > longestList {
			return nil, fmt.Errorf("nwb: %s: row %d has %d elements: %w", c.data.Path(), row, (to-from)*width, ErrTooLarge)
		}
		out[row] = strings.Join(words[from*width:to*width], " ")
	}
	return out, nil
}

// isOther tells whether an error says that a column is sound, but nothing that can be a text or number.
func isOther(err error) bool {
	return errors.Is(err, ErrTooLarge) || errors.Is(err, hdf5.ErrUnsupported)
}

// words writes every element as a text.
func (c *Column) words() ([]string, error) {
	const header = 16 // bytes of a string
	n, typ := c.data.Len(), c.data.Type()
	if !claim.Believed(int64(n)*header, c.table.f.size) {
		return nil, fmt.Errorf("nwb: %s: %d elements in a file of %d bytes: %w", c.data.Path(), n, c.table.f.size, ErrTooLarge)
	}
	if n > longestList*max(c.table.Rows, 1) {
		return nil, fmt.Errorf("nwb: %s: %d elements in %d rows: %w", c.data.Path(), n, c.table.Rows, ErrTooLarge)
	}
	words := make([]string, n)
	switch {
	case typ.IsString():
		return c.data.Strings()
	case typ.IsBool():
		x, err := c.data.Int64s()
		if err != nil {
			return nil, err
		}
		for i, v := range x {
			words[i] = strconv.FormatBool(v != 0)
		}
	case c.Numeric():
		x, err := c.data.Float64s()
		if err != nil {
			return nil, err
		}
		for i, v := range x {
			words[i] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	case typ.Class == hdf5.Refer && !typ.Region:
		refs, err := c.data.References()
		if err != nil {
			return nil, err
		}
		paths, err := c.table.f.pathsOf(refs)
		if err != nil {
			return nil, err
		}
		copy(words, paths)
	default:
		return nil, fmt.Errorf("nwb: %s is %s: %w", c.data.Path(), c.data, hdf5.ErrUnsupported)
	}
	return words, nil
}

// pathsOf returns the last names of what references lead to. An object does not know its name: those of
// the groups that electrodes and planes refer to are looked up in /general.
func (f *File) pathsOf(refs []hdf5.Reference) ([]string, error) {
	names := make(map[uint64]string)
	for _, place := range []string{"/general/extracellular_ephys", "/general/optophysiology", "/general/intracellular_ephys", "/general/devices"} {
		g, err := f.h.Group(place)
		if err != nil {
			continue
		}
		links, err := g.Links()
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			if l.Kind == hdf5.HardLink {
				names[l.Address] = l.Name
			}
		}
	}
	out := make([]string, len(refs))
	for i, r := range refs {
		if r.IsNull() {
			continue
		}
		o, err := f.h.Deref(r)
		if err != nil {
			return nil, err
		}
		out[i] = cmp.Or(names[o.Address()], o.Path())
	}
	return out, nil
}

// flags reads a column of booleans, however they are stored: an enumeration, integers, or the texts
// true and false.
func (c *Column) flags() ([]bool, error) {
	out := make([]bool, c.table.Rows)
	if c.data.Type().IsString() {
		texts, err := c.Texts()
		for i, s := range texts {
			out[i] = strings.EqualFold(s, "true") || s == "1"
		}
		return out, err
	}
	x, err := c.Float64s()
	if err != nil {
		return nil, err
	}
	if len(x) != len(out) {
		return nil, fmt.Errorf("nwb: %s is %s, not a flag per row", c.data.Path(), c.describe())
	}
	for i, v := range x {
		out[i] = v != 0 && !math.IsNaN(v)
	}
	return out, nil
}

package columnar

import (
	"fmt"
	"math"

	"oblique/internal/claim"
)

// A Class says how a column is read.
type Class string

// The classes of columns.
const (
	Numbers Class = "numbers" // numbers, booleans as 0 and 1, times in seconds: Float64s
	Lists   Class = "lists"   // a list of numbers per row: Lists
	Text    Class = "text"    // a string per row: Strings
	Opaque  Class = "opaque"  // listed, not read: Err says why
)

// A Column is one column of a table. Its fields are for reading only.
type Column struct {
	Name  string // of a nested column with its parents: "trial.start"
	Type  string // as Arrow names it: "float64", "list<float64>", "timestamp[us]"
	Class Class
	Unit  string // "s" for times, otherwise empty
	Nulls int    // rows without a value, or −1 if the file does not say
	Word  string // of a column of text in CSV the first value that is no number, with its line: "line 7: 'bad'"

	file   *File
	index  int  // in the source
	bits   bool // see Bits
	reason string
	slot   slot
}

// Bits returns a column of 64-bit integers, none of them missing, as one of float64s that have their bits, by which
// they are carried exactly: int64(math.Float64bits(x)). It is nil for any other column, and for those of CSV.
func (c *Column) Bits() *Column {
	if _, text := c.file.source.(*csvSource); text || c.Class != Numbers || c.Nulls != 0 || c.Type != "int64" && c.Type != "uint64" {
		return nil
	}
	return &Column{Name: c.Name, Type: c.Type, Class: c.Class, Unit: c.Unit, file: c.file, index: c.index, bits: true}
}

// Err says why an Opaque column is not read, wrapping [ErrUnsupported]; it is nil for others.
func (c *Column) Err() error {
	if c.reason == "" {
		return nil
	}
	return c.wrap(fmt.Errorf("%w: %s", ErrUnsupported, c.reason))
}

// Rows is the number of rows, the same for every column.
func (c *Column) Rows() int { return c.file.Rows() }

// String is the name and the number of rows: rates [15536].
func (c *Column) String() string { return fmt.Sprintf("%s [%d]", c.Name, c.Rows()) }

// Float64s reads a column of numbers. Missing values are NaN, booleans 0 and 1, integers beyond 2⁵³
// rounded to the nearest, decimals too; times are seconds, dates and timestamps since 1970-01-01 UTC.
func (c *Column) Float64s() ([]float64, error) {
	if err := c.justify(8); err != nil {
		return nil, err
	}
	dst := make([]float64, c.Rows())
	return dst, c.ReadRows(dst, 0, len(dst))
}

// ReadRows reads the rows from ≤ i < to of a column of numbers into dst, whose length must be
// to−from; anything else is a programmer's error and panics, as does a range outside the table. Ranges
// that follow one another cost one pass.
func (c *Column) ReadRows(dst []float64, from, to int) error {
	return c.file.ReadRows(dst, []*Column{c}, from, to)
}

// Lists reads a column of lists: those of row i are values[offsets[i]:offsets[i+1]], and there is one
// offset more than rows. Missing elements are NaN; a missing list is empty, and [Column.Valid] tells it
// from a list that is empty.
func (c *Column) Lists() (offsets []int, values []float64, err error) {
	if err := c.justify(8); err != nil {
		return nil, nil, err
	}
	return c.ReadLists(0, c.Rows())
}

// ReadLists reads the lists of the rows from ≤ i < to, as [Column.Lists] does.
func (c *Column) ReadLists(from, to int) (offsets []int, values []float64, err error) {
	if err := c.want(Lists); err != nil {
		return nil, nil, err
	}
	c.file.checkRange(from, to)
	offsets = append(make([]int, 0, to-from+1), 0)
	err = c.file.each(&c.slot, []*Column{c}, from, to, func(_ int, parts []part) error {
		start := len(values)
		values = append(values, parts[0].numbers...)
		for _, end := range parts[0].ends {
			offsets = append(offsets, start+end)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return offsets, values, nil
}

// Strings reads a column of text. A missing string is empty, and [Column.Valid] tells it from a string
// that is.
func (c *Column) Strings() ([]string, error) {
	if err := c.want(Text); err != nil {
		return nil, err
	}
	const header = 16 // bytes of a string before its text
	if err := c.justify(header); err != nil {
		return nil, err
	}
	dst := make([]string, 0, c.Rows())
	err := c.file.each(&c.slot, []*Column{c}, 0, c.Rows(), func(_ int, parts []part) error {
		dst = append(dst, parts[0].text...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return dst, nil
}

// Valid tells for every row whether it has a value. A float64 that is NaN in the file has one, except
// in CSV, where NaN means missing.
func (c *Column) Valid() ([]bool, error) {
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := c.justify(1); err != nil {
		return nil, err
	}
	dst := make([]bool, c.Rows())
	err := c.file.each(&c.slot, []*Column{c}, 0, len(dst), func(row int, parts []part) error {
		for i := range parts[0].rows {
			dst[row+i] = parts[0].valid == nil || parts[0].valid[i]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return dst, nil
}

// justify makes sure that memory of so many bytes per row is the file's due: what it is not believed about
// is decoded once to see it.
func (c *Column) justify(perRow int64) error {
	rows := int64(c.Rows())
	if rows > math.MaxInt64/perRow || !claim.Possible(rows*perRow, c.file.size) {
		return c.wrap(fmt.Errorf("%d rows in a file of %d bytes: %w", rows, c.file.size, errDamaged))
	}
	if claim.Believed(rows*perRow, c.file.size) || c.Class == Opaque {
		return nil
	}
	return c.file.each(&c.slot, []*Column{c}, 0, c.Rows(), func(int, []part) error { return nil })
}

func (c *Column) want(class Class) error {
	if err := c.Err(); err != nil {
		return err
	}
	if c.Class != class {
		return c.wrap(fmt.Errorf("is %s (%s), not %s", c.Class, c.Type, class))
	}
	return nil
}

func (c *Column) wrap(err error) error {
	return fmt.Errorf("columnar: column '%s': %w", c.Name, err)
}

// A part is a run of consecutive rows of one column, decoded. It is good until the next one is asked for.
type part struct {
	rows    int
	valid   []bool    // per row; nil if all are
	numbers []float64 // per row, NaN where missing; of lists, the elements of all rows
	ends    []int     // of lists: where each row's elements end in numbers
	text    []string
}

package columnar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
)

// runRows is how many rows are decoded at a time, at most.
const runRows = 1 << 13

// A File is an open table.
type File struct {
	format   string
	size     int64
	rows     int
	groups   []int // first row of each group, and the number of rows
	columns  []*Column
	metadata map[string]string
	source   source
	slot     slot
	closer   io.Closer
}

// A source is a format: it decodes runs of rows of some columns.
type source interface {
	scan(columns []*Column, from int) (scanner, error)
}

// A scanner gives the parts of its columns, of the same 1 to most rows each, until io.EOF.
type scanner interface {
	next(most int) ([]part, error)
}

// A slot keeps the scanner of the last range of rows, for the range that follows it.
type slot struct {
	mu      sync.Mutex
	scanner scanner
	columns []*Column
	at      int
}

// take removes the scanner from the slot if it stands at a row of the same columns.
func (s *slot) take(columns []*Column, at int) scanner {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc := s.scanner
	s.scanner = nil // concurrent calls open their own
	if sc == nil || s.at != at || !slices.Equal(s.columns, columns) {
		return nil
	}
	return sc
}

func (s *slot) put(sc scanner, columns []*Column, at int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scanner, s.columns, s.at = sc, slices.Clone(columns), at
}

// Open opens a Parquet, Arrow (Feather), CSV or TSV file, whichever its content is.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("columnar: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("columnar: %s is not a regular file", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	file, err := NewReader(f, info.Size())
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	file.closer = f
	return file, nil
}

// NewReader reads a file of the given size, as [Open] does. Of Parquet and Arrow it reads what describes
// the table; of CSV and TSV all of it, once, to learn the types and where the rows are.
func NewReader(r io.ReaderAt, size int64) (*File, error) {
	var start [8]byte
	n, err := r.ReadAt(start[:min(size, 8)], 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("columnar: byte 0: %w", err)
	}
	head := start[:n]
	f := &File{size: size}
	switch {
	case n == 0:
		err = errors.New("byte 0: the file is empty")
	case bytes.HasPrefix(head, []byte("PAR1")):
		err = openParquet(f, r)
	case bytes.HasPrefix(head, []byte("PARE")):
		err = fmt.Errorf("byte 0: encrypted Parquet: %w", ErrUnsupported)
	case bytes.HasPrefix(head, []byte("ARROW1")):
		err = openArrowFile(f, r)
	case bytes.HasPrefix(head, []byte("\xff\xff\xff\xff")):
		err = openArrowStream(f, r)
	case bytes.HasPrefix(head, []byte("FEA1")):
		err = fmt.Errorf("byte 0: Feather version 1: %w: write version 2", ErrUnsupported)
	default:
		err = openCSV(f, r)
	}
	if err != nil {
		return nil, fmt.Errorf("columnar: %w", err)
	}
	f.rows = f.groups[len(f.groups)-1]
	return f, nil
}

// Close closes the file that [Open] opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Format is "Parquet", "Arrow file", "Arrow stream", "CSV" or "TSV".
func (f *File) Format() string { return f.format }

// Rows is the number of rows.
func (f *File) Rows() int { return f.rows }

// Groups lists the first row of each row group, record batch or, in CSV, indexed block, and the number of
// rows at the end. Ranges of rows that begin at one of them are read without a detour.
func (f *File) Groups() []int { return slices.Clone(f.groups) }

// Metadata is what the file says beside the table: keys and values.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Columns lists the columns in the order of the file.
func (f *File) Columns() []*Column { return slices.Clone(f.columns) }

// Column returns a column by name, or an error that lists what the file has.
func (f *File) Column(name string) (*Column, error) {
	var found *Column
	for _, c := range f.columns {
		if c.Name != name {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("columnar: several columns are named '%s'", name)
		}
		found = c
	}
	if found != nil {
		return found, nil
	}
	const most = 20
	var has []string
	for i, c := range f.columns {
		if i == most {
			has = append(has, fmt.Sprintf("and %d more", len(f.columns)-most))
			break
		}
		has = append(has, c.String())
	}
	if has == nil {
		has = []string{"nothing"}
	}
	return nil, fmt.Errorf("columnar: no column '%s'; the file has: %s", name, strings.Join(has, ", "))
}

// ReadRows reads the rows from ≤ i < to of several columns of numbers as a matrix (to−from)×len(columns),
// row-major, in one pass: a wide table is T×N. The length of dst must fit, and the range be in the
// table: anything else panics. Ranges that follow one another cost one pass. Missing values are NaN.
func (f *File) ReadRows(dst []float64, columns []*Column, from, to int) error {
	f.checkRange(from, to)
	if len(dst) != (to-from)*len(columns) {
		panic(fmt.Sprintf("columnar: %d elements for %d rows of %d columns", len(dst), to-from, len(columns)))
	}
	for _, c := range columns {
		if c.file != f {
			panic(fmt.Sprintf("columnar: column '%s' is of another file", c.Name))
		}
		if err := c.want(Numbers); err != nil {
			return err
		}
	}
	s := &f.slot
	if len(columns) == 1 {
		s = &columns[0].slot
	}
	width := len(columns)
	return f.each(s, columns, from, to, func(row int, parts []part) error {
		for j, p := range parts {
			if columns[j].bits && slices.Contains(p.valid, false) {
				return columns[j].wrap(fmt.Errorf("%w: from row %d on values are missing, where the file says that none are", errDamaged, row))
			}
			k := (row-from)*width + j
			for _, v := range p.numbers {
				dst[k] = v
				k += width
			}
		}
		return nil
	})
}

func (f *File) checkRange(from, to int) {
	if from < 0 || to < from || to > f.rows {
		panic(fmt.Sprintf("columnar: rows %d to %d of %d", from, to, f.rows))
	}
}

// each visits the rows from ≤ i < to of the columns in runs.
func (f *File) each(s *slot, columns []*Column, from, to int, visit func(row int, parts []part) error) error {
	if from == to || len(columns) == 0 {
		return nil
	}
	sc := s.take(columns, from)
	if sc == nil {
		var err error
		if sc, err = f.source.scan(columns, from); err != nil {
			return fmt.Errorf("columnar: %w", err)
		}
	}
	for row := from; row < to; {
		parts, err := sc.next(min(to-row, runRows))
		if err == io.EOF {
			err = fmt.Errorf("row %d: %w: the table ends before its %d rows", row, errDamaged, f.rows)
		}
		if err != nil {
			return fmt.Errorf("columnar: %w", err)
		}
		if err := visit(row, parts); err != nil {
			return err
		}
		row += parts[0].rows
	}
	if to < f.rows {
		s.put(sc, columns, to)
	}
	return nil
}

// add appends a column.
func (f *File) add(c *Column) {
	c.file, c.index = f, len(f.columns)
	f.columns = append(f.columns, c)
}

// groupOf is the index of the group that holds a row.
func (f *File) groupOf(row int) int {
	i, found := slices.BinarySearch(f.groups, row)
	if !found {
		return i - 1
	}
	for i+1 < len(f.groups)-1 && f.groups[i+1] == row { // past empty groups
		i++
	}
	return i
}

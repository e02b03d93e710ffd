package npz

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"oblique/internal/claim"
)

// An Array is one array of a file. Its fields are for reading only.
type Array struct {
	Name    string // without the .npy of the member
	DType   DType
	Shape   []int // empty for a scalar
	Fortran bool  // first index fastest in the file; what is read is row-major always

	place    string // what errors begin with
	elements int
	bytes    int
	rows     int  // the first dimension; 1 for a scalar
	width    int  // elements per row
	exact    bool // the data end where the member does

	direct *io.SectionReader             // the data where they lie in the file, or nil where deflated
	open   func() (io.ReadCloser, error) // the data from their beginning
	proven atomic.Bool                   // the data are there, or small

	mu     sync.Mutex
	cursor *cursor // where the last row range of a deflated array ended, or nil
}

// A cursor is an open stream of data, before element number at.
type cursor struct {
	io.ReadCloser
	at int
}

// describe sets what the header says and checks it against the bytes that follow the header.
func (a *Array) describe(name string, h header, available int64) error {
	a.Name, a.DType, a.Shape, a.Fortran = name, h.dtype, h.Descr.Shape, h.Descr.Fortran
	var err error
	if a.elements, a.bytes, err = volume(a.Shape, a.DType.Size()); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if int64(a.bytes) > available {
		return fmt.Errorf("data at byte %d: shape %v of %s needs %d bytes, there are %d",
			h.size, a.Shape, a.DType, a.bytes, max(available, 0))
	}
	a.exact = int64(a.bytes) == available
	a.rows, a.width = 1, 1
	if len(a.Shape) > 0 {
		a.rows = a.Shape[0]
		a.width, _, _ = volume(a.Shape[1:], 1) // fits, as the whole does
	}
	return nil
}

// Rows is the length of the first axis: T for an array T×N, 1 for a scalar.
func (a *Array) Rows() int { return a.rows }

// Width is the number of elements per row: the product of the other axes.
func (a *Array) Width() int { return a.width }

// Len is the number of elements.
func (a *Array) Len() int { return a.elements }

// String is the name and the shape: rates [15536×171].
func (a *Array) String() string {
	dims := make([]string, len(a.Shape))
	for i, n := range a.Shape {
		dims[i] = strconv.Itoa(n)
	}
	return a.Name + " [" + strings.Join(dims, "×") + "]"
}

// Float64s reads the whole array in row-major order. Booleans become 0 and 1; integers beyond 2⁵³
// round to the nearest float64. It is an error if the elements are not numbers, if the data end
// early, or if a member's checksum is wrong.
func (a *Array) Float64s() ([]float64, error) {
	if err := a.wantNumbers(); err != nil {
		return nil, err
	}
	if err := a.prove(); err != nil {
		return nil, err
	}
	dst := make([]float64, a.elements)
	if len(dst) == 0 {
		return dst, nil
	}
	err := a.stream(func(r io.Reader) error {
		if a.transposed() {
			return readColumns(dst, r, a.DType, a.rows, a.columns())
		}
		return readNumbers(dst, r, a.DType)
	})
	if err != nil {
		return nil, err
	}
	return dst, nil
}

// ReadRows reads the rows from ≤ i < to of the first axis, row-major, into dst, whose length must
// be (to−from)·Width: anything else is a programmer's error and panics, as does a range outside the
// array. A scalar is one row.
//
// Rows of an uncompressed array are read where they lie. In Fortran order, the range is one piece
// per column: take wide ranges. Rows of a deflated array come from a stream: ranges that follow one
// another cost one pass over the data, a range that goes back begins anew, and Fortran order needs a
// whole pass for every range.
func (a *Array) ReadRows(dst []float64, from, to int) error {
	if from < 0 || to < from || to > a.rows || len(dst) != (to-from)*a.width {
		panic(fmt.Sprintf("npz: %d elements for the rows %d to %d of %s", len(dst), from, to, a))
	}
	if err := a.wantNumbers(); err != nil {
		return err
	}
	if len(dst) == 0 {
		return nil
	}
	switch {
	case a.transposed() && a.direct != nil:
		return a.wrap(a.readColumnsAt(dst, from, to))
	case a.transposed():
		return a.stream(func(r io.Reader) error { return a.pickColumns(dst, r, from, to) })
	case a.direct != nil:
		size := int64(a.DType.Size())
		r := io.NewSectionReader(a.direct, int64(from*a.width)*size, int64(len(dst))*size)
		return a.wrap(readNumbers(dst, r, a.DType))
	}
	return a.wrap(a.readForward(dst, from))
}

// Bits returns an array of 64-bit integers as one of float64s that have their bits, by which they are carried exactly:
// int64(math.Float64bits(x)). It is nil for an array of anything else.
func (a *Array) Bits() *Array {
	if a.DType.size != 8 || a.DType.kind != 'i' && a.DType.kind != 'u' {
		return nil
	}
	b := &Array{Name: a.Name, DType: DType{descr: a.DType.descr, kind: 'f', size: 8, big: a.DType.big}, Shape: a.Shape, Fortran: a.Fortran,
		place: a.place, elements: a.elements, bytes: a.bytes, rows: a.rows, width: a.width, exact: a.exact, direct: a.direct, open: a.open}
	b.proven.Store(a.proven.Load())
	return b
}

// Strings reads an array of fixed-width strings in row-major order, without the NULs that pad them.
// Bytes (S) are taken as they are; characters (U) become UTF-8. It is an error if the elements are
// not strings or a character is no Unicode code point.
func (a *Array) Strings() ([]string, error) {
	if err := a.DType.Err(); err != nil {
		return nil, a.wrap(err)
	}
	if !a.DType.Text() {
		return nil, a.wrap(fmt.Errorf("dtype %s is not text", a.DType))
	}
	if err := a.prove(); err != nil {
		return nil, err
	}
	const header = 16 // bytes of a Go string before its text
	if !claim.Believed(int64(a.elements)*header, int64(a.bytes)) {
		return nil, a.wrap(fmt.Errorf("%d strings of %s are too many for labels", a.elements, a.DType))
	}
	dst := make([]string, a.elements)
	if len(dst) == 0 {
		return dst, nil
	}
	order := a.order()
	err := a.stream(func(r io.Reader) error {
		item := make([]byte, a.DType.Size())
		b := bufio.NewReaderSize(r, chunkBytes)
		for k := range dst {
			if _, err := io.ReadFull(b, item); err != nil {
				return fmt.Errorf("element %d: %w", k, short(err))
			}
			s, err := text(item, a.DType)
			if err != nil {
				return fmt.Errorf("element %d: %w", k, err)
			}
			dst[order(k)] = s
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return dst, nil
}

func (a *Array) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", a.place, err)
}

func (a *Array) wantNumbers() error {
	if err := a.DType.Err(); err != nil {
		return a.wrap(err)
	}
	if !a.DType.Numeric() {
		return a.wrap(fmt.Errorf("dtype %s is text, not numbers", a.DType))
	}
	return nil
}

// prove inflates the data of a member once to nowhere if more memory will be taken than its file is
// believed about.
func (a *Array) prove() error {
	if a.proven.Load() {
		return nil
	}
	err := a.stream(func(r io.Reader) error {
		n, err := io.CopyN(io.Discard, r, int64(a.bytes))
		if err != nil {
			return fmt.Errorf("byte %d of the data: %w", n, short(err))
		}
		return nil
	})
	a.proven.Store(err == nil)
	return err
}

// stream calls read with the data and, where they are all of the member, verifies its checksum.
func (a *Array) stream(read func(io.Reader) error) (err error) {
	rc, err := a.open()
	if err != nil {
		return a.wrap(err)
	}
	defer func() {
		if cerr := rc.Close(); err == nil && cerr != nil {
			err = a.wrap(cerr)
		}
	}()
	if err := read(rc); err != nil {
		return a.wrap(err)
	}
	return a.wrap(a.checksum(rc))
}

// checksum reads on to the end of a member, where archive/zip compares the checksum.
func (a *Array) checksum(r io.Reader) error {
	if !a.exact {
		return nil
	}
	var one [1]byte
	switch _, err := io.ReadFull(r, one[:]); err {
	case io.EOF:
		return nil
	case nil:
		return errors.New("end of the data: more follow than the directory says")
	default:
		return fmt.Errorf("end of the data: %w", err)
	}
}

// readForward reads rows of a deflated array in C order from the stream that the last call left,
// if it is not yet past them.
func (a *Array) readForward(dst []float64, from int) (err error) {
	start := from * a.width
	a.mu.Lock()
	c := a.cursor
	a.cursor = nil // concurrent calls open their own
	a.mu.Unlock()
	if c != nil && c.at > start {
		if err := c.Close(); err != nil {
			return err
		}
		c = nil
	}
	if c == nil {
		rc, err := a.open()
		if err != nil {
			return err
		}
		c = &cursor{ReadCloser: rc}
	}
	if _, err := io.CopyN(io.Discard, c, int64(start-c.at)*int64(a.DType.Size())); err != nil {
		return closing(c, fmt.Errorf("before element %d: %w", start, short(err)))
	}
	if err := readNumbers(dst, c, a.DType); err != nil {
		return closing(c, err)
	}
	c.at = start + len(dst)
	if c.at == a.elements {
		return closing(c, a.checksum(c))
	}
	a.mu.Lock()
	c, a.cursor = a.cursor, c
	a.mu.Unlock()
	if c != nil {
		return c.Close()
	}
	return nil
}

// closing closes c and returns the first error.
func closing(c io.Closer, err error) error {
	if cerr := c.Close(); err == nil {
		err = cerr
	}
	return err
}

// text decodes one fixed-width string.
func text(item []byte, dt DType) (string, error) {
	if dt.kind == 'S' {
		return strings.TrimRight(string(item), "\x00"), nil
	}
	if dt.big {
		item = slices.Clone(item)
		swap4(item)
	}
	var s []byte
	for i := 0; i < len(item); i += 4 {
		c := rune(uint32(item[i]) | uint32(item[i+1])<<8 | uint32(item[i+2])<<16 | uint32(item[i+3])<<24)
		if !utf8.ValidRune(c) {
			return "", fmt.Errorf("%#x is no Unicode character", uint32(c))
		}
		s = utf8.AppendRune(s, c)
	}
	return strings.TrimRight(string(s), "\x00"), nil
}

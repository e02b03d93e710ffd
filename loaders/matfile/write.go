package matfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf16"

	"github.com/klauspost/compress/zlib"

	"oblique/internal/atomicfile"
)

// WriteOptions say how to write. The zero value compresses each variable, as MATLAB's -v7 does.
type WriteOptions struct {
	// Uncompressed writes variables as they are, as MATLAB's -v6 does.
	Uncompressed bool
}

// headerText begins a file; MATLAB asks for the first words of it. Without a date the same
// variables give the same bytes.
const headerText = "MATLAB 5.0 MAT-file, written by regime"

// WriteFile writes the variables to a version 5 file; see [Write]. The file appears complete or
// not at all.
func WriteFile(path string, o WriteOptions, vars ...*Array) error {
	err := atomicfile.Write(path, func(w io.Writer) error { return Write(w, o, vars...) })
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Write writes the variables as a version 5 file: arrays made by the New functions or read from
// another file. Numbers keep class and storage, so that reading them gives the same bits. Logicals
// become bytes, characters UTF-16; places of a sparse matrix are sorted and repeated ones summed.
//
// Errors: a name that MATLAB does not allow or that repeats; [ErrUnsupported] for objects, function
// handles and opaque values; [ErrTooLarge] for a variable of 2³¹ bytes, which takes version 7.3;
// what w says.
func Write(w io.Writer, o WriteOptions, vars ...*Array) error {
	head := make([]byte, headerBytes5)
	for i := range 116 {
		head[i] = ' '
	}
	copy(head, headerText)
	copy(head[124:], "\x00\x01IM")
	if _, err := w.Write(head); err != nil {
		return fmt.Errorf("matfile: %w", err)
	}
	names := map[string]bool{}
	for _, a := range vars {
		if err := checkName(a.Name, names); err != nil {
			return fmt.Errorf("matfile: variable %w", err)
		}
		e := encoder5{left: a.maxParts()}
		if err := e.array(a, a.Name); err != nil {
			return err
		}
		if !o.Uncompressed {
			if err := e.compress(); err != nil {
				return a.fail(err)
			}
		}
		if _, err := w.Write(e.buf); err != nil {
			return a.fail(err)
		}
	}
	return nil
}

// checkName checks that a name is one of MATLAB's and new: a letter, then letters, digits and
// underscores, 63 at most.
func checkName(name string, seen map[string]bool) error {
	ok := len(name) > 0 && len(name) <= 63
	for i := 0; ok && i < len(name); i++ {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		ok = letter || i > 0 && (c == '_' || c >= '0' && c <= '9')
	}
	if !ok {
		return fmt.Errorf("'%s': not a MATLAB name (a letter, then letters, digits and '_', 63 at most)", name)
	}
	if seen[name] {
		return fmt.Errorf("'%s': twice", name)
	}
	seen[name] = true
	return nil
}

// encoder5 appends elements to a buffer, little-endian.
type encoder5 struct {
	buf  []byte
	left int // how many more arrays there may be
}

// maxElement is the most bytes of a variable that MATLAB reads.
const maxElement = math.MaxInt32

// element appends an element, padded; up to four bytes take the small form.
func (e *encoder5) element(t dataType, data []byte) {
	if n := len(data); n > 0 && n <= 4 {
		e.uint32(uint32(n)<<16 | uint32(t))
		e.buf = append(e.buf, data...)
	} else {
		e.uint32(uint32(t))
		e.uint32(uint32(n))
		e.buf = append(e.buf, data...)
	}
	e.pad()
}

func (e *encoder5) uint32(v uint32) { e.buf = binary.LittleEndian.AppendUint32(e.buf, v) }

func (e *encoder5) pad() { e.buf = append(e.buf, make([]byte, -len(e.buf)&7)...) }

// compress replaces the buffer by a compressed element that holds it.
func (e *encoder5) compress() error {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write(e.buf); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	e.buf = e.buf[:0]
	e.uint32(uint32(miCOMPRESSED))
	e.uint32(uint32(out.Len()))
	e.buf = append(e.buf, out.Bytes()...)
	return nil
}

// array appends an array with everything in it.
func (e *encoder5) array(a *Array, name string) error {
	if e.left--; e.left < 0 {
		return a.tooLarge()
	}
	class, ok := mxClass[a.Class]
	if !ok {
		return a.mismatch("its content")
	}
	if a.IsSparse() {
		class = mxSparse
	}
	start := len(e.buf)
	e.uint32(uint32(miMATRIX))
	e.uint32(0)
	flags := uint32(class)
	if a.Class == Logical {
		flags |= flagLogical
	}
	if a.IsComplex() {
		flags |= flagComplex
	}
	content, dims, nzmax, err := a.content()
	if err != nil {
		return err
	}
	e.element(miUINT32, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, flags), nzmax))
	sizes := make([]byte, 0, 8)
	for _, d := range dims {
		if d > math.MaxInt32 {
			return a.fail(&kindError{ErrTooLarge, fmt.Sprintf("a size of %d: version 5 holds less than 2³¹", d)})
		}
		sizes = binary.LittleEndian.AppendUint32(sizes, uint32(d))
	}
	e.element(miINT32, sizes)
	e.element(miINT8, []byte(name))
	if err := content(e); err != nil {
		return err
	}
	n := len(e.buf) - start - 8
	if n > maxElement {
		return a.tooLarge()
	}
	binary.LittleEndian.PutUint32(e.buf[start+4:], uint32(n))
	return nil
}

var mxClass = map[Class]byte{
	Double: mxDouble, Single: 7, Int8: 8, Uint8: 9, Int16: 10, Uint16: 11, Int32: 12, Uint32: 13, Int64: 14, Uint64: 15,
	Logical: 9, Char: mxChar, Cell: mxCell, Struct: mxStruct,
}

func (a *Array) tooLarge() error {
	return a.fail(&kindError{ErrTooLarge, "a variable of 2³¹ bytes or more takes version 7.3"})
}

// content returns what appends the content of the array after its header, and the sizes and the
// number of stored numbers for the header.
func (a *Array) content() (write func(*encoder5) error, dims []int, nzmax uint32, err error) {
	dims = a.Dims
	switch {
	case a.Class == Cell:
		return a.writeChildren, dims, 0, nil
	case a.Class == Struct:
		return a.writeStruct, dims, 0, nil
	case a.Class == Char:
		return a.charContent()
	case a.IsSparse():
		return a.sparseContent()
	}
	return a.writeNumbers, dims, 0, nil
}

func (a *Array) writeChildren(e *encoder5) error {
	return a.children(func(c *Array) error { return e.array(c, "") })
}

// writeStruct appends field names in a fixed width, which MATLAB has at 32 or 64, and the values.
func (a *Array) writeStruct(e *encoder5) error {
	width, seen := 32, map[string]bool{}
	for _, f := range a.fields {
		if err := checkName(f, seen); err != nil {
			return a.fail(fmt.Errorf("field %w", err))
		}
		if len(f) >= width {
			width = 64
		}
	}
	names := make([]byte, width*len(a.fields))
	for i, f := range a.fields {
		copy(names[i*width:], f)
	}
	e.element(miINT32, binary.LittleEndian.AppendUint32(nil, uint32(width)))
	e.element(miINT8, names)
	return a.writeChildren(e)
}

// writeNumbers appends the numbers of a full array as they are stored.
func (a *Array) writeNumbers(e *encoder5) error {
	halves := []bool{false}
	if a.IsComplex() {
		halves = append(halves, true)
	}
	for _, imag := range halves {
		p, err := a.numbers(imag)
		if err != nil {
			return err
		}
		if a.Class == Logical {
			if p, err = p.logical(); err != nil {
				return a.fail(err)
			}
		}
		if int64(p.n)*int64(p.typ.width()) > maxElement {
			return a.tooLarge()
		}
		b := make([]byte, 0, p.n*p.typ.width())
		err = p.each(0, p.n, func(_ int, chunk []byte) error {
			b = append(b, chunk...)
			return nil
		})
		if err != nil {
			return a.fail(err)
		}
		e.element(p.typ, b)
	}
	return nil
}

// logical returns numbers as bytes that are 0 or 1.
func (p part) logical() (part, error) {
	x := make([]float64, p.n)
	if err := p.float64s(x, 0); err != nil {
		return part{}, err
	}
	b := make([]uint8, p.n)
	for i, v := range x {
		if v != 0 {
			b[i] = 1
		}
	}
	_, q := store(b)
	return q, nil
}

// charContent encodes text: ASCII as UTF-8, what was stored as bytes in 16-bit units as that, and
// the rest as UTF-16, which the sizes then count.
func (a *Array) charContent() (func(*encoder5) error, []int, uint32, error) {
	c, err := a.node.chars()
	if err != nil {
		return nil, nil, 0, a.fail(err)
	}
	units := utf16Units(c.elems)
	dims := a.Dims
	if len(units) != a.Len() {
		if len(dims) != 2 || dims[0] != 1 {
			return nil, nil, 0, a.fail(&kindError{ErrUnsupported, fmt.Sprintf("%d UTF-16 units for %s", len(units), shape(dims))})
		}
		dims = []int{1, len(units)}
	}
	typ := miUTF16
	if c.narrow {
		typ = miUINT16
	}
	ascii := make([]byte, 0, len(units))
	data := make([]byte, 0, 2*len(units))
	for _, u := range units {
		if u < 0x80 {
			ascii = append(ascii, byte(u))
		}
		data = binary.LittleEndian.AppendUint16(data, u)
	}
	if len(ascii) == len(units) {
		typ, data = miUTF8, ascii
	}
	return func(e *encoder5) error { e.element(typ, data); return nil }, dims, 0, nil
}

// utf16Units encodes elements, of which surrogates stay as they are.
func utf16Units(elems []rune) []uint16 {
	units := make([]uint16, 0, len(elems))
	for _, r := range elems {
		if r < 0x10000 {
			units = append(units, uint16(r))
		} else {
			units = utf16.AppendRune(units, r)
		}
	}
	return units
}

// sparseContent encodes a sparse matrix as compressed columns.
func (a *Array) sparseContent() (func(*encoder5) error, []int, uint32, error) {
	if int64(a.Dims[1]) > a.limit/4 { // nothing in a version 4 file justifies the columns
		return nil, nil, 0, a.tooLarge()
	}
	ix, re, err := a.stored(false)
	var im []float64
	if err == nil && a.IsComplex() {
		_, im, err = a.stored(true)
	}
	if err != nil {
		return nil, nil, 0, err
	}
	rows, starts, vals := ix.compress(a.Dims[1], re, im)
	if a.Class == Logical {
		for i := range vals[0] {
			vals[0][i] = min(vals[0][i], 1)
		}
	}
	// MATLAB wants room for one number at least.
	nzmax := uint32(max(1, len(rows)))
	return func(e *encoder5) error {
		for _, ints := range [][]int32{rows, starts} {
			_, p := store(ints)
			e.element(p.typ, p.src.(memory))
		}
		for _, v := range vals {
			if v != nil {
				_, p := store(v)
				e.element(p.typ, p.src.(memory))
			}
		}
		return nil
	}, a.Dims, nzmax, nil
}

// compress sorts the places by column and row and sums the numbers of repeated ones.
func (ix *index) compress(cols int, halves ...[]float64) (rows, starts []int32, vals [][]float64) {
	order := make([]int, len(ix.row))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(ix.col[i], ix.col[j]), cmp.Compare(ix.row[i], ix.row[j]))
	})
	starts = make([]int32, cols+1)
	vals = make([][]float64, len(halves))
	for n, k := range order {
		last := len(rows) - 1
		repeats := n > 0 && ix.col[order[n-1]] == ix.col[k] && ix.row[order[n-1]] == ix.row[k]
		if !repeats {
			rows = append(rows, int32(ix.row[k]))
			starts[ix.col[k]+1]++
		}
		for h, v := range halves {
			switch {
			case v == nil:
			case repeats:
				vals[h][last] += v[k]
			default:
				vals[h] = append(vals[h], v[k])
			}
		}
	}
	for j := range cols {
		starts[j+1] += starts[j]
	}
	for h, v := range halves {
		if v != nil && vals[h] == nil {
			vals[h] = []float64{}
		}
	}
	return rows, starts, vals
}

package matfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"strings"
	"sync"
	"unicode/utf8"

	"oblique/internal/claim"
)

// headerBytes5 is the size of a version 5 header: 116 bytes of text, the place of MATLAB's own
// data, the version, and the order of the bytes.
const headerBytes5 = 128

// Classes as version 5 numbers them.
const (
	mxCell     = 1
	mxStruct   = 2
	mxObject   = 3
	mxChar     = 4
	mxSparse   = 5
	mxDouble   = 6
	mxFunction = 16
	mxOpaque   = 17
)

var classes5 = map[byte]Class{
	mxCell: Cell, mxStruct: Struct, mxObject: Object, mxChar: Char, mxSparse: Double, mxDouble: Double,
	7: Single, 8: Int8, 9: Uint8, 10: Int16, 11: Uint16, 12: Int32, 13: Uint32, 14: Int64, 15: Uint64,
	mxFunction: Function, mxOpaque: Opaque, 18: Opaque,
}

// Flags of an array.
const (
	flagLogical = 0x200
	flagComplex = 0x800
)

// maxDims is the most dimensions that are read. MATLAB has no limit; numpy's is 32.
const maxDims = 64

// header5 reads the header of a version 5 file.
func (f *File) header5(head []byte) (func(*file) error, error) {
	big := false
	switch string(head[126:128]) {
	case "IM":
	case "MI":
		big = true
	default:
		return nil, &kindError{ErrFormat, "not a MATLAB file: no byte order mark at 0x7e"}
	}
	version := order(big).Uint16(head[124:])
	switch version {
	case 0x0100:
	case 0x0200:
		return f.list73, nil
	default:
		return nil, &kindError{ErrFormat, fmt.Sprintf("not a MATLAB file: version %#04x", version)}
	}
	f.Version = 5
	return func(src *file) error { return f.list5(src, big) }, nil
}

func order(big bool) binary.ByteOrder {
	if big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// list5 lists the variables of a version 5 file: elements one after the other, of which compressed
// ones are inflated as far as their header only. MATLAB's own data, which have no name, are left out.
func (f *File) list5(src *file, big bool) error {
	d := decoder5{src, big}
	next := int64(headerBytes5)
	for next < src.n {
		pos := next
		t, err := d.tag(pos, src.n)
		if err != nil {
			return err
		}
		var open func() (*Array, error)
		var head *Array
		switch t.typ {
		case miMATRIX:
			open = func() (*Array, error) { return d.array(pos, src.n) }
			head, err = d.header(pos, src.n)
		case miCOMPRESSED:
			open = func() (*Array, error) { return openCompressed(src, t, big, f.size) }
			head, err = compressedHeader(src, t, big)
		default:
			err = fmt.Errorf("element at %#x: type %d where an array is expected", pos, t.typ)
		}
		if err != nil {
			return err
		}
		if head.Name != "" {
			f.add(variable{head, open})
		}
		next = t.next
	}
	return nil
}

// compressedHeader inflates as much as the header of a compressed variable takes.
func compressedHeader(src *file, t tag5, big bool) (*Array, error) {
	z := &inflated{r: src.r, off: t.data, n: t.n, keep: 1 << 20}
	return decoder5{z, big}.header(0, math.MaxInt64)
}

// openCompressed inflates a compressed variable to its end, so that what it declares can be
// checked against what is there.
func openCompressed(src *file, t tag5, big bool, fileSize int64) (*Array, error) {
	z := &inflated{r: src.r, off: t.data, n: t.n, keep: claim.Allowance(fileSize)}
	d := decoder5{z, big}
	m, err := d.tag(0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	if total := m.data + m.n; claim.Believed(total+t.n, fileSize) {
		z.whole(total)
	}
	if err := z.verify(m.data + m.n); err != nil {
		return nil, err
	}
	return d.array(0, z.total)
}

// decoder5 reads the elements of a version 5 file or of one compressed variable.
type decoder5 struct {
	src source
	big bool
}

// tag5 is the tag of an element: its type, n bytes of data, and where the next element begins.
type tag5 struct {
	typ     dataType
	data, n int64
	next    int64
}

// tag reads the tag at pos of an element that must end by end. Elements of up to four bytes may
// have the size in the upper half of the type and the data in place of the size. Data are padded
// to eight bytes, but for compressed ones and for the padding that would follow the end.
func (d decoder5) tag(pos, end int64) (tag5, error) {
	if err := span(d.src, pos, 8, end); err != nil {
		return tag5{}, err
	}
	var b [8]byte
	if err := d.src.read(b[:], pos); err != nil {
		return tag5{}, err
	}
	o := order(d.big)
	first := o.Uint32(b[:])
	if n := first >> 16; n != 0 {
		if n > 4 {
			return tag5{}, fmt.Errorf("element at %s: %d bytes in a small element", d.src.place(pos), n)
		}
		return tag5{dataType(first & 0xffff), pos + 4, int64(n), pos + 8}, nil
	}
	t := tag5{typ: dataType(first), data: pos + 8, n: int64(o.Uint32(b[4:]))}
	if t.typ == miMATRIX {
		// The content of an array is padded throughout. Octave declares 4 bytes too many for a
		// char matrix of 4 elements.
		t.n &^= 7
	}
	if err := span(d.src, pos, 8+t.n, end); err != nil {
		return tag5{}, err
	}
	t.next = t.data + t.n
	if t.typ != miCOMPRESSED {
		t.next = min(t.data+(t.n+7)&^7, end)
	}
	return t, nil
}

// bytes reads the data of an element of at most max bytes, and of one of the types.
func (d decoder5) bytes(what string, pos, end int64, max int64, types ...dataType) ([]byte, tag5, error) {
	t, err := d.tag(pos, end)
	if err != nil {
		return nil, t, fmt.Errorf("%s: %w", what, err)
	}
	fits := false
	for _, typ := range types {
		fits = fits || typ == t.typ
	}
	if !fits || t.n > max {
		return nil, t, fmt.Errorf("%s: element at %s: %d bytes of type %d", what, d.src.place(pos), t.n, t.typ)
	}
	b := make([]byte, t.n)
	return b, t, d.src.read(b, t.data)
}

// node5 is the content of an array of a version 5 file.
type node5 struct {
	decoder5
	class     byte
	flags     uint32
	shape     []int
	count     int   // elements of the array
	body, end int64 // what follows the name, or the field names
	perElem   int   // children of each element: 1 for a cell, the fields of a struct

	once     sync.Once
	childPos []int64
	childErr error
}

// header reads the header of the array at pos: class, sizes and name. An array without any content
// is MATLAB's way of writing an empty value, [].
func (d decoder5) header(pos, end int64) (*Array, error) {
	m, err := d.tag(pos, end)
	if err != nil {
		return nil, err
	}
	if m.typ != miMATRIX {
		return nil, fmt.Errorf("element at %s: type %d where an array is expected", d.src.place(pos), m.typ)
	}
	if m.n == 0 {
		n := &node5{decoder5: d, class: mxDouble, body: m.data, end: m.data}
		return &Array{Class: Double, Dims: []int{0, 0}, node: n}, nil
	}
	end = m.data + m.n
	b, t, err := d.bytes("array flags", m.data, end, 8, miUINT32)
	if err != nil {
		return nil, err
	}
	if len(b) != 8 {
		return nil, fmt.Errorf("array flags: element at %s: %d bytes", d.src.place(m.data), len(b))
	}
	flags := order(d.big).Uint32(b)
	n := &node5{decoder5: d, class: byte(flags), flags: flags, end: end}
	class, ok := classes5[n.class]
	if !ok {
		return nil, fmt.Errorf("element at %s: array of class %d", d.src.place(pos), n.class)
	}
	a := &Array{Class: class, node: n}
	if flags&flagLogical != 0 && class.IsNumeric() {
		a.Class = Logical
	}
	if class != Opaque {
		if a.Dims, t, err = d.dims(t.next, end); err != nil {
			return nil, err
		}
		n.shape, n.count = a.Dims, a.Len()
		if n.class == mxSparse && len(a.Dims) != 2 {
			return nil, fmt.Errorf("element at %s: sparse array %s", d.src.place(pos), shape(a.Dims))
		}
	}
	// A name longer than 4096 bytes is damage: MATLAB's are of 63 at most.
	name, t, err := d.bytes("array name", t.next, end, 4096, miINT8, miUINT8, miUTF8, miUINT16)
	if err != nil {
		return nil, err
	}
	a.Name = clean(name)
	n.body = t.next
	return a, nil
}

// dims reads the sizes of an array, whose product must be an int.
func (d decoder5) dims(pos, end int64) ([]int, tag5, error) {
	b, t, err := d.bytes("sizes", pos, end, 4*maxDims, miINT32, miUINT32)
	if err != nil {
		return nil, t, err
	}
	if len(b) < 8 || len(b)%4 != 0 {
		return nil, t, fmt.Errorf("sizes: element at %s: %d bytes", d.src.place(pos), len(b))
	}
	dims := make([]int, len(b)/4)
	for i := range dims {
		v := int32(order(d.big).Uint32(b[4*i:]))
		if v < 0 {
			return nil, t, fmt.Errorf("sizes: element at %s: a size of %d", d.src.place(pos), v)
		}
		dims[i] = int(v)
	}
	if !countable(dims) {
		return nil, t, fmt.Errorf("sizes: element at %s: %s are too many elements", d.src.place(pos), shape(dims))
	}
	return dims, t, nil
}

// countable reports whether the number of elements, and eight times that, is an int.
func countable(dims []int) bool {
	n := uint64(1)
	for _, d := range dims {
		if d == 0 {
			return true
		}
	}
	for _, d := range dims {
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt/8 {
			return false
		}
		n = lo
	}
	return true
}

// clean turns a stored name into text: it ends at the first NUL, and is Latin-1 if it is no UTF-8.
func clean(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	if utf8.ValidString(s) {
		return s
	}
	r := make([]rune, len(s))
	for i := range len(s) {
		r[i] = rune(s[i])
	}
	return string(r)
}

// array reads the header of the array at pos with the field names.
func (d decoder5) array(pos, end int64) (*Array, error) {
	a, err := d.header(pos, end)
	if err != nil {
		return nil, err
	}
	n := a.node.(*node5)
	switch a.Class {
	case Cell:
		n.perElem = 1
	case Struct:
		if a.fields, err = n.fieldNames(); err != nil {
			return nil, err
		}
		n.perElem = len(a.fields)
	}
	return a, n.checkRoom()
}

// checkRoom checks that there is a tag's room for every child, so that the number of cells or
// elements is one that the file justifies.
func (n *node5) checkRoom() error {
	per := int64(n.perElem)
	if room := (n.end - n.body) / 8; per > 0 && int64(n.count) > room/per {
		return fmt.Errorf("element at %s: %d elements of %d fields in %d bytes", n.src.place(n.body), n.count, per, n.end-n.body)
	}
	return nil
}

// fieldNames reads the field names of a struct, which have a fixed width, and moves the body
// behind them. Should names repeat, as they do in files of some programs, then the second x is
// called _1_x and the third _2_x, as scipy calls them.
func (n *node5) fieldNames() ([]string, error) {
	b, t, err := n.bytes("width of field names", n.body, n.end, 4, miINT32, miUINT32)
	if err != nil {
		return nil, err
	}
	width := 0
	if len(b) == 4 {
		width = int(int32(order(n.big).Uint32(b)))
	}
	names, t, err := n.bytes("field names", t.next, n.end, n.end, miINT8, miUINT8, miUTF8)
	if err != nil {
		return nil, err
	}
	n.body = t.next
	if len(names) == 0 {
		return nil, nil
	}
	if width <= 0 || len(names)%width != 0 {
		return nil, fmt.Errorf("field names: element at %s: %d bytes in names of width %d", n.src.place(t.data), len(names), width)
	}
	fields := make([]string, len(names)/width)
	times := map[string]int{}
	for i := range fields {
		name := clean(names[i*width : (i+1)*width])
		fields[i] = name
		if k := times[name]; k > 0 {
			fields[i] = fmt.Sprintf("_%d_%s", k, name)
		}
		times[name]++
	}
	return fields, nil
}

func (n *node5) complex() bool  { return n.flags&flagComplex != 0 }
func (n *node5) isSparse() bool { return n.class == mxSparse }

// numbers reads the tag of stored numbers at pos.
func (n *node5) numbers(pos int64) (part, tag5, error) {
	t, err := n.tag(pos, n.end)
	if err != nil {
		return part{}, t, err
	}
	w := int64(t.typ.width())
	if w == 0 || t.n%w != 0 {
		return part{}, t, fmt.Errorf("element at %s: %d bytes of type %d, which are no numbers", n.src.place(pos), t.n, t.typ)
	}
	return part{src: n.src, off: t.data, n: int(t.n / w), typ: t.typ, big: n.big}, t, nil
}

// part returns the stored numbers. An empty array may lack the element for them.
func (n *node5) part(imag bool) (part, error) {
	if n.count == 0 && n.body == n.end {
		return part{src: n.src, off: n.body, typ: miDOUBLE}, nil
	}
	if n.isSparse() {
		return n.sparsePart(imag)
	}
	p, t, err := n.numbers(n.body)
	if err == nil && imag {
		p, _, err = n.numbers(t.next)
	}
	return p, err
}

func (n *node5) chars() (chars, error) {
	p, err := n.part(false)
	if err != nil {
		return chars{}, err
	}
	return p.decode(n.count)
}

// sparse reads the index of a sparse matrix: the rows of the stored numbers, then where in them
// each column begins, and where the last ends.
func (n *node5) sparse() (*index, error) {
	rows, t, err := n.numbers(n.body)
	if err != nil {
		return nil, fmt.Errorf("rows of a sparse matrix: %w", err)
	}
	cols, _, err := n.numbers(t.next)
	if err != nil {
		return nil, fmt.Errorf("columns of a sparse matrix: %w", err)
	}
	dims := n.shape
	if cols.n != dims[1]+1 {
		return nil, fmt.Errorf("data at %s: %d column starts for %s", n.src.place(cols.off), cols.n, shape(dims))
	}
	start := make([]int64, cols.n)
	if err := cols.int64s(start); err != nil {
		return nil, err
	}
	nnz := start[dims[1]]
	if start[0] != 0 || nnz < 0 || nnz > int64(rows.n) {
		return nil, fmt.Errorf("data at %s: columns begin at %d and end at %d of %d", n.src.place(cols.off), start[0], nnz, rows.n)
	}
	ix := &index{col: make([]int, nnz)}
	for j := range dims[1] {
		if start[j+1] < start[j] || start[j+1] > nnz {
			return nil, fmt.Errorf("data at %s: column %d ends at %d before it begins at %d", n.src.place(cols.off), j, start[j+1], start[j])
		}
		for k := start[j]; k < start[j+1]; k++ {
			ix.col[k] = j
		}
	}
	rows.n = int(nnz)
	ix.row, err = rows.indices(dims[0])
	return ix, err
}

// indices decodes numbers that must be ≥ 0 and < size.
func (p part) indices(size int) ([]int, error) {
	v := make([]int64, p.n)
	if err := p.int64s(v); err != nil {
		return nil, err
	}
	ix := make([]int, p.n)
	for i, k := range v {
		if k < 0 || k >= int64(size) {
			return nil, fmt.Errorf("data at %s: index %d of %d", p.src.place(p.off), k, size)
		}
		ix[i] = int(k)
	}
	return ix, nil
}

// sparsePart returns the numbers of a sparse matrix. MATLAB stores those of a logical one as bytes
// and calls them doubles: what tells is that there are as many bytes as rows.
func (n *node5) sparsePart(imag bool) (part, error) {
	rows, t, err := n.numbers(n.body)
	if err != nil {
		return part{}, err
	}
	if t, err = n.tag(t.next, n.end); err != nil {
		return part{}, err
	}
	pos := t.next
	if imag {
		if t, err = n.tag(pos, n.end); err != nil {
			return part{}, err
		}
		pos = t.next
	}
	if t, err = n.tag(pos, n.end); err != nil {
		return part{}, err
	}
	if n.flags&flagLogical != 0 && t.typ == miDOUBLE && t.n == int64(rows.n) {
		return part{src: n.src, off: t.data, n: rows.n, typ: miUINT8}, nil
	}
	p, _, err := n.numbers(pos)
	return p, err
}

// child reads the header of a child. The first call finds where all of them are.
func (n *node5) child(k int) (*Array, error) {
	n.once.Do(func() { n.childPos, n.childErr = n.locate() })
	if n.childErr != nil {
		return nil, n.childErr
	}
	return n.array(n.childPos[k], n.end)
}

// locate finds the children by their tags.
func (n *node5) locate() ([]int64, error) {
	at := make([]int64, n.count*n.perElem)
	pos := n.body
	for i := range at {
		t, err := n.tag(pos, n.end)
		if err != nil {
			return nil, err
		}
		at[i], pos = pos, t.next
	}
	return at, nil
}

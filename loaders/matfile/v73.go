package matfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"oblique/loaders/hdf5"
)

// Version 7.3: an HDF5 file behind a header of 512 bytes. A variable is a dataset or group at the root,
// whose attribute MATLAB_class says what it is. Sizes are in the reverse order of HDF5's, so that
// elements lie as in MATLAB.
//
//	numbers        a dataset; logicals have MATLAB_int_decode; complex ones are {real, imag}
//	sparse         a group of data, ir and jc, with the number of rows in MATLAB_sparse
//	text           a dataset of uint16
//	cell           a dataset of references to objects in the group #refs#
//	struct         a group with a member per field, in the order of MATLAB_fields
//	struct array   the same, its members being datasets of references and without a class
//	empty          a dataset of the sizes, with MATLAB_empty
const (
	attrClass  = "MATLAB_class"
	attrEmpty  = "MATLAB_empty"
	attrFields = "MATLAB_fields"
	attrSparse = "MATLAB_sparse"
	attrObject = "MATLAB_object_decode"
)

var classes73 = map[string]Class{
	"double": Double, "single": Single, "int8": Int8, "uint8": Uint8, "int16": Int16, "uint16": Uint16,
	"int32": Int32, "uint32": Uint32, "int64": Int64, "uint64": Uint64, "logical": Logical, "char": Char,
	"cell": Cell, "struct": Struct, "function_handle": Function,
	"canonical empty": Double, // what MATLAB makes cells of that nothing was put into
}

// types73 are the stored numbers by HDF5's name of their type.
var types73 = map[string]dataType{
	"int8": miINT8, "uint8": miUINT8, "int16": miINT16, "uint16": miUINT16, "int32": miINT32, "uint32": miUINT32,
	"int64": miINT64, "uint64": miUINT64, "float32": miSINGLE, "float64": miDOUBLE,
}

// file73 is what the arrays of a version 7.3 file share.
type file73 struct {
	h    *hdf5.File
	size int64
}

// maxReferences is the most cells or struct elements of an array: a million, and one for every 8 bytes
// of the file, which is what a reference takes before it is compressed.
func (f *file73) maxReferences() int { return int(min(1<<20+f.size/8, 1<<40)) }

// maxParts is the number of arrays inside an array that is followed. References may lead to one place
// from many, so that bytes alone bound nothing: two in each of 60 levels make 2⁶⁰.
func (f *file73) maxParts() int { return int(min(1<<18+f.size/8, 1<<40)) }

// list73 lists the variables. One that cannot be opened is listed all the same, and the error is
// that of opening it.
func (f *File) list73(src *file) error {
	h, err := hdf5.NewReader(src.r, src.n)
	if err != nil {
		return err
	}
	f.Version = 7
	links, err := h.Root().Links()
	if err != nil {
		return err
	}
	in := &file73{h: h, size: f.size}
	for _, l := range links {
		if strings.HasPrefix(l.Name, "#") { // #refs#, #subsystem#: not variables
			continue
		}
		open := func() (*Array, error) {
			o, err := h.Root().Object(l.Name)
			if err != nil {
				return nil, err
			}
			return in.array(o, nil)
		}
		head, err := open()
		if err != nil {
			head = &Array{node: &node73{}}
		}
		head.Name = l.Name
		f.add(variable{head, open})
	}
	return nil
}

// node73 is the content of a version 7.3 array.
type node73 struct {
	file *file73
	// above are the addresses of the objects that this one is inside of, and its own.
	above []uint64

	numbers    *hdf5.Array // nil of an empty array
	imag       *hdf5.Array
	n          int
	typ        dataType
	big        bool
	rows, cols int         // of a sparse matrix
	ir, jc     *hdf5.Array // of a sparse matrix

	group   *hdf5.Group     // of a struct, or of the struct array that the element belongs to
	fields  []string        // of a struct
	members []*hdf5.Dataset // of a struct array, a field each

	cells *hdf5.Dataset

	once sync.Once
	refs []hdf5.Reference // of the cells, or of a struct array field after field
	err  error
}

// array reads the header of what an object holds.
func (f *file73) array(o hdf5.Object, above []uint64) (*Array, error) {
	if slices.Contains(above, o.Address()) {
		return nil, fmt.Errorf("object at %#x: contains itself", o.Address())
	}
	n := &node73{file: f, above: append(above[:len(above):len(above)], o.Address())}
	a := &Array{node: n}
	name, err := textAttr(o, attrClass)
	if err != nil {
		return nil, err
	}
	var known bool
	if a.Class, known = classes73[name]; name != "" && !known {
		a.Class = Opaque
	}
	if has, err := hasAttr(o, attrObject); err != nil {
		return nil, err
	} else if has && a.Class != Function && a.Class != Char && a.Class != Logical {
		a.Class = Opaque
	}
	if a.Class == Opaque || a.Class == Function {
		return a, nil
	}
	switch o := o.(type) {
	case *hdf5.Group:
		err = n.openGroup(a, o)
	case *hdf5.Dataset:
		err = n.openDataset(a, o)
	default:
		err = fmt.Errorf("object at %#x: a datatype, which is no array", o.Address())
	}
	if err != nil {
		return nil, err
	}
	if !countable(a.Dims) {
		return nil, fmt.Errorf("object at %#x: %s are too many elements", o.Address(), shape(a.Dims))
	}
	return a, nil
}

// openDataset reads the header of numbers, text, cells or an empty array.
func (n *node73) openDataset(a *Array, d *hdf5.Dataset) error {
	empty, err := flagAttr(d, attrEmpty)
	if err != nil {
		return err
	}
	if empty {
		return n.openEmpty(a, d)
	}
	a.Dims = reversed(d.Shape())
	typ := d.Type()
	if a.Class == 0 {
		a.Class = guess73(typ)
	}
	switch {
	case a.Class == Opaque:
		a.Dims = nil
		return nil
	case a.Class == Cell && typ.Class == hdf5.Refer:
		n.cells = d
		return n.justified(d, a.Len())
	case a.Class == Cell, a.Class == Struct:
		return fmt.Errorf("object at %#x: a %s that is stored as %s", d.Address(), a.Class, typ)
	}
	n.numbers = d.Array
	if typ.Class == hdf5.Compound && a.Class != Char {
		if n.numbers, err = d.Field("real"); err != nil {
			return err
		}
		if n.imag, err = d.Field("imag"); err != nil {
			return err
		}
		if n.imag.Type().String() != n.numbers.Type().String() {
			return fmt.Errorf("object at %#x: real parts are %s, imaginary ones %s", d.Address(), n.numbers.Type(), n.imag.Type())
		}
	}
	return n.numeric(n.numbers, len(d.MaxShape()))
}

// guess73 is the class of a dataset without one, which other programs may have added.
func guess73(t *hdf5.Type) Class {
	if t.Class == hdf5.Refer {
		return Cell
	}
	if t.Class == hdf5.Compound && t.Field("real") != nil {
		t = t.Field("real").Type
	}
	name, _, _ := strings.Cut(t.String(), " ")
	switch name {
	case "float32":
		return Single
	case "float64":
		return Double
	}
	if c, ok := classes73[name]; ok && c.IsNumeric() {
		return c
	}
	return Opaque
}

// numeric sets how the numbers are stored, which are those of a dataset of that many dimensions.
func (n *node73) numeric(x *hdf5.Array, rank int) error {
	name, order, _ := strings.Cut(x.Type().String(), " ")
	typ, ok := types73[name]
	if !ok || len(x.Shape()) != rank { // a type may be an array itself
		return &kindError{ErrUnsupported, fmt.Sprintf("stored as %s: unsupported", x)}
	}
	n.typ, n.big, n.n = typ, order == "big-endian", x.Len()
	return nil
}

// openEmpty reads the sizes of an empty array, of which one is 0, unless it is a struct without fields.
func (n *node73) openEmpty(a *Array, d *hdf5.Dataset) error {
	if d.Len() > maxDims {
		return fmt.Errorf("object at %#x: %d dimensions", d.Address(), d.Len())
	}
	sizes, err := d.Int64s()
	if err != nil {
		return err
	}
	a.Dims = make([]int, 0, max(2, len(sizes)))
	for _, s := range sizes {
		if s < 0 || s > 1<<53 {
			return fmt.Errorf("object at %#x: a size of %d", d.Address(), s)
		}
		a.Dims = append(a.Dims, int(s))
	}
	for len(a.Dims) < 2 {
		a.Dims = append(a.Dims, 1)
	}
	if a.Class == 0 {
		a.Class = Double
	}
	n.typ = miDOUBLE
	if a.Class == Char {
		n.typ = miUTF16
	}
	if !countable(a.Dims) {
		return fmt.Errorf("object at %#x: %s are too many elements", d.Address(), shape(a.Dims))
	}
	if a.Class == Struct {
		if n.fields, err = n.file.fieldNames(d); err != nil {
			return err
		}
		a.fields = n.fields
	}
	if a.Len() != 0 && (a.Class != Struct || len(n.fields) > 0) {
		return fmt.Errorf("object at %#x: an empty %s of sizes %s", d.Address(), a.Class, shape(a.Dims))
	}
	return nil
}

// openGroup reads the header of a struct, a struct array or a sparse matrix.
func (n *node73) openGroup(a *Array, g *hdf5.Group) error {
	if has, err := hasAttr(g, attrSparse); err != nil {
		return err
	} else if has {
		return n.openSparse(a, g)
	}
	if a.Class != Struct && a.Class != 0 {
		return fmt.Errorf("object at %#x: a %s that is a group", g.Address(), a.Class)
	}
	a.Class, a.Dims, n.group = Struct, []int{1, 1}, g
	links, err := g.Links()
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(links))
	for _, l := range links {
		there[l.Name] = true
	}
	listed, err := n.file.fieldNames(g)
	if err != nil {
		return err
	}
	for _, name := range listed {
		if there[name] { // a field may be listed that is not there
			n.fields = append(n.fields, name)
			there[name] = false
		}
	}
	for _, l := range links {
		if there[l.Name] {
			n.fields = append(n.fields, l.Name)
		}
	}
	a.fields = n.fields
	return n.openElements(a)
}

// openElements tells a struct array, whose members are datasets of references without a class, from a
// struct.
func (n *node73) openElements(a *Array) error {
	for i, name := range n.fields {
		o, err := n.group.Object(name)
		if err != nil {
			return err
		}
		d, _ := o.(*hdf5.Dataset)
		array := d != nil && d.Type().Class == hdf5.Refer
		if array {
			classed, err := hasAttr(d, attrClass)
			if err != nil {
				return err
			}
			array = !classed
		}
		switch {
		case i == 0 && !array:
			return nil
		case i == 0:
			a.Dims = reversed(d.Shape())
			if err := n.justified(d, a.Len()*len(n.fields)); err != nil {
				return err
			}
		case !array || !slices.Equal(a.Dims, reversed(d.Shape())):
			return fmt.Errorf("field '%s': not one reference for each element of %s", name, a)
		}
		n.members = append(n.members, d)
	}
	return nil
}

// justified checks that the file can hold so many references.
func (n *node73) justified(d *hdf5.Dataset, refs int) error {
	if refs < 0 || refs > n.file.maxReferences() {
		return &kindError{ErrTooLarge, fmt.Sprintf("object at %#x: %d references in a file of %d bytes", d.Address(), refs, n.file.size)}
	}
	return nil
}

// openSparse reads the header of a sparse matrix: data are the numbers, ir their rows, jc where each
// column's begin.
func (n *node73) openSparse(a *Array, g *hdf5.Group) error {
	attr, err := g.Attr(attrSparse)
	if err != nil {
		return err
	}
	rows, err := attr.Int64()
	if err != nil {
		return err
	}
	jc, err := g.Dataset("jc")
	if err != nil {
		return err
	}
	if rows < 0 || rows > 1<<53 || jc.Len() < 1 {
		return fmt.Errorf("object at %#x: a sparse matrix of %d rows and %d column starts", g.Address(), rows, jc.Len())
	}
	n.rows, n.cols, n.jc, n.typ = int(rows), jc.Len()-1, jc.Array, miDOUBLE
	a.Dims = []int{n.rows, n.cols}
	if a.Class != Logical {
		a.Class = Double
	}
	data, err := g.Dataset("data") // absent of a matrix of zeros, as is ir
	if errors.Is(err, hdf5.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ir, err := g.Dataset("ir")
	if err != nil {
		return err
	}
	n.ir, n.numbers = ir.Array, data.Array
	if data.Type().Class == hdf5.Compound {
		if n.numbers, err = data.Field("real"); err == nil {
			n.imag, err = data.Field("imag")
		}
		if err != nil {
			return err
		}
	}
	return n.numeric(n.numbers, len(data.MaxShape()))
}

func (n *node73) complex() bool  { return n.imag != nil }
func (n *node73) isSparse() bool { return n.jc != nil }

func (n *node73) part(imag bool) (part, error) {
	x := n.numbers
	if imag {
		x = n.imag
	}
	p := part{src: memory(nil), typ: n.typ, big: n.big}
	if x == nil || n.n == 0 {
		return p, nil
	}
	p.src, p.n = &elements{x: x, width: p.typ.width()}, n.n
	p.prove = func() error { return tooLarge(x.Prove(0, x.Rows())) }
	return p, nil
}

// tooLarge makes the error of an array that the file cannot hold one of this package.
func tooLarge(err error) error {
	if errors.Is(err, hdf5.ErrTooLarge) {
		return &kindError{ErrTooLarge, err.Error()}
	}
	return err
}

func (n *node73) sparse() (*index, error) {
	starts, err := n.jc.Int64s()
	if err != nil {
		return nil, tooLarge(err)
	}
	count := starts[n.cols]
	if starts[0] != 0 || count < 0 || count > int64(n.n) || n.ir != nil && n.ir.Len() < int(count) {
		return nil, fmt.Errorf("sparse matrix %s: column starts from %d to %d for %d numbers", shape([]int{n.rows, n.cols}), starts[0], count, n.n)
	}
	var rows []int64
	if count > 0 {
		if rows, err = n.ir.Int64s(); err != nil {
			return nil, tooLarge(err)
		}
	}
	ix := &index{row: make([]int, count), col: make([]int, count)}
	for k := range ix.row {
		if rows[k] < 0 || rows[k] >= int64(n.rows) {
			return nil, fmt.Errorf("sparse matrix %s: row %d", shape([]int{n.rows, n.cols}), rows[k])
		}
		ix.row[k] = int(rows[k])
	}
	for j := range n.cols {
		if starts[j+1] < starts[j] || starts[j+1] > count {
			return nil, fmt.Errorf("sparse matrix %s: column %d starts at %d and ends at %d", shape([]int{n.rows, n.cols}), j, starts[j], starts[j+1])
		}
		for k := starts[j]; k < starts[j+1]; k++ {
			ix.col[k] = j
		}
	}
	return ix, nil
}

// chars returns text, which is UTF-16 in units of 2 bytes.
func (n *node73) chars() (chars, error) {
	p, err := n.part(false)
	if err != nil {
		return chars{}, err
	}
	if p.typ == miUINT16 {
		p.typ = miUTF16
	}
	if p.n == 0 {
		return chars{}, nil
	}
	return p.decode(p.n)
}

// child returns what a reference leads to, or the field of a struct.
func (n *node73) child(k int) (*Array, error) {
	if n.cells == nil && n.members == nil {
		o, err := n.group.Object(n.fields[k])
		if err != nil {
			return nil, err
		}
		return n.file.array(o, n.above)
	}
	n.once.Do(n.readReferences)
	if n.err != nil {
		return nil, n.err
	}
	if n.members != nil { // they lie field after field
		nf := len(n.members)
		k = k%nf*n.members[0].Len() + k/nf
	}
	ref := n.refs[k]
	if ref.IsNull() {
		return &Array{Class: Double, Dims: []int{0, 0}, node: &node73{file: n.file, typ: miDOUBLE}}, nil
	}
	o, err := n.file.h.Deref(ref)
	if err != nil {
		return nil, err
	}
	return n.file.array(o, n.above)
}

func (n *node73) readReferences() {
	datasets := n.members
	if n.cells != nil {
		datasets = []*hdf5.Dataset{n.cells}
	}
	for _, d := range datasets {
		refs := make([]hdf5.Reference, d.Len())
		if n.err = d.ReadReferences(refs, 0, d.Rows()); n.err != nil {
			return
		}
		n.refs = append(n.refs, refs...)
	}
}

// elements is the source of the numbers of a dataset, as bytes in its order. They are read in blocks that
// span the last dimensions, the one before these in part, and one index of the others.
type elements struct {
	x     *hdf5.Array
	width int

	mu   sync.Mutex
	from int64 // of the block, in bytes
	b    []byte
}

// blockBytes is the most that is read at a time.
const blockBytes = 1 << 20

func (e *elements) place(int64) string { return e.x.String() }

func (e *elements) read(b []byte, off int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(b) > 0 {
		if off < e.from || off >= e.from+int64(len(e.b)) {
			if err := e.fill(off); err != nil {
				return err
			}
		}
		n := copy(b, e.b[off-e.from:])
		b, off = b[n:], off+int64(n)
	}
	return nil
}

// fill reads the block with the byte at an offset, and what follows it.
func (e *elements) fill(off int64) error {
	dims := e.x.Shape()
	at := int(off) / e.width
	if len(dims) == 0 {
		e.b = make([]byte, e.width)
		return e.x.ReadRaw(e.b, 0, 1)
	}
	// The last dimensions that fit a block as a whole: those after d, of inner elements.
	d, inner := len(dims)-1, 1
	for d > 0 && inner*dims[d]*e.width <= blockBytes {
		inner *= dims[d]
		d--
	}
	start, count := make([]int, len(dims)), slices.Clone(dims)
	rest := at / inner
	for k := d; k >= 0; k-- {
		start[k], count[k] = rest%dims[k], 1
		rest /= dims[k]
	}
	count[d] = max(1, min(blockBytes/(inner*e.width), dims[d]-start[d]))
	slab, err := e.x.Slab(start, count)
	if err != nil {
		return err
	}
	n := count[d] * inner
	if cap(e.b) < n*e.width {
		e.b = make([]byte, n*e.width)
	}
	e.b = e.b[:n*e.width]
	e.from = int64(at-at%inner) * int64(e.width)
	if err := slab.ReadRaw(e.b, 0, count[0]); err != nil {
		e.b = e.b[:0]
		return err
	}
	return nil
}

// reversed returns sizes in MATLAB's order, two at least.
func reversed(dims []int) []int {
	r := slices.Clone(dims)
	slices.Reverse(r)
	for len(r) < 2 {
		r = append(r, 1)
	}
	return r
}

// hasAttr tells whether an object has an attribute.
func hasAttr(o hdf5.Object, name string) (bool, error) {
	_, err := o.Attr(name)
	if errors.Is(err, hdf5.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// textAttr returns a text, empty if the attribute is not there.
func textAttr(o hdf5.Object, name string) (string, error) {
	a, err := o.Attr(name)
	if errors.Is(err, hdf5.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return a.Text()
}

// flagAttr tells whether an attribute is there and not 0.
func flagAttr(o hdf5.Object, name string) (bool, error) {
	a, err := o.Attr(name)
	if errors.Is(err, hdf5.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	x, err := a.Int64()
	return x != 0, err
}

// fieldNames returns the names of a struct's fields: each is a sequence of strings of one character. Of
// many fields the attribute has a reference to a dataset of them.
func (f *file73) fieldNames(o hdf5.Object) ([]string, error) {
	a, err := o.Attr(attrFields)
	if errors.Is(err, hdf5.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := a.Array
	if names.Type().Class == hdf5.Refer {
		ref, err := names.Reference()
		if err != nil {
			return nil, err
		}
		o, err := f.h.Deref(ref)
		if err != nil {
			return nil, err
		}
		d, ok := o.(*hdf5.Dataset)
		if !ok {
			return nil, fmt.Errorf("object at %#x: no dataset of field names", o.Address())
		}
		names = d.Array
	}
	if names.Type().IsString() {
		return names.Strings()
	}
	seqs, err := names.Sequences()
	if err != nil {
		return nil, err
	}
	out := make([]string, len(seqs))
	for i, s := range seqs {
		letters, err := s.Strings()
		if err != nil {
			return nil, err
		}
		out[i] = strings.Join(letters, "")
	}
	return out, nil
}

package matfile

import (
	"fmt"
	"math"
	"strings"
)

// Array is one MATLAB array: a variable, a field, or the content of a cell. Its header is read;
// its values are decoded by the accessors, anew at each call.
//
// Accessors that do not fit the class return an error that is [ErrClass]; those of objects,
// function handles and opaque values return [ErrUnsupported].
type Array struct {
	// Name is the name of a variable or field; empty in cells.
	Name string
	// Class is the MATLAB class, whatever type the numbers are stored as.
	Class Class
	// Dims are the sizes, two or more; nil for opaque values.
	Dims []int

	path   string
	fields []string
	first  int // of a struct that is one element of an array: the node's number of that element
	depth  int // nested in how many arrays
	limit  int64
	node   node
}

// node is where the content of an array comes from. Numbers, children and text are asked for only
// of arrays whose class has them. Each version has its own: node4, node5, and built for arrays made
// here.
type node interface {
	// part returns the stored numbers, or those of the imaginary half.
	part(imag bool) (part, error)
	// complex reports whether there is an imaginary half.
	complex() bool
	// sparse returns the index of a sparse array; nil if it is full.
	sparse() (*index, error)
	isSparse() bool
	// chars returns the elements of a char array.
	chars() (chars, error)
	// child returns the k-th cell, or the value of field k mod nf of element k / nf.
	child(k int) (*Array, error)
}

// Len returns the number of elements, the product of the sizes.
func (a *Array) Len() int {
	if a.Dims == nil {
		return 0
	}
	n := 1
	for _, d := range a.Dims {
		n *= d
	}
	return n
}

// Path returns where the array is, as [File.Lookup] understands it.
func (a *Array) Path() string { return a.path }

// IsComplex reports whether the numbers have an imaginary half.
func (a *Array) IsComplex() bool { return a.Class.IsNumeric() && a.node.complex() }

// IsSparse reports whether the numbers are stored as a sparse matrix.
func (a *Array) IsSparse() bool { return a.Class.IsNumeric() && a.node.isSparse() }

// String describes the array in a few words: "double [171×15536]", "sparse complex double [5×4]".
func (a *Array) String() string {
	s := a.Class.String()
	if a.IsComplex() {
		s = "complex " + s
	}
	if a.IsSparse() {
		s = "sparse " + s
	}
	if a.Dims == nil {
		return s
	}
	return s + " " + shape(a.Dims)
}

// shape writes sizes as [2×3].
func shape(dims []int) string {
	s := make([]string, len(dims))
	for i, d := range dims {
		s[i] = fmt.Sprint(d)
	}
	return "[" + strings.Join(s, "×") + "]"
}

// Float64s returns the numbers in column-major order. Logicals are 0 and 1; a sparse matrix is
// returned full, within the limit of [File.SetLimit].
//
// Errors: the class holds no numbers; the array is complex (see [Array.Real] and [Array.Imag]); a
// 64-bit integer equals no float64 ([ErrInexact]; see [Array.Int64s]).
func (a *Array) Float64s() ([]float64, error) {
	if a.IsComplex() {
		return nil, a.fail(&kindError{ErrClass, "the numbers are complex: use Real and Imag"})
	}
	return a.Real()
}

// Real returns the real parts in column-major order, all of the numbers if they are not complex.
// Errors are those of [Array.Float64s].
func (a *Array) Real() ([]float64, error) { return a.half(false) }

// Imag returns the imaginary parts in column-major order. It is an error if the array is not
// complex; the others are those of [Array.Float64s].
func (a *Array) Imag() ([]float64, error) {
	if a.Class.IsNumeric() && !a.IsComplex() {
		return nil, a.fail(&kindError{ErrClass, "the numbers are real"})
	}
	return a.half(true)
}

func (a *Array) half(imag bool) ([]float64, error) {
	if a.IsSparse() {
		return a.expand(imag)
	}
	p, err := a.numbers(imag)
	if err != nil {
		return nil, err
	}
	n, err := p.all()
	if err != nil {
		return nil, a.fail(err)
	}
	x := make([]float64, n)
	if err := p.float64s(x, 0); err != nil {
		return nil, a.fail(err)
	}
	a.normalise(x)
	return x, nil
}

// normalise makes logicals 0 and 1.
func (a *Array) normalise(x []float64) {
	if a.Class != Logical {
		return
	}
	for i, v := range x {
		if v != 0 {
			x[i] = 1
		}
	}
}

// Head decodes the first len(dst) numbers, in column-major order, and returns how many there
// were: a look at a large array that reads only those, and of a sparse one only what is stored.
// Errors are those of [Array.Float64s].
func (a *Array) Head(dst []float64) (int, error) {
	if a.IsComplex() {
		_, err := a.Float64s()
		return 0, err
	}
	dst = dst[:min(len(dst), a.Len())]
	if a.IsSparse() {
		clear(dst)
		return len(dst), a.scatter(dst, false)
	}
	p, err := a.numbers(false)
	if err != nil {
		return 0, err
	}
	if err := p.float64s(dst, 0); err != nil {
		return 0, a.fail(err)
	}
	a.normalise(dst)
	return len(dst), nil
}

// Int64s returns the numbers in column-major order, exactly, whatever class they have. A fraction,
// NaN or a number beyond int64 is [ErrInexact]; complex and sparse arrays are refused.
func (a *Array) Int64s() ([]int64, error) {
	p, err := a.integers()
	if err != nil {
		return nil, err
	}
	x := make([]int64, p.n)
	if err := p.int64s(x); err != nil {
		return nil, a.fail(err)
	}
	return x, nil
}

// Uint64s is Int64s for numbers that are not negative.
func (a *Array) Uint64s() ([]uint64, error) {
	p, err := a.integers()
	if err != nil {
		return nil, err
	}
	x := make([]uint64, p.n)
	if err := p.uint64s(x); err != nil {
		return nil, a.fail(err)
	}
	return x, nil
}

func (a *Array) integers() (part, error) {
	if a.IsComplex() || a.IsSparse() {
		return part{}, a.fail(&kindError{ErrClass, "integers asked of " + a.String()})
	}
	p, err := a.numbers(false)
	if err != nil {
		return p, err
	}
	if _, err := p.all(); err != nil {
		return p, a.fail(err)
	}
	return p, nil
}

// numbers returns the stored numbers of a full array, checked against its sizes.
func (a *Array) numbers(imag bool) (part, error) {
	if !a.Class.IsNumeric() {
		return part{}, a.mismatch("numbers")
	}
	p, err := a.node.part(imag)
	if err != nil {
		return part{}, a.fail(err)
	}
	if p.n != a.Len() {
		return part{}, a.fail(fmt.Errorf("data at %s: %d numbers for %s", p.src.place(p.off), p.n, shape(a.Dims)))
	}
	return p, nil
}

// Float64 returns the number of a 1×1 array. Errors are those of [Array.Float64s], or that there
// is not exactly one number.
func (a *Array) Float64() (float64, error) {
	if a.Class.IsNumeric() && a.Len() != 1 {
		return 0, a.fail(&kindError{ErrClass, "one number asked of " + a.String()})
	}
	x, err := a.Float64s()
	if err != nil {
		return 0, err
	}
	return x[0], nil
}

// Int returns the whole number of a 1×1 array of any numeric class. Errors are those of
// [Array.Int64s], or that there is not exactly one number.
func (a *Array) Int() (int, error) {
	if a.Class.IsNumeric() && a.Len() != 1 {
		return 0, a.fail(&kindError{ErrClass, "one number asked of " + a.String()})
	}
	x, err := a.Int64s()
	if err != nil {
		return 0, err
	}
	if x[0] < math.MinInt || x[0] > math.MaxInt {
		return 0, a.fail(inexact(x[0], 0, "int"))
	}
	return int(x[0]), nil
}

// Matrix returns a matrix in row-major order: element (i, j) is rowMajor[i·cols + j]. It is an
// error if there are more than two dimensions; the others are those of [Array.Float64s].
func (a *Array) Matrix() (rows, cols int, rowMajor []float64, err error) {
	if len(a.Dims) > 2 {
		return 0, 0, nil, a.fail(&kindError{ErrClass, "a matrix asked of " + a.String()})
	}
	if a.Class.IsNumeric() {
		rows, cols = a.Dims[0], a.Dims[1]
	}
	if min(rows, cols) > 1 && !a.IsComplex() && !a.IsSparse() {
		rowMajor, err = a.turned(rows, cols)
	} else if rowMajor, err = a.Float64s(); err == nil {
		rowMajor = transpose(rowMajor, rows, cols)
	}
	if err != nil {
		return 0, 0, nil, err
	}
	return rows, cols, rowMajor, nil
}

// turned decodes a full matrix into row-major order, several columns at a time: as many as fill a cache line of the result, or
// the first-level cache.
func (a *Array) turned(rows, cols int) ([]float64, error) {
	p, err := a.numbers(false)
	if err != nil {
		return nil, err
	}
	n, err := p.all()
	if err != nil {
		return nil, a.fail(err)
	}
	y := make([]float64, n)
	band := make([]float64, rows*min(cols, max(8, 2048/rows)))
	for j := 0; j < cols; j += len(band) / rows {
		band = band[:min(len(band), n-j*rows)]
		if err := p.float64s(band, j*rows); err != nil {
			return nil, a.fail(err)
		}
		a.normalise(band)
		for i := range rows {
			row := y[i*cols+j:][:len(band)/rows]
			for k := range row {
				row[k] = band[k*rows+i]
			}
		}
	}
	return y, nil
}

// transpose turns a column-major rows×cols matrix into a row-major one, in blocks whose lines of
// both sides fit the first-level cache. The data of a vector are the same in both orders.
func transpose(x []float64, rows, cols int) []float64 {
	if rows <= 1 || cols <= 1 {
		return x
	}
	const block = 32
	y := make([]float64, len(x))
	for i0 := 0; i0 < rows; i0 += block {
		i1 := min(i0+block, rows)
		for j0 := 0; j0 < cols; j0 += block {
			j1 := min(j0+block, cols)
			for i := i0; i < i1; i++ {
				for j := j0; j < j1; j++ {
					y[i*cols+j] = x[j*rows+i]
				}
			}
		}
	}
	return y
}

// Cell returns the content of the i-th cell, counted from 0 in column-major order.
func (a *Array) Cell(i int) (*Array, error) {
	if a.Class != Cell {
		return nil, a.mismatch("cells")
	}
	if i < 0 || i >= a.Len() {
		return nil, a.fail(&kindError{ErrNotFound, fmt.Sprintf("no cell %d in %s, counted from 0", i, a)})
	}
	c, err := a.node.child(i)
	if err != nil {
		return nil, a.fail(err)
	}
	return a.adopt(c, "", fmt.Sprintf("%s{%d}", a.path, i))
}

// Fields returns the field names of a struct array in their order, nil for other classes.
func (a *Array) Fields() []string {
	return append([]string(nil), a.fields...)
}

// At returns the i-th element of a struct array, counted from 0 in column-major order, as a 1×1
// struct.
func (a *Array) At(i int) (*Array, error) {
	if a.Class != Struct {
		return nil, a.mismatch("struct elements")
	}
	if i < 0 || i >= a.Len() {
		return nil, a.fail(&kindError{ErrNotFound, fmt.Sprintf("no element %d in %s, counted from 0", i, a)})
	}
	e := *a
	e.Dims = []int{1, 1}
	e.first = a.first + i
	if a.Len() > 1 {
		e.path = fmt.Sprintf("%s[%d]", a.path, i)
	}
	return &e, nil
}

// Field returns a field of a 1×1 struct; of a larger array say which element, see [Array.FieldAt].
func (a *Array) Field(name string) (*Array, error) {
	if a.Class == Struct && a.Len() != 1 {
		return nil, a.fail(&kindError{ErrNotFound, fmt.Sprintf("field '%s' asked of %s: say of which element, as in %s[0].%s",
			name, a, a.path, name)})
	}
	return a.FieldAt(0, name)
}

// FieldAt returns a field of the i-th element of a struct array, counted from 0 in column-major
// order.
func (a *Array) FieldAt(i int, name string) (*Array, error) {
	e, err := a.At(i)
	if err != nil {
		return nil, err
	}
	for k, f := range a.fields {
		if f == name {
			return e.field(k)
		}
	}
	return nil, a.fail(&kindError{ErrNotFound, fmt.Sprintf("no field '%s'; it has: %s", name, list(a.fields))})
}

// field returns the k-th field of a 1×1 struct.
func (a *Array) field(k int) (*Array, error) {
	name := a.fields[k]
	c, err := a.node.child(a.first*len(a.fields) + k)
	if err != nil {
		return nil, a.fail(fmt.Errorf("field '%s': %w", name, err))
	}
	return a.adopt(c, name, a.path+"."+name)
}

// maxDepth is the nesting that is followed: hostile files can nest one level per 64 bytes.
const maxDepth = 128

// adopt places a child below the array.
func (a *Array) adopt(c *Array, name, path string) (*Array, error) {
	if a.depth+1 > maxDepth {
		return nil, a.fail(fmt.Errorf("nested more than %d levels deep", maxDepth))
	}
	d := *c
	d.Name, d.path, d.depth, d.limit = name, path, a.depth+1, a.limit
	return &d, nil
}

// fail puts the name and place of the array before an error.
func (a *Array) fail(err error) error {
	if a.path == "" {
		return fmt.Errorf("matfile: '': %w", err)
	}
	return fmt.Errorf("matfile: %s: %w", a.path, err)
}

// mismatch is the error of an accessor that does not fit the class.
func (a *Array) mismatch(what string) error {
	switch a.Class {
	case Object, Function, Opaque:
		return a.fail(&kindError{ErrUnsupported, fmt.Sprintf("%s is unsupported", a.Class)})
	}
	return a.fail(&kindError{ErrClass, fmt.Sprintf("%s asked of %s", what, a)})
}

// list writes names for an error, the first few of very many.
func list(names []string) string {
	const most = 40
	if len(names) == 0 {
		return "nothing"
	}
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

package matfile

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"

	"oblique/internal/claim"
)

// Number is a type whose arrays MATLAB has.
type Number interface {
	int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64
}

// built is the content of an array that was made here.
type built struct {
	re, im   part
	hasImag  bool
	units    []uint16
	elements []*Array
}

func (b *built) complex() bool           { return b.hasImag }
func (b *built) isSparse() bool          { return false }
func (b *built) sparse() (*index, error) { return nil, nil }

func (b *built) part(imag bool) (part, error) {
	if imag {
		return b.im, nil
	}
	return b.re, nil
}

func (b *built) chars() (chars, error) {
	elems := make([]rune, len(b.units))
	for i, u := range b.units {
		elems[i] = rune(u)
	}
	return chars{elems: elems}, nil
}

func (b *built) child(k int) (*Array, error) { return b.elements[k], nil }

// makeArray returns an array; want is the number of elements that the data have.
func makeArray(name string, class Class, dims []int, want int, b *built) *Array {
	a := &Array{Name: name, Class: class, Dims: append([]int(nil), dims...), path: name, limit: claim.Allowance(0), node: b}
	if len(dims) < 2 || !countable(dims) || a.Len() != want {
		panic(fmt.Sprintf("matfile: %d elements for an array %s", want, shape(dims)))
	}
	return a
}

// NewNumeric returns a numeric array of the class of T, with a copy of the data in column-major
// order. It panics if their number is not the product of the sizes, of which there are two or more.
func NewNumeric[T Number](name string, dims []int, data []T) *Array {
	class, p := store(data)
	return makeArray(name, class, dims, len(data), &built{re: p})
}

// store encodes numbers as their own type.
func store[T Number](data []T) (Class, part) {
	// binary.Append fails for types without a fixed size only.
	b, _ := binary.Append(make([]byte, 0, binary.Size(data)), binary.LittleEndian, data)
	var class Class
	var typ dataType
	switch any(data).(type) {
	case []int8:
		class, typ = Int8, miINT8
	case []uint8:
		class, typ = Uint8, miUINT8
	case []int16:
		class, typ = Int16, miINT16
	case []uint16:
		class, typ = Uint16, miUINT16
	case []int32:
		class, typ = Int32, miINT32
	case []uint32:
		class, typ = Uint32, miUINT32
	case []int64:
		class, typ = Int64, miINT64
	case []uint64:
		class, typ = Uint64, miUINT64
	case []float32:
		class, typ = Single, miSINGLE
	case []float64:
		class, typ = Double, miDOUBLE
	}
	return class, part{src: memory(b), n: len(data), typ: typ}
}

// NewMatrix returns a rows×cols double matrix of row-major data: element (i, j) is
// rowMajor[i·cols + j]. It panics if their number is not rows·cols.
func NewMatrix(name string, rows, cols int, rowMajor []float64) *Array {
	if len(rowMajor) != rows*cols {
		panic(fmt.Sprintf("matfile: %d elements for a matrix %s", len(rowMajor), shape([]int{rows, cols})))
	}
	return NewNumeric(name, []int{rows, cols}, transpose(rowMajor, cols, rows))
}

// NewComplex returns a complex double array of real and imaginary parts in column-major order. It
// panics if there are not as many of each as the sizes say.
func NewComplex(name string, dims []int, re, im []float64) *Array {
	_, p := store(re)
	_, q := store(im)
	if len(re) != len(im) {
		panic(fmt.Sprintf("matfile: %d real and %d imaginary parts", len(re), len(im)))
	}
	return makeArray(name, Double, dims, len(re), &built{re: p, im: q, hasImag: true})
}

// NewLogical returns a logical array of data in column-major order. It panics if their number is
// not the product of the sizes.
func NewLogical(name string, dims []int, data []bool) *Array {
	bytes := make([]uint8, len(data))
	for i, v := range data {
		if v {
			bytes[i] = 1
		}
	}
	_, p := store(bytes)
	return makeArray(name, Logical, dims, len(data), &built{re: p})
}

// NewChar returns a char array of the rows, padded with blanks to the longest; 0×0 without any.
func NewChar(name string, rows ...string) *Array {
	lines := make([][]uint16, len(rows))
	width := 0
	for i, r := range rows {
		lines[i] = utf16.Encode([]rune(r))
		width = max(width, len(lines[i]))
	}
	units := make([]uint16, len(rows)*width)
	for i, line := range lines {
		for j := range width {
			units[i+j*len(rows)] = ' '
			if j < len(line) {
				units[i+j*len(rows)] = line[j]
			}
		}
	}
	return makeArray(name, Char, []int{len(rows), width}, len(units), &built{units: units})
}

// NewCell returns a cell array of the elements in column-major order; a nil element is the empty
// value []. It panics if their number is not the product of the sizes.
func NewCell(name string, dims []int, elements ...*Array) *Array {
	return makeArray(name, Cell, dims, len(elements), &built{elements: filled(elements)})
}

// NewStruct returns a 1×1 struct; the names of the fields are those of the arrays.
func NewStruct(name string, fields ...*Array) *Array {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return NewStructArray(name, []int{1, 1}, names, fields)
}

// NewStructArray returns a struct array. The values are those of all fields of the first element,
// then those of the second, in column-major order; a nil value is the empty value []. It panics
// if their number is not the product of the sizes times the fields.
func NewStructArray(name string, dims []int, fields []string, values []*Array) *Array {
	n := 1
	for _, d := range dims {
		n *= d
	}
	if len(values) != n*len(fields) {
		panic(fmt.Sprintf("matfile: %d values for %d fields of a struct array %s", len(values), len(fields), shape(dims)))
	}
	a := makeArray(name, Struct, dims, n, &built{elements: filled(values)})
	a.fields = append([]string(nil), fields...)
	return a
}

// filled copies arrays and puts the empty value in place of nil.
func filled(arrays []*Array) []*Array {
	out := make([]*Array, len(arrays))
	for i, a := range arrays {
		if a == nil {
			a = NewNumeric("", []int{0, 0}, []float64{})
		}
		out[i] = a
	}
	return out
}

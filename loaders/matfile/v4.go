package matfile

import (
	"fmt"
	"math"
)

// Version 4: each variable is a header of five 32-bit numbers, the name with a NUL, and the
// numbers. The first of the five, in decimal digits MOPT, tells the machine that wrote it, the
// type of the numbers, and whether they are numbers, text or a sparse matrix.
const headerBytes4 = 20

var machines4 = [...]string{2: "VAX D-float", 3: "VAX G-float", 4: "Cray"}

var types4 = [...]dataType{miDOUBLE, miSINGLE, miINT32, miINT16, miUINT16, miUINT8}

const (
	kindFull = iota
	kindText
	kindSparse
)

// list4 lists the variables of a version 4 file. As such files have no mark of their own, a first
// header that makes no sense is that of another kind of file.
func (f *File) list4(src *file) error {
	f.Version = 4
	for pos := int64(0); pos < src.n; {
		a, next, err := array4(src, pos)
		if err != nil {
			if pos == 0 {
				return fmt.Errorf("%w: version 4 header: %w", ErrFormat, err)
			}
			return fmt.Errorf("variable at %#x: %w", pos, err)
		}
		f.add(variable{a, func() (*Array, error) { v := *a; return &v, nil }})
		pos = next
	}
	return nil
}

// node4 is the content of a version 4 array: rows×cols stored numbers, then as many imaginary ones.
type node4 struct {
	re         part
	rows, cols int // as stored: for a sparse matrix those of the list of its numbers
	isComplex  bool
	kind       int
	dims       []int
}

// array4 reads the header at pos and returns the array and where the next begins.
func array4(src *file, pos int64) (*Array, int64, error) {
	h, big, err := numbers4(src, pos)
	if err != nil {
		return nil, 0, err
	}
	mopt, rows, cols, imag, nameLen := h[0], h[1], h[2], h[3], h[4]
	typ, kind := mopt/10%10, int(mopt%10)
	if int(typ) >= len(types4) || kind > kindSparse || mopt/100%10 != 0 {
		return nil, 0, fmt.Errorf("element at %#x: type %04d", pos, mopt)
	}
	if rows < 0 || cols < 0 || imag < 0 || imag > 1 || nameLen < 1 || nameLen > 4096 ||
		!countable([]int{int(rows), int(cols), 2}) {
		return nil, 0, fmt.Errorf("element at %#x: size %d×%d, imaginary part %d, name of %d bytes", pos, rows, cols, imag, nameLen)
	}
	count := int64(rows) * int64(cols)
	data := pos + headerBytes4 + int64(nameLen)
	bytes := count * int64(types4[typ].width()) * int64(1+imag)
	if bytes < 0 || bytes > math.MaxInt64-data {
		return nil, 0, fmt.Errorf("element at %#x: size %d×%d", pos, rows, cols)
	}
	if err := span(src, pos, data+bytes-pos, src.n); err != nil {
		return nil, 0, err
	}
	name := make([]byte, nameLen)
	if err := src.read(name, pos+headerBytes4); err != nil {
		return nil, 0, err
	}
	n := &node4{re: part{src: src, off: data, n: int(count), typ: types4[typ], big: big},
		rows: int(rows), cols: int(cols), isComplex: imag == 1, kind: kind}
	a := &Array{Name: clean(name), Class: Double, Dims: []int{n.rows, n.cols}, node: n}
	switch kind {
	case kindText:
		a.Class = Char
	case kindSparse:
		if a.Dims, err = n.sparseDims(); err != nil {
			return nil, 0, err
		}
	}
	n.dims = a.Dims
	return a, data + bytes, nil
}

// numbers4 reads the five numbers of a header, in the byte order in which the first makes sense.
// Both orders cannot: one of them is below 5000 and the other not, but for 0, which is the little
// endian machine.
func numbers4(src *file, pos int64) (h [5]int32, big bool, err error) {
	if err := span(src, pos, headerBytes4, src.n); err != nil {
		return h, false, err
	}
	var b [headerBytes4]byte
	if err := src.read(b[:], pos); err != nil {
		return h, false, err
	}
	for _, big = range []bool{false, true} {
		for i := range h {
			h[i] = int32(order(big).Uint32(b[4*i:]))
		}
		if h[0] >= 0 && h[0] < 5000 {
			break
		}
	}
	if h[0] < 0 || h[0] >= 5000 {
		return h, big, fmt.Errorf("element at %#x: type %#08x", pos, order(false).Uint32(b[:]))
	}
	switch machine := h[0] / 1000; {
	case machine >= 2:
		return h, big, fmt.Errorf("element at %#x: numbers of a %s machine: %w", pos, machines4[machine], ErrUnsupported)
	case (machine == 1) != big:
		return h, big, fmt.Errorf("element at %#x: the byte order of the header is not the one it declares", pos)
	}
	return h, big, nil
}

func (n *node4) complex() bool {
	if n.kind == kindSparse {
		return n.cols == 4
	}
	return n.isComplex
}

func (n *node4) isSparse() bool { return n.kind == kindSparse }

// part returns the stored numbers; of a sparse matrix the third column of its list, or the fourth.
func (n *node4) part(imag bool) (part, error) {
	if n.kind == kindSparse {
		if imag {
			return n.column(3), nil
		}
		return n.column(2), nil
	}
	p := n.re
	if imag {
		p.off += int64(p.n) * int64(p.typ.width())
	}
	return p, nil
}

// column returns a column of the list that a sparse matrix is: row, column, number and perhaps
// imaginary part of each stored number, and a last line with the sizes.
func (n *node4) column(j int) part {
	p := n.re
	p.off += int64(j) * int64(n.rows) * int64(p.typ.width())
	p.n = n.rows - 1
	return p
}

func (n *node4) sparseDims() ([]int, error) {
	if n.rows < 1 || n.cols < 3 || n.cols > 4 || n.isComplex {
		return nil, fmt.Errorf("data at %#x: a sparse matrix in a list of %d×%d", n.re.off, n.rows, n.cols)
	}
	dims := make([]int, 2)
	for j := range dims {
		last := n.column(j)
		last.off += int64(last.n) * int64(last.typ.width())
		last.n = 1
		var v [1]int64
		if err := last.int64s(v[:]); err != nil {
			return nil, err
		}
		if v[0] < 0 || v[0] > math.MaxInt32 {
			return nil, fmt.Errorf("data at %#x: a sparse matrix with a size of %d", n.re.off, v[0])
		}
		dims[j] = int(v[0])
	}
	if !countable(dims) {
		return nil, fmt.Errorf("data at %#x: %s are too many elements", n.re.off, shape(dims))
	}
	return dims, nil
}

// sparse returns the index; rows and columns are stored counted from 1.
func (n *node4) sparse() (*index, error) {
	var ix [2][]int
	for j := range ix {
		var err error
		if ix[j], err = n.column(j).indices(n.dims[j] + 1); err != nil {
			return nil, err
		}
		for k := range ix[j] {
			if ix[j][k]--; ix[j][k] < 0 {
				return nil, fmt.Errorf("data at %#x: index 0 where they count from 1", n.re.off)
			}
		}
	}
	return &index{row: ix[0], col: ix[1]}, nil
}

func (n *node4) chars() (chars, error) { return n.re.decode(n.re.n) }

func (n *node4) child(int) (*Array, error) { return nil, ErrNotFound }

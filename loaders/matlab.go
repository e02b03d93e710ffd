package loaders

import (
	"fmt"
	"io"

	"oblique/loaders/matfile"
)

// isMATLAB recognises the text header of version 5 (whose last two bytes are IM or MI) and the header
// of version 4, five small numbers.
func isMATLAB(head []byte) bool {
	if len(head) >= 128 && (string(head[126:128]) == "IM" || string(head[126:128]) == "MI") {
		return true
	}
	return isMATLAB4(head)
}

// isMATLAB73 recognises the text header of version 7.3, which ends as that of version 5 does, before an
// HDF5 file.
func isMATLAB73(head []byte) bool {
	return len(head) > 512 && isHDF5(head[512:]) && string(head[126:128]) == "IM"
}

// isMATLAB4 checks the number MOPT (machine, 0, type of number, kind of matrix), of either byte order,
// and that the third number, whether there is an imaginary part, in the fourth place, is 0 or 1.
func isMATLAB4(head []byte) bool {
	if len(head) < 20 {
		return false
	}
	for _, big := range []bool{false, true} {
		mopt, imag := word(head, 0, big), word(head, 12, big)
		if mopt < 5000 && mopt/100%10 == 0 && mopt/10%10 <= 5 && mopt%10 <= 2 && imag <= 1 &&
			word(head, 16, big) > 0 && word(head, 16, big) < 1<<10 {
			return true
		}
	}
	return false
}

// word reads 4 bytes at an offset.
func word(b []byte, at int, big bool) uint32 {
	x := uint32(b[at]) | uint32(b[at+1])<<8 | uint32(b[at+2])<<16 | uint32(b[at+3])<<24
	if big {
		x = x>>24 | x>>8&0xff00 | x<<8&0xff0000 | x<<24
	}
	return x
}

// matlabFile is a MATLAB file of any version.
type matlabFile struct{ *matfile.File }

func openMATLAB(r io.ReaderAt, size int64, _ string) (File, error) {
	f, err := matfile.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	return matlabFile{f}, nil
}

func (f matlabFile) Format() string {
	if f.Version == 7 {
		return "MATLAB 7.3"
	}
	return fmt.Sprintf("MATLAB %d", f.Version)
}

func (f matlabFile) Root() Node { return matlabRoot{unread{Info{Class: Group, Type: "group"}}, f.File} }

// matlabRoot is the group of the variables, which are read when they are asked for.
type matlabRoot struct {
	unread
	f *matfile.File
}

func (r matlabRoot) Children() ([]Node, error) {
	var nodes []Node
	for _, name := range r.f.Names() {
		a, err := r.f.Var(name)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, newMATLAB(a))
	}
	return nodes, nil
}

// matlabArray is a variable, a field, or the content of a cell.
type matlabArray struct {
	unread
	a *matfile.Array
}

func newMATLAB(a *matfile.Array) Node {
	info := Info{Name: a.Name, Type: a.Class.String(), Dims: a.Dims}
	switch {
	case a.Class == matfile.Struct && a.Len() == 1:
		info.Class, info.Dims = Group, nil
	case a.Class == matfile.Struct, a.Class == matfile.Cell:
		info.Class = List
	case a.Class == matfile.Char:
		info.Class = Text
	case a.Class.IsNumeric() && !a.IsComplex():
		info.Class = Numbers
	default:
		info.Class = Opaque
	}
	if a.IsComplex() {
		info.Type = "complex " + info.Type
	}
	if a.IsSparse() {
		info.Type = "sparse " + info.Type
	}
	return matlabArray{unread{info}, a}
}

// Children returns the fields of a struct, the elements of a struct array or the cells.
func (n matlabArray) Children() ([]Node, error) {
	if n.info.Class == Group {
		fields := n.a.Fields()
		return gather(len(fields), func(i int) (*matfile.Array, error) { return n.a.FieldAt(0, fields[i]) })
	}
	if n.a.Class == matfile.Cell {
		return gather(n.a.Len(), n.a.Cell)
	}
	if len(n.a.Fields()) == 0 {
		return nil, nil // elements without fields take no bytes: there may be any number
	}
	return gather(n.a.Len(), n.a.At)
}

func gather(n int, at func(int) (*matfile.Array, error)) ([]Node, error) {
	nodes := make([]Node, n)
	for i := range nodes {
		a, err := at(i)
		if err != nil {
			return nil, err
		}
		nodes[i] = newMATLAB(a)
	}
	return nodes, nil
}

// Values keeps the order of the file: a matrix N×T of MATLAB lies in memory as T×N row-major. A matrix with more rows than
// columns is most likely T×N, and is made row-major as it is read.
func (n matlabArray) Values() (Values, error) {
	if len(n.info.Dims) == 2 && n.info.Dims[0] > n.info.Dims[1] {
		rows, cols, x, err := n.a.Matrix()
		return RowMajor(x, rows, cols), err
	}
	x, err := n.a.Float64s()
	return ColumnMajor(x, n.a.Dims...), err
}

func (n matlabArray) Head(count int) ([]float64, error) {
	x := make([]float64, min(count, max(n.a.Len(), 0)))
	got, err := n.a.Head(x)
	return x[:got], err
}

func (n matlabArray) Strings() ([]string, error) { return n.a.Texts() }

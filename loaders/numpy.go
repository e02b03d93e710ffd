package loaders

import (
	"fmt"
	"io"
	"strings"

	"oblique/loaders/npz"
	"oblique/loaders/recording"
)

// isNumPy recognises npy files and zip archives.
func isNumPy(head []byte) bool {
	s := string(head)
	return strings.HasPrefix(s, "\x93NUMPY") || strings.HasPrefix(s, "PK\x03\x04") || strings.HasPrefix(s, "PK\x05\x06")
}

// numpyFile is an npy or npz file.
type numpyFile struct {
	*npz.File
	lone string // the name of the array of an npy file; empty of an npz file
}

func openNumPy(r io.ReaderAt, size int64, name string) (File, error) {
	f, err := npz.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	if len(f.Arrays()) == 0 {
		return nil, fmt.Errorf("a zip archive without NumPy arrays: %w; %s", ErrFormat, Supported)
	}
	var magic [1]byte
	if _, err := r.ReadAt(magic[:], 0); err != nil {
		return nil, err
	}
	if magic[0] == 'P' { // of a zip archive
		name = ""
	}
	return numpyFile{f, name}, nil
}

func (f numpyFile) Format() string {
	if f.lone != "" {
		return "npy"
	}
	return "npz"
}

func (f numpyFile) Root() Node {
	var arrays []numpyArray
	for _, a := range f.Arrays() {
		node := newNumPy(a)
		if f.lone != "" {
			node.info.Name = f.lone
		}
		arrays = append(arrays, node)
	}
	return newGroup(asLists(arrays))
}

// asLists puts arrays named x[0], x[1], …, which follow one another from 0 on, into a list x, and x[0].a, x[0].b, x[1].a, … into
// a list of groups: so are lists and struct arrays written to an npz.
func asLists(arrays []numpyArray) []Node {
	var nodes []Node
	for i := 0; i < len(arrays); {
		base, rest, first := strings.Cut(arrays[i].info.Name, "[0]")
		if first && rest != "" && rest[0] != '.' {
			base, first = strings.CutSuffix(arrays[i].info.Name, "[0]")
		}
		if !first {
			nodes = append(nodes, arrays[i])
			i++
			continue
		}
		var elements []Node
		for {
			n, element := leading(arrays[i:], fmt.Sprintf("%s[%d]", base, len(elements)))
			if n == 0 {
				break
			}
			elements = append(elements, element)
			i += n
		}
		nodes = append(nodes, newList(base, elements))
	}
	return nodes
}

// leading returns the element of a list that the first arrays make under a name, and how many they are.
func leading(arrays []numpyArray, name string) (n int, element Node) {
	if len(arrays) > 0 && arrays[0].info.Name == name {
		return 1, arrays[0]
	}
	var inside []numpyArray
	for _, a := range arrays {
		field, ok := strings.CutPrefix(a.info.Name, name+".")
		if !ok {
			break
		}
		a.info.Name = field
		inside = append(inside, a)
	}
	if inside == nil {
		return 0, nil
	}
	return len(inside), newGroup(asLists(inside))
}

// numpyArray is one array of such a file.
type numpyArray struct {
	unread
	a *npz.Array
}

func newNumPy(a *npz.Array) numpyArray {
	class := Opaque
	switch {
	case a.DType.Numeric():
		class = Numbers
	case a.DType.Text():
		class = Text
	}
	return numpyArray{unread{Info{Name: a.Name, Class: class, Type: a.DType.String(), Dims: a.Shape}}, a}
}

func (n numpyArray) Values() (Values, error) {
	x, err := n.a.Float64s()
	return RowMajor(x, n.a.Shape...), err
}

// Head reads whole rows, unless they are so long that it would be more than a look.
func (n numpyArray) Head(count int) ([]float64, error) {
	const most = 1 << 20
	width := max(n.a.Width(), 1)
	rows := min((count+width-1)/width, n.a.Rows())
	if rows*width > most {
		return nil, nil
	}
	x := make([]float64, rows*n.a.Width())
	err := n.a.ReadRows(x, 0, rows)
	return x[:min(count, len(x))], err
}

func (n numpyArray) Strings() ([]string, error) { return n.a.Strings() }

// Rows serves a matrix in C order from where it lies.
func (n numpyArray) Rows() recording.Rows {
	if len(n.a.Shape) != 2 || n.a.Fortran || !n.a.DType.Numeric() {
		return nil
	}
	return numpyRows{n.a}
}

// numpyRows is an array as the analysis reads it.
type numpyRows struct{ a *npz.Array }

func (r numpyRows) Dims() (t, n int) { return r.a.Rows(), r.a.Width() }

func (r numpyRows) ReadRows(dst []float64, from int) error {
	return r.a.ReadRows(dst, from, from+len(dst)/r.a.Width())
}

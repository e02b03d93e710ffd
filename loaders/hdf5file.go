package loaders

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"oblique/loaders/hdf5"
	"oblique/loaders/recording"
)

// isHDF5 recognises the signature, at the beginning or after a user block of 512 or 1024 bytes, as MATLAB's
// version 7.3 has.
func isHDF5(head []byte) bool {
	const signature = "\x89HDF\r\n\x1a\n"
	for _, at := range []int{0, 512, 1024} {
		if len(head) >= at+len(signature) && bytes.HasPrefix(head[at:], []byte(signature)) {
			return true
		}
	}
	return false
}

// hdf5File is any HDF5 file: groups, datasets, and the targets of references. A compound type is a group of
// its fields, a ragged dataset a list of vectors, a dataset of references a list of the datasets that
// they lead to.
type hdf5File struct{ *hdf5.File }

func openHDF5(r io.ReaderAt, size int64, _ string) (File, error) {
	f, err := hdf5.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	return asNWB(hdf5File{f}, size), nil
}

func (f hdf5File) Format() string {
	if f.UserBlock() > 0 {
		return "HDF5 after a user block"
	}
	return "HDF5"
}

func (f hdf5File) Root() Node { return hdf5Node("", f.File, f.File.Root(), nil) }

// hdf5Node makes a node of an object inside the groups above, given by their addresses. A group that
// is one of them is listed only: the tree would not end.
func hdf5Node(name string, f *hdf5.File, o hdf5.Object, above []uint64) Node {
	switch o := o.(type) {
	case *hdf5.Group:
		if slices.Contains(above, o.Address()) {
			return failed(Info{Name: name, Type: "group"}, fmt.Errorf("loaders: '%s' leads back to a group that it is in", name))
		}
		path := append(slices.Clone(above), o.Address())
		return hdf5Group{unread{Info{Name: name, Class: Group, Type: "group"}}, f, o, path}
	case *hdf5.Dataset:
		return hdf5Data(name, unitOf(o), f, o.Array)
	}
	return failed(Info{Name: name, Type: "datatype"}, nil)
}

// unitOf returns the attribute unit or units, if it is a text.
func unitOf(o hdf5.Object) string {
	for _, name := range []string{"unit", "units"} {
		if a, err := o.Attr(name); err == nil && a.Type().IsString() && a.Len() == 1 {
			if text, err := a.Text(); err == nil {
				return text
			}
		}
	}
	return ""
}

// hdf5Group is a group.
type hdf5Group struct {
	unread
	f    *hdf5.File
	g    *hdf5.Group
	path []uint64 // the addresses of the groups above, and its own
}

// Children opens what the links lead to. What cannot be opened is listed with the reason.
func (g hdf5Group) Children() ([]Node, error) {
	links, err := g.g.Links()
	if err != nil {
		return nil, err
	}
	var nodes []Node
	for _, l := range links {
		o, err := g.g.Object(l.Name)
		if err != nil {
			nodes = append(nodes, failed(Info{Name: l.Name, Type: "link"}, err))
			continue
		}
		nodes = append(nodes, hdf5Node(l.Name, g.f, o, g.path))
	}
	return nodes, nil
}

// hdf5Data makes a node of a dataset or a field of one.
func hdf5Data(name, unit string, f *hdf5.File, a *hdf5.Array) Node {
	t := a.Type()
	n := hdf5Array{unread{Info{Name: name, Class: Opaque, Type: t.String(), Dims: a.Shape(), Unit: unit}}, f, a}
	switch {
	case a.IsNull():
	case t.IsString():
		n.info.Class = Text
	case t.Class == hdf5.Integer, t.Class == hdf5.Float, t.Class == hdf5.Enum, t.Class == hdf5.Bitfield:
		n.info.Class = Numbers
	case t.Class == hdf5.Compound:
		n.info.Class, n.info.Dims = Group, nil
	case t.Class == hdf5.Refer && !t.Region, t.Class == hdf5.Vlen:
		n.info.Class = List
	}
	return n
}

// hdf5Array is a dataset, or a field of one.
type hdf5Array struct {
	unread
	f *hdf5.File
	a *hdf5.Array
}

func (n hdf5Array) Values() (Values, error) {
	x, err := n.a.Float64s()
	return RowMajor(x, n.info.Dims...), err
}

// Head reads whole rows, unless they are so long that it would be more than a look.
func (n hdf5Array) Head(count int) ([]float64, error) {
	const most = 1 << 20
	width := max(n.a.RowLen(), 1)
	rows := min((count+width-1)/width, n.a.Rows())
	if rows > most/width {
		return nil, nil
	}
	x := make([]float64, rows*n.a.RowLen())
	err := n.a.ReadFloat64(x, 0, rows)
	return x[:min(count, len(x))], err
}

func (n hdf5Array) Strings() ([]string, error) { return n.a.Strings() }

// Children returns the fields of a compound type, the sequences of a ragged dataset, or what references
// lead to.
func (n hdf5Array) Children() ([]Node, error) {
	t := n.a.Type()
	var nodes []Node
	switch t.Class {
	case hdf5.Compound:
		for _, field := range t.Fields {
			a, err := n.a.Field(field.Name)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, hdf5Data(field.Name, "", n.f, a))
		}
	case hdf5.Vlen:
		sequences, err := n.a.Sequences()
		if err != nil {
			return nil, err
		}
		for _, s := range sequences {
			nodes = append(nodes, hdf5Data("", "", n.f, s))
		}
	case hdf5.Refer:
		references, err := n.a.References()
		if err != nil {
			return nil, err
		}
		for _, r := range references {
			o, err := n.f.Deref(r)
			if err != nil {
				nodes = append(nodes, failed(Info{Type: "reference"}, err))
				continue
			}
			if _, group := o.(*hdf5.Group); group { // references may go round and round
				nodes = append(nodes, failed(Info{Type: "group"}, fmt.Errorf("loaders: a reference to the group %s", o.Path())))
				continue
			}
			nodes = append(nodes, hdf5Node("", n.f, o, nil))
		}
	}
	return nodes, nil
}

// Rows serves a matrix of numbers from the file.
func (n hdf5Array) Rows() recording.Rows {
	if n.info.Class != Numbers || len(n.info.Dims) != 2 {
		return nil
	}
	return hdf5Rows{n.a}
}

type hdf5Rows struct{ a *hdf5.Array }

func (r hdf5Rows) Dims() (t, n int) { return r.a.Rows(), r.a.RowLen() }

func (r hdf5Rows) ReadRows(dst []float64, from int) error {
	return r.a.ReadFloat64(dst, from, len(dst)/r.a.RowLen())
}

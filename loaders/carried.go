package loaders

import (
	"math"
	"strings"

	"oblique/loaders/columnar"
	"oblique/loaders/hdf5"
	"oblique/loaders/matfile"
	"oblique/loaders/recording"
)

// Numbers are read as float64, which holds integers up to 2⁵³. Where 64-bit integers are to be had exactly, as in a
// conversion, they are carried through the same slices by the float64s that have their bits: what moves numbers need
// not know.

// A carrier is a node that may be one of 64-bit integers.
type carrier interface {
	Node
	// carried returns the node with values and rows that carry integers, or nil where it has none, or cannot.
	carried() Node
}

// carried returns the node of which 64-bit integers are read exactly, and whether they are.
func carried(n Node) (Node, bool) {
	if c, ok := n.(carrier); ok {
		if m := c.carried(); m != nil {
			return m, true
		}
	}
	return n, false
}

// integers converts what carries them back.
func integers[T int64 | uint64](x []float64) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(math.Float64bits(v))
	}
	return y
}

func (n numpyArray) carried() Node {
	if b := n.a.Bits(); b != nil {
		return numpyArray{n.unread, b}
	}
	return nil
}

func (s tableSeries) carried() Node {
	columns := make([]*columnar.Column, len(s.columns))
	for i, c := range s.columns {
		if columns[i] = c.Bits(); columns[i] == nil || c.Type != s.columns[0].Type {
			return nil
		}
	}
	return tableSeries{s.unread, s.file, columns}
}

func (n hdf5Array) carried() Node {
	if t := n.a.Type(); n.info.Class == Numbers && t.Class == hdf5.Integer && strings.HasSuffix(elementType(n.info), "int64") {
		return hdf5Bits{n}
	}
	return nil
}

// hdf5Bits is an array whose integers are carried.
type hdf5Bits struct{ hdf5Array }

func (n hdf5Bits) Values() (Values, error) {
	x, err := n.a.Bits()
	return RowMajor(x, n.info.Dims...), err
}

func (n hdf5Bits) Rows() recording.Rows {
	if r, ok := n.hdf5Array.Rows().(hdf5Rows); ok {
		return hdf5BitRows{r}
	}
	return nil
}

type hdf5BitRows struct{ hdf5Rows }

func (r hdf5BitRows) ReadRows(dst []float64, from int) error {
	return r.a.ReadBits(dst, from, len(dst)/r.a.RowLen())
}

func (n matlabArray) carried() Node {
	if !n.a.IsSparse() && (n.a.Class == matfile.Int64 || n.a.Class == matfile.Uint64) {
		return matlabBits{n}
	}
	return nil
}

// matlabBits is an array whose integers are carried.
type matlabBits struct{ matlabArray }

func (n matlabBits) Values() (Values, error) {
	var x []float64
	if n.a.Class == matfile.Int64 {
		whole, err := n.a.Int64s()
		if err != nil {
			return Values{}, err
		}
		x = bitsOf(whole)
	} else {
		whole, err := n.a.Uint64s()
		if err != nil {
			return Values{}, err
		}
		x = bitsOf(whole)
	}
	return ColumnMajor(x, n.a.Dims...), nil
}

func bitsOf[T int64 | uint64](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Float64frombits(uint64(v))
	}
	return y
}

package hdf5

import (
	"fmt"
	"math"
	"math/bits"
)

// Array is elements of one type in a shape: those of a dataset or attribute, or a view of them made by
// Slab or Field.
//
// The Read methods read count rows from row start on, a row being everything under one index of the
// first dimension; a scalar is one row. They fill dst in row-major order and panic if it does not have
// count × RowLen elements. Rows that are not there are an error, and what dst holds after an error is
// not defined. Elements that were never written have the dataset's fill value.
type Array struct {
	f      *File
	path   string
	typ    *Type    // of an item
	shape  []uint64 // of the stored dataspace
	view   box      // the part of it that is seen
	inner  []int    // dimensions of array types, which each element of the dataspace has
	stride int      // bytes of a stored element
	offset int      // of the first item in it
	store  storage
	null   bool
}

// newArray unwraps array types, so that [3]float32 in a dataspace of [10] is float32 in a shape of
// [10 3].
func (f *File) newArray(t *Type, ds dataspace, store storage) (*Array, error) {
	a := &Array{f: f, shape: ds.dims, stride: t.Size, store: store, null: ds.null}
	a.view = box{make([]uint64, len(ds.dims)), ds.dims}
	a.setType(t)
	n, _ := product(ds.dims)
	if hi, lo := bits.Mul64(n, uint64(t.Size)); hi != 0 || lo > math.MaxInt {
		return nil, fmt.Errorf("%s elements of %d bytes", joinDims(ds.dims), t.Size)
	}
	return a, nil
}

func (a *Array) setType(t *Type) {
	for t.Class == ArrayOf {
		a.inner = append(a.inner[:len(a.inner):len(a.inner)], t.Dims...)
		t = t.Base
	}
	a.typ = t
}

// Type returns the type of an element. It is never an ArrayOf: the dimensions of such a type are the
// last ones of Shape.
func (a *Array) Type() *Type { return a.typ }

// Shape returns the dimensions, those of the dataspace first and then those of array types; it is
// empty for a scalar, and for a null dataspace.
func (a *Array) Shape() []int { return append(ints(a.view.count), a.inner...) }

// IsNull reports whether the dataspace is null: there is not even one element.
func (a *Array) IsNull() bool { return a.null }

// Rows returns the length of the first dimension of the dataspace, 1 for a scalar and 0 for a null
// dataspace.
func (a *Array) Rows() int {
	switch {
	case a.null:
		return 0
	case len(a.view.count) == 0:
		return 1
	}
	return int(a.view.count[0])
}

// RowLen returns how many elements a row has.
func (a *Array) RowLen() int {
	n := a.items()
	for d, c := range a.view.count {
		if d > 0 {
			n *= int(c)
		}
	}
	return n
}

// Len returns Rows × RowLen, the number of elements.
func (a *Array) Len() int { return a.Rows() * a.RowLen() }

// items is how many items an element of the dataspace has: 1 unless its type is an array.
func (a *Array) items() int {
	n := 1
	for _, d := range a.inner {
		n *= d
	}
	return n
}

// elements is how many elements of the dataspace are seen.
func (a *Array) elements() int {
	if a.null {
		return 0
	}
	n, _ := product(a.view.count)
	return int(n)
}

// String reads like "float64 [171×15536]".
func (a *Array) String() string {
	switch {
	case a.null:
		return a.typ.String() + " null"
	case len(a.Shape()) == 0:
		return a.typ.String()
	}
	return a.typ.String() + " [" + joinDims(a.Shape()) + "]"
}

// Field returns the view of one member of a compound type. Only the names of the members are read from
// the type: reading the view reads the whole compounds and takes the member from each.
func (a *Array) Field(name string) (*Array, error) {
	if a.typ.Class != Compound {
		return nil, inPath(a.path, fmt.Errorf("is %s, which has no member %q", a.typ, name))
	}
	fd := a.typ.Field(name)
	if fd == nil {
		names := make([]string, len(a.typ.Fields))
		for i, fd := range a.typ.Fields {
			names[i] = fd.Name
		}
		return nil, inPath(a.path, fmt.Errorf("member %q %w; there are: %s", name, ErrNotFound, enumerate(names)))
	}
	if len(a.inner) > 0 {
		return nil, inPath(a.path, unsupported("a member of an array of compounds"))
	}
	v := *a
	v.path = a.path + "." + name
	v.offset += fd.Offset
	v.setType(fd.Type)
	return &v, nil
}

// Slab returns the view of the block start + [0, count) along each dimension of the dataspace.
func (a *Array) Slab(start, count []int) (*Array, error) {
	rank := len(a.view.count)
	if len(start) != rank || len(count) != rank {
		panic(fmt.Sprintf("hdf5: slab of %d and %d dimensions of an array of %d", len(start), len(count), rank))
	}
	v := *a
	v.view = box{make([]uint64, rank), make([]uint64, rank)}
	for d := range rank {
		have := int(a.view.count[d])
		if start[d] < 0 || count[d] < 0 || start[d] > have || count[d] > have-start[d] {
			return nil, inPath(a.path, fmt.Errorf("no slab from %v of %v in %s", start, count, a))
		}
		v.view.origin[d] = a.view.origin[d] + uint64(start[d])
		v.view.count[d] = uint64(count[d])
	}
	return &v, nil
}

// rows returns the block of the dataspace that count rows from start on are.
func (a *Array) rows(start, count int) (box, error) {
	if have := a.Rows(); start < 0 || count < 0 || start > have || count > have-start {
		return box{}, fmt.Errorf("no rows %d to %d in %s", start, start+count, a)
	}
	if len(a.view.count) == 0 {
		return box{}, nil
	}
	b := box{append([]uint64(nil), a.view.origin...), append([]uint64(nil), a.view.count...)}
	b.origin[0] += uint64(start)
	b.count[0] = uint64(count)
	return b, nil
}

// read fills dst with converted rows. convert decodes len(dst) items of which the first begins with src
// and each next one stride bytes later.
func read[T any](a *Array, dst []T, start, count int, convert func(dst []T, src []byte, stride int) error) error {
	b, err := a.rows(start, count)
	if err != nil {
		return inPath(a.path, err)
	}
	if want := count * a.RowLen(); len(dst) != want {
		panic(fmt.Sprintf("hdf5: %d elements to read into a slice of %d", want, len(dst)))
	}
	if len(dst) == 0 {
		return nil
	}
	k, size := a.items(), a.typ.Size
	err = a.store.read(a.shape, b, func(at int, run []byte) error {
		n := len(run) / a.stride
		switch {
		case k == 1:
			return convert(dst[at:at+n], run[a.offset:], a.stride)
		case k*size == a.stride:
			return convert(dst[at*k:(at+n)*k], run, size)
		}
		for i := range n {
			if err := convert(dst[(at+i)*k:(at+i+1)*k], run[i*a.stride+a.offset:], size); err != nil {
				return err
			}
		}
		return nil
	})
	return inPath(a.path, err)
}

// ReadFloat64 reads integers, floats, enumerations and bitfields as float64. Integers beyond ±2⁵³ are
// rounded to the nearest float64.
func (a *Array) ReadFloat64(dst []float64, start, count int) error {
	return readFloat(a, dst, start, count)
}

// ReadFloat32 reads integers, floats, enumerations and bitfields as float32, rounded to the nearest.
func (a *Array) ReadFloat32(dst []float32, start, count int) error {
	return readFloat(a, dst, start, count)
}

// ReadInt64 reads integers, enumerations (booleans are 0 and 1) and bitfields. An unsigned number
// above the largest int64 is an error.
func (a *Array) ReadInt64(dst []int64, start, count int) error {
	convert, err := toInt64(a.typ)
	if err != nil {
		return inPath(a.path, err)
	}
	return read(a, dst, start, count, convert)
}

// ReadBits reads integers of up to 64 bits as float64s that have their bits, by which they are carried exactly:
// int64(math.Float64bits(x)), or uint64 of what is not signed.
func (a *Array) ReadBits(dst []float64, start, count int) error {
	convert, err := toBits(a.typ)
	if err != nil {
		return inPath(a.path, err)
	}
	return read(a, dst, start, count, convert)
}

// Bits returns all elements; see ReadBits and Float64s.
func (a *Array) Bits() ([]float64, error) { return proven(a, a.ReadBits) }

// ReadRaw reads elements as they are stored, Type().Size bytes each: dst has that many bytes for each
// of count × RowLen elements. Strings and sequences of variable length are addresses into the file's heap.
func (a *Array) ReadRaw(dst []byte, start, count int) error {
	size := a.typ.Size
	if count >= 0 && len(dst) != count*a.RowLen()*size {
		panic(fmt.Sprintf("hdf5: %d elements of %d bytes to read into %d bytes", count*a.RowLen(), size, len(dst)))
	}
	b, err := a.rows(start, count)
	if err != nil || len(dst) == 0 {
		return inPath(a.path, err)
	}
	k := a.items() * size
	err = a.store.read(a.shape, b, func(at int, run []byte) error {
		if k == a.stride {
			copy(dst[at*k:], run)
			return nil
		}
		for i := range len(run) / a.stride {
			copy(dst[(at+i)*k:(at+i+1)*k], run[i*a.stride+a.offset:])
		}
		return nil
	})
	return inPath(a.path, err)
}

// ReadStrings reads strings of fixed or variable length. Fixed ones lose their padding, and any ends
// before its first NUL. The bytes are the file's: text that is called UTF-8 may not be.
func (a *Array) ReadStrings(dst []string, start, count int) error {
	convert, err := a.f.toString(a.typ)
	if err != nil {
		return inPath(a.path, err)
	}
	return read(a, dst, start, count, convert)
}

// ReadReferences reads object and region references, which File.Deref follows.
func (a *Array) ReadReferences(dst []Reference, start, count int) error {
	convert, err := a.f.toReference(a.typ)
	if err != nil {
		return inPath(a.path, err)
	}
	return read(a, dst, start, count, convert)
}

// ReadSequences reads elements of variable length: each is an Array of one dimension, of length 0
// where nothing was written.
func (a *Array) ReadSequences(dst []*Array, start, count int) error {
	convert, err := a.f.toSequence(a.typ, a.path)
	if err != nil {
		return inPath(a.path, err)
	}
	return read(a, dst, start, count, convert)
}

// Float64s returns all elements; see ReadFloat64. It takes no memory before Prove finds that the
// elements are there.
func (a *Array) Float64s() ([]float64, error) { return proven(a, a.ReadFloat64) }

// Int64s returns all elements; see ReadInt64 and Float64s.
func (a *Array) Int64s() ([]int64, error) { return proven(a, a.ReadInt64) }

// Strings returns all elements; see ReadStrings. Like References and Sequences it refuses to take more
// memory than 64 MB + 4 × the size of the file: such an array must be read by rows.
func (a *Array) Strings() ([]string, error) { return all(a, 16, a.ReadStrings) }

// References returns all elements; see ReadReferences.
func (a *Array) References() ([]Reference, error) { return all(a, 32, a.ReadReferences) }

// Sequences returns all elements; see ReadSequences.
func (a *Array) Sequences() ([]*Array, error) { return all(a, 256, a.ReadSequences) }

func all[T any](a *Array, size uint64, read func([]T, int, int) error) ([]T, error) {
	n := uint64(a.Len())
	if n > a.f.allocatable()/size {
		return nil, inPath(a.path, fmt.Errorf("%s at once from a file of %d bytes: read it by rows: %w", a, a.f.size, ErrTooLarge))
	}
	return every(a, read)
}

func proven[T any](a *Array, read func([]T, int, int) error) ([]T, error) {
	if err := a.Prove(0, a.Rows()); err != nil {
		return nil, err
	}
	return every(a, read)
}

func every[T any](a *Array, read func([]T, int, int) error) ([]T, error) {
	dst := make([]T, a.Len())
	if err := read(dst, 0, a.Rows()); err != nil {
		return nil, err
	}
	return dst, nil
}

// Float64 returns the only element; see ReadFloat64. An array of several elements, or none, is an
// error. Whether the array is a scalar does not matter: writers differ.
func (a *Array) Float64() (float64, error) { return only(a, a.Float64s) }

// Int64 returns the only element; see ReadInt64.
func (a *Array) Int64() (int64, error) { return only(a, a.Int64s) }

// Text returns the only element; see ReadStrings.
func (a *Array) Text() (string, error) { return only(a, a.Strings) }

// Reference returns the only element; see ReadReferences.
func (a *Array) Reference() (Reference, error) { return only(a, a.References) }

func only[T any](a *Array, read func() ([]T, error)) (T, error) {
	var none T
	if a.Len() != 1 {
		return none, inPath(a.path, fmt.Errorf("%s has %d elements, not one", a, a.Len()))
	}
	v, err := read()
	if err != nil {
		return none, err
	}
	return v[0], nil
}

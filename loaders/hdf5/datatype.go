package hdf5

import (
	"fmt"
	"math/bits"
	"strings"
)

// Class is the kind of a datatype.
type Class int

// The classes, numbered as in the file.
const (
	Integer Class = iota
	Float
	Time
	String // of fixed length; one of variable length is a Vlen with Text set
	Bitfield
	Opaque
	Compound
	Refer // object reference, region reference
	Enum
	Vlen
	ArrayOf
	Complex // of HDF5 2: not readable
)

func (c Class) String() string {
	names := []string{"integer", "float", "time", "string", "bitfield", "opaque", "compound", "reference",
		"enum", "variable-length", "array", "complex"}
	if c < 0 || int(c) >= len(names) {
		return fmt.Sprintf("class %d", int(c))
	}
	return names[c]
}

// Padding is what fills a fixed-length string up to its size.
type Padding int

// The paddings, numbered as in the file.
const (
	NullTerminated Padding = iota
	NullPadded
	SpacePadded
)

// Type describes one element as it lies in the file.
type Type struct {
	Class     Class
	Size      int  // bytes
	BigEndian bool // Integer, Float, Bitfield, Enum
	Signed    bool // Integer, Enum

	UTF8    bool    // strings: UTF-8 rather than ASCII
	Padding Padding // strings of fixed length
	Text    bool    // Vlen: a string rather than a sequence

	Base   *Type    // element of a Vlen or an ArrayOf, integer under an Enum
	Dims   []int    // ArrayOf
	Fields []Field  // Compound, in the file's order
	Names  []string // Enum, beside Values
	Values []int64  // Enum
	Tag    string   // Opaque
	Region bool     // Refer: to a region rather than an object

	odd string // why elements cannot be read as numbers, if they cannot
}

// Field is one member of a compound type.
type Field struct {
	Name   string
	Offset int // bytes from the beginning of the compound
	Type   *Type
}

// IsString reports whether elements are strings, of fixed or of variable length.
func (t *Type) IsString() bool { return t.Class == String || t.Class == Vlen && t.Text }

// IsBool reports whether t is the enumeration of FALSE = 0 and TRUE = 1 that h5py writes for booleans.
func (t *Type) IsBool() bool {
	return t.Class == Enum && len(t.Names) == 2 && t.Names[0] == "FALSE" && t.Names[1] == "TRUE" &&
		t.Values[0] == 0 && t.Values[1] == 1
}

// Field returns the member of that name, or nil.
func (t *Type) Field(name string) *Field {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

// String names the type much as numpy would: "float64", "uint16 big-endian", "string", "string(8)",
// "bool", "enum int8", "[3×2]int32", "[]float64", "{index int32, series reference}".
func (t *Type) String() string {
	switch t.Class {
	case Integer, Float, Bitfield:
		return t.number()
	case String:
		return fmt.Sprintf("string(%d)", t.Size)
	case Opaque:
		return fmt.Sprintf("opaque(%d)", t.Size)
	case Refer:
		if t.Region {
			return "region reference"
		}
		return "reference"
	case Enum:
		if t.IsBool() {
			return "bool"
		}
		return "enum " + t.Base.String()
	case Vlen:
		if t.Text {
			return "string"
		}
		return "[]" + t.Base.String()
	case ArrayOf:
		return "[" + joinDims(t.Dims) + "]" + t.Base.String()
	case Compound:
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = f.Name + " " + f.Type.String()
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return fmt.Sprintf("%s(%d)", t.Class, t.Size)
}

func (t *Type) number() string {
	name := "int"
	switch {
	case t.Class == Float:
		name = "float"
	case t.Class == Bitfield:
		name = "bitfield"
	case !t.Signed:
		name = "uint"
	}
	name += fmt.Sprint(8 * t.Size)
	if t.BigEndian {
		name += " big-endian"
	}
	return name
}

func joinDims[T int | uint64](dims []T) string {
	parts := make([]string, len(dims))
	for i, d := range dims {
		parts[i] = fmt.Sprint(d)
	}
	return strings.Join(parts, "×")
}

// maxTypeDepth bounds compounds of arrays of compounds ….
const maxTypeDepth = 32

func (f *File) datatype(m *message) (*Type, error) {
	b, err := f.content(m)
	if err != nil {
		return nil, at("datatype", m.addr, err)
	}
	t, err := parseType(f.cursor(b), 0)
	return t, at("datatype", m.addr, err)
}

// parseType decodes a datatype, which may contain others: those lie inside its own bytes, so that
// there cannot be more of them than the message has room for.
func parseType(c *cursor, depth int) (*Type, error) {
	if depth > maxTypeDepth {
		return nil, fmt.Errorf("types nested deeper than %d", maxTypeDepth)
	}
	first := c.u8()
	flags := uint32(c.uint(3))
	size := c.u32()
	if c.err != nil {
		return nil, c.err
	}
	version := first >> 4
	if version < 1 || version > 5 {
		return nil, unsupported("version %d", version)
	}
	if size == 0 {
		return nil, fmt.Errorf("type of 0 bytes")
	}
	if size > 1<<31-1 {
		return nil, fmt.Errorf("type of %d bytes", size)
	}
	t := &Type{Class: Class(first & 15), Size: int(size)}
	var err error
	switch t.Class {
	case Integer, Bitfield:
		t.parseInteger(c, flags)
	case Float:
		t.parseFloat(c, flags)
	case Time:
		c.skip(2)
	case String:
		t.Padding = Padding(flags & 15)
		t.UTF8 = flags>>4&15 == 1
		if t.Padding > SpacePadded {
			err = unsupported("string padding %d", t.Padding)
		}
	case Opaque:
		tag := c.bytes(int(flags & 0xff))
		t.Tag = string(trimNulls(tag))
	case Compound:
		err = t.parseCompound(c, version, int(flags&0xffff), depth)
	case Refer:
		err = t.parseReference(c, flags)
	case Enum:
		err = t.parseEnum(c, version, int(flags&0xffff), depth)
	case Vlen:
		t.Text = flags&15 == 1
		t.UTF8 = flags>>8&15 == 1
		t.Base, err = parseType(c, depth+1)
		if err == nil && t.Size != 8+c.offsetSize {
			err = fmt.Errorf("variable-length type of %d bytes instead of %d", t.Size, 8+c.offsetSize)
		}
	case ArrayOf:
		err = t.parseArray(c, version, depth)
	case Complex:
		t.odd = "a complex number of HDF5 2"
	default:
		err = unsupported("class %d", t.Class)
	}
	if err == nil {
		err = c.err
	}
	return t, err
}

func (t *Type) parseInteger(c *cursor, flags uint32) {
	t.BigEndian = flags&1 != 0
	t.Signed = t.Class == Integer && flags&8 != 0
	offset, precision := c.u16(), c.u16()
	if offset != 0 || int(precision) != 8*t.Size || t.Size > 8 {
		t.odd = fmt.Sprintf("%d bits from bit %d of %d bytes", precision, offset, t.Size)
	}
}

// parseFloat accepts the layouts of IEEE 754 of 16, 32 and 64 bits.
func (t *Type) parseFloat(c *cursor, flags uint32) {
	t.BigEndian = flags&1 != 0
	type layout struct {
		offset, precision       uint16
		exponent, exponentBits  uint8
		mantissa, mantissaBits  uint8
		bias                    uint32
		sign, normalised, order uint32
	}
	got := layout{offset: c.u16(), precision: c.u16(), exponent: c.u8(), exponentBits: c.u8(),
		mantissa: c.u8(), mantissaBits: c.u8(), bias: c.u32(),
		sign: flags >> 8 & 0xff, normalised: flags >> 4 & 3, order: flags >> 6 & 1}
	want := map[int]layout{
		2: {0, 16, 10, 5, 0, 10, 15, 15, 2, 0},
		4: {0, 32, 23, 8, 0, 23, 127, 31, 2, 0},
		8: {0, 64, 52, 11, 0, 52, 1023, 63, 2, 0},
	}[t.Size]
	if got != want {
		t.odd = fmt.Sprintf("a float of %d bytes with %d bits, of which %d in the exponent and %d in the mantissa, not one of IEEE 754",
			t.Size, got.precision, got.exponentBits, got.mantissaBits)
	}
}

func (t *Type) parseReference(c *cursor, flags uint32) error {
	want := 0
	switch flags & 15 {
	case 0:
		want = c.offsetSize
	case 1:
		t.Region = true
		want = c.offsetSize + 4
	case 2, 3, 4:
		t.odd = "a reference of HDF5 1.12"
		return nil
	default:
		return unsupported("reference of type %d", flags&15)
	}
	if t.Size < want { // it may be larger: HDF5 has 8 bytes even for addresses of 4
		return fmt.Errorf("reference of %d bytes instead of %d", t.Size, want)
	}
	return nil
}

func (t *Type) parseCompound(c *cursor, version uint8, members, depth int) error {
	if members == 0 {
		return fmt.Errorf("compound without members")
	}
	seen := make(map[string]bool)
	for range members {
		var fd Field
		var dims []int
		switch version {
		case 1:
			fd.Name = c.name(8)
			fd.Offset = int(c.u32())
			rank := int(c.u8())
			c.skip(3 + 4 + 4)
			for i := range 4 {
				if d := int(c.u32()); i < rank {
					dims = append(dims, d)
				}
			}
		case 2:
			fd.Name = c.name(8)
			fd.Offset = int(c.u32())
		default:
			fd.Name = c.name(1)
			fd.Offset = int(c.uint(bytesFor(uint64(t.Size))))
		}
		if c.err != nil {
			return c.err
		}
		base, err := parseType(c, depth+1)
		if err != nil {
			return fmt.Errorf("member %q: %w", fd.Name, err)
		}
		fd.Type = base
		if len(dims) > 0 {
			if fd.Type, err = arrayOf(base, dims); err != nil {
				return fmt.Errorf("member %q: %w", fd.Name, err)
			}
		}
		if fd.Offset > t.Size || fd.Type.Size > t.Size-fd.Offset {
			return fmt.Errorf("member %q: bytes %d to %d of a compound of %d", fd.Name, fd.Offset, fd.Offset+fd.Type.Size, t.Size)
		}
		if seen[fd.Name] {
			return fmt.Errorf("two members %q", fd.Name)
		}
		seen[fd.Name] = true
		t.Fields = append(t.Fields, fd)
	}
	return nil
}

func (t *Type) parseEnum(c *cursor, version uint8, members, depth int) error {
	base, err := parseType(c, depth+1)
	if err != nil {
		return err
	}
	if base.Class != Integer || base.Size != t.Size || base.Size > 8 {
		return fmt.Errorf("enumeration of %d bytes over %s", t.Size, base)
	}
	t.Base, t.odd, t.BigEndian, t.Signed = base, base.odd, base.BigEndian, base.Signed
	pad := 1
	if version < 3 {
		pad = 8
	}
	for range members {
		t.Names = append(t.Names, c.name(pad))
		if c.err != nil {
			return c.err
		}
	}
	for range members {
		b := c.bytes(base.Size)
		if c.err != nil {
			return c.err
		}
		t.Values = append(t.Values, int64(base.integer(b)))
	}
	return nil
}

// integer decodes one integer of up to eight bytes, with its sign extended.
func (t *Type) integer(b []byte) uint64 {
	var v uint64
	if t.BigEndian {
		for _, x := range b {
			v = v<<8 | uint64(x)
		}
	} else {
		v = uintLE(b)
	}
	if unused := 64 - 8*len(b); t.Signed {
		v = uint64(int64(v<<unused) >> unused)
	}
	return v
}

func (t *Type) parseArray(c *cursor, version uint8, depth int) error {
	rank := int(c.u8())
	if version < 3 {
		c.skip(3)
	}
	if rank == 0 || rank > maxRank {
		return fmt.Errorf("array type of %d dimensions", rank)
	}
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = int(c.u32())
	}
	if version < 3 {
		c.skip(4 * rank) // permutation, never used
	}
	base, err := parseType(c, depth+1)
	if err != nil {
		return err
	}
	a, err := arrayOf(base, dims)
	if err != nil {
		return err
	}
	if a.Size != t.Size {
		return fmt.Errorf("%s: %d bytes instead of %d", a, t.Size, a.Size)
	}
	*t = *a
	return nil
}

// arrayOf makes an array type, which must have at least one element and fit into 31 bits.
func arrayOf(base *Type, dims []int) (*Type, error) {
	n := uint64(base.Size)
	for _, d := range dims {
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo == 0 || lo > 1<<31-1 {
			return nil, fmt.Errorf("array type of %s elements of %d bytes", joinDims(dims), base.Size)
		}
		n = lo
	}
	return &Type{Class: ArrayOf, Size: int(n), Base: base, Dims: dims}, nil
}

// bytesFor returns how many bytes hold the numbers up to limit.
func bytesFor(limit uint64) int { return max(1, (bits.Len64(limit)+7)/8) }

func trimNulls(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}

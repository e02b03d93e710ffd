package hdf5

import (
	"errors"
	"strings"
	"testing"
)

func TestTypeNames(t *testing.T) {
	f := openFixture(t, "types_earliest")
	for path, want := range map[string]string{
		"int/le_i1": "int8 [6]", "int/be_u4": "uint32 big-endian [6]", "float/le_f2": "float16 [11]",
		"float/scalar": "float64", "bool": "bool [3×2]", "enum": "enum int16 [3]", "string/vlen": "string [4]",
		"string/fixed": "string(5) [3]", "opaque": "opaque(3) [2]", "vlen": "[]uint16 [3]", "null": "float64 null",
		"array": "int16 [3×2×2]", "bitfield": "bitfield16 [2]", "time": "time(4) [2]",
		"compound/nested": "{id uint8, x float64 big-endian, n [2×3]int32, in {flag bool, name string(3)}} [3]",
		"compound/vlen":   "{name string, times []float32} [2]",
	} {
		d, err := f.Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.String(); got != want {
			t.Errorf("%s: %q instead of %q", path, got, want)
		}
	}
	refs := openFixture(t, "references_earliest")
	for path, want := range map[string]string{"refs": "reference [4]", "regions": "region reference [4]"} {
		d, err := refs.Dataset(path)
		if err != nil || d.String() != want {
			t.Errorf("%s: %v, %v", path, d, err)
		}
	}
	o, err := f.Object("named")
	if err != nil {
		t.Fatal(err)
	}
	if named, ok := o.(*NamedType); !ok || named.Type().String() != "int32" {
		t.Errorf("%T", o)
	}
}

func TestBitfield(t *testing.T) {
	for _, fixture := range []string{"types_earliest", "types_latest"} {
		got, err := dataset(t, fixture, "bitfield").Int64s()
		if err != nil || len(got) != 2 || got[0] != 0x8001 || got[1] != 3 {
			t.Errorf("%v, %v", got, err)
		}
	}
}

func TestDamagedTypes(t *testing.T) {
	int32Type := []byte{0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0}
	nest := func(n int) []byte { // sequences of sequences of …
		var b []byte
		for range n {
			b = append(b, 0x19, 0, 0, 0, 16, 0, 0, 0)
		}
		return append(b, int32Type...)
	}
	array := func(dims ...byte) []byte {
		b := []byte{0x3a, 0, 0, 0, 4, 0, 0, 0, byte(len(dims))}
		for _, d := range dims {
			b = append(b, d, 0, 0, d)
		}
		return append(b, int32Type...)
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"breaks off":     {int32Type[:11], "unexpected EOF"},
		"version":        {[]byte{0xf0, 0, 0, 0, 4, 0, 0, 0}, "version 15: unsupported"},
		"class":          {[]byte{0x1c, 0, 0, 0, 4, 0, 0, 0}, "class 12: unsupported"},
		"no bytes":       {[]byte{0x10, 0, 0, 0, 0, 0, 0, 0}, "0 bytes"},
		"deep":           {nest(100), "nested deeper than 32"},
		"huge array":     {array(200, 200, 200), "array type of"},
		"empty array":    {array(0), "array type of 0"},
		"wrong array":    {[]byte{0x3a, 0, 0, 0, 9, 0, 0, 0, 1, 2, 0, 0, 0, 0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0}, "9 bytes instead of 8"},
		"no members":     {[]byte{0x36, 0, 0, 0, 4, 0, 0, 0}, "without members"},
		"member outside": {append([]byte{0x36, 1, 0, 0, 4, 0, 0, 0, 'a', 0, 2}, int32Type...), `member "a": bytes 2 to 6 of a compound of 4`},
		"name no end":    {[]byte{0x36, 1, 0, 0, 4, 0, 0, 0, 'a', 'b'}, "has no end"},
		"enum of float":  {[]byte{0x38, 0, 0, 0, 4, 0, 0, 0, 0x13, 0, 0, 0, 4, 0, 0, 0}, "enumeration of 4 bytes over string(4)"},
	} {
		_, err := parseType(&cursor{b: c.b, offsetSize: 8, lengthSize: 8}, 0)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v instead of %q", name, err, c.want)
		}
	}
	if _, err := parseType(&cursor{b: nest(20), offsetSize: 8}, 0); err != nil {
		t.Error(err)
	}
}

// Compounds of version 1 may have members with dimensions of their own.
func TestCompound1(t *testing.T) {
	b := []byte{0x16, 1, 0, 0, 24, 0, 0, 0, 'x', 'y', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0}
	b = append(b, make([]byte, 8)...)
	b = append(b, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = append(b, 0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0)
	typ, err := parseType(&cursor{b: b, offsetSize: 8}, 0)
	if err != nil || typ.String() != "{xy [2×3]int32}" {
		t.Errorf("%v, %v", typ, err)
	}
}

func TestDamagedDataspaces(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"rank":     {[]byte{1, 33, 0, 0, 0, 0, 0, 0}, "33 dimensions"},
		"version":  {[]byte{3, 0, 0, 0}, "version 3: unsupported"},
		"class":    {[]byte{2, 0, 0, 3}, "class 3"},
		"scalar":   {[]byte{2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, "scalar or null dataspace with 1 dimensions"},
		"maximum":  {[]byte{2, 1, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, "2 of at most 1"},
		"product":  {[]byte{2, 2, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}, "too many elements"},
		"too long": {[]byte{2, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}, "too many elements"},
		"short":    {[]byte{2, 2, 0, 1, 0, 0, 0}, "unexpected EOF"},
	} {
		_, err := parseDataspace(&cursor{b: c.b, offsetSize: 8, lengthSize: 8})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v instead of %q", name, err, c.want)
		}
		if strings.Contains(c.want, "unsupported") != errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

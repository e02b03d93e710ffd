package npz

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrUnsupported is wrapped by the errors of arrays that NumPy can store and this package does not
// read: complex numbers, dates, long doubles, structured types, pickled objects.
var ErrUnsupported = errors.New("unsupported")

// DType is the type of an array's elements as the file spells it: a byte order (< little, > big,
// | none), a kind and a size, such as "<f8" or "|b1". A structured type is a list of fields. Values
// are comparable.
type DType struct {
	descr  string
	kind   byte   // NumPy's letter, b i u f S U where it is read; 0 for a structured type
	size   int    // bytes per element
	big    bool   // big-endian
	reason string // why it is not read, or empty
}

// ParseDType understands NumPy's array-protocol type strings, such as "<f8", ">i2", "|b1", "<U12".
// A type that exists but is not read is no error here: see [DType.Err].
func ParseDType(descr string) (DType, error) {
	bad := fmt.Errorf("%q is no NumPy type", descr)
	rest := strings.TrimLeft(descr, "<>|=")
	if len(descr)-len(rest) > 1 || rest == "" || strings.IndexByte("biufcSaUOMmV", rest[0]) < 0 {
		return DType{}, bad
	}
	dt := DType{descr: descr, kind: rest[0], big: descr[0] == '>'}
	if dt.kind == 'a' { // an old alias
		dt.kind = 'S'
	}
	digits, _, _ := strings.Cut(rest[1:], "[") // the unit of a date: M8[ns]
	if digits == "" && dt.kind == 'O' {
		digits = "8"
	}
	size, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || size > math.MaxInt32/4 {
		return DType{}, bad
	}
	dt.size = int(size)
	if dt.kind == 'U' { // counted in characters, four bytes each
		dt.size *= 4
	}
	dt.reason = refusal(dt.kind, dt.size)
	return dt, nil
}

// structured is the type of records with named fields.
func structured(fields []string) DType {
	const most = 8
	more := ""
	if len(fields) > most {
		more = fmt.Sprintf(" and %d more", len(fields)-most)
		fields = fields[:most]
	}
	return DType{
		descr:  "structured",
		reason: fmt.Sprintf("records with the fields %q%s; save each field as an array of its own", fields, more),
	}
}

// refusal says why a type is not read, or nothing.
func refusal(kind byte, size int) string {
	switch kind {
	case 'O':
		return "object arrays are Python pickles, which are programs that run when read; " +
			"save with np.save of a numeric array, one per row if lengths differ"
	case 'c':
		return "complex numbers; save the real and the imaginary part as two arrays"
	case 'M', 'm':
		return "dates and time differences; save seconds as float64"
	case 'V':
		return "bytes without a type"
	case 'f':
		if size > 8 {
			return "long double, whose layout is the writing machine's; save as float64"
		}
	}
	sizes := map[byte]string{'b': "1", 'i': "1248", 'u': "1248", 'f': "248"}[kind]
	text := (kind == 'S' || kind == 'U') && size > 0
	if !text && (size > 9 || !strings.Contains(sizes, strconv.Itoa(size))) {
		return "no such size"
	}
	return ""
}

// String is the type as the file spells it.
func (d DType) String() string { return d.descr }

// Size is the number of bytes per element, or 0 where the type is not read.
func (d DType) Size() int {
	if d.reason != "" {
		return 0
	}
	return d.size
}

// Numeric tells whether the elements can be read as float64.
func (d DType) Numeric() bool { return d.Size() > 0 && !d.Text() }

// Text tells whether the elements are strings.
func (d DType) Text() bool { return d.Size() > 0 && (d.kind == 'S' || d.kind == 'U') }

// Err says why elements of this type are not read, wrapping [ErrUnsupported], or is nil.
func (d DType) Err() error {
	if d.reason == "" {
		return nil
	}
	return fmt.Errorf("dtype %s: %w: %s", d.descr, ErrUnsupported, d.reason)
}

package npz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/sbinet/npyio/npy"
)

const (
	// maxHeader bounds the text of a header. NumPy itself refuses more than 10 000 characters.
	maxHeader = 16 << 10
	// maxDims is NumPy's own limit since 2.0; it was 32 before.
	maxDims = 64
)

// A header is what precedes the data of an array: npyio's Header, of which its reader fills the
// same fields. That reader is not used here because it trusts the length field (4 GB), expects the
// keys in one order, and knows no version 3.0, half floats or structured types.
type header struct {
	npy.Header
	dtype DType
	size  int // bytes before the data
}

// readHeader reads the magic string, the version, the length and the Python dictionary with the
// keys descr, fortran_order and shape.
func readHeader(r io.Reader) (header, error) {
	var h header
	var prefix [12]byte // magic, version, and a length of two or four bytes
	if _, err := io.ReadFull(r, prefix[:8]); err != nil {
		return h, fmt.Errorf("header at byte 0: %w", short(err))
	}
	if [6]byte(prefix[:6]) != npy.Magic {
		return h, fmt.Errorf("header at byte 0: %q is not NumPy's magic string %q", prefix[:6], npy.Magic)
	}
	h.Major, h.Minor = prefix[6], prefix[7]
	width := 4
	switch h.Major {
	case 1:
		width = 2
	case 2, 3:
	default:
		return h, fmt.Errorf("header at byte 6: version %d.%d: %w", h.Major, h.Minor, ErrUnsupported)
	}
	if _, err := io.ReadFull(r, prefix[8:8+width]); err != nil {
		return h, fmt.Errorf("header at byte 8: %w", short(err))
	}
	length := binary.LittleEndian.Uint32(prefix[8:]) // the upper half is zero in version 1
	if length > maxHeader {
		return h, fmt.Errorf("header at byte 8: a length of %d bytes, at most %d make sense", length, maxHeader)
	}
	h.size = 8 + width + int(length)
	text := make([]byte, length)
	if n, err := io.ReadFull(r, text); err != nil {
		return h, fmt.Errorf("header at byte %d: %d of %d bytes: %w", 8+width, n, length, short(err))
	}
	if err := h.parse(string(text)); err != nil {
		return h, fmt.Errorf("header at byte %d: %w", 8+width, err)
	}
	return h, nil
}

// short names what io.ReadFull means by EOF.
func short(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the file ends here: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// parse fills the header from the dictionary.
func (h *header) parse(text string) error {
	p := literal{text: text}
	v, err := p.value(0)
	if err != nil {
		return err
	}
	if p.skip(); p.pos != len(text) {
		return fmt.Errorf("%q after the dictionary", clip(text[p.pos:]))
	}
	dict, ok := v.(map[string]any)
	if !ok {
		return errors.New("no dictionary")
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if _, ok := dict[key]; !ok {
			return fmt.Errorf("no key '%s'", key)
		}
	}
	if h.Descr.Fortran, ok = dict["fortran_order"].(bool); !ok {
		return errors.New("'fortran_order' is neither True nor False")
	}
	if h.Descr.Shape, err = parseShape(dict["shape"]); err != nil {
		return err
	}
	h.dtype, err = parseDescr(dict["descr"])
	h.Descr.Type = h.dtype.descr
	return err
}

// parseDescr reads a type string or a list of fields (name, type[, shape]).
func parseDescr(v any) (DType, error) {
	if s, ok := v.(string); ok {
		return ParseDType(s)
	}
	list, ok := v.([]any)
	if !ok {
		return DType{}, errors.New("'descr' is neither a type nor a list of fields")
	}
	var fields []string
	for _, field := range list {
		if tuple, ok := field.([]any); ok && len(tuple) >= 2 {
			name := tuple[0]
			if title, ok := name.([]any); ok && len(title) == 2 { // (title, name)
				name = title[1]
			}
			if name, ok := name.(string); ok {
				fields = append(fields, clip(name))
				continue
			}
		}
		return DType{}, errors.New("'descr' has a field that is no (name, type)")
	}
	return structured(fields), nil
}

// parseShape reads a tuple of lengths whose product fits an int.
func parseShape(v any) ([]int, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("'shape' is no tuple")
	}
	if len(list) > maxDims {
		return nil, fmt.Errorf("'shape' has %d dimensions, at most %d make sense", len(list), maxDims)
	}
	shape := make([]int, len(list))
	for i, v := range list {
		n, ok := v.(int)
		if !ok || n < 0 {
			return nil, fmt.Errorf("'shape' has %v as dimension %d", v, i)
		}
		shape[i] = n
	}
	return shape, nil
}

// volume is the number of elements of a shape, 1 for a scalar, and the number of bytes they take.
// The product of the dimensions other than zero must fit too, as in NumPy, so that every stride does.
func volume(shape []int, size int) (elements, bytes int, err error) {
	product, empty := max(size, 1), false
	for _, n := range shape {
		if n == 0 {
			empty = true
			continue
		}
		if product > math.MaxInt/n {
			return 0, 0, fmt.Errorf("shape %v of %d-byte elements is too large", shape, size)
		}
		product *= n
	}
	if empty {
		return 0, 0, nil
	}
	elements = product / max(size, 1)
	return elements, elements * size, nil
}

// A literal parses the part of Python's literals that NumPy writes: strings, integers, booleans,
// None, tuples, lists and dictionaries with strings for keys.
type literal struct {
	text string
	pos  int
}

// maxNesting is more than any record of records in use, and bounds the recursion.
const maxNesting = 32

func (p *literal) skip() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n\x00", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// accept skips blanks and takes c if it comes next.
func (p *literal) accept(c byte) bool {
	p.skip()
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *literal) fail(expected string) error {
	return fmt.Errorf("at character %d: %q where %s should be", p.pos, clip(p.text[p.pos:]), expected)
}

func (p *literal) value(depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("at character %d: nested more than %d deep", p.pos, maxNesting)
	}
	switch {
	case p.accept('{'):
		return p.dict(depth)
	case p.accept('('):
		return p.list(')', depth)
	case p.accept('['):
		return p.list(']', depth)
	case p.accept('\''):
		return p.quoted('\'')
	case p.accept('"'):
		return p.quoted('"')
	}
	return p.word()
}

func (p *literal) dict(depth int) (any, error) {
	dict := make(map[string]any)
	for !p.accept('}') {
		key, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok || !p.accept(':') {
			return nil, p.fail("'key': value")
		}
		if _, twice := dict[name]; twice {
			return nil, fmt.Errorf("key '%s' twice", clip(name))
		}
		if dict[name], err = p.value(depth + 1); err != nil {
			return nil, err
		}
		if !p.accept(',') && !p.ahead('}') {
			return nil, p.fail("a comma or }")
		}
	}
	return dict, nil
}

func (p *literal) list(end byte, depth int) (any, error) {
	list := []any{}
	for !p.accept(end) {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if !p.accept(',') && !p.ahead(end) {
			return nil, p.fail("a comma or " + string(end))
		}
	}
	return list, nil
}

func (p *literal) ahead(c byte) bool {
	p.skip()
	return p.pos < len(p.text) && p.text[p.pos] == c
}

func (p *literal) quoted(quote byte) (any, error) {
	var b strings.Builder
	for ; p.pos < len(p.text); p.pos++ {
		c := p.text[p.pos]
		if c == quote {
			p.pos++
			return b.String(), nil
		}
		if c == '\\' && p.pos+1 < len(p.text) {
			p.pos++
			c = p.text[p.pos] // a backslash keeps the next character: names need no more
		}
		b.WriteByte(c)
	}
	return nil, p.fail("the end of a string")
}

func (p *literal) word() (any, error) {
	start := p.pos
	for p.pos < len(p.text) && strings.IndexByte("{}()[],:'\" \t\r\n", p.text[p.pos]) < 0 {
		p.pos++
	}
	switch word := p.text[start:p.pos]; word {
	case "True":
		return true, nil
	case "False":
		return false, nil
	case "None":
		return nil, nil
	default:
		n, err := strconv.Atoi(strings.TrimSuffix(word, "L")) // Python 2 wrote long integers as 3L
		if err != nil {
			p.pos = start
			return nil, p.fail("a value")
		}
		return n, nil
	}
}

// clip shortens what an error quotes.
func clip(s string) string {
	const most = 40
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// appendHeader appends the header of an array in C order as NumPy writes it: the smallest version
// that holds it, padded with blanks so that the data begin at a multiple of 64 bytes.
func appendHeader(b []byte, dt DType, shape []int) []byte {
	const align = 64
	var dims strings.Builder
	for i, n := range shape {
		if i > 0 {
			dims.WriteString(", ")
		}
		dims.WriteString(strconv.Itoa(n))
	}
	if len(shape) == 1 {
		dims.WriteByte(',')
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dt.descr, dims.String())
	const prefix = len(npy.Magic) + 4 // 64 dimensions of 20 digits fit version 1
	blanks := align - (prefix+len(dict)+1)%align
	b = append(b, npy.Magic[:]...)
	b = append(b, 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)+blanks%align+1))
	b = append(b, dict...)
	b = append(b, strings.Repeat(" ", blanks%align)...)
	return append(b, '\n')
}

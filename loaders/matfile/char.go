package matfile

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// chars are the elements of a char array in column-major order: UTF-16 code units, or whole
// characters where the file stores those.
type chars struct {
	elems []rune
	// narrow says that elements below 256 may be the bytes of UTF-8, one each.
	narrow bool
}

// Text returns the text of a char array of at most one row. Padding is kept. A matrix of several
// rows is [ErrClass]; use [Array.Texts].
func (a *Array) Text() (string, error) {
	rows, err := a.rows()
	if err != nil {
		return "", err
	}
	switch len(rows) {
	case 0:
		return "", nil
	case 1:
		return rows[0], nil
	}
	return "", a.fail(&kindError{ErrClass, fmt.Sprintf("one text asked of %s: use Texts", a)})
}

// Texts returns the rows of a char matrix, with the blanks that pad them, or the texts of a cell
// array of char rows in column-major order. Of a matrix without characters there is one empty row
// at most, however many it declares.
func (a *Array) Texts() ([]string, error) {
	if a.Class != Cell {
		return a.rows()
	}
	texts := []string{}
	for i := range a.Len() {
		c, err := a.Cell(i)
		if err != nil {
			return nil, err
		}
		s, err := c.Text()
		if err != nil {
			return nil, err
		}
		texts = append(texts, s)
	}
	return texts, nil
}

// rows returns the rows of a char matrix.
func (a *Array) rows() ([]string, error) {
	if a.Class != Char {
		return nil, a.mismatch("text")
	}
	if len(a.Dims) > 2 {
		return nil, a.fail(&kindError{ErrClass, fmt.Sprintf("text asked of %s", a)})
	}
	c, err := a.node.chars()
	if err != nil {
		return nil, a.fail(err)
	}
	rows, cols := a.Dims[0], a.Dims[1]
	if rows == 1 && len(c.elems) > 0 {
		return []string{c.text(c.elems)}, nil // its length may be counted in bytes, units or characters
	}
	if len(c.elems) != a.Len() {
		return nil, a.fail(fmt.Errorf("%d characters for %s", len(c.elems), shape(a.Dims)))
	}
	if len(c.elems) == 0 {
		// There are no bytes that would justify the sizes: rows without text are one at most.
		return make([]string, min(rows, 1)), nil
	}
	text := make([]string, rows)
	row := make([]rune, cols)
	for i := range text {
		for j := range row {
			row[j] = c.elems[i+j*rows]
		}
		text[i] = c.text(row)
	}
	return text, nil
}

// text joins elements: surrogate pairs become one character, and bytes of UTF-8 that were stored
// one per element, as some writers do, become the characters they encode.
func (c chars) text(elems []rune) string {
	if c.narrow {
		if s, ok := bytewise(elems); ok {
			return s
		}
	}
	out := make([]rune, 0, len(elems))
	for i := 0; i < len(elems); i++ {
		r := elems[i]
		if utf16.IsSurrogate(r) && i+1 < len(elems) {
			if pair := utf16.DecodeRune(r, elems[i+1]); pair != utf8.RuneError {
				r = pair
				i++
			}
		}
		out = append(out, r)
	}
	return string(out)
}

// bytewise reads elements as bytes of UTF-8, if they can be and one at least is beyond ASCII.
func bytewise(elems []rune) (string, bool) {
	b := make([]byte, len(elems))
	wide := false
	for i, r := range elems {
		if r > 0xff {
			return "", false
		}
		b[i] = byte(r)
		wide = wide || r > 0x7f
	}
	return string(b), wide && utf8.Valid(b)
}

// maxBlanks is the longest text that is taken for blanks when nothing of it is stored.
const maxBlanks = 1024

// decode returns the elements of stored text, n of them by the sizes of the array. Some programs
// store nothing of a blank text.
func (p part) decode(n int) (chars, error) {
	if p.n == 0 && n <= maxBlanks {
		c := chars{elems: make([]rune, n)}
		for i := range c.elems {
			c.elems[i] = ' '
		}
		return c, nil
	}
	if p.typ == miUTF8 {
		return p.decodeUTF8(n)
	}
	if _, err := p.all(); err != nil {
		return chars{}, err
	}
	c := chars{elems: make([]rune, p.n), narrow: p.typ != miUTF16 && p.typ != miUTF32}
	x := make([]float64, min(p.n, chunkBytes/8))
	for i := 0; i < p.n; i += len(x) {
		x = x[:min(len(x), p.n-i)]
		if err := p.float64s(x, i); err != nil {
			return chars{}, err
		}
		for k, v := range x {
			if !(v >= 0 && v <= utf8.MaxRune) {
				v = utf8.RuneError
			}
			c.elems[i+k] = rune(v)
		}
	}
	return c, nil
}

// decodeUTF8 takes as elements whichever of characters, UTF-16 units and bytes the array has n of;
// a row of another length is taken in characters.
func (p part) decodeUTF8(n int) (chars, error) {
	b := make([]byte, p.n)
	if err := p.src.read(b, p.off); err != nil {
		return chars{}, err
	}
	c := chars{elems: []rune(string(b))} // invalid bytes become U+FFFD
	if len(c.elems) == n {
		return c, nil
	}
	if units := utf16.Encode(c.elems); len(units) == n {
		c.elems = make([]rune, n)
		for i, u := range units {
			c.elems[i] = rune(u)
		}
		return c, nil
	}
	if len(b) == n {
		c.elems, c.narrow = make([]rune, n), true
		for i, v := range b {
			c.elems[i] = rune(v)
		}
	}
	return c, nil
}

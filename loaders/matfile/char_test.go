package matfile

import (
	"errors"
	"slices"
	"testing"
)

// TestTextEncodings: the sizes of text may count characters, UTF-16 units or bytes.
func TestTextEncodings(t *testing.T) {
	p := plain{}
	text := func(t dataType, dims []int32, values any) []byte {
		return p.file(p.matrix(mxChar, 0, dims, "s", p.numbers(t, values)))
	}
	for name, test := range map[string]struct {
		b    []byte
		want []string
	}{
		"utf8, characters":           {text(miUTF8, []int32{1, 2}, []byte("é🧠")), []string{"é🧠"}},
		"utf8, units":                {text(miUTF8, []int32{1, 3}, []byte("é🧠")), []string{"é🧠"}},
		"utf8, bytes":                {text(miUTF8, []int32{1, 6}, []byte("é🧠")), []string{"é🧠"}},
		"utf8, none of them":         {text(miUTF8, []int32{1, 5}, []byte("é🧠")), []string{"é🧠"}},
		"utf8, rows of characters":   {text(miUTF8, []int32{2, 2}, []byte("éaàb")), []string{"éà", "ab"}},
		"utf8, rows of bytes":        {text(miUTF8, []int32{2, 2}, []byte{0xc3, 0xc3, 0xa9, 0xa0}), []string{"é", "à"}},
		"utf8, invalid":              {text(miUTF8, []int32{1, 2}, []byte{'a', 0xff}), []string{"a\ufffd"}},
		"uint16, Latin-1":            {text(miUINT16, []int32{1, 2}, []uint16{0xe9, 'a'}), []string{"éa"}},
		"uint16, UTF-8 bytes":        {text(miUINT16, []int32{1, 3}, []uint16{0xc3, 0xa9, 'a'}), []string{"éa"}},
		"utf16, not bytes":           {text(miUTF16, []int32{1, 2}, []uint16{0xc3, 0xa9}), []string{"Ã©"}},
		"utf16, half a pair":         {text(miUTF16, []int32{1, 2}, []uint16{0xd83e, 'a'}), []string{"\ufffda"}},
		"uint8":                      {text(miUINT8, []int32{1, 2}, []byte("ab")), []string{"ab"}},
		"utf32, beyond Unicode":      {text(miUTF32, []int32{1, 1}, []uint32{0x110000}), []string{"\ufffd"}},
		"nothing stored is blanks":   {text(miUTF8, []int32{1, 2}, []byte{}), []string{"  "}},
		"rows of nothing are blanks": {text(miUTF8, []int32{2, 1}, []byte{}), []string{" ", " "}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := lookup(t, read(t, test.b), "s").Texts(); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	cell := NewCell("c", []int{1, 3}, NewChar("", "a"), NewChar("", "naïve 🧠"), NewChar(""))
	if got, err := cell.Texts(); err != nil || !slices.Equal(got, []string{"a", "naïve 🧠", ""}) {
		t.Errorf("Texts of a cell array = %q, %v", got, err)
	}
	if got, err := NewChar("s").Text(); got != "" || err != nil {
		t.Errorf("Text of 0×0 = %q, %v", got, err)
	}
	p := plain{}
	cube := p.matrix(mxChar, 0, []int32{1, 1, 2}, "s", p.element(miUTF8, []byte("ab")))
	if _, err := lookup(t, read(t, p.file(cube)), "s").Texts(); !errors.Is(err, ErrClass) {
		t.Errorf("three dimensions: %v", err)
	}
}

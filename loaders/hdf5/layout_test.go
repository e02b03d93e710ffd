package hdf5

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func testFile() *File { return &File{source: newSource(bytes.NewReader(nil), 0)} }

// The layouts of versions 1 and 2 are of HDF5 before 1.6, which nobody can run: the messages follow the
// specification.
func TestLayout1(t *testing.T) {
	f := testFile()
	address := []byte{0, 16, 0, 0, 0, 0, 0, 0}
	chunked := append([]byte{2, 3, 2, 0, 0, 0, 0, 0}, address...)
	chunked = append(chunked, 4, 0, 0, 0, 5, 0, 0, 0, 8, 0, 0, 0)
	l, err := f.parseLayout(&message{body: chunked})
	if err != nil || l.class != layoutChunked || l.addr != 0x1000 || !slices.Equal(l.chunk, []uint64{4, 5}) || l.element != 8 {
		t.Errorf("chunked: %+v, %v", l, err)
	}
	contiguous := append([]byte{1, 1, 1, 0, 0, 0, 0, 0}, address...)
	l, err = f.parseLayout(&message{body: append(contiguous, 9, 0, 0, 0)})
	if err != nil || l.class != layoutContiguous || l.addr != 0x1000 || l.size != 0 {
		t.Errorf("contiguous: %+v, %v", l, err)
	}
	compact := []byte{2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 7, 8, 9}
	l, err = f.parseLayout(&message{body: compact})
	if err != nil || l.class != layoutCompact || !bytes.Equal(l.data, []byte{7, 8, 9}) {
		t.Errorf("compact: %+v, %v", l, err)
	}
}

func TestDamagedLayouts(t *testing.T) {
	f := testFile()
	space := dataspace{dims: []uint64{10}, max: []uint64{10}}
	undefinedAddress := bytes.Repeat([]byte{0xff}, 8)
	chunked := func(tail ...byte) []byte { return append(append([]byte{3, 2, 2}, undefinedAddress...), tail...) }
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"version":         {[]byte{5, 2}, "version 5: unsupported"},
		"class":           {[]byte{3, 7}, "class 7"},
		"virtual":         {[]byte{4, 3}, "virtual"},
		"compact short":   {[]byte{3, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8}, "8 bytes of elements where 40 belong"},
		"contiguous":      {append(append([]byte{3, 1}, make([]byte, 8)...), 39, 0, 0, 0, 0, 0, 0, 0), "39 bytes of elements where 40 belong"},
		"chunk of 0":      {chunked(0, 0, 0, 0, 4, 0, 0, 0), "chunks of 0 elements"},
		"element of 5":    {chunked(2, 0, 0, 0, 5, 0, 0, 0), "elements of 5 bytes in a dataset with elements of 4"},
		"chunk too large": {chunked(0xff, 0xff, 0xff, 0x7f, 4, 0, 0, 0), "in a file of 0 bytes"},
		"dimensions":      {append(append([]byte{3, 2, 3}, undefinedAddress...), 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0), "chunks of 2 dimensions in a dataset of 1"},
		"index":           {append([]byte{4, 2, 0, 2, 1, 2, 4, 9}, undefinedAddress...), "chunk index of type 9: unsupported"},
	} {
		l, err := f.parseLayout(&message{body: c.b})
		if err == nil {
			_, err = l.storage(f, 0, 4, space, nil, nil)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v instead of %q", name, err, c.want)
		}
	}
}

func TestFillValues(t *testing.T) {
	for name, c := range map[string]struct {
		parse func(*cursor) ([]byte, error)
		b     []byte
		want  []byte
	}{
		"old":          {parseOldFill, []byte{2, 0, 0, 0, 5, 6}, []byte{5, 6}},
		"1":            {parseFill, []byte{1, 0, 0, 1, 2, 0, 0, 0, 5, 6}, []byte{5, 6}},
		"1, undefined": {parseFill, []byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}, nil},
		"2":            {parseFill, []byte{2, 0, 0, 1, 2, 0, 0, 0, 5, 6}, []byte{5, 6}},
		"2, undefined": {parseFill, []byte{2, 0, 0, 0}, nil},
		"3":            {parseFill, []byte{3, 0x20, 2, 0, 0, 0, 5, 6}, []byte{5, 6}},
		"3, undefined": {parseFill, []byte{3, 0x10}, nil},
	} {
		got, err := c.parse(&cursor{b: c.b})
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("%s: %v instead of %v, %v", name, got, c.want, err)
		}
	}
}

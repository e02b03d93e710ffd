package hdf5

import (
	"bytes"
	"strings"
	"testing"
)

func TestExtents(t *testing.T) {
	var x extents
	for _, c := range []struct {
		begin, end uint64
		ok         bool
	}{
		{100, 200, true}, {300, 400, true}, {200, 300, true}, {100, 200, true}, {0, 100, true}, {500, 600, true},
		{150, 160, false}, {399, 401, false}, {100, 199, false}, {450, 700, false}, {400, 500, true}, {0, 1000, false},
	} {
		if err := x.claim(c.begin, c.end); (err == nil) != c.ok {
			t.Errorf("%d to %d: %v", c.begin, c.end, err)
		}
	}
}

// Tiny objects lie in their identifier: with one byte of length, or two where identifiers are long.
func TestTinyObjects(t *testing.T) {
	h := &fractalHeap{f: testFile(), idSize: 7, bits: 32, maxDirect: 1 << 16, maxManaged: 4096}
	if got, err := h.object([]byte{0x22, 'a', 'b', 'c', 0, 0, 0}); err != nil || string(got) != "abc" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := h.object([]byte{0x26, 'a', 'b', 'c', 0, 0, 0}); err == nil {
		t.Error("seven bytes in six")
	}
	h.idSize = 40
	id := append([]byte{0x20, 19}, bytes.Repeat([]byte("x"), 38)...)
	if got, err := h.object(id); err != nil || string(got) != strings.Repeat("x", 20) {
		t.Errorf("%q, %v", got, err)
	}
	for _, id := range [][]byte{{0x30, 0}, {0x40, 0}, {0}} {
		if _, err := h.object(append(id, make([]byte, 40-len(id))...)[:max(len(id), 40*len(id)/2)]); err == nil {
			t.Errorf("identifier %x", id)
		}
	}
}

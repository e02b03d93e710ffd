package hdf5

import (
	"errors"
	"strings"
	"testing"
)

func TestReferenceErrors(t *testing.T) {
	f := openFixture(t, "references_latest")
	if _, err := f.Deref(Reference{}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := f.Region(Reference{addr: 96}); err == nil || !strings.Contains(err.Error(), "has no region") {
		t.Error(err)
	}
	if _, err := f.Region(Reference{region: true}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := f.Deref(Reference{addr: 1 << 40}); err == nil || !strings.Contains(err.Error(), "beyond the end of the file") {
		t.Error(err)
	}
	regions, err := f.Dataset("regions")
	if err != nil {
		t.Fatal(err)
	}
	refs, err := regions.References()
	if err != nil || !refs[0].IsRegion() || refs[0].IsNull() || !refs[3].IsNull() {
		t.Errorf("%+v, %v", refs, err)
	}
}

func TestSelections(t *testing.T) {
	words := func(w ...byte) *cursor {
		var b []byte
		for _, x := range w {
			b = append(b, x, 0, 0, 0)
		}
		return &cursor{b: b}
	}
	for name, c := range map[string]struct {
		c    *cursor
		want string // error
	}{
		"none":       {words(0, 1, 0, 0), ""},
		"all":        {words(3, 1, 0, 0), ""},
		"point":      {words(1, 1, 0, 16, 2, 1, 5, 6), ""},
		"version":    {words(2, 2, 0, 0), "version 2: unsupported"},
		"type":       {words(4, 1, 0, 0), "type 4"},
		"too many":   {words(1, 1, 0, 16, 2, 2, 5, 6), "2 selections of 2 dimensions in 8 bytes"},
		"breaks off": {words(2, 1, 0, 16, 1, 1, 5), "unexpected EOF"},
	} {
		var g Region
		err := g.parse(c.c)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v instead of %q", name, err, c.want)
		}
	}
}

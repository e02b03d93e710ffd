package hdf5

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestLookupErrors(t *testing.T) {
	for _, fixture := range []string{"groups_earliest", "groups_latest"} {
		f := openFixture(t, fixture)
		for path, c := range map[string]struct {
			is   error
			text string
		}{
			"/nothing":       {ErrNotFound, `hdf5: /: "nothing" not found; there are: Grüße, a, circle1, circle2, `},
			"/a/b/nothing":   {ErrNotFound, `hdf5: /a/b: "nothing" not found; there are: c, up`},
			"/many/nothing":  {ErrNotFound, `unit 115, … (300)`},
			"/empty/nothing": {ErrNotFound, `there are: none`},
			"/a/b/c/d":       {ErrNotFound, `hdf5: /a/b/c: is a dataset, so that there is no "d" in it: not found`},
			"/dangling":      {ErrNotFound, `hdf5: /dangling: soft link to "/a/nothing": "nothing" not found`},
			"/external":      {ErrUnsupported, `hdf5: /external: link to "/there/it is" in another file, "other.h5": unsupported`},
			"/circle1":       {nil, "they run in a circle"},
		} {
			_, err := f.Object(path)
			if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %v instead of %q", path, err, c.text)
			}
		}
		if _, err := f.Group("/a/b/c"); err == nil || err.Error() != "hdf5: /a/b/c: is a dataset, not a group" {
			t.Error(err)
		}
		if _, err := f.Dataset("a"); err == nil || err.Error() != "hdf5: /a: is a group, not a dataset" {
			t.Error(err)
		}
		if _, err := f.Root().Attr("nothing"); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	}
}

func TestPaths(t *testing.T) {
	f := openFixture(t, "groups_earliest")
	want, err := f.Dataset("/a/b/c")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"a/b/c", "//a/./b/c/", "hard", "soft", "a/relative", "a/b/up/b/up/b/c", "many/unit 0"} {
		got, err := f.Dataset(path)
		if err != nil || got.Address() != want.Address() {
			t.Errorf("%s: %v", path, err)
		}
	}
	g, err := f.Group("a/b")
	if err != nil {
		t.Fatal(err)
	}
	if d, err := g.Dataset("c"); err != nil || d.Path() != "/a/b/c" || d.String() != "int64 [3]" {
		t.Errorf("%v, %v", d, err)
	}
	if root, err := g.Group("/"); err != nil || root.Path() != "/" || root != f.Root() {
		t.Errorf("%v, %v", root, err)
	}
}

func TestChildren(t *testing.T) {
	for _, fixture := range []string{"groups_earliest", "groups_latest"} {
		// A circle of soft links is an error of the file, which Children must not hide.
		if _, err := openFixture(t, fixture).Root().Children(); err == nil || !strings.Contains(err.Error(), "circle") {
			t.Error(err)
		}
		g, err := openFixture(t, fixture).Group("a")
		if err != nil {
			t.Fatal(err)
		}
		children, err := g.Children()
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, o := range children {
			paths = append(paths, o.Path())
		}
		if want := []string{"/a/b", "/a/b/c"}; !slices.Equal(paths, want) {
			t.Errorf("%q instead of %q", paths, want)
		}
	}
	// Links into other files are left out.
	children, err := openFixture(t, "superblock1").Root().Children()
	if err != nil || len(children) != 7 {
		t.Errorf("%d children, %v", len(children), err)
	}
}

package matfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oblique/internal/claim"
	"oblique/internal/need"
)

// TestFixtures73 reads version 7.3 files that hold what scipy5.mat does, and compares them bit for bit
// with what scipy reads in that one: scipy does not read version 7.3.
func TestFixtures73(t *testing.T) {
	b, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"scipy73.mat", "latest73.mat"} {
		t.Run(file, func(t *testing.T) {
			want, ok := entries(t, all["scipy5.mat"])
			if !ok {
				t.Fatal("expected.json has no scipy5.mat")
			}
			f := openFixture(t, file)
			if f.Version != 7 {
				t.Errorf("version %d", f.Version)
			}
			compare(t, f, want)
		})
	}
}

// more reads an array of the fixture of what only version 7.3 has.
func more(t *testing.T, path string) *Array {
	t.Helper()
	a, err := openFixture(t, "more73.mat").Lookup(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestBlocks73 reads arrays that are longer than what is read at a time, along either dimension.
func TestBlocks73(t *testing.T) {
	const n = 300000
	value := map[string]func(i int) float64{
		"long": func(i int) float64 { return float64(i % 100) },
		"tall": func(i int) float64 { return float64(i%100) / 8 },
		// 3×n in column-major order: i%100, i%100 + 1, −(i%100) for each i.
		"wide": func(k int) float64 { v := float64(k / 3 % 100); return [3]float64{v, v + 1, -v}[k%3] },
	}
	for name, want := range value {
		a := more(t, name)
		x, err := a.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		if len(x) != a.Len() || a.Len() < n {
			t.Fatalf("%s: %d numbers", a, len(x))
		}
		for i := range x {
			if x[i] != want(i) {
				t.Fatalf("%s[%d] = %v, want %v", name, i, x[i], want(i))
			}
		}
		head := make([]float64, 5)
		if k, err := a.Head(head); k != 5 || err != nil || head[4] != want(4) {
			t.Errorf("%s: Head = %v, %v", name, head, err)
		}
	}
	if a := more(t, "wide"); !slices.Equal(a.Dims, []int{3, n}) || a.Class != Int32 {
		t.Errorf("wide is %s", a)
	}
	if x, err := more(t, "big").Float64s(); err != nil || !slices.Equal(x, []float64{0, 3, 1, 4, 2, 5}) {
		t.Errorf("big = %v, %v", x, err)
	}
}

func TestStructs73(t *testing.T) {
	for path, want := range map[string]string{"byref": "zeta alpha", "unlisted": "a b", "nofields": "x y", "bare": ""} {
		a := more(t, path)
		if got := strings.Join(a.Fields(), " "); a.Class != Struct || got != want {
			t.Errorf("%s: %s with fields %q, want %q", path, a, got, want)
		}
	}
	if a := more(t, "nofields"); !slices.Equal(a.Dims, []int{0, 2}) {
		t.Errorf("nofields: %s", a)
	}
	if a := more(t, "bare"); !slices.Equal(a.Dims, []int{1, 1}) {
		t.Errorf("bare: %s", a)
	}
	if x, err := more(t, "byref.zeta").Float64(); err != nil || x != 2 {
		t.Errorf("byref.zeta = %v, %v", x, err)
	}
}

// TestOddities73: cells without content, text beyond 16 bits, what other programs add, and what MATLAB
// keeps in a form of its own.
func TestOddities73(t *testing.T) {
	for i, path := range []string{"cells{0}", "cells{1}", "cells{2}"} {
		if a := more(t, path); a.Class != Double || a.Len() != 0 {
			t.Errorf("cell %d is %s", i, a)
		}
	}
	if s, err := more(t, "emoji").Text(); err != nil || s != "a\U0001f9e0b" {
		t.Errorf("emoji = %q, %v", s, err)
	}
	a := more(t, "plain")
	if x, err := a.Int64s(); err != nil || a.Class != Int16 || !slices.Equal(a.Dims, []int{3, 2}) || !slices.Equal(x, []int64{0, 1, 2, 3, 4, 5}) {
		t.Errorf("plain = %s %v, %v", a, x, err)
	}
	if x, err := more(t, "zero_d").Float64(); err != nil || x != 2.5 {
		t.Errorf("zero_d = %v, %v", x, err)
	}
	for path, class := range map[string]Class{"str": Opaque, "handle": Function, "words": Opaque} {
		a := more(t, path)
		if _, err := a.Float64s(); a.Class != class || !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %s, %v; want %s and ErrUnsupported", path, a, err, class)
		}
	}
	names := openFixture(t, "more73.mat").Names()
	if slices.ContainsFunc(names, func(s string) bool { return strings.HasPrefix(s, "#") }) || len(names) != 15 {
		t.Errorf("names %v", names)
	}
}

// TestLoops73: what contains itself is an error, and so is what a few references multiply.
func TestLoops73(t *testing.T) {
	f := openFixture(t, "loop73.mat")
	loop, err := f.Var("loop")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loop.Cell(0); err == nil || !strings.Contains(err.Error(), "contains itself") {
		t.Errorf("loop{0}: %v", err)
	}
	doubling, err := f.Var("doubling")
	if err != nil {
		t.Fatal(err)
	}
	if err := doubling.Walk(func(*Array) error { return nil }); !errors.Is(err, ErrTooLarge) {
		t.Errorf("walk of 2⁶⁰ arrays: %v", err)
	}
	if err := Write(&bytes.Buffer{}, WriteOptions{}, doubling); !errors.Is(err, ErrTooLarge) {
		t.Errorf("writing 2⁶⁰ arrays: %v", err)
	}
}

// TestConvert73 writes what a version 7.3 file holds as version 5, and compares it with what scipy reads.
func TestConvert73(t *testing.T) {
	f := openFixture(t, "scipy73.mat")
	var vars []*Array
	for _, name := range f.Names() {
		a, err := f.Var(name)
		if err != nil {
			t.Fatal(err)
		}
		vars = append(vars, a)
	}
	var out bytes.Buffer
	if err := Write(&out, WriteOptions{}, vars...); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	want, _ := entries(t, all["scipy5.mat"])
	compare(t, read(t, out.Bytes()), want)
}

// TestProven73: a matrix of zeros that is far larger than its file is read, and one of which nothing was
// written takes no memory.
func TestProven73(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: inflates 100 MB several times")
	}
	path := filepath.Join(t.TempDir(), "zeros.mat")
	script := `
import sys
sys.path.insert(0, "testdata")
import mat73, numpy as np
n = 12 << 20
with mat73.File(sys.argv[1]) as f:
    for name in ("zeros", "claimed"):
        data = np.zeros((n, 1)) if name == "zeros" else None
        d = f.h.create_dataset(name, (n, 1), data=data, dtype="f8", chunks=(1 << 16, 1), compression="gzip")
        d.attrs["MATLAB_class"] = np.bytes_("double")
`
	if out, err := exec.Command(need.Modules(t, "h5py", "numpy", "scipy"), "-c", script, path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const n = 12 << 20
	if claim.Believed(8*n, f.size) {
		t.Fatalf("the file has %d bytes: it proves nothing", f.size)
	}
	for name, tooLarge := range map[string]bool{"zeros": false, "claimed": true} {
		a, err := f.Var(name)
		if err != nil {
			t.Fatal(err)
		}
		var first [3]float64
		if k, err := a.Head(first[:]); k != 3 || err != nil {
			t.Errorf("%s: Head = %d, %v", name, k, err)
		}
		var x []float64
		used := allocated(func() { x, err = a.Float64s() })
		switch {
		case errors.Is(err, ErrTooLarge) != tooLarge || err == nil && len(x) != n:
			t.Errorf("%s: %d numbers, error %v", name, len(x), err)
		case tooLarge && used > 1<<20, used > 8*n+16<<20:
			t.Errorf("%s: %d bytes allocated", name, used)
		}
	}
}

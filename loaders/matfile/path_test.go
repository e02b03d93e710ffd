package matfile

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	f := openFixture(t, "scipy5z.mat")
	for path, want := range map[string]string{
		"scalar":             "double [1×1]",
		"D":                  "struct [1×1]",
		"D[0]":               "struct [1×1]",
		"D(1).blocks":        "struct [1×3]",
		"D.blocks[2].spikes": "uint8 [4×3]",
		"D.blocks{2}.spikes": "uint8 [4×3]",
		"D.blocks(3).spikes": "uint8 [4×3]",
		"D.blocks[0,2]":      "struct [1×1]",
		"D.blocks(1, 3)":     "struct [1×1]",
		"D.dec.M.A":          "double [2×2]",
		"cell[3]":            "cell [1×2]",
		"cell{1,1}":          "cell [1×2]",
		"cell(4)(2)":         "char [1×4]",
		"cell[2]":            "double [1×2]",
		"cell[1]":            "char [1×4]",
	} {
		if a := lookup(t, f, path); a.String() != want {
			t.Errorf("%s: %s, want %s", path, a, want)
		}
	}
}

func TestLookupErrors(t *testing.T) {
	f := openFixture(t, "octave6.mat")
	for path, want := range map[string]string{
		"D.blocks[0].spike":         "matfile: D.blocks[0]: no field 'spike'; it has: spikes",
		"D.blocks.spikes":           "matfile: D.blocks: field 'spikes' asked of struct [1×2]: say of which element, as in D.blocks[0].spikes",
		"D.blocks[2]":               "matfile: D.blocks: no element 2 in struct [1×2], counted from 0",
		"D.blocks(0)":               "matfile: D.blocks: no element 0 in struct [1×2], counted from 1",
		"D.blocks(3)":               "matfile: D.blocks: no element 3 in struct [1×2], counted from 1",
		"D.blocks[1,0]":             "matfile: D.blocks: no element 1,0 in struct [1×2], counted from 0",
		"D.blocks[0,0,0]":           "matfile: D.blocks: path: 3 numbers in '0,0,0' for struct [1×2]",
		"D.blocks[0":                "matfile: D.blocks: path: no ']' after '[0'",
		"D.blocks[one]":             "matfile: D.blocks: path: 'one' is no index",
		"D.blocks[0]x":              "matfile: D.blocks[0]: path: '.', '[', '{' or '(' expected at 'x'",
		"D.c{99999999999999999999}": "matfile: D.c: path: '99999999999999999999' is no index",
		"matrix[0]":                 "matfile: matrix: an element asked of double [3×2]",
		"D.":                        "matfile: D: no field ''; it has: blocks, name, c",
	} {
		if _, err := f.Lookup(path); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", path, err, want)
		}
	}
	_, err := openFixture(t, "quirks.mat").Lookup("spikes")
	want := "matfile: no variable 'spikes'; the file has: four [2×2], after [1×1]"
	if !errors.Is(err, ErrNotFound) || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestWalkSkips(t *testing.T) {
	f := openFixture(t, "scipy5.mat")
	var paths []string
	err := f.Walk(func(a *Array) error {
		if a.Name == "D" || a.Name == "cell" {
			paths = append(paths, a.Path())
			return fs.SkipDir
		}
		if a.depth > 0 {
			t.Errorf("%s was to be left out", a.Path())
		}
		return nil
	})
	if err != nil || !slices.Equal(paths, []string{"D", "cell"}) {
		t.Errorf("%v, %v", paths, err)
	}
	stop := errors.New("stop")
	if err := f.Walk(func(*Array) error { return stop }); err != stop {
		t.Errorf("error %v", err)
	}
}

func ExampleFile_Lookup() {
	f, err := Open("testdata/scipy5z.mat")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	spikes, err := f.Lookup("D.blocks[1].spikes") // also D.blocks(2).spikes
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, cols, _, err := spikes.Matrix()
	fmt.Println(spikes, rows, cols, err)
	_, err = f.Lookup("D.blocks[1].rates")
	fmt.Println(err)
	// Output:
	// uint8 [4×2] 4 2 <nil>
	// matfile: D.blocks[1]: no field 'rates'; it has: spikes, name
}

func ExampleFile_Walk() {
	f, err := Open("testdata/octave6.mat")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	err = f.Walk(func(a *Array) error {
		if strings.HasPrefix(a.Path(), "D") {
			fmt.Println(a.Path(), a)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// D struct [1×1]
	// D.blocks struct [1×2]
	// D.blocks[0].spikes double [2×2]
	// D.blocks[1].spikes double [1×2]
	// D.name char [1×3]
	// D.c cell [1×3]
	// D.c{0} double [1×1]
	// D.c{1} char [1×3]
	// D.c{2} cell [1×1]
	// D.c{2}{0} double [1×1]
	// <nil>
}

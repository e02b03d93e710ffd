package columnar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"oblique/internal/need"
)

func openText(t testing.TB, text string) (*File, error) {
	t.Helper()
	return NewReader(strings.NewReader(text), int64(len(text)))
}

func TestCSV(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		format string
		rows   int
		want   map[string]any // []float64 or []string by column
	}{
		"comma":     {"x,y\n1,2.5\n-3e2,.5\n", "CSV", 2, map[string]any{"x": []float64{1, -300}, "y": []float64{2.5, .5}}},
		"tab":       {"x\ty\n1\ta b\n", "TSV", 1, map[string]any{"x": []float64{1}, "y": []string{"a b"}}},
		"semicolon": {"x;y\n1;2,5\n", "CSV", 1, map[string]any{"x": []float64{1}, "y": []string{"2,5"}}},
		"quotes":    {"\"x,1\",y\r\n\"1\",\"say \"\"no\"\"\r\ntwice\"\r\n", "CSV", 1, map[string]any{"x,1": []float64{1}, "y": []string{"say \"no\"\ntwice"}}},
		"missing":   {"x,y,z\n,NA,NaN\n1,a,null\nnan,<NA>,3\n", "CSV", 3, map[string]any{"x": []float64{math.NaN(), 1, math.NaN()}, "y": []string{"", "a", ""}, "z": []float64{math.NaN(), math.NaN(), 3}}},
		"booleans":  {"x,y\nTrue,true\nfalse,1\n", "CSV", 2, map[string]any{"x": []float64{1, 0}, "y": []string{"true", "1"}}},
		"infinite":  {"x\ninf\n-Infinity\n1e999\n", "CSV", 3, map[string]any{"x": []float64{math.Inf(1), math.Inf(-1), math.Inf(1)}}},
		"hex":       {"x\n0x1p3\n", "CSV", 1, map[string]any{"x": []string{"0x1p3"}}},
		"pandas":    {",0,1\n0,5,6\n", "CSV", 1, map[string]any{"": []float64{0}, "0": []float64{5}, "1": []float64{6}}},
		"mark":      {"\xef\xbb\xbfx,y\n1,2\n", "CSV", 1, map[string]any{"x": []float64{1}}},
		"blank":     {"x,y\n\n1,2\n\n3,4", "CSV", 2, map[string]any{"x": []float64{1, 3}}},
		"savetxt":   {"# x,y\n1.0,2\n", "CSV", 1, map[string]any{"x": []float64{1}, "y": []float64{2}}},
		"remarks":   {"# made by us, by hand,\r\n#\r\nx,y\r\n1,2\r\n", "CSV", 1, map[string]any{"x": []float64{1}, "y": []float64{2}}},
		"units":     {"# in mV, in s\nx,y\n1,2\n", "CSV", 1, map[string]any{"x": []float64{1}, "y": []float64{2}}},
		"no rows":   {"x,y\n", "CSV", 0, map[string]any{"x": []float64{}}},
		"late text": {"x\n1\n2\nthree\n", "CSV", 3, map[string]any{"x": []string{"1", "2", "three"}}},
	} {
		f, err := openText(t, c.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Format() != c.format || f.Rows() != c.rows {
			t.Errorf("%s: %s of %d rows", name, f.Format(), f.Rows())
		}
		for column, want := range c.want {
			col, err := f.Column(column)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if s, ok := want.([]string); ok {
				if got, err := col.Strings(); err != nil || !slices.Equal(got, s) {
					t.Errorf("%s: %s: %q, %v", name, column, got, err)
				}
				continue
			}
			if got, err := col.Float64s(); err != nil || hexOf(got) != hexOf(want.([]float64)) {
				t.Errorf("%s: %s: %v, %v", name, column, got, err)
			}
		}
	}
}

func TestCSVErrors(t *testing.T) {
	for text, want := range map[string]string{
		"x,y\n1\n":                         "columnar: line 2: number of fields: 1, and the header has 2",
		"# by hand\nx,y\n1,2\n1,\"2\n":     "columnar: line 4, byte 6 of it: ",
		"# by hand\nx,y\n1,2\n1,2,3\n":     "columnar: line 4: number of fields: 3, and the header has 2",
		"# by hand\n0.5,1\n":               "columnar: line 2: '0.5' is a number, where the names of the columns should be",
		"# by hand\n# again\n\"x,y\n":      "columnar: line 3, byte ",
		"x,y\r1,2\r":                       "columnar: line 1: unsupported: lines that end in a carriage return alone",
		"x,y\n1,\"2\n":                     "columnar: line 2, byte 6 of it: ",
		"0.5,1.5\n1,2\n":                   "columnar: line 1: '0.5' is a number, where the names of the columns should be",
		"\xff\xfex\x00":                    "columnar: byte 0: text in UTF-16: unsupported",
		"\x89HDF\r\n\x1a\n\x00":            "columnar: byte 8: neither Parquet nor Arrow, and no text either: a zero byte",
		"\n\n":                             "columnar: line 1: no header",
		"FEA1\x00\x00\x00\x00":             "columnar: byte 0: Feather version 1: unsupported",
		"PARE\x00\x00\x00\x00":             "columnar: byte 0: encrypted Parquet: unsupported",
		"PAR1":                             "columnar: damaged: 4 bytes are no Parquet file",
		"PAR1\x00\x00\x00\x00ABCD":         "columnar: byte 8: \"ABCD\" where PAR1 should be: is the file cut short?",
		"ARROW1\x00\x00":                   "columnar: damaged: 8 bytes are no Arrow file",
		"\xff\xff\xff\xff\x08\x00\x00\x00": "columnar: message at 0: damaged: 8 bytes where 0 are left",
		"":                                 "columnar: byte 0: the file is empty",
	} {
		if _, err := openText(t, text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

// Ranges begin at the index's places and go over them, in a file of several blocks with lines in quotes.
func TestCSVBlocks(t *testing.T) {
	const rows = 2*csvBlock + 100
	var b strings.Builder
	b.WriteString("x,note\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,\"line\n%d\"\n", i, i)
	}
	f, err := openText(t, b.String())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Groups(), []int{0, csvBlock, 2 * csvBlock, rows}) {
		t.Errorf("groups %v", f.Groups())
	}
	c := column(t, f, "x")
	for _, from := range []int{0, 1, csvBlock - 1, csvBlock, csvBlock + 1, 2 * csvBlock, rows - 1} {
		x := make([]float64, min(3, rows-from))
		if err := c.ReadRows(x, from, from+len(x)); err != nil {
			t.Fatal(err)
		}
		for i, v := range x {
			if v != float64(from+i) {
				t.Errorf("row %d is %v", from+i, v)
			}
		}
	}
	s, err := column(t, f, "note").Strings()
	if err != nil || s[csvBlock] != fmt.Sprintf("line\n%d", csvBlock) {
		t.Errorf("%q, %v", s[csvBlock], err)
	}
}

// pandas writes random numbers with their shortest digits, and they come back bit for bit.
func TestAgainstPandas(t *testing.T) {
	python := need.Modules(t, "pandas", "numpy")
	dir := t.TempDir()
	cmd := exec.Command(python, "-c", `
import json, numpy as np, pandas as pd
rng = np.random.default_rng(3)
x = np.frombuffer(rng.bytes(8 * 3000), '<f8').copy()
x[rng.random(3000) < 0.1] = np.nan
y = rng.integers(-2**53, 2**53, 3000)
s = np.array(['M1', 'a,b', 'quote "', None, 'new\nline'], dtype=object)[rng.integers(0, 5, 3000)]
d = pd.DataFrame({'x': x, 'y': y, 's': s, 'b': rng.random(3000) < 0.5})
d.to_csv('t.csv', index=False)
d.to_csv('t.tsv', sep='\t', na_rep='NA')
json.dump({'x': [v.hex() for v in x], 'y': y.tolist(), 's': [v or '' for v in s], 'b': d.b.astype(int).tolist()}, open('t.json', 'w'))
`)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "t.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		X, S []string
		Y, B []float64
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	var x []float64
	for _, s := range want.X {
		v, err := strconv.ParseFloat(strings.Replace(s, "nan", "NaN", 1), 64)
		if err != nil {
			t.Fatal(err)
		}
		x = append(x, v)
	}
	for _, name := range []string{"t.csv", "t.tsv"} {
		f := open(t, filepath.Join(dir, name))
		for column, want := range map[string][]float64{"x": x, "y": want.Y, "b": want.B} {
			c, err := f.Column(column)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := c.Float64s(); err != nil || hexOf(got) != hexOf(want) {
				t.Errorf("%s: %s differs: %v", name, column, err)
			}
		}
		if s, err := column(t, f, "s").Strings(); err != nil || !slices.Equal(s, want.S) {
			t.Errorf("%s: s differs: %v", name, err)
		}
	}
}

// A file that changes between the reading of its types and of its values is an error.
func TestCSVChanged(t *testing.T) {
	text := []byte("x\n1\n2\n")
	f, err := NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	text[4] = 'a'
	_, err = column(t, f, "x").Float64s()
	if err == nil || !strings.Contains(err.Error(), "column 'x': line 3: damaged: 'a' is no number") {
		t.Errorf("error %v", err)
	}
}

// TestCSVDecimalCommas: numbers as much of Europe writes them are told, where all of them would be text. One such text is text.
func TestCSVDecimalCommas(t *testing.T) {
	open := func(text string) error {
		_, err := NewReader(strings.NewReader(text), int64(len(text)))
		return err
	}
	err := open("x;y;label\n1,5;-2,25;a\n2;3,5e-1;b\n")
	if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "line 2: '1,5': ") {
		t.Errorf("decimal commas: %v", err)
	}
	err = open("count;n;x;y\n1;2;0,5;-2,25\n") // whole numbers have no comma
	if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "line 2: '0,5': ") {
		t.Errorf("decimal commas beside counts: %v", err)
	}
	if err := open("x;y;label\n1.5;-2.25;1,5\n"); err != nil {
		t.Errorf("one text: %v", err)
	}
}

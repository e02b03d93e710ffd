package loaders

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oblique/loaders/matfile"
	"oblique/loaders/npz"
)

// TestOther: what is no supported file is said to be what it is, in one line.
func TestOther(t *testing.T) {
	dir := t.TempDir()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	if _, err := z.Create("[Content_Types].xml"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ content, want string }{
		"data.npz":   {"time,x,y\n0,1,2,3\n", "comma-separated"},
		"data.mat":   {"a\tb\n1\n2\n\"", "tab-separated"},
		"data.json":  {"{\"a\": 1}", "JSON"},
		"page.mat":   {"<!DOCTYPE html>\n<html>", "web page"},
		"lfs.mat":    {"version https://git-lfs.github.com/spec/v1\noid sha256:…", "Git LFS"},
		"words.npy":  {"rates and spikes", "looks like text"},
		"empty.npz":  {"", "empty"},
		"data.pkl":   {"\x80\x04\x95\x00\x00", "pickle"},
		"data.gz":    {"\x1f\x8b\x08\x00", "gzip"},
		"book.xlsx":  {archive.String(), "without NumPy arrays"},
		"noise.mat":  {"\xff\xfd\x00\x01\x02\x03\x04\x05", `unknown, begins with "\xff`},
		"utf16.csv":  {"\xff\xfen\x000\x00,\x00", "UTF-16"},
		"latin.csv":  {"zeit,gr\xf6\xdfe\n0,1\n", "not UTF-8"},
		"remark.txt": {"# made by hand\n1 2\n", "looks like text"},
		"zeros.mat":  {strings.Repeat("\x00", 200), "unknown"},
		"newer.mat":  {strings.Repeat("MATLAB 7.3 MAT-file ", 10), "looks like text"},
		"cut\n.text": {strings.Repeat("ä", headBytes), "looks like text"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path, Options{})
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.want) || strings.Contains(strings.ReplaceAll(err.Error(), path, ""), "\n") {
			t.Errorf("%s: error %v, want ErrFormat and %q in one line", name, err, c.want)
		}
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "folder") {
		t.Errorf("folder: error %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
}

// TestUnreadable: an array that cannot be read is listed, and its error is that of the format.
func TestUnreadable(t *testing.T) {
	path := writeMAT(t, matfile.NewComplex("rates", []int{1, 2}, []float64{1, 2}, []float64{3, 4}))
	if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), "rates [1×2] (complex double, not readable)") {
		t.Errorf("error %v, want the array listed", err)
	}
	if _, err := Open(path, Options{Rates: []string{"rates"}}); err == nil || !strings.Contains(err.Error(), "complex") {
		t.Errorf("error %v, want the reason", err)
	}
}

// TestContentNotName: the name of a file says nothing of its format.
func TestContentNotName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rates.mat")
	if err := npz.Write(path, as("rates", marked(5, 2), false), as("Y", marked(5, 1), false)); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Source.Format != "npz" || s.Source.Name != "rates" {
		t.Errorf("source %+v", s.Source)
	}
}

// FuzzOpen: whatever the bytes, there is a session or an error, and the tree can be written.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	small := filepath.Join(dir, "seed.npz")
	if err := npz.Write(small, as("rates", marked(6, 3), false), as("Y", marked(6, 2), false),
		npz.Value{Name: "trial_ids", Data: []int8{0, 0, 0, 1, 1, 1}}, npz.Value{Name: "bin_s", Shape: []int{}, Data: []float64{0.1}}); err != nil {
		f.Fatal(err)
	}
	seed, err := os.ReadFile(small)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte("a,b\n1,2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := NewFile(bytes.NewReader(data), int64(len(data)), "x")
		if err != nil {
			return
		}
		defer file.Close()
		if s, err := Load(file, Options{}); err == nil && s.N() == 0 {
			t.Error("a session without neurons")
		}
		newBranch(file.Root(), "", "", 0, new(int))
	})
}

// TestMATLAB73: an HDF5 file with MATLAB's header is read as MATLAB meant it.
func TestMATLAB73(t *testing.T) {
	f, err := OpenFile(filepath.Join("matfile", "testdata", "scipy73.mat"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := Lookup(f, "D.blocks[2].name")
	if err != nil {
		t.Fatal(err)
	}
	if texts, err := n.Strings(); f.Format() != "MATLAB 7.3" || err != nil || len(texts) != 1 || texts[0] != "block 2" {
		t.Errorf("%s: %q, %v", f.Format(), texts, err)
	}
}

package matfile

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oblique/internal/need"
)

// entry is what testdata/dump.py says of an array.
type entry struct {
	Class        string
	Dims         []int
	Fields, Rows []string
	Re, Im, Int  string
	Sparse       bool
}

// scipyReads returns what scipy reads in files, by file and path.
func scipyReads(t *testing.T, files ...string) map[string]map[string]json.RawMessage {
	t.Helper()
	python := need.Modules(t, "numpy", "scipy.io")
	cmd := exec.Command(python, append([]string{"testdata/dump.py"}, files...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]json.RawMessage
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// entries decodes the entries of a file; ok is false where scipy could not read it.
func entries(t *testing.T, raw map[string]json.RawMessage) (want map[string]entry, ok bool) {
	t.Helper()
	if _, failed := raw["error"]; failed {
		return nil, false
	}
	want = map[string]entry{}
	for path, b := range raw {
		var e entry
		if err := json.Unmarshal(b, &e); err != nil {
			t.Fatal(err)
		}
		want[path] = e
	}
	return want, true
}

// compare checks everything in a file, bit for bit.
func compare(t *testing.T, f *File, want map[string]entry) {
	t.Helper()
	seen := 0
	err := f.Walk(func(a *Array) error {
		e, ok := want[a.Path()]
		if !ok {
			t.Errorf("%s: %s is not there for scipy", a.Path(), a)
			return nil
		}
		seen++
		compareArray(t, f, a, e)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if seen != len(want) {
		t.Errorf("%d arrays, scipy has %d", seen, len(want))
	}
}

func compareArray(t *testing.T, f *File, a *Array, e entry) {
	t.Helper()
	if e.Class == "unsupported" {
		if _, err := a.Float64s(); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %s: error %v, want ErrUnsupported", a.Path(), a, err)
		}
		return
	}
	if a.Class.String() != e.Class || !slices.Equal(a.Dims, e.Dims) || a.IsSparse() != e.Sparse {
		t.Errorf("%s: %s, want %s %v", a.Path(), a, e.Class, e.Dims)
		return
	}
	if !slices.Equal(a.Fields(), e.Fields) {
		t.Errorf("%s: fields %v, want %v", a.Path(), a.Fields(), e.Fields)
	}
	if b, err := f.Lookup(a.Path()); err != nil || b.Class != a.Class || !slices.Equal(b.Dims, a.Dims) {
		t.Errorf("Lookup(%q) = %v, %v; want %v", a.Path(), b, err, a)
	}
	if e.Rows != nil {
		rows, err := a.Texts()
		if err != nil || !slices.Equal(rows, e.Rows) {
			t.Errorf("%s: %q, %v; want %q", a.Path(), rows, err, e.Rows)
		}
	}
	if e.Re != "" {
		x, err := a.Real()
		check(t, a, "real part", digest(x), err, e.Re)
	}
	if e.Im != "" {
		x, err := a.Imag()
		check(t, a, "imaginary part", digest(x), err, e.Im)
	}
	switch {
	case e.Int == "":
	case strings.HasPrefix(e.Class, "uint"):
		x, err := a.Uint64s()
		check(t, a, "unsigned integers", digest(x), err, e.Int)
	default:
		x, err := a.Int64s()
		check(t, a, "integers", digest(x), err, e.Int)
	}
}

func check(t *testing.T, a *Array, what, got string, err error, want string) {
	t.Helper()
	if err != nil || got != want {
		t.Errorf("%s: %s: %s differs: %v", a.Path(), a, what, err)
	}
}

// digest is the SHA-256 of numbers, little-endian, 8 bytes each; NaNs as they are.
func digest[T float64 | int64 | uint64](x []T) string {
	h := sha256.New()
	var b [8]byte
	for _, v := range x {
		bits := uint64(v)
		if f, ok := any(v).(float64); ok {
			bits = math.Float64bits(f)
		}
		binary.LittleEndian.PutUint64(b[:], bits)
		h.Write(b[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestRecordings(t *testing.T) {
	dir := need.Shared(t, "data")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.mat"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	compareFiles(t, files)
}

// TestScipyCorpus reads the files that scipy's own tests read, where they are installed: they were
// written by MATLAB 4.2c to 8 on several machines.
func TestScipyCorpus(t *testing.T) {
	python := need.Modules(t, "scipy.io")
	out, err := exec.Command(python, "-c", "import scipy.io.matlab as m; print(m.__path__[0])").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "tests", "data", "*.mat"))
	if len(files) == 0 {
		need.Missing(t, "no test data with scipy")
	}
	compareFiles(t, files)
}

func compareFiles(t *testing.T, files []string) {
	for file, raw := range scipyReads(t, files...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, ok := entries(t, raw)
			f, err := Open(file)
			if !ok {
				if err == nil {
					err = f.Walk(func(a *Array) error { return nil })
				}
				t.Logf("scipy: %s; here: %v", raw["error"], err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			compare(t, f, want)
		})
	}
}

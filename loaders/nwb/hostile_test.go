package nwb

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"oblique/internal/hostile"
	"oblique/loaders/hdf5"
)

// samples are the fixtures.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	for _, name := range []string{"pynwb.nwb", "latest.nwb", "matnwb.nwb", "split/test.nwb", "old.nwb"} {
		b, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = b
	}
	return all
}

// place matches errors that name a path or an address.
var place = regexp.MustCompile(`(/\w|hdf5: /|at 0x|not an HDF5 file|not an NWB 2 file)`)

// reader reads everything that a file says. All allocations count as one.
var reader = hostile.Reader{
	Read:   func(b []byte, done func(error)) { done(readAll(b)) },
	Placed: func(err error) bool { return place.MatchString(err.Error()) },
}

// readAll reads everything that a file says, and returns the first error.
func readAll(b []byte) error {
	h, err := hdf5.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	Is(h)
	f, err := New(h, int64(len(b)))
	if err != nil {
		return err
	}
	first := func(e error) {
		if err == nil {
			err = e
		}
	}
	f.Metadata()
	_, e := f.Session(Options{NoBehavior: true})
	first(e)
	tables, e := f.Tables()
	first(e)
	units, e := f.Units()
	first(e)
	if units != nil {
		tables = append(tables, units.Table)
		for i := range min(units.Rows, 20) {
			if units.times != nil {
				_, e = units.Spikes(i)
				first(e)
			}
		}
	}
	for _, t := range tables {
		for _, c := range t.Columns {
			c.Texts() // some are none
			if c.Numeric() && !c.Ragged {
				_, e = c.Float64s()
				first(e)
			}
		}
	}
	series, e := f.Series()
	first(e)
	for _, s := range series {
		first(s.Err)
		if s.Err != nil {
			continue
		}
		from, to, e := s.Window(2, 3)
		first(e)
		if e == nil {
			_, e = s.Read(from, to)
			first(e)
		}
	}
	return err
}

// print writes a session out, for comparison.
func print(t *testing.T, b []byte) string {
	s, err := inMemory(t, b).Session(Options{NoBehavior: true})
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(s.Units, *s.Trials, s.Notes)
	for _, g := range s.Signals {
		text += fmt.Sprint(g.Name, g.Times, *g.Values)
	}
	return text
}

// TestTruncated cuts files at every percent: what is missing is an error, unless it is room at the end that
// nothing was written to.
func TestTruncated(t *testing.T) {
	for name, b := range samples(t) {
		if name == "old.nwb" {
			continue
		}
		if err := readAll(b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		reader.Cut(t, name, b, func(percent int, errs []error) {
			if cut := b[:len(b)*percent/100]; errs == nil && (percent < 90 || print(t, cut) != print(t, b)) {
				t.Errorf("%s cut to %d%%: no error", name, percent)
			}
		})
	}
}

// TestFlips damages files as current and earlier writers make them.
func TestFlips(t *testing.T) {
	all := samples(t)
	delete(all, "old.nwb")
	reader.Flip(t, "NWB", hostile.Flips(), slices.Collect(maps.Values(all))...)
}

// FuzzNWB reads everything that any file says.
func FuzzNWB(f *testing.F) {
	for _, b := range samples(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { reader.Check(t, "fuzzed", b) })
}

package nwb

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

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
	h, err := hdf5.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(h, int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.Session(Options{NoBehavior: true})
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
		for percent := range 100 {
			cut := b[:len(b)*percent/100]
			if err := readAll(cut); err == nil && (percent < 90 || print(t, cut) != print(t, b)) {
				t.Errorf("%s cut to %d%%: no error", name, percent)
			}
		}
	}
}

// TestFlips: files with one to four damaged bytes are read without a panic, soon, and within the memory that
// they justify: 64 MB and four times the size at any time. What is allocated in all, which is what is
// measured, may be that for each of the few parts that a file is read in again and again here.
func TestFlips(t *testing.T) {
	all := samples(t)
	names := []string{"pynwb.nwb", "latest.nwb", "matnwb.nwb", "split/test.nwb"}
	flips := 10000
	if testing.Short() {
		flips = 1000
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var before, after runtime.MemStats
	for i := range flips {
		whole := all[names[i%len(names)]]
		b := bytes.Clone(whole)
		for range 1 + rng.IntN(4) {
			b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
		}
		start := time.Now()
		runtime.ReadMemStats(&before)
		readAll(b)
		runtime.ReadMemStats(&after)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("flip %d of %s: %v", i, names[i%len(names)], d)
		}
		if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(64<<20+4*len(b)); got > limit {
			t.Errorf("flip %d of %s: %d bytes allocated, the limit is %d", i, names[i%len(names)], got, limit)
		}
	}
}

// FuzzNWB reads everything that any file says.
func FuzzNWB(f *testing.F) {
	for _, b := range samples(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		readAll(b)
	})
}

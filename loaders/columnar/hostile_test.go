package columnar

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"oblique/internal/claim"
)

// try reads everything there is, and only wants to come back without having taken much memory.
func try(t testing.TB, file []byte) {
	f, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		if !strings.HasPrefix(err.Error(), "columnar: ") {
			t.Fatalf("error without a place: %v", err)
		}
		return
	}
	if f.Rows() > 1<<17 { // run lengths may say so in a few bytes, and then it is so
		return
	}
	for i, c := range f.Columns() {
		if i == 50 {
			break
		}
		switch c.Class {
		case Numbers:
			x, err := c.Float64s()
			if err == nil && len(x) != f.Rows() {
				t.Fatalf("%s: %d numbers", c, len(x))
			}
		case Lists:
			offsets, values, err := c.Lists()
			if err == nil && (len(offsets) != f.Rows()+1 || offsets[f.Rows()] != len(values)) {
				t.Fatalf("%s: %d offsets, the last %d, for %d values", c, len(offsets), offsets[len(offsets)-1], len(values))
			}
		case Text:
			s, err := c.Strings()
			if err == nil && len(s) != f.Rows() {
				t.Fatalf("%s: %d strings", c, len(s))
			}
		case Opaque:
			if c.Err() == nil {
				t.Fatalf("%s: no reason", c)
			}
		}
	}
}

// within fails if a call takes long or much memory in total: a file of a few kilobytes justifies neither.
func within(t testing.TB, file []byte) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	try(t, file)
	runtime.ReadMemStats(&after)
	if took := time.Since(start); took > 5*time.Second {
		t.Fatalf("took %v", took)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 2*claim.Free { // of everything, garbage included
		t.Fatalf("%d bytes allocated for a file of %d", used, len(file))
	}
}

// samples are small fixtures of every format.
func samples(t testing.TB) map[string][]byte {
	files := make(map[string][]byte)
	for _, name := range []string{
		"rust-delta.parquet", "rust-deltabytes.parquet", "rust-zstd-v2.parquet", "hyparquet.parquet", "polars-snappy.parquet",
		"js-dictionary.arrow", "js-dictionary.arrows", "polars-lz4.arrow", "polars-zstd.arrows", "polars.csv",
	} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
	}
	files["mixed.tsv"] = []byte("a\tb\tc\n1\ttrue\t\"x\ty\"\n\tfalse\t\"say \"\"no\"\"\"\nNA\ttrue\t\n")
	return files
}

// A Parquet or Arrow file cut short anywhere is an error; a stream may end after any of its batches, and
// text anywhere.
func TestTruncation(t *testing.T) {
	for name, file := range samples(t) {
		for percent := range 100 {
			cut := file[:len(file)*percent/100]
			_, err := NewReader(bytes.NewReader(cut), int64(len(cut)))
			if ext := filepath.Ext(name); err == nil && (ext == ".parquet" || ext == ".arrow") {
				t.Errorf("%s cut to %d%% opens", name, percent)
			}
			within(t, cut)
		}
	}
}

// Random bytes in random places: 1 000 times per file, 10 000 where everything is required.
func TestFlips(t *testing.T) {
	flips := 1000
	if os.Getenv("REGIME_REQUIRE") != "" {
		flips = 10_000
	}
	files := samples(t)
	rng := rand.New(rand.NewPCG(5, 6))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := files[name]
		for range flips {
			flipped := slices.Clone(file)
			for range 1 + rng.IntN(3) {
				flipped[rng.IntN(len(file))] = byte(rng.Uint32())
			}
			try(t, flipped)
		}
	}
}

func fuzz(f *testing.F, ext ...string) {
	for name, file := range samples(f) {
		if slices.Contains(ext, filepath.Ext(name)) {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) { within(t, file) })
}

func FuzzParquet(f *testing.F) { fuzz(f, ".parquet") }

func FuzzArrow(f *testing.F) { fuzz(f, ".arrow", ".arrows") }

func FuzzCSV(f *testing.F) { fuzz(f, ".csv", ".tsv") }

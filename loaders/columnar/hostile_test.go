package columnar

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"oblique/internal/hostile"
)

// place matches errors that name a byte, a row or a column.
var place = regexp.MustCompile(`^columnar: .*(byte \d|row \d|row group \d|line \d|at \d|batch \d|message at|column '|the footer|the schema|bytes are no (Parquet|Arrow) file)`)

// reader reads everything there is, a column after another.
var reader = hostile.Reader{
	Read:   readAll,
	Placed: func(err error) bool { return place.MatchString(err.Error()) },
}

func readAll(file []byte, done func(error)) {
	f, err := NewReader(bytes.NewReader(file), int64(len(file)))
	done(err)
	if err != nil {
		return
	}
	for i, c := range f.Columns() {
		if i == 50 {
			break
		}
		var n int
		switch c.Class {
		case Numbers:
			var x []float64
			x, err = c.Float64s()
			n = len(x)
		case Lists:
			var offsets []int
			offsets, _, err = c.Lists()
			n = len(offsets) - 1
		case Text:
			var s []string
			s, err = c.Strings()
			n = len(s)
		case Opaque:
			err, n = nil, f.Rows()
			if c.Err() == nil {
				panic(c.String() + ": no reason")
			}
		}
		if err == nil && n != f.Rows() {
			panic(fmt.Sprintf("%s: %d rows", c, n))
		}
		done(err)
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
		reader.Cut(t, name, file, func(percent int, errs []error) {
			if ext := filepath.Ext(name); errs == nil && (ext == ".parquet" || ext == ".arrow") {
				t.Errorf("%s cut to %d%% is read", name, percent)
			}
		})
	}
}

// TestFlips damages files of each format, each so often.
func TestFlips(t *testing.T) {
	files := make(map[string][][]byte)
	for name, file := range samples(t) {
		files[filepath.Ext(name)] = append(files[filepath.Ext(name)], file)
	}
	for format, files := range files {
		reader.Flip(t, format, hostile.Flips(), files...)
	}
}

func fuzz(f *testing.F, ext ...string) {
	for name, file := range samples(f) {
		if slices.Contains(ext, filepath.Ext(name)) {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) { reader.Check(t, "fuzzed", file) })
}

func FuzzParquet(f *testing.F) { fuzz(f, ".parquet") }

func FuzzArrow(f *testing.F) { fuzz(f, ".arrow", ".arrows") }

func FuzzCSV(f *testing.F) { fuzz(f, ".csv", ".tsv") }

package columnar

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// What was written into one column: see testdata/gen.mjs.
type expectation struct {
	Float64 *string
	Text    []string
	Ends    []int
	Valid   string
}

type expectations struct {
	Rows  int
	Sets  map[string]map[string]expectation
	Files map[string]struct {
		Set     string
		Columns []string
	}
}

func readExpectations(t *testing.T) expectations {
	t.Helper()
	text, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var e expectations
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func column(t testing.TB, f *File, name string) *Column {
	t.Helper()
	c, err := f.Column(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hexOf is the little-endian bytes of x, with one NaN for all.
func hexOf(x []float64) string {
	var b []byte
	for _, v := range x {
		if math.IsNaN(v) {
			v = math.Float64frombits(0x7ff8000000000000)
		}
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return hex.EncodeToString(b)
}

// Every column of every fixture, which four independent writers made, is bit for bit what was written.
func TestAgainstWriters(t *testing.T) {
	e := readExpectations(t)
	for path, want := range e.Files {
		f := open(t, filepath.Join("testdata", path))
		if f.Rows() != e.Rows || len(f.Columns()) != len(want.Columns) {
			t.Errorf("%s: %d rows of %d columns, want %d of %d", path, f.Rows(), len(f.Columns()), e.Rows, len(want.Columns))
		}
		for _, name := range want.Columns {
			c, err := f.Column(name)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if err := check(c, e.Sets[want.Set][name]); err != nil {
				t.Errorf("%s: %s %s: %v", path, name, c.Type, err)
			}
		}
	}
}

func check(c *Column, want expectation) error {
	valid, err := c.Valid()
	if err != nil {
		return err
	}
	nulls := 0
	for i, ok := range valid {
		if ok != (want.Valid[i] == '1') {
			return fmt.Errorf("row %d: valid is %v", i, ok)
		}
		if !ok {
			nulls++
		}
	}
	if c.Nulls >= 0 && c.Nulls != nulls {
		return fmt.Errorf("declares %d missing, has %d", c.Nulls, nulls)
	}
	switch {
	case want.Text != nil:
		s, err := c.Strings()
		if err == nil && !slices.Equal(s, want.Text) {
			err = fmt.Errorf("is %q, want %q", s[:5], want.Text[:5])
		}
		return err
	case want.Ends != nil:
		offsets, values, err := c.Lists()
		if err != nil {
			return err
		}
		if !slices.Equal(offsets[1:], want.Ends) || offsets[0] != 0 {
			return fmt.Errorf("lists end at %v, want %v", offsets[1:5], want.Ends[:4])
		}
		return same(values, *want.Float64)
	}
	x, err := c.Float64s()
	if err != nil {
		return err
	}
	if err := same(x, *want.Float64); err != nil {
		return err
	}
	return checkRanges(c, x)
}

func same(x []float64, want string) error {
	got := hexOf(x)
	for i := range x {
		if got[16*i:16*i+16] != want[16*i:16*i+16] {
			b, err := hex.DecodeString(want[16*i : 16*i+16])
			return fmt.Errorf("value %d is %v, want %v (%v)", i, x[i], math.Float64frombits(binary.LittleEndian.Uint64(b)), err)
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d values, want %d", len(x), len(want)/16)
	}
	return nil
}

// checkRanges reads ranges that follow one another, and ranges that go back.
func checkRanges(c *Column, want []float64) error {
	n := len(want)
	var ranges [][2]int
	for from := 0; from < n; from += 37 {
		ranges = append(ranges, [2]int{from, min(from+37, n)})
	}
	ranges = append(ranges, [2]int{n / 2, n}, [2]int{0, 1}, [2]int{n - 1, n}, [2]int{n / 3, n / 3}, [2]int{105, 125})
	for _, r := range ranges {
		got := make([]float64, r[1]-r[0])
		if err := c.ReadRows(got, r[0], r[1]); err != nil {
			return err
		}
		if hexOf(got) != hexOf(want[r[0]:r[1]]) {
			return fmt.Errorf("rows %d to %d: %v, want %v", r[0], r[1], got, want[r[0]:r[1]])
		}
	}
	return nil
}

// A matrix of several columns is what its columns are, in ranges across the row groups.
func TestMatrix(t *testing.T) {
	for _, path := range []string{"rust-zstd-v2.parquet", "js.arrow", "js.arrows", "polars-lz4.arrow", "polars.csv"} {
		f := open(t, filepath.Join("testdata", path))
		var columns []*Column
		for _, c := range f.Columns() {
			if c.Class == Numbers {
				columns = append(columns, c)
			}
		}
		if len(columns) < 3 {
			t.Fatalf("%s: %d columns", path, len(columns))
		}
		var got []float64
		for from := 0; from < f.Rows(); from += 70 {
			to := min(from+70, f.Rows())
			part := make([]float64, (to-from)*len(columns))
			if err := f.ReadRows(part, columns, from, to); err != nil {
				t.Fatal(err)
			}
			got = append(got, part...)
		}
		for j, c := range columns {
			x, err := c.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range x {
				if g := got[i*len(columns)+j]; g != v && !(math.IsNaN(g) && math.IsNaN(v)) {
					t.Fatalf("%s: %s row %d: %v, want %v", path, c.Name, i, g, v)
				}
			}
		}
	}
}

// Lists in ranges are the lists as a whole.
func TestListRanges(t *testing.T) {
	for _, path := range []string{"rust-plain.parquet", "polars-zstd.parquet", "js.arrow", "polars-zstd.arrows"} {
		c := column(t, open(t, filepath.Join("testdata", path)), "gaps")
		offsets, values, err := c.Lists()
		if err != nil {
			t.Fatal(err)
		}
		for from := 0; from < c.Rows(); from += 41 {
			to := min(from+41, c.Rows())
			o, v, err := c.ReadLists(from, to)
			if err != nil {
				t.Fatal(err)
			}
			if hexOf(v) != hexOf(values[offsets[from]:offsets[to]]) {
				t.Errorf("%s: rows %d to %d: %v", path, from, to, v)
			}
			for i := range o {
				if o[i] != offsets[from+i]-offsets[from] {
					t.Fatalf("%s: offset %d: %d", path, from+i, o[i])
				}
			}
		}
	}
}

func TestConcurrent(t *testing.T) {
	for _, path := range []string{"rust-brotli.parquet", "js.arrow", "polars.csv"} {
		f := open(t, filepath.Join("testdata", path))
		c := column(t, f, "some")
		want, err := c.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := checkRanges(c, want); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			})
		}
		wg.Wait()
	}
}

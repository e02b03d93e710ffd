package hdf5

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func dataset(t *testing.T, fixture, path string) *Dataset {
	t.Helper()
	d, err := openFixture(t, fixture).Dataset(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Rows that are not there are a caller's data gone wrong, an index beyond its column: an error.
func TestRowErrors(t *testing.T) {
	for _, path := range []string{"contiguous", "deflate", "unwritten_chunks", "empty"} {
		d := dataset(t, "layouts_latest", path)
		for _, r := range [][2]int{{-1, 1}, {0, d.Rows() + 1}, {d.Rows() + 1, 0}, {1, -1}, {1, 1 << 62}} {
			if r[1] > 1<<40 || r[1] < 0 {
				r[1] = min(r[1], 1<<40)
			}
			dst := make([]float64, 0)
			err := d.ReadFloat64(dst, r[0], r[1])
			if err == nil || !strings.Contains(err.Error(), "hdf5: /"+path+": no rows") {
				t.Errorf("%s %v: %v", path, r, err)
			}
		}
	}
}

func TestWrongLengthPanics(t *testing.T) {
	d := dataset(t, "layouts_latest", "contiguous")
	for name, read := range map[string]func(){
		"ReadFloat64": func() { _ = d.ReadFloat64(make([]float64, 10), 0, 1) },
		"ReadRaw":     func() { _ = d.ReadRaw(make([]byte, 10), 0, 1) },
		"Slab":        func() { _, _ = d.Slab([]int{0}, []int{1}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			read()
		}()
	}
}

func TestWrongType(t *testing.T) {
	f := openFixture(t, "types_latest")
	for path, c := range map[string]struct {
		read func(a *Array) error
		want string
	}{
		"string/vlen":  {func(a *Array) error { _, err := a.Float64s(); return err }, "is string, not a number"},
		"float/le_f4":  {func(a *Array) error { _, err := a.Int64s(); return err }, "is float32, not an integer"},
		"int/be_u2":    {func(a *Array) error { _, err := a.Strings(); return err }, "is uint16 big-endian, not strings"},
		"int/le_u8":    {func(a *Array) error { _, err := a.Int64s(); return err }, "18446744073709551615 is beyond int64"},
		"bool":         {func(a *Array) error { _, err := a.References(); return err }, "is bool, not references"},
		"enum":         {func(a *Array) error { _, err := a.Sequences(); return err }, "is enum int16, not sequences"},
		"array":        {func(a *Array) error { _, err := a.Field("x"); return err }, `is int16, which has no member "x"`},
		"odd_integer":  {func(a *Array) error { _, err := a.Float64s(); return err }, "12 bits from bit 0 of 4 bytes: unsupported"},
		"float/scalar": {func(a *Array) error { _, err := a.Text(); return err }, "is float64, not strings"},
		"vlen":         {func(a *Array) error { _, err := a.Float64(); return err }, "[]uint16 [3] has 3 elements, not one"},
	} {
		d, err := f.Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.read(d.Array); err == nil || !strings.HasPrefix(err.Error(), "hdf5: /"+path+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v instead of %q", path, err, c.want)
		}
	}
	d := dataset(t, "types_latest", "compound/nested")
	if _, err := d.Field("y"); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "there are: id, x, n, in") {
		t.Error(err)
	}
}

// Writers differ in whether one value is a scalar or an array of one.
func TestOnly(t *testing.T) {
	f := openFixture(t, "matlab")
	x, err := f.Dataset("x")
	if err != nil {
		t.Fatal(err)
	}
	class, err := x.Attr("MATLAB_class")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := class.Text(); err != nil || text != "double" {
		t.Errorf("%q, %v", text, err)
	}
	rate, err := f.Dataset("s/rate") // [1 1]
	if err != nil {
		t.Fatal(err)
	}
	if v, err := rate.Float64(); err != nil || v != 45 {
		t.Errorf("%v, %v", v, err)
	}
	none, err := f.Dataset("none")
	if err != nil {
		t.Fatal(err)
	}
	empty, err := none.Attr("MATLAB_empty")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := empty.Int64(); err != nil || v != 1 {
		t.Errorf("%v, %v", v, err)
	}
}

// A struct of MATLAB lists its fields as sequences of one-byte strings, and a cell array is references.
func TestMATLAB(t *testing.T) {
	f := openFixture(t, "matlab")
	s, err := f.Group("s")
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Attr("MATLAB_fields")
	if err != nil {
		t.Fatal(err)
	}
	fields, err := a.Sequences()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, field := range fields {
		letters, err := field.Strings()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, strings.Join(letters, ""))
	}
	if want := []string{"rate", "t0"}; !slices.Equal(names, want) {
		t.Errorf("%q instead of %q", names, want)
	}
	cells, err := f.Dataset("cells")
	if err != nil {
		t.Fatal(err)
	}
	refs, err := cells.References()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range refs {
		o, err := f.Deref(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.(*Dataset).Shape(); !slices.Equal(got, []int{i + 1, 1}) || !strings.HasPrefix(o.Path(), "#0x") {
			t.Errorf("cell %d: %v at %s", i, got, o.Path())
		}
	}
}

// An array larger than the file can justify is read by rows or not at all.
func TestAllIsBounded(t *testing.T) {
	f := openFixture(t, "layouts_latest")
	d, err := f.Dataset("unwritten")
	if err != nil {
		t.Fatal(err)
	}
	large := *d.Array
	large.shape = []uint64{1 << 40}
	large.view = box{[]uint64{0}, large.shape}
	if _, err := large.Float64s(); err == nil || !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	got := make([]float64, 3)
	if err := large.ReadFloat64(got, 1<<39, 3); err != nil || !slices.Equal(got, []float64{2.5, 2.5, 2.5}) {
		t.Errorf("%v, %v", got, err)
	}
}

// The result does not depend on how rows are asked for, nor on what the cache holds.
func TestRowRanges(t *testing.T) {
	for _, path := range []string{"contiguous", "deflate", "grows_both_deflate", "holes_deflate"} {
		d := dataset(t, "layouts_latest", path)
		all, err := d.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		for step := 1; step <= d.Rows(); step++ {
			var got []float64
			for start := 0; start < d.Rows(); start += step {
				n := min(step, d.Rows()-start)
				dst := make([]float64, n*d.RowLen())
				if err := d.ReadFloat64(dst, start, n); err != nil {
					t.Fatal(err)
				}
				got = append(got, dst...)
			}
			if fmt.Sprint(got) != fmt.Sprint(all) { // NaN is not equal to itself
				t.Fatalf("%s by %d rows differs", path, step)
			}
		}
	}
}

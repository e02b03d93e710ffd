package hdf5

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"oblique/internal/hostile"
)

// reader exercises a file. All allocations count as one.
var reader = hostile.Reader{
	Read: func(data []byte, done func(error)) {
		errs := exercise(data)
		if len(errs) == 0 {
			done(nil)
		}
		for _, err := range errs {
			done(err)
		}
	},
	Placed: func(err error) bool {
		var e *Error
		return errors.As(err, &e) && strings.HasPrefix(err.Error(), "hdf5: ") &&
			(e.Path != "" || e.Structure != "" || errors.Is(err, ErrNotHDF5) || errors.Is(err, ErrNotFound))
	},
}

// exercise opens a file and reads a bounded part of everything in it, as a caller would who asks for a
// thousand rows at a time. It returns the first error of each object.
func exercise(data []byte) []error {
	f, err := NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return []error{err}
	}
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	err = f.Walk(func(_ string, o Object, err error) error {
		note(err)
		if o == nil {
			return nil
		}
		attrs, err := o.Attrs()
		note(err)
		for _, a := range attrs {
			note(exerciseArray(f, a.Array))
		}
		switch o := o.(type) {
		case *Group:
			_, err := o.Children()
			note(err)
		case *Dataset:
			o.Filters()
			note(exerciseArray(f, o.Array))
		}
		return nil
	})
	note(err)
	return errs
}

func exerciseArray(f *File, a *Array) error {
	const elements, bytes = 4096, 4 << 20 // what is taken here is ours, not the reader's
	rows, length := a.Rows(), a.RowLen()
	if length > elements || length*a.Type().Size > bytes {
		return nil
	}
	rows = min(rows, elements/max(1, length), bytes/max(1, length*a.Type().Size))
	// From both ends, in pieces that share chunks.
	for _, start := range []int{0, a.Rows() - rows, max(0, a.Rows()/2-rows)} {
		if err := exerciseRows(f, a, start, min(rows, a.Rows()-start)); err != nil {
			return err
		}
	}
	for _, fd := range a.Type().Fields {
		v, err := a.Field(fd.Name)
		if errors.Is(err, ErrUnsupported) {
			continue
		}
		if err != nil {
			return err
		}
		if err := exerciseArray(f, v); err != nil {
			return err
		}
	}
	return nil
}

func exerciseRows(f *File, a *Array, start, rows int) error {
	n := rows * a.RowLen()
	if err := a.ReadRaw(make([]byte, n*a.Type().Size), start, rows); err != nil {
		return err
	}
	switch t := a.Type(); {
	case t.odd != "":
		return nil
	case t.IsString():
		return a.ReadStrings(make([]string, n), start, rows)
	case t.Class == Vlen:
		s := make([]*Array, n)
		if err := a.ReadSequences(s, start, rows); err != nil {
			return err
		}
		for _, s := range s[:min(n, 16)] {
			if err := exerciseArray(f, s); err != nil {
				return err
			}
		}
	case t.Class == Refer:
		refs := make([]Reference, n)
		if err := a.ReadReferences(refs, start, rows); err != nil {
			return err
		}
		for _, r := range refs[:min(n, 64)] {
			if _, err := f.Deref(r); err != nil && !r.IsNull() {
				return err
			}
		}
	case t.Class == Integer, t.Class == Enum, t.Class == Float:
		if err := a.ReadFloat32(make([]float32, n), start, rows); err != nil {
			return err
		}
		return a.ReadFloat64(make([]float64, n), start, rows)
	}
	return nil
}

func TestTruncated(t *testing.T) {
	for _, path := range fixtures(t) {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		expected := make(map[string]bool) // unsupported filters, dangling links
		for _, err := range exercise(whole) {
			expected[err.Error()] = true
		}
		failed := 0
		reader.Cut(t, path, whole, func(_ int, errs []error) {
			if slices.ContainsFunc(errs, func(err error) bool { return !expected[err.Error()] }) {
				failed++
			}
		})
		// The end of a file may be unused space, but not much of it.
		if failed < 80 {
			t.Errorf("%s: only %d of 100 truncations are noticed", path, failed)
		}
	}
}

func TestTrailingBytes(t *testing.T) {
	for _, path := range fixtures(t) {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := len(exercise(whole))
		if got := len(exercise(append(whole, "trailing bytes"...))); got != want {
			t.Errorf("%s: %d errors instead of %d", path, got, want)
		}
	}
}

// TestFlips damages the small fixtures: those of libver earliest, and those of latest, each so often.
func TestFlips(t *testing.T) {
	files := make(map[string][][]byte)
	for _, path := range fixtures(t) {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		kind := "earliest"
		if strings.Contains(path, "latest") {
			kind = "latest"
		}
		if len(whole) < 40<<10 {
			files[kind] = append(files[kind], whole)
		}
	}
	for kind, files := range files {
		reader.Flip(t, kind, hostile.Flips(), files...)
	}
}

func FuzzOpen(f *testing.F) {
	for _, path := range fixtures(f) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 30<<10 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { reader.Check(t, "fuzzed", data) })
}

package npz

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npy"

	"oblique/internal/need"
)

// values has every type that is written, at its extremes.
func values() []Value {
	return []Value{
		{Name: "f8", Shape: []int{2, 3}, Data: []float64{0, math.Copysign(0, -1), math.Inf(1), math.NaN(), 5e-324, math.MaxFloat64}},
		{Name: "f4", Data: []float32{1.5, math.SmallestNonzeroFloat32, float32(math.Inf(-1))}},
		{Name: "i8", Data: []int64{math.MinInt64, 0, math.MaxInt64}},
		{Name: "int", Data: []int{-1, 1 << 40}},
		{Name: "i4", Data: []int32{math.MinInt32, math.MaxInt32}},
		{Name: "i2", Data: []int16{math.MinInt16, math.MaxInt16}},
		{Name: "i1", Data: []int8{math.MinInt8, math.MaxInt8}},
		{Name: "u8", Data: []uint64{0, math.MaxUint64}},
		{Name: "u4", Data: []uint32{0, math.MaxUint32}},
		{Name: "u2", Data: []uint16{0, math.MaxUint16}},
		{Name: "u1", Shape: []int{1, 1, 2}, Data: []uint8{0, math.MaxUint8}},
		{Name: "b1", Data: []bool{true, false, true}},
		{Name: "text", Data: []string{"M1", "", "σ=½ 𝛼"}},
		{Name: "scalar", Shape: []int{}, Data: []float64{45}},
		{Name: "none", Shape: []int{0, 3}, Data: []float64{}},
		{Name: "no text", Data: []string{}},
	}
}

func TestWriteRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.npz")
	if err := Write(path, values()...); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	for i, v := range values() {
		a := f.Arrays()[i]
		if a.Name != v.Name || v.Shape != nil && !slices.Equal(a.Shape, v.Shape) {
			t.Errorf("%s, want %s %v", a, v.Name, v.Shape)
		}
		if want, ok := v.Data.([]string); ok {
			if got, err := a.Strings(); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %q, %v", a, got, err)
			}
			continue
		}
		x, err := a.Float64s()
		if err != nil {
			t.Error(err)
		}
		if want, ok := v.Data.([]float64); ok && bits(x) != bits(want) {
			t.Errorf("%s: %v, want %v", a, x, want)
		}
	}
	if left, err := filepath.Glob(path + ".*"); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// NumPy reads what is written: dtype, shape and every value, integers of 64 bits included.
func TestNumPyReads(t *testing.T) {
	python := need.Modules(t, "numpy")
	path := filepath.Join(t.TempDir(), "out.npz")
	if err := Write(path, values()...); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", `
import json, sys, numpy as np
f = np.load(sys.argv[1])
print(json.dumps({k: [f[k].dtype.str, list(f[k].shape), [str(v) for v in f[k].ravel().tolist()]] for k in f.files}, separators=(',', ':'), ensure_ascii=False))
`, path).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"f8":      `["<f8",[2,3],["0.0","-0.0","inf","nan","5e-324","1.7976931348623157e+308"]]`,
		"f4":      `["<f4",[3],["1.5","1.401298464324817e-45","-inf"]]`,
		"i8":      `["<i8",[3],["-9223372036854775808","0","9223372036854775807"]]`,
		"int":     `["<i8",[2],["-1","1099511627776"]]`,
		"i4":      `["<i4",[2],["-2147483648","2147483647"]]`,
		"i2":      `["<i2",[2],["-32768","32767"]]`,
		"i1":      `["|i1",[2],["-128","127"]]`,
		"u8":      `["<u8",[2],["0","18446744073709551615"]]`,
		"u4":      `["<u4",[2],["0","4294967295"]]`,
		"u2":      `["<u2",[2],["0","65535"]]`,
		"u1":      `["|u1",[1,1,2],["0","255"]]`,
		"b1":      `["|b1",[3],["True","False","True"]]`,
		"text":    `["<U5",[3],["M1","","σ=½ 𝛼"]]`,
		"scalar":  `["<f8",[],["45.0"]]`,
		"none":    `["<f8",[0,3],[]]`,
		"no text": `["<U1",[0],[]]`,
	} {
		if string(got[name]) != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if len(got) != len(values()) {
		t.Errorf("%d arrays, want %d", len(got), len(values()))
	}
}

func dtype(t *testing.T, descr string) DType {
	t.Helper()
	dt, err := ParseDType(descr)
	if err != nil {
		t.Fatal(err)
	}
	return dt
}

// npyio, which shares no code with the header and the conversion here, reads them too.
func TestNpyioReads(t *testing.T) {
	file := appendHeader(nil, dtype(t, "<f8"), []int{2, 1})
	if len(file)%64 != 0 {
		t.Errorf("data begin at %d", len(file))
	}
	file = append(file, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x40)
	r, err := npy.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var x []float64
	if err := r.Read(&x); err != nil || !slices.Equal(x, []float64{1, 2}) {
		t.Errorf("%v, %v", x, err)
	}
	h, err := readHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if h.String() != r.Header.String() {
		t.Errorf("header %v, npyio's %v", h.Header, r.Header)
	}
}

// The same arrays, whole or in pieces, give the same bytes.
func TestDeterministic(t *testing.T) {
	dir := t.TempDir()
	whole, pieces := filepath.Join(dir, "whole.npz"), filepath.Join(dir, "pieces.npz")
	x := make([]float64, 30000)
	s := []string{"a", "bb", "ccc"}
	for i := range x {
		x[i] = math.Sqrt(float64(i))
	}
	if err := Write(whole, Value{Name: "x", Shape: []int{10000, 3}, Data: x}, Value{Name: "s", Data: s}); err != nil {
		t.Fatal(err)
	}
	err := WriteWith(pieces, func(w *Writer) error {
		a, err := w.Create("x", dtype(t, "<f8"), []int{10000, 3})
		if err != nil {
			return err
		}
		for part := range slices.Chunk(x, 777) {
			if err := a.Append(part); err != nil {
				return err
			}
		}
		if a, err = w.Create("s", dtype(t, "<U3"), []int{3}); err != nil {
			return err
		}
		return a.Append(s)
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(pieces)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("the bytes differ")
	}
}

// What cannot be written is an error, and the old file stays.
func TestWriteErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.npz")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		values []Value
		want   string
	}{
		{[]Value{{Name: "x", Data: []complex128{1}}}, "array 'x': []complex128 is not written"},
		{[]Value{{Name: "x", Shape: []int{3}, Data: []float64{1}}}, "1 elements for the shape [3]"},
		{[]Value{{Name: "x", Shape: []int{-1}, Data: []float64{}}}, "no array has the shape [-1]"},
		{[]Value{{Name: "x", Shape: []int{1 << 40, 1 << 40}, Data: []float64{}}}, "too large"},
		{[]Value{{Name: "x", Data: []float64{1}}, {Name: "x", Data: []float64{1}}}, "there is one of this name already"},
		{[]Value{{Name: "x", Data: []string{"a\x00"}}}, "ends with a NUL"},
		{[]Value{{Name: "x", Data: []string{"\xff"}}}, "is not UTF-8"},
	} {
		if err := Write(path, c.values...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	if err := Write(filepath.Join(path, "below.npz")); err == nil {
		t.Error("written below a file")
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "old" {
		t.Errorf("%q, %v", b, err)
	}
	if left, err := filepath.Glob(path + ".*"); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The pieces of an array must be of its type, fit, and be complete.
func TestAppendErrors(t *testing.T) {
	for _, c := range []struct {
		dtype string
		data  []any
		want  string
	}{
		{"<f8", []any{[]float32{1}}, "array 'x': []float32 does not go into dtype <f8"},
		{"<i8", []any{[]uint64{1}}, "[]uint64 does not go into dtype <i8"},
		{"<f8", []any{[]float64{1}, []float64{1, 2}}, "array 'x': 1 elements too many"},
		{"<f8", []any{[]float64{1}}, "array 'x' lacks 1 elements"},
		{"<U1", []any{[]string{"ab"}}, `string "ab" does not fit dtype <U1`},
		{"|S1", []any{[]string{"½"}}, `string "½" does not fit dtype |S1`},
		{">f8", nil, "dtype '>f8' is not written"},
		{"<c16", nil, "complex numbers"},
	} {
		dir := t.TempDir()
		err := WriteWith(filepath.Join(dir, "out.npz"), func(w *Writer) error {
			a, err := w.Create("x", dtype(t, c.dtype), []int{2})
			for _, data := range c.data {
				if err == nil {
					err = a.Append(data)
				}
			}
			return nil // it is an error nevertheless
		})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

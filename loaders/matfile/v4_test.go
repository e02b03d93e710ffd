package matfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

// four encodes a version 4 variable.
func four(big bool, mopt, rows, cols, imag int32, name string, values any) []byte {
	var o interface {
		binary.ByteOrder
		binary.AppendByteOrder
	} = binary.LittleEndian
	if big {
		o = binary.BigEndian
	}
	b, _ := binary.Append(nil, o, []int32{mopt, rows, cols, imag, int32(len(name) + 1)})
	b = append(b, name+"\x00"...)
	b, _ = binary.Append(b, o, values)
	return b
}

func sample4(big bool) []byte {
	m := int32(0)
	if big {
		m = 1000
	}
	return bytes.Join([][]byte{
		four(big, m, 2, 2, 0, "x", []float64{1, 2, 3, 4.5}),
		four(big, m+10, 1, 2, 0, "single", []float32{0.5, -1}),
		four(big, m+20, 1, 2, 0, "int32", []int32{-7, 7}),
		four(big, m+30, 1, 2, 0, "int16", []int16{-7, 7}),
		four(big, m+40, 1, 1, 0, "uint16", []uint16{65535}),
		four(big, m+50, 1, 1, 0, "uint8", []uint8{255}),
		four(big, m, 1, 2, 1, "z", []float64{1, 2, 3, 4}),
		four(big, m+1, 2, 2, 0, "text", []float64{'a', 'c', 'b', 'd'}),
		four(big, m+51, 1, 3, 0, "bytes", []byte("abc")),
		// places (1,1) twice and (3,2), of [3×2]
		four(big, m+2, 4, 3, 0, "sparse", []float64{1, 3, 1, 3, 1, 2, 1, 2, 10, 20, 5, 0}),
		four(big, m+2, 2, 4, 0, "zsparse", []float64{2, 2, 1, 1, 8, 0, 9, 0}),
	}, nil)
}

func TestVersion4(t *testing.T) {
	for _, big := range []bool{false, true} {
		f := read(t, sample4(big))
		if f.Version != 4 {
			t.Errorf("version %d", f.Version)
		}
		for path, want := range map[string][]float64{
			"x": {1, 2, 3, 4.5}, "single": {0.5, -1}, "int32": {-7, 7}, "int16": {-7, 7}, "uint16": {65535}, "uint8": {255},
			"z": {1, 2}, "sparse": {15, 0, 0, 0, 0, 20}, "zsparse": {0, 8},
		} {
			a := lookup(t, f, path)
			if x, err := a.Real(); err != nil || a.Class != Double || !slices.Equal(x, want) {
				t.Errorf("big %v: %s: %s %v, %v; want %v", big, path, a, x, err, want)
			}
		}
		for path, want := range map[string][]float64{"z": {3, 4}, "zsparse": {0, 9}} {
			if x, err := lookup(t, f, path).Imag(); err != nil || !slices.Equal(x, want) {
				t.Errorf("%s: %v, %v", path, x, err)
			}
		}
		for path, want := range map[string][]string{"text": {"ab", "cd"}, "bytes": {"abc"}} {
			if x, err := lookup(t, f, path).Texts(); err != nil || !slices.Equal(x, want) {
				t.Errorf("%s: %q, %v", path, x, err)
			}
		}
		row, col, val, err := lookup(t, f, "sparse").NonZeros()
		if err != nil || !slices.Equal(row, []int{0, 2, 0}) || !slices.Equal(col, []int{0, 1, 0}) || !slices.Equal(val, []float64{10, 20, 5}) {
			t.Errorf("NonZeros = %v, %v, %v, %v", row, col, val, err)
		}
	}
}

func TestVersion4Damage(t *testing.T) {
	for _, test := range []struct {
		b    []byte
		want string
		is   error
	}{
		{four(false, 2000, 1, 1, 0, "x", 1.0), "VAX D-float", ErrUnsupported},
		{four(true, 4000, 1, 1, 0, "x", 1.0), "Cray", ErrUnsupported},
		{four(false, 1000, 1, 1, 0, "x", 1.0), "byte order", nil},
		{four(false, 0, 1, 2, 0, "x", 1.0), "38 bytes declared, 30 left: truncated", ErrTruncated},
		{four(false, 60, 1, 1, 0, "x", 1.0), "type 0060", nil},
		{four(false, 0, -1, 1, 0, "x", 1.0), "size -1×1", nil},
		{four(false, 0, 1<<30, 1<<30, 1, "x", 1.0), "size 1073741824×1073741824", nil},
		{four(false, 2, 1, 3, 0, "x", []float64{1 << 40, 1, 0}), "size of 1099511627776", nil},
		{four(false, 2, 2, 3, 0, "x", []float64{0, 1, 1, 1, 5, 0}), "index 0", nil},
		{four(false, 2, 2, 3, 0, "x", []float64{2, 1, 1, 1, 5, 0}), "index 2 of 2", nil},
		{four(false, 2, 1, 3, 0, "x", []float64{1 << 20, 1 << 20, 0}), "the limit is", ErrTooLarge},
	} {
		_, err := readAll(test.b)
		if err == nil || !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}

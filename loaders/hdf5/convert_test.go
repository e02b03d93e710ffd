package hdf5

import (
	"math"
	"testing"
)

// All 65536 values of binary16, by its definition: (-1)^s × 2^(e-15) × 1.m, and 2^-14 × 0.m where e = 0.
func TestFloat16(t *testing.T) {
	for h := range 1 << 16 {
		e, m := h>>10&31, float64(h&0x3ff)
		want := math.Ldexp(1+m/1024, e-15)
		switch {
		case e == 0:
			want = math.Ldexp(m/1024, -14)
		case e == 31 && m == 0:
			want = math.Inf(1)
		case e == 31:
			want = math.NaN()
		}
		if h>>15 == 1 {
			want = -want
		}
		got := float64(float16(uint16(h)))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != (h>>15 == 1) {
			t.Fatalf("%#04x: %v instead of %v", h, got, want)
		}
	}
}

// Integers of sizes that no processor has.
func TestOddSizes(t *testing.T) {
	for _, size := range []int{3, 5, 6, 7} {
		for _, big := range []bool{false, true} {
			src := make([]byte, 2*size) // -2 and 1
			for i := range size {
				src[i] = 0xff
			}
			if big {
				src[size-1], src[2*size-1] = 0xfe, 1
			} else {
				src[0], src[size] = 0xfe, 1
			}
			convert, err := toInt64(&Type{Class: Integer, Size: size, Signed: true, BigEndian: big})
			if err != nil {
				t.Fatal(err)
			}
			var dst [2]int64
			if err := convert(dst[:], src, size); err != nil || dst != [2]int64{-2, 1} {
				t.Errorf("%d bytes: %v, %v", size, dst, err)
			}
			toF, err := toFloat[float64](&Type{Class: Integer, Size: size, BigEndian: big})
			if err != nil {
				t.Fatal(err)
			}
			var f [2]float64
			if err := toF(f[:], src, size); err != nil || f != [2]float64{math.Ldexp(1, 8*size) - 2, 1} {
				t.Errorf("unsigned, %d bytes: %v, %v", size, f, err)
			}
		}
	}
}

func TestUnpad(t *testing.T) {
	for _, c := range []struct {
		padding Padding
		in, out string
	}{
		{NullTerminated, "ab\x00c", "ab"}, {NullPadded, "ab\x00\x00", "ab"}, {NullPadded, "abcd", "abcd"},
		{SpacePadded, "ab  ", "ab"}, {SpacePadded, "    ", ""}, {NullPadded, "ab  ", "ab  "},
	} {
		if got := (&Type{Class: String, Padding: c.padding}).unpad([]byte(c.in)); got != c.out {
			t.Errorf("%q with padding %d: %q instead of %q", c.in, c.padding, got, c.out)
		}
	}
}

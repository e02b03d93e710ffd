package columnar

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// The example of the specification, 0 to 7 in three bits each, after a run of five fours.
func TestHybrid(t *testing.T) {
	h, err := newHybrid([]byte{5 << 1, 4, 1<<1 | 1, 0x88, 0xc6, 0xfa}, 3)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]uint32, 13)
	for _, part := range [][]uint32{got[:3], got[3:7], got[7:]} { // across the runs
		if err := h.next(part); err != nil {
			t.Fatal(err)
		}
	}
	if want := []uint32{4, 4, 4, 4, 4, 0, 1, 2, 3, 4, 5, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if err := h.next(got[:1]); !errors.Is(err, errDamaged) {
		t.Errorf("beyond the end: %v", err)
	}
}

// Every width comes back from bits set one by one.
func TestUnpack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for width := range 33 {
		want := make([]uint32, 40)
		packed := make([]byte, 5*width)
		for i := range want {
			want[i] = uint32(rng.Uint64() & (1<<width - 1))
			for k := range width {
				bit := i*width + k
				packed[bit/8] |= byte(want[i]>>k&1) << (bit % 8)
			}
		}
		got := make([]uint32, 31)
		unpack(got, packed, 9*width, width)
		if !slices.Equal(got, want[9:]) {
			t.Errorf("width %d: %v, want %v", width, got, want[9:])
		}
	}
}

// The second example of the specification: 7, 5, 3, 1, 2, 3, 4, 5, and bytes that follow.
func TestDeltas(t *testing.T) {
	b := []byte{128, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0, 'x'}
	got, rest, err := deltas(b, 8, 100)
	if err != nil || !slices.Equal(got, []int64{7, 5, 3, 1, 2, 3, 4, 5}) || string(rest) != "x" {
		t.Errorf("%v, %q, %v", got, rest, err)
	}
	for _, damaged := range [][]byte{
		{}, {128, 1, 0, 8, 14}, {128, 1, 4, 9, 14}, {127, 4, 8, 14}, b[:12],
		{128, 1, 4, 8, 14, 3, 65, 0, 0, 0},
	} {
		if _, _, err := deltas(damaged, 8, 100); !errors.Is(err, errDamaged) {
			t.Errorf("%v: %v", damaged, err)
		}
	}
}

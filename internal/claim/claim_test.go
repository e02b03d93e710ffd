package claim

import (
	"math"
	"testing"
)

func TestBounds(t *testing.T) {
	for _, c := range []struct {
		bytes, size        int64
		believed, possible bool
	}{
		{0, 0, true, true},
		{64 << 20, 0, true, true},
		{64<<20 + 1, 0, false, false},
		{64<<20 + 40, 10, true, true},
		{64<<20 + 41, 10, false, true},
		{64<<20 + 10320, 10, false, true},
		{64<<20 + 10321, 10, false, false},
		{-1, 1 << 20, false, false},
		{1, -1, true, true},
		{math.MaxInt64, math.MaxInt64, false, false},
	} {
		if got := Believed(c.bytes, c.size); got != c.believed {
			t.Errorf("Believed(%d, %d) = %v", c.bytes, c.size, got)
		}
		if got := Possible(c.bytes, c.size); got != c.possible {
			t.Errorf("Possible(%d, %d) = %v", c.bytes, c.size, got)
		}
	}
}

package ridge

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestParallelCallsEachOnce(t *testing.T) {
	for _, procs := range []int{1, 2, 8} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for _, n := range []int{0, 1, 2, 7, 1000} {
			calls := make([]atomic.Int32, n)
			if err := Parallel(n, func(i int) error { calls[i].Add(1); return nil }); err != nil {
				t.Fatal(err)
			}
			for i := range calls {
				if c := calls[i].Load(); c != 1 {
					t.Errorf("GOMAXPROCS=%d: %d of %d was called %d times", procs, i, n, c)
				}
			}
		}
	}
}

// The error returned is that of the lowest index of those that failed, and no new work begins after it.
func TestParallelError(t *testing.T) {
	for _, procs := range []int{1, 2, 8} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		var calls atomic.Int32
		bad := errors.New("bad")
		err := Parallel(100000, func(i int) error {
			calls.Add(1)
			if i >= 3 {
				return fmt.Errorf("%d: %w", i, bad)
			}
			return nil
		})
		if !errors.Is(err, bad) || err.Error() != "3: bad" {
			t.Errorf("GOMAXPROCS=%d: error %v, want that of 3", procs, err)
		}
		if c := calls.Load(); c > 1000 {
			t.Errorf("GOMAXPROCS=%d: %d calls after the first failure", procs, c)
		}
	}
}

func TestLanesCoverRows(t *testing.T) {
	for _, rows := range []int{1, 255, 256, 4095, 4096, 100003} {
		seen := make([]atomic.Int32, rows)
		if err := overLanes(rows, func(_, from, to int) error {
			for i := from; i < to; i++ {
				seen[i].Add(1)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for i := range seen {
			if seen[i].Load() != 1 {
				t.Fatalf("%d rows: row %d in %d lanes", rows, i, seen[i].Load())
			}
		}
	}
}

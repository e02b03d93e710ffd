package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 400}, {1 << 20, 400}, {spare / 4, 400}, {spare, 100}, {2 * spare, 50}, {10 * spare, 10}, {1000 * spare, 5}} {
		if got := pace(c.live); got != c.want {
			t.Errorf("%d bytes in use: %d %%, want %d", c.live, got, c.want)
		}
	}
}

// TestKeepLean: while much is in use little garbage is left lying about, and afterwards more again.
func TestKeepLean(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	keepLean()
	large := make([]float64, 4*spare/8)
	settles := func(least, most int) {
		t.Helper()
		got := 0
		for range 100 {
			runtime.GC()
			time.Sleep(5 * time.Millisecond) // finalizers run beside
			got = debug.SetGCPercent(100)
			debug.SetGCPercent(got)
			if got >= least && got <= most {
				return
			}
		}
		t.Errorf("the collector's pace is %d %%, want %d to %d", got, least, most)
	}
	settles(20, 24) // of 4·spare and what else lives
	runtime.KeepAlive(large)
	settles(200, 400) // 400 where less than 4 MB live, which other tests' leavings may exceed
}

// largePages keeps nothing of the memory that it makes the heap grow by.
func TestLargePages(t *testing.T) {
	var was, is runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&was)
	largePages()
	runtime.ReadMemStats(&is)
	if is.HeapAlloc > was.HeapAlloc+16<<20 {
		t.Errorf("%d bytes in use, %d before", is.HeapAlloc, was.HeapAlloc)
	}
}

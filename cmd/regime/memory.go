package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// spare is how much memory may go to what is no longer used before it is collected. Go's own rule, as much again as is
// in use, doubles the memory of a program that holds a large matrix, where to collect is cheap, because matrices hold no
// pointers to follow; and it collects every few megabytes while little is in use, which takes a tenth of a short run.
const spare = 16 << 20

// A lean is garbage itself, collected with the rest, and collects the next time sooner or later.
type lean struct{ _ *lean }

// keepLean adapts the collector's pace to what is in use, after each collection.
func keepLean() {
	debug.SetGCPercent(pace(0))
	runtime.SetFinalizer(new(lean), (*lean).adapt)
}

func (l *lean) adapt() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(pace(live[0].Value.Uint64()))
	runtime.SetFinalizer(l, (*lean).adapt)
}

// pace returns how much garbage there may be for so many bytes in use, in per cent of them. The collector lets the heap
// grow to 4 MB at 100 %, whatever is in use, and in proportion: to the spare memory at the most that is asked for.
func pace(live uint64) int {
	const least, most = 5, 100 * spare / (4 << 20)
	return int(max(least, min(most, 100*spare/max(live, 1))))
}

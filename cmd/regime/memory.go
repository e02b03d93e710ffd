package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// spare is how much memory may go to what is no longer used before it is collected, where more than that is in
// use. Go's own rule, as much again as is in use, doubles the memory of a program that holds a large matrix; and
// to collect is cheap then, because matrices hold no pointers to follow.
const spare = 32 << 20

// A lean is garbage itself, collected with the rest, and collects the next time sooner or later.
type lean struct{ _ *lean }

// keepLean adapts the collector's pace to what is in use, after each collection.
func keepLean() { runtime.SetFinalizer(new(lean), (*lean).adapt) }

func (l *lean) adapt() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(pace(live[0].Value.Uint64()))
	runtime.SetFinalizer(l, (*lean).adapt)
}

// pace returns how much garbage there may be for so many bytes in use, in per cent of them.
func pace(live uint64) int {
	const least, usual = 5, 100
	return int(max(least, min(usual, 100*spare/max(live, 1))))
}

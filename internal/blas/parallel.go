package blas

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// grain is the least number of multiply-adds worth a goroutine.
const grain = 1 << 20

// workersFor returns the number of goroutines for so many multiply-adds.
func workersFor(work int) int {
	return max(1, min(runtime.GOMAXPROCS(0), work/grain))
}

// patience is how long an idle helper, or a caller whose share is done, looks out before it
// sleeps. Waking a sleeping thread takes as long as a product for a batch of 32 does (30 to
// 50 µs), and products come in bursts.
const patience = 200 * time.Microsecond

// A task is the calls f(0) … f(n-1), taken one by one by whoever is free.
type task struct {
	f    func(i int)
	n    int32
	id   uint64
	next atomic.Int32  // the first call not yet taken
	left atomic.Int32  // calls not yet done
	done chan struct{} // closed after the last
}

// run takes calls until none are left.
func (t *task) run() {
	for {
		i := t.next.Add(1) - 1
		if i >= t.n {
			return
		}
		t.f(int(i))
		if t.left.Add(-1) == 0 {
			close(t.done)
		}
	}
}

// helpers are the goroutines beside the callers' own. They are started when first needed, and
// sleep when there is nothing to do.
var helpers struct {
	current  atomic.Pointer[task] // the task under way
	tasks    atomic.Uint64        // tasks so far, to tell a new one from the last
	sleeping atomic.Int32
	wake     chan struct{}

	mu      sync.Mutex
	started int
}

func init() { helpers.wake = make(chan struct{}, 1024) }

// parallel calls f(0) … f(n-1), at most n at a time, and waits for all. Which goroutine makes a
// call, and when, is not defined: f's calls must not depend on each other.
func parallel(n int, f func(i int)) {
	t := &task{f: f, n: int32(n), id: helpers.tasks.Add(1), done: make(chan struct{})}
	t.left.Store(t.n)
	if n == 0 {
		return
	}
	if !helpers.current.CompareAndSwap(nil, t) {
		// The helpers are busy with another caller's task, or this is a call from within one.
		for range n - 1 {
			go t.run()
		}
		t.run()
		<-t.done
		return
	}
	summon(n - 1)
	t.run()
	look(func() bool { return t.left.Load() == 0 })
	<-t.done
	helpers.current.Store(nil)
}

// summon makes sure that n helpers exist, and wakes as many of those that sleep.
func summon(n int) {
	helpers.mu.Lock()
	for ; helpers.started < n; helpers.started++ {
		go help()
	}
	helpers.mu.Unlock()
	for range min(n, int(helpers.sleeping.Load())) {
		select {
		case helpers.wake <- struct{}{}:
		default: // as many wake-up calls are on their way as there can be sleepers
		}
	}
}

// help is the life of a helper.
func help() {
	var last uint64
	for {
		fresh := func() bool {
			t := helpers.current.Load()
			return t != nil && t.id != last
		}
		if !look(fresh) {
			helpers.sleeping.Add(1)
			if !fresh() { // a task set before we were counted among the sleepers
				<-helpers.wake
			}
			helpers.sleeping.Add(-1)
		}
		if t := helpers.current.Load(); t != nil && t.id != last {
			last = t.id
			t.run()
		}
	}
}

// look waits for the condition, within the patience, and reports whether it came true. It lets
// other goroutines go first.
func look(condition func() bool) bool {
	for start := time.Now(); time.Since(start) < patience; runtime.Gosched() {
		for range 50 {
			if condition() {
				return true
			}
		}
	}
	return false
}

// Parallel calls f(lo, hi) for the pieces [lo, hi) of 0 … n−1, at most one for each core and
// none shorter than least, and waits for all. The calls must not depend on each other, and for
// results that do not depend on the number of cores nor may what they compute on the cuts.
func Parallel(n, least int, f func(lo, hi int)) {
	if n == 0 {
		return
	}
	pieces := max(1, min(runtime.GOMAXPROCS(0), n/max(1, least)))
	parallel(pieces, func(i int) { f(cut(n, i, pieces, 1), cut(n, i+1, pieces, 1)) })
}

// cut returns where the i-th of parts pieces of n begins, a multiple of unit.
func cut(n, i, parts, unit int) int {
	if i == parts {
		return n
	}
	return min(roundUp(n*i/parts, unit), n)
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

func sqrt(x float64) float64 { return math.Sqrt(x) }

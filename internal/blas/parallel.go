package blas

import (
	"math"
	"runtime"
	"sync"
)

// grain is the least number of multiply-adds worth a goroutine: about 20 µs of work, several
// times what it costs to wake one.
const grain = 1 << 20

// workersFor returns the number of goroutines for so many multiply-adds.
func workersFor(work int) int {
	return max(1, min(runtime.GOMAXPROCS(0), work/grain))
}

// parallel calls f(0) … f(n-1), each on a goroutine, one of them the caller's, and waits.
func parallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := 1; i < n; i++ {
		wg.Go(func() { f(i) })
	}
	if n > 0 {
		f(0)
	}
	wg.Wait()
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

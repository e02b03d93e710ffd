package ridge

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Parallel calls f(0), …, f(n−1) on all processors and returns the error of the lowest index that failed. What f
// computes must depend on its index alone.
func Parallel(n int, f func(i int) error) error {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	errs := make([]error, n)
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[i] = f(i); errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// maxLanes bounds the number of partial sums. It is a constant, not the number of processors, because the order
// of a sum decides its last digits.
const maxLanes = 16

// lanes returns how many stretches t rows are cut into.
func lanes(t int) int { return max(1, min(maxLanes, t/blockRows)) }

// overLanes cuts t rows into lanes and calls f for each, on all processors.
func overLanes(t int, f func(lane, from, to int) error) error {
	n := lanes(t)
	return Parallel(n, func(i int) error { return f(i, t*i/n, t*(i+1)/n) })
}

package blas

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestParallelCallsOnce: every index once, from several callers at once, nested, and after the
// helpers went to sleep.
func TestParallelCallsOnce(t *testing.T) {
	withProcs(4, func() {
		for round := range 3 {
			var callers sync.WaitGroup
			for range 6 {
				callers.Go(func() {
					for n := range 20 {
						counts := make([]atomic.Int32, n*n)
						parallel(n, func(i int) {
							parallel(n, func(j int) { counts[i*n+j].Add(1) })
						})
						for i := range counts {
							if c := counts[i].Load(); c != 1 {
								t.Errorf("%d calls: call %d was made %d times", n, i, c)
							}
						}
					}
				})
			}
			callers.Wait()
			time.Sleep(time.Duration(round) * 5 * patience)
		}
	})
}

// TestParallelPieces: the pieces cover the range, and none is shorter than the least.
func TestParallelPieces(t *testing.T) {
	withProcs(8, func() {
		for n := range 50 {
			var mu sync.Mutex
			seen := make([]int, n)
			Parallel(n, 7, func(lo, hi int) {
				mu.Lock()
				defer mu.Unlock()
				if hi-lo < min(n, 7) {
					t.Errorf("%d: the piece [%d, %d) is short", n, lo, hi)
				}
				for i := lo; i < hi; i++ {
					seen[i]++
				}
			})
			if slices.Contains(seen, 0) || n > 0 && slices.Max(seen) > 1 {
				t.Errorf("%d: pieces %v", n, seen)
			}
		}
	})
}

// TestGemmFromManyGoroutines: products at the same time do not disturb each other.
func TestGemmFromManyGoroutines(t *testing.T) {
	const n = 150
	a, b, want := make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
	fill(a, 1)
	fill(b, 2)
	GemmSerial('N', 'N', n, n, n, 1, a, n, b, n, 0, want, n)
	withProcs(4, func() {
		var callers sync.WaitGroup
		for range 8 {
			callers.Go(func() {
				c := make([]float64, n*n)
				for range 5 {
					Gemm('N', 'N', n, n, n, 1, a, n, b, n, 0, c, n)
					if !slices.Equal(c, want) {
						t.Error("another result than alone")
					}
				}
			})
		}
		callers.Wait()
	})
}

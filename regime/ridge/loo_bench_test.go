package ridge

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A recording's subsamples as regime scaling has them: T = 3953, N = 87, and 20 penalties, of which 13 are swept.
func BenchmarkLeaveOneOutOfSubsamples(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 1))
	v := newView(b, gaussian(rng, 3953, 87), gaussian(rng, 3953, 2))
	m, err := v.Moments()
	if err != nil {
		b.Fatal(err)
	}
	var tasks []Task
	for range 4 {
		for _, n := range []int{8, 17, 26, 34, 43, 52, 60, 69, 78} {
			cols := rng.Perm(87)[:n]
			slices.Sort(cols)
			sub := m.Columns(cols)
			spectrum, err := sub.Spectrum(n)
			if err != nil {
				b.Fatal(err)
			}
			least := spectrum.Values[n-1]
			tasks = append(tasks, Task{Path: NewPath(sub, spectrum, LogSpace(2.5e-9*least, 2.4*least, 20)), Columns: cols, Ks: []int{n}})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.LeaveOneOut(tasks, 10); err != nil {
			b.Fatal(err)
		}
	}
}

package main

import (
	"runtime"
	"testing"
)

// Processors go to workers first, one each; with fewer cells than processors each cell gets several.
func TestShare(t *testing.T) {
	t.Setenv("SLURM_CPUS_PER_TASK", "")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	for _, c := range []struct{ workers, cpus, cells, wantWorkers, wantCPUs int }{
		{0, 0, 20, 8, 1},
		{0, 0, 2, 2, 4},
		{0, 0, 0, 1, 8},
		{0, 4, 20, 2, 4},
		{3, 0, 20, 3, 2},
		{20, 2, 1, 20, 2},
	} {
		e := engine{workers: c.workers, cpus: c.cpus}
		if workers, cpus := e.share(c.cells); workers != c.wantWorkers || cpus != c.wantCPUs {
			t.Errorf("--workers %d --cpus %d, %d cells: %d workers of %d processors, want %d of %d",
				c.workers, c.cpus, c.cells, workers, cpus, c.wantWorkers, c.wantCPUs)
		}
	}
}

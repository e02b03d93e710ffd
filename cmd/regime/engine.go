package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/internal/batch"
)

// An engine is the flags that say where the cells of a plan run, and how many at a time.
type engine struct {
	name          string
	workers, cpus int
	slurm         batch.SlurmOptions
}

func (o *engine) AddFlags(f *pflag.FlagSet) {
	f.IntVar(&o.workers, "workers", 0, "cells at a time (default: one for each processor)")
	f.IntVar(&o.cpus, "cpus", 0, "processors for each cell (default: all, shared among the workers)")
	f.StringVar(&o.name, "engine", "local", "where cells run: local or slurm")
	f.StringVar(&o.slurm.Partition, "partition", "", "slurm: the partition (default: the cluster's)")
	f.StringVar(&o.slurm.Account, "account", "", "slurm: the account")
	f.StringVar(&o.slurm.Time, "time", "", "slurm: time limit of a task, as sbatch takes it (default: the partition's)")
	f.DurationVar(&o.slurm.Chunk, "task-time", 10*time.Minute, "slurm: how long a task of a job array should take; short cells share one")
	f.DurationVar(&o.slurm.Poll, "poll", 10*time.Second, "slurm: how often to look at the queue")
}

// check refuses flags that do not go together.
func (o *engine) check() error {
	switch {
	case o.workers < 0 || o.cpus < 0:
		return usage("--workers and --cpus: want numbers above 0")
	case o.name != "local" && o.name != "slurm":
		return usage("--engine %q: want local or slurm", o.name)
	case o.slurm.Chunk <= 0 || o.slurm.Poll <= 0:
		return usage("--task-time and --poll: want durations above 0")
	case o.name == "local" && o.slurm.Partition+o.slurm.Account+o.slurm.Time != "":
		return usage("--partition, --account and --time are for --engine slurm")
	}
	return nil
}

// runner are the arguments that make this program run cells: a folder and IDs follow.
var runner = []string{"report", "cell"}

// compute runs the cells that have no result. Of cells that take long, parts may be counted in place of the cells: see watched.
func (o *engine) compute(ctx context.Context, store *batch.Store, cells []batch.Cell, how batch.Command, parts counter, stderr io.Writer) error {
	bar := newProgress(stderr)
	return watched(bar, parts, func(told func(batch.Progress)) error {
		if o.name == "slurm" {
			slurm := o.slurm
			how.CPUs, slurm.AtOnce, slurm.Runner = o.cpus, o.workers, runner
			slurm.Say = func(format string, args ...any) {
				bar.clear()
				fmt.Fprintf(stderr, "regime: "+format+"\n", args...)
			}
			return batch.Slurm(ctx, store, cells, how, slurm, told)
		}
		missing := 0
		for _, c := range cells {
			if !store.Done(c.ID) {
				missing++
			}
		}
		workers, cpus := o.share(missing)
		how.CPUs = cpus
		return batch.Local(ctx, store, cells, how, workers, told)
	})
}

// share divides the processors among so many cells: so many workers, so many processors for each.
func (o *engine) share(cells int) (workers, cpus int) {
	all := runtime.GOMAXPROCS(0)
	if n, err := strconv.Atoi(os.Getenv("SLURM_CPUS_PER_TASK")); err == nil && n > 0 {
		all = min(all, n)
	}
	workers, cpus = o.workers, o.cpus
	if workers == 0 {
		workers = max(1, min(all/max(1, cpus), cells))
	}
	if cpus == 0 {
		cpus = max(1, all/workers)
	}
	return workers, cpus
}

// A counter tells how far cells have come that take long: so many parts of them all, such as training steps, are done.
type counter func() (what string, done, total int)

// watched shows the progress of a run, also while nothing ends: the parts that a counter tells, or the cells if it is nil.
func watched(bar *progress, parts counter, run func(told func(batch.Progress)) error) error {
	var mu sync.Mutex
	var last batch.Progress
	show := func() {
		mu.Lock()
		defer mu.Unlock()
		if parts != nil {
			bar.update(parts())
			return
		}
		bar.update("cells", last.Done+last.Failed, last.Total)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				show()
			case <-stop:
				return
			}
		}
	}()
	err := run(func(p batch.Progress) {
		mu.Lock()
		last = p
		mu.Unlock()
		show()
	})
	close(stop)
	<-stopped
	bar.clear()
	return err
}

// newReportCell runs single cells, for engines that start them on other machines.
func newReportCell() *cobra.Command {
	var cpus int
	c := &cobra.Command{
		Use:    "cell FOLDER ID…",
		Short:  "Run some cells of a folder's manifest",
		Hidden: true,
		Args:   cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return runCells(c.Context(), args[0], args[1:], cpus, c.ErrOrStderr())
		},
	}
	c.Flags().IntVar(&cpus, "cpus", 1, "processors for each cell")
	return c
}

func runCells(ctx context.Context, dir string, ids []string, cpus int, stderr io.Writer) error {
	store, err := batch.Open(dir)
	if err != nil {
		return err
	}
	m, err := store.ReadManifest()
	if err != nil {
		return err
	}
	version, err := cellVersion()
	if err != nil {
		return err
	}
	if m.Version != version {
		return fmt.Errorf("the manifest is of version %s, this is %s", m.Version, version)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	failed := 0
	for _, id := range ids {
		failure, err := store.RunOne(ctx, m, id, batch.Command{Program: program, Dir: m.WorkDir, CPUs: cpus})
		if err != nil {
			return err
		}
		if failure != nil {
			failed++
			fmt.Fprintf(stderr, "regime: %s: %s\n", failure.Name, failure)
		}
	}
	if failed > 0 {
		return &failure{status: exitSomeFailed, err: fmt.Errorf("%d of %d cells failed", failed, len(ids))}
	}
	return nil
}

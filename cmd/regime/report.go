package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/internal/batch"
	"oblique/internal/report"
)

// reportOptions are the flags of regime report.
type reportOptions struct {
	out     string
	dryRun  bool
	workers int
	cpus    int
	json    bool
}

func newReport() *cobra.Command {
	o := &reportOptions{}
	c := &cobra.Command{
		Use:   "report PLAN.toml",
		Short: "Many analyses from one plan: kept, resumed, merged into one table",
		Long: `report makes all analyses of a plan: data sets × outputs × preparations × methods × subsamples of time and neurons.
The plan is checked as a whole, data included, before anything runs. Each result is kept in the folder of results, by
the hash of its inputs and options: after an interruption, or when the plan has grown, only what is missing is computed.
An analysis that fails does not stop the others; the exit status is then 4. In the end results.parquet, results.csv
and results.json have one row for each figure. docs/report.md describes plans and results.`,
		Example: `  regime report plan.toml --dry-run
  regime report plan.toml --workers 8
  regime report status plan.toml`,
		Args: onePlan,
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args[0], c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "check the plan, list its cells with an estimate of time and memory, and stop")
	f.IntVar(&o.workers, "workers", 0, "cells at a time (default: one for each processor)")
	f.IntVar(&o.cpus, "cpus", 0, "processors for each cell (default: all, shared among the workers)")
	o.addJSON(f)
	c.PersistentFlags().StringVar(&o.out, "out", "", "folder of the results (default: the plan's out, or PLAN-results beside the plan)")
	c.AddCommand(newReportStatus(o), newReportMerge(o), newReportCell())
	return c
}

func onePlan(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return hinted(usage("want one plan, got %d arguments", len(args)), "%s plan.toml", c.CommandPath())
}

// prepare reads and checks a plan, and opens its folder.
func (o *reportOptions) prepare(ctx context.Context, path string) (*grid, *batch.Store, error) {
	p, err := readPlan(path)
	if err != nil {
		return nil, nil, err
	}
	if o.out != "" {
		p.out = o.out
	}
	if p.out, err = filepath.Abs(p.out); err != nil {
		return nil, nil, err
	}
	g, err := p.unfold(ctx)
	if err != nil {
		return nil, nil, err
	}
	return g, &batch.Store{Dir: p.out}, nil
}

func (o *reportOptions) run(ctx context.Context, path string, stdout, stderr io.Writer) error {
	if o.workers < 0 || o.cpus < 0 {
		return usage("--workers and --cpus: want numbers above 0")
	}
	g, store, err := o.prepare(ctx, path)
	if err != nil {
		return err
	}
	if o.dryRun {
		return g.dryRun(stdout, store)
	}
	if store, err = batch.Open(store.Dir); err != nil {
		return err
	}
	release, err := store.Lock()
	if err != nil {
		return err
	}
	defer release()
	how, err := g.command()
	if err != nil {
		return err
	}
	if err := store.WriteManifest(&batch.Manifest{Version: programVersion(), WorkDir: how.Dir, Cells: g.cells}); err != nil {
		return err
	}
	workers, cpus := o.share()
	how.CPUs = cpus
	err = watched(stderr, func(told func(batch.Progress)) error {
		return batch.Local(ctx, store, g.cells, how, workers, told)
	})
	if err != nil {
		return err
	}
	return o.finish(g, store, stdout, stderr)
}

// share divides the processors: so many workers, so many processors for each.
func (o *reportOptions) share() (workers, cpus int) {
	all := runtime.GOMAXPROCS(0)
	if n, err := strconv.Atoi(os.Getenv("SLURM_CPUS_PER_TASK")); err == nil && n > 0 {
		all = min(all, n)
	}
	workers, cpus = o.workers, o.cpus
	if workers == 0 {
		workers = max(1, all/max(1, cpus))
	}
	if cpus == 0 {
		cpus = max(1, all/workers)
	}
	return workers, cpus
}

// command is how the cells of a plan are run: by this program, in the plan's folder.
func (g *grid) command() (batch.Command, error) {
	program, err := os.Executable()
	if err != nil {
		return batch.Command{}, err
	}
	dir, err := filepath.Abs(filepath.Dir(g.plan.path))
	return batch.Command{Program: program, Dir: dir}, err
}

// watched shows the progress of a run, also while nothing ends.
func watched(stderr io.Writer, run func(told func(batch.Progress)) error) error {
	bar := newProgress(stderr)
	var mu sync.Mutex
	var last batch.Progress
	show := func() {
		mu.Lock()
		p := last
		mu.Unlock()
		bar.update("cells", p.Done+p.Failed, p.Total)
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

// finish merges what is there, tells it, and fails if something is not.
func (o *reportOptions) finish(g *grid, store *batch.Store, stdout, stderr io.Writer) error {
	c, err := g.collect(store)
	if err != nil {
		return err
	}
	if err := writeResults(store.Dir, c); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "regime: wrote results.parquet, results.csv and results.json to %s\n", store.Dir)
	if o.json {
		err = writeLongJSON(stdout, c, report.Long(c))
	} else {
		err = report.Summary(stdout, c)
	}
	if err != nil {
		return err
	}
	missing := 0
	for _, e := range c.Entries {
		if e.Result == nil {
			missing++
		}
	}
	if missing > 0 {
		return &failure{status: exitSomeFailed, err: fmt.Errorf("%d of %d analyses have no result", missing, len(c.Entries)),
			hint: fmt.Sprintf("regime report status %s tells why; another run tries them again", g.plan.path)}
	}
	return nil
}

// dryRun lists the cells with what they may cost.
func (g *grid) dryRun(w io.Writer, store *batch.Store) error {
	var seconds, left float64
	var bytes int64
	for _, c := range g.cells {
		state := "missing"
		if store.Done(c.ID) {
			state = "done"
		} else {
			left += c.Estimate.Seconds
		}
		seconds += c.Estimate.Seconds
		bytes = max(bytes, c.Estimate.Bytes)
		fmt.Fprintf(w, "%s  %-7s  %8s  %7s  %s\n", c.ID[:12], state, roughly(c.Estimate.Seconds), megabytes(c.Estimate.Bytes), c.Name)
	}
	fmt.Fprintf(w, "\n%d analyses in %d cells. Estimated, within a factor of three or so: %s of one processor (%s are left), %s of memory for each worker.\n",
		len(g.entries), len(g.cells), roughly(seconds), roughly(left), megabytes(bytes))
	return nil
}

func roughly(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func megabytes(bytes int64) string { return fmt.Sprintf("%d MB", (bytes+999_999)/1_000_000) }

func newReportStatus(o *reportOptions) *cobra.Command {
	return &cobra.Command{
		Use:     "status PLAN.toml",
		Short:   "Tell which cells of a plan are done, failed and missing",
		Example: "  regime report status plan.toml",
		Args:    onePlan,
		RunE: func(c *cobra.Command, args []string) error {
			g, store, err := o.prepare(c.Context(), args[0])
			if err != nil {
				return err
			}
			return g.status(c.OutOrStdout(), store)
		},
	}
}

// status lists the cells. Failures make exit status 4.
func (g *grid) status(w io.Writer, store *batch.Store) error {
	var done, failed int
	for _, c := range g.cells {
		state, why := "missing", ""
		if store.Done(c.ID) {
			state = "done"
			done++
		} else if f := store.Failed(c.ID); f != nil {
			state, why = "failed", ": "+f.String()
			failed++
		}
		fmt.Fprintf(w, "%s  %-7s  %s%s\n", c.ID[:12], state, c.Name, why)
	}
	fmt.Fprintf(w, "\n%d done, %d failed, %d missing\n", done, failed, len(g.cells)-done-failed)
	if failed > 0 {
		return &failure{status: exitSomeFailed, err: fmt.Errorf("%d of %d cells failed", failed, len(g.cells)),
			hint: fmt.Sprintf("what they said is in %s", filepath.Join(store.Dir, "failed"))}
	}
	return nil
}

func newReportMerge(o *reportOptions) *cobra.Command {
	c := &cobra.Command{
		Use:     "merge PLAN.toml",
		Short:   "Write the results of a plan from the cells that are done, and run nothing",
		Example: "  regime report merge plan.toml",
		Args:    onePlan,
		RunE: func(c *cobra.Command, args []string) error {
			g, store, err := o.prepare(c.Context(), args[0])
			if err != nil {
				return err
			}
			return o.finish(g, store, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.addJSON(c.Flags())
	return c
}

func (o *reportOptions) addJSON(f *pflag.FlagSet) {
	f.BoolVar(&o.json, "json", false, "write results.json to standard output as well, instead of a table")
}

// newReportCell runs single cells, for engines that start them on other machines.
func newReportCell() *cobra.Command {
	var cpus int
	c := &cobra.Command{
		Use:    "cell FOLDER ID",
		Short:  "Run one cell of a folder's manifest",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			store, err := batch.Open(args[0])
			if err != nil {
				return err
			}
			m, err := store.ReadManifest()
			if err != nil {
				return err
			}
			if m.Version != programVersion() {
				return fmt.Errorf("the manifest is of version %s, this is %s", m.Version, programVersion())
			}
			program, err := os.Executable()
			if err != nil {
				return err
			}
			failure, err := store.RunOne(c.Context(), m, args[1], batch.Command{Program: program, Dir: m.WorkDir, CPUs: cpus})
			if err != nil {
				return err
			}
			if failure != nil {
				return errors.New(failure.String())
			}
			return nil
		},
	}
	c.Flags().IntVar(&cpus, "cpus", 1, "processors for the cell")
	return c
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/internal/atomicfile"
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
	engine  string
	export  string
	slurm   batch.SlurmOptions
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
and results.json have one row for each figure, and report.html shows them. docs/report.md describes plans and results.`,
		Example: `  regime report plan.toml --dry-run
  regime report plan.toml --workers 8
  regime report plan.toml --engine slurm --partition long --cpus 4
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
	f.StringVar(&o.engine, "engine", "local", "where cells run: local or slurm")
	f.StringVar(&o.slurm.Partition, "partition", "", "slurm: the partition (default: the cluster's)")
	f.StringVar(&o.slurm.Account, "account", "", "slurm: the account")
	f.StringVar(&o.slurm.Time, "time", "", "slurm: time limit of a task, as sbatch takes it (default: the partition's)")
	f.DurationVar(&o.slurm.Chunk, "task-time", 10*time.Minute, "slurm: how long a task of a job array should take; short cells share one")
	f.DurationVar(&o.slurm.Poll, "poll", 10*time.Second, "slurm: how often to look at the queue")
	f.StringVar(&o.export, "export", "", "snakemake writes the cells as a workflow into the folder of results, and runs nothing")
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

// check refuses flags that do not go together.
func (o *reportOptions) check() error {
	switch {
	case o.workers < 0 || o.cpus < 0:
		return usage("--workers and --cpus: want numbers above 0")
	case o.engine != "local" && o.engine != "slurm":
		return usage("--engine %q: want local or slurm", o.engine)
	case o.export != "" && o.export != "snakemake":
		return usage("--export %q: want snakemake", o.export)
	case o.slurm.Chunk <= 0 || o.slurm.Poll <= 0:
		return usage("--task-time and --poll: want durations above 0")
	case o.engine == "local" && o.slurm.Partition+o.slurm.Account+o.slurm.Time != "":
		return usage("--partition, --account and --time are for --engine slurm")
	}
	return nil
}

func (o *reportOptions) run(ctx context.Context, path string, stdout, stderr io.Writer) error {
	if err := o.check(); err != nil {
		return err
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
	if err := store.WriteManifest(&batch.Manifest{Version: g.version, WorkDir: how.Dir, Cells: g.cells}); err != nil {
		return err
	}
	if o.export != "" {
		return g.snakefile(store, how.Program, stderr)
	}
	if err := o.compute(ctx, store, g.cells, how, stderr); err != nil {
		return err
	}
	return o.finish(g, store, stdout, stderr)
}

// compute runs the cells that have no result.
func (o *reportOptions) compute(ctx context.Context, store *batch.Store, cells []batch.Cell, how batch.Command, stderr io.Writer) error {
	bar := newProgress(stderr)
	return watched(bar, func(told func(batch.Progress)) error {
		if o.engine == "slurm" {
			how.CPUs, o.slurm.AtOnce, o.slurm.Runner = o.cpus, o.workers, runner
			o.slurm.Say = func(format string, args ...any) {
				bar.clear()
				fmt.Fprintf(stderr, "regime: "+format+"\n", args...)
			}
			return batch.Slurm(ctx, store, cells, how, o.slurm, told)
		}
		workers, cpus := o.share()
		how.CPUs = cpus
		return batch.Local(ctx, store, cells, how, workers, told)
	})
}

// runner are the arguments that make this program run cells: a folder and IDs follow.
var runner = []string{"report", "cell"}

// snakefile writes the grid as a workflow.
func (g *grid) snakefile(store *batch.Store, program string, stderr io.Writer) error {
	path, err := filepath.Abs(g.plan.path)
	if err != nil {
		return err
	}
	merge := []string{program, "report", "merge", path, "--out", store.Dir}
	text := batch.Snakefile(store, append([]string{program}, runner...), merge, resultFiles)
	err = atomicfile.Write(filepath.Join(store.Dir, "Snakefile"), func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "regime: wrote %s\nregime: run it with: cd %s && snakemake --cores %d\n",
		filepath.Join(store.Dir, "Snakefile"), store.Dir, runtime.GOMAXPROCS(0))
	return nil
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
func watched(bar *progress, run func(told func(batch.Progress)) error) error {
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
	fmt.Fprintf(stderr, "regime: wrote %s to %s\n", strings.Join(resultFiles, ", "), store.Dir)
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

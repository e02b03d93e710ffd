package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/internal/atomicfile"
	"oblique/internal/batch"
	"oblique/internal/report"
)

// reportOptions are the flags of regime report.
type reportOptions struct {
	engine
	out    string
	dryRun bool
	json   bool
	export string
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
	o.addJSON(f)
	o.engine.AddFlags(f)
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

// prepare reads and checks a plan, and opens its folder. With the error of a plan whose data cannot be read comes what is known of it.
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
	return g, &batch.Store{Dir: p.out}, err
}

// check refuses flags that do not go together.
func (o *reportOptions) check() error {
	if o.export != "" && o.export != "snakemake" {
		return usage("--export %q: want snakemake", o.export)
	}
	return o.engine.check()
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
		return lockedOut(err)
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
	if err := o.compute(ctx, store, g.cells, how, nil, stderr); err != nil {
		return goesOn(err)
	}
	return o.finish(g, store, stdout, stderr)
}

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
		filepath.Join(store.Dir, "Snakefile"), batch.Quote(store.Dir), runtime.GOMAXPROCS(0))
	return nil
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
	fmt.Fprintf(w, "\nAnalyses: %d, cells: %d. Estimated, within a factor of three or so: %s of one processor (%s are left), %s of memory for each worker.\n",
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

func newReportMerge(o *reportOptions) *cobra.Command {
	c := &cobra.Command{
		Use:   "merge PLAN.toml",
		Short: "Write the results of a plan from the cells that are done, and run nothing",
		Long: `merge writes the results of a plan from the cells that are done, and runs nothing. Of data that cannot be read any more it
takes what the last run had, and says so.`,
		Example: "  regime report merge plan.toml",
		Args:    onePlan,
		RunE: func(c *cobra.Command, args []string) error {
			return o.merge(c.Context(), args[0], c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.addJSON(c.Flags())
	return c
}

func (o *reportOptions) merge(ctx context.Context, path string, stdout, stderr io.Writer) error {
	g, store, err := o.prepare(ctx, path)
	if err != nil {
		if !onlyData(err) {
			return err
		}
		all, failed := g.recall(store)
		if failed != nil || !all {
			return errors.Join(err, failed)
		}
		fmt.Fprintf(stderr, "regime: %v\nregime: of these data the results of the last run are taken, of the data as they were\n", err)
	}
	if !exists(store.Dir) {
		return hinted(fmt.Errorf("no results in %s", store.Dir), "regime report %s makes them", path)
	}
	tried := func(c batch.Cell) bool { return store.Done(c.ID) || store.Failed(c.ID) != nil }
	if !slices.ContainsFunc(g.cells, tried) { // what an earlier program or plan has written stays
		return hinted(fmt.Errorf("no cell of %s is done in %s", path, store.Dir), "regime report status %s tells why; a run makes them", path)
	}
	return o.finish(g, store, stdout, stderr)
}

func (o *reportOptions) addJSON(f *pflag.FlagSet) {
	f.BoolVar(&o.json, "json", false, "write results.json to standard output as well, instead of a table")
}

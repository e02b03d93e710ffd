package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"oblique/internal/atomicfile"
	"oblique/regime"
)

// sweepFile has a row for each finished network of a sweep.
const sweepFile = "networks.csv"

// sweepOptions are the flags of regime simulate sweep.
type sweepOptions struct {
	engine
	out    string
	dryRun bool
	json   bool
}

func newSimulateSweep() *cobra.Command {
	o := &sweepOptions{}
	c := &cobra.Command{
		Use:   "sweep PLAN.toml",
		Short: "Train many networks from one plan: seeds × scenarios × sizes",
		Long: `sweep trains all networks of a plan. A plan has tables [[train]], whose keys are the flags of simulate train; a list
stands for each of its values, and several lists for all combinations. Each network gets a folder of its own, the same
as from a single train: its name is made of the task, the readout, what else the plan sets, and the seed.

The plan is checked as a whole before anything runs. One processor trains one network as long as there are enough of
them. What is finished is kept; what was interrupted, even killed, goes on from its checkpoint when the same command is
given again; a plan that has grown trains what is new. A network that fails does not stop the others; the exit status
is then 4. In the end networks.csv has a row for each.

  [[train]]
  task = ["cycling", "flipflop"]
  readout = ["small", "large"]
  seed = [1, 2, 3, 4, 5]`,
		Example: `  regime simulate sweep plan.toml --dry-run
  regime simulate sweep plan.toml --out nets/ --workers 8
  regime simulate sweep plan.toml --engine slurm --partition long
  regime simulate sweep status plan.toml`,
		Args: onePlan,
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args[0], c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, "check the plan, list its networks with an estimate of time and memory, and stop")
	c.Flags().BoolVar(&o.json, "json", false, "write the outcomes as JSON, instead of a table")
	o.engine.AddFlags(c.Flags())
	c.PersistentFlags().StringVar(&o.out, "out", "", "folder of the networks (default: the plan's out, or PLAN-nets beside the plan)")
	c.AddCommand(&cobra.Command{
		Use:     "status PLAN.toml",
		Short:   "Tell which networks of a plan are done, failed and missing",
		Example: "  regime simulate sweep status plan.toml",
		Args:    onePlan,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := readSweep(args[0], o.out)
			if err != nil {
				return err
			}
			return s.status(c.OutOrStdout())
		},
	})
	return c
}

func (o *sweepOptions) run(ctx context.Context, path string, stdout, stderr io.Writer) error {
	if err := o.engine.check(); err != nil {
		return err
	}
	s, err := readSweep(path, o.out)
	if err != nil {
		return err
	}
	if o.dryRun {
		s.dryRun(stdout)
		return nil
	}
	failed := s.train(ctx, &o.engine, stderr)
	if failed != nil && status(failed) != exitSomeFailed {
		return failed
	}
	all, err := s.outcomes()
	if err != nil {
		return err
	}
	if err := writeOutcomes(filepath.Join(s.dir, sweepFile), all); err != nil {
		return err
	}
	if o.json {
		if err := writeJSON(stdout, all); err != nil {
			return err
		}
		return failed
	}
	t := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "network\tsteps\tfirst loss\tfinal loss\tρ\t‖x‖")
	for _, n := range all {
		rho, norm := "–", "–"
		if p := n.Last; p != nil {
			norm = short(p.StateNorm, 3)
			if p.Rho.Defined() {
				rho = fmt.Sprintf("%.3f", float64(p.Rho))
			}
		}
		fmt.Fprintf(t, "%s\t%d\t%.4g\t%.4g\t%s\t%s\n", n.Out, n.Steps, n.FirstLoss, n.FinalLoss, rho, norm)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return failed
}

// writeOutcomes writes a table of networks, one in a row.
func writeOutcomes(path string, all []outcome) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		c := csv.NewWriter(w)
		number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
		c.Write([]string{"network", "task", "readout", "gain", "n", "seed", "steps", "first_loss", "final_loss",
			"quiet_loss", "rho", "state_norm", "in_change", "rec_change", "out_change"})
		for _, n := range all {
			row := []string{n.Out, n.Task, n.Readout, number(n.Gain), strconv.Itoa(n.N), strconv.FormatUint(n.Seed, 10),
				strconv.Itoa(n.Steps), number(n.FirstLoss), number(n.FinalLoss), "", "", "", "", "", ""}
			if p := n.Last; p != nil {
				for i, v := range []regime.Number{p.Loss, p.Rho, p.StateNorm, p.InChange, p.RecChange, p.OutChange} {
					row[len(row)-6+i] = number(float64(v))
				}
			}
			c.Write(row)
		}
		c.Flush()
		return c.Error()
	})
}

// readSweep reads a plan of networks and checks all of it. out, if not empty, is the folder in place of the plan's.
func readSweep(path, out string) (*sweep, error) {
	raw, p, err := openPlan(path)
	if err != nil {
		return nil, err
	}
	p.out = planName(path) + "-nets"
	var tables []map[string]any
	for _, key := range sortedKeys(raw) {
		switch value := raw[key]; key {
		case "out":
			if p.out = p.text(nil, key, value); p.out == "" {
				p.wrong(nil, key, "out: want the name of a folder")
			}
		case "train":
			var ok bool
			if tables, ok = value.([]map[string]any); !ok {
				p.wrong(nil, key, "train: want tables [[train]]")
			}
		default:
			p.wrong(nil, key, "unknown key %q; a plan of networks has out and [[train]]", key)
		}
	}
	if len(tables) == 0 {
		p.wrong(nil, "train", "nothing to train: no [[train]]")
	}
	if !filepath.IsAbs(p.out) {
		p.out = filepath.Join(filepath.Dir(path), p.out)
	}
	if out != "" {
		p.out = out
	}
	s, err := newSweep(p.out)
	if err != nil {
		return nil, err
	}
	for i, table := range tables {
		p.networks(s, &section{table: "train", id: fmt.Sprintf("train#%d", i)}, table)
	}
	return s, p.err()
}

// maxNetworks is how many networks a plan may have.
const maxNetworks = 1 << 14

// networks adds the networks of a table: all combinations of the values of its keys.
func (p *plan) networks(s *sweep, at *section, raw map[string]any) {
	variants := map[string][]string{}
	known := schema(at.table)
	for _, key := range sortedKeys(raw) {
		flag := p.lookup(at, key, known, variants)
		if flag == nil {
			continue
		}
		values, err := words(raw[key])
		for _, v := range values {
			if err != nil {
				break
			}
			if err = flag.Value.Set(v); err != nil {
				err = fmt.Errorf("%q: %w", v, wanted(flag, err))
			}
		}
		if err != nil {
			p.wrong(at, key, "%s: %v", key, err)
			continue
		}
		variants[flag.Name] = values
	}
	if len(variants) < len(raw) {
		return // told already
	}
	if _, ok := variants["task"]; !ok {
		p.wrong(at, "task", "no task: see regime simulate tasks")
		return
	}
	networks := 1.0
	for _, values := range variants {
		networks *= float64(len(values))
	}
	if before := len(s.nets); networks > float64(maxNetworks-before) {
		p.wrong(at, "", "%.4g networks, after %d: want at most %d in a plan", networks, before, maxNetworks)
		return
	}
	combine(variants, func(flags map[string]string) {
		_, err := s.add(flags)
		for _, one := range separate(err) {
			var f *flagError
			if errors.As(one, &f) {
				p.wrong(at, f.flag, "%s %s", f.flag, f.wrong)
				continue
			}
			p.wrong(at, "", "%v", one)
		}
	})
}

// separate returns the errors that a failure joins, and those that they join.
func separate(err error) []error {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &joined):
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, separate(one)...)
	}
	return all
}

// combine calls do for every combination of values: tasks one after the other, seeds the fastest to change.
func combine(variants map[string][]string, do func(map[string]string)) {
	keys := sortedKeys(variants)
	rank := func(key string) int { return slices.Index([]string{"task", "scenario", "readout", "", "seed"}, key) }
	slices.SortStableFunc(keys, func(a, b string) int {
		ra, rb := rank(a), rank(b)
		if ra < 0 {
			ra = rank("")
		}
		if rb < 0 {
			rb = rank("")
		}
		return ra - rb
	})
	chosen := map[string]string{}
	var choose func(i int)
	choose = func(i int) {
		if i == len(keys) {
			do(chosen)
			return
		}
		for _, v := range variants[keys[i]] {
			chosen[keys[i]] = v
			choose(i + 1)
		}
	}
	choose(0)
}

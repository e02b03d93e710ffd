package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"oblique/internal/plot"
	"oblique/simulate/task"
	"oblique/simulate/train"
)

func newSimulateTasks() *cobra.Command {
	var out output
	c := &cobra.Command{
		Use:   "tasks",
		Short: "List the tasks and scenarios, and draw a trial of each task",
		Example: `  regime simulate tasks
  regime simulate tasks --out figures/ --format png`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			var specs []task.Spec
			for _, t := range task.All() {
				specs = append(specs, t.Spec())
			}
			if out.dir != "" {
				if err := out.makeDir(); err != nil {
					return err
				}
				if err := drawTasks(out.dir, out.format); err != nil {
					return err
				}
				fmt.Fprintf(c.ErrOrStderr(), "regime: wrote %s\n", out.dir)
			}
			if out.json {
				return writeJSON(c.OutOrStdout(), specs)
			}
			t := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "task\tinputs\toutputs\tduration (τ)\tsteps\tnoise\tzero-output loss\ttraining steps\t")
			for _, s := range specs {
				fmt.Fprintf(t, "%s\t%d\t%d\t%g\t%d\t%g\t%.3g\t%d\t%s\n", s.Name, s.Inputs, s.Outputs, float64(s.Steps)*task.Dt, s.Steps,
					s.Noise, s.ZeroLoss, s.Training.Steps, s.Title)
			}
			if err := t.Flush(); err != nil {
				return err
			}
			return listScenarios(c.OutOrStdout())
		},
	}
	out.AddFlags(c.Flags())
	c.Flags().Lookup("out").Usage = "folder for a figure of a trial of each task"
	return c
}

// listScenarios lists the published initialisations, of each task those that not all have.
func listScenarios(w io.Writer) error {
	common := train.Scenarios(task.Mante{}.Spec().Name)
	fmt.Fprintf(w, "\nscenarios of each: %s\n", strings.Join(common, ", "))
	for _, t := range task.All() {
		name := t.Spec().Name
		own := slices.DeleteFunc(train.Scenarios(name), func(s string) bool { return slices.Contains(common, s) })
		if len(own) > 0 {
			fmt.Fprintf(w, "more of %s: %s\n", name, strings.Join(own, ", "))
		}
	}
	_, err := fmt.Fprintln(w, "regime simulate train --task TASK --scenario NAME trains one")
	return err
}

// drawTasks draws the first trial of each task.
func drawTasks(dir, format string) error {
	for _, t := range task.All() {
		s := t.Spec()
		fig, err := plot.Trial(s, t.Batch(1, stream(0, s.Name)), 0)
		if err != nil {
			return err
		}
		if err := fig.Save(filepath.Join(dir, s.Name+"."+format)); err != nil {
			return err
		}
	}
	return nil
}

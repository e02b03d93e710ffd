package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"oblique/internal/batch"
	"oblique/internal/report"
)

func newReportStatus(o *reportOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "status PLAN.toml",
		Short: "Tell which cells of a plan are done, failed and missing",
		Long: `status lists the cells of a plan: done, failed with the reason, or missing. The exit status is 4 if some failed, and 3 if data
cannot be read any more: the others are listed all the same, and of those data what the last run had.`,
		Example: "  regime report status plan.toml",
		Args:    onePlan,
		RunE: func(c *cobra.Command, args []string) error {
			g, store, err := o.prepare(c.Context(), args[0])
			if err != nil && !onlyData(err) {
				return err
			}
			return g.status(c.OutOrStdout(), store, err)
		},
	}
}

// onlyData tells whether a plan is right, and nothing is wrong but that data cannot be loaded.
func onlyData(err error) bool {
	var plan *planError
	return errors.As(err, &plan) && !slices.ContainsFunc(plan.problems, func(p problem) bool { return !p.data })
}

// status lists the cells. Failures make exit status 4, and data that cannot be read, as an error of the plan says, 3.
func (g *grid) status(w io.Writer, store *batch.Store, data error) error {
	count := map[string]int{}
	line := func(c batch.Cell, remark string) {
		state, why := stateOf(store, c)
		count[state]++
		fmt.Fprintf(w, "%s  %-7s  %s%s%s\n", c.ID[:12], state, c.Name, why, remark)
	}
	for _, c := range g.cells {
		line(c, "")
	}
	last, err := lastRun(store)
	if err != nil {
		return err
	}
	for _, u := range g.unread {
		cells := g.cellsOf(u, last)
		for _, c := range cells {
			line(c, " (of the data as they were)")
		}
		if len(cells) == 0 {
			count["unread"]++
			fmt.Fprintf(w, "%-12s  %-7s  %s\n", "", "unread", entryName(g.entries[u.entry]))
		}
	}
	fmt.Fprintf(w, "\n%d done, %d failed, %d missing", count["done"], count["failed"], count["missing"])
	if n := count["unread"]; n > 0 {
		fmt.Fprintf(w, ", %d not known without its data", n)
	}
	fmt.Fprintln(w)
	if last.Version != "" && last.Version != g.version {
		fmt.Fprintf(w, "The last run was by version %s, this is %s: results are of one version, and another starts over.\n", last.Version, g.version)
	}
	switch failed := count["failed"]; {
	case data != nil:
		return &failure{status: exitData, err: data, hint: fmt.Sprintf("results that are done stay in %s, whatever becomes of their data",
			filepath.Join(store.Dir, "cells"))}
	case failed > 0:
		return &failure{status: exitSomeFailed, err: fmt.Errorf("%d of %d cells failed", failed, len(g.cells)),
			hint: fmt.Sprintf("what they said is in %s", filepath.Join(store.Dir, "failed"))}
	}
	return nil
}

// stateOf tells whether a cell is done, failed or missing, and why it failed.
func stateOf(store *batch.Store, c batch.Cell) (state, why string) {
	if store.Done(c.ID) {
		return "done", ""
	}
	if f := store.Failed(c.ID); f != nil {
		return "failed", ": " + f.String()
	}
	return "missing", ""
}

// entryName names an analysis by what is known of it.
func entryName(e report.Entry) string {
	return strings.Join(slices.DeleteFunc([]string{e.Data, e.Output, e.Prepare, e.Method}, func(s string) bool { return s == "" }), ", ")
}

// lastRun returns the manifest of the last run; an empty one if there was none.
func lastRun(store *batch.Store) (*batch.Manifest, error) {
	last, err := store.ReadManifest()
	if errors.Is(err, fs.ErrNotExist) {
		return &batch.Manifest{}, nil
	}
	return last, err
}

// recall gives analyses whose data cannot be read the cells that they had in the last run, and tells whether all had one.
func (g *grid) recall(store *batch.Store) (all bool, err error) {
	last, err := lastRun(store)
	if err != nil {
		return false, err
	}
	for _, u := range g.unread {
		whole := u.args
		if g.plan.neurons != nil { // neither a part, nor with other draws than the plan has by now
			whole = append(slices.Clip(whole), fmt.Sprintf("--draws=%d", g.plan.neurons.draws()))
		}
		cells := g.cellsOf(u, last)
		i := slices.IndexFunc(cells, func(c batch.Cell) bool { return len(c.Args) >= len(whole) && slices.Equal(c.Args[:len(whole)], whole) })
		if i < 0 {
			return false, nil
		}
		g.entries[u.entry].Cell, g.entries[u.entry].Args = cells[i].ID, cells[i].Args
		g.cells = append(g.cells, cells[i])
	}
	return true, nil
}

// cellsOf returns the cells that an analysis had in the last run of this version, whatever its data were.
func (g *grid) cellsOf(u unread, last *batch.Manifest) []batch.Cell {
	if last.Version != g.version {
		return nil
	}
	var cells []batch.Cell
	for _, c := range last.Cells {
		n := len(u.args)
		if len(c.Args) < n || !slices.Equal(c.Args[:n], u.args) {
			continue
		}
		if len(c.Args) == n || strings.HasPrefix(c.Args[n], "--draws=") || strings.HasPrefix(c.Args[n], "--draw-range=") {
			cells = append(cells, c)
		}
	}
	return cells
}

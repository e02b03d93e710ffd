package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"oblique/datasets"
	"oblique/internal/batch"
	"oblique/internal/report"
	"oblique/loaders/recording"
)

// drawsPerCell is how many draws of neurons make a cell, unless the plan says so: what is lost when a cell is killed,
// and what an extended plan has in common with the one before.
const drawsPerCell = 20

// A grid is a plan unfolded: cells to run, and analyses, each with the cell that has its result.
type grid struct {
	plan    *plan
	version string // that identifies its cells
	cells   []batch.Cell
	entries []report.Entry
	unread  []unread
}

// An unread is an analysis whose data cannot be read. Its cells are not known, as they are identified by what their data hold; those of
// an earlier run begin with the same arguments.
type unread struct {
	entry int // its number
	args  []string
}

// unfold opens the data of a plan and makes its grid. All problems of the plan are told at once. Meanwhile the plan's folder is the
// working one, as it is for cells: a name of a file means the same to both.
func (p *plan) unfold(ctx context.Context) (g *grid, err error) {
	version, err := cellVersion()
	if err != nil {
		return nil, err
	}
	leave, err := enter(filepath.Dir(p.path))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, leave()) }()
	g = &grid{plan: p, version: version}
	for _, d := range p.data {
		for _, o := range d.outputs {
			for _, prep := range p.prepare {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				if len(d.flags["data"]) == 0 {
					continue // told already
				}
				flags := merged(d.flags, o.flags, prep.flags)
				rec := p.load(ctx, d, prep, flags)
				for _, m := range p.methods {
					if rec == nil {
						g.unread = append(g.unread, unread{len(g.entries), g.arguments(m, flags)})
						g.entries = append(g.entries, entry(d, o, prep, m))
						continue
					}
					g.add(d, o, prep, m, flags, rec)
				}
			}
		}
	}
	p.checkMethods()
	return g, p.err()
}

// enter makes a folder the working one. Names of data sets' folders keep the meaning they have before.
func enter(dir string) (leave func() error, err error) {
	before, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	if root := os.Getenv(datasets.DirVariable); root != "" && !filepath.IsAbs(root) {
		if err := os.Setenv(datasets.DirVariable, filepath.Join(before, root)); err != nil {
			return nil, err
		}
	}
	return func() error { return os.Chdir(before) }, os.Chdir(dir)
}

// merged puts flags together; later ones win.
func merged(sets ...map[string][]string) map[string][]string {
	all := map[string][]string{}
	for _, set := range sets {
		for name, values := range set {
			all[name] = values
		}
	}
	return all
}

// load prepares a recording as its cells will, and returns nil if that cannot be.
func (p *plan) load(ctx context.Context, d, prep *section, flags map[string][]string) *recording.Recording {
	var in input
	f := pflag.NewFlagSet("data", pflag.ContinueOnError)
	in.AddFlags(f)
	if err := f.Parse(arguments(flags)); err != nil {
		p.wrong(d, "", "%v", err)
		return nil
	}
	err := in.check(in.data)
	var rec *recording.Recording
	switch {
	case err != nil:
	case !exists(in.data) && !isDataset(in.data):
		err = noFile(p.beside(in.data))
	default:
		rec, _, err = in.recording(ctx, io.Discard)
	}
	if err != nil {
		code := status(err)
		if code != exitData {
			code = exitUsage
		}
		at := d
		if code == exitUsage && len(prep.flags) > 0 && exists(in.data) {
			at = prep
		}
		p.note(problem{status: code, data: true, text: fmt.Sprintf("%s: %v", d.name, err)}, at, "data")
		return nil
	}
	return rec
}

// beside is the path of what the plan calls so.
func (p *plan) beside(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(p.path), name)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// checkMethods checks what the methods' flags say together.
func (p *plan) checkMethods() {
	for _, m := range p.methods {
		var o methodOptions
		f := pflag.NewFlagSet("method", pflag.ContinueOnError)
		o.AddFlags(f)
		if err := f.Parse(arguments(m.flags)); err != nil {
			p.wrong(m, "", "%v", err)
			continue
		}
		_, err := o.options()
		for _, one := range separate(err) {
			p.wrong(m, "", "%v", one)
		}
	}
}

// arguments writes flags as a command line has them, in alphabetical order.
func arguments(flags map[string][]string) []string {
	known := pflag.NewFlagSet("known", pflag.ContinueOnError)
	new(input).AddFlags(known)
	var args []string
	for _, name := range sortedKeys(flags) {
		values := flags[name]
		if flag := known.Lookup(name); flag != nil && flag.Value.Type() == "stringArray" {
			for _, v := range values {
				args = append(args, "--"+name+"="+v)
			}
			continue
		}
		args = append(args, "--"+name+"="+strings.Join(values, ","))
	}
	return args
}

// entry is an analysis without its cell.
func entry(d *section, o output1, prep, m *section) report.Entry {
	e := report.Entry{Data: d.name, Group: d.group, Output: o.name, Prepare: prep.name, Method: m.name}
	id, _, _ := strings.Cut(d.flags["data"][0], ":")
	if set, err := datasets.ByID(id); err == nil {
		e.BibTeX = set.BibTeX
	}
	return e
}

// add adds one analysis and its cells.
func (g *grid) add(d *section, o output1, prep, m *section, flags map[string][]string, rec *recording.Recording) {
	e := entry(d, o, prep, m)
	if e.Output == "" {
		e.Output = rec.Output
	}
	name := strings.Join([]string{e.Data, e.Output, e.Prepare, e.Method}, ", ")
	inputs := []batch.Input{{Name: rec.Source.Path, SHA256: rec.Source.SHA256}}
	for _, b := range rec.Source.Beside {
		inputs = append(inputs, batch.Input{Name: b.Path, SHA256: b.SHA256})
	}
	if inputs[0].SHA256 == "" {
		g.plan.wrong(d, "data", "%s: its content has no hash", d.name)
	}
	whole := g.arguments(m, flags)
	cost := newCost(rec, m.flags)
	if g.plan.neurons == nil {
		c := batch.NewCell(g.version, name, whole, inputs, cost.fit())
		g.cell(c)
		e.Cell, e.Args = c.ID, c.Args
		g.entries = append(g.entries, e)
		return
	}
	sizes, draws, perCell := g.sizes(d, rec)
	part := slices.Clone(whole)
	whole = append(whole, fmt.Sprintf("--draws=%d", draws))
	for from := 0; from < draws; from += perCell {
		to := min(from+perCell, draws)
		span := fmt.Sprintf("%d:%d", from, to)
		c := batch.NewCell(g.version, fmt.Sprintf("%s, draws %s", name, span),
			append(slices.Clone(part), "--draw-range="+span), inputs, cost.draws(sizes, to-from))
		g.cell(c)
		whole = append(whole, "--draws-done", batch.Result(c))
	}
	c := batch.NewCell(g.version, name, whole, inputs, cost.fit())
	g.cell(c)
	e.Cell, e.Args = c.ID, c.Args
	g.entries = append(g.entries, e)
}

// arguments is the command of an analysis, without the draws of neurons.
func (g *grid) arguments(m *section, flags map[string][]string) []string {
	args := append(arguments(merged(flags, m.flags)), "--json", "--seed="+strconv.FormatUint(g.plan.seed, 10))
	if g.plan.neurons == nil {
		return append([]string{"fit"}, args...)
	}
	for _, name := range []string{"sizes", "nested"} {
		if v, ok := g.plan.neurons.flags[name]; ok {
			args = append(args, "--"+name+"="+strings.Join(v, ","))
		}
	}
	return append([]string{"scaling"}, args...)
}

// cell adds a cell, unless another analysis has it too.
func (g *grid) cell(c batch.Cell) {
	if !slices.ContainsFunc(g.cells, func(other batch.Cell) bool { return other.ID == c.ID }) {
		g.cells = append(g.cells, c)
	}
}

// draws is how many draws of neurons there are of each size.
func (s *section) draws() int {
	if v, ok := s.flags["draws"]; ok {
		n, _ := strconv.Atoi(v[0]) // checked when it was read
		return n
	}
	return 20
}

// sizes returns the numbers of neurons, the draws of each, and how many draws make a cell.
func (g *grid) sizes(d *section, rec *recording.Recording) (sizes []int, draws, perCell int) {
	s := g.plan.neurons
	draws, perCell = s.draws(), drawsPerCell
	if v, ok := s.flags["draws-per-cell"]; ok {
		perCell, _ = strconv.Atoi(v[0])
	}
	if draws < 1 || perCell < 1 {
		g.plan.wrong(s, "draws", "draws and draws-per-cell: want at least 1, got %d and %d", draws, perCell)
		draws, perCell = 1, 1
	}
	_, n, _ := rec.Dims()
	for _, v := range s.flags["sizes"] {
		size, _ := strconv.Atoi(v)
		if size < 1 || size > n {
			g.plan.wrong(s, "sizes", "size %d: %s has %d neurons", size, d.name, n)
		}
		if len(sizes) > 0 && size <= sizes[len(sizes)-1] {
			g.plan.wrong(s, "sizes", "sizes must ascend: %d after %d", size, sizes[len(sizes)-1])
		}
		sizes = append(sizes, size)
	}
	if sizes == nil {
		for tenths := 1; tenths <= 10; tenths++ {
			sizes = append(sizes, n*tenths/10)
		}
	}
	return sizes, draws, perCell
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/internal/atomicfile"
	"oblique/internal/plot"
	"oblique/internal/report"
	"oblique/regime"
)

// compareOptions are the flags of regime compare.
type compareOptions struct {
	analysis
	groups     []string
	draws      int
	neurons    int
	effectiveT float64
}

func newCompare() *cobra.Command {
	o := &compareOptions{}
	c := &cobra.Command{
		Use:   "compare [FILE|DATASET|RESULT…] [--group NAME=A,B…]",
		Short: "Recordings side by side: as they are, and at matched numbers of neurons and time points",
		Long: `compare analyses several recordings, then random subsamples of each at the size of the smallest: the same number
of neurons, and of independent time points. It tells the differences between groups with intervals, and what cannot
be concluded from them. Flags of loading and preprocessing hold for all files.

What regime fit and scaling wrote as JSON, and the cells of a report, are compared as they are: nothing is computed again, and
nothing of them is at matched size. Recordings that were prepared in different ways are compared so.`,
		Example: `  regime compare cycling.npz bci.npz
  regime compare --group bci=golub2018,hennig2018 --group reach=stevenson2011
  regime compare --group bci=a.npz,b.npz --group arm=c.npz --method paper --out figures/ --format pdf
  regime compare --group bci=bci/result.json --group arm=arm1/result.json,arm2/result.json`,
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.AddFlags(c.Flags())
	for _, one := range []string{"data", "file"} {
		_ = c.Flags().MarkHidden(one) // recordings are arguments here
	}
	return c
}

func (o *compareOptions) AddFlags(f *pflag.FlagSet) {
	o.analysis.AddFlags(f)
	f.Lookup("out").Usage = "folder for compare.json and figures"
	f.StringArrayVar(&o.groups, "group", nil, "a group of recordings, NAME=A,B,…; may be given several times")
	f.IntVar(&o.draws, "draws", 100, "matched subsamples of each recording; 0 for none")
	f.IntVar(&o.neurons, "match-neurons", 0, "neurons of a matched subsample (default: as many as the smallest recording has)")
	f.Float64Var(&o.effectiveT, "match-time", 0, "independent time points of a matched subsample (default: of the shortest recording)")
}

// named is a group as the command line has it.
type named struct {
	name string
	data []string
}

// parse returns the groups in the order given; recordings outside any group are groups of their own.
func (o *compareOptions) parse(args []string) ([]named, error) {
	if o.input.data != "" {
		return nil, usage("compare takes recordings as arguments, not --data")
	}
	var groups []named
	for _, g := range o.groups {
		name, members, ok := strings.Cut(g, "=")
		data := list([]string{members})
		if !ok || name == "" || len(data) == 0 {
			return nil, usage("--group %q: want NAME=A,B, such as bci=golub2018,hennig2018", g)
		}
		groups = append(groups, named{name, data})
	}
	for _, a := range args {
		groups = append(groups, named{a, []string{a}})
	}
	if len(groups) == 0 {
		return nil, hinted(usage("nothing to compare"), "regime compare cycling.npz bci.npz")
	}
	return groups, nil
}

func (o *compareOptions) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	options, err := o.check()
	if err != nil {
		return err
	}
	parsed, err := o.parse(args)
	if err != nil {
		return err
	}
	groups, inputs, err := o.load(ctx, parsed, stderr)
	if err != nil {
		return err
	}
	if err := o.output.makeDir(); err != nil {
		return err
	}
	draws := o.draws
	if draws == 0 {
		draws = -1 // none, while in the options 0 is the default
	}
	bar := newProgress(stderr)
	options.Progress = bar.update
	result, err := regime.Compare(ctx, groups, regime.CompareOptions{Fit: options, Draws: draws, N: o.neurons, EffectiveT: o.effectiveT},
		stream(o.method.seed, "compare"))
	bar.clear()
	if errors.Is(err, regime.ErrStreamed) {
		return hinted(err, "--stream=false reads them whole; --draws 0 compares recordings as they are, and needs no subsamples")
	}
	if err != nil {
		return err
	}
	resolved, err := options.Resolved()
	if err != nil {
		return err
	}
	var results []*regime.Result
	for _, r := range result.Recordings {
		results = append(results, r.Result)
	}
	this, _, _ := strings.Cut(programVersion(), " ")
	result.Caveats = append(result.Caveats, regime.VersionCaveats(results, this)...)
	result.Provenance = map[string]any{"program": "regime " + programVersion(), "recordings": inputs, "options": resolved, "seed": o.method.seed}
	if o.output.dir != "" {
		if err := o.files(result); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "regime: wrote %s\n", o.output.dir)
	}
	if o.output.json {
		return writeJSON(stdout, result)
	}
	return report.Compare(stdout, result)
}

// load reads what is compared, and says where each came from, in the order of the comparison.
func (o *compareOptions) load(ctx context.Context, parsed []named, stderr io.Writer) (groups []regime.Group, inputs []any, err error) {
	finished := map[string]*regime.Result{}
	var recordings []string
	for _, p := range parsed {
		for _, path := range p.data {
			if finished[path], err = finishedResult(path); err != nil {
				return nil, nil, err
			}
			if finished[path] == nil {
				recordings = append(recordings, path)
			}
		}
	}
	if err := o.checkFlags(recordings); err != nil {
		return nil, nil, err
	}
	for _, p := range parsed {
		g := regime.Group{Name: p.name}
		var results []any
		for _, path := range p.data {
			if r := finished[path]; r != nil {
				g.Results, results = append(g.Results, r), append(results, map[string]any{"result": path, "provenance": r.Provenance})
				continue
			}
			o.input.data = path
			rec, provenance, err := o.input.recording(ctx, stderr)
			if err != nil {
				return nil, nil, about(path, err)
			}
			g.Recordings, inputs = append(g.Recordings, rec), append(inputs, provenance)
		}
		groups, inputs = append(groups, g), append(inputs, results...)
	}
	return groups, inputs, nil
}

// checkFlags refuses flags that would do nothing for any of the recordings.
func (o *compareOptions) checkFlags(recordings []string) error {
	if len(recordings) > 0 {
		return o.input.check(recordings...)
	}
	var err error
	o.input.flags.Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "group", "out", "json", "format":
		default:
			err = usage("--%s is of recordings, and all that is compared here is finished", f.Name)
		}
	})
	return err
}

// finishedResult returns the result in a JSON file, or nil if the path is none: of the files of recordings none begins with a brace.
func finishedResult(path string) (*regime.Result, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil // a data set, or no file, which is told later
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := bufio.NewReader(f)
	if first, err := b.Peek(1); err != nil || first[0] != '{' {
		return nil, nil
	}
	r, err := regime.ReadResult(b)
	if err != nil {
		return nil, hinted(badData(fmt.Errorf("%s: %w", path, err)), "finished results are what regime fit and regime scaling write with --out or --json")
	}
	if r.Data.Name == "" {
		r.Data.Name = path
	}
	return r, nil
}

// files writes the comparison and its figures: as published, at matched size if anything is, and the regime plane.
func (o *compareOptions) files(c *regime.Comparison) error {
	err := atomicfile.Write(filepath.Join(o.output.dir, "compare.json"), func(w io.Writer) error { return writeJSON(w, c) })
	if err != nil {
		return err
	}
	if err := o.columns("comparison", plot.NewColumns(c)); err != nil {
		return err
	}
	if c.Matched.Draws > 0 {
		if err := o.columns("matched", plot.NewMatchedColumns(c)); err != nil {
			return err
		}
	}
	points := plot.NewPlane(c)
	for i := range points {
		points[i].Alone = !o.isGroup(points[i].Group)
	}
	return save(o.output, "plane", func() (*plot.Figure, error) { return plot.RegimePlane(points) })
}

func (o *compareOptions) columns(name string, sets []plot.Column) error {
	for i := range sets {
		sets[i].Alone = !o.isGroup(sets[i].Group)
	}
	return save(o.output, name, func() (*plot.Figure, error) { return plot.Comparison(sets) })
}

// isGroup tells whether --group names a group. The others are recordings by themselves.
func (o *compareOptions) isGroup(name string) bool {
	return slices.ContainsFunc(o.groups, func(g string) bool { return strings.HasPrefix(g, name+"=") })
}

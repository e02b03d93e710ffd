package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
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
		Use:   "compare [FILE|DATASET…] [--group NAME=A,B…]",
		Short: "Recordings side by side: as they are, and at matched numbers of neurons and time points",
		Long: `compare analyses several recordings, then random subsamples of each at the size of the smallest: the same number
of neurons, and of independent time points. It tells the differences between groups with intervals, and what cannot
be concluded from them. Flags of loading and preprocessing hold for all files.`,
		Example: `  regime compare cycling.npz bci.npz
  regime compare --group bci=golub2018,hennig2018 --group reach=stevenson2011
  regime compare --group bci=a.npz,b.npz --group arm=c.npz --method paper --out figures/ --format pdf`,
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
	var all []string
	for _, p := range parsed {
		all = append(all, p.data...)
	}
	if err := o.input.check(all...); err != nil {
		return err
	}
	var groups []regime.Group
	var inputs []any
	for _, p := range parsed {
		g := regime.Group{Name: p.name}
		for _, data := range p.data {
			o.input.data = data
			rec, provenance, err := o.input.recording(ctx, stderr)
			if err != nil {
				return about(data, err)
			}
			g.Recordings = append(g.Recordings, rec)
			inputs = append(inputs, provenance)
		}
		groups = append(groups, g)
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
	if err != nil {
		return err
	}
	resolved, err := options.Resolved()
	if err != nil {
		return err
	}
	result.Provenance = map[string]any{"recordings": inputs, "options": resolved, "seed": o.method.seed}
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

// files writes the comparison and its figures: as published, and the regime plane.
func (o *compareOptions) files(c *regime.Comparison) error {
	err := atomicfile.Write(filepath.Join(o.output.dir, "compare.json"), func(w io.Writer) error { return writeJSON(w, c) })
	if err != nil {
		return err
	}
	if err := save(o.output, "comparison", func() (*plot.Figure, error) { return plot.Comparison(plot.NewColumns(c)) }); err != nil {
		return err
	}
	if err := save(o.output, "matched", func() (*plot.Figure, error) { return plot.Comparison(plot.NewMatchedColumns(c)) }); err != nil {
		return err
	}
	return save(o.output, "plane", func() (*plot.Figure, error) { return plot.RegimePlane(plot.NewPlane(c)) })
}

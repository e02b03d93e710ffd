package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/datasets"
	"oblique/internal/atomicfile"
	"oblique/internal/plot"
	"oblique/internal/report"
	"oblique/loaders/recording"
	"oblique/regime"
)

// reproduceOptions are the flags of regime reproduce.
type reproduceOptions struct {
	output   output
	draws    int
	seed     uint64
	networks networkOptions
}

// A published is a figure that can be reproduced.
type published struct {
	name    string
	analyse func(context.Context, *recording.Recording, regime.Options, *reproduceOptions) (*regime.ScalingResult, error)
	words   func(io.Writer, []report.Reproduction) error
	draw    func([]report.Reproduction, func(report.Reproduction) *regime.ScalingResult) (*plot.Figure, error)
}

var figures = []published{
	{"fig7", fitAlone, report.Figure7, drawFigure7},
	{"fig8", fitAndScale, report.Figure8, drawFigure8},
}

func newReproduce() *cobra.Command {
	o := &reproduceOptions{}
	c := &cobra.Command{
		Use:   "reproduce fig2|fig3|fig4|fig5|fig6|fig7|fig8",
		Short: "A published figure from scratch, beside the numbers in print",
		Long: `reproduce repeats a figure of Schuessler et al., eLife 13 (2024), beside the numbers in print, with a verdict for each.

Figures 2 to 6 show trained networks. They are trained first, five for each task and readout with 512 units as published,
which takes hours, or a few of 100 units, in minutes, with --quick; they are kept for the next figure, and after an
interruption the same command goes on. A folder there that has a network with other settings is an error. --nets takes
networks that regime simulate train has finished. fig2: two networks that cycle. fig3: norms, correlation and
dimensions. fig4: variability. fig5: perturbations. fig6: noise.

Figures 7 and 8 are of the data sets that are on this machine: the published analysis, and what holds on held-out data.
Data sets that are absent are listed with how to get them. fig7: readouts of recordings, BCI and not. fig8: scaling with
the number of neurons.`,
		Example: `  regime reproduce fig3 --quick --out figures/ --format png
  regime reproduce fig5 --nets networks/
  regime reproduce fig7
  regime reproduce fig8 --out figures/ --format pdf`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && (figureNamed(args[0]) != nil || networkFigureNamed(args[0]) != nil) {
				return nil
			}
			return hinted(usage("want the name of a figure: fig2 to fig8"), "%s fig7", c.CommandPath())
		},
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case c.Flags().Changed("draws") && args[0] != "fig8":
				return usage("--draws is of fig8, and not of %s", args[0])
			case o.draws == 0: // which in the options is the default
				return usage("--draws 0: want at least 1")
			}
			f := networkFigureNamed(args[0])
			if err := o.networks.check(c.Flags(), args[0], f != nil); err != nil {
				return err
			}
			if f != nil {
				return o.reproduceNetworks(c.Context(), f, c.OutOrStdout(), c.ErrOrStderr())
			}
			return o.run(c.Context(), figureNamed(args[0]), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	o.output.AddFlags(f)
	f.Lookup("out").Usage = "folder for the figure, and what it shows as JSON"
	f.StringSliceVar(&o.networks.nets, "nets", nil, "fig2 to fig6: take the finished networks in this folder's folders, train none")
	f.StringVar(&o.networks.keep, "keep", "", "fig2 to fig6: folder where networks are trained and kept (default in the user's cache)")
	f.BoolVar(&o.networks.quick, "quick", false, "fig2 to fig6: networks of 100 units")
	f.IntVar(&o.networks.count, "networks", 0, "fig2 to fig6: networks of each task and readout (default 5; with --quick 1, fig4 3)")
	f.IntVar(&o.draws, "draws", 20, "fig8: draws of each number of neurons")
	f.Uint64Var(&o.seed, "seed", 0, "seed of everything that is drawn")
	return c
}

func figureNamed(name string) *published {
	for i := range figures {
		if figures[i].name == name {
			return &figures[i]
		}
	}
	return nil
}

// howToGet tells how to get a data set: some are fetched by hand.
func howToGet(d *datasets.Dataset) string {
	if d.File.URL == "" {
		return fmt.Sprintf("by hand, from %s; regime datasets info %s says which file", d.Home, d.ID)
	}
	return fmt.Sprintf("regime datasets fetch %s (%s)", d.ID, d.File.URL)
}

// An absentee is a data set that is not on this machine.
type absentee struct {
	Data string `json:"data"`
	How  string `json:"how"`
}

func (o *reproduceOptions) run(ctx context.Context, figure *published, stdout, stderr io.Writer) error {
	if err := o.output.check(); err != nil {
		return err
	}
	var all []report.Reproduction
	var absent []absentee
	for _, d := range datasets.All() {
		if _, err := datasets.Find(d, ""); err != nil {
			if !errors.Is(err, datasets.ErrMissing) {
				return err
			}
			absent = append(absent, absentee{d.ID, howToGet(d)})
			continue
		}
		if err := o.output.makeDir(); err != nil {
			return err
		}
		prints := d.Published
		if len(prints) == 0 {
			prints = []datasets.Published{{}} // its own analysis, beside the others
		}
		for _, p := range prints {
			r, err := o.reproduce(ctx, figure, d, p, stderr)
			if err != nil {
				return fmt.Errorf("%s: %w", d.ID, err)
			}
			all = append(all, r)
		}
	}
	if err := o.write(figure, all, absent, stdout, stderr); err != nil {
		return err
	}
	if len(all) == 0 {
		easy := max(0, slices.IndexFunc(absent, func(a absentee) bool { return !strings.HasPrefix(a.How, "by hand") }))
		return hinted(&failure{status: exitFailed, err: errors.New("none of the data sets is on this machine")}, "%s", absent[easy].How)
	}
	return nil
}

// reproduce analyses one recording of a figure both ways.
func (o *reproduceOptions) reproduce(ctx context.Context, figure *published, d *datasets.Dataset, p datasets.Published, stderr io.Writer) (report.Reproduction, error) {
	name, output := d.ID, p.Output
	if p.Phase != "" {
		name += ":" + p.Phase
	}
	args := []string{"--data=" + name}
	if output != "" {
		args = append(args, "--output="+output)
	}
	var in input
	flags := pflag.NewFlagSet("data", pflag.ContinueOnError)
	in.AddFlags(flags)
	if err := flags.Parse(args); err != nil {
		return report.Reproduction{}, err
	}
	rec, _, err := in.recording(ctx, io.Discard)
	if err != nil {
		return report.Reproduction{}, err
	}
	r := report.Reproduction{Name: name + ", " + rec.Output}
	bar := newProgress(stderr)
	defer bar.clear()
	options := regime.Options{Method: regime.Paper, Progress: bar.update}
	if r.Paper, err = figure.analyse(ctx, rec, options, o); err != nil {
		return r, err
	}
	options.Method = regime.Crossval
	if r.Ours, err = figure.analyse(ctx, rec, options, o); err != nil {
		return r, err
	}
	r.Checks, err = checks(p, r.Paper.Result)
	return r, err
}

// checks compares what is in print with the published analysis. Numbers have the digits they have in print.
func checks(p datasets.Published, r *regime.Result) ([]report.Check, error) {
	whole := func(n int) string { return fmt.Sprint(n) }
	var all []report.Check
	for _, one := range []struct {
		name, printed string
		given         bool
		here          regime.Number
	}{
		{"T", whole(p.T), p.T > 0, regime.Number(r.Data.NTime)},
		{"N", whole(p.N), p.N > 0, regime.Number(r.Data.NNeurons)},
		{"R²", fmt.Sprintf("%.2f", p.R2), p.R2 > 0, r.R2},
		{"ridge penalty", fmt.Sprintf("%.1e", p.Alpha), p.Alpha > 0, r.Alpha},
		{"ρ", fmt.Sprintf("%.2f", p.Rho), p.Rho > 0, r.Rho},
		{"D_fit", whole(p.DFit), p.DFit > 0, regime.Number(r.DFit)},
		{"D_fit / D_x", fmt.Sprintf("%.2f", p.Relative), p.Relative > 0, r.Relative},
	} {
		if !one.given {
			continue
		}
		c, err := report.NewCheck(one.name, one.printed, one.here)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func fitAlone(ctx context.Context, rec *recording.Recording, options regime.Options, o *reproduceOptions) (*regime.ScalingResult, error) {
	r, err := regime.Fit(ctx, rec, options, stream(o.seed, "fit"))
	return &regime.ScalingResult{Result: r}, err
}

func fitAndScale(ctx context.Context, rec *recording.Recording, options regime.Options, o *reproduceOptions) (*regime.ScalingResult, error) {
	// Only subsamples of neurons are drawn in this figure.
	options.TimeSubsamples, options.Bootstrap, options.Shifts = -1, -1, -1
	return regime.Scaling(ctx, rec, regime.ScalingOptions{Fit: options, Draws: o.draws}, stream(o.seed, "scaling"))
}

func drawFigure7(all []report.Reproduction, of func(report.Reproduction) *regime.ScalingResult) (*plot.Figure, error) {
	c := &regime.Comparison{}
	for _, r := range all {
		result := of(r)
		c.Recordings = append(c.Recordings, regime.Compared{Group: string(result.Data.Kind), Result: result.Result})
	}
	return plot.Comparison(plot.NewColumns(c))
}

func drawFigure8(all []report.Reproduction, of func(report.Reproduction) *regime.ScalingResult) (*plot.Figure, error) {
	var curves []plot.ScalingCurve
	for _, r := range all {
		curve := plot.NewScalingCurve(of(r))
		curve.Group = string(of(r).Data.Kind)
		curves = append(curves, curve)
	}
	return plot.Scaling(curves)
}

// write writes the table or JSON, and with --out the figures.
func (o *reproduceOptions) write(figure *published, all []report.Reproduction, absent []absentee, stdout, stderr io.Writer) error {
	result := map[string]any{"schema_version": regime.SchemaVersion, "figure": figure.name, "recordings": all, "absent": absent,
		"provenance": map[string]any{"program": "regime " + programVersion(), "seed": o.seed}}
	if o.output.dir != "" && len(all) > 0 {
		path := filepath.Join(o.output.dir, figure.name+".json")
		if err := atomicfile.Write(path, func(w io.Writer) error { return writeJSON(w, result) }); err != nil {
			return err
		}
		paper := func(r report.Reproduction) *regime.ScalingResult { return r.Paper }
		ours := func(r report.Reproduction) *regime.ScalingResult { return r.Ours }
		if err := save(o.output, figure.name, func() (*plot.Figure, error) { return figure.draw(all, paper) }); err != nil {
			return err
		}
		if err := save(o.output, figure.name+"-held-out", func() (*plot.Figure, error) { return figure.draw(all, ours) }); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "regime: wrote %s\n", o.output.dir)
	}
	if o.output.json {
		return writeJSON(stdout, result)
	}
	if len(all) > 0 {
		if err := figure.words(stdout, all); err != nil {
			return err
		}
	}
	for _, a := range absent {
		fmt.Fprintf(stdout, "%s is not on this machine: %s\n", a.Data, a.How)
	}
	return nil
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/internal/atomicfile"
	"oblique/internal/plot"
	"oblique/internal/report"
	"oblique/loaders/recording"
	"oblique/regime"
)

// scalingOptions are the flags of regime scaling.
type scalingOptions struct {
	analysis
	sizes  []int
	draws  int
	nested bool
	span   string   // of draws to analyse, as part of a batch
	done   []string // files of such parts
}

func newScaling() *cobra.Command {
	o := &scalingOptions{}
	c := &cobra.Command{
		Use:   "scaling --data FILE|DATASET",
		Short: "Repeat the analysis on subsamples of neurons: how ρ scales with their number",
		Long: `scaling analyses subsamples of the neurons of one recording, and fits ρ ∝ N^γ: γ is 0 for a readout along leading
components that grow with N, and −½ for one that lies as random directions do (figure 8 of the paper).`,
		Example: `  regime scaling --data hennig2018
  regime scaling --data session.npz --sizes 10,20,40,80 --draws 50 --json
  regime scaling --data golub2018 --method paper --out scaling/ --format pdf`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr()) },
	}
	o.AddFlags(c.Flags())
	return c
}

func (o *scalingOptions) AddFlags(f *pflag.FlagSet) {
	o.analysis.AddFlags(f)
	f.Lookup("out").Usage = "folder for scaling.json and the figure"
	f.IntSliceVar(&o.sizes, "sizes", nil, "numbers of neurons, ascending (default a tenth to all of them in ten steps)")
	f.IntVar(&o.draws, "draws", 20, "draws of each size")
	f.BoolVar(&o.nested, "nested", false, "a draw's smaller subsamples are part of its larger ones")
	f.StringVar(&o.span, "draw-range", "", "analyse draws FROM:TO alone, for --draws-done of another run; the same draws as of an undivided run")
	f.StringArrayVar(&o.done, "draws-done", nil, "take the draws in this file, written by --draw-range; may be given several times")
}

func (o *scalingOptions) run(ctx context.Context, stdout, stderr io.Writer) error {
	if o.span != "" && o.output.dir != "" {
		return hinted(usage("--draw-range writes its draws to standard output, and nothing to --out"), "give --out to the run with --draws-done")
	}
	if o.draws == 0 { // which in the options is the default
		return usage("--draws 0: want at least 1")
	}
	rec, provenance, options, bar, err := o.begin(ctx, stderr)
	if err != nil {
		return err
	}
	scaling := regime.ScalingOptions{Fit: options, Sizes: o.sizes, Draws: o.draws, Nested: o.nested}
	_, n, _ := rec.Dims()
	resolved, err := scaling.Resolved(n)
	if err != nil {
		return err
	}
	if o.span != "" {
		defer bar.clear()
		return o.part(ctx, rec, provenance, scaling, stdout)
	}
	if scaling.Done, err = o.parts(); err != nil {
		return err
	}
	result, err := regime.Scaling(ctx, rec, scaling, stream(o.method.seed, "scaling"))
	bar.clear()
	if err != nil {
		return err
	}
	result.Provenance = provenance
	result.Provenance["options"], result.Provenance["seed"] = resolved, o.method.seed
	if o.output.dir != "" {
		if err := o.files(result); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "regime: wrote %s\n", o.output.dir)
	}
	if o.output.json {
		return writeJSON(stdout, result)
	}
	return report.Scaling(stdout, result)
}

// part analyses a range of draws, and writes them as JSON.
func (o *scalingOptions) part(ctx context.Context, rec *recording.Recording, provenance map[string]any, scaling regime.ScalingOptions, stdout io.Writer) error {
	var from, to int
	if n, err := fmt.Sscanf(o.span, "%d:%d", &from, &to); n != 2 || err != nil || o.span != fmt.Sprintf("%d:%d", from, to) {
		return usage("--draw-range %q: want FROM:TO, such as 20:40", o.span)
	}
	part, err := regime.DrawScaling(ctx, rec, scaling, from, to, stream(o.method.seed, "scaling"))
	if err != nil {
		return err
	}
	part.Provenance = provenance
	part.Provenance["seed"] = o.method.seed
	return writeJSON(stdout, part)
}

// parts reads the draws that are done.
func (o *scalingOptions) parts() ([]*regime.ScalingDraws, error) {
	var all []*regime.ScalingDraws
	for _, path := range o.done {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("--draws-done: %w", err)
		}
		part := new(regime.ScalingDraws)
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber() // a seed may have more digits than a float64
		if err := d.Decode(part); err != nil {
			return nil, badData(fmt.Errorf("--draws-done: %s: %w", path, err))
		}
		if seed := fmt.Sprint(part.Provenance["seed"]); seed != strconv.FormatUint(o.method.seed, 10) {
			return nil, usage("--draws-done %s: drawn with seed %s, not %d", path, seed, o.method.seed)
		}
		all = append(all, part)
	}
	return all, nil
}

// files writes the result and figure 8.
func (o *scalingOptions) files(r *regime.ScalingResult) error {
	err := atomicfile.Write(filepath.Join(o.output.dir, "scaling.json"), func(w io.Writer) error { return writeJSON(w, r) })
	if err != nil {
		return err
	}
	return save(o.output, "scaling", func() (*plot.Figure, error) { return plot.Scaling([]plot.ScalingCurve{plot.NewScalingCurve(r)}) })
}

// save draws a figure into the output folder, in the format asked for.
func save(o output, name string, draw func() (*plot.Figure, error)) error {
	figure, err := draw()
	if err != nil {
		return err
	}
	return figure.Save(filepath.Join(o.dir, name+"."+o.format))
}

package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/simulate/probe"
)

// probeCommand are the flags of regime simulate probe.
type probeCommand struct {
	net, other string
	measures   []string
	trials     int
	seed       uint64
	json       bool
	flags      *pflag.FlagSet
}

// measureNames names all measures, in words.
func measureNames() string {
	var names []string
	for _, m := range probe.Measures() {
		names = append(names, string(m))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func newSimulateProbe() *cobra.Command {
	o := &probeCommand{}
	c := &cobra.Command{
		Use:   "probe --net DIR",
		Short: "Measure the regime of a trained network as the paper does",
		Long: `probe runs a trained network on fresh trials and measures norms, correlation of states with the readout,
components and fits (geometry), compression of noise along the readout (noise), loss after perturbations along readout,
components, random and input directions (perturbation), power spectra (spectrum), eigenvalues of W and of its change
(eigenvalues), and fixed points (fixedpoints). --against adds the dissimilarity from another network of the same task.`,
		Example: `  regime simulate probe --net net/
  regime simulate probe --net oblique/ --against aligned/ --measures geometry --json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr()) },
	}
	f := c.Flags()
	o.flags = f
	f.StringVar(&o.net, "net", "", "folder of a trained network")
	f.StringVar(&o.other, "against", "", "folder of another network, for the dissimilarity")
	f.StringSliceVar(&o.measures, "measures", nil, "what to measure: "+measureNames()+" (default all)")
	f.IntVar(&o.trials, "trials", 32, "trials")
	f.Uint64Var(&o.seed, "seed", 0, "seed of trials, noise and directions; networks are compared on the same")
	f.BoolVar(&o.json, "json", false, "write the report as JSON")
	return c
}

func (o *probeCommand) run(ctx context.Context, stdout, stderr io.Writer) error {
	if o.net == "" {
		return hinted(usage("no network: --net is missing"), "--net net/, a folder that regime simulate train has written")
	}
	if o.trials < 4 || o.trials > 1<<16 {
		return usage("--trials %d: want 4 to %d", o.trials, 1<<16)
	}
	if o.flags.Changed("measures") && len(list(o.measures)) == 0 {
		return usage(`--measures "": want %s`, measureNames())
	}
	var measures []probe.Measure
	for _, m := range list(o.measures) {
		if !slices.Contains(probe.Measures(), probe.Measure(m)) {
			return usage("--measures %q: want %s", m, measureNames())
		}
		measures = append(measures, probe.Measure(m))
	}
	subject, err := o.subject()
	if err != nil {
		return err
	}
	bar := newProgress(stderr)
	report, err := probe.Take(ctx, subject, measures, func(m probe.Measure, done, total int) { bar.update(string(m), done, total) })
	bar.clear()
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(stdout, report)
	}
	return writeProbe(stdout, report)
}

// subject reads the networks.
func (o *probeCommand) subject() (probe.Subject, error) {
	net, err := readNetwork(o.net)
	if err != nil {
		return probe.Subject{}, err
	}
	if _, err := (&trialOptions{trials: o.trials}).task(net.options.Task, net.options.N); err != nil {
		return probe.Subject{}, err
	}
	s := probe.Subject{Task: net.options.Task, Network: net.network, Initial: net.initial, Trials: o.trials, Also: probe.Directions(), Seed: o.seed}
	if o.other == "" {
		return s, nil
	}
	other, err := readNetwork(o.other)
	if err != nil {
		return s, err
	}
	if other.options.Task != s.Task {
		return s, usage("--against %s: it was trained on %s, and %s on %s", o.other, other.options.Task, o.net, s.Task)
	}
	s.Other = other.network
	return s, nil
}

// reached is a dimension, or that so many components were not enough.
func reached(d int, curve []float64) string {
	if d == 0 {
		return fmt.Sprintf("over %d", len(curve))
	}
	return strconv.Itoa(d)
}

// writeProbe writes the figures of a report that are single numbers.
func writeProbe(w io.Writer, r *probe.Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	row := func(name string, value any) {
		switch value.(type) {
		case float64, complex128:
			fmt.Fprintf(t, "%s\t%.4g\n", name, value)
		default:
			fmt.Fprintf(t, "%s\t%v\n", name, value)
		}
	}
	row("task", r.Task)
	if g := r.Geometry; g != nil {
		row("‖x‖", g.StateNorm)
		row("‖w_out‖", g.ReadoutNorm)
		row("ρ", g.Rho)
		row("ρ, Frobenius", g.Frobenius)
		row("D_x,90", reached(g.DX, g.Variance))
		row("D_fit,90", reached(g.DFit, g.R2))
		row("D_fit,90, held out", reached(g.DFitTest, g.R2Test))
	}
	if n := r.Noise; n != nil {
		row("noise, output / random", n.Ratio)
	}
	if p := r.Perturbation; p != nil {
		row("relative susceptibility", p.Relative)
	}
	if e := r.Eigenvalues; e != nil {
		row("leading eigenvalue", complex(e.Rec[0][0], e.Rec[0][1]))
	}
	if len(r.FixedPoints) > 0 {
		var speeds []float64
		for _, p := range r.FixedPoints {
			speeds = append(speeds, p.Speed)
		}
		row(fmt.Sprintf("speed at %d fixed points", len(speeds)), fmt.Sprintf("%.3g to %.3g", slices.Min(speeds), slices.Max(speeds)))
	}
	if r.Dissimilarity != nil {
		row("dissimilarity", *r.Dissimilarity)
	}
	for _, note := range r.Notes {
		row("note", note)
	}
	return t.Flush()
}

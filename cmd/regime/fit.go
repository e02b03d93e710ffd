package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/internal/report"
	"oblique/loaders/recording"
	"oblique/regime"
	"oblique/regime/ridge"
)

// analysis are the flags that every analysis takes: which data, by which method, where results go.
type analysis struct {
	input  input
	method methodOptions
	output output
}

func (a *analysis) AddFlags(f *pflag.FlagSet) {
	a.input.AddFlags(f)
	a.method.AddFlags(f)
	a.output.AddFlags(f)
}

// check returns the options of the method, once all flags that need no data have been found right.
func (a *analysis) check() (regime.Options, error) {
	if err := a.output.check(); err != nil {
		return regime.Options{}, err
	}
	return a.method.options()
}

// begin checks the flags and loads the recording. Progress of the options is the bar's.
func (a *analysis) begin(ctx context.Context, stderr io.Writer) (rec *recording.Recording, provenance map[string]any, options regime.Options, bar *progress, err error) {
	if options, err = a.check(); err != nil {
		return nil, nil, options, nil, err
	}
	if err = a.input.check(a.input.data); err != nil {
		return nil, nil, options, nil, err
	}
	if rec, provenance, err = a.input.recording(ctx, stderr); err != nil {
		return nil, nil, options, nil, err
	}
	if err = a.output.makeDir(); err != nil {
		return nil, nil, options, nil, err
	}
	bar = newProgress(stderr)
	options.Progress = bar.update
	return rec, provenance, options, bar, nil
}

// fitOptions are the flags of regime fit.
type fitOptions struct{ analysis }

func newFit() *cobra.Command {
	o := &fitOptions{}
	c := &cobra.Command{
		Use:   "fit --data FILE|DATASET",
		Short: "Fit a readout to one recording and tell its regime",
		Long: `fit finds the readout of neural activity that gives the behaviour, by ridge regression, and tells how it lies
to the activity: its correlation ρ with activity, how many principal components the fit needs against how many the
activity has, and what chance would give. By default figures are held out: nested cross-validation over whole
trials or gapped blocks, intervals from a block bootstrap. --method paper repeats the published analysis.`,
		Example: `  regime fit --data cycling.npz
  regime fit --data golub2018 --method paper
  regime fit --data reach.mat --spikes spikes --behavior handVel --file-bin 50ms --smooth 50ms --lag 100ms
  regime fit --data session.npz --rates X --behavior Y --json > result.json
  regime fit --data bci.npz --out results/ --format pdf`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr()) },
	}
	o.AddFlags(c.Flags())
	return c
}

func (o *fitOptions) run(ctx context.Context, stdout, stderr io.Writer) error {
	rec, provenance, options, bar, err := o.begin(ctx, stderr)
	if err != nil {
		return err
	}
	result, err := regime.Fit(ctx, rec, options, stream(o.method.seed, "fit"))
	bar.clear()
	if err != nil {
		return err
	}
	resolved, err := options.Resolved()
	if err != nil {
		return err
	}
	result.Provenance = provenance
	result.Provenance["options"] = resolved
	result.Provenance["seed"] = o.method.seed
	return o.output.write(result, stdout, stderr)
}

// stream returns the generator of a label under a seed. Streams of different labels are independent, and a result
// depends on its own label alone.
func stream(seed uint64, label string) *rand.Rand {
	const prime, basis = 1099511628211, 14695981039346656037 // FNV-1a
	hash := uint64(basis)
	for _, b := range []byte(label) {
		hash = (hash ^ uint64(b)) * prime
	}
	return rand.New(rand.NewPCG(seed, hash))
}

// methodOptions are the flags of the analysis itself.
type methodOptions struct {
	method     string
	alphas     string
	folds      int
	gap        time.Duration
	bootstrap  int
	shifts     int
	readouts   int
	subsamples int
	fraction   float64
	seed       uint64

	flags *pflag.FlagSet // tells which were set
}

func (o *methodOptions) AddFlags(f *pflag.FlagSet) {
	o.flags = f
	f.StringVar(&o.method, "method", "crossval", "crossval (held-out figures) or paper (as published, in-sample)")
	f.StringVar(&o.alphas, "alphas", "", "ridge penalties: a list 1,10,100 or from:to:count on a logarithmic scale (default 1e-3:1e6:20)")
	f.IntVar(&o.folds, "folds", 0, "folds of the cross-validation, at least 3 (default 5)")
	f.DurationVar(&o.gap, "gap", 0, "left out beside held-out blocks; 0s for none (default smoothing + lag, at least the correlation time)")
	f.IntVar(&o.bootstrap, "bootstrap", 0, "block-bootstrap draws behind the intervals; 0 for none (default 200 under crossval)")
	f.IntVar(&o.shifts, "shifts", 0, "time-shifted copies of behaviour in the null; 0 for none (default 100 under crossval)")
	f.IntVar(&o.readouts, "readouts", 0, "random readouts in the null of ρ; 0 for none (default 1000)")
	f.IntVar(&o.subsamples, "time-subsamples", 0, "random parts of the time bins; 0 for none (default 20 under paper)")
	f.Float64Var(&o.fraction, "time-fraction", 0, "share of the time bins in each (default 0.5)")
	f.Uint64Var(&o.seed, "seed", 0, "seed of everything that is drawn")
}

// options returns the options that the flags ask for. Of wrong flags it tells all, as joined errors.
func (o *methodOptions) options() (regime.Options, error) {
	alphas, err := parseAlphas(o.alphas)
	wrong := []error{err}
	given := func(name string, is0 bool) bool { return is0 && o.flags.Changed(name) }
	if given("folds", o.folds == 0) {
		wrong = append(wrong, usage("--folds 0: want at least 3"))
	}
	if given("time-fraction", o.fraction == 0) {
		wrong = append(wrong, usage("--time-fraction 0: want above 0 and at most 1"))
	}
	options := regime.Options{Method: regime.Method(o.method), Alphas: alphas, TimeSubsamples: o.subsamples,
		Fraction: o.fraction, Folds: o.folds, Gap: o.gap, Bootstrap: o.bootstrap, Shifts: o.shifts, Readouts: o.readouts}
	// Who says 0 means none, which in Options is the default.
	for name, n := range map[string]*int{"time-subsamples": &options.TimeSubsamples, "bootstrap": &options.Bootstrap,
		"shifts": &options.Shifts, "readouts": &options.Readouts} {
		if given(name, *n == 0) {
			*n = -1
		}
	}
	if given("gap", o.gap == 0) {
		options.Gap = -1
	}
	_, err = options.Resolved()
	return options, errors.Join(append(wrong, err)...)
}

// parseAlphas reads 1,10,100 or 1e-3:1e6:20.
func parseAlphas(s string) ([]float64, error) {
	if s == "" {
		return nil, nil
	}
	bad := usage("--alphas %q: want numbers 1,10,100, or from:to:count on a logarithmic scale, such as 1e-3:1e6:20", s)
	if parts := strings.Split(s, ":"); len(parts) == 3 {
		lo, err1 := strconv.ParseFloat(parts[0], 64)
		hi, err2 := strconv.ParseFloat(parts[1], 64)
		n, err3 := strconv.Atoi(parts[2])
		if err1 != nil || err2 != nil || err3 != nil || !(lo > 0 && hi > lo) || n < 2 || n > 1000 {
			return nil, bad
		}
		return ridge.LogSpace(lo, hi, n), nil
	}
	var alphas []float64
	for part := range strings.SplitSeq(s, ",") {
		a, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return nil, bad
		}
		alphas = append(alphas, a)
	}
	return alphas, nil
}

// write puts a result where the flags say: a table or JSON on standard output, files in a folder.
func (o *output) write(r *regime.Result, stdout, stderr io.Writer) error {
	if o.dir != "" {
		if err := o.files(r); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "regime: wrote %s\n", o.dir)
	}
	if o.json {
		return writeJSON(stdout, r)
	}
	return report.Fit(stdout, r)
}

// writeJSON writes v indented, with a newline at the end.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

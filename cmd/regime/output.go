package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"

	"oblique/internal/atomicfile"
	"oblique/internal/plot"
	"oblique/loaders/npz"
	"oblique/regime"
)

// resultFile is the result of a fit in its folder.
const resultFile = "result.json"

// output are the flags that say where results go.
type output struct {
	json   bool
	dir    string
	format string

	flags *pflag.FlagSet // tells which were set
}

func (o *output) AddFlags(f *pflag.FlagSet) {
	o.flags = f
	f.BoolVar(&o.json, "json", false, "write the result as JSON")
	f.StringVar(&o.dir, "out", "", "folder for result.json, curves.npz and figures")
	f.StringVar(&o.format, "format", "svg", "format of the figures: svg, pdf or png")
}

func (o *output) check() error {
	switch {
	case o.format != "svg" && o.format != "pdf" && o.format != "png":
		return usage("--format %q: want svg, pdf or png", o.format)
	case o.dir == "" && o.flags.Changed("out"):
		return hinted(usage("--out is empty"), "--out results/")
	case o.dir == "" && o.flags.Changed("format"):
		return hinted(usage("--format %s is of figures, and without --out there are none", o.format), "--out figures/")
	}
	return nil
}

// makeDir makes the folder of results, if one is asked for, and tries whether it takes files: before the work, for hours
// of it should not end in a folder that takes none.
func (o *output) makeDir() error {
	if o.dir == "" {
		return nil
	}
	err := os.MkdirAll(o.dir, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(o.dir, ".out.*"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	var reason *fs.PathError
	if errors.As(err, &reason) {
		err = reason.Err
	}
	if err != nil {
		return fmt.Errorf("--out %s: %w", o.dir, err)
	}
	return nil
}

// files writes everything there is to keep of a result.
func (o *output) files(r *regime.Result) error {
	err := atomicfile.Write(filepath.Join(o.dir, resultFile), func(w io.Writer) error { return writeJSON(w, r) })
	if err != nil {
		return err
	}
	if err := npz.Write(filepath.Join(o.dir, "curves.npz"), curves(r)...); err != nil {
		return err
	}
	figures := []struct {
		name string
		draw func(*regime.Result) (*plot.Figure, error)
		skip bool
	}{
		{"components", plot.Curves, false},
		{"penalty", plot.AlphaPath, false},
		{"prediction", plot.Prediction, r.Prediction == nil},
		{"subsamples", plot.Subsamples, r.TimeSubsamples == nil},
	}
	for _, fig := range figures {
		if fig.skip {
			continue
		}
		drawn, err := fig.draw(r)
		if err != nil {
			return err
		}
		if err := drawn.Save(filepath.Join(o.dir, fig.name+"."+o.format)); err != nil {
			return err
		}
	}
	return nil
}

// curves returns the arrays of curves.npz, whose names are those of the JSON keys.
func curves(r *regime.Result) []npz.Value {
	vectors := []struct {
		name   string
		values []regime.Number
	}{
		{"r2_by_pcs", r.R2ByPCs}, {"r2_in_sample_by_pcs", r.InSampleByPCs}, {"alpha_by_pcs", r.AlphaByPCs},
		{"variance_by_pcs", r.VarianceByPCs}, {"alpha", r.AlphaPath.Alpha}, {"rho_by_alpha", r.AlphaPath.Rho},
		{"error_by_alpha", r.AlphaPath.Error}, {"effective_df_by_alpha", r.AlphaPath.DF},
	}
	var members []npz.Value
	for _, v := range vectors {
		data := make([]float64, len(v.values))
		for i, x := range v.values {
			data[i] = float64(x)
		}
		members = append(members, npz.Value{Name: v.name, Data: data})
	}
	matrices := []struct {
		name string
		m    *mat.Dense
	}{{"readout", r.Weights}, {"predicted", r.Prediction}, {"actual", r.Actual}}
	for _, m := range matrices {
		if m.m != nil {
			rows, cols := m.m.Dims()
			members = append(members, npz.Value{Name: m.name, Data: mat.DenseCopyOf(m.m).RawMatrix().Data, Shape: []int{rows, cols}})
		}
	}
	return append(members, npz.Value{Name: "offset", Data: r.Offset})
}

// list splits a comma-separated flag that may be given several times.
func list(values []string) []string {
	var out []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"oblique/internal/report"
	"oblique/loaders/npz"
	"oblique/regime"
	"oblique/simulate/probe"
	"oblique/simulate/rnn"
	"oblique/simulate/train"
)

// networkOptions are the flags of figures 2 to 6, which show trained networks.
type networkOptions struct {
	nets  []string
	keep  string
	quick bool
	count int
}

// maxEach is how many networks of each task and readout may be asked for.
const maxEach = 1000

// check refuses flags that would do nothing: those of networks with a figure that has none, and those of training with --nets.
func (o *networkOptions) check(f *pflag.FlagSet, figure string, networks bool) error {
	for _, name := range []string{"keep", "quick", "networks", "nets"} {
		switch {
		case !f.Changed(name):
		case !networks:
			return usage("--%s is of figures 2 to 6, which show networks, and not of %s", name, figure)
		case name != "nets" && len(o.nets) > 0:
			return usage("--%s is how networks are trained, and --nets trains none", name)
		}
	}
	if f.Changed("networks") && (o.count < 1 || o.count > maxEach) {
		return usage("--networks %d: want 1 to %d", o.count, maxEach)
	}
	return nil
}

// A member is a trained network of a figure.
type member struct {
	report.Network
	example bool // of figures 2 and 6b: W alone is trained
	options train.Options
	net     *rnn.Network[float32]
}

// quickUnits is the size of the networks of --quick, which learn with larger learning rates in fewer steps than the published
// ones of 512 units: in a minute or two on two processors.
const quickUnits = 100

var quickTraining = map[string]struct {
	steps        int
	small, large float64 // rate times N
}{
	"cycling":     {1000, 0.1, 0.1},
	"flipflop":    {2000, 0.03, 0.03},
	"mante":       {2000, 0.005, 0.02},
	"romo":        {6000, 0.03, 0.02},
	"complexsine": {6000, 0.03, 0.03},
}

// trainFlags are those of regime simulate train.
type trainFlags = map[string]string

// taskNetwork returns the training of a network of figures 3 to 6.
func (o *networkOptions) taskNetwork(task, readout string, seed int) trainFlags {
	f := trainFlags{"task": task, "readout": readout, "seed": strconv.Itoa(seed), "trials": "0"}
	if o.quick {
		q := quickTraining[task]
		rate := q.small
		if readout == "large" {
			rate = q.large
		}
		f["n"], f["steps"], f["rate"] = strconv.Itoa(quickUnits), strconv.Itoa(q.steps), fmt.Sprint(rate)
	}
	return f
}

// exampleNetwork returns the training of a network of figures 2 and 6b.
func (o *networkOptions) exampleNetwork(readout string) trainFlags {
	scenario := map[string]string{"small": "aligned_example", "large": "oblique_example"}[readout]
	f := trainFlags{"task": "cycling", "scenario": scenario, "seed": "1", "trials": "0"}
	if o.quick {
		f["n"], f["steps"] = strconv.Itoa(quickUnits), "4000"
	}
	return f
}

// plan returns the networks that a figure shows.
func (o *networkOptions) plan(f *networkFigure) (all []trainFlags) {
	count := o.count
	if count == 0 {
		count = 5
		if o.quick {
			count = f.quickCount
		}
	}
	for _, readout := range []string{"small", "large"} {
		if f.example {
			all = append(all, o.exampleNetwork(readout))
		}
		if !f.tasks {
			continue
		}
		for _, task := range probe.PublishedTasks {
			for seed := range count {
				all = append(all, o.taskNetwork(task, readout, seed+1))
			}
		}
	}
	return all
}

// networks returns the networks of a figure: those of --nets, or those that are trained for it.
func (o *networkOptions) networks(ctx context.Context, f *networkFigure, stderr io.Writer) (all []member, notes []string, err error) {
	if len(o.nets) > 0 {
		return o.finished(f, stderr)
	}
	keep := o.keep
	if keep == "" {
		if keep, err = os.UserCacheDir(); err != nil {
			return nil, nil, hinted(err, "--keep networks/")
		}
		keep = filepath.Join(keep, "regime", "networks")
	}
	nets, err := newSweep(keep)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, flags := range o.plan(f) {
		name, err := nets.add(flags)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, name)
	}
	if err := nets.train(ctx, &engine{name: "local"}, stderr); err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		m, _, err := readMember(nets.path(name)) // the sweep has made sure of its settings
		if err != nil {
			return nil, nil, err
		}
		all = append(all, *m)
	}
	return all, nil, nil
}

// finished returns the finished networks in the folders of --nets that have the published settings, but for size, steps and
// rate. Of several sizes the largest counts, and a network that is there twice counts once, which notes say.
func (o *networkOptions) finished(f *networkFigure, stderr io.Writer) (all []member, notes []string, err error) {
	var found []member
	for _, dir := range list(o.nets) {
		entries, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("--nets: no folder %s", dir)
		}
		if err != nil {
			return nil, nil, err
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if _, err := os.Stat(filepath.Join(path, optionsFile)); err != nil {
				continue // not a network, or one that is not finished
			}
			m, ofFigures, err := readMember(path)
			if err != nil {
				return nil, nil, err
			}
			if !ofFigures {
				fmt.Fprintf(stderr, "regime: %s is not a network of the figures: its settings are others\n", path)
				continue
			}
			if i := slices.IndexFunc(found, func(other member) bool { return reflect.DeepEqual(m.options, other.options) }); i >= 0 {
				notes = append(notes, fmt.Sprintf("%s is the same network as %s, and counts once", path, found[i].Folder))
				continue
			}
			found = append(found, *m)
		}
	}
	largest := map[bool]int{}
	for _, m := range found {
		largest[m.example] = max(largest[m.example], m.Units)
	}
	left := 0
	for _, m := range found {
		switch {
		case m.Units != largest[m.example]:
			left++
		case m.example && f.example || !m.example && (f.tasks || largest[true] == 0 && m.Task == "cycling"):
			all = append(all, m)
		}
	}
	if left > 0 {
		notes = append(notes, fmt.Sprintf("%d networks of fewer units were left out", left))
	}
	ofTasks := slices.ContainsFunc(all, func(m member) bool { return !m.example })
	if len(all) == 0 || f.tasks && !ofTasks {
		return nil, nil, hinted(badData(fmt.Errorf("no finished network of the figure in %v", list(o.nets))),
			"regime simulate train --task TASK --out DIR/NAME finishes one")
	}
	slices.SortStableFunc(all, func(a, b member) int { return cmp.Compare(a.Seed, b.Seed) })
	return all, notes, nil
}

// readMember reads a network, and tells whether its settings are those of the figures: g = 1.5, full rank, tanh, the
// task's noise.
func readMember(dir string) (m *member, ofFigures bool, err error) {
	saved, err := readNetwork(dir)
	if err != nil {
		return nil, false, err
	}
	o := saved.options
	m = &member{net: saved.network, options: o, Network: report.Network{Folder: filepath.Base(dir), Task: o.Task, Oblique: o.Large, Units: o.N, Steps: o.Steps, Seed: o.Seed}}
	base := train.Options{Task: o.Task, Large: o.Large, N: o.N, Steps: o.Steps, Batch: o.Batch, Rate: o.Rate, Seed: o.Seed}
	if slices.Equal(o.Trained, []train.Weight{train.Rec}) && o.Task == "cycling" {
		m.example = true
		base.Trained, base.InitStd = o.Trained, new(1.0)
	}
	if base, err = base.Resolved(); err != nil {
		return nil, false, err
	}
	if m.FinalLoss, err = finalLoss(filepath.Join(dir, lossFile)); err != nil {
		return nil, false, err
	}
	return m, slices.Contains(probe.PublishedTasks, o.Task) && reflect.DeepEqual(base, o), nil
}

// finalLoss returns the mean of the last 50 losses of a training.
func finalLoss(path string) (regime.Number, error) {
	f, err := npz.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return regime.Undefined, nil
	}
	if err != nil {
		return 0, badData(err)
	}
	defer f.Close()
	a, err := f.Array("loss")
	if err != nil {
		return 0, badData(fmt.Errorf("%s: %w", path, err))
	}
	losses, err := a.Float64s()
	if err != nil || len(losses) == 0 {
		return regime.Undefined, err
	}
	return regime.Number((&train.State{Loss: losses}).FinalLoss()), nil
}

// side returns the networks of a task and regime.
func side(all []member, task string, oblique, example bool) (some []member) {
	for _, m := range all {
		if m.Task == task && m.Oblique == oblique && m.example == example {
			some = append(some, m)
		}
	}
	return some
}

// exampleOf returns the network of a regime that an example shows: one of which W alone was trained, or else the first that
// cycles. It is nil without either.
func exampleOf(all []member, oblique bool) *member {
	for _, example := range []bool{true, false} {
		if some := side(all, "cycling", oblique, example); len(some) > 0 {
			return &some[0]
		}
	}
	return nil
}

// units returns the size of the networks.
func units(all []member) int {
	n := 0
	for _, m := range all {
		n = max(n, m.Units)
	}
	return n
}

// compare compares a quantity in all tasks, as measured by of.
func compare(all []member, q probe.Quantity, of func(*probe.Report) float64) (list []probe.Comparison) {
	for _, task := range probe.PublishedTasks {
		var values [2][]float64
		for i, oblique := range []bool{false, true} {
			for _, m := range side(all, task, oblique, false) {
				if m.Report != nil {
					values[i] = append(values[i], of(m.Report))
				}
			}
		}
		if values[0] == nil && values[1] == nil {
			continue
		}
		list = append(list, probe.Compare(q, task, units(all), values[0], values[1]))
	}
	return list
}

// dimensionOr returns a dimension, NaN where it was not reached.
func dimensionOr(d int) float64 {
	if d == 0 {
		return math.NaN()
	}
	return float64(d)
}

package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/mat"

	"oblique/internal/atomicfile"
	"oblique/internal/plot"
	"oblique/internal/report"
	"oblique/regime"
	"oblique/simulate"
	"oblique/simulate/probe"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// A networkFigure is a published figure of trained networks.
type networkFigure struct {
	name       string
	example    bool // shows the examples of which W alone is trained
	tasks      bool // shows networks of all tasks
	quickCount int  // networks of each task and readout that --quick trains
	measure    []probe.Measure
	finish     func(*drawing) error // compares and draws
}

var networkFigures = []networkFigure{
	{name: "fig2", example: true, finish: (*drawing).figure2},
	{name: "fig3", tasks: true, quickCount: 1, measure: []probe.Measure{probe.MeasureGeometry}, finish: (*drawing).figure3},
	{name: "fig4", tasks: true, quickCount: 3, finish: (*drawing).figure4},
	{name: "fig5", tasks: true, quickCount: 1, measure: []probe.Measure{probe.MeasurePerturbation}, finish: (*drawing).figure5},
	{name: "fig6", example: true, tasks: true, quickCount: 1, measure: []probe.Measure{probe.MeasureNoise}, finish: (*drawing).figure6},
}

func networkFigureNamed(name string) *networkFigure {
	for i := range networkFigures {
		if networkFigures[i].name == name {
			return &networkFigures[i]
		}
	}
	return nil
}

// A drawing is a figure of networks on its way.
type drawing struct {
	ctx      context.Context
	all      []member
	seed     uint64
	bar      *progress
	result   report.Networks
	examples map[string]any // what is drawn of single networks
	figure   *plot.Figure
}

// reproduceNetworks trains or finds the networks of a figure, measures them, and writes table and figure.
func (o *reproduceOptions) reproduceNetworks(ctx context.Context, f *networkFigure, stdout, stderr io.Writer) error {
	if err := o.output.check(); err != nil {
		return err
	}
	if err := o.output.makeDir(); err != nil {
		return err
	}
	all, notes, err := o.networks.networks(ctx, f, stderr)
	if err != nil {
		return err
	}
	d := &drawing{ctx: ctx, all: all, seed: o.seed, bar: newProgress(stderr), examples: map[string]any{}, result: report.Networks{Figure: f.name, Notes: notes}}
	defer d.bar.clear()
	if err := d.measure(f.measure); err != nil {
		return err
	}
	if err := f.finish(d); err != nil {
		return err
	}
	d.bar.clear()
	for _, m := range d.all {
		d.result.Networks = append(d.result.Networks, m.Network)
	}
	d.explain(f)
	return o.writeNetworks(d, stdout, stderr)
}

// measure takes the measures of all networks but the examples.
func (d *drawing) measure(measures []probe.Measure) error {
	if measures == nil {
		return nil
	}
	for i := range d.all {
		m := &d.all[i]
		d.bar.update("measured network", i, len(d.all))
		if m.example {
			continue
		}
		r, err := probe.Take(d.ctx, probe.Subject{Task: m.Task, Network: m.net, Seed: d.seed}, measures, func(probe.Measure, int, int) {
			d.bar.update("measured network", i, len(d.all))
		})
		if err != nil {
			return fmt.Errorf("%s: %w", m.Folder, err)
		}
		for _, note := range r.Notes {
			d.note("%s: %s", m.Folder, note)
		}
		m.Report = r
	}
	return nil
}

func (d *drawing) note(format string, args ...any) {
	d.result.Notes = append(d.result.Notes, fmt.Sprintf(format, args...))
}

// compare adds comparisons, and returns them.
func (d *drawing) compare(q probe.Quantity, of func(*probe.Report) float64) []probe.Comparison {
	c := compare(d.all, q, of)
	d.result.Comparisons = append(d.result.Comparisons, c...)
	return c
}

// batch returns the trials that all networks of a task are run on.
func (d *drawing) batch(of task.Task) *task.Batch { return probe.Trials(of, 32, d.seed) }

// quiet runs a network without noise.
func (d *drawing) quiet(m member) (*simulate.Run, error) {
	of, err := task.ByName(m.Task)
	if err != nil {
		return nil, err
	}
	run := simulate.Evaluate(m.net, d.batch(of), rnn.Noise{Off: true, OffInit: true})
	if !run.Finite() {
		return nil, badData(fmt.Errorf("the states of %s grow without bound", m.Folder))
	}
	return run, nil
}

// Where states and components count from, as in the paper, and how long the trials of figure 2 are.
const (
	settledFrom  = 10.0
	exampleTrial = 213.0
	fewPCs       = 2
	morePCs      = 8
)

func (d *drawing) figure2() error {
	var shown [2]*plot.NetworkExample
	values := map[probe.Quantity]*[2][]float64{}
	add := func(q probe.Quantity, side int, v float64) {
		if values[q] == nil {
			values[q] = &[2][]float64{}
		}
		values[q][side] = append(values[q][side], v)
	}
	long, err := task.Lasting(task.Cycling{}, exampleTrial)
	if err != nil {
		return err
	}
	size, others := 0, false
	for i, oblique := range []bool{false, true} {
		m := exampleOf(d.all, oblique)
		if m == nil {
			continue
		}
		if !m.example {
			d.note("%s stands for the example of figure 2, of which W alone is trained, with 256 units", m.Folder)
			others = true
		}
		size = m.Units
		quiet, err := d.quiet(*m)
		if err != nil {
			return err
		}
		// The published regression is on noisy trials.
		noisy := simulate.Evaluate(m.net, d.batch(long), rnn.Noise{Seed: d.seed})
		g, err := probe.GeometryOf(noisy, m.net)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Folder, err)
		}
		e, err := d.example(quiet, noisy, m.net, g)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Folder, err)
		}
		shown[i] = e
		add(probe.R2Few, i, g.R2[fewPCs-1])
		add(probe.R2More, i, g.R2[morePCs-1])
		add(probe.DXExample, i, dimensionOr(g.DX))
		add(probe.RootNorm, i, g.StateNorm/math.Sqrt(float64(m.Units)))
		add(probe.CycleApart, i, apart(quiet))
		add(probe.TaskLoss, i, float64(m.FinalLoss))
	}
	for _, q := range []probe.Quantity{probe.R2Few, probe.R2More, probe.DXExample, probe.RootNorm, probe.CycleApart, probe.TaskLoss} {
		if v := values[q]; v != nil {
			c := probe.Compare(q, "cycling", size, v[0], v[1])
			if others {
				c.Aligned.Verdict, c.Oblique.Verdict = probe.Other, probe.Other
			}
			d.result.Comparisons = append(d.result.Comparisons, c)
		}
	}
	d.examples["aligned"], d.examples["oblique"] = shown[0], shown[1]
	d.figure, err = plot.Figure2(shown[0], shown[1])
	return err
}

// example returns what figure 2 shows of a network.
func (d *drawing) example(quiet, noisy *simulate.Run, n *rnn.Network[float32], g *probe.Geometry) (*plot.NetworkExample, error) {
	w := simulate.Readout(n)
	axes, err := probe.View(probe.Principal(quiet.Since(settledFrom), 2), w)
	if err != nil {
		return nil, err
	}
	e := &plot.NetworkExample{}
	if e.Portrait, err = probe.Portray(quiet, 0, axes, w); err != nil {
		return nil, err
	}
	c := probe.Principal(noisy.Since(settledFrom), morePCs)
	for _, k := range []int{fewPCs, morePCs} {
		r, err := probe.Reconstruct(noisy, c, k, 0)
		if err != nil {
			return nil, err
		}
		e.Reconstructions, e.R2 = append(e.Reconstructions, r), append(e.R2, g.R2[k-1])
	}
	return e, nil
}

// apart returns the least distance between the cycles of the first two trials, one in each direction.
func apart(run *simulate.Run) float64 {
	x := run.Since(settledFrom)
	rows, n := x.Dims()
	trials := run.Batch.Trials
	var cycles [2]*mat.Dense
	for c := range cycles {
		cycles[c] = mat.NewDense(rows/trials, n, nil)
		for t := range rows / trials {
			cycles[c].SetRow(t, x.RawRowView(t*trials+c))
		}
	}
	return slices.Min(probe.CycleDistance(cycles[0], cycles[1]))
}

func (d *drawing) figure3() (err error) {
	of := map[probe.Quantity][]probe.Comparison{}
	for _, q := range []struct {
		quantity probe.Quantity
		of       func(*probe.Geometry) float64
	}{
		{probe.Rho, func(g *probe.Geometry) float64 { return g.Rho }},
		{probe.ReadoutNorm, func(g *probe.Geometry) float64 { return g.ReadoutNorm }},
		{probe.StateNorm, func(g *probe.Geometry) float64 { return g.StateNorm }},
		{probe.DX, func(g *probe.Geometry) float64 { return dimensionOr(g.DX) }},
		{probe.DFit, func(g *probe.Geometry) float64 { return dimensionOr(g.DFit) }},
		{probe.DFitHeldOut, func(g *probe.Geometry) float64 { return dimensionOr(g.DFitTest) }},
	} {
		of[q.quantity] = d.compare(q.quantity, func(r *probe.Report) float64 {
			if r.Geometry == nil {
				return math.NaN()
			}
			return q.of(r.Geometry)
		})
	}
	var curves []plot.ComponentCurve
	for _, oblique := range []bool{false, true} {
		if some := side(d.all, "cycling", oblique, false); len(some) > 0 && some[0].Report.Geometry != nil {
			g := some[0].Report.Geometry
			curves = append(curves, plot.ComponentCurve{Oblique: oblique, Variance: g.Variance, R2: g.R2})
		}
	}
	d.examples["cycling"] = curves
	d.figure, err = plot.Figure3(of, curves)
	return err
}

// portraitsShown is how many networks of each regime figure 4 shows.
const portraitsShown = 3

func (d *drawing) figure4() (err error) {
	var portraits [2][]*probe.Portrait
	var pairs []probe.Comparison
	for _, name := range probe.PublishedTasks {
		var values [2][]float64
		for i, oblique := range []bool{false, true} {
			var states []*mat.Dense
			for _, m := range side(d.all, name, oblique, false) {
				run, err := d.quiet(m)
				if err != nil {
					return err
				}
				x := run.Since(settledFrom)
				if name == "cycling" && len(portraits[i]) < portraitsShown {
					p, err := probe.Portray(run, settledFrom, probe.Principal(x, 3).Axes, simulate.Readout(m.net))
					if err != nil {
						return err
					}
					portraits[i] = append(portraits[i], p)
				}
				for _, other := range states {
					if err := d.ctx.Err(); err != nil {
						return err
					}
					values[i] = append(values[i], probe.Dissimilarity(x, other, 1))
				}
				states = append(states, x)
			}
		}
		if values[0] != nil || values[1] != nil {
			pairs = append(pairs, probe.Compare(probe.Dissimilar, name, units(d.all), values[0], values[1]))
		} else if len(side(d.all, name, false, false))+len(side(d.all, name, true, false)) > 0 {
			d.note("%s: one network of each kind has no other to compare with", name)
		}
	}
	d.result.Comparisons = pairs
	d.examples["aligned"], d.examples["oblique"] = portraits[0], portraits[1]
	if pairs == nil {
		return hinted(badData(fmt.Errorf("no two networks of a task and readout")), "train each with --seed 1 and --seed 2")
	}
	d.figure, err = plot.Figure4(portraits[0], portraits[1], pairs)
	return err
}

func (d *drawing) figure5() (err error) {
	relative := d.compare(probe.Susceptible, func(r *probe.Report) float64 {
		if r.Perturbation == nil {
			return math.NaN()
		}
		return r.Perturbation.Relative
	})
	var shown [2]*plot.PerturbedExample
	b := d.batch(task.Cycling{})
	w, err := probe.PublishedWindow("cycling", b)
	if err != nil {
		return err
	}
	for i, oblique := range []bool{false, true} {
		some := side(d.all, "cycling", oblique, false)
		if len(some) == 0 {
			continue
		}
		shown[i] = &plot.PerturbedExample{Profile: some[0].Report.Perturbation}
		if shown[i].Deflection, err = probe.Deflect(some[0].net, "cycling", b, w, d.seed, stream(d.seed, "deflection")); err != nil {
			return err
		}
	}
	d.examples["aligned"], d.examples["oblique"] = shown[0], shown[1]
	d.figure, err = plot.Figure5(shown[0], shown[1], relative)
	return err
}

func (d *drawing) figure6() (err error) {
	ratio := d.compare(probe.NoiseRatio, func(r *probe.Report) float64 {
		if r.Noise == nil {
			return math.NaN()
		}
		return r.Noise.Ratio
	})
	var shown [2]*probe.NoiseSpread
	var means [3][2][]float64
	size := 0
	for i, oblique := range []bool{false, true} {
		m := exampleOf(d.all, oblique)
		if m == nil {
			continue
		}
		if shown[i], err = probe.NoiseExample(m.net, d.batch(task.Cycling{}), d.seed, stream(d.seed, "noise")); err != nil {
			return err
		}
		if !m.example {
			d.note("%s stands for the example of figure 6b, of which W alone is trained, with 256 units", m.Folder)
			continue
		}
		size = m.Units
		for k, v := range [][]float64{shown[i].Components, shown[i].Output, shown[i].Random} {
			means[k][i] = []float64{probe.RangeOf(v).Mean}
		}
	}
	if size > 0 {
		for k, q := range []probe.Quantity{probe.SpreadPCs, probe.SpreadOut, probe.SpreadAny} {
			d.result.Comparisons = append(d.result.Comparisons, probe.Compare(q, "cycling", size, means[k][0], means[k][1]))
		}
	}
	d.examples["aligned"], d.examples["oblique"] = shown[0], shown[1]
	d.figure, err = plot.Figure6(shown[0], shown[1], ratio)
	return err
}

// explain adds notes on what the comparison cannot say.
func (d *drawing) explain(f *networkFigure) {
	elsewhere := false
	for _, c := range d.result.Comparisons {
		elsewhere = elsewhere || c.Aligned.Verdict == probe.Elsewhere || c.Oblique.Verdict == probe.Elsewhere
	}
	if elsewhere {
		d.note("what is in print is of %d units (figures 2 and 6b: %d). ‖x‖ grows as √N; a small readout starts at 1/√N, and "+
			"readouts change the less the more units there are; ρ of an oblique network falls as 1/√N, and its D_fit,90 grows; "+
			"noise along components and an aligned readout grows with N. These have no verdict at another size", probe.PublishedUnits, probe.ExampleUnits)
	}
	if !f.tasks {
		return
	}
	for _, name := range probe.PublishedTasks {
		a, o := len(side(d.all, name, false, false)), len(side(d.all, name, true, false))
		switch {
		case a == 0 && o == 0:
			d.note("there is no network of %s", name)
		case a < 5 || o < 5:
			d.note("%s: %d aligned and %d oblique networks here, five each in print", name, a, o)
		}
	}
}

// writeNetworks writes table or JSON, and with --out figure and JSON.
func (o *reproduceOptions) writeNetworks(d *drawing, stdout, stderr io.Writer) error {
	result := map[string]any{"schema_version": regime.SchemaVersion, "figure": d.result.Figure, "networks": d.result.Networks,
		"comparisons": d.result.Comparisons, "examples": d.examples, "notes": d.result.Notes,
		"provenance": map[string]any{"program": "regime " + programVersion(), "seed": o.seed, "quick": o.networks.quick}}
	if o.output.dir != "" {
		path := filepath.Join(o.output.dir, d.result.Figure+".json")
		if err := atomicfile.Write(path, func(w io.Writer) error { return writeJSON(w, result) }); err != nil {
			return err
		}
		if err := d.figure.Save(filepath.Join(o.output.dir, d.result.Figure+"."+o.output.format)); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "regime: wrote %s\n", o.output.dir)
	}
	if o.output.json {
		return writeJSON(stdout, result)
	}
	return d.result.Write(stdout)
}

package datasets

import (
	"fmt"
	"strings"

	"oblique/loaders"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

var degenhart2020 = &Dataset{
	ID:    "degenhart2020",
	Title: "Brain-machine interface before its stabilisation was tested: evaluation of the baseline decoder",
	Kind:  recording.BCI,
	Citation: "Degenhart, A. D., Bishop, W. E., Oby, E. R., Tyler-Kabara, E. C., Chase, S. M., Batista, A. P., Yu, B. M. (2020). " +
		"Stabilization of a brain–computer interface via the alignment of low-dimensional spaces of neural activity. " +
		"Nature Biomedical Engineering 4, 672–685. doi:10.1038/s41551-020-0542-9",
	BibTeX: `@article{degenhart2020,
  author  = {Degenhart, Alan D. and Bishop, William E. and Oby, Emily R. and Tyler-Kabara, Elizabeth C. and Chase, Steven M. and
             Batista, Aaron P. and Yu, Byron M.},
  title   = {Stabilization of a brain--computer interface via the alignment of low-dimensional spaces of neural activity},
  journal = {Nature Biomedical Engineering},
  year    = {2020},
  volume  = {4},
  pages   = {672--685},
  doi     = {10.1038/s41551-020-0542-9}
}`,
	Licence:  "as its authors state where it is published",
	Home:     "https://github.com/alandegenhart/stabilizedbci",
	File:     File{Name: "exampleData.mat"},
	Outputs:  []string{"velocity"},
	Defaults: Defaults{Output: "velocity", Bin: batistaBin},
	open:     openDegenhart,
}

// openDegenhart reads the trials of type baselineEvaluation, each from the bin moveBin on, counted from 1:
// binCounts of the electrodes goodElectrodes, counted from 1, in bins of 45 ms, and the velocity
// decodedVl. Channels may lie along either axis, as the two components of the velocity tell.
func openDegenhart(f loaders.File, _ string) (*recording.Session, error) {
	list, err := loaders.Lookup(f, "trialData")
	if err != nil {
		return nil, err
	}
	trials, err := list.Children()
	if err != nil {
		return nil, err
	}
	var counts, velocity [][]float64
	var runs []recording.Range
	electrodes := 0
	for i, node := range trials {
		t, err := degenhartTrial(node)
		if err != nil {
			return nil, fmt.Errorf("trialData[%d]: %w", i, err)
		}
		if t == nil {
			continue
		}
		if n := len(t.counts[0]); electrodes != 0 && n != electrodes {
			return nil, fmt.Errorf("trialData[%d]: %w: %d good electrodes, %d before", i, recording.ErrShape, n, electrodes)
		}
		electrodes = len(t.counts[0])
		runs = append(runs, recording.Range{From: len(counts), To: len(counts) + len(t.counts)})
		counts, velocity = append(counts, t.counts...), append(velocity, t.velocity...)
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%w: no trial of type %s", recording.ErrEmpty, degenhartType)
	}
	return &recording.Session{
		Activity: &recording.Activity{Values: stacked(counts), Quantity: recording.Counts, Bin: batistaBin.Seconds(), Runs: runs},
		Signals:  []recording.Signal{{Name: "velocity", Values: stacked(velocity), Columns: []string{"velocity_x", "velocity_y"}}},
		Trials:   trialsOf(runs, batistaBin.Seconds()),
	}, nil
}

const degenhartType = "baselineEvaluation"

// degenhart is one trial: rows of counts and of velocity.
type degenhart struct{ counts, velocity [][]float64 }

// degenhartTrial reads a trial, or returns nil if it is of another type or has no row left.
func degenhartTrial(trial loaders.Node) (*degenhart, error) {
	in := make(map[string]loaders.Node)
	inside, err := trial.Children()
	if err != nil {
		return nil, err
	}
	for _, n := range inside {
		in[n.Info().Name] = n
	}
	for _, name := range []string{"type", "moveBin", "binCounts", "goodElectrodes", "decodedVl"} {
		if in[name] == nil {
			return nil, fmt.Errorf("no field '%s': %w", name, loaders.ErrNotFound)
		}
	}
	kind, err := in["type"].Strings()
	if err != nil || strings.Join(kind, "") != degenhartType {
		return nil, err
	}
	f := &fields{}
	velocity, counts := f.dense(in["decodedVl"], "decodedVl"), f.dense(in["binCounts"], "binCounts")
	good, move := f.dense(in["goodElectrodes"], "goodElectrodes"), f.dense(in["moveBin"], "moveBin")
	if f.err != nil {
		return nil, f.err
	}
	if r, c := velocity.Dims(); r == 2 && c != 2 { // components along the first axis: so are electrodes
		velocity, counts = mat.DenseCopyOf(velocity.T()), mat.DenseCopyOf(counts.T())
	}
	f.want("decodedVl", velocity, anySize, 2)
	t, n := counts.Dims()
	f.want("decodedVl", velocity, t, 2)
	if f.err != nil {
		return nil, f.err
	}
	first := move.At(0, 0)
	if !(first >= 1) || first != float64(int(first)) {
		return nil, fmt.Errorf("moveBin is %v, want a number of a bin, counted from 1", first)
	}
	trialRows := &degenhart{}
	for i := int(first) - 1; i < t; i++ {
		var row []float64
		for _, e := range good.RawMatrix().Data {
			if !(e >= 1 && e <= float64(n)) || e != float64(int(e)) {
				return nil, fmt.Errorf("goodElectrodes has %v, and binCounts %d electrodes, counted from 1", e, n)
			}
			row = append(row, counts.At(i, int(e)-1))
		}
		trialRows.counts = append(trialRows.counts, row)
		trialRows.velocity = append(trialRows.velocity, mat.Row(nil, i, velocity))
	}
	if len(trialRows.counts) == 0 {
		return nil, nil
	}
	return trialRows, nil
}

// stacked makes a matrix of rows.
func stacked(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}

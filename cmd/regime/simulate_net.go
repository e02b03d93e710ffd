package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"oblique/internal/atomicfile"
	"oblique/internal/plot"
	"oblique/loaders/npz"
	"oblique/loaders/recording"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
	"oblique/simulate/train"
)

// The files of a network's folder.
const (
	checkpointFile = "checkpoint"
	optionsFile    = "options.json"
	weightsFile    = "weights.npz"
	lossFile       = "loss.npz"
	traceFile      = "trace.npz"
	trainingFile   = "training.svg"
	recordingFile  = "recording.npz"
)

// netOptions is what options.json says.
type netOptions struct {
	Program string        `json:"program"`
	Options train.Options `json:"options"`
	Network rnn.Config    `json:"network"`
	Steps   int           `json:"steps"` // taken
}

// writeNetwork writes weights, losses, trace, their figure, and the options of a training, these last: they say that it is whole.
func writeNetwork(dir string, s *train.State) error {
	if err := npz.Write(filepath.Join(dir, weightsFile), append(weightValues(s.Network, ""), weightValues(s.Initial, "_initial")...)...); err != nil {
		return err
	}
	if err := npz.Write(filepath.Join(dir, lossFile), npz.Value{Name: "loss", Data: s.Loss}); err != nil {
		return err
	}
	if err := writeTrace(filepath.Join(dir, traceFile), s.Trace); err != nil {
		return err
	}
	of, err := task.ByName(s.Options.Task)
	if err != nil {
		return err
	}
	fig, err := plot.Training(of.Spec(), s)
	if err != nil {
		return err
	}
	if err := fig.Save(filepath.Join(dir, trainingFile)); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, optionsFile), func(w io.Writer) error {
		return writeJSON(w, netOptions{programVersion(), s.Options, s.Network.Config, s.Steps()})
	})
}

// writeTrace writes an array for each number that is measured during training.
func writeTrace(path string, trace []train.Point) error {
	steps := make([]int64, len(trace))
	for i, p := range trace {
		steps[i] = p.Step
	}
	values := []npz.Value{{Name: "step", Data: steps}}
	for _, v := range []struct {
		name string
		of   func(train.Point) float64
	}{
		{"loss", func(p train.Point) float64 { return p.Loss }},
		{"in_change", func(p train.Point) float64 { return p.InChange }},
		{"rec_change", func(p train.Point) float64 { return p.RecChange }},
		{"out_change", func(p train.Point) float64 { return p.OutChange }},
		{"state_norm", func(p train.Point) float64 { return p.StateNorm }},
		{"state_change", func(p train.Point) float64 { return p.StateChange }},
		{"rho", func(p train.Point) float64 { return p.Rho }},
		{"rho_change", func(p train.Point) float64 { return p.RhoChange }},
	} {
		data := make([]float64, len(trace))
		for i, p := range trace {
			data[i] = v.of(p)
		}
		values = append(values, npz.Value{Name: v.name, Data: data})
	}
	return npz.Write(path, values...)
}

// weightValues are the arrays of a network, with a suffix to their names.
func weightValues(n *rnn.Network[float32], suffix string) []npz.Value {
	c := n.Config
	values := []npz.Value{
		{Name: "in" + suffix, Shape: []int{c.N, c.Inputs}, Data: n.In},
		{Name: "rec" + suffix, Shape: []int{c.N, c.N}, Data: n.Rec},
		{Name: "out" + suffix, Shape: []int{c.Outputs, c.N}, Data: n.Out},
		{Name: "h0" + suffix, Shape: []int{c.N}, Data: n.H0},
	}
	if c.Rank > 0 {
		values = append(values, npz.Value{Name: "u" + suffix, Shape: []int{c.N, c.Rank}, Data: n.U},
			npz.Value{Name: "m" + suffix, Shape: []int{c.Rank, c.Rank}, Data: n.M})
	}
	return values
}

// A savedNet is a trained network that was read from its folder.
type savedNet struct {
	options          train.Options
	network, initial *rnn.Network[float32]
}

// readOptions reads the options of the network in a folder, resolved.
func readOptions(dir string) (train.Options, error) {
	path := filepath.Join(dir, optionsFile)
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return train.Options{}, hinted(fmt.Errorf("no trained network in %s", dir), "regime simulate train --out %s finishes one", dir)
	case err != nil:
		return train.Options{}, err
	}
	var saved netOptions
	if err := json.Unmarshal(data, &saved); err != nil {
		return train.Options{}, badData(fmt.Errorf("%s: %w", path, err))
	}
	options, err := saved.Options.Resolved()
	if err != nil {
		return options, badData(fmt.Errorf("%s: %w", path, err))
	}
	return options, nil
}

// readNetwork reads a folder that writeNetwork has written. Of a network with a low-rank part it reads W as a whole.
func readNetwork(dir string) (*savedNet, error) {
	options, err := readOptions(dir)
	if err != nil {
		return nil, err
	}
	config := options.Network()
	config.Rank = 0
	path := filepath.Join(dir, weightsFile)
	f, err := npz.Open(path)
	if err != nil {
		return nil, badData(err)
	}
	defer f.Close()
	net := &savedNet{options: options}
	if net.network, err = readWeights(f, config, ""); err == nil {
		net.initial, err = readWeights(f, config, "_initial")
	}
	if err != nil {
		return nil, badData(fmt.Errorf("%s: %w", path, err))
	}
	return net, nil
}

// readWeights reads the arrays with a suffix.
func readWeights(f *npz.File, c rnn.Config, suffix string) (*rnn.Network[float32], error) {
	n := &rnn.Network[float32]{Config: c}
	for _, w := range []struct {
		name  string
		shape []int
		to    *[]float32
	}{{"in", []int{c.N, c.Inputs}, &n.In}, {"rec", []int{c.N, c.N}, &n.Rec}, {"out", []int{c.Outputs, c.N}, &n.Out}, {"h0", []int{c.N}, &n.H0}} {
		a, err := f.Array(w.name + suffix)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(a.Shape, w.shape) {
			return nil, fmt.Errorf("array %s: want shape %v as options.json says", a, w.shape)
		}
		values, err := a.Float64s()
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("array %s: element %d is %g", a, i, v)
			}
			*w.to = append(*w.to, float32(v))
		}
	}
	return n, nil
}

// writeRecording writes a session of a network under the names that loaders look for.
func writeRecording(path string, s *recording.Session) error {
	rows, n := s.Activity.Dims()
	signal := s.Signals[0]
	_, outputs := signal.Values.Dims()
	rates := make([]float32, 0, rows*n)
	for i := range rows {
		for _, v := range s.Activity.Values.RawRowView(i) {
			rates = append(rates, float32(v)) // exact: states are single precision
		}
	}
	trials := make([]int32, rows)
	var conditions []int32
	for trial, r := range s.Trials.Rows {
		for row := r.From; row < r.To; row++ {
			trials[row] = int32(trial)
		}
		conditions = append(conditions, int32(s.Trials.Columns[0].Numbers[trial]))
	}
	return npz.Write(path,
		npz.Value{Name: "rates", Shape: []int{rows, n}, Data: rates},
		npz.Value{Name: "behavior", Shape: []int{rows, outputs}, Data: signal.Values.RawMatrix().Data},
		npz.Value{Name: "trial_ids", Data: trials},
		npz.Value{Name: "condition", Data: conditions},
		npz.Value{Name: "bin_s", Shape: []int{}, Data: []float64{s.Activity.Bin}},
		npz.Value{Name: "kind", Shape: []int{}, Data: []string{string(s.Kind)}},
		npz.Value{Name: "readout", Shape: []int{outputs, n}, Data: s.Decoder.W.RawMatrix().Data},
		npz.Value{Name: "readout_offset", Data: s.Decoder.Offset},
	)
}

package regime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"oblique/loaders/recording"
)

// ScalingDraws are the draws From ≤ d < To of a Scaling: a part of the work, done apart. Row d of Neurons is draw
// From + d.
type ScalingDraws struct {
	SchemaVersion int              `json:"schema_version"`
	Data          Data             `json:"data"`
	Options       ScalingOptions   `json:"options"`
	From          int              `json:"from"`
	To            int              `json:"to"`
	Neurons       NeuronSubsamples `json:"subsamples_neurons"`
	Provenance    map[string]any   `json:"provenance"`
}

// DrawScaling analyses the draws from ≤ d < to of Scaling and nothing else: same recording, sizes, method and
// generator, same neurons and same figures. What it returns goes into ScalingOptions.Done of the Scaling that puts the
// parts together, whose result is then that of the undivided work, to the last bit. A draw depends on those before it,
// never on how many there are: more draws can be added to those that are done. The column of all N neurons is undefined
// in parts without draw 0, as that size has one draw. ScalingOptions.Draws and Done mean nothing here.
//
// Errors are those of Scaling, and ErrOptions for a range that is empty or negative.
func DrawScaling(ctx context.Context, r *recording.Recording, o ScalingOptions, from, to int, rng *rand.Rand) (*ScalingDraws, error) {
	if from < 0 || to <= from {
		return nil, fmt.Errorf("regime: %w: draws %d to %d, want a range that is not empty", ErrOptions, from, to)
	}
	o.Draws, o.Done = to, nil
	s, draws, err := newScaling(ctx, r, o, rng)
	if err != nil {
		return nil, err
	}
	if err := s.spectrum(); err != nil {
		return nil, err
	}
	if s.options.Fit.Method == Crossval {
		if _, err := s.cut(); err != nil {
			return nil, err
		}
	}
	if err := s.subsample(s.drawn(draws), from, to); err != nil {
		return nil, err
	}
	return &ScalingDraws{SchemaVersion: SchemaVersion, Data: s.result.Data, Options: s.options, From: from, To: to,
		Neurons: s.result.Neurons.rows(from, to), Provenance: map[string]any{}}, nil
}

// rows returns some of the draws.
func (n NeuronSubsamples) rows(from, to int) NeuronSubsamples {
	for _, g := range n.numbers() {
		*g = (*g)[from:to]
	}
	n.Neurons, n.DVar, n.DFit, n.RhoWithout = n.Neurons[from:to], n.DVar[from:to], n.DFit[from:to], n.RhoWithout[from:to]
	return n
}

// numbers are the figures that are numbers.
func (n *NeuronSubsamples) numbers() []*[][]Number {
	return []*[][]Number{&n.Rho, &n.R2, &n.R2HeldOut, &n.Alpha, &n.PR, &n.Relative}
}

// isDone tells whether a part has the draw.
func (s *scaling) isDone(draw int) bool {
	for _, part := range s.options.Done {
		if part.From <= draw && draw < part.To {
			return true
		}
	}
	return false
}

// takeDone copies the parts into the result.
func (s *scaling) takeDone() {
	out := &s.result.Neurons
	for _, part := range s.options.Done {
		to := min(part.To, s.options.Draws)
		if to <= part.From {
			continue
		}
		from := part.Neurons.numbers()
		for i, g := range out.numbers() {
			copy((*g)[part.From:to], *from[i])
		}
		copy(out.DVar[part.From:to], part.Neurons.DVar)
		copy(out.DFit[part.From:to], part.Neurons.DFit)
		copy(out.RhoWithout[part.From:to], part.Neurons.RhoWithout)
	}
}

// checkDone returns an error that wraps ErrOptions unless every part belongs to this work.
func (s *scaling) checkDone() error {
	want, err := workOf(s.result.Data, s.options)
	if err != nil {
		return err
	}
	for _, part := range s.options.Done {
		got, err := workOf(part.Data, part.Options)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("regime: %w: draws %d to %d are of other data or options: %s, want %s", ErrOptions, part.From, part.To, got, want)
		}
		if part.From < 0 || !part.Neurons.shaped(part.To-part.From, len(s.options.Sizes)) {
			return fmt.Errorf("regime: %w: draws %d to %d have not a row for each draw and a column for each of %d sizes",
				ErrOptions, part.From, part.To, len(s.options.Sizes))
		}
	}
	return nil
}

// workOf is what the parts of one work have in common.
func workOf(d Data, o ScalingOptions) ([]byte, error) {
	o.Draws = 0
	return json.Marshal(struct {
		SHA256, Output string
		T, N           int
		Options        ScalingOptions
	}{d.SHA256, d.Output, d.NTime, d.NNeurons, o})
}

// shaped tells whether every figure has so many draws of so many sizes.
func (n *NeuronSubsamples) shaped(draws, sizes int) bool {
	for _, g := range n.numbers() {
		if !gridShaped(*g, draws, sizes) {
			return false
		}
	}
	for _, row := range n.RhoWithout {
		for _, rhos := range row {
			if len(row) != sizes || rhos != nil && len(rhos) != tenths+1 {
				return false
			}
		}
	}
	return len(n.RhoWithout) == draws && gridShaped(n.DVar, draws, sizes) && gridShaped(n.DFit, draws, sizes)
}

func gridShaped[T any](g [][]T, rows, columns int) bool {
	if len(g) != rows {
		return false
	}
	for _, row := range g {
		if len(row) != columns {
			return false
		}
	}
	return true
}

package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// Options say what is trained and how. Zero values are the published choices for the task.
type Options struct {
	Task    string     `json:"task"`
	Network rnn.Config `json:"network"`
	// Large says that the readout starts large, which leads to the oblique regime.
	Large bool `json:"large"`
	// Steps of training, each on Batch trials; 0 means the task's own, and 32.
	Steps int `json:"steps"`
	Batch int `json:"batch"`
	// Rate is the learning rate times N; 0 means the task's own for the readout and gain.
	Rate float64 `json:"rate"`
	// FixIn, FixRec and FixOut leave those weights as they were drawn.
	FixIn  bool `json:"fix_in"`
	FixRec bool `json:"fix_rec"`
	FixOut bool `json:"fix_out"`
	// Clip bounds the norm of the gradient; 0 means none.
	Clip float64 `json:"clip"`
	Seed uint64  `json:"seed"`
	// Every is the number of steps between checkpoints; 0 means 100.
	Every int `json:"every"`
}

// Resolved returns the options with every default filled in, or an error.
func (o Options) Resolved() (Options, error) {
	t, err := task.ByName(o.Task)
	if err != nil {
		return o, err
	}
	spec := t.Spec()
	o.Network.Inputs, o.Network.Outputs = spec.Inputs, spec.Outputs
	fill(&o.Network.N, 512)
	fill(&o.Network.Gain, 1.5)
	fill(&o.Network.Dt, task.Dt)
	fill(&o.Network.Noise, spec.Noise)
	fill(&o.Network.InitNoise, 1)
	if o.Network.Readout == 0 {
		o.Network.Readout = rnn.Small(o.Network.N)
		if o.Large {
			o.Network.Readout = rnn.Large(o.Network.N)
		}
	}
	fill(&o.Steps, spec.Training.Steps)
	fill(&o.Batch, 32)
	fill(&o.Rate, spec.Training.Rate(o.Large, o.Network.Gain))
	fill(&o.Every, 100)
	switch {
	case o.Network.Dt != task.Dt:
		return o, fmt.Errorf("train: dt is %g, tasks have %g", o.Network.Dt, task.Dt)
	case o.Steps < 0 || o.Batch < 1 || !(o.Rate > 0) || !(o.Clip >= 0):
		return o, fmt.Errorf("train: %d steps on %d trials at rate %g, clipped at %g", o.Steps, o.Batch, o.Rate, o.Clip)
	case o.FixIn && o.FixRec && o.FixOut:
		return o, fmt.Errorf("train: no weight is left to train")
	}
	return o, nil
}

func fill[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// A State is a training on its way, or done.
type State struct {
	Options Options
	Network *rnn.Network[float32]
	Initial *rnn.Network[float32] // as drawn
	Adam    *Adam[float32]
	Loss    []float64 // of every step so far, before its update
}

// The labels of what is drawn from a seed.
const (
	drawWeights = iota
	drawTrials
)

// Start draws a network and returns its training before the first step.
func Start(o Options) (*State, error) {
	o, err := o.Resolved()
	if err != nil {
		return nil, err
	}
	n, err := rnn.New[float32](o.Network, rand.New(rand.NewPCG(o.Seed, drawWeights)))
	if err != nil {
		return nil, err
	}
	n.Compose()
	o.Network = n.Config
	s := &State{Options: o, Network: n, Initial: n.Clone()}
	var lengths []int
	weights, _ := s.trained(rnn.NewGradient[float32](o.Network))
	for _, w := range weights {
		lengths = append(lengths, len(w))
	}
	s.Adam = NewAdam[float32](o.Rate/float64(o.Network.N), lengths...)
	return s, nil
}

// trained returns the weights that are trained, and their gradients.
func (s *State) trained(g *rnn.Gradient[float32]) (weights, gradients [][]float32) {
	add := func(fixed bool, w, d []float32) {
		if !fixed {
			weights, gradients = append(weights, w), append(gradients, d)
		}
	}
	add(s.Options.FixIn, s.Network.In, g.In)
	if s.Options.Network.Rank > 0 {
		add(s.Options.FixRec, s.Network.M, g.M)
	} else {
		add(s.Options.FixRec, s.Network.Rec, g.Rec)
	}
	add(s.Options.FixOut, s.Network.Out, g.Out)
	return weights, gradients
}

// Run trains up to the last step. After every step it calls after, which may be nil; an error of it ends the
// training, as the context does, between two steps. It may be called again to go on.
func (s *State) Run(ctx context.Context, after func(s *State) error) error {
	o := s.Options
	t, err := task.ByName(o.Task)
	if err != nil {
		return err
	}
	batches := ahead(ctx, t, o, s.Adam.Step)
	runner := rnn.NewRunner[float32](o.Network, o.Batch, t.Spec().Steps)
	gradient := rnn.NewGradient[float32](o.Network)
	e := make([]float32, t.Spec().Steps*o.Batch*t.Spec().Outputs)
	for s.Adam.Step < o.Steps {
		b, ok := <-batches
		if !ok {
			return ctx.Err()
		}
		runner.Forward(s.Network, b.Input, b.Trials, b.Steps, rnn.Noise{Seed: o.Seed, Step: uint64(s.Adam.Step)})
		loss := Loss(b, runner.Outputs(), e)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return fmt.Errorf("train: the loss is %v at step %d: the learning rate %g may be too large", loss, s.Adam.Step, o.Rate)
		}
		runner.Backward(s.Network, e, gradient)
		weights, gradients := s.trained(gradient)
		clip(gradients, o.Clip)
		s.Adam.Update(weights, gradients)
		s.Network.Compose()
		s.Loss = append(s.Loss, loss)
		if after == nil {
			continue
		}
		if err := after(s); err != nil {
			return err
		}
	}
	return nil
}

// ahead makes the batches of the steps to come while training runs, one step ahead. The channel is closed after the last,
// or when the context ends.
func ahead(ctx context.Context, t task.Task, o Options, step int) <-chan *task.Batch {
	c := make(chan *task.Batch, 1)
	go func() {
		defer close(c)
		for ; step < o.Steps; step++ {
			b := t.Batch(o.Batch, rand.New(rand.NewPCG(o.Seed, uint64(step)<<8|drawTrials)))
			select {
			case c <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

// clip scales gradients down to a common norm of at most most; 0 leaves them.
func clip(gradients [][]float32, most float64) {
	if most == 0 {
		return
	}
	var square float64
	for _, g := range gradients {
		for _, v := range g {
			square += float64(v) * float64(v)
		}
	}
	norm := math.Sqrt(square)
	if norm <= most {
		return
	}
	scale := float32(most / norm)
	for _, g := range gradients {
		for i := range g {
			g[i] *= scale
		}
	}
}

package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// A State is a training on its way, or done.
type State struct {
	Options Options // resolved
	Network *rnn.Network[float32]
	Initial *rnn.Network[float32] // as drawn
	Adam    *Adam[float32]
	Loss    []float64 // of every step so far, before its update
	Trace   []Point   // after every so many steps, and before the first
}

// The labels of what is drawn from a seed.
const (
	drawWeights = iota
	drawTrials
	drawMeasured
)

// Start draws a network and returns its training before the first step. It is an error if the options are wrong.
func Start(o Options) (*State, error) {
	o, err := o.Resolved()
	if err != nil {
		return nil, err
	}
	n, err := rnn.New[float32](o.Network(), rand.New(rand.NewPCG(o.Seed, drawWeights)))
	if err != nil {
		return nil, err
	}
	n.Compose()
	s := &State{Options: o, Network: n, Initial: n.Clone()}
	var lengths []int
	for _, w := range s.weights() {
		lengths = append(lengths, len(w))
	}
	rate := o.Rate / float64(o.N)
	if o.Optimizer == SGD {
		rate = o.Rate
	}
	s.Adam = NewAdam[float32](rate, lengths...)
	return s, nil
}

// weights returns the weights that are trained, in the order in, rec, out.
func (s *State) weights() [][]float32 {
	rec := s.Network.Rec
	if s.Options.Rank > 0 {
		rec = s.Network.M
	}
	return s.choose(s.Network.In, rec, s.Network.Out)
}

// gradients returns the gradients of the weights that are trained.
func (s *State) gradients(g *rnn.Gradient[float32]) [][]float32 {
	rec := g.Rec
	if s.Options.Rank > 0 {
		rec = g.M
	}
	return s.choose(g.In, rec, g.Out)
}

func (s *State) choose(in, rec, out []float32) (chosen [][]float32) {
	for i, w := range []Weight{In, Rec, Out} {
		if slices.Contains(s.Options.Trained, w) {
			chosen = append(chosen, [][]float32{in, rec, out}[i])
		}
	}
	return chosen
}

// Steps returns the number of training steps taken.
func (s *State) Steps() int { return s.Adam.Step }

// Run trains up to the last step. After every step it calls after, which may be nil; an error of it ends the training, as the
// end of the context does, between two steps. It may be called again to go on. It is an error if the loss is no longer
// finite.
func (s *State) Run(ctx context.Context, after func(s *State) error) error {
	o := s.Options
	t := o.task()
	spec := t.Spec()
	making, stop := context.WithCancel(ctx)
	defer stop()
	batches := ahead(making, t, o, s.Steps())
	runner := rnn.NewRunner[float32](s.Network.Config, o.Batch, spec.Steps)
	gradient := rnn.NewGradient[float32](s.Network.Config)
	e := make([]float32, spec.Steps*o.Batch*spec.Outputs)
	var m *meter
	if *o.MeasureEvery > 0 {
		m = newMeter(s, t, runner)
	}
	if s.due() { // before the first step
		s.Trace = append(s.Trace, m.measure(s, runner, e))
	}
	for s.Steps() < o.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, ok := <-batches
		if !ok {
			return ctx.Err()
		}
		if err := s.step(runner, gradient, b, e); err != nil {
			return err
		}
		if s.due() {
			s.Trace = append(s.Trace, m.measure(s, runner, e))
		}
		if after == nil {
			continue
		}
		if err := after(s); err != nil {
			return err
		}
	}
	return nil
}

// due tells whether it is time to measure.
func (s *State) due() bool {
	every := *s.Options.MeasureEvery
	return every > 0 && s.Steps()%every == 0 && len(s.Trace) == s.Steps()/every
}

// step takes one training step on a batch; e has room for the derivatives of its outputs.
func (s *State) step(r *rnn.Runner[float32], g *rnn.Gradient[float32], b *task.Batch, e []float32) error {
	r.Forward(s.Network, b.Input, b.Trials, b.Steps, rnn.Noise{Seed: s.Options.Seed, Step: uint64(s.Steps())})
	loss := Loss(b, r.Outputs(), e)
	switch bad := math.IsNaN(loss) || math.IsInf(loss, 0); {
	case bad && s.Steps() == 0:
		return fmt.Errorf("train: the loss is %v before any training: states grow without bound with gain %g and activation %s",
			loss, *s.Options.Gain, s.Options.Activation)
	case bad:
		return fmt.Errorf("train: the loss is %v at step %d: the learning rate %g may be too large", loss, s.Steps(), s.Options.Rate)
	}
	r.Backward(s.Network, e, g)
	gradients := s.gradients(g)
	clip(gradients, s.Options.Clip)
	if s.Options.Optimizer == SGD {
		s.Adam.Descend(s.weights(), gradients)
	} else {
		s.Adam.Update(s.weights(), gradients)
	}
	s.Network.Compose()
	s.Loss = append(s.Loss, loss)
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

// FinalLoss returns the mean loss of the last 50 steps, or of all if there are fewer, which the published tables have. It is NaN
// before the first step.
func (s *State) FinalLoss() float64 {
	last := s.Loss[max(0, len(s.Loss)-50):]
	var sum float64
	for _, l := range last {
		sum += l
	}
	return sum / float64(len(last))
}

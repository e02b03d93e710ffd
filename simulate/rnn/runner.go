package rnn

import (
	"fmt"
	"math"
	"runtime"
	"sync"

	gonum "gonum.org/v1/gonum/blas"

	"oblique/internal/blas"
)

const (
	trans   = gonum.Trans
	noTrans = gonum.NoTrans
)

// Noise says where in the counter-based sequence the noise of a run is found: the same Noise gives the same run. Off turns
// all noise off but that of the initial state; OffInit turns that off too.
type Noise struct {
	Seed, Step   uint64
	Off, OffInit bool
}

// The streams of a step: what the noise is for.
const (
	unitNoise = iota
	initNoise
	inputNoise
	noiseStreams
)

// A Runner runs networks of one size on batches of up to B trials of up to T steps, in memory that it keeps. It is not safe
// for concurrent use.
type Runner[T blas.Float] struct {
	config      Config
	trials, max int // most trials and steps
	steps       int // of the last run
	batch       int // trials of the last run

	x      []T            // states x_t, T×B×N
	rates  []T            // φ(x_t), T×B×N
	z      []T            // outputs, T×B×O
	lambda []T            // λ_t, T×B×N
	input  []T            // inputs with noise, T×B×I
	drive  []T            // one step's λ W, B×N
	noise  []float32      // of one step
	rec    blas.Packed[T] // Wᵀ
	back   blas.Packed[T] // W
	in     blas.Packed[T] // W_inᵀ
}

// NewRunner returns a Runner for networks of that configuration. Memory is 3·T·B·N numbers and a little, all taken here.
func NewRunner[T blas.Float](c Config, trials, steps int) *Runner[T] {
	if trials < 1 || steps < 1 {
		panic(fmt.Sprintf("rnn: a runner for %d trials of %d steps", trials, steps))
	}
	size := trials * steps
	return &Runner[T]{config: c, trials: trials, max: steps,
		x: make([]T, size*c.N), rates: make([]T, size*c.N), lambda: make([]T, size*c.N), z: make([]T, size*c.Outputs),
		input: make([]T, size*c.Inputs), drive: make([]T, trials*c.N), noise: make([]float32, trials*max(c.N, c.Inputs))}
}

// States returns x_t of the last run, T×B×N. It is the Runner's own memory, valid until the next run.
func (r *Runner[T]) States() []T { return r.x[:r.steps*r.batch*r.config.N] }

// Outputs returns z_t of the last run, T×B×O.
func (r *Runner[T]) Outputs() []T { return r.z[:r.steps*r.batch*r.config.Outputs] }

// Forward runs a batch of trials on inputs u, steps×batch×I, from the network's initial state, and keeps states and outputs.
func (r *Runner[T]) Forward(n *Network[T], u []T, batch, steps int, noise Noise) {
	r.start(n, batch, steps, len(u))
	copy(r.input, u)
	r.each(func(from, to int) {
		r.initial(n, from, to, noise)
		r.run(n, 0, from, to, noise)
	})
	r.output(n)
}

// Resume continues the last run from its step on, after its states at that step were changed through States: what came
// before stays. Noise is that of the same places.
func (r *Runner[T]) Resume(n *Network[T], step int, noise Noise) {
	r.rec.Pack(trans, r.config.N, r.config.N, n.Rec, r.config.N)
	r.each(func(from, to int) { r.run(n, step, from, to, noise) })
	r.output(n)
}

func (r *Runner[T]) start(n *Network[T], batch, steps, inputs int) {
	c := n.Config
	if c.N != r.config.N || c.Inputs != r.config.Inputs || c.Outputs != r.config.Outputs || batch > r.trials || steps > r.max ||
		inputs != batch*steps*c.Inputs {
		panic(fmt.Sprintf("rnn: %d trials of %d steps with %d inputs do not fit a runner of %d trials and %d steps",
			batch, steps, inputs, r.trials, r.max))
	}
	r.config, r.batch, r.steps = c, batch, steps
	r.rec.Pack(trans, c.N, c.N, n.Rec, c.N)
	if c.Inputs > 0 {
		r.in.Pack(trans, c.Inputs, c.N, n.In, c.Inputs)
	}
}

// each splits the trials over the processors. Trials are independent, and a product's bits do not depend on how many
// rows it has, so neither do results on the split.
func (r *Runner[T]) each(f func(from, to int)) {
	parts := min(runtime.GOMAXPROCS(0), r.batch)
	if parts == 1 {
		f(0, r.batch)
		return
	}
	var wg sync.WaitGroup
	for p := range parts {
		wg.Go(func() { f(r.batch*p/parts, r.batch*(p+1)/parts) })
	}
	wg.Wait()
}

// initial writes x_0 = h₀ + noise of trials from to to−1, and adds the noise of their inputs.
func (r *Runner[T]) initial(n *Network[T], from, to int, noise Noise) {
	size, inputs := r.config.N, r.config.Inputs
	for b := from; b < to; b++ {
		copy(r.x[b*size:(b+1)*size], n.H0)
	}
	if !noise.OffInit {
		r.perturb(r.x[from*size:to*size], r.scratch(from, to), r.config.InitNoise, noise, initNoise, from*size)
	}
	if noise.Off || inputs == 0 {
		return
	}
	for t := range r.steps {
		at, end := (t*r.batch+from)*inputs, (t*r.batch+to)*inputs
		r.perturb(r.input[at:end], r.scratch(from, to), r.config.InputNoise/math.Sqrt(r.config.Dt), noise, inputNoise, at)
	}
}

// scratch returns the part of the noise buffer that belongs to some trials.
func (r *Runner[T]) scratch(from, to int) []float32 {
	width := len(r.noise) / r.trials
	return r.noise[from*width : to*width]
}

// perturb adds noise of that standard deviation to x, whose elements are those of a stream from one place on.
func (r *Runner[T]) perturb(x []T, scratch []float32, std float64, noise Noise, stream, first int) {
	if std == 0 {
		return
	}
	scratch = scratch[:len(x)]
	blas.Normal(scratch, noise.Seed, noise.Step*noiseStreams+uint64(stream), uint64(first))
	for i, v := range scratch {
		x[i] += T(std) * T(v)
	}
}

// run takes trials from to to−1 from a step to the last.
func (r *Runner[T]) run(n *Network[T], step, from, to int, noise Noise) {
	size, inputs, trials := r.config.N, r.config.Inputs, to-from
	dt := T(r.config.Dt)
	for t := step; t < r.steps; t++ {
		at, end := (t*r.batch+from)*size, (t*r.batch+to)*size
		Apply(r.config.Activation, r.rates[at:end], r.x[at:end])
		if t == r.steps-1 {
			return
		}
		next := r.x[at+r.batch*size : end+r.batch*size]
		r.shake(next, from, to, noise, at)
		blas.Axpy(1-dt, r.x[at:end], next)
		if inputs > 0 {
			r.in.MulSerial(trials, dt, r.input[(t*r.batch+from)*inputs:(t*r.batch+to)*inputs], inputs, 1, next, size)
		}
		r.rec.MulSerial(trials, dt, r.rates[at:end], size, 1, next, size)
	}
}

// shake overwrites x, states of trials from to to−1, with the noise of a step whose states begin at an element.
func (r *Runner[T]) shake(x []T, from, to int, noise Noise, first int) {
	std := r.config.Noise * math.Sqrt(r.config.Dt)
	if noise.Off || std == 0 {
		clear(x)
		return
	}
	single, ok := any(x).([]float32) // the noise is of single precision
	if !ok {
		single = r.scratch(from, to)[:len(x)]
	}
	blas.Normal(single, noise.Seed, noise.Step*noiseStreams+unitNoise, uint64(first))
	if !ok {
		for i, v := range single {
			x[i] = T(v)
		}
	}
	blas.Scal(T(std), x)
}

// output computes z_t = W_out x_t of all steps in one product.
func (r *Runner[T]) output(n *Network[T]) {
	rows, o, size := r.steps*r.batch, r.config.Outputs, r.config.N
	blas.Gemm(noTrans, trans, rows, o, size, 1, r.x, size, n.Out, size, 0, r.z, o)
}

package rnn

import (
	"fmt"

	"oblique/internal/blas"
)

// A Gradient is ∂L/∂w of every weight of a network, in the shapes of the network. M is nil at full rank; with a low-rank
// part Rec is ∂L/∂W all the same, and M = Uᵀ (∂L/∂W) U/N what its training takes.
type Gradient[T blas.Float] struct {
	In, Rec, Out, H0, M []T
}

// NewGradient returns a gradient of zeros.
func NewGradient[T blas.Float](c Config) *Gradient[T] {
	g := &Gradient[T]{In: make([]T, c.N*c.Inputs), Rec: make([]T, c.N*c.N), Out: make([]T, c.Outputs*c.N), H0: make([]T, c.N)}
	if c.Rank > 0 {
		g.M = make([]T, c.Rank*c.Rank)
	}
	return g
}

// Backward writes the gradient of a loss whose derivatives by the outputs of the last Forward run are e, T×B×O. Steps at
// which e is zero throughout cost no readout.
func (r *Runner[T]) Backward(n *Network[T], e []T, g *Gradient[T]) {
	c := r.config
	if len(e) != r.steps*r.batch*c.Outputs {
		panic(fmt.Sprintf("rnn: %d output derivatives for %d steps, %d trials, %d outputs", len(e), r.steps, r.batch, c.Outputs))
	}
	r.back.Pack(noTrans, c.N, c.N, n.Rec, c.N)
	r.each(func(from, to int) { r.descend(n, e, from, to) })

	// Step t of the rates meets λ of step t+1: two matrices of (T−1)·B rows.
	rows, next, dt := (r.steps-1)*r.batch, r.lambda[r.batch*c.N:], T(c.Dt)
	if rows > 0 {
		blas.Gemm(trans, noTrans, c.N, c.N, rows, dt, next, c.N, r.rates, c.N, 0, g.Rec, c.N)
		if c.Inputs > 0 {
			blas.Gemm(trans, noTrans, c.N, c.Inputs, rows, dt, next, c.N, r.input, c.Inputs, 0, g.In, c.Inputs)
		}
	} else {
		clear(g.Rec)
		clear(g.In)
	}
	blas.Gemm(trans, noTrans, c.Outputs, c.N, r.steps*r.batch, 1, e, c.Outputs, r.x, c.N, 0, g.Out, c.N)
	clear(g.H0)
	for b := range r.batch {
		blas.Axpy(1, r.lambda[b*c.N:(b+1)*c.N], g.H0)
	}
	if c.Rank > 0 {
		g.project(n)
	}
}

// project writes M = Uᵀ (∂L/∂W) U/N.
func (g *Gradient[T]) project(n *Network[T]) {
	size, rank := n.Config.N, n.Config.Rank
	wu := make([]T, size*rank)
	blas.Gemm(noTrans, noTrans, size, rank, size, 1/T(size), g.Rec, size, n.U, rank, 0, wu, rank)
	blas.Gemm(trans, noTrans, rank, rank, size, 1, n.U, rank, wu, rank, 0, g.M, rank)
}

// descend computes λ_t of trials from to to−1, from the last step back to the first.
func (r *Runner[T]) descend(n *Network[T], e []T, from, to int) {
	c := r.config
	size, dt := c.N, T(c.Dt)
	drive := r.drive[from*size : to*size]
	for t := r.steps - 1; t >= 0; t-- {
		at, end := (t*r.batch+from)*size, (t*r.batch+to)*size
		lambda := r.lambda[at:end]
		if t == r.steps-1 {
			clear(lambda)
		} else {
			later := r.lambda[at+r.batch*size : end+r.batch*size]
			r.back.MulSerial(to-from, 1, later, size, 0, drive, size)
			descend(c.Activation, lambda, later, drive, r.x[at:end], r.rates[at:end], 1-dt, dt)
		}
		if et := e[(t*r.batch+from)*c.Outputs : (t*r.batch+to)*c.Outputs]; !zero(et) {
			blas.GemmSerial(noTrans, noTrans, to-from, size, c.Outputs, 1, et, c.Outputs, n.Out, size, 1, lambda, size)
		}
	}
}

func zero[T blas.Float](x []T) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

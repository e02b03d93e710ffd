package rnn

import (
	"fmt"
	"math"
	"math/rand/v2"

	"oblique/internal/blas"
)

// A Config says what a network is like before training. The zero value of a field is its default.
type Config struct {
	N       int `json:"n"`       // units
	Inputs  int `json:"inputs"`  // I
	Outputs int `json:"outputs"` // O

	Activation Activation `json:"activation"`
	// Dt is the time step in units of τ; 0 means 0.2.
	Dt float64 `json:"dt"`
	// Gain is g: entries of W are N(0, g²/N). 1.5 is chaotic, 0.7 decays.
	Gain float64 `json:"gain"`
	// Readout is the norm of a row of W_out: entries are N(0, Readout²/N). See Large and Small.
	Readout float64 `json:"readout"`
	// InitStd is the standard deviation of h₀, the initial state that all trials share.
	InitStd float64 `json:"init_std"`

	// Noise is s, the strength of the white noise on every unit. InitNoise is the standard deviation of what is added to
	// the initial state of each trial, and InputNoise the strength of white noise on every input.
	Noise      float64 `json:"noise"`
	InitNoise  float64 `json:"init_noise"`
	InputNoise float64 `json:"input_noise"`

	// Rank, if not 0, makes W = g J + U M Uᵀ/N with a fixed orthogonal U (UᵀU = N) of that many columns and a trained M, of
	// Rank×Rank, that starts at 0; J is the random matrix of Gain. The first columns of U are the directions of the rows of
	// W_out, then of the columns of W_in, as far as there are columns: a part of rank R can only learn what it sees.
	Rank int `json:"rank"`
}

// Large and Small return the norms of a row of W_out that lead to the oblique and to the aligned regime: 1, and 1/√N.
func Large(int) float64   { return 1 }
func Small(n int) float64 { return 1 / math.Sqrt(float64(n)) }

// check returns the config with defaults, or an error.
func (c Config) check() (Config, error) {
	var err error
	if c.Activation, err = ParseActivation(string(c.Activation)); err != nil {
		return c, err
	}
	if c.Dt == 0 {
		c.Dt = 0.2
	}
	switch {
	case c.N < 1 || c.Inputs < 0 || c.Outputs < 1:
		return c, fmt.Errorf("rnn: %d units, %d inputs, %d outputs: want at least one unit and one output", c.N, c.Inputs, c.Outputs)
	case !(c.Dt > 0 && c.Dt <= 1):
		return c, fmt.Errorf("rnn: dt is %g, want above 0 and at most 1", c.Dt)
	case c.Rank < 0 || c.Rank > c.N:
		return c, fmt.Errorf("rnn: rank %d of %d units", c.Rank, c.N)
	}
	return c, nil
}

// A Network is the weights of a network. Matrices are row-major.
type Network[T blas.Float] struct {
	Config Config
	In     []T // W_in, N×I
	Rec    []T // W, N×N
	Out    []T // W_out, O×N
	H0     []T // h₀, N
	// U (N×R) and M (R×R) are the low-rank part of W, nil if Config.Rank is 0. Rec is then W as a whole: see Compose.
	U, M []T
	base []T // g J
}

// New draws the weights of a network: W_in from N(0, 1), the others as Config says, each from its own part of the
// generator's sequence, in the order W_in, W, W_out, h₀, U. It is an error if Config asks for what no network has.
func New[T blas.Float](c Config, rng *rand.Rand) (*Network[T], error) {
	c, err := c.check()
	if err != nil {
		return nil, err
	}
	root := math.Sqrt(float64(c.N))
	n := &Network[T]{Config: c,
		In:  gaussian[T](rng, c.N*c.Inputs, 1),
		Rec: gaussian[T](rng, c.N*c.N, c.Gain/root),
		Out: gaussian[T](rng, c.Outputs*c.N, c.Readout/root),
		H0:  gaussian[T](rng, c.N, c.InitStd)}
	if c.Rank > 0 {
		n.U, n.M = orthogonal[T](rng, c.N, c.Rank), make([]T, c.Rank*c.Rank)
		n.base = append([]T(nil), n.Rec...)
		n.follow()
	}
	return n, nil
}

// follow lays W_out and W_in along the columns u of U, whose norm is √N: rows Readout·u/√N of W_out, columns u of W_in.
func (n *Network[T]) follow() {
	c := n.Config
	scale := T(c.Readout / math.Sqrt(float64(c.N)))
	for j := range min(c.Rank, c.Outputs) {
		for i := range c.N {
			n.Out[j*c.N+i] = scale * n.U[i*c.Rank+j]
		}
	}
	for j := range min(c.Rank-c.Outputs, c.Inputs) {
		for i := range c.N {
			n.In[i*c.Inputs+j] = n.U[i*c.Rank+c.Outputs+j]
		}
	}
}

func gaussian[T blas.Float](rng *rand.Rand, n int, std float64) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(std * rng.NormFloat64())
	}
	return x
}

// orthogonal returns √N Q for an orthonormal N×R matrix Q with a uniformly distributed column space, by Gram–Schmidt, taken
// twice for orthogonality to the last digit.
func orthogonal[T blas.Float](rng *rand.Rand, n, r int) []T {
	q := make([][]float64, r)
	for j := range q {
		q[j] = make([]float64, n)
		for i := range q[j] {
			q[j][i] = rng.NormFloat64()
		}
		for range 2 {
			for _, done := range q[:j] {
				blas.Axpy(-blas.Dot(done, q[j]), done, q[j])
			}
		}
		blas.Scal(1/math.Sqrt(blas.Dot(q[j], q[j])), q[j])
	}
	u := make([]T, n*r)
	for j := range q {
		for i := range n {
			u[i*r+j] = T(math.Sqrt(float64(n)) * q[j][i])
		}
	}
	return u
}

// Compose writes W = g J + U M Uᵀ/N into Rec, after M has changed. It does nothing if the network has full rank.
func (n *Network[T]) Compose() {
	r, size := n.Config.Rank, n.Config.N
	if r == 0 {
		return
	}
	um := make([]T, size*r)
	blas.Gemm(noTrans, noTrans, size, r, r, 1, n.U, r, n.M, r, 0, um, r)
	copy(n.Rec, n.base)
	blas.Gemm(noTrans, trans, size, size, r, 1/T(size), um, r, n.U, r, 1, n.Rec, size)
}

// Clone returns a copy that shares nothing.
func (n *Network[T]) Clone() *Network[T] { return Convert[T](n) }

// Convert returns the network in another precision.
func Convert[To, From blas.Float](n *Network[From]) *Network[To] {
	return &Network[To]{Config: n.Config, In: convert[To](n.In), Rec: convert[To](n.Rec), Out: convert[To](n.Out),
		H0: convert[To](n.H0), U: convert[To](n.U), M: convert[To](n.M), base: convert[To](n.base)}
}

func convert[To, From blas.Float](x []From) []To {
	if x == nil {
		return nil
	}
	y := make([]To, len(x))
	for i, v := range x {
		y[i] = To(v)
	}
	return y
}

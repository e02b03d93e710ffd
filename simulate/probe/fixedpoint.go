package probe

import (
	"fmt"
	"math"

	"oblique/internal/blas"
	"oblique/simulate/rnn"
	"oblique/simulate/train"
)

// A FixedPoint is a state at which a network without noise stands nearly still.
type FixedPoint struct {
	State []float64 `json:"state"`
	// Speed is E = dt² ‖ẋ‖²/N, the mean squared change of a unit in one step.
	Speed float64 `json:"speed"`
}

// FindFixedPoint descends from a guess to a minimum of
//
//	E(x) = mean_i (F(x)_i − x_i)² = dt²‖−x + Wφ(x) + W_in u‖²/N,   F one Euler step at constant input u,
//
// by 1000 steps of Adam at rate 0.01. It returns the state with the least E that was met, but takes no new one after E has grown
// threefold within a step, as in the published code. A minimum is a fixed point only where Speed is near 0. u has
// Config.Inputs values. It panics on a wrong length.
func FindFixedPoint(n *rnn.Network[float64], u, guess []float64) FixedPoint {
	const steps, rate, growth = 1000, 0.01, 2
	c := n.Config
	if len(guess) != c.N || len(u) != c.Inputs {
		panic(fmt.Sprintf("probe: a guess of %d units and %d inputs for a network of %d and %d", len(guess), len(u), c.N, c.Inputs))
	}
	x := append([]float64(nil), guess...)
	gradient := make([]float64, c.N)
	adam := train.NewAdam[float64](rate, c.N)
	best := FixedPoint{State: append([]float64(nil), x...), Speed: math.Inf(1)}
	previous, grown := math.Inf(1), false
	for range steps {
		e := stillness(n, u, x, gradient)
		grown = grown || (e-previous)/previous >= growth
		if e < best.Speed && !grown {
			copy(best.State, x)
			best.Speed = e
		}
		previous = e
		adam.Update([][]float64{x}, [][]float64{gradient})
	}
	return best
}

// stillness returns E at x, and writes its gradient 2dt²/N (−r + φ'(x)∘Wᵀr) with r = ẋ.
func stillness(n *rnn.Network[float64], u, x, gradient []float64) float64 {
	c := n.Config
	rates, r, back := make([]float64, c.N), make([]float64, c.N), make([]float64, c.N)
	rnn.Apply(c.Activation, rates, x)
	for i := range r {
		r[i] = -x[i] + blas.Dot(n.Rec[i*c.N:(i+1)*c.N], rates)
		for k, v := range u {
			r[i] += n.In[i*c.Inputs+k] * v
		}
	}
	for i, v := range r {
		blas.Axpy(v, n.Rec[i*c.N:(i+1)*c.N], back)
	}
	rnn.Slope(c.Activation, rates, x)
	scale := c.Dt * c.Dt / float64(c.N)
	for i := range gradient {
		gradient[i] = 2 * scale * (rates[i]*back[i] - r[i])
	}
	return scale * dot(r, r)
}

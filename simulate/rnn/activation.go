package rnn

import (
	"fmt"
	"math"

	"oblique/internal/blas"
)

// An Activation is the function φ between a unit's state and its rate.
type Activation string

// The activations. The empty one is Tanh.
const (
	Tanh     Activation = "tanh"
	ReLU     Activation = "relu"     // max(0, x)
	Linear   Activation = "linear"   // x
	Erf      Activation = "erf"      // erf(√π x/2), of slope 1 at 0
	Softplus Activation = "softplus" // ln(1 + eˣ)
)

// ParseActivation returns the activation that a word names; the empty word is Tanh.
func ParseActivation(word string) (Activation, error) {
	switch a := Activation(word); a {
	case "":
		return Tanh, nil
	case Tanh, ReLU, Linear, Erf, Softplus:
		return a, nil
	}
	return "", fmt.Errorf("rnn: no activation %q: want tanh, relu, linear, erf or softplus", word)
}

// Apply computes dst = φ(x); dst may be x. It panics where dst is shorter.
func Apply[T blas.Float](a Activation, dst, x []T) {
	switch a {
	case ReLU:
		for i, v := range x {
			dst[i] = max(0, v)
		}
	case Linear:
		copy(dst, x)
	case Erf:
		for i, v := range x {
			dst[i] = T(math.Erf(math.Sqrt(math.Pi) / 2 * float64(v)))
		}
	case Softplus:
		for i, v := range x {
			dst[i] = T(softplus(float64(v)))
		}
	default:
		blas.Tanh(dst, x)
	}
}

// Slope computes dst = φ'(x); that of ReLU is 0 at 0. dst may be x. It panics where dst is shorter.
func Slope[T blas.Float](a Activation, dst, x []T) {
	dst = dst[:len(x)]
	rates, zero, one := make([]T, len(x)), make([]T, len(x)), make([]T, len(x))
	for i := range one {
		one[i] = 1
	}
	Apply(a, rates, x)
	descend(a, dst, zero, one, x, rates, 0, 1)
}

// softplus returns ln(1 + eˣ) without overflow.
func softplus(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// descend computes dst = decay·λ + dt·φ'(x) ∘ g, with the derivative taken from the state x or the rate r = φ(x), whichever
// is cheaper. dst may be λ.
func descend[T blas.Float](a Activation, dst, lambda, g, x, r []T, decay, dt T) {
	g, x, r, lambda = g[:len(dst)], x[:len(dst)], r[:len(dst)], lambda[:len(dst)]
	switch a {
	case ReLU:
		for i := range dst {
			v := decay * lambda[i]
			if x[i] > 0 {
				v += dt * g[i]
			}
			dst[i] = v
		}
	case Linear:
		for i := range dst {
			dst[i] = decay*lambda[i] + dt*g[i]
		}
	case Erf: // φ' = exp(−π x²/4)
		for i := range dst {
			dst[i] = decay*lambda[i] + dt*g[i]*T(math.Exp(-math.Pi/4*float64(x[i])*float64(x[i])))
		}
	case Softplus: // φ' = 1 − e^{−φ}
		for i := range dst {
			dst[i] = decay*lambda[i] - dt*g[i]*T(math.Expm1(-float64(r[i])))
		}
	default:
		for i := range dst {
			dst[i] = decay*lambda[i] + dt*g[i]*(1-r[i]*r[i])
		}
	}
}

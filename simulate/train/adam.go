package train

import (
	"math"

	"oblique/internal/blas"
)

// Adam is the optimiser of Kingma & Ba (2015): with g the gradient at step t = 1, 2, …
//
//	m ← β₁ m + (1−β₁) g,   v ← β₂ v + (1−β₂) g²,
//	w ← w − η (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε),
//
// β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
type Adam[T blas.Float] struct {
	Rate float64 // η
	Step int     // steps taken
	M, V [][]T   // moments of each weight array
}

const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8

	adamPiece = 1 << 14 // weights worth a processor
)

// NewAdam returns the optimiser of weight arrays of these lengths.
func NewAdam[T blas.Float](rate float64, lengths ...int) *Adam[T] {
	a := &Adam[T]{Rate: rate}
	for _, n := range lengths {
		a.M, a.V = append(a.M, make([]T, n)), append(a.V, make([]T, n))
	}
	return a
}

// Update takes a step: weights[i] has the gradient gradients[i].
func (a *Adam[T]) Update(weights, gradients [][]T) {
	a.Step++
	size := T(a.Rate / (1 - math.Pow(beta1, float64(a.Step))))
	scale := T(1 / math.Sqrt(1-math.Pow(beta2, float64(a.Step))))
	for i, w := range weights {
		blas.Parallel(len(w), adamPiece, func(lo, hi int) {
			m, v, g, w := a.M[i][lo:hi], a.V[i][lo:hi], gradients[i][lo:hi], w[lo:hi]
			for j := range w {
				m[j] = beta1*m[j] + (1-beta1)*g[j]
				v[j] = beta2*v[j] + (1-beta2)*g[j]*g[j]
				w[j] -= size * m[j] / (T(math.Sqrt(float64(v[j])))*scale + epsilon)
			}
		})
	}
}

// Descend takes a step of plain gradient descent, w ← w − η g, and leaves the moments alone.
func (a *Adam[T]) Descend(weights, gradients [][]T) {
	a.Step++
	for i, w := range weights {
		blas.Axpy(T(-a.Rate), gradients[i], w)
	}
}

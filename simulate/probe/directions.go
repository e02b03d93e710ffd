package probe

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// A span is a space of directions: an orthonormal basis in the columns, N×R. A nil span is all of N dimensions.
type span struct {
	n     int
	basis *mat.Dense
}

// spanOf returns the span of the rows of A. Rows that the others give add nothing.
func spanOf(rows *mat.Dense) span {
	count, n := rows.Dims()
	var kept [][]float64
	for i := range count {
		v := append([]float64(nil), rows.RawRowView(i)...)
		whole := norm(v)
		for range 2 { // twice, for orthogonality to the last digit
			for _, b := range kept {
				subtract(v, b, dot(v, b))
			}
		}
		if left := norm(v); left > 1e-9*whole {
			for j := range v {
				v[j] /= left
			}
			kept = append(kept, v)
		}
	}
	basis := mat.NewDense(n, max(len(kept), 1), nil)
	for j, v := range kept {
		basis.SetCol(j, v)
	}
	return span{n, basis}
}

// dim returns the number of dimensions.
func (s span) dim() int {
	if s.basis == nil {
		return s.n
	}
	_, r := s.basis.Dims()
	return r
}

// skip takes from the generator what draw does.
func (s span) skip(rng *rand.Rand) {
	for range s.dim() {
		rng.NormFloat64()
	}
}

// draw returns a random unit vector: Gaussian coefficients in the basis, scaled to length 1.
func (s span) draw(rng *rand.Rand) []float64 {
	v := make([]float64, s.n)
	if s.basis == nil {
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return unit(v)
	}
	for j := range s.dim() {
		c := rng.NormFloat64()
		for i := range v {
			v[i] += c * s.basis.At(i, j)
		}
	}
	return unit(v)
}

// unit scales v to length 1; zero stays zero.
func unit(v []float64) []float64 {
	if n := norm(v); n > 0 {
		for i := range v {
			v[i] /= n
		}
	}
	return v
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func norm(v []float64) float64 { return math.Sqrt(dot(v, v)) }

func subtract(v, b []float64, c float64) {
	for i := range v {
		v[i] -= c * b[i]
	}
}

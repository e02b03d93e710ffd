package probe

import (
	"fmt"
	"math"

	"oblique/internal/eigen"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Dissimilarity is the angular Procrustes distance of two networks' states on the same trials: with A (P×N) and B (P×M), column
// means subtracted,
//
//	d = arccos( ‖AᵀB‖_* / (‖A‖ ‖B‖) ),
//
// ‖·‖_* the sum of singular values. It is 0 for states that are rotated and scaled copies, and at most π/2. With alpha < 1 the
// states are whitened in part first, A(alpha·I + (1−alpha)(AᵀA)^{−½}) and B alike, down to alpha = 0, canonical correlation;
// the paper's figures have 1. Directions with eigenvalues of AᵀA below 1e-5 of the largest are left out of the root. It is NaN
// for states that do not vary, and panics where numbers of rows differ or alpha is not within 0 and 1.
//
// Source: Williams et al., NeurIPS 34 (2021), equations 8 and 11.
func Dissimilarity(a, b *mat.Dense, alpha float64) float64 {
	ra, _ := a.Dims()
	rb, _ := b.Dims()
	if ra != rb || !(alpha >= 0 && alpha <= 1) {
		panic(fmt.Sprintf("probe: dissimilarity of %d and %d states at alpha %g", ra, rb, alpha))
	}
	a, b = whitened(centredBy(a, columnMeans(a)), alpha), whitened(centredBy(b, columnMeans(b)), alpha)
	if _, n := a.Dims(); n < b.RawMatrix().Cols {
		a, b = b, a // singular values are those of the transpose
	}
	var ab mat.Dense
	ab.Mul(a.T(), b)
	n, m := ab.Dims()
	values, err := eigen.SingularValues(n, m, ab.RawMatrix().Data, m)
	if err != nil {
		return math.NaN()
	}
	nuclear := floats.Sum(values)
	cos := nuclear / (mat.Norm(a, 2) * mat.Norm(b, 2))
	if cos > 1 { // by rounding
		cos = 1
	}
	return math.Acos(cos)
}

// whitened returns A(alpha·I + (1−alpha)(AᵀA)^{−½}).
func whitened(a *mat.Dense, alpha float64) *mat.Dense {
	if alpha == 1 {
		return a
	}
	const cut = 1e-5
	_, n := a.Dims()
	g := mat.NewSymDense(n, nil)
	g.SymOuterK(1, a.T())
	values, v := symmetric(g)
	scaled := mat.DenseCopyOf(v)
	for j, l := range values {
		factor := alpha
		if l > cut*values[n-1] {
			factor += (1 - alpha) / math.Sqrt(l)
		}
		for i := range n {
			scaled.Set(i, j, factor*v.At(i, j))
		}
	}
	var m, out mat.Dense
	m.Mul(scaled, v.T())
	out.Mul(a, &m)
	return &out
}

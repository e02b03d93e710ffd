package probe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestCorrelate(t *testing.T) {
	r := readReference(t)
	x, w := r.run(r.X).Since(late), mat.NewDense(r.Outputs, r.N, r.W)
	c := Correlate(x, w)
	for i, got := range []float64{c.Rho, c.Scaled, c.Frobenius} {
		near(t, fmt.Sprint("correlation ", i), got, r.Correlation[i], 1e-12)
	}
	near(t, "norm", RowNorm(x), r.Norm, 1e-12)
}

// Invariants: a matrix has correlation 1 with itself; rotations of the centred space and scales change nothing; a readout
// at right angles has 0; and rows of mean 0 obey ‖XYᵀ‖ = Frobenius·‖X‖‖Y‖.
func TestCorrelateInvariants(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	x := gaussian(rng, 50, 8)
	near(t, "ρ(X, X)", Correlate(x, x).Rho, 1, 1e-12)
	y := gaussian(rng, 2, 8)
	c := Correlate(x, y)
	var scaled mat.Dense
	scaled.Scale(-7, y)
	near(t, "ρ(X, −7Y)", Correlate(x, &scaled).Rho, c.Rho, 1e-12)
	cx, cy := centredRows(x), centredRows(y)
	var xy mat.Dense
	xy.Mul(cx, cy.T())
	near(t, "‖XYᵀ‖", mat.Norm(&xy, 2), c.Frobenius*mat.Norm(cx, 2)*mat.Norm(cy, 2), 1e-12)
	across := mat.NewDense(2, 4, []float64{1, -1, 0, 0, 2, -2, 0, 0})
	near(t, "at right angles", Correlate(across, mat.NewDense(1, 4, []float64{0, 0, 1, -1})).Rho, 0, 1e-15)
	// One row against one: the cosine of centred vectors, Pearson's correlation.
	a, b := mat.NewDense(1, 3, []float64{1, 2, 4}), mat.NewDense(1, 3, []float64{3, 1, 0})
	near(t, "Pearson", Correlate(a, b).Rho, 0.92857142857142860, 1e-12) // |−13/3| / √(14/3 · 14/3)
	if !math.IsNaN(Correlate(x, mat.NewDense(1, 8, nil)).Rho) {
		t.Error("a readout of zero has a correlation")
	}
}

package probe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestDissimilarity(t *testing.T) {
	r := readReference(t)
	a, b := r.run(r.X).Since(late), r.run(r.Other).Since(late)
	for word, want := range r.Dissimilarity {
		alpha, err := strconv.ParseFloat(word, 64)
		if err != nil {
			t.Fatal(err)
		}
		// The inverse root loses the digits of the smallest eigenvalue.
		near(t, fmt.Sprint("alpha ", alpha), Dissimilarity(a, b, alpha), want, 1e-9)
	}
}

// Rotated, scaled and shifted copies have distance 0, at alpha 0 any invertible map; states at right angles π/2; and it is
// symmetric, also between networks of different size.
func TestDissimilarityInvariants(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	a := gaussian(rng, 60, 5)
	var copyOf, mapped mat.Dense
	copyOf.Mul(a, rotation(rng, 5))
	copyOf.Apply(func(_, j int, v float64) float64 { return 3*v + float64(j) }, &copyOf)
	// arccos near 1 is √(2ε): 1e-16 becomes 1e-8.
	near(t, "copy", Dissimilarity(a, &copyOf, 1), 0, 1e-7)
	mapped.Mul(a, gaussian(rng, 5, 5))
	near(t, "map", Dissimilarity(a, &mapped, 0), 0, 1e-6)
	if d := Dissimilarity(a, &mapped, 1); d < 0.1 {
		t.Errorf("a map at alpha 1: %g", d)
	}
	other := gaussian(rng, 60, 9)
	near(t, "symmetry", Dissimilarity(a, other, 1), Dissimilarity(other, a, 1), 1e-12)
	x, y := mat.NewDense(4, 1, []float64{1, -1, 1, -1}), mat.NewDense(4, 1, []float64{1, 1, -1, -1})
	near(t, "right angle", Dissimilarity(x, y, 1), math.Pi/2, 1e-12)
	if !math.IsNaN(Dissimilarity(a, mat.NewDense(60, 2, nil), 1)) {
		t.Error("states that do not vary have a distance")
	}
}

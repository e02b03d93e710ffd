package probe

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestEigenvalues(t *testing.T) {
	r := readReference(t)
	got, err := Eigenvalues(mat.NewDense(r.N, r.N, r.Square))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range r.Eigenvalues {
		near(t, fmt.Sprint("real ", i), real(got[i]), want[0], 1e-12)
		near(t, fmt.Sprint("imaginary ", i), imag(got[i]), want[1], 1e-12)
	}
	rotation, err := Eigenvalues(mat.NewDense(2, 2, []float64{math.Cos(1), -math.Sin(1), math.Sin(1), math.Cos(1)}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "angle", imag(rotation[0]), math.Sin(1), 1e-14)
}

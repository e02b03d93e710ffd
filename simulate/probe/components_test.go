package probe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestPrincipal(t *testing.T) {
	r := readReference(t)
	c := Principal(r.run(r.X).Since(late), 30)
	if len(c.Variance) != r.N {
		t.Fatalf("%d components of %d units", len(c.Variance), r.N)
	}
	for i, v := range c.Variance {
		near(t, fmt.Sprint("variance ", i+1), v, r.Variance[i], 1e-12)
	}
	near(t, "all variance", c.Cumulative()[r.N-1], 1, 1e-12)
	var eye mat.Dense
	eye.Mul(c.Axes.T(), c.Axes)
	for i := range r.N {
		eye.Set(i, i, eye.At(i, i)-1)
	}
	near(t, "AᵀA − I", mat.Norm(&eye, 2), 0, 1e-12)
	scores := c.Project(r.run(r.X).Since(late))
	means := columnMeans(scores)
	for i, m := range means {
		near(t, fmt.Sprint("mean score ", i), m, 0, 1e-12)
	}
}

// States in a plane have two components, whatever the rotation.
func TestPrincipalPlane(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	flat := mat.NewDense(100, 5, nil)
	for i := range 100 {
		flat.Set(i, 0, 3*math.Cos(float64(i)))
		flat.Set(i, 1, math.Sin(float64(i)))
	}
	var x mat.Dense
	x.Mul(flat, rotation(rng, 5))
	c := Principal(&x, 3)
	near(t, "third component", c.Variance[2], 0, 1e-12)
	if d := Dimension(c.Cumulative(), 0.95); d != 2 {
		t.Errorf("dimension %d", d)
	}
	if c := Principal(mat.NewDense(4, 3, nil), 2); !math.IsNaN(c.Variance[0]) {
		t.Errorf("share %g of no variance", c.Variance[0])
	}
}

func TestDimension(t *testing.T) {
	for _, c := range []struct {
		curve []float64
		want  int
	}{{[]float64{0.5, 0.9, 0.95}, 3}, {[]float64{0.91}, 1}, {[]float64{0.1, 0.9}, 0}, {nil, 0}, {[]float64{math.NaN(), 1}, 2}} {
		if got := Dimension(c.curve, 0.9); got != c.want {
			t.Errorf("%v exceeds 0.9 at %d, want %d", c.curve, got, c.want)
		}
	}
}

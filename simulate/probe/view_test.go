package probe

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestView(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 8))
	c := Principal(gaussian(rng, 40, 6), 2)
	w := gaussian(rng, 2, 6)
	axes, err := View(c, w)
	if err != nil {
		t.Fatal(err)
	}
	left := append([]float64(nil), w.RawRowView(0)...)
	for j := range 3 {
		a := mat.Col(nil, j, axes)
		for k := range 3 {
			want := 0.0
			if k == j {
				want = 1
			}
			near(t, "product of axes", dot(a, mat.Col(nil, k, axes)), want, 1e-12)
		}
		along := dot(a, w.RawRowView(0))
		if along < 0 {
			t.Errorf("axis %d: the readout is at %g", j, along)
		}
		subtract(left, a, along)
		if j < 2 {
			near(t, "axis and component", math.Abs(dot(a, mat.Col(nil, j, c.Axes))), 1, 1e-12)
		}
	}
	near(t, "what the view leaves of the readout", norm(left), 0, 1e-12)
	inPlane := mat.NewDense(1, 6, mat.Col(nil, 0, c.Axes))
	if _, err := View(c, inPlane); err == nil {
		t.Error("a readout in the plane is no error")
	}
	if _, err := View(Principal(gaussian(rng, 40, 6), 1), w); err == nil {
		t.Error("one component is no error")
	}
}

// Two circles of radius 1 and 3 in one plane, and one shifted by 4 out of it.
func TestCycleDistance(t *testing.T) {
	circle := func(radius, height float64) *mat.Dense {
		x := mat.NewDense(100, 4, nil)
		for i := range 100 {
			a := 2 * math.Pi * float64(i) / 100
			x.SetRow(i, []float64{radius * math.Cos(a), radius * math.Sin(a), height, 0})
		}
		return x
	}
	for _, d := range CycleDistance(circle(1, 0), circle(3, 0)) {
		near(t, "distance of concentric circles", d, 2/math.Sqrt(4), 1e-12)
	}
	for _, d := range CycleDistance(circle(1, 0), circle(1, 4)) {
		near(t, "distance of shifted circles", d, 4/math.Sqrt(4), 1e-12)
	}
}

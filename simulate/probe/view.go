package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// View returns three orthonormal axes, N×3, for a picture of trajectories with the readout: Gram–Schmidt of the first two
// components and the first row of W_out (O×N), each turned so that this row has no negative projection on it. It is an error if
// there are fewer than two components, or the row lies in their plane.
func View(c *Components, w *mat.Dense) (*mat.Dense, error) {
	n, k := c.Axes.Dims()
	if k < 2 || n < 3 {
		return nil, fmt.Errorf("probe: a view of %d components of %d units", k, n)
	}
	rows := mat.NewDense(3, n, nil)
	rows.SetRow(0, mat.Col(nil, 0, c.Axes))
	rows.SetRow(1, mat.Col(nil, 1, c.Axes))
	rows.SetRow(2, w.RawRowView(0))
	axes := spanOf(rows).basis
	if _, dims := axes.Dims(); dims < 3 {
		return nil, fmt.Errorf("probe: the readout lies in the plane of the first two components")
	}
	for j := range 3 {
		axis := mat.Col(nil, j, axes)
		if dot(axis, w.RawRowView(0)) < 0 {
			for i := range axis {
				axis[i] = -axis[i]
			}
			axes.SetCol(j, axis)
		}
	}
	return axes, nil
}

// CycleDistance returns the distance of each state of one trajectory (P×N) from another one (Q×N), in units of √N:
//
//	d_t = min_t' ‖x₁(t) − x₂(t')‖/√N.
//
// It panics if they have different numbers of units.
func CycleDistance(x1, x2 *mat.Dense) []float64 {
	p, n := x1.Dims()
	q, m := x2.Dims()
	if n != m {
		panic(fmt.Sprintf("probe: trajectories of %d and %d units", n, m))
	}
	out := make([]float64, p)
	for t := range out {
		least := math.Inf(1)
		for s := range q {
			var square float64
			for i, v := range x1.RawRowView(t) {
				d := v - x2.At(s, i)
				square += d * d
			}
			least = math.Min(least, square)
		}
		out[t] = math.Sqrt(least / float64(n))
	}
	return out
}

package plot

import (
	"math"

	"oblique/regime"
)

// NewScalingCurve returns ρ√N of a result's neuron subsamples, with its exponent: that of ρ, and one half.
func NewScalingCurve(r *regime.ScalingResult) ScalingCurve {
	c := ScalingCurve{Name: r.Data.Name, N: r.Neurons.Sizes, Exponent: Estimate{Value: float64(r.Exponent.Value) + 0.5}}
	for i := range c.Exponent.Interval {
		c.Exponent.Interval[i] = float64(r.Exponent.CI[i]) + 0.5
	}
	for i, n := range c.N {
		var e Estimate
		for _, draw := range r.Neurons.Rho {
			e.Draws = append(e.Draws, float64(draw[i])*math.Sqrt(float64(n)))
		}
		e.Value = mean(e.Draws)
		c.RhoSqrtN = append(c.RhoSqrtN, e)
	}
	return c
}

// NewColumns returns the recordings of a comparison as they are, with the time subsamples as violins where there are
// any. Their R² and fitting dimensions are in-sample: beside held-out figures those of ρ alone are shown.
func NewColumns(c *regime.Comparison) []Column {
	var columns []Column
	for _, e := range c.Recordings {
		r := e.Result
		col := Column{Name: r.Data.Name, Group: e.Group, N: r.Data.NNeurons, T: r.Data.NTime,
			R2: estimate(r.R2, r.R2CI), R2Kind: r.Method.R2Kind(), Rho: estimate(r.Rho, r.RhoCI), Relative: estimate(r.Relative, r.RelativeCI),
			NullRho: interval(r.Nulls.Isotropic.CI)}
		if s := r.TimeSubsamples; s != nil {
			col.Rho.Draws = floats(s.Rho)
			if r.Method == regime.Paper {
				col.R2.Draws, col.Relative.Draws = floats(s.R2), floats(s.Relative)
			}
		}
		columns = append(columns, col)
	}
	return columns
}

// NewMatchedColumns returns the recordings of a comparison at their common size: means and draws of the matched
// subsamples. Finished results have none, and no column.
func NewMatchedColumns(c *regime.Comparison) []Column {
	var columns []Column
	for _, e := range c.Recordings {
		if e.Draws.Rows == 0 {
			continue
		}
		of := func(draws []regime.Number) Estimate {
			x := floats(draws)
			return Estimate{Value: mean(x), Draws: x}
		}
		columns = append(columns, Column{Name: e.Result.Data.Name, Group: e.Group, N: c.Matched.N, T: e.Draws.Rows,
			R2: of(e.Draws.R2), R2Kind: e.Result.Method.R2Kind(), Rho: of(e.Draws.Rho), Relative: of(e.Draws.Relative)})
	}
	return columns
}

// NewPlane returns the recordings of a comparison in the regime plane.
func NewPlane(c *regime.Comparison) []PlanePoint {
	var points []PlanePoint
	for _, e := range c.Recordings {
		r := e.Result
		points = append(points, PlanePoint{Name: r.Data.Name, Group: e.Group,
			Relative: estimate(r.Relative, r.RelativeCI), RhoSqrtN: estimate(r.RhoSqrtN, r.RhoSqrtNCI)})
	}
	return points
}

func estimate(x regime.Number, ci regime.Interval) Estimate {
	return Estimate{Value: float64(x), Interval: interval(ci)}
}

// mean averages the numbers that are defined; NaN if none is.
func mean(x []float64) float64 {
	var sum, count float64
	for _, v := range x {
		if finite(v) {
			sum, count = sum+v, count+1
		}
	}
	return sum / count
}

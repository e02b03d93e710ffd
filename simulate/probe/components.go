package probe

import (
	"fmt"
	"math"

	"oblique/internal/eigen"

	"gonum.org/v1/gonum/mat"
)

// Components are the principal components of states, largest first.
type Components struct {
	Mean     []float64  // of the states, N
	Axes     *mat.Dense // N×K, orthonormal columns, the largest entry of each positive
	Variance []float64  // share of the total variance of each, K
}

// Principal returns the first k principal components of states X (P×N), by the eigenvectors of their covariance; k is at most
// N. Shares of states without variance are NaN. It panics where X has a single row.
func Principal(x *mat.Dense, k int) *Components {
	rows, n := x.Dims()
	if rows < 2 {
		panic(fmt.Sprintf("probe: components of %d states", rows))
	}
	c := &Components{Mean: columnMeans(x)}
	values, vectors := symmetric(covariance(x, c.Mean))
	k = min(k, n)
	total := 0.0
	for _, v := range values {
		total += math.Max(v, 0)
	}
	c.Axes = mat.NewDense(n, k, nil)
	for j := range k {
		from := n - 1 - j // eigenvalues ascend
		c.Variance = append(c.Variance, math.Max(values[from], 0)/total)
		sign := 1.0
		for i, most := 0, 0.0; i < n; i++ {
			if v := vectors.At(i, from); math.Abs(v) > most {
				most, sign = math.Abs(v), math.Copysign(1, v)
			}
		}
		for i := range n {
			c.Axes.Set(i, j, sign*vectors.At(i, from))
		}
	}
	return c
}

// Cumulative returns the share of variance of the first 1, 2, …, K components.
func (c *Components) Cumulative() []float64 {
	out, sum := make([]float64, len(c.Variance)), 0.0
	for i, v := range c.Variance {
		sum += v
		out[i] = sum
	}
	return out
}

// Project returns (X − mean)·Axes, P×K.
func (c *Components) Project(x *mat.Dense) *mat.Dense {
	var y mat.Dense
	y.Mul(centredBy(x, c.Mean), c.Axes)
	return &y
}

// Dimension returns the number of components after which a curve first exceeds a level, such as D_x,90 and D_fit,90 at
// 0.9, or 0 where it never does.
func Dimension(curve []float64, level float64) int {
	for i, v := range curve {
		if v > level {
			return i + 1
		}
	}
	return 0
}

// covariance returns the covariance of the columns, unbiased.
func covariance(x *mat.Dense, means []float64) *mat.SymDense {
	rows, n := x.Dims()
	d := centredBy(x, means)
	c := mat.NewSymDense(n, nil)
	c.SymOuterK(1/float64(rows-1), d.T())
	return c
}

// symmetric returns eigenvalues, ascending, and eigenvectors in columns.
func symmetric(a *mat.SymDense) ([]float64, *mat.Dense) {
	n, raw := a.SymmetricDim(), a.RawSymmetric()
	values, vectors, err := eigen.Sym(n, raw.Data, raw.Stride, eigen.Ascending)
	if err != nil {
		panic("probe: the eigenvalues of a symmetric matrix do not converge: it holds NaN or Inf")
	}
	return values, mat.NewDense(n, n, vectors)
}

func columnMeans(x *mat.Dense) []float64 {
	rows, n := x.Dims()
	means := make([]float64, n)
	for i := range rows {
		for j, v := range x.RawRowView(i) {
			means[j] += v
		}
	}
	for j := range means {
		means[j] /= float64(rows)
	}
	return means
}

// centredBy returns X less a row of means.
func centredBy(x *mat.Dense, means []float64) *mat.Dense {
	c := mat.DenseCopyOf(x)
	rows, _ := c.Dims()
	for i := range rows {
		row := c.RawRowView(i)
		for j := range row {
			row[j] -= means[j]
		}
	}
	return c
}

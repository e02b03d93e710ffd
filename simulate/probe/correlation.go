package probe

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Correlation says how states X (P×N) and readout rows Y (O×N) lie to each other. Before all else the mean over the N
// entries is subtracted from every row, as in the published code. With the Frobenius norm ‖·‖ and the participation
// ratio PR_A = ‖A‖⁴/‖AAᵀ‖²:
type Correlation struct {
	// Rho = ‖XYᵀ‖/√(‖XXᵀ‖ ‖YYᵀ‖) is what the paper's figures show. It is 1 for Y = X.
	Rho float64 `json:"rho"`
	// Scaled = Rho · max(D_X/D_Y, D_Y/D_X), D_A = PR_A^¼, undoes the effect of different dimensions.
	Scaled float64 `json:"rho_scaled"`
	// Frobenius = ‖XYᵀ‖/(‖X‖ ‖Y‖) = Rho/(PR_X PR_Y)^¼ is what the paper's text defines. Without the subtraction of means it obeys
	// ‖XYᵀ‖ = Frobenius·‖X‖·‖Y‖, the size of the output.
	Frobenius float64 `json:"rho_frobenius"`
}

// Correlate returns the correlation of states and readout. It is NaN where either is zero. It panics if they have different
// numbers of columns.
func Correlate(x, y *mat.Dense) Correlation {
	x, y = centredRows(x), centredRows(y)
	var xy mat.Dense
	xy.Mul(x, y.T())
	cross := mat.Norm(&xy, 2)
	nx, ny := mat.Norm(x, 2), mat.Norm(y, 2)
	gx, gy := mat.Norm(gram(x), 2), mat.Norm(gram(y), 2)
	ratio := (nx / math.Sqrt(gx)) / (ny / math.Sqrt(gy))
	rho := cross / math.Sqrt(gx*gy)
	return Correlation{Rho: rho, Scaled: rho * math.Max(ratio, 1/ratio), Frobenius: cross / (nx * ny)}
}

// gram returns AᵀA or AAᵀ, whichever is smaller: their norms are the same.
func gram(a *mat.Dense) *mat.Dense {
	rows, columns := a.Dims()
	var g mat.Dense
	if rows < columns {
		g.Mul(a, a.T())
	} else {
		g.Mul(a.T(), a)
	}
	return &g
}

// centredRows returns a copy whose rows have mean 0.
func centredRows(a *mat.Dense) *mat.Dense {
	c := mat.DenseCopyOf(a)
	rows, columns := c.Dims()
	for i := range rows {
		row := c.RawRowView(i)
		m := mat.Sum(mat.NewVecDense(columns, row)) / float64(columns)
		for j := range row {
			row[j] -= m
		}
	}
	return c
}

// RowNorm returns the root mean square of the entries of A times √N, with N its columns: the norm of a typical row, ‖x‖ of
// states or ‖w_out‖ of a readout.
func RowNorm(a *mat.Dense) float64 {
	rows, _ := a.Dims()
	return mat.Norm(a, 2) / math.Sqrt(float64(rows))
}

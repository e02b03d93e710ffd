package regime

import (
	"math"

	"oblique/internal/eigen"

	"gonum.org/v1/gonum/mat"
)

// Correlation returns ρ = ‖X Wᵀ‖_F / (‖X‖_F ‖W‖_F) of a readout W (D×N) with activity X (T×N), both as they are
// given: centre X over time first to have the figure of recordings. It lies between 0 and 1: the root mean
// square share of activity's extent that lies along the readout. It is NaN where X or W is zero.
//
// Source: Schuessler et al. 2024, equation 3 and "Experimental data".
func Correlation(x, w mat.Matrix) float64 {
	var z mat.Dense
	z.Mul(x, w.T())
	return mat.Norm(&z, 2) / (mat.Norm(x, 2) * mat.Norm(w, 2))
}

// knownDecoder compares the readout that is known, for a BCI, with the one fitted.
func (f *fit) knownDecoder() error {
	known := f.rec.Decoder
	if known == nil {
		return nil
	}
	res := f.result
	d := &Decoder{Name: known.Name, Rho: Number(f.rhoOf(known.W))}
	d.RhoSqrtN = d.Rho * Number(math.Sqrt(float64(res.Data.NNeurons)))
	d.Alignment = Number(inner(known.W, res.Weights) / math.Sqrt(inner(known.W, known.W)*inner(res.Weights, res.Weights)))
	d.AngleDeg = Number(largestAngle(known.W, res.Weights) * 180 / math.Pi)
	d.R2, d.Difference = Undefined, Undefined
	if f.rec.X != nil {
		d.R2, d.Difference = f.decoderOutput()
	}
	res.Decoder = d
	return nil
}

// rhoOf returns ρ of a readout of the recorded neurons. ‖X Wᵀ‖² = tr W XᵀX Wᵀ needs the moments alone.
func (f *fit) rhoOf(w *mat.Dense) float64 {
	if f.basis != nil {
		rotated := mat.NewDense(w.RawMatrix().Rows, f.basis.RawMatrix().Cols, nil)
		rotated.Mul(w, f.basis)
		return f.rhoMoments(rotated, mat.Norm(w, 2))
	}
	return f.rhoMoments(w, mat.Norm(w, 2))
}

func (f *fit) rhoMoments(w *mat.Dense, norm float64) float64 {
	xx := mat.NewSymDense(f.moments.N, f.moments.XX)
	var wx mat.Dense
	wx.Mul(w, xx)
	return math.Sqrt(inner(&wx, w)/mat.Trace(xx)) / norm
}

// decoderOutput returns the R² of the known decoder's output against behaviour, and the root mean square difference
// between its output and the fitted readout's, relative to the behaviour's standard deviation.
func (f *fit) decoderOutput() (r2, difference Number) {
	t, _, dims := f.rec.Dims()
	known, res := f.rec.Decoder, f.result
	var output, fitted mat.Dense
	output.Mul(f.rec.X, known.W.T())
	fitted.Mul(f.rec.X, res.Weights.T())
	var sum, count, apart, total float64
	for j := range dims {
		var ss, tot float64
		for i := range t {
			y := f.rec.Y.At(i, j)
			k := output.At(i, j) + known.Offset[j]
			e := k - fitted.At(i, j) - res.Offset[j]
			ss += (y - k) * (y - k)
			tot += (y - f.yMean[j]) * (y - f.yMean[j])
			apart += e * e
		}
		total += tot
		if tot > 0 {
			sum += 1 - ss/tot
			count++
		}
	}
	return Number(sum / count), Number(math.Sqrt(apart / total))
}

// inner returns tr A Bᵀ.
func inner(a, b *mat.Dense) float64 {
	var sum float64
	rows, _ := a.Dims()
	for i := range rows {
		sum += mat.Dot(a.RowView(i), b.RowView(i))
	}
	return sum
}

// largestAngle returns the largest principal angle, in radians, between the spaces that the rows of a and of b
// span; NaN where either spans fewer dimensions than it has rows. The cosines of the angles are the singular values
// of QaᵀQb (Björck & Golub 1973).
func largestAngle(a, b *mat.Dense) float64 {
	qa, okA := rowBasis(a)
	qb, okB := rowBasis(b)
	if !okA || !okB {
		return math.NaN()
	}
	var product mat.Dense
	product.Mul(qa.T(), qb)
	rows, cols := product.Dims()
	if rows < cols {
		return largestAngle(b, a) // angles have no order
	}
	cosines, err := eigen.SingularValues(rows, cols, product.RawMatrix().Data, cols)
	if err != nil {
		return math.NaN()
	}
	return math.Acos(math.Min(1, cosines[len(cosines)-1]))
}

// rowBasis returns an orthonormal basis, N×D, of the rows of w (D×N), and whether they are independent.
func rowBasis(w *mat.Dense) (*mat.Dense, bool) {
	d, n := w.Dims()
	if n < d {
		return nil, false
	}
	columns := mat.DenseCopyOf(w.T())
	u, values, _, err := eigen.SVD(n, d, columns.RawMatrix().Data, d)
	if err != nil || !(values[d-1] > 1e-12*values[0]) {
		return nil, false
	}
	return mat.NewDense(n, d, u), true
}

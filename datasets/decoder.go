package datasets

import (
	"errors"
	"fmt"
	"math"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// ErrDecoder is wrapped by the error of a file whose decoder does not give the velocity that it stores.
var ErrDecoder = errors.New("decoder and stored velocity disagree")

// pinv returns the Moore–Penrose inverse of a, n×m for an m×n matrix: V diag(1/s) Uᵀ over the singular
// values s > max(m, n)·ε·s₁. It is nil if the decomposition fails.
func pinv(a *mat.Dense) *mat.Dense {
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		return nil
	}
	m, n := a.Dims()
	s := svd.Values(nil)
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	for j, x := range s {
		scale := 0.0
		if x > float64(max(m, n))*0x1p-52*s[0] {
			scale = 1 / x
		}
		for i := range n {
			v.Set(i, j, v.At(i, j)*scale)
		}
	}
	var inverse mat.Dense
	inverse.Mul(&v, u.T())
	return &inverse
}

// product returns the product of matrices whose sizes fit.
func product(first, second mat.Matrix, rest ...mat.Matrix) *mat.Dense {
	q := new(mat.Dense)
	q.Mul(first, second)
	for _, m := range rest {
		next := new(mat.Dense)
		next.Mul(q, m)
		q = next
	}
	return q
}

// affine returns x·wᵀ + offset, row by row.
func affine(x, w *mat.Dense, offset []float64) *mat.Dense {
	y := product(x, w.T())
	rows, _ := y.Dims()
	for i := range rows {
		for j, o := range offset {
			y.Set(i, j, y.At(i, j)+o)
		}
	}
	return y
}

// decode returns what a decoder of rates makes of spike counts.
func decode(d *recording.Decoder, counts *mat.Dense, bin float64) *mat.Dense {
	var w mat.Dense
	w.Scale(1/bin, d.W)
	return affine(counts, &w, d.Offset)
}

// perHz returns a decoder of spike counts as one of rates: counts = bin · rates.
func perHz(name, output string, counts *mat.Dense, offset []float64, bin float64) *recording.Decoder {
	var w mat.Dense
	w.Scale(bin, counts)
	return &recording.Decoder{Name: name, Output: output, W: &w, Offset: offset}
}

// largestDifference returns the largest |a − b|, NaN if any is.
func largestDifference(a, b *mat.Dense) float64 {
	var diff mat.Dense
	diff.Sub(a, b)
	return largest(&diff)
}

// largest returns the largest absolute value, NaN if any is.
func largest(m *mat.Dense) float64 {
	most := 0.0
	rows, _ := m.Dims()
	for i := range rows {
		for _, x := range m.RawRowView(i) {
			most = math.Max(most, math.Abs(x)) // Max hands NaN on
		}
	}
	return most
}

// agree returns an error that wraps ErrDecoder unless |a − b| ≤ tolerance everywhere, and else a sentence
// about how well they do.
func agree(what string, a, b *mat.Dense, tolerance float64) (string, error) {
	d := largestDifference(a, b)
	if !(d <= tolerance) {
		return "", fmt.Errorf("%w: %s differ by up to %.3g, at most %g is rounding", ErrDecoder, what, d, tolerance)
	}
	return fmt.Sprintf("Checked: %s agree to %.2g.", what, d), nil
}

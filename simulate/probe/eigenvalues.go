package probe

import (
	"cmp"
	"errors"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Eigenvalues returns the eigenvalues of a square matrix, such as W or its change, by descending real part, then descending
// imaginary part. Before training those of W fill a disk of radius g. It is an error if they do not converge, as with NaN.
func Eigenvalues(w *mat.Dense) ([]complex128, error) {
	var e mat.Eigen
	if !e.Factorize(w, mat.EigenNone) {
		return nil, errors.New("probe: the eigenvalues do not converge")
	}
	values := e.Values(nil)
	slices.SortFunc(values, func(a, b complex128) int {
		return cmp.Or(cmp.Compare(real(b), real(a)), cmp.Compare(imag(b), imag(a)))
	})
	return values, nil
}

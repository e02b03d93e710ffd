package ridge

import (
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// Compress rotates activity of more neurons than rows into as many coordinates as there are rows, which loses nothing:
// X̃ᵀ = Q R, so that X̃ = Rᵀ Qᵀ, and Z = Rᵀ is T×T. Ridge regression, spectrum, norms and correlations of Z are
// those of X̃; a readout of Z is turned into one of X by W = W_z Qᵀ. It returns the view of Z and Q (N×T).
func (v *View) Compress() (*View, *mat.Dense, error) {
	t, n, _ := v.Dims()
	b := &block{}
	if err := v.loadX(b, 0, t); err != nil {
		return nil, nil, err
	}
	q := mat.DenseCopyOf(mat.NewDense(t, n, b.x).T())
	tau, size := make([]float64, t), []float64{0}
	lapack64.Geqrf(q.RawMatrix(), tau, size, -1)
	work := make([]float64, int(size[0]))
	lapack64.Geqrf(q.RawMatrix(), tau, work, len(work))
	z := mat.NewDense(t, t, nil)
	for j := range t {
		for i := range j + 1 {
			z.Set(j, i, q.At(i, j))
		}
	}
	lapack64.Orgqr(q.RawMatrix(), tau, work, len(work)) // which needs no more than the factorisation did
	y := mat.NewDense(t, v.y.RawMatrix().Cols, nil)
	for i := range t {
		y.SetRow(i, v.y.RawRowView(v.at(i)))
	}
	small := &View{source: (&recording.Recording{X: z}).Activity(), dense: z, y: y, origin: make([]float64, t)}
	return small, q, nil
}

package ridge

import (
	"oblique/loaders/recording"

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
	var qr mat.QR
	qr.Factorize(mat.NewDense(t, n, b.x).T())
	var q, r mat.Dense
	qr.QTo(&q)
	qr.RTo(&r)
	z := mat.DenseCopyOf(r.Slice(0, t, 0, t).T())
	y := mat.NewDense(t, v.y.RawMatrix().Cols, nil)
	for i := range t {
		y.SetRow(i, v.y.RawRowView(v.at(i)))
	}
	small := &View{source: (&recording.Recording{X: z}).Activity(), dense: z, y: y, origin: make([]float64, t)}
	return small, mat.DenseCopyOf(q.Slice(0, n, 0, t)), nil
}

package ridge

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Rotated into as many dimensions as there are rows, activity keeps its spectrum, its fits and, rotated back, its
// readout.
func TestCompress(t *testing.T) {
	x, y := sample(40, 9, 25, 2)
	v := newView(t, x, y)
	small, q, err := v.Compress()
	if err != nil {
		t.Fatal(err)
	}
	if rows, n, d := small.Dims(); rows != 9 || n != 9 || d != 2 {
		t.Fatalf("compressed to %d×%d with %d outputs", rows, n, d)
	}
	xs, ys := seen(t, v)
	zs, yz := seen(t, small)
	var back, qq mat.Dense
	back.Mul(zs, q.T())
	wantClose(t, "Z Qᵀ", &back, xs, 1e-13)
	qq.Mul(q.T(), q)
	ones := make([]float64, 9)
	for i := range ones {
		ones[i] = 1
	}
	wantClose(t, "QᵀQ", &qq, mat.NewDiagDense(9, ones), 1e-13)
	wantClose(t, "behaviour", yz, ys, 0)

	wide, _ := newPath(t, v, []float64{0.1, 5}) // N×N moments of rank 8
	p, _ := newPath(t, small, []float64{0.1, 5})
	wantClose(t, "spectrum", mat.NewVecDense(9, p.Spectrum.Values), mat.NewVecDense(9, wide.Spectrum.Values), 1e-12)
	for _, alpha := range p.Alphas {
		w, offset := p.Weights(9, alpha)
		var readout mat.Dense
		readout.Mul(w, q.T())
		want, wantOffset := solveRidge(t, xs, ys, alpha)
		wantClose(t, "readout", &readout, want, 1e-10)
		for o := range offset { // both zero, but for rounding, about the mean
			if math.Abs(offset[o]-wantOffset[o]) > 1e-12 {
				t.Errorf("offset %g, want %g", offset[o], wantOffset[o])
			}
		}
		rho, _ := p.Correlation(alpha)
		wantRho, _ := wide.Correlation(alpha)
		wantNear(t, "ρ", rho, wantRho, 1e-9)
	}
}

func TestCompressSubset(t *testing.T) {
	x, y := sample(41, 20, 30, 1)
	v := newView(t, x, y).Subset([]int{2, 3, 11, 19})
	small, q, err := v.Compress()
	if err != nil {
		t.Fatal(err)
	}
	xs, ys := seen(t, v)
	zs, yz := seen(t, small)
	var back mat.Dense
	back.Mul(zs, q.T())
	wantClose(t, "Z Qᵀ", &back, xs, 1e-13)
	wantClose(t, "behaviour", yz, ys, 0)
}

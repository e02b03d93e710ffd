package ridge

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// bySVD is ridge regression on all components from the singular values of the centred rows, which squares nothing:
// in-sample R², leave-one-out error and ρ for each penalty.
func bySVD(t testing.TB, x, y *mat.Dense, alphas []float64) (r2, loo, rho []float64) {
	t.Helper()
	rows, _ := x.Dims()
	_, d := y.Dims()
	xc, yc := minus(x, columnMeans(x)), minus(y, columnMeans(y))
	var svd mat.SVD
	if !svd.Factorize(xc, mat.SVDThin) {
		t.Fatal("no singular values")
	}
	var u, uy mat.Dense
	svd.UTo(&u)
	s := svd.Values(nil)
	uy.Mul(u.T(), yc)
	tot := totals(y)
	var norm float64
	for _, sv := range s {
		norm += sv * sv
	}
	for _, alpha := range alphas {
		var sumR2, sumLoo, output, weight float64
		for j, sv := range s {
			for o := range d {
				w := sv / (sv*sv + alpha) * uy.At(j, o)
				output += sv * sv * w * w
				weight += w * w
			}
		}
		sse := make([]float64, d)
		for i := range rows {
			h := 1 / float64(rows)
			fit := make([]float64, d)
			for j, sv := range s {
				shrink := sv * sv / (sv*sv + alpha)
				h += u.At(i, j) * u.At(i, j) * shrink
				for o := range d {
					fit[o] += u.At(i, j) * shrink * uy.At(j, o)
				}
			}
			for o := range d {
				e := yc.At(i, o) - fit[o]
				sse[o] += e * e
				sumLoo += e * e / ((1 - h) * (1 - h)) / float64(rows*d)
			}
		}
		for o := range d {
			sumR2 += (1 - sse[o]/tot[o]) / float64(d)
		}
		r2, loo, rho = append(r2, sumR2), append(loo, sumLoo), append(rho, math.Sqrt(output/(norm*weight)))
	}
	return r2, loo, rho
}

// Second moments square the condition number: an eigenvalue λ_j comes with an error of about ε λ₁, and what depends on it
// with a relative error of about ε λ₁/(λ_j + α). Even so the figures of awkward recordings agree with those from
// singular values to 10⁻⁶, down to the least penalty of the grid.
func TestAccuracyAgainstSingularValues(t *testing.T) {
	const rows, n = 1500, 30
	rng := rand.New(rand.NewPCG(70, 1))
	plain := gaussian(rng, rows, n)
	shared := gaussian(rng, rows, 1)
	latent := gaussian(rng, rows, 4)
	load := gaussian(rng, 4, n)
	makeX := func(f func(i, j int) float64) *mat.Dense {
		x := mat.NewDense(rows, n, nil)
		for i := range rows {
			for j := range n {
				x.Set(i, j, f(i, j))
			}
		}
		return x
	}
	var lowRank mat.Dense
	lowRank.Mul(latent, load)
	for _, c := range []struct {
		name string
		x    *mat.Dense
	}{
		{"rates in Hz", makeX(func(i, j int) float64 { return 20 + 5*plain.At(i, j) })},
		{"offset of 10⁸ spreads", makeX(func(i, j int) float64 { return 1e8 + plain.At(i, j) })},
		{"spreads from 10⁻² to 10²", makeX(func(i, j int) float64 {
			return plain.At(i, j) * math.Pow(10, 4*float64(j)/(n-1)-2)
		})},
		{"a common signal of 10³ spreads", makeX(func(i, j int) float64 { return 1e3*shared.At(i, 0) + plain.At(i, j) })},
		{"four latents and noise of 10⁻³", makeX(func(i, j int) float64 { return 10*lowRank.At(i, j) + 1e-3*plain.At(i, j) })},
		{"four latents, noise-free", makeX(func(i, j int) float64 { return lowRank.At(i, j) })},
		{"a neuron twice", makeX(func(i, j int) float64 { return 20 + 5*plain.At(i, max(1, j)) })},
		{"fluorescence of 10⁴ ± 10²", makeX(func(i, j int) float64 { return 1e4 + 100*plain.At(i, j) + 300*shared.At(i, 0) })},
	} {
		t.Run(c.name, func(t *testing.T) {
			xc := minus(c.x, columnMeans(c.x))
			y := mat.NewDense(rows, 2, nil)
			y.Mul(xc, gaussian(rand.New(rand.NewPCG(70, 2)), n, 2))
			y.Scale(1/mat.Norm(y, 2), y)
			noise := gaussian(rand.New(rand.NewPCG(70, 3)), rows, 2)
			noise.Scale(0.5/mat.Norm(noise, 2), noise)
			y.Add(y, noise)
			v := newView(t, c.x, y)
			p, _ := newPath(t, v, DefaultAlphas())
			loo, err := p.LeaveOneOut(v, []int{n})
			if err != nil {
				t.Fatal(err)
			}
			inSample := p.InSample()
			r2, e, rho := bySVD(t, c.x, y, p.Alphas)
			for ai, alpha := range p.Alphas {
				got, _ := p.Correlation(alpha)
				wantNear(t, fmt.Sprintf("R², α=%.2g", alpha), inSample.At(n-1, ai), r2[ai], 1e-6)
				wantNear(t, fmt.Sprintf("leave-one-out, α=%.2g", alpha), loo.At(0, ai), e[ai], 1e-6)
				wantNear(t, fmt.Sprintf("ρ, α=%.2g", alpha), got, rho[ai], 1e-6)
			}
		})
	}
}

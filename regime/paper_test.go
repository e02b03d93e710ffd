package regime_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

// plainFigures is the published analysis, step by step, of rows that are centred already (or not quite, for a subset):
// singular values of the rows as they are, ridge regression that centres for itself, a fit for every k.
type plainFigures struct {
	rho, r2, alpha float64
	dVar, dFit     int
}

func plainPaper(t testing.TB, x, y *mat.Dense, alphas []float64) plainFigures {
	t.Helper()
	_, n := x.Dims()
	var svd mat.SVD
	if !svd.Factorize(x, mat.SVDThin) {
		t.Fatal("no singular values")
	}
	var v mat.Dense
	svd.VTo(&v)
	s := svd.Values(nil)
	w, alpha, r2 := plainRidge(t, x, y, alphas)
	out := plainFigures{rho: regime.Correlation(x, w), r2: r2, alpha: alpha}
	var total, sum float64
	for _, sv := range s {
		total += sv * sv
	}
	for k := 1; k <= len(s); k++ {
		sum += s[k-1] * s[k-1]
		if out.dVar == 0 && sum/total > 0.9 {
			out.dVar = k
		}
		var p mat.Dense
		p.Mul(x, v.Slice(0, n, 0, k))
		if _, _, partial := plainRidge(t, &p, y, alphas); out.dFit == 0 && partial > 0.9*r2 {
			out.dFit = k
		}
	}
	return out
}

// plainRidge returns the readout, the penalty with the least leave-one-out error and the in-sample R².
func plainRidge(t testing.TB, x, y *mat.Dense, alphas []float64) (w *mat.Dense, alpha, r2 float64) {
	t.Helper()
	rows, n := x.Dims()
	_, d := y.Dims()
	xc, yc := centred(x), centred(y)
	least := math.Inf(1)
	for _, a := range alphas {
		coef := leastSquares(x, y, a)
		var gram, inverse, h mat.Dense
		gram.Mul(xc.T(), xc)
		for j := range n {
			gram.Set(j, j, gram.At(j, j)+a)
		}
		if err := inverse.Inverse(&gram); err != nil {
			t.Fatal(err)
		}
		h.Mul(xc, &inverse)
		var fit mat.Dense
		fit.Mul(xc, coef.T())
		var loo, r float64
		for o := range d {
			var sse, tot float64
			for i := range rows {
				e := yc.At(i, o) - fit.At(i, o)
				free := 1 - 1/float64(rows) - mat.Dot(h.RowView(i), xc.RowView(i))
				loo += e * e / (free * free)
				sse += e * e
				tot += yc.At(i, o) * yc.At(i, o)
			}
			r += (1 - sse/tot) / float64(d)
		}
		if loo < least {
			least, w, alpha, r2 = loo, coef, a, r
		}
	}
	return w, alpha, r2
}

func rowsAt(m *mat.Dense, rows []int) *mat.Dense {
	_, c := m.Dims()
	out := mat.NewDense(len(rows), c, nil)
	for i, r := range rows {
		out.SetRow(i, m.RawRowView(r))
	}
	return out
}

// The whole and each time subsample are what the published steps give, one at a time.
func TestPaperAgainstItsSteps(t *testing.T) {
	alphas := []float64{1e-3, 1, 30, 1e3, 1e5}
	for seed := range uint64(6) {
		r := readable(seed, 90, 8, 1+int(seed)%3, 0.5, math.Exp(float64(seed)-1))
		o := regime.Options{Method: regime.Paper, Alphas: alphas, TimeSubsamples: 4, Fraction: 0.5}
		res := fit(t, r, o)
		x, y := centred(r.X), centred(r.Y)
		want := plainPaper(t, x, y, alphas)
		wantRelative(t, "ρ", res.Rho, want.rho, 1e-9)
		wantRelative(t, "R²", res.R2, want.r2, 1e-9)
		wantRelative(t, "α", res.Alpha, want.alpha, 0)
		if int(res.DVar) != want.dVar || int(res.DFit) != want.dFit {
			t.Errorf("seed %d: d_var %d, d_fit %d, want %d, %d", seed, res.DVar, res.DFit, want.dVar, want.dFit)
		}

		// The subsamples are the first stream of the generator that fit passes.
		rng := rand.New(rand.NewPCG(1, 1))
		stream := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
		sub := res.TimeSubsamples
		if sub.N != 4 || len(sub.Rho) != 4 {
			t.Fatalf("%d subsamples", sub.N)
		}
		for i := range 4 {
			rows := stream.Perm(90)[:45]
			slices.Sort(rows)
			want := plainPaper(t, rowsAt(x, rows), rowsAt(y, rows), alphas)
			name := fmt.Sprintf("seed %d, subsample %d: ", seed, i)
			wantRelative(t, name+"ρ", sub.Rho[i], want.rho, 1e-9)
			wantRelative(t, name+"R²", sub.R2[i], want.r2, 1e-9)
			wantRelative(t, name+"α", sub.Alpha[i], want.alpha, 0)
			if int(sub.DVar[i]) != want.dVar || int(sub.DFit[i]) != want.dFit {
				t.Errorf("%sd_var %d, d_fit %d, want %d, %d", name, sub.DVar[i], sub.DFit[i], want.dVar, want.dFit)
			}
			wantRelative(t, name+"relative", sub.Relative[i], float64(want.dFit)/float64(want.dVar), 1e-15)
		}
	}
}

// A subsample of all rows is the recording.
func TestTimeSubsampleOfEverything(t *testing.T) {
	r := readable(80, 200, 6, 2, 0.4, 2)
	res := fit(t, r, regime.Options{Method: regime.Paper, TimeSubsamples: 2, Fraction: 1})
	for i := range 2 {
		wantRelative(t, "ρ", res.TimeSubsamples.Rho[i], float64(res.Rho), 1e-12)
		if res.TimeSubsamples.DFit[i] != res.DFit || res.TimeSubsamples.DVar[i] != res.DVar {
			t.Error("dimensions differ")
		}
	}
}

// Fewer rows than neurons: the subsamples too are what their steps give.
func TestPaperOfFewRows(t *testing.T) {
	r := readable(81, 14, 25, 1, 0.2, 3)
	alphas := []float64{0.1, 10, 1e3}
	res := fit(t, r, regime.Options{Method: regime.Paper, Alphas: alphas, TimeSubsamples: 3})
	x, y := centred(r.X), centred(r.Y)
	want := plainPaper(t, x, y, alphas)
	wantRelative(t, "ρ", res.Rho, want.rho, 1e-8)
	wantRelative(t, "R²", res.R2, want.r2, 1e-8)
	if int(res.DVar) != want.dVar || int(res.DFit) != want.dFit {
		t.Errorf("d_var %d, d_fit %d, want %d, %d", res.DVar, res.DFit, want.dVar, want.dFit)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	stream := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
	for i := range 3 {
		rows := stream.Perm(14)[:7]
		slices.Sort(rows)
		want := plainPaper(t, rowsAt(x, rows), rowsAt(y, rows), alphas)
		wantRelative(t, "ρ of a subsample", res.TimeSubsamples.Rho[i], want.rho, 1e-8)
		if int(res.TimeSubsamples.DFit[i]) != want.dFit {
			t.Errorf("d_fit of a subsample %d, want %d", res.TimeSubsamples.DFit[i], want.dFit)
		}
	}
}

// An output that does not vary in one subsample does not spoil the others.
func TestTimeSubsampleOfRareOutput(t *testing.T) {
	r := readable(82, 60, 4, 2, 0.2, 1)
	for i := range 60 {
		r.Y.Set(i, 1, 0.1)
	}
	r.Y.Set(31, 1, 5) // in about half of the subsamples
	res := fit(t, &recording.Recording{X: r.X, Y: r.Y}, regime.Options{Method: regime.Paper})
	for i, r2 := range res.TimeSubsamples.R2 {
		if !(r2 > 0 && r2 <= 1) {
			t.Errorf("subsample %d: R² %g", i, float64(r2))
		}
	}
}

// Where a row is fitted by itself alone at every penalty, none can be chosen: nothing that hangs on it is a number.
func TestPaperWithoutPenalty(t *testing.T) {
	r := readable(83, 14, 25, 1, 0.2, 3)
	o := regime.Options{Method: regime.Paper, Alphas: []float64{1e-12, 1e-11}}
	_, err := regime.Fit(context.Background(), r, o, nil)
	if !errors.Is(err, regime.ErrUndefined) || !strings.Contains(err.Error(), "greater penalties") {
		t.Errorf("more neurons than rows, no penalty: %v", err)
	}
	// Of the recording a penalty can be chosen, of its halves none.
	r = readable(84, 30, 20, 1, 0.2, 3)
	o.TimeSubsamples = 3
	res := fit(t, r, o)
	if !noted(res, "3 of 3 time subsamples have no penalty") {
		t.Errorf("notes %q", res.Notes)
	}
	sub := res.TimeSubsamples
	for i := range 3 {
		if sub.Rho[i].Defined() || sub.R2[i].Defined() || sub.Alpha[i].Defined() || sub.DFit[i] != 0 || sub.Relative[i].Defined() {
			t.Errorf("subsample %d: ρ %g, R² %g, α %g, d_fit %d", i, float64(sub.Rho[i]), float64(sub.R2[i]), float64(sub.Alpha[i]), sub.DFit[i])
		}
		if sub.DVar[i] == 0 {
			t.Errorf("subsample %d: no d_var", i)
		}
	}
}

// A silent neuron makes no leave-one-out error undefined and lengthens no readout, in whatever units activity is.
func TestPaperBesideSilentNeuron(t *testing.T) {
	const n = 9
	r := readable(85, 300, n, 2, 0.3, 1)
	r.X.Scale(1e6, r.X)
	for silent := range n {
		without, x := mat.NewDense(300, n-1, nil), mat.DenseCopyOf(r.X)
		for i := range 300 {
			without.SetRow(i, slices.Delete(slices.Clone(x.RawRowView(i)), silent, silent+1))
			x.Set(i, silent, 7.3)
		}
		o := regime.Options{Method: regime.Paper}
		want := fit(t, &recording.Recording{X: without, Y: r.Y}, o).AlphaPath
		got := fit(t, &recording.Recording{X: x, Y: r.Y}, o).AlphaPath
		for i, alpha := range want.Alpha {
			what := fmt.Sprintf("neuron %d silent, α=%g", silent, float64(alpha))
			wantRelative(t, what+": error", got.Error[i], float64(want.Error[i]), 1e-9)
			wantRelative(t, what+": ρ", got.Rho[i], float64(want.Rho[i]), 1e-9)
		}
	}
}

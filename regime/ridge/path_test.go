package ridge

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// reference is testdata/path.json: see testdata/path.py.
type reference struct {
	Alphas []float64
	Cases  []referenceCase
}

type referenceCase struct {
	Name     string
	X, Y     [][]float64
	Rows     []int
	Loo, R2  [][]float64
	Weights  [][][]float64
	Rho      []float64
	Singular []float64
	DVar     int `json:"d_var"`
	PR       float64
}

func dense(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}

func readReference(t *testing.T) reference {
	t.Helper()
	raw, err := os.ReadFile("testdata/path.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref reference
	if err := json.Unmarshal(raw, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Cases) == 0 {
		t.Fatal("testdata/path.json has no cases")
	}
	return ref
}

// view returns the view of a case, rotated if it has more neurons than rows, and that rotation.
func (c referenceCase) view(t *testing.T) (*View, *mat.Dense) {
	v := newView(t, dense(c.X), dense(c.Y))
	if c.Rows != nil {
		v = v.Subset(c.Rows)
	}
	rows, n, _ := v.Dims()
	if n <= rows {
		return v, nil
	}
	small, q, err := v.Compress()
	if err != nil {
		t.Fatal(err)
	}
	return small, q
}

// The condition number of the cases is below 100, or infinite with α ≥ 10⁻³ against λ₁ ≈ 10³, so that the moments cost
// at most four of sixteen digits, and leverages near 1 (T < N) another six.
func TestPathAgainstScikitLearn(t *testing.T) {
	ref := readReference(t)
	for _, c := range ref.Cases {
		t.Run(c.Name, func(t *testing.T) {
			v, q := c.view(t)
			p, m := newPath(t, v, ref.Alphas)
			if p.R() != len(c.Singular) {
				t.Fatalf("%d components, want %d", p.R(), len(c.Singular))
			}
			for j, s := range c.Singular {
				if got := p.Spectrum.Values[j]; math.Abs(got-s*s) > 1e-13*c.Singular[0]*c.Singular[0] {
					t.Errorf("λ%d = %g, want %g", j, got, s*s)
				}
			}
			wantClose(t, "in-sample R²", p.InSample(), dense(c.R2), 1e-9)
			loo, err := p.LeaveOneOut(v, AllComponents(p.R()))
			if err != nil {
				t.Fatal(err)
			}
			for k := range p.R() {
				for ai, alpha := range ref.Alphas {
					wantNear(t, fmt.Sprintf("leave-one-out, k=%d α=%g", k+1, alpha), loo.At(k, ai), c.Loo[k][ai], 1e-6)
				}
			}
			for ai, alpha := range ref.Alphas {
				w, _ := p.Weights(p.R(), alpha)
				if q != nil {
					var wide mat.Dense
					wide.Mul(w, q.T())
					w = &wide
				}
				wantClose(t, fmt.Sprintf("weights, α=%g", alpha), w, dense(c.Weights[ai]), 1e-9)
				rho, _ := p.Correlation(alpha)
				wantNear(t, fmt.Sprintf("ρ, α=%g", alpha), rho, c.Rho[ai], 1e-9)
			}
			if got := Dimension(p.Spectrum.Variance(), 0.9); got != c.DVar {
				t.Errorf("D_x,90 = %d, want %d", got, c.DVar)
			}
			wantNear(t, "participation ratio", m.ParticipationRatio(), c.PR, 1e-10)
		})
	}
}

// The residual sum of squares from running sums is that of the predictions.
func TestInSampleIsTheErrorOfTheWeights(t *testing.T) {
	x, y := sample(3, 40, 6, 2)
	v := newView(t, x, y)
	rows := []int{0, 1, 2, 5, 9, 11, 12, 20, 21, 30, 39}
	alphas := []float64{0, 0.3, 20}
	for _, v := range []*View{v, v.Subset(rows)} {
		p, _ := newPath(t, v, alphas)
		xs, ys := seen(t, v)
		inSample := p.InSample()
		for k := 1; k <= p.R(); k++ {
			for ai, alpha := range alphas {
				w, b := p.Weights(k, alpha)
				byOutput := p.InSampleByOutput(k, alpha)
				var mean float64
				tot := totals(ys)
				for o, sse := range squaredError(xs, ys, w, b) {
					want := 1 - sse/tot[o]
					wantNear(t, "R² by output", byOutput[o], want, 1e-10)
					mean += want / 2
				}
				wantNear(t, "R²", inSample.At(k-1, ai), mean, 1e-10)
			}
		}
	}
}

// seen returns the rows that a view hands out.
func seen(t testing.TB, v *View) (x, y *mat.Dense) {
	t.Helper()
	rows, n, d := v.Dims()
	b := &block{}
	if err := v.load(b, 0, rows); err != nil {
		t.Fatal(err)
	}
	return mat.NewDense(rows, n, b.x), mat.NewDense(rows, d, b.y)
}

func totals(y *mat.Dense) []float64 {
	c := minus(y, columnMeans(y))
	_, d := y.Dims()
	tot := make([]float64, d)
	for o := range d {
		col := c.ColView(o)
		tot[o] = mat.Dot(col, col)
	}
	return tot
}

// On all components the weights are those of ridge regression by another route.
func TestWeightsAgainstLeastSquares(t *testing.T) {
	for _, d := range []int{1, 3} {
		x, y := sample(4, 50, 7, d)
		v := newView(t, x, y)
		for _, v := range []*View{v, v.Subset([]int{1, 2, 3, 7, 8, 15, 16, 22, 40, 41, 49})} {
			xs, ys := seen(t, v)
			alphas := []float64{0, 1e-3, 1, 100}
			p, _ := newPath(t, v, alphas)
			for _, alpha := range alphas {
				w, b := p.Weights(p.R(), alpha)
				wantW, wantB := solveRidge(t, xs, ys, alpha)
				wantClose(t, "weights", w, wantW, 1e-9)
				for o := range b {
					if math.Abs(b[o]-wantB[o]) > 1e-9*math.Abs(wantB[o])+1e-10 {
						t.Errorf("offset %d: got %g, want %g", o, b[o], wantB[o])
					}
				}
			}
		}
	}
}

func TestCorrelationAgainstItsDefinition(t *testing.T) {
	x, y := sample(5, 60, 6, 3)
	for _, v := range []*View{newView(t, x, y), newView(t, x, y).Subset([]int{3, 4, 5, 6, 10, 20, 21, 50})} {
		xs, _ := seen(t, v)
		p, _ := newPath(t, v, nil)
		for _, alpha := range []float64{0.01, 10, 1e5} {
			w, _ := p.Weights(p.R(), alpha)
			definition := func(w mat.Matrix) float64 {
				var z mat.Dense
				z.Mul(xs, w.T())
				return mat.Norm(&z, 2) / mat.Norm(xs, 2) / mat.Norm(w, 2)
			}
			rho, byOutput := p.Correlation(alpha)
			wantNear(t, "ρ", rho, definition(w), 1e-12)
			for o, r := range byOutput {
				wantNear(t, "ρ of an output", r, definition(w.Slice(o, o+1, 0, 6)), 1e-12)
			}
		}
	}
}

// Limits of ρ: one component carries everything at α → ∞ if behaviour is that component; the least penalty finds
// the true readout where there is no noise.
func TestCorrelationLimits(t *testing.T) {
	x, _ := sample(6, 80, 5, 1)
	truth := mat.NewDense(1, 5, []float64{1, -2, 0.5, 0, 3})
	var y mat.Dense
	y.Mul(x, truth.T())
	v := newView(t, x, &y)
	p, _ := newPath(t, v, nil)
	w, _ := p.Weights(5, 0)
	wantClose(t, "noise-free weights", w, truth, 1e-9)

	// ρ ≤ √(λ₁/Σλ), reached when the readout is the first component.
	xs, _ := seen(t, v)
	var first mat.Dense
	first.Mul(xs, p.Spectrum.Vectors.Slice(0, 5, 0, 1))
	q, _ := newPath(t, newView(t, x, &first), nil)
	rho, _ := q.Correlation(1)
	wantNear(t, "ρ of the first component", rho, math.Sqrt(p.Spectrum.Variance()[0]), 1e-9)
}

func TestPathOfConstantBehaviour(t *testing.T) {
	x, y := sample(7, 30, 4, 2)
	for i := range 30 {
		y.Set(i, 0, 0.1) // the mean of thirty times 0.1 is not 0.1, unless it is taken with care
	}
	v := newView(t, x, y)
	p, _ := newPath(t, v, []float64{0.1, 10})
	if p.YY[0] != 0 {
		t.Errorf("a constant output varies by %g", p.YY[0])
	}
	if r2 := p.InSampleByOutput(4, 0.1)[0]; !math.IsNaN(r2) {
		t.Errorf("R² of a constant output = %g, want NaN", r2)
	}
	wantNear(t, "R² of the other", p.InSample().At(3, 0), p.InSampleByOutput(4, 0.1)[1], 1e-14)
	if _, byOutput := p.Correlation(0.1); !math.IsNaN(byOutput[0]) {
		t.Errorf("ρ of a readout of nothing = %g, want NaN", byOutput[0])
	}

	for i := range 30 {
		y.Set(i, 1, 3)
	}
	p, _ = newPath(t, newView(t, x, y), []float64{0.1, 10})
	if r2 := p.InSample().At(3, 1); !math.IsNaN(r2) {
		t.Errorf("R² of constant behaviour = %g, want NaN", r2)
	}
}

// An output that varies in all rows but not in those of a subset is as constant there as any.
func TestPathOfOutputConstantInSubset(t *testing.T) {
	x, y := sample(8, 40, 3, 2)
	var rows []int
	for i := 0; i < 40; i += 2 {
		y.Set(i, 0, 1.1)
		rows = append(rows, i)
	}
	p, _ := newPath(t, newView(t, x, y).Subset(rows), []float64{1})
	if r2 := p.InSampleByOutput(3, 1)[0]; !math.IsNaN(r2) {
		t.Errorf("R² of an output that is constant in the subset = %g, want NaN", r2)
	}
	wantNear(t, "R² of the other", p.InSample().At(2, 0), p.InSampleByOutput(3, 1)[1], 1e-14)
}

func TestGroupCorrelation(t *testing.T) {
	x, y := sample(9, 60, 5, 4)
	p, _ := newPath(t, newView(t, x, y), nil)
	_, pair := sample(9, 60, 5, 4)
	q, _ := newPath(t, newView(t, x, mat.DenseCopyOf(pair.Slice(0, 60, 1, 3))), nil)
	want, _ := q.Correlation(3)
	wantNear(t, "ρ of outputs 1 and 2", p.GroupCorrelation(1, 3, 3), want, 1e-10)
}

func TestBest(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		errors []float64
		want   int
	}{
		{[]float64{3, 1, 2}, 1},
		{[]float64{2, 1, 1}, 1},         // the first of equal ones
		{[]float64{2, 1 + 1e-14, 1}, 1}, // rounding does not tell them apart
		{[]float64{2, 1 + 1e-11, 1}, 2},
		{[]float64{-1, -2, -2 - 1e-14}, 1},
		{[]float64{nan, 5, nan, 4}, 3},
		{[]float64{nan, nan}, -1},
		{nil, -1},
		{[]float64{math.Inf(1), nan}, 0},
	} {
		if got := Best(c.errors); got != c.want {
			t.Errorf("Best(%v) = %d, want %d", c.errors, got, c.want)
		}
	}
}

// Directions without variance have no weight, in whatever units activity is: penalties that are nothing beside the rounding of
// eigenvalues leave the shortest of all readouts that fit best, which a singular value decomposition gives.
func TestCorrelationOfLowRankInSmallUnits(t *testing.T) {
	const rows, n, rank = 80, 12, 4
	z, y := sample(36, rows, rank, 2)
	mix, _ := sample(37, rank, n, 1)
	var x mat.Dense
	x.Mul(z, mix)
	x.Scale(1e8, &x)
	xm := minus(&x, columnMeans(&x))
	var svd mat.SVD
	if !svd.Factorize(xm, mat.SVDThin) {
		t.Fatal("no decomposition")
	}
	var w, fit mat.Dense
	svd.SolveTo(&w, minus(y, columnMeans(y)), rank)
	fit.Mul(xm, &w)
	want := mat.Norm(&fit, 2) / (mat.Norm(xm, 2) * mat.Norm(&w, 2))
	p, _ := newPath(t, newView(t, &x, y), append([]float64{0}, DefaultAlphas()...))
	for _, alpha := range p.Alphas {
		rho, _ := p.Correlation(alpha)
		// Those just above the rounding of eigenvalues leave directions without variance a weight of some 10⁻⁴ of the others'.
		wantNear(t, fmt.Sprintf("ρ at α=%g", alpha), rho, want, 1e-6)
	}
}

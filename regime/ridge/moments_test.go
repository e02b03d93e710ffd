package ridge

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// plainMoments are the sums of their definition.
func plainMoments(x, y *mat.Dense) *Moments {
	t, n := x.Dims()
	_, d := y.Dims()
	m := NewMoments(n, d)
	m.Count = float64(t)
	for i := range t {
		for a := range n {
			m.X[a] += x.At(i, a)
			for b := a; b < n; b++ {
				m.XX[a*n+b] += x.At(i, a) * x.At(i, b)
			}
			for o := range d {
				m.XY[a*d+o] += x.At(i, a) * y.At(i, o)
			}
		}
		for o := range d {
			m.Y[o] += y.At(i, o)
			m.YY[o] += y.At(i, o) * y.At(i, o)
		}
	}
	return m
}

func upper(m *Moments) *mat.SymDense { return mat.NewSymDense(m.N, m.XX) }

func wantMoments(t *testing.T, what string, got, want *Moments, tol float64) {
	t.Helper()
	if got.N != want.N || got.D != want.D || got.Count != want.Count {
		t.Fatalf("%s: %d×%d of %g rows, want %d×%d of %g", what, got.N, got.D, got.Count, want.N, want.D, want.Count)
	}
	wantClose(t, what+": Σx", mat.NewVecDense(got.N, got.X), mat.NewVecDense(want.N, want.X), tol)
	wantClose(t, what+": Σy", mat.NewVecDense(got.D, got.Y), mat.NewVecDense(want.D, want.Y), tol)
	wantClose(t, what+": Σxxᵀ", upper(got), upper(want), tol)
	wantClose(t, what+": Σxyᵀ", mat.NewDense(got.N, got.D, got.XY), mat.NewDense(want.N, want.D, want.XY), tol)
	wantClose(t, what+": Σy²", mat.NewVecDense(got.D, got.YY), mat.NewVecDense(want.D, want.YY), tol)
}

func TestMomentsAgainstDefinition(t *testing.T) {
	for _, rows := range []int{1, 2, 255, 256, 257, momentRows, momentRows + 1, 2*momentRows + 77} {
		x, y := sample(20, rows, 5, 2)
		v := newView(t, x, y).about([]float64{1, -2, 0, 4, 0.5})
		m, err := v.Moments()
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, "all rows", m, plainMoments(seen(t, v)), 1e-12)
	}
}

// Moments of stretches add up to those of the whole; negative weights take away; subsets and columns commute.
func TestMomentsAddUp(t *testing.T) {
	x, y := sample(21, 700, 6, 2)
	v := newView(t, x, y)
	all, err := v.Moments()
	if err != nil {
		t.Fatal(err)
	}
	sum := NewMoments(6, 2)
	for _, edge := range [][2]int{{0, 100}, {100, 101}, {101, 640}, {640, 700}, {13, 13}} {
		part, err := v.MomentsOf(edge[0], edge[1])
		if err != nil {
			t.Fatal(err)
		}
		sum.AddScaled(1, part)
	}
	// Sums about the mean cancel to rounding of the largest.
	if d := math.Abs(sum.X[0] - all.X[0]); d > 1e-9 {
		t.Errorf("Σx differs by %g", d)
	}
	wantClose(t, "Σxxᵀ", upper(sum), upper(all), 1e-13)
	wantClose(t, "Σy²", mat.NewVecDense(2, sum.YY), mat.NewVecDense(2, all.YY), 1e-13)

	// Twice a row is the row twice.
	head, _ := v.MomentsOf(0, 50)
	weighted := NewMoments(6, 2)
	weighted.AddScaled(3, head)
	xs, ys := seen(t, v)
	index := func(i int) bool { return i < 50 }
	var tx, ty mat.Dense
	hx, hy := rowsOf(xs, index), rowsOf(ys, index)
	tx.Stack(hx, hx)
	ty.Stack(hy, hy)
	var tripleX, tripleY mat.Dense
	tripleX.Stack(&tx, hx)
	tripleY.Stack(&ty, hy)
	wantMoments(t, "three copies", weighted, plainMoments(&tripleX, &tripleY), 1e-12)
}

func TestMomentsAbout(t *testing.T) {
	x, y := sample(22, 90, 4, 2)
	v := newView(t, x, y).Subset([]int{0, 1, 2, 3, 30, 31, 60, 89})
	xs, ys := seen(t, v)
	m, err := v.Moments()
	if err != nil {
		t.Fatal(err)
	}
	dx, dy := []float64{1, -3, 0.25, 8}, []float64{-2, 5}
	wantMoments(t, "about", m.About(dx, dy), plainMoments(minus(xs, dx), minus(ys, dy)), 1e-12)

	c, xMean, yMean := m.Centred()
	want := plainMoments(minus(xs, columnMeans(xs)), minus(ys, columnMeans(ys)))
	wantClose(t, "mean of x", mat.NewVecDense(4, xMean), mat.NewVecDense(4, columnMeans(xs)), 1e-13)
	wantClose(t, "mean of y", mat.NewVecDense(2, yMean), mat.NewVecDense(2, columnMeans(ys)), 1e-13)
	wantClose(t, "centred Σxxᵀ", upper(c), upper(want), 1e-12)
	wantClose(t, "centred Σxyᵀ", mat.NewDense(4, 2, c.XY), mat.NewDense(4, 2, want.XY), 1e-12)
	for j := range c.X {
		if math.Abs(c.X[j]) > 1e-12*math.Abs(m.X[j])+1e-13 {
			t.Errorf("Σx of centred rows = %g", c.X[j])
		}
	}
}

func TestMomentsColumns(t *testing.T) {
	x, y := sample(23, 80, 7, 2)
	v := newView(t, x, y).about(make([]float64, 7))
	m, err := v.Moments()
	if err != nil {
		t.Fatal(err)
	}
	cols := []int{5, 0, 6, 2}
	got := m.Columns(cols)
	want, err := v.Columns(cols).Moments()
	if err != nil {
		t.Fatal(err)
	}
	wantMoments(t, "columns", got, want, 1e-13)
	nested, err := v.Columns([]int{6, 5, 2, 0}).Columns([]int{1, 3, 0, 2}).Moments()
	if err != nil {
		t.Fatal(err)
	}
	wantMoments(t, "columns of columns", nested, want, 1e-13)
}

func TestParticipationRatio(t *testing.T) {
	x, y := sample(24, 200, 6, 1)
	m, err := newView(t, x, y).about([]float64{5, 0, 0, 1, 2, 3}).Moments()
	if err != nil {
		t.Fatal(err)
	}
	c, _, _ := m.Centred()
	var eigen mat.EigenSym
	eigen.Factorize(upper(c), false)
	var sum, square float64
	for _, l := range eigen.Values(nil) {
		sum += l
		square += l * l
	}
	wantNear(t, "participation ratio", m.ParticipationRatio(), sum*sum/square, 1e-12)

	// One dimension gives 1, equal orthogonal ones N.
	hadamard := mat.NewDense(4, 4, []float64{1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1})
	h := mat.DenseCopyOf(hadamard.Slice(0, 4, 1, 4))
	m, _ = newView(t, h, mat.NewDense(4, 1, []float64{1, 2, 3, 5})).Moments()
	wantNear(t, "three equal dimensions", m.ParticipationRatio(), 3, 1e-14)
	var line mat.Dense
	line.Mul(h.Slice(0, 4, 0, 1), mat.NewDense(1, 3, []float64{1, 2, -3}))
	m, _ = newView(t, &line, mat.NewDense(4, 1, []float64{1, 2, 3, 5})).Moments()
	wantNear(t, "one dimension", m.ParticipationRatio(), 1, 1e-14)
	if pr := NewMoments(3, 1).ParticipationRatio(); !math.IsNaN(pr) {
		t.Errorf("participation ratio of nothing = %g, want NaN", pr)
	}
}

// A large offset does not cost the digits of what varies about it: the view takes the mean off first.
func TestMomentsOfLargeOffset(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 1))
	x, y := gaussian(rng, 3000, 4), gaussian(rng, 3000, 1)
	small, err := newView(t, x, y).Moments()
	if err != nil {
		t.Fatal(err)
	}
	far := mat.DenseCopyOf(x)
	for i := range far.RawMatrix().Data {
		far.RawMatrix().Data[i] += 1 << 30
	}
	large, err := newView(t, far, y).Moments()
	if err != nil {
		t.Fatal(err)
	}
	// The sum x + 2³⁰ itself rounds x to 2⁻²³ ≈ 10⁻⁷.
	wantClose(t, "Σxxᵀ", upper(large), upper(small), 1e-6)
}

func TestMomentsFinite(t *testing.T) {
	m := NewMoments(2, 2)
	if !m.Finite() {
		t.Error("zeros are finite")
	}
	for _, at := range []*float64{&m.XX[0], &m.XX[3], &m.YY[1]} {
		for _, bad := range []float64{math.NaN(), math.Inf(1)} {
			*at = bad
			if m.Finite() {
				t.Errorf("%g is not finite", bad)
			}
		}
		*at = 1
	}
}

// By Cholesky what the path gives by decomposition, on some columns too.
func TestMomentsCorrelation(t *testing.T) {
	x, y := sample(26, 120, 8, 3)
	m, err := newView(t, x, y).Moments()
	if err != nil {
		t.Fatal(err)
	}
	for _, cols := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7}, {6, 1, 4}, {2}} {
		sub := m.Columns(cols)
		s, err := sub.Spectrum(len(cols))
		if err != nil {
			t.Fatal(err)
		}
		p := NewPath(sub, s, nil)
		for _, alpha := range []float64{1e-3, 1, 100, 1e6} {
			want, _ := p.Correlation(alpha)
			// ‖Xw‖² = w·c − α‖w‖² loses the digits of λ/(λ+α).
			wantNear(t, "ρ", sub.Correlation(nil, alpha), want, 1e-8)
		}
	}
	singular := NewMoments(2, 1)
	singular.XX = []float64{1, 1, 0, 1}
	singular.XY = []float64{1, 1}
	if rho := singular.Correlation(nil, 0); !math.IsNaN(rho) {
		t.Errorf("ρ where XᵀX is singular = %g, want NaN", rho)
	}
}

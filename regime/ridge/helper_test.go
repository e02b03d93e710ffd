package ridge

import (
	"math"
	"math/rand/v2"
	"testing"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// gaussian returns a matrix of independent standard normal numbers.
func gaussian(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	for i := range m.RawMatrix().Data {
		m.RawMatrix().Data[i] = rng.NormFloat64()
	}
	return m
}

// sample returns T×N activity with unequal variances and a mean, and T×D behaviour that depends on it, with noise.
func sample(seed uint64, t, n, d int) (x, y *mat.Dense) {
	rng := rand.New(rand.NewPCG(seed, 7))
	x = gaussian(rng, t, n)
	for i := range t {
		for j := range n {
			x.Set(i, j, x.At(i, j)/float64(1+j)+3)
		}
	}
	x.Mul(x, gaussian(rng, n, n))
	y = mat.NewDense(t, d, nil)
	y.Mul(x, gaussian(rng, n, d))
	y.Add(y, gaussian(rng, t, d))
	return x, y
}

func newView(t testing.TB, x, y *mat.Dense) *View {
	t.Helper()
	v, _, err := NewView(&recording.Recording{X: x, Y: y})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newPath returns the path on all rows of the view, and its moments.
func newPath(t testing.TB, v *View, alphas []float64) (*Path, *Moments) {
	t.Helper()
	m, err := v.Moments()
	if err != nil {
		t.Fatal(err)
	}
	rows, n, _ := v.Dims()
	s, err := m.Spectrum(min(rows, n))
	if err != nil {
		t.Fatal(err)
	}
	return NewPath(m, s, alphas), m
}

// rowsOf returns the rows of x that keep names.
func rowsOf(x *mat.Dense, keep func(i int) bool) *mat.Dense {
	r, c := x.Dims()
	var data []float64
	for i := range r {
		if keep(i) {
			data = append(data, x.RawRowView(i)...)
		}
	}
	return mat.NewDense(len(data)/c, c, data)
}

func columnMeans(x *mat.Dense) []float64 {
	r, c := x.Dims()
	mean := make([]float64, c)
	for i := range r {
		for j, v := range x.RawRowView(i) {
			mean[j] += v / float64(r)
		}
	}
	return mean
}

func minus(x *mat.Dense, mean []float64) *mat.Dense {
	out := mat.DenseCopyOf(x)
	r, _ := x.Dims()
	for i := range r {
		for j := range mean {
			out.Set(i, j, out.At(i, j)-mean[j])
		}
	}
	return out
}

// solveRidge fits y = W x + b with penalty alpha the slow way: centre, and least squares by QR on rows to which √α I is
// added. It shares nothing with the code under test.
func solveRidge(t testing.TB, x, y *mat.Dense, alpha float64) (w *mat.Dense, b []float64) {
	t.Helper()
	rows, n := x.Dims()
	_, d := y.Dims()
	xm, ym := columnMeans(x), columnMeans(y)
	ax, ay := mat.NewDense(rows+n, n, nil), mat.NewDense(rows+n, d, nil)
	ax.Slice(0, rows, 0, n).(*mat.Dense).Copy(minus(x, xm))
	ay.Slice(0, rows, 0, d).(*mat.Dense).Copy(minus(y, ym))
	for j := range n {
		ax.Set(rows+j, j, math.Sqrt(alpha))
	}
	var coef mat.Dense
	if err := coef.Solve(ax, ay); err != nil {
		t.Fatal(err)
	}
	w = mat.DenseCopyOf(coef.T())
	b = make([]float64, d)
	for o := range d {
		b[o] = ym[o] - mat.Dot(w.RowView(o), mat.NewVecDense(n, xm))
	}
	return w, b
}

// squaredError returns Σ(y − Wx − b)² of each output.
func squaredError(x, y, w *mat.Dense, b []float64) []float64 {
	rows, d := y.Dims()
	sse := make([]float64, d)
	var fit mat.Dense
	fit.Mul(x, w.T())
	for i := range rows {
		for o := range d {
			e := y.At(i, o) - fit.At(i, o) - b[o]
			sse[o] += e * e
		}
	}
	return sse
}

// near reports whether two numbers agree to a relative tolerance; NaN agrees with NaN.
func near(a, b, tol float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return math.Abs(a-b) <= tol*math.Max(math.Abs(a), math.Abs(b))
}

func wantNear(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !near(got, want, tol) {
		t.Errorf("%s: got %.15g, want %.15g (relative tolerance %g)", what, got, want, tol)
	}
}

// wantClose compares matrices: no entry may differ by more than tol times the largest.
func wantClose(t testing.TB, what string, got, want mat.Matrix, tol float64) {
	t.Helper()
	gr, gc := got.Dims()
	if wr, wc := want.Dims(); gr != wr || gc != wc {
		t.Fatalf("%s: got %d×%d, want %d×%d", what, gr, gc, wr, wc)
	}
	var scale float64
	for i := range gr {
		for j := range gc {
			scale = math.Max(scale, math.Abs(want.At(i, j)))
		}
	}
	for i := range gr {
		for j := range gc {
			if !(math.Abs(got.At(i, j)-want.At(i, j)) <= tol*scale) {
				t.Fatalf("%s: entry %d, %d: got %.15g, want %.15g (tolerance %g of %g)",
					what, i, j, got.At(i, j), want.At(i, j), tol, scale)
			}
		}
	}
}

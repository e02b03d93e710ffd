package ridge

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestSpectrumAgainstSingularValues(t *testing.T) {
	x, y := sample(30, 60, 9, 1)
	v := newView(t, x, y)
	xs, _ := seen(t, v)
	m, err := v.Moments()
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Spectrum(9)
	if err != nil {
		t.Fatal(err)
	}
	var svd mat.SVD
	svd.Factorize(xs, mat.SVDNone)
	for j, sv := range svd.Values(nil) {
		wantNear(t, "λ", s.Values[j], sv*sv, 1e-9)
	}
	// V is orthogonal, and X V has the eigenvalues as squared lengths.
	var vv, p, pp mat.Dense
	vv.Mul(s.Vectors.T(), s.Vectors)
	identity := mat.NewDiagDense(9, []float64{1, 1, 1, 1, 1, 1, 1, 1, 1})
	wantClose(t, "VᵀV", &vv, identity, 1e-13)
	p.Mul(xs, s.Vectors)
	pp.Mul(p.T(), &p)
	wantClose(t, "PᵀP", &pp, mat.NewDiagDense(9, s.Values), 1e-12)

	some, err := m.Spectrum(4)
	if err != nil {
		t.Fatal(err)
	}
	wantClose(t, "four leading values", mat.NewVecDense(4, some.Values), mat.NewVecDense(4, s.Values[:4]), 0)
	wantClose(t, "four leading vectors", some.Vectors, s.Vectors.Slice(0, 9, 0, 4), 0)
}

func TestSpectrumOfWhatIsNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		m := NewMoments(3, 1)
		for i := range m.XX {
			m.XX[i] = bad
		}
		if _, err := m.Spectrum(3); err == nil {
			t.Errorf("no error for moments of %g", bad)
		}
	}
}

func TestVariance(t *testing.T) {
	s := &Spectrum{Values: []float64{6, 3, 1, 0}}
	for k, want := range []float64{0.6, 0.9, 1, 1} {
		wantNear(t, "share", s.Variance()[k], want, 1e-15)
	}
	for _, share := range (&Spectrum{Values: []float64{0, 0}}).Variance() {
		if !math.IsNaN(share) {
			t.Errorf("share of nothing = %g, want NaN", share)
		}
	}
}

func TestDimension(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		curve     []float64
		threshold float64
		want      int
	}{
		{[]float64{0.5, 0.9, 0.95}, 0.9, 3},       // strictly above
		{[]float64{0.5, 0.91, 0.7, 0.95}, 0.9, 2}, // the first, not the last
		{[]float64{0.5, 0.6}, 0.9, 0},
		{[]float64{nan, nan}, 0.9, 0},
		{nil, 0, 0},
	} {
		if got := Dimension(c.curve, c.threshold); got != c.want {
			t.Errorf("Dimension(%v, %g) = %d, want %d", c.curve, c.threshold, got, c.want)
		}
	}
}

func TestEffectiveDF(t *testing.T) {
	s := &Spectrum{Values: []float64{100, 4, 1, 0}}
	wantNear(t, "at 4", s.EffectiveDF(4), 100.0/104+0.5+0.2, 1e-15)
	wantNear(t, "at 0: the rank", s.EffectiveDF(0), 3, 1e-15)
	// What rounding leaves of zero is no dimension, however small the penalty.
	rounded := &Spectrum{Values: []float64{1e15, 1e12, 0.1, 0.05}}
	wantNear(t, "at 10⁻³, of two dimensions", rounded.EffectiveDF(1e-3), 2, 1e-12)
	if a := rounded.AlphaAtDF(3); !math.IsNaN(a) {
		t.Errorf("α at 3 degrees of freedom of two dimensions = %g, want NaN", a)
	}
	// It is the trace of the hat matrix.
	x, y := sample(31, 40, 5, 1)
	v := newView(t, x, y)
	p, _ := newPath(t, v, nil)
	xs, _ := seen(t, v)
	var trace float64
	for i := range 40 {
		target := mat.NewDense(40, 1, nil)
		target.Set(i, 0, 1)
		w, b := solveRidge(t, xs, target, 7)
		trace += mat.Dot(w.RowView(0), xs.RowView(i)) + b[0]
	}
	wantNear(t, "trace of the hat matrix, less the intercept", p.Spectrum.EffectiveDF(7), trace-1, 1e-10)
}

func TestAlphaAtDF(t *testing.T) {
	s := &Spectrum{Values: []float64{1e6, 300, 20, 1e-4, 0}}
	for _, df := range []float64{0.01, 0.5, 1, 2.5, 3, 3.99} {
		wantNear(t, "degrees of freedom there and back", s.EffectiveDF(s.AlphaAtDF(df)), df, 1e-12)
	}
	for _, df := range []float64{0, -1, 4, 5, math.NaN()} {
		if a := s.AlphaAtDF(df); !math.IsNaN(a) {
			t.Errorf("α at %g degrees of freedom = %g, want NaN", df, a)
		}
	}
}

func TestLogSpace(t *testing.T) {
	a := DefaultAlphas()
	if len(a) != 20 || a[0] != 1e-3 || a[19] != 1e6 {
		t.Fatalf("default penalties: %v, want 20 from exactly 10⁻³ to exactly 10⁶", a)
	}
	for i := 1; i < 20; i++ {
		wantNear(t, "ratio", a[i]/a[i-1], math.Pow(10, 9.0/19), 1e-13)
	}
}

package regime_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

func TestCorrelation(t *testing.T) {
	// Activity along (3, 4) alone.
	x := mat.NewDense(3, 2, []float64{3, 4, -6, -8, 0, 0})
	for _, c := range []struct {
		w    []float64
		want float64
	}{
		{[]float64{3, 4}, 1},
		{[]float64{-0.3, -0.4}, 1},
		{[]float64{4, -3}, 0},
		{[]float64{1, 0}, 0.6},
	} {
		if rho := regime.Correlation(x, mat.NewDense(1, 2, c.w)); math.Abs(rho-c.want) > 1e-15 {
			t.Errorf("ρ of %v = %g, want %g", c.w, rho, c.want)
		}
	}
	// Isotropic activity: 1/√N for every readout.
	iso := mat.NewDense(4, 4, []float64{2, 0, 0, 0, 0, 2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 2})
	w := mat.NewDense(2, 4, []float64{1, 2, 3, 4, 0, -5, 1, 0})
	if rho := regime.Correlation(iso, w); math.Abs(rho-0.5) > 1e-15 {
		t.Errorf("ρ in isotropic activity = %g, want 1/√4", rho)
	}
	for _, pair := range [][2]*mat.Dense{{x, mat.NewDense(1, 2, nil)}, {mat.NewDense(3, 2, nil), mat.NewDense(1, 2, []float64{1, 0})}} {
		if rho := regime.Correlation(pair[0], pair[1]); !math.IsNaN(rho) {
			t.Errorf("ρ of nothing = %g, want NaN", rho)
		}
	}
}

// decoded returns a recording whose behaviour is what a known decoder makes of it.
func decoded(seed uint64, t, n, d int) *recording.Recording {
	r := readable(seed, t, n, d, 0.3, 0)
	w := autoregressive(rand.New(rand.NewPCG(seed, 5)), d, n, 0)
	r.Decoder = &recording.Decoder{Name: "known", W: w, Offset: make([]float64, d)}
	r.Y.Mul(r.X, w.T())
	for i := range t {
		for o := range d {
			r.Decoder.Offset[o] = float64(o) - 2
			r.Y.Set(i, o, r.Y.At(i, o)+r.Decoder.Offset[o])
		}
	}
	return r
}

// Where behaviour is the decoder's own output, the fitted readout is the known one.
func TestKnownDecoderThatIsFitted(t *testing.T) {
	for _, shape := range [][3]int{{600, 10, 2}, {600, 10, 1}, {20, 30, 2}} {
		r := decoded(40, shape[0], shape[1], shape[2])
		o := quick
		o.Alphas = []float64{1e-9}
		d := fit(t, r, o).Decoder
		if d == nil {
			t.Fatal("no decoder")
		}
		wantRelative(t, "ρ of the known readout", d.Rho, regime.Correlation(centred(r.X), r.Decoder.W), 1e-10)
		wantRelative(t, "its R²", d.R2, 1, 1e-12)
		if d.Difference > 1e-8 {
			t.Errorf("%v: predictions differ by %g", shape, d.Difference)
		}
		if shape[0] < shape[1] {
			continue // too few rows to know the readout outside the activity's span
		}
		wantRelative(t, "cosine", d.Alignment, 1, 1e-12)
		// acos loses half the digits near an angle of 0.
		if d.AngleDeg > 1e-5 {
			t.Errorf("%v: angle %g°, want 0°", shape, d.AngleDeg)
		}
	}
}

func TestKnownDecoderElsewhere(t *testing.T) {
	r := decoded(41, 500, 6, 1)
	o := quick
	o.Alphas = []float64{1e-9}
	truth := mat.DenseCopyOf(r.Decoder.W)
	turned := func(degrees float64) *recording.Decoder {
		// A direction at an angle to the truth, by Gram and Schmidt.
		e := mat.NewVecDense(6, []float64{1, 0, 0, 0, 0, 0})
		u := mat.VecDenseCopyOf(truth.RowView(0))
		u.ScaleVec(1/mat.Norm(u, 2), u)
		v := mat.NewVecDense(6, nil)
		v.AddScaledVec(e, -mat.Dot(e, u), u)
		v.ScaleVec(1/mat.Norm(v, 2), v)
		w := mat.NewDense(1, 6, nil)
		s, c := math.Sincos(degrees * math.Pi / 180)
		for j := range 6 {
			w.Set(0, j, 7*(c*u.AtVec(j)+s*v.AtVec(j)))
		}
		return &recording.Decoder{Name: "turned", W: w, Offset: []float64{0}}
	}
	for _, degrees := range []float64{10, 45, 90, 135} {
		r.Decoder = turned(degrees)
		d := fit(t, r, o).Decoder
		if want := math.Min(degrees, 180-degrees); math.Abs(float64(d.AngleDeg)-want) > 1e-5 {
			t.Errorf("angle %g°, want %g°", float64(d.AngleDeg), want)
		}
		if want := math.Cos(degrees * math.Pi / 180); math.Abs(float64(d.Alignment)-want) > 1e-7 {
			t.Errorf("cosine at %g° = %g, want %g", degrees, float64(d.Alignment), want)
		}
	}
}

// Two outputs of which one is shared: the largest angle is that of the other.
func TestKnownDecoderLargestAngle(t *testing.T) {
	r := decoded(42, 500, 4, 2)
	r.Decoder.W = mat.NewDense(2, 4, []float64{1, 0, 0, 0, 0, 1, 0, 0})
	r.Y.Mul(r.X, r.Decoder.W.T())
	r.Decoder.W = mat.NewDense(2, 4, []float64{1, 0, 0, 0, 0, 0, 1, 0})
	o := quick
	o.Alphas = []float64{1e-9}
	if d := fit(t, r, o).Decoder; math.Abs(float64(d.AngleDeg)-90) > 1e-5 {
		t.Errorf("angle %g°, want 90°", float64(d.AngleDeg))
	}
	// A decoder whose outputs are one and the same spans a line: no angle of planes.
	r.Decoder.W = mat.NewDense(2, 4, []float64{1, 2, 0, 0, 2, 4, 0, 0})
	if d := fit(t, r, o).Decoder; d.AngleDeg.Defined() {
		t.Errorf("angle of a decoder of rank 1 = %g°, want undefined", float64(d.AngleDeg))
	}
}

// ρ of a readout is between 0 and 1, and the same at any scale.
func ExampleCorrelation() {
	// Two neurons that rise and fall together, and a third that is silent.
	x := mat.NewDense(4, 3, []float64{
		1, 1, 0,
		-1, -1, 0,
		2, 2, 0,
		-2, -2, 0,
	})
	sum := mat.NewDense(1, 3, []float64{1, 1, 0})
	difference := mat.NewDense(1, 3, []float64{1, -1, 0})
	first := mat.NewDense(1, 3, []float64{1, 0, 0})
	fmt.Printf("sum %.3f, difference %.3f, one neuron %.3f\n",
		regime.Correlation(x, sum), regime.Correlation(x, difference), regime.Correlation(x, first))
	// Output:
	// sum 1.000, difference 0.000, one neuron 0.707
}

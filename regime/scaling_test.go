package regime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

func scale(t testing.TB, r *recording.Recording, o regime.ScalingOptions) *regime.ScalingResult {
	t.Helper()
	res, err := regime.Scaling(context.Background(), r, o, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestScalingOptions(t *testing.T) {
	o, err := regime.ScalingOptions{}.Resolved(86)
	if err != nil {
		t.Fatal(err)
	}
	want := []int{8, 17, 25, 34, 43, 51, 60, 68, 77, 86} // ⌊N·f⌋
	for i, size := range want {
		if o.Sizes[i] != size {
			t.Fatalf("sizes %v, want %v", o.Sizes, want)
		}
	}
	if o.Draws != 20 || len(o.Sizes) != 10 {
		t.Errorf("%d draws of %v", o.Draws, o.Sizes)
	}
	if o, _ := (regime.ScalingOptions{}).Resolved(3); len(o.Sizes) != 3 {
		t.Errorf("sizes of 3 neurons: %v", o.Sizes)
	}
	for name, bad := range map[string]regime.ScalingOptions{
		"descending": {Sizes: []int{5, 3}}, "equal": {Sizes: []int{3, 3}}, "zero": {Sizes: []int{0, 3}},
		"more than there are": {Sizes: []int{3, 11}}, "draws": {Draws: -1}, "fit": {Fit: regime.Options{Folds: 1}},
	} {
		if _, err := bad.Resolved(10); !errors.Is(err, regime.ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A draw of all neurons is the recording; one of some is the recording of those, whichever they are.
func TestScalingOfAllNeurons(t *testing.T) {
	r := readable(100, 400, 9, 2, 0.4, 3)
	for from := 0; from < 400; from += 20 { // folds of trials do not depend on a neuron's correlation time
		r.Trials = append(r.Trials, recording.Range{From: from, To: from + 20})
	}
	for _, method := range []regime.Method{regime.Paper, regime.Crossval} {
		o := regime.ScalingOptions{Fit: regime.Options{Method: method, Bootstrap: -1, Shifts: -1, TimeSubsamples: -1}, Sizes: []int{1, 9}, Draws: 3}
		res := scale(t, r, o)
		single := fit(t, r, o.Fit)
		for d := range 3 {
			n := res.Neurons
			wantRelative(t, "ρ of all", n.Rho[d][1], float64(single.Rho), 1e-9)
			wantRelative(t, "R² of all", n.R2[d][1], float64(single.R2InSample), 1e-9)
			wantRelative(t, "participation ratio of all", n.PR[d][1], float64(single.PR), 1e-9)
			if n.DVar[d][1] != single.DVar || n.DFit[d][1] != single.DFit {
				t.Errorf("%s: dimensions %d, %d, want %d, %d", method, n.DVar[d][1], n.DFit[d][1], single.DVar, single.DFit)
			}
			if method == regime.Crossval {
				wantRelative(t, "held-out R² of all", n.R2HeldOut[d][1], float64(single.R2), 1e-9)
			}
			wantRelative(t, "ρ of one neuron", n.Rho[d][0], 1, 1e-9)
			wantRelative(t, "participation ratio of one", n.PR[d][0], 1, 1e-9)
			// Its R² is that of one of the neurons alone.
			found := false
			for j := range 9 {
				alone := fit(t, &recording.Recording{X: mat.DenseCopyOf(r.X.Slice(0, 400, j, j+1)), Y: r.Y, Trials: r.Trials}, o.Fit)
				found = found || math.Abs(float64(alone.R2InSample-n.R2[d][0])) < 1e-9
			}
			if !found {
				t.Errorf("%s: R² %g of one neuron is that of none", method, float64(n.R2[d][0]))
			}
		}
	}
}

// Where a draw has nothing but silent neurons there is no exponent, and a note says why, few neurons or not.
func TestNoExponentOfSilentDraws(t *testing.T) {
	r := readable(71, 200, 4, 1, 0, 1)
	for j := range 3 {
		constants(r.X, j, 0)
	}
	res := scale(t, r, regime.ScalingOptions{Fit: quick, Sizes: []int{1, 4}, Draws: 10})
	if res.Exponent.Value.Defined() || !noted(res.Result, "No exponent: ρ is undefined") {
		t.Errorf("exponent %g, notes %q", float64(res.Exponent.Value), res.Notes)
	}
}

// Exponents known from theory: a readout along the common signal of all neurons keeps its ρ as neurons are added; one of
// independent neurons of equal variance, read alike, has ρ = 1/√N.
func TestScalingExponents(t *testing.T) {
	const rows, n = 3000, 60
	rng := rand.New(rand.NewPCG(101, 1))
	common := autoregressive(rng, rows, 1, 0.2)
	noise := autoregressive(rng, rows, n, 0)
	y := mat.NewDense(rows, 1, nil)
	shared, free := mat.NewDense(rows, n, nil), mat.NewDense(rows, n, nil)
	for i := range rows {
		for j := range n {
			shared.Set(i, j, 5*common.At(i, 0)+noise.At(i, j))
			free.Set(i, j, noise.At(i, j))
		}
		y.Set(i, 0, common.At(i, 0))
	}
	sum := mat.NewDense(rows, 1, nil)
	for i := range rows {
		sum.Set(i, 0, mat.Sum(noise.RowView(i)))
	}
	o := regime.ScalingOptions{Fit: quick, Sizes: []int{10, 20, 40, 60}, Draws: 5}
	aligned := scale(t, &recording.Recording{X: shared, Y: y}, o).Exponent
	if math.Abs(float64(aligned.Value)) > 0.05 {
		t.Errorf("exponent of a common signal %g, want 0", float64(aligned.Value))
	}
	oblique := scale(t, &recording.Recording{X: free, Y: sum}, o).Exponent
	if math.Abs(float64(oblique.Value)+0.5) > 0.05 {
		t.Errorf("exponent of independent neurons %g, want −0.5", float64(oblique.Value))
	}
	for _, e := range []regime.Exponent{aligned, oblique} {
		if !e.CI.Contains(e.Value) || !(e.SENeurons >= 0) || !(e.SETime > 0) {
			t.Errorf("exponent %+v", e)
		}
		// Student's t is between that of nine degrees of freedom and the normal distribution.
		sigma := math.Sqrt(float64(e.SENeurons*e.SENeurons + e.SETime*e.SETime + e.SEDraws*e.SEDraws + e.Bias*e.Bias))
		if half := float64(e.CI[1]-e.CI[0]) / 2; half < 1.959*sigma || half > 2.777*sigma {
			t.Errorf("half-width %g of a standard error of %g", half, sigma)
		}
	}
}

func TestScalingSameBytes(t *testing.T) {
	r := readable(102, 600, 24, 1, 0.5, 5)
	for _, method := range []regime.Method{regime.Paper, regime.Crossval} {
		o := regime.ScalingOptions{Fit: regime.Options{Method: method, Bootstrap: -1, Shifts: -1, TimeSubsamples: -1}, Draws: 3}
		var want []byte
		for _, procs := range []int{1, 2, 8} {
			before := runtime.GOMAXPROCS(procs)
			got, err := json.Marshal(scale(t, r, o))
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: GOMAXPROCS=%d gives other bytes than 1", method, procs)
			}
		}
	}
}

func TestScalingOfFewRows(t *testing.T) {
	_, err := regime.Scaling(context.Background(), readable(103, 30, 40, 1, 0.1, 1), regime.ScalingOptions{Fit: quick}, nil)
	if !errors.Is(err, regime.ErrUndefined) {
		t.Errorf("more neurons than rows: %v", err)
	}
}

package regime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

// quick are the options of a fit by cross-validation without resampling.
var quick = regime.Options{Bootstrap: -1, Shifts: -1, Readouts: 50}

func fit(t testing.TB, r *recording.Recording, o regime.Options) *regime.Result {
	t.Helper()
	res, err := regime.Fit(context.Background(), r, o, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func marshal(t testing.TB, res *regime.Result) []byte {
	t.Helper()
	b, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func noted(res *regime.Result, word string) bool {
	return slices.ContainsFunc(res.Notes, func(n string) bool { return strings.Contains(n, word) })
}

// constants sets a column of a matrix.
func constants(m *mat.Dense, col int, value float64) {
	rows, _ := m.Dims()
	for i := range rows {
		m.Set(i, col, value)
	}
}

// What cannot be analysed is an error of the kind that the program turns into an exit status, and a sentence.
func TestFitErrors(t *testing.T) {
	cut := func(rows int) *recording.Recording {
		r := readable(1, 40, 4, 2, 0.5, 1)
		return &recording.Recording{X: mat.DenseCopyOf(r.X.Slice(0, rows, 0, 4)), Y: mat.DenseCopyOf(r.Y.Slice(0, rows, 0, 2))}
	}
	for _, c := range []struct {
		name   string
		change func(r *recording.Recording) *recording.Recording
		o      regime.Options
		wraps  error
		says   string
	}{
		{"no rows", func(r *recording.Recording) *recording.Recording {
			return &recording.Recording{X: &mat.Dense{}, Y: &mat.Dense{}}
		}, quick, recording.ErrEmpty, "no rows"},
		{"no activity", func(r *recording.Recording) *recording.Recording { return &recording.Recording{Y: r.Y} }, quick, recording.ErrEmpty, "no activity"},
		{"ragged", func(r *recording.Recording) *recording.Recording { r.Y = mat.NewDense(39, 1, nil); return r }, quick, recording.ErrShape, "40 rows"},
		{"NaN in activity", func(r *recording.Recording) *recording.Recording { r.X.Set(7, 2, math.NaN()); return r }, quick, recording.ErrNumber, "neuron 2 is NaN at row 7"},
		{"Inf in behaviour", func(r *recording.Recording) *recording.Recording { r.Y.Set(3, 1, math.Inf(1)); return r }, quick, recording.ErrNumber, "output 1 is +Inf at row 3"},
		{"two rows", func(*recording.Recording) *recording.Recording { return cut(2) }, regime.Options{Method: regime.Paper}, regime.ErrUndefined, "too few rows for a regression: 2"},
		{"silent activity", func(r *recording.Recording) *recording.Recording {
			for j := range 4 {
				constants(r.X, j, 0.1*float64(j))
			}
			return r
		}, quick, regime.ErrUndefined, "no neuron"},
		{"constant behaviour", func(r *recording.Recording) *recording.Recording {
			constants(r.Y, 0, 0.1)
			constants(r.Y, 1, 5)
			r.Outputs = []string{"x", "y"}
			return r
		}, quick, regime.ErrUndefined, `"x" never changes`},
		{"too few rows for the folds", func(*recording.Recording) *recording.Recording { return cut(8) }, quick, regime.ErrUndefined, "5 folds"},
		{"gap as long as the recording", func(r *recording.Recording) *recording.Recording { r.Bin = time.Second; return r },
			regime.Options{Gap: time.Hour}, regime.ErrUndefined, "gap"},
		{"method", nil, regime.Options{Method: "best"}, regime.ErrOptions, `"best"`},
		{"numbers too large to square", func(r *recording.Recording) *recording.Recording { r.X.Set(7, 2, 1e200); return r }, quick, recording.ErrNumber, "too large"},
		{"behaviour too large to square", func(r *recording.Recording) *recording.Recording { r.Y.Set(7, 1, 1e200); return r }, quick, recording.ErrNumber, "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := readable(1, 40, 4, 2, 0.5, 1)
			if c.change != nil {
				r = c.change(r)
			}
			res, err := regime.Fit(context.Background(), r, c.o, nil)
			if !errors.Is(err, c.wraps) || res != nil {
				t.Fatalf("result %v, error %v, want one that wraps %v", res != nil, err, c.wraps)
			}
			if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q does not say %q in one line", err, c.says)
			}
		})
	}
}

func TestFitCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := regime.Options{Bootstrap: 1000, Progress: func(string, int, int) { cancel() }}
	if _, err := regime.Fit(ctx, readable(2, 600, 6, 1, 0.2, 1), o, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

// Degenerate recordings have every figure that can be had, and a note about those that cannot.
func TestFitOfDegenerateRecordings(t *testing.T) {
	for _, method := range []regime.Method{regime.Crossval, regime.Paper} {
		o := quick
		o.Method = method
		t.Run(string(method)+": silent neuron", func(t *testing.T) {
			r := readable(3, 300, 5, 2, 0.3, 1)
			without := &recording.Recording{X: mat.DenseCopyOf(r.X.Slice(0, 300, 0, 4)), Y: r.Y}
			constants(r.X, 4, 0)
			res, want := fit(t, r, o), fit(t, without, o)
			if !slices.Equal(res.Data.Constant, []int{4}) || !noted(res, "never change") {
				t.Errorf("constant neurons %v, notes %q", res.Data.Constant, res.Notes)
			}
			wantRelative(t, "R²", res.R2, float64(want.R2), 1e-9)
			wantRelative(t, "ρ", res.Rho, float64(want.Rho), 1e-9)
			wantRelative(t, "ρ√N counts it", res.RhoSqrtN, float64(want.Rho)*math.Sqrt(5), 1e-9)
			if res.DVar != want.DVar || res.DFit != want.DFit {
				t.Errorf("dimensions %d, %d, without the neuron %d, %d", res.DVar, res.DFit, want.DVar, want.DFit)
			}
		})
		t.Run(string(method)+": constant output", func(t *testing.T) {
			r := readable(4, 300, 5, 3, 0.3, 1)
			constants(r.Y, 1, 0.1)
			y := mat.NewDense(300, 2, nil)
			for i := range 300 {
				y.SetRow(i, []float64{r.Y.At(i, 0), r.Y.At(i, 2)})
			}
			res, want := fit(t, r, o), fit(t, &recording.Recording{X: r.X, Y: y}, o)
			if !noted(res, "never changes") {
				t.Errorf("notes %q", res.Notes)
			}
			wantRelative(t, "R²", res.R2, float64(want.R2), 1e-9)
			wantRelative(t, "in-sample R²", res.R2InSample, float64(want.R2InSample), 1e-9)
			wantRelative(t, "ρ", res.Rho, float64(want.Rho), 1e-9)
			if res.R2ByOutput[1].Defined() || res.RhoByOutput[1].Defined() {
				t.Errorf("R² %v and ρ %v of a constant output", res.R2ByOutput[1], res.RhoByOutput[1])
			}
			if res.DFit != want.DFit {
				t.Errorf("d_fit %d, want %d", res.DFit, want.DFit)
			}
		})
		t.Run(string(method)+": fewer rows than neurons", func(t *testing.T) {
			r := readable(5, 40, 60, 1, 0.1, 1)
			res := fit(t, r, o)
			if !noted(res, "more neurons") {
				t.Errorf("notes %q", res.Notes)
			}
			if d, n := res.Weights.Dims(); d != 1 || n != 60 {
				t.Errorf("the readout is %d×%d", d, n)
			}
			w := leastSquares(r.X, r.Y, float64(res.Alpha))
			wantRelative(t, "ρ", res.Rho, regime.Correlation(centred(r.X), w), 1e-8)
			var prediction mat.Dense
			prediction.Mul(r.X, res.Weights.T())
			for i := range 40 {
				prediction.Set(i, 0, prediction.At(i, 0)+res.Offset[0])
			}
			wantRelative(t, "R² of the readout", res.R2InSample, rSquared(r.Y, &prediction)[0], 1e-8)
		})
		t.Run(string(method)+": JSON", func(t *testing.T) {
			r := readable(6, 60, 3, 1, 0.5, 1)
			constants(r.X, 0, 1)
			var back regime.Result
			if err := json.Unmarshal(marshal(t, fit(t, r, o)), &back); err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Run("three rows", func(t *testing.T) {
		r := &recording.Recording{X: mat.NewDense(3, 2, []float64{1, 2, 3, 1, 2, 5}), Y: mat.NewDense(3, 1, []float64{1, 2, 4})}
		res := fit(t, r, regime.Options{Method: regime.Paper})
		if !res.R2.Defined() || res.TimeSubsamples != nil || !noted(res, "subsamples") {
			t.Errorf("R² %v, subsamples %v, notes %q", res.R2, res.TimeSubsamples, res.Notes)
		}
		marshal(t, res)
	})
	t.Run("one neuron, one output", func(t *testing.T) {
		res := fit(t, readable(7, 200, 1, 1, 0.3, 0.01), regime.Options{Bootstrap: 20, Shifts: 10})
		wantRelative(t, "ρ of the only direction", res.Rho, 1, 1e-12)
		if res.DVar != 1 || res.DFit != 1 {
			t.Errorf("dimensions %d, %d", res.DVar, res.DFit)
		}
	})
}

// The same recording, options and generator give the same bytes, whatever the number of processors, and whether
// activity is in memory or in a file.
func TestFitSameBytes(t *testing.T) {
	r := readable(8, 1500, 20, 2, 0.8, 3)
	r.Decoder = &recording.Decoder{Name: "known", W: mat.NewDense(2, 20, nil), Offset: make([]float64, 2)}
	for j := range 20 {
		r.Decoder.W.Set(j%2, j, 1)
	}
	for _, o := range []regime.Options{
		{Bootstrap: 20, Shifts: 20, TimeSubsamples: 4},
		{Method: regime.Paper, TimeSubsamples: 6},
	} {
		var want []byte
		for _, procs := range []int{1, 2, 8} {
			before := runtime.GOMAXPROCS(procs)
			got := marshal(t, fit(t, r, o))
			runtime.GOMAXPROCS(before)
			if want == nil {
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: GOMAXPROCS=%d gives other bytes than 1", o.Method, procs)
			}
		}
	}
}

// rows serves a matrix as if it were a file.
type rows struct{ m *mat.Dense }

func (r rows) Dims() (t, n int) { return r.m.Dims() }

func (r rows) ReadRows(dst []float64, from int) error {
	_, n := r.m.Dims()
	copy(dst, r.m.RawMatrix().Data[from*n:])
	return nil
}

func TestFitOfStream(t *testing.T) {
	r := readable(9, 1200, 12, 2, 0.7, 3)
	streamed := &recording.Recording{Stream: rows{r.X}, Y: r.Y}
	for _, o := range []regime.Options{{Bootstrap: 10, Shifts: 10}, {Method: regime.Paper, TimeSubsamples: 3}} {
		memory, file := fit(t, r, o), fit(t, streamed, o)
		if got, want := marshal(t, file), marshal(t, memory); !bytes.Equal(got, want) {
			t.Errorf("%s: from a file\n%s\nfrom memory\n%s", o.Method, got, want)
		}
		if !mat.Equal(memory.Weights, file.Weights) {
			t.Errorf("%s: readouts differ", o.Method)
		}
	}
}

// Leaving one step out does not change what another draws.
func TestStepsDrawIndependently(t *testing.T) {
	r := readable(10, 600, 8, 1, 0.5, 1)
	all := fit(t, r, regime.Options{Bootstrap: 30, Shifts: 20})
	some := fit(t, r, regime.Options{Bootstrap: -1, Shifts: 20})
	if *all.Nulls.ShiftedR2 != *some.Nulls.ShiftedR2 || all.Nulls.Isotropic != some.Nulls.Isotropic {
		t.Error("nulls change with the bootstrap")
	}
	again, err := regime.Fit(context.Background(), r, regime.Options{Bootstrap: 30, Shifts: 20}, rand.New(rand.NewPCG(2, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if again.Rho != all.Rho || again.RhoCI == all.RhoCI {
		t.Errorf("another seed: ρ %v and %v, intervals %v and %v", again.Rho, all.Rho, again.RhoCI, all.RhoCI)
	}
}

// Adding a constant, scaling and rotating do to the figures what theory says.
func TestFitInvariance(t *testing.T) {
	r := readable(11, 500, 6, 2, 0.4, 2)
	for _, method := range []regime.Method{regime.Crossval, regime.Paper} {
		o := regime.Options{Method: method, Bootstrap: -1, Shifts: -1, TimeSubsamples: -1}
		want := fit(t, r, o)
		check := func(what string, moved *recording.Recording, alphaScale float64) {
			t.Helper()
			scaled := o
			scaled.Alphas = nil
			for _, a := range []float64{1e-3, 1, 10, 1e2, 1e3, 1e4} {
				scaled.Alphas = append(scaled.Alphas, a*alphaScale)
			}
			base := o
			base.Alphas = []float64{1e-3, 1, 10, 1e2, 1e3, 1e4}
			want, got := fit(t, r, base), fit(t, moved, scaled)
			wantRelative(t, what+": R²", got.R2, float64(want.R2), 1e-8)
			wantRelative(t, what+": ρ", got.Rho, float64(want.Rho), 1e-8)
			wantRelative(t, what+": participation ratio", got.PR, float64(want.PR), 1e-8)
			if got.DVar != want.DVar || got.DFit != want.DFit {
				t.Errorf("%s: dimensions %d, %d, want %d, %d", what, got.DVar, got.DFit, want.DVar, want.DFit)
			}
		}
		shifted := &recording.Recording{X: mat.DenseCopyOf(r.X), Y: mat.DenseCopyOf(r.Y)}
		for i := range 500 {
			for j := range 6 {
				shifted.X.Set(i, j, shifted.X.At(i, j)+1000*float64(j))
			}
			shifted.Y.Set(i, 1, shifted.Y.At(i, 1)-77)
		}
		check("offset", shifted, 1)
		scaled := &recording.Recording{X: mat.DenseCopyOf(r.X), Y: mat.DenseCopyOf(r.Y)}
		scaled.X.Scale(100, scaled.X)
		scaled.Y.Scale(1e-3, scaled.Y)
		check("scale", scaled, 1e4)
		var qr mat.QR
		qr.Factorize(autoregressive(rand.New(rand.NewPCG(1, 1)), 6, 6, 0))
		var q mat.Dense
		qr.QTo(&q)
		rotated := &recording.Recording{X: mat.NewDense(500, 6, nil), Y: r.Y}
		rotated.X.Mul(r.X, &q)
		check("rotation", rotated, 1)
		if !want.R2.Defined() {
			t.Error("R² is undefined")
		}
	}
}

// A recording that is known in full: one output is one neuron, of twice the spread of the others.
func TestFitOfKnownGeometry(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 12))
	const rows, n = 4000, 10
	x := autoregressive(rng, rows, n, 0)
	y := mat.NewDense(rows, 1, nil)
	for i := range rows {
		x.Set(i, 3, 2*x.At(i, 3))
		y.Set(i, 0, x.At(i, 3))
	}
	res := fit(t, &recording.Recording{X: x, Y: y}, quick)
	// Σλ = 4 + 9, along the readout 4; PR = 13²/(16 + 9). Spread of sample moments is √(2/T) ≈ 2 %.
	wantRelative(t, "ρ", res.Rho, math.Sqrt(4.0/13), 0.03)
	wantRelative(t, "participation ratio", res.PR, 169.0/25, 0.05)
	wantRelative(t, "R²", res.R2, 1, 1e-6)
	if res.DFit != 1 || res.DVar != 9 {
		t.Errorf("d_fit %d, d_var %d, want 1 and 9", res.DFit, res.DVar)
	}
	if w := res.Weights.At(0, 3); math.Abs(w-1) > 1e-3 {
		t.Errorf("weight of the neuron %g, want 1", w)
	}
	if !res.AlphaAtEdge || !noted(res, "smallest of the grid") {
		t.Errorf("penalty %v at the edge: %v; notes %q", res.Alpha, res.AlphaAtEdge, res.Notes)
	}
}

// Where rows are fitted by themselves alone at the smallest penalties, the first that has an error is the edge.
func TestAlphaAtEdgeOfDefinedErrors(t *testing.T) {
	r := readable(14, 30, 40, 1, 0, 0)
	r.X.Scale(1e6, r.X)
	o := quick
	o.Method, o.Alphas = regime.Paper, []float64{1e-3, 1e-2, 1e8, 1e9}
	res := fit(t, r, o)
	if !math.IsNaN(float64(res.AlphaPath.Error[0])) || res.Alpha != 1e8 {
		t.Fatalf("penalty %g of errors %v: want the first defined", float64(res.Alpha), res.AlphaPath.Error)
	}
	if !res.AlphaAtEdge || !noted(res, "smallest defined one of the grid") {
		t.Errorf("at the edge: %v; notes %q", res.AlphaAtEdge, res.Notes)
	}
}

// Activity of three dimensions has no readout of five degrees of freedom: those would be of what rounding leaves of zero.
func TestMatchedDFOfLowRank(t *testing.T) {
	for _, n := range []int{40, 200} {
		rng := rand.New(rand.NewPCG(15, 1))
		var x mat.Dense
		x.Mul(autoregressive(rng, 600, 3, 0.5), autoregressive(rng, 3, n, 0))
		res := fit(t, &recording.Recording{X: &x, Y: mat.DenseCopyOf(x.Slice(0, 600, 0, 1))}, quick)
		if len(res.MatchedDF) != 0 {
			t.Errorf("%d neurons: ρ at degrees of freedom %v, want none", n, res.MatchedDF)
		}
	}
}

func TestAlphaPath(t *testing.T) {
	r := readable(13, 400, 30, 2, 0.5, 20)
	for _, method := range []regime.Method{regime.Crossval, regime.Paper} {
		res := fit(t, r, regime.Options{Method: method, Bootstrap: -1, Shifts: -1, TimeSubsamples: -1})
		p := res.AlphaPath
		best := 0
		for i := range p.Alpha {
			if p.Error[i] < p.Error[best] {
				best = i
			}
			w := leastSquares(r.X, r.Y, float64(p.Alpha[i]))
			wantRelative(t, fmt.Sprintf("ρ at α=%v", p.Alpha[i]), p.Rho[i], regime.Correlation(centred(r.X), w), 1e-8)
		}
		if p.Alpha[best] != res.Alpha || p.Rho[best] != res.Rho || p.DF[best] != res.EffectiveDF {
			t.Errorf("%s: at the least error α %v, ρ %v, df %v; reported %v, %v, %v", method,
				p.Alpha[best], p.Rho[best], p.DF[best], res.Alpha, res.Rho, res.EffectiveDF)
		}
		if len(res.MatchedDF) != 3 { // 5, 10 and 20 of 30
			t.Errorf("ρ at matched degrees of freedom: %v", res.MatchedDF)
		}
		for _, m := range res.MatchedDF {
			w := leastSquares(r.X, r.Y, float64(m.Alpha))
			wantRelative(t, "ρ at matched degrees of freedom", m.Rho, regime.Correlation(centred(r.X), w), 1e-8)
		}
	}
}

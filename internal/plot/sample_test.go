package plot

import (
	"math"
	"math/rand/v2"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

// newRand returns the generator of the samples, the same for every test.
func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// saturating returns level·(1 − exp(−k/scale)) for k = 1 … n.
func saturating(n int, level, scale float64) []regime.Number {
	out := make([]regime.Number, n)
	for i := range out {
		out[i] = regime.Number(level * (1 - math.Exp(-float64(i+1)/scale)))
	}
	return out
}

// firstAbove returns the first k whose value exceeds the level.
func firstAbove(values []regime.Number, level float64) regime.Dimension {
	for i, v := range values {
		if float64(v) > level {
			return regime.Dimension(i + 1)
		}
	}
	return 0
}

// sample returns a result as the analysis of a reaching task gives it: 160 neurons, 2700 rows in trials of 45,
// two outputs, held-out R² of 0.7.
func sample(t testing.TB) *regime.Result {
	t.Helper()
	rnd := newRand()
	const n, rows, trial = 160, 2700, 45
	r := &regime.Result{
		Method: regime.Crossval,
		Data: regime.Data{Name: "mc_maze_large", Kind: recording.NonBCI, Output: "hand_vel", NTime: rows, NNeurons: n,
			NOutputs: 2, NTrials: rows / trial, Bin: 0.045, Outputs: []string{"v_x (mm/s)", "v_y (mm/s)"}},
		R2: 0.69, R2CI: regime.Interval{0.66, 0.72}, R2InSample: 0.76, R2ByOutput: []regime.Number{0.72, 0.66},
		Alpha: 4.3e3, Rho: 0.128, RhoCI: regime.Interval{0.117, 0.139}, RhoSqrtN: 1.62,
	}
	r.R2ByPCs, r.InSampleByPCs, r.VarianceByPCs = saturating(n, 0.69, 14), saturating(n, 0.76, 17), saturating(n, 1.0, 35)
	for i := range r.R2ByPCs {
		r.R2ByPCs[i] += regime.Number(0.004 * rnd.NormFloat64())
	}
	r.DVar, r.DFit = firstAbove(r.VarianceByPCs, 0.9), firstAbove(r.R2ByPCs, 0.9*0.69)
	r.DVarCI = regime.Interval{76, 84}
	r.DFitCI = regime.Interval{24, 41}
	r.Relative = regime.Number(float64(r.DFit) / float64(r.DVar))
	r.RelativeCI = regime.Interval{0.3, 0.5}
	for i := range 20 {
		a := math.Pow(10, -3+9*float64(i)/19)
		rho := 0.05 + 0.2/(1+math.Pow(2e4/a, 0.6))
		loss := 0.3 + 0.05/(1+a/300) + 0.7/(1+math.Pow(1e5/a, 1.2))
		r.AlphaPath.Alpha = append(r.AlphaPath.Alpha, regime.Number(a))
		r.AlphaPath.Rho = append(r.AlphaPath.Rho, regime.Number(rho))
		r.AlphaPath.Error = append(r.AlphaPath.Error, regime.Number(loss))
	}
	r.Nulls.Isotropic = regime.Null{Draws: 1000, Mean: 0.078, RMS: 0.079, CI: regime.Interval{0.062, 0.097}}
	r.TimeSubsamples = sampleSubsamples(rnd, r)
	r.Actual, r.Prediction = mat.NewDense(rows, 2, nil), mat.NewDense(rows, 2, nil)
	for i := range rows {
		if i%trial == 0 {
			r.Trials = append(r.Trials, recording.Range{From: i, To: i + trial})
		}
		phase := float64(i%trial)/trial - 0.4
		angle := 2 * math.Pi * float64((i/trial*3)%8) / 8
		speed := 400 * math.Exp(-phase*phase/0.02)
		for j, v := range []float64{speed * math.Cos(angle), speed * math.Sin(angle)} {
			r.Actual.Set(i, j, v)
			r.Prediction.Set(i, j, 0.8*v+30*math.Sin(float64(i)/7)+25*rnd.NormFloat64())
		}
	}
	for i := 100; i < 108; i++ {
		r.Prediction.Set(i, 0, math.NaN())
		r.Prediction.Set(i, 1, math.NaN())
	}
	return r
}

func sampleSubsamples(rnd *rand.Rand, r *regime.Result) *regime.TimeSubsamples {
	s := &regime.TimeSubsamples{N: 20, Fraction: 0.5}
	for range s.N {
		fit := r.DFit + regime.Dimension(rnd.IntN(9)) - 4
		dvar := r.DVar + regime.Dimension(rnd.IntN(3)) - 2
		s.Rho = append(s.Rho, r.Rho+regime.Number(0.004*rnd.NormFloat64()))
		s.R2 = append(s.R2, r.R2InSample+regime.Number(0.006*rnd.NormFloat64()))
		s.DFit, s.DVar = append(s.DFit, fit), append(s.DVar, dvar)
		s.Relative = append(s.Relative, regime.Number(float64(fit)/float64(dvar)))
	}
	return s
}

// sampleBCI returns a result as published for a brain–computer interface: R² of 1, few dimensions, in-sample.
func sampleBCI(t testing.TB) *regime.Result {
	r := sample(t)
	r.Method = regime.Paper
	r.Data = regime.Data{Name: "hennig2018", Kind: recording.BCI, Output: "cursor_vel", NTime: 3953, NNeurons: 87, NOutputs: 1, Bin: 0.045}
	r.R2, r.Alpha, r.AlphaAtEdge, r.Rho, r.RhoCI = 1, 1e-3, true, 0.23, regime.Interval{regime.Undefined, regime.Undefined}
	r.R2ByPCs, r.VarianceByPCs, r.InSampleByPCs = saturating(87, 1, 0.8), saturating(87, 1, 26), nil
	r.DFit, r.DVar = firstAbove(r.R2ByPCs, 0.9), firstAbove(r.VarianceByPCs, 0.9)
	for i, a := range r.AlphaPath.Alpha {
		r.AlphaPath.Rho[i] = regime.Number(0.23 + 0.05/(1+1e5/float64(a)))
		r.AlphaPath.Error[i] = regime.Number(1e-9 + 1e-12*math.Pow(float64(a), 2)/(1+1e-12*float64(a)*float64(a)))
	}
	r.Nulls.Isotropic.CI = regime.Interval{0.075, 0.145}
	return r
}

// estimateAround returns an estimate with draws and interval of the given spread.
func estimateAround(rnd *rand.Rand, value, spread float64) Estimate {
	e := Estimate{Value: value, Interval: [2]float64{value - 2*spread, value + 2*spread}}
	for range 20 {
		e.Draws = append(e.Draws, value+spread*rnd.NormFloat64())
	}
	return e
}

// sampleColumns are data sets with figures like the published ones.
func sampleColumns() []Column {
	rnd := newRand()
	var sets []Column
	for _, s := range []struct {
		name, group           string
		t, n                  int
		r2, rho, rel, relWide float64
	}{
		{"BCI 1 Golub", "BCI", 402, 86, 1.00, 0.17, 0.31, 0.03},
		{"BCI 2 Hennig", "BCI", 3953, 87, 1.00, 0.23, 0.03, 0.004},
		{"BCI 3 Degenhart", "BCI", 7573, 93, 0.83, 0.23, 0.06, 0.01},
		{"Cycling 1", "non-BCI", 5865, 116, 0.97, 0.04, 0.82, 0.06},
		{"Cycling 2", "non-BCI", 5550, 117, 0.98, 0.07, 0.72, 0.05},
		{"NLB maze", "non-BCI", 2723, 162, 0.73, 0.13, 0.47, 0.04},
		{"NLB RTT", "non-BCI", 15534, 130, 0.69, 0.13, 0.37, 0.03},
	} {
		c := Column{Name: s.name, Group: s.group, N: s.n, T: s.t,
			R2: estimateAround(rnd, s.r2, 0.008), Rho: estimateAround(rnd, s.rho, 0.006), Relative: estimateAround(rnd, s.rel, s.relWide)}
		root := 1 / math.Sqrt(float64(s.n))
		c.NullRho = [2]float64{0.8 * root, 1.22 * root}
		sets = append(sets, c)
	}
	return sets
}

// samplePoints are the columns in the regime plane.
func samplePoints() []PlanePoint {
	var list []PlanePoint
	for _, c := range sampleColumns() {
		root := math.Sqrt(float64(c.N))
		e := c.Rho
		list = append(list, PlanePoint{Name: c.Name, Group: c.Group, Relative: c.Relative,
			RhoSqrtN: Estimate{Value: root * e.Value, Interval: [2]float64{root * e.Interval[0], root * e.Interval[1]}}})
	}
	return list
}

// sampleScaling are two recordings, ρ√N of the first growing as N^½ and of the second hardly.
func sampleScaling() []ScalingCurve {
	rnd := newRand()
	var curves []ScalingCurve
	for i, name := range []string{"Hennig", "NLB maze"} {
		c := ScalingCurve{Name: name, Exponent: Estimate{Value: []float64{0.47, 0.08}[i]}}
		for k := 1; k <= 10; k++ {
			n := 16 * k
			level := []float64{1.2, 1.3}[i] * math.Pow(float64(n)/16, c.Exponent.Value)
			c.N, c.RhoSqrtN = append(c.N, n), append(c.RhoSqrtN, estimateAround(rnd, level, 0.05*level))
			c.RhoSqrtN[k-1].Interval = [2]float64{}
		}
		curves = append(curves, c)
	}
	return curves
}

// A named figure with the error of making it.
type named struct {
	name   string
	figure *Figure
}

// samples returns every figure of the package.
func samples(t testing.TB) []named {
	t.Helper()
	var list []named
	add := func(name string) func(*Figure, error) {
		return func(f *Figure, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			list = append(list, named{name, f})
		}
	}
	r, bci := sample(t), sampleBCI(t)
	add("curves")(Curves(r))
	add("curves-bci")(Curves(bci))
	add("alphapath")(AlphaPath(r))
	add("alphapath-bci")(AlphaPath(bci))
	add("prediction")(Prediction(r))
	add("subsamples")(Subsamples(r))
	add("scaling")(Scaling(sampleScaling()))
	add("plane")(RegimePlane(samplePoints()))
	add("comparison")(Comparison(sampleColumns()))
	add("comparison-narrow")(Comparison(sampleColumns()[:3]))
	return list
}

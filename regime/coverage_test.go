package regime

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"text/tabwriter"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// The simulation behind the choice of interval, documented in docs/methods.md:
//
//	go test ./regime -run Coverage -coverage.runs 200 -timeout 0 -v
var coverageRuns = flag.Int("coverage.runs", 0, "recordings simulated for each setting of TestCoverage; 0 skips it")

// A world is a population from which recordings are drawn: x = L z + private noise, y = W x + noise, with z, private
// noise and behavioural noise first-order autoregressive.
type world struct {
	t, n, latents, d int
	trial            int     // rows of a trial; 0: one stretch
	noise            float64 // variance of behavioural noise over that of W x
	aligned          bool    // W drawn with the covariance of x, not isotropically

	load    *mat.Dense    // L, N×latents
	private []float64     // variance of each neuron's own noise
	cov     *mat.SymDense // Σ = L Lᵀ + diag(private)
	w       *mat.Dense    // D×N
	sd      []float64     // of each output's noise
}

// rho returns ‖W Σ^½‖ / (‖Σ^½‖ ‖W‖), what Correlation tends to as the recording gets long.
func (s *world) rho(w *mat.Dense) float64 {
	var wc mat.Dense
	wc.Mul(w, s.cov)
	return math.Sqrt(inner(&wc, w) / mat.Trace(s.cov) / inner(w, w))
}

// shrunk returns the population ridge readout W Σ (Σ + α/T I)⁻¹ at a penalty.
func (s *world) shrunk(alpha float64) *mat.Dense {
	penalised := mat.NewSymDense(s.n, nil)
	penalised.CopySym(s.cov)
	for j := range s.n {
		penalised.SetSym(j, j, penalised.At(j, j)+alpha/float64(s.t))
	}
	var chol mat.Cholesky
	chol.Factorize(penalised)
	var wc, solved mat.Dense
	wc.Mul(s.w, s.cov)
	if err := chol.SolveTo(&solved, wc.T()); err != nil {
		panic(err)
	}
	return mat.DenseCopyOf(solved.T())
}

// populate draws what defines the population.
func (s *world) populate(rng *rand.Rand) {
	const scale = 5 // Hz
	s.load, s.private = mat.NewDense(s.n, s.latents, nil), make([]float64, s.n)
	s.cov = mat.NewSymDense(s.n, nil)
	for i := range s.n {
		for j := range s.latents {
			s.load.Set(i, j, scale*rng.NormFloat64()/float64(1+j))
		}
		s.private[i] = scale * scale * (0.1 + 0.4*rng.Float64())
	}
	s.cov.SymOuterK(1, s.load)
	for i := range s.n {
		s.cov.SetSym(i, i, s.cov.At(i, i)+s.private[i])
	}
	s.w = mat.NewDense(s.d, s.n, nil)
	for i := range s.w.RawMatrix().Data {
		s.w.RawMatrix().Data[i] = rng.NormFloat64()
	}
	if s.aligned {
		var chol mat.Cholesky
		chol.Factorize(s.cov)
		var l mat.TriDense
		chol.LTo(&l)
		s.w.Mul(mat.DenseCopyOf(s.w), l.T())
	}
	s.sd = make([]float64, s.d)
	for o := range s.d {
		row := s.w.RowView(o)
		s.sd[o] = math.Sqrt(s.noise * mat.Inner(row, s.cov, row))
	}
}

// draw simulates a recording of the population.
func (s *world) draw(rng *rand.Rand) *recording.Recording {
	r := &recording.Recording{X: mat.NewDense(s.t, s.n, nil), Y: mat.NewDense(s.t, s.d, nil)}
	length := s.t
	if s.trial > 0 {
		length = s.trial
	}
	for from := 0; from < s.t; from += length {
		z := autoregressive(rng, length, s.latents, 0.9)
		own := autoregressive(rng, length, s.n, 0.5)
		noise := autoregressive(rng, length, s.d, 0.9)
		for j, v := range s.private {
			for i := range length {
				own.Set(i, j, own.At(i, j)*math.Sqrt(v))
			}
		}
		x := r.X.Slice(from, from+length, 0, s.n).(*mat.Dense)
		x.Mul(z, s.load.T())
		x.Add(x, own)
		y := r.Y.Slice(from, from+length, 0, s.d).(*mat.Dense)
		y.Mul(x, s.w.T())
		for i := range length {
			for o, sd := range s.sd {
				y.Set(i, o, y.At(i, o)+sd*noise.At(i, o))
			}
		}
		if s.trial > 0 {
			r.Trials = append(r.Trials, recording.Range{From: from, To: from + length})
		}
	}
	return r
}

// autoregressive returns columns of independent stationary processes x_i = a x_{i−1} + √(1−a²) ε of unit variance.
func autoregressive(rng *rand.Rand, t, n int, a float64) *mat.Dense {
	x := mat.NewDense(t, n, nil)
	for j := range n {
		v := rng.NormFloat64()
		for i := range t {
			x.Set(i, j, v)
			v = a*v + math.Sqrt(1-a*a)*rng.NormFloat64()
		}
	}
	return x
}

// draws of ρ from one recording, by which every interval is made.
type rhoDraws struct {
	rho, alpha, r2 float64
	again          []float64 // each draw with a penalty of its own
	fixed          []float64 // each draw with the penalty of the recording
	jackknife      []float64 // without one block after another, that penalty
}

func drawRho(t *testing.T, r *recording.Recording, rng *rand.Rand, count int) rhoDraws {
	o, err := Options{}.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFit(context.Background(), r, o, rng, 1)
	if err != nil {
		t.Fatal(err)
	}
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(f.spectrum())
	check(f.correlationTime())
	b, err := f.blocks()
	check(err)
	cv, err := ridge.NewCV(f.view, b.starts, o.Folds, b.gap, o.Alphas)
	check(err)
	nested, err := cv.Nested()
	check(err)
	f.heldOut(cv, nested)

	out := rhoDraws{rho: float64(f.result.Rho), alpha: float64(f.result.Alpha), r2: float64(f.result.R2)}
	weights := make([][]float64, count)
	for i := range weights {
		weights[i] = multinomial(f.bootstrap, len(b.starts))
	}
	atAlpha := func(w []float64) float64 {
		m, _, _ := cv.Total(w).Centred()
		s, err := m.Spectrum(m.N)
		check(err)
		rho, _ := ridge.NewPath(m, s, o.Alphas).Correlation(out.alpha)
		return rho
	}
	out.again, out.fixed = make([]float64, count), make([]float64, count)
	check(ridge.Parallel(count, func(i int) error {
		draw, err := f.resample(cv, weights[i])
		out.again[i], out.fixed[i] = draw.rho, atAlpha(weights[i])
		return err
	}))
	for drop := range b.starts {
		w := make([]float64, len(b.starts))
		for i := range w {
			if i != drop {
				w[i] = 1
			}
		}
		out.jackknife = append(out.jackknife, atAlpha(w))
	}
	return out
}

// The intervals compared: name and rule.
var intervalRules = []struct {
	name string
	of   func(d rhoDraws) Interval
}{
	{"basic, log", func(d rhoDraws) Interval { return basicOn(d.rho, d.again, math.Log, math.Exp) }},
	{"basic, log, fixed α", func(d rhoDraws) Interval { return basicOn(d.rho, d.fixed, math.Log, math.Exp) }},
	{"basic, ρ", func(d rhoDraws) Interval { return basicOn(d.rho, d.again, identity, identity) }},
	{"basic, ρ⁻²", func(d rhoDraws) Interval { return basicOn(d.rho, d.again, inverseSquare, fromInverseSquare) }},
	{"basic, ρ⁻², fixed α", func(d rhoDraws) Interval { return basicOn(d.rho, d.fixed, inverseSquare, fromInverseSquare) }},
	{"percentile", func(d rhoDraws) Interval { return central95(d.again) }},
	{"percentile, fixed α", func(d rhoDraws) Interval { return central95(d.fixed) }},
	{"BC percentile", func(d rhoDraws) Interval { return accelerated(d.rho, d.again, nil) }},
	{"BCa", func(d rhoDraws) Interval { return accelerated(d.rho, d.again, d.jackknife) }},
	{"BCa, fixed α", func(d rhoDraws) Interval { return accelerated(d.rho, d.fixed, d.jackknife) }},
	{"normal, log (the one used)", func(d rhoDraws) Interval { return normalOnLog(d.rho, d.again) }},
	{"normal, log, less bias", func(d rhoDraws) Interval { return normalOn(d.rho, d.again, d.again) }},
	{"normal, log, less bias, fixed α", func(d rhoDraws) Interval { return normalOn(d.rho, d.fixed, d.fixed) }},
	{"normal, log, less bias at fixed α", func(d rhoDraws) Interval { return normalOn(d.rho, d.again, d.fixed) }},
}

func identity(x float64) float64      { return x }
func inverseSquare(x float64) float64 { return 1 / (x * x) }

// fromInverseSquare returns ρ, 1 where no ρ is that large.
func fromInverseSquare(x float64) float64 { return 1 / math.Sqrt(math.Max(1, x)) }

// basicOn reflects the quantiles about the estimate on a scale.
func basicOn(theta float64, draws []float64, to, from func(float64) float64) Interval {
	scaled := make([]float64, len(draws))
	for i, x := range draws {
		scaled[i] = to(x)
	}
	q := central95(scaled)
	a, b := from(2*to(theta)-float64(q[0])), from(2*to(theta)-float64(q[1]))
	return Interval{Number(math.Min(a, b)), Number(math.Max(a, b))}
}

// normalOn is log θ ± 1.96 SD of the draws, less the bias of others.
func normalOn(theta float64, draws, biased []float64) Interval {
	_, sd := stat.MeanStdDev(logs(draws), nil)
	centre := 2*math.Log(theta) - stat.Mean(logs(biased), nil)
	return Interval{Number(math.Exp(centre - 1.96*sd)), Number(math.Exp(centre + 1.96*sd))}
}

func logs(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Log(v)
	}
	return out
}

// accelerated is the BCa interval of Efron (1987); without a jackknife, the bias-corrected percentile.
func accelerated(theta float64, draws, jackknife []float64) Interval {
	s := slices.Sorted(slices.Values(draws))
	below, _ := slices.BinarySearch(s, theta)
	share := (float64(below) + 0.5) / (float64(len(s)) + 1)
	z := distuv.UnitNormal.Quantile(share)
	var a float64
	if jackknife != nil {
		mean := stat.Mean(jackknife, nil)
		var square, cube float64
		for _, x := range jackknife {
			square += (mean - x) * (mean - x)
			cube += (mean - x) * (mean - x) * (mean - x)
		}
		a = cube / (6 * math.Pow(square, 1.5))
	}
	at := func(q float64) Number {
		u := z + distuv.UnitNormal.Quantile(q)
		return Number(quantile(s, distuv.UnitNormal.CDF(z+u/(1-a*u))))
	}
	return Interval{at(0.025), at(0.975)}
}

// TestCoverage prints how often each kind of interval holds the truth: ρ of the true readout, and of the population
// ridge readout at the penalty chosen.
func TestCoverage(t *testing.T) {
	if *coverageRuns == 0 {
		t.Skip("a simulation of some minutes: -coverage.runs 200")
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, s := range []world{
		{aligned: true, noise: 0.1},
		{aligned: true, noise: 1},
		{aligned: false, noise: 0.1},
		{aligned: false, noise: 1},
		{aligned: false, noise: 9},
		{aligned: false, noise: 1, trial: 50},
		{aligned: true, noise: 1, trial: 50},
		{aligned: true, noise: 9},
	} {
		s.t, s.n, s.latents, s.d = 3000, 40, 8, 2
		coverage(t, out, s)
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
	}
}

func coverage(t *testing.T, out *tabwriter.Writer, s world) {
	rules := len(intervalRules)
	hitTrue, hitRidge, width := make([]int, rules), make([]int, rules), make([][]float64, rules)
	var ratioTrue, ratioRidge, r2, rho []float64
	for seed := range *coverageRuns {
		rng := rand.New(rand.NewPCG(uint64(seed), 2024))
		s.populate(rng) // a new population each time, so that coverage is an average over them
		d := drawRho(t, s.draw(rng), rng, 200)
		truth, ridgeTruth := s.rho(s.w), s.rho(s.shrunk(d.alpha))
		ratioTrue, ratioRidge = append(ratioTrue, math.Log(d.rho/truth)), append(ratioRidge, math.Log(d.rho/ridgeTruth))
		r2, rho = append(r2, d.r2), append(rho, truth)
		for i, rule := range intervalRules {
			iv := rule.of(d)
			if iv.Contains(Number(truth)) {
				hitTrue[i]++
			}
			if iv.Contains(Number(ridgeTruth)) {
				hitRidge[i]++
			}
			width[i] = append(width[i], math.Log(float64(iv[1]/iv[0])))
		}
	}
	kind, structure := "oblique", "continuous"
	if s.aligned {
		kind = "aligned"
	}
	if s.trial > 0 {
		structure = fmt.Sprintf("trials of %d", s.trial)
	}
	fmt.Fprintf(out, "\n%s, %s, noise/signal %g: held-out R² %.2f, ρ %.3f; mean log ρ̂/ρ %+.3f, ρ̂/ρ_ridge %+.3f\n",
		kind, structure, s.noise, stat.Mean(r2, nil), stat.Mean(rho, nil), stat.Mean(ratioTrue, nil), stat.Mean(ratioRidge, nil))
	fmt.Fprintf(out, "interval\tcovers ρ_ridge\tcovers ρ\tmedian log width\n")
	for i, rule := range intervalRules {
		n := float64(*coverageRuns)
		slices.Sort(width[i])
		fmt.Fprintf(out, "%s\t%.3f\t%.3f\t%.3f\n", rule.name, float64(hitRidge[i])/n, float64(hitTrue[i])/n, width[i][len(width[i])/2])
	}
}

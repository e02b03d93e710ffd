package regime_test

import (
	"context"
	"flag"
	"math"
	"math/rand/v2"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

var (
	exponentRuns   = flag.Int("exponent.runs", 0, "recordings of each kind in TestExponentTable; a documented run, not a unit test")
	exponentMethod = flag.String("exponent.method", "paper", "method of TestExponentTable")
)

// A population is what neurons are drawn from: n of them read latents, with private noise of variance 1, and behaviour.
type population struct {
	name string
	// draw returns the covariance of n neurons drawn at random, as loadings L (n×K) with Σ = L Lᵀ + diag(private), and that
	// of the neurons with the noiseless behaviour, read from latents and private noise by the weights b and p.
	draw func(rng *rand.Rand, n int) (load *mat.Dense, private, b, p []float64)
}

// Three populations with different exponents.
var populations = []population{
	// One signal that outweighs all else, and is the behaviour: ρ stays.
	{"common signal", func(rng *rand.Rand, n int) (*mat.Dense, []float64, []float64, []float64) {
		return oneSignal(rng, n, 10)
	}},
	// One signal far below the private noise of a neuron.
	{"weak common signal", func(rng *rand.Rand, n int) (*mat.Dense, []float64, []float64, []float64) {
		return oneSignal(rng, n, 0.22)
	}},
	// Eight latents of decreasing strength, behaviour read from all alike.
	{"eight latents", func(rng *rand.Rand, n int) (*mat.Dense, []float64, []float64, []float64) {
		load, private := mat.NewDense(n, 8, nil), make([]float64, n)
		for j := range n {
			private[j] = 1
			for k := range 8 {
				load.Set(j, k, 2/float64(1+k)*rng.NormFloat64())
			}
		}
		b := make([]float64, 8)
		for k := range b {
			b[k] = 1
		}
		return load, private, b, make([]float64, n)
	}},
	// Neurons without anything in common, of different variances and weights.
	{"independent neurons", func(rng *rand.Rand, n int) (*mat.Dense, []float64, []float64, []float64) {
		private, p := make([]float64, n), make([]float64, n)
		for j := range n {
			private[j], p[j] = math.Exp(0.6*rng.NormFloat64()), rng.NormFloat64()
		}
		return mat.NewDense(n, 1, nil), private, []float64{0}, p
	}},
}

func oneSignal(rng *rand.Rand, n int, strength float64) (*mat.Dense, []float64, []float64, []float64) {
	load, private := mat.NewDense(n, 1, nil), make([]float64, n)
	for j := range n {
		load.Set(j, 0, strength*(1+0.3*rng.NormFloat64()))
		private[j] = 1
	}
	return load, private, []float64{1}, make([]float64, n)
}

// exponentOf returns the slope of the mean of log ρ of the best linear readout against log n, with moments known.
func (p population) exponentOf(sizes []int, draws int) float64 {
	rng := rand.New(rand.NewPCG(3, 4))
	var sx, sy, sxx, sxy float64
	for _, n := range sizes {
		var mean float64
		for range draws {
			load, private, b, weights := p.draw(rng, n)
			sigma := mat.NewSymDense(n, nil)
			sigma.SymOuterK(1, load)
			c := mat.NewVecDense(n, nil)
			c.MulVec(load, mat.NewVecDense(len(b), b))
			for j := range n {
				sigma.SetSym(j, j, sigma.At(j, j)+private[j])
				c.SetVec(j, c.AtVec(j)+private[j]*weights[j])
			}
			var chol mat.Cholesky
			chol.Factorize(sigma)
			w := mat.NewVecDense(n, nil)
			if err := chol.SolveVecTo(w, c); err != nil {
				panic(err)
			}
			mean += 0.5 * math.Log(mat.Dot(w, c)/mat.Trace(sigma)/mat.Dot(w, w)) / float64(draws)
		}
		x := math.Log(float64(n))
		sx, sy, sxx, sxy = sx+x, sy+mean, sxx+x*x, sxy+x*mean
	}
	k := float64(len(sizes))
	return (sxy - sx*sy/k) / (sxx - sx*sx/k)
}

// record returns a recording of n neurons: latents and the noise of behaviour are slow (a = 0.9), private noise is not.
func (p population) record(rng *rand.Rand, rows, n int, noise float64) *recording.Recording {
	load, private, b, weights := p.draw(rng, n)
	x, y := mat.NewDense(rows, n, nil), mat.NewDense(rows, 1, nil)
	z := make([]float64, len(b))
	var variance float64
	for _, v := range b {
		variance += v * v
	}
	for j, w := range weights {
		variance += w * w * private[j]
	}
	e, a := 0.0, 0.9
	step := func(v float64) float64 { return a*v + math.Sqrt(1-a*a)*rng.NormFloat64() }
	for i := -50; i < rows; i++ {
		e = step(e)
		for k := range z {
			z[k] = step(z[k])
		}
		if i < 0 {
			continue
		}
		out := math.Sqrt(variance*noise) * e
		for k, v := range b {
			out += v * z[k]
		}
		for j := range n {
			own := math.Sqrt(private[j]) * rng.NormFloat64()
			sum := own
			for k, v := range z {
				sum += load.At(j, k) * v
			}
			out += weights[j] * own
			x.Set(i, j, 20+sum)
		}
		y.Set(i, 0, out)
	}
	return &recording.Recording{X: x, Y: y}
}

// An exponentTally counts what intervals of many recordings of one population hold.
type exponentTally struct {
	gamma, runs          float64
	covered              float64
	mean, sd, rmsBias    float64
	width, r2            float64
	neurons, time, draws float64
	intervals            []regime.Interval
}

// tally analyses recordings of n neurons, each of a population of its own.
func (p population) tally(t *testing.T, method regime.Method, runs, rows, n int, sizes []int, noise float64) exponentTally {
	c := exponentTally{gamma: p.exponentOf(sizes, 2000), runs: float64(runs)}
	o := regime.ScalingOptions{Sizes: sizes, Draws: 10,
		Fit: regime.Options{Method: method, Bootstrap: -1, Shifts: -1, Readouts: -1, TimeSubsamples: -1}}
	var square float64
	for run := range runs {
		rng := rand.New(rand.NewPCG(uint64(run), 11))
		res, err := regime.Scaling(context.Background(), p.record(rng, rows, n, noise), o, rand.New(rand.NewPCG(uint64(run), 12)))
		if err != nil {
			t.Fatal(err)
		}
		e := res.Exponent
		if e.CI.Contains(regime.Number(c.gamma)) {
			c.covered++
		}
		v, bias := float64(e.Value), float64(e.Bias)
		c.mean, square, c.rmsBias = c.mean+v/c.runs, square+v*v/c.runs, c.rmsBias+bias*bias/c.runs
		c.neurons += float64(e.SENeurons*e.SENeurons) / c.runs
		c.time += float64(e.SETime*e.SETime) / c.runs
		c.draws += float64(e.SEDraws*e.SEDraws) / c.runs
		c.width += float64(e.CI[1]-e.CI[0]) / c.runs
		c.r2 += float64(res.R2) / c.runs
		c.intervals = append(c.intervals, e.CI)
	}
	c.sd, c.rmsBias = math.Sqrt(square-c.mean*c.mean), math.Sqrt(c.rmsBias)
	c.neurons, c.time, c.draws = math.Sqrt(c.neurons), math.Sqrt(c.time), math.Sqrt(c.draws)
	return c
}

// The interval of the exponent holds the exponent of the population, which is known, and not one that is far from it. Of 40
// intervals that cover in 95 % of cases, fewer than 33 would hold it once in 3000 times.
func TestExponentCoverage(t *testing.T) {
	const runs, rows, n = 40, 1000, 40
	sizes := []int{4, 8, 16, 24, 32, 40}
	for _, method := range []regime.Method{regime.Paper, regime.Crossval} {
		for _, c := range []struct {
			population int
			far        regime.Number
		}{{0, -0.5}, {1, -0.5}, {3, 0}} {
			p := populations[c.population]
			tally := p.tally(t, method, runs, rows, n, sizes, 0.05)
			excluded := 0
			for _, iv := range tally.intervals {
				if !iv.Contains(c.far) {
					excluded++
				}
			}
			t.Logf("%s, %s: γ = %.3f held by %.0f, %g excluded by %d of %d intervals", method, p.name, tally.gamma, tally.covered,
				float64(c.far), excluded, runs)
			if tally.covered < 33 {
				t.Errorf("%s, %s: %.0f of %d intervals hold γ = %.3f, want at least 33", method, p.name, tally.covered, runs, tally.gamma)
			}
			if excluded < 33 {
				t.Errorf("%s, %s: %d of %d intervals exclude %g, want at least 33", method, p.name, excluded, runs, float64(c.far))
			}
		}
	}
}

// TestExponentTable prints the table of docs/methods.md.
func TestExponentTable(t *testing.T) {
	if *exponentRuns == 0 {
		t.Skip("a documented run: -exponent.runs 200")
	}
	const n = 60
	sizes := []int{6, 12, 24, 36, 48, 60}
	for _, p := range populations {
		for _, rows := range []int{1000, 4000} {
			for _, noise := range []float64{0.05, 1} {
				c := p.tally(t, regime.Method(*exponentMethod), *exponentRuns, rows, n, sizes, noise)
				t.Logf("| %s | %d | %g | %.2f | %+.3f | %+.3f ± %.3f | %.3f | %.3f | %.3f | %.3f | %.2f | %.3f |", p.name, rows, noise, c.r2, c.gamma,
					c.mean, c.sd, c.neurons, c.time, c.draws, c.rmsBias, c.width, c.covered/c.runs)
			}
		}
	}
}

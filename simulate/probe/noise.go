package probe

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// NoiseVariance is how much states vary around the mean of their condition, along unit vectors of each kind; Ratio =
// Output/Random is below 1 where the network compresses noise along its readout, as oblique networks do.
type NoiseVariance struct {
	Random     float64 `json:"random"` // mean over 2000 isotropic vectors
	Output     float64 `json:"output"` // mean over 100 in the span of the rows of W_out
	Components float64 `json:"pcs"`    // mean over 100 in the span of the first two principal components
	Ratio      float64 `json:"ratio"`
}

// What the published figure takes.
const (
	noiseConditions = 4
	noiseRepeats    = 16
	isotropicDraws  = 2000
	spanDraws       = 100
)

// NoiseCompression repeats the first four trials of a batch 16 times each, with the same inputs but noise of its own, and returns
// the variance of x less the mean over repeats, pooled over trials and all times. Components are those of the means. It is an
// error if the batch has fewer than four trials, the network has no noise, or its states grow without bound.
func NoiseCompression(n *rnn.Network[float32], b *task.Batch, seed uint64, rng *rand.Rand) (NoiseVariance, error) {
	if b.Trials < noiseConditions {
		return NoiseVariance{}, fmt.Errorf("probe: %d trials, want at least %d", b.Trials, noiseConditions)
	}
	if c := n.Config; c.Noise == 0 && c.InitNoise == 0 && c.InputNoise == 0 {
		return NoiseVariance{}, fmt.Errorf("probe: the network has no noise to compress")
	}
	run := simulate.Evaluate(n, repeated(b), rnn.Noise{Seed: seed})
	if !run.Finite() {
		return NoiseVariance{}, errUnbounded
	}
	means, rest := aroundConditions(run)
	cov := covariance(rest, columnMeans(rest))
	components := Principal(means, 2)
	v := NoiseVariance{
		Random:     meanVariance(cov, span{n: run.N}, isotropicDraws, rng),
		Output:     meanVariance(cov, spanOf(simulate.Readout(n)), spanDraws, rng),
		Components: meanVariance(cov, span{run.N, components.Axes}, spanDraws, rng),
	}
	v.Ratio = v.Output / v.Random
	return v, nil
}

// repeated returns the first trials of a batch, each of them 16 times: trial c + 4r is trial c.
func repeated(b *task.Batch) *task.Batch {
	const trials = noiseConditions * noiseRepeats
	r := &task.Batch{Trials: trials, Steps: b.Steps, Inputs: b.Inputs, Outputs: b.Outputs,
		Target: make([]float32, b.Steps*trials*b.Outputs), Mask: make([]bool, b.Steps*trials*b.Outputs)}
	for t := range b.Steps {
		for range noiseRepeats {
			r.Input = append(r.Input, b.Input[t*b.Trials*b.Inputs:][:noiseConditions*b.Inputs]...)
		}
	}
	for range noiseRepeats {
		r.Conditions = append(r.Conditions, b.Conditions[:noiseConditions]...)
	}
	return r
}

// aroundConditions returns the mean of the repeats of each condition at each step, and all states less these.
func aroundConditions(run *simulate.Run) (means, rest *mat.Dense) {
	rest = run.Since(0)
	rows, n := rest.Dims()
	means = mat.NewDense(rows/noiseRepeats, n, nil)
	of := func(row int) []float64 { // the mean that a row belongs to
		step, trial := row/run.Batch.Trials, row%run.Batch.Trials
		return means.RawRowView(step*noiseConditions + trial%noiseConditions)
	}
	for i := range rows {
		m := of(i)
		for j, v := range rest.RawRowView(i) {
			m[j] += v / noiseRepeats
		}
	}
	for i := range rows {
		subtract(rest.RawRowView(i), of(i), 1)
	}
	return means, rest
}

// meanVariance returns the mean of uᵀCu over random unit vectors u.
func meanVariance(c *mat.SymDense, s span, draws int, rng *rand.Rand) float64 {
	vectors := mat.NewDense(draws, s.n, nil)
	for i := range draws {
		vectors.SetRow(i, s.draw(rng))
	}
	var along mat.Dense
	along.Mul(vectors, c)
	var sum float64
	for i := range draws {
		sum += dot(along.RawRowView(i), vectors.RawRowView(i))
	}
	return sum / float64(draws)
}

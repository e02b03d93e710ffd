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

// NoiseSpread is the variance along each of many random unit vectors of each kind.
type NoiseSpread struct {
	Random     []float64 `json:"random"` // isotropic
	Output     []float64 `json:"output"` // in the span of the rows of W_out
	Components []float64 `json:"pcs"`    // in the span of the first two principal components
}

// A noiseDesign says which states are taken, and how many vectors are drawn.
type noiseDesign struct {
	conditions, repeats int
	from, to            float64 // in τ; to = 0 is the end
	isotropic, spanned  int
}

// What the published figures take: all tasks, and the example with its histograms.
var (
	noiseOfTasks   = noiseDesign{conditions: 4, repeats: 16, isotropic: 2000, spanned: 100}
	noiseOfExample = noiseDesign{conditions: 2, repeats: 16, from: 10, to: 71, isotropic: 2000, spanned: 1000}
)

// NoiseCompression repeats the first four trials of a batch 16 times each, with the same inputs but noise of its own, and returns
// the variance of x less the mean over repeats, pooled over trials and all times. Components are those of the means. It is an
// error if the batch has fewer than four trials, the network has no noise, or its states grow without bound.
func NoiseCompression(n *rnn.Network[float32], b *task.Batch, seed uint64, rng *rand.Rand) (NoiseVariance, error) {
	s, err := noiseOfTasks.spread(n, b, seed, rng)
	if err != nil {
		return NoiseVariance{}, err
	}
	v := NoiseVariance{Random: mean(s.Random), Output: mean(s.Output), Components: mean(s.Components)}
	v.Ratio = v.Output / v.Random
	return v, nil
}

// NoiseExample is the same for the paper's example, networks that cycle: of the first two trials of a batch, one of each
// direction, from t = 10 to 71, along 2000 isotropic vectors and 1000 in each span, each variance by itself.
func NoiseExample(n *rnn.Network[float32], b *task.Batch, seed uint64, rng *rand.Rand) (*NoiseSpread, error) {
	return noiseOfExample.spread(n, b, seed, rng)
}

// spread repeats trials and returns the variance around the mean of the repeats along each vector.
func (d noiseDesign) spread(n *rnn.Network[float32], b *task.Batch, seed uint64, rng *rand.Rand) (*NoiseSpread, error) {
	if b.Trials < d.conditions {
		return nil, fmt.Errorf("probe: %d trials, want at least %d", b.Trials, d.conditions)
	}
	if c := n.Config; c.Noise == 0 && c.InitNoise == 0 && c.InputNoise == 0 {
		return nil, fmt.Errorf("probe: the network has no noise to compress")
	}
	run := simulate.Evaluate(n, d.repeated(b), rnn.Noise{Seed: seed})
	if !run.Finite() {
		return nil, errUnbounded
	}
	means, rest := d.aroundConditions(run)
	cov := covariance(rest, columnMeans(rest))
	components := Principal(means, 2)
	return &NoiseSpread{
		Random:     variances(cov, span{n: run.N}, d.isotropic, rng),
		Output:     variances(cov, spanOf(simulate.Readout(n)), d.spanned, rng),
		Components: variances(cov, span{run.N, components.Axes}, d.spanned, rng),
	}, nil
}

// repeated returns the first trials of a batch, each of them repeated: trial c + conditions·r is trial c.
func (d noiseDesign) repeated(b *task.Batch) *task.Batch {
	trials := d.conditions * d.repeats
	r := &task.Batch{Trials: trials, Steps: b.Steps, Inputs: b.Inputs, Outputs: b.Outputs,
		Target: make([]float32, b.Steps*trials*b.Outputs), Mask: make([]bool, b.Steps*trials*b.Outputs)}
	for t := range b.Steps {
		for range d.repeats {
			r.Input = append(r.Input, b.Input[t*b.Trials*b.Inputs:][:d.conditions*b.Inputs]...)
		}
	}
	for range d.repeats {
		r.Conditions = append(r.Conditions, b.Conditions[:d.conditions]...)
	}
	return r
}

// aroundConditions returns the mean of the repeats of each condition at each step, and all states less these.
func (d noiseDesign) aroundConditions(run *simulate.Run) (means, rest *mat.Dense) {
	rest = run.Since(d.from)
	rows, n := rest.Dims()
	if d.to > 0 {
		rows = min(rows, (simulate.Steps(d.to, run.Dt)-simulate.Steps(d.from, run.Dt))*run.Batch.Trials)
		rest = rest.Slice(0, rows, 0, n).(*mat.Dense)
	}
	means = mat.NewDense(rows/d.repeats, n, nil)
	of := func(row int) []float64 { // the mean that a row belongs to
		step, trial := row/run.Batch.Trials, row%run.Batch.Trials
		return means.RawRowView(step*d.conditions + trial%d.conditions)
	}
	for i := range rows {
		m := of(i)
		for j, v := range rest.RawRowView(i) {
			m[j] += v / float64(d.repeats)
		}
	}
	for i := range rows {
		subtract(rest.RawRowView(i), of(i), 1)
	}
	return means, rest
}

// variances returns uᵀCu of random unit vectors u.
func variances(c *mat.SymDense, s span, draws int, rng *rand.Rand) []float64 {
	vectors := mat.NewDense(draws, s.n, nil)
	for i := range draws {
		vectors.SetRow(i, s.draw(rng))
	}
	var along mat.Dense
	along.Mul(vectors, c)
	out := make([]float64, draws)
	for i := range draws {
		out[i] = dot(along.RawRowView(i), vectors.RawRowView(i))
	}
	return out
}

package regime

import (
	"math"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/stat/distuv"
)

// fewNeurons is the number below which a projection on single neurons says little.
const fewNeurons = 10

// exponent fills in the slope of mean log ρ against log N and its interval.
func (s *scaling) exponent(columns [][][]int) error {
	res := s.result
	res.Exponent = Exponent{Value: Undefined, CI: undefinedInterval, SENeurons: Undefined, SETime: Undefined, SEDraws: Undefined, Bias: Undefined}
	sizes := s.options.Sizes
	if len(sizes) < 2 {
		s.note("No exponent: it takes at least two sizes.")
		return nil
	}
	logRho := make([][]float64, len(res.Neurons.Rho))
	for d, row := range res.Neurons.Rho {
		for _, rho := range row {
			logRho[d] = append(logRho[d], math.Log(float64(rho)))
		}
	}
	e := &res.Exponent
	weights := slopeWeights(sizes)
	if e.Value = Number(weighted(weights, meanRow(logRho))); !e.Value.Defined() {
		s.note(recording.Caution + "No exponent: ρ is undefined in some subsample.")
		e.Value = Undefined
		return nil
	}
	if t, _, _ := s.view.Dims(); t < 2*tenths {
		s.note(recording.Caution+"No interval of the exponent: %d rows are too few to leave tenths out.", t)
		return nil
	}
	if s.moments.N < fewNeurons {
		s.note(recording.Caution+"No interval of the exponent: %d neurons are too few to tell how it varies with their choice.", s.moments.N)
		return nil
	}
	if len(logRho) < 2 {
		s.note("No interval of the exponent: it takes at least two draws.")
		return nil
	}
	neurons, err := s.neuronVariance(columns, weights)
	if err != nil {
		return err
	}
	time, bias := s.timeVariance(weights)
	draws := drawVariance(logRho, weights, s.options.Nested)
	e.SENeurons, e.SETime, e.SEDraws = Number(math.Sqrt(neurons)), Number(math.Sqrt(time)), Number(math.Sqrt(draws))
	e.Bias = Number(bias)
	if e.CI = e.interval(float64(s.moments.N), float64(len(logRho))); !e.CI[0].Defined() {
		s.note(recording.Caution + "No interval of the exponent: ρ is undefined in some subsample.")
	}
	return nil
}

// interval is Student's t with the degrees of freedom of Welch and Satterthwaite. The bias of a finite recording is not taken
// off: its estimate is too rough. It widens the interval as an error of unknown sign.
func (e *Exponent) interval(neurons, draws float64) Interval {
	n, t, d, bias := float64(e.SENeurons), float64(e.SETime), float64(e.SEDraws), float64(e.Bias)
	t = math.Hypot(t, bias)
	total := n*n + t*t + d*d
	if total == 0 {
		return Interval{e.Value, e.Value}
	}
	df := total * total / (math.Pow(n, 4)/(neurons-1) + math.Pow(t, 4)/(tenths-1) + math.Pow(d, 4)/(draws-1))
	half := Number(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(0.975) * math.Sqrt(total))
	return Interval{e.Value - half, e.Value + half}
}

// slopeWeights returns the weights a with which the slope of least squares against log size is Σ a y; they sum to zero.
func slopeWeights(sizes []int) []float64 {
	x := make([]float64, len(sizes))
	var mean, xx float64
	for i, size := range sizes {
		x[i] = math.Log(float64(size))
		mean += x[i] / float64(len(sizes))
	}
	for i := range x {
		x[i] -= mean
		xx += x[i] * x[i]
	}
	for i := range x {
		x[i] /= xx
	}
	return x
}

func weighted(weights, y []float64) float64 {
	var sum float64
	for i, w := range weights {
		sum += w * y[i]
	}
	return sum
}

func meanRow(rows [][]float64) []float64 {
	mean := make([]float64, len(rows[0]))
	for _, row := range rows {
		for i, v := range row {
			mean[i] += v / float64(len(rows))
		}
	}
	return mean
}

// timeVariance is that of a delete-a-tenth jackknife, with penalties chosen anew, and its estimate of the bias.
func (s *scaling) timeVariance(weights []float64) (variance, bias float64) {
	without := s.result.Neurons.RhoWithout
	without = without[:min(len(without), jackDraws)]
	slopes := make([]float64, tenths+1)
	for i := range slopes {
		for _, row := range without {
			for k, rhos := range row {
				if len(rhos) <= i {
					return math.NaN(), math.NaN()
				}
				slopes[i] += weights[k] * math.Log(float64(rhos[i])) / float64(len(without))
			}
		}
	}
	var mean float64
	for _, v := range slopes[1:] {
		mean += v / tenths
	}
	for _, v := range slopes[1:] {
		variance += (v - mean) * (v - mean) * (tenths - 1) / tenths
	}
	return variance, (tenths - 1) * (mean - slopes[0])
}

// drawVariance is that of the slope over repeated sets of draws from the same neurons.
func drawVariance(logRho [][]float64, weights []float64, nested bool) float64 {
	draws := float64(len(logRho))
	spread := func(values func(row []float64) float64) float64 {
		var mean, square float64
		for _, row := range logRho {
			mean += values(row) / draws
		}
		for _, row := range logRho {
			square += (values(row) - mean) * (values(row) - mean)
		}
		return square / (draws - 1) / draws
	}
	if nested {
		return spread(func(row []float64) float64 { return weighted(weights, row) })
	}
	var sum float64
	for k, w := range weights {
		sum += spread(func(row []float64) float64 { return w * row[k] })
	}
	return sum
}

// neuronVariance is the variance of the slope over sets of recorded neurons, to first order (Hájek's projection of a
// U-statistic). At each size n, neuron j moves log ρ by h_n(j), the mean over the draws that have it of what leaving it out
// takes away, less what leaving out any neuron takes away. Over all neurons the slope moves by Σ_j (1/N) Σ_n a_n n h_n(j).
// What a mean over few draws adds to the variance is taken off.
func (s *scaling) neuronVariance(columns [][][]int, weights []float64) (float64, error) {
	n := s.moments.N
	type effect struct{ draw, size int }
	var jobs []effect
	for d := range columns {
		for k, cols := range columns[d] {
			if len(cols) > 1 && (len(cols) < n || d == 0) {
				jobs = append(jobs, effect{d, k})
			}
		}
	}
	effects := make([][]float64, len(jobs))
	err := s.parallel("exponent", len(jobs), func(i int) error {
		d, k := jobs[i].draw, jobs[i].size
		effects[i] = influence(s.moments, columns[d][k], float64(s.result.Neurons.Alpha[d][k]))
		return nil
	})
	if err != nil {
		return 0, err
	}
	sizes := len(weights)
	count, sum, square := make([]float64, n*sizes), make([]float64, n*sizes), make([]float64, n*sizes)
	for i, j := range jobs {
		for at, c := range columns[j.draw][j.size] {
			h := effects[i][at]
			count[c*sizes+j.size]++
			sum[c*sizes+j.size] += h
			square[c*sizes+j.size] += h * h
		}
	}
	// The variance of h between draws, pooled over neurons.
	noise, df := make([]float64, sizes), make([]float64, sizes)
	for i, m := range count {
		if m > 1 {
			noise[i%sizes] += square[i] - sum[i]*sum[i]/m
			df[i%sizes] += m - 1
		}
	}
	var variance float64
	for c := range n {
		var total, move, less float64
		for k := sizes - 1; k >= 0; k-- {
			size := float64(s.options.Sizes[k])
			// A neuron that no draw of the size has is taken to move n h_n as it does at the next larger size: where ρ
			// is a power of N, all are alike, and cancel.
			if m := count[c*sizes+k]; m > 0 {
				total = size * sum[c*sizes+k] / m
				if df[k] > 0 {
					less += weights[k] * weights[k] * size * size * noise[k] / df[k] / m
				}
			}
			move += weights[k] * total
		}
		variance += (move*move - less) / float64(n*n)
	}
	return math.Max(0, variance), nil
}

// influence returns what each of some neurons adds to log ρ, less the mean.
func influence(m *ridge.Moments, cols []int, alpha float64) []float64 {
	rho, without := m.CorrelationsWithout(cols, alpha)
	h := make([]float64, len(cols))
	var mean float64
	for j, w := range without {
		h[j] = math.Log(rho / w)
		mean += h[j] / float64(len(cols))
	}
	for j := range h {
		h[j] -= mean
	}
	return h
}

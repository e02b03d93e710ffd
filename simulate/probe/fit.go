package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
)

// A Fit tells how well the output is read from the first k = 1, …, K principal components, by ridge regression with an
// intercept on the states at all times of the first three quarters of the trials.
//
//	R²(k) = 1 − Σ(z − ẑ)²/Σ(z − z̄)²,
//
// with z the network's own output, sums over trials, times and outputs, and z̄ the mean of each output over all trials. The
// penalty, one for all outputs, is that of 20 between 1e-3 and 1e6 with the least squared error of leave-one-out.
type Fit struct {
	R2     []float64 `json:"r2_by_pcs"`          // over all trials, as in the paper's figure 3
	R2Test []float64 `json:"r2_held_out_by_pcs"` // over the trials that were held out
	Alpha  []float64 `json:"alpha_by_pcs"`
	// Loss and LossTest are the masked squared error of ẑ against the task's target, over the same trials; NaN where the
	// mask has none.
	Loss     []float64 `json:"loss_by_pcs"`
	LossTest []float64 `json:"loss_held_out_by_pcs"`
}

// FitOutput fits the outputs of a run on its components. It is an error if there are fewer than four trials.
func FitOutput(run *simulate.Run, c *Components) (*Fit, error) {
	trials := run.Batch.Trials
	if trials < 4 {
		return nil, fmt.Errorf("probe: %d trials, want at least 4, of which a quarter is held out", trials)
	}
	split := trials * 3 / 4
	scores, z := c.Project(run.Since(0)), run.Output()
	train := newRidge(scores, z, func(row int) bool { return row%trials < split })
	means := columnMeans(z)
	f := &Fit{}
	_, k := scores.Dims()
	for d := 1; d <= k; d++ {
		alpha, prediction := train.fit(scores, d)
		f.Alpha = append(f.Alpha, alpha)
		f.R2 = append(f.R2, determination(z, prediction, means, func(int) bool { return true }))
		held := func(row int) bool { return row%trials >= split }
		f.R2Test = append(f.R2Test, determination(z, prediction, means, held))
		f.Loss = append(f.Loss, maskedLoss(run, prediction, func(int) bool { return true }))
		f.LossTest = append(f.LossTest, maskedLoss(run, prediction, held))
	}
	return f, nil
}

// A Reconstruction is the output of the first trial as it is read from the first K components, by the fit of FitOutput.
type Reconstruction struct {
	K         int         `json:"pcs"`
	Outputs   [][]float64 `json:"outputs"`   // by time
	Predicted [][]float64 `json:"predicted"` // by time
}

// Reconstruct returns the output of a run's first trial as read from its first k components, from a time on. It is an error if
// there are fewer than four trials, or not that many components.
func Reconstruct(run *simulate.Run, c *Components, k int, from float64) (*Reconstruction, error) {
	trials := run.Batch.Trials
	if _, most := c.Axes.Dims(); trials < 4 || k < 1 || k > most {
		return nil, fmt.Errorf("probe: a reconstruction from %d of %d components, of %d trials", k, most, trials)
	}
	scores := c.Project(run.Since(0))
	_, prediction := newRidge(scores, run.Output(), func(row int) bool { return row%trials < trials*3/4 }).fit(scores, k)
	r := &Reconstruction{K: k}
	for t := simulate.Steps(from, run.Dt); t < run.Batch.Steps; t++ {
		r.Outputs = append(r.Outputs, outputs(run, t, 0))
		r.Predicted = append(r.Predicted, mat.Row(nil, t*trials, prediction))
	}
	return r, nil
}

// determination returns R² over the rows chosen.
func determination(z, prediction *mat.Dense, means []float64, chosen func(row int) bool) float64 {
	rows, _ := z.Dims()
	var residual, total float64
	for i := range rows {
		if !chosen(i) {
			continue
		}
		for j, v := range z.RawRowView(i) {
			d, m := v-prediction.At(i, j), v-means[j]
			residual += d * d
			total += m * m
		}
	}
	return 1 - residual/total
}

// maskedLoss returns the mean squared error against the target over the rows chosen.
func maskedLoss(run *simulate.Run, prediction *mat.Dense, chosen func(row int) bool) float64 {
	b := run.Batch
	var sum, count float64
	for i := range run.Rows() {
		if !chosen(i) {
			continue
		}
		for j := range b.Outputs {
			if k := i*b.Outputs + j; b.Mask[k] {
				d := prediction.At(i, j) - float64(b.Target[k])
				sum += d * d
				count++
			}
		}
	}
	return sum / count
}

// A ridge is regression of Y on the first columns of X, from centred training rows.
type ridge struct {
	x, y         *mat.Dense // centred
	meanX, meanY []float64
	gram         *mat.SymDense // XᵀX
	cross        *mat.Dense    // XᵀY
}

func newRidge(x, y *mat.Dense, chosen func(row int) bool) *ridge {
	r := &ridge{x: choose(x, chosen), y: choose(y, chosen)}
	r.meanX, r.meanY = columnMeans(r.x), columnMeans(r.y)
	r.x, r.y = centredBy(r.x, r.meanX), centredBy(r.y, r.meanY)
	_, k := x.Dims()
	r.gram = mat.NewSymDense(k, nil)
	r.gram.SymOuterK(1, r.x.T())
	r.cross = &mat.Dense{}
	r.cross.Mul(r.x.T(), r.y)
	return r
}

// choose returns the rows chosen.
func choose(a *mat.Dense, chosen func(row int) bool) *mat.Dense {
	rows, columns := a.Dims()
	var data []float64
	for i := range rows {
		if chosen(i) {
			data = append(data, a.RawRowView(i)...)
		}
	}
	return mat.NewDense(len(data)/columns, columns, data)
}

// fit returns the penalty chosen and the prediction on all rows of scores from the first d columns.
func (r *ridge) fit(scores *mat.Dense, d int) (alpha float64, prediction *mat.Dense) {
	sub := r.gram.SliceSym(0, d).(*mat.SymDense)
	values, v := symmetric(sub)
	var u, c mat.Dense // in the eigenvectors' basis
	u.Mul(r.x.Slice(0, r.x.RawMatrix().Rows, 0, d), v)
	c.Mul(v.T(), r.cross.Slice(0, d, 0, r.cross.RawMatrix().Cols))
	best := math.Inf(1)
	for i := range 20 {
		a := math.Pow(10, -3+9*float64(i)/19)
		if e := r.leaveOneOut(&u, &c, values, a); e < best {
			best, alpha = e, a
		}
	}
	scaled := mat.DenseCopyOf(&c)
	for j, l := range values {
		for o := range scaled.RawRowView(j) {
			scaled.Set(j, o, scaled.At(j, o)/(math.Max(l, 0)+alpha))
		}
	}
	var w mat.Dense
	w.Mul(v, scaled)
	prediction = &mat.Dense{}
	rows, _ := scores.Dims()
	prediction.Mul(centredBy(mat.DenseCopyOf(scores.Slice(0, rows, 0, d)), r.meanX[:d]), &w)
	for i := range rows {
		for o := range r.meanY {
			prediction.Set(i, o, prediction.At(i, o)+r.meanY[o])
		}
	}
	return alpha, prediction
}

// leaveOneOut returns the sum of the squared errors of leaving out each row in turn, residual/(1 − hat), with the intercept
// estimated too, which puts 1/n into the hat.
func (r *ridge) leaveOneOut(u, c *mat.Dense, values []float64, alpha float64) float64 {
	rows, outputs := r.y.Dims()
	shrink := make([]float64, len(values))
	for j, l := range values {
		shrink[j] = 1 / (math.Max(l, 0) + alpha)
	}
	var sum float64
	residual := make([]float64, outputs)
	for i := range rows {
		hat := 1 / float64(rows)
		copy(residual, r.y.RawRowView(i))
		for j, v := range u.RawRowView(i) {
			hat += v * v * shrink[j]
			for o, w := range c.RawRowView(j) {
				residual[o] -= v * shrink[j] * w
			}
		}
		for _, e := range residual {
			e /= 1 - hat
			sum += e * e
		}
	}
	return sum
}

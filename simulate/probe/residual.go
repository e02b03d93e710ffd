package probe

import (
	"math"

	"oblique/simulate"
)

// A Residual splits the loss of a run, with d = z − y where the target counts: Loss = Bias + Variance.
type Residual struct {
	Loss     float64 `json:"loss"`     // mean of d²
	Bias     float64 `json:"bias"`     // mean of the squared mean of d over trials
	Variance float64 `json:"variance"` // mean square of d less that mean
	Std      float64 `json:"std"`      // standard deviation of d, over trials and times
}

// Residuals returns the split of a run's loss. The mean is over the trials for which the target counts at a time, of all
// conditions together, as in the published figure, so that biases of opposite conditions cancel. All are NaN where no target
// counts.
func Residuals(run *simulate.Run) Residual {
	b := run.Batch
	var r Residual
	var count, total float64
	for t := range b.Steps {
		for o := range b.Outputs {
			var d []float64
			for trial := range b.Trials {
				if i := (t*b.Trials+trial)*b.Outputs + o; b.Mask[i] {
					d = append(d, float64(run.Outputs[i])-float64(b.Target[i]))
				}
			}
			if len(d) == 0 {
				continue
			}
			m := mean(d)
			for _, v := range d {
				r.Loss += v * v
				r.Bias += m * m
				r.Variance += (v - m) * (v - m)
				total += v
				count++
			}
		}
	}
	r.Loss, r.Bias, r.Variance = r.Loss/count, r.Bias/count, r.Variance/count
	r.Std = math.Sqrt(r.Loss - total/count*total/count)
	return r
}

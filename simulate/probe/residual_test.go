package probe

import (
	"math"
	"testing"

	"oblique/simulate"
	"oblique/simulate/task"
)

func TestResiduals(t *testing.T) {
	// Two trials, two steps, of which the first counts in both and the second in one: d = 3, 1; 2.
	b := &task.Batch{Trials: 2, Steps: 2, Outputs: 1, Target: []float32{1, 1, 0, 9}, Mask: []bool{true, true, true, false}}
	r := Residuals(&simulate.Run{Batch: b, Outputs: []float32{4, 2, 2, 0}})
	near(t, "loss", r.Loss, (9+1+4)/3.0, 1e-15)
	near(t, "bias", r.Bias, 4, 1e-15) // means 2 and 2
	near(t, "variance", r.Variance, 2/3.0, 1e-15)
	near(t, "loss less its parts", r.Loss-r.Bias-r.Variance, 0, 1e-15)
	near(t, "standard deviation", r.Std, math.Sqrt(2/3.0), 1e-15)
	b.Mask = make([]bool, 4)
	if !math.IsNaN(Residuals(&simulate.Run{Batch: b, Outputs: make([]float32, 4)}).Loss) {
		t.Error("a loss where nothing counts")
	}
}

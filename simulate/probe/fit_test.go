package probe

import (
	"fmt"
	"testing"
)

func TestFitOutput(t *testing.T) {
	r := readReference(t)
	run := r.run(r.X)
	c := Principal(run.Since(late), 30)
	f, err := FitOutput(run, c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.R2 {
		// Components of a Gram matrix lose half the digits of the smallest; what is left is far above that here.
		near(t, fmt.Sprint("alpha ", i+1), f.Alpha[i], r.Alpha[i], 1e-12)
		near(t, fmt.Sprint("R² ", i+1), f.R2[i], r.R2[i], 1e-10)
		near(t, fmt.Sprint("held-out R² ", i+1), f.R2Test[i], r.HeldOut[i], 1e-10)
	}
	if f.R2[5] < 0.8 || f.R2[0] > f.R2[5] {
		t.Errorf("R² %v", f.R2)
	}
	run.Batch.Trials, run.Batch.Steps = 2, 160
	if _, err := FitOutput(run, c); err == nil {
		t.Error("two trials are no error")
	}
}

// Against targets that are the outputs themselves, the loss is 1 − R² times the variance where all rows count.
func TestFitLoss(t *testing.T) {
	r := readReference(t)
	run := r.run(r.X)
	copy(run.Batch.Target, run.Outputs)
	for i := range run.Batch.Mask {
		run.Batch.Mask[i] = true
	}
	f, err := FitOutput(run, Principal(run.Since(late), 30))
	if err != nil {
		t.Fatal(err)
	}
	z := run.Output()
	means, variance := columnMeans(z), 0.0
	for i := range run.Rows() {
		for j, v := range z.RawRowView(i) {
			variance += (v - means[j]) * (v - means[j]) / float64(run.Rows()*run.Batch.Outputs)
		}
	}
	near(t, "loss", f.Loss[2], (1-f.R2[2])*variance, 1e-12)
	if f.LossTest[2] == f.Loss[2] || f.LossTest[2] <= 0 {
		t.Errorf("held-out loss %g", f.LossTest[2])
	}
}

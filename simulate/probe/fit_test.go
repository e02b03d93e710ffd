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

// The reconstruction is the fit's prediction: over all trials its error is that of R², and of the first trial what is returned.
func TestReconstruct(t *testing.T) {
	r := readReference(t)
	run := r.run(r.X)
	c := Principal(run.Since(late), 30)
	one, err := Reconstruct(run, c, 3, late)
	if err != nil {
		t.Fatal(err)
	}
	if len(one.Outputs) != r.Steps-10 || len(one.Predicted) != r.Steps-10 || one.K != 3 ||
		one.Outputs[0][0] != float64(run.Outputs[10*r.Trials*r.Outputs]) {
		t.Fatalf("%d outputs of %d steps", len(one.Outputs), r.Steps)
	}
	_, whole := newRidge(c.Project(run.Since(0)), run.Output(), func(row int) bool { return row%r.Trials < r.Trials*3/4 }).fit(c.Project(run.Since(0)), 3)
	near(t, "a prediction", one.Predicted[4][0], whole.At(14*r.Trials, 0), 1e-12)
	if _, err := Reconstruct(run, c, 0, late); err == nil {
		t.Error("no component is no error")
	}
}

package train

import (
	"math"
	"testing"

	"oblique/simulate/task"
)

func TestLoss(t *testing.T) {
	b := &task.Batch{Target: []float32{1, -1, 0, 2}, Mask: []bool{true, false, true, true}}
	e := []float64{9, 9, 9, 9}
	// ((3−1)² + (1−0)² + (2−2)²)/3 = 5/3; derivatives 2·2/3, none, 2/3, 0.
	if got := Loss(b, []float64{3, 7, 1, 2}, e); math.Abs(got-5.0/3) > 1e-15 {
		t.Errorf("loss %g, want 5/3", got)
	}
	for i, want := range []float64{4.0 / 3, 0, 2.0 / 3, 0} {
		if math.Abs(e[i]-want) > 1e-15 {
			t.Errorf("derivative %d is %g, want %g", i, e[i], want)
		}
	}
	b.Mask = make([]bool, 4)
	if got := Loss(b, []float64{3, 7, 1, 2}, e); got != 0 || e[0] != 0 {
		t.Errorf("nothing counts: loss %g, derivative %g", got, e[0])
	}
}

// The loss of an output that is zero is the task's.
func TestLossOfZero(t *testing.T) {
	b := task.Cycling{}.Batch(4, nil)
	z := make([]float32, len(b.Target))
	if got := Loss(b, z, make([]float32, len(z))); math.Abs(got-0.5) > 1e-7 { // sines in single precision
		t.Errorf("loss %g, want 0.5", got)
	}
}

package plot

import (
	"math"
	"testing"

	"oblique/simulate/task"
	"oblique/simulate/train"
)

// A training is drawn with its losses thinned to a few hundred points, and with a line for each of what was measured.
func TestTraining(t *testing.T) {
	s := &train.State{Adam: &train.Adam[float32]{Step: 1000}}
	for i := range 1000 {
		s.Loss = append(s.Loss, math.Exp(-float64(i)/100))
	}
	for i := range 11 {
		p := train.Point{Step: int64(100 * i), Loss: 0.1, InChange: 1, RecChange: 2, OutChange: 3, Rho: 0.4, RhoChange: 0.5}
		if i == 0 {
			p.RhoChange = math.NaN()
		}
		s.Trace = append(s.Trace, p)
	}
	spec := task.Cycling{}.Spec()
	f, err := Training(spec, s)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "training step", "loss", "no noise", "distance from start", "correlation ρ", "Δx")
	lines := []int{3, 3, 2} // the loss of zero outputs is one
	for i, p := range f.grid.panels[0] {
		if len(p.marks) != lines[i] {
			t.Errorf("panel %d has %d lines, want %d", i, len(p.marks), lines[i])
		}
	}
	losses := f.grid.panels[0][0].marks[1].(curve)
	if n := len(losses.x); n > mostLosses || n < mostLosses/2 {
		t.Errorf("%d points of losses", n)
	}
	for i, x := range losses.x { // the loss is an exponential: its geometric mean is its value in the middle
		if want := math.Exp(-x / 100); math.Abs(losses.y[i]-want) > 1e-12*want {
			t.Fatalf("loss %g at step %g, want %g", losses.y[i], x, want)
		}
	}
}

// Without a trace, without a step, and without anything.
func TestTrainingEmpty(t *testing.T) {
	if _, err := Training(task.Spec{}, nil); err == nil {
		t.Error("no error for no training")
	}
	s, err := train.Start(train.Options{Task: "romo", N: 4})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Training(task.Romo{}.Spec(), s)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "no step taken", "nothing was measured")
}

// A quantity that is measured once is a dot, which a label without any line would not be seen to have.
func TestTracesOnce(t *testing.T) {
	nan := math.NaN()
	p := traces(linear("step", 3, 0, 50), "ρ", []float64{0, 50}, []trace{{"x", []float64{1, 2}}, {"Δx", []float64{nan, 3}}})
	dots := 0
	for _, m := range p.marks {
		if d, ok := m.(points); ok {
			if dots++; len(d.x) != 1 || d.x[0] != 50 || d.y[0] != 3 {
				t.Errorf("dots at %v, %v", d.x, d.y)
			}
		}
	}
	if dots != 1 {
		t.Errorf("%d dots, want one", dots)
	}
}

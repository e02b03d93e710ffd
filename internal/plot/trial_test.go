package plot

import (
	"math/rand/v2"
	"testing"

	"oblique/simulate/task"
)

// Every task's trial is drawn: a curve for each channel, and a dot for each entry that counts.
func TestTrial(t *testing.T) {
	for _, of := range task.All() {
		s := of.Spec()
		b := of.Batch(2, rand.New(rand.NewPCG(1, 1)))
		f, err := Trial(s, b, 1)
		if err != nil {
			t.Fatal(err)
		}
		wantTexts(t, f, s.Name, "time (τ)", "input", "target")
		curves, counted := 0, 0
		for _, row := range f.grid.panels {
			for _, m := range row[0].marks {
				switch m := m.(type) {
				case curve:
					curves++
				case dots:
					counted += len(m.x)
				}
			}
		}
		want := 0
		for i, m := range b.Mask {
			if m && i/b.Outputs%2 == 1 {
				want++
			}
		}
		if curves != s.Inputs+s.Outputs || counted != want {
			t.Errorf("%s: %d curves, %d dots, want %d and %d", s.Name, curves, counted, s.Inputs+s.Outputs, want)
		}
	}
	b := task.Cycling{}.Batch(2, nil)
	if _, err := Trial(task.Spec{}, b, 2); err == nil {
		t.Error("no error for a trial that is not there")
	}
	if _, err := Trial(task.Spec{}, nil, 0); err == nil {
		t.Error("no error for no batch")
	}
}

package task

import "testing"

func TestFixedPoints(t *testing.T) {
	const trials = 1000
	b := FixedPoints{}.Batch(trials, rng(7))
	var signs []float64
	for trial := range trials {
		on, off := b.pulse(trial, 0, 0)
		s := b.in(0, trial, 0) / 5 // of unit area in a step of 0.2
		if on != 0 || off != 1 || s != 1 && s != -1 {
			t.Fatalf("impulse of %g in [%d, %d)", b.in(0, trial, 0), on, off)
		}
		steps := b.masked(trial, 0)
		if len(steps) != 8 || steps[0] != 10 || steps[7] != 45 {
			t.Fatalf("steps %v count, want 10, 15, …, 45", steps)
		}
		if target, _ := b.out(10, trial, 0); target != s || (b.Conditions[trial] == 1) != (s > 0) {
			t.Fatalf("target %g and condition %d of an impulse %g", target, b.Conditions[trial], s)
		}
		signs = append(signs, float64(s))
	}
	near(t, "sign", mean(signs), 0, 1, trials)
}

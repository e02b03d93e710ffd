package task

import (
	"math"
	"testing"
)

func TestComplexSine(t *testing.T) {
	const trials = 500
	b := ComplexSine{Grid: true}.Batch(trials, rng(6))
	var xs []float64
	for trial := range trials {
		x := float64(b.in(0, trial, 0)) - 0.25
		if trial < 5 && math.Abs(x-float64(trial)/4) > 1e-6 || x < -1e-6 || x > 1 {
			t.Fatalf("trial %d has x = %g", trial, x)
		}
		if trial >= 5 {
			xs = append(xs, x)
		}
		if steps := b.masked(trial, 0); len(steps) != 125 || steps[0] != 0 || steps[124] != 248 {
			t.Fatalf("%d steps count, want 125", len(steps))
		}
		for step := range b.Steps {
			// x is known to half a unit in the last place of float32, 6e-8, and the angle is 2π·0.16·50 times that.
			want := math.Sin(2 * math.Pi * (0.04 + 0.16*x) * 0.2 * float64(step))
			if got, _ := b.out(step, trial, 0); math.Abs(float64(got)-want) > 1e-5 {
				t.Fatalf("trial %d step %d: target %g, want %g", trial, step, got, want)
			}
			if b.in(step, trial, 0) != b.in(0, trial, 0) {
				t.Fatalf("the input changes at step %d", step)
			}
		}
	}
	near(t, "x", mean(xs), 0.5, 0.289, len(xs))
}

func TestSimpleSine(t *testing.T) {
	b := SimpleSine{Duration: 63}.Batch(2, nil)
	if b.Steps != 315 {
		t.Fatalf("%d steps, want 315", b.Steps)
	}
	for trial := range 2 {
		if steps := b.masked(trial, 0); len(steps) != 21 || steps[0] != 0 || steps[20] != 100 {
			t.Fatalf("steps %v count, want 0, 5, …, 100", steps)
		}
		if on, _ := b.pulse(trial, 0, 0); on != b.Steps {
			t.Fatalf("input at step %d", on)
		}
		for step := range b.Steps {
			want := 0.0
			if step < 105 {
				want = math.Sin(2 * math.Pi * 0.1 * 0.2 * float64(step))
			}
			if got, _ := b.out(step, trial, 0); math.Abs(float64(got)-want) > 1e-6 {
				t.Fatalf("target %g at step %d, want %g", got, step, want)
			}
		}
	}
}

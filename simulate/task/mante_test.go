package task

import (
	"math"
	"testing"
)

func TestMante(t *testing.T) {
	const trials = 1000
	b := Mante{}.Batch(trials, rng(4))
	var contexts, noise, square []float64
	strengths := map[float64]int{}
	for trial := range trials {
		steps := b.masked(trial, 0)
		if len(steps) != 43 || steps[22] != 110 || steps[23] != 140 || steps[42] != 235 {
			t.Fatalf("%d steps count, want 43: 0 to 110 and 140 to 235", len(steps))
		}
		context := b.Conditions[trial]
		contexts = append(contexts, float64(context))
		if on, off := b.pulse(trial, context, 0); on != 15 || off != 115 || b.in(15, trial, context) != 1 {
			t.Fatalf("context %g in [%d, %d), want 1 in [15, 115)", b.in(15, trial, context), on, off)
		}
		if on, _ := b.pulse(trial, 1-context, 0); on != b.Steps {
			t.Fatalf("both contexts are on")
		}
		for c := range 2 {
			// The mean over the stimulus is within 0.045 (4 standard errors of 0.1118/√100) of a strength: those are
			// further apart.
			var during, outside float64
			for step := range b.Steps {
				v := float64(b.in(step, trial, 2+c))
				if step >= 15 && step < 115 {
					during += v / 100
				} else {
					outside += v / 140
					noise, square = append(noise, v), append(square, v*v)
				}
			}
			nearest := 1.0
			for _, s := range []float64{0.5, 0.25, 0.125} {
				if math.Abs(math.Abs(during)-s) < math.Abs(math.Abs(during)-nearest) {
					nearest = s
				}
			}
			if math.Abs(math.Abs(during)-nearest) > 0.06 || math.Abs(outside) > 0.06 {
				t.Fatalf("mean %g during the stimulus and %g outside", during, outside)
			}
			strengths[math.Copysign(nearest, during)]++
			if c != context {
				continue
			}
			for _, step := range []int{0, 110, 140, 235} {
				want := float32(0)
				if step >= 140 {
					want = float32(math.Copysign(1, during))
				}
				if got, _ := b.out(step, trial, 0); got != want {
					t.Fatalf("target %g at step %d, want %g", got, step, want)
				}
			}
		}
	}
	near(t, "context", mean(contexts), 0.5, 0.5, trials)
	near(t, "noise", mean(noise), 0, 0.112, len(noise))
	near(t, "variance of the noise", mean(square), 0.05*0.05/0.2, 0.0177, len(square)) // √2 times the variance
	if len(strengths) != 8 {
		t.Errorf("strengths %v, want eight", strengths)
	}
	for _, n := range strengths {
		near(t, "share of a strength", float64(n)/(2*trials), 0.125, 0.331, 2*trials)
	}
}

package task

import "testing"

func TestRomo(t *testing.T) {
	const trials = 2000
	b := Romo{}.Batch(trials, rng(5))
	var first, delays, choices []float64
	for trial := range trials {
		on1, off1 := b.pulse(trial, 0, 0)
		on2, off2 := b.pulse(trial, 0, off1)
		a1, a2 := b.in(on1, trial, 0), b.in(on2, trial, 0)
		delay := on2 - off1
		if off1-on1 != 5 || off2-on2 != 5 || on1 < 5 || on1 > 14 || delay < 10 || delay > 59 {
			t.Fatalf("pulses in [%d, %d) and [%d, %d)", on1, off1, on2, off2)
		}
		if d := a1 - a2; a1 < 0.5 || a1 > 1.5 || a2 < 0.5 || a2 > 1.5 || d < 0.2 && d > -0.2 {
			t.Fatalf("amplitudes %g and %g", a1, a2)
		}
		want := float32(-1)
		if a1 > a2 {
			want = 1
		}
		steps := b.masked(trial, 0)
		if len(steps) != 8 || steps[0] < off2+20 || steps[0] > off2+24 || steps[7]-steps[0] != 35 {
			t.Fatalf("steps %v count, the second pulse ends at %d", steps, off2)
		}
		for step := range b.Steps {
			in := step >= off2+20 && step < off2+60
			if got, _ := b.out(step, trial, 0); in && got != want || !in && got != 0 {
				t.Fatalf("target %g at step %d, decision from %d on", got, step, off2+20)
			}
		}
		first, delays = append(first, float64(on1)), append(delays, float64(delay))
		choices = append(choices, float64(want))
	}
	near(t, "first pulse", mean(first), 9.5, 2.9, trials) // uniform on 5 … 14
	near(t, "delay", mean(delays), 34.5, 14.5, trials)    // uniform on 10 … 59
	near(t, "choice", mean(choices), 0, 1, trials)
}

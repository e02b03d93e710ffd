package task

import "testing"

// TestFlipFlop replays the pulses of each trial, read from its inputs, and compares target and mask with the rule: a bit is
// that of the last pulse, and an output does not count before its first pulse, nor for ten steps after each.
func TestFlipFlop(t *testing.T) {
	const trials = 2000
	b := FlipFlop{}.Batch(trials, rng(3))
	thinned := FlipFlop{}.Spec().MaskStep
	var pulses, signs, firsts, gaps []float64
	points := 0
	for trial := range trials {
		var since [3]int // step of the last pulse
		var bit [3]float32
		count, last := 0, -10
		var order []int
		for t0 := range b.Steps {
			for c := range 3 {
				v := b.in(t0, trial, c)
				if v != 0 && t0 > last+4 { // pulses last five steps and are eleven apart at least
					if v != 1 && v != -1 {
						t.Fatalf("a pulse of %g", v)
					}
					switch gap := t0 - last; {
					case count == 0:
						firsts = append(firsts, float64(t0))
						if t0 > 4 {
							t.Fatalf("the first pulse is at step %d", t0)
						}
					case count < 3 && gap != 11:
						t.Fatalf("pulse %d comes %d steps after the one before, want 11", count, gap)
					case count >= 3 && (gap < 25 || gap > 59):
						t.Fatalf("pulse %d comes %d steps after the one before, want 25 to 59", count, gap)
					case count == 3:
						gaps = append(gaps, float64(gap))
					}
					order = append(order, c)
					bit[c], since[c], last = v, t0, t0
					count++
					signs = append(signs, float64(v))
				}
			}
			for c := range 3 {
				target, counts := b.out(t0, trial, c)
				want := bit[c] != 0 && t0 >= since[c]+10
				if counts != (want && t0%thinned == 0) || want && target != bit[c] || !want && target != 0 {
					t.Fatalf("trial %d step %d output %d: target %g, counts %v; bit %g since %d", trial, t0, c, target, counts, bit[c], since[c])
				}
				if counts {
					points++
				}
			}
		}
		if order[0] == order[1] || order[1] == order[2] || order[0] == order[2] {
			t.Fatalf("the first pulses are on inputs %v", order[:3])
		}
		pulses = append(pulses, float64(count))
	}
	near(t, "pulses", mean(pulses), 4.9, 1.5, trials) // 4 to 6, so the standard deviation is below 1; 4.9 is rounded
	near(t, "sign", mean(signs), 0, 1, len(signs))
	near(t, "first pulse", mean(firsts), 2, 1.42, trials)                   // uniform on 0 … 4
	near(t, "gap", mean(gaps), 5*8.5-0.5, 35/3.46, len(gaps))               // int of a uniform number in [25, 60)
	near(t, "points that count", float64(points)/trials, 56, 20, trials/10) // 56 is rounded
}

package task

import (
	"math"
	"testing"
)

func TestCycling(t *testing.T) {
	b := Cycling{}.Batch(4, nil)
	for trial := range 4 {
		channel := trial % 2
		if on, off := b.pulse(trial, channel, 0); on != 0 || off != 5 || b.in(0, trial, channel) != 1 {
			t.Errorf("trial %d: pulse of %g in [%d, %d), want 1 in [0, 5)", trial, b.in(0, trial, channel), on, off)
		}
		if on, _ := b.pulse(trial, 1-channel, 0); on != b.Steps {
			t.Errorf("trial %d: the other input is on at %d", trial, on)
		}
		for output := range 2 {
			steps := b.masked(trial, output)
			if len(steps) != 71 || steps[0] != 5 || steps[70] != 355 {
				t.Fatalf("%d steps count, from %d: want 71 from 5 to 355", len(steps), steps[0])
			}
		}
		turn := []float64{1, -1}[channel]
		for _, c := range []struct {
			step int
			tau  float64 // time since the pulse's end
		}{{5, 0}, {10, 1}, {30, 5}, {355, 70}} {
			z1, _ := b.out(c.step, trial, 0)
			z2, _ := b.out(c.step, trial, 1)
			w1, w2 := math.Sin(turn*0.2*math.Pi*c.tau), math.Cos(0.2*math.Pi*c.tau)
			if math.Abs(float64(z1)-w1) > 1e-6 || math.Abs(float64(z2)-w2) > 1e-6 {
				t.Errorf("trial %d step %d: target (%g, %g), want (%g, %g)", trial, c.step, z1, z2, w1, w2)
			}
		}
	}
}

// A longer trial is the usual one with nothing after it.
func TestCyclingLonger(t *testing.T) {
	short, long := Cycling{}.Batch(2, nil), Cycling{Duration: 213}.Batch(2, nil)
	if long.Steps != 1065 {
		t.Fatalf("%d steps", long.Steps)
	}
	n := len(short.Target)
	for i := range long.Target {
		switch {
		case i < n && (long.Target[i] != short.Target[i] || long.Mask[i] != short.Mask[i] || long.Input[i] != short.Input[i]):
			t.Fatalf("entry %d differs", i)
		case i >= n && (long.Target[i] != 0 || long.Mask[i]):
			t.Fatalf("entry %d, after the trial, is %g, counts %v", i, long.Target[i], long.Mask[i])
		}
	}
	if b := (Cycling{Duration: 10}).Batch(2, nil); b.Steps != 50 || len(b.masked(1, 1)) != 9 {
		t.Errorf("a trial of 10: %d steps, %d count, want 50 and 9", b.Steps, len(b.masked(1, 1)))
	}
}

package probe

import (
	"fmt"
	"math"
	"testing"

	"oblique/simulate"
	"oblique/simulate/task"
)

func TestPowerSpectrum(t *testing.T) {
	r := readReference(t)
	s := PowerSpectrum(r.run(r.X), late, 3)
	for i, f := range s.Frequency {
		near(t, fmt.Sprint("frequency ", i), f, r.Frequency[i], 1e-12)
		for j := range s.Power {
			near(t, fmt.Sprint("power of component ", j+1), s.Power[j][i], r.Power[j][i], 1e-9)
		}
	}
}

// A rotation of frequency 0.1 has its power there.
func TestPowerOfRotation(t *testing.T) {
	const steps, trials = 250, 2 // 50 τ: five periods
	run := &simulate.Run{Batch: &task.Batch{Steps: steps, Trials: trials}, N: 3, Dt: 0.2}
	for k := range steps {
		for trial := range trials {
			angle := 2*math.Pi*0.1*0.2*float64(k) + float64(trial)
			run.States = append(run.States, float32(math.Sin(angle)), float32(math.Cos(angle)), 0)
		}
	}
	s := PowerSpectrum(run, 0, 2)
	for j := range 2 {
		total := sum(s.Power[j])
		if peak := s.Power[j][5]; peak < 0.999*total || math.Abs(s.Frequency[5]-0.1) > 1e-12 {
			t.Errorf("component %d: share %g at frequency %g", j+1, peak/total, s.Frequency[5])
		}
		// A sine of amplitude 1 has |FFT|² = (steps/2)².
		near(t, "power", s.Power[j][5], steps*steps/4.0, 1e-5)
	}
}

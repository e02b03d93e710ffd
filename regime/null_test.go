package regime_test

import (
	"math"
	"testing"

	"oblique/regime"
)

// Isotropic readouts have a root mean square ρ of 1/√N whatever the activity, also if it has fewer rows than neurons;
// readouts with the activity's covariance one near 1/√PR.
func TestNullReadouts(t *testing.T) {
	const draws = 20000
	for _, c := range []struct{ t, n, d int }{{800, 30, 1}, {800, 30, 3}, {20, 45, 2}} {
		r := readable(50, c.t, c.n, c.d, 0.2, 1)
		res := fit(t, r, regime.Options{Method: regime.Paper, Readouts: draws, TimeSubsamples: -1})
		iso, cov := res.Nulls.Isotropic, res.Nulls.Covariance
		if iso.Draws != draws || cov.Draws != draws {
			t.Errorf("%d and %d draws", iso.Draws, cov.Draws)
		}
		// The relative error of a mean of 20000 squares is below 1 %, that of its root below 0.5 %.
		wantRelative(t, "isotropic RMS ρ", iso.RMS, 1/math.Sqrt(float64(c.n)), 0.01)
		// E Σλ²w²/Σλw² over the numerator and denominator alone is Σλ²/Σλ; they are not independent, which takes off
		// some per cent where few directions count.
		ratio := float64(cov.RMS) * math.Sqrt(float64(res.PR))
		if ratio > 1 || ratio < 0.85 {
			t.Errorf("covariance RMS ρ √PR = %.3f, want a little below 1", ratio)
		}
		for _, null := range []regime.Null{iso, cov} {
			if !(0 < null.CI[0] && null.CI[0] < null.Mean && null.Mean <= null.RMS && null.RMS < null.CI[1] && null.CI[1] <= 1) {
				t.Errorf("null out of order: %+v", null)
			}
		}
	}
}

func TestNoNulls(t *testing.T) {
	res := fit(t, readable(51, 200, 5, 1, 0.2, 1), regime.Options{Readouts: -1, Shifts: -1, Bootstrap: -1})
	if res.Nulls.Isotropic.Draws != 0 || res.Nulls.Isotropic.RMS.Defined() || res.Nulls.ShiftedR2 != nil || res.Nulls.PValue != nil {
		t.Errorf("nulls that were not asked for: %+v", res.Nulls)
	}
	marshal(t, res)
}

// Behaviour that is related to activity is beyond what shifts of it give, and the p-value is the least there is.
func TestShiftNull(t *testing.T) {
	res := fit(t, readable(52, 1500, 10, 2, 0.8, 5), regime.Options{Shifts: 99, Bootstrap: -1})
	null := res.Nulls.ShiftedR2
	if null == nil || null.Draws != 99 {
		t.Fatalf("null %+v", null)
	}
	if !(res.R2 > 0.5) || null.CI[1] > 0.1 || math.Abs(float64(*res.Nulls.PValue)-0.01) > 1e-15 {
		t.Errorf("R² %g, of shifts %v, p %g", float64(res.R2), null.CI, float64(*res.Nulls.PValue))
	}
	if res.Nulls.ShiftedRho.Draws != 99 {
		t.Errorf("null of ρ: %+v", res.Nulls.ShiftedRho)
	}
}

package report

import (
	"strings"
	"testing"

	"oblique/regime"
)

// A number agrees with one in print if it would be printed so, whatever the digits.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		printed string
		here    float64
		agrees  bool
	}{
		{"0.17", 0.165, true}, {"0.17", 0.1749, true}, {"0.17", 0.1751, false}, {"0.17", 0.1649, false},
		{"18", 18, true}, {"18", 19, false}, {"1.00", 0.996, true}, {"1.00", 0.994, false},
		{"3.4e+05", 3.36e5, true}, {"3.4e+05", 3.3e5, false}, {"1.0e-03", 1e-3, true}, {"1.0e-03", 1.1e-3, false},
	} {
		got, err := NewCheck("ρ", c.printed, regime.Number(c.here))
		if err != nil || got.Agrees != c.agrees {
			t.Errorf("%s in print, %g here: agrees %v (%v), want %v", c.printed, c.here, got.Agrees, err, c.agrees)
		}
	}
	if c, err := NewCheck("ρ", "0.17", regime.Undefined); err != nil || c.Agrees {
		t.Errorf("what is undefined agrees (%v)", err)
	}
	if _, err := NewCheck("ρ", "about 1", 1); err == nil {
		t.Error("no error for what is no number")
	}
}

func TestGuide(t *testing.T) {
	for want, ci := range map[string]regime.Interval{
		"aligned": {-0.1, 0.1}, "as random directions": {-0.6, -0.4}, "either": {-0.7, 0.1}, "between": {-0.4, -0.1},
		"grows": {0.1, 0.3}, "falls faster than random directions": {-0.9, -0.6}, "no interval": {regime.Undefined, regime.Undefined},
	} {
		if got := guide(ci); got != want {
			t.Errorf("%v: %q, want %q", ci, got, want)
		}
	}
}

func TestFigure7(t *testing.T) {
	r := &regime.ScalingResult{Result: &regime.Result{Data: regime.Data{NNeurons: 86, NTime: 402}, Rho: 0.165, DFit: 18}}
	good, _ := NewCheck("ρ", "0.17", r.Rho)
	bad, _ := NewCheck("D_fit", "20", regime.Number(r.DFit))
	for want, checks := range map[string][]Check{
		"verdict: reproduced, all 1 numbers":        {good},
		"verdict: 1 of 2 numbers agree":             {good, bad},
		"verdict: nothing in print to compare with": nil,
		"differs": {bad},
	} {
		var b strings.Builder
		if err := Figure7(&b, []Reproduction{{Name: "golub", Checks: checks, Paper: r, Ours: r}}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

// Penalties are written one way, in print and here, and dimensions by their names in the paper.
func TestFigure7Writes(t *testing.T) {
	paper := &regime.ScalingResult{Result: &regime.Result{Alpha: 1e-3, DFit: 18}}
	ours := &regime.ScalingResult{Result: &regime.Result{Alpha: 1, DFit: 7}}
	alpha, _ := NewCheck("ridge penalty", "1.0e-03", paper.Alpha)
	fit, _ := NewCheck("D_fit", "18", regime.Number(paper.DFit))
	var b strings.Builder
	if err := Figure7(&b, []Reproduction{{Name: "golub", Checks: []Check{alpha, fit}, Paper: paper, Ours: ours}}); err != nil {
		t.Fatal(err)
	}
	table := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{"ridge penalty 1.0e−3 1.0e−3 1.0e0 agrees", "D_fit,90 18 18 7 (0 … 0) agrees"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

package report

import (
	"strings"
	"testing"

	"oblique/regime"
)

// What chance gives for ρ√N is known where ρ itself is undefined: N is no quotient of the two.
func TestFitUndefinedRho(t *testing.T) {
	r := analysed(t, "silent", regime.Paper, 1).Result
	r.Data.NNeurons = 400
	r.Rho, r.RhoSqrtN = regime.Undefined, regime.Undefined
	r.Nulls.Isotropic.CI = regime.Interval{0.01, 0.03}
	var b strings.Builder
	if err := Fit(&b, r); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, "ρ√N") {
			if !strings.Contains(line, "0.200 … 0.600 random readouts") {
				t.Errorf("by chance: %s", line)
			}
			return
		}
	}
	t.Errorf("no ρ√N in\n%s", b.String())
}

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

// TestSize: one of a thing is one, and nothing is said of what is unknown.
func TestSize(t *testing.T) {
	for want, d := range map[string]regime.Data{
		"1008 time bins of 50.0 ms × 100 neurons → 2 outputs, 14 trials, model": {NTime: 1008, NNeurons: 100, NOutputs: 2, NTrials: 14, Bin: 0.05, Kind: "model"},
		"30 time bins × 1 neuron → 1 output, 1 row dropped":                     {NTime: 30, NNeurons: 1, NOutputs: 1, NDropped: 1, Bin: regime.Undefined, Kind: "unknown"},
	} {
		if got := size(d); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What a terminal would obey in a name from a file is shown as text.
func TestHostileNames(t *testing.T) {
	e := small()
	e.Data = "a\x1b]0;title\a\nb"
	e.Result.Data.Name, e.Result.Data.Output, e.Result.Notes = e.Data, "y\x1b[2J", []string{"unit \x1b[31mred is constant"}
	failed := Entry{Data: e.Data, Failure: "no array \x1b[1m"}
	var b strings.Builder
	for _, err := range []error{
		Fit(&b, e.Result.Result), Scaling(&b, e.Result), Summary(&b, &Collection{Entries: []Entry{e, failed}}),
		Compare(&b, &regime.Comparison{Recordings: []regime.Compared{{Group: "g\r", Result: e.Result.Result}}, Caveats: e.Result.Notes}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if strings.ContainsAny(b.String(), "\x1b\a\r") || strings.Contains(b.String(), "\nb") || strings.Count(b.String(), `a\x1b]0;title\a\nb`) != 5 {
		t.Errorf("the terminal is told\n%q", b.String())
	}
}

func TestSpan(t *testing.T) {
	u := regime.Undefined
	for want, x := range map[string][]regime.Number{"–": {u, u}, "0.250–0.500": {u, 0.5, 0.25}} {
		if got := span(x); got != want {
			t.Errorf("span of %v: %q, want %q", x, got, want)
		}
	}
}

package main

import (
	"strings"
	"testing"
)

// TestMisused: a misspelt flag is told with the one that was meant, a bad value with what is wanted.
func TestMisused(t *testing.T) {
	root := newRoot() // one for all: cobra keeps every one's completions
	for _, c := range []struct{ line, err, hint string }{
		{"fit --behaviour Y", "unknown flag: --behaviour", "did you mean --behavior?"},
		{"fit --methd paper", "unknown flag: --methd", "did you mean --method?"},
		{"fit -data x.npz", "unknown shorthand flag: 'd' in -data", "did you mean --data?"},
		{"fit --frobnicate", "unknown flag: --frobnicate", "regime fit --help"},
		{"fit -x", "unknown shorthand flag: 'x' in -x", "regime fit --help"},
		{"compare --dat x", "unknown flag: --dat", "regime compare --help"}, // --data is hidden there
		{"simulate train --tsak romo", "unknown flag: --tsak", "did you mean --task?"},
		{"fit --data", "flag needs an argument: --data", "regime fit --help"},
		{"fit --bin 45", `--bin "45": want a duration with its unit, such as 45ms or 1.5s`, "regime fit --help"},
		{"fit --folds five", `--folds "five": want a whole number`, "regime fit --help"},
		{"fit --folds 99999999999999999999", `--folds "99999999999999999999": beyond what a number can be`, "regime fit --help"},
		{"fit --seed -1", `--seed "-1": want a whole number, not below 0`, "regime fit --help"},
		{"fit --min-rate low", `--min-rate "low": want a number`, "regime fit --help"},
		{"fit --transpose=yes", `--transpose "yes": want true or false`, "regime fit --help"},
		{"scaling --sizes 10,many", `--sizes "10,many": want whole numbers, such as 10,20,40`, "regime scaling --help"},
	} {
		root.SetArgs(strings.Fields(c.line))
		err := root.Execute()
		f, ok := err.(*failure)
		if !ok || f.status != exitUsage || f.Error() != c.err || f.hint != c.hint {
			t.Errorf("%s: %v, %+v", c.line, err, f)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"golub2018", "hennig2018", "lag", "bin"}
	for name, want := range map[string]string{"henig2018": "hennig2018", "Golub2018": "golub2018", "lg": "lag", "xyz": "", "b": "", "": "", "binz": "bin"} {
		if got := nearest(name, names); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"lag", "", 3}, {"smoth", "smooth", 1}, {"lag", "bin", 3}, {"kitten", "sitting", 3}} {
		if got := editDistance(c.a, c.b); got != c.want || editDistance(c.b, c.a) != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

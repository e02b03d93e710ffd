package report

import (
	"strings"
	"testing"

	"oblique/regime"
)

// The table has what is known of each size; held-out R² where there is one.
func TestScaling(t *testing.T) {
	for method, want := range map[regime.Method]string{
		regime.Paper:    "neurons ρ ρ√N R², in-sample PR D_x,90 D_fit,90 ratio",
		regime.Crossval: "neurons ρ ρ√N R², held out R², in-sample PR D_x,90 D_fit,90 ratio",
	} {
		r := analysed(t, "a", method, 1)
		var b strings.Builder
		if err := Scaling(&b, r); err != nil {
			t.Fatal(err)
		}
		var lines [][]string
		for line := range strings.Lines(b.String()) {
			lines = append(lines, strings.Fields(line))
		}
		head := 3
		if got := strings.Join(lines[head], " "); got != want {
			t.Errorf("%s: the head is %q, want %q", method, got, want)
		}
		for i, size := range r.Neurons.Sizes {
			cells := 9
			if method == regime.Paper {
				cells = 8
			}
			if line := lines[head+1+i]; len(line) != cells {
				t.Errorf("%s: %d neurons have %q", method, size, line)
			} else if want := number(mean(r.Neurons.Relative, i)); line[len(line)-1] != want {
				t.Errorf("%s: the ratio of %d neurons is %s, want %s", method, size, line[len(line)-1], want)
			}
		}
		subsamples := map[regime.Method]string{regime.Crossval: "5 time subsamples, in-sample: ρ ", regime.Paper: "5 time subsamples: ρ "}[method]
		if !strings.Contains(b.String(), subsamples) {
			t.Errorf("%s: nothing of the time subsamples in\n%s", method, b.String())
		}
	}
}

package report

import (
	"strings"
	"testing"

	"oblique/simulate/probe"
)

func TestNetworks(t *testing.T) {
	n := &Networks{Figure: "fig3", Notes: []string{"a note"}, Networks: []Network{{Units: 512}, {Units: 512, Oblique: true}},
		Comparisons: []probe.Comparison{
			probe.Compare(probe.Rho, "cycling", 512, []float64{0.49, 0.51}, []float64{0.055}),
			probe.Compare(probe.Rho, "romo", 512, []float64{0.7}, nil),
			probe.Compare(probe.DFit, "cycling", 512, []float64{4}, []float64{3}),
		}}
	var b strings.Builder
	if err := n.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"fig3: 1 aligned and 1 oblique networks of 512 units",
		"0.500 [0.490, 0.510]      0.494 [0.486, 0.507]",
		"within   aligned > 5 × oblique: holds",
		"outside",
		"8.2 [5, 12]",
		"aligned < oblique: does not hold",
		"verdict: of 5 means 3 lie within the published range, 0 more within 20 % of it, 2 outside; 1 of 2 orders hold",
		"note: a note",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
	n.Comparisons = []probe.Comparison{probe.Compare(probe.Rho, "cycling", 64, []float64{0.5}, []float64{0.2})}
	if v := n.verdict(); !strings.Contains(v, "1 depend on the size") || !strings.Contains(v, "of 1 means 1 lie") {
		t.Error(v)
	}
}

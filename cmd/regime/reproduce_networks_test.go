package main

import (
	"testing"

	"oblique/simulate/train"
)

// The plans of the figures are networks that simulate train knows, as many as in print, with the published sizes.
func TestNetworkPlans(t *testing.T) {
	for _, f := range networkFigures {
		for _, c := range []struct {
			quick bool
			want  int
		}{{false, map[string]int{"fig2": 2, "fig3": 50, "fig4": 50, "fig5": 50, "fig6": 52}[f.name]},
			{true, map[string]int{"fig2": 2, "fig3": 10, "fig4": 30, "fig5": 10, "fig6": 12}[f.name]}} {
			s, err := newSweep(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			o := networkOptions{quick: c.quick}
			for _, flags := range o.plan(&f) {
				if _, err := s.add(flags); err != nil {
					t.Fatalf("%s: %v", f.name, err)
				}
			}
			if len(s.nets) != c.want {
				t.Errorf("%s, quick %v: %d networks, want %d", f.name, c.quick, len(s.nets), c.want)
			}
			for _, n := range s.nets {
				want := 512
				if example := len(n.options.Trained) == 1; example {
					want = 256
					if n.options.Trained[0] != train.Rec || *n.options.InitStd != 1 {
						t.Errorf("%s: example %+v", f.name, n.options)
					}
				}
				if c.quick {
					want = quickUnits
				}
				if n.options.N != want || *n.options.Gain != 1.5 {
					t.Errorf("%s, quick %v: %s has %d units, g = %g", f.name, c.quick, n.name, n.options.N, *n.options.Gain)
				}
			}
		}
	}
	o := networkOptions{count: 2}
	if all := o.plan(networkFigureNamed("fig3")); len(all) != 20 {
		t.Errorf("--networks 2: %d networks, want 20", len(all))
	}
}

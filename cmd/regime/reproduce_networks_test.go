package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
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

// TestNetworkReplaced: a network in the folder of kept ones that is another than the figure's is an error that tells
// what is other, and not drawn.
func TestNetworkReplaced(t *testing.T) {
	keep := t.TempDir()
	o := networkOptions{quick: true, keep: keep}
	s, err := newSweep(keep)
	if err != nil {
		t.Fatal(err)
	}
	f := networkFigureNamed("fig2")
	name, err := s.add(o.plan(f)[1])
	if err != nil {
		t.Fatal(err)
	}
	for wrong, want := range map[*train.Options]string{
		{Task: "romo", Large: true, N: 8, Steps: 1, Seed: 1}:               `task "romo", want "cycling"`,
		{Task: "cycling", N: quickUnits, Steps: 2000, Seed: 1}:             `large false, want true`,
		{Task: "cycling", Large: true, N: 8, Steps: 2001, Seed: 1}:         `n 8, want 100`,
		{Task: "simplesine", Large: true, Steps: 1, Trained: nil, Seed: 2}: `seed 2, want 1`,
	} {
		st, err := train.Start(*wrong)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(s.path(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := writeNetwork(s.path(name), st); err != nil {
			t.Fatal(err)
		}
		_, _, err = o.networks(context.Background(), f, io.Discard)
		if status(err) != exitData || !strings.Contains(err.Error(), filepath.Join(keep, name)+" has another network: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"oblique/loaders/npz"
)

// simulated are both recordings, which take a few seconds.
var simulated = sync.OnceValue(func() map[string][]npz.Value {
	return map[string][]npz.Value{"cycling.npz": cycling(), "bci.npz": bci()}
})

// TestGenerated: the program gives the files that are embedded, to the byte. On a processor whose arithmetic
// fuses multiplication and addition the readouts, which are not as coarsely rounded as rates, may differ in
// the last place; there the test would say so.
func TestGenerated(t *testing.T) {
	for name, values := range simulated() {
		path := filepath.Join(t.TempDir(), name)
		if err := npz.Write(path, values...); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the program gives: run go generate oblique/datasets", name)
		}
	}
}

// TestRates: rates are in the range that the network's units have, and not saturated as a rule.
func TestRates(t *testing.T) {
	for name, values := range simulated() {
		rates := values[0].Data.([]float32)
		edge := 0
		for _, r := range rates {
			if r < 2 || r > 38 {
				t.Fatalf("%s: a rate of %g Hz", name, r)
			}
			if r < 4 || r > 36 {
				edge++
			}
		}
		if share := float64(edge) / float64(len(rates)); share > 0.3 {
			t.Errorf("%s: %.0f %% of the rates are at the edge", name, 100*share)
		}
	}
}

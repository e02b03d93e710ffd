package plot

import (
	"testing"

	"oblique/simulate/probe"
)

func exampleNetwork() *NetworkExample {
	p := circling()
	z := p.Trajectories[0].Outputs
	return &NetworkExample{Portrait: p, R2: []float64{0.471, 0.952},
		Reconstructions: []*probe.Reconstruction{{K: 2, Outputs: z, Predicted: z}, {K: 8, Outputs: z, Predicted: z}}}
}

func TestFigure2(t *testing.T) {
	f, err := Figure2(exampleNetwork(), exampleNetwork())
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "a", "b", "c", "aligned", "oblique", "one direction", "PC 1", "PC 2", "2 PCs: R² 0.47", "8 PCs: R² 0.95")
	if f, err = Figure2(nil, exampleNetwork()); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "no network")
	if _, err := Figure2(nil, nil); err == nil {
		t.Error("no networks are no error")
	}
}

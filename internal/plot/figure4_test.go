package plot

import (
	"testing"

	"oblique/simulate/probe"
)

func TestFigure4(t *testing.T) {
	f, err := Figure4([]*probe.Portrait{circling(), circling(), circling(), circling()}, []*probe.Portrait{circling()}, comparisons(probe.Dissimilar, 512))
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "a", "b", "c", "aligned, network 3", "oblique, network 1", "PC 3", "no network", "dissimilarity (rad)")
	if _, err := Figure4(nil, nil, nil); err == nil {
		t.Error("no networks are no error")
	}
}

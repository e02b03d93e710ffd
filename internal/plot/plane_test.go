package plot

import (
	"math"
	"testing"
)

func TestRegimePlane(t *testing.T) {
	list := samplePoints()
	list = append(list, PlanePoint{Name: "no dimension", Group: "BCI", Relative: Estimate{Value: math.NaN()}, RhoSqrtN: Estimate{Value: 1}})
	f, err := RegimePlane(list)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "BCI", "non-BCI", "BCI 2 Hennig", "NLB RTT", "ρ√N", "1 undefined, not drawn", "random readout")
	shapes := make(map[string]points)
	for i, m := range f.grid.panels[0][0].marks {
		if p, ok := m.(points); ok {
			shapes[list[i-1].Group] = p // the first mark is the line of random readouts
			if p.x[0] != list[i-1].Relative.Value || p.y[0] != list[i-1].RhoSqrtN.Value {
				t.Errorf("%s is at (%g, %g)", list[i-1].Name, p.x[0], p.y[0])
			}
		}
	}
	if shapes["BCI"].look.color == shapes["non-BCI"].look.color {
		t.Error("groups share a colour")
	}
}

func TestRegimePlaneEmpty(t *testing.T) {
	for _, list := range [][]PlanePoint{nil, {{Name: "a", Relative: Estimate{Value: math.NaN()}}}} {
		f, err := RegimePlane(list)
		if err != nil {
			t.Fatal(err)
		}
		if p := f.grid.panels[0][0]; p.reason == "" {
			t.Error("no reason in an empty plane")
		}
		written(t, f, "png")
	}
}

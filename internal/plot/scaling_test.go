package plot

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestScaling(t *testing.T) {
	curves := sampleScaling()
	f, err := Scaling(curves)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "neurons N", "ρ√N", "1/4", "1/2", "Hennig: N", "0.47", "NLB maze: N", "0.08")
	p := f.grid.panels[0][0]
	if !p.x.log || !p.y.log {
		t.Fatal("axes are not logarithmic")
	}
	var slopes []float64
	for _, m := range p.marks {
		if c, ok := m.(curve); ok && len(c.x) == 2 {
			slopes = append(slopes, math.Log(c.y[1]/c.y[0])/math.Log(c.x[1]/c.x[0]))
			// The geometric mean of 1.2·16^0 and 1.3·16^0, all at N = 16.
			if want := math.Sqrt(1.2 * 1.3); math.Abs(c.y[0]-want) > 1e-9 || c.x[0] != 16 {
				t.Errorf("guide from (%g, %g), want (16, %g)", c.x[0], c.y[0], want)
			}
		}
	}
	if len(slopes) != 3 || math.Abs(slopes[0]) > 1e-12 || math.Abs(slopes[1]-0.25) > 1e-12 || math.Abs(slopes[2]-0.5) > 1e-12 {
		t.Errorf("guides of slopes %v, want 0, 1/4, 1/2", slopes)
	}
}

func TestScalingDegenerate(t *testing.T) {
	nan := math.NaN()
	for name, curves := range map[string][]ScalingCurve{
		"none":      nil,
		"empty":     {{Name: "a"}},
		"undefined": {{Name: "a", N: []int{1, 2, 0}, RhoSqrtN: []Estimate{{Value: nan}, {Value: -1}, {Value: 1}}}},
	} {
		f, err := Scaling(curves)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s := texts(t, f); !strings.Contains(s, "undefined: no positive") {
			t.Errorf("%s: no reason in %q", name, s)
		}
	}
	one := []ScalingCurve{{Name: "a", Group: "g", N: []int{50}, RhoSqrtN: []Estimate{{Value: 1}}, Exponent: Estimate{Value: nan}},
		{Name: "b", Group: "g", N: []int{50, 60}, RhoSqrtN: []Estimate{{Value: 1}, {Value: nan}}, Exponent: Estimate{Value: nan}}}
	f, err := Scaling(one)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "a", "b", "g")
	if _, err := Scaling([]ScalingCurve{{Name: "a", N: []int{1}}}); err == nil {
		t.Error("no error for a size without estimate")
	}
}

// Many recordings would hide each other under names and bands: there are lines alone, and their number.
func TestScalingOfMany(t *testing.T) {
	var curves []ScalingCurve
	var points []PlanePoint
	for i := range 30 {
		name, group := fmt.Sprintf("session-%d", i), []string{"bci", "reach"}[i%2]
		value := Estimate{Value: 1 + 0.1*float64(i), Draws: []float64{1, 2, 3}}
		curves = append(curves, ScalingCurve{Name: name, Group: group, N: []int{10, 20}, RhoSqrtN: []Estimate{value, value}, Exponent: value})
		points = append(points, PlanePoint{Name: name, Group: group, Relative: Estimate{Value: 0.5}, RhoSqrtN: value})
	}
	scaling, err := Scaling(curves)
	if err != nil {
		t.Fatal(err)
	}
	plane, err := RegimePlane(points)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]*Figure{"scaling": scaling, "plane": plane} {
		wantTexts(t, f, "30 recordings", "bci", "reach")
		if s := texts(t, f); strings.Contains(s, "session") {
			t.Errorf("%s names recordings: %q", name, s)
		}
	}
	if n := len(scaling.grid.panels[0][0].marks); n != 3+30 {
		t.Errorf("%d marks, want three guides and a line for each recording", n)
	}
}

func TestEstimateBand(t *testing.T) {
	draws := make([]float64, 41)
	for i := range draws {
		draws[i] = float64(40 - i)
	}
	if b := (Estimate{Draws: draws}).band(); b[0] != 1 || b[1] != 39 {
		t.Errorf("central 95 %% of 0 … 40 is %v", b)
	}
	if b := (Estimate{Draws: draws, Interval: [2]float64{3, 4}}).band(); b[0] != 3 || b[1] != 4 {
		t.Errorf("the interval goes first: %v", b)
	}
	if b := (Estimate{Draws: []float64{1, 1, 1}}).band(); b != nil {
		t.Errorf("equal draws: %v", b)
	}
}

package plot

import (
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// recordedFrame is a frame of 100×50 points from (10, 20) on, with x from 1 to 100 on a log axis and y from 0 to 1.
func recordedFrame() (*frame, *recorder.Canvas) {
	c := &recorder.Canvas{}
	area := draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{Min: vg.Point{X: 10, Y: 20}, Max: vg.Point{X: 110, Y: 70}}}
	return &frame{area, axis{min: 1, max: 100, log: true}, axis{min: 0, max: 1}}, c
}

// paths returns what was stroked and filled.
func paths(c *recorder.Canvas) (strokes, fills []vg.Path) {
	for _, a := range c.Actions {
		switch a := a.(type) {
		case *recorder.Stroke:
			strokes = append(strokes, a.Path)
		case *recorder.Fill:
			fills = append(fills, a.Path)
		}
	}
	return strokes, fills
}

// wantPath compares the corners of a path, to rounding.
func wantPath(t *testing.T, p vg.Path, want ...vg.Point) {
	t.Helper()
	var got []vg.Point
	for _, c := range p {
		if c.Type == vg.MoveComp || c.Type == vg.LineComp {
			got = append(got, c.Pos)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("path %v, want %v", got, want)
	}
	for i := range got {
		if d := got[i].Sub(want[i]); math.Hypot(float64(d.X), float64(d.Y)) > 1e-6 {
			t.Fatalf("path %v, want %v", got, want)
		}
	}
}

func TestCurveIsInPlaceAndInterrupted(t *testing.T) {
	f, c := recordedFrame()
	nan := math.NaN()
	curve{x: []float64{1, 10, 100, 10, 1, 0, 1, 10}, y: []float64{0, 0.5, 1, nan, 0.2, 0.3, 0.4, 2}, style: stroke(black, 1)}.draw(f)
	strokes, _ := paths(c)
	if len(strokes) != 2 {
		t.Fatalf("%d lines, want 2: interrupted at NaN and at x = 0, where a point alone is none", len(strokes))
	}
	wantPath(t, strokes[0], vg.Point{X: 10, Y: 20}, vg.Point{X: 60, Y: 45}, vg.Point{X: 110, Y: 70})
	// From (1, 0.4) to (10, 2) the line leaves the top at 0.6/1.6 of its way.
	wantPath(t, strokes[1], vg.Point{X: 10, Y: 40}, vg.Point{X: 10 + 50*0.6/1.6, Y: 70})
}

func TestBandReachesTheEdges(t *testing.T) {
	f, c := recordedFrame()
	levels(0.5, 7, lightGrey).draw(f)
	band{x0: 0, x1: 10, y0: math.Inf(-1), y1: 0.1, color: lightGrey}.draw(f)
	levels(2, 3, lightGrey).draw(f)
	levels(math.NaN(), 1, lightGrey).draw(f)
	_, fills := paths(c)
	if len(fills) != 2 {
		t.Fatalf("%d bands, want 2: one is outside, one is NaN", len(fills))
	}
	wantPath(t, fills[0], vg.Point{X: 10, Y: 45}, vg.Point{X: 110, Y: 45}, vg.Point{X: 110, Y: 70}, vg.Point{X: 10, Y: 70})
	wantPath(t, fills[1], vg.Point{X: 10, Y: 20}, vg.Point{X: 60, Y: 20}, vg.Point{X: 60, Y: 25}, vg.Point{X: 10, Y: 25})
}

func TestPointsAndBars(t *testing.T) {
	f, c := recordedFrame()
	nan := math.NaN()
	points{
		x:      []float64{10, nan, 1000},
		y:      []float64{0.5, 0.5, 0.5},
		yci:    [][2]float64{{0.25, 2}, {0, 1}, {0, 1}},
		xci:    [][2]float64{{-1, 100}, {}, {nan, 2}},
		look:   look{blue, circle},
		radius: 2,
	}.draw(f)
	strokes, fills := paths(c)
	if len(fills) != 1 {
		t.Fatalf("%d points, want 1", len(fills))
	}
	if at := fills[0][1]; at.Type != vg.ArcComp || math.Abs(float64(at.Pos.X-60)) > 1e-9 || math.Abs(float64(at.Pos.Y-45)) > 1e-9 {
		t.Errorf("point at %+v, want (60, 45)", at)
	}
	if len(strokes) != 2 {
		t.Fatalf("%d bars, want 2", len(strokes))
	}
	wantPath(t, strokes[0], vg.Point{X: 10, Y: 45}, vg.Point{X: 110, Y: 45}) // from below all of the log axis
	wantPath(t, strokes[1], vg.Point{X: 60, Y: 32.5}, vg.Point{X: 60, Y: 70})
}

func TestRibbon(t *testing.T) {
	f, c := recordedFrame()
	nan := math.NaN()
	ribbon{x: []float64{1, 10, 100, 100}, low: []float64{0, 0.2, nan, 0.1}, high: []float64{0.4, 0.6, 1, 0.2}, color: lightGrey}.draw(f)
	_, fills := paths(c)
	wantPath(t, fills[0], vg.Point{X: 10, Y: 20}, vg.Point{X: 60, Y: 30}, vg.Point{X: 60, Y: 50}, vg.Point{X: 10, Y: 40})
}

func TestDotsAreOnePath(t *testing.T) {
	f, c := recordedFrame()
	dots{x: repeated(10, 3), y: []float64{0, 0.5, math.NaN()}, color: black, radius: 1, spread: 10}.draw(f)
	_, fills := paths(c)
	if len(fills) != 1 {
		t.Fatalf("%d paths, want 1", len(fills))
	}
	moves := 0
	for _, p := range fills[0] {
		if p.Type == vg.MoveComp {
			moves++
		}
		if p.Type != vg.CloseComp && math.Abs(float64(p.Pos.X-60)) > 6 {
			t.Errorf("a corner at %v, more than the spread and radius from 60", p.Pos)
		}
	}
	if moves != 2 {
		t.Errorf("%d dots, want 2", moves)
	}
}

func TestLooksDiffer(t *testing.T) {
	groups := make([]string, 29)
	for i := range groups {
		groups[i] = string(rune('A' + i))
	}
	of, order := looks(append(groups, groups...))
	if len(order) != len(groups) {
		t.Fatalf("%d groups, want %d", len(order), len(groups))
	}
	type pair struct {
		color   color.NRGBA
		corners int
		first   vg.Length
	}
	seen := make(map[pair]string)
	for _, g := range order[:28] {
		p := of[g].shape(vg.Point{}, 1)
		key := pair{of[g].color, len(p), p[0].Pos.X} // corners and turn tell shapes apart
		if other, dup := seen[key]; dup {
			t.Errorf("groups %s and %s look the same", other, g)
		}
		seen[key] = g
	}
}

func TestTint(t *testing.T) {
	if got := tint(blue, 1); got != blue {
		t.Errorf("full tint %v", got)
	}
	if got := tint(blue, 0); got != white {
		t.Errorf("no tint %v", got)
	}
}

package plot

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		heights []vg.Length
		ceiling vg.Length
	}{
		{[]vg.Length{10, 10, 10}, 100},
		{[]vg.Length{10, 12, 50}, 100},
		{[]vg.Length{98, 99, 100}, 100},
	} {
		got := slices.Clone(c.heights)
		spread(got, 9, c.ceiling)
		for i := range got {
			// Coming apart halves the lack each time: a hundredth of a point may remain.
			if i > 0 && got[i]-got[i-1] < 9-0.5 {
				t.Errorf("%v becomes %v: too close", c.heights, got)
			}
			if got[i] > c.ceiling {
				t.Errorf("%v becomes %v: above %g", c.heights, got, c.ceiling)
			}
		}
	}
	far := []vg.Length{10, 40}
	if spread(far, 9, 100); far[0] != 10 || far[1] != 40 {
		t.Errorf("labels with room moved to %v", far)
	}
}

// TestLabelsDoNotOverlap places the names of crowded points.
func TestLabelsDoNotOverlap(t *testing.T) {
	f, _ := recordedFrame()
	f.Max = vg.Point{X: 210, Y: 190}
	f.x = axis{min: 0, max: 1}
	rnd := newRand()
	s := scene{room: f.Rectangle}
	var labels []label
	for i := range 10 {
		x, y := 0.3+0.4*rnd.Float64(), 0.3+0.4*rnd.Float64()
		m := point(x, y, look{blue, circle})
		s.marks = append(s.marks, m.cover(f)...)
		labels = append(labels, label{text: fmt.Sprintf("set %d", i), gap: 4})
		s.anchors = append(s.anchors, f.at(x, y))
		s.places = append(s.places, s.anchors[i:])
	}
	s.chosen = make([]candidate, len(labels))
	for range rounds {
		for i, l := range labels {
			s.choose(i, l)
		}
	}
	for i, a := range s.chosen {
		if inside := overlap(a.box, s.room); math.Abs(float64(inside-a.box.Size().X*a.box.Size().Y)) > 1e-6 {
			t.Errorf("label %d leaves the frame", i)
		}
		for k, b := range s.chosen[:i] {
			if overlap(a.box, b.box) > 0 {
				t.Errorf("labels %d and %d overlap", k, i)
			}
		}
	}
}

// A line's name stands by the part of it where there is room: here its start, as another line passes under its end.
func TestLabelsAlongLine(t *testing.T) {
	f, _ := recordedFrame()
	f.Max = vg.Point{X: 210, Y: 190}
	f.x, f.y = axis{min: 0, max: 1}, axis{min: 0, max: 1}
	s := scene{room: f.Rectangle, chosen: make([]candidate, 1)}
	for _, y := range []float64{0.42, 0.46, 0.5, 0.54, 0.58, 0.62} {
		s.marks = append(s.marks, line(0.4, y, 1, y, stroke(blue, dataLine)).cover(f)...)
	}
	l := label{text: "name", x: 0.7, y: 0.52, gap: 5, along: [][2]float64{{0.1, 0.52}, {0.7, 0.52}}}
	s.anchors = []vg.Point{f.at(l.x, l.y)}
	s.places = [][]vg.Point{l.places(f, s.anchors[0])}
	s.choose(0, l)
	if want := f.at(0.1, 0.52); s.anchors[0] != want {
		t.Errorf("the label stands by %v, want %v", s.anchors[0], want)
	}
	l.along = nil
	s.anchors[0] = f.at(l.x, l.y)
	s.places[0] = l.places(f, s.anchors[0])
	if s.choose(0, l); s.anchors[0] != f.at(l.x, l.y) {
		t.Errorf("a label with one place stands by %v", s.anchors[0])
	}
}

// TestLabelsConfuse: a label beside a point is taken for that point's, whatever its leader says.
func TestLabelsConfuse(t *testing.T) {
	box := vg.Rectangle{Min: vg.Point{X: 10, Y: 50}, Max: vg.Point{X: 50, Y: 58}}
	for _, c := range []struct {
		what          string
		anchor, other vg.Point
		want          bool
	}{
		{"beside its own", vg.Point{X: 6, Y: 50}, vg.Point{X: 100, Y: 100}, false},
		{"beside both", vg.Point{X: 6, Y: 50}, vg.Point{X: 54, Y: 50}, true},
		{"far, beside another", vg.Point{X: 40, Y: 20}, vg.Point{X: 6, Y: 54}, true},
		{"far, another far too", vg.Point{X: 40, Y: 20}, vg.Point{X: 100, Y: 54}, false},
		{"far, past another", vg.Point{X: 40, Y: 20}, vg.Point{X: 40, Y: 35}, true},
	} {
		if got := (candidate{box}).confuses(c.anchor, c.other); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

func TestNearestAndOverlap(t *testing.T) {
	box := vg.Rectangle{Max: vg.Point{X: 4, Y: 2}}
	if d := distance(box, vg.Point{X: 7, Y: 6}); d != 5 {
		t.Errorf("distance %g, want 5", d)
	}
	if d := distance(box, vg.Point{X: 1, Y: 1}); d != 0 {
		t.Errorf("distance %g of a point inside", d)
	}
	if a := overlap(box, vg.Rectangle{Min: vg.Point{X: 3, Y: 1}, Max: vg.Point{X: 9, Y: 9}}); a != 1 {
		t.Errorf("overlap %g, want 1", a)
	}
}

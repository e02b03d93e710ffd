package plot

import (
	"image/color"
	"math"
	"sort"

	"gonum.org/v1/plot/vg"
)

// A label names a place between the axes. It stands near it, where it hides least.
type label struct {
	text  string
	x, y  float64
	color color.Color
	gap   vg.Length // distance to the place
}

// An endLabel names a line beside its right end.
type endLabel struct {
	text  string
	y     float64
	color color.Color
}

// Costs of a bad place, per square point of overlap with a mark, with another label, and per square point
// outside the frame; and per point of distance to the anchor.
const (
	costMark     = 1.0
	costLabel    = 6.0
	costOutside  = 4.0
	costDistance = 0.25
)

// candidates are the directions and multiples of the gap that placeLabels tries, the best liked first.
var candidates = func() (list []vg.Point) {
	for _, reach := range []vg.Length{1, 2.5, 5, 9, 14} {
		for _, d := range []vg.Point{{X: 1, Y: 0.7}, {X: -1, Y: 0.7}, {X: 1, Y: -0.7}, {X: -1, Y: -0.7},
			{X: 1}, {X: -1}, {Y: 1}, {Y: -1}} {
			list = append(list, d.Scale(reach))
		}
	}
	return list
}()

// placeLabels writes each label at the candidate place of lowest cost, in order, and joins far ones to
// their place by a hairline.
func placeLabels(f *frame, labels []label, marks []mark) {
	if len(labels) == 0 {
		return
	}
	var boxes []vg.Rectangle
	for _, m := range marks {
		boxes = append(boxes, m.cover(f)...)
	}
	var taken []vg.Rectangle
	for _, l := range labels {
		anchor := f.at(l.x, l.y)
		if !finite(float64(anchor.X)) || !finite(float64(anchor.Y)) {
			continue
		}
		best, at := math.Inf(1), candidate{}
		for _, d := range candidates {
			c := l.at(anchor, d)
			if cost := c.cost(f, anchor, boxes, taken); cost < best {
				best, at = cost, c
			}
		}
		taken = append(taken, at.box)
		if foot, far := at.leader(anchor); far {
			f.StrokeLine2(stroke(midGrey, hairline), anchor.X, anchor.Y, foot.X, foot.Y)
		}
		put(f, typeset{size: textSize, color: l.color, v: bottom}, vg.Point{X: at.box.Min.X + 1, Y: at.box.Min.Y + 2.5}, l.text)
	}
}

// A candidate is a possible place of a label.
type candidate struct{ box vg.Rectangle }

// at returns the candidate in direction d from the anchor.
func (l label) at(anchor, d vg.Point) candidate {
	w, h := textWidth(l.text, textSize)+2, vg.Length(textSize+2)
	corner := anchor.Add(d.Scale(l.gap))
	corner.X += w * (sign(d.X) - 1) / 2
	corner.Y += h * (sign(d.Y) - 1) / 2
	return candidate{vg.Rectangle{Min: corner, Max: corner.Add(vg.Point{X: w, Y: h})}}
}

func sign(v vg.Length) vg.Length {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func (c candidate) cost(f *frame, anchor vg.Point, boxes, taken []vg.Rectangle) float64 {
	size := c.box.Size()
	cost := costOutside * float64(size.X*size.Y-overlap(c.box, f.Rectangle))
	for _, b := range boxes {
		cost += costMark * float64(overlap(c.box, b))
	}
	for _, b := range taken {
		cost += costLabel * float64(overlap(c.box, b))
	}
	foot := nearest(c.box, anchor).Sub(anchor)
	return cost + costDistance*math.Hypot(float64(foot.X), float64(foot.Y))
}

// leader returns where a line from the anchor meets the label, and whether it is so far that it needs one.
func (c candidate) leader(anchor vg.Point) (foot vg.Point, far bool) {
	foot = nearest(c.box, anchor)
	d := foot.Sub(anchor)
	return foot, math.Hypot(float64(d.X), float64(d.Y)) > 12
}

// overlap returns the area that two boxes share.
func overlap(a, b vg.Rectangle) vg.Length {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	return max(w, 0) * max(h, 0)
}

// nearest returns the point of the box that is nearest to p.
func nearest(box vg.Rectangle, p vg.Point) vg.Point {
	return vg.Point{X: min(max(p.X, box.Min.X), box.Max.X), Y: min(max(p.Y, box.Min.Y), box.Max.Y)}
}

// drawEnds writes the labels right of the frame at the height of their lines, moved apart where they would
// overlap.
func drawEnds(f *frame, ends []endLabel) {
	type placed struct {
		endLabel
		at vg.Length
	}
	list := make([]placed, 0, len(ends))
	for _, e := range ends {
		if u := f.y.norm(e.y); finite(u) {
			list = append(list, placed{e, f.Y(math.Max(0, math.Min(1, u)))})
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].at < list[j].at })
	heights := make([]vg.Length, len(list))
	for i := range list {
		heights[i] = list[i].at
	}
	spread(heights, 1.15*textSize, f.Max.Y)
	for i, e := range list {
		put(f, typeset{size: textSize, color: e.color, v: center}, vg.Point{X: f.Max.X + endGap, Y: heights[i]}, e.text)
	}
}

// spread moves ascending heights apart to the given distance, none above the ceiling: first upward, then, from the
// ceiling, down. What is crowded is centred on where it was.
func spread(heights []vg.Length, distance, ceiling vg.Length) {
	for range 2 * len(heights) {
		for i := 1; i < len(heights); i++ {
			if lack := distance - (heights[i] - heights[i-1]); lack > 0 {
				heights[i-1] -= lack / 2
				heights[i] += lack / 2
			}
		}
	}
	for i := len(heights) - 1; i >= 0; i-- {
		heights[i] = min(heights[i], ceiling)
		ceiling = heights[i] - distance
	}
}

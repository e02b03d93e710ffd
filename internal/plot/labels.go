package plot

import (
	"image/color"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/plot/vg"
)

// A label names a place between the axes. It stands near it, where it hides least.
type label struct {
	text  string
	x, y  float64
	color color.Color
	gap   vg.Length    // distance to the place
	along [][2]float64 // other places of what it names, such as points of a line, which it may stand by instead
}

// mostNamed is how many recordings a figure names between its axes. More names would hide what they name, and each other: then
// groups are told apart, and beside the axes it says how many recordings there are.
const mostNamed = 12

// An endLabel names a line beside its right end.
type endLabel struct {
	text  string
	y     float64
	color color.Color
}

// Costs of a bad place, per square point of overlap with a mark, with another label, and per square point
// outside the room, per square point of a mark that the leader crosses; per point of distance to what it names; and of being nearly as close to what another label names.
const (
	costMark      = 2.0
	costLabel     = 6.0
	costOutside   = 8.0
	costDistance  = 1.0
	costCrossing  = 10.0
	costConfusion = 100.0
)

// leaderGap is where a leader starts, off the point that is named.
const leaderGap = 4.0

// beside is how near a label stands to the point that it names, most often.
const beside = 8.0

// confusable is how much farther another label's point has to be, in points.
const confusable = 3.0

// candidates are the directions and multiples of the gap that placeLabels tries, the best liked first.
var candidates = func() (list []vg.Point) {
	for _, reach := range []vg.Length{1, 2, 3.5, 5.5, 8} {
		for _, d := range []vg.Point{{X: 1, Y: 0.7}, {X: -1, Y: 0.7}, {X: 1, Y: -0.7}, {X: -1, Y: -0.7},
			{X: 1}, {X: -1}, {Y: 1}, {Y: -1}, {X: 0.3, Y: 1}, {X: 0.3, Y: -1}, {X: -0.3, Y: 1}, {X: -0.3, Y: -1}} {
			list = append(list, d.Scale(reach))
		}
	}
	return list
}()

// rounds is how often the labels are placed anew, each given where the others stand.
const rounds = 4

// placeLabels writes each label at the candidate place of lowest cost, and joins far ones to what they name by a
// hairline. It keeps within the room, off the marks, off what is taken, and away from what other labels name.
// Labels take turns: first each finds a place among its predecessors, then among all others.
func placeLabels(f *frame, room vg.Rectangle, labels []label, marks []mark, taken []vg.Rectangle) {
	s := scene{room: room, taken: taken}
	var shown []label
	for _, l := range labels {
		if p := f.at(l.x, l.y); finite(float64(p.X)) && finite(float64(p.Y)) {
			shown, s.anchors = append(shown, l), append(s.anchors, p)
			s.places = append(s.places, l.places(f, p))
		}
	}
	if len(shown) == 0 {
		return
	}
	for _, m := range marks {
		s.marks = append(s.marks, m.cover(f)...)
	}
	s.chosen = make([]candidate, len(shown))
	for range rounds {
		for i, l := range shown {
			s.choose(i, l)
		}
	}
	for i, l := range shown {
		box := s.chosen[i].box
		if foot, far := s.chosen[i].leader(s.anchors[i]); far {
			a := s.anchors[i]
			start := a.Add(foot.Sub(a).Scale(vg.Length(leaderGap / distance(box, a))))
			f.StrokeLine2(stroke(midGrey, hairline), start.X, start.Y, foot.X, foot.Y)
		}
		put(f, typeset{size: textSize, color: l.color, v: bottom}, vg.Point{X: box.Min.X + 1, Y: box.Min.Y + 2.5}, l.text)
	}
}

// A scene is what labels have to heed.
type scene struct {
	room    vg.Rectangle
	marks   []vg.Rectangle
	taken   []vg.Rectangle
	anchors []vg.Point   // what the labels name
	places  [][]vg.Point // what each may name instead, its first anchor among them
	chosen  []candidate  // where they stand; the zero value is nowhere yet
}

// choose places label i.
func (s *scene) choose(i int, l label) {
	s.chosen[i] = candidate{}
	others := s.others()
	best, at := math.Inf(1), candidate{}
	anchor := s.anchors[i]
	for _, place := range s.places[i] {
		s.anchors[i] = place
		for _, d := range candidates {
			c := l.at(place, d)
			if cost := s.cost(i, c, others); cost < best {
				best, at, anchor = cost, c, place
			}
		}
	}
	s.chosen[i], s.anchors[i] = at, anchor
}

// places are where a label may stand by: its own place, the best liked, then those along.
func (l label) places(f *frame, own vg.Point) []vg.Point {
	all := []vg.Point{own}
	for _, a := range l.along {
		if p := f.at(a[0], a[1]); p != own && finite(float64(p.X)) && finite(float64(p.Y)) {
			all = append(all, p)
		}
	}
	return all
}

// others returns the boxes of all placed labels, of their leaders, and of what was taken before.
func (s *scene) others() []vg.Rectangle {
	boxes := append([]vg.Rectangle(nil), s.taken...)
	for k, c := range s.chosen {
		if c != (candidate{}) {
			boxes = append(boxes, c.boxes(s.anchors[k])...)
		}
	}
	return boxes
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

// boxes returns the box of the label and those along its leader.
func (c candidate) boxes(anchor vg.Point) []vg.Rectangle {
	boxes := []vg.Rectangle{c.box}
	if foot, far := c.leader(anchor); far {
		boxes = append(boxes, alongLine(anchor, foot, hairline)...)
	}
	return boxes
}

// confuses reports whether the label could be taken for that of another point: because its leader passes
// that, or it stands beside it with a leader to elsewhere; or, without leader, because it stands about as near to it.
func (c candidate) confuses(anchor, other vg.Point) bool {
	if _, far := c.leader(anchor); !far {
		return distance(c.box, other) < distance(c.box, anchor)+confusable
	}
	if distance(c.box, other) < beside {
		return true
	}
	for _, b := range c.boxes(anchor)[1:] {
		if distance(b, other) < confusable {
			return true
		}
	}
	return false
}

// leader returns where a line from the anchor meets the label, and whether it is so far that it needs one.
func (c candidate) leader(anchor vg.Point) (foot vg.Point, far bool) {
	return nearest(c.box, anchor), distance(c.box, anchor) > 12
}

// cost rates the candidate for label i.
func (s *scene) cost(i int, c candidate, others []vg.Rectangle) float64 {
	size := c.box.Size()
	cost := costOutside * float64(size.X*size.Y-overlap(c.box, s.room))
	for _, b := range s.marks {
		cost += costMark * float64(overlap(c.box, b))
	}
	for _, b := range c.boxes(s.anchors[i])[1:] {
		if distance(b, s.anchors[i]) < leaderGap {
			continue // what it names is crossed there
		}
		for _, m := range s.marks {
			cost += costCrossing * float64(overlap(b, m))
		}
	}
	for _, b := range c.boxes(s.anchors[i]) {
		for _, o := range others {
			cost += costLabel * float64(overlap(b, o))
		}
	}
	for k, places := range s.places {
		if k != i && slices.ContainsFunc(places, func(p vg.Point) bool { return c.confuses(s.anchors[i], p) }) {
			cost += costConfusion
		}
	}
	return cost + costDistance*distance(c.box, s.anchors[i])
}

// distance returns how far p is from the box.
func distance(box vg.Rectangle, p vg.Point) float64 {
	d := nearest(box, p).Sub(p)
	return math.Hypot(float64(d.X), float64(d.Y))
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
// overlap, and returns the boxes that they take.
func drawEnds(f *frame, ends []endLabel) []vg.Rectangle {
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
	boxes := make([]vg.Rectangle, len(list))
	for i, e := range list {
		at := vg.Point{X: f.Max.X + endGap, Y: heights[i]}
		put(f, typeset{size: textSize, color: e.color, v: center}, at, e.text)
		half := vg.Point{Y: textSize / 2}
		boxes[i] = vg.Rectangle{Min: at.Sub(half), Max: at.Add(half).Add(vg.Point{X: textWidth(e.text, textSize)})}
	}
	return boxes
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

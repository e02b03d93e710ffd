package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A panel is a pair of axes and the marks between them.
type panel struct {
	title   string // stands right-aligned above the axes
	letter  string // a, b, c
	x, y    axis
	twin    *axis // the same y in another unit, on the right
	marks   []mark
	labels  []label    // placed where they cover least
	notes   []note     // at a place of their own
	ends    []endLabel // beside the right end of lines
	columns []column   // beneath a categorical x axis, instead of its ticks
	turned  bool       // the names of columns read upward
	rows    []string   // names of the rows of text that the columns have
	reason  string     // said instead of the marks
	bare    bool       // without axes
	tall    bool       // reaches down over the next row of the grid too
}

// explain gives the reason why there is nothing to draw. Axes without data have no numbers.
func (p *panel) explain(reason string) {
	p.reason = reason
	p.x.ticks, p.y.ticks, p.twin = nil, nil, nil
}

// A column is a place of a categorical axis: name, perhaps in several lines, and further rows of text.
type column struct {
	at   float64
	name []string
	rows []string
}

// A note is a word at a place between the axes.
type note struct {
	text    string
	x, y    float64
	color   color.Color
	centred bool // at the place, rather than from it on
}

// A frame is the data area of a panel on a canvas.
type frame struct {
	draw.Canvas
	x, y axis
}

// at returns the place of a data point. It is NaN where the point is on no place of the axes.
func (f *frame) at(x, y float64) vg.Point {
	return vg.Point{X: f.X(f.x.norm(x)), Y: f.Y(f.y.norm(y))}
}

// margins are what a panel needs around its data area.
type margins struct{ left, right, bottom, top vg.Length }

// Distances between parts of a panel.
const (
	labelGap  = 4.0 // axis title to tick labels
	tickGap   = 2.0 // tick to its label
	endGap    = 3.0 // line to the label beside it
	lineSkip  = 1.2 // between lines of text, as a share of their size
	headSkip  = 4.0 // title to axes
	edgeSlack = 2.0 // around the page
)

func (p *panel) margins() margins {
	var m margins
	m.top = edgeSlack + tickSize/2
	if p.title != "" || p.letter != "" {
		m.top = letterSize*capHeight + headSkip + edgeSlack
	}
	m.left = edgeSlack + p.y.depth(true)
	if w := p.rowsWidth(); w > m.left {
		m.left = w
	}
	m.bottom = edgeSlack + p.x.depth(false) + p.columnsHeight()
	m.right = edgeSlack + p.overhang()
	if p.twin != nil {
		m.right = edgeSlack + p.twin.depth(true)
	}
	for _, e := range p.ends {
		m.right = max(m.right, edgeSlack+endGap+textWidth(e.text, textSize))
	}
	return m
}

// depth is the room that ticks, labels and title of an axis take, across it.
func (a axis) depth(vertical bool) vg.Length {
	var d vg.Length
	labelled := false
	for _, t := range a.ticks {
		if t.label == "" {
			continue
		}
		labelled = true
		if vertical {
			d = max(d, textWidth(t.label, tickSize))
		} else {
			d = tickSize
		}
	}
	if len(a.ticks) > 0 {
		d += tickLength
	}
	if labelled {
		d += tickGap
	}
	if a.label != "" {
		d += labelGap + textSize
	}
	return d
}

// thinned returns the ticks with every second, third, … label, the one at 0 among them, if on an axis of this length
// they would touch otherwise.
func (a axis) thinned(length vg.Length) []tick {
	var labelled []int // ascending, as linearTicks and its like return them
	zero := 0
	for i, t := range a.ticks {
		if t.label == "" {
			continue
		}
		if t.at == 0 {
			zero = len(labelled)
		}
		labelled = append(labelled, i)
	}
	for every := 1; ; every++ {
		ticks := a.unlabelled().ticks
		fits, end := true, vg.Length(math.Inf(-1))
		for k := zero % every; k < len(labelled); k += every {
			t := a.ticks[labelled[k]]
			half := textWidth(t.label, tickSize) / 2
			at := length * vg.Length(a.norm(t.at))
			fits = fits && at-half > end
			end = at + half + tickGap
			ticks[labelled[k]] = t
		}
		if fits {
			return ticks
		}
	}
}

// overhang is how far the last tick label of x sticks out to the right, at most: half its width.
func (p *panel) overhang() vg.Length {
	var w vg.Length
	for _, t := range p.x.ticks {
		if p.x.norm(t.at) > 0.9 {
			w = max(w, textWidth(t.label, tickSize)/2)
		}
	}
	return w
}

// columnsHeight is the room of what stands beneath a categorical axis.
func (p *panel) columnsHeight() vg.Length {
	if len(p.columns) == 0 {
		return 0
	}
	h := tickLength + p.namesHeight()
	for i := range p.rows {
		h += p.rowHeight(i)
	}
	if h > tickLength {
		h += tickGap
	}
	return h
}

func (p *panel) namesHeight() vg.Length {
	var h vg.Length
	for _, c := range p.columns {
		if p.turned {
			h = max(h, textWidth(c.name[0], tickSize)+labelGap)
		} else {
			h = max(h, lineSkip*tickSize*vg.Length(len(c.name)))
		}
	}
	return h
}

// rowHeight is the room of row i beneath the names, which is turned with them.
func (p *panel) rowHeight(i int) vg.Length {
	h := vg.Length(lineSkip * tickSize)
	for _, c := range p.columns {
		if p.turned {
			h = max(h, textWidth(c.rows[i], tickSize)+labelGap)
		}
	}
	return h
}

func (p *panel) rowsWidth() vg.Length {
	var w vg.Length
	for _, r := range p.rows {
		w = max(w, edgeSlack+textWidth(r, tickSize)+3*labelGap)
	}
	return w
}

// draw draws the panel around the data area.
func (p *panel) draw(area draw.Canvas, outer margins) {
	f := &frame{area, p.x, p.y}
	if p.reason == "" {
		for _, m := range p.marks {
			m.draw(f)
		}
	}
	if !p.bare {
		p.drawX(f)
		drawY(f, p.y, f.Min.X, -1, outer.left)
	}
	if p.twin != nil {
		drawY(f, *p.twin, f.Max.X, +1, outer.right)
	}
	p.drawHead(f, outer)
	if p.reason != "" {
		p.drawReason(f)
		return
	}
	for _, n := range p.notes {
		set := typeset{size: tickSize, color: n.color, v: center}
		if n.centred {
			set.h = center
		}
		put(f, set, f.at(n.x, n.y), n.text)
	}
	taken := drawEnds(f, p.ends)
	room := f.Rectangle
	if p.twin == nil {
		room.Max.X += outer.right - edgeSlack
	}
	placeLabels(f, room, p.labels, p.marks, taken)
}

// drawReason writes in the middle of the axes why there is nothing on them.
func (p *panel) drawReason(f *frame) {
	lines := wrap(p.reason, tickSize, f.Max.X-f.Min.X-4)
	at := f.Center()
	at.Y += lineSkip * tickSize * vg.Length(len(lines)-1) / 2
	for _, line := range lines {
		put(f, typeset{size: tickSize, color: grey, h: center, v: center}, at, line)
		at.Y -= lineSkip * tickSize
	}
}

func (p *panel) drawHead(f *frame, outer margins) {
	y := f.Max.Y + headSkip
	if p.letter != "" {
		put(f, typeset{size: letterSize, color: black, bold: true},
			vg.Point{X: f.Min.X - outer.left + edgeSlack, Y: y}, p.letter)
	}
	if p.title != "" {
		put(f, typeset{size: tickSize, color: grey, h: right}, vg.Point{X: f.Max.X, Y: y}, p.title)
	}
}

// drawX draws the axis below the data area.
func (p *panel) drawX(f *frame) {
	a := p.x
	f.StrokeLine2(stroke(black, spineWidth), f.Min.X, f.Min.Y, f.Max.X, f.Min.Y)
	y := f.Min.Y
	for _, t := range a.thinned(f.Max.X - f.Min.X) {
		u := a.norm(t.at)
		if u < -slack || u > 1+slack {
			continue
		}
		x := f.X(u)
		length := vg.Length(tickLength)
		if t.label == "" {
			length *= 0.6
		}
		f.StrokeLine2(stroke(black, spineWidth), x, y, x, y-length)
		put(f, typeset{size: tickSize, color: black, h: center, v: top}, vg.Point{X: x, Y: y - tickLength - tickGap}, t.label)
	}
	p.drawColumns(f)
	if a.label != "" {
		below := a.depth(false) - textSize*(1-0.15) + p.columnsHeight()
		put(f, typeset{size: textSize, color: black, h: center, v: top}, vg.Point{X: f.Center().X, Y: y - below}, a.label)
	}
}

// drawColumns writes the names and the rows of text beneath a categorical axis.
func (p *panel) drawColumns(f *frame) {
	if len(p.columns) == 0 {
		return
	}
	set := typeset{size: tickSize, color: black, h: center, v: top}
	if p.turned {
		set = typeset{size: tickSize, color: black, h: right, v: center, upward: true}
	}
	small := set
	small.color = grey
	start := f.Min.Y - tickLength - tickGap
	for _, c := range p.columns {
		x := f.X(f.x.norm(c.at))
		f.StrokeLine2(stroke(black, spineWidth), x, f.Min.Y, x, f.Min.Y-tickLength)
		for i, s := range c.name {
			put(f, set, vg.Point{X: x, Y: start - lineSkip*tickSize*vg.Length(i)}, s)
		}
		y := start - p.namesHeight()
		for i, s := range c.rows {
			put(f, small, vg.Point{X: x, Y: y}, s)
			y -= p.rowHeight(i)
		}
	}
	y := start - p.namesHeight()
	for i, s := range p.rows {
		put(f, typeset{size: tickSize, color: grey, h: right, v: top}, vg.Point{X: f.Min.X - labelGap, Y: y}, s)
		y -= p.rowHeight(i)
	}
}

// drawY draws a vertical axis at x; side is −1 for labels to the left and +1 for the right, and room what
// there is to the edge of the panel, where its title stands.
func drawY(f *frame, a axis, x, side, room vg.Length) {
	f.StrokeLine2(stroke(black, spineWidth), x, f.Min.Y, x, f.Max.Y)
	set := typeset{size: tickSize, color: black, h: right, v: center}
	if side > 0 {
		set.h = left
	}
	for _, t := range a.ticks {
		u := a.norm(t.at)
		if u < -slack || u > 1+slack {
			continue
		}
		y := f.Y(u)
		length := side * tickLength
		if t.label == "" {
			length *= 0.6
		}
		f.StrokeLine2(stroke(black, spineWidth), x, y, x+length, y)
		put(f, set, vg.Point{X: x + side*(tickLength+tickGap), Y: y}, t.label)
	}
	if a.label == "" {
		return
	}
	title := typeset{size: textSize, color: black, h: center, v: top, upward: true}
	if side > 0 {
		title.v = bottom
	}
	at := vg.Point{X: x + side*(room-edgeSlack-textSize*0.1), Y: f.Center().Y}
	put(f, title, at, a.label)
}

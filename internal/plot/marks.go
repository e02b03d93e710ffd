package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A mark draws itself between the axes, clipped to them.
type mark interface {
	draw(f *frame)
	// cover returns the boxes that a label should not hide.
	cover(f *frame) []vg.Rectangle
}

// background is embedded in marks that labels may cover.
type background struct{}

func (background) cover(*frame) []vg.Rectangle { return nil }

// A curve joins points by straight lines, interrupted where a coordinate is NaN.
type curve struct {
	x, y  []float64
	style draw.LineStyle
}

func (m curve) draw(f *frame) {
	for _, line := range m.pieces(f) {
		f.StrokeLines(m.style, line)
	}
}

// pieces returns the uninterrupted parts of the curve inside the frame. A point with gaps on both sides is
// no line.
func (m curve) pieces(f *frame) [][]vg.Point {
	var pieces [][]vg.Point
	var piece []vg.Point
	for i := range m.x {
		p := f.at(m.x[i], m.y[i])
		if finite(float64(p.X)) && finite(float64(p.Y)) {
			piece = append(piece, p)
			continue
		}
		pieces, piece = append(pieces, piece), nil
	}
	return f.ClipLinesXY(append(pieces, piece)...)
}

// coverStep is the distance of the boxes along a line.
const coverStep = 3

func (m curve) cover(f *frame) []vg.Rectangle {
	var boxes []vg.Rectangle
	for _, line := range m.pieces(f) {
		for i := 1; i < len(line); i++ {
			boxes = append(boxes, alongLine(line[i-1], line[i], m.style.Width/2)...)
		}
	}
	return boxes
}

// alongLine returns small boxes that cover a line.
func alongLine(from, to vg.Point, half vg.Length) []vg.Rectangle {
	step := to.Sub(from)
	n := int(math.Ceil(math.Hypot(float64(step.X), float64(step.Y)) / coverStep))
	boxes := make([]vg.Rectangle, 0, n+1)
	for i := range n + 1 {
		boxes = append(boxes, around(from.Add(step.Scale(vg.Length(i)/vg.Length(max(n, 1)))), max(half+0.5, coverStep/2)))
	}
	return boxes
}

// around returns the square of the given half side.
func around(p vg.Point, half vg.Length) vg.Rectangle {
	d := vg.Point{X: half, Y: half}
	return vg.Rectangle{Min: p.Sub(d), Max: p.Add(d)}
}

// line returns the curve between two points.
func line(x0, y0, x1, y1 float64, style draw.LineStyle) curve {
	return curve{[]float64{x0, x1}, []float64{y0, y1}, style}
}

// A band fills a rectangle; infinite ends reach to the edge.
type band struct {
	background
	x0, x1, y0, y1 float64
	color          color.Color
}

// levels is the band between two values of y.
func levels(y0, y1 float64, c color.Color) band {
	return band{x0: math.Inf(-1), x1: math.Inf(1), y0: y0, y1: y1, color: c}
}

func (m band) draw(f *frame) {
	x0, x1 := clamped(f.x, m.x0), clamped(f.x, m.x1)
	y0, y1 := clamped(f.y, m.y0), clamped(f.y, m.y1)
	if !(x0 < x1 && y0 < y1) {
		return
	}
	f.FillPolygon(m.color, []vg.Point{
		{X: f.X(x0), Y: f.Y(y0)}, {X: f.X(x1), Y: f.Y(y0)}, {X: f.X(x1), Y: f.Y(y1)}, {X: f.X(x0), Y: f.Y(y1)}})
}

// clamped returns norm limited to the axis; what lies below a log axis is at its start.
func clamped(a axis, v float64) float64 {
	if a.log && v <= 0 {
		return 0
	}
	return math.Max(0, math.Min(1, a.norm(v)))
}

// A ribbon fills the space between a lower and an upper curve, interrupted where one is NaN.
type ribbon struct {
	background
	x, low, high []float64
	color        color.Color
}

func (m ribbon) draw(f *frame) {
	var there, back []vg.Point
	flush := func() {
		for i := len(back) - 1; i >= 0; i-- {
			there = append(there, back[i])
		}
		f.FillPolygon(m.color, f.ClipPolygonXY(there))
		there, back = nil, nil
	}
	for i := range m.x {
		lo, hi := f.at(m.x[i], m.low[i]), f.at(m.x[i], m.high[i])
		if !finite(float64(lo.X)) || !finite(float64(lo.Y)) || !finite(float64(hi.Y)) {
			flush()
			continue
		}
		there, back = append(there, lo), append(back, hi)
	}
	flush()
}

// A shape is the outline of a point.
type shape func(at vg.Point, r vg.Length) vg.Path

func circle(at vg.Point, r vg.Length) vg.Path {
	var p vg.Path
	p.Move(vg.Point{X: at.X + r, Y: at.Y})
	p.Arc(at, r, 0, 2*math.Pi)
	p.Close()
	return p
}

// The radii of the others are such that all areas look alike.
func square(at vg.Point, r vg.Length) vg.Path { return regular(at, 1.25*r, 4, math.Pi/4) }

func diamond(at vg.Point, r vg.Length) vg.Path { return regular(at, 1.3*r, 4, 0) }

func triangle(at vg.Point, r vg.Length) vg.Path { return regular(at, 1.4*r, 3, math.Pi/2) }

func regular(at vg.Point, r vg.Length, corners int, turn float64) vg.Path {
	var p vg.Path
	for i := range corners {
		sin, cos := math.Sincos(turn + 2*math.Pi*float64(i)/float64(corners))
		q := at.Add(vg.Point{X: r * vg.Length(cos), Y: r * vg.Length(sin)})
		if i == 0 {
			p.Move(q)
		} else {
			p.Line(q)
		}
	}
	p.Close()
	return p
}

// points draws a shape at each finite point, and interval bars where the interval is finite and not empty. A
// white rim sets points off from what lies under them.
type points struct {
	x, y     []float64
	xci, yci [][2]float64 // nil: none
	look     look
	radius   vg.Length
	rim      bool
}

// point is points of one.
func point(x, y float64, l look) points {
	return points{x: []float64{x}, y: []float64{y}, look: l, radius: pointSize, rim: true}
}

func (m points) draw(f *frame) {
	for i := range m.x {
		for _, bar := range m.bars(f, i) {
			f.StrokeLines(stroke(m.look.color, thinLine), bar[:])
		}
	}
	for i := range m.x {
		p := f.at(m.x[i], m.y[i])
		if !f.Contains(p) {
			continue
		}
		path := m.look.shape(p, m.radius)
		f.SetColor(m.look.color)
		f.Fill(path)
		if m.rim {
			f.SetLineStyle(stroke(white, hairline))
			f.Stroke(path)
		}
	}
}

// bars returns the clipped interval bars of point i.
func (m points) bars(f *frame, i int) [][2]vg.Point {
	var bars [][2]vg.Point
	add := func(a, b vg.Point) {
		for _, l := range f.ClipLinesXY([]vg.Point{a, b}) {
			bars = append(bars, [2]vg.Point{l[0], l[len(l)-1]})
		}
	}
	if m.xci != nil && isInterval(m.xci[i]) && finite(m.y[i]) {
		y := f.Y(f.y.norm(m.y[i]))
		add(vg.Point{X: f.X(orStart(f.x, m.xci[i][0])), Y: y}, vg.Point{X: f.X(f.x.norm(m.xci[i][1])), Y: y})
	}
	if m.yci != nil && isInterval(m.yci[i]) && finite(m.x[i]) {
		x := f.X(f.x.norm(m.x[i]))
		add(vg.Point{X: x, Y: f.Y(orStart(f.y, m.yci[i][0]))}, vg.Point{X: x, Y: f.Y(f.y.norm(m.yci[i][1]))})
	}
	return bars
}

// orStart is norm, but the start of a log axis for what lies below all of it.
func orStart(a axis, v float64) float64 {
	if a.log && v <= 0 {
		return 0
	}
	return a.norm(v)
}

// isInterval reports whether both ends are finite and in order; the zero interval is none.
func isInterval(iv [2]float64) bool { return finite(iv[0]) && finite(iv[1]) && iv[0] < iv[1] }

func (m points) cover(f *frame) []vg.Rectangle {
	var boxes []vg.Rectangle
	for i := range m.x {
		if p := f.at(m.x[i], m.y[i]); f.Contains(p) {
			boxes = append(boxes, around(p, m.radius+1))
		}
		for _, bar := range m.bars(f, i) {
			boxes = append(boxes, alongLine(bar[0], bar[1], 1)...)
		}
	}
	return boxes
}

// dots draws many small points as one path, which keeps vector files small. On a categorical axis they can be
// spread, in points of the page: by the golden ratio, so that neighbours in the list stand apart.
type dots struct {
	background
	x, y   []float64
	spread vg.Length
	color  color.Color
	radius vg.Length
}

func (m dots) draw(f *frame) {
	var path vg.Path
	for i := range m.x {
		p := f.at(m.x[i], m.y[i])
		p.X += m.spread * vg.Length(math.Mod(float64(i+1)*(math.Phi-1), 1)-0.5)
		if f.Contains(p) {
			path = append(path, regular(p, m.radius, 6, 0)...)
		}
	}
	if path == nil {
		return
	}
	f.SetColor(m.color)
	f.Fill(path)
}

// repeated returns n times x.
func repeated(x float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x
	}
	return out
}

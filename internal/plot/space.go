package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// A space shows curves in three dimensions, on axes of the same scale, seen from above and the side without perspective. Each
// curve has a shadow on the floor, a dot where it begins and arrow heads in the direction of time; the arrow starts in the
// origin.
type space struct {
	background
	curves []spaceCurve
	axes   [3]string
	arrow  [3]float64 // of length 1 at most; zero: none
	name   string     // of the arrow
}

// A spaceCurve is a curve of a space.
type spaceCurve struct {
	points [][3]float64
	color  color.NRGBA
}

// The view: the floor is turned by the azimuth, and seen from the elevation above it.
const (
	azimuth   = 35 * math.Pi / 180
	elevation = 28 * math.Pi / 180
)

// flat projects a point of space.
func flat(p [3]float64) (x, y float64) {
	across, away := p[0]*math.Cos(azimuth)-p[1]*math.Sin(azimuth), p[0]*math.Sin(azimuth)+p[1]*math.Cos(azimuth)
	return across, away*math.Sin(elevation) + p[2]*math.Cos(elevation)
}

// reach returns half the edge of the floor that lies under all curves, its height, and that of what is shown above it.
func (m space) reach() (half, floor, ceiling float64) {
	for _, c := range m.curves {
		for _, p := range c.points {
			for _, v := range p {
				if finite(v) {
					half = math.Max(half, math.Abs(v))
				}
			}
			if finite(p[2]) {
				floor, ceiling = math.Min(floor, p[2]), math.Max(ceiling, p[2])
			}
		}
	}
	half *= 1.05
	ceiling = math.Max(ceiling, half*math.Max(m.arrow[2], 0.6))
	return half, math.Max(-half, floor-0.35*half), ceiling // a flat curve stands off its shadow
}

func (m space) draw(f *frame) {
	half, floor, ceiling := m.reach()
	if half == 0 {
		return
	}
	place := m.placer(f, half, floor, ceiling)
	m.drawAxes(f, place, half, floor, ceiling)
	for _, c := range m.curves {
		var shadow, line []vg.Point
		for _, p := range c.points {
			shadow, line = append(shadow, place([3]float64{p[0], p[1], floor})), append(line, place(p))
		}
		f.StrokeLines(stroke(tint(c.color, 0.25), thinLine), shadow)
		defer func() {
			f.StrokeLines(stroke(c.color, 0.8*dataLine), line)
			m.decorate(f, c.color, line)
		}()
	}
	if m.arrow != [3]float64{} {
		tip := [3]float64{}
		for i, v := range m.arrow {
			tip[i] = half * v
		}
		defer drawArrow(f, place([3]float64{}), place(tip), m.name)
	}
}

// placer returns the map from space to the page that fits the space above the floor, and its labels, into the frame.
func (m space) placer(f *frame, half, floor, ceiling float64) func([3]float64) vg.Point {
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for corner := range 8 {
		p := [3]float64{-half, -half, floor}
		if corner&1 != 0 {
			p[0] = half
		}
		if corner&2 != 0 {
			p[1] = half
		}
		if corner&4 != 0 {
			p[2] = ceiling
		}
		x, y := flat(p)
		lo[0], hi[0] = math.Min(lo[0], x), math.Max(hi[0], x)
		lo[1], hi[1] = math.Min(lo[1], y), math.Max(hi[1], y)
	}
	const words = 1.6 * textSize // room of the axes' names
	scale := math.Min(float64(f.Max.X-f.Min.X-words)/(hi[0]-lo[0]), float64(f.Max.Y-f.Min.Y-words)/(hi[1]-lo[1]))
	middle := f.Center()
	return func(p [3]float64) vg.Point {
		x, y := flat(p)
		return vg.Point{X: middle.X + vg.Length(scale*(x-(lo[0]+hi[0])/2)), Y: middle.Y + vg.Length(scale*(y-(lo[1]+hi[1])/2))}
	}
}

// drawAxes draws the outline of the floor and two of its edges and an upright one with their names.
func (m space) drawAxes(f *frame, place func([3]float64) vg.Point, half, floor, ceiling float64) {
	corner := func(x, y float64) vg.Point { return place([3]float64{x * half, y * half, floor}) }
	f.StrokeLines(stroke(lightGrey, hairline), []vg.Point{corner(-1, 1), corner(1, 1), corner(1, -1)})
	front, side, back := corner(-1, -1), corner(1, -1), corner(-1, 1)
	up := place([3]float64{-half, half, ceiling})
	f.StrokeLines(stroke(midGrey, spineWidth), []vg.Point{side, front, back, up})
	set := typeset{size: tickSize, color: grey, h: center, v: top}
	below := func(a, b vg.Point) vg.Point {
		at := a.Add(b).Scale(0.5)
		at.Y -= 3
		return at
	}
	set.h = left
	put(f, set, below(front, side), m.axes[0])
	set.h = right
	put(f, set, below(front, back), m.axes[1])
	set.h, set.v = left, bottom
	put(f, set, vg.Point{X: up.X - 3, Y: up.Y + 3}, m.axes[2])
}

// Arrow heads stand along the beginning of a curve, which is about the first of its turns.
const (
	heads     = 4
	firstTurn = 0.16
)

// decorate draws the beginning and the direction of a line.
func (m space) decorate(f *frame, c color.NRGBA, line []vg.Point) {
	if len(line) < 2 {
		return
	}
	f.SetColor(c)
	f.Fill(circle(line[0], 0.7*pointSize))
	for k := range heads {
		i := int(firstTurn * float64(len(line)-1) * (float64(k) + 0.5) / heads)
		drawHead(f, line[i], line[min(i+1, len(line)-1)], c, 1.9*pointSize)
	}
}

// drawHead draws an arrow head at a point, in a direction.
func drawHead(f *frame, at, next vg.Point, c color.Color, size vg.Length) {
	d := next.Sub(at)
	length := vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
	if length == 0 {
		return
	}
	d = d.Scale(1 / length)
	side := vg.Point{X: -d.Y, Y: d.X}
	f.FillPolygon(c, []vg.Point{at.Add(d.Scale(0.6 * size)), at.Add(d.Scale(-0.5 * size)).Add(side.Scale(0.45 * size)),
		at.Add(d.Scale(-0.5 * size)).Sub(side.Scale(0.45 * size))})
}

// drawArrow draws an arrow with a name beside its tip.
func drawArrow(f *frame, from, to vg.Point, name string) {
	f.StrokeLine2(stroke(black, dataLine), from.X, from.Y, to.X, to.Y)
	drawHead(f, to, to.Add(to.Sub(from)), black, 2.6*pointSize)
	put(f, typeset{size: textSize, color: black, h: left, v: center}, vg.Point{X: to.X + 5, Y: to.Y}, name)
}

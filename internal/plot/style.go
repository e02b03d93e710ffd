package plot

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Widths of a figure: one and two columns of a journal, 85 mm and 174 mm.
const (
	Single = 85 * vg.Millimeter
	Double = 174 * vg.Millimeter
)

// The palette of Okabe and Ito (2008), "Color universal design": eight colours that stay distinct under
// protanopia, deuteranopia and tritanopia.
var (
	black      = color.NRGBA{0x00, 0x00, 0x00, 0xff}
	orange     = color.NRGBA{0xe6, 0x9f, 0x00, 0xff}
	skyBlue    = color.NRGBA{0x56, 0xb4, 0xe9, 0xff}
	green      = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	blue       = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	vermillion = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	purple     = color.NRGBA{0xcc, 0x79, 0xa7, 0xff}
)

// Greys for what is not data: text of second rank, guides, null bands. They are opaque, so that they look
// the same in every format.
var (
	grey      = color.NRGBA{0x59, 0x59, 0x59, 0xff}
	midGrey   = color.NRGBA{0x99, 0x99, 0x99, 0xff}
	lightGrey = color.NRGBA{0xe4, 0xe4, 0xe4, 0xff}
	white     = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// groupColors are given to groups in order of appearance. Yellow is left out: it does not show on white.
var groupColors = []color.NRGBA{vermillion, blue, green, purple, orange, skyBlue, black}

// groupShapes go with groupColors, so that groups differ in print without colour too. Their number is
// coprime to that of the colours: 28 groups pass before a pair returns.
var groupShapes = []shape{circle, square, triangle, diamond}

// Sizes, in points.
const (
	textSize   = 8.0
	tickSize   = 7.0
	letterSize = 9.5

	spineWidth = 0.6
	hairline   = 0.5
	thinLine   = 0.8
	dataLine   = 1.4
	tickLength = 2.5
	pointSize  = 2.3 // radius
)

// dashed is the pattern of lines that mark a level rather than join data.
var dashed = []vg.Length{2.5, 2}

// stroke returns a line style.
func stroke(c color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}

// tint returns the opaque colour that c at the given opacity has on white.
func tint(c color.NRGBA, opacity float64) color.NRGBA {
	mix := func(v uint8) uint8 { return uint8(255 - opacity*(255-float64(v)) + 0.5) }
	return color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

// A look is what tells one group from another.
type look struct {
	color color.NRGBA
	shape shape
}

// looks assigns a look to each group, in order of first appearance, and returns that order too.
func looks(groups []string) (of map[string]look, order []string) {
	of = make(map[string]look)
	for _, g := range groups {
		if _, seen := of[g]; seen {
			continue
		}
		i := len(order)
		of[g] = look{groupColors[i%len(groupColors)], groupShapes[i%len(groupShapes)]}
		order = append(order, g)
	}
	return of, order
}

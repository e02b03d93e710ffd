package plot

import (
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// outlined is a raster canvas that fills the outlines of glyphs. The canvas itself turns finished glyph images for
// rotated text, which blurs the titles of vertical axes.
type outlined struct{ vgimg.PngCanvas }

// FillString draws text with the pen advancing as the face's widths say.
func (c outlined) FillString(face font.Face, at vg.Point, s string) {
	for i, r := range s {
		pen := face.Width(s[:i]+string(r)) - face.Width(string(r))
		c.Fill(glyphPath(face, r, vg.Point{X: at.X + pen, Y: at.Y}))
	}
}

// Operations of sfnt.Segment.
const (
	moveTo = iota
	lineTo
	quadTo
	cubeTo
)

// glyphPath returns the outline of a character with its origin at the pen; empty for a space.
func glyphPath(face font.Face, r rune, pen vg.Point) vg.Path {
	index, err := face.Face.GlyphIndex(nil, r)
	if err != nil {
		return nil
	}
	// At a size of 1024 pixels, in 26.6 fixed point, with y downward.
	const pixels, fixed = 1024, 64
	segments, err := face.Face.LoadGlyph(nil, index, pixels*fixed, nil)
	if err != nil {
		return nil
	}
	scale := face.Font.Size / (pixels * fixed)
	var path vg.Path
	for _, segment := range segments {
		var q [3]vg.Point
		for i, p := range segment.Args {
			q[i] = pen.Add(vg.Point{X: vg.Length(p.X) * scale, Y: -vg.Length(p.Y) * scale})
		}
		switch segment.Op {
		case moveTo:
			path.Move(q[0])
		case lineTo:
			path.Line(q[0])
		case quadTo:
			path.QuadTo(q[0], q[1])
		case cubeTo:
			path.CubeTo(q[0], q[1], q[2])
		}
	}
	return path
}

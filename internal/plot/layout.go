package plot

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A grid is panels in rows and columns, whose data areas are aligned: panels in a column share left and
// right edge, panels in a row bottom and top.
type grid struct {
	panels  [][]*panel // rows; a nil panel is left empty
	widths  []float64  // of the columns' data areas, relative; nil: equal
	heights []float64  // of the rows' data areas, relative; nil: equal
	legend  []entry    // above all panels
}

// An entry of a legend names a look.
type entry struct {
	text string
	look look
}

// Distances in a grid.
const (
	gridGap     = 6.0
	legendGap   = 12.0
	legendSkip  = 1.5
	lineOfEntry = 2*pointSize + 3
)

// single is the grid of one panel.
func single(p *panel) grid { return grid{panels: [][]*panel{{p}}} }

// lettered gives the panels, row by row, the letters a, b, c, …
func (g grid) lettered() grid {
	next := 'a'
	for _, row := range g.panels {
		for _, p := range row {
			if p != nil {
				p.letter = string(next)
				next++
			}
		}
	}
	return g
}

func (g grid) draw(c draw.Canvas) {
	cols, rows := g.margins()
	c.Max.Y -= g.drawLegend(c, cols[0].left)
	dataWidth, dataHeight := c.Size().X, c.Size().Y
	for _, m := range cols {
		dataWidth -= m.left + m.right
	}
	for _, m := range rows {
		dataHeight -= m.bottom + m.top
	}
	dataWidth -= gridGap * vg.Length(len(cols)-1)
	dataHeight -= gridGap * vg.Length(len(rows)-1)
	y := c.Max.Y
	for i, row := range g.panels {
		height := dataHeight * share(g.heights, i, len(rows))
		y -= rows[i].top + height
		x := c.Min.X
		for j, p := range row {
			width := dataWidth * share(g.widths, j, len(cols))
			x += cols[j].left
			if p != nil {
				floor, below := y, rows[i].bottom
				if p.tall {
					below = rows[i+1].bottom
					floor -= rows[i].bottom + gridGap + rows[i+1].top + dataHeight*share(g.heights, i+1, len(rows))
				}
				area := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: x, Y: floor}, Max: vg.Point{X: x + width, Y: y + height}}}
				p.draw(area, margins{cols[j].left, cols[j].right, below, rows[i].top})
			}
			x += width + cols[j].right + gridGap
		}
		y -= rows[i].bottom + gridGap
	}
}

// margins returns the largest margins among the panels of each column and each row.
func (g grid) margins() (cols, rows []margins) {
	rows = make([]margins, len(g.panels))
	for i, row := range g.panels {
		if cols == nil {
			cols = make([]margins, len(row))
		}
		for j, p := range row {
			if p == nil {
				continue
			}
			m := p.margins()
			cols[j].left = max(cols[j].left, m.left)
			cols[j].right = max(cols[j].right, m.right)
			below := i
			if p.tall {
				below++
			}
			rows[below].bottom = max(rows[below].bottom, m.bottom)
			rows[i].top = max(rows[i].top, m.top)
		}
	}
	return cols, rows
}

// share returns the part of the whole that item i of n has.
func share(parts []float64, i, n int) vg.Length {
	if parts == nil {
		return 1 / vg.Length(n)
	}
	var sum float64
	for _, p := range parts {
		sum += p
	}
	return vg.Length(parts[i] / sum)
}

// drawLegend writes the entries from the indent to the right, in as many lines as they need, and returns the height
// that they took.
func (g grid) drawLegend(c draw.Canvas, indent vg.Length) vg.Length {
	if len(g.legend) == 0 {
		return 0
	}
	x, y := c.Min.X+indent, c.Max.Y-edgeSlack-textSize/2
	begin := x
	for _, e := range g.legend {
		width := lineOfEntry + textWidth(e.text, textSize)
		if x > begin && x+width > c.Max.X-edgeSlack {
			x, y = begin, y-legendSkip*textSize
		}
		c.SetColor(e.look.color)
		c.Fill(e.look.shape(vg.Point{X: x + pointSize, Y: y}, pointSize))
		put(c, typeset{size: textSize, color: black, v: center}, vg.Point{X: x + lineOfEntry, Y: y}, e.text)
		x += width + legendGap
	}
	return c.Max.Y - y + textSize
}

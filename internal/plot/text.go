package plot

import (
	"image/color"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
)

// faces returns the two faces of all text, which take a moment to read. Liberation Sans has ρ, α, √, − and the rest of what
// labels need, but not all superscript digits: exponents are small raised text.
var faces = sync.OnceValues(func() (regular, bold font.Face) {
	for _, f := range liberation.Collection() {
		if f.Font.Variant != "Sans" || f.Font.Style != 0 {
			continue
		}
		if f.Font.Weight == 0 {
			regular = f
		} else {
			bold = f
		}
	}
	return regular, bold
})

// capHeight is the height of Liberation Sans capitals, as a share of the font size.
const capHeight = 0.69

// Script size and shifts, as shares of the font size.
const (
	scriptSize = 0.72
	raise      = 0.36
	lower      = -0.16
)

// A run is a stretch of text on one baseline.
type run struct {
	text  string
	size  vg.Length
	shift vg.Length
}

// runs parses the markup: ^{…} is raised, _{…} lowered, all else literal, also an unclosed brace. Scripts
// do not nest.
func runs(s string, size vg.Length) []run {
	var out []run
	flush := func(text string, size, shift vg.Length) {
		if text != "" {
			out = append(out, run{text, size, shift})
		}
	}
	for {
		open := scriptStart(s)
		if open < 0 {
			break
		}
		length := strings.IndexByte(s[open:], '}')
		if length < 0 {
			break
		}
		flush(s[:open], size, 0)
		shift := vg.Length(raise)
		if s[open] == '_' {
			shift = lower
		}
		flush(s[open+2:open+length], scriptSize*size, shift*size)
		s = s[open+length+1:]
	}
	flush(s, size, 0)
	return out
}

// scriptStart returns the index of the first ^{ or _{, or −1.
func scriptStart(s string) int {
	for i := 0; i+1 < len(s); i++ {
		if (s[i] == '^' || s[i] == '_') && s[i+1] == '{' {
			return i
		}
	}
	return -1
}

// textWidth returns the width of marked-up text in the regular face.
func textWidth(s string, size vg.Length) vg.Length { return widthIn(s, size, false) }

func widthIn(s string, size vg.Length, bold bool) vg.Length {
	var w vg.Length
	for _, r := range runs(s, size) {
		f := face(r.size, bold)
		w += f.Width(r.text)
	}
	return w
}

// face returns the face of text that is bold or not.
func face(size vg.Length, bold bool) font.Face {
	regular, strong := faces()
	if bold {
		return sized(strong, size)
	}
	return sized(regular, size)
}

func sized(f font.Face, size vg.Length) font.Face {
	f.Font.Size = size
	return f
}

// Where a text stands relative to its point: the share of its width that lies left of it, and of the height
// of its capitals that lies below.
const (
	left   = 0.0
	bottom = 0.0
	center = 0.5
	right  = 1.0
	top    = 1.0
)

// A typeset is how a text is set.
type typeset struct {
	size   vg.Length
	color  color.Color
	h, v   float64 // alignment
	bold   bool
	upward bool // rotated by a quarter turn counter-clockwise
}

// put writes a line of marked-up text at a point.
func put(c vg.Canvas, t typeset, at vg.Point, s string) {
	offset := vg.Point{
		X: -vg.Length(t.h) * widthIn(s, t.size, t.bold),
		Y: -vg.Length(t.v) * capHeight * t.size,
	}
	c.SetColor(t.color)
	if t.upward {
		c.Push()
		defer c.Pop()
		c.Translate(at)
		c.Rotate(quarterTurn)
		at = vg.Point{}
	}
	at = at.Add(offset)
	for _, r := range runs(s, t.size) {
		f := face(r.size, t.bold)
		word := strings.TrimLeft(r.text, " ") // SVG swallows spaces at the start of a text
		at.X += f.Width(r.text[:len(r.text)-len(word)])
		c.FillString(f, vg.Point{X: at.X, Y: at.Y + r.shift}, word)
		at.X += f.Width(word)
	}
}

// name makes text from outside safe to set: control and invalid characters become spaces, markup is
// disarmed, and what exceeds the given number of characters is replaced by an ellipsis.
func name(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.NewReplacer("^{", "^ {", "_{", "_ {").Replace(strings.TrimSpace(s))
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return s
}

// wrap breaks a text into as few lines as fit the width, of about the same length, as fill does.
func wrap(s string, size, width vg.Length) []string {
	lines := fill(s, size, width)
	for count := len(lines); count > 1; {
		width = widest(lines, size) - 0.1
		narrower := fill(s, size, width)
		if len(narrower) > count || widest(narrower, size) > width {
			break
		}
		lines = narrower
	}
	return lines
}

func widest(lines []string, size vg.Length) vg.Length {
	var w vg.Length
	for _, line := range lines {
		w = max(w, textWidth(line, size))
	}
	return w
}

// fill breaks a text at spaces into lines no wider than the width, and words that are wider after the marks that join the
// parts of a name: golub2018:before. A part that is wider still stands in a line of its own.
func fill(s string, size, width vg.Length) []string {
	var lines []string
	add := func(space, word string) {
		if n := len(lines); n > 0 && textWidth(lines[n-1]+space+word, size) <= width {
			lines[n-1] += space + word
			return
		}
		lines = append(lines, word)
	}
	for word := range strings.FieldsSeq(s) {
		if textWidth(word, size) <= width {
			add(" ", word)
			continue
		}
		space := " "
		for len(word) > 0 {
			end := strings.IndexAny(word, ":/_-") + 1
			if end == 0 {
				end = len(word)
			}
			add(space, word[:end])
			space, word = "", word[end:]
		}
	}
	return lines
}

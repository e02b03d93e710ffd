package plot

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A pdfCanvas draws a page of PDF 1.5 (ISO 32000). Unlike gonum's it writes any character of the font, by
// glyph (gonum's has the 256 of code page 1252, without ρ, √ or −), embeds only the glyphs used, and holds no date, so
// that the same drawing has the same bytes. Text can be searched and copied.
type pdfCanvas struct {
	width, height vg.Length
	content       bytes.Buffer
	widths        []vg.Length // line width, and those that Push saved
	opacities     []uint8     // in order of first use: names /G0, /G1, …
	fonts         []*pdfFont  // likewise /F0, /F1, …
	images        [][]byte    // finished objects, /I0, /I1, …
}

// A pdfFont is a face and what the page uses of it.
type pdfFont struct {
	face   font.Face
	glyphs map[uint16]rune
}

func newPDF(width, height vg.Length) *pdfCanvas {
	c := &pdfCanvas{width: width, height: height, widths: []vg.Length{0}}
	vg.Initialize(c)
	return c
}

func (c *pdfCanvas) Size() (w, h vg.Length) { return c.width, c.height }

// op writes operands and an operator.
func (c *pdfCanvas) op(operator string, operands ...vg.Length) {
	for _, x := range operands {
		c.content.WriteString(number(float64(x)))
		c.content.WriteByte(' ')
	}
	c.content.WriteString(operator)
	c.content.WriteByte('\n')
}

// number writes x with at most four decimals, in the plain notation that PDF wants.
func number(x float64) string {
	s := strconv.FormatFloat(x, 'f', 4, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func (c *pdfCanvas) SetLineWidth(w vg.Length) {
	c.widths[len(c.widths)-1] = w
	c.op("w", w)
}

func (c *pdfCanvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	c.content.WriteByte('[')
	for i, d := range pattern {
		if i > 0 {
			c.content.WriteByte(' ')
		}
		c.content.WriteString(number(float64(d)))
	}
	c.content.WriteString("] ")
	c.op("d", offset)
}

func (c *pdfCanvas) SetColor(clr color.Color) {
	if clr == nil {
		clr = color.Black
	}
	n := color.NRGBAModel.Convert(clr).(color.NRGBA)
	r, g, b := vg.Length(n.R)/255, vg.Length(n.G)/255, vg.Length(n.B)/255
	c.op("rg", r, g, b)
	c.op("RG", r, g, b)
	fmt.Fprintf(&c.content, "/G%d gs\n", index(&c.opacities, n.A))
}

// index returns the place of x in the list, appending it if new.
func index(list *[]uint8, x uint8) int {
	for i, y := range *list {
		if x == y {
			return i
		}
	}
	*list = append(*list, x)
	return len(*list) - 1
}

func (c *pdfCanvas) Rotate(angle float64) {
	sin, cos := math.Sincos(angle)
	s, k := vg.Length(sin), vg.Length(cos)
	c.op("cm", k, s, -s, k, 0, 0)
}

func (c *pdfCanvas) Translate(p vg.Point) { c.op("cm", 1, 0, 0, 1, p.X, p.Y) }

func (c *pdfCanvas) Scale(x, y float64) { c.op("cm", vg.Length(x), 0, 0, vg.Length(y), 0, 0) }

func (c *pdfCanvas) Push() {
	c.widths = append(c.widths, c.widths[len(c.widths)-1])
	c.op("q")
}

func (c *pdfCanvas) Pop() {
	c.widths = c.widths[:len(c.widths)-1]
	c.op("Q")
}

func (c *pdfCanvas) Stroke(p vg.Path) {
	if c.widths[len(c.widths)-1] <= 0 || len(p) == 0 {
		return
	}
	c.path(p)
	c.op("S")
}

func (c *pdfCanvas) Fill(p vg.Path) {
	if len(p) == 0 {
		return
	}
	c.path(p)
	c.op("f")
}

func (c *pdfCanvas) path(p vg.Path) {
	var at vg.Point
	for i, step := range p {
		switch step.Type {
		case vg.MoveComp:
			c.op("m", step.Pos.X, step.Pos.Y)
			at = step.Pos
		case vg.LineComp:
			c.op("l", step.Pos.X, step.Pos.Y)
			at = step.Pos
		case vg.ArcComp:
			at = c.arc(step, i == 0)
		case vg.CurveComp:
			c.curve(at, step)
			at = step.Pos
		case vg.CloseComp:
			c.op("h")
		}
	}
}

// curve writes a Bézier curve; a quadratic one is raised to third degree.
func (c *pdfCanvas) curve(at vg.Point, step vg.PathComp) {
	a, b := step.Control[0], step.Control[len(step.Control)-1]
	if len(step.Control) == 1 {
		a = at.Add(a.Sub(at).Scale(2.0 / 3))
		b = step.Pos.Add(b.Sub(step.Pos).Scale(2.0 / 3))
	}
	c.op("c", a.X, a.Y, b.X, b.Y, step.Pos.X, step.Pos.Y)
}

// arc writes an arc as Bézier curves of at most a quarter turn: the control points lie on the tangents at
// distance 4/3 tan(φ/4) r, which errs by less than 0.03 % of the radius. It returns the end.
func (c *pdfCanvas) arc(step vg.PathComp, first bool) vg.Point {
	n := max(1, int(math.Ceil(math.Abs(step.Angle)/quarterTurn-slack)))
	phi := step.Angle / float64(n)
	k := vg.Length(4.0 / 3 * math.Tan(phi/4))
	on := func(angle float64) (point, tangent vg.Point) {
		sin, cos := math.Sincos(angle)
		offset := vg.Point{X: step.Radius * vg.Length(cos), Y: step.Radius * vg.Length(sin)}
		return step.Pos.Add(offset), vg.Point{X: -offset.Y, Y: offset.X}
	}
	from, leave := on(step.Start)
	if first {
		c.op("m", from.X, from.Y)
	} else {
		c.op("l", from.X, from.Y)
	}
	for i := 1; i <= n; i++ {
		to, arrive := on(step.Start + float64(i)*phi)
		a, b := from.Add(leave.Scale(k)), to.Sub(arrive.Scale(k))
		c.op("c", a.X, a.Y, b.X, b.Y, to.X, to.Y)
		from, leave = to, arrive
	}
	return from
}

const quarterTurn = math.Pi / 2

// FillString writes text glyph by glyph, with the kerning that the face's widths imply.
func (c *pdfCanvas) FillString(face font.Face, at vg.Point, s string) {
	if face.Font.Size == 0 || s == "" {
		return
	}
	i := c.font(face)
	mille := sized(face, 1000)
	fmt.Fprintf(&c.content, "BT /F%d %s Tf %s %s Td [", i,
		number(float64(face.Font.Size)), number(float64(at.X)), number(float64(at.Y)))
	var previous rune
	for k, r := range s {
		if k > 0 {
			kern := mille.Width(string([]rune{previous, r})) - mille.Width(string(previous)) - mille.Width(string(r))
			if math.Abs(float64(kern)) > 0.5 {
				c.content.WriteString(number(-float64(kern)))
			}
		}
		glyph, _ := face.Face.GlyphIndex(nil, r) // without a glyph: 0, the box for it
		c.fonts[i].glyphs[uint16(glyph)] = r
		fmt.Fprintf(&c.content, "<%04x>", uint16(glyph))
		previous = r
	}
	c.content.WriteString("] TJ ET\n")
}

// font returns the number of the face on this page.
func (c *pdfCanvas) font(face font.Face) int {
	for i, f := range c.fonts {
		if f.face.Face == face.Face {
			return i
		}
	}
	c.fonts = append(c.fonts, &pdfFont{face, map[uint16]rune{0: utf16Unknown}})
	return len(c.fonts) - 1
}

const utf16Unknown = '\uFFFD'

// DrawImage draws an image on white, without transparency.
func (c *pdfCanvas) DrawImage(rect vg.Rectangle, img image.Image) {
	b := img.Bounds()
	pixels := make([]byte, 0, 3*b.Dx()*b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, a := img.At(x, y).RGBA() // premultiplied: white shows by 1 − a
			pixels = append(pixels, byte((r+0xffff-a)>>8), byte((g+0xffff-a)>>8), byte((bl+0xffff-a)>>8))
		}
	}
	c.images = append(c.images, stream(pixels, fmt.Sprintf(
		"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8", b.Dx(), b.Dy())))
	c.op("q")
	c.op("cm", rect.Size().X, 0, 0, rect.Size().Y, rect.Min.X, rect.Min.Y)
	fmt.Fprintf(&c.content, "/I%d Do\nQ\n", len(c.images)-1)
}

// WriteTo writes the document.
func (c *pdfCanvas) WriteTo(w io.Writer) (int64, error) {
	var d pdfDocument
	d.buf.WriteString("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
	const catalog, pages, page = 1, 2, 3
	d.next = page + 1
	contents := d.add(stream(c.content.Bytes(), ""))
	resources := d.add([]byte(c.resources(&d)))
	d.put(catalog, fmt.Appendf(nil, "<< /Type /Catalog /Pages %d 0 R >>", pages))
	d.put(pages, fmt.Appendf(nil, "<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page))
	d.put(page, fmt.Appendf(nil, "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Contents %d 0 R /Resources %d 0 R >>",
		pages, number(float64(c.width)), number(float64(c.height)), contents, resources))
	d.close(catalog)
	return d.buf.WriteTo(w)
}

// resources writes what the page refers to and returns the dictionary of it.
func (c *pdfCanvas) resources(d *pdfDocument) string {
	var b strings.Builder
	b.WriteString("<< /ExtGState <<")
	for i, a := range c.opacities {
		s := number(float64(a) / 255)
		fmt.Fprintf(&b, " /G%d << /ca %s /CA %s >>", i, s, s)
	}
	b.WriteString(" >> /Font <<")
	for i, f := range c.fonts {
		fmt.Fprintf(&b, " /F%d %d 0 R", i, f.write(d))
	}
	b.WriteString(" >> /XObject <<")
	for i, img := range c.images {
		fmt.Fprintf(&b, " /I%d %d 0 R", i, d.add(img))
	}
	b.WriteString(" >> >>")
	return b.String()
}

// write adds the font as a composite one, whose character codes are glyph numbers, and returns its object.
func (f *pdfFont) write(d *pdfDocument) int {
	used := make([]uint16, 0, len(f.glyphs))
	for g := range f.glyphs {
		used = append(used, g)
	}
	sort.Slice(used, func(i, j int) bool { return used[i] < used[j] })

	var raw bytes.Buffer
	f.face.Face.WriteSourceTo(nil, &raw) // bytes.Buffer does not fail
	subset := subsetTrueType(raw.Bytes(), used)
	// A subset is named by six letters of its own; the page has one subset of each face.
	name := "REGIME+" + strings.ReplaceAll(f.face.Name(), " ", "")

	file := d.add(stream(subset, fmt.Sprintf("/Length1 %d", len(subset))))
	em := sized(f.face, 1000)
	ext := em.Extents()
	descriptor := d.add(fmt.Appendf(nil, "<< /Type /FontDescriptor /FontName /%s /Flags 32 /FontBBox [-544 -303 1302 980] "+
		"/ItalicAngle 0 /Ascent %s /Descent %s /CapHeight %s /StemV 80 /FontFile2 %d 0 R >>",
		name, number(float64(ext.Ascent)), number(-float64(ext.Descent)), number(1000*capHeight), file))

	var widths, unicode strings.Builder
	for _, g := range used {
		r := f.glyphs[g]
		if g == 0 {
			continue
		}
		fmt.Fprintf(&widths, "%d [%s] ", g, number(float64(em.Width(string(r)))))
		fmt.Fprintf(&unicode, "<%04x> <", g)
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&unicode, "%04x", u)
		}
		unicode.WriteString(">\n")
	}
	descendant := d.add(fmt.Appendf(nil, "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) "+
		"/Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /DW 600 /W [%s] /CIDToGIDMap /Identity >>",
		name, descriptor, widths.String()))
	toUnicode := d.add(stream([]byte(characterMap(unicode.String())), ""))
	return d.add(fmt.Appendf(nil, "<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H "+
		"/DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", name, descendant, toUnicode))
}

// characterMap wraps lines of glyph and character in a CMap; a block of it holds at most 100.
func characterMap(lines string) string {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n" +
		"1 begincodespacerange <0000> <ffff> endcodespacerange\n")
	entries := strings.SplitAfter(lines, "\n")
	entries = entries[:len(entries)-1]
	for len(entries) > 0 {
		n := min(100, len(entries))
		fmt.Fprintf(&b, "%d beginbfchar\n%sendbfchar\n", n, strings.Join(entries[:n], ""))
		entries = entries[n:]
	}
	b.WriteString("endcmap CMapName currentdict /CMap defineresource pop end end\n")
	return b.String()
}

// stream returns a compressed stream object with further dictionary entries.
func stream(data []byte, entries string) []byte {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(data) // neither fails on a bytes.Buffer
	z.Close()
	out := fmt.Appendf(nil, "<< /Filter /FlateDecode /Length %d %s >>\nstream\n", packed.Len(), entries)
	return append(append(out, packed.Bytes()...), "\nendstream"...)
}

// A pdfDocument collects numbered objects and remembers where they start.
type pdfDocument struct {
	buf     bytes.Buffer
	next    int
	offsets map[int]int
}

// add writes an object under the next number.
func (d *pdfDocument) add(body []byte) int {
	n := d.next
	d.next++
	d.put(n, body)
	return n
}

func (d *pdfDocument) put(n int, body []byte) {
	if d.offsets == nil {
		d.offsets = make(map[int]int)
	}
	d.offsets[n] = d.buf.Len()
	fmt.Fprintf(&d.buf, "%d 0 obj\n%s\nendobj\n", n, body)
}

// close writes the cross-reference table and the trailer.
func (d *pdfDocument) close(catalog int) {
	start := d.buf.Len()
	fmt.Fprintf(&d.buf, "xref\n0 %d\n0000000000 65535 f \n", d.next)
	for n := 1; n < d.next; n++ {
		fmt.Fprintf(&d.buf, "%010d 00000 n \n", d.offsets[n])
	}
	fmt.Fprintf(&d.buf, "trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", d.next, catalog, start)
}

package plot

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"html"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"oblique/internal/atomicfile"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Formats lists the formats a figure can be written in; they are also the file extensions.
var Formats = []string{"svg", "pdf", "png"}

// Resolution of PNG, in dots per inch. It is stored in the file, so that a page layout program gives the
// figure its true size.
const Resolution = 300

// A Figure is a page of panels. It is immutable, and may be written any number of times and concurrently.
type Figure struct {
	width, height vg.Length
	grid          grid
}

// Size returns width and height, in points (1/72 inch).
func (f *Figure) Size() (width, height float64) { return float64(f.width), float64(f.height) }

// Save writes the figure to a file in the format that its extension (.svg, .pdf, .png, in either case)
// names. The file appears whole or not at all: it is written under another name beside the target, flushed to
// the disk and renamed, replacing what was there.
func (f *Figure) Save(path string) error {
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
	data, err := f.encode(format)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteTo writes the figure in one of the Formats. The bytes depend on the figure alone. It returns an
// error for another format, and what the writer returns.
func (f *Figure) WriteTo(w io.Writer, format string) error {
	data, err := f.encode(format)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func (f *Figure) encode(format string) ([]byte, error) {
	switch format {
	case "svg":
		return f.svg()
	case "pdf":
		return render(f, newPDF(f.width, f.height))
	case "png":
		return f.png()
	}
	return nil, fmt.Errorf("plot: no format %q: want %s", format, strings.Join(Formats, ", "))
}

// render draws the figure on a canvas and returns the canvas as bytes.
func render(f *Figure, c vg.CanvasWriterTo) ([]byte, error) {
	page := draw.New(c)
	page.FillPolygon(white, []vg.Point{page.Min, {X: page.Max.X, Y: page.Min.Y}, page.Max, {X: page.Min.X, Y: page.Max.Y}})
	f.grid.draw(page)
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return b.Bytes(), err
}

// svgFont asks for Liberation Sans by name: embedded, the font would be most of the file. Arial and Helvetica, which stand in for it
// elsewhere, have the same widths. Where none of them is installed, each text is stretched to the width that it was laid out with.
const svgFont = `<svg font-family="'Liberation Sans',Arial,Helvetica,sans-serif"`

// svg says what holds of all texts once, and draws lines of one style as one path: a report has hundreds of figures, and most of
// their ticks and letters' styles are the same.
func (f *Figure) svg() ([]byte, error) {
	b, err := render(f, vgsvg.New(f.width, f.height))
	b = svgText().ReplaceAllFunc(b, withLength)
	b = bytes.Replace(b, []byte("<svg"), []byte(svgFont), 1)
	return joinLines(b), err
}

// joinLines makes one path of lines that follow each other in the same style. Filled shapes stay apart, as they may overlap.
func joinLines(svg []byte) []byte {
	const begin, style = `<path d="`, `" style="fill:none;`
	var out []byte
	var last []byte // style of the path that out ends with
	for line := range bytes.Lines(svg) {
		d, rest, ok := bytes.Cut(bytes.TrimSpace(line), []byte(style))
		if !ok || !bytes.HasPrefix(d, []byte(begin)) {
			out, last = append(out, line...), nil
			continue
		}
		if last != nil && bytes.Equal(rest, last) {
			out = out[:len(out)-len(style)-len(rest)-1]
			out = append(out, d[len(begin):]...)
		} else {
			out = append(out, d...)
		}
		out = append(append(append(out, style...), rest...), '\n')
		last = rest
	}
	return out
}

// svgPlain is what a style says of texts that are not bold, and of the font, which the figure has.
var svgPlain = strings.NewReplacer("font-family:Liberation Sans;", "", "font-variant:normal;", "", "font-weight:normal;", "", "font-style:normal;", "", "\n\t", " ")

// svgText matches a text as vgsvg writes it: weight, size and content.
var svgText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)<text ([^>]*font-weight:(\w+);[^>]*font-size:([\d.]+)px[^>]*)>([^<]*)</text>`)
})

// withLength states the width of a text.
func withLength(text []byte) []byte {
	part := svgText().FindSubmatch(text)
	size, err := strconv.ParseFloat(string(part[3]), 64)
	if err != nil {
		return text
	}
	set := face(vg.Length(size), string(part[2]) == "bold")
	width := set.Width(html.UnescapeString(string(part[4])))
	return fmt.Appendf(nil, `<text textLength="%.4g" lengthAdjust="spacingAndGlyphs" %s>%s</text>`, float64(width), svgPlain.Replace(string(part[1])), part[4])
}

func (f *Figure) png() ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(Resolution), vgimg.UseBackgroundColor(white))
	b, err := render(f, outlined{vgimg.PngCanvas{Canvas: canvas}})
	if err != nil {
		return nil, err
	}
	return withResolution(b), nil
}

// withResolution inserts the chunk pHYs (PNG specification, 11.3.4.3) after the header, which is the
// signature of 8 bytes and the chunk IHDR of 25.
func withResolution(png []byte) []byte {
	const header, inch = 8 + 25, 0.0254 // metres
	perMetre := uint32(math.Round(Resolution / inch))
	be := binary.BigEndian
	chunk := be.AppendUint32(nil, 9)
	chunk = append(chunk, "pHYs"...)
	chunk = be.AppendUint32(be.AppendUint32(chunk, perMetre), perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	chunk = be.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return append(append(append([]byte(nil), png[:header]...), chunk...), png[header:]...)
}

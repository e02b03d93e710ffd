package plot

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"oblique/internal/need"

	"gonum.org/v1/plot/vg"
)

// checkPDF checks header, trailer, and that the cross-reference table points at the objects.
func checkPDF(t *testing.T, data []byte) {
	t.Helper()
	if !bytes.HasPrefix(data, []byte("%PDF-1.5\n")) || !bytes.HasSuffix(data, []byte("%%EOF\n")) {
		t.Fatal("no PDF header or end")
	}
	m := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(data)
	if m == nil {
		t.Fatal("no startxref")
	}
	start, err := strconv.Atoi(string(m[1]))
	if err != nil || !bytes.HasPrefix(data[start:], []byte("xref\n0 ")) {
		t.Fatalf("startxref %s does not point at the table", m[1])
	}
	for n, line := range strings.Split(string(data[start:]), "\n")[3:] {
		if !strings.HasSuffix(line, " n ") {
			return
		}
		offset, err := strconv.Atoi(line[:10])
		if err != nil || len(line) != 19 {
			t.Fatalf("entry %q", line)
		}
		if head := fmt.Sprintf("%d 0 obj\n", n+1); !bytes.HasPrefix(data[offset:], []byte(head)) {
			t.Errorf("entry %d points at %q", n+1, data[offset:offset+12])
		}
	}
}

// content returns the drawing operators of what is drawn.
func content(draw func(c *pdfCanvas)) string {
	c := newPDF(100, 100)
	c.content.Reset()
	draw(c)
	return c.content.String()
}

func TestPDFOperators(t *testing.T) {
	for _, c := range []struct {
		name, want string
		draw       func(c *pdfCanvas)
	}{
		{"stroke", "0.5 w\n1 2 m\n3 4 l\nS\n", func(c *pdfCanvas) {
			c.SetLineWidth(0.5)
			c.Stroke(vg.Path{{Type: vg.MoveComp, Pos: vg.Point{X: 1, Y: 2}}, {Type: vg.LineComp, Pos: vg.Point{X: 3, Y: 4}}})
		}},
		{"no width, no line", "0 w\n", func(c *pdfCanvas) {
			c.SetLineWidth(0)
			c.Stroke(vg.Path{{Type: vg.MoveComp}})
		}},
		{"width is restored", "1 w\nq\n0 w\nQ\n0 0 m\nS\n", func(c *pdfCanvas) {
			c.SetLineWidth(1)
			c.Push()
			c.SetLineWidth(0)
			c.Pop()
			c.Stroke(vg.Path{{Type: vg.MoveComp}})
		}},
		{"dash", "[2.5 2] 1 d\n", func(c *pdfCanvas) { c.SetLineDash([]vg.Length{2.5, 2}, 1) }},
		{"quarter turn", "0 1 -1 0 0 0 cm\n", func(c *pdfCanvas) { c.Rotate(math.Pi / 2) }},
		{"move and scale", "1 0 0 1 3 4 cm\n2 0 0 -1 0 0 cm\n", func(c *pdfCanvas) {
			c.Translate(vg.Point{X: 3, Y: 4})
			c.Scale(2, -1)
		}},
		// A quadratic curve with control point q is the cubic with (p + 2q)/3 and (r + 2q)/3.
		{"quadratic", "0 0 m\n2 2 4 2 6 0 c\nh\nf\n", func(c *pdfCanvas) {
			var p vg.Path
			p.Move(vg.Point{})
			p.QuadTo(vg.Point{X: 3, Y: 3}, vg.Point{X: 6})
			p.Close()
			c.Fill(p)
		}},
		{"translucent blue", "0 0 1 rg\n0 0 1 RG\n/G1 gs\n", func(c *pdfCanvas) { c.SetColor(color.NRGBA{0, 0, 255, 128}) }},
	} {
		if got := content(c.draw); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestPDFArc compares the curves of a circle with the circle.
func TestPDFArc(t *testing.T) {
	ops := content(func(c *pdfCanvas) {
		var p vg.Path
		p.Arc(vg.Point{X: 50, Y: 50}, 40, 0.3, 2*math.Pi)
		c.Fill(p)
	})
	var x, y float64
	curves := 0
	for line := range strings.Lines(ops) {
		var q [6]float64
		if n, _ := fmt.Sscanf(line, "%g %g %g %g %g %g c", &q[0], &q[1], &q[2], &q[3], &q[4], &q[5]); n == 6 {
			curves++
			for u := 0.0; u <= 1; u += 0.05 {
				v := 1 - u
				px := v*v*v*x + 3*v*v*u*q[0] + 3*v*u*u*q[2] + u*u*u*q[4]
				py := v*v*v*y + 3*v*v*u*q[1] + 3*v*u*u*q[3] + u*u*u*q[5]
				// 0.03 % of the radius is the error of the method; the numbers have four decimals.
				if r := math.Hypot(px-50, py-50); math.Abs(r-40) > 0.0003*40+1e-4 {
					t.Fatalf("radius %g at u = %g of curve %d", r, u, curves)
				}
			}
			x, y = q[4], q[5]
		} else if n, _ := fmt.Sscanf(line, "%g %g m", &x, &y); n == 2 && curves > 0 {
			t.Fatal("moved inside the arc")
		}
	}
	if curves != 4 {
		t.Errorf("%d curves, want one per quarter", curves)
	}
}

func TestPDFImage(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	img.Set(0, 0, color.NRGBA{255, 0, 0, 255})
	img.Set(1, 0, color.NRGBA{0, 0, 0, 0})
	c := newPDF(10, 10)
	c.DrawImage(vg.Rectangle{Max: vg.Point{X: 4, Y: 2}}, img)
	body := c.images[0]
	start := bytes.Index(body, []byte("stream\n")) + len("stream\n")
	z, err := zlib.NewReader(bytes.NewReader(body[start:]))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if want := []byte{255, 0, 0, 255, 255, 255}; !bytes.Equal(got, want) {
		t.Errorf("pixels %v, want %v: red, and white for what is transparent", got, want)
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	checkPDF(t, b.Bytes())
}

// TestPDFText reads the text back with an independent program: fonts are embedded and have their characters.
func TestPDFText(t *testing.T) {
	command := need.Command(t, "pdftotext")
	f, err := AlphaPath(sampleBCI(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "f.pdf")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(command, path, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"correlation ρ", "ρ√N", "ridge penalty α", "random readouts, 95 %"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
}

func TestPDFNumber(t *testing.T) {
	for x, want := range map[float64]string{0: "0", -0.00001: "0", 1.5: "1.5", 100: "100", -2.34567: "-2.3457", 1e-9: "0", 12345678: "12345678"} {
		if got := number(x); got != want {
			t.Errorf("number(%g) = %s, want %s", x, got, want)
		}
	}
}

// TestPDFManyCharacters needs more than one block of the character map.
func TestPDFManyCharacters(t *testing.T) {
	command := need.Command(t, "pdftotext")
	var all []rune
	for r := 'Ā'; r < 'Ā'+250; r++ {
		all = append(all, r)
	}
	c := newPDF(2000, 20)
	c.FillString(face(8, false), vg.Point{X: 5, Y: 5}, string(all))
	path := filepath.Join(t.TempDir(), "f.pdf")
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(command, path, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	missing := 0
	for _, r := range all {
		if !strings.ContainsRune(string(out), r) {
			missing++
		}
	}
	// Some of these Latin letters have no glyph, and the reader joins a few; the map's later blocks are there
	// if nearly all come back.
	if missing > 25 {
		t.Errorf("%d of %d characters are lost: %s", missing, len(all), out)
	}
}

package plot

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"oblique/internal/need"
	"oblique/regime"

	"gonum.org/v1/plot/vg"
)

// written returns the figure in a format.
func written(t testing.TB, f *Figure, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.WriteTo(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// texts returns the texts of the figure, one per line, in the order in which they are drawn. It fails if the SVG is
// not well-formed.
func texts(t testing.TB, f *Figure) string {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(written(t, f, "svg")))
	var out strings.Builder
	inside := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatalf("svg: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			inside = e.Name.Local == "text"
		case xml.EndElement:
			if inside {
				out.WriteString("\n")
			}
			inside = false
		case xml.CharData:
			if inside {
				out.Write(e)
			}
		}
	}
}

// wantTexts fails unless the figure has all the texts; a text with an exponent or index is one per part.
func wantTexts(t *testing.T, f *Figure, want ...string) {
	t.Helper()
	got := texts(t, f)
	for _, w := range want {
		if !strings.Contains("\n"+got, "\n"+w+"\n") {
			t.Errorf("no text %q in %q", w, got)
		}
	}
}

func TestFormatsDecode(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			texts(t, s.figure) // SVG is well-formed
			width, height := s.figure.Size()

			img, err := png.Decode(bytes.NewReader(written(t, s.figure, "png")))
			if err != nil {
				t.Fatal(err)
			}
			size := img.Bounds().Size()
			// The canvas rounds to whole pixels.
			if math.Abs(float64(size.X)-width/72*300) > 1 || math.Abs(float64(size.Y)-height/72*300) > 1 {
				t.Errorf("%v pixels for %g×%g pt", size, width, height)
			}
			checkEdge(t, img)
			if millimetres := width / 72 * 25.4; math.Abs(millimetres-85) > 1e-9 && math.Abs(millimetres-174) > 1e-9 {
				t.Errorf("%g mm wide, want 85 or 174", millimetres)
			}
			checkPDF(t, written(t, s.figure, "pdf"))
		})
	}
}

// checkEdge fails if anything is drawn on the outermost pixels: it would be cut off.
func checkEdge(t *testing.T, img image.Image) {
	t.Helper()
	b := img.Bounds()
	check := func(x, y int) {
		if color.NRGBAModel.Convert(img.At(x, y)) != white {
			t.Fatalf("ink at pixel (%d, %d), on the edge of %v", x, y, b)
		}
	}
	for x := range b.Dx() {
		check(x, 0)
		check(x, b.Dy()-1)
	}
	for y := range b.Dy() {
		check(0, y)
		check(b.Dx()-1, y)
	}
}

func TestResolutionIsStored(t *testing.T) {
	data := written(t, samples(t)[0].figure, "png")
	i := bytes.Index(data, []byte("pHYs"))
	if i < 0 {
		t.Fatal("no chunk pHYs")
	}
	chunk := data[i : i+13]
	// 300 dpi is 11811 pixels per metre.
	if x := binary.BigEndian.Uint32(chunk[4:]); x != 11811 || chunk[12] != 1 {
		t.Errorf("%d pixels per unit %d, want 11811 per metre", x, chunk[12])
	}
	if sum := binary.BigEndian.Uint32(data[i+13:]); sum != crc32.ChecksumIEEE(chunk) {
		t.Error("wrong checksum")
	}
}

// TestSameBytes makes and writes each figure twice.
func TestSameBytes(t *testing.T) {
	first := make(map[string][]byte)
	for _, procs := range []int{1, 5} {
		before := runtime.GOMAXPROCS(procs)
		for _, s := range samples(t) {
			for _, format := range Formats {
				key, data := s.name+"."+format, written(t, s.figure, format)
				if first[key] == nil {
					first[key] = data
				}
				if !bytes.Equal(first[key], data) {
					t.Errorf("%s differs from run to run", key)
				}
			}
		}
		runtime.GOMAXPROCS(before)
	}
}

func TestVectorFilesStaySmall(t *testing.T) {
	// A report of 50 data sets has some 5 MB for all its figures.
	for _, s := range samples(t) {
		if n := len(written(t, s.figure, "svg")); n > 120<<10 {
			t.Errorf("%s: SVG of %d bytes", s.name, n)
		}
	}
}

func TestSave(t *testing.T) {
	f, dir := samples(t)[0].figure, t.TempDir()
	for _, base := range []string{"a.svg", "a.pdf", "a.PNG"} {
		path := filepath.Join(dir, base)
		if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		format := strings.ToLower(strings.TrimPrefix(filepath.Ext(base), "."))
		if !bytes.Equal(got, written(t, f, format)) {
			t.Errorf("%s is not the figure", base)
		}
	}
	if err := f.Save(filepath.Join(dir, "a.gif")); err == nil || !strings.Contains(err.Error(), `"gif"`) {
		t.Errorf("saving as gif: %v", err)
	}
	if err := f.Save(filepath.Join(dir, "absent", "a.svg")); err == nil {
		t.Error("no error for a folder that is not there")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 3 {
		t.Errorf("files left behind: %v", entries)
	}
}

// TestPDFLooksLikePNG draws the PDF with an independent program and compares it with the PNG: an error in fonts,
// transformations or curves moves ink, and ink that differs in place differs by up to all of it. Four figures have
// every kind of mark.
func TestPDFLooksLikePNG(t *testing.T) {
	command := need.Command(t, "pdftoppm")
	for _, s := range samples(t) {
		if !slices.Contains([]string{"curves", "alphapath-bci", "prediction", "subsamples"}, s.name) {
			continue
		}
		dir := t.TempDir()
		for _, format := range []string{"pdf", "png"} {
			if err := s.figure.Save(filepath.Join(dir, "f."+format)); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.Command(command, "-r", "300", "-png", "-singlefile", filepath.Join(dir, "f.pdf"), filepath.Join(dir, "g")).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Fatalf("%s: pdftoppm: %v: %s", s.name, err, out)
		}
		a, b := coarse(t, filepath.Join(dir, "f.png")), coarse(t, filepath.Join(dir, "g.png"))
		// Anti-aliasing and stem hints move ink by a fraction of a pixel; blocks of 12 pixels (1 mm) forgive that.
		var difference, ink float64
		for at, v := range a {
			difference += math.Abs(v - b[at])
			ink += v
		}
		if difference > 0.12*ink {
			t.Errorf("%s: the PDF differs from the PNG by %.0f %% of the ink", s.name, 100*difference/ink)
		}
	}
}

// coarse returns the ink in blocks of 12×12 pixels.
func coarse(t *testing.T, path string) map[[2]int]float64 {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	blocks := make(map[[2]int]float64)
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			g := color.GrayModel.Convert(img.At(x, y)).(color.Gray)
			blocks[[2]int{x / 12, y / 12}] += float64(255 - g.Y)
		}
	}
	return blocks
}

// TestDegenerateResults draws everything of results that hold little, nothing or nonsense: each figure comes out, in
// every format, and says why it is empty.
func TestDegenerateResults(t *testing.T) {
	nan := regime.Undefined
	inf := regime.Number(math.Inf(1))
	hollow := sample(t)
	for _, list := range [][]regime.Number{hollow.R2ByPCs, hollow.InSampleByPCs, hollow.VarianceByPCs, hollow.AlphaPath.Rho,
		hollow.AlphaPath.Error, hollow.AlphaPath.Alpha, hollow.TimeSubsamples.Rho, hollow.TimeSubsamples.Relative} {
		for i := range list {
			list[i] = nan
		}
	}
	clear(hollow.TimeSubsamples.DFit)
	clear(hollow.TimeSubsamples.DVar)
	hollow.Actual.Apply(func(int, int, float64) float64 { return math.NaN() }, hollow.Actual)
	hollow.R2, hollow.Rho, hollow.Alpha, hollow.Relative, hollow.DFit, hollow.DVar = nan, nan, nan, nan, 0, 0
	infinite := sample(t)
	infinite.R2ByPCs[3], infinite.Rho, infinite.Alpha, infinite.AlphaPath.Alpha[0] = inf, inf, inf, inf
	infinite.TimeSubsamples.Rho[0], infinite.AlphaPath.Error[2] = inf, -inf
	infinite.Prediction.Set(0, 0, math.Inf(-1))
	constant := sample(t)
	for i := range constant.AlphaPath.Error {
		constant.AlphaPath.Error[i], constant.AlphaPath.Rho[i] = 0, 0
	}
	constant.Rho, constant.Nulls = 0, regime.Nulls{}
	constant.Actual.Zero()
	constant.Prediction.Zero()
	single := &regime.Result{R2: 1, DFit: 1, DVar: 1, R2ByPCs: []regime.Number{1}, VarianceByPCs: []regime.Number{1}}

	for _, c := range []struct {
		name   string
		result *regime.Result
		reason string // in Curves, AlphaPath and Subsamples together
	}{
		{"empty", &regime.Result{}, "undefined: the result holds no"},
		{"undefined", hollow, "undefined: the result holds no"},
		{"infinite", infinite, ""},
		{"constant", constant, ""},
		{"one component", single, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all string
			for i, draw := range []func(*regime.Result) (*Figure, error){Curves, AlphaPath, Prediction, Subsamples} {
				f, err := draw(c.result)
				if err != nil {
					t.Fatalf("figure %d: %v", i, err)
				}
				for _, format := range Formats {
					if bytes.Contains(written(t, f, format), []byte("NaN")) {
						t.Errorf("figure %d: NaN in %s", i, format)
					}
				}
				all += texts(t, f)
			}
			if !strings.Contains(all, c.reason) {
				t.Errorf("no reason %q in %q", c.reason, all)
			}
		})
	}
}

func TestNoResult(t *testing.T) {
	for _, draw := range []func(*regime.Result) (*Figure, error){Curves, AlphaPath, Prediction, Subsamples} {
		if _, err := draw(nil); err == nil {
			t.Error("no error for a nil result")
		}
	}
}

// Every text of an SVG states the width that it was laid out with, so that another font takes no more room.
func TestSVGStatesWidths(t *testing.T) {
	c := ScalingCurve{Name: "a & b", Group: "g", N: []int{50, 60}, RhoSqrtN: []Estimate{{Value: 1}, {Value: 2}}, Exponent: Estimate{Value: math.NaN()}}
	f, err := Scaling([]ScalingCurve{c})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := f.WriteTo(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	texts, stated := strings.Count(b.String(), "<text "), strings.Count(b.String(), `<text textLength="`)
	if texts == 0 || stated != texts {
		t.Errorf("%d of %d texts state their width", stated, texts)
	}
	for _, size := range []vg.Length{7, 8} {
		face := face(size, false)
		if strings.Contains(b.String(), `textLength="`+strconv.FormatFloat(float64(face.Width("a & b")), 'g', 4, 64)+`"`) {
			return
		}
	}
	t.Error("no text has the width of a & b")
}

// Lines of one style that follow each other are one path; filled shapes, other styles and what lies between keep them apart.
func TestJoinLines(t *testing.T) {
	const in = `<path d="M0,0L1,0" style="fill:none;stroke:#000" />
<path d="M0,1L1,1" style="fill:none;stroke:#000" />
<path d="M0,2L1,2" style="fill:none;stroke:#000" />
<path d="M0,3L1,3" style="fill:none;stroke:#FFF" />
<path d="M0,0L1,0Z" style="fill:#FFF" />
<path d="M0,0L1,0Z" style="fill:#FFF" />
<path d="M0,4L1,4" style="fill:none;stroke:#FFF" />
<g>
<path d="M0,5L1,5" style="fill:none;stroke:#FFF" />
`
	const want = `<path d="M0,0L1,0M0,1L1,1M0,2L1,2" style="fill:none;stroke:#000" />
<path d="M0,3L1,3" style="fill:none;stroke:#FFF" />
<path d="M0,0L1,0Z" style="fill:#FFF" />
<path d="M0,0L1,0Z" style="fill:#FFF" />
<path d="M0,4L1,4" style="fill:none;stroke:#FFF" />
<g>
<path d="M0,5L1,5" style="fill:none;stroke:#FFF" />
`
	if got := string(joinLines([]byte(in))); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

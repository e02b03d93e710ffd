package plot

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
)

func TestFontHasWhatLabelsNeed(t *testing.T) {
	sans, bold := faces()
	for _, r := range "ραγ√N²·×−–…≤%\u2009" {
		if g, err := sans.Face.GlyphIndex(nil, r); err != nil || g == 0 {
			t.Errorf("no glyph for %q", r)
		}
	}
	if sans.Font.Variant != "Sans" || bold.Font.Weight == sans.Font.Weight {
		t.Errorf("faces %v and %v", sans.Font, bold.Font)
	}
}

func TestRuns(t *testing.T) {
	for s, want := range map[string]string{
		"plain":              "plain@0",
		"10^{−3}":            "10@0 −3@+",
		"D_{fit} / D_{x,90}": "D@0 fit@−  / D@0 x,90@−",
		"^{2}":               "2@+",
		"a^{":                "a^{@0",
		"a_b^c{d}":           "a_b^c{d}@0",
		"":                   "",
	} {
		var got []string
		for _, r := range runs(s, 10) {
			mark := "0"
			if r.shift > 0 {
				mark = "+"
			} else if r.shift < 0 {
				mark = "−"
			}
			if (r.shift == 0) != (r.size == 10) {
				t.Errorf("%q: size %g at shift %g", s, r.size, r.shift)
			}
			got = append(got, r.text+"@"+mark)
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("runs(%q) = %q, want %q", s, g, want)
		}
	}
}

func TestName(t *testing.T) {
	for s, want := range map[string]string{
		"hand_vel":          "hand_vel",
		" a\x00b\nc ":       "a b c",
		"bad\xffbyte":       "bad byte",
		"d_{x}^{y}":         "d_ {x}^ {y}",
		"exactly ten":       "exactly t…",
		"<b>&\"":            "<b>&\"",
		"\u202eright\u200b": "right",
	} {
		got := name(s, 10+10*strings.Count(s, "{")/2)
		if got != want {
			t.Errorf("name(%q) = %q, want %q", s, got, want)
		}
		if !utf8.ValidString(got) {
			t.Errorf("name(%q) is not valid UTF-8", s)
		}
	}
}

// TestHostileNames draws names that a file may hold: the SVG stays well-formed and the markup literal.
func TestHostileNames(t *testing.T) {
	r := sample(t)
	r.Data.Name = "</text><script>\x01\x02^{" + strings.Repeat("x", 5000)
	r.Data.Output = "\xff\xfe\n]]>"
	r.Data.Outputs = []string{"&amp;", "\u0000"}
	for _, draw := range []func() (*Figure, error){
		func() (*Figure, error) { return Curves(r) },
		func() (*Figure, error) { return Prediction(r) },
		func() (*Figure, error) {
			return RegimePlane([]PlanePoint{{Name: r.Data.Name, Group: r.Data.Output, Relative: Estimate{Value: 1}, RhoSqrtN: Estimate{Value: 1}}})
		},
		func() (*Figure, error) { return Comparison([]Column{{Name: r.Data.Name}, {Group: r.Data.Name}}) },
	} {
		f, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		if s := texts(t, f); strings.Contains(s, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") {
			t.Error("a name of 5000 characters is drawn whole")
		}
		for _, format := range Formats {
			written(t, f, format)
		}
	}
}

func TestPutAligns(t *testing.T) {
	const text = "ρ√N"
	regular, strong := face(8, false), face(8, true)
	w, b := regular.Width(text), strong.Width(text)
	if b-w < 0.1 {
		t.Fatalf("bold text is %v wide, regular %v: the faces cannot be told apart", b, w)
	}
	for _, c := range []struct {
		set  typeset
		want vg.Point
	}{
		{typeset{size: 8}, vg.Point{X: 10, Y: 20}},
		{typeset{size: 8, h: right, v: top}, vg.Point{X: 10 - w, Y: 20 - capHeight*8}},
		{typeset{size: 8, h: center, v: center}, vg.Point{X: 10 - w/2, Y: 20 - capHeight*4}},
		{typeset{size: 8, h: right, bold: true}, vg.Point{X: 10 - b, Y: 20}},
	} {
		var c2 recorder.Canvas
		put(&c2, c.set, vg.Point{X: 10, Y: 20}, text)
		var got *recorder.FillString
		for _, a := range c2.Actions {
			if s, ok := a.(*recorder.FillString); ok {
				got = s
			}
		}
		if got == nil || got.String != text {
			t.Fatalf("drawn: %+v", got)
		}
		if d := got.Point.Sub(c.want); math.Hypot(float64(d.X), float64(d.Y)) > 1e-9 {
			t.Errorf("%+v: at %v, want %v", c.set, got.Point, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	width := textWidth("two words", 8) + 0.1
	got := wrap("two words and more", 8, width)
	if strings.Join(got, "|") != "two words|and more" {
		t.Errorf("%q", got)
	}
	// As few lines as there can be, none of them short for nothing.
	if got := strings.Join(wrap("stevenson2011 speed x", 8, textWidth("stevenson2011 speed", 8)+1), "|"); got != "stevenson2011|speed x" {
		t.Errorf("%q", got)
	}
	if got := wrap("unbreakable", 8, 1); len(got) != 1 {
		t.Errorf("%q", got)
	}
	for s, want := range map[string]string{
		"golub2018:before": "golub2018:|before",
		"of a-b:c":         "of a-b:c",
		":::":              ":::",
	} {
		if got := strings.Join(wrap(s, 8, textWidth("golub2018:", 8)+0.1), "|"); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

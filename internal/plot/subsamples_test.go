package plot

import (
	"testing"
)

func TestSubsamples(t *testing.T) {
	r := sample(t)
	f, err := Subsamples(r)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "a", "b", "c", "correlation ρ", "dimension", "relative fitting dimension", "20 draws of 50 % of the rows", "random")
	var violins, estimates int
	for _, p := range f.grid.panels[0] {
		for _, m := range p.marks {
			switch m := m.(type) {
			case violin:
				violins++
				if len(m.values) != 20 {
					t.Errorf("violin of %d draws", len(m.values))
				}
			case points:
				estimates++
			}
		}
		if p.y.min != 0 {
			t.Errorf("%s starts at %g", p.y.label, p.y.min)
		}
	}
	if violins != 4 || estimates != 4 {
		t.Errorf("%d violins and %d estimates, want 4 of each", violins, estimates)
	}
}

func TestNoSubsamples(t *testing.T) {
	r := sample(t)
	r.TimeSubsamples = nil
	f, err := Subsamples(r)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "the result holds no time subsamples")
}

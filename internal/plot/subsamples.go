package plot

import (
	"fmt"

	"oblique/regime"

	"gonum.org/v1/plot/vg"
)

// Subsamples draws the figures of the time subsamples: correlation ρ, the dimensions D_fit,90 and D_x,90, and the
// relative fitting dimension D_fit/D_x, each draw as a dot in a violin, in-sample as published (parts of an
// autocorrelated recording are nearly copies: their spread understates the uncertainty). The circle
// is the estimate from all rows, its bar the 95 % interval where there is one. In the first panel the central
// 95 % of isotropic random readouts are shaded.
//
// A result without subsamples gives a figure that says so; a figure that is undefined in every draw is said to be.
func Subsamples(r *regime.Result) (*Figure, error) {
	if r == nil {
		return nil, errNoResult
	}
	s := r.TimeSubsamples
	if s == nil {
		p := &panel{title: dataTitle(r), x: linear("time subsamples", 2), y: linear("correlation ρ", 2)}
		p.explain("the result holds no time subsamples")
		return &Figure{Single, 60 * vg.Millimeter, single(p)}, nil
	}
	null := interval(r.Nulls.Isotropic.CI)
	rho := categorical("correlation ρ", null,
		category{name: "ρ", estimate: Estimate{float64(r.Rho), interval(r.RhoCI), floats(s.Rho)}, look: look{blue, circle}})
	dims := categorical("dimension", [2]float64{},
		category{name: "D_{fit,90}", estimate: Estimate{dimension(r.DFit), interval(r.DFitCI), dimensions(s.DFit)}, look: look{vermillion, circle}},
		category{name: "D_{x,90}", estimate: Estimate{dimension(r.DVar), interval(r.DVarCI), dimensions(s.DVar)}, look: look{grey, circle}})
	ratio := categorical("relative fitting dimension", [2]float64{},
		category{name: "D_{fit} / D_{x}", estimate: Estimate{float64(r.Relative), interval(r.RelativeCI), floats(s.Relative)}, look: look{green, circle}})

	panels := []*panel{rho, dims, ratio}
	if s.Fraction.Defined() {
		dims.x.label = fmt.Sprintf("%d draws of %s %% of the rows", s.N, quantity(100*float64(s.Fraction)))
	}
	g := grid{panels: [][]*panel{panels}, widths: []float64{1, 1.7, 1}}
	return &Figure{Single, 60 * vg.Millimeter, g.lettered()}, nil
}

func interval(iv regime.Interval) [2]float64 { return [2]float64{float64(iv[0]), float64(iv[1])} }

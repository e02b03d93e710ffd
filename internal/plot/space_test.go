package plot

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// All three axes have the same scale: unit steps along them have the lengths that a rotation by azimuth and elevation
// gives, and what is drawn stays in the frame.
func TestSpace(t *testing.T) {
	p := circling()
	s := space{axes: [3]string{"1", "2", "3"}, arrow: p.Readout, name: "w"}
	for _, one := range p.Trajectories {
		s.curves = append(s.curves, spaceCurve{one.States, black})
	}
	half, floor, ceiling := s.reach()
	if math.Abs(half-3.15) > 1e-12 || floor > -1 || ceiling < 1 {
		t.Errorf("a cube of %g from %g to %g", half, floor, ceiling)
	}
	canvas := draw.NewCanvas(&recorder.Canvas{}, 100, 80)
	f := &frame{canvas, axis{max: 1}, axis{max: 1}}
	place := s.placer(f, half, floor, ceiling)
	origin := place([3]float64{})
	var lengths float64
	for i := range 3 {
		e := [3]float64{}
		e[i] = 1
		d := place(e).Sub(origin)
		lengths += float64(d.X*d.X + d.Y*d.Y)
	}
	// The squared lengths of a projected orthonormal frame sum to 2.
	e0 := place([3]float64{math.Cos(azimuth), -math.Sin(azimuth), 0}).Sub(origin) // along the page
	if scale := float64(e0.X * e0.X); math.Abs(lengths/scale-2) > 1e-9 || math.Abs(float64(e0.Y)) > 1e-9 {
		t.Errorf("projected squares sum to %g of the scale's, want 2", lengths/scale)
	}
	for _, c := range s.curves {
		for _, q := range c.points {
			if at := place(q); !f.Contains(at) {
				t.Fatalf("%v is drawn at %v", q, at)
			}
		}
	}
	s.draw(f)
	space{}.draw(f) // nothing to draw
	drawHead(f, vg.Point{}, vg.Point{}, black, 1)
}

package preprocess

import (
	"slices"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// decoder returns the known decoder as it applies to the outputs and units that are left, or nil. It
// applies only to the signal that it computes, and not to derivatives.
func (p *plan) decoder() *recording.Decoder {
	d := p.s.Decoder
	if d == nil || p.o.Derivative > 0 {
		return nil
	}
	for _, out := range p.outputs {
		if d.Output != "" && out.name != d.Output {
			return nil
		}
	}
	rows, n := d.W.Dims()
	if n != neurons(p.s) || slices.Max(p.columns) >= rows || len(d.Offset) != rows {
		p.note("The known decoder is %d×%d and does not fit the recording.", rows, n)
		return nil
	}
	w := mat.NewDense(len(p.columns), len(p.units), nil)
	for i, r := range p.columns {
		for j, c := range p.units {
			w.Set(i, j, d.W.At(r, c))
		}
	}
	if len(p.units) < n {
		p.note("The known decoder is restricted to the units that are left.")
	}
	if p.o.Smooth > 0 {
		p.note(recording.Caution + "The known decoder acted on activity that was not smoothed.")
	}
	if p.o.Lag != 0 {
		p.note(recording.Caution + "The known decoder acted without the lag.")
	}
	return &recording.Decoder{Name: d.Name, Output: d.Output, W: w, Offset: pick(d.Offset, p.columns)}
}

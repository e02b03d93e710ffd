package report

import (
	"bytes"
	"fmt"
	"io"

	"oblique/regime"
)

// Scaling writes the figures of neuron subsamples as a table, one line for each size, the exponent, and the spread over time
// subsamples of all neurons.
func Scaling(w io.Writer, r *regime.ScalingResult) error {
	var b bytes.Buffer
	heading(&b, r.Result)
	n := r.Neurons
	heldOut := r.Method == regime.Crossval
	line := func(size, rho, rhoSqrtN, held, inSample string, more ...string) []string {
		cells := []string{size, rho, rhoSqrtN, held, inSample}
		if !heldOut {
			cells = []string{size, rho, rhoSqrtN, inSample}
		}
		return append(cells, append(more, "")...)
	}
	var t table
	t.add(line("neurons", "ρ", "ρ√N", "R², held out", "R², in-sample", "PR", "D_x,90", "D_fit,90", "ratio")...)
	for i, size := range n.Sizes {
		rho := mean(n.Rho, i)
		t.add(line(fmt.Sprint(size), number(rho), number(rho*root(size)), number(mean(n.R2HeldOut, i)), number(mean(n.R2, i)),
			number(mean(n.PR, i)), number(meanDimension(n.DVar, i)), number(meanDimension(n.DFit, i)), number(mean(n.Relative, i)))...)
	}
	t.write(&b)
	fmt.Fprintf(&b, "\n  means of %d draws of each size", len(n.Rho))
	timeSubsamples(&b, r.Result)
	fmt.Fprintf(&b, "\n  ρ ∝ N^γ with γ = %s", number(r.Exponent.Value))
	if iv := interval(r.Exponent.CI); iv != "" {
		fmt.Fprintf(&b, " (95 %%: %s)", iv)
	}
	fmt.Fprintf(&b, "; aligned readouts have 0, random ones −½\n")
	notes(&b, r.Notes)
	_, err := w.Write(b.Bytes())
	return err
}

package report

import (
	"bytes"
	"fmt"
	"io"

	"oblique/regime"
)

// Scaling writes the figures of neuron subsamples as a table, one line for each size, and the exponent.
func Scaling(w io.Writer, r *regime.ScalingResult) error {
	var b bytes.Buffer
	heading(&b, r.Result)
	n := r.Neurons
	var t table
	t.add("neurons", "ρ", "ρ√N", "R², held out", "R², in-sample", "PR", "D_x,90", "D_fit,90", "")
	for i, size := range n.Sizes {
		rho := mean(n.Rho, i)
		t.add(fmt.Sprint(size), number(rho), number(rho*root(size)), number(mean(n.R2HeldOut, i)), number(mean(n.R2, i)),
			number(mean(n.PR, i)), number(meanDimension(n.DVar, i)), number(meanDimension(n.DFit, i)), "")
	}
	t.write(&b)
	fmt.Fprintf(&b, "\n  means of %d draws of each size\n", len(n.Rho))
	fmt.Fprintf(&b, "  ρ ∝ N^γ with γ = %s", number(r.Exponent.Value))
	if iv := interval(r.Exponent.CI); iv != "" {
		fmt.Fprintf(&b, " (95 %%: %s)", iv)
	}
	fmt.Fprintf(&b, "; aligned readouts have 0, random ones −½\n")
	notes(&b, r.Notes)
	_, err := w.Write(b.Bytes())
	return err
}

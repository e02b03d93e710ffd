package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"oblique/regime"
	"oblique/simulate/probe"
)

// Networks is a figure of trained networks beside what is in print.
type Networks struct {
	Figure      string             `json:"figure"`
	Networks    []Network          `json:"networks"`
	Comparisons []probe.Comparison `json:"comparisons"`
	Notes       []string           `json:"notes"`
}

// A Network is a trained network of a figure.
type Network struct {
	Folder    string        `json:"folder"`
	Task      string        `json:"task"`
	Oblique   bool          `json:"oblique"` // it started with a large readout
	Units     int           `json:"n"`
	Steps     int           `json:"steps"`
	Seed      uint64        `json:"seed"`
	FinalLoss regime.Number `json:"final_loss"` // mean of the last 50 steps
	Report    *probe.Report `json:"report,omitempty"`
}

// quantityTitles are what a table calls a quantity.
var quantityTitles = map[probe.Quantity]string{
	probe.ReadoutNorm: "‖w_out‖, norm of a readout's row",
	probe.StateNorm:   "‖x‖, norm of the states",
	probe.Rho:         "ρ, correlation of states and readout",
	probe.DX:          "D_x,90, components with 90 % of the variance",
	probe.DFit:        "D_fit,90, components that give R² = 0.9, all trials",
	probe.DFitHeldOut: "D_fit,90, held-out trials",
	probe.Dissimilar:  "dissimilarity of two networks (rad)",
	probe.Susceptible: "relative susceptibility, readout / components",
	probe.NoiseRatio:  "noise variance, output / random",
	probe.R2Few:       "R² of the output from 2 components",
	probe.R2More:      "R² of the output from 8 components",
	probe.DXExample:   "D_x,90, components with 90 % of the variance",
	probe.RootNorm:    "‖x‖/√N",
	probe.TaskLoss:    "final loss",
	probe.CycleApart:  "least distance between the two cycles, /√N",
	probe.SpreadPCs:   "noise variance along components",
	probe.SpreadOut:   "noise variance along the output",
	probe.SpreadAny:   "noise variance along random directions",
}

// Write writes a table for each quantity: what is found here, what is in print, and a verdict on each mean and on the order
// of the regimes.
func (n *Networks) Write(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n", n.Figure, n.summary())
	var last probe.Quantity
	var t table
	flush := func() {
		t.write(&b)
		t = table{}
	}
	for _, c := range n.Comparisons {
		if c.Quantity != last {
			flush()
			last = c.Quantity
			fmt.Fprintf(&b, "\n%s\n", quantityTitles[c.Quantity])
			t.add("", "", "here", "in print", "", "")
		}
		order := ""
		if c.Holds != nil {
			order = string(c.Order) + ": " + map[bool]string{true: "holds", false: "does not hold"}[*c.Holds]
		}
		t.add(c.Task, "aligned", spread(c.Aligned.Here), spread(c.Aligned.Print), string(c.Aligned.Verdict), order)
		t.add("", "oblique", spread(c.Oblique.Here), spread(c.Oblique.Print), string(c.Oblique.Verdict), "")
	}
	flush()
	fmt.Fprintf(&b, "\n%s\n", n.verdict())
	for _, note := range n.Notes {
		for i, line := range wrap("note: "+note, 118) {
			if i > 0 {
				line = "      " + line
			}
			fmt.Fprintln(&b, line)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// summary tells how many networks there are, and of what size.
func (n *Networks) summary() string {
	counts, sizes := map[bool]int{}, map[int]bool{}
	var units []int
	for _, net := range n.Networks {
		counts[net.Oblique]++
		if !sizes[net.Units] {
			sizes[net.Units] = true
			units = append(units, net.Units)
		}
	}
	text := fmt.Sprintf("%d aligned and %d oblique networks", counts[false], counts[true])
	for i, u := range units {
		text += fmt.Sprintf("%s%d", []string{" of ", " and "}[min(i, 1)], u)
	}
	return text + " units; mean [least, largest]"
}

// spread writes mean and extremes.
func spread(r *probe.Range) string {
	switch {
	case r == nil:
		return dash
	case r.Min == r.Max:
		return plain(r.Mean)
	}
	return fmt.Sprintf("%s [%s, %s]", plain(r.Mean), plain(r.Min), plain(r.Max))
}

// plain writes three digits, and whole numbers and halves without zeros at their end.
func plain(v float64) string {
	s := number(regime.Number(v))
	if v >= 1 && strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// verdict counts the verdicts.
func (n *Networks) verdict() string {
	counts := map[probe.Verdict]int{}
	holds, orders := 0, 0
	for _, c := range n.Comparisons {
		counts[c.Aligned.Verdict]++
		counts[c.Oblique.Verdict]++
		if c.Holds == nil {
			continue
		}
		orders++
		if *c.Holds {
			holds++
		}
	}
	judged := counts[probe.Within] + counts[probe.Near] + counts[probe.Outside]
	text := fmt.Sprintf("verdict: of %d means %d lie within the published range, %d more within 20 %% of it, %d outside; %d of %d orders hold",
		judged, counts[probe.Within], counts[probe.Near], counts[probe.Outside], holds, orders)
	if k := counts[probe.Elsewhere]; k > 0 {
		text += fmt.Sprintf("; %d depend on the size of the networks", k)
	}
	return text
}

package report

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"oblique/regime"
)

// A Reproduction is one recording of a published figure: what is in print, what the published analysis gives here, and
// what holds on data the readout has not seen.
type Reproduction struct {
	Name   string                `json:"name"`
	Checks []Check               `json:"checks"` // empty if nothing is in print
	Paper  *regime.ScalingResult `json:"paper"`
	Ours   *regime.ScalingResult `json:"ours"`
}

// A Check is a number in print beside the one computed here.
type Check struct {
	Name    string        `json:"name"`
	Printed string        `json:"printed"`
	Here    regime.Number `json:"here"`
	Agrees  bool          `json:"agrees"`
}

// NewCheck compares a number with one in print: they agree if they differ by at most half a unit of the last digit
// printed.
func NewCheck(name, printed string, here regime.Number) (Check, error) {
	value, err := strconv.ParseFloat(printed, 64)
	if err != nil {
		return Check{}, fmt.Errorf("report: %s: %w", name, err)
	}
	mantissa, power, _ := strings.Cut(printed, "e")
	exponent := 0
	if power != "" {
		if exponent, err = strconv.Atoi(power); err != nil {
			return Check{}, fmt.Errorf("report: %s: %w", name, err)
		}
	}
	if _, decimals, ok := strings.Cut(mantissa, "."); ok {
		exponent -= len(decimals)
	}
	const rounding = 1 + 1e-9 // of binary fractions
	half := 0.5 * math.Pow(10, float64(exponent)) * rounding
	return Check{name, printed, here, math.Abs(float64(here)-value) <= half}, nil
}

// Figure7 writes what is in print beside what is found here, with a verdict for each number.
func Figure7(w io.Writer, all []Reproduction) error {
	var b bytes.Buffer
	for _, r := range all {
		fmt.Fprintf(&b, "%s: N %d, T %d\n", r.Name, r.Paper.Data.NNeurons, r.Paper.Data.NTime)
		var t table
		t.add("", "in print", "as published, here", "held out", "")
		verdicts := map[string]Check{}
		for _, c := range r.Checks {
			verdicts[c.Name] = c
		}
		row := func(name, check, paper, ours, ci string) {
			printed, verdict := dash, ""
			if c, ok := verdicts[check]; ok {
				printed, verdict = inPrint(c.Printed), "agrees"
				if !c.Agrees {
					verdict = "differs"
				}
			}
			if ci != "" {
				ours += " (" + ci + ")"
			}
			t.add(name, printed, paper, ours, verdict)
		}
		p, o := r.Paper, r.Ours
		row("R²", "R²", number(p.R2), number(o.R2), interval(o.R2CI))
		row("ridge penalty", "ridge penalty", penalty(p.Alpha), penalty(o.Alpha), "")
		row("ρ", "ρ", number(p.Rho), number(o.Rho), interval(o.RhoCI))
		row("D_fit,90", "D_fit", dimension(p.DFit), dimension(o.DFit), wholeInterval(o.DFitCI))
		row("D_fit / D_x", "D_fit / D_x", number(p.Relative), number(o.Relative), interval(o.RelativeCI))
		t.write(&b)
		for _, c := range r.Checks {
			if (c.Name == "N" || c.Name == "T") && !c.Agrees {
				fmt.Fprintf(&b, "  %s differs: %s in print\n", c.Name, c.Printed)
			}
		}
		fmt.Fprintf(&b, "  %s\n\n", r.verdict())
	}
	_, err := w.Write(b.Bytes())
	return err
}

// inPrint writes a number with the digits it has in print, powers of ten as here: 1.0e-03 is 1.0e−3.
func inPrint(printed string) string {
	value, err := strconv.ParseFloat(printed, 64)
	if err != nil || !strings.Contains(printed, "e") {
		return minus(printed)
	}
	return minus(exponent(value))
}

// penalty writes a ridge penalty as it is in print, with a power of ten whatever its size.
func penalty(alpha regime.Number) string {
	if !alpha.Defined() {
		return dash
	}
	return minus(exponent(float64(alpha)))
}

// verdict sums up the checks.
func (r Reproduction) verdict() string {
	if len(r.Checks) == 0 {
		return "verdict: nothing in print to compare with"
	}
	agree := 0
	for _, c := range r.Checks {
		if c.Agrees {
			agree++
		}
	}
	if agree == len(r.Checks) {
		return fmt.Sprintf("verdict: reproduced, all %d numbers to the digits printed", agree)
	}
	return fmt.Sprintf("verdict: %d of %d numbers agree to the digits printed", agree, len(r.Checks))
}

// Figure8 writes the exponents of ρ ∝ N^γ. The figure in print has no numbers, only guide lines: what is told is which
// of them the interval holds.
func Figure8(w io.Writer, all []Reproduction) error {
	var t table
	t.add("", "N", "γ, as published", "γ, held out", "95 %", "")
	for _, r := range all {
		e := r.Ours.Exponent
		t.add(r.Name, fmt.Sprint(r.Ours.Data.NNeurons), number(r.Paper.Exponent.Value), number(e.Value), interval(e.CI), guide(e.CI))
	}
	var b bytes.Buffer
	t.write(&b)
	fmt.Fprint(&b, "\n  ρ ∝ N^γ: γ is 0 for aligned readouts, −½ for readouts that lie as random directions do;\n"+
		"  the published figure draws both as guides and states no exponent\n")
	_, err := w.Write(b.Bytes())
	return err
}

// guide tells which of the two limits an interval of γ holds.
func guide(ci regime.Interval) string {
	const aligned, random = 0, -0.5
	switch a, r := ci.Contains(aligned), ci.Contains(random); {
	case !ci[0].Defined():
		return "no interval"
	case a && r:
		return "either"
	case a:
		return "aligned"
	case r:
		return "as random directions"
	case ci[1] < random:
		return "falls faster than random directions"
	case ci[0] > aligned:
		return "grows"
	}
	return "between"
}

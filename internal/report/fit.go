package report

import (
	"bytes"
	"fmt"
	"io"

	"oblique/loaders/recording"
	"oblique/regime"
)

// Fit writes a result as a table for a terminal: each figure with its interval and what chance gives, then what a
// reader should know.
func Fit(w io.Writer, r *regime.Result) error {
	var b bytes.Buffer
	heading(&b, r)
	figures(&b, r)
	footing(&b, r)
	notes(&b, r.Notes)
	_, err := w.Write(b.Bytes())
	return err
}

func heading(b *bytes.Buffer, r *regime.Result) {
	d := r.Data
	name := d.Name
	if name == "" {
		name = "recording"
	}
	fmt.Fprintf(b, "%s", recording.Printable(name))
	if d.Output != "" {
		fmt.Fprintf(b, " · %s", recording.Printable(d.Output))
	}
	fmt.Fprintf(b, "\n%s\n\n", size(d))
}

// size says what was analysed: 1008 time bins of 50.0 ms × 100 neurons → 2 outputs, 14 trials, model.
func size(d regime.Data) string {
	text := fmt.Sprintf("%d time bins", d.NTime)
	if d.Bin.Defined() {
		text += fmt.Sprintf(" of %s ms", number(d.Bin*1000))
	}
	text += fmt.Sprintf(" × %s → %s", plural(d.NNeurons, "neuron"), plural(d.NOutputs, "output"))
	if d.NTrials > 0 {
		text += ", " + plural(d.NTrials, "trial")
	}
	if d.NDropped > 0 {
		text += ", " + plural(d.NDropped, "row") + " dropped"
	}
	if d.Kind != "unknown" {
		text += ", " + string(d.Kind)
	}
	return text
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func figures(b *bytes.Buffer, r *regime.Result) {
	var t table
	root := root(r.Data.NNeurons)
	random := r.Nulls.Isotropic.CI
	t.add("", "estimate", "95 % interval", "by chance (95 %)")
	if r.Method == regime.Crossval {
		t.add("R², held out", number(r.R2), interval(r.R2CI), chance(r.Nulls.ShiftedR2, "shifted behaviour"))
	}
	t.add("R², in-sample", number(r.R2InSample), "", "")
	t.add("ρ, correlation of readout and activity", number(r.Rho), interval(r.RhoCI), chance(&r.Nulls.Isotropic, "random readouts"))
	t.add("ρ√N", number(r.RhoSqrtN), interval(r.RhoSqrtNCI),
		chance(&regime.Null{CI: regime.Interval{random[0] * root, random[1] * root}}, "random readouts"))
	t.add("participation ratio", number(r.PR), interval(r.PRCI), "")
	if r.Method == regime.Crossval {
		t.add("participation ratio, corrected", number(r.PRCorrected), "", "")
	}
	t.add("D_x,90, dimension of activity", dimension(r.DVar), wholeInterval(r.DVarCI), "")
	t.add("D_fit,90, dimension of the fit", dimension(r.DFit), wholeInterval(r.DFitCI), "")
	t.add("D_fit / D_x", number(r.Relative), interval(r.RelativeCI), "")
	t.write(b)
}

func chance(n *regime.Null, what string) string {
	if n == nil || interval(n.CI) == "" {
		return ""
	}
	return interval(n.CI) + " " + what
}

func footing(b *bytes.Buffer, r *regime.Result) {
	fmt.Fprintf(b, "\n  ridge penalty %s, %s effective degrees of freedom", number(r.Alpha), number(r.EffectiveDF))
	if f := r.Folds; f != nil {
		fmt.Fprintf(b, "; %d folds of %s", f.N, f.Kind)
		if f.Gap > 0 {
			fmt.Fprintf(b, ", %s between", plural(f.Gap, "row"))
		}
		fmt.Fprintf(b, "\n  the %d rows are worth about %s independent ones", r.Data.NTime, number(r.EffectiveT))
	}
	timeSubsamples(b, r)
	if d := r.Decoder; d != nil {
		fmt.Fprintf(b, "\n  known decoder: ρ %s, R² %s, %s° from the fitted readout; predictions differ by %s of the behaviour's SD",
			number(d.Rho), number(d.R2), number(d.AngleDeg), number(d.Difference))
	}
	fmt.Fprintln(b)
}

// timeSubsamples writes how far figures of parts of the time reach, if there are any.
func timeSubsamples(b *bytes.Buffer, r *regime.Result) {
	s := r.TimeSubsamples
	if s == nil {
		return
	}
	inSample := "" // said where other figures are held out
	if r.Method == regime.Crossval {
		inSample = ", in-sample"
	}
	fmt.Fprintf(b, "\n  %d time subsamples%s: ρ %s, R² %s, D_fit / D_x %s", s.N, inSample, span(s.Rho), span(s.R2), span(s.Relative))
}

// span writes the least and greatest of some figures, if any is defined.
func span(x []regime.Number) string {
	lo, hi := regime.Undefined, regime.Undefined
	for _, v := range x {
		if !v.Defined() {
			continue
		}
		if !lo.Defined() || v < lo {
			lo = v
		}
		if !hi.Defined() || v > hi {
			hi = v
		}
	}
	if !lo.Defined() {
		return number(lo)
	}
	return number(lo) + "–" + number(hi)
}

func notes(b *bytes.Buffer, notes []string) {
	if len(notes) > 0 {
		fmt.Fprintln(b)
	}
	bullets(b, notes)
}

// bullets writes sentences as a list, broken into lines.
func bullets(b *bytes.Buffer, sentences []string) {
	for _, note := range sentences {
		for i, line := range wrap(note, 96) {
			bullet := "    "
			if i == 0 {
				bullet = "  • "
			}
			fmt.Fprintln(b, bullet+line)
		}
	}
}

package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"oblique/regime"
)

// paperBibTeX cites the analysis itself.
const paperBibTeX = `@article{schuessler2024,
  author  = {Schuessler, Friedrich and Mastrogiuseppe, Francesca and Ostojic, Srdjan and Barak, Omri},
  title   = {Aligned and oblique dynamics in recurrent neural networks},
  journal = {eLife},
  volume  = {13},
  pages   = {RP93060},
  year    = {2024},
  doi     = {10.7554/eLife.93060}
}`

// Methods returns paragraphs for the methods section of a paper, with the options that were used. Analyses with the same
// options share a paragraph.
func Methods(c *Collection) []string {
	if len(c.Entries) == 0 {
		return nil
	}
	texts := map[string][]string{}
	gaps := map[string][]int{}
	var order []string
	for _, e := range c.Entries {
		if e.Result == nil {
			continue
		}
		text := preparation(e.Result.Result) + " " + procedure(e.Result.Result)
		if e.Result.Neurons.Sizes != nil {
			text += fmt.Sprintf(" Neurons were subsampled in %d draws of %d sizes each.", len(e.Result.Neurons.Rho), len(e.Result.Neurons.Sizes))
		}
		if texts[text] == nil {
			order = append(order, text)
		}
		texts[text] = append(texts[text], strings.Join(nonEmpty(e.Data, e.Output), ", "))
		if f := e.Result.Folds; f != nil {
			gaps[text] = append(gaps[text], f.Gap)
		}
	}
	paragraphs := []string{fmt.Sprintf("Recordings were analysed with regime %s (seed %d) after Schuessler et al. (2024).", c.Version, c.Seed)}
	for _, text := range order {
		paragraphs = append(paragraphs, strings.Join(texts[text], "; ")+". "+strings.ReplaceAll(text, gapHere, gapOf(gaps[text])))
	}
	return paragraphs
}

// gapHere stands in a paragraph for the gap, which follows from each recording's correlation time: recordings that differ in it alone
// share the paragraph.
const gapHere = "\x00"

// gapOf says how many rows were left out between folds.
func gapOf(rows []int) string {
	if len(rows) == 0 || slices.Max(rows) == 0 {
		return ""
	}
	if low, high := slices.Min(rows), slices.Max(rows); low < high {
		return fmt.Sprintf(" with %d to %d rows left out between, by the recording", low, high)
	}
	return fmt.Sprintf(" with %d rows left out between", rows[0])
}

// preparation says how activity and behaviour were prepared.
func preparation(r *regime.Result) string {
	text := "Spikes were taken as they are binned in the file."
	if r.Data.Bin.Defined() {
		text = fmt.Sprintf("Firing rates were counted in bins of %s ms.", number(r.Data.Bin*1000))
	}
	prepared := options(r.Provenance["prepare"])
	if v := prepared["smooth"]; v != "" {
		within := ""
		if r.Data.NTrials > 0 {
			within = " within trials"
		}
		text += fmt.Sprintf(" Rates were smoothed%s by a Gaussian kernel of standard deviation %s, cut off at four standard deviations.", within, v)
	}
	if v := prepared["lag"]; v != "" {
		text += fmt.Sprintf(" Rates led behaviour by %s.", v)
	}
	if v := prepared["align"]; v != "" {
		text += fmt.Sprintf(" Trials were aligned to %s, from %s.", v, strings.ReplaceAll(prepared["window"], ":", " to "))
	}
	var other []string
	for key, v := range prepared {
		switch key {
		case "smooth", "lag", "align", "window", "output", "bin", "stream", "stream_over": // the last two change no figure
		default:
			other = append(other, key+" = "+v)
		}
	}
	if len(other) > 0 {
		sort.Strings(other)
		text += " Further options: " + strings.Join(other, ", ") + "."
	}
	return text
}

// options returns a JSON object as texts.
func options(v any) map[string]string {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var raw map[string]any
	if json.Unmarshal(b, &raw) != nil {
		return nil
	}
	texts := map[string]string{}
	for key, value := range raw {
		texts[key] = strings.Trim(fmt.Sprint(value), "[]")
	}
	return texts
}

// procedure says how the readout was fitted.
func procedure(r *regime.Result) string {
	penalties := fmt.Sprintf("one of %d penalties from %s to %s", len(r.AlphaPath.Alpha),
		number(first(r.AlphaPath.Alpha)), number(last(r.AlphaPath.Alpha)))
	if r.Method == regime.Paper {
		text := "Behaviour was regressed on activity by ridge regression with " + penalties +
			", chosen by leave-one-out error; R² is in-sample. The fitting dimension is the least number of principal components, " +
			"each number fitted anew, whose R² exceeds 90 % of that of all."
		if s := r.TimeSubsamples; s != nil {
			text += fmt.Sprintf(" %d random subsamples of %s of the time bins show the spread.", s.N, percent(s.Fraction))
		}
		return text
	}
	text := "Behaviour was regressed on activity by ridge regression with " + penalties + ", chosen by cross-validation."
	if f := r.Folds; f != nil {
		text += fmt.Sprintf(" R² is held out, by nested cross-validation in %d folds of contiguous %s%s. ", f.N, f.Kind, gapHere)
		text += "The fitting dimension is the least number of principal components whose held-out R² exceeds 90 % of that of all."
	}
	if b := r.Bootstrap; b != nil {
		text += fmt.Sprintf(" Intervals are 95 %% intervals of a block bootstrap (%d draws of whole %s).", b.Draws, b.Kind)
	}
	if n := r.Nulls.ShiftedR2; n != nil {
		text += fmt.Sprintf(" Chance levels are those of %d random readouts and of %d circular shifts of behaviour.", r.Nulls.Isotropic.Draws, n.Draws)
	}
	return text
}

func percent(x regime.Number) string { return fmt.Sprintf("%.0f %%", float64(x)*100) }

func first(x []regime.Number) regime.Number {
	if len(x) == 0 {
		return regime.Undefined
	}
	return x[0]
}

func last(x []regime.Number) regime.Number {
	if len(x) == 0 {
		return regime.Undefined
	}
	return x[len(x)-1]
}

// citations are the analysis and the data sets, each once: what the results' notes say of their data.
func citations(c *Collection) []citation {
	all := []citation{{paperBibTeX}}
	seen := map[string]bool{}
	for _, e := range c.Entries {
		if e.BibTeX != "" && !seen[e.BibTeX] {
			seen[e.BibTeX] = true
			all = append(all, citation{e.BibTeX})
		}
	}
	return all
}

package regime

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"oblique/loaders/recording"
)

// lowR2 is the R² below which a readout explains too little for its direction to mean much.
const lowR2 = 0.2

// fewRecordings are too few for a difference between groups: below it their own spread is hardly known.
const fewRecordings = 3

// fewPoints are too few independent time points for a matched subsample to say much.
const fewPoints = 20

// Caveats says what cannot be concluded from the figures of one recording, in sentences.
func (r *Result) Caveats() []string {
	var all []string
	if r.Data.Kind == recording.BCI {
		all = append(all, "A brain–computer interface: its behaviour is computed from the activity, so that R² and the readout are the decoder's by construction.")
	}
	switch null := r.Nulls.ShiftedR2; {
	case !r.R2.Defined():
		all = append(all, "R² is undefined: whether ρ and fitting dimension say anything about behaviour is not known.")
	case null != nil && r.R2 <= null.CI[1]:
		all = append(all, fmt.Sprintf("R² (%s) is what shifted behaviour gives: ρ and fitting dimension say nothing about behaviour.", short(r.R2)))
	case r.R2 < lowR2:
		all = append(all, fmt.Sprintf("R² is %s: the readout explains too little for its direction to mean much.", short(r.R2)))
	}
	return all
}

// short writes a figure with two digits.
func short(x Number) string {
	return strings.ReplaceAll(strconv.FormatFloat(float64(x), 'g', 2, 64), "-", "−")
}

// GroupCaveats says which groups have too few recordings to be compared, and which share one, in sentences, if there are several
// groups. groups has the group of each result. A file that is analysed twice is one recording.
func GroupCaveats(groups []string, results []*Result) []string {
	var order []string
	files, count := map[string]map[string]bool{}, map[string]int{}
	for i, g := range groups {
		if files[g] == nil {
			order, files[g] = append(order, g), map[string]bool{}
		}
		file := results[i].Data.SHA256
		if file == "" {
			file = strconv.Itoa(i)
		}
		files[g][file] = true
		count[g]++
	}
	if len(order) < 2 {
		return nil
	}
	var all []string
	for _, g := range order {
		n := len(files[g])
		if n >= fewRecordings {
			continue
		}
		what := strconv.Itoa(n) + " recording"
		if n > 1 {
			what += "s"
		}
		if count[g] > n {
			what += fmt.Sprintf(" (in %d analyses)", count[g])
		}
		all = append(all, fmt.Sprintf("Group %s has %s: a difference from another group cannot be told from one between sessions or animals.", g, what))
	}
	return append(all, shared(groups, results)...)
}

// shared says which files are in several groups.
func shared(groups []string, results []*Result) []string {
	var all []string
	told := map[string]bool{}
	for i, r := range results {
		file := r.Data.SHA256
		if file == "" || told[file] {
			continue
		}
		told[file] = true
		in := []string{groups[i]}
		for j := i + 1; j < len(results); j++ {
			if results[j].Data.SHA256 == file && !slices.Contains(in, groups[j]) {
				in = append(in, groups[j])
			}
		}
		if len(in) > 1 {
			all = append(all, fmt.Sprintf("Groups %s have the file of %s in common: of it they tell no difference between recordings.",
				strings.Join(in, ", "), r.Data.Name))
		}
	}
	return all
}

// VersionCaveats says which results are of different versions of the program, in a sentence. Those without provenance are
// of this one.
func VersionCaveats(results []*Result, this string) []string {
	versions := spell(results, func(r *Result) string {
		program, ok := r.Provenance["program"].(string)
		if !ok {
			return this
		}
		version, _, _ := strings.Cut(strings.TrimPrefix(program, "regime "), " ") // on another platform only rounding differs
		return version
	})
	if versions == "" {
		return nil
	}
	return []string{"Versions of the program differ (" + versions + "): figures may differ for that alone."}
}

// PreparationCaveats says how the results that are compared were not arrived at the same way, in sentences.
func PreparationCaveats(results []*Result) []string {
	var all []string
	if bins := spell(results, func(r *Result) string { return seconds(r.Data.Bin, "unknown width") }); bins != "" {
		all = append(all, "Time bins differ ("+bins+"): wider bins average noise away and raise R² and ρ.")
	}
	if smoothing := spell(results, func(r *Result) string { return seconds(r.Data.Smooth, "unknown") }); smoothing != "" {
		all = append(all, "Smoothing differs ("+smoothing+"): it lowers the dimension of activity and raises ρ.")
	}
	if methods := spell(results, func(r *Result) string { return string(r.Method) }); methods != "" {
		all = append(all, "Methods differ ("+methods+"): R² and fitting dimension are held out under crossval and in-sample under paper.")
	}
	return all
}

// caveats says what cannot be concluded.
func (c *comparison) caveats() {
	var groups []string
	var results []*Result
	for _, e := range c.result.Recordings {
		groups, results = append(groups, e.Group), append(results, e.Result)
	}
	c.result.Caveats = append(append(c.result.Caveats, GroupCaveats(groups, results)...), PreparationCaveats(results)...)
	say := func(format string, args ...any) {
		sentence := fmt.Sprintf(format, args...)
		if !slices.Contains(c.result.Caveats, sentence) { // of a recording that stands twice
			c.result.Caveats = append(c.result.Caveats, sentence)
		}
	}
	if names := c.finished(); len(names) > 0 {
		say("Finished results have no activity to take subsamples of: at matched size is nothing of %s.", strings.Join(names, ", "))
	}
	if m := c.result.Matched; m.Draws > 0 && m.EffectiveT < fewPoints {
		say("A matched subsample is worth %s independent time points: figures of so few are chance for the most part.", short(m.EffectiveT))
	}
	for i, e := range c.result.Recordings {
		name, d := e.Result.Data.Name, e.Result.Data
		if c.recordings[i] != nil && c.result.Matched.Draws > 0 && len(c.recordings) > 1 && e.Draws.Rows == d.NTime && c.result.Matched.N == d.NNeurons {
			say("%s has the matched size itself: its draws are all the same, so that intervals of differences count none of its own uncertainty.", name)
		}
		for _, caveat := range e.Result.Caveats() {
			say("%s: %s", name, caveat)
		}
		if e.Result.DFit == 0 {
			say("%s: the fitting dimension is undefined.", name)
		}
		for _, m := range metrics {
			switch draws := m.of(e.Draws); missing(draws) {
			case 0:
			case len(draws):
				say("%s has no %s at matched size: of its group no difference is told.", name, m.words)
			default:
				say("%s: %d of %d matched subsamples have no %s; means are of the others.", name, missing(draws), len(draws), m.words)
			}
		}
	}
}

// missing counts the undefined.
func missing(x []Number) int {
	n := 0
	for _, v := range x {
		if !v.Defined() {
			n++
		}
	}
	return n
}

// finished are the names of what came as a result.
func (c *comparison) finished() []string {
	var names []string
	for i, e := range c.result.Recordings {
		if c.recordings[i] == nil {
			names = append(names, e.Result.Data.Name)
		}
	}
	return names
}

// seconds writes a duration, or what stands for one that is undefined.
func seconds(s Number, undefined string) string {
	if !s.Defined() {
		return undefined
	}
	return time.Duration(math.Round(float64(s) * 1e9)).String()
}

// spell lists the names of the results under each value that they have, in the order of the values; nothing if it is one.
func spell(results []*Result, value func(*Result) string) string {
	names := map[string][]string{}
	for _, r := range results {
		v := value(r)
		if !slices.Contains(names[v], r.Data.Name) {
			names[v] = append(names[v], r.Data.Name)
		}
	}
	if len(names) < 2 {
		return ""
	}
	var parts []string
	for v, n := range names {
		parts = append(parts, v+": "+strings.Join(n, ", "))
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

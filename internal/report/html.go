package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"oblique/internal/plot"
	"oblique/loaders/recording"
	"oblique/regime"
)

//go:embed page
var pageFiles embed.FS

// pageTemplate has everything of the page: nothing is fetched when it is read.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page.html").Funcs(template.FuncMap{
		"number": number, "dimension": dimension, "interval": interval, "whole": wholeInterval, "size": size, "indices": indices,
		"analyses": analyses,
	}).ParseFS(pageFiles, "page/page.html"))
})

// HTML writes a Collection as one page that needs nothing else, neither a network nor another file: figures as inline
// SVG, tables that can be sorted and filtered, a part for each analysis, warnings, the methods with the options that
// were used, citations, and the plan.
func HTML(w io.Writer, c *Collection) error {
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	script, err := pageFiles.ReadFile("page/script.js")
	if err != nil {
		return err
	}
	p := &page{Title: "Regime report", Collection: c, Style: template.CSS(style), Script: template.JS(script),
		Methods: Methods(c), Citations: citations(c), Warnings: warnings(c)}
	for i, e := range c.Entries {
		part, err := newPart(i, e)
		if err != nil {
			return err
		}
		p.Parts = append(p.Parts, part)
	}
	p.Recordings = recordings(p.Parts)
	p.Columns, p.Same = columnsOf(c.Entries)
	if err := p.overview(); err != nil {
		return err
	}
	return pageTemplate().Execute(w, p)
}

// A page is what the template shows.
type page struct {
	Title string
	*Collection
	Style      template.CSS
	Script     template.JS
	Figures    []shown
	Parts      []part
	Recordings []recorded
	Columns    columns
	Same       []string // what the columns that are left out would say in every line
	Methods    []string
	Citations  []citation
	Warnings   []warning
}

// A recorded is the analyses of one recording.
type recorded struct {
	ID, Name string
	Parts    []part
}

// columns says which columns the table of results has: those whose lines differ.
type columns struct{ Group, Output, Prepare, Method, CI bool }

// A shown figure is an inline SVG with its caption.
type shown struct {
	SVG     template.HTML
	Caption string
	Wide    bool // two columns of a journal
}

// A part is one analysis.
type part struct {
	ID string
	Entry
	Heading  string
	Lines    []line
	Warnings []string
	Notes    []string
	Figures  []shown
	Command  string
}

// A line is a figure of the table of a part.
type line struct{ Name, Value, Interval, Chance string }

// A warning is what should be known before some analyses are believed.
type warning struct {
	Text  string
	Where []place
}

// A place is a part of the page.
type place struct{ ID, Name string }

// A citation is a work as BibTeX.
type citation struct{ Text string }

// index matches the dimensions as tables for a terminal have them: D_x,90, D_fit.
var index = regexp.MustCompile(`D_(x|fit)(,90)?`)

// indices writes their indices as such.
func indices(s string) template.HTML {
	return template.HTML(index.ReplaceAllString(template.HTMLEscapeString(s), "D<sub>$1$2</sub>"))
}

func newPart(i int, e Entry) (part, error) {
	p := part{ID: fmt.Sprintf("analysis-%d", i+1), Entry: e, Command: command(e.Args),
		Heading: strings.Join(nonEmpty(e.Output, e.Prepare, e.Method), " · "), Warnings: cautions(e), Notes: remarks(e)}
	if p.Heading == "" {
		p.Heading = e.Data
	}
	if e.Result == nil {
		return p, nil
	}
	p.Lines = lines(e.Result.Result)
	draws := []func() (*plot.Figure, error){
		func() (*plot.Figure, error) { return plot.Curves(e.Result.Result) },
		func() (*plot.Figure, error) { return plot.AlphaPath(e.Result.Result) },
	}
	captions := []string{"R² and variance against the number of principal components.",
		"Correlation ρ of readout and activity against the ridge penalty, with what random readouts give."}
	if e.Result.Neurons.Sizes != nil {
		draws = append(draws, func() (*plot.Figure, error) {
			return plot.Scaling([]plot.ScalingCurve{plot.NewScalingCurve(e.Result)})
		})
		captions = append(captions, "ρ√N of subsamples of neurons.")
	}
	for i, draw := range draws {
		f, err := inline(draw, captions[i])
		if err != nil {
			return p, fmt.Errorf("%s: %w", e.name(), err)
		}
		p.Figures = append(p.Figures, f)
	}
	return p, nil
}

// recordings gathers the analyses of each recording, in the order of their first.
func recordings(parts []part) []recorded {
	var all []recorded
	at := map[string]int{}
	for _, p := range parts {
		i, ok := at[p.Data]
		if !ok {
			i = len(all)
			at[p.Data] = i
			all = append(all, recorded{ID: fmt.Sprintf("recording-%d", i+1), Name: p.Data})
		}
		all[i].Parts = append(all[i].Parts, p)
	}
	return all
}

// columnsOf leaves out columns that have the same word in all lines, or none, and says the word.
func columnsOf(entries []Entry) (c columns, same []string) {
	differ := func(what string, of func(Entry) string) bool {
		for _, e := range entries {
			if of(e) != of(entries[0]) {
				return true
			}
		}
		if len(entries) > 0 && of(entries[0]) != "" {
			same = append(same, what+" "+of(entries[0]))
		}
		return false
	}
	c.Group = differ("group", func(e Entry) string { return e.Group })
	c.Output = differ("output", func(e Entry) string { return e.Output })
	c.Prepare = differ("preparation", func(e Entry) string { return e.Prepare })
	c.Method = differ("method", func(e Entry) string { return e.Method })
	c.CI = slices.ContainsFunc(entries, func(e Entry) bool { return e.Result != nil && interval(e.Result.RhoCI) != "" })
	return c, same
}

// analyses counts them.
func analyses(n int) string {
	if n == 1 {
		return "1 analysis"
	}
	return fmt.Sprintf("%d analyses", n)
}

// harmless are words that no shell takes for more than a word.
var harmless = regexp.MustCompile(`^[\pL\pN_@%+=:,./-]+$`)

// word writes a word as a shell takes it.
func word(s string) string {
	if harmless.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// command is what does an analysis in one go: parts that were done apart are left out, as the result is the same.
func command(args []string) string {
	words := []string{"regime"}
	for i := 0; i < len(args); i++ {
		if args[i] == "--draws-done" {
			i++
			continue
		}
		words = append(words, word(args[i]))
	}
	return strings.Join(words, " ")
}

// lines are the figures of a result, as the terminal has them.
func lines(r *regime.Result) []line {
	root := root(r.Data.NNeurons)
	random := r.Nulls.Isotropic.CI
	shifted := ""
	if r.Nulls.ShiftedR2 != nil {
		shifted = interval(r.Nulls.ShiftedR2.CI)
	}
	all := []line{
		{"R², held out", number(r.R2), interval(r.R2CI), shifted},
		{"R², in-sample", number(r.R2InSample), "", ""},
		{"ρ, correlation of readout and activity", number(r.Rho), interval(r.RhoCI), interval(random)},
		{"ρ√N", number(r.RhoSqrtN), interval(r.RhoSqrtNCI), interval(regime.Interval{random[0] * root, random[1] * root})},
		{"participation ratio", number(r.PR), interval(r.PRCI), ""},
		{"participation ratio, corrected", number(r.PRCorrected), "", ""},
		{"D_x,90, dimension of activity", dimension(r.DVar), wholeInterval(r.DVarCI), ""},
		{"D_fit,90, dimension of the fit", dimension(r.DFit), wholeInterval(r.DFitCI), ""},
		{"D_fit / D_x, relative fitting dimension", number(r.Relative), interval(r.RelativeCI), ""},
		{"ridge penalty", number(r.Alpha), "", ""},
		{"effective degrees of freedom", number(r.EffectiveDF), "", ""},
		{"independent time points", number(r.EffectiveT), "", ""},
	}
	if r.Method == regime.Paper { // in-sample is all there is
		all = slices.DeleteFunc(all, func(l line) bool {
			return slices.Contains([]string{"R², held out", "participation ratio, corrected", "independent time points"}, l.Name)
		})
	}
	if d := r.Decoder; d != nil {
		all = append(all, line{"ρ of the known decoder", number(d.Rho), "", ""},
			line{"angle between known and fitted readout", number(d.AngleDeg) + "°", "", ""})
	}
	return all
}

// overview draws the analyses together that were prepared and made the same way.
func (p *page) overview() error {
	type way struct{ prepare, method string }
	seen := map[way]bool{}
	for _, e := range p.Entries {
		w := way{e.Prepare, e.Method}
		if seen[w] {
			continue
		}
		seen[w] = true
		if err := p.together(w.prepare, w.method); err != nil {
			return err
		}
	}
	return nil
}

// together draws the analyses of one preparation and method.
func (p *page) together(prepare, method string) error {
	c := &regime.Comparison{}
	var curves []plot.ScalingCurve
	for _, e := range p.Entries {
		if e.Result == nil || e.Prepare != prepare || e.Method != method {
			continue
		}
		named := *e.Result.Result
		named.Data.Name = p.label(e)
		c.Recordings = append(c.Recordings, regime.Compared{Group: e.Group, Result: &named})
		if e.Result.Neurons.Sizes != nil {
			curve := plot.NewScalingCurve(&regime.ScalingResult{Result: &named, Neurons: e.Result.Neurons, Exponent: e.Result.Exponent})
			curve.Group = e.Group
			curves = append(curves, curve)
		}
	}
	if len(c.Recordings) == 0 {
		return nil
	}
	way := strings.Join(nonEmpty(prepare, method), ", ")
	figures := []struct {
		draw    func() (*plot.Figure, error)
		caption string
		skip    bool
	}{
		{func() (*plot.Figure, error) { return plot.Comparison(plot.NewColumns(c)) },
			"R², correlation ρ and relative fitting dimension. " + marksOf(c), false},
		{func() (*plot.Figure, error) { return plot.RegimePlane(plot.NewPlane(c)) },
			"The regime plane: aligned recordings lie above and left, oblique ones below and right.", false},
		{func() (*plot.Figure, error) { return plot.Scaling(curves) },
			"ρ√N against the number of neurons, with the slopes that aligned (½) and random (0) readouts have.", curves == nil},
	}
	for _, f := range figures {
		if f.skip {
			continue
		}
		caption := f.caption
		if way != "" {
			caption = "(" + way + ") " + caption
		}
		shown, err := inline(f.draw, caption)
		if err != nil {
			return err
		}
		p.Figures = append(p.Figures, shown)
	}
	return nil
}

// marksOf says what the marks of a comparison are.
func marksOf(c *regime.Comparison) string {
	text := "Points are estimates"
	if slices.ContainsFunc(c.Recordings, func(e regime.Compared) bool { return e.Result.RhoCI[0].Defined() }) {
		text += " with 95 % intervals"
	}
	if slices.ContainsFunc(c.Recordings, func(e regime.Compared) bool { return e.Result.TimeSubsamples != nil }) {
		text += ", violins time subsamples"
	}
	return text + ", bands what random readouts give."
}

// label names an analysis in a figure: by its data, and by its output where the data has several.
func (p *page) label(e Entry) string {
	for _, other := range p.Entries {
		if other.Data == e.Data && other.Output != e.Output {
			return e.Data + " " + e.Output
		}
	}
	return e.Data
}

// inline draws a figure as SVG for the page. The drawing's own size becomes the most it may take.
func inline(draw func() (*plot.Figure, error), caption string) (shown, error) {
	f, err := draw()
	if err != nil {
		return shown{}, err
	}
	var b bytes.Buffer
	if err := f.WriteTo(&b, "svg"); err != nil {
		return shown{}, err
	}
	_, svg, _ := strings.Cut(b.String(), "<svg")
	width, _ := f.Size()
	return shown{SVG: template.HTML(`<svg role="img" aria-label="` + template.HTMLEscapeString(caption) + `"` + svg), Caption: caption,
		Wide: width > plot.Single.Points()}, nil
}

// elsewhere begin the notes of which other parts of the page tell: citations, and methods.
var elsewhere = []string{"Data: ", "Method paper: "}

// name is that of an analysis, outside the part of its recording.
func (e Entry) name() string {
	return strings.Join(nonEmpty(e.Data, e.Output, e.Prepare, e.Method), " · ")
}

// short is the name by the words alone that are not the same for all.
func (e Entry) short(differ columns) string {
	words := []string{e.Data}
	for _, w := range []struct {
		differs bool
		word    string
	}{{differ.Output, e.Output}, {differ.Prepare, e.Prepare}, {differ.Method, e.Method}} {
		if w.differs {
			words = append(words, w.word)
		}
	}
	return strings.Join(nonEmpty(words...), " · ")
}

// cautions are what cannot be concluded from an analysis, and its notes that put it in doubt.
func cautions(e Entry) []string {
	if e.Result == nil {
		return nil
	}
	all := e.Result.Caveats()
	for _, note := range e.Result.Notes {
		if text, ok := strings.CutPrefix(note, recording.Caution); ok {
			all = append(all, text)
		}
	}
	return all
}

// remarks are the other notes of an analysis: what was chosen, done and left out.
func remarks(e Entry) []string {
	if e.Result == nil {
		return nil
	}
	var all []string
	for _, note := range e.Result.Notes {
		begins := func(with string) bool { return strings.HasPrefix(note, with) }
		if !begins(recording.Caution) && !slices.ContainsFunc(elsewhere, begins) {
			all = append(all, note)
		}
	}
	return all
}

// warnings are what cannot be concluded, from groups first, then the cautions of all results, each with where it holds.
func warnings(c *Collection) []warning {
	var all []warning
	at := map[string]int{}
	say := func(text string, where place) {
		i, ok := at[text]
		if !ok {
			i = len(all)
			at[text] = i
			all = append(all, warning{Text: text})
		}
		all[i].Where = append(all[i].Where, where)
	}
	for _, text := range groupWarnings(c) {
		say(text, place{"results", "Results"})
	}
	differ, _ := columnsOf(c.Entries)
	for i, e := range c.Entries {
		where := place{fmt.Sprintf("analysis-%d", i+1), e.short(differ)}
		if e.Result == nil {
			say("No result: "+e.Failure, where)
		}
		for _, text := range cautions(e) {
			say(text, where)
		}
	}
	return all
}

// groupWarnings tell what cannot be concluded from groups beside each other: too few recordings, and activity that [[data]]
// prepare in different ways. Analyses of different preparations and methods of the plan are not beside each other.
func groupWarnings(c *Collection) []string {
	var groups, ways []string
	var all []*regime.Result
	byWay := map[string][]*regime.Result{}
	for _, e := range c.Entries {
		if e.Result == nil {
			continue
		}
		named := *e.Result.Result
		named.Data.Name = e.Data
		if e.Group != "" {
			groups, all = append(groups, e.Group), append(all, &named)
		}
		way := strings.Join(nonEmpty(e.Prepare, e.Method), ", ")
		if byWay[way] == nil {
			ways = append(ways, way)
		}
		byWay[way] = append(byWay[way], &named)
	}
	warnings := regime.GroupCaveats(groups, all)
	for _, way := range ways {
		for _, text := range regime.PreparationCaveats(byWay[way]) {
			if !slices.Contains(warnings, text) {
				warnings = append(warnings, text)
			}
		}
	}
	return warnings
}

func nonEmpty(words ...string) []string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

package report

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oblique/internal/need"
	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

// analysed returns a real result, small enough for a test.
func analysed(t testing.TB, name string, method regime.Method, seed uint64) *regime.ScalingResult {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	x, y := mat.NewDense(300, 20, nil), mat.NewDense(300, 2, nil)
	state := make([]float64, 4)
	for i := range 300 {
		for k := range state {
			state[k] = 0.9*state[k] + 0.4*rng.NormFloat64()
		}
		for j := range 20 {
			x.Set(i, j, 20+5*state[j%4]+2*rng.NormFloat64())
		}
		y.SetRow(i, []float64{state[0] + 0.3*rng.NormFloat64(), state[3]})
	}
	r := &recording.Recording{Source: recording.Source{Name: name}, X: x, Y: y, Kind: recording.NonBCI, Output: "hand_vel"}
	res, err := regime.Scaling(context.Background(), r, regime.ScalingOptions{Sizes: []int{5, 10, 20}, Draws: 3,
		Fit: regime.Options{Method: method, Bootstrap: 20, Shifts: 10, TimeSubsamples: 5}}, rng)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// collection is a report of two analyses and one that failed, with names that must not become markup.
func collection(t testing.TB) *Collection {
	return &Collection{Version: "test", Seed: 3, Plan: "seed = 3\n# <b>plan</b>\n", Entries: []Entry{
		{Data: "a<script>", Group: "g1", Output: "hand_vel", Method: "crossval", Args: []string{"scaling", "--data", "a", "--draws-done", "cell:1", "--json"},
			Result: analysed(t, "a<script>", regime.Crossval, 1), BibTeX: "@article{x}"},
		{Data: "b", Group: "g2", Output: "hand_vel", Method: "paper", Args: []string{"fit"}, Result: analysed(t, "b", regime.Paper, 2), BibTeX: "@article{x}"},
		{Data: "c", Failure: "no file c.npz"},
	}}
}

func TestHTML(t *testing.T) {
	var b strings.Builder
	if err := HTML(&b, collection(t)); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"a&lt;script&gt;", "no file c.npz", "Schuessler", "nested cross-validation in 5 folds", "chosen by leave-one-out error",
		"# &lt;b&gt;plan&lt;/b&gt;", `id="analysis-3"`, `<th scope="row">D<sub>x,90</sub>, dimension of activity</th>`, "D<sub>fit</sub> / D<sub>x</sub>, rel", "<svg role=\"img\"", "regime scaling --data a --json", "<li>Group g1 has 1 recording: ", "Points are estimates, violins time subsamples, bands", "with regime test (seed 3)",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(page, "a<script>") {
		t.Error("a name became markup")
	}
	for _, outside := range []string{"src=\"http", "href=\"http", "url(http", "@import", "<link"} {
		if strings.Contains(page, outside) {
			t.Errorf("the page fetches something: %q", outside)
		}
	}
	if n := strings.Count(page, "@article{x}"); n != 1 {
		t.Errorf("a citation that two analyses share stands there %d times", n)
	}
}

// Recordings beside each other that were not prepared alike are told; ways that the plan has for all of them are not.
func TestWarningsOfPreparation(t *testing.T) {
	entry := func(data, group, prepare string, smooth regime.Number) Entry {
		return Entry{Data: data, Group: group, Prepare: prepare, Result: &regime.ScalingResult{Result: &regime.Result{Method: regime.Crossval, R2: 0.6,
			Data: regime.Data{Name: "file", SHA256: data, Bin: 0.05, Smooth: smooth}}}}
	}
	alike := &Collection{Entries: []Entry{entry("a", "g", "raw", 0), entry("b", "g", "raw", 0), entry("a", "g", "smooth", 0.1), entry("b", "g", "smooth", 0.1)}}
	if w := warnings(alike); len(w) != 0 {
		t.Errorf("of recordings prepared alike: %+v", w)
	}
	unlike := &Collection{Entries: []Entry{entry("a", "g", "", 0), entry("b", "h", "", 0.025)}}
	var texts []string
	for _, w := range warnings(unlike) {
		texts = append(texts, w.Text)
		if len(w.Where) != 1 || w.Where[0].ID != "results" {
			t.Errorf("%q is said of %+v", w.Text, w.Where)
		}
	}
	if all := strings.Join(texts, "\n"); len(texts) != 3 || !strings.Contains(all, "Smoothing differs (0s: a; 25ms: b)") || !strings.Contains(all, "Group h has 1 recording: ") {
		t.Errorf("warnings %q", texts)
	}
}

// Notes that put a figure in doubt are warnings; those that say what was done stand with the analysis, unless another part of the page
// has them.
func TestNotesAndWarnings(t *testing.T) {
	e := small()
	e.Result.Notes = []string{"X is taken as rates in Hz.", "Data: Doe 2020", "Checked: all agree.", recording.Caution + "3 of 16 neurons never change.", "Method paper: in-sample."}
	var said []string
	for _, w := range warnings(&Collection{Entries: []Entry{e}}) {
		said = append(said, w.Text)
	}
	doubt := "3 of 16 neurons never change."
	if !slices.Contains(said, doubt) || slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "rates in Hz") || strings.Contains(s, "Checked") }) {
		t.Errorf("warnings %q", said)
	}
	p, err := newPart(0, e)
	if err != nil || !slices.Contains(p.Warnings, doubt) || !slices.Equal(p.Notes, []string{"X is taken as rates in Hz.", "Checked: all agree."}) {
		t.Errorf("%v: warnings %q, notes %q", err, p.Warnings, p.Notes)
	}
	var b strings.Builder
	if err := HTML(&b, &Collection{Entries: []Entry{e}}); err != nil || !strings.Contains(b.String(), `<ul class="notes"><li>X is taken as rates in Hz.</li>`) {
		t.Errorf("no notes on the page: %v", err)
	}
}

// What holds of many analyses is said once, with all of them; recordings with several analyses have one part; columns that would say
// the same in every line are left out.
func TestHTMLOfMany(t *testing.T) {
	c := &Collection{}
	for i := range 30 {
		for _, output := range []string{"hand_vel", "hand_pos"} {
			c.Entries = append(c.Entries, Entry{Data: fmt.Sprintf("session %d", i), Output: output, Method: "held out", Failure: "no room"})
		}
	}
	w := warnings(c)
	if len(w) != 1 || w[0].Text != "No result: no room" || len(w[0].Where) != 60 || w[0].Where[59] != (place{"analysis-60", "session 29 · hand_pos"}) {
		t.Errorf("warnings %+v", w)
	}
	var b strings.Builder
	if err := HTML(&b, c); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if n := strings.Count(page, `<section class="recording"`); n != 30 {
		t.Errorf("%d parts of recordings, want 30", n)
	}
	if strings.Contains(page, "<th>method</th>") || !strings.Contains(page, "<th>output</th>") || !strings.Contains(page, "In all lines: method held out.") {
		t.Error("the table of results has a column that is the same in all lines, or lacks one that is not")
	}
}

// Recordings that differ in the gap between folds alone, which follows from their correlation times, share a paragraph.
func TestMethodsShareParagraphs(t *testing.T) {
	entry := func(data string, gap int) Entry {
		return Entry{Data: data, Output: "hand_vel", Result: &regime.ScalingResult{Result: &regime.Result{Method: regime.Crossval,
			Folds: &regime.Folds{Kind: "trials", N: 5, Gap: gap}, Provenance: map[string]any{"prepare": map[string]any{"smooth": "50ms", "stream_over": 5e8}}}}}
	}
	m := Methods(&Collection{Entries: []Entry{entry("a", 7), entry("b", 3), entry("c", 7)}})
	if len(m) != 2 || !strings.HasPrefix(m[1], "a, hand_vel; b, hand_vel; c, hand_vel. ") {
		t.Fatalf("paragraphs %q", m)
	}
	for _, want := range []string{"standard deviation 50ms", "5 folds of contiguous trials with 3 to 7 rows left out between, by the recording."} {
		if !strings.Contains(m[1], want) {
			t.Errorf("no %q in %q", want, m[1])
		}
	}
	if strings.Contains(m[1], "stream") || strings.Contains(m[1], gapHere) {
		t.Errorf("what is of no interest: %q", m[1])
	}
	if trials := entry("a", 0); strings.Contains(m[1], "within trials") {
		t.Errorf("a recording without trials: %q", m[1])
	} else if trials.Result.Data.NTrials = 3; !strings.Contains(Methods(&Collection{Entries: []Entry{trials}})[1], "smoothed within trials by") {
		t.Error("smoothing within trials is not told")
	}
	if one := Methods(&Collection{Entries: []Entry{entry("a", 0)}}); !strings.Contains(one[1], "contiguous trials. The") {
		t.Errorf("without a gap: %q", one[1])
	}
}

// The command of an analysis can be pasted into a shell, whatever its words are.
func TestCommand(t *testing.T) {
	for want, args := range map[string][]string{
		`regime fit --data=a/b-1.npz --alphas=1:10:3 --units=0,1 --json`: {"fit", "--data=a/b-1.npz", "--alphas=1:10:3", "--units=0,1", "--json"},
		`regime fit '--data=plän b/it'\''s.npz' '--where=split!=test'`:   {"fit", "--data=plän b/it's.npz", "--where=split!=test"},
		`regime scaling --draws=3 --output= ''`:                          {"scaling", "--draws=3", "--draws-done", "cell:12", "--output=", ""},
		`regime fit '--behavior=$(rm x)' '--units=u*'`:                   {"fit", "--behavior=$(rm x)", "--units=u*"},
	} {
		if got := command(args); got != want {
			t.Errorf("%q is %s, want %s", args, got, want)
		}
	}
}

func TestHTMLSize(t *testing.T) {
	c := collection(t)
	for len(c.Entries) < 50 {
		c.Entries = append(c.Entries, c.Entries[len(c.Entries)%2])
	}
	var b strings.Builder
	if err := HTML(&b, c); err != nil {
		t.Fatal(err)
	}
	if mb := float64(b.Len()) / 1e6; mb > 5 {
		t.Errorf("%.1f MB for 50 analyses, want at most 5", mb)
	}
}

func TestHTMLOfNothing(t *testing.T) {
	var b strings.Builder
	if err := HTML(&b, &Collection{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "No analysis has a result.") {
		t.Error("an empty report does not say that it is empty")
	}
}

// pressing presses a heading twice and types into the filter, as a reader would, and leaves what the page then shows in
// its title. What goes wrong on the way is an error there.
const pressing = `<script>
const said = [];
addEventListener("error", (e) => said.push("error " + e.message));
addEventListener("securitypolicyviolation", (e) => said.push("blocked " + e.blockedURI));
addEventListener("load", () => {
  const column = (n) => [...document.querySelectorAll("#table tbody tr:not([hidden])")].map((r) => r.cells[n] ? r.cells[n].textContent : "").join(",");
  const button = [...document.querySelectorAll("#table th button")].find((b) => b.textContent === "ρ");
  button.focus();
  said.push("order " + ["−2.5e−4", "−0.10", "0.157 … 0.174", "1.20"].map((text) => value({textContent: text})).every((v, i, all) => typeof v === "number" && (i < 2 || all[i - 1] < v)),
    "names " + (compare("session 9", "session 10") < 0));
  said.push("focus " + (document.activeElement === button));
  button.click(); said.push("up " + column(0));
  button.click(); said.push("down " + column(0), button.parentElement.getAttribute("aria-sort"));
  const filter = document.getElementById("filter");
  filter.value = "hand_vel paper"; filter.dispatchEvent(new Event("input"));
  said.push("filtered " + column(0), document.getElementById("count").textContent);
  said.push("figures " + [...document.querySelectorAll("figure svg")].filter((s) => s.getBoundingClientRect().width > 50 && s.getBoundingClientRect().height > 50).length);
  said.push("wide " + (document.documentElement.scrollWidth > document.documentElement.clientWidth));
  document.title = said.join("; ");
});
</script>`

// TestHTMLInChromium opens the page in a real browser. A name as long as it likes makes no page wider than the window.
func TestHTMLInChromium(t *testing.T) {
	chromium := need.Command(t, "chromium")
	var b strings.Builder
	c := collection(t)
	b400, c400 := strings.Repeat("b", 400), strings.Repeat("c", 400)
	c.Entries[1].Data, c.Entries[2].Data = b400, c400
	if err := HTML(&b, c); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "page.html")
	page := strings.Replace(b.String(), "</head>", pressing+"</head>", 1)
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, width := range []string{"1280,900", "500,900"} {
		cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
			"--window-size="+width, "--virtual-time-budget=5000", "--dump-dom", "file://"+path)
		dom, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		_, title, _ := strings.Cut(string(dom), "<title>")
		title, _, _ = strings.Cut(title, "</title>")
		// ρ is 0.477 and 0.493; what has no result comes last both ways.
		want := "order true; names true; focus true; up a&lt;script&gt;,b,c; down b,a&lt;script&gt;,c; descending; filtered b; 1 of 3; figures 12; wide false"
		if title = strings.NewReplacer(b400, "b", c400, "c").Replace(title); title != want {
			t.Errorf("at width %s the page says\n%s\nwant\n%s", width, title, want)
		}
	}
}

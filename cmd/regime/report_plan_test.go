package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oblique/internal/need"
	"oblique/loaders/npz"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// planOf reads a plan from text.
func planOf(t *testing.T, dir, text string) *plan {
	t.Helper()
	path := filepath.Join(dir, "plan.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := readPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The plan of docs/report.md has nothing wrong with it.
func TestDocumentedPlan(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(need.Root(t), "docs", "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text2, _ := strings.Cut(string(text), "```toml\n")
	toml, _, _ := strings.Cut(text2, "```")
	p := planOf(t, t.TempDir(), toml)
	if err := p.err(); err != nil {
		t.Error(err)
	}
	if len(p.data) != 2 || len(p.data[1].outputs) != 2 || len(p.prepare) != 2 || len(p.methods) != 2 || p.neurons == nil || p.seed != 1 {
		t.Errorf("read %+v", p)
	}
	if got := p.prepare[1].name; got != "causal true, smooth 50ms" {
		t.Errorf("a preparation without a name is called %q", got)
	}
}

// A cell's arguments are those of a command line that does the same.
func TestArguments(t *testing.T) {
	dir := t.TempDir()
	values := make([]float64, 200*6)
	for i := range values {
		values[i] = float64(i * i % 101)
	}
	err := npz.Write(filepath.Join(dir, "a.npz"), npz.Value{Name: "rates", Shape: []int{200, 4}, Data: values[:800]},
		npz.Value{Name: "hand", Shape: []int{200, 2}, Data: values[800:]})
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(t, dir, `
seed = 7
[[data]]
data = "a.npz"
file_bin = "10ms"
smooth = "20ms"
units = [0, 1, 2]
outputs = ["hand", {name = "x", output = "hand", columns = 0}]
[[prepare]]
smooth = "40ms"
[[method]]
method = "paper"
alphas = "1:100:3"
[neurons]
sizes = [1, 3]
draws = 30
nested = true
`)
	g, err := p.unfold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(g.entries) != 2 || len(g.cells) != 6 {
		t.Fatalf("%d analyses in %d cells, want 2 in 6", len(g.entries), len(g.cells))
	}
	common := "scaling --alphas=1:100:3 %--data=a.npz --file-bin=10ms --method=paper --output=hand --smooth=40ms --units=0,1,2 --json --seed=7 --sizes=1,3 --nested=true "
	ids := []string{g.cells[3].ID, g.cells[4].ID}
	for i, want := range map[int]string{
		0: strings.Replace(common, "%", "", 1) + "--draw-range=0:20",
		1: strings.Replace(common, "%", "", 1) + "--draw-range=20:30",
		5: strings.Replace(common, "%", "--columns=0 ", 1) + "--draws=30 --draws-done cell:" + ids[0] + " --draws-done cell:" + ids[1],
	} {
		if got := strings.Join(g.cells[i].Args, " "); got != want {
			t.Errorf("cell %d:\n%s, want\n%s", i, got, want)
		}
	}
	if e := g.entries[1]; e.Output != "x" || e.Cell != g.cells[5].ID || e.Data != "a.npz" {
		t.Errorf("analysis %+v", e)
	}
}

func TestLinesOf(t *testing.T) {
	if lines := linesOf("\ufeff[[data]]\r\nname = \"a\"\r\n"); lines["data#0"] != 1 || lines["data#0.name"] != 2 {
		t.Errorf("with a byte order mark and CR LF: %v", lines)
	}
	lines := linesOf("seed = 1\n\n[[data]]\n  name = \"a\" # name = 2\n[[data]]\n\"name\" = \"b\"\nneurons.draws = 3\n[neurons]\nsizes=[1,\n2]\n")
	for key, want := range map[string]int{".seed": 1, "data#0": 3, "data#0.name": 4, "data#1": 5, "data#1.name": 6, "neurons#0": 8, "neurons#0.sizes": 9} {
		if lines[key] != want {
			t.Errorf("%s is at line %d, want %d", key, lines[key], want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{"a b", "a b"}, {int64(3), "3"}, {0.25, "0.25"}, {1e-7, "1e-07"}, {true, "true"}, {[]any{"a", int64(2)}, "a|2"},
	} {
		if got, err := words(c.value); err != nil || strings.Join(got, "|") != c.want {
			t.Errorf("%v: %q, %v", c.value, got, err)
		}
	}
	for _, value := range []any{[]any{}, []any{[]any{"a"}}, map[string]any{}, nil} {
		if got, err := words(value); err == nil {
			t.Errorf("%v: %q, want an error", value, got)
		}
	}
}

// More rows, neurons, draws and processor-hungry methods cost more.
func TestCostGrows(t *testing.T) {
	of := func(t, n int, method map[string][]string) float64 {
		r := &recording.Recording{X: mat.NewDense(t, n, nil), Y: mat.NewDense(t, 1, nil)}
		return newCost(r, method).fit().Seconds
	}
	paper := map[string][]string{"method": {"paper"}, "time-subsamples": {"-1"}}
	costs := []float64{of(500, 20, paper), of(5000, 20, paper), of(5000, 80, paper), of(5000, 80, map[string][]string{"method": {"paper"}}),
		of(5000, 80, map[string][]string{"bootstrap": {"10"}}), of(5000, 80, nil), of(5000, 80, map[string][]string{"folds": {"50"}})}
	if !slices.IsSorted(costs) {
		t.Errorf("costs %v do not ascend", costs)
	}
	c := newCost(&recording.Recording{X: mat.NewDense(500, 20, nil), Y: mat.NewDense(500, 1, nil)}, nil)
	if a, b := c.draws([]int{5, 10}, 20).Seconds, c.draws([]int{5, 10}, 40).Seconds; a >= b {
		t.Errorf("20 draws cost %g, 40 draws %g", a, b)
	}
}

// The models of nested cross-validation grow with the square of the folds, and so do the errors that are kept.
func TestCostOfFolds(t *testing.T) {
	r := &recording.Recording{X: mat.NewDense(500, 100, nil), Y: mat.NewDense(500, 2, nil)}
	few, many := newCost(r, nil), newCost(r, map[string][]string{"folds": {"300"}})
	if a, b := few.fit().Seconds, many.fit().Seconds; b < 50*a {
		t.Errorf("five folds cost %g, 300 folds, with 3010 times as many models, %g", a, b)
	}
	if bytes := many.memory(); bytes < 5e9 { // 5.4 GB were measured
		t.Errorf("%d bytes of 300 folds", bytes)
	}
}

package report

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

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
	return &Collection{Version: "regime test", Seed: 3, Plan: "seed = 3\n# <b>plan</b>\n", Entries: []Entry{
		{Data: "a<script>", Group: "g1", Output: "hand_vel", Method: "crossval", Args: []string{"fit", "--data", "a"},
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
		"# &lt;b&gt;plan&lt;/b&gt;", `id="analysis-3"`, "<svg role=\"img\"", "regime fit --data a",
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

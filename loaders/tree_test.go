package loaders

import (
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oblique/internal/need"
	"oblique/loaders/matfile"
	"oblique/loaders/npz"
)

func ExampleInspect() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chdir(dir); err != nil {
		log.Fatal(err)
	}
	if err := npz.Write("reach.npz",
		npz.Value{Name: "spikes", Shape: []int{4, 3}, Data: []uint8{0, 1, 0, 2, 0, 0, 1, 1, 0, 0, 0, 3}},
		npz.Value{Name: "hand_vel", Shape: []int{4, 2}, Data: []float64{0, 0, 0.5, -1, 1, -1.25, math.NaN(), 0}},
		npz.Value{Name: "bin_s", Shape: []int{}, Data: []float64{0.05}},
		npz.Value{Name: "condition", Data: []string{"left", "right"}},
	); err != nil {
		log.Fatal(err)
	}
	tree, err := Inspect("reach.npz", false)
	if err != nil {
		log.Fatal(err)
	}
	if err := tree.WriteText(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// reach.npz: npz, 1.19 kB
	// spikes     [4×3]  |u1  0 1 0 2 0 …
	// hand_vel   [4×2]  <f8  0 0 0.5 -1 1 …
	// bin_s      []     <f8  0.05
	// condition  [2]    <U5  'left' 'right'
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "reach.npz")
	if err := npz.Write(path,
		npz.Value{Name: "spikes", Shape: []int{3, 4}, Data: []uint8{0, 1, 0, 2, 0, 0, 1, 1, 0, 0, 0, 3}}, // neurons × times
		npz.Value{Name: "hand_vel", Shape: []int{4, 2}, Data: make([]float64, 8)},
		npz.Value{Name: "bin_s", Shape: []int{}, Data: []float64{0.05}},
	); err != nil {
		log.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		log.Fatal(err)
	}
	t, n := s.Activity.Dims()
	fmt.Printf("%s: %d times, %d neurons, %s in bins of %g s, behaviour %s\n", s.Source.Name, t, n, s.Activity.Quantity, s.Activity.Bin, s.Signals[0].Name)
	_, err = Open(path, Options{Rates: []string{"rates"}})
	fmt.Println(strings.TrimPrefix(err.Error(), path+": "))
	// Output:
	// reach: 4 times, 3 neurons, counts in bins of 0.05 s, behaviour hand_vel
	// --rates: loaders: no array 'rates'; the file has: spikes [3×4], hand_vel [4×2], bin_s []
}

// TestTreeJSON: a tree can be written as JSON whatever the values, and read back.
func TestTreeJSON(t *testing.T) {
	tree, err := Inspect(writeNPZ(t, npz.Value{Name: "x\x1b[31m", Data: []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 0}}), false)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	var back Tree
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(back.Nodes[0].First); got != "[NaN Inf -Inf 1e+300 0]" {
		t.Errorf("first values %s", got)
	}
	var out strings.Builder
	if err := tree.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("a name reaches the terminal as it is: %q", out.String())
	}
}

// TestTreeTruncates: of many elements the first few are shown, and the number of the others.
func TestTreeTruncates(t *testing.T) {
	var fields, cells []*matfile.Array
	for range 50 {
		fields = append(fields, matfile.NewNumeric("", []int{1, 1}, []float64{1}))
		cells = append(cells, matfile.NewNumeric("", []int{1, 2}, []float64{1, 2}))
	}
	tree, err := Inspect(writeMAT(t, matfile.NewStructArray("trials", []int{1, 50}, []string{"a"}, fields), matfile.NewCell("c", []int{1, 50}, cells...)), false)
	if err != nil {
		t.Fatal(err)
	}
	trials, c := tree.Nodes[0], tree.Nodes[1]
	if len(trials.Inside) != 1 || trials.Omitted != 49 || len(c.Inside) != firstCells || c.Omitted != 50-firstCells {
		t.Errorf("struct array %d + %d, cells %d + %d", len(trials.Inside), trials.Omitted, len(c.Inside), c.Omitted)
	}
	if p := trials.Inside[0].Inside[0].Path; p != "trials[0].a" {
		t.Errorf("path %s", p)
	}
}

// TestTreeReal: every path of a real file's tree is understood by Lookup and leads to an array of the
// same sizes.
func TestTreeReal(t *testing.T) {
	path := need.Shared(t, "data", "hennig2018", "20131218.mat")
	tree, err := Inspect(path, false)
	if err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := 0
	var visit func(b *Branch)
	visit = func(b *Branch) {
		seen++
		n, err := Lookup(f, b.Path)
		if err != nil || fmt.Sprint(n.Info().Dims) != fmt.Sprint(b.Dims) {
			t.Errorf("%s: %v", b.Path, err)
		}
		for _, c := range b.Inside {
			visit(c)
		}
	}
	for _, b := range tree.Nodes {
		visit(b)
	}
	if seen < 50 {
		t.Errorf("%d nodes, want all fields", seen)
	}
}

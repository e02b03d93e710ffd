package loaders

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestCSV: numbered columns are a matrix, components another, and metadata-like columns trials and time.
func TestCSV(t *testing.T) {
	x, y := marked(6, 3), marked(6, 2)
	var text strings.Builder
	fmt.Fprintln(&text, "time,trial_id,rates_0,rates_1,rates_2,vel_x,vel_y")
	for i := range 6 {
		fmt.Fprintf(&text, "%g,%d,%g,%g,%g,%g,%g\n", 0.5*float64(i), i/3, x.At(i, 0), x.At(i, 1), x.At(i, 2), y.At(i, 0), y.At(i, 1))
	}
	path := filepath.Join(t.TempDir(), "reach.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "activity", s.Activity.Values, x)
	wantMatrix(t, "behaviour", s.Signals[0].Values, y)
	if s.Activity.Bin != 0.5 || s.Trials.Len() != 2 || s.Source.Format != "CSV" || s.Signals[0].Name != "vel" {
		t.Errorf("bin %g, %d trials, %s, signal %s", s.Activity.Bin, s.Trials.Len(), s.Source.Format, s.Signals[0].Name)
	}
	if s, err = Open(path, Options{Stream: true}); err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 12)
	if err := s.Activity.Stream.ReadRows(got, 2); err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "rows", mat.NewDense(4, 3, got), x.Slice(2, 6, 0, 3))
}

// TestCSVSlip: a word among a matrix's numbers is told with its line, and loses no neuron in silence. Text in columns
// of its own is text.
func TestCSVSlip(t *testing.T) {
	dir := t.TempDir()
	write := func(slip string) string {
		path := filepath.Join(dir, "slip.csv")
		text := "rates_0,rates_1,rates_2,vel_x,vel_y,note_1,note_2,note_3\n" + strings.Repeat("1,2.5,3,4,5,a,b,1\n", 3) +
			"1,2.5," + slip + ",4,5,a,b,1\n" + strings.Repeat("2,2,3,1,5,a,b,2\n", 4)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, options := range []Options{{}, {Rates: []string{"rates"}}, {Stream: true}} {
		_, err := Open(write("3.O"), options)
		if err == nil || !strings.Contains(err.Error(), "column 'rates_2' is text where the others of 'rates' are numbers, for line 5: '3.O' is no number") {
			t.Errorf("%+v: %v", options, err)
		}
	}
	s, err := Open(write("NaN"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rows, n := s.Activity.Dims(); rows != 8 || n != 3 {
		t.Errorf("%d×%d, want 8×3", rows, n)
	}
	f, err := OpenFile(write("3"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := Lookup(f, "note_1"); err != nil || n.Info().Class != Text {
		t.Errorf("two texts and a number: %v, %v", n, err)
	}
}

func TestStem(t *testing.T) {
	for name, want := range map[string]string{
		"n0": "n", "n_17": "n", "rates[3]": "rates", "unit.5": "unit", "12": "columns",
		"vel_x": "vel", "hand.Y": "hand", "x": "", "time": "", "xy": "",
	} {
		if got := stem(name); got != want {
			t.Errorf("the series of %q is %q, want %q", name, got, want)
		}
	}
}

// TestPattern: activity by a pattern of names, whether the columns are one series or not.
func TestPattern(t *testing.T) {
	dir := t.TempDir()
	text := "unit_a,unit_b,n_0,n_1,n_2,vel_x,vel_y\n"
	for i := range 12 {
		text += fmt.Sprintf("%d,%d,%d,%d,%d,%d.5,%d\n", i, i*i, 2*i, 3*i, 4*i, i, 100-i)
	}
	path := filepath.Join(dir, "wide.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]int{"unit_*": 2, "n_*": 3, "n_?,unit_b": 4} {
		s, err := Open(path, Options{Rates: []string{pattern}, Behavior: []string{"vel"}})
		if err != nil {
			t.Fatal(err)
		}
		if s.N() != want || s.Activity.Values.At(3, 0) == 0 {
			t.Errorf("%s: %d neurons, want %d", pattern, s.N(), want)
		}
	}
	if _, err := Open(path, Options{Rates: []string{"m_*"}, Behavior: []string{"vel"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("m_*: %v", err)
	}
	if _, err := Open(path, Options{Rates: []string{"[_*"}, Behavior: []string{"vel"}}); err == nil {
		t.Error("a pattern that is none")
	}
}

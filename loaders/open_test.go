package loaders

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"oblique/loaders/matfile"
	"oblique/loaders/npz"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// writeNPZ writes arrays into a new npz file.
func writeNPZ(t testing.TB, values ...npz.Value) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.npz")
	if err := npz.Write(path, values...); err != nil {
		t.Fatal(err)
	}
	return path
}

// marked is a T×N matrix in which element (i, j) is 1000 i + j + ½: no count, and known by its place.
func marked(t, n int) *mat.Dense {
	m := mat.NewDense(t, n, nil)
	for i := range t {
		for j := range n {
			m.Set(i, j, float64(1000*i+j)+0.5)
		}
	}
	return m
}

// as is a matrix as an array of the file, turned over if asked.
func as(name string, m *mat.Dense, transposed bool) npz.Value {
	if transposed {
		m = mat.DenseCopyOf(m.T())
	}
	r, c := m.Dims()
	return npz.Value{Name: name, Shape: []int{r, c}, Data: m.RawMatrix().Data}
}

func wantMatrix(t *testing.T, what string, got, want mat.Matrix) {
	t.Helper()
	if !mat.Equal(got, want) {
		gr, gc := got.Dims()
		wr, wc := want.Dims()
		t.Errorf("%s %d×%d is not what was written, %d×%d", what, gr, gc, wr, wc)
	}
}

// TestOrientation: whichever way activity and behaviour lie, the session has times as rows.
func TestOrientation(t *testing.T) {
	x, y := marked(30, 7), marked(30, 2)
	for _, tx := range []bool{false, true} {
		for _, ty := range []bool{false, true} {
			s, err := Open(writeNPZ(t, as("firing_rates", x, tx), as("handVel", y, ty)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			wantMatrix(t, "activity", s.Activity.Values, x)
			wantMatrix(t, "behaviour", s.Signals[0].Values, y)
			if s.Activity.Quantity != recording.Rates || s.Signals[0].Name != "handVel" {
				t.Errorf("activity is %s, signal %s", s.Activity.Quantity, s.Signals[0].Name)
			}
		}
	}
}

// TestAmbiguous: where lengths do not tell, it is an error with a hint; the option or a vector with a
// number per row decides.
func TestAmbiguous(t *testing.T) {
	x, y := marked(20, 20), marked(20, 20)
	arrays := []npz.Value{as("rates", x, false), as("Y", y, false)}
	_, err := Open(writeNPZ(t, arrays...), Options{})
	if !errors.Is(err, recording.ErrShape) || !strings.Contains(err.Error(), "--transpose") {
		t.Errorf("error %v, want a hint", err)
	}
	for o, want := range map[Orientation]mat.Matrix{TimeByNeurons: x, NeuronsByTime: x.T()} {
		s, err := Open(writeNPZ(t, arrays...), Options{Orientation: o})
		if err != nil {
			t.Fatal(err)
		}
		wantMatrix(t, string(o), s.Activity.Values, want)
	}
	// 20×30 beside 20×30 is ambiguous too; 30 trial numbers say that 30 is the number of times.
	x, y = marked(30, 20), marked(30, 20)
	arrays = []npz.Value{as("rates", x, true), as("Y", y, true)}
	if _, err := Open(writeNPZ(t, arrays...), Options{}); !errors.Is(err, recording.ErrShape) {
		t.Errorf("error %v, want ErrShape", err)
	}
	s, err := Open(writeNPZ(t, append(arrays, npz.Value{Name: "trial_ids", Data: make([]int32, 30)})...), Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "activity", s.Activity.Values, x)
}

// TestAlone: without behaviour rows are times unless the option says otherwise.
func TestAlone(t *testing.T) {
	x := marked(30, 7)
	path := writeNPZ(t, as("rates", x, false))
	if _, err := Open(path, Options{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound: no behaviour", err)
	}
	s, err := Open(path, Options{NoBehavior: true})
	if err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "activity", s.Activity.Values, x)
	if s, err = Open(path, Options{NoBehavior: true, Orientation: NeuronsByTime}); err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "activity", s.Activity.Values, x.T())
}

// TestCubes: arrays with a trial axis are stacked, in all the orders that are in use.
func TestCubes(t *testing.T) {
	const k, rows, n, d = 4, 5, 3, 2
	x, y := marked(k*rows, n), marked(k*rows, d)
	// cube lays the stacked rows out with the axes (trial, time, channel) in the given order.
	cube := func(name string, m *mat.Dense, order []int) npz.Value {
		_, channels := m.Dims()
		size := []int{k, rows, channels}
		shape := []int{size[order[0]], size[order[1]], size[order[2]]}
		v := RowMajor(make([]float64, m.RawMatrix().Rows*channels), shape...)
		for trial := range k {
			for row := range rows {
				for c := range channels {
					index := []int{trial, row, c}
					at := 0
					for axis, o := range order {
						at += index[o] * v.Strides[axis]
					}
					v.Data[at] = m.At(trial*rows+row, c)
				}
			}
		}
		return npz.Value{Name: name, Shape: shape, Data: v.Data}
	}
	for _, c := range []struct {
		order []int
		o     Orientation
	}{
		{[]int{0, 1, 2}, Auto}, {[]int{2, 1, 0}, Auto},
		{[]int{0, 2, 1}, NeuronsByTime}, {[]int{1, 2, 0}, TimeByNeurons}, // trials and times at both ends look alike
	} {
		order := c.order
		path := writeNPZ(t, cube("rates", x, order), cube("behavior", y, order), npz.Value{Name: "dt", Shape: []int{}, Data: []float64{0.02}})
		if _, err := Open(path, Options{}); (err == nil) != (c.o == Auto) {
			t.Errorf("%v without orientation: error %v", order, err)
		}
		s, err := Open(path, Options{Orientation: c.o})
		if err != nil {
			t.Fatal(order, err)
		}
		wantMatrix(t, fmt.Sprint("activity ", order), s.Activity.Values, x)
		wantMatrix(t, fmt.Sprint("behaviour ", order), s.Signals[0].Values, y)
		want := []recording.Range{{From: 0, To: 5}, {From: 5, To: 10}, {From: 10, To: 15}, {From: 15, To: 20}}
		if !slices.Equal(s.Trials.Rows, want) || !slices.Equal(s.Activity.Runs, want) || s.Trials.Stop[3] != 0.4 {
			t.Errorf("trials %+v, runs %v", s.Trials, s.Activity.Runs)
		}
	}
	// One output per trial and time is a matrix.
	one := marked(k*rows, 1)
	s, err := Open(writeNPZ(t, cube("rates", x, []int{0, 1, 2}), npz.Value{Name: "Y", Shape: []int{k, rows}, Data: one.RawMatrix().Data}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "single output", s.Signals[0].Values, one)
}

// TestQuantity: what names, options and numbers say of counts and rates.
func TestQuantity(t *testing.T) {
	counts := mat.NewDense(6, 2, []float64{0, 1, 2, 0, 3, 1, 0, 0, 1, 2, 1, 5})
	halves := marked(6, 2)
	y := as("Y", marked(6, 1), false)
	for _, c := range []struct {
		name string
		x    *mat.Dense
		o    Options
		want recording.Quantity
		note string
	}{
		{"spikes", counts, Options{}, recording.Counts, "unknown"},
		{"spikes", counts, Options{FileBin: 20 * time.Millisecond}, recording.Counts, ""},
		{"spikes", halves, Options{}, recording.Rates, "no counts"},
		{"spikes", halves, Options{Spikes: []string{"spikes"}}, recording.Counts, "not whole"},
		{"spikes", counts, Options{Rates: []string{"spikes"}}, recording.Rates, ""},
		{"rates", counts, Options{}, recording.Rates, ""},
		{"X", counts, Options{}, recording.Counts, "spike counts"},
		{"X", halves, Options{}, recording.Rates, "taken as rates"},
	} {
		s, err := Open(writeNPZ(t, as(c.name, c.x, false), y), c.o)
		if err != nil {
			t.Fatal(err)
		}
		if s.Activity.Quantity != c.want || !strings.Contains(strings.Join(s.Notes, " "), c.note) || c.note == "" && len(s.Notes) > 0 {
			t.Errorf("%s: %s with notes %q, want %s and %q", c.name, s.Activity.Quantity, s.Notes, c.want, c.note)
		}
	}
}

// TestBin: where the width of a row comes from.
func TestBin(t *testing.T) {
	x, y := as("rates", marked(5, 2), false), as("Y", marked(5, 1), false)
	scalar := func(name string, v float64) npz.Value {
		return npz.Value{Name: name, Shape: []int{}, Data: []float64{v}}
	}
	s, err := Open(writeNPZ(t, x, y, npz.Value{Name: "time", Data: []float64{0, 1, 2, 3, 4}}), Options{})
	if err != nil || s.Activity.Bin != 1 || !strings.Contains(strings.Join(s.Notes, " "), "in steps of 1, taken for seconds") {
		t.Errorf("numbers of rows: %+v, %v", s, err)
	}
	for step, told := range map[float64]bool{0.1: true, 1: false, 50: false} { // rows, or milliseconds: --file-bin is the answer
		times := npz.Value{Name: "time", Data: []float64{0, step, 2 * step, 3 * step, 4 * step}}
		s, err := Open(writeNPZ(t, x, y, times), Options{FileBin: 50 * time.Millisecond})
		if err != nil || s.Activity.Bin != 0.05 || strings.Contains(strings.Join(s.Notes, " "), "The file says that its rows are") != told {
			t.Errorf("steps of %g beside --file-bin: %+v, %v", step, s, err)
		}
	}
	for _, c := range []struct {
		extra npz.Value
		o     Options
		want  float64
	}{
		{scalar("bin_s", 0.045), Options{}, 0.045},
		{scalar("bin_s", 0.045), Options{FileBin: 10 * time.Millisecond}, 0.01},
		{scalar("bin_s", 0.045), Options{FileBin: 45 * time.Millisecond}, 0.045},
		{npz.Value{Name: "time", Data: []float64{3, 3.1, 3.2, 3.3, 3.4}}, Options{FileBin: 10 * time.Millisecond}, 0.01},
		{npz.Value{Name: "time", Data: []float64{3, 3.1, 3.2, 3.3, 3.4}}, Options{FileBin: 100 * time.Millisecond}, 0.1},
		{scalar("binSize", 0.02), Options{}, 0.02},
		{scalar("dt", 20), Options{}, 0}, // of what unit?
		{scalar("bin_ms", 20), Options{}, 0.02},
		{scalar("fs", 100), Options{}, 0.01},
		{npz.Value{Name: "time", Data: []float64{3, 3.1, 3.2, 3.3, 3.4}}, Options{}, 0.1},
		{npz.Value{Name: "time", Data: []float64{3, 3.1, 3.5, 3.6, 3.7}}, Options{}, 0},
		{npz.Value{Name: "time", Data: []float64{0, 50, 100, 150, 200}}, Options{}, 0}, // milliseconds
		{npz.Value{Name: "time", Data: []float64{3, 3.1, 3.2, 3.3}}, Options{}, 0},     // of something else
	} {
		s, err := Open(writeNPZ(t, x, y, c.extra), c.o)
		if err != nil {
			t.Fatal(err)
		}
		if s.Activity.Bin != c.want {
			t.Errorf("%s %v: bin %g, want %g", c.extra.Name, c.extra.Data, s.Activity.Bin, c.want)
		}
		contradicted := strings.Contains(strings.Join(s.Notes, " "), "s wide; they are taken to be")
		if contradicted != (c.o.FileBin == 10*time.Millisecond) {
			t.Errorf("%s %v: notes %q", c.extra.Name, c.extra.Data, s.Notes)
		}
	}
}

// TestTrialVectors: trials by numbers per row, by first rows, by seconds.
func TestTrialVectors(t *testing.T) {
	x, y := as("rates", marked(8, 2), false), as("Y", marked(8, 1), false)
	bin := npz.Value{Name: "bin_s", Shape: []int{}, Data: []float64{0.5}}
	two := []recording.Range{{From: 0, To: 3}, {From: 5, To: 8}}
	for _, c := range []struct {
		extra []npz.Value
		o     Options
		want  []recording.Range
		runs  int
	}{
		{[]npz.Value{{Name: "trial_ids", Data: []int{7, 7, 7, -1, -1, 9, 9, 9}}}, Options{}, two, 3},
		{[]npz.Value{{Name: "block", Data: []int{7, 7, 7, -1, -1, 9, 9, 9}}}, Options{Trials: "block"}, two, 3},
		{[]npz.Value{{Name: "trial_ids", Data: []int{7, 7, 7, -1, -1, 9, 9, 9}}}, Options{Trials: "none"}, nil, 0},
		{[]npz.Value{{Name: "trial_id", Data: []float64{1, 1, 1, math.NaN(), math.NaN(), 1, 1, 1}}}, Options{}, two, 3},
		{[]npz.Value{{Name: "trial_start", Data: []int{0, 5}}}, Options{}, []recording.Range{{From: 0, To: 5}, {From: 5, To: 8}}, 2},
		{[]npz.Value{{Name: "trial_start", Data: []int{0, 5}}, {Name: "trial_stop", Data: []int{3, 8}}}, Options{}, two, 3},
		{[]npz.Value{bin, {Name: "trial_start_s", Data: []float64{0, 2.5}}, {Name: "trial_stop_s", Data: []float64{1.5, 4}}}, Options{}, two, 3},
		{[]npz.Value{{Name: "trial_start_s", Data: []float64{0, 2.5}}}, Options{}, nil, 0},
	} {
		s, err := Open(writeNPZ(t, append(c.extra, x, y)...), c.o)
		if err != nil {
			t.Fatal(err)
		}
		var got []recording.Range
		if s.Trials != nil {
			got = s.Trials.Rows
		}
		if !slices.Equal(got, c.want) || len(s.Activity.Runs) != c.runs {
			t.Errorf("%v: trials %v, want %v; runs %v", c.extra, got, c.want, s.Activity.Runs)
		}
	}
	for first, caution := range map[int]bool{1: true, 0: false} {
		s, err := Open(writeNPZ(t, x, y, npz.Value{Name: "trial_start", Data: []int{first, 5}}, npz.Value{Name: "trial_stop", Data: []int{4, 8}}), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.Join(s.Notes, " "), "counted from 1") != caution {
			t.Errorf("from %d: notes %q", first, s.Notes)
		}
	}
	phase := npz.Value{Name: "trial", Data: []float64{0, 0.5, 1, 0, 0.5, 1, 1.5, 2}} // of a trial, and no number of it
	if _, err := Open(writeNPZ(t, x, y, phase), Options{Trials: "trial"}); err == nil || !strings.Contains(err.Error(), "--trials: loaders: 'trial' has 0.5 in row 1") {
		t.Errorf("error %v", err)
	}
	if s, err := Open(writeNPZ(t, x, y, phase), Options{}); err != nil || s.Trials != nil || len(s.Notes) == 0 {
		t.Errorf("trials %+v, error %v", s.Trials, err)
	}
	for _, bad := range [][]npz.Value{
		{{Name: "trial_start", Data: []int{5, 0}}},
		{{Name: "trial_start", Data: []float64{0, 2.5}}},
		{{Name: "trial_start", Data: []int{0, 9}}},
		{{Name: "trial_start", Data: []int{0, 5}}, {Name: "trial_stop", Data: []int{3, 6, 8}}},
		{{Name: "trial_start", Data: []float64{0, math.Inf(1)}}},
	} {
		if _, err := Open(writeNPZ(t, append(bad, x, y)...), Options{}); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

// TestExtras: labels, kind, unit names, readout and further signals.
// TestNamedTrials: trials may have names; rows without one belong to none.
func TestNamedTrials(t *testing.T) {
	path := filepath.Join(t.TempDir(), "named.csv")
	text := "trial,r_0,r_1,vel,condition\n"
	for i, name := range []string{"a", "a", "b7", "b7", "b7", "", "a", "a"} {
		text += fmt.Sprintf("%s,%d.5,%d,%d,%s\n", name, i, 2*i, 3*i, "left right up"[5*(i/4):5*(i/4)+4])
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{Rates: []string{"r"}}, {Rates: []string{"r"}, Trials: "trial"}} {
		s, err := Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		id := s.Trials.Column("trial_id")
		if want := []recording.Range{{From: 0, To: 2}, {From: 2, To: 5}, {From: 6, To: 8}}; !slices.Equal(s.Trials.Rows, want) ||
			id == nil || !slices.Equal(id.Texts, []string{"a", "b7", "a"}) || id.Numbers != nil || len(s.Activity.Runs) != 4 {
			t.Errorf("trials %v, %+v, runs %v", s.Trials.Rows, id, s.Activity.Runs)
		}
		if c := s.Trials.Column("condition"); c == nil || !slices.Equal(c.Texts, []string{"left", "left", "righ"}) {
			t.Errorf("conditions %+v", c)
		}
	}
}

func TestExtras(t *testing.T) {
	x, y := as("rates", marked(8, 3), true), as("Y", marked(8, 2), false)
	s, err := Open(writeNPZ(t, x, y, as("hand_pos", marked(8, 2), true), as("acc", marked(5, 2), false),
		npz.Value{Name: "trial_ids", Data: []int{0, 0, 0, 0, 1, 1, 1, 1}},
		npz.Value{Name: "condition", Data: []string{"left", "right"}},
		npz.Value{Name: "kind", Shape: []int{}, Data: []string{"bci"}},
		npz.Value{Name: "unit_names", Data: []string{"a", "b", "c"}},
		npz.Value{Name: "readout", Shape: []int{2, 3}, Data: []float64{1, 2, 3, 4, 5, 6}},
		npz.Value{Name: "readout_offset", Data: []float64{7, 8}}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Signals) != 2 || s.Signal("hand_pos") == nil {
		t.Errorf("%d signals, want Y and hand_pos: acc has other rows", len(s.Signals))
	}
	if c := s.Trials.Column("condition"); c == nil || c.Label(1) != "right" {
		t.Errorf("condition %v", c)
	}
	if s.Kind != recording.BCI || len(s.Units) != 3 || s.Units[2].Name != "c" {
		t.Errorf("kind %s, units %v", s.Kind, s.Units)
	}
	d := s.Decoder
	if d == nil || d.Output != "Y" || d.W.At(1, 0) != 4 || d.Offset[1] != 8 {
		t.Errorf("decoder %+v", d)
	}
	if s, err = Open(writeNPZ(t, x, y), Options{Kind: recording.NonBCI}); err != nil || s.Kind != recording.NonBCI {
		t.Errorf("kind %s, error %v", s.Kind, err)
	}
}

// TestNamed: arrays by name and path, several at once, and what is wrong with names.
func TestNamed(t *testing.T) {
	a, b, y := marked(8, 3), marked(8, 2), marked(8, 1)
	path := writeNPZ(t, as("M1.rates", a, false), as("PMd", b, true), as("kin", y, false), as("other", y, false),
		npz.Value{Name: "label", Shape: []int{}, Data: []string{"text"}})
	if _, err := Open(path, Options{Rates: []string{"m1.RATES, PMd"}, Behavior: []string{"other,kin"}}); !errors.Is(err, recording.ErrShape) {
		t.Errorf("error %v, want ErrShape: PMd lies the other way", err)
	}
	path = writeNPZ(t, as("M1.rates", a, false), as("PMd", b, false), as("kin", y, false), as("other", y, false),
		npz.Value{Name: "label", Shape: []int{}, Data: []string{"text"}})
	s, err := Open(path, Options{Rates: []string{"m1.RATES, PMd"}, Behavior: []string{"other,kin"}})
	if err != nil {
		t.Fatal(err)
	}
	var both mat.Dense
	both.Augment(a, b)
	wantMatrix(t, "activity", s.Activity.Values, &both)
	if len(s.Signals) != 2 || s.Signals[0].Name != "other" {
		t.Errorf("signals %v", s.Signals)
	}
	for want, o := range map[string]Options{
		"no array 'rate5'; the file has: M1.rates [8×3], PMd [8×2], kin [8×1], other [8×1]": {Rates: []string{"rate5"}},
		"'label' is text, not numbers":                                  {Spikes: []string{"label"}},
		"--behavior: loaders: no array and no file 'y/Y.npy'; the file": {Rates: []string{"PMd"}, Behavior: []string{"y/Y.npy"}},
		"both given":            {Spikes: []string{"PMd"}, Rates: []string{"PMd"}},
		"no kind":               {Kind: "cat"},
		"negative":              {FileBin: -1},
		"trials 'PMd' is [8×2]": {Trials: "PMd"},
	} {
		if _, err := Open(path, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	_, err = Open(writeNPZ(t, as("rates", a, false), as("Y", marked(7, 2), false)), Options{})
	if !errors.Is(err, recording.ErrShape) || !strings.Contains(err.Error(), "rates [8×3] and behaviour Y [7×2]") {
		t.Errorf("error %v, want both shapes", err)
	}
}

// TestNoArray: what has a usual name and is text or empty is told, and how to name what there is; it does not hide a lone array.
func TestNoArray(t *testing.T) {
	labels := func(name string) npz.Value { return npz.Value{Name: name, Data: []string{"a", "b", "c"}} }
	x, y := as("mine", marked(8, 3), false), as("Y", marked(8, 2), false)
	for _, c := range []struct {
		arrays []npz.Value
		want   string
	}{
		{[]npz.Value{labels("spikes"), y}, "no activity under a usual name (rates, spikes, X, …); 'spikes' [3] is text; the file has: Y [8×2]; name it with"},
		{[]npz.Value{{Name: "X", Shape: []int{0, 3}, Data: []float64{}}, y}, "'X' [0×3] is empty"},
		{[]npz.Value{labels("unit"), x, y}, "'unit' [3] is text; the file has: mine [8×3], Y [8×2]; name it with --rates or --spikes"},
		{[]npz.Value{as("X", marked(8, 3), false), labels("hand")}, "no behaviour under a usual name (behavior, hand_vel, Y, …); 'hand' [3] is text"},
	} {
		if _, err := Open(writeNPZ(t, c.arrays...), Options{}); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	s, err := Open(writeNPZ(t, x, labels("unit")), Options{Behavior: []string{writeNPZ(t, y)}})
	if err != nil || s.Activity.Values.RawMatrix().Cols != 3 {
		t.Errorf("a lone array beside labels of its neurons: %v", err)
	}
}

// TestBeside: behaviour may be in a file of its own.
func TestBeside(t *testing.T) {
	x, y := marked(8, 3), marked(8, 2)
	behavior := writeNPZ(t, as("kin", y, true))
	s, err := Open(writeNPZ(t, as("X", x, false)), Options{Behavior: []string{behavior}})
	if err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "activity", s.Activity.Values, x)
	wantMatrix(t, "behaviour", s.Signals[0].Values, y)
	sum, err := SHA256(behavior)
	if err != nil {
		t.Fatal(err)
	}
	if s.Signals[0].Name != "kin" || !strings.Contains(strings.Join(s.Notes, " "), sum) {
		t.Errorf("signal %s, notes %q", s.Signals[0].Name, s.Notes)
	}
	trials := writeNPZ(t, npz.Value{Name: "which", Data: []float64{1, 1, 1, 2, 2, 2, 3, 3}})
	if s, err = Open(writeNPZ(t, as("X", x, false)), Options{Behavior: []string{behavior}, Trials: trials}); err != nil || s.Trials.Len() != 3 {
		t.Errorf("trials of another file: %v, %+v", err, s)
	}
	two := writeNPZ(t, as("a", y, false), as("b", y, false))
	if _, err := Open(writeNPZ(t, as("X", x, false)), Options{Behavior: []string{two}}); err == nil || !strings.Contains(err.Error(), "a [8×2], b [8×2]") {
		t.Errorf("error %v, want what the file has", err)
	}
}

// TestStream: activity in C order stays in its file and reads as the same numbers.
func TestStream(t *testing.T) {
	x, y := marked(50, 4), marked(50, 2)
	path := writeNPZ(t, as("rates", x, false), as("Y", y, true), npz.Value{Name: "bin_s", Shape: []int{}, Data: []float64{0.1}})
	s, err := Open(path, Options{Stream: true})
	if err != nil {
		t.Fatal(err)
	}
	if s.Activity.Stream == nil || s.Activity.Values != nil || s.Activity.Bin != 0.1 {
		t.Fatalf("activity %+v is not left in its file", s.Activity)
	}
	got := make([]float64, 20*4)
	if err := s.Activity.Stream.ReadRows(got, 30); err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "rows", mat.NewDense(20, 4, got), x.Slice(30, 50, 0, 4))
	wantMatrix(t, "behaviour", s.Signals[0].Values, y)
	if rows, n := s.Activity.Dims(); s.Source.SHA256 == "" || rows != 50 || n != 4 {
		t.Errorf("source %+v, %d×%d", s.Source, rows, n)
	}
}

// writeMAT writes variables into a new MATLAB file.
func writeMAT(t testing.TB, vars ...*matfile.Array) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.mat")
	if err := matfile.WriteFile(path, matfile.WriteOptions{}, vars...); err != nil {
		t.Fatal(err)
	}
	return path
}

func matlabMatrix(name string, m mat.Matrix) *matfile.Array {
	d := mat.DenseCopyOf(m)
	r, c := d.Dims()
	return matfile.NewMatrix(name, r, c, d.RawMatrix().Data)
}

// TestMATLAB: the fields of a struct array and the elements of cells are trials, of any lengths.
func TestMATLAB(t *testing.T) {
	x, y := marked(12, 3), marked(12, 2)
	trials := []recording.Range{{From: 0, To: 3}, {From: 3, To: 8}, {From: 8, To: 12}}
	var fields, spikeCells, velCells []*matfile.Array
	for _, r := range trials {
		a := matlabMatrix("", x.Slice(r.From, r.To, 0, 3).T()) // neurons × times
		b := matlabMatrix("", y.Slice(r.From, r.To, 0, 2))
		fields = append(fields, a, b)
		spikeCells, velCells = append(spikeCells, a), append(velCells, b)
	}
	structs := writeMAT(t, matfile.NewStruct("D", matfile.NewStructArray("trials", []int{1, 3}, []string{"rates", "vel"}, fields)))
	cells := writeMAT(t, matfile.NewCell("rates", []int{1, 3}, spikeCells...), matfile.NewCell("vel", []int{3, 1}, velCells...))
	arrays := filepath.Join(t.TempDir(), "structs.npz") // D.trials[0].rates, D.trials[0].vel, …
	if err := Convert(t.Context(), structs, arrays, Conversion{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path string
		o    Options
	}{
		"struct in npz":  {arrays, Options{}},
		"guessed struct": {structs, Options{}},
		"named struct":   {structs, Options{Rates: []string{"D.trials.rates"}, Behavior: []string{"D.trials.vel"}}},
		"cells":          {cells, Options{}},
	} {
		s, err := Open(c.path, c.o)
		if err != nil {
			t.Fatal(name, err)
		}
		wantMatrix(t, name, s.Activity.Values, x)
		wantMatrix(t, name, s.Signals[0].Values, y)
		if !slices.Equal(s.Trials.Rows, trials) {
			t.Errorf("%s: trials %v", name, s.Trials.Rows)
		}
	}
	s, err := Open(structs, Options{Rates: []string{"D.trials[1].rates"}, Behavior: []string{"D.trials{1}.vel"}})
	if err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "one trial", s.Activity.Values, x.Slice(3, 8, 0, 3))
	if _, err := Open(structs, Options{Rates: []string{"D.trials[3].rates"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
}

// TestMATLABSpikeTimes: a cell array of ascending vectors is the times of a unit's spikes each.
func TestMATLABSpikeTimes(t *testing.T) {
	vector := func(x ...float64) *matfile.Array { return matfile.NewNumeric("", []int{1, len(x)}, x) }
	path := writeMAT(t, matfile.NewCell("spikes", []int{3, 1}, vector(0.1, 0.7), vector(), vector(0.2, 0.3, 0.9)),
		matlabMatrix("hand_vel", marked(5, 2)), matfile.NewNumeric("time", []int{1, 5}, []float64{0, 0.2, 0.4, 0.6, 0.8}))
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Units) != 3 || len(s.Units[1].Spikes) != 0 || !slices.Equal(s.Units[2].Spikes, []float64{0.2, 0.3, 0.9}) {
		t.Errorf("units %+v", s.Units)
	}
	wantMatrix(t, "behaviour", s.Signals[0].Values, marked(5, 2))
}

// TestMismatch: the error of lists that do not go together names the element.
func TestMismatch(t *testing.T) {
	list := func(name string, m ...mat.Matrix) *matfile.Array {
		var parts []*matfile.Array
		for _, x := range m {
			parts = append(parts, matlabMatrix("", x))
		}
		return matfile.NewCell(name, []int{1, len(parts)}, parts...)
	}
	x := list("rates", marked(9, 4), marked(8, 4))
	for _, c := range []struct {
		x, y *matfile.Array
		want string
	}{
		{x, list("Y", marked(9, 2), marked(7, 2)), "in element 1: [8×4] and [7×2]"},
		{x, list("Y", marked(9, 2)), "have 2 and 1 elements"},
		{list("rates", marked(9, 4), marked(8, 5)), list("Y", marked(9, 2), marked(8, 2)), "while the other keeps its length"},
	} {
		if _, err := Open(writeMAT(t, c.x, c.y), Options{}); !errors.Is(err, recording.ErrShape) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// TestUnsortedSpikeTimes: times that do not ascend are sorted, as those of NWB are; counts stay what they are.
func TestUnsortedSpikeTimes(t *testing.T) {
	vector := func(x ...float64) *matfile.Array { return matfile.NewNumeric("", []int{len(x), 1}, x) }
	vel, time := matlabMatrix("hand_vel", marked(5, 2)), matfile.NewNumeric("time", []int{1, 5}, []float64{0, 0.2, 0.4, 0.6, 0.8})
	for _, name := range []string{"spikes", "spike_times"} {
		s, err := Open(writeMAT(t, matfile.NewCell(name, []int{1, 2}, vector(0.7, 0.1), vector(0.2, 0.9)), vel, time), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Units) != 2 || !slices.Equal(s.Units[0].Spikes, []float64{0.1, 0.7}) || !slices.Equal(s.Units[1].Spikes, []float64{0.2, 0.9}) {
			t.Errorf("%s: units %+v", name, s.Units)
		}
	}
	s, err := Open(writeMAT(t, matfile.NewCell("spikes", []int{1, 2}, vector(2, 0, 1), vector(0, 3)),
		matfile.NewCell("Y", []int{1, 2}, vector(1, 2, 3), vector(4, 5))), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Activity == nil || s.Trials.Len() != 2 {
		t.Errorf("counts: %+v", s)
	}
}

// TestSpikeTimes: a vector of times with the unit of each, behaviour with times of its own.
func TestSpikeTimes(t *testing.T) {
	path := writeNPZ(t,
		npz.Value{Name: "spike_times", Data: []float64{0.1, 0.2, 0.3, 0.4, 0.5}},
		npz.Value{Name: "spike_clusters", Data: []int{4, 2, 4, 2, 4}},
		as("hand_vel", marked(6, 2), true),
		npz.Value{Name: "hand_vel_time", Data: []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5}},
		npz.Value{Name: "trial_start", Data: []float64{0, 0.3}},
		npz.Value{Name: "trial_stop", Data: []float64{0.3, 0.6}},
	)
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Activity != nil || len(s.Units) != 2 || s.Units[0].Name != "2" || !slices.Equal(s.Units[1].Spikes, []float64{0.1, 0.3, 0.5}) {
		t.Errorf("units %+v", s.Units)
	}
	wantMatrix(t, "behaviour", s.Signals[0].Values, marked(6, 2))
	if len(s.Signals[0].Times) != 6 || s.Trials.Len() != 2 || s.Trials.Stop[1] != 0.6 {
		t.Errorf("times %v, trials %+v", s.Signals[0].Times, s.Trials)
	}
	// Without times of its own, behaviour needs a step.
	path = writeNPZ(t, npz.Value{Name: "spike_times", Data: []float64{0.1, 0.2}}, npz.Value{Name: "spike_clusters", Data: []int{0, 1}},
		as("hand_vel", marked(6, 2), true))
	if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), "--file-bin") {
		t.Errorf("error %v, want a hint", err)
	}
	s, err = Open(path, Options{FileBin: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if s.Signals[0].Step != 1 {
		t.Errorf("step %g", s.Signals[0].Step)
	}
	wantMatrix(t, "behaviour", s.Signals[0].Values, marked(6, 2))
}

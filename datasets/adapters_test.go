package datasets

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"oblique/internal/need"
	"oblique/loaders"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// phases are all parts of all data sets.
var phases = []string{"golub2018:before", "golub2018:after", "hennig2018:before", "hennig2018:after", "stevenson2011"}

// openShared opens a data set from ../shared.
func openShared(t testing.TB, name string) *recording.Session {
	t.Helper()
	t.Setenv(DirVariable, need.Shared(t, "data"))
	s, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rates returns X in Hz.
func rates(t testing.TB, s *recording.Session) *mat.Dense {
	t.Helper()
	if s.Activity.Quantity != recording.Counts || s.Activity.Bin <= 0 {
		t.Fatalf("activity is %s of bin %g, want counts of a known bin", s.Activity.Quantity, s.Activity.Bin)
	}
	x := mat.DenseCopyOf(s.Activity.Values)
	x.Scale(1/s.Activity.Bin, x)
	return x
}

// TestAgainstPython compares X, Y and the known decoder, element by element, with an independent
// implementation of the adapters in numpy, which reads the files with scipy.
func TestAgainstPython(t *testing.T) {
	python := need.Modules(t, "numpy", "scipy.io", "sklearn")
	data := need.Shared(t, "data")
	for _, name := range phases {
		t.Run(name, func(t *testing.T) {
			s := openShared(t, name)
			out := filepath.Join(t.TempDir(), "arrays.npz")
			if msg, err := exec.Command(python, "testdata/reference.py", "arrays", data, out, name).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, msg)
			}
			f, err := loaders.OpenFile(out)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			want := &fields{file: f}
			n := s.N()
			x, y := want.matrix("X", anySize, n), want.matrix("Y", anySize, 2)
			if want.err != nil {
				t.Fatal(want.err)
			}
			// Y goes through two pseudo-inverses by different routines: rounding of about 1e-12 in
			// velocities of up to 300.
			compare(t, "X", rates(t, s), x, 1e-12)
			compare(t, "Y", s.Signals[0].Values, y, 1e-10)
			if s.Decoder == nil {
				return
			}
			w, offset := want.matrix("W", 2, n), want.vector("offset", 2)
			if want.err != nil {
				t.Fatal(want.err)
			}
			compare(t, "W", s.Decoder.W, w, 1e-14)
			compare(t, "offset", mat.NewDense(1, 2, s.Decoder.Offset), mat.NewDense(1, 2, offset), 0)
		})
	}
}

func compare(t *testing.T, what string, got, want *mat.Dense, tolerance float64) {
	t.Helper()
	gr, gc := got.Dims()
	wr, wc := want.Dims()
	if gr != wr || gc != wc {
		t.Fatalf("%s is %d×%d, want %d×%d", what, gr, gc, wr, wc)
	}
	d := largestDifference(got, want)
	t.Logf("%s %d×%d: largest difference %.2g", what, gr, gc, d)
	if !(d <= tolerance) {
		t.Errorf("%s differs by %g, at most %g", what, d, tolerance)
	}
}

// reference are the figures of testdata/reference.json, which reference.py wrote.
func reference(t *testing.T) map[string]map[string]map[string]float64 {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	delete(raw, "generator")
	figures := make(map[string]map[string]map[string]float64)
	for name, r := range raw {
		var f map[string]map[string]float64
		if err := json.Unmarshal(r, &f); err != nil {
			t.Fatal(err)
		}
		figures[name] = f
	}
	return figures
}

// TestReference checks ρ and R² of the adapters' X and Y against scikit-learn: T, N, participation ratio
// and, with the penalty that was chosen there, ρ and R².
func TestReference(t *testing.T) {
	for name, figures := range reference(t) {
		t.Run(name, func(t *testing.T) {
			s := openShared(t, name)
			x, y := rates(t, s), s.Signals[0].Values
			if name == "stevenson2011" { // there the figures are of rates 100 ms, two rows, before
				rows, n := x.Dims()
				x = x.Slice(0, rows-2, 0, n).(*mat.Dense)
				y = y.Slice(2, rows, 0, 2).(*mat.Dense)
			}
			want := figures["exact"]
			rows, n := x.Dims()
			if float64(rows) != want["n"] || float64(n) != want["N"] {
				t.Fatalf("X is %d×%d, want %g×%g", rows, n, want["n"], want["N"])
			}
			rho, r2, pr := ridgeFigures(x, y, want["alpha"])
			for _, f := range []struct {
				name      string
				got, want float64
			}{{"ρ", rho, want["rho"]}, {"R²", r2, want["r2"]}, {"PR", pr, want["pr"]}} {
				// Two decompositions in float64; singular values span two orders of magnitude.
				if math.Abs(f.got-f.want) > 1e-9*f.want {
					t.Errorf("%s is %.15g, want %.15g", f.name, f.got, f.want)
				}
			}
			t.Logf("ρ %.10f, R² %.12f; by scikit-learn's RidgeCV ρ %.10f, R² %.12f", rho, r2, figures["sklearn"]["rho"], figures["sklearn"]["r2"])
		})
	}
}

// ridgeFigures solves the ridge regression by its normal equations, which is not how reference.py does.
func ridgeFigures(x, y *mat.Dense, alpha float64) (rho, r2, pr float64) {
	x, y = centred(x), centred(y)
	var gram, cross, wT, fit mat.Dense
	gram.Mul(x.T(), x)
	n, _ := gram.Dims()
	trace, square := 0.0, mat.Norm(&gram, 2)
	for i := range n {
		trace += gram.At(i, i)
	}
	pr = trace * trace / (square * square)
	for i := range n {
		gram.Set(i, i, gram.At(i, i)+alpha)
	}
	cross.Mul(x.T(), y)
	if err := wT.Solve(&gram, &cross); err != nil {
		return math.NaN(), math.NaN(), pr
	}
	fit.Mul(x, &wT)
	rho = mat.Norm(&fit, 2) / (mat.Norm(x, 2) * mat.Norm(&wT, 2))
	fit.Sub(y, &fit)
	_, d := y.Dims()
	for k := range d {
		res, tot := mat.Norm(fit.ColView(k), 2), mat.Norm(y.ColView(k), 2)
		r2 += (1 - res*res/(tot*tot)) / float64(d)
	}
	return rho, r2, pr
}

func centred(m *mat.Dense) *mat.Dense {
	c := mat.DenseCopyOf(m)
	rows, cols := c.Dims()
	for j := range cols {
		mean := mat.Sum(c.ColView(j)) / float64(rows)
		for i := range rows {
			c.Set(i, j, c.At(i, j)-mean)
		}
	}
	return c
}

// TestDecoders: the known decoder applied to the rates gives the output, and notes say how well both
// ways agree with the velocity in the file.
func TestDecoders(t *testing.T) {
	for _, name := range phases[:4] {
		s := openShared(t, name)
		d := largestDifference(affine(rates(t, s), s.Decoder.W, s.Decoder.Offset), s.Signal(s.Decoder.Output).Values)
		t.Logf("%s: W x + offset and output differ by at most %.2g mm/s", name, d)
		for _, note := range s.Notes[:2] {
			t.Logf("%s: %s", name, note)
		}
		if !(d < 1e-7) { // golub2018's M2 and m0 are given to about 3e-8
			t.Errorf("%s: decoder and output differ by %g", name, d)
		}
	}
}

// TestTrials: rows are those of trials, one after another, and the phases have the expected number.
func TestTrials(t *testing.T) {
	want := map[string][2]int{"golub2018:before": {402, 0}, "golub2018:after": {402, 0}, "hennig2018:before": {3953, 167}, "hennig2018:after": {6611, 167}}
	for name, w := range want {
		s := openShared(t, name)
		rows, _ := s.Activity.Dims()
		if rows != w[0] || w[1] > 0 && s.Trials.Len() != w[1] {
			t.Errorf("%s has %d rows and %d trials, want %v", name, rows, s.Trials.Len(), w)
		}
		at := 0
		for _, r := range s.Trials.Rows {
			if r.From != at {
				t.Fatalf("%s: a trial begins at row %d, want %d", name, r.From, at)
			}
			at = r.To
		}
		if at != rows {
			t.Errorf("%s: trials end at row %d of %d", name, at, rows)
		}
	}
	if s := openShared(t, "stevenson2011"); s.Trials != nil || s.Activity.Runs != nil || s.Signal("hand_pos") == nil {
		t.Error("stevenson2011: want no trials, and the hand's position")
	}
}

// broken is a file in which one array is another.
type broken struct {
	loaders.File
	path []string
	with loaders.Node
}

func (b broken) Root() loaders.Node { return replaced{b.File.Root(), b.path, b.with} }

type replaced struct {
	loaders.Node
	path []string
	with loaders.Node
}

func (r replaced) Children() ([]loaders.Node, error) {
	children, err := r.Node.Children()
	for i, c := range children {
		switch {
		case c.Info().Name != r.path[0]:
		case len(r.path) == 1:
			children[i] = replacement{c, r.with}
		default:
			children[i] = replaced{c, r.path[1:], r.with}
		}
	}
	return children, err
}

// replacement has the name of one node and the values of another.
type replacement struct {
	loaders.Node
	with loaders.Node
}

func (r replacement) Values() (loaders.Values, error) { return r.with.Values() }

// numbers is a node of given values.
type numbers struct {
	loaders.Node
	v loaders.Values
}

func (n numbers) Values() (loaders.Values, error) { return n.v, nil }

// TestBroken: a decoder of other numbers is ErrDecoder, one of another size ErrShape; never a panic.
func TestBroken(t *testing.T) {
	for _, c := range []struct {
		id, phase string
		path      []string
		scale     float64
	}{
		{"golub2018", "before", []string{"expParams", "intuitiveMapping", "M2"}, 1.001},
		{"golub2018", "after", []string{"expParams", "perturbedMapping", "K"}, 1.001},
		{"golub2018", "after", []string{"expParams", "perturbedMapping", "beta"}, math.NaN()},
		{"hennig2018", "before", []string{"D", "dec", "spikeCountStd"}, 1.01},
		{"hennig2018", "before", []string{"D", "dec", "FactorAnalysisParams", "spikeRot"}, 1.01},
	} {
		d, err := ByID(c.id)
		if err != nil {
			t.Fatal(err)
		}
		f, err := loaders.OpenFile(need.Shared(t, "data", d.ID, d.File.Name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		path := ""
		for _, p := range c.path {
			path += "." + p
		}
		n, err := loaders.Lookup(f, path[1:])
		if err != nil {
			t.Fatal(err)
		}
		v, err := n.Values()
		if err != nil {
			t.Fatal(err)
		}
		for i := range v.Data {
			v.Data[i] *= c.scale
		}
		if _, err := d.open(broken{f, c.path, numbers{v: v}}, c.phase); err == nil || !math.IsNaN(c.scale) && !errors.Is(err, ErrDecoder) {
			t.Errorf("%s with other %s: error %v, want ErrDecoder", c.id, path, err)
		}
		short := loaders.RowMajor([]float64{1, 2, 3}, 1, 3)
		if _, err := d.open(broken{f, c.path, numbers{v: short}}, c.phase); !errors.Is(err, recording.ErrShape) {
			t.Errorf("%s with %s of 1×3: error %v, want ErrShape", c.id, path, err)
		}
	}
}

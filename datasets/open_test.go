package datasets

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oblique/internal/need"
	"oblique/loaders/recording"
)

func ExampleOpen() {
	s, err := Open("cycling.npz", Options{})
	if err != nil {
		log.Fatal(err)
	}
	t, n := s.Activity.Dims()
	fmt.Printf("%s: %d rows of %g s, %d neurons, %d trials, %s, readout of %s\n",
		s.Source.Name, t, s.Activity.Bin, n, s.Trials.Len(), s.Kind, s.Decoder.Output)
	// Output: cycling: 1008 rows of 0.05 s, 100 neurons, 14 trials, model, readout of behavior
}

func ExampleByID() {
	d, err := ByID("stevenson2011")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Title)
	fmt.Println(d.Defaults.Output, d.Defaults.Bin, d.Defaults.Lag)
	// Output:
	// Reaching in the plane, primary motor cortex, 171 units, 13 minutes
	// hand_vel 50ms 100ms
}

// TestRegistry: every entry is complete, and its file in ../shared is the published one.
func TestRegistry(t *testing.T) {
	for _, d := range All() {
		if d.Title == "" || d.Citation == "" || d.Licence == "" || d.Home == "" || !strings.HasPrefix(d.BibTeX, "@") {
			t.Errorf("%s is not complete", d.ID)
		}
		if len(d.Outputs) == 0 || d.Outputs[0] != d.Defaults.Output || d.Defaults.Bin == 0 {
			t.Errorf("%s: outputs %q, defaults %+v", d.ID, d.Outputs, d.Defaults)
		}
		if !d.File.Known() {
			continue // TestStructures has files of its structure
		}
		path := need.Shared(t, "data", d.ID, d.File.Name)
		if err := Verify(d, path); err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() != d.File.Size {
			t.Errorf("%s: size %d, published %d", d.ID, info.Size(), d.File.Size)
		}
		for _, phase := range append([]string{""}, d.Phases...) {
			s, err := Open(d.ID, Options{File: path, Phase: phase})
			if err != nil {
				t.Fatal(err)
			}
			for _, output := range d.Outputs {
				if s.Signal(output) == nil {
					t.Errorf("%s has no signal %s", d.ID, output)
				}
			}
			if s.Kind != d.Kind || s.Source.SHA256 != d.File.SHA256 || s.Signals[0].Name != d.Outputs[0] {
				t.Errorf("%s: kind %s, source %+v", d.ID, s.Kind, s.Source)
			}
		}
	}
}

// TestFind: the order of places, and what is said of a file that is nowhere.
func TestFind(t *testing.T) {
	root, cache := t.TempDir(), t.TempDir()
	t.Setenv(DirVariable, root)
	t.Setenv("XDG_CACHE_HOME", cache) // the user's cache folder on Linux
	if _, err := os.UserCacheDir(); err != nil {
		t.Skip(err)
	}
	userCache, _ := os.UserCacheDir()
	d := stevenson2011
	_, err := Find(d, "")
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "regime datasets fetch stevenson2011") || !strings.Contains(err.Error(), d.File.URL) {
		t.Errorf("error %v, want how to get it", err)
	}
	if userCache != cache {
		t.Skip("the user's cache folder is not of this test")
	}
	for _, dir := range []string{filepath.Join(cache, "regime", d.ID), filepath.Join(root, d.ID)} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(dir, d.File.Name)
		if err := os.WriteFile(want, []byte("x"), 0o666); err != nil {
			t.Fatal(err)
		}
		if got, err := Find(d, ""); got != want {
			t.Errorf("found %s, error %v, want %s", got, err, want)
		}
	}
	if got, err := Find(d, cache+"/regime/"+d.ID); err != nil || got != filepath.Join(cache, "regime", d.ID, d.File.Name) {
		t.Errorf("in a folder given: %s, %v", got, err)
	}
	if _, err := Find(d, filepath.Join(root, "none.mat")); !errors.Is(err, ErrMissing) {
		t.Errorf("error %v, want ErrMissing", err)
	}
}

// TestOpenErrors: names, phases, and another file than the published one.
func TestOpenErrors(t *testing.T) {
	for name, want := range map[string]string{
		"golub":             "no data set 'golub'; there are: cycling.npz, bci.npz, degenhart2020, golub2018, hennig2018, nlb-mc_maze,",
		"golub2018:during":  "no phase 'during'; it has: before, after",
		"stevenson2011:two": "has no phases",
		"bci.npz:two":       "has no phases",
	} {
		if _, err := Open(name, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
	if !Known("GOLUB2018:after") || !Known("bci.npz") || Known("bci.mat") {
		t.Error("Known does not know")
	}
	// The same content with a byte after the end: MATLAB's format allows it, the sum differs.
	original, err := os.Open(need.Shared(t, "data", "stevenson2011", stevenson2011.File.Name))
	if err != nil {
		t.Fatal(err)
	}
	defer original.Close()
	path := filepath.Join(t.TempDir(), "other.mat")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, original); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("MATLAB 5.0 MAT-file, another date"), 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("stevenson2011", Options{File: path}); !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), stevenson2011.File.SHA256) {
		t.Errorf("error %v, want ErrChecksum with both hashes", err)
	}
	s, err := Open("stevenson2011", Options{File: path, AnyHash: true})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(s.Notes, " "), "not "+stevenson2011.File.SHA256) {
		t.Errorf("notes %q do not say that the file is another one", s.Notes)
	}
}

// TestBuiltins: what the README promises of the built-in recordings, by their stored readout and the
// ridge regression of the paper at a middling penalty.
func TestBuiltins(t *testing.T) {
	for _, c := range []struct {
		name            string
		kind            recording.Kind
		alpha           float64
		lowRho, highRho float64
		lowR2           float64
	}{
		{"cycling", recording.Model, 1e-3, 0.03, 0.1, 0.999},
		{"bci.npz", recording.BCI, 1e-3, 0.25, 0.5, 0.999},
	} {
		s, err := Open(c.name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		x, y := s.Activity.Values, s.Signals[0].Values
		if s.Kind != c.kind || s.Activity.Quantity != recording.Rates || s.Activity.Bin != 0.05 || s.Trials.Column("condition") == nil || len(s.Notes) > 0 {
			t.Errorf("%s: %s, %s of bin %g, notes %q", c.name, s.Kind, s.Activity.Quantity, s.Activity.Bin, s.Notes)
		}
		if rows, _ := x.Dims(); recording.ValidateRanges(s.Trials.Rows, rows) != nil || len(recording.Constant(x)) > 0 {
			t.Errorf("%s: trials or neurons are not valid", c.name)
		}
		rho, r2, pr := ridgeFigures(x, y, c.alpha)
		t.Logf("%s: ρ %.3f, R² %.4f, participation ratio %.2f", c.name, rho, r2, pr)
		if !(rho > c.lowRho && rho < c.highRho && r2 > c.lowR2) {
			t.Errorf("%s: ρ %.3f, R² %.4f", c.name, rho, r2)
		}
		residual := affine(x, s.Decoder.W, s.Decoder.Offset)
		residual.Sub(y, residual)
		if share := largest(centred(residual)) / largest(centred(y)); !(share < 1e-5) { // single precision
			t.Errorf("%s: the stored readout misses by %g of the output", c.name, share)
		}
	}
}

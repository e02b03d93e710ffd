package datasets

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"oblique/internal/need"
	"oblique/loaders"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// structures writes files of the structure of the data sets that cannot be had, and returns their folder
// and what numpy makes of them.
func structures(t *testing.T) (string, *fields) {
	t.Helper()
	python := need.Modules(t, "numpy", "scipy.io", "h5py")
	root, dir := need.Root(t), t.TempDir()
	out, err := exec.Command(python, "-B", "testdata/structure.py", filepath.Join(root, "loaders", "matfile", "testdata"),
		filepath.Join(root, "loaders", "nwb", "testdata"), dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	f, err := loaders.OpenFile(filepath.Join(dir, "expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return dir, &fields{file: f}
}

// TestStructures: the adapters of data sets that cannot be had, on files of their structure.
func TestStructures(t *testing.T) {
	dir, want := structures(t)

	s, err := Open("degenhart2020", Options{File: filepath.Join(dir, "degenhart2020.mat")})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "X", rates(t, s), want.matrix("degenhart2020_X", anySize, 4), 1e-12)
	compare(t, "Y", s.Signals[0].Values, want.matrix("degenhart2020_Y", anySize, 2), 0)
	if s.Trials.Len() != 3 || s.Source.Format != "MATLAB 7.3" || s.Kind != recording.BCI {
		t.Errorf("%d trials, %s, %s", s.Trials.Len(), s.Source.Format, s.Kind)
	}
	if !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "taken as it is") }) {
		t.Errorf("no note on the hash: %q", s.Notes)
	}

	s, err = Open("russo2018-cousteau", Options{File: filepath.Join(dir, "russo2018.mat")})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "X", s.Activity.Values, want.matrix("russo2018_X", anySize, 5), 0)
	all := mat.DenseCopyOf(s.Signals[0].Values)
	for _, g := range s.Signals[1:] {
		var both mat.Dense
		both.Augment(all, g.Values)
		all = &both
	}
	// Means and components are sums in another order; accelerations are up to 4000 per second.
	compare(t, "Y", all, want.matrix("russo2018_Y", anySize, 8), 1e-10)
	if !slices.Equal(s.Activity.Runs, []recording.Range{{From: 0, To: 20}, {From: 20, To: 30}}) {
		t.Errorf("runs %v", s.Activity.Runs)
	}
	if _, err := Open("russo2018-drake", Options{File: filepath.Join(dir, "russo2018.mat")}); !errors.Is(err, loaders.ErrNotFound) {
		t.Errorf("the other monkey: %v", err)
	}

	s, err = Open("nlb-mc_maze-large:average", Options{File: filepath.Join(dir, "maze.nwb")})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "Y", s.Signals[0].Values, want.matrix("maze_Y", anySize, 2), 1e-15)
	if s.N() != 6 || s.Signals[0].Name != "hand_vel" || s.Signals[1].Name != "hand_pos" || s.Trials.Column("delay") == nil {
		t.Errorf("%d units, %s and %s", s.N(), s.Signals[0].Name, s.Signals[1].Name)
	}

	s, err = Open("nlb-mc_rtt", Options{File: filepath.Join(dir, "rtt.nwb")})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "Y", s.Signals[0].Values, want.matrix("rtt_Y", anySize, 2), 0)
	starts := want.vector("rtt_start", s.Trials.Len())
	if want.err != nil || !slices.Equal(s.Trials.Start, starts) {
		t.Errorf("trials start at %v, want %v: %v", s.Trials.Start, starts, want.err)
	}
}

// TestPreparation: what a phase or an output of its own is prepared by.
func TestPreparation(t *testing.T) {
	d, err := ByID("nlb-mc_maze")
	if err != nil {
		t.Fatal(err)
	}
	if p := d.Preparation(""); p.AverageBy != nil || p.LagOf("") != 100*time.Millisecond || p.LagOf("hand_pos") != 270*time.Millisecond {
		t.Errorf("single trials: %+v", p)
	}
	if p := d.Preparation("average"); len(p.AverageBy) != 2 || p.Align != "move_onset_time" {
		t.Errorf("averages: %+v", p)
	}
	if lag := russoDrake.Defaults.LagOf("emg"); lag != 0 {
		t.Errorf("lag of emg is %v", lag)
	}
}

// TestUnknownHash: a file whose hash is not known is neither fetched nor verified, and its absence says
// how to get it.
func TestUnknownHash(t *testing.T) {
	t.Setenv(DirVariable, t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if _, err := Fetch(t.Context(), nlbRTT, FetchOptions{}); !errors.Is(err, ErrUnknownHash) || !strings.Contains(err.Error(), nlbRTT.Home) {
		t.Errorf("fetch: %v", err)
	}
	if err := Verify(nlbRTT, "any"); !errors.Is(err, ErrUnknownHash) {
		t.Errorf("verify: %v", err)
	}
	if _, err := Open("nlb-mc_rtt", Options{}); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "by hand from "+nlbRTT.Home) {
		t.Errorf("open: %v", err)
	}
}

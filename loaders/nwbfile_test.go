package loaders

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"oblique/internal/need"
	"oblique/loaders/recording"
)

func fixtureNWB(name string) string { return filepath.Join("nwb", "testdata", name) }

// TestNWB: an NWB file is a session by what it says its parts are, with what the user asks for.
func TestNWB(t *testing.T) {
	s, err := Open(fixtureNWB("pynwb.nwb"), Options{Behavior: []string{"eye_pos,hand_vel"}, Trials: "epochs", Kind: recording.NonBCI})
	if err != nil {
		t.Fatal(err)
	}
	if s.Source.Format != "NWB 2.6.0" || s.Source.Name != "pynwb" || s.Source.SHA256 == "" || s.Kind != recording.NonBCI {
		t.Errorf("source %+v, kind %s", s.Source, s.Kind)
	}
	if len(s.Units) != 6 || len(s.Signals) != 2 || s.Signals[0].Name != "eye_pos" || s.Trials.Len() != 2 {
		t.Errorf("%d units, %d signals, %d trials", len(s.Units), len(s.Signals), s.Trials.Len())
	}
	if _, err := Open(fixtureNWB("pynwb.nwb"), Options{Behavior: []string{"foot"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("foot: %v", err)
	}
}

// TestNWBRaw: with arrays named by the user an NWB file is one of HDF5.
func TestNWBRaw(t *testing.T) {
	s, err := Open(fixtureNWB("latest.nwb"), Options{Rates: []string{"/processing/behavior/eye_pos/data"},
		Behavior: []string{"processing/behavior/eye_pos/data"}, Orientation: TimeByNeurons})
	if err != nil {
		t.Fatal(err)
	}
	if r, c := s.Activity.Dims(); r != 900 || c != 2 {
		t.Errorf("activity is %d×%d", r, c)
	}
}

// TestNWBFolder joins the files of a folder. The hash is that of a list of hashes.
func TestNWBFolder(t *testing.T) {
	s, err := Open(fixtureNWB("split"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Units) != 6 || s.Trials.Len() != 8 || s.Source.Name != "split" || len(s.Source.SHA256) != 64 {
		t.Errorf("%d units, %d trials, %+v", len(s.Units), s.Trials.Len(), s.Source)
	}
	twins := t.TempDir()
	text, err := os.ReadFile(fixtureNWB("latest.nwb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.nwb", "a (copy).nwb"} {
		if err := os.WriteFile(filepath.Join(twins, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(twins, Options{}); err == nil || !strings.Contains(err.Error(), "a (copy).nwb and a.nwb are copies of one file") {
		t.Errorf("two copies of a file: %v", err)
	}
	t.Chdir(fixtureNWB("split"))
	if s, err = Open(".", Options{}); err != nil || s.Source.Name != "split" || s.Source.Path != "." {
		t.Errorf("from inside: %v, %+v", err, s)
	}
	if _, err := Open(t.TempDir(), Options{}); !errors.Is(err, ErrFormat) {
		t.Errorf("empty folder: %v", err)
	}
}

// TestNWBFileBin: everything in NWB has times, so that a width of rows would do nothing.
func TestNWBFileBin(t *testing.T) {
	for _, path := range []string{fixtureNWB("pynwb.nwb"), fixtureNWB("split")} {
		if _, err := Open(path, Options{FileBin: 10 * time.Millisecond}); err == nil || !strings.Contains(err.Error(), "--file-bin 10ms") || !strings.Contains(err.Error(), "--bin says") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestNWBFolderTree shows the files of a folder, also where one of them is none.
func TestNWBFolderTree(t *testing.T) {
	tree, err := Inspect(fixtureNWB("split"), false)
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Nodes) != 2 || tree.Nodes[1].Name != "train.nwb" || tree.Nodes[1].Type != "NWB 2.6.0" || len(tree.Nodes[1].Inside) == 0 || tree.Bytes == 0 {
		t.Errorf("tree %+v", tree)
	}
	dir := t.TempDir()
	if _, err := Inspect(dir, false); !errors.Is(err, ErrFormat) {
		t.Errorf("empty folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cut.nwb"), []byte("\x89HDF\r\n\x1a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if tree, err = Inspect(dir, false); err != nil || len(tree.Nodes) != 1 || tree.Nodes[0].Error == "" {
		t.Errorf("a damaged file: %v, %+v", err, tree)
	}
}

// TestNWBTree shows units, trials and series, and the arrays of the file where these are wanted.
func TestNWBTree(t *testing.T) {
	for name, raw := range map[string]bool{"overview": false, "raw": true} {
		tree, err := Inspect(fixtureNWB("matnwb.nwb"), raw)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := tree.WriteText(&b); err != nil {
			t.Fatal(err)
		}
		for text, overview := range map[string]bool{"6 units, 2 held out": true, "8 intervals": true, "50 Hz": true,
			"spike_times_index": false, "starting_time": false} {
			if strings.Contains(b.String(), text) != (overview == (name == "overview")) {
				t.Errorf("%s: %q in it: %v\n%s", name, text, !overview, b.String())
			}
		}
	}
}

// TestNWBShapes: elements of several dimensions and lists of lists are shown as they are, such as the waveforms of each spike on
// each electrode.
func TestNWBShapes(t *testing.T) {
	python, path := need.Modules(t, "h5py"), filepath.Join(t.TempDir(), "shapes.nwb")
	const script = `
import sys, h5py, numpy as np
with h5py.File(sys.argv[1], "w") as f:
    f.attrs["nwb_version"] = "2.6.0"
    u = f.create_group("units")
    u.attrs["neurodata_type"] = "Units"
    u.attrs["colnames"] = ["spike_times", "mean", "maps", "waveforms"]
    u["id"] = np.arange(2)
    u["spike_times"], u["spike_times_index"] = np.arange(5.0), [2, 5]
    u["mean"] = np.arange(2 * 3 * 4.0).reshape(2, 3, 4)                      # electrodes × samples
    u["maps"], u["maps_index"] = np.arange(5 * 6 * 7.0).reshape(5, 6, 7), [2, 5]
    # unit 0: two spikes on 1 and 2 electrodes; unit 1: three on 1 each
    u["waveforms"] = np.arange(6 * 8.0).reshape(6, 8)
    u["waveforms_index"], u["waveforms_index_index"] = [1, 3, 4, 5, 6], [2, 5]
`
	if out, err := exec.Command(python, "-c", script, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	tree, err := Inspect(path, false)
	if err != nil {
		t.Fatal(err)
	}
	shapes := map[string]string{}
	firsts := map[string]any{}
	var walk func(b *Branch)
	walk = func(b *Branch) {
		if b.Error != "" {
			t.Errorf("%s: %s", b.Path, b.Error)
		}
		shapes[b.Path] = b.Type + " " + Info{Class: b.Class, Dims: b.Dims}.Shape()
		if b.First != nil {
			firsts[b.Path] = b.First[0]
		}
		for _, c := range b.Inside {
			walk(c)
		}
	}
	for _, b := range tree.Nodes {
		walk(b)
	}
	for path, want := range map[string]string{
		"units.spike_times": "lists of float64 {2}", "units.spike_times[1]": "float64 [3]",
		"units.mean": "float64 [2×3×4]", "units.maps": "lists of float64 {2}", "units.maps[1]": "float64 [3×6×7]",
		"units.waveforms": "lists of lists of float64 {2}", "units.waveforms[0]": "lists of float64 {2}", "units.waveforms[0][1]": "float64 [2×8]",
		"units.waveforms[1]": "lists of float64 {3}", "units.waveforms[1][2]": "float64 [1×8]",
	} {
		if shapes[path] != want {
			t.Errorf("%s is %q, want %q", path, shapes[path], want)
		}
	}
	for path, want := range map[string]float64{"units.maps[1]": 2 * 6 * 7, "units.waveforms[0][1]": 8, "units.waveforms[1][2]": 40} {
		if firsts[path] != want {
			t.Errorf("%s begins with %v, want %g", path, firsts[path], want)
		}
	}
}

// TestNWBNames: the names of the overview are paths that Lookup finds.
func TestNWBNames(t *testing.T) {
	path := fixtureNWB("pynwb.nwb")
	tree, err := Inspect(path, false)
	if err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, b := range tree.Nodes {
		if _, err := Lookup(f, b.Path); err != nil {
			t.Errorf("%s: %v", b.Path, err)
		}
	}
}

// TestNWBOld: a file of NWB 1 can be looked into.
func TestNWBOld(t *testing.T) {
	f, err := OpenFile(fixtureNWB("old.nwb"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := os.Stat(fixtureNWB("old.nwb")); err != nil || f.Format() != "HDF5" {
		t.Errorf("format %s, %v", f.Format(), err)
	}
}

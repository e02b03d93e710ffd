package loaders

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	if _, err := Open(t.TempDir(), Options{}); !errors.Is(err, ErrFormat) {
		t.Errorf("empty folder: %v", err)
	}
}

// TestNWBTree shows units, trials and series, and the arrays of the file where these are wanted.
func TestNWBTree(t *testing.T) {
	for name, inspect := range map[string]func(string) (*Tree, error){"overview": Inspect, "raw": InspectRaw} {
		tree, err := inspect(fixtureNWB("matnwb.nwb"))
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

// TestNWBNames: the names of the overview are paths that Lookup finds.
func TestNWBNames(t *testing.T) {
	path := fixtureNWB("pynwb.nwb")
	tree, err := Inspect(path)
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

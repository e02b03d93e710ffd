package nwb

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oblique/loaders/hdf5"
	"oblique/loaders/recording"
)

func open(t testing.TB, name string) *File {
	t.Helper()
	f, err := Open(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// inMemory returns the file whose bytes are given.
func inMemory(t testing.TB, b []byte) *File {
	t.Helper()
	h, err := hdf5.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(h, int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A meaning is what generate.py computed that a file means; numbers are digests.
type meaning struct {
	Units []struct {
		Name, Spikes, Observed, Quality string
		HeldOut                         bool
	}
	Start, Stop string
	Onset       string `json:"move_onset_time"`
	Split       []string
	Success     string
	Kind        string `json:"trial_type"`
	Target      string `json:"target_pos_1"`
	Barriers    []string
	HandVel     *motion `json:"hand_vel"`
	HandPos     *motion `json:"hand_pos"`
	EyePos      *motion `json:"eye_pos"`
}

type motion struct{ Times, Values string }

func meanings(t testing.TB) map[string]meaning {
	t.Helper()
	b, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]meaning
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// digest is the length and SHA-256 of numbers, as generate.py writes them.
func digest(x []float64) string {
	h := sha256.New()
	var b [8]byte
	for _, v := range x {
		bits := math.Float64bits(v)
		if math.IsNaN(v) {
			bits = 0x7ff8000000000000
		}
		binary.LittleEndian.PutUint64(b[:], bits)
		h.Write(b[:])
	}
	return fmt.Sprintf("%d %s", len(x), hex.EncodeToString(h.Sum(nil)))
}

// TestSession compares everything in files of several writers, bit for bit.
func TestSession(t *testing.T) {
	for name, want := range meanings(t) {
		t.Run(name, func(t *testing.T) {
			f := open(t, name)
			s, err := f.Session(Options{NoBehavior: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(s.Notes)
			compare(t, s, want)
		})
	}
}

func compare(t *testing.T, s *recording.Session, want meaning) {
	t.Helper()
	same := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	if len(s.Units) != len(want.Units) {
		t.Fatalf("%d units, want %d", len(s.Units), len(want.Units))
	}
	for i, w := range want.Units {
		u := s.Units[i]
		var observed []float64
		for _, o := range u.Observed {
			observed = append(observed, o.Start, o.Stop)
		}
		same("name", u.Name, w.Name)
		same("spikes of "+u.Name, digest(u.Spikes), w.Spikes)
		same("observed of "+u.Name, digest(observed), w.Observed)
		same("quality of "+u.Name, u.Meta["quality"], w.Quality)
		held := u.Meta["heldout"] == "true" || u.Meta["heldout"] == "1"
		if held != w.HeldOut {
			t.Errorf("%s is held out: %v", u.Name, held)
		}
		same("group of "+u.Name, u.Meta["electrode_group"], "M1 array")
		if u.Meta["location"] == "" {
			t.Errorf("no location of %s", u.Name)
		}
	}
	same("start", digest(s.Trials.Start), want.Start)
	same("stop", digest(s.Trials.Stop), want.Stop)
	for name, w := range map[string]string{"move_onset_time": want.Onset, "success": want.Success, "trial_type": want.Kind, "target_pos_1": want.Target} {
		c := s.Trials.Column(name)
		if c == nil {
			t.Fatalf("no column %s", name)
		}
		same(name, digest(c.Numbers), w)
	}
	if c := s.Trials.Column("split"); !slices.Equal(c.Texts, want.Split) {
		t.Errorf("split %q, want %q", c.Texts, want.Split)
	}
	if c := s.Trials.Column("barriers"); !slices.Equal(c.Texts, want.Barriers) {
		t.Errorf("barriers %q, want %q", c.Texts, want.Barriers)
	}
	for name, w := range map[string]*motion{"hand_vel": want.HandVel, "hand_pos": want.HandPos, "eye_pos": want.EyePos} {
		g := s.Signal(name)
		if (g == nil) != (w == nil) {
			t.Fatalf("signal %s: %v, want %v", name, g != nil, w != nil)
		}
		if g == nil {
			continue
		}
		same(name, digest(g.Values.RawMatrix().Data), w.Values)
		times := g.Times
		if times == nil {
			n, _ := g.Values.Dims()
			for i := range n {
				times = append(times, g.Start+float64(i)/math.Round(1/g.Step))
			}
		}
		same("times of "+name, digest(times), w.Times)
	}
}

// TestDefaults: the usual behaviour comes first; events, local field potentials and the like are none.
func TestDefaults(t *testing.T) {
	s, err := open(t, "pynwb.nwb").Session(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range s.Signals {
		names = append(names, g.Name)
	}
	if !slices.Equal(names, []string{"hand_vel", "hand_pos", "eye_pos"}) {
		t.Errorf("signals %v", names)
	}
	vel := s.Signals[0]
	if vel.Unit != "m/s" || !slices.Equal(vel.Columns, []string{"hand_vel_x", "hand_vel_y"}) || vel.Step != 0 {
		t.Errorf("hand_vel: %q %v %v", vel.Unit, vel.Columns, vel.Step)
	}
	if s.Source.Format != "NWB 2.6.0" || !strings.Contains(s.Notes[0], "subject Jenkins") {
		t.Errorf("%s: %q", s.Source.Format, s.Notes)
	}
	if !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "2 of 6 units are marked as held out") }) {
		t.Errorf("no note on held-out units: %q", s.Notes)
	}
}

// TestNames: behaviour by name, path, or end of a path, and what an unknown one says.
func TestNames(t *testing.T) {
	f := open(t, "latest.nwb")
	for _, name := range []string{"hand_pos", "HAND_POS", "Position/hand_pos", "/processing/behavior/Position/hand_pos"} {
		s, err := f.Session(Options{Behavior: []string{name, "lick"}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(s.Signals) != 2 || s.Signals[0].Name != "hand_pos" || s.Signals[1].Name != "lick" {
			t.Errorf("%s: %d signals", name, len(s.Signals))
		}
	}
	_, err := f.Session(Options{Behavior: []string{"foot"}})
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "/processing/behavior/hand_vel [") {
		t.Errorf("foot: %v", err)
	}
	if _, err := f.Session(Options{Trials: "runs"}); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "trials, epochs") {
		t.Errorf("trials runs: %v", err)
	}
	s, err := f.Session(Options{Trials: "epochs"})
	if err != nil || s.Trials.Len() != 2 || s.Trials.Column("tags").Texts[1] != "second" {
		t.Errorf("trials epochs: %v, %v", s.Trials, err)
	}
	if s, err := f.Session(Options{Trials: "none"}); err != nil || s.Trials != nil {
		t.Errorf("trials none: %v, %v", s.Trials, err)
	}
}

// TestWindow reads a window of a series by its times, regular or not.
func TestWindow(t *testing.T) {
	f := open(t, "pynwb.nwb")
	all, err := f.Series()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, s := range all {
		if s.Err != nil {
			t.Fatal(s.Err)
		}
		whole, err := s.Read(0, s.Rows)
		if err != nil {
			t.Fatal(err)
		}
		times, err := s.Times(0, s.Rows)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range [][2]float64{{1.5, 7.25}, {-3, 1.01}, {3, 3}, {16, 99}, {100, 200}} {
			from, to, err := s.Window(w[0], w[1])
			if err != nil {
				t.Fatal(err)
			}
			for i, at := range times {
				if inside := at >= w[0] && at < w[1]; inside != (i >= from && i < to) {
					t.Fatalf("%s: sample %d at %v in %v: %d to %d", s.Name, i, at, w, from, to)
				}
			}
			part, err := s.Read(from, to)
			if err != nil {
				t.Fatal(err)
			}
			if part == nil {
				continue
			}
			seen++
			want := whole.RawMatrix().Data[from*s.Width : to*s.Width]
			if digest(part.RawMatrix().Data) != digest(want) {
				t.Errorf("%s: samples %d to %d differ", s.Name, from, to)
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d windows had samples", seen)
	}
}

// TestUnits reads the spikes of single units.
func TestUnits(t *testing.T) {
	want := meanings(t)["matnwb.nwb"].Units
	u, err := open(t, "matnwb.nwb").Units()
	if err != nil {
		t.Fatal(err)
	}
	for i := u.Rows - 1; i >= 0; i-- {
		x, err := u.Spikes(i)
		if err != nil || digest(x) != want[i].Spikes {
			t.Errorf("unit %d: %d spikes, %v", i, len(x), err)
		}
	}
	some, err := u.SpikesOf(2, 5)
	if err != nil || len(some) != 3 {
		t.Fatalf("%d units, %v", len(some), err)
	}
	for i, x := range some {
		if digest(x) != want[2+i].Spikes {
			t.Errorf("unit %d of some: %d spikes", 2+i, len(x))
		}
	}
	if _, err := u.SpikesOf(3, 7); err == nil {
		t.Error("units 3 to 7 of 6")
	}
	held, err := u.HeldOut()
	if err != nil || !slices.Equal(held, []bool{false, false, true, false, true, false}) {
		t.Errorf("held out %v, %v", held, err)
	}
}

func TestMetadata(t *testing.T) {
	for _, name := range []string{"pynwb.nwb", "matnwb.nwb"} {
		facts := open(t, name).Metadata()
		for _, want := range []Fact{{"identifier", "fixture-1"}, {"experimenter", "Doe, Jane; Roe, Richard"}, {"subject_id", "Jenkins"}} {
			if !slices.Contains(facts, want) {
				t.Errorf("%s: no %v in %v", name, want, facts)
			}
		}
	}
}

func TestOld(t *testing.T) {
	if _, err := Open("testdata/old.nwb"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "NWB-1.0.6") {
		t.Errorf("NWB 1: %v", err)
	}
}

// TestBare: a file without units says what it has instead.
func TestBare(t *testing.T) {
	f := open(t, "bare.nwb")
	if u, err := f.Units(); u != nil || err != nil {
		t.Errorf("units %v, %v", u, err)
	}
	if tables, err := f.Tables(); tables != nil || err != nil {
		t.Errorf("tables %v, %v", tables, err)
	}
	_, err := f.Session(Options{})
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "/processing/ophys/dff [5×3]") {
		t.Errorf("session: %v", err)
	}
}

// TestEmpty: a file with neither units nor time series says where they would be.
func TestEmpty(t *testing.T) {
	b, err := os.ReadFile("testdata/bare.nwb")
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.Replace(b, []byte("processing\x00"), []byte("processinx\x00"), 1)
	_, err = inMemory(t, b).Session(Options{})
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "at /units") || !strings.Contains(err.Error(), "under /processing or /acquisition") {
		t.Errorf("session: %v", err)
	}
}

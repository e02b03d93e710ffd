package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"oblique/datasets"
	"oblique/internal/need"
	"oblique/loaders/npz"
)

// runRegime runs a command in this process and returns what it writes.
func runRegime(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errs)
	if err := root.Execute(); err != nil {
		t.Fatalf("regime %v: %v\n%s", args, err, errs.String())
	}
	return out.Bytes()
}

// fitted is the result of a fit as JSON, without what tells one file from another.
func fitted(t *testing.T, file string, args ...string) string {
	t.Helper()
	var result map[string]any
	if err := json.Unmarshal(runRegime(t, append([]string{"fit", "--data", file, "--json", "--bootstrap", "5", "--shifts", "5"}, args...)...), &result); err != nil {
		t.Fatal(err)
	}
	data := result["data"].(map[string]any)
	for _, key := range []string{"name", "sha256", "path", "format", "outputs"} { // names are not in every format
		delete(data, key)
	}
	delete(result, "notes")
	delete(result, "provenance")
	b, err := json.MarshalIndent(result, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// as73 writes what a MATLAB 5 file holds as version 7.3, by scipy and h5py.
func as73(t *testing.T, from, to string) {
	t.Helper()
	python := need.Modules(t, "numpy", "scipy.io", "h5py")
	folder := filepath.Join(need.Root(t), "loaders", "matfile", "testdata")
	const script = `
import sys
sys.path.insert(0, sys.argv[1])
import mat73, scipy.io
with mat73.File(sys.argv[3]) as f:
    for name, x in scipy.io.loadmat(sys.argv[2]).items():
        if not name.startswith("__"):
            f.write(name, x)
`
	if out, err := exec.Command(python, "-B", "-c", script, folder, from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestFitFormats: the same recording gives the same result to the last digit, whichever file it is in.
func TestFitFormats(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "good.npz")
	const rows, n = 400, 12
	x, y, ids := make([]float64, rows*n), make([]float64, rows*2), make([]int32, rows)
	for i := range x {
		x[i] = 10 + 5*math.Sin(float64(i*i%1009))
	}
	for i := range rows {
		y[2*i], y[2*i+1] = x[i*n]-x[i*n+1]+math.Sin(float64(i)), x[i*n+2]+math.Cos(float64(i))
		ids[i] = int32(i / 40)
	}
	if err := npz.Write(path, npz.Value{Name: "rates", Shape: []int{rows, n}, Data: x}, npz.Value{Name: "hand_vel", Shape: []int{rows, 2}, Data: y},
		npz.Value{Name: "trial_ids", Data: ids}, npz.Value{Name: "bin_s", Shape: []int{}, Data: []float64{0.02}}); err != nil {
		t.Fatal(err)
	}
	want := fitted(t, path, "--smooth", "40ms", "--lag", "40ms")
	for _, ext := range []string{".mat", ".parquet", ".arrow", ".feather"} {
		to := filepath.Join(dir, "good"+ext)
		runRegime(t, "convert", path, to)
		if got := fitted(t, to, "--smooth", "40ms", "--lag", "40ms"); got != want {
			t.Errorf("%s differs:\n%s\n%s", ext, got, want)
		}
	}
	newer := filepath.Join(dir, "newer.mat")
	as73(t, filepath.Join(dir, "good.mat"), newer)
	if got := fitted(t, newer, "--smooth", "40ms", "--lag", "40ms"); got != want {
		t.Errorf("MATLAB 7.3 differs:\n%s\n%s", got, want)
	}
	for _, nwb := range asNWB(t, path, dir) {
		back := strings.TrimSuffix(nwb, ".nwb") + ".parquet"
		runRegime(t, "convert", nwb, back)
		for _, args := range [][]string{{nwb}, {nwb, "--rates", "rates", "--behavior", "hand_vel"}, {nwb, "--rates", "ecephys/rates", "--stream"}, {back}} {
			if got := fitted(t, args[0], append(args[1:], "--smooth", "40ms", "--lag", "40ms")...); got != want {
				t.Errorf("%s differs:\n%s\n%s", args, got, want)
			}
		}
	}
	text := filepath.Join(dir, "good.csv")
	if err := os.WriteFile(text, asCSV(x, y, ids, n), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := fitted(t, text, "--smooth", "40ms", "--lag", "40ms", "--file-bin", "20ms"); got != want {
		t.Errorf("CSV differs:\n%s\n%s", got, want)
	}
}

// asNWB writes the recording of an npz file as time series of NWB, in the styles of three writers: regular or
// with timestamps, converted from thousandths or not, trials as a table.
func asNWB(t *testing.T, from, dir string) []string {
	t.Helper()
	const script = `
import os, sys
import h5py, numpy as np
d = np.load(sys.argv[1])
rates, vel, ids, bin = d["rates"], d["hand_vel"], d["trial_ids"], float(d["bin_s"])
t, trials = 0.5 + bin * np.arange(len(rates)), np.unique(ids)
start = [0.5 + bin * np.flatnonzero(ids == i)[0] for i in trials]
stop = [0.5 + bin * (np.flatnonzero(ids == i)[-1] + 1) for i in trials]
for name, version, libver in ("rate", "2.6.0", "earliest"), ("times", "2.9.0", "latest"), ("fixed", "2.0.0", "earliest"):
    one = (lambda v: np.atleast_1d(np.bytes_(v) if isinstance(v, str) else v)) if name == "fixed" else (lambda v: v)
    def typed(g, kind):
        g.attrs["neurodata_type"], g.attrs["namespace"] = one(kind), one("core")
        return g
    def series(path, x, unit):
        g = typed(f.create_group(path), "TimeSeries")
        y = g.create_dataset("data", data=x, chunks=(100, x.shape[1]) if name == "times" else None, compression="gzip" if name == "times" else None)
        y.attrs["unit"], y.attrs["conversion"] = one(unit), one(1.0)
        if name == "times":
            g["timestamps"] = t
        else:
            g["starting_time"] = 0.5
            g["starting_time"].attrs["rate"] = one(1 / bin)
    with h5py.File(os.path.join(sys.argv[2], name + ".nwb"), "w", libver=libver) as f:
        typed(f, "NWBFile").attrs["nwb_version"] = one(version)
        series("processing/ecephys/rates", rates, "Hz")
        series("processing/behavior/hand_vel", vel, "m/s")
        table = typed(f.create_group("intervals/trials"), "TimeIntervals")
        table["id"], table["start_time"], table["stop_time"] = trials, start, stop
        table.attrs["colnames"] = np.array([b"start_time", b"stop_time"])
`
	if out, err := exec.Command(need.Modules(t, "numpy", "h5py"), "-c", script, from, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return []string{filepath.Join(dir, "rate.nwb"), filepath.Join(dir, "times.nwb"), filepath.Join(dir, "fixed.nwb")}
}

func asCSV(x, y []float64, ids []int32, n int) []byte {
	var b bytes.Buffer
	for j := range n {
		fmt.Fprintf(&b, "rates_%d,", j)
	}
	b.WriteString("hand_vel_x,hand_vel_y,trial_ids\n")
	for i, id := range ids {
		for j := range n {
			fmt.Fprintf(&b, "%v,", x[i*n+j])
		}
		fmt.Fprintf(&b, "%v,%v,%d\n", y[2*i], y[2*i+1], id)
	}
	return b.Bytes()
}

// TestFitNWB: the same session of spike times and events from NWB of three writers, npz, MATLAB 5 and 7.3.
func TestFitNWB(t *testing.T) {
	folder := filepath.Join(need.Root(t), "loaders", "nwb", "testdata")
	from := filepath.Join(folder, "pynwb.nwb")
	args := []string{"--behavior", "hand_pos", "--align", "move_onset_time", "--window", "-250ms:450ms", "--bin", "20ms", "--smooth", "40ms",
		"--nan", "drop", "--where", "split!=test"}
	want := fitted(t, from, args...)
	dir := t.TempDir()
	older, newer, zipped := filepath.Join(dir, "s.mat"), filepath.Join(dir, "n.mat"), filepath.Join(dir, "s.npz")
	runRegime(t, "convert", from, older)
	runRegime(t, "convert", from, zipped)
	as73(t, older, newer)
	for _, path := range []string{filepath.Join(folder, "latest.nwb"), filepath.Join(folder, "matnwb.nwb"), zipped, older, newer} {
		if got := fitted(t, path, args...); got != want {
			t.Errorf("%s differs:\n%s\n%s", filepath.Base(path), got, want)
		}
	}
	// The headline of the documentation: bins of 50 ms unless a flag says otherwise.
	args = []string{"--behavior", "hand_vel", "--align", "move_onset_time", "--window", "-250ms:450ms", "--nan", "drop"}
	if fitted(t, from, args...) != fitted(t, from, append(args, "--bin", "50ms")...) {
		t.Error("bins of spike times are not 50 ms by default")
	}
	// All trials, in the bins of the sampling of behaviour.
	runRegime(t, "fit", "--data", from, "--behavior", "hand_vel", "--align", "move_onset_time", "--window", "-250ms:450ms", "--bin", "5ms", "--nan", "drop",
		"--bootstrap", "-1", "--shifts", "-1")
}

// TestFitLists: spike times in list columns of tables, cells of MATLAB and arrays of npz give the same result, with
// regular behaviour in a file beside them.
func TestFitLists(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	var units []npz.Value
	for i := range 6 {
		var spikes []float64
		for k := range 200 + 50*i {
			spikes = append(spikes, 30*(float64(k)+0.4*math.Sin(float64(k*k+i)))/float64(200+50*i)+0.1)
		}
		units = append(units, npz.Value{Name: fmt.Sprintf("spike_times[%d]", i), Data: spikes})
	}
	y := make([]float64, 2*3000)
	for i := range 3000 {
		y[2*i], y[2*i+1] = math.Sin(0.02*float64(i)), math.Cos(0.031*float64(i))
	}
	if err := npz.Write(at("u.npz"), units...); err != nil {
		t.Fatal(err)
	}
	if err := npz.Write(at("vel.npz"), npz.Value{Name: "vel", Shape: []int{3000, 2}, Data: y}); err != nil {
		t.Fatal(err)
	}
	args := []string{"--behavior", at("vel.npz"), "--file-bin", "10ms", "--bin", "50ms"}
	want := fitted(t, at("u.npz"), args...)
	for _, name := range []string{"u.parquet", "u.arrow", "u.feather", "u.mat"} {
		runRegime(t, "convert", at("u.npz"), at(name))
		if got := fitted(t, at(name), args...); got != want {
			t.Errorf("%s differs:\n%s\n%s", name, got, want)
		}
	}
	as73(t, at("u.mat"), at("u73.mat"))
	if got := fitted(t, at("u73.mat"), args...); got != want {
		t.Errorf("MATLAB 7.3 differs:\n%s\n%s", got, want)
	}
}

// TestInfoNWB shows NWB as units, intervals and time series, the raw file with --tree; a folder is one session.
func TestInfoNWB(t *testing.T) {
	folder := filepath.Join(need.Root(t), "loaders", "nwb", "testdata")
	overview, raw := runRegime(t, "info", filepath.Join(folder, "pynwb.nwb")), runRegime(t, "info", filepath.Join(folder, "pynwb.nwb"), "--tree")
	for text, in := range map[string][]byte{"6 units, 2 held out": overview, "SpatialSeries, with times": overview, "NWB 2.6.0": overview, "spike_times_index": raw} {
		if !bytes.Contains(in, []byte(text)) {
			t.Errorf("no %q in:\n%s", text, in)
		}
	}
	if bytes.Contains(overview, []byte("spike_times_index")) {
		t.Error("the overview has an index")
	}
	both := runRegime(t, "info", filepath.Join(folder, "split"))
	for _, text := range []string{"a folder with 2 NWB files", "\ntest.nwb ", "\ntrain.nwb ", "  processing/behavior/hand_vel"} {
		if !bytes.Contains(both, []byte(text)) {
			t.Errorf("no %q in:\n%s", text, both)
		}
	}
	fitted(t, filepath.Join(folder, "split"), "--behavior", "hand_vel", "--bin", "20ms", "--nan", "drop", "--where", "split!=test")
}

// TestFitReal: a real recording gives the same result from MATLAB 5, 7.3, npz, Parquet and Arrow.
func TestFitReal(t *testing.T) {
	if testing.Short() {
		t.Skip("a recording of 15 000 rows, five times")
	}
	from := need.Shared(t, "data", "stevenson2011", "m1_stevenson_2011.mat")
	dir := t.TempDir()
	args := []string{"--rates", "spikes", "--file-bin", "50ms", "--method", "paper", "--time-subsamples", "-1", "--readouts", "-1"}
	runRegime(t, "convert", from, filepath.Join(dir, "s.mat"), "--only", "spikes,handVel,time")
	want := fitted(t, filepath.Join(dir, "s.mat"), args...)
	as73(t, filepath.Join(dir, "s.mat"), filepath.Join(dir, "s73.mat"))
	for _, name := range []string{"s.npz", "s.parquet", "s.arrow"} {
		runRegime(t, "convert", from, filepath.Join(dir, name), "--only", "spikes,handVel,time")
	}
	for _, name := range []string{"s73.mat", "s.npz", "s.parquet", "s.arrow"} {
		if got := fitted(t, filepath.Join(dir, name), args...); got != want {
			t.Errorf("%s differs", name)
		}
	}
}

// TestComplete: a data set's preparation goes in where no flag says otherwise.
func TestComplete(t *testing.T) {
	d, err := datasets.ByID("nlb-mc_maze")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"", "hand_vel 45ms 45ms 100ms [split!=test delay>=448] move_onset_time -700ms:785ms 0s:300ms"},
		{"--output hand_pos", "hand_pos 45ms 45ms 270ms [split!=test delay>=448] move_onset_time -700ms:785ms 0s:300ms"},
		{"--align go_cue_time --window 0:1s", "hand_vel 45ms 45ms 100ms [split!=test delay>=448] go_cue_time 0s:1s 0s:0s"},
		{"--bin 5ms --smooth 0 --lag -20ms --where success==1", "hand_vel 5ms 0s -20ms [success==1] move_onset_time -700ms:785ms 0s:300ms"},
		{"--continuous", "hand_vel 45ms 45ms 100ms []  0s:0s 0s:0s"},
	} {
		var in input
		flags := pflag.NewFlagSet("fit", pflag.ContinueOnError)
		in.AddFlags(flags)
		if err := flags.Parse(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		o, err := in.prep.options()
		if err != nil {
			t.Fatal(err)
		}
		in.prep.complete(&o, flags, d.Preparation(""))
		if got := fmt.Sprint(o.Output[0], " ", o.Bin, " ", o.Smooth, " ", o.Lag, " ", o.Where, " ", o.Align, " ", o.Window, " ", o.Keep); got != c.want {
			t.Errorf("%s: %s, want %s", c.args, got, c.want)
		}
	}
}

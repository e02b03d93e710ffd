package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"oblique/simulate/train"
)

// fuzzFile writes what is tried into a file of the process's own.
func fuzzFile(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, fmt.Sprint(os.Getpid()), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// FuzzSweepPlan: any plan of networks is networks or an error, soon.
func FuzzSweepPlan(f *testing.F) {
	for _, text := range []string{
		"out = \"nets\"\n[[train]]\ntask = [\"cycling\", \"romo\"]\nscenario = \"oblique\"\nseed = [1, 2]\nn = 8\ntrain = \"in,rec\"\ntrials = 0\n",
		"[[train]]\ntask = \"cycling\"\nmask_step = -1\nrank = [1, 2]\ngain = 0.7\nnoise-free = true\ntau = \"20ms\"\n",
		"train = 3\n[x]\n", "[[train]]\ntask = [[1]]\nn = 1e400\n",
	} {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := readSweep(fuzzFile(t, dir, "plan.toml", text), ""); err == nil {
			s.dryRun(io.Discard)
		}
	})
}

// FuzzReportPlan: any plan of a report is one or an error.
func FuzzReportPlan(f *testing.F) {
	for _, text := range []string{
		"seed = 1\nout = \"x\"\n[[data]]\ndata = \"a.npz\"\noutputs = [\"hand\", {name = \"x\", signals = [\"a\"]}]\n[[prepare]]\nbin = \"50ms\"\n[[method]]\nmethod = \"paper\"\n[neurons]\nsizes = [4, 8]\ndraws = 2\n",
		"[[data]]\n", "neurons = 3\nmethod = []\n",
	} {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := readPlan(fuzzFile(t, dir, "plan.toml", text)); err == nil {
			_ = p.err()
		}
	})
}

// FuzzNetworkOptions: whatever options.json says, a folder is the network that its weights are, or an error.
func FuzzNetworkOptions(f *testing.F) {
	dir := f.TempDir()
	s, err := train.Start(train.Options{Task: "fixedpoints", N: 3, Batch: 2, Steps: 2, Rank: 2})
	if err != nil {
		f.Fatal(err)
	}
	s.Loss = []float64{1, 1}
	good := filepath.Join(dir, "good")
	if err := os.MkdirAll(good, 0o755); err != nil {
		f.Fatal(err)
	}
	if err := writeNetwork(good, s); err != nil {
		f.Fatal(err)
	}
	f.Add(read(f, filepath.Join(good, optionsFile)))
	weights := read(f, filepath.Join(good, weightsFile))
	f.Fuzz(func(t *testing.T, text []byte) {
		folder := filepath.Dir(fuzzFile(t, dir, optionsFile, text))
		fuzzFile(t, dir, weightsFile, weights)
		net, err := readNetwork(folder)
		if err == nil && (net.network.Config.N != 3 || len(net.network.Rec) != 9) {
			t.Errorf("read as a network of %d units", net.network.Config.N)
		}
	})
}

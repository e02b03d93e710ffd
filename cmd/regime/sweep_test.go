package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"oblique/internal/batch"
)

// writeSweep writes a plan of eight networks that take about half a second in all.
func writeSweep(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "plan.toml")
	const text = `
[[train]]
task = ["fixedpoints", "flipflop"]
readout = ["small", "large"]
n = 40
batch = 8
steps = 150
trials = 2
checkpoint-every = 10
seed = [1, 2]
`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// sameNetworks wants the same files with the same bytes in all folders of networks.
func sameNetworks(t *testing.T, want, got string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(want, "*-seed*", "*"))
	if err != nil || len(files) < 8*5 {
		t.Fatalf("%d files in %s, %v", len(files), want, err)
	}
	files = append(files, filepath.Join(want, sweepFile))
	for _, file := range files {
		name, err := filepath.Rel(want, file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(read(t, file), read(t, filepath.Join(got, name))) {
			t.Errorf("%s differs", name)
		}
	}
}

// The memory of a network grows with the trials that are recorded, and with how long they last.
func TestSweepEstimate(t *testing.T) {
	memory := func(trials, duration string) int64 {
		t.Helper()
		s, err := newSweep(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		flags := map[string]string{"task": "cycling", "n": "100", "trials": trials}
		if duration != "" {
			flags["duration"] = duration
		}
		if _, err := s.add(flags); err != nil {
			t.Fatal(err)
		}
		return s.nets[0].cell.Estimate.Bytes
	}
	const state = 24 // bytes of each that is recorded
	if more := memory("400", "") - memory("200", ""); more != 200*360*100*state {
		t.Errorf("200 more trials take %d bytes", more)
	}
	if more := memory("200", "144") - memory("200", ""); more != 200*360*100*state {
		t.Errorf("trials that last twice as long take %d bytes more", more)
	}
}

// TestSweep: one and two workers give the same bytes, which are those of a single training; what is there is not made again,
// and what was removed is.
func TestSweep(t *testing.T) {
	regime, dir := program(t), t.TempDir()
	plan := writeSweep(t, dir)
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	for _, args := range [][]string{{"--workers", "1", "--out", one}, {"--workers", "2", "--out", two}} {
		if out, err := exec.Command(regime, append([]string{"simulate", "sweep", plan}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	sameNetworks(t, one, two)

	single := filepath.Join(dir, "single")
	if out, err := exec.Command(regime, "simulate", "train", "--task", "flipflop", "--readout", "large", "--n", "40", "--batch", "8", "--steps", "150",
		"--trials", "2", "--seed", "2", "--out", single).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	folder := filepath.Join(one, "flipflop-large-batch8-n40-seed2")
	for _, file := range []string{weightsFile, lossFile, traceFile, recordingFile, checkpointFile} {
		if !bytes.Equal(read(t, filepath.Join(single, file)), read(t, filepath.Join(folder, file))) {
			t.Errorf("%s of a single training differs", file)
		}
	}

	before := results(t, one)
	kept, err := os.Stat(filepath.Join(one, "fixedpoints-small-batch8-n40-seed1", weightsFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(regime, "simulate", "sweep", plan, "--out", one).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sameNetworks(t, two, one)
	again, err := os.Stat(filepath.Join(one, "fixedpoints-small-batch8-n40-seed1", weightsFile))
	if err != nil || !os.SameFile(kept, again) {
		t.Errorf("a finished network was written again: %v", err)
	}
	fresh := 0
	for path, info := range results(t, one) {
		if old := before[path]; old == nil || !os.SameFile(old, info) || !old.ModTime().Equal(info.ModTime()) { // a removed file's inode may come again
			fresh++
		}
	}
	if fresh != 1 {
		t.Errorf("%d networks were trained again, want the one that was removed", fresh)
	}
}

// TestSweepKilled: killed again and again at random moments, a sweep ends with the bytes of one that was left alone, and
// networks go on from their checkpoints.
func TestSweepKilled(t *testing.T) {
	regime, dir := program(t), t.TempDir()
	plan := writeSweep(t, dir)
	calm, killed := filepath.Join(dir, "calm"), filepath.Join(dir, "killed")
	began := time.Now()
	if out, err := exec.Command(regime, "simulate", "sweep", plan, "--out", calm).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	during := 0
	struck := killAgainAndAgain(t, time.Since(began)/2, []string{regime, "simulate", "sweep", plan, "--out", killed}, func() {
		if left, _ := filepath.Glob(filepath.Join(killed, "*", checkpointFile)); len(left) > len(results(t, killed)) {
			during++
		}
	})
	t.Logf("%d kills, %d of them with a network on its way", struck, during)
	if out, err := exec.Command(regime, "simulate", "sweep", plan, "--out", killed).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sameNetworks(t, calm, killed)
}

// TestSweepSlurm: on Slurm a training that is killed is submitted again, goes on from its checkpoint, and the bytes are those of
// a sweep on one machine.
func TestSweepSlurm(t *testing.T) {
	env := slurm(t)
	regime, dir := program(t), t.TempDir()
	plan := writeSweep(t, dir)
	local, far := filepath.Join(dir, "local"), filepath.Join(dir, "slurm")
	if out, err := exec.Command(regime, "simulate", "sweep", plan, "--out", local).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.Command(regime, "simulate", "sweep", plan, "--out", far, "--engine", "slurm", "--poll", "300ms", "--task-time", "1ms")
	run.Env = env
	said := new(bytes.Buffer)
	run.Stdout, run.Stderr = said, said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	killOne(t, regime, "--task=flipflop")
	if err := run.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if !strings.Contains(said.String(), "was killed: submitted again") {
		t.Errorf("a training was killed, and nothing was said of it:\n%s", said)
	}
	sameNetworks(t, local, far)
}

// TestSweepFailure: a network that diverges does not stop the others, and status tells why.
func TestSweepFailure(t *testing.T) {
	regime, dir := program(t), t.TempDir()
	plan := filepath.Join(dir, "plan.toml")
	const text = `
[[train]]
task = "fixedpoints"
activation = "linear"
rate = [0.001, 1e6]
n = 16
steps = 200
trials = 0
`
	if err := os.WriteFile(plan, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(regime, "simulate", "sweep", plan).CombinedOutput()
	if status := exitOf(err); status != exitSomeFailed || !strings.Contains(string(out), "1 of 2 networks are not finished; ") ||
		!strings.Contains(string(out), "learning rate") {
		t.Errorf("status %d\n%s", status, out)
	}
	out, err = exec.Command(regime, "simulate", "sweep", "status", plan).CombinedOutput()
	if status := exitOf(err); status != exitSomeFailed || !strings.Contains(string(out), "learning rate") || !strings.Contains(string(out), "1 done, 1 failed, 0 missing") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// TestSweepStranger: another network in a plan's folder is told, with what is other, before anything is trained, and
// left as it is.
func TestSweepStranger(t *testing.T) {
	regime, dir := program(t), t.TempDir()
	plan := filepath.Join(dir, "plan.toml")
	write := func(steps int) {
		t.Helper()
		text := fmt.Sprintf("[[train]]\ntask = \"fixedpoints\"\nreadout = [\"small\", \"large\"]\nn = 8\nbatch = 2\nsteps = %d\ntrials = 0\n", steps)
		if err := os.WriteFile(plan, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(status int, args ...string) string {
		t.Helper()
		out, err := exec.Command(regime, append([]string{"simulate"}, args...)...).CombinedOutput()
		if exitOf(err) != status {
			t.Fatalf("%v: status %d, want %d\n%s", args, exitOf(err), status, out)
		}
		return string(out)
	}
	write(4)
	run(0, "sweep", plan)
	small, large := filepath.Join(dir, "plan-nets", "fixedpoints-small-batch2-n8"), filepath.Join(dir, "plan-nets", "fixedpoints-large-batch2-n8")

	// More steps are the same network, trained on; fewer are not to be had.
	write(6)
	run(0, "sweep", plan)
	write(4)
	if said := run(exitData, "sweep", plan); !strings.Contains(said, small+" has another network: steps 6, want 4\n") || !strings.Contains(said, "hint: move the folder away") {
		t.Error(said)
	}
	write(6)

	if err := os.RemoveAll(small); err != nil {
		t.Fatal(err)
	}
	run(0, "train", "--task", "romo", "--n", "9", "--batch", "2", "--steps", "6", "--readout", "large", "--trials", "0", "--out", small)
	mine := read(t, filepath.Join(small, weightsFile))
	for _, args := range [][]string{{"sweep", plan}, {"sweep", "status", plan}} {
		said := run(exitData, args...)
		for _, want := range []string{small + " has another network: ", "large true, want false", "n 9, want 8", "task \"romo\", want \"fixedpoints\""} {
			if !strings.Contains(said, want) {
				t.Errorf("%v does not say %q\n%s", args, want, said)
			}
		}
		if strings.Contains(said, large+" has") || strings.Contains(said, "batch 2") {
			t.Errorf("%v says too much\n%s", args, said)
		}
	}
	if said := run(exitData, "sweep", "status", plan); !strings.Contains(said, "1 done, 0 failed, 0 missing, 1 in whose place is another network") {
		t.Error(said)
	}
	if said := run(0, "sweep", plan, "--dry-run"); !strings.Contains(said, "another network") {
		t.Error(said)
	}
	if !bytes.Equal(mine, read(t, filepath.Join(small, weightsFile))) {
		t.Error("the other network was written over")
	}
	if err := os.RemoveAll(small); err != nil {
		t.Fatal(err)
	}
	run(0, "sweep", plan)
}

// TestLockedOut: while a run is at work in a folder, others that would work there say so and what to do.
func TestLockedOut(t *testing.T) {
	regime, dir := program(t), t.TempDir()
	release, err := batch.Lock(t.Context(), dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for _, args := range [][]string{{"simulate", "sweep", writeSweep(t, t.TempDir())}, {"report", manyCells(t, t.TempDir())}} {
		out, err := exec.Command(regime, append(args, "--out", dir)...).CombinedOutput()
		want := "at work in this folder: process " + fmt.Sprint(os.Getpid())
		if exitOf(err) != exitFailed || !strings.Contains(string(out), want) || !strings.Contains(string(out), "hint: wait for it, or choose another folder") {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
}

func exitOf(err error) int {
	exit, ok := err.(*exec.ExitError)
	if !ok {
		return 0
	}
	return exit.ExitCode()
}

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"oblique/loaders/npz"
)

// program returns the path of a program that is this test, under the name that makes it regime.
func program(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	path := filepath.Join(t.TempDir(), "regime")
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// manyCells writes a plan of 3 data sets × 3 outputs × 200 subsamples of neurons, and its data.
func manyCells(t *testing.T, dir string) (plan string) {
	t.Helper()
	const rows, neurons, outputs = 600, 24, 3
	var b strings.Builder
	fmt.Fprintln(&b, "seed = 11")
	for set := range 3 {
		rng := rand.New(rand.NewPCG(uint64(set), 1))
		x := make([]float64, rows*neurons)
		for i := range x {
			x[i] = rng.ExpFloat64()
		}
		members := []npz.Value{{Name: "rates", Shape: []int{rows, neurons}, Data: x}}
		names := []string{"cursor", "hand", "eye"}
		for k, name := range names[:outputs] {
			y := make([]float64, rows*2)
			for i := range rows {
				y[2*i] = x[i*neurons+k] - x[i*neurons+k+1] + rng.NormFloat64()
				y[2*i+1] = x[i*neurons+k+2] + rng.NormFloat64()
			}
			members = append(members, npz.Value{Name: name, Shape: []int{rows, 2}, Data: y})
		}
		file := fmt.Sprintf("set%d.npz", set)
		if err := npz.Write(filepath.Join(dir, file), members...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "[[data]]\ndata = %q\nrates = \"rates\"\nbehavior = [\"cursor\", \"hand\", \"eye\"]\noutputs = [\"cursor\", \"hand\", \"eye\"]\n", file)
	}
	fmt.Fprint(&b, "[[method]]\nmethod = \"paper\"\ntime-subsamples = 5\n[neurons]\nsizes = [4, 8, 12, 16, 20]\ndraws = 40\n")
	plan = filepath.Join(dir, "plan.toml")
	if err := os.WriteFile(plan, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return plan
}

// kills is how often a test kills a run: more where nothing may be skipped.
func kills() int {
	if os.Getenv("REGIME_REQUIRE") != "" {
		return 20
	}
	return 4
}

// killAgainAndAgain starts a command, kills it at a random moment within longest, calls after, and begins again. It
// returns how many of the runs had not ended by themselves.
func killAgainAndAgain(t *testing.T, longest time.Duration, command []string, after func()) (struck int) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("skipped: elsewhere what a killed run has started lives on")
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2)) // when a kill hits must not matter
	for range kills() {
		run := exec.Command(command[0], command[1:]...)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.Int64N(int64(longest) + 1)))
		if err := run.Process.Kill(); err == nil {
			struck++
		}
		run.Wait()
		after()
	}
	return struck
}

// A run that is killed again and again, at random moments, ends with the bytes of one that nothing disturbed; and no
// cell that was done is done again.
func TestReportKilled(t *testing.T) {
	regime, dir := program(t), t.TempDir()
	plan := manyCells(t, dir)
	calm, killed := filepath.Join(dir, "calm"), filepath.Join(dir, "killed")
	began := time.Now()
	if out, err := exec.Command(regime, "report", plan, "--out", calm).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := time.Since(began)
	began = time.Now()
	if out, err := exec.Command(regime, "report", plan, "--dry-run").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	start := time.Since(began)
	// So long that the plan is done at about the last kill.
	longest := start + 2*max(0, whole-start)/time.Duration(kills())
	done := map[string]os.FileInfo{}
	during := 0
	struck := killAgainAndAgain(t, longest, []string{regime, "report", plan, "--out", killed}, func() {
		now := results(t, killed)
		if len(now) > 0 && len(now) < len(results(t, calm)) {
			during++
		}
		unchanged(t, done, now)
		done = now
	})
	t.Logf("%d kills, %d of them with some cells done and some not", struck, during)
	if out, err := exec.Command(regime, "report", plan, "--out", killed).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	unchanged(t, done, results(t, killed))
	sameResults(t, calm, killed)
	if left, _ := filepath.Glob(filepath.Join(killed, "cells", ".*.json.*")); len(left) > 0 {
		t.Errorf("killed runs left %d temporary files", len(left))
	}
}

// sameResults wants the same bytes in two folders.
func sameResults(t *testing.T, a, b string) {
	t.Helper()
	for _, name := range resultFiles {
		if !bytes.Equal(read(t, filepath.Join(a, name)), read(t, filepath.Join(b, name))) {
			t.Errorf("%s differs between %s and %s", name, filepath.Base(a), filepath.Base(b))
		}
	}
}

// results returns the results that are there.
func results(t *testing.T, dir string) map[string]os.FileInfo {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "cells", "[0-9a-f]*.json"))
	if err != nil {
		t.Fatal(err)
	}
	infos := map[string]os.FileInfo{}
	for _, path := range files {
		if infos[path], err = os.Stat(path); err != nil {
			t.Fatal(err)
		}
	}
	return infos
}

// unchanged wants every result of before to be the same file as it was.
func unchanged(t *testing.T, before, now map[string]os.FileInfo) {
	t.Helper()
	for path, info := range before {
		if after := now[path]; after == nil || !os.SameFile(info, after) || !info.ModTime().Equal(after.ModTime()) {
			t.Errorf("%s was computed again", filepath.Base(path))
		}
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Interrupted, a run ends with status 130, and another finishes the work. Meanwhile the folder is locked.
func TestReportInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: no interrupts to send")
	}
	regime, dir := program(t), t.TempDir()
	plan := manyCells(t, dir)
	run := exec.Command(regime, "report", plan, "--workers", "1")
	var stderr bytes.Buffer
	run.Stderr = &stderr
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "plan-results")
	for deadline := time.Now().Add(time.Minute); len(results(t, out)) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no result in a minute")
		}
	}
	second, err := exec.Command(regime, "report", plan).CombinedOutput()
	if err == nil || !strings.Contains(string(second), "another run is at work") {
		t.Errorf("a second run in the same folder: %v\n%s", err, second)
	}
	if err := run.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	run.Wait()
	if code := run.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit status %d, want %d\n%s", code, exitInterrupted, stderr.String())
	}
	if !strings.HasSuffix(stderr.String(), "hint: the same command goes on from here\n") {
		t.Errorf("interrupted, it says %q", stderr.String())
	}
	before := results(t, out)
	if failed, _ := os.ReadDir(filepath.Join(out, "failed")); len(failed) > 0 {
		t.Errorf("the interruption was taken for %d failures", len(failed))
	}
	if text, err := exec.Command(regime, "report", plan).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	unchanged(t, before, results(t, out))
}

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"oblique/internal/batch"
	"oblique/internal/need"
)

// slurm starts a Slurm of one node and returns the environment that uses it.
func slurm(t *testing.T) []string {
	t.Helper()
	for _, name := range []string{"slurmctld", "slurmd", "munged", "sbatch"} {
		need.Command(t, name)
	}
	if os.Getuid() != 0 {
		need.Missing(t, "a Slurm node needs root")
	}
	dir, err := os.MkdirTemp("", "slurm") // short: it holds a socket
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(need.Root(t), "internal", "batch", "testdata", "slurm.sh")
	t.Cleanup(func() {
		if out, err := exec.Command(script, "stop", dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		os.RemoveAll(dir)
	})
	start := exec.Command(script, "start", dir, freePort(t), freePort(t))
	log, err := os.Create(filepath.Join(dir, "start.log")) // a file: the daemons keep it open
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	start.Stdout, start.Stderr = log, log
	if err := start.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		t.Fatalf("%v: %s", err, said)
	}
	return append(os.Environ(), "SLURM_CONF="+filepath.Join(dir, "slurm.conf"))
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// killOne waits for a process of the program with this word among its arguments, and kills it.
func killOne(t *testing.T, program, word string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range lines {
			text, err := os.ReadFile(path)
			args := strings.Split(string(text), "\x00")
			if err != nil || args[0] != program || !strings.Contains(string(text), word) {
				continue
			}
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if err != nil {
				t.Fatal(err)
			}
			if process, err := os.FindProcess(pid); err == nil && process.Kill() == nil {
				return
			}
		}
	}
	t.Fatalf("no process with %q appeared in a minute", word)
}

// On Slurm: a cell is killed, then a whole task; both are submitted again. A run that is killed itself finds its jobs
// when it is back; one that is interrupted cancels them. In the end the bytes are those of a run on one machine.
func TestReportSlurm(t *testing.T) {
	env := slurm(t)
	regime, dir := program(t), t.TempDir()
	plan := manyCells(t, dir)
	run := func(out string) (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command(regime, "report", plan, "--out", filepath.Join(dir, out), "--engine", "slurm",
			"--poll", "300ms", "--task-time", "500ms")
		cmd.Env = env
		said := new(bytes.Buffer)
		cmd.Stdout, cmd.Stderr = said, said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, said
	}
	if out, err := exec.Command(regime, "report", plan, "--out", filepath.Join(dir, "local")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	cmd, said := run("slurm")
	killOne(t, regime, "--draw-range")
	killOne(t, regime, "\x00cell\x00")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if !strings.Contains(said.String(), "was killed: submitted again") {
		t.Errorf("two processes were killed, and nothing was said of it:\n%s", said)
	}
	sameResults(t, filepath.Join(dir, "local"), filepath.Join(dir, "slurm"))

	cmd, _ = run("again")
	waitFor(t, filepath.Join(dir, "again", "slurm", "jobs.json"))
	cmd.Process.Kill()
	cmd.Wait()
	cmd, said = run("again")
	waitFor(t, filepath.Join(dir, "again", "cells", "*.json"))
	cmd.Process.Signal(os.Interrupt)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit status %d, want %d", code, exitInterrupted)
	}
	if !strings.Contains(said.String(), "of an earlier run is still in the queue") {
		t.Errorf("the jobs of the killed run were not found:\n%s", said)
	}
	squeue := exec.Command("squeue", "--noheader", "--states=pending,running")
	squeue.Env = env
	if left, err := squeue.Output(); err != nil || len(left) > 0 {
		t.Errorf("after the interruption the queue has (%v):\n%s", err, left)
	}
	before := results(t, filepath.Join(dir, "again"))
	cmd, said = run("again")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	unchanged(t, before, results(t, filepath.Join(dir, "again")))
	sameResults(t, filepath.Join(dir, "local"), filepath.Join(dir, "again"))
}

// waitFor waits until a file is there.
func waitFor(t *testing.T, pattern string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return
		}
	}
	t.Fatalf("no %s in a minute", pattern)
}

// A Snakemake workflow gives the same bytes.
func TestReportSnakemake(t *testing.T) {
	snakemake := need.Command(t, "snakemake")
	regime, dir := program(t), t.TempDir()
	plan := filepath.Join(dir, "plan.toml")
	text := "[[data]]\ndata = \"bci.npz\"\n[[method]]\nmethod = \"paper\"\ntime-subsamples = -1\n[neurons]\nsizes = [5, 10]\ndraws = 25\n"
	if err := os.WriteFile(plan, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	local, folder := filepath.Join(dir, "local"), filepath.Join(dir, "a folder's")
	var said []byte
	for _, args := range [][]string{{"--out", local}, {"--out", folder, "--export", "snakemake"}} {
		var err error
		if said, err = exec.Command(regime, append([]string{"report", plan}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
	}
	if want := "cd " + batch.Quote(folder) + " && snakemake --cores"; !strings.Contains(string(said), want) {
		t.Errorf("no %q in %s", want, said)
	}
	cmd := exec.Command(snakemake, "--cores", "2", "--quiet")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sameResults(t, local, folder)
}

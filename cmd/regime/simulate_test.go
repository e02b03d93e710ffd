package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"oblique/internal/need"
	"oblique/simulate/train"
)

// TestSimulateInterrupted: a training that gets SIGINT ends with status 130 and a checkpoint, from which it ends in the
// bytes of one that was left alone.
func TestSimulateInterrupted(t *testing.T) {
	regime, dir := program(t), t.TempDir()
	command := func(out string) *exec.Cmd {
		c := exec.Command(regime, "simulate", "train", "--task", "cycling", "--n", "32", "--batch", "8", "--steps", "1000",
			"--checkpoint-every", "5", "--trials", "4", "--out", filepath.Join(dir, out))
		c.Stderr = &bytes.Buffer{}
		return c
	}
	c := command("interrupted")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	checkpoint := filepath.Join(dir, "interrupted", checkpointFile)
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(checkpoint); err == nil {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatal("no checkpoint in a minute")
		}
	}
	left := filepath.Join(dir, "interrupted", "."+checkpointFile+".123") // by a kill
	if err := os.WriteFile(left, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := c.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Fatalf("%v, want status %d: %s", err, exitInterrupted, c.Stderr)
	}
	if said := c.Stderr.(*bytes.Buffer).String(); !strings.HasSuffix(said, "regime: interrupted\nhint: the same command goes on from here\n") {
		t.Errorf("interrupted, it says %q", said)
	}
	again := command("interrupted")
	if err := again.Run(); err != nil {
		t.Fatalf("%v: %s", err, again.Stderr)
	}
	if said := again.Stderr.(*bytes.Buffer).String(); !strings.Contains(said, "is at step") {
		t.Errorf("it does not say that it goes on: %s", said)
	}
	if _, err := os.Stat(left); err == nil {
		t.Errorf("%s is still there", left)
	}
	alone := command("alone")
	if err := alone.Run(); err != nil {
		t.Fatalf("%v: %s", err, alone.Stderr)
	}
	for _, file := range []string{weightsFile, lossFile, traceFile, trainingFile, checkpointFile} {
		one, err := os.ReadFile(filepath.Join(dir, "interrupted", file))
		if err != nil {
			t.Fatal(err)
		}
		two, err := os.ReadFile(filepath.Join(dir, "alone", file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, two) {
			t.Errorf("%s of the interrupted training differs", file)
		}
	}
}

// TestSimulateNumPy: NumPy reads the weights, and W_out x is the output of the recording.
func TestSimulateNumPy(t *testing.T) {
	python, regime, dir := need.Modules(t, "numpy"), program(t), t.TempDir()
	if out, err := exec.Command(regime, "simulate", "train", "--task", "romo", "--n", "12", "--batch", "4", "--steps", "3", "--trials", "4", "--out", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	const script = `
import sys, numpy as np
w, r, l = (np.load(sys.argv[1] + "/" + f) for f in ("weights.npz", "recording.npz", "loss.npz"))
assert w["rec"].shape == (12, 12) and w["in"].shape == (12, 1) and w["out_initial"].shape == (1, 12), w["rec"].shape
assert l["loss"].shape == (3,) and r["trial_ids"].max() == 3
assert (w["rec"] != w["rec_initial"]).any()
assert np.allclose(r["rates"] @ w["out"].T, r["behavior"], atol=1e-5)
`
	if out, err := exec.Command(python, "-c", script, dir).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestSimulateLocked: while one training is at work in a folder a second is refused and writes nothing; after it was killed the
// next goes on.
func TestSimulateLocked(t *testing.T) {
	regime, dir := program(t), t.TempDir()
	command := func() *exec.Cmd {
		c := exec.Command(regime, "simulate", "train", "--task", "fixedpoints", "--n", "8", "--batch", "2", "--steps", "100000", "--measure-every", "0",
			"--checkpoint-every", "1", "--trials", "0", "--out", dir)
		c.Stderr = &bytes.Buffer{}
		return c
	}
	one := command()
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	defer one.Process.Kill()
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, checkpointFile)); err == nil {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatal("no checkpoint in a minute")
		}
	}
	two := command()
	err := two.Run()
	said := two.Stderr.(*bytes.Buffer).String()
	if want := fmt.Sprintf("another run is at work in this folder: process %d on", one.Process.Pid); exitOf(err) != exitFailed || !strings.Contains(said, want) || !strings.Contains(said, "hint: wait for it, or choose another folder") {
		t.Errorf("a second training in the same folder: %v, %s", err, said)
	}
	if err := one.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	one.Wait()
	three := command()
	if err := three.Start(); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(filepath.Join(dir, checkpointFile))
	if err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		if now, err := os.Stat(filepath.Join(dir, checkpointFile)); err == nil && !os.SameFile(before, now) {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("after a kill no training goes on: %s", three.Stderr)
		}
	}
	three.Process.Kill()
	three.Wait()
}

// TestSimulateInterruptedInVain: where the checkpoint cannot be written an interruption loses steps, and is a failure that says so.
func TestSimulateInterruptedInVain(t *testing.T) {
	s, err := train.Start(train.Options{Task: "fixedpoints", N: 8, Batch: 2, Steps: 3})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := trainCommand{out: filepath.Join(t.TempDir(), "gone"), every: 1}
	if err := o.train(ctx, s, io.Discard); status(err) != exitFailed || !strings.Contains(err.Error(), "the checkpoint could not be written: ") {
		t.Errorf("status %d, %v", status(err), err)
	}
}

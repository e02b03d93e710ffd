package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"oblique/internal/need"
)

// On one data set that is there: its numbers are those in print, the others are told how to get.
func TestReproduce(t *testing.T) {
	data := t.TempDir()
	if err := os.Symlink(need.Shared(t, "data", "golub2018"), filepath.Join(data, "golub2018")); err != nil {
		t.Fatal(err)
	}
	regime, out := program(t), t.TempDir()
	for figure, want := range map[string][]string{
		"fig7": {"golub2018:before, velocity: N 86, T 402", "reproduced, all 7 numbers", "hennig2018 is not on this machine: regime datasets fetch hennig2018"},
		"fig8": {"golub2018:before, velocity", "ρ ∝ N^γ", "stevenson2011 is not on this machine"},
	} {
		args := []string{"reproduce", figure, "--out", out}
		if figure == "fig8" {
			args = append(args, "--draws", "2")
		}
		cmd := exec.Command(regime, args...)
		cmd.Env = append(os.Environ(), "REGIME_DATA="+data, "XDG_CACHE_HOME="+out)
		text, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", figure, err, text)
		}
		for _, w := range want {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s: no %q in:\n%s", figure, w, text)
			}
		}
		for _, name := range []string{figure + ".json", figure + ".svg", figure + "-held-out.svg"} {
			if _, err := os.Stat(filepath.Join(out, name)); err != nil {
				t.Error(err)
			}
		}
	}
}

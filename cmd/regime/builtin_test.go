package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/cpu"

	"oblique/datasets"
	"oblique/regime"
)

// The built-in recordings are those of the networks that datasets/builtin/generate.sh trains: to the byte with the vector units
// and kernels that they were trained with, AVX-512 in this version. Where products are rounded otherwise trainings part,
// to networks of the same regime, which is what is asked for; the log tells whether the bytes are the same.
func TestBuiltinsAreTrained(t *testing.T) {
	if testing.Short() {
		t.Skip("trains two networks, half a minute")
	}
	program := program(t)
	for name, flags := range map[string][]string{"cycling.npz": {"--readout", "large"}, "bci.npz": {"--readout", "small", "--kind", "bci"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "net")
			args := []string{"simulate", "train", "--task", "cycling", "--n", "100", "--rate", "0.1", "--seed", "1",
				"--trials", "14", "--keep-every", "5", "--tau", "50ms", "--out", dir}
			if out, err := exec.Command(program, append(args, flags...)...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			path := filepath.Join(dir, recordingFile)
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var want []byte
			for _, b := range datasets.Builtins() {
				if b.Name == name {
					want = b.Bytes
				}
			}
			t.Logf("AVX-512 %v, the same bytes %v", cpu.X86.HasAVX512F, bytes.Equal(got, want))
			alike(t, program, path, name)
		})
	}
}

// alike wants two recordings in the same regime: ρ, which is 0.09 in the oblique and 0.33 in the aligned network, within a third.
func alike(t *testing.T, program, a, b string) {
	t.Helper()
	var rho [2]float64
	for i, data := range []string{a, b} {
		out, err := exec.Command(program, "fit", "--data", data, "--method", "paper", "--json").Output()
		if err != nil {
			t.Fatal(err)
		}
		var r regime.Result
		if err := json.Unmarshal(out, &r); err != nil {
			t.Fatal(err)
		}
		rho[i] = float64(r.Rho)
	}
	if math.Abs(rho[0]/rho[1]-1) > 1.0/3 {
		t.Errorf("ρ is %.3g, and in the built-in recording %.3g", rho[0], rho[1])
	}
}

package loaders

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"oblique/internal/need"
	"oblique/loaders/recording"
)

// python runs a program that writes a file, with its path as argument.
func python(t *testing.T, file, program string, modules ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	if out, err := exec.Command(need.Modules(t, modules...), "-c", program, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// TestHDF5: groups, compound types, ragged datasets and references as h5py writes them.
func TestHDF5(t *testing.T) {
	path := python(t, "reach.h5", `
import sys, h5py, numpy as np
x = 1000*np.arange(30)[:, None] + np.arange(7) + 0.5
y = 1000*np.arange(30)[:, None] + np.arange(2) + 0.5
with h5py.File(sys.argv[1], "w") as f:
    f.create_dataset("processing/rates", data=x, chunks=(8, 7), compression="gzip")
    d = f.create_dataset("processing/hand_vel", data=y.T)
    d.attrs["units"] = "mm/s"
    f["dt"] = 0.01
    f["kind"] = "non-bci"
    ragged = f.create_dataset("times", (2,), dtype=h5py.vlen_dtype(np.float64))
    ragged[0] = [1.0, 2.0]
    ragged[1] = [3.0]
    f.create_dataset("table", data=np.array([(1, 2.5), (2, 3.5)], dtype=[("id", "i4"), ("t", "f8")]))
    f.create_dataset("refs", data=[f["dt"].ref, f["processing/rates"].ref], dtype=h5py.ref_dtype)
    f["loop"] = h5py.SoftLink("/")
    f["nowhere"] = h5py.SoftLink("/none")
`, "h5py", "numpy")
	s, err := Open(path, Options{Rates: []string{"/processing/rates"}, Behavior: []string{"processing.hand_vel"}, Kind: recording.NonBCI})
	if err != nil {
		t.Fatal(err)
	}
	wantMatrix(t, "activity", s.Activity.Values, marked(30, 7))
	wantMatrix(t, "behaviour", s.Signals[0].Values, marked(30, 2))
	if s.Activity.Bin != 0.01 || s.Signals[0].Unit != "mm/s" {
		t.Errorf("bin %g, unit %q", s.Activity.Bin, s.Signals[0].Unit)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, want := range map[string][]float64{"table.t": {2.5, 3.5}, "times[0]": {1, 2}, "refs[0]": {0.01}, "/dt": {0.01}} {
		n, err := Lookup(f, name)
		if err != nil {
			t.Fatal(err)
		}
		v, err := n.Values()
		if err != nil || fmt.Sprint(v.Data) != fmt.Sprint(want) {
			t.Errorf("%s is %v, error %v, want %v", name, v.Data, err, want)
		}
	}
	tree, err := Inspect(path, false)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := tree.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"mm/s", "leads back to a group", "nowhere"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

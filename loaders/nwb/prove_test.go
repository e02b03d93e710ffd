package nwb

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"oblique/internal/claim"
	"oblique/internal/need"
)

// TestProven reads series far larger than their file: what was written is read, however well it is
// compressed, and what was not takes no memory.
func TestProven(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: inflates 100 MB several times")
	}
	path := filepath.Join(t.TempDir(), "still.nwb")
	out, err := exec.Command(need.Modules(t, "h5py", "numpy"), "-c", `
import h5py, numpy as np, sys
n = 6 << 20
with h5py.File(sys.argv[1], "w") as f:
    f.attrs["nwb_version"] = "2.6.0"
    for name in ("still", "claimed"):
        g = f.create_group("processing/behavior/" + name)
        g.attrs["neurodata_type"] = "TimeSeries"
        g.create_dataset("starting_time", data=0.0).attrs["rate"] = 1000.0
        data = np.full((n, 2), 1.5) if name == "still" else None
        g.create_dataset("data", (n, 2), data=data, chunks=(1 << 15, 2), compression="gzip")
    g = f.create_group("units")
    g.attrs["neurodata_type"] = "Units"
    g.create_dataset("spike_times", (2 * n,), chunks=(1 << 16,), compression="gzip", maxshape=(None,))
    g.create_dataset("spike_times_index", data=np.array([2 * n], "u4"))
    g.create_dataset("id", data=[0])
`, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const n, width = 6 << 20, 2
	if claim.Believed(8*n*width, f.size) {
		t.Fatalf("the file has %d bytes: it proves nothing", f.size)
	}
	all, err := f.Series()
	if err != nil || len(all) != 2 {
		t.Fatalf("%d series, %v", len(all), err)
	}
	claimed, still := all[0], all[1]
	x, err := still.Read(0, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range x.RawMatrix().Data {
		if v != 1.5 {
			t.Fatalf("%v where 1.5 was written", v)
		}
	}
	if times, err := still.Times(0, n); err != nil || times[n-1] != (n-1)/1000.0 {
		t.Errorf("times: %v", err)
	}
	units, err := f.Units()
	if err != nil {
		t.Fatal(err)
	}
	for what, read := range map[string]func() error{
		"/processing/behavior/claimed": func() error { _, err := claimed.Read(0, n); return err },
		"/units/spike_times":           func() error { _, err := units.SpikesOf(0, 1); return err },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := read()
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: error %v", what, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: %d bytes allocated", what, used)
		}
	}
}

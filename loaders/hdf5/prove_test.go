package hdf5

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"oblique/internal/claim"
	"oblique/internal/need"
)

const provenRows = 12 << 20 // 96 MB as float64: more than a small file is believed about

// wellCompressed is a file by h5py of a few hundred kilobytes with 12 million numbers in each dataset: all
// written, one chunk written, and none.
func wellCompressed(t *testing.T) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: inflates 100 MB several times")
	}
	path := filepath.Join(t.TempDir(), "constant.h5")
	out, err := exec.Command(need.Modules(t, "h5py", "numpy"), "-c", `
import h5py, numpy as np, sys
n = int(sys.argv[2])
with h5py.File(sys.argv[1], "w") as f:
    x = np.zeros(n)
    x[::4096] = np.arange(n // 4096)
    kw = dict(chunks=(1 << 16,), compression="gzip")
    f.create_dataset("sparse", data=x, **kw)
    f.create_dataset("bytes", data=x.astype("u1"), **kw)
    f.create_dataset("matrix", data=x.reshape(-1, 16), chunks=(1 << 12, 16), compression="gzip", shuffle=True)
    f.create_dataset("first", (n,), **kw)[:1 << 16] = 1
    f.create_dataset("none", (n,), **kw)
    f.create_dataset("few", (1 << 20,), **kw)
`, path, "12582912").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if claim.Believed(8*provenRows, int64(len(b))) {
		t.Fatalf("the file has %d bytes: it proves nothing", len(b))
	}
	return b
}

// float64sOf reads a dataset, and returns what was allocated in all.
func float64sOf(t *testing.T, b []byte, path string) (x []float64, allocated uint64, err error) {
	t.Helper()
	f, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Dataset(path)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x, err = d.Float64s()
	runtime.ReadMemStats(&after)
	return x, after.TotalAlloc - before.TotalAlloc, err
}

// What compresses very well is read, for one times its memory and that of the chunks under way.
func TestProve(t *testing.T) {
	b := wellCompressed(t)
	for _, path := range []string{"sparse", "bytes", "matrix"} {
		x, allocated, err := float64sOf(t, b, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for i, v := range x {
			want := 0.0
			if i%4096 == 0 {
				want = float64(i / 4096)
			}
			if path == "bytes" {
				want = float64(uint8(want))
			}
			if v != want {
				t.Fatalf("%s: element %d is %v, not %v", path, i, v, want)
			}
		}
		if most := uint64(8*provenRows + 16<<20); allocated > most {
			t.Errorf("%s: %d bytes allocated", path, allocated)
		}
	}
	if x, _, err := float64sOf(t, b, "few"); err != nil || len(x) != 1<<20 {
		t.Errorf("few: %d elements, %v", len(x), err)
	}
}

// What is not there takes no memory.
func TestProveLies(t *testing.T) {
	b := wellCompressed(t)
	refused := func(b []byte, path, want string, tooLarge bool) {
		t.Helper()
		_, allocated, err := float64sOf(t, b, path)
		if err == nil || errors.Is(err, ErrTooLarge) != tooLarge || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", path, err)
		}
		if allocated > 16<<20 {
			t.Errorf("%s: %d bytes allocated", path, allocated)
		}
	}
	refused(b, "none", "hdf5: /none: 12582912 elements were never written: too large", true)
	refused(b, "first", "elements were never written: too large", true)

	// A chunk near the end that is damaged.
	f, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Dataset("sparse")
	if err != nil {
		t.Fatal(err)
	}
	place, _, err := d.store.(*chunked).find([]uint64{190})
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(b)
	clear(damaged[place.addr+20 : place.addr+40])
	refused(damaged, "sparse", "hdf5: /sparse: chunk at 0x", false)
}

// everywhere is the index of a file whose chunks are all in one place.
type everywhere chunkPlace

func (e everywhere) find([]uint64) (chunkPlace, bool, error) { return chunkPlace(e), true, nil }

// Chunks that share their bytes are counted as often as they are used.
func TestProveShared(t *testing.T) {
	b := wellCompressed(t)
	f, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Dataset("none")
	if err != nil {
		t.Fatal(err)
	}
	first, err := f.Dataset("first")
	if err != nil {
		t.Fatal(err)
	}
	s := first.store.(*chunked)
	place, _, err := s.find([]uint64{0})
	if err != nil {
		t.Fatal(err)
	}
	place.size = f.size / 100
	shared := &chunked{f: f, shape: s.shape, chunk: s.chunk, size: s.size, bytes: s.bytes, filters: s.filters, index: everywhere(place)}
	d.Array.store = shared
	if err := d.Prove(0, d.Rows()); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "the chunks together are larger than the file") {
		t.Error(err)
	}
}

// What was proven once is not decoded again.
func TestProvenBox(t *testing.T) {
	var p provenBox
	at := func(origin, count uint64) box { return box{[]uint64{origin}, []uint64{count}} }
	if p.has(at(0, 1)) {
		t.Error("nothing was proven")
	}
	p.set(at(10, 10))
	for _, c := range []struct {
		b    box
		want bool
	}{{at(10, 10), true}, {at(12, 3), true}, {at(9, 3), false}, {at(18, 3), false}} {
		if p.has(c.b) != c.want {
			t.Errorf("%v: %v", c.b, !c.want)
		}
	}
}

package hdf5

import (
	"os/exec"
	"path/filepath"
	"testing"

	"oblique/internal/need"
)

// generate runs a few lines of Python with h5py, which write the open file f.
func generate(b *testing.B, libver, lines string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.h5")
	script := "import h5py, numpy as np\nrng = np.random.default_rng(0)\n" +
		"with h5py.File('" + path + "', 'w', libver='" + libver + "') as f:\n" + lines
	if out, err := exec.Command(need.Modules(b, "h5py", "numpy"), "-c", script).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return path
}

// BenchmarkRows reads all rows of chunked, compressed data, 4096 at a time, not aligned to chunks.
func BenchmarkRows(b *testing.B) {
	path := generate(b, "earliest", `
    f.create_dataset('counts', data=rng.poisson(0.3, (50000, 200)).astype('u1'), chunks=(1000, 200), compression=4)
    t = np.cumsum(rng.exponential(0.05, 1000000))
    f.create_dataset('times', data=t, chunks=(65536,), compression=4)
    f.create_dataset('times_shuffled', data=t, chunks=(65536,), compression=4, shuffle=True)
    f.create_dataset('times_plain', data=t)
`)
	for _, name := range []string{"counts", "times", "times_shuffled", "times_plain"} {
		b.Run(name, func(b *testing.B) {
			const step = 4096
			dst := make([]float64, step*200)
			b.ReportAllocs()
			for b.Loop() {
				f, err := Open(path) // with empty caches
				if err != nil {
					b.Fatal(err)
				}
				d, err := f.Dataset(name)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(d.Len() * d.Type().Size))
				for start := 0; start < d.Rows(); start += step {
					n := min(step, d.Rows()-start)
					if err := d.ReadFloat64(dst[:n*d.RowLen()], start, n); err != nil {
						b.Fatal(err)
					}
				}
				f.Close()
			}
		})
	}
}

// BenchmarkOpen opens a file, and in it 1000 datasets with three attributes each.
func BenchmarkOpen(b *testing.B) {
	for _, libver := range []string{"earliest", "latest"} {
		path := generate(b, libver, `
    for i in range(1000):
        d = f.create_dataset('units/unit %d' % i, data=np.arange(20.0))
        d.attrs['unit'], d.attrs['rate'], d.attrs['electrode'] = 'Hz', 1.5, i
`)
		b.Run(libver, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := Open(path)
				if err != nil {
					b.Fatal(err)
				}
				g, err := f.Group("units")
				if err != nil {
					b.Fatal(err)
				}
				units, err := g.Children()
				if err != nil || len(units) != 1000 {
					b.Fatalf("%d units, %v", len(units), err)
				}
				for _, u := range units {
					if _, err := u.Attr("electrode"); err != nil {
						b.Fatal(err)
					}
				}
				f.Close()
			}
		})
	}
}

package matfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"oblique/internal/need"
	"oblique/loaders/hdf5"
)

func TestSniff(t *testing.T) {
	header := func(version uint16) []byte {
		b := plain{}.file()
		b[124], b[125] = byte(version), byte(version>>8)
		return b
	}
	for name, test := range map[string]struct {
		b    []byte
		is   error
		want string
	}{
		"empty":  {nil, ErrFormat, "matfile: not a MATLAB file: it is empty"},
		"text":   {[]byte("time,spikes\n0,1\n"), ErrFormat, "matfile: not a MATLAB file: shorter than a header"},
		"long":   {bytes.Repeat([]byte("time,spikes\n"), 20), ErrFormat, "matfile: not a MATLAB file: no byte order mark at 0x7e"},
		"hdf5":   {[]byte("\x89HDF\r\n\x1a\n............"), ErrFormat, "matfile: not a MATLAB file: HDF5 without MATLAB's header"},
		"zeros":  {[]byte{0, 0, 0}, ErrFormat, "matfile: not a MATLAB file: version 4 header: element at 0x0: 20 bytes declared, 3 left: truncated"},
		"v7.3":   {header(0x200), hdf5.ErrNotHDF5, "matfile: hdf5: not an HDF5 file"},
		"future": {header(0x300), ErrFormat, "matfile: not a MATLAB file: version 0x0300"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewReader(bytes.NewReader(test.b), int64(len(test.b)))
			if !errors.Is(err, test.is) || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.mat")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if f := read(t, plain{}.file()); len(f.Names()) != 0 || f.Version != 5 {
		t.Errorf("a file without variables: %v", f.Names())
	}
}

// TestShrunk: a file that is shorter than its size was is an error, not zeros.
func TestShrunk(t *testing.T) {
	b := plain{}.file(plain{}.double("x", make([]float64, 10000)...))
	f, err := NewReader(bytes.NewReader(b[:len(b)-1]), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lookup(t, f, "x").Float64s(); err == nil || !strings.Contains(err.Error(), "unexpected EOF") {
		t.Errorf("error %v", err)
	}
}

// TestConcurrent reads one file from several goroutines, for the race detector.
func TestConcurrent(t *testing.T) {
	f := openFixture(t, "scipy5z.mat")
	d := lookup(t, f, "D")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				for _, path := range []string{"matrix", "D.blocks[2].spikes", "cell{0}", "sparse"} {
					a, err := f.Lookup(path)
					if err == nil {
						_, err = a.Float64s()
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
				if err := d.Walk(func(*Array) error { return nil }); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkRead reads everything in Hennig's recording (2.3 MB, one compressed struct).
func BenchmarkRead(b *testing.B) {
	path := need.Shared(b, "data", "hennig2018", "20131218.mat")
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		err = f.Walk(func(a *Array) error {
			if a.Class.IsNumeric() {
				_, _, _, err := a.Matrix()
				return err
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

// BenchmarkLookup opens the same file and reads one matrix of spikes (4788×87).
func BenchmarkLookup(b *testing.B) {
	path := need.Shared(b, "data", "hennig2018", "20131218.mat")
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		a, err := f.Lookup("D.blocks[0].spikes")
		if err != nil {
			b.Fatal(err)
		}
		if _, _, _, err := a.Matrix(); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

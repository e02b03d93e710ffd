package loaders

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oblique/internal/need"
	"oblique/loaders/columnar"
	"oblique/loaders/matfile"
	"oblique/loaders/npz"
)

// reads is what a file holds: shapes, types as numpy has them, and values, by path. Vectors of one
// axis and of two are the same.
func reads(t *testing.T, path string) map[string]string {
	t.Helper()
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	children, err := f.Root().Children()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, c := range children {
		leaves, err := flat(place{path: c.Info().Name, node: c}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range leaves {
			info := l.node.Info()
			if info.Class == Text {
				texts, err := l.node.Strings()
				if err != nil {
					t.Fatal(err)
				}
				all[l.path] = fmt.Sprintf("%q", texts)
				continue
			}
			v, err := l.node.Values()
			if err != nil {
				t.Fatal(err)
			}
			m := v.squeeze(0)
			axes := make([]int, len(m.Dims))
			for i := range axes {
				axes[i] = i
			}
			var bits []uint64
			for _, x := range m.Permute(axes...) {
				bits = append(bits, math.Float64bits(x))
			}
			all[l.path] = fmt.Sprintf("%s %v %x", elementType(info), m.Dims, bits)
		}
	}
	return all
}

func same(t *testing.T, got, want map[string]string, only ...string) {
	t.Helper()
	for path, w := range want {
		if len(only) > 0 && !slices.Contains(only, path) {
			continue
		}
		if got[path] != w {
			t.Errorf("%s: %.200s, want %.200s", path, got[path], w)
		}
	}
	if len(got) != len(want) && len(only) == 0 {
		t.Errorf("%d arrays, want %d", len(got), len(want))
	}
}

// everyType is an npz file with an array of every type and of several shapes.
func everyType(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "all.npz")
	err := npz.Write(path,
		npz.Value{Name: "f8", Shape: []int{2, 3}, Data: []float64{1, math.NaN(), math.Inf(-1), math.Copysign(0, -1), 5e-324, math.Pi}},
		npz.Value{Name: "f4", Shape: []int{2, 3, 2}, Data: []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0.1}},
		npz.Value{Name: "i1", Data: []int8{-128, 127}}, npz.Value{Name: "i2", Data: []int16{-32768, 32767}},
		npz.Value{Name: "i4", Data: []int32{math.MinInt32, math.MaxInt32}}, npz.Value{Name: "i8", Data: []int64{-1 << 52, 1<<53 - 1}},
		npz.Value{Name: "u1", Data: []uint8{0, 255}}, npz.Value{Name: "u2", Data: []uint16{0, 65535}},
		npz.Value{Name: "u4", Data: []uint32{0, math.MaxUint32}}, npz.Value{Name: "u8", Data: []uint64{0, 1<<53 - 1}},
		npz.Value{Name: "b1", Shape: []int{2, 2}, Data: []bool{true, false, false, true}},
		npz.Value{Name: "scalar", Shape: []int{}, Data: []float64{0.1}},
		npz.Value{Name: "words", Data: []string{"naïve", "two"}}, npz.Value{Name: "word", Shape: []int{}, Data: []string{"one"}})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestConvertRound: npz to MATLAB and back, with every type and shape; MATLAB of versions 5 and 7.3 to MATLAB.
func TestConvertRound(t *testing.T) {
	dir := t.TempDir()
	path := everyType(t)
	mat, back := filepath.Join(dir, "a.mat"), filepath.Join(dir, "b.npz")
	for _, step := range [][2]string{{path, mat}, {mat, back}} {
		if err := Convert(t.Context(), step[0], step[1], Conversion{}); err != nil {
			t.Fatal(err)
		}
	}
	// MATLAB has cells for several texts, each of which is an array of its own in an npz.
	want := reads(t, path)
	want["words[0]"], want["words[1]"] = `["naïve"]`, `["two"]`
	delete(want, "words")
	same(t, reads(t, back), want)

	for _, name := range []string{"scipy5.mat", "scipy73.mat"} {
		out := filepath.Join(dir, name)
		from := filepath.Join("matfile", "testdata", name)
		if err := Convert(t.Context(), from, out, Conversion{Only: []string{"D,cell", "int64", "z"}}); err != nil {
			t.Fatal(err)
		}
		a, err := matfile.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		x, err := a.Lookup("int64")
		if err != nil {
			t.Fatal(err)
		}
		if v, err := x.Int64s(); err != nil || v[1] != 1<<53+1 {
			t.Errorf("%s: int64 = %v, %v", name, v, err)
		}
		if z, err := a.Lookup("z"); err != nil || !z.IsComplex() {
			t.Errorf("%s: z = %v, %v", name, z, err)
		}
		if s, err := a.Lookup("D.blocks[2].name"); err != nil || s.Class != matfile.Char {
			t.Errorf("%s: D.blocks[2].name = %v, %v", name, s, err)
		}
	}
}

// TestConvertTables: a recording through Parquet and Arrow, in blocks and not, and back.
func TestConvertTables(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "in.npz")
	const rows = 1<<19/3 + 100 // more than one block
	rates, ids := make([]float32, 3*rows), make([]int32, rows)
	for i := range rates {
		rates[i] = float32(i%997) / 8
	}
	for i := range ids {
		ids[i] = int32(i / 100)
	}
	vel := make([]float64, 2*rows)
	for i := range vel {
		vel[i] = math.Sin(float64(i))
	}
	if err := npz.Write(path, npz.Value{Name: "rates", Shape: []int{rows, 3}, Data: rates}, npz.Value{Name: "vel", Shape: []int{2, rows}, Data: vel},
		npz.Value{Name: "trial_ids", Data: ids}, npz.Value{Name: "bin_s", Shape: []int{}, Data: []float64{0.02}},
		npz.Value{Name: "kind", Shape: []int{}, Data: []string{"bci"}}); err != nil {
		t.Fatal(err)
	}
	want := reads(t, path)
	for _, ext := range []string{".parquet", ".arrow"} {
		table, back := filepath.Join(dir, "t"+ext), filepath.Join(dir, "b.npz")
		if err := Convert(t.Context(), path, table, Conversion{}); err != nil {
			t.Fatal(err)
		}
		if err := Convert(t.Context(), table, back, Conversion{}); err != nil {
			t.Fatal(err)
		}
		// vel was N×T and is T×N in a table.
		same(t, reads(t, back), want, "rates", "trial_ids", "bin_s", "kind")
		s, err := Open(back, Options{})
		if err != nil {
			t.Fatal(err)
		}
		original, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Signals[0].Values.RawMatrix().Data, original.Signals[0].Values.RawMatrix().Data) || s.Kind != original.Kind || s.Activity.Bin != 0.02 {
			t.Errorf("%s: another session", ext)
		}
	}
}

// TestConvertNWB: a session of NWB is the same session as npz and MATLAB; a table of one length as Parquet.
func TestConvertNWB(t *testing.T) {
	dir := t.TempDir()
	from := fixtureNWB("pynwb.nwb")
	want, err := Open(from, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".npz", ".mat"} {
		to := filepath.Join(dir, "s"+ext)
		if err := Convert(t.Context(), from, to, Conversion{}); err != nil {
			t.Fatal(err)
		}
		got, err := Open(to, Options{Behavior: []string{"hand_vel", "eye_pos"}})
		if err != nil {
			t.Fatal(err)
		}
		for i, u := range want.Units {
			if !slices.Equal(got.Units[i].Spikes, u.Spikes) || got.Units[i].Name != u.Name {
				t.Errorf("%s: unit %s: %d spikes, want %d", ext, got.Units[i].Name, len(got.Units[i].Spikes), len(u.Spikes))
			}
		}
		if a, b := got.Signals[0], want.Signal("hand_vel"); !slices.Equal(a.Values.RawMatrix().Data, b.Values.RawMatrix().Data) || !slices.Equal(a.Times, b.Times) {
			t.Errorf("%s: another hand_vel", ext)
		}
		if c := got.Trials.Column("split"); c == nil || !slices.Equal(c.Texts, want.Trials.Column("split").Texts) {
			t.Errorf("%s: split %v", ext, c)
		}
		if c := got.Trials.Column("trial_type"); c == nil || !slices.Equal(c.Numbers, want.Trials.Column("trial_type").Numbers) {
			t.Errorf("%s: trial_type %v", ext, c)
		}
	}
	to := filepath.Join(dir, "s.parquet")
	if err := Convert(t.Context(), from, to, Conversion{}); !errors.Is(err, ErrUnrepresentable) || !strings.Contains(err.Error(), "one length") {
		t.Errorf("whole session as a table: %v", err)
	}
	if err := Convert(t.Context(), from, to, Conversion{Only: []string{"spike_times,unit_names"}}); err != nil {
		t.Fatal(err)
	}
	f, err := columnar.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := f.Column("spike_times")
	if err != nil {
		t.Fatal(err)
	}
	offsets, values, err := c.Lists()
	for i, u := range want.Units {
		if err != nil || !slices.Equal(values[offsets[i]:offsets[i+1]], u.Spikes) {
			t.Errorf("unit %d: %v", i, err)
		}
	}
	raw := filepath.Join(dir, "raw.npz")
	if err := Convert(t.Context(), from, raw, Conversion{Raw: true, Only: []string{"/units/spike_times_index"}}); err != nil {
		t.Fatal(err)
	}
	if n := len(reads(t, raw)); n != 1 {
		t.Errorf("%d arrays", n)
	}
}

// TestConvertIntegers: integers of 64 bits, also those whose bits are a NaN's, go exactly from NumPy and HDF5 through
// Parquet, Arrow and MATLAB back to NumPy, which compares them.
func TestConvertIntegers(t *testing.T) {
	python, dir := need.Modules(t, "numpy", "h5py", "scipy"), t.TempDir()
	const script = `
import sys, numpy as np, h5py, scipy.io
mode, dir = sys.argv[1:]
v = np.array([-2**63, 2**63 - 1, 2**53 + 1, 0x7ff0000000000001, -1, 0], "i8")
m = np.stack([v, v[::-1], v // 3], 1)
want = {"v": v, "m": m, "f": np.asfortranarray(m + 1 * (m < 0)).astype(">i8"), "u": v.astype("u8"), "um": m.astype("u8").astype(">u8")}
if mode == "write":
    np.savez_compressed(dir + "/from.npz", **want)
    np.savez(dir + "/stored.npz", **want)
    scipy.io.savemat(dir + "/from.mat", {k: x.astype(x.dtype.newbyteorder("=")) for k, x in want.items()}, oned_as="column")
    with h5py.File(dir + "/from.h5", "w") as h:
        for k, x in want.items():
            h.create_dataset(k, data=x, chunks=True, compression="gzip")
else:
    for file in sys.stdin.read().split():
        got = scipy.io.loadmat(file) if file.endswith(".mat") else np.load(file)
        for k, x in want.items():
            y = got[k]
            if y.dtype.newbyteorder("=") != x.dtype.newbyteorder("=") or (y.reshape(x.shape) != x).any():
                print(file, k, y.dtype, y.tolist())
`
	if out, err := exec.Command(python, "-c", script, "write", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var files []string
	for _, from := range []string{"from.npz", "stored.npz", "from.mat", "from.h5"} {
		at := filepath.Join(dir, from)
		for _, to := range []string{".npz", ".mat", ".parquet", ".npz", ".arrow", ".npz", ".parquet", ".mat"} {
			next := filepath.Join(dir, fmt.Sprintf("%s%d%s", strings.ReplaceAll(from, ".", ""), len(files), to))
			if err := Convert(t.Context(), at, next, Conversion{}); err != nil {
				t.Fatalf("%s: %v", next, err)
			}
			at, files = next, append(files, next)
		}
	}
	files = slices.DeleteFunc(files, func(f string) bool { return !strings.HasSuffix(f, ".npz") && !strings.HasSuffix(f, ".mat") })
	compare := exec.Command(python, "-c", script, "compare", dir)
	compare.Stdin = strings.NewReader(strings.Join(files, "\n"))
	if out, err := compare.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
	if len(files) != 4*5 {
		t.Errorf("%d files compared", len(files))
	}
}

// TestConvertScalarInteger: a number alone becomes an entry of a table's metadata, with all its digits.
func TestConvertScalarInteger(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a.npz"), filepath.Join(dir, "a.arrow")
	if err := npz.Write(from, npz.Value{Name: "s", Shape: []int{}, Data: []int64{-1<<53 - 1}}, npz.Value{Name: "u", Shape: []int{}, Data: []uint64{1<<64 - 1}},
		npz.Value{Name: "x", Data: []float64{1, 2}}); err != nil {
		t.Fatal(err)
	}
	if err := Convert(t.Context(), from, to, Conversion{}); err != nil {
		t.Fatal(err)
	}
	f, err := columnar.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if m := f.Metadata(); m["s"] != "-9007199254740993" || m["u"] != "18446744073709551615" {
		t.Errorf("metadata %v", m)
	}
}

// TestConvertErrors: what does not fit is named, and leaves no file.
func TestConvertErrors(t *testing.T) {
	dir := t.TempDir()
	big, table := filepath.Join(dir, "big.npz"), filepath.Join(dir, "big.arrow")
	if err := npz.Write(big, npz.Value{Name: "bad name", Data: []float64{1, 2}}, npz.Value{Name: "n_0", Data: []int64{0, 1 << 53}},
		npz.Value{Name: "n_1", Data: []float64{1, 2}}); err != nil {
		t.Fatal(err)
	}
	if err := Convert(t.Context(), big, table, Conversion{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to, only, want string
	}{
		// Beside real numbers whole ones are read as float64.
		{table, "x.npz", "n", "'n' has no place in the format: 9.007199254740992e+15 at 2"},
		{big, "x.mat", "bad name", "not a MATLAB name"},
		{everyType(t), "x.parquet", "f4", "'f4' has no place in the format: an array [2×3×2] is no matrix"},
		{everyType(t), "x.arrow", "i1,f8", ""},
		{everyType(t), "x.arrow", "b1,scalar,f8", ""},
		{everyType(t), "x.arrow", "scalar", "no table"},
		{everyType(t), "x.xlsx", "", ".npz, .parquet"},
		{everyType(t), "x.npz", "nothing", "no array 'nothing'"},
		{filepath.Join("matfile", "testdata", "scipy73.mat"), "x.npz", "z", "complex"},
		{filepath.Join("matfile", "testdata", "scipy73.mat"), "x.npz", "nothing", "empty list"},
	} {
		to := filepath.Join(dir, c.to)
		err := Convert(t.Context(), c.from, to, Conversion{Only: split([]string{c.only})})
		if c.want == "" {
			if err != nil {
				t.Errorf("%s of %s: %v", c.only, c.from, err)
			}
			os.Remove(to)
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s to %s: %v, want %q", c.only, c.to, err, c.want)
		}
		if _, err := os.Stat(to); err == nil {
			t.Errorf("%s: a file is left", c.to)
		}
	}
}

// TestConvertStops: a conversion tells how far it is, and ends when it is told to, leaving nothing.
func TestConvertStops(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "x.npz")
	const rows, width = 5000, 300 // three blocks
	if err := npz.Write(from, npz.Value{Name: "x", Shape: []int{rows, width}, Data: make([]float64, rows*width)}); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".npz", ".parquet", ".arrow"} {
		to := filepath.Join(dir, "y"+ext)
		var told []int
		note := func(_ string, done, total int) {
			if total == rows {
				told = append(told, done)
			}
		}
		if err := Convert(t.Context(), from, to, Conversion{Progress: note}); err != nil || len(told) != 3 || told[2] != rows {
			t.Errorf("%s: told %v, %v", ext, told, err)
		}
		os.Remove(to)
		ctx, cancel := context.WithCancel(t.Context())
		blocks := 0
		stop := func(_ string, _, total int) {
			if total == rows {
				blocks++
				cancel()
			}
		}
		if err := Convert(ctx, from, to, Conversion{Progress: stop}); !errors.Is(err, context.Canceled) || blocks != 1 {
			t.Errorf("%s: ended after %d blocks with %v", ext, blocks, err)
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 1 {
			t.Errorf("%s: files left: %v, %v", ext, left, err)
		}
	}
}

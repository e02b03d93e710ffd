package hdf5

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oblique/internal/need"
)

// The golden files say what h5py read from each fixture; see testdata/generate.py.

type goldenObject struct {
	Attrs    map[string]goldenArray
	Links    map[string]string
	Data     *goldenArray
	Error    *string
	MaxShape []int
	Chunks   []int
}

type goldenArray struct {
	Kind    string
	Shape   []int
	Digest  string
	Float64 string
	Float32 string
	Int64   string
	Values  []json.RawMessage
	Fields  map[string]goldenArray
}

func TestGolden(t *testing.T) {
	for _, path := range fixtures(t) {
		t.Run(fixtureName(path), func(t *testing.T) { compareGolden(t, path) })
	}
}

// TestGenerate writes the fixtures anew, with whichever versions of h5py and HDF5 there are.
func TestGenerate(t *testing.T) {
	if testing.Short() {
		t.Skip("writes all fixtures")
	}
	python := need.Modules(t, "h5py", "numpy")
	dir := t.TempDir()
	if out, err := exec.Command(python, "testdata/generate.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.h5"))
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d fixtures, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(fixtureName(path), func(t *testing.T) { compareGolden(t, path) })
	}
}

func fixtures(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.h5")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d fixtures, %v", len(paths), err)
	}
	return paths
}

func fixtureName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".h5") }

func openFixture(t testing.TB, name string) *File {
	t.Helper()
	f, err := Open(filepath.Join("testdata", name+".h5"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func fixtureBytes(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".h5"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func compareGolden(t *testing.T, path string) {
	text, err := os.ReadFile(strings.TrimSuffix(path, ".h5") + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]goldenObject
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for path, w := range want {
		o, err := f.Object(path)
		if err != nil {
			t.Error(err)
			continue
		}
		c := comparison{t, f, path}
		c.attributes(o, w.Attrs)
		switch o := o.(type) {
		case *Group:
			c.links(o, w.Links)
		case *Dataset:
			c.dataset(o, w)
		}
	}
	seen := make(map[string]bool)
	err = f.Walk(func(path string, o Object, err error) error {
		if _, ok := want[path]; err != nil || !ok {
			t.Errorf("Walk: %q: %v", path, err)
		}
		seen[path] = true
		return nil
	})
	if err != nil || len(seen) != len(want) {
		t.Errorf("Walk: %v, %d objects instead of %d", err, len(seen), len(want))
	}
}

type comparison struct {
	t    *testing.T
	f    *File
	path string
}

func (c comparison) errorf(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("%s: %s", c.path, fmt.Sprintf(format, args...))
}

func (c comparison) attributes(o Object, want map[string]goldenArray) {
	attrs, err := o.Attrs()
	if err != nil || len(attrs) != len(want) {
		c.errorf("%d attributes instead of %d: %v", len(attrs), len(want), err)
	}
	for name, w := range want {
		a, err := o.Attr(name)
		if err != nil {
			c.errorf("%v", err)
			continue
		}
		comparison{c.t, c.f, c.path + "@" + name}.array(a.Array, w)
	}
}

func (c comparison) links(g *Group, want map[string]string) {
	links, err := g.Links()
	if err != nil {
		c.errorf("%v", err)
	}
	got := make(map[string]string)
	for _, l := range links {
		switch l.Kind {
		case HardLink:
			got[l.Name] = "hard"
		case SoftLink:
			got[l.Name] = "soft " + l.Target
		case ExternalLink:
			got[l.Name] = "external " + l.File + " " + l.Target
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		c.errorf("links %v instead of %v", got, want)
	}
}

func (c comparison) dataset(d *Dataset, w goldenObject) {
	if w.Error != nil {
		if _, err := d.Float64s(); *w.Error != "" && (err == nil || !strings.Contains(err.Error(), *w.Error)) {
			c.errorf("error %v instead of %q", err, *w.Error)
		}
		return
	}
	if !slices.Equal(d.ChunkShape(), w.Chunks) {
		c.errorf("chunks %v instead of %v", d.ChunkShape(), w.Chunks)
	}
	if w.Data.Kind != "null" && !slices.Equal(d.MaxShape(), w.MaxShape) {
		c.errorf("at most %v instead of %v", d.MaxShape(), w.MaxShape)
	}
	c.array(d.Array, *w.Data)
	c.rows(d.Array)
}

func (c comparison) array(a *Array, w goldenArray) {
	c.t.Helper()
	if !slices.Equal(a.Shape(), w.Shape) {
		c.errorf("%s instead of shape %v", a, w.Shape)
		return
	}
	switch w.Kind {
	case "null":
		if !a.IsNull() || a.Len() != 0 {
			c.errorf("%s: not null", a)
		}
	case "bool", "int", "float":
		c.numbers(a, w)
	case "raw":
		c.digest("bytes", rawBytes(c, a), w.Digest)
	case "string":
		got, err := a.Strings()
		c.values(got, err, w.Values)
	case "ref":
		c.references(a, w)
	case "region":
		c.regions(a, w)
	case "vlen":
		got, err := a.Sequences()
		if err != nil || len(got) != len(w.Values) {
			c.errorf("%d sequences: %v", len(got), err)
			return
		}
		for i, s := range got {
			var ws goldenArray
			if err := json.Unmarshal(w.Values[i], &ws); err != nil {
				c.t.Fatal(err)
			}
			comparison{c.t, c.f, fmt.Sprintf("%s[%d]", c.path, i)}.array(s, ws)
		}
	case "compound":
		if len(a.Type().Fields) != len(w.Fields) {
			c.errorf("%s", a)
		}
		for name, wf := range w.Fields {
			v, err := a.Field(name)
			if err != nil {
				c.errorf("%v", err)
				continue
			}
			comparison{c.t, c.f, c.path + "." + name}.array(v, wf)
		}
	default:
		c.t.Fatalf("kind %q", w.Kind)
	}
}

func (c comparison) numbers(a *Array, w goldenArray) {
	c.t.Helper()
	if got := a.Type().IsBool(); got != (w.Kind == "bool") {
		c.errorf("%s", a)
	}
	raw := rawBytes(c, a)
	if a.Type().BigEndian {
		size := a.Type().Size
		for i := 0; i < len(raw); i += size {
			slices.Reverse(raw[i : i+size])
		}
	}
	c.digest("bytes", raw, w.Digest)
	f64, err := a.Float64s()
	if err != nil {
		c.errorf("%v", err)
	}
	c.digest("float64", littleEndian(f64, math.Float64bits, 8), w.Float64)
	f32 := make([]float32, a.Len())
	if err := a.ReadFloat32(f32, 0, a.Rows()); err != nil {
		c.errorf("%v", err)
	}
	c.digest("float32", littleEndian(f32, func(v float32) uint64 { return uint64(math.Float32bits(v)) }, 4), w.Float32)
	i64, err := a.Int64s()
	switch {
	case w.Int64 != "":
		if err != nil {
			c.errorf("%v", err)
		}
		c.digest("int64", littleEndian(i64, func(v int64) uint64 { return uint64(v) }, 8), w.Int64)
	case w.Kind != "bool" && a.Len() > 0 && err == nil:
		c.errorf("%s read as int64", a)
	}
}

func littleEndian[T any](values []T, bits func(T) uint64, size int) []byte {
	b := make([]byte, 0, size*len(values))
	for _, v := range values {
		u := bits(v)
		for range size {
			b = append(b, byte(u))
			u >>= 8
		}
	}
	return b
}

func rawBytes(c comparison, a *Array) []byte {
	c.t.Helper()
	raw := make([]byte, a.Len()*a.Type().Size)
	if err := a.ReadRaw(raw, 0, a.Rows()); err != nil {
		c.errorf("%v", err)
	}
	return raw
}

func (c comparison) digest(what string, b []byte, want string) {
	c.t.Helper()
	got := hex.EncodeToString(b)
	if len(b) > 64 {
		sum := sha256.Sum256(b)
		got = hex.EncodeToString(sum[:])
	}
	if got != want {
		c.errorf("%s: %s instead of %s", what, got, want)
	}
}

func (c comparison) values(got []string, err error, want []json.RawMessage) {
	c.t.Helper()
	if err != nil || len(got) != len(want) {
		c.errorf("%d values instead of %d: %v", len(got), len(want), err)
		return
	}
	for i := range got {
		var w string
		if err := json.Unmarshal(want[i], &w); err != nil {
			c.t.Fatal(err)
		}
		if got[i] != w {
			c.errorf("value %d: %q instead of %q", i, got[i], w)
		}
	}
}

// references compares what references lead to, by address: an object may have several names.
func (c comparison) references(a *Array, w goldenArray) {
	refs, err := a.References()
	if err != nil || len(refs) != len(w.Values) {
		c.errorf("%d references: %v", len(refs), err)
		return
	}
	for i, r := range refs {
		var name string
		if err := json.Unmarshal(w.Values[i], &name); err != nil {
			c.t.Fatal(err)
		}
		c.leadsTo(r, name)
	}
}

func (c comparison) leadsTo(r Reference, name string) {
	if name == "" {
		if _, err := c.f.Deref(r); !r.IsNull() || err == nil {
			c.errorf("null reference leads somewhere")
		}
		return
	}
	got, err := c.f.Deref(r)
	if err != nil {
		c.errorf("%v", err)
		return
	}
	want, err := c.f.Object(name)
	if err != nil || got.Address() != want.Address() {
		c.errorf("reference to %s instead of %s: %v", got.Path(), name, err)
	}
}

func (c comparison) regions(a *Array, w goldenArray) {
	refs, err := a.References()
	if err != nil || len(refs) != len(w.Values) {
		c.errorf("%d references: %v", len(refs), err)
		return
	}
	for i, r := range refs {
		var want struct {
			Name   string
			Blocks [][2][]int
			Points [][]int
		}
		if err := json.Unmarshal(w.Values[i], &want); err != nil {
			c.t.Fatal(err)
		}
		c.leadsTo(r, want.Name)
		if want.Name == "" {
			continue
		}
		g, err := c.f.Region(r)
		if err != nil || fmt.Sprint(g.Blocks, g.Points) != fmt.Sprint(want.Blocks, want.Points) {
			c.errorf("region %+v instead of %+v: %v", g, want, err)
		}
	}
}

// rows compares reading a few rows, and a slab of them, with the same part of reading all.
func (c comparison) rows(a *Array) {
	if a.Len() == 0 {
		return
	}
	all, size := rawBytes(c, a), a.Type().Size
	rng := rand.New(rand.NewPCG(1, uint64(len(all))))
	for range 12 {
		start := rng.IntN(a.Rows())
		count := rng.IntN(a.Rows() - start + 1)
		row := a.RowLen() * size
		got := make([]byte, count*row)
		if err := a.ReadRaw(got, start, count); err != nil {
			c.errorf("rows %d, %d: %v", start, count, err)
		}
		if string(got) != string(all[start*row:(start+count)*row]) {
			c.errorf("rows %d, %d differ", start, count)
		}
		if len(a.view.count) == 2 && len(a.inner) == 0 {
			c.columns(a, all, start, count, rng)
		}
	}
}

func (c comparison) columns(a *Array, all []byte, start, count int, rng *rand.Rand) {
	columns, size := a.RowLen(), a.Type().Size
	lo := rng.IntN(columns)
	n := 1 + rng.IntN(columns-lo)
	v, err := a.Slab([]int{start, lo}, []int{count, n})
	if err != nil {
		c.errorf("%v", err)
		return
	}
	got := rawBytes(c, v)
	var want []byte
	for r := start; r < start+count; r++ {
		want = append(want, all[(r*columns+lo)*size:(r*columns+lo+n)*size]...)
	}
	if string(got) != string(want) {
		c.errorf("slab of rows %d, %d and columns %d, %d differs", start, count, lo, n)
	}
}

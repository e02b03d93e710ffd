package matfile

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oblique/internal/need"
)

// everything is one variable of each kind that can be made here.
func everything() []*Array {
	vars := []*Array{
		NewNumeric("float64", []int{2, 3}, []float64{1, math.Pi, math.Inf(1), math.NaN(), math.Copysign(0, -1), 5e-324}),
		NewNumeric("float32", []int{1, 2}, []float32{math.MaxFloat32, 0.1}),
		NewNumeric("int8", []int{1, 2}, []int8{-128, 127}),
		NewNumeric("uint8", []int{1, 3}, []uint8{0, 1, 255}),
		NewNumeric("int16", []int{1, 2}, []int16{-32768, 32767}),
		NewNumeric("uint16", []int{2, 1}, []uint16{0, 65535}),
		NewNumeric("int32", []int{1, 2}, []int32{math.MinInt32, math.MaxInt32}),
		NewNumeric("uint32", []int{1, 1}, []uint32{math.MaxUint32}),
		NewNumeric("int64", []int{1, 2}, []int64{math.MinInt64, math.MaxInt64}),
		NewNumeric("uint64", []int{1, 1}, []uint64{math.MaxUint64}),
		NewNumeric("cube", []int{2, 1, 2}, []float64{1, 2, 3, 4}),
		NewNumeric("empty", []int{0, 4}, []float64{}),
		NewMatrix("matrix", 2, 3, []float64{1, 2, 3, 4, 5, 6}),
		NewComplex("complex", []int{1, 2}, []float64{1, 2}, []float64{-3, 4}),
		NewLogical("logical", []int{1, 3}, []bool{true, false, true}),
		NewChar("text", "spikes"),
		NewChar("accents", "naïve 日本"),
		NewChar("rows", "one", "three", ""),
		NewChar("notext"),
	}
	cell := NewCell("cell", []int{2, 1}, NewChar("", "in a cell"), NewCell("", []int{1, 2}, nil, vars[0]))
	blocks := NewStructArray("blocks", []int{1, 2}, []string{"spikes", "name_that_is_longer_than_thirty_one_characters"},
		[]*Array{NewNumeric("", []int{1, 1}, []uint8{3}), NewChar("", "a"), nil, NewChar("", "b")})
	return append(vars, cell, NewStruct("D", blocks, vars[12], cell), NewStruct("bare"))
}

func write(t testing.TB, o WriteOptions, vars ...*Array) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, o, vars...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// variables returns all variables of a file.
func variables(t testing.TB, f *File) []*Array {
	t.Helper()
	var all []*Array
	for _, name := range f.Names() {
		all = append(all, lookup(t, f, name))
	}
	return all
}

// describe writes everything in an array, exactly, a line for each array in it.
func describe(t testing.TB, a *Array) string {
	t.Helper()
	var s strings.Builder
	err := a.Walk(func(a *Array) error {
		fmt.Fprint(&s, a.Path(), " ", a, " ", a.Fields())
		if a.Class == Char {
			text, err := a.Texts()
			fmt.Fprintf(&s, " %q\n", text)
			return err
		}
		if !a.Class.IsNumeric() {
			s.WriteByte('\n')
			return nil
		}
		re, err := a.Real()
		if errors.Is(err, ErrInexact) {
			x, _ := a.Int64s()
			y, _ := a.Uint64s()
			fmt.Fprintln(&s, x, y)
			return nil
		}
		im := []float64{}
		if err == nil && a.IsComplex() {
			im, err = a.Imag()
		}
		for _, v := range append(re, im...) {
			fmt.Fprintf(&s, " %x", math.Float64bits(v))
		}
		s.WriteByte('\n')
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.String()
}

func TestRoundTrip(t *testing.T) {
	for _, o := range []WriteOptions{{}, {Uncompressed: true}} {
		vars := everything()
		b := write(t, o, vars...)
		if !bytes.Equal(b, write(t, o, vars...)) {
			t.Error("the same variables give other bytes")
		}
		f := read(t, b)
		got := variables(t, f)
		if len(got) != len(vars) {
			t.Fatalf("%d variables, want %d", len(got), len(vars))
		}
		for i, a := range got {
			if g, w := describe(t, a), describe(t, vars[i]); g != w {
				t.Errorf("read\n%swrote\n%s", g, w)
			}
		}
		// What was read and written again is the same file.
		if !bytes.Equal(b, write(t, o, got...)) {
			t.Errorf("%+v: writing what was read gives other bytes", o)
		}
	}
}

// TestRewrite writes again what others wrote, of every version, byte order and kind.
func TestRewrite(t *testing.T) {
	for name, b := range samples(t) {
		var vars []*Array
		for _, a := range variables(t, read(t, b)) {
			err := a.Walk(func(a *Array) error {
				if a.Class >= Object {
					return ErrUnsupported
				}
				return nil
			})
			if err == nil {
				vars = append(vars, a)
			}
		}
		f := read(t, write(t, WriteOptions{}, vars...))
		for i, a := range variables(t, f) {
			g, w := describe(t, a), describe(t, vars[i])
			if strings.HasPrefix(w, "utf32") {
				w = strings.Replace(w, "[1×2]", "[1×3]", 1) // sizes count UTF-16 units
			}
			if g != w {
				t.Errorf("%s: read\n%swrote\n%s", name, g, w)
			}
		}
	}
}

// TestScipyReads has scipy read what was written.
func TestScipyReads(t *testing.T) {
	dir := t.TempDir()
	vars := append(everything(), variables(t, openFixture(t, "scipy5z.mat"))[17:]...)
	byName := map[string]*Array{}
	for _, a := range vars {
		byName[a.Name] = a
	}
	vars = slices.SortedFunc(maps.Values(byName), func(a, b *Array) int { return strings.Compare(a.Name, b.Name) })
	for i, o := range []WriteOptions{{}, {Uncompressed: true}} {
		path := filepath.Join(dir, fmt.Sprintf("%d.mat", i))
		if err := WriteFile(path, o, vars...); err != nil {
			t.Fatal(err)
		}
		want, ok := entries(t, scipyReads(t, path)[path])
		if !ok {
			t.Fatal("scipy cannot read it")
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		compare(t, f, want)
		for _, a := range vars {
			if b := lookup(t, f, a.Name); describe(t, a) != describe(t, b) {
				t.Errorf("%s differs", a.Name)
			}
		}
	}
}

// TestOctaveReads has Octave read what was written.
func TestOctaveReads(t *testing.T) {
	octave := need.Command(t, "octave-cli")
	for _, o := range []WriteOptions{{}, {Uncompressed: true}} {
		path := filepath.Join(t.TempDir(), "out.mat")
		vars := append(everything(), lookup(t, openFixture(t, "octave4.mat"), "s"))
		if err := WriteFile(path, o, vars...); err != nil {
			t.Fatal(err)
		}
		script := `load(getenv('FILE'));
assert(class(float32), 'single'); assert(int64, [intmin('int64') intmax('int64')]); assert(uint64, intmax('uint64'));
assert(matrix, [1 2 3; 4 5 6]); assert(complex, [1-3i 2+4i]); assert(logical, [true false true]);
assert(text, 'spikes'); assert(rows, ['one  '; 'three'; '     ']); assert(size(notext), [0 0]);
assert(cube, cat(3, [1; 2], [3; 4])); assert(cell{1}, 'in a cell'); assert(class(D.blocks(1).spikes), 'uint8'); assert(double(D.blocks(1).spikes), 3);
assert(D.cell{2}{2}(1), 1); assert(size(empty), [0 4]); assert(issparse(s) && s(3, 4) == 7);
disp('read');`
		cmd := exec.Command(octave, "--norc", "--quiet", "--eval", script)
		cmd.Env = append(os.Environ(), "FILE="+path)
		out, err := cmd.CombinedOutput()
		if !strings.HasPrefix(string(out), "read") {
			t.Errorf("%v: %s", err, out)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	x := NewNumeric("x", []int{1, 1}, []float64{1})
	p := plain{}
	opaque := lookup(t, read(t, p.sample(func(b []byte) []byte { return b })), "opaque")
	for _, test := range []struct {
		vars []*Array
		want string
	}{
		{[]*Array{x, x}, "matfile: variable 'x': twice"},
		{[]*Array{NewChar("1x")}, "matfile: variable '1x': not a MATLAB name"},
		{[]*Array{NewChar("")}, "matfile: variable '': not a MATLAB name"},
		{[]*Array{NewChar(strings.Repeat("x", 64))}, "not a MATLAB name"},
		{[]*Array{NewStruct("s", NewChar("a b"))}, "matfile: s: field 'a b': not a MATLAB name"},
		{[]*Array{NewStruct("s", x, x)}, "matfile: s: field 'x': twice"},
		{[]*Array{opaque}, "matfile: opaque: opaque is unsupported"},
	} {
		err := Write(&bytes.Buffer{}, WriteOptions{}, test.vars...)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

// full is a disk with room for n bytes.
type full struct{ n int }

var errFull = errors.New("disk full")

func (f *full) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteLimits(t *testing.T) {
	for _, room := range []int{0, 128} {
		if err := Write(&full{room}, WriteOptions{}, NewChar("x", "text")); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
	wide := NewNumeric("x", []int{1 << 31, 0}, []float64{})
	// One number, and more columns than the file can justify.
	columns := lookup(t, read(t, four(false, 2, 2, 3, 0, "x", []float64{1, 1, 1, 1 << 30, 5, 0})), "x")
	for _, a := range []*Array{wide, columns} {
		if err := Write(&bytes.Buffer{}, WriteOptions{}, a); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", a, err)
		}
	}
}

// TestWriteFileIsAtomic: what fails leaves the old file and nothing else.
func TestWriteFileIsAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.mat")
	if err := WriteFile(path, WriteOptions{}, NewChar("x", "old")); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, WriteOptions{}, NewChar("x", "new"), NewChar("not a name")); err == nil {
		t.Fatal("no error")
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("files %v, %v", files, err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if s, err := lookup(t, f, "x").Text(); s != "old" || err != nil {
		t.Errorf("%q, %v", s, err)
	}
	if err := WriteFile(filepath.Join(dir, "none", "out.mat"), WriteOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func ExampleWrite() {
	var b bytes.Buffer
	rates := NewMatrix("rates", 2, 3, []float64{1, 2, 3, 4, 5, 6})
	if err := Write(&b, WriteOptions{}, rates, NewChar("subject", "monkey J")); err != nil {
		fmt.Println(err)
		return
	}
	f, err := NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	a, _ := f.Var("rates")
	rows, cols, x, _ := a.Matrix()
	fmt.Println(f.Names(), rows, cols, x)
	// Output: [rates subject] 2 3 [1 2 3 4 5 6]
}

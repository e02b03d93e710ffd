package matfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"oblique/internal/claim"
	"oblique/internal/hostile"
	"oblique/internal/need"
)

// place matches errors that name an offset, or a variable and what is wrong with it.
var place = regexp.MustCompile(`^matfile: (header|not a MATLAB file|.*(at |\b)0x[0-9a-f]+|[^ ]+: )`)

// reader reads everything in a file. All allocations count as one.
var reader = hostile.Reader{
	Read: func(b []byte, done func(error)) {
		_, err := readAll(b)
		done(err)
	},
	Placed: func(err error) bool { return place.MatchString(err.Error()) },
}

// readAll reads everything in a file and returns how many arrays it met. Arrays in full are
// limited to 1 MiB, so that what else is allocated shows.
func readAll(b []byte) (arrays int, err error) {
	f, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return 0, err
	}
	f.SetLimit(1 << 20)
	first := func(e error) {
		if err == nil && !errors.Is(e, ErrUnsupported) && !errors.Is(e, ErrInexact) {
			err = e
		}
	}
	for _, name := range f.Names() {
		a, e := f.Var(name)
		if e != nil {
			first(e)
			continue
		}
		first(a.Walk(func(a *Array) error {
			arrays++
			first(decode(a))
			return nil
		}))
	}
	return arrays, err
}

// decode asks for all that an array can give.
func decode(a *Array) error {
	_ = a.String()
	switch {
	case a.Class == Char:
		_, err := a.Texts()
		return err
	case a.IsSparse() && !a.IsComplex():
		if _, _, _, err := a.NonZeros(); err != nil {
			return err
		}
	case a.Class == Cell, a.Class == Struct:
		return nil
	}
	if a.IsComplex() {
		if _, err := a.Imag(); err != nil {
			return err
		}
	} else if !a.IsSparse() {
		a.Int64s()
		a.Uint64s()
		a.Matrix()
	}
	_, err := a.Real()
	return err
}

// samples are small files of every kind.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{"four": sample4(false), "four-big": sample4(true)}
	for _, big := range []bool{false, true} {
		p := plain{big: big, small: true}
		name := map[bool]string{false: "five", true: "five-big"}[big]
		all[name] = p.sample(func(b []byte) []byte { return b })
		all[name+"-compressed"] = p.sample(p.compressed)
	}
	files, err := filepath.Glob("testdata/*.mat")
	if err != nil || len(files) == 0 {
		t.Fatalf("fixtures: %v", err)
	}
	for _, file := range files {
		switch filepath.Base(file) {
		case "loop73.mat", "more73.mat": // no sound one, and too long to read 10 000 times
			continue
		}
		if all[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// allocated returns the bytes that f allocates in all, which bounds what it holds at any time.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestTruncated: a file cut anywhere gives an error, or is whole up to the cut, as version 4 and 5
// have no count of variables.
func TestTruncated(t *testing.T) {
	for name, b := range samples(t) {
		whole, err := readAll(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		reader.Cut(t, name, b, func(percent int, errs []error) {
			if n, err := readAll(b[:len(b)*percent/100]); err == nil && n >= whole {
				t.Errorf("%s cut to %d%%: all of %d arrays without an error", name, percent, n)
			}
		})
	}
}

// TestTruncatedRecording cuts a real recording, whose one compressed variable is most of the file.
func TestTruncatedRecording(t *testing.T) {
	b, err := os.ReadFile(need.Shared(t, "data", "hennig2018", "20131218.mat"))
	if err != nil {
		t.Fatal(err)
	}
	for percent := range 100 {
		if _, err := readAll(b[:len(b)*percent/100]); err == nil {
			t.Errorf("cut to %d%%: no error", percent)
		}
	}
}

// TestFlips damages files of each version, each so often.
func TestFlips(t *testing.T) {
	files := make(map[string][][]byte)
	for name, b := range samples(t) {
		version := "5"
		switch {
		case strings.Contains(name, "73"):
			version = "7.3"
		case strings.Contains(name, "4") || strings.HasPrefix(name, "four"):
			version = "4"
		}
		files[version] = append(files[version], b)
	}
	if len(files) != 3 {
		t.Fatalf("%d versions", len(files))
	}
	for version, files := range files {
		reader.Flip(t, "version "+version, hostile.Flips(), files...)
	}
}

// TestInflate: a small file that inflates to much is read without keeping it: memory holds the
// first 64 MiB, and what is behind them can still be read, in any order.
func TestInflate(t *testing.T) {
	if testing.Short() {
		t.Skip("inflates 100 MB several times")
	}
	p := plain{}
	const n = 100 << 20
	zeros := p.matrix(9, 0, []int32{1, n}, "", p.element(miUINT8, make([]byte, n)))
	b := p.file(p.compressed(p.structure("D", []int32{1, 1}, []string{"zeros", "one", "two"}, zeros, p.double("", 1), p.double("", 2))))
	f := read(t, b)
	a := lookup(t, f, "D.zeros")
	first := make([]float64, 10)
	if k, err := a.Head(first); k != 10 || err != nil {
		t.Errorf("Head = %d, %v", k, err)
	}
	for range 2 {
		for path, want := range map[string]float64{"D.one": 1, "D.two": 2} {
			if x, err := lookup(t, f, path).Float64(); err != nil || x != want {
				t.Errorf("%s = %v, %v", path, x, err)
			}
		}
	}
	z := a.node.(*node5).src.(*inflated)
	if int64(cap(z.kept)) > 2*claim.Allowance(int64(len(b))) || int64(len(z.kept)) > claim.Allowance(int64(len(b))) {
		t.Errorf("%d bytes kept, room for %d", len(z.kept), cap(z.kept))
	}
}

// TestInflateLies: sizes that a compressed variable declares take no memory before the bytes arrive.
func TestInflateLies(t *testing.T) {
	p := plain{}
	lie := p.matrix(mxDouble, 0, []int32{1 << 14, 1 << 14}, "x", p.element(miDOUBLE, make([]byte, 64)))
	p.order().AppendUint32(lie[:4], 1<<31-8) // the array claims 2 GiB
	data := len(lie) - 72
	p.order().AppendUint32(lie[:data+4], 1<<31-128) // and its numbers do
	var err error
	got := allocated(func() { _, err = readAll(p.file(p.compressed(lie))) })
	if !errors.Is(err, ErrTruncated) || got > 1<<20 {
		t.Errorf("%d bytes allocated, error %v", got, err)
	}
}

// TestEmptyText: the sizes of a char array without elements take no memory.
func TestEmptyText(t *testing.T) {
	p := plain{}
	for _, dims := range [][]int32{{0, 1<<31 - 1}, {1<<31 - 1, 0}, {0, 0}} {
		b := p.file(p.matrix(mxChar, 0, dims, "x", p.element(miUTF8, nil)))
		var err error
		got := allocated(func() { _, err = readAll(b) })
		if err != nil || got > 1<<20 {
			t.Errorf("%v: %d bytes allocated, error %v", dims, got, err)
		}
	}
}

// FuzzRead reads everything in a file, and writes again what it could read: the writer's own file
// must be read without an error.
func FuzzRead(f *testing.F) {
	for _, b := range samples(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		readAll(b)
		file, err := NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for _, name := range file.Names() {
			a, err := file.Var(name)
			if err != nil {
				continue
			}
			var out bytes.Buffer
			if err := Write(&out, WriteOptions{Uncompressed: true}, a); err != nil {
				continue
			}
			_, err = readAll(out.Bytes())
			if err != nil && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrClass) {
				t.Errorf("%s was written and cannot be read: %v", a, err)
			}
		}
	})
}

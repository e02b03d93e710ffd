package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"oblique/internal/hostile"
	"oblique/internal/need"
)

// What NumPy makes of one array: see testdata/gen.py.
type expectation struct {
	DType   string
	Shape   []int
	Fortran bool
	Float64 *string
	Strings []string
	Refused bool
}

func expectations(t *testing.T) map[string]map[string]expectation {
	t.Helper()
	text, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		Files map[string]map[string]expectation
	}
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return e.Files
}

func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// bits are the little-endian bytes of x, so that NaNs compare too.
func bits(x []float64) string {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return hex.EncodeToString(b)
}

// Every array of every fixture, whole and by rows, is bit for bit what NumPy reads.
func TestAgainstNumPy(t *testing.T) {
	for path, arrays := range expectations(t) {
		f := open(t, filepath.Join("testdata", path))
		if n := len(f.Arrays()); n < len(arrays) {
			t.Errorf("%s: %d arrays, want %d", path, n, len(arrays))
		}
		for name, want := range arrays {
			a, err := f.Array(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := check(a, want); err != nil {
				t.Errorf("%s: %s: %v", path, name, err)
			}
		}
	}
}

func check(a *Array, want expectation) error {
	if a.DType.String() != want.DType || !slices.Equal(a.Shape, want.Shape) || a.Fortran != want.Fortran {
		return fmt.Errorf("is %s %v Fortran %v, want %s %v %v", a.DType, a.Shape, a.Fortran, want.DType, want.Shape, want.Fortran)
	}
	x, err := a.Float64s()
	if want.Float64 == nil {
		if err == nil {
			return errors.New("read as numbers")
		}
		s, err := a.Strings()
		if want.Refused != errors.Is(err, ErrUnsupported) {
			return err
		}
		if !slices.Equal(s, want.Strings) {
			return fmt.Errorf("is %q, want %q", s, want.Strings)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if got := bits(x); got != *want.Float64 {
		return fmt.Errorf("is %s, want %s", got, *want.Float64)
	}
	if _, err := a.Strings(); err == nil {
		return errors.New("numbers read as text")
	}
	return checkRows(a, x)
}

// checkRows reads an array in ranges forward, one row at a time backward, and in part.
func checkRows(a *Array, want []float64) error {
	w := a.Width()
	got := make([]float64, len(want))
	ranges := [][2]int{{0, a.Rows()}, {a.Rows() / 3, a.Rows() - a.Rows()/3}}
	for from := 0; from < a.Rows(); from += 3 {
		ranges = append(ranges, [2]int{from, min(from+3, a.Rows())})
	}
	for from := a.Rows() - 1; from >= max(0, a.Rows()-50); from-- {
		ranges = append(ranges, [2]int{from, from + 1})
	}
	for _, r := range ranges {
		part := got[r[0]*w : r[1]*w]
		for i := range part {
			part[i] = -1
		}
		if err := a.ReadRows(part, r[0], r[1]); err != nil {
			return err
		}
		if bits(part) != bits(want[r[0]*w:r[1]*w]) {
			return fmt.Errorf("rows %d to %d: %v, want %v", r[0], r[1], part, want[r[0]*w:r[1]*w])
		}
	}
	return nil
}

// Arrays longer than a chunk, deflated, in both orders.
func TestRamps(t *testing.T) {
	f := open(t, "testdata/deflated.npz")
	for _, name := range []string{"ramp", "ramp_f"} {
		a, err := f.Array(name)
		if err != nil {
			t.Fatal(err)
		}
		x, err := a.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range x {
			if v != float64(i) {
				t.Fatalf("%s: element %d is %g", name, i, v)
			}
		}
		if a.Fortran != (name == "ramp_f") {
			t.Errorf("%s: Fortran %v", name, a.Fortran)
		}
		if a.Fortran { // every range is a pass: a few will do
			part := make([]float64, 3*a.Width())
			if err := a.ReadRows(part, 1000, 1003); err != nil || part[0] != float64(1000*a.Width()) {
				t.Errorf("%s: %v, %v", name, part, err)
			}
			continue
		}
		if err := checkRows(a, x); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The goroutines share the array, and one of them at most its cursor.
func TestConcurrentRows(t *testing.T) {
	for _, path := range []string{"testdata/deflated.npz", "testdata/stored.npz"} {
		f := open(t, path)
		for _, a := range f.Arrays() {
			if !a.DType.Numeric() || a.Rows() > 100 {
				continue
			}
			want, err := a.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if err := checkRows(a, want); err != nil {
						t.Errorf("%s: %v", a, err)
					}
				})
			}
			wg.Wait()
		}
	}
}

// NumPy writes random arrays now: dtypes, orders and shapes other than the fixtures'.
func TestAgainstLiveNumPy(t *testing.T) {
	python := need.Modules(t, "numpy")
	dir := t.TempDir()
	script := `
import sys, json, numpy as np
rng = np.random.default_rng(7)
arrays, expected = {}, {}
for i in range(200):
    kind = rng.choice(['b1','i1','i2','i4','i8','u1','u2','u4','u8','f2','f4','f8'])
    dt = np.dtype(rng.choice(['<', '>']) + kind)
    shape = tuple(int(n) for n in rng.integers(0, 6, rng.integers(0, 5)))
    a = np.frombuffer(rng.bytes(int(np.prod(shape)) * dt.itemsize), dt).copy()
    a = (a.view('u1') & 1).astype('?') if kind == 'b1' else a
    a = a.reshape(shape, order=rng.choice(['C', 'F']))
    arrays['a%d' % i] = a
    with np.errstate(all='ignore'):
        expected['a%d' % i] = np.ascontiguousarray(a).astype('<f8').tobytes().hex()
np.savez_compressed('live.npz', **arrays)
json.dump(expected, open('live.json', 'w'))
`
	cmd := exec.Command(python, "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "live.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	f := open(t, filepath.Join(dir, "live.npz"))
	for _, a := range f.Arrays() {
		x, err := a.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		if bits(x) != want[a.Name] {
			t.Errorf("%s %s: %s, want %s", a, a.DType, bits(x), want[a.Name])
		}
	}
	if len(f.Arrays()) != len(want) {
		t.Errorf("%d arrays, want %d", len(f.Arrays()), len(want))
	}
}

// npyFile makes a .npy file of a dictionary and data.
func npyFile(dict string, data []byte) []byte {
	b := []byte("\x93NUMPY\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)+1))
	return append(append(b, dict+"\n"...), data...)
}

type member struct {
	name string
	data []byte
	raw  *zip.FileHeader // what the directory claims, if it lies
}

// npzFile makes an archive.
func npzFile(t testing.TB, method uint16, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		var err error
		if m.raw != nil {
			w, werr := z.CreateRaw(m.raw)
			if werr != nil {
				t.Fatal(werr)
			}
			_, err = w.Write(m.data)
		} else {
			w, werr := z.CreateHeader(&zip.FileHeader{Name: m.name, Method: method})
			if werr != nil {
				t.Fatal(werr)
			}
			_, err = w.Write(m.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func dictOf(descr, shape string) string {
	return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }"
}

// What is wrong is said with its place and its reason.
func TestErrors(t *testing.T) {
	good := npyFile(dictOf("'<f8'", "(2,)"), make([]byte, 16))
	stored := npzFile(t, zip.Store, member{name: "rates.npy", data: good})
	version9 := slices.Clone(good)
	version9[6] = 9
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "byte 0: the file is empty"},
		{"text", []byte("rates,1,2\n"), `byte 0: "rates," begins neither a .npy nor a .npz file`},
		{"pickle", []byte("\x80\x04]."), "a Python pickle"},
		{"version", version9, "header at byte 6: version 9.0: unsupported"},
		{"short prefix", good[:7], "header at byte 0: the file ends here"},
		{"short header", good[:30], "header at byte 10: 20 of 58 bytes: the file ends here"},
		{"short data", good[:len(good)-1], "data at byte 68: shape [2] of <f8 needs 16 bytes, there are 15"},
		{"long header", append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f"), good...), "header at byte 8: a length of 2147483647 bytes"},
		{"no dictionary", npyFile("[1, 2]", nil), "header at byte 10: no dictionary"},
		{"missing key", npyFile("{'descr': '<f8', 'shape': (1,)}", nil), "header at byte 10: no key 'fortran_order'"},
		{"order", npyFile("{'descr': '<f8', 'fortran_order': 1, 'shape': (1,)}", nil), "'fortran_order' is neither True nor False"},
		{"key twice", npyFile("{'descr': '<f8', 'descr': '<f8'}", nil), "key 'descr' twice"},
		{"after", npyFile(dictOf("'<f8'", "()")+"x", make([]byte, 8)), `"x\n" after the dictionary`},
		{"open", npyFile("{'descr': '<f8", nil), "where the end of a string should be"},
		{"unclosed", npyFile("{'descr': '<f8' ", nil), "where a comma or } should be"},
		{"no value", npyFile("{'descr': ]", nil), `"]\n" where a value should be`},
		{"deep", npyFile(strings.Repeat("[", 1000), nil), "nested more than 32 deep"},
		{"dtype", npyFile(dictOf("'<q8'", "(1,)"), nil), `"<q8" is no NumPy type`},
		{"dtype size", npyFile(dictOf("'<f99999999999'", "(1,)"), nil), "is no NumPy type"},
		{"descr", npyFile(dictOf("7", "(1,)"), nil), "'descr' is neither a type nor a list of fields"},
		{"field", npyFile(dictOf("[('a',)]", "(1,)"), nil), "'descr' has a field that is no (name, type)"},
		{"shape", npyFile(dictOf("'<f8'", "7"), nil), "'shape' is no tuple"},
		{"negative", npyFile(dictOf("'<f8'", "(-1,)"), nil), "'shape' has -1 as dimension 0"},
		{"fraction", npyFile(dictOf("'<f8'", "(1.5,)"), nil), "where a value should be"},
		{"many axes", npyFile(dictOf("'<f8'", "("+strings.Repeat("1,", 65)+")"), nil), "'shape' has 65 dimensions"},
		{"overflow", npyFile(dictOf("'<f8'", "(4294967296, 4294967296)"), nil), "too large"},
		{"overflow at zero", npyFile(dictOf("'<f8'", "(0, 4294967296, 4294967296)"), nil), "too large"},
		{"absurd", npyFile(dictOf("'<f8'", "(1000000000000,)"), nil), "needs 8000000000000 bytes, there are 0"},
		{"member", npzFile(t, zip.Deflate, member{name: "rates.npy", data: good[:30]}), "npz: member 'rates.npy': header at byte 10: "},
		{"twice", npzFile(t, zip.Store, member{name: "a.npy", data: good}, member{name: "a.npy", data: good}), "member 'a.npy' is there twice"},
		{"cut", stored[:len(stored)-10], "is the file cut short?"},
		{"method", npzFile(t, 0, member{data: good, raw: &zip.FileHeader{Name: "a.npy", Method: 93, CompressedSize64: 84, UncompressedSize64: 84}}),
			"npz: member 'a.npy': compression method 93: unsupported"},
		{"encrypted", npzFile(t, 0, member{data: good, raw: &zip.FileHeader{Name: "a.npy", Flags: 1, CompressedSize64: 84, UncompressedSize64: 84}}),
			"npz: member 'a.npy': encrypted: unsupported"},
		{"claims", npzFile(t, 0, member{data: good, raw: &zip.FileHeader{Name: "a.npy", CompressedSize64: 1 << 40, UncompressedSize64: 1 << 40}}),
			"claims 1099511627776 bytes in a file of"},
		{"stored size", npzFile(t, 0, member{data: good, raw: &zip.FileHeader{Name: "a.npy", CompressedSize64: 84, UncompressedSize64: 1 << 40}}),
			"stored, but claims 84 bytes to be"},
		{"ratio", npzFile(t, 0, member{data: good, raw: &zip.FileHeader{Name: "a.npy", Method: zip.Deflate, CompressedSize64: 84, UncompressedSize64: 1 << 40}}),
			"more than deflate can hold"},
	} {
		_, err := NewReader(bytes.NewReader(c.file), int64(len(c.file)))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "npz: ") {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	records := npyFile(dictOf("[('t', '<f8'), (('title', 'id'), '<i4')]", "(1,)"), make([]byte, 12))
	text := npyFile(dictOf("'<U1'", "(1,)"), []byte{0, 0, 0x11, 0})
	object := npyFile(dictOf("'|O'", "(1,)"), []byte{0x80})
	flipped := npzFile(t, zip.Store, member{name: "rates.npy", data: npyFile(dictOf("'<f8'", "(2,)"), make([]byte, 16))})
	flipped[30+len("rates.npy")+68] ^= 1 // in the data
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"records", records, `npz: array 'arr_0': dtype structured: unsupported: records with the fields ["t" "id"]; save each field`},
		{"object", object, "npz: array 'arr_0': dtype |O: unsupported: object arrays are Python pickles"},
		{"code point", text, "npz: array 'arr_0': element 0: 0x110000 is no Unicode character"},
		{"checksum", flipped, "npz: member 'rates.npy': end of the data: zip: checksum error"},
	} {
		f, err := NewReader(bytes.NewReader(c.file), int64(len(c.file)))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		a := f.Arrays()[0]
		if a.DType.Text() {
			_, err = a.Strings()
		} else {
			_, err = a.Float64s()
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	f := open(t, "testdata/v1.npy")
	if _, err := f.Array("spikes"); err == nil || err.Error() != "npz: no array 'spikes'; the file has: v1 [6×5]" {
		t.Error(err)
	}
	if _, err := Open("testdata"); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Error(err)
	}
	if _, err := Open("testdata/none.npy"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// Names are names, whatever path they look like; members that are no arrays are passed over.
func TestMemberNames(t *testing.T) {
	scalar := npyFile(dictOf("'<f8'", "()"), make([]byte, 8))
	file := npzFile(t, zip.Store, member{name: "../../etc/rates.npy", data: scalar}, member{name: "notes.txt", data: []byte("hello")}, member{name: ".npy", data: scalar})
	f, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range f.Arrays() {
		names = append(names, a.Name)
	}
	if !slices.Equal(names, []string{"../../etc/rates", ""}) {
		t.Errorf("%q", names)
	}
	empty := npzFile(t, zip.Store)
	if f, err := NewReader(bytes.NewReader(empty), int64(len(empty))); err != nil || len(f.Arrays()) != 0 {
		t.Errorf("empty archive: %v", err)
	}
}

// A small archive that claims to hold a gigabyte and ends early must fail before it has taken the memory.
func TestBomb(t *testing.T) {
	const claimed = 1 << 30
	header := npyFile(dictOf("'<f8'", fmt.Sprintf("(%d,)", claimed/8)), nil)
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "x", Method: zip.Deflate})
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 100 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	// Blocks of zeros for the ratio, after a stored block with the header.
	deflated := []byte{0}
	deflated = binary.LittleEndian.AppendUint16(deflated, uint16(len(header)))
	deflated = binary.LittleEndian.AppendUint16(deflated, ^uint16(len(header)))
	deflated = append(deflated, header...)
	raw, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	offset, err := raw.File[0].DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	deflated = append(deflated, packed.Bytes()[offset:offset+int64(raw.File[0].CompressedSize64)]...)
	deflated = append(deflated, make([]byte, claimed/1000)...) // so that the ratio is possible
	file := npzFile(t, 0, member{data: deflated, raw: &zip.FileHeader{
		Name: "x.npy", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(nil),
		CompressedSize64: uint64(len(deflated)), UncompressedSize64: claimed + uint64(len(header)),
	}})
	f, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = f.Arrays()[0].Float64s()
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "of the data: the file ends here") {
		t.Errorf("error %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes allocated", used)
	}
}

// Rows far into a file of 8 GB, here with a hole for its data, cost no more than the rows.
func TestLargeFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("skipped: a file with a hole may take its whole size here")
	}
	const rows, width = 10_000_000, 100
	header := npyFile(dictOf("'<f8'", fmt.Sprintf("(%d, %d)", rows, width)), nil)
	path := filepath.Join(t.TempDir(), "large.npy")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	last := []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x3f}
	_, err = file.Write(header)
	_, lastErr := file.WriteAt(last, int64(len(header))+rows*width*8-8)
	if err := errors.Join(err, lastErr, file.Close()); err != nil {
		t.Fatal(err)
	}
	a := open(t, path).Arrays()[0]
	dst := make([]float64, 3*width)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = a.ReadRows(dst, rows-3, rows)
	runtime.ReadMemStats(&after)
	if err != nil || dst[0] != 0 || dst[3*width-1] != 1 {
		t.Errorf("%v, %v", dst, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<16 {
		t.Errorf("%d bytes allocated", used)
	}
}

// place matches errors that name a member, an array or a byte.
var place = regexp.MustCompile(`^npz: .*(byte \d|member '|array '|header|directory|members)`)

// reader reads everything there is, an array after another.
var reader = hostile.Reader{
	Read:   readAll,
	Placed: func(err error) bool { return place.MatchString(err.Error()) },
}

func readAll(file []byte, done func(error)) {
	f, err := NewReader(bytes.NewReader(file), int64(len(file)))
	done(err)
	if err != nil {
		return
	}
	for _, a := range f.Arrays() {
		if a.DType.Text() {
			s, err := a.Strings()
			if err == nil && len(s) != a.Len() {
				panic(fmt.Sprintf("%s: %d strings", a, len(s)))
			}
			done(err)
			continue
		}
		x, err := a.Float64s()
		if err == nil && len(x) != a.Len() {
			panic(fmt.Sprintf("%s: %d elements", a, len(x)))
		}
		done(err)
		if a.Rows() > 0 && a.Width() < 1<<20 && a.DType.Numeric() {
			row := make([]float64, a.Width())
			last := a.ReadRows(row, a.Rows()-1, a.Rows())
			if err == nil && (last != nil || bits(row) != bits(x[len(x)-len(row):])) {
				panic(fmt.Sprintf("%s: last row %v, %v", a, row, last))
			}
			done(last)
		}
	}
}

func damaged(t *testing.T) map[string][]byte {
	files := make(map[string][]byte)
	rng := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 400)
	for i := range random {
		random[i] = byte(rng.Uint32())
	}
	a := npyFile("{'descr': '>i2', 'fortran_order': True, 'shape': (10, 20), }", random)
	b := npyFile(dictOf("'<f4'", "(10, 2, 5)"), random)
	c := npyFile(dictOf("'<U2'", "(3,)"), []byte("a\x00\x00\x00b\x00\x00\x00a\x00\x00\x00b\x00\x00\x00a\x00\x00\x00b\x00\x00\x00"))
	files["npy"] = a
	files["stored"] = npzFile(t, zip.Store, member{name: "a.npy", data: a}, member{name: "b.npy", data: b}, member{name: "c.npy", data: c})
	files["deflated"] = npzFile(t, zip.Deflate, member{name: "a.npy", data: a}, member{name: "b.npy", data: b}, member{name: "c.npy", data: c})
	return files
}

// A file cut short anywhere is an error, never fewer numbers.
func TestTruncation(t *testing.T) {
	for name, file := range damaged(t) {
		reader.Cut(t, name, file, func(percent int, errs []error) {
			if errs == nil {
				t.Errorf("%s cut to %d%% opens", name, percent)
			}
		})
	}
}

func TestFlips(t *testing.T) {
	for name, file := range damaged(t) {
		reader.Flip(t, name, hostile.Flips(), file)
	}
}

func FuzzNpy(f *testing.F) {
	f.Add("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", make([]byte, 16))
	f.Add("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", make([]byte, 12))
	f.Add("{'descr': [('a', '<f8'), ('b', '<i4', (2,))], 'fortran_order': False, 'shape': (0, 3L), }", []byte{})
	f.Add(`{"shape": (), "fortran_order": False, "descr": "|S4"}`, []byte("abc\x00"))
	f.Fuzz(func(t *testing.T, dict string, data []byte) {
		if len(dict) >= math.MaxUint16 {
			return
		}
		reader.Check(t, "array", npyFile(dict, data))
		reader.Check(t, "fuzzed", data)
	})
}

func FuzzNpz(f *testing.F) {
	for _, name := range []string{"testdata/v1.npy", "testdata/v2.npy", "testdata/v3.npy", "testdata/records.npy"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(npzFile(f, zip.Store, member{name: "a.npy", data: b}, member{name: "b.npy", data: b}))
		f.Add(npzFile(f, zip.Deflate, member{name: "a.npy", data: b}))
	}
	f.Fuzz(func(t *testing.T, file []byte) { reader.Check(t, "fuzzed", file) })
}

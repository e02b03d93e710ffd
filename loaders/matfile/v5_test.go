package matfile

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestEncodings(t *testing.T) {
	eachEncoding(t, func(t *testing.T, p plain, wrap func([]byte) []byte) {
		f := read(t, p.sample(wrap))
		names := []string{"x", "packed", "z", "s", "long", "ulong", "yes", "utf8bytes", "utf16", "utf32", "rows",
			"lsparse", "zsparse", "D", "object", "opaque", "last"}
		if !slices.Equal(f.Names(), names) {
			t.Errorf("names %v, want %v", f.Names(), names)
		}
		for path, want := range map[string]struct {
			what string
			re   []float64
		}{
			"x":         {"double [1×3]", []float64{1.5, -2, math.Inf(1)}},
			"packed":    {"double [2×2]", []float64{1, 2, 3, 65535}},
			"z":         {"complex double [1×2]", []float64{1, -2}},
			"s":         {"single [1×1]", []float64{0.25}},
			"yes":       {"logical [1×3]", []float64{1, 0, 1}},
			"lsparse":   {"sparse logical [3×2]", []float64{1, 0, 1, 0, 1, 0}},
			"zsparse":   {"sparse complex double [3×2]", []float64{1, 0, 0, 0, 0, 2}},
			"D[0].a":    {"double [1×1]", []float64{1}},
			"D[0].b":    {"double [0×0]", []float64{}},
			"D[1].a{1}": {"double [1×1]", []float64{3}},
			"last":      {"double [1×1]", []float64{7}},
		} {
			a := lookup(t, f, path)
			if a.String() != want.what {
				t.Errorf("%s: %s, want %s", path, a, want.what)
			}
			if x, err := a.Real(); err != nil || !slices.Equal(x, want.re) {
				t.Errorf("%s: %v, %v; want %v", path, x, err, want.re)
			}
		}
		for path, want := range map[string][]float64{"z": {0.5, 4}, "zsparse": {3, 0, 0, 0, 0, 4}} {
			if x, err := lookup(t, f, path).Imag(); err != nil || !slices.Equal(x, want) {
				t.Errorf("%s: imaginary %v, %v; want %v", path, x, err, want)
			}
		}
		for path, want := range map[string][]string{"utf8bytes": {"aéb"}, "utf16": {"🧠"}, "utf32": {"🧠x"}, "rows": {"ab", "cd"}} {
			if x, err := lookup(t, f, path).Texts(); err != nil || !slices.Equal(x, want) {
				t.Errorf("%s: %q, %v; want %q", path, x, err, want)
			}
		}
		for path, class := range map[string]Class{"object": Object, "opaque": Opaque, "D[1].b": Function} {
			a := lookup(t, f, path)
			_, err := a.Float64s()
			if a.Class != class || !errors.Is(err, ErrUnsupported) {
				t.Errorf("%s: %s: error %v, want ErrUnsupported", path, a, err)
			}
		}
	})
}

// TestExactIntegers: what float64 cannot hold is an error there, and exact as integers.
func TestExactIntegers(t *testing.T) {
	f := read(t, plain{}.sample(func(b []byte) []byte { return b }))
	long, ulong := lookup(t, f, "long"), lookup(t, f, "ulong")
	if _, err := long.Float64s(); !errors.Is(err, ErrInexact) ||
		err.Error() != "matfile: long: 9007199254740993 at index 1 is no float64; use Int64s" {
		t.Errorf("Float64s: %v", err)
	}
	if x, err := long.Int64s(); err != nil || !slices.Equal(x, []int64{-1 << 63, 1<<53 + 1}) {
		t.Errorf("Int64s = %v, %v", x, err)
	}
	if _, err := long.Uint64s(); !errors.Is(err, ErrInexact) {
		t.Errorf("Uint64s of a negative number: %v", err)
	}
	if x, err := ulong.Uint64s(); err != nil || x[0] != 1<<64-1 {
		t.Errorf("Uint64s = %v, %v", x, err)
	}
	if _, err := ulong.Int64s(); !errors.Is(err, ErrInexact) {
		t.Errorf("Int64s of 2⁶⁴−1: %v", err)
	}
	if _, err := lookup(t, f, "x").Int64s(); !errors.Is(err, ErrInexact) {
		t.Errorf("Int64s of 1.5: %v", err)
	}
	for _, v := range []uint64{0, 1<<53 - 1, 1 << 53, 1<<53 + 2, 1 << 63, math.MaxUint64 - 1<<11 + 1} {
		if !fitsFloat64(v) {
			t.Errorf("%d is a float64", v)
		}
	}
	for _, v := range []uint64{1<<53 + 1, 1<<54 + 2, math.MaxUint64, 1<<63 + 1} {
		if fitsFloat64(v) {
			t.Errorf("%d is no float64", v)
		}
	}
}

// TestDamage: each kind of damage has an error that says where and why.
func TestDamage(t *testing.T) {
	p := plain{}
	deep := p.double("", 1)
	for range 200 {
		deep = p.matrix(mxCell, 0, []int32{1, 1}, "", deep)
	}
	for name, test := range map[string]struct {
		body []byte
		want string
	}{
		"class":        {p.matrix(99, 0, []int32{1, 1}, "a"), "matfile: element at 0x80: array of class 99"},
		"not an array": {p.numbers(miINT32, []int32{1, 2}), "matfile: element at 0x80: type 5 where an array is expected"},
		"negative":     {p.matrix(mxDouble, 0, []int32{-1, 1}, "a"), "a size of -1"},
		"huge": {p.matrix(mxDouble, 0, []int32{1 << 30, 1 << 30, 1 << 30}, "a"),
			"matfile: sizes: element at 0x98: [1073741824×1073741824×1073741824] are too many elements"},
		"one size":  {p.matrix(mxDouble, 0, []int32{1}, "a"), "sizes: element at 0x98: 4 bytes"},
		"few":       {p.matrix(mxDouble, 0, []int32{2, 2}, "a", p.numbers(miDOUBLE, []float64{1})), "matfile: a: data at 0xc0: 1 numbers for [2×2]"},
		"no data":   {p.matrix(mxDouble, 0, []int32{2, 2}, "a"), "matfile: a: element at 0xb8: 8 bytes declared, 0 left: truncated"},
		"no number": {p.matrix(mxDouble, 0, []int32{1, 1}, "a", p.numbers(99, []float64{1})), "8 bytes of type 99"},
		"cells":     {p.matrix(mxCell, 0, []int32{1 << 20, 1 << 10}, "a"), "matfile: a: element at 0xb8: 1073741824 elements of 1 fields in 0 bytes"},
		"field":     {p.structure("a", []int32{1, 1}, []string{"b"}, p.matrix(99, 0, []int32{1, 1}, "")), "matfile: a: field 'b': element at 0xf0: array of class 99"},
		"widths": {p.matrix(mxStruct, 0, []int32{1, 1}, "a", p.numbers(miINT32, []int32{5}), p.element(miINT8, []byte("abcdefg"))),
			"7 bytes in names of width 5"},
		"deep": {p.matrix(mxCell, 0, []int32{1, 1}, "a", deep), "nested more than 128 levels deep"},
		"columns": {p.matrix(mxSparse, 0, []int32{3, 2}, "a", p.numbers(miINT32, []int32{0}), p.numbers(miINT32, []int32{0, 9}),
			p.numbers(miDOUBLE, []float64{1})), "2 column starts for [3×2]"},
		"column order": {p.matrix(mxSparse, 0, []int32{3, 2}, "a", p.numbers(miINT32, []int32{0, 1}), p.numbers(miINT32, []int32{0, 2, 1}),
			p.numbers(miDOUBLE, []float64{1, 2})), "column 0 ends at 2"},
		"row": {p.matrix(mxSparse, 0, []int32{3, 1}, "a", p.numbers(miINT32, []int32{3}), p.numbers(miINT32, []int32{0, 1}),
			p.numbers(miDOUBLE, []float64{1})), "index 3 of 3"},
		"text": {p.matrix(mxChar, 0, []int32{3, 3}, "a", p.numbers(miUTF8, []byte("abcd"))), "matfile: a: 4 characters for [3×3]"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(p.file(test.body))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// TestDamagedVariable: a variable that cannot be read leaves the others.
func TestDamagedVariable(t *testing.T) {
	p := plain{}
	z := p.compressed(p.double("bad", make([]float64, 1000)...))
	z[len(z)-1] ^= 1 // the checksum
	f := read(t, p.file(p.double("a", 1), z, p.double("b", 2)))
	if _, err := f.Var("bad"); err == nil || err.Error() != "matfile: bad: compressed element at 0xd0: zlib: invalid checksum" {
		t.Errorf("error %v", err)
	}
	for path, want := range map[string]float64{"a": 1, "b": 2} {
		if x, err := lookup(t, f, path).Float64(); err != nil || x != want {
			t.Errorf("%s = %v, %v", path, x, err)
		}
	}
}

func TestRepeatedNames(t *testing.T) {
	p := plain{}
	f := read(t, p.file(p.double("a", 1), p.double("b", 2), p.double("a", 3),
		p.structure("s", []int32{1, 1}, []string{"x", "x", "x"}, p.double("", 4), p.double("", 5), p.double("", 6))))
	if !slices.Equal(f.Names(), []string{"a", "b", "s"}) {
		t.Errorf("names %v", f.Names())
	}
	for path, want := range map[string]float64{"a": 3, "s.x": 4, "s._1_x": 5, "s._2_x": 6} {
		if x, err := lookup(t, f, path).Float64(); err != nil || x != want {
			t.Errorf("%s = %v, %v; want %v", path, x, err, want)
		}
	}
}

// TestWhole inflates a variable at once and as it is asked for: same bytes. What is damaged, or longer than declared, is left
// to the piecewise reader, which says why.
func TestWhole(t *testing.T) {
	p := plain{}
	matrix := p.double("x", make([]float64, 20000)...)
	element := p.compressed(matrix)
	open := func(b []byte) *inflated {
		return &inflated{r: bytes.NewReader(b), off: 8, n: int64(len(b) - 8), keep: 1 << 20}
	}
	total := int64(len(matrix))
	whole, pieces := open(element), open(element)
	whole.whole(total)
	if err := pieces.verify(total); err != nil {
		t.Fatal(err)
	}
	if whole.total != total || !bytes.Equal(whole.kept, pieces.kept) {
		t.Errorf("%d bytes at once, %d in pieces, want %d", len(whole.kept), len(pieces.kept), total)
	}
	damaged := bytes.Clone(element)
	damaged[len(damaged)-1] ^= 1 // the checksum
	for name, s := range map[string]*inflated{"damaged": open(damaged), "cut": open(element[:len(element)-5])} {
		if s.whole(total); s.total != 0 || s.verify(total) == nil {
			t.Errorf("%s: taken for whole", name)
		}
	}
	for _, n := range []int64{total - 1, total + 1} {
		s := open(element)
		if s.whole(n); s.total != 0 || s.verify(n) == nil {
			t.Errorf("%d bytes declared: taken for whole", n)
		}
	}
}

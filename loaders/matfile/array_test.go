package matfile

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestMatrix(t *testing.T) {
	// Sizes around the block of the transposition, and around the columns that are decoded together.
	for _, dims := range [][2]int{{0, 3}, {1, 5}, {5, 1}, {2, 3}, {31, 33}, {32, 32}, {33, 65}, {100, 7}, {300, 20}, {3, 1500}} {
		rows, cols := dims[0], dims[1]
		x := make([]float64, rows*cols)
		for i := range x {
			x[i] = float64(i)
		}
		r, c, y, err := NewNumeric("x", dims[:], x).Matrix()
		if err != nil || r != rows || c != cols || len(y) != len(x) {
			t.Fatalf("%v: %d×%d of %d, %v", dims, r, c, len(y), err)
		}
		for i := range rows {
			for j := range cols {
				if y[i*cols+j] != float64(i+j*rows) {
					t.Fatalf("%v: element (%d, %d) = %v", dims, i, j, y[i*cols+j])
				}
			}
		}
		back, err := NewMatrix("x", rows, cols, y).Float64s()
		if err != nil || !slices.Equal(back, x) {
			t.Errorf("%v: NewMatrix is not the inverse", dims)
		}
	}
	if _, _, _, err := NewNumeric("x", []int{1, 1, 2}, []float64{1, 2}).Matrix(); !errors.Is(err, ErrClass) {
		t.Errorf("three dimensions: %v", err)
	}
	if _, _, _, err := NewComplex("x", []int{2, 2}, make([]float64, 4), make([]float64, 4)).Matrix(); !errors.Is(err, ErrClass) {
		t.Errorf("complex: %v", err)
	}
	large := NewNumeric("x", []int{300, 20}, append(make([]int64, 5999), math.MaxInt64))
	if _, _, _, err := large.Matrix(); !errors.Is(err, ErrInexact) || !strings.Contains(err.Error(), "5999") {
		t.Errorf("the largest integer, at index 5999: %v", err)
	}
}

func TestMatrixOfLogicals(t *testing.T) {
	twos := NewNumeric("x", []int{2, 3}, []uint8{0, 2, 2, 0, 2, 2})
	twos.Class = Logical
	if _, _, y, err := twos.Matrix(); err != nil || !slices.Equal(y, []float64{0, 1, 1, 1, 0, 1}) {
		t.Errorf("%v, %v", y, err)
	}
}

func TestScalars(t *testing.T) {
	one := NewNumeric("n", []int{1, 1}, []uint8{7})
	if v, err := one.Float64(); v != 7 || err != nil {
		t.Errorf("Float64 = %v, %v", v, err)
	}
	if v, err := one.Int(); v != 7 || err != nil {
		t.Errorf("Int = %v, %v", v, err)
	}
	two := NewNumeric("n", []int{1, 2}, []float64{7, 8})
	if _, err := two.Float64(); !errors.Is(err, ErrClass) {
		t.Errorf("Float64 of two: %v", err)
	}
	if _, err := two.Int(); !errors.Is(err, ErrClass) {
		t.Errorf("Int of two: %v", err)
	}
	if _, err := NewNumeric("n", []int{1, 1}, []float64{math.NaN()}).Int(); !errors.Is(err, ErrInexact) {
		t.Errorf("Int of NaN: %v", err)
	}
}

// TestMismatch: the wrong accessor says what the array is.
func TestMismatch(t *testing.T) {
	number := NewNumeric("x", []int{2, 2}, []float64{1, 2, 3, 4})
	text := NewChar("s", "ab", "cde")
	cell := NewCell("c", []int{1, 2}, number, nil)
	z := NewComplex("z", []int{1, 1}, []float64{1}, []float64{2})
	ask := func(_ any, err error) error { return err }
	for _, test := range []struct {
		err  error
		is   error
		want string
	}{
		{ask(text.Float64s()), ErrClass, "matfile: s: numbers asked of char [2×3]"},
		{ask(text.Text()), ErrClass, "matfile: s: one text asked of char [2×3]: use Texts"},
		{ask(number.Text()), ErrClass, "matfile: x: text asked of double [2×2]"},
		{ask(number.Cell(0)), ErrClass, "matfile: x: cells asked of double [2×2]"},
		{ask(number.Field("a")), ErrClass, "matfile: x: struct elements asked of double [2×2]"},
		{ask(number.Imag()), ErrClass, "matfile: x: the numbers are real"},
		{ask(z.Float64s()), ErrClass, "matfile: z: the numbers are complex: use Real and Imag"},
		{ask(z.Int64s()), ErrClass, "matfile: z: integers asked of complex double [1×1]"},
		{ask(cell.Cell(2)), ErrNotFound, "matfile: c: no cell 2 in cell [1×2], counted from 0"},
		{ask(cell.Cell(-1)), ErrNotFound, "matfile: c: no cell -1 in cell [1×2], counted from 0"},
		{ask(cell.Texts()), ErrClass, "matfile: c{0}: text asked of double [2×2]"},
	} {
		if !errors.Is(test.err, test.is) || test.err.Error() != test.want {
			t.Errorf("error %v, want %v", test.err, test.want)
		}
	}
}

func TestHead(t *testing.T) {
	x := make([]int16, 20000) // more than one chunk
	for i := range x {
		x[i] = int16(-i)
	}
	a := NewNumeric("x", []int{1, len(x)}, x)
	for _, n := range []int{0, 1, 8192, 8193, 20000, 30000} {
		dst := make([]float64, n)
		k, err := a.Head(dst)
		if err != nil || k != min(n, len(x)) {
			t.Fatalf("Head(%d) = %d, %v", n, k, err)
		}
		for i, v := range dst[:k] {
			if v != float64(x[i]) {
				t.Fatalf("Head(%d): element %d is %v", n, i, v)
			}
		}
	}
}

// TestLongLists: an error names the first of very many fields.
func TestLongLists(t *testing.T) {
	fields := make([]*Array, 100)
	for i := range fields {
		fields[i] = NewChar(fmt.Sprintf("f%d", i))
	}
	_, err := NewStruct("s", fields...).Field("x")
	if err == nil || !strings.HasSuffix(err.Error(), "f38, f39 and 60 more") {
		t.Errorf("error %v", err)
	}
	if _, err = NewStruct("s").Field("x"); err.Error() != "matfile: s: no field 'x'; it has: nothing" {
		t.Errorf("error %v", err)
	}
}

// TestHeadOfSparse looks at a sparse matrix that is too large in full.
func TestHeadOfSparse(t *testing.T) {
	p := plain{}
	f := read(t, p.file(p.matrix(mxSparse, 0, []int32{1 << 30, 2}, "s", p.numbers(miINT32, []int32{1, 3, 1 << 20}),
		p.numbers(miINT32, []int32{0, 2, 3}), p.numbers(miDOUBLE, []float64{5, 6, 7}))))
	a := lookup(t, f, "s")
	dst := []float64{9, 9, 9, 9, 9}
	if n, err := a.Head(dst); n != 5 || err != nil || !slices.Equal(dst, []float64{0, 5, 0, 6, 0}) {
		t.Errorf("Head = %v, %d, %v", dst, n, err)
	}
	if _, err := a.Float64s(); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Float64s: %v", err)
	}
}

// TestPanics: wrong shapes are the programmer's mistake.
func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"number":  func() { NewNumeric("x", []int{2, 2}, []float64{1}) },
		"one dim": func() { NewNumeric("x", []int{1}, []float64{1}) },
		"matrix":  func() { NewMatrix("x", 2, 2, []float64{1}) },
		"complex": func() { NewComplex("x", []int{1, 1}, []float64{1}, nil) },
		"cell":    func() { NewCell("x", []int{1, 2}, nil) },
		"struct":  func() { NewStructArray("x", []int{1, 2}, []string{"a"}, []*Array{nil}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func ExampleNewStruct() {
	d := NewStruct("D",
		NewNumeric("dt", []int{1, 1}, []float64{0.045}),
		NewMatrix("vel", 2, 3, []float64{1, 2, 3, 4, 5, 6}),
		NewChar("subject", "monkey J"))
	fmt.Println(d, d.Fields())
	vel, _ := d.Field("vel")
	x, _ := vel.Float64s()
	fmt.Println(vel.Path(), vel, x)
	// Output:
	// struct [1×1] [dt vel subject]
	// D.vel double [2×3] [1 4 2 5 3 6]
}

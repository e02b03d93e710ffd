package blas

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// vectorSizes are all up to 140, so that a chunk of any tier is crossed at every place.
func vectorSizes(f func(n int)) {
	for n := range 141 {
		f(n)
	}
	f(1003)
}

func residualKernels[T Float](t *testing.T) {
	vectorSizes(func(n int) {
		x, y, w := newGuarded[T](1, n, max(1, n), 1), newGuarded[T](1, n, max(1, n), 2), newGuarded[T](1, n, max(1, n), 3)
		sum, size := 0.0, 0.0
		for i := range n {
			e := float64(T(T(x.data[i]-y.data[i]) * w.data[i])) // rounded as the kernels round
			sum += e * e
			size += e * e
		}
		near(t, fmt.Sprintf("Residuals of %d", n), float64(Residuals(x.data, y.data, w.data)), sum, dotBound[T](n, size))
		const least = 0.25
		dst := newGuarded[T](1, n, max(1, n), 4)
		Invert(least, dst.data, x.data)
		for i, v := range x.data[:n] {
			if got := dst.data[i]; v < least && got == got || v >= least && got != 1/v {
				t.Fatalf("Invert of %d, element %d: %g of %g", n, i, got, v)
			}
		}
		squares := newGuarded[T](1, n, max(1, n), 5)
		Square(squares.data, x.data)
		for i, v := range x.data[:n] {
			if got := squares.data[i]; got != v*v {
				t.Fatalf("Square of %d, element %d: %g of %g", n, i, got, v)
			}
		}
		for _, g := range []guarded[T]{x, y, w, dst, squares} {
			g.check(t, "residual kernels")
		}
	})
	nan := T(math.NaN())
	if got := Residuals([]T{1, nan}, []T{0, 0}, []T{1, 1}); got == got {
		t.Errorf("Residuals of NaN is %g", got)
	}
	one := []T{nan, T(math.Inf(1)), 0}
	Invert(0, one, one)
	if one[0] == one[0] || one[1] != 0 || !math.IsInf(float64(one[2]), 1) {
		t.Errorf("Invert of NaN, Inf, 0: %v", one)
	}
	one = []T{nan, T(math.Inf(-1)), 3}
	Square(one, one)
	if one[0] == one[0] || !math.IsInf(float64(one[1]), 1) || one[2] != 9 {
		t.Errorf("Square of NaN, -Inf, 3: %v", one)
	}
}

func TestResidualKernels(t *testing.T) {
	t.Run("float32", func(t *testing.T) { eachTier[float32](t, residualKernels[float32]) })
	t.Run("float64", func(t *testing.T) { eachTier[float64](t, residualKernels[float64]) })
}

// dotBound is the error allowed to a sum of n products of the given total size: each product
// and each addition rounds once.
func dotBound[T Float](n int, size float64) float64 {
	return 1.01 * float64(n+8) * unit[T]() * size
}

func vectors[T Float](t *testing.T) {
	vectorSizes(func(n int) {
		x, y, a := newGuarded[T](1, n, max(1, n), 1), newGuarded[T](1, n, max(1, n), 2), newGuarded[T](1, n, max(1, n), 3)
		const alpha = -1.625
		var sum twice
		size := 0.0
		for i := range n {
			sum.addProduct(float64(x.data[i]), float64(y.data[i]))
			size += math.Abs(float64(x.data[i]) * float64(y.data[i]))
		}
		if got := Dot(x.data, y.data); !(math.Abs(float64(got)-sum.value()) <= dotBound[T](n, size)) {
			t.Fatalf("Dot of %d: %g, want %g", n, got, sum.value())
		}
		old := slices.Clone(y.data)
		Axpy(alpha, x.data, y.data)
		for i := range n {
			p := alpha * float64(x.data[i])
			near(t, fmt.Sprintf("Axpy of %d, element %d", n, i), float64(y.data[i]), float64(old[i])+p, dotBound[T](-6, math.Abs(p)+math.Abs(float64(old[i]))))
		}
		old = slices.Clone(x.data)
		Scal(alpha, x.data)
		for i := range n {
			if x.data[i] != alpha*old[i] {
				t.Fatalf("Scal of %d, element %d: %g, want %g", n, i, x.data[i], alpha*old[i])
			}
		}
		if n == 0 {
			return
		}
		// The sum of dotAxpy is dot's, and what it adds axpy's.
		k := active[T]()
		want := slices.Clone(y.data)
		k.axpy(n, alpha, &a.data[0], &want[0])
		s := k.dotAxpy(n, alpha, &a.data[0], &x.data[0], &y.data[0])
		if s != k.dot(n, &a.data[0], &x.data[0]) || !slices.Equal(y.data, want) {
			t.Fatalf("dotAxpy of %d is not dot and axpy", n)
		}
		x.check(t, "x")
		y.check(t, "y")
		a.check(t, "a")
		rows := newGuarded[T](4, n, n+3, 4)
		coef := []T{1.5, -2, 0.25, 3}
		for r, c := range coef {
			k.axpy(n, c, &rows.data[r*(n+3)], &want[0])
		}
		k.axpy4(n, &coef[0], &rows.data[0], n+3, &y.data[0])
		if !slices.Equal(y.data, want) {
			t.Fatalf("axpy4 of %d is not four axpy", n)
		}
		y.check(t, "y of axpy4")
		for r := range 2 {
			k.axpy(n, coef[r], &rows.data[r*(n+3)], &want[0])
		}
		k.axpyPair(n, coef[0], &rows.data[0], coef[1], &rows.data[n+3], &y.data[0])
		if !slices.Equal(y.data, want) {
			t.Fatalf("axpyPair of %d is not two axpy", n)
		}
		y.check(t, "y of axpyPair")
		// And the sums of dotAxpy4 are dot's, those of dot4 nearly.
		var sums, wantSums [4]T
		for r := range 4 {
			wantSums[r] = k.dotAxpy(n, coef[r], &rows.data[r*(n+3)], &x.data[0], &want[0])
		}
		k.dot4(n, &rows.data[0], n+3, &x.data[0], &sums[0])
		for r, sum := range sums {
			size := 0.0
			for i := range n {
				size += math.Abs(float64(rows.data[r*(n+3)+i]) * float64(x.data[i]))
			}
			near(t, fmt.Sprintf("dot4 of %d", n), float64(sum), float64(wantSums[r]), 2*dotBound[T](n, size))
		}
		k.dotAxpy4(n, &coef[0], &rows.data[0], n+3, &x.data[0], &y.data[0], &sums[0])
		if sums != wantSums || !slices.Equal(y.data, want) {
			t.Fatalf("dotAxpy4 of %d is not four dotAxpy", n)
		}
		rows.check(t, "rows")
		y.check(t, "y of dotAxpy4")
	})
}

func near(t *testing.T, name string, got, want, bound float64) {
	t.Helper()
	if !(math.Abs(got-want) <= bound) {
		t.Fatalf("%s: %g, want %g: off by %g, allowed %g", name, got, want, math.Abs(got-want), bound)
	}
}

func TestVectorsBLAS(t *testing.T) {
	t.Run("float32", func(t *testing.T) { eachTier[float32](t, vectors[float32]) })
	t.Run("float64", func(t *testing.T) { eachTier[float64](t, vectors[float64]) })
}

// matrixVector checks Gemv, Ger and Symv against sums in twice float64's precision, at sizes up
// to those that are shared out.
func matrixVector[T Float](t *testing.T) {
	shapes, orders := [][2]int{{1, 1}, {3, 5}, {4, 40}, {17, 33}, {70, 9}, {5, 0}, {0, 5}, {67, 131}, {500, 530}}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 70, 71, symvShared - 1, symvShared, 601}
	if isInterpreted[T]() {
		shapes, orders = shapes[:7], orders[:12]
	}
	for _, s := range shapes {
		for _, trans := range transposes {
			for _, beta := range []T{0, 1, -0.5} {
				checkGemv(t, trans, s[0], s[1], beta)
			}
		}
		checkGer[T](t, s[0], s[1])
	}
	for _, n := range orders {
		for _, uplo := range []blas.Uplo{blas.Upper, blas.Lower} {
			for _, beta := range []T{0, 1, -0.5} {
				checkSymv(t, uplo, n, beta)
			}
			checkSyr2[T](t, uplo, n)
		}
	}
}

// nanUnless returns a vector to start from: NaN where β = 0 has to overwrite it.
func nanUnless[T Float](beta T, n int) guarded[T] {
	y := newGuarded[T](1, n, max(1, n), 3)
	if beta == 0 {
		for i := range y.data {
			y.data[i] = T(math.NaN())
		}
	}
	return y
}

// row compares β·y + α·Σ a(p)·x(p).
func checkRow[T Float](t *testing.T, name string, got, alpha, beta, old T, n int, a func(p int) T, x []T) {
	t.Helper()
	var sum twice
	size := 0.0
	for p := range n {
		sum.addProduct(float64(a(p)), float64(x[p]))
		size += math.Abs(float64(a(p)) * float64(x[p]))
	}
	want, bound := float64(alpha)*sum.value(), math.Abs(float64(alpha))*size
	if beta != 0 {
		want += float64(beta * old)
		bound += math.Abs(float64(beta * old))
	}
	near(t, name, float64(got), want, dotBound[T](n+4, bound))
}

func checkGemv[T Float](t *testing.T, trans blas.Transpose, m, n int, beta T) {
	const alpha = 1.5
	rows, cols := shape(trans, m, n)
	lda := n + 2
	a, x, y := newGuarded[T](m, n, lda, 1), newGuarded[T](1, cols, max(1, cols), 2), nanUnless(beta, rows)
	old := slices.Clone(y.data)
	Gemv(trans, m, n, alpha, a.data, lda, x.data, beta, y.data)
	name := fmt.Sprintf("Gemv %c %d×%d β %g", trans, m, n, beta)
	y.check(t, name)
	for i := range rows {
		checkRow(t, name, y.data[i], alpha, beta, old[i], cols, func(p int) T { return a.data[at(trans, i, p, lda)] }, x.data)
	}
}

func checkGer[T Float](t *testing.T, m, n int) {
	lda := n + 1
	a, x, y := newGuarded[T](m, n, lda, 1), newGuarded[T](1, m, max(1, m), 2), newGuarded[T](1, n, max(1, n), 3)
	old := slices.Clone(a.data)
	Ger(m, n, -2, x.data, y.data, a.data, lda)
	name := fmt.Sprintf("Ger %d×%d", m, n)
	a.check(t, name)
	for i := range m {
		for j := range n {
			checkRow(t, name, a.data[i*lda+j], -2, 1, old[i*lda+j], 1, func(int) T { return x.data[i] }, y.data[j:])
		}
	}
}

func checkSyr2[T Float](t *testing.T, uplo blas.Uplo, n int) {
	lda := n + 2
	a, x, y := newGuarded[T](n, n, lda, 1), newGuarded[T](1, n, max(1, n), 2), newGuarded[T](1, n, max(1, n), 3)
	old := slices.Clone(a.data)
	Syr2(uplo, n, -2, x.data, y.data, a.data, lda)
	name := fmt.Sprintf("Syr2 %c %d", uplo, n)
	a.check(t, name)
	for i := range n {
		for j := range n {
			if got := a.data[i*lda+j]; uplo == blas.Upper && i > j || uplo == blas.Lower && i < j {
				if got != old[i*lda+j] {
					t.Fatalf("%s: element (%d, %d) of the other triangle changed", name, i, j)
				}
				continue
			}
			factors := []T{x.data[i], y.data[i]}
			checkRow(t, name, a.data[i*lda+j], -2, 1, old[i*lda+j], 2, func(p int) T { return factors[p] }, []T{y.data[j], x.data[j]})
		}
	}
}

func checkSymv[T Float](t *testing.T, uplo blas.Uplo, n int, beta T) {
	const alpha = 1.5
	lda := n + 2
	a, x, y := newGuarded[T](n, n, lda, 1), newGuarded[T](1, n, max(1, n), 2), nanUnless(beta, n)
	old := slices.Clone(y.data)
	full := slices.Clone(a.data)
	for i := range n {
		for j := range i {
			if uplo == blas.Upper { // the other triangle must not be read
				full[i*lda+j] = full[j*lda+i]
				a.data[i*lda+j] = T(math.NaN())
			} else {
				full[j*lda+i] = full[i*lda+j]
				a.data[j*lda+i] = T(math.NaN())
			}
		}
	}
	Symv(uplo, n, alpha, a.data, lda, x.data, beta, y.data)
	name := fmt.Sprintf("Symv %c %d β %g", uplo, n, beta)
	y.check(t, name)
	for i := range n {
		checkRow(t, name, y.data[i], alpha, beta, old[i], n, func(p int) T { return full[i*lda+p] }, x.data)
	}
}

func TestMatrixVector(t *testing.T) {
	t.Run("float32", func(t *testing.T) { eachTier[float32](t, matrixVector[float32]) })
	t.Run("float64", func(t *testing.T) { eachTier[float64](t, matrixVector[float64]) })
}

// TestMatrixVectorSameBits: 1, 2 and 8 goroutines, sizes that are shared out.
func TestMatrixVectorSameBits(t *testing.T) {
	const m, n = 1100, 1300
	a, x := make([]float64, m*n), make([]float64, n)
	fill(a, 1)
	fill(x, 2)
	for name, f := range map[string]func() []float64{
		"Gemv": func() []float64 {
			y := make([]float64, m)
			Gemv(blas.NoTrans, m, n, 1, a, n, x, 0, y)
			return y
		},
		"Gemv transposed": func() []float64 {
			y := make([]float64, n)
			Gemv(blas.Trans, m, n, 1, a, n, x[:m], 0, y)
			return y
		},
		"Ger": func() []float64 {
			z := slices.Clone(a)
			Ger(m, n, 0.5, x[:m], x, z, n)
			return z
		},
		"Syr2": func() []float64 {
			z := slices.Clone(a)
			Syr2(blas.Upper, m, 0.5, x[:m], x[n-m:], z, n)
			Syr2(blas.Lower, m, 0.5, x[:m], x[n-m:], z, n)
			return z
		},
		"Symv": func() []float64 {
			y := make([]float64, m)
			Symv(blas.Upper, m, 1, a, n, x[:m], 0, y)
			return y
		},
		"Symv lower": func() []float64 {
			y := make([]float64, m)
			Symv(blas.Lower, m, 1, a, n, x[:m], 0, y)
			return y
		},
	} {
		var want []uint64
		for _, procs := range []int{1, 2, 8} {
			withProcs(procs, func() {
				if got := bitsOf(f()); want == nil {
					want = got
				} else if !slices.Equal(got, want) {
					t.Errorf("%s: %d goroutines give other bits than 1", name, procs)
				}
			})
		}
	}
}

func BenchmarkLevel(b *testing.B) {
	for _, n := range []int{200, 1000, 2000} {
		a, x, y := make([]float64, n*n), make([]float64, n), make([]float64, n)
		fill(a, 1)
		fill(x, 2)
		run := func(name string, flops int, f func()) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
				gflops(b, flops)
			})
		}
		run("Dot", 2*n, func() { Dot(x, y) })
		run("Axpy", 2*n, func() { Axpy(1e-9, x, y) })
		run("Gemv", 2*n*n, func() { Gemv(blas.NoTrans, n, n, 1, a, n, x, 0, y) })
		run("GemvT", 2*n*n, func() { Gemv(blas.Trans, n, n, 1, a, n, x, 0, y) })
		run("Symv", 2*n*n, func() { Symv(blas.Upper, n, 1, a, n, x, 0, y) })
		run("SymvLower", 2*n*n, func() { Symv(blas.Lower, n, 1, a, n, x, 0, y) })
		run("Syr2", 2*n*n, func() { Syr2(blas.Upper, n, 1e-9, x, y, a, n) })
		run("Ger", 2*n*n, func() { Ger(n, n, 1e-9, x, y, a, n) })
	}
}

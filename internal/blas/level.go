package blas

import "gonum.org/v1/gonum/blas"

// Dot returns Σ x[i]·y[i]. It panics where the lengths differ.
func Dot[T Float](x, y []T) T {
	checkLength("y", len(y), len(x))
	if len(x) == 0 {
		return 0
	}
	return active[T]().dot(len(x), &x[0], &y[0])
}

// Axpy computes y[i] += α·x[i]. It panics where the lengths differ.
func Axpy[T Float](alpha T, x, y []T) {
	checkLength("y", len(y), len(x))
	if len(x) > 0 {
		active[T]().axpy(len(x), alpha, &x[0], &y[0])
	}
}

// Residuals returns Σ ((x[i] − y[i])·w[i])². It panics where the lengths differ.
func Residuals[T Float](x, y, w []T) T {
	checkLength("y", len(y), len(x))
	checkLength("w", len(w), len(x))
	if len(x) == 0 {
		return 0
	}
	return active[T]().residuals(len(x), &x[0], &y[0], &w[0])
}

// Invert computes dst[i] = 1/x[i], and NaN where x[i] < least; dst may be x. It panics where the lengths differ.
func Invert[T Float](least T, dst, x []T) {
	checkLength("dst", len(dst), len(x))
	if len(x) > 0 {
		active[T]().invert(len(x), 1, least, &dst[0], &x[0])
	}
}

// Scal computes x[i] *= α.
func Scal[T Float](alpha T, x []T) {
	if len(x) > 0 {
		active[T]().scal(len(x), alpha, &x[0])
	}
}

// rescale computes x[i] *= β as the BLAS has it: β = 0 overwrites NaN and Inf.
func rescale[T Float](beta T, x []T) {
	switch beta {
	case 0:
		clear(x)
	case 1:
	default:
		Scal(beta, x)
	}
}

// Gemv computes y = β·y + α·op(A)·x on all cores, for the m×n row-major matrix A. As in Gemm, y
// is not read where β = 0, nor A and x where α = 0.
func Gemv[T Float](t blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, beta T, y []T) {
	checkMatrix("A", m, n, a, lda)
	rows, cols := shape(t, m, n)
	checkLength("x", len(x), cols)
	checkLength("y", len(y), rows)
	if m == 0 || n == 0 || alpha == 0 {
		rescale(beta, y)
		return
	}
	if workers := workersFor(m * n * gemvWeight); workers > 1 {
		parallel(workers, func(i int) {
			gemvPart(t, cut(rows, i, workers, 16), cut(rows, i+1, workers, 16), m, n, alpha, a, lda, x, beta, y)
		})
		return
	}
	gemvPart(t, 0, rows, m, n, alpha, a, lda, x, beta, y)
}

// gemvWeight is the cost of a multiply-add whose matrix element is used once, in those of Gemm.
const gemvWeight = 8

// shape returns the shape of op(X) for an X of rows×cols, and the other way round.
func shape(t blas.Transpose, rows, cols int) (int, int) {
	if transposed(t) {
		return cols, rows
	}
	return rows, cols
}

// gemvPart computes the elements [i0, i1) of y.
func gemvPart[T Float](t blas.Transpose, i0, i1, m, n int, alpha T, a []T, lda int, x []T, beta T, y []T) {
	if transposed(t) {
		gemvCols(i0, i1, m, alpha, a, lda, x, beta, y)
		return
	}
	gemvRows(i0, i1, n, alpha, a, lda, x, beta, y)
}

// gemvRows computes the elements [i0, i1) of y = β·y + α·A·x.
func gemvRows[T Float](i0, i1, n int, alpha T, a []T, lda int, x []T, beta T, y []T) {
	k := active[T]()
	for i := i0; i < i1; i++ {
		v := alpha * k.dot(n, &a[i*lda], &x[0])
		if beta != 0 {
			v += beta * y[i]
		}
		y[i] = v
	}
}

// gemvCols computes the elements [j0, j1) of y = β·y + α·Aᵀ·x.
func gemvCols[T Float](j0, j1, m int, alpha T, a []T, lda int, x []T, beta T, y []T) {
	if j0 == j1 {
		return
	}
	rescale(beta, y[j0:j1])
	k := active[T]()
	w := getWorkspace[T]()
	defer putWorkspace(w)
	i := 0
	for ; i+4 <= m; i += 4 {
		c := w.tile[:4]
		for r := range c {
			c[r] = alpha * x[i+r]
		}
		k.axpy4(j1-j0, &c[0], &a[i*lda+j0], lda, &y[j0])
	}
	for ; i < m; i++ {
		k.axpy(j1-j0, alpha*x[i], &a[i*lda+j0], &y[j0])
	}
}

// Ger computes A += α·x·yᵀ for the m×n row-major matrix A.
func Ger[T Float](m, n int, alpha T, x, y, a []T, lda int) {
	checkMatrix("A", m, n, a, lda)
	checkLength("x", len(x), m)
	checkLength("y", len(y), n)
	if m == 0 || n == 0 || alpha == 0 {
		return
	}
	k := active[T]()
	for i, v := range x {
		k.axpy(n, alpha*v, &y[0], &a[i*lda])
	}
}

// symvStrips is the number of row strips of a Symv that is worth sharing out. Each strip has
// its own sum, and the sums are added in their order, so the number must not follow the cores'.
const (
	symvStrips = 8
	symvShared = 384 // order from which it is worth it
)

// Symv computes y = β·y + α·A·x on all cores, for the symmetric n×n matrix A of which one
// triangle is stored and read. As in Gemm, y is not read where β = 0, nor A and x where α = 0.
func Symv[T Float](uplo blas.Uplo, n int, alpha T, a []T, lda int, x []T, beta T, y []T) {
	checkMatrix("A", n, n, a, lda)
	checkLength("x", len(x), n)
	checkLength("y", len(y), n)
	part := triangle(uplo)
	rescale(beta, y)
	if n == 0 || alpha == 0 {
		return
	}
	if n < symvShared {
		symvRows(part, 0, n, n, alpha, a, lda, x, y)
		return
	}
	w := getWorkspace[T]()
	defer putWorkspace(w)
	w.b = grow(w.b, symvStrips*n)
	sums := w.b
	strip := func(s int) {
		sum := sums[s*n : (s+1)*n]
		clear(sum)
		symvRows(part, triangleCut(part, n, s), triangleCut(part, n, s+1), n, alpha, a, lda, x, sum)
	}
	if workersFor(n*n*gemvWeight/2) == 1 {
		for s := range symvStrips {
			strip(s)
		}
	} else {
		parallel(symvStrips, strip)
	}
	for s := range symvStrips {
		Axpy(1, sums[s*n:(s+1)*n], y)
	}
}

// triangleCut returns the first row of strip s, the strips being of about equal area.
func triangleCut(part part, n, s int) int {
	f := float64(s) / symvStrips
	if part == upper {
		return n - int(sqrt(1-f)*float64(n))
	}
	return int(sqrt(f) * float64(n))
}

// symvRows adds to y what the rows [i0, i1) of the stored triangle contribute to α·A·x.
func symvRows[T Float](part part, i0, i1, n int, alpha T, a []T, lda int, x, y []T) {
	k := active[T]()
	for i := i0; i < i1; i++ {
		sum := a[i*lda+i] * x[i]
		from, to := i+1, n
		if part == lower {
			from, to = 0, i
		}
		if from < to {
			sum += k.dotAxpy(to-from, alpha*x[i], &a[i*lda+from], &x[from], &y[from])
		}
		y[i] += alpha * sum
	}
}

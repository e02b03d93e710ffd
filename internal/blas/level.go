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

// Square computes dst[i] = x[i]²; dst may be x. It panics where the lengths differ.
func Square[T Float](dst, x []T) {
	checkLength("dst", len(dst), len(x))
	if len(x) > 0 {
		active[T]().square(len(x), &dst[0], &x[0])
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
	w := getWorkspace[T]()
	defer putWorkspace(w)
	sums := w.tile[:8]
	for i := i0; i < i1; i += 4 {
		rows := min(4, i1-i)
		k.dotRows(n, a[i*lda:], lda, rows, x, sums)
		for r, sum := range sums[:rows] {
			v := alpha * sum
			if beta != 0 {
				v += beta * y[i+r]
			}
			y[i+r] = v
		}
	}
}

// dotRows computes sums[r] = Σ a[r·lda+i]·x[i] for r < rows ≤ 4, all as dot4 sums.
func (k *kernels[T]) dotRows(n int, a []T, lda, rows int, x, sums []T) {
	if rows == 4 {
		k.dot4(n, &a[0], lda, &x[0], &sums[0])
		return
	}
	for r := range rows {
		k.dot4(n, &a[r*lda], 0, &x[0], &sums[r]) // four times the same row: what is after it is overwritten, or not read
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

// Ger computes A += α·x·yᵀ on all cores for the m×n row-major matrix A.
func Ger[T Float](m, n int, alpha T, x, y, a []T, lda int) {
	checkMatrix("A", m, n, a, lda)
	checkLength("x", len(x), m)
	checkLength("y", len(y), n)
	if m == 0 || n == 0 || alpha == 0 {
		return
	}
	k := active[T]()
	rows := func(i0, i1 int) {
		for i := i0; i < i1; i++ {
			k.axpy(n, alpha*x[i], &y[0], &a[i*lda])
		}
	}
	if workers := workersFor(m * n * gemvWeight); workers > 1 {
		parallel(workers, func(i int) { rows(cut(m, i, workers, 1), cut(m, i+1, workers, 1)) })
		return
	}
	rows(0, m)
}

// Syr2 computes one triangle of the symmetric n×n matrix A += α·(x·yᵀ + y·xᵀ) on all cores. The
// other triangle is neither read nor written.
func Syr2[T Float](uplo blas.Uplo, n int, alpha T, x, y, a []T, lda int) {
	checkMatrix("A", n, n, a, lda)
	checkLength("x", len(x), n)
	checkLength("y", len(y), n)
	part := triangle(uplo)
	if n == 0 || alpha == 0 {
		return
	}
	k := active[T]()
	strip := func(s int) {
		for i := triangleCut(part, n, s); i < triangleCut(part, n, s+1); i++ {
			from, to := i, n
			if part == lower {
				from, to = 0, i+1
			}
			k.axpyPair(to-from, alpha*x[i], &y[from], alpha*y[i], &x[from], &a[i*lda+from])
		}
	}
	if workersFor(n*n*gemvWeight/2) > 1 {
		parallel(strips, strip)
		return
	}
	for s := range strips {
		strip(s)
	}
}

// strips is the number of strips of rows into which a triangle is divided to share it out. Each
// strip of a Symv has its own sum, and the sums are added in their order, so the number must
// not follow the cores'.
const strips = 8

// lineUp is the number of elements to a multiple of which rows are cut: where those of a matrix begin with a line of the
// cache, so do their pieces.
const lineUp = 8

// symvShared is the order from which a Symv is divided.
const symvShared = 384

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
	s := symvCall[T]{active[T](), part, n, alpha, a, lda, x}
	w := getWorkspace[T]()
	defer putWorkspace(w)
	padded := roundUp(n, lineUp) // kernels go over y by whole groups
	if n < symvShared {
		w.b = grow(w.b, 2*padded)
		clear(w.b[:padded])
		s.rows(w, 0, n, w.b[:padded], w.b[padded:2*padded])
		Axpy(1, w.b[:n], y)
		return
	}
	w.b = grow(w.b, (strips+1)*padded)
	sums, rowSums := w.b[:strips*padded], w.b[strips*padded:(strips+1)*padded]
	strip := func(i int) {
		from, to := s.reach(i)
		sum := sums[i*padded : (i+1)*padded]
		clear(sum[from/lineUp*lineUp : roundUp(to, lineUp)])
		own := getWorkspace[T]()
		s.rows(own, triangleCut(part, n, i), triangleCut(part, n, i+1), sum, rowSums)
		putWorkspace(own)
	}
	if workersFor(n*n*gemvWeight/2) == 1 {
		for i := range strips {
			strip(i)
		}
	} else {
		parallel(strips, strip)
	}
	for i := range strips {
		from, to := s.reach(i)
		Axpy(1, sums[i*padded+from:i*padded+to], y[from:to])
	}
}

// triangleCut returns the first row of strip s, the strips being of about equal area.
func triangleCut(part part, n, s int) int {
	f := sqrt(float64(s) / strips)
	if part == upper {
		f = 1 - sqrt(1-float64(s)/strips)
	}
	if s == strips {
		return n
	}
	return int(f*float64(n)) / lineUp * lineUp
}

// A symvCall holds the arguments of a Symv.
type symvCall[T Float] struct {
	kernels *kernels[T]
	part    part
	n       int
	alpha   T
	a       []T
	lda     int
	x       []T
}

// reach returns the elements of y to which strip i contributes.
func (s *symvCall[T]) reach(i int) (from, to int) {
	if s.part == upper {
		return triangleCut(s.part, s.n, i), s.n
	}
	return 0, triangleCut(s.part, s.n, i+1)
}

// kernel returns the kernel for the triangle, if there is one.
func (s *symvCall[T]) kernel() func(from, to, n int, alpha T, a *T, ld int, x, y, sums *T) {
	if s.part == upper {
		return s.kernels.symvUpper
	}
	return s.kernels.symvLower
}

// rows adds to y, which is of whole groups, what the rows [i0, i1) of the stored triangle contribute to α·A·x. The kernels'
// sums of these rows go to rowSums.
func (s *symvCall[T]) rows(w *workspace[T], i0, i1 int, y, rowSums []T) {
	alpha, sums, more := w.tile[:4], w.tile[4:8], w.tile[8:12]
	i := i0
	if kernel := s.kernel(); kernel != nil && i1-i0 >= 4 {
		i = i1 - (i1-i0)%4
		kernel(i0, i, s.n, s.alpha, &s.a[0], s.lda, &s.x[0], &y[0], &rowSums[0])
		s.kernels.axpy(i-i0, s.alpha, &rowSums[i0], &y[i0])
	}
	for ; i+4 <= i1; i += 4 {
		for r := range alpha {
			alpha[r], sums[r] = s.alpha*s.x[i+r], 0
		}
		from, to := s.beside(i, 4)
		even := from
		if s.part == upper && s.n >= symvShared {
			even = min(roundUp(from, lineUp), to)
		}
		if even < to {
			s.kernels.dotAxpy4(to-even, &alpha[0], &s.a[i*s.lda+even], s.lda, &s.x[even], &y[even], &sums[0])
		}
		if from < even {
			s.kernels.dotAxpy4(even-from, &alpha[0], &s.a[i*s.lda+from], s.lda, &s.x[from], &y[from], &more[0])
			for r, sum := range more {
				sums[r] += sum
			}
		}
		s.corner(i, alpha, sums, y)
	}
	for ; i < i1; i++ {
		sum := s.a[i*s.lda+i] * s.x[i]
		if from, to := s.beside(i, 1); from < to {
			sum += s.kernels.dotAxpy(to-from, s.alpha*s.x[i], &s.a[i*s.lda+from], &s.x[from], &y[from])
		}
		y[i] += s.alpha * sum
	}
}

// beside returns the columns of the stored triangle beside the diagonal block of the rows
// [i, i+h).
func (s *symvCall[T]) beside(i, h int) (from, to int) {
	if s.part == upper {
		return i + h, s.n
	}
	return 0, i
}

// corner adds the diagonal block of the rows [i, i+4), and the sums beside it. All of it is in registers: y would
// otherwise go through memory between one row and the next.
func (s *symvCall[T]) corner(i int, alpha, sums, y []T) {
	x, y, alpha, sums := s.x[i:][:4], y[i:][:4], alpha[:4], sums[:4]
	row := func(r int) []T { return s.a[(i+r)*s.lda+i:][:4] }
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
	r0, r1, r2, r3 := row(0), row(1), row(2), row(3)
	if s.part == upper {
		y0 += s.alpha * (sums[0] + r0[0]*x0 + r0[1]*x1 + r0[2]*x2 + r0[3]*x3)
		y1 += alpha[0] * r0[1]
		y2 += alpha[0] * r0[2]
		y3 += alpha[0] * r0[3]
		y1 += s.alpha * (sums[1] + r1[1]*x1 + r1[2]*x2 + r1[3]*x3)
		y2 += alpha[1] * r1[2]
		y3 += alpha[1] * r1[3]
		y2 += s.alpha * (sums[2] + r2[2]*x2 + r2[3]*x3)
		y3 += alpha[2] * r2[3]
		y3 += s.alpha * (sums[3] + r3[3]*x3)
	} else {
		y0 += s.alpha * (sums[0] + r0[0]*x0)
		y0 += alpha[1] * r1[0]
		y1 += s.alpha * (sums[1] + r1[1]*x1 + r1[0]*x0)
		y0 += alpha[2] * r2[0]
		y1 += alpha[2] * r2[1]
		y2 += s.alpha * (sums[2] + r2[2]*x2 + r2[0]*x0 + r2[1]*x1)
		y0 += alpha[3] * r3[0]
		y1 += alpha[3] * r3[1]
		y2 += alpha[3] * r3[2]
		y3 += s.alpha * (sums[3] + r3[3]*x3 + r3[0]*x0 + r3[1]*x1 + r3[2]*x2)
	}
	y[0], y[1], y[2], y[3] = y0, y1, y2, y3
}

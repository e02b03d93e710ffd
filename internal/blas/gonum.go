package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
)

// Use registers Implementation with gonum's blas32 and blas64, so that mat and lapack64 compute
// with this package's kernels. It is for main functions to call, once, before other goroutines
// use gonum: which kernels a program runs on is the program's choice, so no package makes it
// by being imported.
func Use() {
	blas32.Use(Implementation{})
	blas64.Use(Implementation{})
}

// Implementation implements gonum's blas.Float32 and blas.Float64. The products of matrices
// (Gemm, Symm, Syrk, Syr2k, Trmm, Trsm) are this package's, and so are Dot, Axpy, Scal, Gemv,
// Ger and Symv for vectors without gaps; everything else is gonum's.
type Implementation struct{ gonum.Implementation }

var (
	_ blas.Float32 = Implementation{}
	_ blas.Float64 = Implementation{}
)

// dense reports whether a vector of n elements without gaps is in a slice of that length. What
// is not goes to gonum, as does everything empty, for gonum's own checks.
func dense(n, length, inc int) bool { return inc == 1 && 0 < n && n <= length }

// Sdot returns Σ x[i]·y[i].
func (i Implementation) Sdot(n int, x []float32, incX int, y []float32, incY int) float32 {
	if !dense(n, len(x), incX) || !dense(n, len(y), incY) {
		return i.Implementation.Sdot(n, x, incX, y, incY)
	}
	return Dot(x[:n], y[:n])
}

// Saxpy computes y[i] += α·x[i].
func (i Implementation) Saxpy(n int, alpha float32, x []float32, incX int, y []float32, incY int) {
	if !dense(n, len(x), incX) || !dense(n, len(y), incY) {
		i.Implementation.Saxpy(n, alpha, x, incX, y, incY)
		return
	}
	Axpy(alpha, x[:n], y[:n])
}

// Sscal computes x[i] *= α; α = 0 overwrites, as in gonum.
func (i Implementation) Sscal(n int, alpha float32, x []float32, incX int) {
	if !dense(n, len(x), incX) {
		i.Implementation.Sscal(n, alpha, x, incX)
		return
	}
	rescale(alpha, x[:n])
}

// Sgemv is Gemv.
func (i Implementation) Sgemv(t blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	rows, cols := shape(t, m, n)
	if !dense(cols, len(x), incX) || !dense(rows, len(y), incY) {
		i.Implementation.Sgemv(t, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	Gemv(t, m, n, alpha, a, lda, x[:cols], beta, y[:rows])
}

// Sger is Ger.
func (i Implementation) Sger(m, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	if !dense(m, len(x), incX) || !dense(n, len(y), incY) {
		i.Implementation.Sger(m, n, alpha, x, incX, y, incY, a, lda)
		return
	}
	Ger(m, n, alpha, x[:m], y[:n], a, lda)
}

// Ssymv is Symv.
func (i Implementation) Ssymv(uplo blas.Uplo, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	if !dense(n, len(x), incX) || !dense(n, len(y), incY) {
		i.Implementation.Ssymv(uplo, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	Symv(uplo, n, alpha, a, lda, x[:n], beta, y[:n])
}

// Ssyr2 is Syr2.
func (i Implementation) Ssyr2(uplo blas.Uplo, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	if !dense(n, len(x), incX) || !dense(n, len(y), incY) {
		i.Implementation.Ssyr2(uplo, n, alpha, x, incX, y, incY, a, lda)
		return
	}
	Syr2(uplo, n, alpha, x[:n], y[:n], a, lda)
}

// Sgemm is Gemm.
func (Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	Gemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Ssymm is Symm.
func (Implementation) Ssymm(side blas.Side, uplo blas.Uplo, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	Symm(side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Ssyrk is Syrk.
func (Implementation) Ssyrk(uplo blas.Uplo, t blas.Transpose, n, k int, alpha float32, a []float32, lda int, beta float32, c []float32, ldc int) {
	Syrk(uplo, t, n, k, alpha, a, lda, beta, c, ldc)
}

// Ssyr2k is Syr2k.
func (Implementation) Ssyr2k(uplo blas.Uplo, t blas.Transpose, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	Syr2k(uplo, t, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Strmm is Trmm.
func (Implementation) Strmm(side blas.Side, uplo blas.Uplo, t blas.Transpose, diag blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	Trmm(side, uplo, t, diag, m, n, alpha, a, lda, b, ldb)
}

// Strsm is Trsm.
func (Implementation) Strsm(side blas.Side, uplo blas.Uplo, t blas.Transpose, diag blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	Trsm(side, uplo, t, diag, m, n, alpha, a, lda, b, ldb)
}

// Ddot returns Σ x[i]·y[i].
func (i Implementation) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	if !dense(n, len(x), incX) || !dense(n, len(y), incY) {
		return i.Implementation.Ddot(n, x, incX, y, incY)
	}
	return Dot(x[:n], y[:n])
}

// Daxpy computes y[i] += α·x[i].
func (i Implementation) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	if !dense(n, len(x), incX) || !dense(n, len(y), incY) {
		i.Implementation.Daxpy(n, alpha, x, incX, y, incY)
		return
	}
	Axpy(alpha, x[:n], y[:n])
}

// Dscal computes x[i] *= α; α = 0 overwrites, as in gonum.
func (i Implementation) Dscal(n int, alpha float64, x []float64, incX int) {
	if !dense(n, len(x), incX) {
		i.Implementation.Dscal(n, alpha, x, incX)
		return
	}
	rescale(alpha, x[:n])
}

// Dgemv is Gemv.
func (i Implementation) Dgemv(t blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	rows, cols := shape(t, m, n)
	if !dense(cols, len(x), incX) || !dense(rows, len(y), incY) {
		i.Implementation.Dgemv(t, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	Gemv(t, m, n, alpha, a, lda, x[:cols], beta, y[:rows])
}

// Dger is Ger.
func (i Implementation) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	if !dense(m, len(x), incX) || !dense(n, len(y), incY) {
		i.Implementation.Dger(m, n, alpha, x, incX, y, incY, a, lda)
		return
	}
	Ger(m, n, alpha, x[:m], y[:n], a, lda)
}

// Dsymv is Symv.
func (i Implementation) Dsymv(uplo blas.Uplo, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	if !dense(n, len(x), incX) || !dense(n, len(y), incY) {
		i.Implementation.Dsymv(uplo, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	Symv(uplo, n, alpha, a, lda, x[:n], beta, y[:n])
}

// Dsyr2 is Syr2.
func (i Implementation) Dsyr2(uplo blas.Uplo, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	if !dense(n, len(x), incX) || !dense(n, len(y), incY) {
		i.Implementation.Dsyr2(uplo, n, alpha, x, incX, y, incY, a, lda)
		return
	}
	Syr2(uplo, n, alpha, x[:n], y[:n], a, lda)
}

// Dgemm is Gemm.
func (Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	Gemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Dsymm is Symm.
func (Implementation) Dsymm(side blas.Side, uplo blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	Symm(side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Dsyrk is Syrk.
func (Implementation) Dsyrk(uplo blas.Uplo, t blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	Syrk(uplo, t, n, k, alpha, a, lda, beta, c, ldc)
}

// Dsyr2k is Syr2k.
func (Implementation) Dsyr2k(uplo blas.Uplo, t blas.Transpose, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	Syr2k(uplo, t, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Dtrmm is Trmm.
func (Implementation) Dtrmm(side blas.Side, uplo blas.Uplo, t blas.Transpose, diag blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	Trmm(side, uplo, t, diag, m, n, alpha, a, lda, b, ldb)
}

// Dtrsm is Trsm.
func (Implementation) Dtrsm(side blas.Side, uplo blas.Uplo, t blas.Transpose, diag blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	Trsm(side, uplo, t, diag, m, n, alpha, a, lda, b, ldb)
}

package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// leaf is the order of a triangular or symmetric block that is left to gonum. Everything off
// such blocks is a general product.
const leaf = 32

// A triangularMatrix is the operand A of Trsm and Trmm.
type triangularMatrix[T Float] struct {
	uplo  blas.Uplo
	trans blas.Transpose
	diag  blas.Diag
	n     int
	data  []T
	ld    int
}

// halves returns the diagonal blocks of A, and the block of A off the diagonal.
func (a triangularMatrix[T]) halves() (a11, a22 triangularMatrix[T], off []T) {
	h := roundUp(a.n/2, leaf)
	a11, a22 = a, a
	a11.n = h
	a22.n = a.n - h
	a22.data = a.data[h*a.ld+h:]
	if a.uplo == blas.Upper {
		return a11, a22, a.data[h:]
	}
	return a11, a22, a.data[h*a.ld:]
}

// below reports whether op(A) is lower triangular.
func (a triangularMatrix[T]) below() bool {
	return (a.uplo == blas.Lower) != transposed(a.trans)
}

// Trsm solves op(A)·X = α·B (side Left) or X·op(A) = α·B (side Right) for X, which replaces the
// m×n matrix B. A is triangular, with a diagonal of ones where diag is Unit. A singular A gives
// Inf and NaN, as division by zero does.
func Trsm[T Float](side blas.Side, uplo blas.Uplo, t blas.Transpose, diag blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	tri := checkTriangular(side, uplo, t, diag, m, n, a, lda, b, ldb)
	if m > 0 && n > 0 {
		trsm(side, tri, m, n, alpha, b, ldb)
	}
}

func checkTriangular[T Float](side blas.Side, uplo blas.Uplo, t blas.Transpose, diag blas.Diag, m, n int, a []T, lda int, b []T, ldb int) triangularMatrix[T] {
	order := m
	switch side {
	case blas.Left:
	case blas.Right:
		order = n
	default:
		panic("blas: side is neither Left nor Right")
	}
	triangle(uplo)
	transposed(t)
	if diag != blas.Unit && diag != blas.NonUnit {
		panic("blas: diag is neither Unit nor NonUnit")
	}
	checkMatrix("A", order, order, a, lda)
	checkMatrix("B", m, n, b, ldb)
	return triangularMatrix[T]{uplo, t, diag, order, a, lda}
}

func trsm[T Float](side blas.Side, a triangularMatrix[T], m, n int, alpha T, b []T, ldb int) {
	if a.n <= leaf {
		leafTrsm(side, a, m, n, alpha, b, ldb)
		return
	}
	a11, a22, off := a.halves()
	h := a11.n
	if side == blas.Left {
		b1, b2 := b, b[h*ldb:]
		if a.below() {
			trsm(side, a11, h, n, alpha, b1, ldb)
			Gemm(a.trans, blas.NoTrans, m-h, n, h, -1, off, a.ld, b1, ldb, alpha, b2, ldb)
			trsm(side, a22, m-h, n, 1, b2, ldb)
			return
		}
		trsm(side, a22, m-h, n, alpha, b2, ldb)
		Gemm(a.trans, blas.NoTrans, h, n, m-h, -1, off, a.ld, b2, ldb, alpha, b1, ldb)
		trsm(side, a11, h, n, 1, b1, ldb)
		return
	}
	b1, b2 := b, b[h:]
	if a.below() {
		trsm(side, a22, m, n-h, alpha, b2, ldb)
		Gemm(blas.NoTrans, a.trans, m, h, n-h, -1, b2, ldb, off, a.ld, alpha, b1, ldb)
		trsm(side, a11, m, h, 1, b1, ldb)
		return
	}
	trsm(side, a11, m, h, alpha, b1, ldb)
	Gemm(blas.NoTrans, a.trans, m, n-h, h, -1, b1, ldb, off, a.ld, alpha, b2, ldb)
	trsm(side, a22, m, n-h, 1, b2, ldb)
}

// Trmm computes B = α·op(A)·B (side Left) or B = α·B·op(A) (side Right) for the m×n matrix B and
// the triangular matrix A, with a diagonal of ones where diag is Unit.
func Trmm[T Float](side blas.Side, uplo blas.Uplo, t blas.Transpose, diag blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	tri := checkTriangular(side, uplo, t, diag, m, n, a, lda, b, ldb)
	if m > 0 && n > 0 {
		trmm(side, tri, m, n, alpha, b, ldb)
	}
}

func trmm[T Float](side blas.Side, a triangularMatrix[T], m, n int, alpha T, b []T, ldb int) {
	if a.n <= leaf {
		leafTrmm(side, a, m, n, alpha, b, ldb)
		return
	}
	a11, a22, off := a.halves()
	h := a11.n
	if side == blas.Left {
		b1, b2 := b, b[h*ldb:]
		if a.below() {
			trmm(side, a22, m-h, n, alpha, b2, ldb)
			Gemm(a.trans, blas.NoTrans, m-h, n, h, alpha, off, a.ld, b1, ldb, 1, b2, ldb)
			trmm(side, a11, h, n, alpha, b1, ldb)
			return
		}
		trmm(side, a11, h, n, alpha, b1, ldb)
		Gemm(a.trans, blas.NoTrans, h, n, m-h, alpha, off, a.ld, b2, ldb, 1, b1, ldb)
		trmm(side, a22, m-h, n, alpha, b2, ldb)
		return
	}
	b1, b2 := b, b[h:]
	if a.below() {
		trmm(side, a11, m, h, alpha, b1, ldb)
		Gemm(blas.NoTrans, a.trans, m, h, n-h, alpha, b2, ldb, off, a.ld, 1, b1, ldb)
		trmm(side, a22, m, n-h, alpha, b2, ldb)
		return
	}
	trmm(side, a22, m, n-h, alpha, b2, ldb)
	Gemm(blas.NoTrans, a.trans, m, n-h, h, alpha, b1, ldb, off, a.ld, 1, b2, ldb)
	trmm(side, a11, m, h, alpha, b1, ldb)
}

// Symm computes C = β·C + α·A·B (side Left) or C = β·C + α·B·A (side Right) for m×n matrices B
// and C and the symmetric matrix A, of which one triangle is stored and read.
func Symm[T Float](side blas.Side, uplo blas.Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	tri := checkTriangular(side, uplo, blas.NoTrans, blas.NonUnit, m, n, a, lda, b, ldb)
	checkMatrix("C", m, n, c, ldc)
	if m > 0 && n > 0 {
		symm(side, tri, m, n, alpha, b, ldb, beta, c, ldc)
	}
}

func symm[T Float](side blas.Side, a triangularMatrix[T], m, n int, alpha T, b []T, ldb int, beta T, c []T, ldc int) {
	if a.n <= leaf {
		leafSymm(side, a, m, n, alpha, b, ldb, beta, c, ldc)
		return
	}
	a11, a22, off := a.halves()
	h := a11.n
	// The block off the diagonal is A₁₂ of the upper triangle, or A₂₁ of the lower one.
	t12, t21 := blas.NoTrans, blas.Trans
	if a.uplo == blas.Lower {
		t12, t21 = t21, t12
	}
	if side == blas.Left {
		b1, b2, c1, c2 := b, b[h*ldb:], c, c[h*ldc:]
		symm(side, a11, h, n, alpha, b1, ldb, beta, c1, ldc)
		Gemm(t12, blas.NoTrans, h, n, m-h, alpha, off, a.ld, b2, ldb, 1, c1, ldc)
		symm(side, a22, m-h, n, alpha, b2, ldb, beta, c2, ldc)
		Gemm(t21, blas.NoTrans, m-h, n, h, alpha, off, a.ld, b1, ldb, 1, c2, ldc)
		return
	}
	b1, b2, c1, c2 := b, b[h:], c, c[h:]
	symm(side, a11, m, h, alpha, b1, ldb, beta, c1, ldc)
	Gemm(blas.NoTrans, t21, m, h, n-h, alpha, b2, ldb, off, a.ld, 1, c1, ldc)
	symm(side, a22, m, n-h, alpha, b2, ldb, beta, c2, ldc)
	Gemm(blas.NoTrans, t12, m, n-h, h, alpha, b1, ldb, off, a.ld, 1, c2, ldc)
}

func leafTrsm[T Float](side blas.Side, a triangularMatrix[T], m, n int, alpha T, b []T, ldb int) {
	switch data := any(a.data).(type) {
	case []float32:
		gonum.Implementation{}.Strsm(side, a.uplo, a.trans, a.diag, m, n, float32(alpha), data, a.ld, any(b).([]float32), ldb)
	case []float64:
		gonum.Implementation{}.Dtrsm(side, a.uplo, a.trans, a.diag, m, n, float64(alpha), data, a.ld, any(b).([]float64), ldb)
	}
}

func leafTrmm[T Float](side blas.Side, a triangularMatrix[T], m, n int, alpha T, b []T, ldb int) {
	switch data := any(a.data).(type) {
	case []float32:
		gonum.Implementation{}.Strmm(side, a.uplo, a.trans, a.diag, m, n, float32(alpha), data, a.ld, any(b).([]float32), ldb)
	case []float64:
		gonum.Implementation{}.Dtrmm(side, a.uplo, a.trans, a.diag, m, n, float64(alpha), data, a.ld, any(b).([]float64), ldb)
	}
}

func leafSymm[T Float](side blas.Side, a triangularMatrix[T], m, n int, alpha T, b []T, ldb int, beta T, c []T, ldc int) {
	switch data := any(a.data).(type) {
	case []float32:
		gonum.Implementation{}.Ssymm(side, a.uplo, m, n, float32(alpha), data, a.ld, any(b).([]float32), ldb, float32(beta), any(c).([]float32), ldc)
	case []float64:
		gonum.Implementation{}.Dsymm(side, a.uplo, m, n, float64(alpha), data, a.ld, any(b).([]float64), ldb, float64(beta), any(c).([]float64), ldc)
	}
}

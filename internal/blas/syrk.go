package blas

import "gonum.org/v1/gonum/blas"

// Syrk computes one triangle of the symmetric n×n matrix C = β·C + α·op(A)·op(A)ᵀ on all cores,
// where op(A) is n×k: A itself for NoTrans, and for Trans the transpose of a k×n matrix A, so
// that C = β·C + α·AᵀA. The other triangle is neither read nor written.
func Syrk[T Float](uplo blas.Uplo, t blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	p := syrkProduct(uplo, t, n, k, alpha, a, lda, beta, c, ldc)
	p.run()
}

// SyrkSerial is Syrk on the calling goroutine alone. The result has the same bits.
func SyrkSerial[T Float](uplo blas.Uplo, t blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	p := syrkProduct(uplo, t, n, k, alpha, a, lda, beta, c, ldc)
	p.runSerial()
}

// AddGram computes C += AᵀA on all cores for a block of rows×n observations A, row-major with
// stride lda: the upper triangle of the symmetric n×n matrix C, leaving the lower one alone. Over
// the row blocks of a tall matrix X, in order, it accumulates XᵀX in one pass. The sums over a
// block's rows are rounded 256 rows at a time, so cutting X into blocks of a multiple of 256
// rows gives the same bits as one call with the whole of X.
func AddGram[T Float](rows, n int, a []T, lda int, c []T, ldc int) {
	Syrk(blas.Upper, blas.Trans, n, rows, 1, a, lda, 1, c, ldc)
}

func syrkProduct[T Float](uplo blas.Uplo, t blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) product[T] {
	return syr2kHalf(uplo, t, n, k, alpha, a, lda, a, lda, beta, c, ldc)
}

// syr2kHalf is the product C = β·C + α·op(A)·op(B)ᵀ for one triangle of C.
func syr2kHalf[T Float](uplo blas.Uplo, t blas.Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) product[T] {
	tA, tB := blas.NoTrans, blas.Trans
	if transposed(t) {
		tA, tB = blas.Trans, blas.NoTrans
	}
	p := gemmProduct(tA, tB, n, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	p.part = triangle(uplo)
	return p
}

// Syr2k computes one triangle of the symmetric n×n matrix
// C = β·C + α·(op(A)·op(B)ᵀ + op(B)·op(A)ᵀ) on all cores, with the shapes of Syrk.
func Syr2k[T Float](uplo blas.Uplo, t blas.Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	p := syr2kHalf(uplo, t, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	p.run()
	q := syr2kHalf(uplo, t, n, k, alpha, b, ldb, a, lda, 1, c, ldc)
	q.run()
}

package blas

import "gonum.org/v1/gonum/blas"

// Packed is a matrix B prepared once for many products A·B, such as the weights of a network
// over all time steps. It does not follow later changes of the matrix that it was made from;
// see Pack. It is safe for concurrent use as long as nobody packs into it.
type Packed[T Float] struct {
	kernels *kernels[T]
	k, n    int
	data    []T
}

// block returns the panels from row pc and column jc on; pc is a multiple of depth, and jc of
// the panels' width.
func (b *Packed[T]) block(pc, jc int) []T {
	kb := min(depth, b.k-pc)
	return b.data[pc*roundUp(b.n, b.kernels.cols)+jc*kb:]
}

// Pack prepares the k×n matrix op(B), B row-major with ldb elements from row to row.
func Pack[T Float](tB blas.Transpose, k, n int, b []T, ldb int) *Packed[T] {
	p := new(Packed[T])
	p.Pack(tB, k, n, b, ldb)
	return p
}

// Pack replaces the packed matrix by the k×n matrix op(B). It allocates only where the memory
// it has does not suffice, so repacking weights after every update costs one pass over them.
func (b *Packed[T]) Pack(tB blas.Transpose, k, n int, data []T, ld int) {
	rs, cs := ld, 1
	if transposed(tB) {
		rs, cs = 1, ld
		checkMatrix("B", n, k, data, ld)
	} else {
		checkMatrix("B", k, n, data, ld)
	}
	b.kernels, b.k, b.n = active[T](), k, n
	padded := roundUp(n, b.kernels.cols)
	b.data = grow(b.data, k*padded)
	if n == 0 {
		return
	}
	for pc := 0; pc < k; pc += depth {
		kb := min(depth, k-pc)
		b.kernels.packPanels(b.data[pc*padded:(pc+kb)*padded], data[pc*rs:], rs, cs, kb, n)
	}
}

// Dims returns the shape k×n of the packed matrix.
func (b *Packed[T]) Dims() (k, n int) { return b.k, b.n }

// Mul computes C = β·C + α·A·B on all cores, for the packed k×n matrix B, the m×k matrix A and
// the m×n matrix C, both row-major. The bits are those of Gemm on the unpacked matrix.
func (b *Packed[T]) Mul(m int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	p := b.product(m, alpha, a, lda, beta, c, ldc)
	p.run()
}

// MulSerial is Mul on the calling goroutine alone; it does not allocate.
func (b *Packed[T]) MulSerial(m int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	p := b.product(m, alpha, a, lda, beta, c, ldc)
	p.runSerial()
}

func (b *Packed[T]) product(m int, alpha T, a []T, lda int, beta T, c []T, ldc int) product[T] {
	checkMatrix("A", m, b.k, a, lda)
	checkMatrix("C", m, b.n, c, ldc)
	return product[T]{
		kernels: b.kernels, m: m, n: b.n, k: b.k, alpha: alpha, beta: beta,
		a: a, ars: lda, acs: 1, packed: b, c: c, ldc: ldc,
	}
}

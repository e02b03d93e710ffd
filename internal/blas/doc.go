// Package blas computes matrix products, vector functions and normal deviates of float32 and
// float64 at the speed of the processor, in a plain Go build.
//
// There are matrix products (Gemm, Syrk, AddGram, Syr2k, Symm, Trmm, Trsm), products with a
// matrix packed once (Packed), operations on vectors (Dot, Axpy, Scal, Gemv, Ger, Symv, Syr2), functions
// of each element (Exp, Tanh, Sigmoid) and a counter-based generator (Normal). Implementation is
// all of the BLAS that gonum asks for, and Use makes gonum's mat and lapack64 compute with it.
// Matrices are row-major slices with a stride, as in gonum. Every function runs on all cores
// where that pays; those named Serial stay on the calling goroutine and do not allocate.
//
// # Tiers
//
// The kernels are assembly for AVX-512 (AVX512F), for AVX2 with FMA3 and for NEON, and plain Go
// otherwise. The best tier that the processor and the operating system support is chosen when
// the program starts. To measure or test another, hide an instruction set as Go itself allows:
// GODEBUG=cpu.avx512f=off leaves AVX2, and cpu.avx2=off plain Go. Normal has no kernel of its own
// for NEON, where it is plain Go, and so are the inner loops of the eigendecomposition (RankTwoSymv and those beside it);
// Symv goes there row by row, with other roundings than on amd64.
//
// # Bits
//
// A result does not depend on the number of cores, on the size of the blocks given to each, on
// whether an operand was packed, or on the other elements computed with it. An element of a
// product is one chain of multiply-adds in the order of k for every 256 steps of k; the chain's
// value times α is added to the element, and then the next 256 follow. The tiers of assembly fuse
// the multiply-adds and so agree to the last bit, on amd64 and arm64; the generic tier rounds
// twice. Exp, Tanh, Sigmoid and Normal have the same bits in all tiers.
//
// # Errors
//
// With u the unit roundoff, 2⁻²⁴ or 2⁻⁵³, an element of C = βC + αAB is wrong by at most
// 1.01·(k + k/256 + 4)·u·(|α|Σ|a||b| + |βc|). NaN and Inf propagate as IEEE 754 says, even past a
// zero in the other factor, save that α = 0 and β = 0 leave unread what they multiply. The
// vector functions state their errors in ulp. A panic means shapes that do not fit.
//
// There is no complex arithmetic, and no banded or packed-triangle storage: gonum's own serves
// those through Implementation.
package blas

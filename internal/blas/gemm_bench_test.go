package blas

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/blas"
)

func benchGemm[T Float](b *testing.B, tA, tB blas.Transpose, m, n, k int) {
	x, y, z := make([]T, m*k), make([]T, k*n), make([]T, m*n)
	fill(x, 1)
	fill(y, 2)
	lda, ldb := k, n
	if transposed(tA) {
		lda = m
	}
	if transposed(tB) {
		ldb = k
	}
	b.ReportAllocs()
	for b.Loop() {
		Gemm(tA, tB, m, n, k, 1, x, lda, y, ldb, 0, z, n)
	}
	gflops(b, 2*m*n*k)
}

func gflops(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
}

// shapes are square matrices, and those of a network of 512 units: one step for a batch of 32,
// and the gradient of its weights over 360 steps.
var shapes = [][3]int{
	{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048},
	{32, 512, 512}, {512, 512, 11520},
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range shapes {
		m, n, k := s[0], s[1], s[2]
		b.Run(fmt.Sprintf("float32/%dx%dx%d", m, n, k), func(b *testing.B) {
			benchGemm[float32](b, blas.NoTrans, blas.NoTrans, m, n, k)
		})
		b.Run(fmt.Sprintf("float64/%dx%dx%d", m, n, k), func(b *testing.B) {
			benchGemm[float64](b, blas.NoTrans, blas.NoTrans, m, n, k)
		})
	}
}

func BenchmarkGemmTransposed(b *testing.B) {
	for _, t := range [][2]blas.Transpose{{blas.NoTrans, blas.Trans}, {blas.Trans, blas.NoTrans}, {blas.Trans, blas.Trans}} {
		name := string([]byte{byte(t[0]), byte(t[1])})
		b.Run(name+"/float32/1024", func(b *testing.B) { benchGemm[float32](b, t[0], t[1], 1024, 1024, 1024) })
		b.Run(name+"/float64/1024", func(b *testing.B) { benchGemm[float64](b, t[0], t[1], 1024, 1024, 1024) })
	}
}

func benchSyrk[T Float](b *testing.B, n, k int) {
	x, z := make([]T, n*k), make([]T, n*n)
	Normal(x, 1, 0, 0)
	b.ReportAllocs()
	for b.Loop() {
		AddGram(k, n, x, n, z, n)
	}
	gflops(b, n*n*k)
}

// grams are tall matrices as the analysis has them, whole or a block of rows of a taller one.
var grams = [][2]int{{1024, 171}, {15534, 171}, {1024, 500}, {100000, 500}, {256, 1000}, {4096, 1000}, {2048, 2048}}

// BenchmarkAddGram counts the flops of one triangle.
func BenchmarkAddGram(b *testing.B) {
	for _, s := range grams {
		b.Run(fmt.Sprintf("float32/%dx%d", s[0], s[1]), func(b *testing.B) { benchSyrk[float32](b, s[1], s[0]) })
		b.Run(fmt.Sprintf("float64/%dx%d", s[0], s[1]), func(b *testing.B) { benchSyrk[float64](b, s[1], s[0]) })
	}
}

func benchPacked[T Float](b *testing.B, m, n, k int) {
	x, y, z := make([]T, m*k), make([]T, k*n), make([]T, m*n)
	fill(x, 1)
	fill(y, 2)
	p := Pack(blas.NoTrans, k, n, y, n)
	b.ReportAllocs()
	for b.Loop() {
		p.Mul(m, 1, x, k, 0, z, n)
	}
	gflops(b, 2*m*n*k)
}

// BenchmarkPacked multiplies a batch by weights packed once.
func BenchmarkPacked(b *testing.B) {
	for _, m := range []int{1, 8, 32, 128} {
		b.Run(fmt.Sprintf("float32/%dx512x512", m), func(b *testing.B) { benchPacked[float32](b, m, 512, 512) })
		b.Run(fmt.Sprintf("float64/%dx512x512", m), func(b *testing.B) { benchPacked[float64](b, m, 512, 512) })
	}
}

package blas

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// syrkSizes checks op(A)·op(A)ᵀ for one triangle. The reference multiplies A by B, so the
// product ignores the B it is given and gets one equal to A.
func syrkSizes[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	check := func(n, k int) {
		for _, uplo := range []blas.Uplo{blas.Upper, blas.Lower} {
			for _, trans := range transposes {
				tB := blas.Trans
				if trans == blas.Trans {
					tB = blas.NoTrans
				}
				c := gemmCase[T]{
					tA: trans, tB: tB, m: n, n: n, k: k, alpha: 0.5, beta: T(r.IntN(3)) - 1, part: triangle(uplo), padC: r.IntN(3),
					multiply: func(c gemmCase[T], a []T, lda int, b []T, ldb int, z []T, ldc int) {
						copy(b, a)
						Syrk(uplo, trans, n, k, c.alpha, a, lda, c.beta, z, ldc)
					},
				}
				c.run(t)
			}
		}
	}
	for size := range 71 {
		if (testing.Short() || isInterpreted[T]()) && size%5 != 0 {
			continue
		}
		check(size, edges[r.IntN(len(edges))])
		check(edges[r.IntN(len(edges))], size)
	}
	if !isInterpreted[T]() && !testing.Short() {
		check(300, 270)
		check(150, 530)
	}
}

func TestSyrk(t *testing.T) {
	t.Run("float32", func(t *testing.T) { eachTier[float32](t, syrkSizes[float32]) })
	t.Run("float64", func(t *testing.T) { eachTier[float64](t, syrkSizes[float64]) })
}

func syrkSameBits[T Float](t *testing.T) {
	if isInterpreted[T]() {
		t.Skip("too slow interpreted")
	}
	const n, k = 421, 300
	for _, uplo := range []blas.Uplo{blas.Upper, blas.Lower} {
		a := make([]T, n*k)
		fill(a, 1)
		var want []uint64
		for _, procs := range []int{1, 2, 8} {
			c := make([]T, n*n)
			withProcs(procs, func() { Syrk(uplo, blas.Trans, n, k, 1, a, n, 1, c, n) })
			if got := bitsOf(c); want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Errorf("%c: %d goroutines give other bits than 1", uplo, procs)
			}
		}
	}
}

func TestSyrkSameBits(t *testing.T) {
	t.Run("float32", func(t *testing.T) { eachTier[float32](t, syrkSameBits[float32]) })
	t.Run("float64", func(t *testing.T) { eachTier[float64](t, syrkSameBits[float64]) })
}

// TestAddGramBlocks: row blocks of a multiple of 256 give the bits of the whole.
func TestAddGramBlocks(t *testing.T) {
	const rows, n = 1100, 67
	x := make([]float64, rows*n)
	fill(x, 3)
	whole, blocks := make([]float64, n*n), make([]float64, n*n)
	AddGram(rows, n, x, n, whole, n)
	for r := 0; r < rows; r += 512 {
		AddGram(min(512, rows-r), n, x[r*n:], n, blocks, n)
	}
	if !slices.Equal(bitsOf(whole), bitsOf(blocks)) {
		t.Error("blocks of 512 rows give other bits than one block")
	}
}

// TestSyr2k compares with two general products.
func TestSyr2k(t *testing.T) {
	const n, k = 83, 41
	a, b := make([]float64, n*k), make([]float64, n*k)
	fill(a, 1)
	fill(b, 2)
	for _, trans := range transposes {
		tB, ld := blas.Trans, k
		if trans == blas.Trans {
			tB, ld = blas.NoTrans, n
		}
		want := make([]float64, n*n)
		Gemm(trans, tB, n, n, k, 2, a, ld, b, ld, 0, want, n)
		Gemm(trans, tB, n, n, k, 2, b, ld, a, ld, 1, want, n)
		got := make([]float64, n*n)
		Syr2k(blas.Upper, trans, n, k, 2, a, ld, b, ld, 0, got, n)
		for i := range n {
			for j := range n {
				if i <= j && got[i*n+j] != want[i*n+j] || i > j && got[i*n+j] != 0 {
					t.Fatalf("%c: element (%d, %d) is %g, want %g above the diagonal and 0 below", trans, i, j, got[i*n+j], want[i*n+j])
				}
			}
		}
	}
}

package blas

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// A gemmCase is one product to check.
type gemmCase[T Float] struct {
	tA, tB           blas.Transpose
	m, n, k          int
	alpha, beta      T
	padA, padB, padC int // strides beyond the row's length
	part             part
	multiply         func(c gemmCase[T], a []T, lda int, b []T, ldb int, z []T, ldc int)
	nanC             bool // C holds NaN, which β = 0 has to overwrite
}

func plainGemm[T Float](c gemmCase[T], a []T, lda int, b []T, ldb int, z []T, ldc int) {
	Gemm(c.tA, c.tB, c.m, c.n, c.k, c.alpha, a, lda, b, ldb, c.beta, z, ldc)
}

func packedGemm[T Float](c gemmCase[T], a []T, lda int, b []T, ldb int, z []T, ldc int) {
	Pack(c.tB, c.k, c.n, b, ldb).Mul(c.m, c.alpha, a, lda, c.beta, z, ldc)
}

// run compares with the sum in twice float64's precision. Each element is a chain of k fused or
// plain multiply-adds, cut every 256, scaled by α and added to βC: at most k+k/256+4 roundings
// of partial sums of magnitude up to S = |α|Σ|a||b| + |βc|, so the error is at most
// (k+k/256+4)·u·S to first order (Higham 2002, §3.1), and 1.01 covers the second.
func (c gemmCase[T]) run(t *testing.T) {
	t.Helper()
	rowsA, colsA := shape(c.tA, c.m, c.k)
	rowsB, colsB := shape(c.tB, c.k, c.n)
	lda, ldb, ldc := max(1, colsA+c.padA), max(1, colsB+c.padB), max(1, c.n+c.padC)
	a := newGuarded[T](rowsA, colsA, lda, 1)
	b := newGuarded[T](rowsB, colsB, ldb, 2)
	z := newGuarded[T](c.m, c.n, ldc, 3)
	if c.nanC {
		for i := range c.m {
			for j := range c.n {
				z.data[i*ldc+j] = T(math.NaN())
			}
		}
	}
	before := slices.Clone(z.data)
	c.multiply(c, a.data, lda, b.data, ldb, z.data, ldc)
	name := fmt.Sprintf("op %c%c m %d n %d k %d α %g β %g strides %d %d %d part %d", c.tA, c.tB, c.m, c.n, c.k, c.alpha, c.beta, lda, ldb, ldc, c.part)
	a.check(t, name+": A")
	b.check(t, name+": B")
	z.check(t, name+": C")
	steps := float64(c.k + c.k/depth + 4)
	for i := range c.m {
		for j := range c.n {
			got := float64(z.data[i*ldc+j])
			old := before[i*ldc+j]
			if c.part == upper && i > j || c.part == lower && i < j {
				if bitsOf([]T{old})[0] != math.Float64bits(got) {
					t.Fatalf("%s: element (%d, %d) of the other triangle changed", name, i, j)
				}
				continue
			}
			var sum twice
			size := 0.0
			for p := range c.k {
				x, y := float64(a.data[at(c.tA, i, p, lda)]), float64(b.data[at(c.tB, p, j, ldb)])
				sum.addProduct(x, y)
				size += math.Abs(x * y)
			}
			want, bound := float64(c.alpha)*sum.value(), math.Abs(float64(c.alpha))*size
			if c.beta != 0 {
				want += float64(c.beta) * float64(old)
				bound += math.Abs(float64(c.beta) * float64(old))
			}
			if err := math.Abs(got - want); !(err <= 1.01*steps*unit[T]()*bound) {
				t.Fatalf("%s: element (%d, %d) is %g, want %g: off by %g, allowed %g", name, i, j, got, want, err, 1.01*steps*unit[T]()*bound)
			}
		}
	}
}

var transposes = []blas.Transpose{blas.NoTrans, blas.Trans}

// edges are sizes around the heights and widths of the tiles of all tiers.
var edges = []int{0, 1, 2, 5, 6, 7, 13, 15, 17, 33}

// edgeSizes goes through 0…70 in each dimension while the other two take the edges, in all
// transposes, and through random triples.
func edgeSizes[T Float](t *testing.T, opsA []blas.Transpose, multiply func(c gemmCase[T], a []T, lda int, b []T, ldb int, z []T, ldc int)) {
	r := rand.New(rand.NewPCG(7, 7))
	check := func(m, n, k int) {
		c := gemmCase[T]{
			m: m, n: n, k: k, alpha: 1, beta: T(r.IntN(3)) - 1,
			tA: opsA[r.IntN(len(opsA))], tB: transposes[r.IntN(2)],
			padA: r.IntN(3), padB: r.IntN(3), padC: r.IntN(3), multiply: multiply,
		}
		if r.IntN(2) == 0 {
			c.alpha = -1.75
		}
		c.nanC = c.beta == 0
		c.run(t)
	}
	partners, triples := len(edges), 300
	if testing.Short() || isInterpreted[T]() {
		partners, triples = 1, 30
	}
	for size := range 71 {
		for _, i := range r.Perm(len(edges))[:partners] {
			u, v := edges[i], edges[r.IntN(len(edges))]
			check(size, u, v)
			check(u, size, v)
			check(v, u, size)
		}
	}
	for range triples {
		check(r.IntN(71), r.IntN(71), r.IntN(71))
	}
}

func TestGemmEdges(t *testing.T) {
	t.Run("float32", func(t *testing.T) {
		eachTier[float32](t, func(t *testing.T) { edgeSizes(t, transposes, plainGemm[float32]) })
	})
	t.Run("float64", func(t *testing.T) {
		eachTier[float64](t, func(t *testing.T) { edgeSizes(t, transposes, plainGemm[float64]) })
	})
}

func TestPackedEdges(t *testing.T) {
	t.Run("float32", func(t *testing.T) {
		eachTier[float32](t, func(t *testing.T) { edgeSizes(t, transposes[:1], packedGemm[float32]) })
	})
	t.Run("float64", func(t *testing.T) {
		eachTier[float64](t, func(t *testing.T) { edgeSizes(t, transposes[:1], packedGemm[float64]) })
	})
}

// blockings passes the edges of the cache blocks: depth in k, the rows of A, the columns of B.
func blockings[T Float](t *testing.T) {
	if isInterpreted[T]() {
		c := gemmCase[T]{tA: blas.Trans, tB: blas.Trans, m: 17, n: 35, k: depth + 1, alpha: 1.5, beta: 0.5, multiply: plainGemm[T]}
		c.run(t)
		return
	}
	maxRows := blockBytesA / sizeOf[T]() / depth
	maxCols := blockBytesB / sizeOf[T]() / depth
	for _, s := range [][3]int{
		{70, 90, depth}, {65, 90, depth + 1}, {90, 70, 2*depth + 17},
		{maxRows + 3, 40, 70}, {2*maxRows + 1, 33, 30}, {7, maxCols + 5, 9}, {70, maxCols + 9, 12},
	} {
		for _, tA := range transposes {
			for _, tB := range transposes {
				for _, beta := range []T{0, 1, 0.5} {
					if testing.Short() && beta == 1 || beta == 0.5 && tA != tB {
						continue
					}
					c := gemmCase[T]{tA: tA, tB: tB, m: s[0], n: s[1], k: s[2], alpha: 1.5, beta: beta, padA: 1, multiply: plainGemm[T]}
					c.run(t)
					if tA == blas.NoTrans {
						c.multiply = packedGemm[T]
						c.run(t)
					}
				}
			}
		}
	}
}

func TestGemmBlocks(t *testing.T) {
	t.Run("float32", func(t *testing.T) { eachTier[float32](t, blockings[float32]) })
	t.Run("float64", func(t *testing.T) { eachTier[float64](t, blockings[float64]) })
}

// special checks what IEEE 754 says of NaN, Inf and zero, and what the BLAS says of α = 0, β = 0.
func special[T Float](t *testing.T) {
	nan, inf := T(math.NaN()), T(math.Inf(1))
	const m, n, k = 9, 35, 20
	for _, tc := range []struct {
		name               string
		a, b, c            T // put at A(4, 7), B(7, 30) and C(4, 30)
		alpha, beta        T
		row, column, cross func(x float64) bool
	}{
		{"NaN in A", nan, 1, 0, 1, 1, math.IsNaN, finite, math.IsNaN},
		{"NaN in B", 1, nan, 0, 1, 1, finite, math.IsNaN, math.IsNaN},
		{"NaN × 0", nan, 0, 0, 1, 1, math.IsNaN, finite, math.IsNaN},
		{"Inf in A", inf, 1, 0, 1, 1, infinite, finite, infinite},
		{"Inf × 0", inf, 0, 0, 1, 0, infinite, finite, math.IsNaN},
		{"0 × Inf", 0, inf, 0, 1, 0, finite, infinite, math.IsNaN},
		{"NaN in C, β = 0", 1, 1, nan, 1, 0, finite, finite, finite},
		{"NaN in C, β = 2", 1, 1, nan, 1, 2, finite, finite, math.IsNaN},
		{"Inf in C, β = 1", 1, 1, inf, 1, 1, finite, finite, infinite},
		{"NaN in A, α = 0", nan, 1, 1, 0, 1, finite, finite, finite},
		{"NaN in C, α = β = 0", 1, 1, nan, 0, 0, finite, finite, finite},
	} {
		a, b, c := make([]T, m*k), make([]T, k*n), make([]T, m*n)
		for i := range a {
			a[i] = 1
		}
		for i := range b {
			b[i] = 1
		}
		a[4*k+7], b[7*n+30], c[4*n+30] = tc.a, tc.b, tc.c
		Gemm(blas.NoTrans, blas.NoTrans, m, n, k, tc.alpha, a, k, b, n, tc.beta, c, n)
		for i := range m {
			for j := range n {
				is := finite
				switch {
				case i == 4 && j == 30:
					is = tc.cross
				case i == 4:
					is = tc.row
				case j == 30:
					is = tc.column
				}
				if x := float64(c[i*n+j]); !is(x) {
					t.Errorf("%s: element (%d, %d) is %g", tc.name, i, j, x)
				}
			}
		}
	}
}

func finite(x float64) bool   { return x-x == 0 }
func infinite(x float64) bool { return math.IsInf(x, 1) }

func TestGemmSpecialValues(t *testing.T) {
	t.Run("float32", func(t *testing.T) { eachTier[float32](t, special[float32]) })
	t.Run("float64", func(t *testing.T) { eachTier[float64](t, special[float64]) })
}

// sameBits compares the bytes of products on 1, 2 and 8 goroutines, and serial and packed ones.
func sameBits[T Float](t *testing.T) {
	if isInterpreted[T]() {
		t.Skip("too slow interpreted")
	}
	const m, n, k = 203, 301, 517
	a, b := make([]T, m*k), make([]T, k*n)
	fill(a, 4)
	fill(b, 5)
	results := map[string][]T{}
	product := func(name string, f func(c []T)) {
		c := make([]T, m*n)
		fill(c, 6)
		f(c)
		results[name] = c
	}
	for _, procs := range []int{1, 2, 8} {
		withProcs(procs, func() {
			product(fmt.Sprintf("Gemm on %d", procs), func(c []T) {
				Gemm(blas.NoTrans, blas.NoTrans, m, n, k, 1.25, a, k, b, n, 0.75, c, n)
			})
		})
	}
	product("GemmSerial", func(c []T) {
		GemmSerial(blas.NoTrans, blas.NoTrans, m, n, k, 1.25, a, k, b, n, 0.75, c, n)
	})
	packed := Pack(blas.NoTrans, k, n, b, n)
	product("Mul", func(c []T) { packed.Mul(m, 1.25, a, k, 0.75, c, n) })
	product("MulSerial by rows", func(c []T) {
		for i := range m {
			packed.MulSerial(1, 1.25, a[i*k:], k, 0.75, c[i*n:], n)
		}
	})
	want := bitsOf(results["Gemm on 1"])
	for name, c := range results {
		if !slices.Equal(bitsOf(c), want) {
			t.Errorf("%s differs from Gemm on 1", name)
		}
	}
}

func TestGemmSameBits(t *testing.T) {
	t.Run("float32", func(t *testing.T) { eachTier[float32](t, sameBits[float32]) })
	t.Run("float64", func(t *testing.T) { eachTier[float64](t, sameBits[float64]) })
}

// TestGemmTiersAgree: the tiers of fused multiply-add do the same operations in the same order.
func TestGemmTiersAgree(t *testing.T) {
	tiersAgree[float32](t)
	tiersAgree[float64](t)
}

func tiersAgree[T Float](t *testing.T) {
	const m, n, k = 45, 77, 300
	a, b := make([]T, m*k), make([]T, k*n)
	fill(a, 4)
	fill(b, 5)
	defer setActive(active[T]())
	var want []uint64
	for _, kern := range tiersOf[T]() {
		if kern.name == "generic" {
			continue
		}
		setActive(kern)
		c := make([]T, m*n)
		Gemm(blas.NoTrans, blas.NoTrans, m, n, k, 1.25, a, k, b, n, 0, c, n)
		if got := bitsOf(c); want == nil {
			want = got
		} else if !slices.Equal(got, want) {
			t.Errorf("%T: %s differs from %s", c[0], kern.name, tiersOf[T]()[0].name)
		}
	}
}

// TestSumsGolden pins the bits of a product, a Gram matrix and a dot product in the tiers of fused
// multiply-add, which are the same on every architecture.
func TestSumsGolden(t *testing.T) {
	sumsGolden[float32](t, "7a3de1adddb858b1")
	sumsGolden[float64](t, "f74dc020e37bb639")
}

func sumsGolden[T Float](t *testing.T, want string) {
	if active[T]().name == "generic" {
		t.Skip("the generic tier does not fuse")
	}
	const m, n, k = 37, 59, 301
	a, b, c, g := make([]T, m*k), make([]T, k*n), make([]T, m*n), make([]T, n*n)
	Normal(a, 4, 0, 0) // math/rand's deviates are not the same on every architecture
	Normal(b, 5, 0, 0)
	Gemm(blas.NoTrans, blas.NoTrans, m, n, k, 1.25, a, k, b, n, 0, c, n)
	AddGram(k, n, b, n, g, n)
	hash := fnv.New64()
	for _, x := range [][]T{c, g, {Dot(a, a)}} {
		binary.Write(hash, binary.LittleEndian, bitsOf(x))
	}
	if got := fmt.Sprintf("%016x", hash.Sum64()); got != want {
		t.Errorf("%T: %s gives %s, want %s", a[0], active[T]().name, got, want)
	}
}

func TestSerialDoesNotAllocate(t *testing.T) {
	a, b, c := make([]float32, 32*512), make([]float32, 512*512), make([]float32, 32*512)
	packed := Pack(blas.NoTrans, 512, 512, b, 512)
	x := make([]float64, 1000)
	for name, f := range map[string]func(){
		"Normal":     func() { Normal(x, 1, 2, 3) },
		"Tanh":       func() { Tanh(x, x) },
		"Gemv":       func() { Gemv(blas.Trans, 30, 30, 1, x, 30, x[:30], 0, x[900:930]) },
		"MulSerial":  func() { packed.MulSerial(32, 1, a, 512, 0, c, 512) },
		"GemmSerial": func() { GemmSerial(blas.NoTrans, blas.NoTrans, 32, 512, 512, 1, a, 512, b, 512, 0, c, 512) },
	} {
		// A garbage collection may empty the pool of workspaces, so the average is over many.
		if n := testing.AllocsPerRun(200, f); n >= 1 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}

func TestGemmPanicsOnWrongShape(t *testing.T) {
	x := make([]float64, 12)
	for name, f := range map[string]func(){
		"short A":     func() { Gemm(blas.NoTrans, blas.NoTrans, 3, 2, 5, 1, x, 5, x, 2, 0, x, 2) },
		"short B":     func() { Gemm(blas.NoTrans, blas.NoTrans, 2, 3, 5, 1, x, 5, x, 3, 0, x, 3) },
		"short C":     func() { Gemm(blas.NoTrans, blas.NoTrans, 4, 4, 1, 1, x, 1, x, 4, 0, x, 4) },
		"low stride":  func() { Gemm(blas.NoTrans, blas.NoTrans, 2, 2, 3, 1, x, 2, x, 2, 0, x, 2) },
		"negative":    func() { Gemm(blas.NoTrans, blas.NoTrans, -1, 2, 3, 1, x, 3, x, 2, 0, x, 2) },
		"transpose":   func() { Gemm('x', blas.NoTrans, 1, 2, 3, 1, x, 3, x, 2, 0, x, 2) },
		"packed rows": func() { Pack(blas.NoTrans, 2, 2, x, 2).Mul(4, 1, x, 4, 0, x, 2) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

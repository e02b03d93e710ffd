package blas

// Float is an element type of the kernels.
type Float interface{ float32 | float64 }

// depth is the number of k-steps in one pass over C: a panel of op(B), depth × tile width, stays
// in the first-level cache while the rows of op(A) go past it. It belongs to the result's
// definition (see the package comment), so it is the same in every tier.
const depth = 256

// A tileKernel computes a tile of C; see kernels.
type tileKernel[T Float] = func(k int, alpha T, a *T, rs, cs int, b *T, bs int, c *T, ldc, load int)

// kernels are the functions of one tier for one element type. Every slice of the tier's tests
// runs over all tiers the machine has.
type kernels[T Float] struct {
	name string
	// cols is the width of a tile of C. Its height is at most len(tile).
	cols int
	// tile[h-1] computes an h×cols tile, C = α·A·B or, where load ≠ 0, C += α·A·B. A's
	// element (i, p) is a[i*rs+p*cs], B's row p is the cols elements from b[p*bs].
	tile []tileKernel[T]
	// narrow[h-1] is the same for h×(cols/2) tiles; a tier may have none.
	narrow []tileKernel[T]
	// pack copies k rows of cols elements, ld apart, to dst, one after the other.
	pack func(k int, src *T, ld int, dst *T)
	// strip copies k rows of stripWidth elements, at least a tile's height and ld apart, to dst,
	// step apart, one after the other; a tier may have none.
	strip      func(k int, src *T, ld int, dst *T, step int)
	stripWidth int

	// Vectors of n > 0 elements. A sum is taken in 128 bytes' worth of partial sums, partial sum
	// l that of the elements l, l+lanes, l+2·lanes, …; these are added halves onto halves, and
	// then the sum of the n mod lanes last elements.
	dot      func(n int, x, y *T) T                      // Σ x[i]·y[i]
	axpy     func(n int, alpha T, x, y *T)               // y[i] += α·x[i]
	scal     func(n int, alpha T, x *T)                  // x[i] *= α
	axpyPair func(n int, alpha T, x *T, beta T, z, y *T) // y[i] += α·x[i] + β·z[i]
	axpy4    func(n int, alpha, x *T, ld int, y *T)      // y[i] += Σ_{r<4} α[r]·x[r·ld+i]
	dotAxpy  func(n int, alpha T, a, x, y *T) T          // y[i] += α·a[i], and Σ a[i]·x[i]
	// The same for four rows, ld apart: sums[r] = Σ a[r·ld+i]·x[i]. For AVX2 and AVX-512 dot4's partial sums are of all
	// elements, to the last.
	dot4     func(n int, a *T, ld int, x, sums *T)
	dotAxpy4 func(n int, alpha, a *T, ld int, x, y, sums *T)

	residuals func(n int, x, y, w *T) T            // Σ ((x[i]−y[i])·w[i])²
	invert    func(n int, one, least T, dst, x *T) // dst[i] = one/x[i], NaN where x[i] < least
	square    func(n int, dst, x *T)               // dst[i] = x[i]²

	// Functions of each element, the same bits in all tiers; dst may be x.
	exp, tanh, sigmoid func(n int, dst, x *T)

	// Parts of α·A·x for four rows of a triangle of A at a time: y += those by columns, in whole groups, and sums = those by
	// rows, without α. A tier may have none.
	symvUpper, symvLower func(from, to, n int, alpha T, a *T, ld int, x, y, sums *T)

	// See symmetric.go; float64 alone has these.
	rankTwoSymv func(first, n int, u, w, a *T, ld int, x, y, sums *T)
	rotations   func(k, n int, cs, last *T, ld int)
	secular     func(k, j int, d, z, origin, mu, sums *T)
	lowner      func(k, i int, d, deltas *T, ld int, products *T)
	differences func(n int, dst, d *T, origin, mu T)
	quotients   func(n int, dst, x, y *T) T

	// normal writes groups of deviates, from the given block of the stream on, a multiple of
	// normalBlocks; the same bits in all tiers.
	normal func(groups int, dst *T, block, stream uint64, keys *uint32)
}

// rows is the greatest height of a tile.
func (k *kernels[T]) rows() int { return len(k.tile) }

// tiers lists what this machine can run, the best first; the generic tier is always last.
var (
	tiers32 = append(nativeTiers32(), &generic32)
	tiers64 = append(nativeTiers64(), &generic64)

	// active32 and active64 are the tiers in use. Only tests change them.
	active32 = tiers32[0]
	active64 = tiers64[0]
)

// active returns the tier in use for T.
func active[T Float]() *kernels[T] {
	if k, ok := any(active32).(*kernels[T]); ok {
		return k
	}
	return any(active64).(*kernels[T])
}

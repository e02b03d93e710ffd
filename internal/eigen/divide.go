package eigen

import (
	"math"
	"slices"

	gonum "gonum.org/v1/gonum/blas"

	"oblique/internal/blas"
)

// leaf is the order up to which a tridiagonal matrix is not divided further.
const leaf = 24

const epsilon = 0x1p-53

// A solver decomposes a symmetric tridiagonal matrix of order n by divide and conquer. The eigenvectors
// of a part of the matrix are rows of q, within the columns of the part. They are not sorted: the
// part's order lists its rows by ascending eigenvalue. A part begins at a whole group of columns; where it ends, what is
// beyond it in its last group is zero, and is computed with it.
type solver struct {
	n, ld   int
	d, e    []float64 // the diagonal, which becomes the eigenvalues, and the off-diagonal, which is lost
	q       []float64 // n rows of ld, zero at first
	order   []int
	scratch []float64 // n rows of whole groups, for rows that are multiplied
	deltas  []float64 // n rows of whole groups, for differences of poles and roots, then the vectors of a merged problem
	vectors []float64 // for the vectors of a merge
	pairs   []float64 // for the rotations of a step
	indices []int     // 3n
	kinds   []kind    // n

	equation secularEquation // of the merge under way
}

// solverFloats is the number of elements that a solver needs.
func solverFloats(n int) int {
	group := roundUp(n, blas.Group)
	return n + n*matrixStride(n) + n*group + 5*group + 2*leaf
}

// begin takes the solver's memory.
func (s *solver) begin(n int, values []float64, w *workspace) {
	group, ld := roundUp(n, blas.Group), matrixStride(n)
	*s = solver{n: n, ld: ld, d: values, e: w.take(n), q: w.take(n * ld), deltas: w.take(n * group), vectors: w.take(5 * group),
		pairs: w.take(2 * leaf), order: w.ints[:n], indices: w.ints[n : 4*n], kinds: w.kinds[:n]}
	clear(s.q)
}

// solve decomposes the part [lo, hi) of the matrix. It reports whether the iterations at the leaves
// converged.
func (s *solver) solve(lo, hi int) bool {
	if hi-lo <= leaf {
		return s.small(lo, hi)
	}
	// T = diag(T₁, T₂) + ρ·u·uᵀ, where u is 1 at the last place of T₁ and ±1 at the first of T₂.
	mid := lo + roundUp((hi-lo)/2, blas.Group)
	off := s.e[mid-1]
	s.d[mid-1] -= math.Abs(off)
	s.d[mid] -= math.Abs(off)
	if !s.solve(lo, mid) || !s.solve(mid, hi) {
		return false
	}
	s.merge(lo, mid, hi, off)
	return true
}

// A merge is the eigenproblem diag(d) + ρ·z·zᵀ, ‖z‖ = 1, in the basis of n rows of q: those of T₁,
// which are zero from column h on, and those of T₂, zero before it.
type merge struct {
	n, h  int
	d, z  []float64
	rho   float64
	q     []float64
	ld    int
	order []int
	kinds []kind
}

// A kind says where a row of the basis is not zero.
type kind byte

const (
	top    kind = iota // before column h
	both               // a rotation has mixed two rows
	bottom             // from column h on
)

// merge makes the decompositions of [lo, mid) and [mid, hi) one, off being the element between them.
func (s *solver) merge(lo, mid, hi int, off float64) {
	m := merge{n: hi - lo, h: mid - lo, d: s.d[lo:hi], z: s.vectors[:hi-lo], rho: 2 * math.Abs(off),
		q: s.q[lo*s.ld+lo:], ld: s.ld, order: s.order[lo:hi], kinds: s.kinds[lo:hi]}
	for i := range m.n {
		if i < m.h {
			m.z[i], m.kinds[i] = m.q[i*m.ld+m.h-1]/math.Sqrt2, top
		} else {
			m.z[i], m.kinds[i] = math.Copysign(1, off)*m.q[i*m.ld+m.h]/math.Sqrt2, bottom
		}
	}
	byValue := s.indices[:m.n]
	mergeOrder(byValue, m.d, m.order[:m.h], m.order[m.h:], m.h)
	keep, gone := m.deflate(byValue, s.indices[s.n:s.n:2*s.n], s.indices[2*s.n:2*s.n])
	k := len(keep)
	group := roundUp(k, blas.Group)
	v := s.vectors[roundUp(s.n, blas.Group):]
	eq := &s.equation
	*eq = secularEquation{k: k, rho: m.rho, d: v[:group], z: v[group : 2*group], roots: v[2*group : 2*group+k],
		deltas: s.deltas[:k*group], place: byValue[:k]}
	deflated := v[3*group : 3*group+m.n-k]
	for i, at := range keep {
		eq.d[i], eq.z[i] = m.d[at], m.z[at]
	}
	for i := k; i < group; i++ {
		eq.d[i], eq.z[i] = math.Inf(1), 0
	}
	if len(gone) > 1 {
		slices.SortStableFunc(gone, func(i, j int) int { return ascending(m.d[i], m.d[j]) })
	}
	for i, at := range gone {
		deflated[i] = m.d[at]
	}
	eq.solve()
	m.multiply(keep, gone, eq, s.scratch)
	copy(m.d, eq.roots)
	copy(m.d[k:], deflated)
	for i := range m.n {
		byValue[i] = i
	}
	mergeOrder(m.order, m.d, byValue[:k], byValue[k:], 0)
}

// mergeOrder merges two lists of indices that ascend by value; shift is added to the second.
func mergeOrder(dst []int, values []float64, a, b []int, shift int) {
	for i := range dst {
		if len(b) == 0 || len(a) > 0 && values[a[0]] <= values[b[0]+shift] {
			dst[i], a = a[0], a[1:]
		} else {
			dst[i], b = b[0]+shift, b[1:]
		}
	}
}

func ascending(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// deflate finds the eigenpairs that the merged matrix shares with its halves up to rounding:
// those with a negligible weight, and, after a rotation that takes away one weight, one of two
// with almost equal values (Dongarra and Sorensen 1987). It appends these rows to gone, and the others,
// in ascending order of their values, to keep.
func (m *merge) deflate(byValue, keep, gone []int) (_, _ []int) {
	largestD, largestZ := 0.0, 0.0
	for i := range m.n {
		largestD, largestZ = max(largestD, math.Abs(m.d[i])), max(largestZ, math.Abs(m.z[i]))
	}
	tolerance := 8 * epsilon * max(largestD, largestZ)
	last := -1 // the candidate that the next value may be equal to
	for _, i := range byValue {
		if m.rho*math.Abs(m.z[i]) <= tolerance {
			gone = append(gone, i)
			continue
		}
		if last >= 0 {
			if m.rotate(last, i, tolerance) {
				gone = append(gone, last)
			} else {
				keep = append(keep, last)
			}
		}
		last = i
	}
	if last >= 0 {
		keep = append(keep, last)
	}
	return keep, gone
}

// rotate takes away the weight of row i in favour of row j, if that leaves an off-diagonal
// element below the tolerance, and reports whether.
func (m *merge) rotate(i, j int, tolerance float64) bool {
	r := math.Hypot(m.z[i], m.z[j])
	c, s := m.z[j]/r, -m.z[i]/r
	gap := m.d[j] - m.d[i]
	if math.Abs(gap*c*s) > tolerance {
		return false
	}
	m.z[i], m.z[j] = 0, r
	rotate(c, s, m.q[i*m.ld:i*m.ld+m.n], m.q[j*m.ld:j*m.ld+m.n])
	m.d[i], m.d[j] = m.d[i]*c*c+m.d[j]*s*s, m.d[i]*s*s+m.d[j]*c*c
	if m.kinds[i] != m.kinds[j] {
		m.kinds[i], m.kinds[j] = both, both
	}
	return true
}

// rotate replaces x by c·x + s·y and y by c·y − s·x.
func rotate(c, s float64, x, y []float64) {
	y = y[:len(x)]
	for k, v := range x {
		x[k], y[k] = c*v+s*y[k], c*y[k]-s*v
	}
}

// multiply replaces the rows of q by U·B and what was deflated. The rows of B are those kept of q,
// gathered by their kinds, and the columns of U likewise, so that the zeros of each half are left out.
// U comes as the differences dᵢ − λⱼ.
func (m *merge) multiply(keep, gone []int, eq *secularEquation, basis []float64) {
	k, ld := len(keep), roundUp(m.n, blas.Group)
	var count [3]int
	at := 0
	gather := func(row int) {
		to := basis[at*ld : (at+1)*ld]
		copy(to, m.q[row*m.ld:row*m.ld+ld])
		at++
	}
	for want := top; want <= bottom; want++ {
		for i, row := range keep {
			if m.kinds[row] == want {
				eq.place[i] = at
				count[want]++
				gather(row)
			}
		}
	}
	for _, row := range gone {
		gather(row)
	}
	for i := k; i < m.n; i++ {
		copy(m.q[i*m.ld:i*m.ld+m.n], basis[i*ld:(i+1)*ld])
	}
	if k == 0 {
		return
	}
	eq.vectors()
	left, right := count[top]+count[both], count[both]+count[bottom]
	m.product(k, left, 0, m.h, eq.deltas, len(eq.d), basis, ld)
	m.product(k, right, m.h, ld, eq.deltas[k-right:], len(eq.d), basis[(k-right)*ld:], ld)
}

// product sets the columns from, …, to−1 of the first k rows of q to U·B, over inner rows of B.
func (m *merge) product(k, inner, from, to int, u []float64, ldu int, basis []float64, ld int) {
	if inner == 0 {
		for i := range k {
			clear(m.q[i*m.ld+from : i*m.ld+to])
		}
		return
	}
	blas.Gemm(gonum.NoTrans, gonum.NoTrans, k, to-from, inner, 1, u, ldu, basis[from:], ld, 0, m.q[from:], m.ld)
}

package eigen

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/lapack"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"

	gonum "gonum.org/v1/gonum/blas"

	"oblique/internal/blas"
)

// leaf is the order below which a tridiagonal matrix is not divided further.
const leaf = 32

const epsilon = 0x1p-53

// A solver holds the memory of a divide and conquer, n² elements each.
type solver struct {
	scratch []float64 // rows that are multiplied
	deltas  []float64 // differences of poles and roots, then the vectors of the merged problem
}

// tridiagonal computes the eigenvalues, in ascending order in place of the diagonal d, and the
// eigenvectors of a symmetric tridiagonal matrix, as the rows of q with the stride ld, whose
// block must be zero. It destroys e. It reports whether the iterations at the leaves converged.
func (s *solver) tridiagonal(d, e, q []float64, ld int) bool {
	n := len(d)
	if n <= leaf {
		return s.small(d, e, q, ld)
	}
	// T = diag(T₁, T₂) + ρ·u·uᵀ, where u is 1 at the last place of T₁ and ±1 at the first of T₂.
	h := n / 2
	rho := math.Abs(e[h-1])
	d[h-1] -= rho
	d[h] -= rho
	sign := math.Copysign(1, e[h-1])
	if !s.tridiagonal(d[:h], e[:h-1], q, ld) || !s.tridiagonal(d[h:], e[h:], q[h*ld+h:], ld) {
		return false
	}
	m := merge{solver: s, n: n, h: h, d: d, q: q, ld: ld, z: make([]float64, n)}
	for i := range h {
		m.z[i] = q[i*ld+h-1] / math.Sqrt2
	}
	for i := h; i < n; i++ {
		m.z[i] = sign * q[i*ld+h] / math.Sqrt2
	}
	m.rho = 2 * rho
	m.run()
	return true
}

// small decomposes a matrix by the implicit QL iteration.
func (s *solver) small(d, e, q []float64, ld int) bool {
	n := len(d)
	z := make([]float64, n*n)
	off := make([]float64, max(1, n-1))
	copy(off, e[:min(len(e), n-1)])
	if !(lapackgonum.Implementation{}).Dsteqr(lapack.EVTridiag, n, d, off, z, n, make([]float64, max(1, 2*n-2))) {
		return false
	}
	for i := range n {
		for j := range n {
			q[i*ld+j] = z[j*n+i]
		}
	}
	return true
}

// A merge is the eigenproblem diag(d) + ρ·z·zᵀ, ‖z‖ = 1, in the basis of the rows of q: the
// vectors of T₁, which are zero from column h on, and those of T₂, zero before it.
type merge struct {
	*solver
	n, h int
	d, z []float64
	rho  float64
	q    []float64
	ld   int
}

// A kind says where a row of the basis is not zero.
type kind byte

const (
	top    kind = iota // before column h
	both               // a rotation has mixed two rows
	bottom             // from column h on
)

// run replaces d and q by the eigenvalues, ascending, and vectors of the merged matrix.
func (m *merge) run() {
	keep, kinds := m.deflate()
	k := len(keep)
	poles, weights := make([]float64, k), make([]float64, k)
	for i, at := range keep {
		poles[i], weights[i] = m.d[at], m.z[at]
	}
	roots := make([]float64, k)
	u := m.deltas[:k*k]
	secularRoots(poles, weights, m.rho, roots, u)
	secularVectors(poles, weights, u)
	product := m.multiply(keep, kinds, u)

	// All eigenvalues in order: the roots, whose vectors are the rows of the product, and what
	// was deflated, whose vectors are rows of q.
	type source struct {
		value float64
		row   []float64
	}
	kept := make([]bool, m.n)
	all := make([]source, 0, m.n)
	for j, at := range keep {
		kept[at] = true
		all = append(all, source{roots[j], product[j*m.n : (j+1)*m.n]})
	}
	for i := range m.n {
		if !kept[i] {
			row := product[len(all)*m.n : (len(all)+1)*m.n]
			copy(row, m.q[i*m.ld:i*m.ld+m.n])
			all = append(all, source{m.d[i], row})
		}
	}
	slices.SortStableFunc(all, func(a, b source) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	})
	for i, src := range all {
		m.d[i] = src.value
		copy(m.q[i*m.ld:i*m.ld+m.n], src.row)
	}
}

// deflate finds the eigenpairs that the merged matrix shares with its halves up to rounding:
// those with a negligible weight, and, after a rotation that takes away one weight, one of two
// with almost equal values (Dongarra and Sorensen 1987). It returns the others, in ascending order
// of their values, and the kind of every row.
func (m *merge) deflate() (keep []int, kinds []kind) {
	order := make([]int, m.n)
	kinds = make([]kind, m.n)
	largestD, largestZ := 0.0, 0.0
	for i := range order {
		order[i] = i
		if i >= m.h {
			kinds[i] = bottom
		}
		largestD, largestZ = max(largestD, math.Abs(m.d[i])), max(largestZ, math.Abs(m.z[i]))
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case m.d[i] < m.d[j]:
			return -1
		case m.d[i] > m.d[j]:
			return 1
		}
		return 0
	})
	tolerance := 8 * epsilon * max(largestD, largestZ)
	last := -1 // the candidate that the next value may be equal to
	for _, i := range order {
		if m.rho*math.Abs(m.z[i]) <= tolerance {
			continue
		}
		if last >= 0 && !m.rotate(last, i, tolerance, kinds) {
			keep = append(keep, last)
		}
		last = i
	}
	if last >= 0 {
		keep = append(keep, last)
	}
	return keep, kinds
}

// rotate takes away the weight of row i in favour of row j, if that leaves an off-diagonal
// element below the tolerance, and reports whether.
func (m *merge) rotate(i, j int, tolerance float64, kinds []kind) bool {
	r := math.Hypot(m.z[i], m.z[j])
	c, s := m.z[j]/r, -m.z[i]/r
	gap := m.d[j] - m.d[i]
	if math.Abs(gap*c*s) > tolerance {
		return false
	}
	m.z[i], m.z[j] = 0, r
	x, y := m.q[i*m.ld:i*m.ld+m.n], m.q[j*m.ld:j*m.ld+m.n]
	for k, v := range x {
		x[k], y[k] = c*v+s*y[k], c*y[k]-s*v
	}
	m.d[i], m.d[j] = m.d[i]*c*c+m.d[j]*s*s, m.d[i]*s*s+m.d[j]*c*c
	if kinds[i] != kinds[j] {
		kinds[i], kinds[j] = both, both
	}
	return true
}

// multiply returns U·B, where the rows of B are those kept of q. The rows of B are gathered by
// their kinds, and the columns of U likewise, so that the zeros of each half are left out.
func (m *merge) multiply(keep []int, kinds []kind, u []float64) []float64 {
	k := len(keep)
	byKind := make([]int, 0, k)
	var count [3]int
	for want := top; want <= bottom; want++ {
		for i, at := range keep {
			if kinds[at] == want {
				byKind = append(byKind, i)
				count[want]++
			}
		}
	}
	product := make([]float64, m.n*m.n)
	if k == 0 {
		return product
	}
	blas.Parallel(k, 64, func(lo, hi int) {
		row := make([]float64, k)
		for j := lo; j < hi; j++ {
			copy(row, u[j*k:(j+1)*k])
			for i, at := range byKind {
				u[j*k+i] = row[at]
			}
		}
	})
	basis := m.scratch[:k*m.n]
	for i, at := range byKind {
		copy(basis[i*m.n:(i+1)*m.n], m.q[keep[at]*m.ld:keep[at]*m.ld+m.n])
	}
	left, right := count[top]+count[both], count[both]+count[bottom]
	if left > 0 {
		blas.Gemm(gonum.NoTrans, gonum.NoTrans, k, m.h, left, 1, u, k, basis, m.n, 0, product, m.n)
	}
	if right > 0 {
		blas.Gemm(gonum.NoTrans, gonum.NoTrans, k, m.n-m.h, right, 1, u[count[top]:], k, basis[count[top]*m.n+m.h:], m.n, 0, product[m.h:], m.n)
	}
	return product
}

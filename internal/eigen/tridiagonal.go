package eigen

import (
	"math"

	gonum "gonum.org/v1/gonum/blas"

	"oblique/internal/blas"
)

// panel is the number of reflections that are gathered before the rest of the matrix is updated.
const panel = 32

// tridiagonalise reduces the symmetric n×n matrix A, of which the upper triangle is given, to
// the tridiagonal QᵀAQ with the diagonal d and the off-diagonal e, Q = H₀·H₁⋯H₍ₙ₋₂₎,
// Hᵢ = I − τᵢ·vᵢ·vᵢᵀ (Dongarra, Sorensen and Hammarling 1989). Row i of A holds vᵢ afterwards, which
// is 0 up to column i, and 1 in column i+1. The lower triangle of A must be 0.
//
// Within a panel A is left as it was. A row is brought up to date when its turn comes, by the
// panel's V and W, and the product p = A·v is corrected by them; after the panel the rest is
// updated at once, A −= VᵀW + WᵀV. The scratch space vw has 2·panel rows of n, in which rows of V and W
// take turns.
func tridiagonalise(n int, a []float64, ld int, d, e, tau, vw []float64) {
	var s, swapped [2 * panel]float64
	for first := 0; first < n; first += panel {
		steps := min(panel, n-first)
		for k := range steps {
			i := first + k
			row := a[i*ld+i : i*ld+n]
			for q := range k {
				swapped[2*q], swapped[2*q+1] = vw[(2*q+1)*n+i], vw[2*q*n+i]
			}
			blas.Gemv(gonum.Trans, 2*k, n-i, -1, vw[i:], n, swapped[:2*k], 1, row)
			d[i] = row[0]
			x := row[1:]
			row[0] = 0
			if len(x) == 0 {
				continue
			}
			e[i], tau[i] = reflect(x)
			v, p := vw[2*k*n+i+1:(2*k+1)*n], vw[(2*k+1)*n+i+1:(2*k+2)*n]
			m := len(x)
			copy(v, x)
			at := lineStart(n, i+1)
			clear(vw[2*k*n+at : 2*k*n+i+1]) // v with zeros before it, which what of A is in their rows does not change
			blas.Symv(gonum.Upper, n-at, tau[i], a[at*ld+at:], ld, vw[2*k*n+at:(2*k+1)*n], 0, vw[(2*k+1)*n+at:(2*k+2)*n])
			blas.Gemv(gonum.NoTrans, 2*k, m, tau[i], vw[i+1:], n, x, 0, s[:2*k])
			for q := range k {
				swapped[2*q], swapped[2*q+1] = s[2*q+1], s[2*q]
			}
			blas.Gemv(gonum.Trans, 2*k, m, -1, vw[i+1:], n, swapped[:2*k], 1, p)
			blas.Axpy(-tau[i]/2*blas.Dot(p, x), x, p)
		}
		if next := first + steps; next < n {
			blas.Syr2k(gonum.Upper, gonum.Trans, n-next, steps, -1, vw[next:], 2*n, vw[n+next:], 2*n, 1, a[next*ld+next:], ld)
		}
	}
}

// lineStart returns from where the rest of A, from row and column i on, is multiplied: from i, or where the product takes
// long from a multiple of eight before it. There rows begin with a line of the cache where their stride is such a multiple.
func lineStart(n, i int) int {
	const long = 400
	if n-i < long {
		return i
	}
	return i / 8 * 8
}

// reflect replaces x by the v of the reflection H = I − τ·v·vᵀ, v₀ = 1, that makes H·x = (β, 0, …).
func reflect(x []float64) (beta, tau float64) {
	beta, tau = reflectRest(x[0], x[1:])
	x[0] = 1
	return beta, tau
}

// reflectRest is reflect for x = (α, rest), but for v₀.
func reflectRest(alpha float64, rest []float64) (beta, tau float64) {
	length := math.Sqrt(blas.Dot(rest, rest))
	if length < negligible { // nothing to annihilate
		clear(rest)
		return alpha, 0
	}
	beta = -math.Copysign(norm(alpha, length), alpha)
	blas.Scal(1/(alpha-beta), rest)
	return beta, (beta - alpha) / beta
}

// unblocked is the order up to which the matrix stays in the cache, so that a pass over it for every reflection costs
// less than gathering them.
const unblocked = 200

// tridiagonaliseInCache is tridiagonalise for a matrix that is small: each reflection takes one pass over what is left of
// A, which brings it up to date, A −= v·wᵀ + w·vᵀ of the reflection before, and multiplies it by the new v. Vectors begin at
// a multiple of the kernels' steps, with zeros. The scratch space has three vectors of ld.
func tridiagonaliseInCache(n int, a []float64, ld int, d, e, tau, scratch []float64) {
	clear(scratch[:3*ld])
	w, p, sums := scratch[:ld], scratch[ld:2*ld], scratch[2*ld:3*ld]
	groups := roundUp(n, blas.Group)
	v := p // the v of the reflection before, at first 0
	for i := range n {
		line := i / step * step
		row := a[i*ld : (i+1)*ld]
		if i > 0 {
			blas.Axpy(-1, w[line:], row[line:]) // v is 1 there
			blas.Axpy(-w[i], v[line:], row[line:])
		}
		d[i] = row[i]
		row[i] = 0
		if i == n-1 {
			break
		}
		alpha := row[i+1]
		row[i+1] = 0
		e[i], tau[i] = reflectRest(alpha, row[line:])
		row[i+1] = 1
		line = (i + 1) / step * step
		first := (i + 1) / 4 * 4
		clear(p[line:])
		v[i], w[i] = 0, 0 // this row is up to date
		blas.RankTwoSymv(first, groups, v, w, a, ld, row, p, sums)
		if i > 0 {
			v[i] = 1
		}
		v = row
		blas.Axpy(1, sums[line:], p[line:])
		clear(p[line : i+1])
		blas.Axpy(-tau[i]/2*blas.Dot(p[line:], v[line:]), v[line:], p[line:])
		blas.Scal(tau[i], p[line:])
		w, p = p, w
	}
}

// wyBlock is the greatest number of reflections that are applied at once.
const wyBlock = 64

// backTransform replaces the rows M by M·Qᵀ, Q being that of tridiagonalise: eigenvectors of the
// tridiagonal matrix become those of A. A block of reflections is I − Vᵀ·W with W = TᵀV, T upper
// triangular (Schreiber and Van Loan 1989), and its transpose is applied from the right,
// M −= (M·Vᵀ)·W, the last block first. All matrices have the stride ld, and are computed with in whole steps
// or groups, which zeros fill: in the last row of A and after the last τ too. The scratch space has
// 2·wyBlock rows of ld, and the space t wyBlock².
func backTransform(n int, a []float64, ld int, tau, rows, scratch, t []float64) {
	if n < 2 {
		return
	}
	block := wyBlock
	if n < 256 {
		block /= 2
	}
	w, g := scratch[:block*ld], scratch[block*ld:2*block*ld]
	for first := (n - 2) / block * block; first >= 0; first -= block {
		k := min(block, roundUp(n-1-first, blas.Group))
		m := roundUp(n-first-1, step) // columns that the block changes
		v := a[first*ld+first+1:]
		wyRows(k, m, v, ld, tau[first:], w, t[:k*k], g)
		blas.Gemm(gonum.NoTrans, gonum.Trans, n, k, m, 1, rows[first+1:], ld, v, ld, 0, g, k)
		blas.Gemm(gonum.NoTrans, gonum.NoTrans, n, m, k, -1, g, k, w, m, 1, rows[first+1:], ld)
	}
}

// wyRows computes the W of k reflections, by groups of rows: T⁻¹ has 1/τ on its diagonal and above it the products of the
// rows of V (Joffrin and others 2006), so that a row is wᵣ = τᵣ·(vᵣ − Σ (vᵣ·vᵢ)·wᵢ) over i < r. For the rows of its own
// group that is the product with a small T. The spaces are for the products, and for a group.
func wyRows(k, m int, v []float64, ld int, tau, w, products, group []float64) {
	const size = blas.Group
	blas.Syrk(gonum.Lower, gonum.NoTrans, k, m, 1, v, ld, 0, products, k)
	for first := 0; first < k; first += size {
		left := group[:size*m]
		for r := range size {
			copy(left[r*m:(r+1)*m], v[(first+r)*ld:(first+r)*ld+m])
		}
		if first > 0 {
			blas.Gemm(gonum.NoTrans, gonum.NoTrans, size, m, first, -1, products[first*k:], k, w, m, 1, left, m)
		}
		corner := products[first*k+first:]
		smallFactor(corner, k, tau[first:first+size])
		blas.Gemm(gonum.Trans, gonum.NoTrans, size, m, size, 1, corner, k, left, m, 0, w[first*m:], m)
	}
}

// smallFactor replaces the products of a group's rows, below the diagonal, by the group's T, its column r being −τᵣ·T·(V·vᵣ)
// above the diagonal, and τᵣ on it.
func smallFactor(a []float64, ld int, tau []float64) {
	for r, tr := range tau {
		row := a[r*ld : r*ld+r]
		for i := range row {
			sum := 0.0
			for p, x := range a[i*ld+i : i*ld+r] {
				sum += x * row[i+p]
			}
			a[i*ld+r] = -tr * sum
		}
		a[r*ld+r] = tr
	}
	for r := range tau {
		clear(a[r*ld : r*ld+r])
	}
}

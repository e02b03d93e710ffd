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
// Hᵢ = I − τᵢ·vᵢ·vᵢᵀ (Dongarra, Sorensen and Hammarling 1989). Row i of A holds vᵢ afterwards, from
// column i+1 on, where it is 1; before, vᵢ is 0.
//
// Within a panel A is left as it was. A row is brought up to date when its turn comes, by the
// panel's V and W, and the product p = A·v is corrected by them; after the panel the rest is
// updated at once, A −= VᵀW + WᵀV. The scratch space vw has 2·panel rows of n, in which rows of V and W
// take turns.
func tridiagonalise(n int, a, d, e, tau, vw []float64) {
	var s, swapped [2 * panel]float64
	for first := 0; first < n; first += panel {
		steps := min(panel, n-first)
		for k := range steps {
			i := first + k
			row := a[i*n+i : (i+1)*n]
			for q := range k {
				swapped[2*q], swapped[2*q+1] = vw[(2*q+1)*n+i], vw[2*q*n+i]
			}
			blas.Gemv(gonum.Trans, 2*k, n-i, -1, vw[i:], n, swapped[:2*k], 1, row)
			d[i] = row[0]
			x := row[1:]
			if len(x) == 0 {
				continue
			}
			e[i], tau[i] = reflect(x)
			v, p := vw[2*k*n+i+1:(2*k+1)*n], vw[(2*k+1)*n+i+1:(2*k+2)*n]
			m := len(x)
			copy(v, x)
			at := lineStart(n, i+1)
			clear(vw[2*k*n+at : 2*k*n+i+1]) // v with zeros before it, which what of A is in their rows does not change
			blas.Symv(gonum.Upper, n-at, tau[i], a[at*n+at:], n, vw[2*k*n+at:(2*k+1)*n], 0, vw[(2*k+1)*n+at:(2*k+2)*n])
			blas.Gemv(gonum.NoTrans, 2*k, m, tau[i], vw[i+1:], n, x, 0, s[:2*k])
			for q := range k {
				swapped[2*q], swapped[2*q+1] = s[2*q+1], s[2*q]
			}
			blas.Gemv(gonum.Trans, 2*k, m, -1, vw[i+1:], n, swapped[:2*k], 1, p)
			blas.Axpy(-tau[i]/2*blas.Dot(p, x), x, p)
		}
		if next := first + steps; next < n {
			blas.Syr2k(gonum.Upper, gonum.Trans, n-next, steps, -1, vw[next:], 2*n, vw[n+next:], 2*n, 1, a[next*n+next:], n)
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
	alpha, rest := x[0], math.Sqrt(blas.Dot(x[1:], x[1:]))
	x[0] = 1
	if rest < negligible { // nothing to annihilate
		clear(x[1:])
		return alpha, 0
	}
	beta = -math.Copysign(norm(alpha, rest), alpha)
	blas.Scal(1/(alpha-beta), x[1:])
	return beta, (beta - alpha) / beta
}

// wyBlock is the greatest number of reflections that are applied at once.
const wyBlock = 64

// backTransform replaces the rows M by M·Qᵀ, Q being that of tridiagonalise: eigenvectors of the
// tridiagonal matrix become those of A. A block of reflections is I − VᵀTV with T upper
// triangular (Schreiber and Van Loan 1989), and its transpose is applied from the right,
// M −= (M·Vᵀ)·(Tᵀ·V), the last block first. The scratch space has
// 3·wyBlock rows of n, and the space t wyBlock².
func backTransform(n int, a, tau, rows, scratch, t []float64) {
	if n < 2 {
		return
	}
	block := wyBlock
	if n < 256 {
		block /= 2
	}
	v, w, g := scratch[:block*n], scratch[block*n:2*block*n], scratch[2*block*n:3*block*n]
	for first := (n - 2) / block * block; first >= 0; first -= block {
		k := min(block, n-1-first)
		m := n - first - 1 // columns that the block changes
		for r := range k {
			row := v[r*m : (r+1)*m]
			clear(row[:r])
			copy(row[r:], a[(first+r)*n+first+1+r:(first+r+1)*n])
		}
		wyFactor(k, m, v, tau[first:], t[:k*k], g)
		blas.Gemm(gonum.Trans, gonum.NoTrans, k, m, k, 1, t, k, v, m, 0, w, m)
		blas.Gemm(gonum.NoTrans, gonum.Trans, n, k, m, 1, rows[first+1:], n, v, m, 0, g, k)
		blas.Gemm(gonum.NoTrans, gonum.NoTrans, n, m, k, -1, g, k, w, m, 1, rows[first+1:], n)
	}
}

// wyFactor computes the T of k reflections: its column r is −τᵣ·T·(V·vᵣ) above the diagonal, and τᵣ
// on it. The products V·vᵣ are in the scratch space g.
func wyFactor(k, m int, v, tau, t, g []float64) {
	blas.Syrk(gonum.Lower, gonum.NoTrans, k, m, 1, v, m, 0, g, k)
	clear(t)
	for r := range k {
		for i := range r {
			t[i*k+r] = -tau[r] * blas.Dot(t[i*k+i:i*k+r], g[r*k+i:r*k+r])
		}
		t[r*k+r] = tau[r]
	}
}

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
// updated at once, A −= VᵀW + WᵀV.
func tridiagonalise(n int, a []float64) (d, e, tau []float64) {
	d, e, tau = make([]float64, n), make([]float64, n), make([]float64, n)
	v, w := make([]float64, panel*n), make([]float64, panel*n)
	s := make([]float64, panel)
	for first := 0; first < n; first += panel {
		steps := min(panel, n-first)
		for k := range steps {
			i := first + k
			row := a[i*n+i : (i+1)*n]
			for q := range k {
				blas.Axpy(-v[q*n+i], w[q*n+i:(q+1)*n], row)
				blas.Axpy(-w[q*n+i], v[q*n+i:(q+1)*n], row)
			}
			d[i] = row[0]
			x := row[1:]
			if len(x) == 0 {
				continue
			}
			e[i], tau[i] = reflect(x)
			vk, p := v[k*n+i+1:(k+1)*n], w[k*n+i+1:(k+1)*n]
			clear(v[k*n : k*n+i+1])
			clear(w[k*n : k*n+i+1])
			copy(vk, x)
			m := len(x)
			blas.Symv(gonum.Upper, m, 1, a[(i+1)*n+i+1:], n, x, 0, p)
			if k > 0 {
				vs, ws := v[i+1:], w[i+1:]
				blas.Gemv(gonum.NoTrans, k, m, 1, ws, n, x, 0, s[:k])
				blas.Gemv(gonum.Trans, k, m, -1, vs, n, s[:k], 1, p)
				blas.Gemv(gonum.NoTrans, k, m, 1, vs, n, x, 0, s[:k])
				blas.Gemv(gonum.Trans, k, m, -1, ws, n, s[:k], 1, p)
			}
			blas.Scal(tau[i], p)
			blas.Axpy(-tau[i]/2*blas.Dot(p, x), x, p)
		}
		if next := first + steps; next < n {
			blas.Syr2k(gonum.Upper, gonum.Trans, n-next, steps, -1, v[next:], n, w[next:], n, 1, a[next*n+next:], n)
		}
	}
	return d, e, tau
}

// reflect replaces x by the v of the reflection H = I − τ·v·vᵀ, v₀ = 1, that makes H·x = (β, 0, …).
func reflect(x []float64) (beta, tau float64) {
	alpha := x[0]
	rest := 0.0
	if len(x) > 1 {
		rest = math.Sqrt(blas.Dot(x[1:], x[1:]))
	}
	x[0] = 1
	if rest < tiny { // nothing to annihilate, to the precision of a matrix of elements below 1
		clear(x[1:])
		return alpha, 0
	}
	beta = -math.Copysign(math.Hypot(alpha, rest), alpha)
	blas.Scal(1/(alpha-beta), x[1:])
	return beta, (beta - alpha) / beta
}

// tiny is a norm whose square is about to lose its precision to underflow, far below the
// rounding errors of a matrix whose largest element is near 1.
const tiny = 1e-140

// wyBlock is the number of reflections that are applied at once.
const wyBlock = 64

// backTransform replaces the rows M by M·Qᵀ, Q being that of tridiagonalise: eigenvectors of the
// tridiagonal matrix become those of A. A block of reflections is I − VᵀTV with T upper
// triangular (Schreiber and Van Loan 1989), and its transpose is applied from the right,
// M −= ((M·Vᵀ)·Tᵀ)·V, the last block first.
func backTransform(n int, a, tau, rows []float64) {
	if n < 2 {
		return
	}
	v, t, g := make([]float64, wyBlock*n), make([]float64, wyBlock*wyBlock), make([]float64, wyBlock*n)
	for first := (n - 2) / wyBlock * wyBlock; first >= 0; first -= wyBlock {
		k := min(wyBlock, n-1-first)
		m := n - first - 1 // columns that the block changes
		for r := range k {
			row := v[r*m : (r+1)*m]
			clear(row[:r])
			copy(row[r:], a[(first+r)*n+first+1+r:(first+r+1)*n])
		}
		wyFactor(k, m, v, tau[first:], t, g)
		blas.Gemm(gonum.NoTrans, gonum.Trans, n, k, m, 1, rows[first+1:], n, v, m, 0, g, k)
		blas.Trmm(gonum.Right, gonum.Upper, gonum.Trans, gonum.NonUnit, n, k, 1, t, wyBlock, g, k)
		blas.Gemm(gonum.NoTrans, gonum.NoTrans, n, m, k, -1, g, k, v, m, 1, rows[first+1:], n)
	}
}

// wyFactor computes the T of k reflections: its column r is −τᵣ·T·(V·vᵣ) above the diagonal, and τᵣ
// on it. The products V·vᵣ are in the scratch space g.
func wyFactor(k, m int, v, tau, t, g []float64) {
	blas.Gemm(gonum.NoTrans, gonum.Trans, k, k, m, 1, v, m, v, m, 0, g, k)
	for r := range k {
		for i := range r {
			sum := 0.0
			for q := i; q < r; q++ {
				sum += t[i*wyBlock+q] * g[q*k+r]
			}
			t[i*wyBlock+r] = -tau[r] * sum
		}
		t[r*wyBlock+r] = tau[r]
	}
}

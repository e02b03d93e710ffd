package eigen

import (
	"math"
	"sync"

	"oblique/internal/blas"
)

// A secularEquation is f(λ) = 1 + ρ·Σ zᵢ²/(dᵢ−λ) = 0 for ρ > 0 and k ascending poles d: root j lies
// between poles j and j+1, and the last above them all, by at most ρ‖z‖². Up to whole groups poles are Inf and weights 0.
type secularEquation struct {
	k      int
	rho    float64
	d, z   []float64
	roots  []float64
	deltas []float64 // k rows of whole groups
	place  []int     // of the components of a vector
}

// share is the least number of groups of roots worth a goroutine.
const share = 8

// each calls f with every group of eight roots, or poles, and memory to work in.
func (eq *secularEquation) each(f func(eq *secularEquation, j int, g *rootGroup)) {
	if n := len(eq.d) / blas.Group; n < 2*share {
		eq.part(f, 0, n)
	} else {
		blas.Parallel(n, share, func(lo, hi int) { eq.part(f, lo, hi) })
	}
}

// part calls f with the groups lo, …, hi−1.
func (eq *secularEquation) part(f func(eq *secularEquation, j int, g *rootGroup), lo, hi int) {
	g := rootGroups.Get().(*rootGroup)
	for j := lo; j < hi; j++ {
		f(eq, j*blas.Group, g)
	}
	rootGroups.Put(g)
}

// row returns what the root or vector j has in deltas.
func (eq *secularEquation) row(j int) []float64 { return eq.deltas[j*len(eq.d) : (j+1)*len(eq.d)] }

// solve finds the roots. Row j of deltas receives the differences dᵢ − λⱼ, each with a small relative error, which a
// subtraction of the rounded root would not give.
func (eq *secularEquation) solve() {
	eq.each(func(eq *secularEquation, j int, g *rootGroup) {
		g.solve(j, eq)
		for l := range min(blas.Group, eq.k-j) {
			blas.Differences(eq.row(j+l), eq.d, g.pole[l], g.mu[l])
			eq.roots[j+l] = g.pole[l] + g.mu[l]
		}
	})
}

// A rootGroup is eight adjacent roots, found side by side: their sums over the poles are the lanes of vectors.
type rootGroup struct {
	pole   [blas.Group]float64 // the pole that a root is near
	mu     [blas.Group]float64 // its distance from that pole, which is precise however close they are
	lo, hi [blas.Group]float64 // a bracket of the distance
	found  [blas.Group]bool
	sums   blas.SecularSums
	vector []float64
}

var rootGroups = sync.Pool{New: func() any { return new(rootGroup) }}

// solve finds the roots from j on. The iteration is the "middle way" of R.-C. Li (LAPACK working note 89), which
// replaces the terms up to pole j, and those from pole j+1 on, each by one term with the same
// value and slope; where it leaves the bracket, it is halved.
func (g *rootGroup) solve(j int, eq *secularEquation) {
	last := eq.k - 1
	for l := range g.mu {
		at := j + l
		g.found[l] = at > last
		if at < last {
			g.pole[l], g.mu[l] = eq.d[at], (eq.d[at+1]-eq.d[at])/2
			continue
		}
		g.pole[l], g.lo[l], g.hi[l] = eq.d[last], 0, eq.reach()
		g.mu[l] = g.hi[l] / 2
	}
	g.sum(j, eq)
	for l := range min(blas.Group, last-j) {
		g.begin(l, j+l, eq)
	}
	const most = 200 // more than bisection could take
	for range most {
		g.sum(j, eq)
		left := false
		for l := range g.found {
			if !g.found[l] {
				g.found[l] = g.improve(l, j+l, eq)
				left = left || !g.found[l]
			}
		}
		if !left {
			return
		}
	}
}

// reach is ρ‖z‖², a little more for the roundings.
func (eq *secularEquation) reach() float64 {
	sum := 0.0
	for _, w := range eq.z {
		sum += w * w
	}
	return sum * eq.rho * (1 + 8*epsilon*float64(eq.k))
}

// sum sums over the poles at the present distances.
func (g *rootGroup) sum(j int, eq *secularEquation) {
	blas.Secular(j, eq.d[:eq.k], eq.z[:eq.k], &g.pole, &g.mu, &g.sums)
}

// begin finds which pole is next to root j, brackets the root, and guesses where it would be if all but the nearest two
// poles were constant, as they are half way between these, for which the sums are.
func (g *rootGroup) begin(l, j int, eq *secularEquation) {
	gap, half := eq.d[j+1]-eq.d[j], g.mu[l]
	p, q := eq.rho*eq.z[j]*eq.z[j], eq.rho*eq.z[j+1]*eq.z[j+1]
	f := 1 + eq.rho*(g.sums.Below[l]+g.sums.Above[l])
	c := f + p/half - q/half
	var mu float64
	if f >= 0 {
		g.lo[l], g.hi[l] = 0, half
		mu = smallRoot(c, c*gap+p+q, p*gap)
	} else {
		g.pole[l], g.lo[l], g.hi[l] = eq.d[j+1], -half, 0
		mu = smallRoot(c, p+q-c*gap, -q*gap)
	}
	if !(g.lo[l] < mu && mu < g.hi[l]) {
		mu = (g.lo[l] + g.hi[l]) / 2
	}
	g.mu[l] = mu
}

// improve makes a step towards root j, for which the sums are, and reports whether it is found.
func (g *rootGroup) improve(l, j int, eq *secularEquation) bool {
	mu, rho := g.mu[l], eq.rho
	psi, dpsi, phi, dphi := rho*g.sums.Below[l], rho*g.sums.BelowSlope[l], rho*g.sums.Above[l], rho*g.sums.AboveSlope[l]
	f := 1 + psi + phi
	if math.Abs(f) <= epsilon*(8*(1+phi-psi)+math.Abs(mu)*(dpsi+dphi)) {
		return true
	}
	if f < 0 {
		g.lo[l] = mu
	} else {
		g.hi[l] = mu
	}
	lo, hi := g.lo[l], g.hi[l]
	p := eq.d[j] - g.pole[l] - mu
	var next float64
	if j == eq.k-1 {
		next = mu + lastStep(p, f, dpsi)
	} else {
		next = mu + middleWay(p, eq.d[j+1]-g.pole[l]-mu, f, dpsi, dphi)
	}
	if !(lo < next && next < hi) {
		next = (lo + hi) / 2
	}
	if next == mu || next == lo || next == hi {
		return true // the bracket has no number left inside
	}
	g.mu[l] = next
	return false
}

// smallRoot returns a solution of cx² − ax + b = 0, the one with the smaller modulus if a is positive, and the
// square root's sign being the same otherwise.
func smallRoot(c, a, b float64) float64 {
	root := math.Sqrt(math.Abs(a*a - 4*b*c))
	if a > 0 {
		return 2 * b / (a + root)
	}
	return (a - root) / (2 * c)
}

// middleWay returns the correction of a root between poles at the distances p and q.
func middleWay(p, q, f, dpsi, dphi float64) float64 {
	c := f - p*dpsi - q*dphi
	a := (p+q)*f - p*q*(dpsi+dphi)
	b := p * q * f
	eta := smallRoot(c, a, b)
	if !(eta*f <= 0) { // the wrong way, or not a number
		return -f / (dpsi + dphi)
	}
	return eta
}

// lastStep returns the correction of the root above all poles, the last of them at the distance p.
func lastStep(p, f, dpsi float64) float64 {
	c := f - p*dpsi
	if eta := p + p*p*dpsi/c; c > 0 && eta*f <= 0 {
		return eta
	}
	return -f / dpsi
}

// vectors replaces the differences dᵢ − λⱼ by the eigenvectors, row j that of λⱼ, with component i at
// place[i]. The vectors are those of the weights ẑ for which the roots found are exact (Gu and Eisenstat 1994),
// ẑᵢ² = Πⱼ(λⱼ−dᵢ) / Πⱼ≠ᵢ(dⱼ−dᵢ), and so are orthogonal to working precision; their components are
// ẑᵢ/(dᵢ−λⱼ), normalised. The weights z are overwritten by ẑ.
func (eq *secularEquation) vectors() {
	eq.each(func(eq *secularEquation, i int, g *rootGroup) {
		blas.Lowner(eq.k, i, eq.d, eq.deltas, len(eq.d), &g.mu)
		for l := range min(blas.Group, eq.k-i) {
			eq.z[i+l] = math.Copysign(math.Sqrt(math.Abs(g.mu[l])), eq.z[i+l])
		}
	})
	eq.each(func(eq *secularEquation, j int, g *rootGroup) {
		if cap(g.vector) < len(eq.d) {
			g.vector = make([]float64, len(eq.d))
		}
		vector := g.vector[:len(eq.d)]
		for l := range min(blas.Group, eq.k-j) {
			row := eq.row(j + l)
			scale := 1 / math.Sqrt(blas.Quotients(vector, eq.z, row))
			for i, to := range eq.place {
				row[to] = vector[i] * scale
			}
		}
	})
}

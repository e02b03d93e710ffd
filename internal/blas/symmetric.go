package blas

// The functions of this file are the inner loops of oblique/internal/eigen, on float64. Where lengths and strides are said
// to be of groups, they are multiples of Group.

// Group is the number of columns that a step of these kernels takes.
const Group = 8

// RankTwoSymv computes A −= u·wᵀ + w·uᵀ in the upper triangle of a symmetric matrix and then A·x, in one pass: the product
// is y + sums afterwards, if y was 0, of which what is in the rows from first on contributes. The order n is of groups,
// and first a multiple of four. Below the diagonal A must be 0. Elements of sums before first are not written.
func RankTwoSymv(first, n int, u, w, a []float64, lda int, x, y, sums []float64) {
	checkMatrix("A", n, n, a, lda)
	for _, v := range [][]float64{u, w, x, y, sums} {
		if len(v) < n {
			panic("blas: a vector is shorter than the matrix")
		}
	}
	if n%Group != 0 || first%4 != 0 || first < 0 {
		panic("blas: RankTwoSymv is not of whole groups")
	}
	if first < n {
		active64.rankTwoSymv(first, n, &u[0], &w[0], &a[0], lda, &x[0], &y[0], &sums[0])
	}
}

// Rotations rotates adjacent rows of A: for each pair (c, s) of cs in turn, i counting down from last−1, row i becomes
// c·row i − s·row i+1, and row i+1 what was c·row i+1 + s·row i. The number n of columns is of groups.
func Rotations(n int, cs, a []float64, lda, last int) {
	k := len(cs) / 2
	checkMatrix("A", last+1, n, a, lda)
	if n%Group != 0 || k > last {
		panic("blas: Rotations is not of whole groups, or of more rows than there are")
	}
	if k > 0 && n > 0 {
		active64.rotations(k, n, &cs[0], &a[last*lda], lda)
	}
}

// SecularSums are sums over poles for eight lanes: over those up to a lane's own, and over those above, of z²/δ and z²/δ².
type SecularSums struct{ Below, BelowSlope, Above, AboveSlope [Group]float64 }

// Secular computes, for lane l, Σ zᵢ²/δᵢ and Σ zᵢ²/δᵢ², δᵢ = (dᵢ − origin[l]) − μ[l], over i ≤ j+l and over i > j+l.
func Secular(j int, d, z []float64, origin, mu *[Group]float64, sums *SecularSums) {
	checkLength("z", len(z), len(d))
	if j < 0 || j >= len(d) {
		panic("blas: no such pole")
	}
	active64.secular(len(d), j, &d[0], &z[0], &origin[0], &mu[0], &sums.Below[0])
}

// Lowner computes products[l] = Πⱼ Δ[j, i+l]/(d[i+l] − d[j]) over the k rows of Δ, for l < 8; a divisor of 0 counts as 1.
// The columns of Δ and the elements of d are of groups.
func Lowner(k, i int, d, delta []float64, ld int, products *[Group]float64) {
	checkMatrix("Δ", k, i+Group, delta, ld)
	if len(d) < max(k, i+Group) {
		panic("blas: too few poles")
	}
	if k == 0 {
		panic("blas: Lowner of no poles")
	}
	active64.lowner(k, i, &d[0], &delta[0], ld, &products[0])
}

// Differences computes dst[i] = (d[i] − origin) − μ, for lengths of groups.
func Differences(dst, d []float64, origin, mu float64) {
	checkLength("d", len(d), len(dst))
	if len(d) == 0 || len(d)%Group != 0 {
		panic("blas: Differences is not of whole groups")
	}
	active64.differences(len(d), &dst[0], &d[0], origin, mu)
}

// Quotients computes dst[i] = x[i]/y[i], for lengths of groups, and returns Σ dst[i]².
func Quotients(dst, x, y []float64) float64 {
	checkLength("x", len(x), len(dst))
	checkLength("y", len(y), len(dst))
	if len(x) == 0 || len(x)%Group != 0 {
		panic("blas: Quotients is not of whole groups")
	}
	return active64.quotients(len(x), &dst[0], &x[0], &y[0])
}

// genericRankTwoSymv goes row by row, which changes neither the sums nor their order.
func genericRankTwoSymv(first, n int, u, w, a *float64, ld int, x, y, sums *float64) {
	us, ws, xs, ys := view(u, n), view(w, n), view(x, n), view(y, n)
	for i := first; i < n; i++ {
		row := view(offset(a, i*ld), n)
		var sum [Group]float64
		for j := i; j < n; j++ {
			v := row[j]
			v -= us[i] * ws[j]
			v -= ws[i] * us[j]
			row[j] = v
			sum[j%Group] += v * xs[j]
			if j > i {
				ys[j] += xs[i] * v
			}
		}
		view(sums, n)[i] = halves(sum)
	}
}

// halves adds up, halves onto halves.
func halves(s [Group]float64) float64 {
	return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

func genericRotations(k, n int, cs, last *float64, ld int) {
	pairs := view(cs, 2*k)
	for r := range k {
		c, s := pairs[2*r], pairs[2*r+1]
		below, above := view(offset(last, -r*ld), n), view(offset(last, -(r+1)*ld), n)
		for j, x := range above {
			y := below[j]
			below[j], above[j] = s*x+c*y, c*x-s*y
		}
	}
}

func genericSecular(k, j int, d, z, origin, mu, sums *float64) {
	ds, zs, origins, mus, to := view(d, k), view(z, k), view(origin, Group), view(mu, Group), view(sums, 4*Group)
	clear(to)
	for l := range Group {
		for i, w := range zs {
			part := to[l:]
			if i > j+l {
				part = to[2*Group+l:]
			}
			t := w / (ds[i] - origins[l] - mus[l])
			part[0] += w * t
			part[Group] += t * t
		}
	}
}

func genericLowner(k, i int, d, deltas *float64, ld int, products *float64) {
	ds := view(d, max(k, i+Group))
	for l := range Group {
		product := 1.0
		for j := range k {
			gap := ds[i+l] - ds[j]
			if gap == 0 {
				gap = 1
			}
			product *= *offset(deltas, j*ld+i+l) / gap
		}
		view(products, Group)[l] = product
	}
}

func genericDifferences(n int, dst, d *float64, origin, mu float64) {
	to := view(dst, n)
	for i, v := range view(d, n) {
		to[i] = v - origin - mu
	}
}

func genericQuotients(n int, dst, x, y *float64) float64 {
	to, ys := view(dst, n), view(y, n)
	var sum [Group]float64
	for i, v := range view(x, n) {
		t := v / ys[i]
		to[i] = t
		sum[i%Group] += t * t
	}
	return halves(sum)
}

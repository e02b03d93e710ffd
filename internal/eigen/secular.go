package eigen

import (
	"math"

	"oblique/internal/blas"
)

// secularRoots solves f(λ) = 1 + ρ·Σ zᵢ²/(dᵢ−λ) = 0 for ρ > 0 and ascending poles d: root j lies
// between poles j and j+1, and the last above them all, by at most ρ. Row j of deltas receives
// the differences dᵢ − λⱼ, each with a small relative error, which a subtraction of the rounded
// root would not give.
func secularRoots(d, z []float64, rho float64, roots, deltas []float64) {
	k := len(d)
	blas.Parallel(k, share, func(lo, hi int) {
		for j := lo; j < hi; j++ {
			roots[j] = secularRoot(j, d, z, rho, deltas[j*k:(j+1)*k])
		}
	})
}

// secularRoot finds root j as the distance μ from the nearer pole, so that μ is precise however
// close they are. The iteration is the "middle way" of R.-C. Li (LAPACK working note 89), which
// replaces the terms up to pole j, and those from pole j+1 on, each by one term with the same
// value and slope; where it leaves the bracket, it is halved.
func secularRoot(j int, d, z []float64, rho float64, delta []float64) float64 {
	k := len(d)
	last := j == k-1
	origin, lo, hi := j, 0.0, 0.0
	mu := 0.0
	if last {
		for _, w := range z {
			hi += w * w
		}
		hi *= rho * (1 + 8*epsilon*float64(k)) // ρ‖z‖², a little more for the roundings
		mu = hi / 2
	} else {
		origin, lo, hi, mu = firstGuess(j, d, z, rho, delta)
	}
	for i := range delta {
		delta[i] = d[i] - d[origin]
	}
	const most = 200 // more than bisection could take
	for range most {
		psi, dpsi := terms(z[:j+1], delta[:j+1], mu, rho)
		phi, dphi := terms(z[j+1:], delta[j+1:], mu, rho)
		f := 1 + psi + phi
		if math.Abs(f) <= epsilon*(float64(8)*(1+phi-psi)+math.Abs(mu)*(dpsi+dphi)) {
			break
		}
		if f < 0 {
			lo = mu
		} else {
			hi = mu
		}
		next := mu + step(last, delta, j, mu, f, dpsi, dphi)
		if !(lo < next && next < hi) {
			next = (lo + hi) / 2
		}
		if next == mu || next == lo || next == hi {
			break // the bracket has no number left inside
		}
		mu = next
	}
	for i := range delta {
		delta[i] -= mu
	}
	return d[origin] + mu
}

// firstGuess returns the pole next to root j, where the root is bracketed, and what it would be if all but the
// nearest two poles were constant, as they are half way between these. The scratch space holds k elements.
func firstGuess(j int, d, z []float64, rho float64, scratch []float64) (origin int, lo, hi, mu float64) {
	gap := d[j+1] - d[j]
	half := gap / 2
	for i := range scratch {
		scratch[i] = d[i] - d[j]
	}
	below, _ := terms(z[:j], scratch[:j], half, rho)
	above, _ := terms(z[j+2:], scratch[j+2:], half, rho)
	c := 1 + below + above
	p, q := rho*z[j]*z[j], rho*z[j+1]*z[j+1]
	if c*half+q-p >= 0 {
		origin, lo, hi = j, 0, half
		mu = smallRoot(c, c*gap+p+q, p*gap)
	} else {
		origin, lo, hi = j+1, -half, 0
		mu = smallRoot(c, p+q-c*gap, -q*gap)
	}
	if !(lo < mu && mu < hi) {
		mu = (lo + hi) / 2
	}
	return origin, lo, hi, mu
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

// terms returns ρ·Σ zᵢ²/(δᵢ−μ) and its derivative.
func terms(z, delta []float64, mu, rho float64) (sum, slope float64) {
	delta = delta[:len(z)]
	for i, w := range z {
		t := w / (delta[i] - mu)
		sum += w * t
		slope += t * t
	}
	return rho * sum, rho * slope
}

// step returns the correction of μ.
func step(last bool, delta []float64, j int, mu, f, dpsi, dphi float64) float64 {
	p := delta[j] - mu
	newton := -f / (dpsi + dphi)
	if last {
		c := f - p*dpsi
		if eta := p + p*p*dpsi/c; c > 0 && eta*f <= 0 {
			return eta
		}
		return newton
	}
	q := delta[j+1] - mu
	c := f - p*dpsi - q*dphi
	a := (p+q)*f - p*q*(dpsi+dphi)
	b := p * q * f
	eta := smallRoot(c, a, b)
	if !(eta*f <= 0) { // the wrong way, or not a number
		return newton
	}
	return eta
}

// secularVectors replaces the differences dᵢ − λⱼ by the eigenvectors, row j that of λⱼ, with component i at
// place[i]. The vectors are those of the weights ẑ for which the roots found are exact (Gu and Eisenstat 1994),
// ẑᵢ² = Πⱼ(λⱼ−dᵢ) / Πⱼ≠ᵢ(dⱼ−dᵢ), and so are orthogonal to working precision; their components are
// ẑᵢ/(dᵢ−λⱼ), normalised. The weights z are overwritten by ẑ.
func secularVectors(d, z, deltas []float64, place []int) {
	k := len(d)
	blas.Parallel(k, share, func(lo, hi int) {
		product, gaps := make([]float64, hi-lo), make([]float64, hi-lo)
		for i := range product {
			product[i] = 1
		}
		for j, dj := range d {
			for i, di := range d[lo:hi] {
				gaps[i] = di - dj
			}
			if lo <= j && j < hi {
				gaps[j-lo] = 1
			}
			blas.Invert(math.Inf(-1), gaps, gaps)
			for i, delta := range deltas[j*k+lo : j*k+hi] {
				product[i] *= delta * gaps[i]
			}
		}
		for i, p := range product {
			z[lo+i] = math.Copysign(math.Sqrt(math.Abs(p)), z[lo+i])
		}
	})
	blas.Parallel(k, share, func(lo, hi int) {
		vector := make([]float64, k)
		for j := lo; j < hi; j++ {
			row := deltas[j*k : (j+1)*k]
			blas.Invert(math.Inf(-1), vector, row)
			for i, w := range z {
				vector[i] *= w
			}
			scale := 1 / math.Sqrt(blas.Dot(vector, vector))
			for i, v := range vector {
				row[place[i]] = v * scale
			}
		}
	})
}

// share is the least number of roots worth a goroutine.
const share = 64

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
	blas.Parallel(k, 16, func(lo, hi int) {
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
	origin, lo, hi := j, 0.0, rho
	if last {
		hi = 0 // ρ‖z‖², a little more for the roundings
		for _, w := range z {
			hi += w * w
		}
		hi *= rho * (1 + 8*epsilon*float64(k))
	}
	if !last {
		half := (d[j+1] - d[j]) / 2
		lo, hi = 0, half
		f := 1.0
		for i, w := range z {
			f += rho * w * w / ((d[i] - d[j]) - half)
		}
		if f < 0 {
			origin, lo, hi = j+1, -half, 0
		}
	}
	for i := range delta {
		delta[i] = d[i] - d[origin]
	}
	mu := (lo + hi) / 2
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
	root := math.Sqrt(math.Abs(a*a - 4*b*c))
	eta := 2 * b / (a + root)
	if a <= 0 {
		eta = (a - root) / (2 * c)
	}
	if !(eta*f <= 0) { // the wrong way, or not a number
		return newton
	}
	return eta
}

// secularVectors replaces the differences dᵢ − λⱼ by the eigenvectors, row j that of λⱼ. The
// vectors are those of the weights ẑ for which the roots found are exact (Gu and Eisenstat 1994),
// ẑᵢ² = Πⱼ(λⱼ−dᵢ) / Πⱼ≠ᵢ(dⱼ−dᵢ), and so are orthogonal to working precision; their components are
// ẑᵢ/(dᵢ−λⱼ), normalised.
func secularVectors(d, z, deltas []float64) {
	k := len(d)
	weights := make([]float64, k)
	blas.Parallel(k, 16, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			weights[i] = deltas[i*k+i]
		}
		for j := range k {
			row := deltas[j*k : (j+1)*k]
			for i := lo; i < hi; i++ {
				if i != j {
					weights[i] *= row[i] / (d[i] - d[j])
				}
			}
		}
		for i := lo; i < hi; i++ {
			weights[i] = math.Copysign(math.Sqrt(math.Abs(weights[i])), z[i])
		}
	})
	blas.Parallel(k, 16, func(lo, hi int) {
		for j := lo; j < hi; j++ {
			row := deltas[j*k : (j+1)*k]
			for i, w := range weights {
				row[i] = w / row[i]
			}
			blas.Scal(1/math.Sqrt(blas.Dot(row, row)), row)
		}
	})
}

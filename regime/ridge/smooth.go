package ridge

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Penalties far below the least eigenvalue λ hardly change a fit, and yet the grid has many of them. With residuals r(α) and
// leverages h(α), which are sums of filters 1/(λⱼ+α),
//
//	E(α) = Σ (r_t(α) / (1 − h_t(α)))²
//
// is analytic for |α| ≤ λ/4, summed over rows whose leverage is at most ½: filters grow there to 4/3 of what they are at 0, so that
// ‖r‖ ≤ 7/3 ‖ỹ‖ and |1 − h| ≥ ⅓, and |E| ≤ 49 Σỹ². By Cauchy's bound on the fourth derivative the cubic through
// α₀, α_{m−2}, α_{m−1} and α_m errs at the penalties between the first two by less than
//
//	50 Σỹ² (4/λ)⁴ α_{m−3} α_m³,
//
// and these are not swept where that is nothing beside the in-sample error, than which E is never less. An in-sample error
// that is nothing beside Σỹ² is what rounding left of the moments, and bounds nothing. The cubic's weights of the last
// three, by which it enlarges the rounding of their errors, sum up to less than 5 if each is at most ¾ of the next; they grow with
// the square of the inverse distance, so that closer penalties are no nodes. Rows with a greater leverage, of which there are
// fewer than 2N, as leverages sum up to N at most, are fitted at every penalty by themselves; where they could be many, nothing is
// interpolated.

const (
	smoothNoise   = 1e-10 // of Σỹ²: the least in-sample error that moments tell from rounding
	smoothError   = 1e-11 // of the error: what interpolation may change
	smoothReach   = 1e-3  // of λ: the greatest α_m, for Cauchy's bound to hold with 50 in place of 49
	smoothApart   = 0.75  // the greatest share of a node's penalty that the one before it has
	smoothRows    = 8     // the least number of rows to a component
	smoothAtLeast = 0.5   // 1 − h of every row at α₀
)

// smooth returns the index m of the greatest penalty up to which leave-one-out errors are interpolated, of the first count; 0 if
// none are.
func (p *Path) smooth(count int) int {
	lambda := p.Spectrum.Values[p.R()-1]
	if !p.flat || lambda == 0 || smoothRows*p.R() > int(p.Count) {
		return 0
	}
	yy, least := floats.Sum(p.YY), p.residual(p.Alphas[0])
	if !(least > smoothNoise*yy) {
		return 0
	}
	m := 0
	for i := 1; i < count && p.Alphas[i] > p.Alphas[i-1] && p.Alphas[i] <= smoothReach*lambda; i++ {
		if i < 4 {
			continue
		}
		low, high := 4/lambda*p.Alphas[i-3], 4/lambda*p.Alphas[i]
		if !(50*yy*low*high*high*high <= smoothError*least) {
			break
		}
		if p.Alphas[i-2] <= smoothApart*p.Alphas[i-1] && p.Alphas[i-1] <= smoothApart*p.Alphas[i] {
			m = i
		}
	}
	return m
}

// swept returns which of the first count penalties are swept where errors up to the m-th are interpolated.
func swept(m, count int) []int {
	var which []int
	for i := range count {
		if i == 0 || i > m-3 {
			which = append(which, i)
		}
	}
	return which
}

// interpolate returns the errors at all penalties wanted from those swept.
func (t *table) interpolate(errors []float64) []float64 {
	all, m, p := make([]float64, t.count), t.m, t.Path
	for at, i := range t.swept {
		all[i] = errors[at]
	}
	for i := 1; i <= m-3; i++ {
		all[i] = all[0]
		for node := m - 2; node <= m; node++ {
			weight := (p.Alphas[i] - p.Alphas[0]) / (p.Alphas[node] - p.Alphas[0])
			for other := m - 2; other <= m; other++ {
				if other != node {
					weight *= (p.Alphas[i] - p.Alphas[other]) / (p.Alphas[node] - p.Alphas[other])
				}
			}
			all[i] += weight * (all[node] - all[0])
		}
	}
	return all
}

// findRough finds the rows whose errors are not interpolated by what is left of 1 − h at the first penalty.
func (s *sweep) findRough(t *table, left []float64) {
	s.rough = s.rough[:0]
	if t.m == 0 {
		return
	}
	for i, f := range left {
		if !(f >= smoothAtLeast) {
			s.rough = append(s.rough, i)
		}
	}
}

// measureRough adds the squared errors of the rows that findRough has found, on the first ks[ki] components, at every penalty.
func (s *sweep) measureRough(t *table, ki int, part *partial) {
	if len(s.rough) == 0 {
		return
	}
	if part.rough == nil {
		part.rough = make([]float64, len(t.ks)*t.count)
	}
	for ai, alpha := range t.Alphas[:t.count] {
		for _, i := range s.rough {
			part.rough[ki*t.count+ai] += s.squaredError(t, t.ks[ki], i, alpha)
		}
	}
}

// squaredError returns the squared leave-one-out error of row i, summed over outputs, where the mean of scores is zero.
func (s *sweep) squaredError(t *table, k, i int, alpha float64) (sum float64) {
	free := 1 - 1/t.Count
	for j, lambda := range t.Spectrum.Values[:k] {
		p := s.pt[j*s.ld+i]
		free -= p * p * t.weight(lambda, alpha)
	}
	if free < t.saturated(k, alpha) {
		return math.NaN()
	}
	for d := range t.dims {
		e := s.y[d*s.ld+i]
		for j, lambda := range t.Spectrum.Values[:k] {
			e -= t.weight(lambda, alpha) * t.c[j*t.dims+d] * s.pt[j*s.ld+i]
		}
		sum += e * e / (free * free)
	}
	return sum
}

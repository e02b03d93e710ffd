package eigen

import (
	"math"

	"oblique/internal/blas"
)

// negligible is an off-diagonal element that counts as zero in a matrix whose largest element is near 1, and
// a norm whose square is about to lose its precision to underflow: far below the rounding errors.
const negligible = 1e-140

// small decomposes the part [lo, hi) of the matrix by the implicit QL iteration with Wilkinson's shift
// (Bowdler, Martin, Reinsch and Wilkinson 1968).
func (s *solver) small(lo, hi int) bool {
	d, e, order := s.d[lo:hi], s.e[lo:hi], s.order[lo:hi]
	n := len(d)
	e[n-1] = 0
	for i := lo; i < hi; i++ {
		s.q[i*s.ld+i] = 1
	}
	left := 30 * n // two or three iterations an eigenvalue are usual
	for l := range n {
		for {
			m := l
			for m < n-1 && math.Abs(e[m]) > max(negligible, epsilon*(math.Abs(d[m])+math.Abs(d[m+1]))) {
				m++
			}
			if m == l {
				break
			}
			if left--; left < 0 {
				return false
			}
			g := (d[l+1] - d[l]) / (2 * e[l])
			g = d[m] - d[l] + e[l]/(g+math.Copysign(norm(g, 1), g))
			sin, cos, p := 1.0, 1.0, 0.0
			pairs := s.pairs[:0]
			i := m - 1
			for ; i >= l; i-- {
				f, b := sin*e[i], cos*e[i]
				r := math.Sqrt(f*f + g*g)
				if !(negligible < r && r < 1/negligible) {
					r = math.Hypot(f, g)
				}
				e[i+1] = r
				if r == 0 {
					d[i+1] -= p
					break
				}
				sin, cos = f/r, g/r
				g = d[i+1] - p
				r = (d[i]-g)*sin + 2*cos*b
				p = sin * r
				d[i+1] = g + p
				g = cos*r - b
				pairs = append(pairs, cos, sin)
			}
			blas.Rotations(roundUp(n, blas.Group), pairs, s.q[lo*s.ld+lo:], s.ld, m)
			if i < l {
				d[l] -= p
				e[l] = g
			}
			e[m] = 0
		}
	}
	for i := range order {
		order[i] = i
		for j := i; j > 0 && d[order[j]] < d[order[j-1]]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	return true
}

// norm is math.Hypot, faster.
func norm(x, y float64) float64 {
	if r := math.Sqrt(x*x + y*y); negligible < r && r < 1/negligible {
		return r
	}
	return math.Hypot(x, y)
}

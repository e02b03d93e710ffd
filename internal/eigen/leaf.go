package eigen

import (
	"math"

	"oblique/internal/blas"
)

// negligible is an off-diagonal element that counts as zero in a matrix whose largest element is near 1, and
// a norm whose square is about to lose its precision to underflow: far below the rounding errors.
const negligible = 1e-140

// tiny is a sum of squares that is about to lose its precision.
const tiny = negligible * negligible

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
			for m < n-1 && coupled(e[m], d[m], d[m+1]) {
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
			sin2 := 1.0 // sin², which is known before sin: roots are not on the way from one rotation to the next
			pairs := s.pairs[:0]
			i := m - 1
			for ; i >= l; i-- {
				f, b := sin*e[i], cos*e[i]
				f2, g2 := sin2*(e[i]*e[i]), g*g
				r, q := math.Sqrt(f*f+g2), 1/(f2+g2)
				sincos, cos2 := f*g*q, g2*q
				sin2 = f2 * q
				if !(f2+g2 > tiny) {
					if r = math.Hypot(f, g); r == 0 {
						e[i+1] = 0
						d[i+1] -= p
						break
					}
					sincos, cos2, sin2 = (f/r)*(g/r), (g/r)*(g/r), (f/r)*(f/r)
				}
				e[i+1] = r
				sin, cos = f/r, g/r
				pairs = append(pairs, cos, sin)
				rest := d[i+1] - p
				h := d[i] - rest
				p = sin2*h + 2*sincos*b
				d[i+1] = rest + p
				g = sincos*h + (cos2-sin2)*b
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

// coupled reports whether the off-diagonal element e between two elements of the diagonal is not yet zero.
func coupled(e, d1, d2 float64) bool {
	e = math.Abs(e)
	return e > negligible && e > epsilon*(math.Abs(d1)+math.Abs(d2))
}

// norm is math.Hypot, faster.
func norm(x, y float64) float64 {
	if r := math.Sqrt(x*x + y*y); negligible < r && r < 1/negligible {
		return r
	}
	return math.Hypot(x, y)
}

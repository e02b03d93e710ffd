package ridge

import (
	"fmt"
	"math"

	"oblique/internal/eigen"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Spectrum is the decomposition XᵀX = V Λ Vᵀ of second moments.
type Spectrum struct {
	Values  []float64  // λ, descending, not negative: squared singular values of X
	Vectors *mat.Dense // V, N×R: column j belongs to Values[j]
}

// Spectrum decomposes Σxxᵀ and keeps the leading rank components, at most N. Rounding leaves an error of about
// ε λ₁ in each eigenvalue; what is below zero by that is set to zero. It
// fails if a moment is not finite.
func (m *Moments) Spectrum(rank int) (*Spectrum, error) {
	values, vectors, err := eigen.Sym(m.N, m.XX, m.N, eigen.Descending)
	if err != nil {
		return nil, fmt.Errorf("ridge: second moments: %w", err)
	}
	rank = min(rank, m.N)
	for j, v := range values {
		values[j] = max(0, v)
	}
	return &Spectrum{Values: values[:rank],
		Vectors: mat.NewDense(m.N, m.N, vectors).Slice(0, m.N, 0, rank).(*mat.Dense)}, nil
}

// Variance returns the cumulative share of Σλ in the first k components, for k = 1, …. The shares are NaN if
// nothing varies.
func (s *Spectrum) Variance() []float64 {
	var total float64
	for _, v := range s.Values {
		total += v
	}
	share := make([]float64, len(s.Values))
	var sum float64
	for k, v := range s.Values {
		sum += v
		share[k] = sum / total
	}
	return share
}

// Dimension returns the first k at which the cumulative curve exceeds the threshold, strictly, or 0 if it never does.
func Dimension(curve []float64, threshold float64) int {
	for k, v := range curve {
		if v > threshold {
			return k + 1
		}
	}
	return 0
}

// EffectiveDF returns Σ λ/(λ+α), the degrees of freedom that a ridge fit with penalty α uses, without the intercept. What
// rounding leaves of an eigenvalue of zero counts for none.
func (s *Spectrum) EffectiveDF(alpha float64) float64 {
	var df float64
	for _, v := range s.Values[:s.rank()] {
		df += v / (v + alpha)
	}
	return df
}

// rank returns the number of components with variance: eigenvalues that are more than rounding leaves of zero.
func (s *Spectrum) rank() int {
	rank := 0
	for rank < len(s.Values) && s.Values[rank] > eigenNoise*s.Values[0] {
		rank++
	}
	return rank
}

// AlphaAtDF returns the penalty at which EffectiveDF is df, by bisection on a logarithmic scale, or NaN unless
// 0 < df < the number of components with variance.
func (s *Spectrum) AlphaAtDF(df float64) float64 {
	rank := s.rank()
	if !(df > 0 && df < float64(rank)) {
		return math.NaN()
	}
	// Σ λ/(λ+α) lies between rank·λ_rank/(λ_rank+α) and rank·λ₁/(λ₁+α): both solve for α.
	bound := float64(rank)/df - 1
	lo, hi := math.Log(s.Values[rank-1]*bound), math.Log(s.Values[0]*bound)
	for range 100 {
		mid := (lo + hi) / 2
		if s.EffectiveDF(math.Exp(mid)) > df {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Exp((lo + hi) / 2)
}

// LogSpace returns n ≥ 2 numbers from lo to hi, both positive and both included exactly, spaced evenly on a
// logarithmic scale.
func LogSpace(lo, hi float64, n int) []float64 {
	a := floats.LogSpan(make([]float64, n), lo, hi)
	a[0], a[n-1] = lo, hi // exp(log lo) is one digit off
	return a
}

// DefaultAlphas are the 20 penalties of the published analysis, 10⁻³ to 10⁶.
func DefaultAlphas() []float64 { return LogSpace(1e-3, 1e6, 20) }

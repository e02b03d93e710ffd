package ridge

import (
	"fmt"
	"slices"
	"testing"
)

// The factorisation goes by strips of columns: at every number of them, whole or not, ρ is that of the decomposition, and ρ without
// a neuron that of the moments without it.
func TestFactorAtStripEdges(t *testing.T) {
	for _, n := range []int{1, strip - 1, strip, strip + 1, 2*strip - 1, 2 * strip, 2*strip + 1, 5*strip + 3} {
		x, y := sample(32, 120, n, 2)
		v := newView(t, x, y)
		p, m := newPath(t, v, []float64{1})
		for _, alpha := range []float64{1e-2, 10} {
			want, _ := p.Correlation(alpha)
			// Errors grow with the condition number, here up to 10⁶.
			wantNear(t, fmt.Sprintf("%d neurons, α=%g", n, alpha), m.Correlation(nil, alpha), want, 1e-9)
			if n == 1 {
				continue
			}
			_, without := m.CorrelationsWithout(nil, alpha)
			for _, j := range []int{0, n / 2, n - 1} {
				cols := slices.Delete(AllRows(n), j, j+1)
				wantNear(t, fmt.Sprintf("%d neurons without %d, α=%g", n, j, alpha), without[j], m.Correlation(cols, alpha), 1e-9)
			}
		}
	}
}

// BenchmarkCorrelation is one Cholesky factorisation and the solutions for two outputs.
func BenchmarkCorrelation(b *testing.B) {
	for _, n := range []int{8, 26, 43, 87} {
		x, y := sample(1, 500, n, 2)
		m, err := newView(b, x, y).Moments()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Correlation(nil, 1)
			}
		})
		b.Run(fmt.Sprint("without/", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.CorrelationsWithout(nil, 1)
			}
		})
	}
}

package ridge

import (
	"fmt"
	"slices"
	"testing"
)

func TestCorrelationsWithout(t *testing.T) {
	x, y := sample(31, 60, 7, 2)
	m, err := newView(t, x, y).Moments()
	if err != nil {
		t.Fatal(err)
	}
	for _, alpha := range []float64{1e-3, 1, 300} {
		rho, without := m.CorrelationsWithout(nil, alpha)
		wantNear(t, "ρ", rho, m.Correlation(nil, alpha), 1e-12)
		for j, got := range without {
			cols := slices.DeleteFunc(AllComponents(7), func(c int) bool { return c-1 == j })
			for i := range cols {
				cols[i]--
			}
			wantNear(t, fmt.Sprintf("α=%g without neuron %d", alpha, j), got, m.Correlation(cols, alpha), 1e-12)
		}
	}
}

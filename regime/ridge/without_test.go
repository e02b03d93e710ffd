package ridge

import (
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
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

// Where the penalty is far above the eigenvalues, differences of great numbers leave nothing of ρ; so they do of what one neuron
// leaves to others that are far smaller. The decomposition takes no differences: an eigenvalue is right to some 10⁻¹⁶ of the
// greatest, which for neurons as small as 10⁻⁴ of the first is 10⁻⁸ of theirs.
func TestCorrelationsOfGreatPenalties(t *testing.T) {
	x, y := sample(35, 60, 12, 2)
	graded := mat.DenseCopyOf(x)
	for i := range 60 {
		for j := 1; j < 12; j++ {
			graded.Set(i, j, 1e-4*x.At(i, j))
		}
	}
	for name, c := range map[string]struct {
		x   *mat.Dense
		tol float64
	}{"alike": {x, 1e-9}, "graded": {graded, 1e-7}} {
		v := newView(t, c.x, y)
		p, m := newPath(t, v, []float64{1})
		for _, alpha := range []float64{1e-2, 1, 1e6, 1e10, 1e16, 1e30} {
			what := fmt.Sprintf("%s, α=%g", name, alpha)
			want, _ := p.Correlation(alpha)
			rho, without := m.CorrelationsWithout(nil, alpha)
			wantNear(t, what, rho, want, c.tol)
			wantNear(t, what, m.Correlation(nil, alpha), want, c.tol)
			for j, got := range without {
				q, _ := newPath(t, v.Columns(slices.Delete(AllRows(12), j, j+1)), []float64{1})
				want, _ := q.Correlation(alpha)
				wantNear(t, fmt.Sprintf("%s, without neuron %d", what, j), got, want, c.tol)
			}
		}
	}
}

package plot

import (
	"math"
	"testing"

	"oblique/simulate/probe"
)

// Aligned networks stand left of the middle of their task and oblique ones right of it; a published range is behind them where it
// holds for their size.
func TestByTask(t *testing.T) {
	for n, want := range map[int]int{512: 10, 64: 5} { // ρ of oblique networks depends on their size
		p := byTask("ρ", true, comparisons(probe.Rho, n))
		ranges, networks := 0, 0
		for _, m := range p.marks {
			switch m := m.(type) {
			case rangeBar:
				ranges++
				if m.low > m.high {
					t.Errorf("range %g to %g", m.low, m.high)
				}
			case points:
				networks += len(m.x)
				for i, x := range m.x {
					if left := x < math.Round(x); left != (m.look.color == alignedLook.color) {
						t.Errorf("a network of %v at %g", m.look.color, x)
					}
					if m.y[i] < p.y.min || m.y[i] > p.y.max {
						t.Errorf("%g is off the axis", m.y[i])
					}
				}
			}
		}
		if ranges != want || networks != 20 || len(p.columns) != 5 {
			t.Errorf("%d units: %d ranges, %d networks, %d columns", n, ranges, networks, len(p.columns))
		}
	}
	if p := byTask("ρ", true, []probe.Comparison{{Task: "cycling"}}); p.reason == "" {
		t.Error("nothing is said of no networks")
	}
}

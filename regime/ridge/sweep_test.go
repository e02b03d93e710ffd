package ridge

import (
	"math"
	"testing"
)

// looErrors returns the squared leave-one-out error of each row of x under the ridge fit to all of them, summed over outputs: the
// formula of the package comment, row by row, on the first k components.
func looErrors(p *Path, x, y [][]float64, k int, alpha float64) []float64 {
	errors := make([]float64, len(x))
	for i := range x {
		free := 1 - 1/p.Count
		fit := make([]float64, len(y[i]))
		for j, lambda := range p.Spectrum.Values[:k] {
			var score float64
			for c, v := range x[i] {
				score += v * p.Spectrum.Vectors.At(c, j)
			}
			free -= score * score / (lambda + alpha)
			for d := range fit {
				fit[d] += score * p.c[j*p.D()+d] / (lambda + alpha)
			}
		}
		for d, f := range fit {
			e := (y[i][d] - p.YMean[d] - f) / free
			errors[i] += e * e
		}
	}
	return errors
}

// Rows go by blocks that are padded to whole tiles: errors are those of each row by itself at numbers of rows around both, in
// stretches that begin anywhere, of all columns and of some.
func TestSweepAtBlockEdges(t *testing.T) {
	alphas := []float64{1e-2, 1, 100}
	cols := []int{1, 2, 4, 5, 8}
	for _, rows := range []int{tileRows - 1, tileRows, tileRows + 1, blockRows - 1, blockRows, blockRows + 1, 2*blockRows + tileRows + 1} {
		for _, stretches := range []int{1, 3} {
			x, y := sample(41, rows, 9, 2)
			v := newView(t, x, y)
			m, err := v.Moments()
			if err != nil {
				t.Fatal(err)
			}
			path := func(m *Moments) *Path {
				s, err := m.Spectrum(m.N)
				if err != nil {
					t.Fatal(err)
				}
				return NewPath(m, s, alphas)
			}
			all, some := path(m), path(m.Columns(cols))
			got, err := v.LeaveOneOut([]Task{{Path: some, Columns: cols, Ks: []int{2, 5}}, {Path: all, Ks: []int{1, 7, 9}},
				{Path: some, Columns: cols, Ks: []int{5}}}, stretches)
			if err != nil {
				t.Fatal(err)
			}
			b := &block{}
			if err := v.load(b, 0, rows); err != nil {
				t.Fatal(err)
			}
			xs, ys, ofSome := make([][]float64, rows), make([][]float64, rows), make([][]float64, rows)
			for i := range rows {
				xs[i], ys[i] = b.x[i*9:(i+1)*9], b.y[i*2:(i+1)*2]
				for _, c := range cols {
					ofSome[i] = append(ofSome[i], xs[i][c])
				}
			}
			for task, want := range []struct {
				p  *Path
				x  [][]float64
				ks []int
			}{{some, ofSome, []int{2, 5}}, {all, xs, []int{1, 7, 9}}, {some, ofSome, []int{5}}} {
				for ki, k := range want.ks {
					for a, alpha := range alphas {
						errors := looErrors(want.p, want.x, ys, k, alpha)
						for s := range stretches {
							var sum float64
							for _, e := range errors[rows*s/stretches : rows*(s+1)/stretches] {
								sum += e
							}
							// Errors of 10⁻¹³ for a condition number of 10⁴, as 1/λ enters.
							if g := got[task][s].At(ki, a); !(math.Abs(g-sum) <= 1e-9*sum) {
								t.Errorf("%d rows, stretch %d of %d, task %d, k=%d, α=%g: %g, want %g", rows, s, stretches, task, k, alpha, g, sum)
							}
						}
					}
				}
			}
		}
	}
}

package ridge

import (
	"math"

	kernel "oblique/internal/blas"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
)

// LeaveOneOut returns the mean squared error, over rows and outputs, that each row has under the fit to all other
// rows: one row of the result for each number of components in ks (ascending), one column for each penalty. The
// view must be that of the path's moments. A leverage of 1 (to rounding, 10⁻¹⁰), where a row determines its own fit,
// gives NaN.
//
// The cost is one product of the rows with V, and running sums over components; between the k asked for, the
// running sums are matrix products too.
func (p *Path) LeaveOneOut(v *View, ks []int) (*mat.Dense, error) {
	t, n, d := v.Dims()
	origin := make([]float64, n)
	for j, o := range v.origin {
		origin[j] = o + p.XMean[j]
	}
	centred := v.about(origin)
	table := p.table(ks)
	parts := make([][]float64, lanes(t))
	err := overLanes(t, func(lane, from, to int) error {
		sweep := newSweep(table)
		b := &block{}
		for i := from; i < to; i += blockRows {
			j := min(i+blockRows, to)
			if err := centred.load(b, i, j); err != nil {
				return err
			}
			sweep.run(b, j-i)
		}
		parts[lane] = sweep.errors
		return nil
	})
	if err != nil {
		return nil, err
	}
	mse := mat.NewDense(len(ks), len(p.Alphas), nil)
	for _, part := range parts {
		for i, e := range part {
			mse.RawMatrix().Data[i] += e / float64(t*d)
		}
	}
	return mse, nil
}

// A table holds what the sweep over components multiplies scores with, for all penalties.
type table struct {
	*Path
	ks       []int
	centred  bool      // m is zero: the terms in m vanish
	a        []float64 // 1/(λ_j+α), A×R
	ac       []float64 // a_j c_jd, (A·D)×R
	am       []float64 // a_j m_j, A×R
	gamma    []float64 // γ at each k, len(ks)×A
	gammaNu  []float64 // γν at each k, len(ks)×A×D
	dims     int       // D
	nA, r, n int
}

func (p *Path) table(ks []int) *table {
	r, d, nA := p.R(), p.D(), len(p.Alphas)
	n, _ := p.Spectrum.Vectors.Dims()
	t := &table{Path: p, ks: ks, centred: true, dims: d, nA: nA, r: r, n: n,
		a: make([]float64, nA*r), ac: make([]float64, nA*d*r), am: make([]float64, nA*r),
		gamma: make([]float64, len(ks)*nA), gammaNu: make([]float64, len(ks)*nA*d)}
	// A mean of rounding errors is no mean: the terms in m would change nothing.
	var mm float64
	for _, m := range p.m {
		mm += m * m
	}
	t.centred = p.Count*mm <= 1e-20*p.Spectrum.Values[0]
	for ai, alpha := range p.Alphas {
		for o := range d {
			s, next := sums{alpha: alpha, count: p.Count}, 0
			for j, lambda := range p.Spectrum.Values {
				c := p.c[j*d+o]
				s.add(lambda, p.m[j], c)
				a := inverse(lambda + alpha)
				t.a[ai*r+j], t.am[ai*r+j], t.ac[(ai*d+o)*r+j] = a, a*p.m[j], a*c
				for next < len(ks) && ks[next] == j+1 {
					t.gamma[next*nA+ai] = s.gamma()
					t.gammaNu[(next*nA+ai)*d+o] = s.gamma() * s.nu
					next++
				}
			}
		}
	}
	return t
}

// A sweep runs over the components for one block of rows after another. Rows are the fast index of all its
// arrays.
type sweep struct {
	*table
	pt, p2  []float64 // scores and their squares, R×rows
	y       []float64 // D×rows
	free    []float64 // 1 − 1/T − Σ a p², A×rows
	fit     []float64 // Σ a c p, (A·D)×rows
	along   []float64 // Σ a m p, A×rows
	inverse []float64 // 1/(1 − h) at one penalty, rows
	errors  []float64 // Σ e², len(ks)×A
}

func newSweep(t *table) *sweep {
	return &sweep{table: t,
		pt: make([]float64, t.r*blockRows), p2: make([]float64, t.r*blockRows),
		y: make([]float64, t.dims*blockRows), free: make([]float64, t.nA*blockRows),
		fit: make([]float64, t.nA*t.dims*blockRows), along: make([]float64, t.nA*blockRows), inverse: make([]float64, blockRows),
		errors: make([]float64, len(t.ks)*t.nA)}
}

// run adds the errors of a block of rows, whose activity is about the mean of all.
func (s *sweep) run(b *block, rows int) {
	// Pᵀ = Vᵀ X̃ᵀ
	v := s.Spectrum.Vectors.RawMatrix()
	kernel.GemmSerial(blas.Trans, blas.Trans, s.r, rows, s.n, 1, v.Data, v.Stride, b.x, s.n, 0, s.pt, rows)
	for i, p := range s.pt[:s.r*rows] {
		s.p2[i] = p * p
	}
	for i := range rows {
		for d := range s.dims {
			s.y[d*rows+i] = b.y[i*s.dims+d] - s.YMean[d]
		}
	}
	for i := range s.free[:s.nA*rows] {
		s.free[i] = 1 - 1/s.Count
	}
	clear(s.fit)
	clear(s.along)
	done := 0
	for ki, k := range s.ks {
		s.advance(done, k, rows)
		done = k
		s.measure(ki, rows)
	}
}

// few is the number of components up to which plain loops beat a matrix product.
const few = 4

// advance takes components from to to−1 into the running sums.
func (s *sweep) advance(from, to, rows int) {
	if to-from > few {
		s.multiply(-1, s.a, s.p2, s.free, s.nA, from, to, rows)
		s.multiply(1, s.ac, s.pt, s.fit, s.nA*s.dims, from, to, rows)
		if !s.centred {
			s.multiply(1, s.am, s.pt, s.along, s.nA, from, to, rows)
		}
		return
	}
	for j := from; j < to; j++ {
		p, p2 := s.pt[j*rows:(j+1)*rows], s.p2[j*rows:(j+1)*rows]
		for ai := range s.nA {
			addScaled(s.free[ai*rows:(ai+1)*rows], -s.a[ai*s.r+j], p2)
			for d := ai * s.dims; d < (ai+1)*s.dims; d++ {
				addScaled(s.fit[d*rows:(d+1)*rows], s.ac[d*s.r+j], p)
			}
			if !s.centred {
				addScaled(s.along[ai*rows:(ai+1)*rows], s.am[ai*s.r+j], p)
			}
		}
	}
}

// multiply adds sign · coefficients[:, from:to] · scores[from:to, :] to sum.
func (s *sweep) multiply(sign float64, coefficients, scores, sum []float64, count, from, to, rows int) {
	kernel.GemmSerial(blas.NoTrans, blas.NoTrans, count, rows, to-from, sign,
		coefficients[from:], s.r, scores[from*rows:], rows, 1, sum, rows)
}

// addScaled adds a·x to dst.
func addScaled(dst []float64, a float64, x []float64) { kernel.Axpy(a, x[:len(dst)], dst) }

// measure adds the squared leave-one-out errors of the components taken in so far. One division a row serves all
// outputs.
func (s *sweep) measure(ki, rows int) {
	inverse := s.inverse[:rows]
	for ai := range s.nA {
		free := s.free[ai*rows : (ai+1)*rows]
		along := s.along[ai*rows : (ai+1)*rows]
		left := free
		if !s.centred {
			left = inverse
			gamma := s.gamma[ki*s.nA+ai]
			for i, f := range free {
				left[i] = f - gamma*along[i]*along[i]
			}
		}
		kernel.Invert(saturated, inverse, left)
		var sum float64
		for d := range s.dims {
			fit := s.fit[(ai*s.dims+d)*rows : (ai*s.dims+d+1)*rows]
			y := s.y[d*rows : (d+1)*rows]
			if s.centred {
				sum += kernel.Residuals(y, fit, inverse)
			} else {
				sum += squaredErrorsShifted(y, fit, inverse, along, s.gammaNu[(ki*s.nA+ai)*s.dims+d])
			}
		}
		s.errors[ki*s.nA+ai] += sum
	}
}

// saturated is the least 1 − h that is told from zero: below it a row is fitted by itself alone. The rounding of a
// decomposition reaches 10⁻¹¹ where variances span eight orders of magnitude.
const saturated = 1e-10

// squaredErrorsShifted returns Σ ((y − fit − γν·along)·inverse)².
func squaredErrorsShifted(y, fit, inverse, along []float64, gammaNu float64) float64 {
	fit, inverse, along = fit[:len(y)], inverse[:len(y)], along[:len(y)]
	var sum float64
	for i, yi := range y {
		e := (yi - fit[i] - gammaNu*along[i]) * inverse[i]
		sum += e * e
	}
	return sum
}

// AllComponents returns 1, 2, …, r.
func AllComponents(r int) []int {
	ks := make([]int, r)
	for i := range ks {
		ks[i] = i + 1
	}
	return ks
}

// FirstAbove returns the fitting dimension without the whole curve: the first k at which the in-sample R² of the fit
// on k components, with its own penalty by leave-one-out, exceeds the threshold strictly; 0 if none does. Only
// those k are swept where the penalty can decide: in-sample R² falls with the penalty, so that a k whose R² fails
// at the least penalty cannot pass, and one that passes at the greatest cannot fail.
func (p *Path) FirstAbove(v *View, inSample *mat.Dense, threshold float64) (int, error) {
	var open []int
	certain := 0
	for k := 1; k <= p.R() && certain == 0; k++ {
		row := inSample.RawRowView(k - 1)
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, r2 := range row {
			lo, hi = math.Min(lo, r2), math.Max(hi, r2)
		}
		switch {
		case lo > threshold:
			certain = k
		case hi > threshold:
			open = append(open, k)
		}
	}
	for len(open) > 0 {
		// A few at a time: most often the first or second passes.
		batch := open[:min(len(open), 8)]
		open = open[len(batch):]
		loo, err := p.LeaveOneOut(v, batch)
		if err != nil {
			return 0, err
		}
		for i, k := range batch {
			if inSample.At(k-1, max(0, Best(loo.RawRowView(i)))) > threshold {
				return k, nil
			}
		}
	}
	return certain, nil
}

package ridge

import (
	"slices"
	"sync"

	kernel "oblique/internal/blas"

	"gonum.org/v1/gonum/blas"
)

// A table holds what the sweep over components multiplies scores with, for the penalties swept: A of them.
type table struct {
	*Path
	columns  []int // of the block; nil means all
	ks       []int
	count    int       // of penalties wanted
	m        int       // errors up to this one are interpolated
	swept    []int     // which of the penalties wanted are swept
	a        []float64 // 1 − 1/T and then −1/(λ_j+α), A×(1+R)
	ac       []float64 // a_j c_jd, (A·D)×R
	am       []float64 // a_j m_j, A×R
	gamma    []float64 // γ at each k, len(ks)×A
	gammaNu  []float64 // γν at each k, len(ks)×A×D
	dims     int       // D
	nA, r, n int       // r is the largest of ks

	vectors *kernel.Packed[float64] // V, N×R, of a table of all columns
}

func (task Task) table() *table {
	p, ks := task.Path, task.Ks
	r, d, m := ks[len(ks)-1], p.D(), p.smooth(task.penalties())
	which := swept(m, task.penalties())
	nA := len(which)
	n, _ := p.Spectrum.Vectors.Dims()
	t := &table{Path: p, columns: task.Columns, ks: ks, count: task.penalties(), m: m, swept: which, dims: d, nA: nA, r: r, n: n,
		a: make([]float64, nA*(1+r)), ac: make([]float64, nA*d*r), am: make([]float64, nA*r),
		gamma: make([]float64, len(ks)*nA), gammaNu: make([]float64, len(ks)*nA*d)}
	if v := p.Spectrum.Vectors.RawMatrix(); task.Columns == nil {
		t.vectors = kernel.Pack(blas.NoTrans, n, r, v.Data, v.Stride)
	}
	for ai, i := range which {
		alpha := p.Alphas[i]
		t.a[ai*(1+r)] = 1 - 1/p.Count
		for o := range d {
			s, next := sums{alpha: alpha, count: p.Count}, 0
			for j, lambda := range p.Spectrum.Values[:r] {
				a, c := p.weight(lambda, alpha), p.c[j*d+o]
				s.add(a, p.m[j], c)
				t.a[ai*(1+r)+1+j], t.am[ai*r+j], t.ac[(ai*d+o)*r+j] = -a, a*p.m[j], a*c
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

// A sweep runs over the components for one block of rows and one table after another. Rows are the fast index of all its
// arrays, which grow to what the largest table needs. They are padded with rows of zeros, which have no errors.
type sweep struct {
	block   block
	rows    int       // of the block, padded to whole tiles of the matrix kernels
	ld      int       // from one row of an array to the next
	xt      []float64 // activity of the block, N×rows; empty until a table of some columns needs it
	some    []float64 // that of a table's columns
	p       []float64 // scores of a table of all columns, rows×R
	pt      []float64 // scores, R×rows
	p2      []float64 // ones and then squares of scores, (1+R)×rows
	y       []float64 // behaviour about yMean, D×rows
	yMean   []float64 // nil until a table needs y
	free    []float64 // 1 − 1/T − Σ a p², A×rows
	fit     []float64 // Σ a c p, (A·D)×rows
	along   []float64 // Σ a m p, A×rows
	inverse []float64 // 1/(1 − h) at one penalty, rows
	rough   []int     // rows whose errors are not interpolated
}

var sweeps = sync.Pool{New: func() any { return new(sweep) }}

// sweep returns what every table has from the rows from to to−1.
func (v *View) sweep(tables []*table, from, to int) ([]partial, error) {
	s := sweeps.Get().(*sweep)
	defer sweeps.Put(s)
	_, n, _ := v.Dims()
	parts := make([]partial, len(tables))
	for i, t := range tables {
		parts[i].errors = make([]float64, len(t.ks)*t.nA)
	}
	for i := from; i < to; i += blockRows {
		if err := s.load(v, i, min(i+blockRows, to)); err != nil {
			return nil, err
		}
		for i, t := range tables {
			s.run(t, n, &parts[i])
		}
	}
	return parts, nil
}

const (
	tileRows = 16 // a multiple of the width of every tile
	lineRows = 8  // a line of the cache
)

// load reads the rows from from to to−1. Arrays have an odd number of lines to a row: where that is a power of two, columns
// have but a few sets of the cache.
func (s *sweep) load(v *View, from, to int) error {
	s.rows = (to - from + tileRows - 1) / tileRows * tileRows
	s.ld = s.rows + lineRows
	s.xt, s.yMean = s.xt[:0], nil
	return v.load(&s.block, from, to)
}

// transpose writes the matrix x, of n columns, to dst, n×rows, and zeros after it.
func (s *sweep) transpose(dst, x []float64, n int) {
	rows := len(x) / n
	for j0 := 0; j0 < n; j0 += lineRows {
		for i := range rows {
			for j := j0; j < min(j0+lineRows, n); j++ {
				dst[j*s.ld+i] = x[i*n+j]
			}
		}
	}
	for j := range n {
		clear(dst[j*s.ld+rows : j*s.ld+s.rows])
	}
}

// activity returns the block's activity of a table's columns, N×rows.
func (s *sweep) activity(t *table, n int) []float64 {
	if len(s.xt) == 0 {
		s.xt = grow(s.xt, n*s.ld)
		s.transpose(s.xt, s.block.x, n)
	}
	s.some = grow(s.some, t.n*s.ld)
	for j, c := range t.columns {
		copy(s.some[j*s.ld:j*s.ld+s.rows], s.xt[c*s.ld:])
	}
	return s.some
}

// scores computes Pᵀ = Vᵀ X̃ᵀ and its squares. Vectors for all columns are packed once for all blocks; those for some
// are met with the columns chosen.
func (s *sweep) scores(t *table, n int) {
	s.pt, s.p2 = grow(s.pt, t.r*s.ld), grow(s.p2, (1+t.r)*s.ld)
	if t.vectors != nil {
		rows := len(s.block.x) / n
		s.p = grow(s.p, rows*t.r)
		t.vectors.MulSerial(rows, 1, s.block.x, n, 0, s.p, t.r)
		s.transpose(s.pt, s.p, t.r)
	} else {
		v := t.Spectrum.Vectors.RawMatrix()
		kernel.GemmSerial(blas.Trans, blas.NoTrans, t.r, s.rows, t.n, 1, v.Data, v.Stride, s.activity(t, n), s.ld, 0, s.pt, s.ld)
	}
	fill(s.p2[:s.ld], 1)
	kernel.Square(s.p2[s.ld:], s.pt)
}

// behaviour makes y that about the table's mean, which most tables share.
func (s *sweep) behaviour(t *table) {
	if slices.Equal(s.yMean, t.YMean) {
		return
	}
	s.yMean, s.y = t.YMean, grow(s.y, t.dims*s.ld)
	s.transpose(s.y, s.block.y, t.dims)
	for d, mean := range t.YMean {
		for i := range len(s.block.y) / t.dims {
			s.y[d*s.ld+i] -= mean
		}
	}
}

// run adds the table's errors of the block, whose n columns are about the mean of all rows.
func (s *sweep) run(t *table, n int, part *partial) {
	s.scores(t, n)
	s.behaviour(t)
	s.free, s.fit, s.along = grow(s.free, t.nA*s.ld), grow(s.fit, t.nA*t.dims*s.ld), grow(s.along, t.nA*s.ld)
	s.inverse = grow(s.inverse, s.rows)
	done := 0
	for ki, k := range t.ks {
		s.advance(t, done, k)
		done = k
		s.measure(t, ki, part)
	}
}

// fill sets all of x to v, by copies that double.
func fill(x []float64, v float64) {
	x[0] = v
	for n := 1; n < len(x); n *= 2 {
		copy(x[n:], x[:n])
	}
}

// few is the number of components up to which plain loops beat a matrix product.
const few = 4

// advance takes components from to to−1 into the running sums, which begin with the first.
func (s *sweep) advance(t *table, from, to int) {
	first := from + 1 // of the rows of p2
	if from == 0 {
		first = 0
	}
	s.add(t.nA, t.a, 1+t.r, s.p2, s.free, first, 1+to)
	s.add(t.nA*t.dims, t.ac, t.r, s.pt, s.fit, from, to)
	if !t.flat {
		s.add(t.nA, t.am, t.r, s.pt, s.along, from, to)
	}
}

// add adds coefficients[:, from:to] · scores[from:to, :] to a sum of so many rows, which begins with from = 0.
func (s *sweep) add(rows int, coefficients []float64, ld int, scores, sum []float64, from, to int) {
	if to-from > few {
		beta := 1.
		if from == 0 {
			beta = 0
		}
		kernel.GemmSerial(blas.NoTrans, blas.NoTrans, rows, s.rows, to-from, 1,
			coefficients[from:], ld, scores[from*s.ld:], s.ld, beta, sum, s.ld)
		return
	}
	if from == 0 {
		clear(sum[:rows*s.ld])
	}
	for i := range rows {
		for j := from; j < to; j++ {
			addScaled(sum[i*s.ld:i*s.ld+s.rows], coefficients[i*ld+j], scores[j*s.ld:])
		}
	}
}

// addScaled adds a·x to dst.
func addScaled(dst []float64, a float64, x []float64) { kernel.Axpy(a, x[:len(dst)], dst) }

// measure adds the squared leave-one-out errors of the components taken in so far. One division a row serves all
// outputs.
func (s *sweep) measure(t *table, ki int, part *partial) {
	inverse := s.inverse
	for ai := range t.nA {
		free := s.free[ai*s.ld : ai*s.ld+s.rows]
		along := s.along[ai*s.ld : ai*s.ld+s.rows]
		left := free
		if !t.flat {
			left = inverse
			gamma := t.gamma[ki*t.nA+ai]
			for i, f := range free {
				left[i] = f - gamma*along[i]*along[i]
			}
		}
		if ai == 0 {
			s.findRough(t, left)
		}
		kernel.Invert(t.saturated(t.ks[ki], t.Alphas[t.swept[ai]]), inverse, left)
		for _, i := range s.rough {
			inverse[i] = 0
		}
		var sum float64
		for d := range t.dims {
			fit := s.fit[(ai*t.dims+d)*s.ld:][:s.rows]
			y := s.y[d*s.ld : d*s.ld+s.rows]
			if t.flat {
				sum += kernel.Residuals(y, fit, inverse)
			} else {
				sum += squaredErrorsShifted(y, fit, inverse, along, t.gammaNu[(ki*t.nA+ai)*t.dims+d])
			}
		}
		part.errors[ki*t.nA+ai] += sum
	}
	s.measureRough(t, ki, part)
}

// saturated returns the least 1 − h that is told from zero, on the first k components: below it a row is fitted by itself alone.
// An eigenvalue is right to a few ε·λ₁, and so a leverage to a few ε·λ₁/(λ_k+α), which is no number where that is 1. The last
// components are those of columns that are zero throughout, which have no part in it.
func (p *Path) saturated(k int, alpha float64) float64 {
	const least = 1e-10
	values := p.Spectrum.Values
	x := values[max(1, min(k, p.rank))-1] + alpha
	if x == 0 {
		return least
	}
	return max(least, eigenNoise*values[0]/x)
}

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

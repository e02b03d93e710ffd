package ridge

import (
	"math"
	"slices"
	"sync"

	kernel "oblique/internal/blas"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
)

// LeaveOneOut returns the mean squared error, over rows and outputs, that each row has under the fit to all other
// rows: one row of the result for each number of components in ks (ascending), one column for each penalty. The
// view must be that of the path's moments. A leverage of 1 (to rounding, 10⁻¹⁰), where a row determines its own fit,
// gives NaN. Errors at penalties far below the least eigenvalue are interpolated where that changes them by less than
// 10⁻¹¹ of their value, but for rounding.
//
// The cost is one product of the rows with V, and running sums over components; between the k asked for, the
// running sums are matrix products too.
func (p *Path) LeaveOneOut(v *View, ks []int) (*mat.Dense, error) {
	errors, err := p.aboutMean(v).LeaveOneOut([]Task{{Path: p, Ks: ks}}, 1)
	if err != nil {
		return nil, err
	}
	t, _, d := v.Dims()
	mse := errors[0][0]
	mse.Scale(1/float64(t*d), mse)
	return mse, nil
}

// aboutMean returns the view of the path's rows about their own mean.
func (p *Path) aboutMean(v *View) *View {
	origin := make([]float64, len(v.origin))
	for j, o := range v.origin {
		origin[j] = o + p.XMean[j]
	}
	return v.about(origin)
}

// A Task is a path whose leave-one-out errors View.LeaveOneOut finds, for the numbers of components Ks (ascending).
type Task struct {
	Path    *Path
	Columns []int // of the view, that the path was fitted to, in its order; nil means all
	Ks      []int
	// Penalties is how many of the path's penalties are wanted, from the least on; 0 means all.
	Penalties int
}

// penalties returns how many penalties are wanted.
func (t Task) penalties() int {
	if t.Penalties == 0 {
		return len(t.Path.Alphas)
	}
	return t.Penalties
}

// LeaveOneOut returns the leave-one-out errors of many paths, each fitted to some of the columns, while the rows are read
// once. The view must be about the mean of its rows. Entry [i][s] has the squared errors of task i summed over outputs and
// over stretch s of the rows, from ⌊T·s/stretches⌋ on: a row for each k and a column for each penalty wanted, as Path.LeaveOneOut.
func (v *View) LeaveOneOut(tasks []Task, stretches int) ([][]*mat.Dense, error) {
	tables := make([]*table, len(tasks))
	err := Parallel(len(tasks), func(i int) error {
		tables[i] = tasks[i].table()
		return nil
	})
	if err != nil {
		return nil, err
	}
	t, _, _ := v.Dims()
	pieces := max(1, min((maxLanes+stretches-1)/stretches, t/(stretches*blockRows)))
	units := make([][]partial, stretches*pieces)
	err = Parallel(len(units), func(i int) error {
		var err error
		units[i], err = v.sweep(tables, t*i/len(units), t*(i+1)/len(units))
		return err
	})
	if err != nil {
		return nil, err
	}
	errors := make([][]*mat.Dense, len(tasks))
	for i, t := range tables {
		for s := range stretches {
			errors[i] = append(errors[i], t.sum(units[s*pieces:(s+1)*pieces], i))
		}
	}
	return errors, nil
}

// A partial holds what a table has from some of the rows: squared errors, summed, a row for each of ks.
type partial struct {
	errors []float64 // a column for each penalty swept
	rough  []float64 // of rows whose errors are not interpolated, a column for each penalty wanted; nil if there are none
}

// sum returns the errors of the i-th table, which t is, over several units, at all penalties.
func (t *table) sum(units [][]partial, i int) *mat.Dense {
	swept := make([]float64, len(t.ks)*t.nA)
	for _, unit := range units {
		addScaled(swept, 1, unit[i].errors)
	}
	errors := mat.NewDense(len(t.ks), t.count, nil)
	for k := range t.ks {
		errors.SetRow(k, t.interpolate(swept[k*t.nA:(k+1)*t.nA]))
	}
	for _, unit := range units {
		if rough := unit[i].rough; rough != nil {
			addScaled(errors.RawMatrix().Data, 1, rough)
		}
	}
	return errors
}

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
				a, c := inverse(lambda+alpha), p.c[j*d+o]
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
		kernel.Invert(saturated, inverse, left)
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

// Promising returns how many penalties, from the least on, can be the best for the fit on all components, and the in-sample
// squared error that the next one has, summed over rows and outputs (infinite if there is none). A leave-one-out error is never
// below the in-sample one, which rises with the penalty: as soon as one is found below that bound, the penalties beyond are
// out. Where to stop is a guess from generalised cross-validation, with room for it to be wrong by a twentieth.
func (p *Path) Promising() (count int, bound float64) {
	errors := make([]float64, len(p.Alphas))
	least := math.Inf(1)
	for ai, alpha := range p.Alphas {
		errors[ai] = p.residual(alpha)
		share := 1 - (1+p.Spectrum.EffectiveDF(alpha))/p.Count
		if gcv := errors[ai] / (share * share); share > 0 {
			least = math.Min(least, gcv)
		}
	}
	for ai, e := range errors {
		if e > 1.05*least && ai > 1 {
			return ai, e
		}
	}
	return len(errors), math.Inf(1)
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
	first, err := p.aboutMean(v).FirstAbove([]Task{{Path: p}}, []*mat.Dense{inSample}, []float64{threshold})
	return first[0], err
}

// FirstAbove is Path.FirstAbove of many paths, each fitted to some of the columns: rows are read once for all. The view
// must be about the mean of its rows. The numbers of components of the tasks are not looked at.
func (v *View) FirstAbove(tasks []Task, inSample []*mat.Dense, thresholds []float64) ([]int, error) {
	first, open := make([]int, len(tasks)), make([][]int, len(tasks))
	for i := range tasks {
		first[i], open[i] = undecided(inSample[i], thresholds[i])
	}
	// A few k at a time: most often the first or second passes.
	for few := 2; ; few = 8 {
		var work []Task
		var whose []int
		for i, ks := range open {
			if len(ks) > 0 {
				work = append(work, Task{Path: tasks[i].Path, Columns: tasks[i].Columns, Ks: ks[:min(len(ks), few)]})
				whose = append(whose, i)
			}
		}
		if len(work) == 0 {
			return first, nil
		}
		loo, err := v.LeaveOneOut(work, 1)
		if err != nil {
			return first, err
		}
		for w, i := range whose {
			open[i] = open[i][len(work[w].Ks):]
			for row, k := range work[w].Ks {
				if inSample[i].At(k-1, max(0, Best(loo[w][0].RawRowView(row)))) > thresholds[i] {
					first[i], open[i] = k, nil
					break
				}
			}
		}
	}
}

// undecided returns the first k whose in-sample R² exceeds the threshold at every penalty (0 if there is none), and those
// before it for which the penalty decides.
func undecided(inSample *mat.Dense, threshold float64) (certain int, open []int) {
	r, _ := inSample.Dims()
	for k := 1; k <= r; k++ {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, r2 := range inSample.RawRowView(k - 1) {
			lo, hi = math.Min(lo, r2), math.Max(hi, r2)
		}
		switch {
		case lo > threshold:
			return k, open
		case hi > threshold:
			open = append(open, k)
		}
	}
	return 0, open
}

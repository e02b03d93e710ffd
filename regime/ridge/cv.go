package ridge

import (
	"math"
	"slices"
	"sync"

	kernel "oblique/internal/blas"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
)

// A CV is blocked cross-validation over contiguous stretches of rows. Rows are read once, into the moments of each
// stretch; training sets and held-out errors are sums of those.
type CV struct {
	Alphas    []float64
	Folds     int
	Blocks    int          // units of resampling; several make a fold
	Stop      func() error // asked before each model of nested cross-validation, whose error ends it; nil: never
	stretches []stretch
	spectra   map[[2]int]*Spectrum // of the training sets without folds f ≤ g, all blocks weighted once
	mu        sync.Mutex
	n, d, r   int
}

// A stretch is rows of one block that are left out of training together.
type stretch struct {
	rows    recording.Range
	block   int
	fold    int
	gapOf   []int // folds in whose gap the rows lie
	moments *Moments
}

// NewCV cuts the view's rows at the starts of the blocks (ascending, the first 0) and groups neighbouring blocks into
// folds of about the same number of rows. Rows closer than gap to a fold are left out when it is held out. There
// must be at least as many blocks as folds.
func NewCV(v *View, starts []int, folds, gap int, alphas []float64) (*CV, error) {
	t, n, d := v.Dims()
	cv := &CV{Alphas: alphas, Folds: folds, Blocks: len(starts), n: n, d: d, spectra: map[[2]int]*Spectrum{}}
	cv.stretches = cut(t, starts, folds, gap)
	err := Parallel(len(cv.stretches), func(i int) error {
		s := &cv.stretches[i]
		var err error
		s.moments, err = v.MomentsOf(s.rows.From, s.rows.To)
		return err
	})
	if err != nil {
		return nil, err
	}
	cv.r = n
	for f := range folds {
		for g := range folds {
			cv.r = min(cv.r, int(cv.trainingRows(nil, f, g))-1)
		}
	}
	cv.r = max(cv.r, 0)
	return cv, nil
}

// With returns the same cross-validation for other outputs beside the same activity, whose moments and decompositions it
// shares.
func (cv *CV) With(v *View) (*CV, error) {
	_, _, d := v.Dims()
	other := &CV{Alphas: cv.Alphas, Folds: cv.Folds, Blocks: cv.Blocks, Stop: cv.Stop, n: cv.n, d: d, r: cv.r, spectra: cv.spectra}
	other.stretches = slices.Clone(cv.stretches)
	err := Parallel(len(cv.stretches), func(i int) error {
		s := &other.stretches[i]
		var err error
		s.moments, err = v.crossMoments(s.moments, s.rows.From, s.rows.To)
		return err
	})
	return other, err
}

// Columns returns the same cross-validation on some of the neurons.
func (cv *CV) Columns(cols []int) *CV {
	sub := &CV{Alphas: cv.Alphas, Folds: cv.Folds, Blocks: cv.Blocks, Stop: cv.Stop, n: len(cols), d: cv.d, r: min(cv.r, len(cols)),
		spectra: map[[2]int]*Spectrum{}, stretches: slices.Clone(cv.stretches)}
	for i := range sub.stretches {
		sub.stretches[i].moments = cv.stretches[i].moments.Columns(cols)
	}
	return sub
}

// R returns the number of components that every training set has, at most N.
func (cv *CV) R() int { return cv.r }

// FoldRows returns the rows of a fold.
func (cv *CV) FoldRows(f int) recording.Range {
	rows := recording.Range{From: math.MaxInt}
	for _, s := range cv.stretches {
		if s.fold == f {
			rows.From, rows.To = min(rows.From, s.rows.From), max(rows.To, s.rows.To)
		}
	}
	return rows
}

// cut returns the stretches between block starts and the edges of the gaps.
func cut(t int, starts []int, folds, gap int) []stretch {
	// Fold f begins at the first block that starts at or after its share of the rows, leaving one for each later fold.
	first := make([]int, folds+1)
	for f := 1; f < folds; f++ {
		b := first[f-1] + 1
		for b < len(starts)-(folds-f) && starts[b] < t*f/folds {
			b++
		}
		first[f] = b
	}
	first[folds] = len(starts)
	edge := func(f int) int {
		if f == folds {
			return t
		}
		return starts[first[f]]
	}
	cuts := slices.Clone(starts)
	for f := 1; f < folds; f++ {
		cuts = append(cuts, max(0, edge(f)-gap), min(t, edge(f)+gap))
	}
	slices.Sort(cuts)
	cuts = append(slices.Compact(cuts), t)

	var stretches []stretch
	block, fold := 0, 0
	for i := range len(cuts) - 1 {
		if cuts[i] == cuts[i+1] {
			continue
		}
		s := stretch{rows: recording.Range{From: cuts[i], To: cuts[i+1]}}
		for block+1 < len(starts) && starts[block+1] <= s.rows.From {
			block++
		}
		for fold+1 < folds && first[fold+1] <= block {
			fold++
		}
		s.block, s.fold = block, fold
		for f := range folds {
			if f != fold && s.rows.To > edge(f)-gap && s.rows.From < edge(f+1)+gap {
				s.gapOf = append(s.gapOf, f)
			}
		}
		stretches = append(stretches, s)
	}
	return stretches
}

// trains reports whether the stretch is used for training while folds f and g are held out.
func (s *stretch) trains(f, g int) bool {
	return s.fold != f && s.fold != g && !slices.Contains(s.gapOf, f) && !slices.Contains(s.gapOf, g)
}

// trainingRows counts the rows that are trained on while folds f and g are held out.
func (cv *CV) trainingRows(weights []float64, f, g int) float64 {
	var rows float64
	for i := range cv.stretches {
		if s := &cv.stretches[i]; s.trains(f, g) {
			rows += weight(weights, s.block) * float64(s.rows.Len())
		}
	}
	return rows
}

// weight returns how often a block counts; nil weights are all 1.
func weight(weights []float64, block int) float64 {
	if weights == nil {
		return 1
	}
	return weights[block]
}

// sum adds up the moments of stretches, each as often as its block is weighted.
func (cv *CV) sum(weights []float64, include func(s *stretch) bool) *Moments {
	total := NewMoments(cv.n, cv.d)
	for i := range cv.stretches {
		s := &cv.stretches[i]
		if w := weight(weights, s.block); w != 0 && include(s) {
			total.AddScaled(w, s.moments)
		}
	}
	return total
}

// Total returns the moments of all rows, each block as often as it is weighted.
func (cv *CV) Total(weights []float64) *Moments {
	return cv.sum(weights, func(*stretch) bool { return true })
}

func (cv *CV) training(f, g int) *Moments {
	return cv.sum(nil, func(s *stretch) bool { return s.trains(f, g) })
}

// held returns the moments of a fold.
func (cv *CV) held(weights []float64, f int) *Moments {
	return cv.sum(weights, func(s *stretch) bool { return s.fold == f })
}

// A model is the path fitted to one training set: principal directions, penalties and means are its own.
type model struct{ *Path }

// fit fits the training set without folds f and g, all blocks weighted once.
func (cv *CV) fit(f, g int) (*model, error) {
	centred, xMean, yMean := cv.training(f, g).Centred()
	s, err := cv.spectrum(centred, f, g)
	if err != nil {
		return nil, err
	}
	return cv.model(centred, s, xMean, yMean), nil
}

func (cv *CV) model(centred *Moments, s *Spectrum, xMean, yMean []float64) *model {
	p := NewPath(centred, s, cv.Alphas)
	// The path is about the training mean; the view's origin is elsewhere.
	p.XMean, p.YMean = xMean, yMean
	return &model{p}
}

// spectrum decomposes a training set, once.
func (cv *CV) spectrum(centred *Moments, f, g int) (*Spectrum, error) {
	cv.mu.Lock()
	s := cv.spectra[[2]int{f, g}]
	cv.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := centred.Spectrum(cv.r)
	if err != nil {
		return nil, err
	}
	cv.mu.Lock()
	cv.spectra[[2]int{f, g}] = s
	cv.mu.Unlock()
	return s, nil
}

// inScores returns held-out second moments in the model's principal coordinates, about its training mean: VᵀGV (R×R,
// symmetric), VᵀXᵀY (R×D) and the moments they came from.
func (m *model) inScores(held *Moments) (g, b []float64, about *Moments) {
	about = held.About(m.XMean, m.YMean)
	n, r, d := about.N, m.R(), about.D
	for i := range n {
		for j := range i {
			about.XX[i*n+j] = about.XX[j*n+i]
		}
	}
	v := m.Spectrum.Vectors.RawMatrix()
	gv := make([]float64, n*r)
	kernel.GemmSerial(blas.NoTrans, blas.NoTrans, n, r, n, 1, about.XX, n, v.Data, v.Stride, 0, gv, r)
	g = make([]float64, r*r)
	kernel.GemmSerial(blas.Trans, blas.NoTrans, r, r, n, 1, v.Data, v.Stride, gv, r, 0, g, r)
	b = make([]float64, r*d)
	kernel.GemmSerial(blas.Trans, blas.NoTrans, r, d, n, 1, v.Data, v.Stride, about.XY, d, 0, b, d)
	return g, b, about
}

// curves returns the squared error of each output on held-out rows for every number of components and penalty,
// D×R×A: Σ(y − wᵀx)² = Σy² − 2 w·b + wᵀG w, where the quadratic form grows by
// w_k² G_kk + 2 w_k Σ_{j<k} G_kj w_j with each component.
func (m *model) curves(held *Moments) []float64 {
	g, b, about := m.inScores(held)
	r, d, nA := m.R(), m.D(), len(m.Alphas)
	w := make([]float64, r*d*nA) // component, output, penalty
	for j, lambda := range m.Spectrum.Values {
		for o := range d {
			for ai, alpha := range m.Alphas {
				w[(j*d+o)*nA+ai] = m.weight(lambda, alpha) * m.c[j*d+o]
			}
		}
	}
	errors := make([]float64, d*r*nA)
	sse := make([]float64, d*nA)
	for o := range d {
		for ai := range nA {
			sse[o*nA+ai] = about.YY[o]
		}
	}
	cross := make([]float64, d*nA)
	for k := range r {
		clear(cross)
		for j := range k {
			addScaled(cross, g[k*r+j], w[j*d*nA:(j+1)*d*nA])
		}
		for i, wk := range w[k*d*nA : (k+1)*d*nA] {
			sse[i] += wk * (wk*g[k*r+k] + 2*cross[i] - 2*b[k*d+i/nA])
			errors[(i/nA*r+k)*nA+i%nA] = math.Max(0, sse[i])
		}
	}
	return errors
}

// last returns the squared error of each output on held-out rows for every penalty, on all components: D×A. It is
// curves at k = R, by matrix products, for many outputs.
func (m *model) last(held *Moments) []float64 {
	g, b, about := m.inScores(held)
	r, d, nA := m.R(), m.D(), len(m.Alphas)
	w, gw := make([]float64, r*d), make([]float64, r*d)
	errors := make([]float64, d*nA)
	for ai, alpha := range m.Alphas {
		for j, lambda := range m.Spectrum.Values {
			a := m.weight(lambda, alpha)
			for o, c := range m.c[j*d : (j+1)*d] {
				w[j*d+o] = a * c
			}
		}
		kernel.GemmSerial(blas.NoTrans, blas.NoTrans, r, d, r, 1, g, r, w, d, 0, gw, d)
		for o := range d {
			errors[o*nA+ai] = about.YY[o]
		}
		for i, wi := range w {
			errors[i%d*nA+ai] += wi * (gw[i] - 2*b[i])
		}
	}
	return errors
}

// pairs calls use for every unordered pair of folds f ≤ g with the model that is trained without both.
func (cv *CV) pairs(use func(f, g int, m *model)) error {
	var all [][2]int
	for f := range cv.Folds {
		for g := f; g < cv.Folds; g++ {
			all = append(all, [2]int{f, g})
		}
	}
	return Parallel(len(all), func(i int) error {
		if cv.Stop != nil {
			if err := cv.Stop(); err != nil {
				return err
			}
		}
		m, err := cv.fit(all[i][0], all[i][1])
		if err != nil {
			return err
		}
		use(all[i][0], all[i][1], m)
		return nil
	})
}

// A Nested is the outcome of nested cross-validation: the penalty of each fold and number of components is chosen by
// cross-validation among the other folds, and the error is that on rows which had no part in either.
type Nested struct {
	Errors *mat.Dense  // squared error of each output (rows) on the first k components, summed over folds
	ByFold [][]float64 // squared error of each fold and output, on all components
	Choice [][]int     // index of the penalty of each fold, for each number of components
	Pooled *mat.Dense  // squared error summed over folds and outputs, R×A: what chooses one penalty for all rows
	// PooledByFold is the part of each fold in the last row of Pooled.
	PooledByFold [][]float64
	Weights      []*mat.Dense // readout of each fold, D×N, on all components
	Offset       [][]float64  // and its offset, for activity about the view's origin
}

// Nested runs nested cross-validation. A pair of folds that one model leaves out serves twice, once in each role,
// so that K folds take K(K+1)/2 decompositions.
func (cv *CV) Nested() (*Nested, error) {
	k, r, d, nA := cv.Folds, cv.r, cv.d, len(cv.Alphas)
	errors := make([][][]float64, k) // [held-out fold][other fold left out] → D×R×A
	for f := range errors {
		errors[f] = make([][]float64, k)
	}
	models := make([]*model, k)
	err := cv.pairs(func(f, g int, m *model) {
		errors[f][g] = m.curves(cv.held(nil, f))
		errors[g][f] = errors[f][g]
		if f == g {
			models[f] = m
			return
		}
		errors[g][f] = m.curves(cv.held(nil, g))
	})
	if err != nil {
		return nil, err
	}
	out := &Nested{Errors: mat.NewDense(d, r, nil), Pooled: mat.NewDense(r, nA, nil)}
	for f := range k {
		choice := make([]int, r)
		for c := range r {
			inner := make([]float64, nA)
			for g := range k {
				if g != f {
					addOutputs(inner, errors[g][f], c, r)
				}
			}
			choice[c] = max(0, Best(inner))
			addOutputs(out.Pooled.RawRowView(c), errors[f][f], c, r)
			for o := range d {
				e := errors[f][f][(o*r+c)*nA+choice[c]]
				out.Errors.Set(o, c, out.Errors.At(o, c)+e)
			}
		}
		pooled := make([]float64, nA)
		addOutputs(pooled, errors[f][f], r-1, r)
		out.PooledByFold = append(out.PooledByFold, pooled)
		byOutput := make([]float64, d)
		for o := range d {
			byOutput[o] = errors[f][f][(o*r+r-1)*nA+choice[r-1]]
		}
		w, offset := models[f].Weights(r, cv.Alphas[choice[r-1]])
		out.Choice, out.ByFold = append(out.Choice, choice), append(out.ByFold, byOutput)
		out.Weights, out.Offset = append(out.Weights, w), append(out.Offset, offset)
	}
	return out, nil
}

// addOutputs adds the errors of all outputs on component c, for each penalty, to sum.
func addOutputs(sum, errors []float64, c, r int) {
	nA := len(sum)
	for o := 0; o < len(errors)/(r*nA); o++ {
		addScaled(sum, 1, errors[(o*r+c)*nA:(o*r+c+1)*nA])
	}
}

// Plain returns the squared error on held-out rows of each output, number of components and penalty (D×R×A), summed
// over folds, with each block as often as it is weighted: copies of a block stay in one fold. Folds that are empty
// under the weights, or that leave nothing to train on, are passed over. One penalty is then chosen from the same
// errors, which flatters R² a little; it serves the bootstrap, where what counts is spread.
func (cv *CV) Plain(weights []float64) ([]float64, error) {
	total := make([]float64, cv.d*cv.r*len(cv.Alphas))
	whole := cv.Total(weights)
	for f := range cv.Folds {
		held := cv.held(weights, f)
		if held.Count == 0 || cv.trainingRows(weights, f, f) == 0 {
			continue
		}
		training := cv.sum(weights, func(s *stretch) bool { return !s.trains(f, f) })
		training.Subtract(whole)
		centred, xMean, yMean := training.Centred()
		s, err := centred.Spectrum(cv.r)
		if err != nil {
			return nil, err
		}
		addScaled(total, 1, cv.model(centred, s, xMean, yMean).curves(held))
	}
	return total, nil
}

// Groups is Nested for many outputs in groups of size, on all components: each group has penalties of its own. It returns the
// squared error of each output, and the penalty of each group that cross-validation over all folds would choose.
func (cv *CV) Groups(size int) (errors []float64, choice []int, err error) {
	k, nA := cv.Folds, len(cv.Alphas)
	all := make([][][]float64, k)
	for f := range all {
		all[f] = make([][]float64, k)
	}
	err = cv.pairs(func(f, g int, m *model) {
		all[f][g] = m.last(cv.held(nil, f))
		if f != g {
			all[g][f] = m.last(cv.held(nil, g))
		}
	})
	if err != nil {
		return nil, nil, err
	}
	errors, choice = make([]float64, cv.d), make([]int, cv.d/size)
	for group := range choice {
		pooled := make([]float64, nA)
		for f := range k {
			inner := make([]float64, nA)
			for o := group * size; o < (group+1)*size; o++ {
				addScaled(pooled, 1, all[f][f][o*nA:(o+1)*nA])
				for g := range k {
					if g != f {
						addScaled(inner, 1, all[g][f][o*nA:(o+1)*nA])
					}
				}
			}
			best := max(0, Best(inner))
			for o := group * size; o < (group+1)*size; o++ {
				errors[o] += all[f][f][o*nA+best]
			}
		}
		choice[group] = max(0, Best(pooled))
	}
	return errors, choice, nil
}

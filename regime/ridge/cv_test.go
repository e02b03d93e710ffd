package ridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// starts returns count block starts in t rows, the first 0, otherwise random.
func randomStarts(rng *rand.Rand, t, count int) []int {
	starts := rng.Perm(t - 1)[:count-1]
	for i := range starts {
		starts[i]++
	}
	starts = append(starts, 0)
	slices.Sort(starts)
	return starts
}

// However rows are cut: every row is in one stretch, one block and one fold; folds are neighbouring blocks and none is
// empty; a stretch is in the gap of a fold if and only if its rows are closer than gap to the fold.
func TestCut(t *testing.T) {
	rng := rand.New(rand.NewPCG(60, 1))
	for trial := range 2000 {
		rows := 4 + rng.IntN(200)
		count := 2 + rng.IntN(min(rows-2, 20))
		folds := 2 + rng.IntN(count-1)
		gap := rng.IntN(rows)
		if trial%3 == 0 {
			gap = rng.IntN(4)
		}
		starts := randomStarts(rng, rows, count)
		stretches := cut(rows, starts, folds, gap)
		name := fmt.Sprintf("cut(%d, %v, %d, %d)", rows, starts, folds, gap)

		foldOf, next := make([]int, rows), 0
		for _, s := range stretches {
			if s.rows.From != next || s.rows.To <= s.rows.From {
				t.Fatalf("%s: stretch %v after row %d", name, s.rows, next)
			}
			next = s.rows.To
			for i := s.rows.From; i < s.rows.To; i++ {
				foldOf[i] = s.fold
				block, _ := slices.BinarySearch(starts, i+1)
				if s.block != block-1 {
					t.Fatalf("%s: row %d is in block %d, want %d", name, i, s.block, block-1)
				}
			}
		}
		if next != rows {
			t.Fatalf("%s: ends at row %d", name, next)
		}
		edges := make([]int, folds+1) // first row of each fold
		for i := 1; i < rows; i++ {
			switch step := foldOf[i] - foldOf[i-1]; {
			case step == 1 && slices.Contains(starts, i):
				edges[foldOf[i]] = i
			case step != 0:
				t.Fatalf("%s: fold changes from %d to %d at row %d", name, foldOf[i-1], foldOf[i], i)
			}
		}
		if foldOf[0] != 0 || foldOf[rows-1] != folds-1 {
			t.Fatalf("%s: folds %d to %d", name, foldOf[0], foldOf[rows-1])
		}
		edges[folds] = rows
		for _, s := range stretches {
			for i := s.rows.From; i < s.rows.To; i++ {
				for f := range folds {
					inGap := f != s.fold && i >= edges[f]-gap && i < edges[f+1]+gap
					if slices.Contains(s.gapOf, f) != inGap {
						t.Fatalf("%s: row %d of fold %d in the gap of fold %d (rows %d to %d): %v, want %v",
							name, i, s.fold, f, edges[f], edges[f+1], !inGap, inGap)
					}
				}
			}
		}
	}
}

// Folds have about the same number of rows where blocks are even.
func TestCutIsEven(t *testing.T) {
	var starts []int
	for i := range 100 {
		starts = append(starts, 10*i)
	}
	sizes := make([]int, 7)
	for _, s := range cut(1000, starts, 7, 3) {
		sizes[s.fold] += s.rows.Len()
	}
	for f, n := range sizes {
		if n < 130 || n > 160 { // 1000/7 ± a block
			t.Errorf("fold %d has %d rows: %v", f, n, sizes)
		}
	}
}

// plainCV is cross-validation on rows, the slow way.
type plainCV struct {
	t       *testing.T
	x, y    *mat.Dense
	fold    []int
	block   []int
	copies  []int // of each row; nil means one
	trains  func(i, f, g int) bool
	alphas  []float64
	k, n, d int
}

func newPlainCV(t *testing.T, cv *CV, v *View) *plainCV {
	p := &plainCV{t: t, alphas: cv.Alphas, k: cv.Folds, n: cv.n, d: cv.d}
	p.x, p.y = seen(t, v)
	rows, _ := p.x.Dims()
	p.fold, p.block = make([]int, rows), make([]int, rows)
	in := make([]*stretch, rows)
	for s := range cv.stretches {
		st := &cv.stretches[s]
		for i := st.rows.From; i < st.rows.To; i++ {
			p.fold[i], p.block[i], in[i] = st.fold, st.block, st
		}
	}
	p.trains = func(i, f, g int) bool { return in[i].trains(f, g) }
	return p
}

func (p *plainCV) rows(m *mat.Dense, keep func(i int) bool) *mat.Dense {
	r, c := m.Dims()
	var data []float64
	for i := range r {
		n := 1
		if p.copies != nil {
			n = p.copies[i]
		}
		for range n {
			if keep(i) {
				data = append(data, m.RawRowView(i)...)
			}
		}
	}
	return mat.NewDense(len(data)/c, c, data)
}

// errors returns the squared error of each output on fold f of the readout trained without folds f and g, on the first
// k principal components of its training rows.
func (p *plainCV) errors(test, f, g, k int, alpha float64) []float64 {
	train := func(i int) bool { return p.trains(i, f, g) }
	held := func(i int) bool { return p.fold[i] == test }
	x, y := p.rows(p.x, train), p.rows(p.y, train)
	mean := columnMeans(x)
	var svd mat.SVD
	svd.Factorize(minus(x, mean), mat.SVDThin)
	var v, scores, heldScores mat.Dense
	svd.VTo(&v)
	lead := v.Slice(0, p.n, 0, k)
	scores.Mul(minus(x, mean), lead)
	w, b := solveRidge(p.t, &scores, y, alpha)
	heldScores.Mul(minus(p.rows(p.x, held), mean), lead)
	return squaredError(&heldScores, p.rows(p.y, held), w, b)
}

func total(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum
}

// What stops a cross-validation ends it before the next model, also one of other outputs or fewer neurons.
func TestStop(t *testing.T) {
	cv, v := testCV(t, 2, 0)
	stopped := errors.New("stopped")
	var asked atomic.Int32
	cv.Stop = func() error { asked.Add(1); return stopped }
	other, err := cv.With(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*CV{cv, other, cv.Columns([]int{0, 2})} {
		if _, err := c.Nested(); !errors.Is(err, stopped) {
			t.Errorf("nested: %v", err)
		}
		if _, _, err := c.Groups(1); !errors.Is(err, stopped) {
			t.Errorf("groups: %v", err)
		}
	}
	if asked.Load() < 6 || len(cv.spectra) > 0 {
		t.Errorf("asked %d times, with %d decompositions", asked.Load(), len(cv.spectra))
	}
}

func testCV(t *testing.T, d, gap int) (*CV, *View) {
	x, y := sample(61, 60, 4, d)
	v := newView(t, x, y)
	cv, err := NewCV(v, []int{0, 11, 20, 29, 37, 50}, 3, gap, []float64{1e-2, 1, 30, 1e3})
	if err != nil {
		t.Fatal(err)
	}
	return cv, v
}

// Errors from moments are those of refits on the rows, for every pair of folds left out, k and α.
func TestCurvesAgainstRefits(t *testing.T) {
	for _, gap := range []int{0, 3} {
		cv, v := testCV(t, 2, gap)
		plain := newPlainCV(t, cv, v)
		for f := range 3 {
			for g := range 3 {
				m, err := cv.fit(min(f, g), max(f, g))
				if err != nil {
					t.Fatal(err)
				}
				curves, last := m.curves(cv.held(nil, f)), m.last(cv.held(nil, f))
				for k := 1; k <= 4; k++ {
					for ai, alpha := range cv.Alphas {
						for o, want := range plain.errors(f, f, g, k, alpha) {
							wantNear(t, fmt.Sprintf("gap %d, folds %d %d, k=%d", gap, f, g, k), curves[(o*4+k-1)*4+ai], want, 1e-9)
							if k == 4 {
								wantNear(t, "all components", last[o*4+ai], want, 1e-9)
							}
						}
					}
				}
			}
		}
	}
}

func TestNestedAgainstNestedLoops(t *testing.T) {
	cv, v := testCV(t, 2, 2)
	plain := newPlainCV(t, cv, v)
	nested, err := cv.Nested()
	if err != nil {
		t.Fatal(err)
	}
	for k := 1; k <= 4; k++ {
		want, pooled := make([]float64, 2), make([]float64, 4)
		for f := range 3 {
			inner := make([]float64, 4)
			for ai, alpha := range cv.Alphas {
				for g := range 3 {
					if g != f {
						inner[ai] += total(plain.errors(g, f, g, k, alpha))
					}
				}
				pooled[ai] += total(plain.errors(f, f, f, k, alpha))
			}
			best := Best(inner)
			if nested.Choice[f][k-1] != best {
				t.Errorf("fold %d, k=%d: penalty %d, want %d", f, k, nested.Choice[f][k-1], best)
			}
			for o, e := range plain.errors(f, f, f, k, cv.Alphas[best]) {
				want[o] += e
				if k == 4 {
					wantNear(t, "error of a fold", nested.ByFold[f][o], e, 1e-9)
				}
			}
		}
		for o := range want {
			wantNear(t, fmt.Sprintf("k=%d, output %d", k, o), nested.Errors.At(o, k-1), want[o], 1e-9)
		}
		for ai := range pooled {
			wantNear(t, "pooled", nested.Pooled.At(k-1, ai), pooled[ai], 1e-9)
		}
	}
	// The readout of each fold makes the error that is reported of it.
	for f := range 3 {
		held := func(i int) bool { return plain.fold[i] == f }
		sse := squaredError(rowsOf(plain.x, held), rowsOf(plain.y, held), nested.Weights[f], nested.Offset[f])
		for o := range sse {
			wantNear(t, "readout of a fold", sse[o], nested.ByFold[f][o], 1e-9)
		}
	}
}

// A weight of w is w copies of the block's rows, in one fold.
func TestPlainAgainstCopies(t *testing.T) {
	cv, v := testCV(t, 2, 2)
	plain := newPlainCV(t, cv, v)
	for _, weights := range [][]float64{nil, {2, 0, 1, 3, 0, 1}, {0, 0, 2, 1, 1, 1}} {
		plain.copies = make([]int, len(plain.fold))
		for i, b := range plain.block {
			plain.copies[i] = 1
			if weights != nil {
				plain.copies[i] = int(weights[b])
			}
		}
		got, err := cv.Plain(weights)
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k <= 4; k++ {
			for ai, alpha := range cv.Alphas {
				want := make([]float64, 2)
				for f := range 3 {
					if (weights != nil) && cv.held(weights, f).Count == 0 {
						continue
					}
					for o, e := range plain.errors(f, f, f, k, alpha) {
						want[o] += e
					}
				}
				for o := range want {
					wantNear(t, fmt.Sprintf("weights %v, k=%d, α=%g", weights, k, alpha), got[(o*4+k-1)*4+ai], want[o], 1e-9)
				}
			}
		}
		x, y := plain.rows(plain.x, func(int) bool { return true }), plain.rows(plain.y, func(int) bool { return true })
		m, want := cv.Total(weights), plainMoments(x, y)
		wantClose(t, "total Σxxᵀ", upper(m), upper(want), 1e-12)
		wantClose(t, "total Σxyᵀ", mat.NewDense(4, 2, m.XY), mat.NewDense(4, 2, want.XY), 1e-12)
		if m.Count != want.Count {
			t.Errorf("total of %g rows, want %g", m.Count, want.Count)
		}
	}
}

// A draw that leaves nothing to train on is no failure: the fold is passed over.
func TestPlainWithNothingToTrainOn(t *testing.T) {
	cv, _ := testCV(t, 1, 0)
	errors, err := cv.Plain([]float64{3, 3, 0, 0, 0, 0}) // all in the first fold
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range errors {
		if math.IsNaN(e) {
			t.Fatal("an error is NaN")
		}
	}
}

// Groups of outputs are nested cross-validations of their own.
func TestGroupsAgainstNested(t *testing.T) {
	x, y := sample(62, 80, 5, 6)
	alphas := []float64{1e-2, 1, 30, 1e3}
	starts := []int{0, 15, 33, 50, 66}
	for i := range 80 { // noise of different size, so that penalties differ
		y.Set(i, 2, y.At(i, 2)+20*math.Sin(float64(i*i)))
		y.Set(i, 3, 50*math.Sin(float64(i*i*i)))
	}
	all, err := NewCV(newView(t, x, y), starts, 4, 2, alphas)
	if err != nil {
		t.Fatal(err)
	}
	errors, choice, err := all.Groups(2)
	if err != nil {
		t.Fatal(err)
	}
	if choice[0] == choice[1] {
		t.Errorf("penalties %v do not tell groups apart", choice)
	}
	for group := range 3 {
		pair := mat.DenseCopyOf(y.Slice(0, 80, 2*group, 2*group+2))
		cv, err := NewCV(newView(t, x, pair), starts, 4, 2, alphas)
		if err != nil {
			t.Fatal(err)
		}
		nested, err := cv.Nested()
		if err != nil {
			t.Fatal(err)
		}
		for o := range 2 {
			wantNear(t, "error", errors[2*group+o], nested.Errors.At(o, 4), 1e-10)
		}
		if want := Best(nested.Pooled.RawRowView(4)); choice[group] != want {
			t.Errorf("group %d: penalty %d, want %d", group, choice[group], want)
		}
	}
}

// With gives what a new cross-validation of the same activity beside other behaviour gives.
func TestWithShiftedBehaviour(t *testing.T) {
	x, y := sample(63, 90, 4, 2)
	starts, alphas := []int{0, 20, 41, 70}, []float64{0.1, 10, 1e3}
	v := newView(t, x, y)
	cv, err := NewCV(v, starts, 3, 4, alphas)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cv.Nested(); err != nil { // fills the decompositions that are shared
		t.Fatal(err)
	}
	shifts := []int{31, 60}
	shared, err := cv.With(v.Shifted(shifts))
	if err != nil {
		t.Fatal(err)
	}
	errors, choice, err := shared.Groups(2)
	if err != nil {
		t.Fatal(err)
	}
	for s, shift := range shifts {
		moved := mat.NewDense(90, 2, nil)
		for i := range 90 {
			moved.SetRow(i, y.RawRowView((i+shift)%90))
		}
		alone, err := NewCV(newView(t, x, moved), starts, 3, 4, alphas)
		if err != nil {
			t.Fatal(err)
		}
		want, wantChoice, err := alone.Groups(2)
		if err != nil {
			t.Fatal(err)
		}
		for o := range 2 {
			wantNear(t, "error", errors[2*s+o], want[o], 1e-10)
		}
		if choice[s] != wantChoice[0] {
			t.Errorf("shift %d: penalty %d, want %d", shift, choice[s], wantChoice[0])
		}
	}
	// The behaviour as it was is untouched.
	before, _ := NewCV(v, starts, 3, 4, alphas)
	wantMoments(t, "moments", cv.Total(nil), before.Total(nil), 0)
}

func TestFoldRows(t *testing.T) {
	cv, _ := testCV(t, 1, 3)
	next := 0
	for f := range 3 {
		r := cv.FoldRows(f)
		if r.From != next || r.Len() < 1 {
			t.Errorf("fold %d is rows %v", f, r)
		}
		next = r.To
	}
	if next != 60 {
		t.Errorf("folds end at row %d", next)
	}
}

// The number of components is bounded by the smallest training set, which is one without two folds and their gaps.
func TestCVRank(t *testing.T) {
	x, y := sample(64, 30, 25, 1)
	cv, err := NewCV(newView(t, x, y), []int{0, 10, 20}, 3, 0, []float64{1})
	if err != nil {
		t.Fatal(err)
	}
	if cv.R() != 9 { // ten rows, less their mean
		t.Errorf("R = %d, want 9", cv.R())
	}
	cv, err = NewCV(newView(t, x, y), []int{0, 10, 20}, 3, 10, []float64{1})
	if err != nil {
		t.Fatal(err)
	}
	if cv.R() != 0 {
		t.Errorf("R = %d where gaps leave nothing, want 0", cv.R())
	}
}

// The same bytes on any number of processors.
func TestSameBytesOnAnyProcessors(t *testing.T) {
	x, y := sample(65, 5000, 40, 2)
	run := func(procs int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		v := newView(t, x, y)
		p, m := newPath(t, v, DefaultAlphas())
		loo, err := p.LeaveOneOut(v, AllComponents(40))
		if err != nil {
			t.Fatal(err)
		}
		cv, err := NewCV(v, []int{0, 1000, 2000, 3000, 4000, 4500}, 5, 20, DefaultAlphas())
		if err != nil {
			t.Fatal(err)
		}
		nested, err := cv.Nested()
		if err != nil {
			t.Fatal(err)
		}
		plain, err := cv.Plain([]float64{1, 2, 0, 1, 1, 1})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal([]any{m, p.Spectrum.Values, loo.RawMatrix().Data, nested.Errors.RawMatrix().Data, nested.Offset, plain})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := run(1)
	for _, procs := range []int{2, 8} {
		if run(procs) != want {
			t.Errorf("GOMAXPROCS=%d gives other bytes than 1", procs)
		}
	}
}

// Columns gives what a new cross-validation of those neurons gives.
func TestCVColumns(t *testing.T) {
	x, y := sample(66, 100, 7, 2)
	starts, alphas, cols := []int{0, 20, 41, 70, 85}, []float64{0.1, 10, 1e3}, []int{1, 3, 6}
	v := newView(t, x, y)
	cv, err := NewCV(v, starts, 4, 3, alphas)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cv.Nested(); err != nil { // fills decompositions that must not be taken over
		t.Fatal(err)
	}
	got, err := cv.Columns(cols).Nested()
	if err != nil {
		t.Fatal(err)
	}
	alone, err := NewCV(v.Columns(cols), starts, 4, 3, alphas)
	if err != nil {
		t.Fatal(err)
	}
	want, err := alone.Nested()
	if err != nil {
		t.Fatal(err)
	}
	wantClose(t, "errors", got.Errors, want.Errors, 1e-12)
	wantClose(t, "pooled", got.Pooled, want.Pooled, 1e-12)
}

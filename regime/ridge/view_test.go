package ridge

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// file is activity that is not in memory, as far as the code under test can tell.
type file struct {
	m     *mat.Dense
	fails int // rows from here on cannot be read; 0 means all can
}

var errFile = errors.New("the disk is on fire")

func (f *file) Dims() (t, n int) { return f.m.Dims() }

func (f *file) ReadRows(dst []float64, from int) error {
	t, n := f.m.Dims()
	rows := len(dst) / n
	if len(dst)%n != 0 || from < 0 || from+rows > t {
		panic("rows outside the file")
	}
	if f.fails > 0 && from+rows > f.fails {
		return errFile
	}
	copy(dst, f.m.RawMatrix().Data[from*n:])
	return nil
}

func newStream(t testing.TB, x, y *mat.Dense) *View {
	t.Helper()
	v, _, err := NewView(&recording.Recording{Stream: &file{m: x}, Y: y})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What is read from a file is what is read from memory, to the last bit: rows, subsets, columns, moments,
// leave-one-out, projections, cross-validation.
func TestStreamIsMemory(t *testing.T) {
	x, y := sample(50, 3000, 7, 2)
	rng := rand.New(rand.NewPCG(5, 5))
	rows := rng.Perm(3000)[:1234]
	slices.Sort(rows)
	views := func(v *View) []*View {
		return []*View{v, v.Subset(rows), v.Columns([]int{6, 1, 3}), v.Subset(rows).Columns([]int{0, 5}), v.Subset([]int{2999})}
	}
	memory, stream := views(newView(t, x, y)), views(newStream(t, x, y))
	for i, m := range memory {
		s := stream[i]
		mx, my := seen(t, m)
		sx, sy := seen(t, s)
		if !mat.Equal(mx, sx) || !mat.Equal(my, sy) {
			t.Fatalf("view %d: rows differ", i)
		}
		if len(my.RawMatrix().Data) < 100 {
			continue
		}
		pm, mm := newPath(t, m, []float64{0.1, 10})
		ps, ms := newPath(t, s, []float64{0.1, 10})
		if !slices.Equal(mm.XX, ms.XX) || !slices.Equal(mm.XY, ms.XY) {
			t.Errorf("view %d: moments differ", i)
		}
		em, err := pm.LeaveOneOut(m, AllComponents(pm.R()))
		if err != nil {
			t.Fatal(err)
		}
		es, err := ps.LeaveOneOut(s, AllComponents(ps.R()))
		if err != nil {
			t.Fatal(err)
		}
		if !mat.Equal(em, es) {
			t.Errorf("view %d: leave-one-out errors differ", i)
		}
	}
	cm, err := NewCV(memory[0], []int{0, 500, 1500, 2000, 2500}, 3, 10, []float64{1, 10})
	if err != nil {
		t.Fatal(err)
	}
	cs, err := NewCV(stream[0], []int{0, 500, 1500, 2000, 2500}, 3, 10, []float64{1, 10})
	if err != nil {
		t.Fatal(err)
	}
	nm, err := cm.Nested()
	if err != nil {
		t.Fatal(err)
	}
	ns, err := cs.Nested()
	if err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(nm.Errors, ns.Errors) {
		t.Error("nested errors differ")
	}
}

// The error of a file reaches the caller, from wherever it is read.
func TestStreamThatFails(t *testing.T) {
	x, y := sample(51, 2000, 4, 1)
	f := &file{m: x, fails: 1500}
	if _, _, err := NewView(&recording.Recording{Stream: f, Y: y}); !errors.Is(err, errFile) {
		t.Errorf("NewView: %v", err)
	}
	f.fails = 0
	v, _, err := NewView(&recording.Recording{Stream: f, Y: y})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := newPath(t, v, []float64{1})
	f.fails = 1500
	if _, err := v.Moments(); !errors.Is(err, errFile) {
		t.Errorf("Moments: %v", err)
	}
	if _, err := p.LeaveOneOut(v, []int{4}); !errors.Is(err, errFile) {
		t.Errorf("LeaveOneOut: %v", err)
	}
	if _, err := NewCV(v, []int{0, 500, 1000}, 2, 0, []float64{1}); !errors.Is(err, errFile) {
		t.Errorf("NewCV: %v", err)
	}
	if err := v.Project(mat.NewDense(1, 4, nil), mat.NewDense(2000, 1, nil), recording.Range{From: 0, To: 2000}); !errors.Is(err, errFile) {
		t.Errorf("Project: %v", err)
	}
}

func TestStreamNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		x, y := sample(52, 600, 3, 1)
		x.Set(417, 2, bad)
		_, _, err := NewView(&recording.Recording{Stream: &file{m: x}, Y: y})
		if !errors.Is(err, recording.ErrNumber) {
			t.Errorf("%g in a file: %v", bad, err)
		}
	}
}

func TestViewIsAboutTheMean(t *testing.T) {
	x, y := sample(53, 700, 4, 2)
	v, yMean, err := NewView(&recording.Recording{X: x, Y: y})
	if err != nil {
		t.Fatal(err)
	}
	wantClose(t, "origin", mat.NewVecDense(4, v.Origin()), mat.NewVecDense(4, columnMeans(x)), 1e-13)
	wantClose(t, "mean of y", mat.NewVecDense(2, yMean), mat.NewVecDense(2, columnMeans(y)), 1e-12)
	xs, ys := seen(t, v)
	wantClose(t, "x", xs, minus(x, columnMeans(x)), 1e-12)
	wantClose(t, "y", ys, minus(y, columnMeans(y)), 1e-12)
	// The recording itself is left alone.
	x2, y2 := sample(53, 700, 4, 2)
	if !mat.Equal(x, x2) || !mat.Equal(y, y2) {
		t.Error("NewView changed the recording")
	}
}

// Constant columns are exactly zero about their mean, whatever the constant.
func TestViewOfConstants(t *testing.T) {
	x, y := mat.NewDense(1000, 2, nil), mat.NewDense(1000, 1, nil)
	for i := range 1000 {
		x.SetRow(i, []float64{0.1, 1e9 / 3})
		y.Set(i, 0, 1.0/7)
	}
	xs, ys := seen(t, newView(t, x, y))
	if mat.Norm(xs, 1) != 0 || mat.Norm(ys, 1) != 0 {
		t.Errorf("constants about their mean: %g and %g, want 0", mat.Norm(xs, 1), mat.Norm(ys, 1))
	}
}

func TestShifted(t *testing.T) {
	x, y := sample(54, 50, 3, 2)
	v := newView(t, x, y)
	shifts := []int{7, 0, 49}
	sv := v.Shifted(shifts)
	if _, _, d := sv.Dims(); d != 6 {
		t.Fatalf("%d outputs, want 6", d)
	}
	_, ys := seen(t, v)
	_, shifted := seen(t, sv)
	for i := range 50 {
		for s, shift := range shifts {
			for o := range 2 {
				if got, want := shifted.At(i, s*2+o), ys.At((i+shift)%50, o); got != want {
					t.Fatalf("row %d, shift %d: %g, want %g", i, shift, got, want)
				}
			}
		}
	}
}

func TestProject(t *testing.T) {
	x, y := sample(55, 900, 5, 1)
	v := newView(t, x, y)
	w := gaussian(rand.New(rand.NewPCG(1, 1)), 3, 5)
	xs, _ := seen(t, v)
	var want mat.Dense
	want.Mul(xs, w.T())
	got := mat.NewDense(900, 3, nil)
	for _, r := range []recording.Range{{From: 0, To: 600}, {From: 600, To: 601}, {From: 601, To: 900}} {
		if err := v.Project(w, got, r); err != nil {
			t.Fatal(err)
		}
	}
	wantClose(t, "projection", got, &want, 1e-13)
}

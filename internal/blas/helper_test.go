package blas

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// fill writes normal deviates.
func fill[T Float](x []T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
}

// unit is the unit roundoff of T.
func unit[T Float]() float64 {
	if sizeOf[T]() == 4 {
		return 0x1p-24
	}
	return 0x1p-53
}

// The tiers that this machine cannot run, but a test can interpret.
var (
	interpretedTiers32 []*kernels[float32]
	interpretedTiers64 []*kernels[float64]
)

// tiersOf lists the tiers for T, native and interpreted, the generic one last.
func tiersOf[T Float]() []*kernels[T] {
	if t, ok := any(slices.Concat(interpretedTiers32, tiers32)).([]*kernels[T]); ok {
		return t
	}
	return any(slices.Concat(interpretedTiers64, tiers64)).([]*kernels[T])
}

// isInterpreted reports whether the tier in use is, and large problems therefore too slow.
func isInterpreted[T Float]() bool { return strings.Contains(active[T]().name, "interpreted") }

func setActive[T Float](k *kernels[T]) {
	switch k := any(k).(type) {
	case *kernels[float32]:
		active32 = k
	case *kernels[float64]:
		active64 = k
	}
}

// eachTier runs test once with every tier in use, save an interpreted one that is there natively.
func eachTier[T Float](t *testing.T, test func(t *testing.T)) {
	best := active[T]()
	defer setActive(best)
	for _, k := range tiersOf[T]() {
		if name, _, ok := strings.Cut(k.name, " interpreted"); ok && name == best.name {
			continue
		}
		setActive(k)
		t.Run(k.name, test)
	}
}

// withProcs runs f with n goroutines at a time.
func withProcs(n int, f func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	f()
}

// guard is the number of sentinel elements on either side of a guarded slice.
const guard = 40

// sentinel is a value that no test computes.
const sentinel = -7.25e19

// A guarded slice has sentinels on both sides, and between the rows of a matrix.
type guarded[T Float] struct {
	all        []T
	data       []T
	cols, step int
}

// newGuarded returns a rows×cols matrix of deviates with the given stride.
func newGuarded[T Float](rows, cols, stride int, seed uint64) guarded[T] {
	n := 0
	if rows > 0 {
		n = (rows-1)*stride + cols
	}
	g := guarded[T]{all: make([]T, n+2*guard), cols: cols, step: stride}
	for i := range g.all {
		g.all[i] = sentinel
	}
	g.data = g.all[guard : guard+n : guard+n]
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range rows {
		for j := range cols {
			g.data[i*stride+j] = T(r.NormFloat64())
		}
	}
	return g
}

// check fails if a sentinel changed.
func (g guarded[T]) check(t *testing.T, name string) {
	t.Helper()
	for i, x := range g.all {
		at := i - guard
		if inside := at >= 0 && at < len(g.data) && at%g.step < g.cols; !inside && x != sentinel {
			t.Fatalf("%s: element %d, outside the matrix, was overwritten with %g", name, at, x)
		}
	}
}

// twice is a sum in about twice the precision of float64 (Ogita, Rump and Oishi 2005, Dot2).
type twice struct{ hi, lo float64 }

func (s *twice) addProduct(a, b float64) {
	p := a * b
	e := math.FMA(a, b, -p)
	sum := s.hi + p
	z := sum - s.hi
	s.lo += (s.hi - (sum - z)) + (p - z) + e
	s.hi = sum
}

func (s twice) value() float64 { return s.hi + s.lo }

// at returns the index of element (i, j) of op(X).
func at(t blas.Transpose, i, j, ld int) int {
	if transposed(t) {
		return j*ld + i
	}
	return i*ld + j
}

// bitsOf returns the representation of x, to compare results to the last bit.
func bitsOf[T Float](x []T) []uint64 {
	bits := make([]uint64, len(x))
	for i, v := range x {
		bits[i] = math.Float64bits(float64(v))
	}
	return bits
}

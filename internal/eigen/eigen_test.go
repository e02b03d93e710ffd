package eigen

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	gonum "gonum.org/v1/gonum/blas"

	"oblique/internal/blas"
	"oblique/internal/need"
)

// epsilons is how many n·ε a residual may be: rounding errors add up like √n or less, so this is
// generous for large n and right for small.
const epsilons = 8

// check verifies the decomposition by its definition: AV = VΛ, VᵀV = I, the order.
func check(t *testing.T, name string, n int, a []float64) (values []float64) {
	t.Helper()
	before := slices.Clone(a)
	values, v, err := Sym(n, a, n, Ascending)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !slices.Equal(a, before) {
		t.Fatalf("%s: A was changed", name)
	}
	if !slices.IsSorted(values) {
		t.Fatalf("%s: eigenvalues are not ascending", name)
	}
	norm := 0.0
	full := make([]float64, n*n)
	for i := range n {
		for j := range n {
			full[i*n+j] = a[min(i, j)*n+max(i, j)]
			norm = max(norm, math.Abs(full[i*n+j]))
		}
	}
	// ‖A‖₂ lies between the largest element and n times it; the eigenvalues say where.
	norm = max(norm, math.Abs(values[0]), math.Abs(values[n-1]))
	av, gram := make([]float64, n*n), make([]float64, n*n)
	blas.Gemm(gonum.NoTrans, gonum.NoTrans, n, n, n, 1, full, n, v, n, 0, av, n)
	blas.Gemm(gonum.Trans, gonum.NoTrans, n, n, n, 1, v, n, v, n, 0, gram, n)
	residual, orthogonality := 0.0, 0.0
	for i := range n {
		gram[i*n+i]--
		for j := range n {
			residual = max(residual, math.Abs(av[i*n+j]-v[i*n+j]*values[j]))
			orthogonality = max(orthogonality, math.Abs(gram[i*n+j]))
		}
	}
	bound := epsilons * float64(n) * epsilon
	if !(residual <= bound*norm) && residual != 0 {
		t.Errorf("%s: ‖AV − VΛ‖ is %g, %.3g n·ε‖A‖", name, residual, residual/norm/epsilon/float64(n))
	}
	if !(orthogonality <= bound) {
		t.Errorf("%s: ‖VᵀV − I‖ is %g, %.3g n·ε", name, orthogonality, orthogonality/epsilon/float64(n))
	}
	return values
}

func random(n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	a := make([]float64, n*n)
	for i := range a {
		a[i] = r.NormFloat64()
	}
	return a
}

// withSpectrum returns Q·diag(λ)·Qᵀ for a random orthogonal Q.
func withSpectrum(t *testing.T, values []float64, seed uint64) []float64 {
	t.Helper()
	n := len(values)
	_, q, err := Sym(n, random(n, seed), n, Ascending)
	if err != nil {
		t.Fatal(err)
	}
	scaled, a := make([]float64, n*n), make([]float64, n*n)
	for i := range n {
		for j := range n {
			scaled[i*n+j] = q[i*n+j] * values[j]
		}
	}
	blas.Gemm(gonum.NoTrans, gonum.Trans, n, n, n, 1, scaled, n, q, n, 0, a, n)
	return a
}

func TestSymRandom(t *testing.T) {
	for n := 1; n <= 70; n++ {
		check(t, fmt.Sprintf("random of order %d", n), n, random(n, uint64(n)))
	}
	for _, n := range []int{97, 128, 129, 200, 333} {
		check(t, fmt.Sprintf("random of order %d", n), n, random(n, uint64(n)))
	}
}

// TestSymSpectra makes matrices of known eigenvalues, which must come back with an absolute error
// of the order of n·ε‖A‖ (Weyl).
func TestSymSpectra(t *testing.T) {
	const n = 150
	fill := func(f func(i int) float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = f(i)
		}
		slices.Sort(v)
		return v
	}
	r := rand.New(rand.NewPCG(1, 1))
	for name, want := range map[string][]float64{
		"zero":             fill(func(int) float64 { return 0 }),
		"identity":         fill(func(int) float64 { return 1 }),
		"minus identity":   fill(func(int) float64 { return -1 }),
		"two values":       fill(func(i int) float64 { return float64(i % 2) }),
		"rank 3":           fill(func(i int) float64 { return float64(max(0, i-n+4)) }),
		"graded":           fill(func(i int) float64 { return math.Pow(10, -float64(i)/8) }),
		"clusters":         fill(func(i int) float64 { return float64(i%5) + 1e-14*r.NormFloat64() }),
		"tight cluster":    fill(func(i int) float64 { return 1 + 1e-12*r.NormFloat64() }),
		"arithmetic":       fill(func(i int) float64 { return float64(i) - 70 }),
		"one far":          fill(func(i int) float64 { return map[bool]float64{true: 1e8, false: r.NormFloat64()}[i == 0] }),
		"tiny":             fill(func(i int) float64 { return 1e-300 * float64(i) }),
		"huge":             fill(func(i int) float64 { return 1e300 * float64(i) }),
		"positive, wide":   fill(func(i int) float64 { return math.Exp(-float64(i) / 3) }),
		"symmetric by ±":   fill(func(i int) float64 { return float64(i/2+1) * float64(1-i%2*2) }),
		"noise and signal": fill(func(i int) float64 { return 1e-9*r.Float64() + float64(max(0, i-n+11)) }),
	} {
		got := check(t, name, n, withSpectrum(t, want, 7))
		norm := max(math.Abs(want[0]), math.Abs(want[n-1]))
		for i := range got {
			if d := math.Abs(got[i] - want[i]); !(d <= 2*epsilons*n*epsilon*norm) {
				t.Errorf("%s: eigenvalue %d is %g, want %g", name, i, got[i], want[i])
				break
			}
		}
	}
}

// TestSymSecondDifference has eigenvalues 2 − 2cos(πk/(n+1)), and is tridiagonal already.
func TestSymSecondDifference(t *testing.T) {
	const n = 211
	a := make([]float64, n*n)
	for i := range n {
		a[i*n+i] = 2
		if i+1 < n {
			a[i*n+i+1] = -1
		}
	}
	for k, got := range check(t, "second difference", n, a) {
		if want := 2 - 2*math.Cos(math.Pi*float64(k+1)/(n+1)); math.Abs(got-want) > n*epsilon*4 {
			t.Errorf("eigenvalue %d is %g, want %g", k, got, want)
		}
	}
}

// TestSymDiagonal: eigenvalues of a diagonal matrix are exact.
func TestSymDiagonal(t *testing.T) {
	const n = 90
	a, want := make([]float64, n*n), make([]float64, n)
	for i := range n {
		want[i] = float64((i*37)%n) - 30
		a[i*n+i] = want[i]
	}
	slices.Sort(want)
	if got := check(t, "diagonal", n, a); !slices.Equal(got, want) {
		t.Errorf("eigenvalues %v, want %v", got, want)
	}
}

// TestSymWilkinson: W⁺ has pairs of eigenvalues that agree to many digits, and glued copies of
// it are a hard case of divide and conquer.
func TestSymWilkinson(t *testing.T) {
	const m, copies = 21, 10
	const n = m * copies
	for _, glue := range []float64{0, 1e-14, 1e-8, 1} {
		a := make([]float64, n*n)
		for i := range n {
			a[i*n+i] = math.Abs(float64(i%m) - m/2)
			if i+1 < n {
				a[i*n+i+1] = 1
				if (i+1)%m == 0 {
					a[i*n+i+1] = glue
				}
			}
		}
		check(t, fmt.Sprintf("Wilkinson glued by %g", glue), n, a)
	}
}

func TestSymDescending(t *testing.T) {
	const n = 40
	a := random(n, 3)
	up, v, _ := Sym(n, a, n, Ascending)
	down, w, _ := Sym(n, a, n, Descending)
	for j := range n {
		if up[j] != down[n-1-j] {
			t.Fatalf("value %d", j)
		}
		for i := range n {
			if v[i*n+j] != w[i*n+n-1-j] {
				t.Fatalf("vector %d", j)
			}
		}
	}
}

func TestSymStride(t *testing.T) {
	const n, stride = 20, 27
	a := random(n, 4)
	wide := make([]float64, (n-1)*stride+n)
	for i := range wide {
		wide[i] = math.NaN() // neither the gaps nor the lower triangle are read
	}
	for i := range n {
		copy(wide[i*stride+i:i*stride+n], a[i*n+i:(i+1)*n])
	}
	want, _, _ := Sym(n, a, n, Ascending)
	got, _, err := Sym(n, wide, stride, Ascending)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("with a stride: %v, %v, want %v", got, err, want)
	}
}

func TestSymErrors(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		a := random(5, 1)
		a[7] = bad
		if _, _, err := Sym(5, a, 5, Ascending); !errors.Is(err, ErrNotFinite) {
			t.Errorf("%g: error %v", bad, err)
		}
	}
	if values, vectors, err := Sym(0, nil, 1, Ascending); err != nil || len(values)+len(vectors) > 0 {
		t.Errorf("order 0: %v, %v, %v", values, vectors, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for a short slice")
		}
	}()
	Sym(3, make([]float64, 8), 3, Ascending)
}

func TestSymSameBits(t *testing.T) {
	for _, n := range []int{60, 190, 420} {
		a := random(n, 9)
		var values, vectors []float64
		for _, procs := range []int{1, 2, 8} {
			old := runtime.GOMAXPROCS(procs)
			d, v, err := Sym(n, a, n, Ascending)
			runtime.GOMAXPROCS(old)
			if err != nil {
				t.Fatal(err)
			}
			if values == nil {
				values, vectors = d, v
			} else if !slices.Equal(d, values) || !slices.Equal(v, vectors) {
				t.Errorf("order %d: %d cores give other bits than 1", n, procs)
			}
		}
	}
}

// TestSymNumpy compares eigenvalues with numpy.linalg.eigvalsh.
func TestSymNumpy(t *testing.T) {
	python := need.Modules(t, "numpy")
	for _, n := range []int{2, 33, 150} {
		a := random(n, uint64(n))
		for i := range n {
			for j := range i {
				a[i*n+j] = a[j*n+i]
			}
		}
		in, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(python, "-c", "import sys,json,numpy as np\na=np.array(json.load(sys.stdin));n=int(len(a)**.5)\nprint(json.dumps(np.linalg.eigvalsh(a.reshape(n,n)).tolist()))")
		cmd.Stdin = strings.NewReader(string(in))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var want []float64
		if err := json.Unmarshal(out, &want); err != nil {
			t.Fatal(err)
		}
		got, _, err := Sym(n, a, n, Ascending)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > epsilons*float64(n)*epsilon*math.Abs(want[n-1]-want[0]) {
				t.Errorf("n = %d: eigenvalue %d is %g, numpy's %g", n, i, got[i], want[i])
			}
		}
	}
}

func ExampleSym() {
	a := []float64{
		2, 1,
		1, 2,
	}
	values, vectors, _ := Sym(2, a, 2, Descending)
	fmt.Printf("%.0f, |v| = %.4f %.4f\n", values, math.Abs(vectors[0]), math.Abs(vectors[2]))
	// Output: [3 1], |v| = 0.7071 0.7071
}

// BenchmarkSym has the orders of a scaling run's subsamples, and greater ones.
func BenchmarkSym(b *testing.B) {
	for _, n := range []int{8, 17, 26, 43, 60, 87, 100, 200, 500, 1000, 2000} {
		a := random(n, 1)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Sym(n, a, n, Ascending); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

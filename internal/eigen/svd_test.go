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

// checkSVD verifies a decomposition by its definition: A = UΣVᵀ, orthonormal vectors, the order.
func checkSVD(t *testing.T, name string, m, n int, a []float64) []float64 {
	t.Helper()
	before := slices.Clone(a)
	u, s, v, err := SVD(m, n, a, n)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !slices.Equal(a, before) {
		t.Fatalf("%s: A was changed", name)
	}
	rank := n
	for j := range n {
		if s[j] < 0 || j > 0 && s[j] > s[j-1] {
			t.Fatalf("%s: singular values %v", name, s)
		}
		if s[j] == 0 {
			rank = min(rank, j)
		}
	}
	scaled, product := make([]float64, m*n), make([]float64, m*n)
	for i := range m {
		for j := range n {
			scaled[i*n+j] = u[i*n+j] * s[j]
		}
	}
	blas.Gemm(gonum.NoTrans, gonum.Trans, m, n, n, 1, scaled, n, v, n, 0, product, n)
	residual := 0.0
	for i, x := range product {
		residual = max(residual, math.Abs(x-a[i]))
	}
	// What is set to zero below rank costs up to max(m, n)·ε·σ₁.
	if bound := 2 * epsilons * float64(m) * epsilon * s[0]; residual > bound {
		t.Errorf("%s: ‖A − UΣVᵀ‖ is %g, allowed %g", name, residual, bound)
	}
	bound := 2 * epsilons * float64(n) * epsilon
	if got := orthogonality(m, n, rank, u); got > bound {
		t.Errorf("%s: ‖UᵀU − I‖ is %g, %.3g n·ε", name, got, got/epsilon/float64(n))
	}
	if got := orthogonality(n, n, n, v); got > bound {
		t.Errorf("%s: ‖VᵀV − I‖ is %g, %.3g n·ε", name, got, got/epsilon/float64(n))
	}
	values, err := SingularValues(m, n, a, n)
	if err != nil {
		t.Fatal(err)
	}
	for j := range s {
		if math.Abs(values[j]-s[j]) > 2*epsilons*float64(m)*epsilon*s[0] {
			t.Errorf("%s: singular value %d alone is %g, with vectors %g", name, j, values[j], s[j])
			break
		}
	}
	return s
}

// orthogonality returns the largest element of QᵀQ − I for the first rank columns of the m×n matrix Q.
func orthogonality(m, n, rank int, q []float64) float64 {
	gram := make([]float64, n*n)
	blas.Gemm(gonum.Trans, gonum.NoTrans, n, n, m, 1, q, n, q, n, 0, gram, n)
	worst := 0.0
	for i := range rank {
		gram[i*n+i]--
		for j := range rank {
			worst = max(worst, math.Abs(gram[i*n+j]))
		}
	}
	return worst
}

func tall(m, n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	a := make([]float64, m*n)
	for i := range a {
		a[i] = r.NormFloat64()
	}
	return a
}

func TestSVDRandom(t *testing.T) {
	for n := 1; n <= 40; n++ {
		for _, m := range []int{n, n + 1, 3 * n} {
			checkSVD(t, fmt.Sprintf("random %d×%d", m, n), m, n, tall(m, n, uint64(m*n)))
		}
	}
	checkSVD(t, "random 500×200", 500, 200, tall(500, 200, 1))
}

// TestSVDValues makes matrices of known singular values. They must come back with an absolute error of the order of
// n·ε·σ₁ (Weyl): also those far below √ε·σ₁, of which AᵀA alone knows nothing.
func TestSVDValues(t *testing.T) {
	const m, n = 140, 90
	for name, at := range map[string]func(i int) float64{
		"equal":          func(int) float64 { return 3 },
		"zero":           func(int) float64 { return 0 },
		"rank 4":         func(i int) float64 { return float64(max(0, 4-i)) },
		"condition 1e3":  func(i int) float64 { return math.Pow(10, -3*float64(i)/(n-1)) },
		"condition 1e9":  func(i int) float64 { return math.Pow(10, -9*float64(i)/(n-1)) },
		"condition 1e15": func(i int) float64 { return math.Pow(10, -15*float64(i)/(n-1)) },
		"small cluster":  func(i int) float64 { return map[bool]float64{true: 1, false: 1e-10}[i < 5] },
		"small ones":     func(i int) float64 { return map[bool]float64{true: 1, false: 1e-9 / float64(1+i)}[i < 5] },
		"pairs":          func(i int) float64 { return float64(n - i/2) },
		"tiny":           func(i int) float64 { return 1e-300 * float64(n-i) },
		"huge":           func(i int) float64 { return 1e300 * float64(n-i) },
	} {
		u, _, v, err := SVD(m, n, tall(m, n, 5), n)
		if err != nil {
			t.Fatal(err)
		}
		a, want := make([]float64, m*n), make([]float64, n)
		for j := range n {
			want[j] = at(j)
			for i := range m {
				u[i*n+j] *= want[j] / max(want[0], 1e-320)
			}
		}
		blas.Gemm(gonum.NoTrans, gonum.Trans, m, n, n, 1, u, n, v, n, 0, a, n)
		blas.Scal(want[0], a)
		got := checkSVD(t, name, m, n, a)
		for j := range n {
			if d := math.Abs(got[j] - want[j]); d > 2*epsilons*m*epsilon*want[0] {
				t.Errorf("%s: singular value %d is %g, want %g", name, j, got[j], want[j])
				break
			}
		}
	}
}

func TestSVDErrors(t *testing.T) {
	a := tall(6, 3, 1)
	a[8] = math.NaN()
	if _, _, _, err := SVD(6, 3, a, 3); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN: error %v", err)
	}
	if _, err := SingularValues(6, 3, a, 3); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN: error %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for a wide matrix")
		}
	}()
	SVD(3, 6, a, 6)
}

func TestSVDSameBits(t *testing.T) {
	const m, n = 300, 150
	a := tall(m, n, 3)
	var want [3][]float64
	for _, procs := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(procs)
		u, s, v, err := SVD(m, n, a, n)
		runtime.GOMAXPROCS(old)
		if err != nil {
			t.Fatal(err)
		}
		if want[0] == nil {
			want = [3][]float64{u, s, v}
		} else if !slices.Equal(u, want[0]) || !slices.Equal(s, want[1]) || !slices.Equal(v, want[2]) {
			t.Errorf("%d cores give other bits than 1", procs)
		}
	}
}

// TestSVDNumpy compares with numpy.linalg.svd.
func TestSVDNumpy(t *testing.T) {
	python := need.Modules(t, "numpy")
	const m, n = 120, 60
	a := tall(m, n, 9)
	in, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", fmt.Sprintf("import sys,json,numpy as np\na=np.array(json.load(sys.stdin)).reshape(%d,%d)\nprint(json.dumps(np.linalg.svd(a)[1].tolist()))", m, n))
	cmd.Stdin = strings.NewReader(string(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for j, got := range checkSVD(t, "numpy's", m, n, a) {
		if math.Abs(got-want[j]) > epsilons*n*epsilon*want[0] {
			t.Errorf("singular value %d is %g, numpy's %g", j, got, want[j])
		}
	}
}

func ExampleSVD() {
	a := []float64{
		3, 0,
		0, 0,
		0, -2,
	}
	_, s, _, _ := SVD(3, 2, a, 2)
	fmt.Printf("%.0f\n", s)
	// Output: [3 2]
}

func BenchmarkSVD(b *testing.B) {
	blas.Use() // as programs do: the reduction of a tall matrix is gonum's
	for _, shape := range [][2]int{{500, 100}, {512, 512}, {5000, 500}} {
		m, n := shape[0], shape[1]
		a := tall(m, n, 1)
		b.Run(fmt.Sprintf("%dx%d", m, n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, _, err := SVD(m, n, a, n); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("values/%dx%d", m, n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := SingularValues(m, n, a, n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

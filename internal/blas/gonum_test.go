package blas

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/blas/testblas"
	lapack "gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/lapack/testlapack"
	"gonum.org/v1/gonum/mat"
)

// TestGonumBLAS runs gonum's own tests of a BLAS.
func TestGonumBLAS(t *testing.T) {
	eachTier[float64](t, func(t *testing.T) {
		if isInterpreted[float64]() {
			t.Skip("too slow interpreted")
		}
		impl := Implementation{}
		for name, test := range map[string]func(t *testing.T){
			"Ddot":   func(t *testing.T) { testblas.DdotTest(t, impl) },
			"Daxpy":  func(t *testing.T) { testblas.DaxpyTest(t, impl) },
			"Dscal":  func(t *testing.T) { testblas.DscalTest(t, impl) },
			"Dgemv":  func(t *testing.T) { testblas.DgemvTest(t, impl) },
			"Dger":   func(t *testing.T) { testblas.DgerTest(t, impl) },
			"Dsymv":  func(t *testing.T) { testblas.DsymvTest(t, impl) },
			"Dsyr2":  func(t *testing.T) { testblas.Dsyr2Test(t, impl) },
			"Dgemm":  func(t *testing.T) { testblas.TestDgemm(t, impl) },
			"Dsymm":  func(t *testing.T) { testblas.DsymmTest(t, impl) },
			"Dsyrk":  func(t *testing.T) { testblas.DsyrkTest(t, impl) },
			"Dsyr2k": func(t *testing.T) { testblas.Dsyr2kTest(t, impl) },
			"Dtrmm":  func(t *testing.T) { testblas.DtrmmTest(t, impl) },
			"Dtrsm":  func(t *testing.T) { testblas.DtrsmTest(t, impl) },
		} {
			t.Run(name, test)
		}
	})
}

// TestGonumLAPACK runs gonum's tests of factorisations on these kernels.
func TestGonumLAPACK(t *testing.T) {
	Use()
	defer blas64.Use(gonum.Implementation{})
	defer blas32.Use(gonum.Implementation{})
	impl := lapack.Implementation{}
	t.Run("Dpotrf", func(t *testing.T) { testlapack.DpotrfTest(t, impl) })
	t.Run("Dgetrf", func(t *testing.T) { testlapack.DgetrfTest(t, impl) })
	t.Run("Dgeqrf", func(t *testing.T) { testlapack.DgeqrfTest(t, impl) })
	t.Run("Dsyev", func(t *testing.T) { testlapack.DsyevTest(t, impl) })
	t.Run("Dgesvd", func(t *testing.T) { testlapack.DgesvdTest(t, impl, 1e-13) })
}

// TestUse checks that mat computes with these kernels: a NaN under a zero stays NaN, which
// gonum's own product skips.
func TestUse(t *testing.T) {
	Use()
	defer blas64.Use(gonum.Implementation{})
	defer blas32.Use(gonum.Implementation{})
	var c mat.Dense
	c.Mul(mat.NewDense(1, 1, []float64{0}), mat.NewDense(1, 1, []float64{math.NaN()}))
	if !math.IsNaN(c.At(0, 0)) {
		t.Errorf("0 × NaN is %g", c.At(0, 0))
	}
}

// TestFloat32LikeGonum compares the float32 triangular and symmetric routines, for which gonum
// has no tests, with gonum's at orders beyond the leaf. The matrices are well conditioned: unit
// deviates over the order, and 2 on the diagonal.
func TestFloat32LikeGonum(t *testing.T) {
	impl, ref := Implementation{}, gonum.Implementation{}
	r := rand.New(rand.NewPCG(5, 5))
	for range 60 {
		m, n := 1+r.IntN(110), 1+r.IntN(110)
		side, order := blas.Left, m
		if r.IntN(2) == 0 {
			side, order = blas.Right, n
		}
		uplo := []blas.Uplo{blas.Upper, blas.Lower}[r.IntN(2)]
		trans := transposes[r.IntN(2)]
		diag := []blas.Diag{blas.Unit, blas.NonUnit}[r.IntN(2)]
		a, b, c := make([]float32, order*order), make([]float32, m*n), make([]float32, m*n)
		fill(a, r.Uint64())
		fill(b, r.Uint64())
		fill(c, r.Uint64())
		for i := range a {
			a[i] /= float32(order)
		}
		for i := range order {
			a[i*order+i] = 2
		}
		for name, op := range map[string]func(f blas.Float32, b, c []float32){
			"Strsm": func(f blas.Float32, b, c []float32) {
				f.Strsm(side, uplo, trans, diag, m, n, 1.5, a, order, c, n)
			},
			"Strmm": func(f blas.Float32, b, c []float32) {
				f.Strmm(side, uplo, trans, diag, m, n, 1.5, a, order, c, n)
			},
			"Ssymm": func(f blas.Float32, b, c []float32) {
				f.Ssymm(side, uplo, m, n, 1.5, a, order, b, n, -0.5, c, n)
			},
		} {
			got, want := append([]float32(nil), c...), append([]float32(nil), c...)
			op(impl, b, got)
			op(ref, b, want)
			for i := range got {
				// Both round each of at most 110 terms of magnitude below about 10.
				if d := math.Abs(float64(got[i] - want[i])); !(d <= 110*10*unit[float32]()) {
					t.Fatalf("%s %c%c%c%c %d×%d: element %d is %g, gonum's %g", name, side, uplo, trans, diag, m, n, i, got[i], want[i])
				}
			}
		}
	}
}

package blas

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// A function is one of the vector functions with its float64 counterpart for float32, its
// definition to 120 bits for float64, and the stated bound of its error in ulp.
type function struct {
	name             string
	f32              func(dst, x []float32)
	f64              func(dst, x []float64)
	reference        func(x float64) float64
	exact            func(x float64) *big.Float
	ulp32, ulp64     float64
	atZero, atInf    float64
	atMinusInf       float64
	oddAtNegatedZero bool
}

const bigPrecision = 160

func bigOf(x float64) *big.Float { return new(big.Float).SetPrec(bigPrecision).SetFloat64(x) }

// bigExp returns e^x by halving x and squaring the series' sum.
func bigExp(x *big.Float) *big.Float {
	const halvings = 16
	r := new(big.Float).SetPrec(bigPrecision + 40).Set(x)
	r.SetMantExp(r, -halvings)
	sum, term := bigOf(1).SetPrec(bigPrecision+40), bigOf(1).SetPrec(bigPrecision+40)
	for k := 1; ; k++ {
		term.Mul(term, r).Quo(term, bigOf(float64(k)))
		if term.Sign() == 0 || term.MantExp(nil) < -bigPrecision-40 {
			break
		}
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

func bigTanh(x float64) *big.Float {
	// Terms of order x³ are below the precision asked for.
	if math.Abs(x) < 0x1p-60 {
		return bigOf(x)
	}
	e := bigExp(bigOf(2 * x))
	one := bigOf(1)
	return new(big.Float).Quo(new(big.Float).Sub(e, one), new(big.Float).Add(e, one))
}

func bigSigmoid(x float64) *big.Float {
	return new(big.Float).Quo(bigOf(1), new(big.Float).Add(bigOf(1), bigExp(bigOf(-x))))
}

var functions = []function{
	{
		name: "tanh", f32: Tanh[float32], f64: Tanh[float64], reference: math.Tanh, exact: bigTanh,
		ulp32: 1.75, ulp64: 2.7, atZero: 0, atInf: 1, atMinusInf: -1, oddAtNegatedZero: true,
	},
	{
		name: "exp", f32: Exp[float32], f64: Exp[float64], reference: math.Exp,
		exact: func(x float64) *big.Float { return bigExp(bigOf(x)) },
		ulp32: 1, ulp64: 1.1, atZero: 1, atInf: math.Inf(1),
	},
	{
		name: "sigmoid", f32: Sigmoid[float32], f64: Sigmoid[float64],
		reference: func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, exact: bigSigmoid,
		ulp32: 2.5, ulp64: 2.5, atZero: 0.5, atInf: 1,
	},
}

// ulp32 returns the spacing of float32 at x.
func ulp32(x float64) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, max(e-24, -149))
}

func ulp64(x float64) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, max(e-53, -1074))
}

// TestFunctions32 goes through float32: every value where REGIME_EXHAUSTIVE is set, else every 1009th
// bit pattern (100003rd where short); primes, so that all low bits take part.
func TestFunctions32(t *testing.T) {
	stride := uint64(1)
	if !exhaustive {
		stride = 1009
		if testing.Short() {
			stride = 100003
		}
	}
	const batch = 1 << 14
	x, y := make([]float32, 0, batch), make([]float32, batch)
	for _, fn := range functions {
		worst, at := 0.0, float32(0)
		check := func() {
			fn.f32(y[:len(x)], x)
			for i, v := range x {
				want := fn.reference(float64(v))
				if math.IsNaN(want) {
					if got := y[i]; got == got {
						t.Fatalf("%s(NaN) = %g", fn.name, got)
					}
					continue
				}
				if math.Abs(want) >= 0x1.ffffffp127 { // rounds to Inf
					want = math.Inf(1)
				}
				if math.IsInf(want, 0) {
					if float64(y[i]) != want {
						t.Fatalf("%s(%g) = %g, want %g", fn.name, v, y[i], want)
					}
					continue
				}
				if e := math.Abs(float64(y[i])-want) / ulp32(want); !(e <= worst) {
					worst, at = e, v
				}
			}
			x = x[:0]
		}
		for b := uint64(0); b < 1<<32; b += stride {
			x = append(x, math.Float32frombits(uint32(b)))
			if len(x) == batch {
				check()
			}
		}
		check()
		t.Logf("%s: at most %.3f ulp, at %g", fn.name, worst, at)
		if !(worst <= fn.ulp32) {
			t.Errorf("%s: error of %g ulp at %g, allowed %g", fn.name, worst, at, fn.ulp32)
		}
	}
}

// points64 are values over the whole range of each function: over all exponents, dense where
// the functions bend, next to the borders of the reduction, and in the tails.
func points64() []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	var x []float64
	for range 1500 {
		x = append(x, math.Float64frombits(r.Uint64()))
	}
	normals := 4000
	if testing.Short() {
		normals = 200
	}
	for range normals {
		x = append(x, r.NormFloat64(), 40*r.Float64()-20, 1500*r.Float64()-750)
	}
	for n := -1080.0; n < 1030; n += 7 { // where n·ln 2 + r changes n, for e^x and e^{2x}
		for _, d := range []float64{-1e-9, 0, 1e-9} {
			x = append(x, (n+0.5)*math.Ln2+d, (n+0.5)*math.Ln2/2+d)
		}
	}
	return slices.DeleteFunc(x, func(v float64) bool { return v != v || math.Abs(v) > 1e4 })
}

func TestFunctions64(t *testing.T) {
	x := points64()
	y := make([]float64, len(x))
	for _, fn := range functions {
		fn.f64(y, x)
		worst, at := 0.0, 0.0
		for i, v := range x {
			exact := fn.exact(v)
			want, _ := exact.Float64()
			if math.IsInf(want, 0) || math.IsInf(y[i], 0) {
				if y[i] != want {
					t.Errorf("%s(%g) = %g, want %g", fn.name, v, y[i], want)
				}
				continue
			}
			d, _ := new(big.Float).Sub(bigOf(y[i]), exact).Float64()
			if e := math.Abs(d) / ulp64(want); !(e <= worst) {
				worst, at = e, v
			}
		}
		t.Logf("%s: at most %.3f ulp, at %g", fn.name, worst, at)
		if !(worst <= fn.ulp64) {
			t.Errorf("%s: error of %g ulp at %g, allowed %g", fn.name, worst, at, fn.ulp64)
		}
	}
}

// TestFunctionsSpecialValues: zeros keep their sign, Inf gives the limit, NaN stays, and e^x
// rounds to 0, to subnormals and to Inf where it should.
func TestFunctionsSpecialValues(t *testing.T) {
	eachTier[float64](t, func(t *testing.T) {
		negZero := math.Copysign(0, -1)
		for _, fn := range functions {
			x := []float64{0, negZero, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64}
			y := make([]float64, len(x))
			fn.f64(y, x)
			small := fn.atZero // of the smallest subnormals
			if fn.oddAtNegatedZero {
				small = 5e-324
			}
			want := []float64{fn.atZero, fn.atZero, fn.atInf, fn.atMinusInf, math.NaN(), small, fn.atZero - (small - fn.atZero), fn.atInf, fn.atMinusInf}
			for i := range want {
				if y[i] != want[i] && !(y[i] != y[i] && want[i] != want[i]) {
					t.Errorf("%s(%g) = %g, want %g", fn.name, x[i], y[i], want[i])
				}
			}
			if math.Signbit(y[1]) != fn.oddAtNegatedZero {
				t.Errorf("%s(-0) = %g", fn.name, y[1])
			}
		}
		x := []float64{709.782712893384, 709.7827128933841, -744, -745.1332191019411, -745.1332191019412}
		Exp(x, x) // in place
		if want := []float64{1.7976931348622732e+308, math.Inf(1), 1e-323, 5e-324, 0}; !slices.Equal(x, want) {
			t.Errorf("e^x at the borders: %g, want %g", x, want)
		}
	})
}

// TestTanh32SpecialValues: in float32 tanh leaves zeros and subnormals as they are, ends at ±1, and keeps NaN.
func TestTanh32SpecialValues(t *testing.T) {
	tiny, most, inf := math.Float32frombits(1), float32(math.MaxFloat32), float32(math.Inf(1))
	x := []float32{0, tiny, 1000 * tiny, 0x1p-126, 1e-20, 9.02, most, inf}
	want := []float32{0, tiny, 1000 * tiny, 0x1p-126, 1e-20, 1, 1, 1}
	eachTier[float32](t, func(t *testing.T) {
		y := make([]float32, 2*len(x)+1)
		copy(y, x)
		for i, v := range x {
			y[len(x)+i] = -v
		}
		y[2*len(x)] = float32(math.NaN())
		Tanh(y, y)
		for i, w := range want {
			up, down := y[i], y[len(x)+i]
			if math.Float32bits(up) != math.Float32bits(w) || math.Float32bits(down) != math.Float32bits(w)|1<<31 {
				t.Errorf("tanh ±%g = %g and %g, want ±%g", x[i], up, down, w)
			}
		}
		if last := y[2*len(x)]; last == last {
			t.Errorf("tanh NaN = %g", last)
		}
	})
}

// TestTanhSaturates: where tanh bends to 1 it is odd, at most 1, and goes down by no more than one step of float32 from
// one argument to the next.
func TestTanhSaturates(t *testing.T) {
	const batch = 1 << 12
	x, y, z := make([]float32, batch), make([]float32, batch), make([]float32, batch)
	previous := float32(0)
	step := uint32(batch)
	if testing.Short() {
		step *= 100
	}
	for first := math.Float32bits(4); first < math.Float32bits(12); first += step {
		for i := range x {
			x[i] = math.Float32frombits(first + uint32(i))
		}
		Tanh(y, x)
		for i, v := range x {
			x[i] = -v
		}
		Tanh(z, x)
		for i, v := range y {
			if !(v <= 1 && v >= previous-0x1p-24) || z[i] != -v {
				t.Fatalf("tanh ±%g = %g and %g, after %g", -x[i], v, z[i], previous)
			}
			previous = v
		}
	}
	if previous != 1 {
		t.Errorf("tanh 12 = %g", previous)
	}
}

// TestFunctionsTiersAgree: every tier gives the bits of the generic one, at every length, in
// place or not, and writes nothing else.
func TestFunctionsTiersAgree(t *testing.T) {
	functionTiersAgree(t, tiersOf[float32](), func(r *rand.Rand) float32 { return math.Float32frombits(r.Uint32()) })
	functionTiersAgree(t, tiersOf[float64](), func(r *rand.Rand) float64 { return math.Float64frombits(r.Uint64()) })
}

func functionTiersAgree[T Float](t *testing.T, tiers []*kernels[T], any func(r *rand.Rand) T) {
	r := rand.New(rand.NewPCG(3, 3))
	generic := tiers[len(tiers)-1]
	list := func(k *kernels[T]) []func(n int, dst, x *T) {
		return []func(n int, dst, x *T){k.tanh, k.exp, k.sigmoid}
	}
	for _, k := range tiers {
		for which, f := range list(k) {
			name := fmt.Sprintf("%s %s %T", k.name, functions[which].name, T(0))
			vectorSizes(func(n int) {
				if n == 0 {
					return
				}
				x, y, want := newGuarded[T](1, n, n, 1), newGuarded[T](1, n, n, 2), make([]T, n)
				for i := range n {
					switch r.IntN(3) {
					case 0:
						x.data[i] = any(r)
					case 1:
						x.data[i] *= 100
					}
				}
				list(generic)[which](n, &want[0], &x.data[0])
				f(n, &y.data[0], &x.data[0])
				for i := range n {
					if got := y.data[i]; got != want[i] && (got == got || want[i] == want[i]) {
						t.Fatalf("%s of %d: element %d: f(%g) = %g, generic %g", name, n, i, x.data[i], got, want[i])
					}
				}
				y.check(t, name)
				f(n, &x.data[0], &x.data[0])
				x.check(t, name+" in place")
				for i := range n {
					if got := x.data[i]; got != want[i] && (got == got || want[i] == want[i]) {
						t.Fatalf("%s of %d in place: element %d", name, n, i)
					}
				}
			})
		}
	}
}

// TestFMA32 compares with the sum rounded once from 120 bits.
func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 200000 {
		a, b := float32(r.NormFloat64()), float32(r.NormFloat64())
		c := -a * b * float32(math.Ldexp(1+r.Float64()*0x1p-20, r.IntN(60)-30))
		exact := new(big.Float).SetPrec(bigPrecision).Mul(bigOf(float64(a)), bigOf(float64(b)))
		want, _ := exact.Add(exact, bigOf(float64(c))).Float32()
		if got := fma32(a, b, c); got != want {
			t.Fatalf("fma(%g, %g, %g) = %g, want %g", a, b, c, got, want)
		}
	}
}

func benchFunction[T Float](b *testing.B, f func(dst, x []T)) {
	x, y := make([]T, 1<<14), make([]T, 1<<14)
	fill(x, 1)
	b.SetBytes(int64(len(x) * sizeOf[T]()))
	b.ReportAllocs()
	for b.Loop() {
		f(y, x)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(len(x))*1e9, "ns/element")
}

func BenchmarkFunctions(b *testing.B) {
	for _, fn := range functions {
		b.Run(fn.name+"/float32", func(b *testing.B) { benchFunction(b, fn.f32) })
		b.Run(fn.name+"/float64", func(b *testing.B) { benchFunction(b, fn.f64) })
	}
}

// exhaustive asks for every value of float32; that takes some minutes.
var exhaustive = os.Getenv("REGIME_EXHAUSTIVE") != ""

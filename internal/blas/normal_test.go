package blas

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestPhilox checks the known answers that the authors publish with Random123 (kat_vectors,
// philox4x32 with 10 rounds).
func TestPhilox(t *testing.T) {
	const ones = math.MaxUint32
	for _, kat := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{
			[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		keys := newPhiloxKeys(uint64(kat.key[1])<<32 | uint64(kat.key[0]))
		if got := philox(kat.counter, &keys); got != kat.want {
			t.Errorf("philox(%08x, %08x) = %08x, want %08x", kat.counter, kat.key, got, kat.want)
		}
	}
}

// TestNormalTiersAgree: every tier gives the bits of the generic one, over the carry of the
// block's low word too, and writes nothing else.
func TestNormalTiersAgree(t *testing.T) {
	normalTiersAgree(t, tiersOf[float32]())
	normalTiersAgree(t, tiersOf[float64]())
}

func normalTiersAgree[T Float](t *testing.T, tiers []*kernels[T]) {
	keys := newPhiloxKeys(0x0123456789abcdef)
	const groups = 300
	for _, block := range []uint64{0, 8, 1<<32 - 80, math.MaxUint64 - 7 - 8*groups} {
		var want []T
		for i := range tiers {
			k := tiers[len(tiers)-1-i] // the generic one first
			n := groups * normalGroup[T]()
			x := newGuarded[T](1, n, n, 1)
			k.normal(groups, &x.data[0], block, 0xfedcba9876543210, &keys[0])
			x.check(t, k.name)
			if want == nil {
				want = x.data
			}
			for i, v := range x.data {
				if v != want[i] {
					t.Fatalf("%s %T: block %d: deviate %d is %g, generic %g", k.name, v, block, i, v, want[i])
				}
			}
		}
	}
}

// TestNormalPlaces: any cut of a sequence gives the same elements.
func TestNormalPlaces(t *testing.T) {
	normalPlaces[float32](t)
	normalPlaces[float64](t)
}

func normalPlaces[T Float](t *testing.T) {
	whole := make([]T, 500)
	Normal(whole, 1, 2, 1000)
	for _, cut := range []int{0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 100, 499, 500} {
		parts := make([]T, len(whole))
		Normal(parts[:cut], 1, 2, 1000)
		Normal(parts[cut:], 1, 2, 1000+uint64(cut))
		if !slices.Equal(parts, whole) {
			t.Errorf("%T: cut at %d, the elements differ", whole[0], cut)
		}
	}
}

// TestNormalGolden pins the sequence, which a later version or another machine must not change.
func TestNormalGolden(t *testing.T) {
	var x [4]float64
	Normal(x[:], 42, 7, 5)
	var y [4]float32
	Normal(y[:], 42, 7, 5)
	got := fmt.Sprintf("%x %x", x, y)
	const want = "[0x1.a812ccef6e1eep-02 -0x1.bb9492eefea9p-01 -0x1.01786bc110806p-01 -0x1.eff235d2caf83p-04] " +
		"[0x1.7c4ef4p+00 0x1.011ffap+02 0x1.6640fp-05 0x1.906b8cp-01]"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestNormalDistribution checks moments, the distribution function and the tails. Every bound is
// five standard errors or more, so a right generator fails with probability below 10⁻⁵; the seed
// is fixed, so in fact never.
func TestNormalDistribution(t *testing.T) {
	sample := 1 << 21
	if testing.Short() {
		sample = 1 << 17
	}
	x32 := make([]float32, sample)
	Normal(x32, 3, 1, 0)
	x := make([]float64, sample)
	for i, v := range x32 {
		x[i] = float64(v)
	}
	t.Run("float32", func(t *testing.T) { checkNormal(t, x) })
	Normal(x, 3, 1, 0)
	t.Run("float64", func(t *testing.T) { checkNormal(t, x) })
}

func checkNormal(t *testing.T, x []float64) {
	n := float64(len(x))
	var m [9]float64
	for _, v := range x {
		p := 1.0
		for k := range m {
			m[k] += p / n
			p *= v
		}
	}
	// E xᵏ = (k−1)!! for even k; Var xᵏ = (2k−1)!! − (E xᵏ)².
	doubleFactorial := func(k int) float64 {
		f := 1.0
		for ; k > 1; k -= 2 {
			f *= float64(k)
		}
		return f
	}
	for k := 1; k < len(m); k++ {
		mean := 0.0
		if k%2 == 0 {
			mean = doubleFactorial(k - 1)
		}
		sd := math.Sqrt((doubleFactorial(2*k-1) - mean*mean) / n)
		if !(math.Abs(m[k]-mean) <= 5*sd) {
			t.Errorf("moment %d is %g, want %g ± %g", k, m[k], mean, sd)
		}
	}

	// Correlation of neighbours, and of the two deviates of a pair (8 apart), and of groups.
	for _, lag := range []int{1, 2, 4, 8, 16, 32, 1024} {
		for _, power := range []float64{1, 2} {
			c := 0.0
			for i := lag; i < len(x); i++ {
				a, b := x[i-lag], x[i]
				if power == 2 { // dependence that correlation does not see
					a, b = (a*a-1)/math.Sqrt2, (b*b-1)/math.Sqrt2
				}
				c += a * b
			}
			if c /= math.Sqrt(n); !(math.Abs(c) <= 5) {
				t.Errorf("lag %d, power %g: correlation of %g standard errors", lag, power, c)
			}
		}
	}

	sorted := slices.Clone(x)
	sort.Float64s(sorted)
	// Kolmogorov–Smirnov: √n·D exceeds 2.6 with probability 2e^{−2·2.6²} = 2.7·10⁻⁶.
	d := 0.0
	for i, v := range sorted {
		f := distuv.UnitNormal.CDF(v)
		d = max(d, math.Abs(f-float64(i)/n), math.Abs(f-float64(i+1)/n))
	}
	if d *= math.Sqrt(n); !(d <= 2.6) {
		t.Errorf("Kolmogorov–Smirnov √n·D = %g", d)
	}
	for _, z := range []float64{2, 3, 4, 4.5} {
		p := 2 * distuv.UnitNormal.CDF(-z)
		beyond := sort.SearchFloat64s(sorted, -z) + len(sorted) - sort.SearchFloat64s(sorted, z)
		if sd := math.Sqrt(n * p); !(math.Abs(float64(beyond)-n*p) <= 5*sd) {
			t.Errorf("%d deviates beyond ±%g, want %g ± %g", beyond, z, n*p, sd)
		}
	}
}

// TestNormalStreams: seeds and streams that differ in one bit are uncorrelated.
func TestNormalStreams(t *testing.T) {
	const n = 1 << 14
	base, other := make([]float64, n), make([]float64, n)
	Normal(base, 0, 0, 0)
	for bit := range 64 {
		for _, s := range [][2]uint64{{1 << bit, 0}, {0, 1 << bit}} {
			Normal(other, s[0], s[1], 0)
			if c := Dot(base, other) / math.Sqrt(n); !(math.Abs(c) <= 5) {
				t.Errorf("seed %d, stream %d: correlation of %g standard errors with 0, 0", s[0], s[1], c)
			}
		}
	}
}

// TestBoxMuller compares the transform with the library's logarithm, sine and cosine. Radius
// and angle have relative errors of some roundings; 10 units covers them.
func TestBoxMuller(t *testing.T) {
	check := func(name string, got, want, bound float64) {
		t.Helper()
		near(t, name, got, want, bound)
	}
	quarter := func(angle uint64, f float64) (x, y float64) {
		y, x = math.Sincos(f * math.Pi / 2)
		if angle&1 != 0 {
			x = -x
		}
		if angle&2 != 0 {
			x, y = y, x
		}
		return x, y
	}
	keys := newPhiloxKeys(5)
	for i := range uint32(20000) {
		w := philox([4]uint32{i}, &keys)
		radius, angle := uint64(w[0])<<32|uint64(w[1]), uint64(w[2])<<32|uint64(w[3])
		if i%3 == 0 {
			radius |= math.MaxUint64 << (i % 60) // u close to 1
		} else if i%3 == 1 {
			radius >>= i % 60 // u close to 0
		}
		x, y := boxMuller64(radius, angle)
		u := (float64(radius>>12) + 0.5) * 0x1p-52
		r := math.Sqrt(-2 * math.Log(u))
		c, s := quarter(angle, (float64(angle>>12)+0.5)*0x1p-52-0.5)
		check("cosine", x, r*c, 10*unit[float64]()*r)
		check("sine", y, r*s, 10*unit[float64]()*r)

		x32, y32 := boxMuller32(w[0], w[1])
		u = float64(float32(w[0]>>1)*0x1p-31 + 0x1p-32)
		r = math.Sqrt(-2 * math.Log(u))
		c, s = quarter(uint64(w[1]), (float64(w[1]>>9)+0.5)*0x1p-23-0.5)
		check("cosine of float32", float64(x32), r*c, 10*unit[float32]()*r)
		check("sine of float32", float64(y32), r*s, 10*unit[float32]()*r)
	}
}

func BenchmarkNormal(b *testing.B) {
	b.Run("float32", func(b *testing.B) {
		benchFunction(b, func(dst, _ []float32) { Normal(dst, 1, 0, 0) })
	})
	b.Run("float64", func(b *testing.B) {
		benchFunction(b, func(dst, _ []float64) { Normal(dst, 1, 0, 0) })
	})
}

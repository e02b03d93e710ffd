package blas

import "math"

// expConstants are what e^x takes: x = n·ln 2 + r, with ln 2 in two parts.
type expConstants[T Float] struct {
	log2e, ln2Hi, ln2Lo T
	magic               T   // 1.5·2^(mantissa bits): adding it rounds to an integer
	low, high           T   // below and above which e^x is 0 and Inf
	taylor              []T // 1/2!, 1/3!, …
}

var exp32 = expConstants[float32]{
	log2e: math.Log2E,
	ln2Hi: math.Ln2,
	ln2Lo: math.Ln2 - 0x1.62e43p-01,
	magic: 0x1.8p23,
	low:   -104, high: 89,
	taylor: []float32{1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320},
}

var exp64 = expConstants[float64]{
	log2e: math.Log2E,
	ln2Hi: math.Ln2,
	ln2Lo: math.Ln2 - 0x1.62e42fefa39efp-01,
	magic: 0x1.8p52,
	low:   -746, high: 710,
	taylor: []float64{
		1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320, 1. / 362880, 1. / 3628800,
		1. / 39916800, 1. / 479001600, 1. / 6227020800,
	},
}

func constantsOf[T Float]() *expConstants[T] {
	if c, ok := any(&exp32).(*expConstants[T]); ok {
		return c
	}
	return any(&exp64).(*expConstants[T])
}

// fma returns a·b + c with one rounding.
func fma[T Float](a, b, c T) T {
	if sizeOf[T]() == 8 {
		return T(math.FMA(float64(a), float64(b), float64(c)))
	}
	return T(fma32(float32(a), float32(b), float32(c)))
}

// fma32 returns a·b + c with one rounding. The product is exact in float64; the sum is rounded
// to odd, which a second rounding to less than half the bits cannot make wrong (Boldo and
// Melquiond 2008).
func fma32(a, b, c float32) float32 {
	p, q := float64(a)*float64(b), float64(c)
	s := p + q
	z := s - p
	e := (p - (s - z)) + (q - z) // s + e is p + q exactly
	if bits := math.Float64bits(s); e != 0 && bits&1 == 0 && s-s == 0 {
		if (e > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return float32(s)
}

// power returns 2ⁿ for t = magic + n: the low bits of t are n in two's complement.
func power[T Float](t T) T {
	if sizeOf[T]() == 4 {
		return T(math.Float32frombits((math.Float32bits(float32(t)) + 127) << 23))
	}
	return T(math.Float64frombits((math.Float64bits(float64(t)) + 1023) << 52))
}

// expm1 returns n + magic and eʳ − 1, where x = n·ln 2 + r.
func (c *expConstants[T]) expm1(x T) (t, p T) {
	t = fma(x, c.log2e, c.magic)
	n := t - c.magic
	r := fma(-n, c.ln2Hi, x)
	r = fma(-n, c.ln2Lo, r)
	last := len(c.taylor) - 1
	q := c.taylor[last]
	for i := last - 1; i >= 0; i-- {
		q = fma(q, r, c.taylor[i])
	}
	return t, fma(q, T(r*r), r)
}

// exp returns e^x for low ≤ x ≤ high or NaN. The power of two is multiplied in two steps, so that
// neither overflows before the result does.
func (c *expConstants[T]) exp(x T) T {
	t, p := c.expm1(x)
	n := t - c.magic
	t1 := fma(n, 0.5, c.magic)
	t2 := (n - (t1 - c.magic)) + c.magic
	return T(T((1+p)*power(t1)) * power(t2))
}

func genericExp[T Float](n int, dst, x *T) {
	c := constantsOf[T]()
	d := view(dst, n)
	for i, v := range view(x, n) {
		d[i] = c.exp(clamp(v, c.low, c.high))
	}
}

func genericTanh64(n int, dst, x *float64) {
	const saturated = 20 // from which on it is 1
	d := view(dst, n)
	for i, v := range view(x, n) {
		a := min(math.Abs(v), saturated)
		t, p := exp64.expm1(a + a)
		s := power(t)
		e := fma(p, s, s-1)
		d[i] = math.Copysign(e/(e+2), v)
	}
}

// The constants of tanh for float32, as gen/tanh.go fits them: r/tanh r ≈ 1 + ratio[0]·r² + ratio[1]·r⁴ for
// |r| ≤ 1/4, and tanh and its derivative at multiples of a half.
var tanh32 = struct {
	ratio        [2]float32
	value, slope [16]float32
}{
	ratio: [2]float32{0.33333024, -0.022045823},
	value: [16]float32{
		0, 0.46211714, 0.7615942, 0.90514827, 0.9640276, 0.9866143, 0.9950548, 0.9981779,
		0.9993293, 0.99975324, 0.9999092, 0.9999666, 0.9999877, 0.99999547, 0.99999833, 0.9999994,
	},
	slope: [16]float32{
		1, 0.78644764, 0.41997433, 0.18070664, 0.07065082, 0.026592227, 0.009866037, 0.0036408848,
		0.0013409507, 0.0004935174, 0.00018158324, 6.680457e-5, 2.4576548e-5, 9.041277e-6, 3.3261094e-6, 1.2236085e-6,
	},
}

// genericTanh32 takes |x| = j/2 + r with |r| ≤ 1/4, but r up to 1.52 after the last j.
func genericTanh32(n int, dst, x *float32) {
	const (
		saturated = 9.02
		magic     = 0x1.8p22 // adding it rounds to halves
	)
	c := &tanh32
	d := view(dst, n)
	for i, v := range view(x, n) {
		a := min(abs(v), saturated)
		t := min(a+magic, magic+7.5)
		j := math.Float32bits(t) % 16
		r := a - (t - magic)
		h := fma32(float32(r*r), c.ratio[1], c.ratio[0])
		q := fma32(r, fma32(r, h, c.value[j]), 1) // r/tanh r + r·tanh(j/2)
		y := c.value[j] + float32(c.slope[j]*r)/q
		d[i] = float32(math.Copysign(float64(y), float64(v)))
	}
}

func genericSigmoid[T Float](n int, dst, x *T) {
	c := constantsOf[T]()
	d := view(dst, n)
	for i, v := range view(x, n) {
		z := c.exp(-clamp(abs(v), 0, -c.low))
		if v < 0 {
			d[i] = z / (1 + z)
		} else {
			d[i] = 1 / (1 + z)
		}
	}
}

// clamp returns x within [low, high]; NaN stays NaN.
func clamp[T Float](x, low, high T) T {
	if x < low {
		return low
	}
	if x > high {
		return high
	}
	return x
}

func abs[T Float](x T) T { return T(math.Abs(float64(x))) }

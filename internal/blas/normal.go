package blas

import (
	"math"
	"unsafe"
)

// Normal fills dst with the elements first, first+1, … of a sequence of independent normal
// deviates of mean 0 and variance 1, the sequence of the given seed and stream. An element
// depends on nothing but these and its place, so any part of a sequence can be made by any core
// at any time, and the values are the same bits in every tier and on every machine.
//
// The bits come from Philox4x32-10 with the seed as its key: block b of a stream is that of the
// counter (b mod 2³², b div 2³², stream mod 2³², stream div 2³²). The Box–Muller transform makes
// two deviates of two uniform numbers, R·cos θ and R·sin θ with R = √(−2 ln u). Eight blocks
// make 32 deviates of float32 (the words 0 and 1 of each block one pair, 2 and 3 another) or 16
// of float64 (one pair of two 64-bit words); in the order of the sequence, first the cosines of
// the eight blocks and then the sines, pair by pair. The largest deviate is 6.66 for float32, of
// 32 bits, and 8.57 for float64, of 53.
//
// The transform is computed by additions, multiplications, divisions and square roots alone, each
// rounded on its own as IEEE 754 prescribes, and never fused; see boxMuller.
func Normal[T Float](dst []T, seed, stream, first uint64) {
	w := getWorkspace[T]()
	defer putWorkspace(w)
	w.keys = newPhiloxKeys(seed)
	group := normalGroup[T]()
	k := active[T]()
	for len(dst) > 0 {
		skip := int(first % uint64(group))
		groups := len(dst) / group
		if skip > 0 || groups == 0 { // part of a group
			whole := w.tile[:group]
			k.normal(1, &whole[0], first/uint64(group)*normalBlocks, stream, &w.keys[0])
			n := copy(dst, whole[skip:])
			dst, first = dst[n:], first+uint64(n)
			continue
		}
		k.normal(groups, &dst[0], first/uint64(group)*normalBlocks, stream, &w.keys[0])
		n := groups * group
		dst, first = dst[n:], first+uint64(n)
	}
}

// normalBlocks is the number of Philox blocks that are made at once.
const normalBlocks = 8

// normalGroup is the number of deviates of so many blocks.
func normalGroup[T Float]() int { return normalBlocks * 16 / sizeOf[T]() }

// genericNormal writes groups of deviates, from the given block of the stream on.
func genericNormal[T Float](groups int, dst *T, block, stream uint64, keys *uint32) {
	group := normalGroup[T]()
	k := (*philoxKeys)(unsafe.Slice(keys, 2*philoxRounds))
	d := view(dst, groups*group)
	for ; len(d) > 0; d = d[group:] {
		for b := range normalBlocks {
			w := philox([4]uint32{uint32(block), uint32(block >> 32), uint32(stream), uint32(stream >> 32)}, k)
			block++
			if group == 32 {
				d[b], d[b+8] = pairOf[T](boxMuller32(w[0], w[1]))
				d[b+16], d[b+24] = pairOf[T](boxMuller32(w[2], w[3]))
				continue
			}
			d[b], d[b+8] = pairOf[T](boxMuller64(uint64(w[1])<<32|uint64(w[0]), uint64(w[3])<<32|uint64(w[2])))
		}
	}
}

func pairOf[T, U Float](x, y U) (T, T) { return T(x), T(y) }

// Coefficients in even powers: of artanh s / s beyond 1, of sin(πx/2)/x, and of cos(πx/2).
var (
	artanh32 = []float32{1. / 3, 1. / 5, 1. / 7, 1. / 9}
	artanh64 = []float64{1. / 3, 1. / 5, 1. / 7, 1. / 9, 1. / 11, 1. / 13, 1. / 15, 1. / 17, 1. / 19}
	sine64   = quarterTurn(1, 9)
	cosine64 = quarterTurn(0, 10)
	sine32   = narrow(quarterTurn(1, 6))
	cosine32 = narrow(quarterTurn(0, 6))
)

// quarterTurn returns n Taylor coefficients (−1)ᵏ(π/2)ᵐ/m!, m = first + 2k. The powers are
// written out as products, so that they are the same on every machine.
func quarterTurn(first, n int) []float64 {
	c := make([]float64, n)
	term := 1.0
	if first == 1 {
		term = math.Pi / 2
	}
	for k := range c {
		c[k] = term
		m := float64(first + 2*k)
		term = -float64(float64(term*(math.Pi*math.Pi/4)) / float64((m+1)*(m+2)))
	}
	return c
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// polynomial returns Σ c[k]·xᵏ by Horner's rule. The conversion keeps the compiler from fusing
// the product with the sum.
func polynomial[T Float](c []T, x T) T {
	y := c[len(c)-1]
	for k := len(c) - 2; k >= 0; k-- {
		y = T(y*x) + c[k]
	}
	return y
}

// boxMuller64 makes two deviates of two words. The radius is of u = (k+½)/2⁵², k the upper 52
// bits of the first word; ln u = e·ln 2 + 2 artanh s with u = 2ᵉm, s = (m−1)/(m+1),
// √½ ≤ m < √2. The upper 52 bits of the second word choose an angle within ±π/4, and its lowest
// bits the sign of the cosine, and whether cosine and sine change places.
func boxMuller64(radius, angle uint64) (x, y float64) {
	const sqrtHalf = 0x3FE6A09E667F3BCD // its bits
	u := (math.Float64frombits(radius>>12|1023<<52) - 1) + 0x1p-53
	e := (math.Float64bits(u) - sqrtHalf + 1023<<52) >> 52 // the exponent, plus 1023
	m := math.Float64frombits(math.Float64bits(u) - e<<52 + 1023<<52)
	s := (m - 1) / (m + 1)
	s2 := float64(s * s)
	series := float64(polynomial(artanh64, s2)*s2) + 1
	log := float64(float64(s+s)*series) + float64((float64(e)-1023)*math.Ln2)
	r := math.Sqrt(-2 * log)

	f := (math.Float64frombits(angle>>12|1023<<52) - 1.5) + 0x1p-53
	f2 := float64(f * f)
	sin := float64(polynomial(sine64, f2) * f)
	cos := math.Float64frombits(math.Float64bits(polynomial(cosine64, f2)) ^ angle<<63)
	if angle&2 != 0 {
		sin, cos = cos, sin
	}
	return float64(r * cos), float64(r * sin)
}

// boxMuller32 is boxMuller64 for words of 32 bits. The first word gives u = (k+½)/2³¹, k its
// upper 31 bits, rounded to float32; the second word's upper 23 bits give the angle.
func boxMuller32(radius, angle uint32) (x, y float32) {
	const sqrtHalf = 0x3F3504F3 // its bits
	u := float32(float32(int32(radius>>1))*0x1p-31) + 0x1p-32
	e := (math.Float32bits(u) - sqrtHalf + 127<<23) >> 23
	m := math.Float32frombits(math.Float32bits(u) - e<<23 + 127<<23)
	s := (m - 1) / (m + 1)
	s2 := float32(s * s)
	series := float32(polynomial(artanh32, s2)*s2) + 1
	log := float32(float32(s+s)*series) + float32((float32(int32(e))-127)*float32(math.Ln2))
	r := float32(math.Sqrt(float64(-2 * log)))

	f := (math.Float32frombits(angle>>9|127<<23) - 1.5) + 0x1p-24
	f2 := float32(f * f)
	sin := float32(polynomial(sine32, f2) * f)
	cos := math.Float32frombits(math.Float32bits(polynomial(cosine32, f2)) ^ angle<<31)
	if angle&2 != 0 {
		sin, cos = cos, sin
	}
	return float32(r * cos), float32(r * sin)
}

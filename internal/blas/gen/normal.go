package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// normal writes the generator of normal deviates. The operations and their order are those of
// normal.go; none is a fused multiply-add.
func normal() {
	for _, f := range []float{f32, f64} {
		normalDeviates(f)
		normalDeviates512(f)
	}
}

// normalDeviates512 writes the generator for AVX-512. A block has a lane of 64 bits, each of its words in
// the lower half; what is in the upper half does not matter. Two groups go side by side.
func normalDeviates512(f float) {
	begin(avx512, f, "normal", fmt.Sprintf("func(groups int, dst *%s, block, stream uint64, keys *uint32)", f.goType),
		"writes groups of deviates, from the given block of the stream on.")
	groups, dst := Load(Param("groups"), GP64()), Load(Param("dst"), GP64())
	block, stream := Load(Param("block"), GP64()), Load(Param("stream"), GP64())
	keys := Load(Param("keys"), GP64())
	lanes := GLOBL(f.prefix+"NormalLanes512", RODATA|NOPTR)
	for i := range 16 {
		DATA(8*i, U64(uint64(i)))
	}
	m0, m1, streams := ZMM(), ZMM(), ZMM()
	broadcastWord(0xD2511F53, m0)
	broadcastWord(0xCD9E8D57, m1)
	VPBROADCASTQ(stream, streams)
	combine := wordsOf512(f)
	for _, side := range []int{2, 1} {
		loop, rest := fmt.Sprintf("groups%d", side), fmt.Sprintf("rest%d", side)
		SUBQ(U8(side), groups)
		JL(LabelRef(rest))
		Label(loop)
		c := [4]batch{avx512.batch(side), avx512.batch(side), avx512.batch(side), avx512.batch(side)}
		for i := range side {
			VPBROADCASTQ(block, c[0][i])
			VPADDQ(lanes.Offset(64*i), c[0][i], c[0][i])
			VPSRLQ(U8(32), c[0][i], c[1][i])
			VMOVDQU64(streams, c[2][i])
			VPSRLQ(U8(32), streams, c[3][i])
		}
		for r := range 10 {
			lo0, lo1 := avx512.of(VPMULUDQ, m0, c[0]), avx512.of(VPMULUDQ, m1, c[2])
			hi0, hi1 := avx512.of(VPSRLQ, U8(32), lo0), avx512.of(VPSRLQ, U8(32), lo1)
			each(VPTERNLOGD_BCST, U8(0x96), Mem{Base: keys, Disp: 8 * r}, c[1], hi1) // the exclusive or of three
			each(VPTERNLOGD_BCST, U8(0x96), Mem{Base: keys, Disp: 8*r + 4}, c[3], hi0)
			c = [4]batch{hi1, lo1, hi0, lo0}
		}
		radius, angle := combine(c)
		x, y := boxMuller(avx512, f, radius, angle)
		for i := range side {
			if f.size == 4 { // the lower halves are of two words, the upper of the other two
				first, second := ZMM(), ZMM()
				VINSERTF64X4(U8(1), y[i].AsY(), x[i], first)
				VSHUFF64X2(U8(0xEE), y[i], x[i], second)
				x[i], y[i] = first, second
			}
			VMOVUPS(x[i], Mem{Base: dst, Disp: 128 * i})
			VMOVUPS(y[i], Mem{Base: dst, Disp: 128*i + 64})
		}
		ADDQ(U32(uint32(128*side)), dst)
		ADDQ(U8(8*side), block)
		SUBQ(U8(side), groups)
		JGE(LabelRef(loop))
		Label(rest)
		ADDQ(U8(side), groups)
	}
	VZEROUPPER()
	RET()
}

// wordsOf512 returns a function that gathers the words for radius and angle: for float64 two of a
// block in each lane; for float32 those of all blocks' first pairs, and then those of the second.
func wordsOf512(f float) func(c [4]batch) (radius, angle batch) {
	if f.size == 8 {
		upper, bits := K(), GP32()
		MOVL(U32(0xAAAA), bits)
		KMOVW(bits, upper)
		return func(c [4]batch) (radius, angle batch) {
			each(VPSHUFD, U8(0xA0), c[1], upper, c[0])
			each(VPSHUFD, U8(0xA0), c[3], upper, c[2])
			return c[0], c[2]
		}
	}
	even := GLOBL("evenWords", RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(uint32(2*i)))
	}
	index := ZMM()
	VMOVDQU32(even, index)
	return func(c [4]batch) (radius, angle batch) {
		each(VPERMT2D, c[2], index, c[0])
		each(VPERMT2D, c[3], index, c[1])
		return c[0], c[1]
	}
}

// eight words of 32 bits in memory.
func words(name string, w [8]uint32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i, x := range w {
		DATA(4*i, U32(x))
	}
	return m
}

func normalDeviates(f float) {
	begin(avx2, f, "normal", fmt.Sprintf("func(groups int, dst *%s, block, stream uint64, keys *uint32)", f.goType),
		"writes groups of deviates, from the given block of the stream on.")
	groups, dst := Load(Param("groups"), GP64()), Load(Param("dst"), GP64())
	block, stream := Load(Param("block"), GP64()), Load(Param("stream"), GP64())
	keys := Load(Param("keys"), GP64())
	// The lanes' blocks are in such an order that interleaving two words gives blocks 0 to 3 and 4 to 7.
	lanes := words(f.prefix+"NormalLanes", map[int][8]uint32{4: {0, 1, 2, 3, 4, 5, 6, 7}, 8: {0, 1, 4, 5, 2, 3, 6, 7}}[f.size])
	m0, m1, stream0, stream1 := YMM(), YMM(), YMM(), YMM()
	broadcastWord(0xD2511F53, m0)
	broadcastWord(0xCD9E8D57, m1)
	splitWords(stream, stream0, stream1)

	Label("group")
	c := [4]reg.VecVirtual{YMM(), YMM(), YMM(), YMM()}
	splitWords(block, c[0], c[1])
	VPADDD(lanes, c[0], c[0])
	VMOVDQU(stream0, c[2])
	VMOVDQU(stream1, c[3])
	for r := range 10 {
		hi0, lo0 := multiply(c[0], m0)
		hi1, lo1 := multiply(c[2], m1)
		k := YMM()
		VPXOR(hi1, c[1], hi1)
		VPBROADCASTD(Mem{Base: keys, Disp: 8 * r}, k)
		VPXOR(k, hi1, hi1)
		VPXOR(hi0, c[3], hi0)
		VPBROADCASTD(Mem{Base: keys, Disp: 8*r + 4}, k)
		VPXOR(k, hi0, hi0)
		c = [4]reg.VecVirtual{hi1, lo1, hi0, lo0}
	}
	if f.size == 4 {
		for pair := range 2 {
			x, y := boxMuller(avx2, f, batch{c[2*pair]}, batch{c[2*pair+1]})
			VMOVUPS(x[0], Mem{Base: dst, Disp: 64 * pair})
			VMOVUPS(y[0], Mem{Base: dst, Disp: 64*pair + 32})
		}
	} else {
		for half, interleave := range []func(ops ...Op){
			func(ops ...Op) { VPUNPCKLDQ(ops[0], ops[1], ops[2]) }, func(ops ...Op) { VPUNPCKHDQ(ops[0], ops[1], ops[2]) },
		} {
			radius, angle := YMM(), YMM()
			interleave(c[1], c[0], radius)
			interleave(c[3], c[2], angle)
			x, y := boxMuller(avx2, f, batch{radius}, batch{angle})
			VMOVUPD(x[0], Mem{Base: dst, Disp: 32 * half})
			VMOVUPD(y[0], Mem{Base: dst, Disp: 32*half + 64})
		}
	}
	ADDQ(U8(128), dst)
	ADDQ(U8(8), block)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

func broadcastWord(w uint32, v reg.VecVirtual) {
	r, x := GP32(), XMM()
	MOVL(U32(w), r)
	VMOVD(r, x)
	VPBROADCASTD(x, v)
}

// splitWords fills lo and hi with the halves of a 64-bit integer.
func splitWords(q reg.Register, lo, hi reg.VecVirtual) {
	r, x := GP64(), XMM()
	VMOVQ(q, x)
	VPBROADCASTD(x, lo)
	MOVQ(q, r)
	SHRQ(U8(32), r)
	VMOVQ(r, x)
	VPBROADCASTD(x, hi)
}

// multiply returns the halves of the 64-bit products of eight words: of the even ones, and of
// the odd ones moved down.
func multiply(c, m reg.VecVirtual) (hi, lo reg.VecVirtual) {
	even, odd := YMM(), YMM()
	hi, lo = YMM(), YMM()
	VPMULUDQ(c, m, even)
	VPSRLQ(U8(32), c, odd)
	VPMULUDQ(odd, m, odd)
	VPSLLQ(U8(32), odd, lo)
	VPBLENDD(U8(0xAA), lo, even, lo)
	VPSRLQ(U8(32), even, hi)
	VPBLENDD(U8(0xAA), odd, hi, hi)
	return hi, lo
}

// quarterTurn is that of normal.go: Taylor coefficients of sine or cosine of πx/2.
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

func artanh(n int) []float64 {
	c := make([]float64, n)
	for k := range c {
		c[k] = 1 / float64(2*k+3)
	}
	return c
}

// polynomialOf returns Σ c[k]·xᵏ, by products and sums each rounded.
func polynomialOf(v isa, f float, name string, c []float64, x batch) batch {
	at := func(k int) Mem { return realConst(f, fmt.Sprintf("%s%d", name, k), c[k]) }
	y := v.fill(f, at(len(c)-1), x)
	for k := len(c) - 2; k >= 0; k-- {
		each(f.mul, x, y, y)
		each(f.add, v.common(f, at(k), x), y, y)
	}
	return y
}

// boxMuller returns r·cos θ and r·sin θ of two words per lane.
func boxMuller(v isa, f float, radius, angle batch) (x, y batch) {
	r := radiusOf(v, f, radius)
	sin, cos := sineCosine(v, f, angle)
	swap := v.of(f.shiftLeft(), U8(8*f.size-2), angle)
	x, y = v.bySign(f, swap, sin, cos), v.bySign(f, swap, cos, sin)
	each(f.mul, r, x, x)
	each(f.mul, r, y, y)
	return x, y
}

// radiusOf returns √(−2 ln u), u from the bits of radius.
func radiusOf(v isa, f float, radius batch) batch {
	real := func(name string, x float64) Op { return v.common(f, realConst(f, name, x), radius) }
	var (
		mantissa    = U8(23)
		terms       = 4
		plus, minus = VPADDD, VPSUBD
		offsetBits  = Constant(U32(127<<23 - 0x3F3504F3))
		u           batch
	)
	if f.size == 8 {
		mantissa, terms = 52, 9
		plus, minus = VPADDQ, VPSUBQ
		offsetBits = U64(1023<<52 - 0x3FE6A09E667F3BCD)
		u = v.of(f.shiftRight(), U8(12), radius)
		each(v.or, v.common(f, oneBits(f), u), u, u)
		each(f.sub, real("One", 1), u, u)
		each(f.add, real("HalfStep", 0x1p-53), u, u)
	} else {
		u = v.of(f.shiftRight(), U8(1), radius)
		each(VCVTDQ2PS, u, u)
		each(f.mul, real("Scale31", 0x1p-31), u, u)
		each(f.add, real("HalfStep31", 0x1p-32), u, u)
	}
	e := v.of(plus, v.common(f, constant(f, "Offset", offsetBits), u), u)
	each(f.shiftRight(), mantissa, e, e)
	m := v.of(f.shiftLeft(), mantissa, e)
	each(minus, m, u, m)
	each(plus, v.common(f, oneBits(f), u), m, m)
	s := v.of(f.sub, real("One", 1), m)
	each(f.add, real("One", 1), m, m)
	each(f.div, m, s, s)
	s2 := v.of(f.mul, s, s)
	sum := polynomialOf(v, f, "Artanh", artanh(terms), s2)
	each(f.mul, s2, sum, sum)
	each(f.add, real("One", 1), sum, sum)
	each(f.add, s, s, s)
	each(f.mul, sum, s, s)
	if f.size == 4 {
		each(VCVTDQ2PS, e, e)
		each(f.sub, real("BiasReal", 127), e, e)
	} else {
		each(v.or, v.common(f, constant(f, "Exponent52", U64(0x4330000000000000)), u), e, e)
		each(f.sub, real("Two52", 0x1p52), e, e)
		each(f.sub, real("BiasReal", 1023), e, e)
	}
	each(f.mul, real("Ln2", math.Ln2), e, e)
	each(f.add, e, s, s)
	each(f.mul, real("MinusTwo", -2), s, s)
	each(f.byType(
		func(ops ...Op) { VSQRTPS(ops[0], ops[1]) }, func(ops ...Op) { VSQRTPD(ops[0], ops[1]) },
	), s, s)
	return s
}

// sineCosine returns the sine, and the cosine with its sign, of the angle that bits choose.
func sineCosine(v isa, f float, angle batch) (sin, cos batch) {
	mantissa, sineTerms, cosTerms, discard := 23, 6, 6, U8(9)
	if f.size == 8 {
		mantissa, sineTerms, cosTerms, discard = 52, 9, 10, U8(12)
	}
	turn := v.of(f.shiftRight(), discard, angle)
	each(v.or, v.common(f, oneBits(f), turn), turn, turn)
	each(f.sub, v.common(f, realConst(f, "OneAndHalf", 1.5), turn), turn, turn)
	each(f.add, v.common(f, realConst(f, "HalfStepAngle", math.Ldexp(1, -mantissa-1)), turn), turn, turn)
	squared := v.of(f.mul, turn, turn)
	sin = polynomialOf(v, f, "Sine", quarterTurn(1, sineTerms), squared)
	each(f.mul, turn, sin, sin)
	cos = polynomialOf(v, f, "Cosine", quarterTurn(0, cosTerms), squared)
	each(v.xor, v.of(f.shiftLeft(), U8(8*f.size-1), angle), cos, cos)
	return sin, cos
}

func oneBits(f float) Mem {
	return constant(f, "OneBits", map[int]Constant{4: U32(127 << 23), 8: U64(1023 << 52)}[f.size])
}

func (f float) shiftLeft() func(ops ...Op)  { return f.byType(VPSLLD, VPSLLQ) }
func (f float) shiftRight() func(ops ...Op) { return f.byType(VPSRLD, VPSRLQ) }

package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// normal writes the generator of normal deviates for AVX2. The operations and their order are
// those of normal.go; none is a fused multiply-add.
func normal() {
	normalDeviates(f32)
	normalDeviates(f64)
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
			x, y := boxMuller(f, c[2*pair], c[2*pair+1])
			VMOVUPS(x, Mem{Base: dst, Disp: 64 * pair})
			VMOVUPS(y, Mem{Base: dst, Disp: 64*pair + 32})
		}
	} else {
		for half, interleave := range []func(ops ...Op){
			func(ops ...Op) { VPUNPCKLDQ(ops[0], ops[1], ops[2]) }, func(ops ...Op) { VPUNPCKHDQ(ops[0], ops[1], ops[2]) },
		} {
			radius, angle := YMM(), YMM()
			interleave(c[1], c[0], radius)
			interleave(c[3], c[2], angle)
			x, y := boxMuller(f, radius, angle)
			VMOVUPD(x, Mem{Base: dst, Disp: 32 * half})
			VMOVUPD(y, Mem{Base: dst, Disp: 32*half + 64})
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
func polynomialOf(f float, name string, c []float64, x reg.VecVirtual) reg.VecVirtual {
	at := func(k int) Mem { return realConst(f, fmt.Sprintf("%s%d", name, k), c[k]) }
	y := YMM()
	f.load(at(len(c)-1), y)
	for k := len(c) - 2; k >= 0; k-- {
		f.mul(x, y, y)
		f.add(at(k), y, y)
	}
	return y
}

// boxMuller returns r·cos θ and r·sin θ of two words per lane.
func boxMuller(f float, radius, angle reg.VecVirtual) (x, y reg.VecVirtual) {
	var (
		mantissa                    = uint64(23)
		terms, sineTerms, cosTerms  = 4, 6, 6
		shiftLeft, shiftRight       = VPSLLD, VPSRLD
		plus, minus                 = VPADDD, VPSUBD
		oneBits, offsetBits         = Constant(U32(127 << 23)), Constant(U32(127<<23 - 0x3F3504F3))
		discard                     = U8(9)
		u, e, m, s, s2, d, log, sum = YMM(), YMM(), YMM(), YMM(), YMM(), YMM(), YMM(), YMM()
	)
	if f.size == 8 {
		mantissa = 52
		terms, sineTerms, cosTerms = 9, 9, 10
		shiftLeft, shiftRight = VPSLLQ, VPSRLQ
		plus, minus = VPADDQ, VPSUBQ
		oneBits, offsetBits = U64(1023<<52), U64(1023<<52-0x3FE6A09E667F3BCD)
		discard = U8(12)
	}
	one, offset := constant(f, "OneBits", oneBits), constant(f, "Offset", offsetBits)
	if f.size == 8 {
		VPSRLQ(discard, radius, u)
		VPOR(one, u, u)
		VSUBPD(realConst(f, "One", 1), u, u)
		VADDPD(realConst(f, "HalfStep", 0x1p-53), u, u)
	} else {
		VPSRLD(U8(1), radius, u)
		VCVTDQ2PS(u, u)
		VMULPS(realConst(f, "Scale31", 0x1p-31), u, u)
		VADDPS(realConst(f, "HalfStep31", 0x1p-32), u, u)
	}
	plus(offset, u, e)
	shiftRight(U8(mantissa), e, e)
	shiftLeft(U8(mantissa), e, m)
	minus(m, u, m)
	plus(one, m, m)
	f.add(realConst(f, "One", 1), m, d)
	f.sub(realConst(f, "One", 1), m, s)
	f.byType(VDIVPS, VDIVPD, d, s, s)
	f.mul(s, s, s2)
	sum = polynomialOf(f, "Artanh", artanh(terms), s2)
	f.mul(s2, sum, sum)
	f.add(realConst(f, "One", 1), sum, sum)
	f.add(s, s, s)
	f.mul(sum, s, s)
	if f.size == 4 {
		VCVTDQ2PS(e, e)
		VSUBPS(realConst(f, "BiasReal", 127), e, e)
	} else {
		VPOR(constant(f, "Exponent52", U64(0x4330000000000000)), e, e)
		VSUBPD(realConst(f, "Two52", 0x1p52), e, e)
		VSUBPD(realConst(f, "BiasReal", 1023), e, e)
	}
	f.mul(realConst(f, "Ln2", math.Ln2), e, e)
	f.add(e, s, log)
	f.mul(realConst(f, "MinusTwo", -2), log, log)
	r := YMM()
	f.byType(func(ops ...Op) { VSQRTPS(ops[0], ops[1]) }, func(ops ...Op) { VSQRTPD(ops[0], ops[1]) }, log, r)

	turn, f2, sign := YMM(), YMM(), YMM()
	shiftRight(discard, angle, turn)
	VPOR(one, turn, turn)
	f.sub(realConst(f, "OneAndHalf", 1.5), turn, turn)
	f.add(realConst(f, "HalfStepAngle", math.Ldexp(1, -int(mantissa)-1)), turn, turn)
	f.mul(turn, turn, f2)
	sin := polynomialOf(f, "Sine", quarterTurn(1, sineTerms), f2)
	f.mul(turn, sin, sin)
	cos := polynomialOf(f, "Cosine", quarterTurn(0, cosTerms), f2)
	shiftLeft(U8(8*f.size-1), angle, sign)
	VPXOR(sign, cos, cos)
	swap := YMM()
	shiftLeft(U8(8*f.size-2), angle, swap)
	x, y = YMM(), YMM()
	blend := func(ops ...Op) { VBLENDVPS(ops[0], ops[1], ops[2], ops[3]) }
	if f.size == 8 {
		blend = func(ops ...Op) { VBLENDVPD(ops[0], ops[1], ops[2], ops[3]) }
	}
	blend(swap, sin, cos, x)
	blend(swap, cos, sin, y)
	f.mul(r, x, x)
	f.mul(r, y, y)
	return x, y
}

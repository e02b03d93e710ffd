package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector writes tanh, exp and the logistic function. The operations and their order are those
// of vector_generic.go.
func vector() {
	masks()
	for _, v := range []isa{avx2, avx512} {
		for _, f := range []float{f32, f64} {
			elementwise(v, f, "exp", "e^x[i]", expVector)
			elementwise(v, f, "tanh", "tanh x[i]", tanhVector)
			elementwise(v, f, "sigmoid", "1/(1+e^−x[i])", sigmoidVector)
		}
	}
}

// tailMask holds 32 bytes of ones and then as many zeros: eight words from 4·(8−n) on are a
// mask for the first n words.
var tailMask Mem

func masks() {
	tailMask = GLOBL("tailMask", RODATA|NOPTR)
	for i := range 16 {
		word := U32(math.MaxUint32)
		if i >= 8 {
			word = 0
		}
		DATA(4*i, word)
	}
}

// bits returns the representation of x in the element type.
func (f float) bits(x float64) Constant {
	if f.size == 4 {
		return U32(math.Float32bits(float32(x)))
	}
	return U64(math.Float64bits(x))
}

// written are the constants written so far.
var written = map[string]struct {
	value Constant
	mem   Mem
}{}

// constant returns memory that holds a constant, repeated.
func constant(f float, name string, value Constant) Mem {
	key := f.prefix + "Const" + name
	if w, ok := written[key]; ok {
		if w.value != value {
			panic(fmt.Sprintf("constant %s is both %v and %v", key, w.value, value))
		}
		return w.mem
	}
	m := GLOBL(key, RODATA|NOPTR)
	for i := range 64 / f.size {
		DATA(i*f.size, value)
	}
	w := written[key]
	w.value, w.mem = value, m
	written[key] = w
	return m
}

func realConst(f float, name string, x float64) Mem { return constant(f, name, f.bits(x)) }

func elementwise(v isa, f float, name, formula string, body func(v isa, f float, x reg.VecVirtual) reg.VecVirtual) {
	begin(v, f, name, fmt.Sprintf("func(n int, dst, x *%s)", f.goType), "computes dst[i] = "+formula+".")
	n, dst, x := Load(Param("n"), GP64()), Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	lanes := v.width / f.size
	SUBQ(U32(uint32(lanes)), n)
	JL(LabelRef("rest"))
	Label("body")
	in := v.reg()
	f.load(Mem{Base: x}, in)
	f.load(body(v, f, in), Mem{Base: dst})
	ADDQ(U32(uint32(v.width)), x)
	ADDQ(U32(uint32(v.width)), dst)
	SUBQ(U32(uint32(lanes)), n)
	JGE(LabelRef("body"))
	Label("rest")
	ADDQ(U32(uint32(lanes)), n)
	JZ(LabelRef("end"))
	in = v.reg()
	if v.width == 64 {
		mask, bits := K(), GP64()
		MOVQ(n, reg.RCX)
		MOVQ(U32(1), bits)
		SHLQ(reg.CL, bits)
		DECQ(bits)
		KMOVW(bits.As32(), mask)
		maskedLoad512(f, Mem{Base: x}, mask, in)
		maskedStore512(f, body(v, f, in), mask, Mem{Base: dst})
	} else {
		mask, at := YMM(), GP64()
		LEAQ(tailMask.Offset(32), at)
		SHLQ(U8(f.shift), n)
		SUBQ(n, at)
		VMOVUPS(Mem{Base: at}, mask)
		if f.size == 4 {
			VMASKMOVPS(Mem{Base: x}, mask, in)
			VMASKMOVPS(body(v, f, in), mask, Mem{Base: dst})
		} else {
			VMASKMOVPD(Mem{Base: x}, mask, in)
			VMASKMOVPD(body(v, f, in), mask, Mem{Base: dst})
		}
	}
	Label("end")
	VZEROUPPER()
	RET()
}

func maskedLoad512(f float, m Mem, k reg.OpmaskVirtual, r reg.VecVirtual) {
	if f.size == 4 {
		VMOVUPS_Z(m, k, r)
		return
	}
	VMOVUPD_Z(m, k, r)
}

func maskedStore512(f float, r reg.VecVirtual, k reg.OpmaskVirtual, m Mem) {
	if f.size == 4 {
		VMOVUPS(r, k, m)
		return
	}
	VMOVUPD(r, k, m)
}

// byType calls the instruction for the element type.
func (f float) byType(single, double func(ops ...Op), ops ...Op) {
	if f.size == 4 {
		single(ops...)
		return
	}
	double(ops...)
}

// and is the bitwise and; AVX512F has none for floating point.
func (v isa) and(a Op, b, dst reg.Register) {
	if v.width == 64 {
		VPANDD(a, b, dst)
		return
	}
	VPAND(a, b, dst)
}

func (v isa) or(a Op, b, dst reg.Register) {
	if v.width == 64 {
		VPORD(a, b, dst)
		return
	}
	VPOR(a, b, dst)
}

// expTaylor is the number of Taylor coefficients after eʳ = 1 + r.
func expTaylor(f float) int {
	if f.size == 4 {
		return 7
	}
	return 12
}

// magicConst is 1.5·2^(mantissa bits): adding it rounds to an integer.
func magicConst(f float) Mem {
	if f.size == 4 {
		return realConst(f, "Magic", 0x1.8p23)
	}
	return realConst(f, "Magic", 0x1.8p52)
}

// expm1 returns magic + n and eʳ − 1 for x = n·ln 2 + r.
func expm1(v isa, f float, x reg.VecVirtual) (t, p reg.VecVirtual) {
	t, n, r := v.reg(), v.reg(), v.reg()
	magic := magicConst(f)
	hi, lo := 0x1.62e43p-01, math.Ln2-0x1.62e43p-01
	if f.size == 8 {
		hi, lo = math.Ln2, math.Ln2-0x1.62e42fefa39efp-01
	}
	f.load(magic, t)
	f.fma(realConst(f, "Log2E", math.Log2E), x, t)
	f.sub(magic, t, n)
	f.load(x, r)
	f.fnma(realConst(f, "Ln2Hi", hi), n, r)
	f.fnma(realConst(f, "Ln2Lo", lo), n, r)
	coefficient := func(i int) Mem {
		return realConst(f, fmt.Sprintf("Taylor%d", i+2), 1/math.Gamma(float64(i+3)))
	}
	p = v.reg()
	last := expTaylor(f) - 1
	f.load(coefficient(last), p)
	for i := last - 1; i >= 0; i-- {
		f.byType(VFMADD213PS, VFMADD213PD, coefficient(i), r, p) // p = p·r + coefficient
	}
	square := v.reg()
	f.mul(r, r, square)
	f.byType(VFMADD213PS, VFMADD213PD, r, square, p) // p = p·r² + r
	return t, p
}

// power returns 2ⁿ for t = magic + n.
func power(v isa, f float, t reg.VecVirtual) reg.VecVirtual {
	s := v.reg()
	if f.size == 4 {
		VPADDD(constant(f, "Bias", U32(127)), t, s)
		VPSLLD(U8(23), s, s)
		return s
	}
	VPADDQ(constant(f, "Bias", U64(1023)), t, s)
	VPSLLQ(U8(52), s, s)
	return s
}

// expOf returns e^x for x within the range of the reduction.
func expOf(v isa, f float, x reg.VecVirtual) reg.VecVirtual {
	t, y := expm1(v, f, x)
	magic := magicConst(f)
	n, t1, m, t2 := v.reg(), v.reg(), v.reg(), v.reg()
	f.sub(magic, t, n)
	f.load(magic, t1)
	f.fma(realConst(f, "Half", 0.5), n, t1)
	f.sub(magic, t1, m)
	f.sub(m, n, t2)
	f.add(magic, t2, t2)
	f.add(realConst(f, "One", 1), y, y)
	f.mul(power(v, f, t1), y, y)
	f.mul(power(v, f, t2), y, y)
	return y
}

// limits are the range of x for exp, and where tanh is 1.
func limits(f float) (low, high, saturated Mem) {
	if f.size == 4 {
		return realConst(f, "Low", -104), realConst(f, "High", 89), realConst(f, "Saturated", 10)
	}
	return realConst(f, "Low", -746), realConst(f, "High", 710), realConst(f, "Saturated", 20)
}

// atMost and atLeast keep NaN: of two operands of which one is NaN, MIN and MAX return the
// second, which is the first in Go's order.
func atMost(v isa, f float, bound Mem, x reg.VecVirtual) reg.VecVirtual {
	b := v.reg()
	f.load(bound, b)
	f.byType(VMINPS, VMINPD, x, b, b)
	return b
}

func atLeast(v isa, f float, bound Mem, x reg.VecVirtual) reg.VecVirtual {
	b := v.reg()
	f.load(bound, b)
	f.byType(VMAXPS, VMAXPD, x, b, b)
	return b
}

func signMask(f float) Mem {
	if f.size == 4 {
		return constant(f, "Sign", U32(1<<31))
	}
	return constant(f, "Sign", U64(1<<63))
}

func absMask(f float) Mem {
	if f.size == 4 {
		return constant(f, "Abs", U32(math.MaxInt32))
	}
	return constant(f, "Abs", U64(math.MaxInt64))
}

func expVector(v isa, f float, x reg.VecVirtual) reg.VecVirtual {
	low, high, _ := limits(f)
	return expOf(v, f, atMost(v, f, high, atLeast(v, f, low, x)))
}

func tanhVector(v isa, f float, x reg.VecVirtual) reg.VecVirtual {
	_, _, saturated := limits(f)
	a, e, d := v.reg(), v.reg(), v.reg()
	v.and(absMask(f), x, a)
	a = atMost(v, f, saturated, a)
	f.add(a, a, a)
	t, p := expm1(v, f, a)
	s := power(v, f, t)
	f.sub(realConst(f, "One", 1), s, e)
	f.fma(p, s, e)
	f.add(realConst(f, "Two", 2), e, d)
	f.byType(VDIVPS, VDIVPD, d, e, e)
	sign := v.reg()
	v.and(signMask(f), x, sign)
	v.or(sign, e, e)
	return e
}

func sigmoidVector(v isa, f float, x reg.VecVirtual) reg.VecVirtual {
	low, _, _ := limits(f)
	a := v.reg()
	v.or(signMask(f), x, a)
	z := expOf(v, f, atLeast(v, f, low, a))
	one, d, numerator := v.reg(), v.reg(), v.reg()
	f.load(realConst(f, "One", 1), one)
	f.add(z, one, d)
	if v.width == 64 { // by the sign bit, as VBLENDV does
		negative := K()
		if f.size == 4 {
			t := v.reg()
			VMOVUPS(signMask(f), t)
			VPTESTMD(t, x, negative)
			VBLENDMPS(z, one, negative, numerator)
		} else {
			t := v.reg()
			VMOVUPD(signMask(f), t)
			VPTESTMQ(t, x, negative)
			VBLENDMPD(z, one, negative, numerator)
		}
	} else {
		f.byType(func(ops ...Op) { VBLENDVPS(ops[0], ops[1], ops[2], ops[3]) }, func(ops ...Op) { VBLENDVPD(ops[0], ops[1], ops[2], ops[3]) }, x, z, one, numerator)
	}
	f.byType(VDIVPS, VDIVPD, d, numerator, numerator)
	return numerator
}

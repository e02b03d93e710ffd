package main

import (
	"fmt"
	"math"
	"slices"

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
			elementwise(v, f, "tanh", "tanh x[i]", f.tanh())
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

// A batch is one quantity of several vectors. They go through a function side by side, operation
// by operation: a chain of dependent operations takes longer than the processor looks ahead.
type batch []reg.VecVirtual

// sideBySide is the number of vectors in a batch, as many as pay and as there are registers for.
func sideBySide(v isa, f float, name string) int {
	switch {
	case name == "tanh" && v.width == 64 && f.size == 8:
		return 6
	case name == "tanh" && v.width == 32 && f.size == 4:
		return 2
	}
	return 4
}

func (v isa) batch(n int) batch {
	b := make(batch, n)
	for i := range b {
		b[i] = v.reg()
	}
	return b
}

// of makes a batch by an instruction from operands, which are batches or common to all vectors.
func (v isa) of(instruction func(ops ...Op), operands ...any) batch {
	var b batch
	for _, o := range operands {
		if o, ok := o.(batch); ok {
			b = v.batch(len(o))
		}
	}
	each(instruction, append(operands, b)...)
	return b
}

// each issues an instruction for every vector of a batch.
func each(instruction func(ops ...Op), operands ...any) {
	for i := range operands[len(operands)-1].(batch) {
		ops := make([]Op, len(operands))
		for j, o := range operands {
			if b, ok := o.(batch); ok {
				ops[j] = b[i]
			} else {
				ops[j] = o.(Op)
			}
		}
		instruction(ops...)
	}
}

// loaded returns a register with a constant.
func (v isa) loaded(f float, m Mem) reg.VecVirtual {
	r := v.reg()
	f.load(m, r)
	return r
}

// common returns a constant for a batch like b: in a register, where it is used more than once.
func (v isa) common(f float, m Mem, b batch) Op {
	if len(b) == 1 {
		return m
	}
	return v.loaded(f, m)
}

// fill returns a batch like b of a constant.
func (v isa) fill(f float, m Mem, b batch) batch {
	c, filled := v.common(f, m, b), v.batch(len(b))
	each(f.load, c, filled)
	return filled
}

func elementwise(v isa, f float, name, formula string, body func(v isa, f float, x batch) batch) {
	begin(v, f, name, fmt.Sprintf("func(n int, dst, x *%s)", f.goType), "computes dst[i] = "+formula+".")
	n, dst, x := Load(Param("n"), GP64()), Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	lanes := v.width / f.size
	for _, vectors := range []int{sideBySide(v, f, name), 1} {
		loop, rest := fmt.Sprintf("vectors%d", vectors), fmt.Sprintf("rest%d", vectors)
		SUBQ(U32(uint32(vectors*lanes)), n)
		JL(LabelRef(rest))
		Label(loop)
		in := v.batch(vectors)
		for i, r := range in {
			f.load(Mem{Base: x, Disp: i * v.width}, r)
		}
		for i, r := range body(v, f, in) {
			f.load(r, Mem{Base: dst, Disp: i * v.width})
		}
		ADDQ(U32(uint32(vectors*v.width)), x)
		ADDQ(U32(uint32(vectors*v.width)), dst)
		SUBQ(U32(uint32(vectors*lanes)), n)
		JGE(LabelRef(loop))
		Label(rest)
		ADDQ(U32(uint32(vectors*lanes)), n)
	}
	JZ(LabelRef("end"))
	in := v.batch(1)
	if v.width == 64 {
		mask, bits := K(), GP64()
		MOVQ(n, reg.RCX)
		MOVQ(U32(1), bits)
		SHLQ(reg.CL, bits)
		DECQ(bits)
		KMOVW(bits.As32(), mask)
		maskedLoad512(f, Mem{Base: x}, mask, in[0])
		maskedStore512(f, body(v, f, in)[0], mask, Mem{Base: dst})
	} else {
		mask, at := YMM(), GP64()
		LEAQ(tailMask.Offset(32), at)
		SHLQ(U8(f.shift), n)
		SUBQ(n, at)
		VMOVUPS(Mem{Base: at}, mask)
		if f.size == 4 {
			VMASKMOVPS(Mem{Base: x}, mask, in[0])
			VMASKMOVPS(body(v, f, in)[0], mask, Mem{Base: dst})
		} else {
			VMASKMOVPD(Mem{Base: x}, mask, in[0])
			VMASKMOVPD(body(v, f, in)[0], mask, Mem{Base: dst})
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

// byType returns the instruction for the element type.
func (f float) byType(single, double func(ops ...Op)) func(ops ...Op) {
	if f.size == 4 {
		return single
	}
	return double
}

// and is the bitwise and; AVX512F has none for floating point.
func (v isa) and(ops ...Op) {
	if v.width == 64 {
		VPANDD(ops...)
		return
	}
	VPAND(ops[0], ops[1], ops[2])
}

func (v isa) or(ops ...Op) {
	if v.width == 64 {
		VPORD(ops...)
		return
	}
	VPOR(ops[0], ops[1], ops[2])
}

func (v isa) xor(ops ...Op) {
	if v.width == 64 {
		VPXORD(ops...)
		return
	}
	VPXOR(ops[0], ops[1], ops[2])
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

// expm1 returns magic + n and eʳ − 1 for x = n·ln 2 + r; it overwrites x.
func expm1(v isa, f float, x batch) (t, p batch) {
	magic := magicConst(f)
	hi, lo := 0x1.62e43p-01, math.Ln2-0x1.62e43p-01
	if f.size == 8 {
		hi, lo = math.Ln2, math.Ln2-0x1.62e42fefa39efp-01
	}
	t = v.fill(f, magic, x)
	each(f.fma, v.common(f, realConst(f, "Log2E", math.Log2E), x), x, t)
	n, r := v.of(f.sub, v.common(f, magic, x), t), x
	each(f.fnma, v.common(f, realConst(f, "Ln2Hi", hi), x), n, r)
	each(f.fnma, v.common(f, realConst(f, "Ln2Lo", lo), x), n, r)
	coefficient := func(i int) Mem {
		return realConst(f, fmt.Sprintf("Taylor%d", i+2), 1/math.Gamma(float64(i+3)))
	}
	horner := f.byType(VFMADD213PS, VFMADD213PD)
	last := expTaylor(f) - 1
	p = v.fill(f, coefficient(last), x)
	for i := last - 1; i >= 0; i-- {
		each(horner, v.common(f, coefficient(i), x), r, p) // p = p·r + coefficient
	}
	square := v.of(f.mul, r, r)
	each(horner, r, square, p) // p = p·r² + r
	return t, p
}

// power turns t = magic + n into 2ⁿ.
func power(v isa, f float, t batch) batch {
	if f.size == 4 {
		each(VPADDD, v.common(f, constant(f, "Bias", U32(127)), t), t, t)
		each(VPSLLD, U8(23), t, t)
		return t
	}
	each(VPADDQ, v.common(f, constant(f, "Bias", U64(1023)), t), t, t)
	each(VPSLLQ, U8(52), t, t)
	return t
}

// expOf returns e^x for x within the range of the reduction; it overwrites x.
func expOf(v isa, f float, x batch) batch {
	t, y := expm1(v, f, x)
	magic := v.common(f, magicConst(f), x)
	n := v.of(f.sub, magic, t)
	t1 := v.batch(len(x))
	each(f.load, magic, t1)
	each(f.fma, v.common(f, realConst(f, "Half", 0.5), x), n, t1)
	t2 := v.of(f.sub, magic, t1)
	each(f.sub, t2, n, t2)
	each(f.add, magic, t2, t2)
	each(f.add, v.common(f, realConst(f, "One", 1), x), y, y)
	each(f.mul, power(v, f, t1), y, y)
	each(f.mul, power(v, f, t2), y, y)
	return y
}

// limits are the range of x for exp.
func limits(f float) (low, high Mem) {
	if f.size == 4 {
		return realConst(f, "Low", -104), realConst(f, "High", 89)
	}
	return realConst(f, "Low", -746), realConst(f, "High", 710)
}

// atMost and atLeast keep NaN: of two operands of which one is NaN, MIN and MAX return the
// second, which is the first in Go's order.
func atMost(v isa, f float, bound Mem, x batch) batch {
	return v.of(f.byType(VMINPS, VMINPD), x, v.loaded(f, bound))
}

func atLeast(v isa, f float, bound Mem, x batch) batch {
	return v.of(f.byType(VMAXPS, VMAXPD), x, v.loaded(f, bound))
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

func expVector(v isa, f float, x batch) batch {
	low, high := limits(f)
	return expOf(v, f, atMost(v, f, high, atLeast(v, f, low, x)))
}

// tanh returns the function for the element type.
func (f float) tanh() func(v isa, f float, x batch) batch {
	if f.size == 4 {
		return tanhVector32
	}
	return tanhVector64
}

func tanhVector64(v isa, f float, x batch) batch {
	a := atMost(v, f, realConst(f, "Saturated", 20), v.of(v.and, v.common(f, absMask(f), x), x))
	each(f.add, a, a, a)
	t, p := expm1(v, f, a)
	s := power(v, f, t)
	e := v.of(f.sub, v.common(f, realConst(f, "One", 1), x), s)
	each(f.fma, p, s, e)
	each(f.div, v.of(f.add, v.common(f, realConst(f, "Two", 2), x), e), e, e)
	copySign(v, f, x, e)
	return e
}

// copySign gives y, which is not negative, the sign of x; it may overwrite x.
func copySign(v isa, f float, x, y batch) {
	sign := v.common(f, signMask(f), x)
	if v.width == 64 {
		each(VPTERNLOGD, U8(0xF8), sign, x, y) // y | x & sign
		return
	}
	each(v.and, sign, x, x)
	each(v.or, x, y, y)
}

func sigmoidVector(v isa, f float, x batch) batch {
	low, _ := limits(f)
	a := v.of(v.or, v.common(f, signMask(f), x), x)
	z := expOf(v, f, atLeast(v, f, low, a))
	one := slices.Repeat(batch{v.loaded(f, realConst(f, "One", 1))}, len(x))
	d := v.of(f.add, z, one)
	y := v.bySign(f, x, z, one)
	each(f.div, d, y, y)
	return y
}

// bySign returns negative where the sign bit of x is set, and positive elsewhere.
func (v isa) bySign(f float, x, negative, positive batch) batch {
	y := v.batch(len(x))
	if v.width == 32 {
		blend := f.byType(
			func(ops ...Op) { VBLENDVPS(ops[0], ops[1], ops[2], ops[3]) },
			func(ops ...Op) { VBLENDVPD(ops[0], ops[1], ops[2], ops[3]) },
		)
		each(blend, x, negative, positive, y)
		return y
	}
	sign := v.loaded(f, signMask(f))
	test := f.byType(func(ops ...Op) { VPTESTMD(ops...) }, func(ops ...Op) { VPTESTMQ(ops...) })
	for i := range y {
		k := K()
		test(sign, x[i], k)
		f.byType(VBLENDMPS, VBLENDMPD)(negative[i], positive[i], k, y[i])
	}
	return y
}

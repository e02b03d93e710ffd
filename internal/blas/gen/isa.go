package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An isa is one set of vector registers: a name for the functions, the width in bytes, and how
// to allocate a register.
type isa struct {
	name  string
	width int
	reg   func() reg.VecVirtual
}

var (
	avx2   = isa{"AVX2", 32, YMM}
	avx512 = isa{"AVX512", 64, ZMM}
)

// A float is an element type, with the instructions that differ between the two.
type float struct {
	prefix string // of function names
	goType string
	size   int
	shift  int // log2 size
	load, fma, fnma, mul, add, sub,
	broadcast func(ops ...Op)
	scalarLoad, scalarStore, scalarAdd, scalarMul, scalarFMA,
	div, or, scalarSub, scalarDiv, cmp, scalarCmp func(ops ...Op)
}

var (
	f32 = float{
		prefix: "s", goType: "float32", size: 4, shift: 2,
		load: VMOVUPS, fma: VFMADD231PS, fnma: VFNMADD231PS, mul: VMULPS, add: VADDPS, sub: VSUBPS,
		broadcast:  func(ops ...Op) { VBROADCASTSS(ops[0], ops[1]) },
		scalarLoad: VMOVSS, scalarStore: VMOVSS, scalarAdd: VADDSS, scalarMul: VMULSS, scalarFMA: VFMADD231SS,
		div: VDIVPS, or: func(ops ...Op) { VORPS(ops[0], ops[1], ops[2]) }, scalarSub: VSUBSS, scalarDiv: VDIVSS,
		cmp:       func(ops ...Op) { VCMPPS(ops[0], ops[1], ops[2], ops[3]) },
		scalarCmp: func(ops ...Op) { VCMPSS(ops[0], ops[1], ops[2], ops[3]) },
	}
	f64 = float{
		prefix: "d", goType: "float64", size: 8, shift: 3,
		load: VMOVUPD, fma: VFMADD231PD, fnma: VFNMADD231PD, mul: VMULPD, add: VADDPD, sub: VSUBPD,
		broadcast:  func(ops ...Op) { VBROADCASTSD(ops[0], ops[1]) },
		scalarLoad: VMOVSD, scalarStore: VMOVSD, scalarAdd: VADDSD, scalarMul: VMULSD, scalarFMA: VFMADD231SD,
		div: VDIVPD, or: func(ops ...Op) { VORPD(ops[0], ops[1], ops[2]) }, scalarSub: VSUBSD, scalarDiv: VDIVSD,
		cmp:       func(ops ...Op) { VCMPPD(ops[0], ops[1], ops[2], ops[3]) },
		scalarCmp: func(ops ...Op) { VCMPSD(ops[0], ops[1], ops[2], ops[3]) },
	}
)

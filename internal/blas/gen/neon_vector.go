package main

import (
	"fmt"
	"math"
)

func (n *neon) fsub(d, a, b int) { n.word("fsub", 0x4EA0D400, 0x4EE0D400, d, a, b) }
func (n *neon) fdiv(d, a, b int) { n.word("fdiv", 0x6E20FC00, 0x6E60FC00, d, a, b) }
func (n *neon) fmin(d, a, b int) { n.word("fmin", 0x4EA0F400, 0x4EE0F400, d, a, b) }
func (n *neon) fmax(d, a, b int) { n.word("fmax", 0x4E20F400, 0x4E60F400, d, a, b) }

// negative fills the lanes of d with ones where the sign of a is set.
func (n *neon) negative(d, a int) { n.word("cmlt #0", 0x4EA0A800, 0x4EE0A800, d, a, 0) }

// fmls subtracts a·b from d.
func (n *neon) fmls(d, a, b int) { n.op("VFMLS %s, %s, %s", n.v(a), n.v(b), n.v(d)) }

func (n *neon) move(d, a int)   { n.op("VMOV V%d.B16, V%d.B16", a, d) }
func (n *neon) and(d, a, b int) { n.op("VAND V%d.B16, V%d.B16, V%d.B16", b, a, d) }
func (n *neon) or(d, a, b int)  { n.op("VORR V%d.B16, V%d.B16, V%d.B16", b, a, d) }

// power turns magic + n into 2ⁿ.
func (n *neon) power(r int) {
	n.op("VADD %s, %s, %s", n.v(cBias), n.v(r), n.v(r))
	n.op("VSHL $%d, %s, %s", map[int]int{4: 23, 8: 52}[n.f.size], n.v(r), n.v(r))
}

// The registers of the constants; the Taylor coefficients follow, up to V31. V0 to V7 are for
// computing.
const (
	cMagic = iota + 8
	cLog2E
	cHi
	cLo
	cOne
	cTwo // or what else a function needs: a half
	cBias
	cLimit  // where tanh is 1, or below which e^x is 0
	cLimit2 // above which e^x is Inf
	cSign
	cTaylor
)

// neonVector writes the functions of vector; see there.
func neonVector(n *neon) {
	magic, hi, lo := 0x1.8p23, 0x1.62e43p-01, math.Ln2-0x1.62e43p-01
	low, high := -104.0, 89.0
	bias, sign := uint64(127), uint64(1)<<31
	if n.f.size == 8 {
		magic, hi, lo = 0x1.8p52, math.Ln2, math.Ln2-0x1.62e42fefa39efp-01
		low, high = -746, 710
		bias, sign = 1023, 1<<63
	}
	common := func(two, limit, limit2 float64) [][2]uint64 {
		table := []uint64{
			n.bits(magic), n.bits(math.Log2E), n.bits(hi), n.bits(lo), n.bits(1), n.bits(two), bias, n.bits(limit), n.bits(limit2), sign,
		}
		for i := range expTaylor(n.f) {
			table = append(table, n.bits(1/math.Gamma(float64(i+3))))
		}
		return n.repeated(table)
	}
	n.elementwise("exp", common(0.5, low, high), func() {
		n.fmax(1, 0, cLimit)
		n.fmin(1, 1, cLimit2)
		n.exp()
		n.move(0, 5)
	})
	if n.f.size == 4 {
		n.tanh32()
	} else {
		n.tanh64(common(2, 20, 0))
	}
	n.elementwise("sigmoid", common(0.5, low, 0), func() {
		n.or(1, 0, cSign)
		n.fmax(1, 1, cLimit)
		n.exp()
		n.negative(0, 0)
		n.fadd(1, 5, cOne)
		n.move(2, cOne)
		n.op("VBIT V0.B16, V5.B16, V2.B16")
		n.fdiv(0, 2, 1)
	})
}

// tanh64 computes as genericTanh64.
func (n *neon) tanh64(table [][2]uint64) {
	n.elementwise("tanh", table, func() {
		n.and(1, 0, cSign)
		n.op("VEOR V0.B16, V1.B16, V1.B16")
		n.fmin(1, 1, cLimit)
		n.fadd(1, 1, 1)
		n.expm1()
		n.power(2)
		n.fsub(3, 2, cOne)
		n.fmla(3, 5, 2)
		n.fadd(4, 3, cTwo)
		n.fdiv(3, 3, 4)
		n.and(0, 0, cSign)
		n.or(0, 0, 3)
	})
}

// The registers of tanh's constants for float32; V0 to V7 are for computing.
const (
	tSign = iota + cMagic
	tSaturated
	tMagic
	tLast
	tRatio0
	tRatio1
	tOne
	tSpread // which bytes of four indices go to each byte
	tBytes  // 0, 1, 2, 3 in each word
	tValues
	tSlopes = tValues + tanhEntries/4
)

// tanh32 computes as genericTanh32.
func (n *neon) tanh32() {
	table := []uint64{
		1 << 31, n.bits(tanhSaturated), n.bits(tanhMagic), n.bits(tanhMagic + float64(tanhEntries-1)/2),
		n.bits(float64(tanhRatio[0])), n.bits(float64(tanhRatio[1])), n.bits(1),
	}
	pairs := n.repeated(table)
	pairs = append(pairs, [2]uint64{0x0404040400000000, 0x0c0c0c0c08080808}, [2]uint64{0x0302010003020100, 0x0302010003020100})
	values, slopes := tanhTable()
	for _, entries := range [][tanhEntries]float32{values, slopes} {
		for i := 0; i < tanhEntries; i += 4 {
			pairs = append(pairs, [2]uint64{pairOf(entries[i], entries[i+1]), pairOf(entries[i+2], entries[i+3])})
		}
	}
	n.elementwise("tanh", pairs, func() {
		n.and(1, 0, tSign)
		n.op("VEOR V0.B16, V1.B16, V1.B16")
		n.fmin(1, 1, tSaturated)
		n.fadd(2, 1, tMagic)
		n.fmin(2, 2, tLast)
		n.fsub(3, 2, tMagic)
		n.fsub(1, 1, 3) // r
		n.op("VSHL $2, V2.S4, V2.S4")
		n.op("VTBL V%d.B16, [V2.B16], V2.B16", tSpread)
		n.or(2, 2, tBytes)
		n.lookup(3, 2, tValues)
		n.lookup(4, 2, tSlopes)
		n.fmul(5, 1, 1)
		n.move(6, tRatio0)
		n.fmla(6, 5, tRatio1)
		n.move(5, 3)
		n.fmla(5, 6, 1)
		n.move(6, tOne)
		n.fmla(6, 5, 1)
		n.fmul(4, 4, 1)
		n.fdiv(4, 4, 6)
		n.fadd(4, 4, 3)
		n.and(0, 0, tSign)
		n.or(0, 0, 4)
	})
}

// pairOf returns two numbers as they follow each other in memory.
func pairOf(a, b float32) uint64 {
	return uint64(math.Float32bits(b))<<32 | uint64(math.Float32bits(a))
}

// lookup takes the bytes which index names from a table in four registers.
func (n *neon) lookup(d, index, table int) {
	n.op("VTBL V%d.B16, [V%d.B16, V%d.B16, V%d.B16, V%d.B16], V%d.B16", index, table, table+1, table+2, table+3, d)
}

// bits returns the representation of x.
func (n *neon) bits(x float64) uint64 {
	if n.f.size == 4 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

// repeated returns registers with a constant each.
func (n *neon) repeated(table []uint64) (pairs [][2]uint64) {
	for _, bits := range table {
		if n.f.size == 4 {
			bits |= bits << 32
		}
		pairs = append(pairs, [2]uint64{bits, bits})
	}
	return pairs
}

// elementwise writes a function of each element, which body computes from V0 to V0, with a table of registers from
// V8 on.
func (n *neon) elementwise(name string, table [][2]uint64, body func()) {
	symbol := n.f.prefix + name + "Table"
	fmt.Fprintln(&n.body)
	for i, pair := range table {
		for half, bits := range pair {
			fmt.Fprintf(&n.body, "DATA %s<>+%d(SB)/8, $0x%016x\n", symbol, 16*i+8*half, bits)
		}
	}
	fmt.Fprintf(&n.body, "GLOBL %s<>(SB), RODATA|NOPTR, $%d\n", symbol, 16*len(table))
	t := n.f.goType
	n.function(name, fmt.Sprintf("(n int, dst *%s, x *%s)", t, t), 24)
	n.op("MOVD n+0(FP), R0")
	n.op("MOVD dst+8(FP), R1")
	n.op("MOVD x+16(FP), R2")
	n.op("MOVD $%s<>(SB), R3", symbol)
	for i := range table {
		n.op("FMOVQ %d(R3), F%d", 16*i, cMagic+i)
	}
	lanes := 16 / n.f.size
	n.op("SUBS $%d, R0, R0", lanes)
	n.op("BLT rest")
	n.label("body")
	n.op("VLD1.P 16(R2), [%s]", n.v(0))
	body()
	n.op("VST1.P [%s], 16(R1)", n.v(0))
	n.op("SUBS $%d, R0, R0", lanes)
	n.op("BGE body")
	n.label("rest")
	n.op("ADDS $%d, R0, R0", lanes)
	n.op("BEQ end")
	n.label("one")
	n.loadOne(0, "R2")
	body()
	n.storeOne(0, "R1")
	n.advance("R1", "R2")
	n.op("SUBS $1, R0, R0")
	n.op("BNE one")
	n.label("end")
	n.op("RET")
}

// expm1 takes x in V1 to magic + n in V2, n in V3 and eʳ − 1 in V5, x = n·ln 2 + r.
func (n *neon) expm1() {
	n.move(2, cMagic)
	n.fmla(2, 1, cLog2E)
	n.fsub(3, 2, cMagic)
	n.fmls(1, 3, cHi)
	n.fmls(1, 3, cLo)
	last := expTaylor(n.f) - 1
	q, next := 4, 5
	n.move(q, cTaylor+last)
	for i := last - 1; i >= 0; i-- {
		n.move(next, cTaylor+i)
		n.fmla(next, q, 1)
		q, next = next, q
	}
	n.fmul(6, 1, 1)
	n.move(7, 1)
	n.fmla(7, q, 6)
	n.move(5, 7)
}

// exp takes x in V1 to e^x in V5.
func (n *neon) exp() {
	n.expm1()
	n.move(6, cMagic)
	n.fmla(6, 3, cTwo) // a half
	n.fsub(7, 6, cMagic)
	n.fsub(7, 3, 7)
	n.fadd(7, 7, cMagic)
	n.fadd(5, 5, cOne)
	n.power(6)
	n.power(7)
	n.fmul(5, 5, 6)
	n.fmul(5, 5, 7)
}

package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The constants of tanh for float32. With |x| = c + r, c a multiple of a half,
//
//	tanh|x| = tanh c + (1 − tanh² c)·r / (r/tanh r + r·tanh c)
//
// and r/tanh r = 1 + r²/3 − r⁴/45 + … is well served by two coefficients for |r| ≤ 1/4. They, and the table's second
// entries, are those of the smallest greatest error that fitTanh finds: where c = ½, tanh c is at times four times the
// result, and the rounding of the table matters most.
const (
	tanhMagic     = 0x1.8p22 // adding it rounds to halves
	tanhSaturated = 9.02
	tanhEntries   = 16
)

var (
	tanhRatio = [2]float32{0.33333024, -0.022045823}
	tanhSteps = [2]int{-1, -1} // from the floats nearest to tanh ½ and 1 − tanh² ½ to those in the table
)

// tanhTable returns tanh j/2 and its derivative.
func tanhTable() (value, slope [tanhEntries]float32) {
	for j := range value {
		t := math.Tanh(float64(j) / 2)
		value[j], slope[j] = float32(t), float32(1-t*t)
	}
	value[1], slope[1] = stepped(value[1], tanhSteps[0]), stepped(slope[1], tanhSteps[1])
	return value, slope
}

func stepped(x float32, steps int) float32 {
	return math.Float32frombits(math.Float32bits(x) + uint32(steps))
}

// floatTable returns memory that holds a table.
func floatTable(name string, table [tanhEntries]float32) Mem {
	m, ok := tables[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i, x := range table {
			DATA(4*i, U32(math.Float32bits(x)))
		}
		tables[name] = m
	}
	return m
}

// tables are those written so far.
var tables = map[string]Mem{}

// lookup returns for each element of index the entry of a table which its lower four bits name.
func (v isa) lookup(table Mem, index batch) batch {
	if v.width == 64 {
		return v.of(VPERMPS, v.common(f32, table, index), index)
	}
	found := v.batch(len(index))
	for i, at := range index { // one after the other, for want of registers
		half, upper := YMM(), YMM()
		VPERMPS(table, at, found[i])
		VPERMPS(table.Offset(32), at, upper)
		VPSLLD(U8(28), at, half)
		VBLENDVPS(half, upper, found[i], found[i])
	}
	return found
}

// tanhVector32 computes as genericTanh32.
func tanhVector32(v isa, f float, x batch) batch {
	values, slopes := tanhTable()
	constant := func(name string, value float64) Op { return v.common(f, realConst(f, "Tanh"+name, value), x) }

	r := atMost(v, f, realConst(f, "TanhSaturated", tanhSaturated), v.of(v.and, v.common(f, absMask(f), x), x))
	magic := constant("Magic", tanhMagic)
	index := atMost(v, f, realConst(f, "TanhLast", tanhMagic+float64(tanhEntries-1)/2), v.of(f.add, magic, r))
	each(f.sub, v.of(f.sub, magic, index), r, r)

	h := v.of(f.mul, r, r)
	each(VFMADD213PS, constant("Ratio0", float64(tanhRatio[0])), v.loaded(f, realConst(f, "TanhRatio1", float64(tanhRatio[1]))), h)
	value, slope := v.lookup(floatTable("tanhValues", values), index), v.lookup(floatTable("tanhSlopes", slopes), index)
	each(VFMADD213PS, value, r, h)
	each(VFMADD213PS, v.common(f, realConst(f, "One", 1), x), r, h)
	each(f.mul, slope, r, r)
	each(f.div, h, r, r)
	each(f.add, value, r, r)
	copySign(v, f, x, r)
	return r
}

// fitTanh searches the floats near the coefficients of r/tanh r, and those near the table's second entries, for the
// smallest greatest error in units of the last place over all arguments, and prints what it finds.
func fitTanh() {
	first, second := tanhRatioMinimax()
	best := math.Inf(1)
	for i := range 161 * 401 {
		ratio := [2]float32{stepped(float32(first), i%161-80), stepped(float32(second), (i*1009%401-200)*100)}
		if tanhWorst(ratio, 0, 0, 1, 997, best) >= best {
			continue
		}
		for j := range 9 {
			steps := [2]int{j%3 - 1, j/3 - 1}
			t := math.Tanh(0.5)
			value, slope := stepped(float32(t), steps[0]), stepped(float32(1-t*t), steps[1])
			worst := 0.0
			for _, every := range []uint32{997, 1} { // a look at some arguments saves most looks at all
				worst = max(tanhWorst(ratio, 0, 0, 1, every, best), tanhWorst(ratio, 0.5, value, slope, every, best))
				if worst >= best {
					break
				}
			}
			if worst < best {
				best = worst
				fmt.Printf("%.4f ulp: ratio %.9g %.9g steps %d\n", worst, ratio[0], ratio[1], steps)
			}
		}
	}
}

// tanhWorst returns the greatest error where it matters beside the multiple c of a half, 0 or ½, for some of the
// arguments' bits, or an error that is not less than limit.
func tanhWorst(ratio [2]float32, c, value, slope float32, every uint32, limit float64) float64 {
	low, high := float32(0.1), float32(0.25)
	if c > 0 {
		low, high = 0.25, 0.4
	}
	worst := 0.0
	for b := math.Float32bits(low) + 1; b <= math.Float32bits(high) && worst < limit; b += every {
		x := math.Float32frombits(b)
		r := x - c
		h := fused(r*r, ratio[1], ratio[0])
		y := value + float32(slope*r)/fused(r, fused(r, h, value), 1)
		want := math.Tanh(float64(x))
		_, e := math.Frexp(want)
		worst = max(worst, math.Abs(float64(y)-want)*math.Ldexp(1, 24-e))
	}
	return worst
}

// fused returns a·b + c; the second rounding matters to no fit.
func fused(a, b, c float32) float32 { return float32(math.FMA(float64(a), float64(b), float64(c))) }

// tanhRatioMinimax returns the coefficients of 1 + a·r² + b·r⁴ with the smallest greatest error relative to r/tanh r for
// |r| ≤ 1/4, by the exchange of three points.
func tanhRatioMinimax() (a, b float64) {
	ratio := func(r float64) float64 { return r / math.Tanh(r) }
	at := [3]float64{0.09, 0.19, 0.25}
	for range 20 {
		// a·r² + b·r⁴ ± level·ratio = ratio − 1
		var m [3][4]float64
		for i, r := range at {
			m[i] = [4]float64{r * r, r * r * r * r, math.Pow(-1, float64(i)) * ratio(r), ratio(r) - 1}
		}
		for i := range m { // Gauss and Jordan
			for k := range m {
				if factor := m[k][i] / m[i][i]; k != i {
					for l := range m[k] {
						m[k][l] -= factor * m[i][l]
					}
				}
			}
		}
		a, b = m[0][3]/m[0][0], m[1][3]/m[1][1]
		// The greatest errors of either sign, in turn, are the next points.
		next, sign, most := 0, 0.0, 0.0
		for r := 0.005; r <= 0.25 && next < 3; r += 1e-5 {
			e := (1+a*r*r+b*r*r*r*r)/ratio(r) - 1
			if sign*e < 0 && most > 1e-10 {
				next, most = next+1, 0
			}
			if next < 3 && math.Abs(e) >= most {
				at[next], most, sign = r, math.Abs(e), math.Copysign(1, e)
			}
		}
	}
	return a, b
}

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// symmetric writes the kernels of symmetric matrices and of their eigendecomposition, all for float64.
//
// Rows are taken four at a time, and columns in groups of eight: a row's sum has eight partial sums, that of column j
// being number j mod 8. They are added halves onto halves. The column at which a row begins or ends is in the same
// group for four rows, so that one masked group and otherwise whole ones make up a triangle.
func symmetric() {
	laneMask = laneMasks()
	for _, v := range []isa{avx2, avx512} {
		rankTwoSymv(v)
		rotations(v)
		secular(v)
		lowner(v)
		differences(v)
		quotients(v)
		symvUpper(v)
		symvLower(v)
	}
}

// lanes is the number of float64 in a vector.
func (v isa) lanes() int { return v.width / 8 }

// countdown writes body n times, once at least.
func countdown(name string, n reg.Register, body func()) {
	Label(name)
	body()
	DECQ(n)
	JNZ(LabelRef(name))
}

// bitMask returns a mask register with the given bits.
func bitMask(bits uint32) reg.OpmaskVirtual {
	k, general := K(), GP32()
	MOVL(U32(bits), general)
	KMOVW(general, k)
	return k
}

// laneMasks holds four words of zeros, four of ones, and four of zeros.
func laneMasks() Mem {
	m := GLOBL("laneMasks", RODATA|NOPTR)
	for i := range 12 {
		word := U64(0)
		if i/4 == 1 {
			word = ^word
		}
		DATA(8*i, word)
	}
	return m
}

var laneMask Mem

// fromLane is a mask for the lanes of AVX2 from m on.
func fromLane(m int) Mem { return laneMask.Offset(8 * (4 - m)) }

// rankTwoSymv writes A −= u·wᵀ + w·uᵀ and y += A·x in one pass over the upper triangle.
func rankTwoSymv(v isa) {
	begin(v, f64, "rankTwoSymv", "func(first, n int, u, w, a *float64, ld int, x, y, sums *float64)",
		"computes A −= u·wᵀ + w·uᵀ in the upper triangle, from row first on, and then adds to y, and sets sums to, parts of A·x.")
	i, n := Load(Param("first"), GP64()), Load(Param("n"), GP64())
	u, w, x, y := Load(Param("u"), GP64()), Load(Param("w"), GP64()), Load(Param("x"), GP64()), Load(Param("y"), GP64())
	ld := Load(Param("ld"), GP64())
	SHLQ(U8(3), i)
	SHLQ(U8(3), n)
	SHLQ(U8(3), ld)
	height := 2 // rows for which there are registers
	if v.width == 64 {
		height = 4
	}
	rows := make([]reg.Register, height)
	rows[0] = Load(Param("a"), GP64())
	start := GP64()
	MOVQ(i, start)
	SHRQ(U8(3), start)
	IMULQ(ld, start)
	ADDQ(start, rows[0])
	for r := 1; r < height; r++ {
		rows[r] = GP64()
		LEAQ(Mem{Base: rows[r-1], Index: ld, Scale: 1}, rows[r])
	}
	SHLQ(U8(map[int]uint8{2: 1, 4: 2}[height]), ld) // from one block of rows to the next
	c := GP64()

	at := func(p reg.Register, disp int) Mem { return Mem{Base: p, Index: c, Scale: 1, Disp: disp} }
	of := func(p reg.Register, r int) Mem { return Mem{Base: p, Index: i, Scale: 1, Disp: 8 * r} }
	ur, wr, xr := make([]reg.VecVirtual, height), make([]reg.VecVirtual, height), make([]reg.VecVirtual, height)
	for r := range height {
		ur[r], wr[r], xr[r] = v.reg(), v.reg(), v.reg()
	}
	parts := 8 / v.lanes()
	sum := make([][]reg.VecVirtual, height)
	for r := range sum {
		for range parts {
			sum[r] = append(sum[r], v.reg())
		}
	}

	chunk := func(part int) {
		rankTwoChunk(v, rows, u, w, x, y, func(p reg.Register) Mem { return at(p, part*v.width) }, ur, wr, xr,
			func(r int) reg.VecVirtual { return sum[r][part] })
	}

	Label("block")
	for r := range height {
		VBROADCASTSD(of(u, r), ur[r])
		VBROADCASTSD(of(w, r), wr[r])
		VBROADCASTSD(of(x, r), xr[r])
	}
	MOVQ(i, c)
	ANDQ(I8(-64), c)
	if v.width == 64 {
		masks := make([]reg.OpmaskVirtual, height+1)
		bits := GP64()
		MOVQ(i, reg.RCX)
		SUBQ(c, reg.RCX)
		SHRQ(U8(3), reg.RCX)
		MOVQ(U32(0xff), bits)
		SHLQ(reg.CL, bits)
		for r := range masks {
			masks[r] = K()
			KMOVW(bits.As32(), masks[r])
			if r < height {
				SHLQ(U8(1), bits)
			}
		}
		tu, tw, tx, ty, a := v.reg(), v.reg(), v.reg(), v.reg(), v.reg()
		VMOVUPD(at(u, 0), tu)
		VMOVUPD(at(w, 0), tw)
		VMOVUPD(at(x, 0), tx)
		VMOVUPD(at(y, 0), ty)
		for r, row := range rows {
			VMOVUPD_Z(at(row, 0), masks[r], a)
			VFNMADD231PD(tw, ur[r], masks[r], a)
			VFNMADD231PD(tu, wr[r], masks[r], a)
			VMOVUPD(a, masks[r], at(row, 0))
			VMULPD_Z(tx, a, masks[r], sum[r][0])
			VFMADD231PD(xr[r], a, masks[r+1], ty)
		}
		VMOVUPD(ty, at(y, 0))
	} else {
		// A group is two vectors, and rows begin in either. Lanes 0 and 1 or 2 and 3 are on the diagonal.
		for r := range sum {
			for _, s := range sum[r] {
				zero(v, s)
			}
		}
		diagonal := func(part, first int) {
			disp := part * v.width
			ty := v.reg()
			VMOVUPD(at(y, disp), ty)
			for r, row := range rows {
				a, t := v.reg(), v.reg()
				VMOVUPD(at(row, disp), a)
				VMOVUPD(a, t)
				VFNMADD231PD(at(w, disp), ur[r], t)
				VFNMADD231PD(at(u, disp), wr[r], t)
				from := 0xf << (first + r) & 0xf
				VBLENDPD(U8(uint8(from)), t, a, a) // what is below the diagonal stays
				VMOVUPD(a, at(row, disp))
				VMULPD(at(x, disp), a, t)
				VBLENDPD(U8(uint8(from)), t, sum[r][part], sum[r][part])
				VMOVUPD(ty, t)
				VFMADD231PD(xr[r], a, t)
				VBLENDPD(U8(uint8(from<<1&0xf)), t, ty, ty)
			}
			VMOVUPD(ty, at(y, disp))
		}
		lane := GP64()
		MOVQ(i, lane)
		SUBQ(c, lane)
		for _, l := range []int{2, 4, 6} {
			CMPQ(lane, U8(8*l))
			JZ(LabelRef(fmt.Sprintf("lane%d", l)))
		}
		for _, l := range []int{0, 2, 4, 6} {
			if l > 0 {
				Label(fmt.Sprintf("lane%d", l))
			}
			diagonal(l/4, l%4)
			if l < 4 {
				chunk(1)
			}
			JMP(LabelRef("rest"))
		}
		Label("rest")
	}
	JMP(LabelRef("next"))
	Label("chunk")
	for part := range parts {
		chunk(part)
	}
	Label("next")
	ADDQ(U8(64), c)
	CMPQ(c, n)
	JL(LabelRef("chunk"))
	sums := Load(Param("sums"), GP64())
	storeRowSums(v, sum, Mem{Base: sums, Index: i, Scale: 1})
	for _, row := range rows {
		ADDQ(ld, row)
	}
	ADDQ(U8(8*height), i)
	CMPQ(i, n)
	JL(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// rankTwoChunk writes the work for one vector of columns.
func rankTwoChunk(v isa, rows []reg.Register, u, w, x, y reg.Register, at func(p reg.Register) Mem,
	ur, wr, xr []reg.VecVirtual, sum func(r int) reg.VecVirtual) {
	ty := v.reg()
	VMOVUPD(at(y), ty)
	operand := func(p reg.Register) Op { return at(p) }
	if v.width == 64 {
		held := map[reg.Register]Op{}
		for _, p := range []reg.Register{u, w, x} {
			t := v.reg()
			VMOVUPD(at(p), t)
			held[p] = t
		}
		operand = func(p reg.Register) Op { return held[p] }
	}
	for r, row := range rows {
		a := v.reg()
		VMOVUPD(at(row), a)
		VFNMADD231PD(operand(w), ur[r], a)
		VFNMADD231PD(operand(u), wr[r], a)
		VMOVUPD(a, at(row))
		VFMADD231PD(operand(x), a, sum(r))
		VFMADD231PD(xr[r], a, ty)
	}
	VMOVUPD(ty, at(y))
}

// storeRowSums adds up the partial sums of two or four rows, and stores the sums.
func storeRowSums(v isa, sum [][]reg.VecVirtual, to Mem) {
	quarter := make([]reg.VecVirtual, len(sum)) // four partial sums
	for r, s := range sum {
		quarter[r] = YMM()
		if v.width == 64 {
			VEXTRACTF64X4(U8(1), s[0], quarter[r])
			VADDPD(s[0].AsY(), quarter[r], quarter[r])
		} else {
			VADDPD(s[0], s[1], quarter[r])
		}
	}
	if len(sum) == 2 {
		lo, hi := YMM(), YMM()
		VINSERTF128(U8(1), quarter[1].AsX(), quarter[0], lo)
		VPERM2F128(U8(0x31), quarter[1], quarter[0], hi)
		VADDPD(lo, hi, lo)
		VEXTRACTF128(U8(1), lo, hi.AsX())
		VHADDPD(hi.AsX(), lo.AsX(), lo.AsX())
		VMOVUPD(lo.AsX(), to)
		return
	}
	pair := make([]reg.VecVirtual, 2) // two of row r, two of row r+2
	for r := range pair {
		hi := YMM()
		pair[r] = YMM()
		VINSERTF128(U8(1), quarter[r+2].AsX(), quarter[r], pair[r])
		VPERM2F128(U8(0x31), quarter[r+2], quarter[r], hi)
		VADDPD(hi, pair[r], pair[r])
	}
	VHADDPD(pair[1], pair[0], pair[0])
	VMOVUPD(pair[0], to)
}

// rotations writes a sequence of plane rotations of adjacent rows, from the last row up. The row between two rotations
// stays in registers.
func rotations(v isa) {
	begin(v, f64, "rotations", "func(k, n int, cs, last *float64, ld int)",
		"rotates row i by row i+1, for k rows i up from the one before the last; n is a multiple of 8.")
	n, last := Load(Param("n"), GP64()), Load(Param("last"), GP64())
	ld := Load(Param("ld"), GP64())
	SHLQ(U8(3), ld)
	for _, width := range []int{2, 1} { // groups of eight columns
		outer, inner, after := fmt.Sprintf("columns%d", width), fmt.Sprintf("rows%d", width), fmt.Sprintf("after%d", width)
		Label(outer)
		CMPQ(n, U8(uint8(8*width)))
		JL(LabelRef(after))
		row, cs, k := GP64(), Load(Param("cs"), GP64()), Load(Param("k"), GP64())
		MOVQ(last, row)
		vecs := 8 * width / v.lanes()
		carry := v.batch(vecs)
		for i, y := range carry {
			VMOVUPD(Mem{Base: row, Disp: i * v.width}, y)
		}
		countdown(inner, k, func() {
			c, s, up := v.reg(), v.reg(), GP64()
			VBROADCASTSD(Mem{Base: cs}, c)
			VBROADCASTSD(Mem{Base: cs, Disp: 8}, s)
			ADDQ(U8(16), cs)
			MOVQ(row, up)
			SUBQ(ld, up)
			for i, y := range carry {
				x, t := v.reg(), v.reg()
				VMOVUPD(Mem{Base: up, Disp: i * v.width}, x)
				VMULPD(x, s, t)
				VFMADD231PD(y, c, t)
				VMOVUPD(t, Mem{Base: row, Disp: i * v.width})
				VMULPD(x, c, x)
				VFNMADD231PD(y, s, x)
				VMOVUPD(x, y)
			}
			MOVQ(up, row)
		})
		for i, y := range carry {
			VMOVUPD(y, Mem{Base: row, Disp: i * v.width})
		}
		ADDQ(U8(uint8(64*width)), last)
		SUBQ(U8(uint8(8*width)), n)
		if width > 1 {
			JMP(LabelRef(outer))
		} else {
			JNZ(LabelRef(outer))
		}
		Label(after)
	}
	VZEROUPPER()
	RET()
}

// secular writes the sums of the secular equation for eight adjacent roots, each in a lane.
func secular(v isa) {
	begin(v, f64, "secular", "func(k, j int, d, z, origin, mu, sums *float64)",
		"sets sums to Σ z[i]²/δ and Σ z[i]²/δ², δ = d[i]−origin−mu, over i up to j+l and from there, for l < 8.")
	k, j := Load(Param("k"), GP64()), Load(Param("j"), GP64())
	origins, mus, sums := Load(Param("origin"), GP64()), Load(Param("mu"), GP64()), Load(Param("sums"), GP64())
	for h := 0; h < 8; h += v.lanes() {
		label := func(name string) string { return fmt.Sprintf("%s%d", name, h) }
		d, z := Load(Param("d"), GP64()), Load(Param("z"), GP64())
		first, rest := GP64(), GP64()
		LEAQ(Mem{Base: j, Disp: 1 + h}, first)
		CMPQ(first, k)
		CMOVQGT(k, first)
		MOVQ(k, rest)
		SUBQ(first, rest)
		origin, mu := v.reg(), v.reg()
		VMOVUPD(Mem{Base: origins, Disp: 8 * h}, origin)
		VMOVUPD(Mem{Base: mus, Disp: 8 * h}, mu)
		below, above := zeros(v, 2), zeros(v, 2)
		term := func() (w, t reg.VecVirtual) {
			w, t = v.reg(), v.reg()
			VBROADCASTSD(Mem{Base: d}, t)
			VBROADCASTSD(Mem{Base: z}, w)
			VSUBPD(origin, t, t)
			VSUBPD(mu, t, t)
			VDIVPD(t, w, t)
			ADDQ(U8(8), d)
			ADDQ(U8(8), z)
			return w, t
		}
		add := func(to []reg.VecVirtual, w, t reg.VecVirtual) {
			VFMADD231PD(t, w, to[0])
			VFMADD231PD(t, t, to[1])
		}
		countdown(label("below"), first, func() {
			w, t := term()
			add(below, w, t)
		})
		for m := 1; m < v.lanes(); m++ { // pole j+h+m is above the roots of the lanes before m
			TESTQ(rest, rest)
			JZ(LabelRef(label("end")))
			w, t := term()
			part := v.reg()
			if v.width == 64 {
				VMOVAPD_Z(t, bitMask(0xff<<m&0xff), part)
				add(below, w, part)
				VMOVAPD_Z(t, bitMask(0xff>>(8-m)), part)
			} else {
				VANDPD(fromLane(m), t, part)
				add(below, w, part)
				mask := v.reg()
				VMOVUPD(fromLane(m), mask)
				VANDNPD(t, mask, part)
			}
			add(above, w, part)
			DECQ(rest)
		}
		TESTQ(rest, rest)
		JZ(LabelRef(label("end")))
		countdown(label("above"), rest, func() {
			w, t := term()
			add(above, w, t)
		})
		Label(label("end"))
		for i, s := range append(below, above...) {
			VMOVUPD(s, Mem{Base: sums, Disp: 64*i + 8*h})
		}
	}
	VZEROUPPER()
	RET()
}

// lowner writes the products of Löwner's formula for the weights that eight adjacent poles have.
func lowner(v isa) {
	begin(v, f64, "lowner", "func(k, i int, d, deltas *float64, ld int, products *float64)",
		"sets products[l] to Πⱼ deltas[j·ld+i+l]/(d[i+l]−d[j]), j < k, for l < 8, a divisor of 0 counting as 1.")
	products := Load(Param("products"), GP64())
	for h := 0; h < 8; h += v.lanes() {
		k, i, d := Load(Param("k"), GP64()), Load(Param("i"), GP64()), Load(Param("d"), GP64())
		column, ld := Load(Param("deltas"), GP64()), Load(Param("ld"), GP64())
		SHLQ(U8(3), ld)
		LEAQ(Mem{Base: column, Index: i, Scale: 8, Disp: 8 * h}, column)
		own, product, one, none := v.reg(), v.reg(), v.loaded(f64, realConst(f64, "Unit", 1)), zeros(v, 1)[0]
		VMOVUPD(Mem{Base: d, Index: i, Scale: 8, Disp: 8 * h}, own)
		VMOVUPD(one, product)
		countdown(fmt.Sprintf("pole%d", h), k, func() {
			gap, t := v.reg(), v.reg()
			VBROADCASTSD(Mem{Base: d}, gap)
			VSUBPD(gap, own, gap)
			const equal = 0 // predicate EQ_OQ of VCMPPD
			if v.width == 64 {
				same := K()
				VCMPPD(U8(equal), none, gap, same)
				VMOVAPD(one, same, gap)
			} else {
				same := v.reg()
				VCMPPD(U8(equal), none, gap, same)
				VBLENDVPD(same, one, gap, gap)
			}
			VMOVUPD(Mem{Base: column}, t)
			VDIVPD(gap, t, t)
			VMULPD(t, product, product)
			ADDQ(U8(8), d)
			ADDQ(ld, column)
		})
		VMOVUPD(product, Mem{Base: products, Disp: 8 * h})
	}
	VZEROUPPER()
	RET()
}

// differences writes dst = (d − origin) − μ.
func differences(v isa) {
	begin(v, f64, "differences", "func(n int, dst, d *float64, origin, mu float64)",
		"computes dst[i] = (d[i]−origin)−mu; n is a multiple of 8.")
	n, dst, d := Load(Param("n"), GP64()), Load(Param("dst"), GP64()), Load(Param("d"), GP64())
	origin, mu := broadcastParam(v, f64, "origin"), broadcastParam(v, f64, "mu")
	SHRQ(U8(3), n)
	countdown("group", n, func() {
		for i := range 8 / v.lanes() {
			t := v.reg()
			VMOVUPD(Mem{Base: d, Disp: i * v.width}, t)
			VSUBPD(origin, t, t)
			VSUBPD(mu, t, t)
			VMOVUPD(t, Mem{Base: dst, Disp: i * v.width})
		}
		ADDQ(U8(64), d)
		ADDQ(U8(64), dst)
	})
	VZEROUPPER()
	RET()
}

// quotients writes dst = x/y, and the sum of squares.
func quotients(v isa) {
	begin(v, f64, "quotients", "func(n int, dst, x, y *float64) float64",
		"computes dst[i] = x[i]/y[i] and returns Σ dst[i]²; n is a multiple of 8.")
	n, dst := Load(Param("n"), GP64()), Load(Param("dst"), GP64())
	x, y := Load(Param("x"), GP64()), Load(Param("y"), GP64())
	sum := zeros(v, 8/v.lanes())
	SHRQ(U8(3), n)
	countdown("group", n, func() {
		for i, s := range sum {
			t := v.reg()
			VMOVUPD(Mem{Base: x, Disp: i * v.width}, t)
			VDIVPD(Mem{Base: y, Disp: i * v.width}, t, t)
			VMOVUPD(t, Mem{Base: dst, Disp: i * v.width})
			VFMADD231PD(t, t, s)
		}
		for _, p := range []reg.Register{dst, x, y} {
			ADDQ(U8(64), p)
		}
	})
	Store(reduce(v, f64, sum, zeros(v, 1)[0]).AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// A symvRows is what the kernels of Symv hold for a block of four rows.
type symvRows struct {
	v                isa
	i, n, c          reg.Register // row, order and column, in bytes
	x, y             reg.Register
	rows             [4]reg.Register
	coefficient, sum [4]reg.VecVirtual // α·x of the rows, and their sums over the group's half that has the diagonal
	other            [4]reg.VecVirtual // over the other half, where a group is two vectors
}

const symvSignature = "func(from, to, n int, alpha float64, a *float64, ld int, x, y, sums *float64)"

func (s *symvRows) at(p reg.Register, disp int) Mem {
	return Mem{Base: p, Index: s.c, Scale: 1, Disp: disp}
}

// blocks writes the loop over blocks of rows.
func (s *symvRows) blocks(body func()) {
	v := s.v
	s.i, s.n, s.c = Load(Param("from"), GP64()), Load(Param("n"), GP64()), GP64()
	s.x, s.y = Load(Param("x"), GP64()), Load(Param("y"), GP64())
	ld := Load(Param("ld"), GP64())
	SHLQ(U8(3), ld)
	s.rows[0] = Load(Param("a"), GP64())
	start := GP64()
	MOVQ(s.i, start)
	IMULQ(ld, start)
	ADDQ(start, s.rows[0])
	for r := 1; r < 4; r++ {
		s.rows[r] = GP64()
		LEAQ(Mem{Base: s.rows[r-1], Index: ld, Scale: 1}, s.rows[r])
	}
	SHLQ(U8(3), s.i)
	SHLQ(U8(3), s.n)
	for r := range 4 {
		s.coefficient[r], s.sum[r], s.other[r] = v.reg(), v.reg(), v.reg()
	}
	Label("block")
	alpha := broadcastParam(v, f64, "alpha")
	for r := range 4 {
		VBROADCASTSD(Mem{Base: s.x, Index: s.i, Scale: 1, Disp: 8 * r}, s.coefficient[r])
		VMULPD(alpha, s.coefficient[r], s.coefficient[r])
	}
	body()
	var sum [][]reg.VecVirtual
	for r := range 4 {
		sum = append(sum, []reg.VecVirtual{s.sum[r], s.other[r]})
	}
	sums := Load(Param("sums"), GP64())
	storeRowSums(v, sum, Mem{Base: sums, Index: s.i, Scale: 1})
	next := Load(Param("ld"), GP64())
	SHLQ(U8(5), next)
	for _, row := range s.rows {
		ADDQ(next, row)
	}
	ADDQ(U8(32), s.i)
	to := Load(Param("to"), GP64())
	SHLQ(U8(3), to)
	CMPQ(s.i, to)
	JL(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// vector writes the work for a whole vector of columns.
func (s *symvRows) vector(disp int, sum [4]reg.VecVirtual) {
	x, y := s.v.reg(), s.v.reg()
	VMOVUPD(s.at(s.y, disp), y)
	VMOVUPD(s.at(s.x, disp), x)
	for r, row := range s.rows {
		a := s.v.reg()
		VMOVUPD(s.at(row, disp), a)
		VFMADD231PD(x, a, sum[r])
		VFMADD231PD(s.coefficient[r], a, y)
	}
	VMOVUPD(y, s.at(s.y, disp))
}

// masked512 writes the work for a group of columns, of which row r takes those of masks[r] for its sum, and for y those of
// inner[r].
func (s *symvRows) masked512(all reg.OpmaskVirtual, masks, inner []reg.OpmaskVirtual) {
	x, y := ZMM(), ZMM()
	VMOVUPD(s.at(s.y, 0), y)
	VMOVUPD_Z(s.at(s.x, 0), all, x)
	for r, row := range s.rows {
		a := ZMM()
		VMOVUPD_Z(s.at(row, 0), masks[r], a)
		VMULPD_Z(x, a, masks[r], s.sum[r])
		VFMADD231PD(s.coefficient[r], a, inner[r], y)
	}
	VMOVUPD(y, s.at(s.y, 0))
}

// corner256 writes the work for the vector with the diagonal, of which row r takes the lanes given for its sum, and for y
// those without the diagonal's.
func (s *symvRows) corner256(disp int, lanes func(r int) int) {
	x, y, none := YMM(), YMM(), zeros(s.v, 1)[0]
	VMOVUPD(s.at(s.y, disp), y)
	VMOVUPD(s.at(s.x, disp), x)
	for r, row := range s.rows {
		a, t := YMM(), YMM()
		VMOVUPD(s.at(row, disp), a)
		VMULPD(x, a, t)
		VBLENDPD(U8(uint8(lanes(r))), t, none, s.sum[r])
		VMOVUPD(y, t)
		VFMADD231PD(s.coefficient[r], a, t)
		VBLENDPD(U8(uint8(lanes(r)&^(1<<r))), t, y, y)
	}
	VMOVUPD(y, s.at(s.y, disp))
	for r := range 4 {
		zero(s.v, s.other[r])
	}
}

// maskSeries returns masks of bits and of bits shifted by one, and so on, cut to those of within.
func maskSeries(bits, within reg.Register, count int) []reg.OpmaskVirtual {
	masks := make([]reg.OpmaskVirtual, count)
	for r := range masks {
		cut := GP64()
		MOVQ(bits, cut)
		ANDQ(within, cut)
		masks[r] = K()
		KMOVW(cut.As32(), masks[r])
		if r < count-1 {
			SHLQ(U8(1), bits)
		}
	}
	return masks
}

// lowBits sets r to as many ones as there are elements of 8 bytes in the count, below 64.
func lowBits(count reg.Register) reg.GPVirtual {
	r := GP64()
	MOVQ(count, reg.RCX)
	SHRQ(U8(3), reg.RCX)
	MOVQ(U32(1), r)
	SHLQ(reg.CL, r)
	DECQ(r)
	return r
}

// symvUpper writes the products of Symv with four rows of the upper triangle at a time.
func symvUpper(v isa) {
	begin(v, f64, "symvUpper", symvSignature,
		"adds to y what the rows [from, to) of the upper triangle of A contribute to α·A·x by columns, and sets sums to what they do by rows, without α.")
	s := symvRows{v: v}
	if v.width == 64 {
		s.blocks(func() { s.upper512() })
		return
	}
	s.blocks(func() {
		MOVQ(s.i, s.c)
		s.corner256(0, func(r int) int { return 0xf << r & 0xf })
		ADDQ(U8(32), s.c)
		left := GP64() // columns after the next group
		MOVQ(s.n, left)
		SUBQ(s.c, left)
		SUBQ(U8(64), left)
		JL(LabelRef("half"))
		Label("group")
		s.vector(0, s.other)
		s.vector(32, s.sum)
		ADDQ(U8(64), s.c)
		SUBQ(U8(64), left)
		JGE(LabelRef("group"))
		Label("half")
		ADDQ(U8(64), left)
		CMPQ(left, U8(32))
		JL(LabelRef("endInOther"))
		s.vector(0, s.other)
		ADDQ(U8(32), s.c)
		SUBQ(U8(32), left)
		JZ(LabelRef("done"))
		s.tail256(left, s.sum)
		JMP(LabelRef("done"))
		Label("endInOther")
		TESTQ(left, left)
		JZ(LabelRef("done"))
		s.tail256(left, s.other)
		Label("done")
	})
}

// tail256 writes the work for the last columns, of so many bytes.
func (s *symvRows) tail256(left reg.Register, sum [4]reg.VecVirtual) {
	mask, at := YMM(), GP64()
	LEAQ(laneMask.Offset(64), at)
	SUBQ(left, at)
	VMOVUPD(Mem{Base: at}, mask)
	y := YMM()
	VMOVUPD(s.at(s.y, 0), y)
	x := YMM()
	VMASKMOVPD(s.at(s.x, 0), mask, x)
	for r, row := range s.rows {
		a := YMM()
		VMASKMOVPD(s.at(row, 0), mask, a)
		VFMADD231PD(x, a, sum[r])
		VFMADD231PD(s.coefficient[r], a, y)
	}
	VMOVUPD(y, s.at(s.y, 0))
}

func (s *symvRows) upper512() {
	MOVQ(s.i, s.c)
	ANDQ(I8(-64), s.c)
	whole, last, bits, lane := GP64(), GP64(), GP64(), GP64()
	MOVQ(s.n, whole)
	ANDQ(I8(-64), whole)
	MOVQ(s.n, last)
	SUBQ(whole, last)
	tail := lowBits(last)
	MOVQ(s.i, lane)
	SUBQ(s.c, lane)
	within := GP64()
	MOVQ(U32(0xff), within)
	CMPQ(s.c, whole)
	JL(LabelRef("wholeCorner"))
	MOVQ(tail, within)
	Label("wholeCorner")
	MOVQ(lane, reg.RCX)
	SHRQ(U8(3), reg.RCX)
	MOVQ(U32(0xff), bits)
	SHLQ(reg.CL, bits)
	masks := maskSeries(bits, within, 5)
	s.masked512(masks[0], masks[:4], masks[1:])
	ADDQ(U8(64), s.c)
	CMPQ(s.c, whole)
	JGE(LabelRef("last"))
	Label("group")
	s.vector(0, s.sum)
	ADDQ(U8(64), s.c)
	CMPQ(s.c, whole)
	JL(LabelRef("group"))
	Label("last")
	CMPQ(s.c, s.n)
	JGE(LabelRef("done"))
	k := K()
	KMOVW(tail.As32(), k)
	x, y := ZMM(), ZMM()
	VMOVUPD(s.at(s.y, 0), y)
	VMOVUPD_Z(s.at(s.x, 0), k, x)
	for r, row := range s.rows {
		a := ZMM()
		VMOVUPD_Z(s.at(row, 0), k, a)
		VFMADD231PD(x, a, s.sum[r])
		VFMADD231PD(s.coefficient[r], a, y)
	}
	VMOVUPD(y, s.at(s.y, 0))
	Label("done")
}

// symvLower writes the products of Symv with four rows of the lower triangle at a time. The group with the diagonal comes
// first.
func symvLower(v isa) {
	begin(v, f64, "symvLower", symvSignature,
		"adds to y what the rows [from, to) of the lower triangle of A contribute to α·A·x by columns, and sets sums to what they do by rows, without α.")
	s := symvRows{v: v}
	if v.width == 64 {
		s.blocks(func() {
			MOVQ(s.i, s.c)
			ANDQ(I8(-64), s.c)
			lane, end := GP64(), GP64()
			MOVQ(s.i, lane)
			SUBQ(s.c, lane)
			MOVQ(s.c, end)
			bits := lowBits(lane)
			masks := make([]reg.OpmaskVirtual, 5)
			for r := range masks {
				masks[r] = K()
				KMOVW(bits.As32(), masks[r])
				if r < 4 {
					LEAQ(Mem{Base: bits, Index: bits, Scale: 1, Disp: 1}, bits)
				}
			}
			s.masked512(masks[4], masks[1:], masks[:4])
			s.columnsTo(end, "group", func() { s.vector(0, s.sum) })
		})
		return
	}
	s.blocks(func() {
		MOVQ(s.i, s.c)
		s.corner256(0, func(r int) int { return 0xf >> (3 - r) })
		end := GP64()
		MOVQ(s.i, end)
		ANDQ(I8(-64), end)
		CMPQ(end, s.i)
		JZ(LabelRef("even"))
		s.vector(-32, s.other)
		s.columnsTo(end, "odd", func() {
			s.vector(0, s.other)
			s.vector(32, s.sum)
		})
		JMP(LabelRef("done"))
		Label("even")
		s.columnsTo(end, "groups", func() {
			s.vector(0, s.sum)
			s.vector(32, s.other)
		})
		Label("done")
	})
}

// columnsTo writes the work for groups of columns from the first up to a whole number of groups.
func (s *symvRows) columnsTo(end reg.Register, label string, group func()) {
	XORQ(s.c, s.c)
	TESTQ(end, end)
	JZ(LabelRef(label + "End"))
	Label(label)
	group()
	ADDQ(U8(64), s.c)
	CMPQ(s.c, end)
	JL(LabelRef(label))
	Label(label + "End")
}

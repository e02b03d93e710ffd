package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm writes the micro-kernels of the matrix product: for each number of rows up to the
// tile's height, one function that computes a tile of rows × (vecs vectors), and one for a tile
// of half the width.
func gemm() {
	for _, s := range []struct {
		isa        isa
		rows, vecs int
	}{{avx2, 6, 2}, {avx512, 14, 2}} {
		for _, f := range []float{f32, f64} {
			for vecs := s.vecs; vecs > 0; vecs /= 2 {
				for rows := 1; rows <= s.rows; rows++ {
					gemmTile(s.isa, f, rows, vecs)
				}
			}
			packPanel(s.isa, f, s.vecs)
			packStrip(s.isa, f, roundUp(s.rows*f.size, s.isa.width)/s.isa.width)
		}
	}
}

// gemmTile writes C = α·A·B (load = 0) or C += α·A·B (load ≠ 0) for a tile of C.
//
// The tile's sums stay in registers over the whole of k; each is one chain of fused
// multiply-adds in the order of k, so that an element's value depends on neither the tile's
// shape nor its place. A is read by element with the strides rs (between rows) and cs
// (between columns), so that it may be packed or not and transposed or not; B is read by whole
// rows of the tile's width, bs elements apart.
func gemmTile(v isa, f float, rows, vecs int) {
	cols := vecs * v.width / f.size
	name := fmt.Sprintf("%stile%dx%d%s", f.prefix, rows, cols, v.name)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(k int, alpha %s, a *%s, rs, cs int, b *%s, bs int, c *%s, ldc, load int)",
		f.goType, f.goType, f.goType, f.goType))
	Doc(fmt.Sprintf("%s computes a %d×%d tile: C = α·A·B, or C += α·A·B where load ≠ 0.", name, rows, cols))

	k := Load(Param("k"), GP64())
	rs := Load(Param("rs"), GP64())
	cs := Load(Param("cs"), GP64())
	b := Load(Param("b"), GP64())
	bs := Load(Param("bs"), GP64())
	SHLQ(U8(f.shift), rs)
	SHLQ(U8(f.shift), cs)
	SHLQ(U8(f.shift), bs)

	// One pointer for every three rows: base, base+rs and base+2rs are addressable.
	pointers := make([]reg.GPVirtual, (rows+2)/3)
	pointers[0] = Load(Param("a"), GP64()).(reg.GPVirtual)
	if len(pointers) > 1 {
		step := GP64()
		LEAQ(Mem{Base: rs, Index: rs, Scale: 2}, step)
		for i := 1; i < len(pointers); i++ {
			pointers[i] = GP64()
			LEAQ(Mem{Base: pointers[i-1], Index: step, Scale: 1}, pointers[i])
		}
	}
	element := func(row int) Mem {
		m := Mem{Base: pointers[row/3]}
		if row%3 > 0 {
			m.Index, m.Scale = rs, uint8(row%3)
		}
		return m
	}

	// The tile of C is read only at the end: ask for it now. From the memory it comes slowly, and
	// the many lines of a large tile, asked for at once, would hold up those of A and B; where k
	// is large enough each round of the loop asks for one row.
	c, ldc := Load(Param("c"), GP64()), Load(Param("ldc"), GP64())
	SHLQ(U8(f.shift), ldc)
	at := GP64()
	prefetch := func() {
		for d := 0; d < vecs*v.width; d += 64 {
			PREFETCHT0(Mem{Base: at, Disp: d})
		}
	}
	unroll, spread := 4, rows*vecs*v.width/64 >= 8
	if rows*vecs >= 8 {
		unroll = 2
	}
	var last reg.GPVirtual
	if spread {
		unroll, last = 8, GP64()
		MOVQ(c, last)
		for range rows - 1 {
			ADDQ(ldc, last)
		}
	}
	MOVQ(c, at)
	if spread {
		CMPQ(k, U32(unroll*rows))
		JGE(LabelRef("sums"))
	}
	for range rows - 1 {
		prefetch()
		ADDQ(ldc, at)
	}
	prefetch()
	if spread {
		Label("sums")
	}

	sum := make([][]reg.VecVirtual, rows)
	for i := range sum {
		sum[i] = make([]reg.VecVirtual, vecs)
		for j := range sum[i] {
			sum[i][j] = v.reg()
			zero(v, sum[i][j])
		}
	}
	step := func() {
		row := make([]reg.VecVirtual, vecs)
		for j := range row {
			row[j] = v.reg()
			f.load(Mem{Base: b, Disp: j * v.width}, row[j])
		}
		for i := range rows {
			x := v.reg()
			f.broadcast(element(i), x)
			for j := range row {
				f.fma(row[j], x, sum[i][j])
			}
		}
		for _, p := range pointers {
			ADDQ(cs, p)
		}
		ADDQ(bs, b)
	}
	loop(k, unroll, func() {
		if spread {
			prefetch()
			ADDQ(ldc, at)
			CMPQ(at, last)
			CMOVQGT(last, at)
		}
		for range unroll {
			step()
		}
	}, step)

	alpha := v.reg()
	addr, err := Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	f.broadcast(addr.Addr, alpha)
	load := Load(Param("load"), GP64())
	TESTQ(load, load)
	JZ(LabelRef("store"))
	for i := range rows {
		for j := range vecs {
			m := Mem{Base: c, Disp: j * v.width}
			t := v.reg()
			f.load(m, t)
			f.fma(sum[i][j], alpha, t)
			f.load(t, m)
		}
		if i+1 < rows {
			ADDQ(ldc, c)
		}
	}
	VZEROUPPER()
	RET()
	Label("store")
	for i := range rows {
		for j := range vecs {
			f.mul(sum[i][j], alpha, sum[i][j])
			f.load(sum[i][j], Mem{Base: c, Disp: j * v.width})
		}
		if i+1 < rows {
			ADDQ(ldc, c)
		}
	}
	VZEROUPPER()
	RET()
}

// packPanel writes the copy of k rows of a tile's width, ld elements apart, to a packed panel.
func packPanel(v isa, f float, vecs int) {
	name := fmt.Sprintf("%spack%d%s", f.prefix, vecs*v.width/f.size, v.name)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(k int, src *%s, ld int, dst *%s)", f.goType, f.goType))
	Doc(fmt.Sprintf("%s copies k rows of %d elements, ld apart, to dst, one after the other.", name, vecs*v.width/f.size))
	k := Load(Param("k"), GP64())
	src := Load(Param("src"), GP64())
	ld := Load(Param("ld"), GP64())
	dst := Load(Param("dst"), GP64())
	SHLQ(U8(f.shift), ld)
	step := func(at int) {
		for j := range vecs {
			t := v.reg()
			f.load(Mem{Base: src, Disp: j * v.width}, t)
			f.load(t, Mem{Base: dst, Disp: (at*vecs + j) * v.width})
		}
		ADDQ(ld, src)
	}
	const unroll = 4
	loop(k, unroll, func() {
		for i := range unroll {
			step(i)
		}
		ADDQ(U32(unroll*vecs*v.width), dst)
	}, func() {
		step(0)
		ADDQ(U32(vecs*v.width), dst)
	})
	VZEROUPPER()
	RET()
}

// packStrip writes the copy of k rows of whole vectors to dst, each step elements after the last,
// over what the last one has too much.
func packStrip(v isa, f float, vecs int) {
	name := fmt.Sprintf("%sstrip%d%s", f.prefix, vecs*v.width/f.size, v.name)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(k int, src *%s, ld int, dst *%s, step int)", f.goType, f.goType))
	Doc(fmt.Sprintf("%s copies k rows of %d elements, ld apart, to dst, step apart, in order.", name, vecs*v.width/f.size))
	k := Load(Param("k"), GP64())
	src := Load(Param("src"), GP64())
	ld := Load(Param("ld"), GP64())
	dst := Load(Param("dst"), GP64())
	step := Load(Param("step"), GP64())
	SHLQ(U8(f.shift), ld)
	SHLQ(U8(f.shift), step)
	row := func() {
		for j := range vecs {
			t := v.reg()
			f.load(Mem{Base: src, Disp: j * v.width}, t)
			f.load(t, Mem{Base: dst, Disp: j * v.width})
		}
		ADDQ(ld, src)
		ADDQ(step, dst)
	}
	const unroll = 4
	loop(k, unroll, func() {
		for range unroll {
			row()
		}
	}, row)
	VZEROUPPER()
	RET()
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// loop writes body once for every unroll steps of n and rest for each of those that remain. It
// destroys n.
func loop(n reg.Register, unroll int, body, rest func()) {
	SUBQ(U32(unroll), n)
	JL(LabelRef("rest"))
	Label("body")
	body()
	SUBQ(U32(unroll), n)
	JGE(LabelRef("body"))
	Label("rest")
	ADDQ(U32(unroll), n)
	JZ(LabelRef("end"))
	Label("one")
	rest()
	DECQ(n)
	JNZ(LabelRef("one"))
	Label("end")
}

// zero clears a vector register.
func zero(v isa, r reg.VecVirtual) {
	if v.width == 64 {
		VPXORD(r, r, r) // of AVX512F; VXORPS on ZMM would need AVX512DQ
		return
	}
	VXORPS(r, r, r)
}

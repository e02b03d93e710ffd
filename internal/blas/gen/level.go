package main

import (
	"fmt"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// chunk is the number of bytes that one step of the vector kernels takes: four registers of
// AVX2, two of AVX-512, eight of NEON. A sum has as many partial sums as a chunk has elements,
// in every tier, so that all tiers round alike.
const chunk = 128

// level writes the kernels of vectors, and of a matrix row with vectors.
func level() {
	masks()
	for _, v := range []isa{avx2, avx512} {
		for _, f := range []float{f32, f64} {
			dot(v, f)
			axpy(v, f)
			scal(v, f)
			axpyPair(v, f)
			axpy4(v, f)
			dotAxpy(v, f)
		}
	}
	for _, f := range []float{f32, f64} { // as many rows as there are registers for their sums
		dots(avx2, f, 2)
		dotAxpys(avx2, f, 2)
		dots(avx512, f, 4)
		dotAxpys(avx512, f, 4)
	}
	for _, f := range []float{f32, f64} {
		residuals(avx2, f)
		residuals(avx512, f)
		square(avx2, f)
		square(avx512, f)
		invert(avx2, f)
	}
}

func (v isa) perChunk() int { return chunk / v.width }

// begin opens a function of the kernels' naming.
func begin(v isa, f float, name, signature, doc string) {
	full := f.prefix + name + v.name
	TEXT(full, NOSPLIT, signature)
	Doc(full + " " + doc)
}

// zeros returns n cleared registers.
func zeros(v isa, n int) []reg.VecVirtual {
	r := make([]reg.VecVirtual, n)
	for i := range r {
		r[i] = v.reg()
		zero(v, r[i])
	}
	return r
}

// broadcastParam returns a register full of the named parameter.
func broadcastParam(v isa, f float, name string) reg.VecVirtual {
	addr, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	r := v.reg()
	f.broadcast(addr.Addr, r)
	return r
}

// chunks writes body once for each chunk of the n elements, rest for each element left over, and
// moves the pointers on.
func chunks(f float, n reg.Register, pointers []reg.Register, body, rest func()) {
	loop(n, chunk/f.size, func() {
		body()
		for _, p := range pointers {
			ADDQ(U32(chunk), p)
		}
	}, func() {
		rest()
		for _, p := range pointers {
			ADDQ(U8(f.size), p)
		}
	})
}

// reduce adds up the partial sums, halves onto halves down to one, and then the sum of the
// elements left over.
func reduce(v isa, f float, sum []reg.VecVirtual, rest reg.VecVirtual) reg.VecVirtual {
	for len(sum) > 1 {
		half := len(sum) / 2
		for i := range half {
			f.add(sum[half+i], sum[i], sum[i])
		}
		sum = sum[:half]
	}
	s := sum[0]
	if v.width == 64 {
		high := ZMM()
		VEXTRACTF64X4(U8(1), s, high.AsY())
		f.add(high.AsY(), s.AsY(), s.AsY())
	}
	high := XMM()
	VEXTRACTF128(U8(1), s.AsY(), high)
	f.add(high, s.AsX(), s.AsX())
	VPERMILPD(U8(1), s.AsX(), high)
	if f.size == 4 {
		f.add(high, s.AsX(), s.AsX())
		VMOVSHDUP(s.AsX(), high)
	}
	f.scalarAdd(high, s.AsX(), s.AsX())
	f.scalarAdd(rest.AsX(), s.AsX(), s.AsX())
	return s
}

func dot(v isa, f float) {
	begin(v, f, "dot", fmt.Sprintf("func(n int, x, y *%s) %s", f.goType, f.goType), "returns Σ x[i]·y[i].")
	n, x, y := Load(Param("n"), GP64()), Load(Param("x"), GP64()), Load(Param("y"), GP64())
	sum, rest := zeros(v, v.perChunk()), zeros(v, 1)[0]
	chunks(f, n, []reg.Register{x, y}, func() {
		for i := range sum {
			t := v.reg()
			f.load(Mem{Base: x, Disp: i * v.width}, t)
			f.fma(Mem{Base: y, Disp: i * v.width}, t, sum[i])
		}
	}, func() {
		t := XMM()
		f.scalarLoad(Mem{Base: x}, t)
		f.scalarFMA(Mem{Base: y}, t, rest.AsX())
	})
	Store(reduce(v, f, sum, rest).AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// residuals writes Σ ((x−y)·w)². The differences and their products with w are rounded, the squares fused with
// the sum.
func residuals(v isa, f float) {
	begin(v, f, "residuals", fmt.Sprintf("func(n int, x, y, w *%s) %s", f.goType, f.goType), "returns Σ ((x[i]−y[i])·w[i])².")
	n := Load(Param("n"), GP64())
	x, y, w := Load(Param("x"), GP64()), Load(Param("y"), GP64()), Load(Param("w"), GP64())
	sum, rest := zeros(v, v.perChunk()), zeros(v, 1)[0]
	chunks(f, n, []reg.Register{x, y, w}, func() {
		for i := range sum {
			t := v.reg()
			f.load(Mem{Base: x, Disp: i * v.width}, t)
			f.sub(Mem{Base: y, Disp: i * v.width}, t, t)
			f.mul(Mem{Base: w, Disp: i * v.width}, t, t)
			f.fma(t, t, sum[i])
		}
	}, func() {
		t := XMM()
		f.scalarLoad(Mem{Base: x}, t)
		f.scalarSub(Mem{Base: y}, t, t)
		f.scalarMul(Mem{Base: w}, t, t)
		f.scalarFMA(t, t, rest.AsX())
	})
	Store(reduce(v, f, sum, rest).AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// square writes dst = x².
func square(v isa, f float) {
	begin(v, f, "square", fmt.Sprintf("func(n int, dst, x *%s)", f.goType), "computes dst[i] = x[i]².")
	n, dst, x := Load(Param("n"), GP64()), Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	chunks(f, n, []reg.Register{dst, x}, func() {
		for i := range v.perChunk() {
			t := v.reg()
			f.load(Mem{Base: x, Disp: i * v.width}, t)
			f.mul(t, t, t)
			f.load(t, Mem{Base: dst, Disp: i * v.width})
		}
	}, func() {
		t := XMM()
		f.scalarLoad(Mem{Base: x}, t)
		f.scalarMul(t, t, t)
		f.scalarStore(t, Mem{Base: dst})
	})
	VZEROUPPER()
	RET()
}

// invert writes dst = 1/x, NaN where x is less than a bound: the comparison's mask of all ones is a NaN.
func invert(v isa, f float) {
	begin(v, f, "invert", fmt.Sprintf("func(n int, one, least %s, dst, x *%s)", f.goType, f.goType),
		"computes dst[i] = one/x[i], NaN where x[i] < least.")
	n := Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	one, least := broadcastParam(v, f, "one"), broadcastParam(v, f, "least")
	const less = 1 // predicate LT_OS of VCMPPx
	chunks(f, n, []reg.Register{dst, x}, func() {
		for i := range v.perChunk() {
			t, mask := v.reg(), v.reg()
			f.load(Mem{Base: x, Disp: i * v.width}, t)
			f.cmp(U8(less), least, t, mask)
			f.div(t, one, t)
			f.or(mask, t, t)
			f.load(t, Mem{Base: dst, Disp: i * v.width})
		}
	}, func() {
		t, mask := XMM(), XMM()
		f.scalarLoad(Mem{Base: x}, t)
		f.scalarCmp(U8(less), least.AsX(), t, mask)
		f.scalarDiv(t, one.AsX(), t)
		f.or(mask, t, t)
		f.scalarStore(t, Mem{Base: dst})
	})
	VZEROUPPER()
	RET()
}

// vectors writes body for the n elements of what is computed element by element: with as many vectors as a chunk has, then
// with one, and for the elements left over under a mask, where there are masks, or by rest, one by one. It moves the pointers
// on.
func vectors(v isa, f float, n reg.Register, pointers []reg.Register, body func(vecs int, mask reg.OpmaskVirtual), rest func()) {
	for _, vecs := range []int{v.perChunk(), 1} {
		loop, after := fmt.Sprintf("vectors%d", vecs), fmt.Sprintf("after%d", vecs)
		elements := U32(uint32(vecs * v.width / f.size))
		SUBQ(elements, n)
		JL(LabelRef(after))
		Label(loop)
		body(vecs, reg.OpmaskVirtual(nil))
		for _, p := range pointers {
			ADDQ(U32(uint32(vecs*v.width)), p)
		}
		SUBQ(elements, n)
		JGE(LabelRef(loop))
		Label(after)
		ADDQ(elements, n)
	}
	JZ(LabelRef("end"))
	if v.width == 64 {
		body(1, firstOf512(n))
	} else {
		countdown("one", n, func() {
			rest()
			for _, p := range pointers {
				ADDQ(U8(f.size), p)
			}
		})
	}
	Label("end")
	VZEROUPPER()
	RET()
}

// read and write move a vector, or what the mask tells of it.
func read(f float, m Mem, mask reg.OpmaskVirtual, r reg.VecVirtual) {
	if mask == nil {
		f.load(m, r)
		return
	}
	maskedLoad512(f, m, mask, r)
}

func write(f float, r reg.VecVirtual, mask reg.OpmaskVirtual, m Mem) {
	if mask == nil {
		f.load(r, m)
		return
	}
	maskedStore512(f, r, mask, m)
}

func axpy(v isa, f float) {
	begin(v, f, "axpy", fmt.Sprintf("func(n int, alpha %s, x, y *%s)", f.goType, f.goType), "computes y[i] += α·x[i].")
	n, x, y := Load(Param("n"), GP64()), Load(Param("x"), GP64()), Load(Param("y"), GP64())
	alpha := broadcastParam(v, f, "alpha")
	sums(v, f, n, []reg.Register{x}, []reg.VecVirtual{alpha}, y)
}

// axpyPair writes two axpys of the same y.
func axpyPair(v isa, f float) {
	begin(v, f, "axpyPair", fmt.Sprintf("func(n int, alpha %s, x *%s, beta %s, z, y *%s)", f.goType, f.goType, f.goType, f.goType),
		"computes y[i] += α·x[i] + β·z[i], from the left.")
	n := Load(Param("n"), GP64())
	x, z, y := Load(Param("x"), GP64()), Load(Param("z"), GP64()), Load(Param("y"), GP64())
	sums(v, f, n, []reg.Register{x, z}, []reg.VecVirtual{broadcastParam(v, f, "alpha"), broadcastParam(v, f, "beta")}, y)
}

// sums writes the addition of multiples of rows to y.
func sums(v isa, f float, n reg.Register, rows []reg.Register, alpha []reg.VecVirtual, y reg.Register) {
	vectors(v, f, n, append(slices.Clone(rows), y), func(vecs int, mask reg.OpmaskVirtual) {
		for i := range vecs {
			t := v.reg()
			m := Mem{Base: y, Disp: i * v.width}
			read(f, m, mask, t)
			for r, row := range rows {
				x := Mem{Base: row, Disp: i * v.width}
				if mask == nil {
					f.fma(x, alpha[r], t)
					continue
				}
				held := v.reg()
				read(f, x, mask, held)
				f.fma(held, alpha[r], t)
			}
			write(f, t, mask, m)
		}
	}, func() {
		t := XMM()
		f.scalarLoad(Mem{Base: y}, t)
		for r, row := range rows {
			f.scalarFMA(Mem{Base: row}, alpha[r].AsX(), t)
		}
		f.scalarStore(t, Mem{Base: y})
	})
}

func scal(v isa, f float) {
	begin(v, f, "scal", fmt.Sprintf("func(n int, alpha %s, x *%s)", f.goType, f.goType), "computes x[i] *= α.")
	n, x := Load(Param("n"), GP64()), Load(Param("x"), GP64())
	alpha := broadcastParam(v, f, "alpha")
	vectors(v, f, n, []reg.Register{x}, func(vecs int, mask reg.OpmaskVirtual) {
		for i := range vecs {
			t := v.reg()
			m := Mem{Base: x, Disp: i * v.width}
			read(f, m, mask, t)
			f.mul(t, alpha, t)
			write(f, t, mask, m)
		}
	}, func() {
		t := XMM()
		f.scalarMul(Mem{Base: x}, alpha.AsX(), t)
		f.scalarStore(t, Mem{Base: x})
	})
}

func axpy4(v isa, f float) {
	begin(v, f, "axpy4", fmt.Sprintf("func(n int, alpha, x *%s, ld int, y *%s)", f.goType, f.goType),
		"computes y[i] += α[0]·x[i] + α[1]·x[ld+i] + α[2]·x[2ld+i] + α[3]·x[3ld+i], from the left.")
	n, x, y := Load(Param("n"), GP64()), Load(Param("x"), GP64()), Load(Param("y"), GP64())
	a := Load(Param("alpha"), GP64())
	alpha := v.batch(4)
	for r := range alpha {
		f.broadcast(Mem{Base: a, Disp: r * f.size}, alpha[r])
	}
	sums(v, f, n, rowPointers(f, x, 4), alpha, y)
}

func dotAxpy(v isa, f float) {
	begin(v, f, "dotAxpy", fmt.Sprintf("func(n int, alpha %s, a, x, y *%s) %s", f.goType, f.goType, f.goType),
		"computes y[i] += α·a[i] and returns Σ a[i]·x[i].")
	n, a := Load(Param("n"), GP64()), Load(Param("a"), GP64())
	x, y := Load(Param("x"), GP64()), Load(Param("y"), GP64())
	alpha := broadcastParam(v, f, "alpha")
	sum, rest := zeros(v, v.perChunk()), zeros(v, 1)[0]
	chunks(f, n, []reg.Register{a, x, y}, func() {
		for i := range sum {
			s, t := v.reg(), v.reg()
			m := Mem{Base: y, Disp: i * v.width}
			f.load(Mem{Base: a, Disp: i * v.width}, s)
			f.fma(Mem{Base: x, Disp: i * v.width}, s, sum[i])
			f.load(m, t)
			f.fma(s, alpha, t)
			f.load(t, m)
		}
	}, func() {
		s, t := XMM(), XMM()
		f.scalarLoad(Mem{Base: a}, s)
		f.scalarFMA(Mem{Base: x}, s, rest.AsX())
		f.scalarLoad(Mem{Base: y}, t)
		f.scalarFMA(s, alpha.AsX(), t)
		f.scalarStore(t, Mem{Base: y})
	})
	Store(reduce(v, f, sum, rest).AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// rowPointers returns the pointers to count rows, ld apart, from the one given.
func rowPointers(f float, first reg.Register, count int) []reg.Register {
	ld := Load(Param("ld"), GP64())
	SHLQ(U8(f.shift), ld)
	rows := []reg.Register{first}
	for r := 1; r < count; r++ {
		rows = append(rows, GP64())
		LEAQ(Mem{Base: rows[r-1], Index: ld, Scale: 1}, rows[r])
	}
	return rows
}

// dots writes the products of several rows with one vector. The elements left over are added to the partial sums too, so that
// none waits for another.
func dots(v isa, f float, count int) {
	begin(v, f, fmt.Sprintf("dot%d", count), fmt.Sprintf("func(n int, a *%s, ld int, x, sums *%s)", f.goType, f.goType),
		fmt.Sprintf("computes sums[r] = Σ a[r·ld+i]·x[i] for r < %d.", count))
	n, a, x := Load(Param("n"), GP64()), Load(Param("a"), GP64()), Load(Param("x"), GP64())
	rows := rowPointers(f, a, count)
	sum := make([][]reg.VecVirtual, count)
	for r := range sum {
		sum[r] = zeros(v, v.perChunk())
	}
	whole := func(i int) {
		t := v.reg()
		f.load(Mem{Base: x, Disp: i * v.width}, t)
		for r := range rows {
			f.fma(Mem{Base: rows[r], Disp: i * v.width}, t, sum[r][i])
		}
	}
	elements := U32(uint32(chunk / f.size))
	SUBQ(elements, n)
	JL(LabelRef("last"))
	Label("body")
	for i := range v.perChunk() {
		whole(i)
	}
	for _, p := range append(slices.Clone(rows), x) {
		ADDQ(U32(chunk), p)
	}
	SUBQ(elements, n)
	JGE(LabelRef("body"))
	Label("last")
	ADDQ(elements, n)
	lanes := U32(uint32(v.width / f.size))
	for i := range v.perChunk() {
		SUBQ(lanes, n)
		JL(LabelRef(fmt.Sprintf("part%d", i)))
		whole(i)
	}
	for i := range v.perChunk() {
		Label(fmt.Sprintf("part%d", i))
		ADDQ(lanes, n)
		JZ(LabelRef("end"))
		load, t := maskedLoads(v, f, n), v.reg()
		load(Mem{Base: x, Disp: i * v.width}, t)
		for r := range rows {
			a := v.reg()
			load(Mem{Base: rows[r], Disp: i * v.width}, a)
			f.fma(a, t, sum[r][i])
		}
		if i < v.perChunk()-1 {
			JMP(LabelRef("end"))
		}
	}
	Label("end")
	storeSums(v, f, sum, zeros(v, count))
}

// maskedLoads returns how to load the first n elements of a vector, the rest being 0. It overwrites n.
func maskedLoads(v isa, f float, n reg.Register) func(m Mem, r reg.VecVirtual) {
	if v.width == 64 {
		mask := firstOf512(n)
		return func(m Mem, r reg.VecVirtual) { maskedLoad512(f, m, mask, r) }
	}
	mask, at := YMM(), GP64()
	LEAQ(tailMask.Offset(32), at)
	SHLQ(U8(f.shift), n)
	SUBQ(n, at)
	VMOVUPS(Mem{Base: at}, mask)
	return func(m Mem, r reg.VecVirtual) {
		if f.size == 4 {
			VMASKMOVPS(m, mask, r)
			return
		}
		VMASKMOVPD(m, mask, r)
	}
}

// firstOf512 returns a mask for the first n elements of a vector.
func firstOf512(n reg.Register) reg.OpmaskVirtual {
	bits, mask := GP64(), K()
	MOVQ(n, reg.RCX)
	MOVQ(U32(1), bits)
	SHLQ(reg.CL, bits)
	DECQ(bits)
	KMOVW(bits.As32(), mask)
	return mask
}

// storeSums ends a function with the sums of several rows.
func storeSums(v isa, f float, sum [][]reg.VecVirtual, rest []reg.VecVirtual) {
	sums := Load(Param("sums"), GP64())
	for r := range sum {
		f.scalarStore(reduce(v, f, sum[r], rest[r]).AsX(), Mem{Base: sums, Disp: r * f.size})
	}
	VZEROUPPER()
	RET()
}

// dotAxpys writes dotAxpy for several rows: y is read and written once.
func dotAxpys(v isa, f float, count int) {
	begin(v, f, fmt.Sprintf("dotAxpy%d", count), fmt.Sprintf("func(n int, alpha, a *%s, ld int, x, y, sums *%s)", f.goType, f.goType),
		fmt.Sprintf("computes y[i] += Σ α[r]·a[r·ld+i], from the left, and sums[r] = Σ a[r·ld+i]·x[i], for r < %d.", count))
	n, a := Load(Param("n"), GP64()), Load(Param("a"), GP64())
	x, y := Load(Param("x"), GP64()), Load(Param("y"), GP64())
	coefficients := Load(Param("alpha"), GP64())
	rows := rowPointers(f, a, count)
	alpha, sum, rest := make([]reg.VecVirtual, count), make([][]reg.VecVirtual, count), zeros(v, count)
	for r := range sum {
		sum[r] = zeros(v, v.perChunk())
		alpha[r] = v.reg()
		f.broadcast(Mem{Base: coefficients, Disp: r * f.size}, alpha[r])
	}
	chunks(f, n, append(rows, x, y), func() {
		for i := range v.perChunk() {
			t, u := v.reg(), v.reg()
			m := Mem{Base: y, Disp: i * v.width}
			f.load(m, t)
			f.load(Mem{Base: x, Disp: i * v.width}, u)
			for r := range rows {
				s := v.reg()
				f.load(Mem{Base: rows[r], Disp: i * v.width}, s)
				f.fma(u, s, sum[r][i])
				f.fma(s, alpha[r], t)
			}
			f.load(t, m)
		}
	}, func() {
		s, t := XMM(), XMM()
		f.scalarLoad(Mem{Base: y}, t)
		for r := range rows {
			f.scalarLoad(Mem{Base: rows[r]}, s)
			f.scalarFMA(Mem{Base: x}, s, rest[r].AsX())
			f.scalarFMA(s, alpha[r].AsX(), t)
		}
		f.scalarStore(t, Mem{Base: y})
	})
	storeSums(v, f, sum, rest)
}

package blas

import "gonum.org/v1/gonum/blas"

// part says which elements of C a product computes and stores.
type part int

const (
	full  part = iota
	upper      // the elements (i, j) with i <= j
	lower      // the elements (i, j) with i >= j
)

// A product is C = β·C + α·A·B for the m×k matrix A, the k×n matrix B and the m×n matrix C. A
// and B are addressed by two strides, so that a transposed matrix is the same product with the
// strides exchanged: A's element (i, p) is a[i*ars+p*acs], B's (p, j) is b[p*brs+j*bcs].
type product[T Float] struct {
	kernels     *kernels[T]
	m, n, k     int
	alpha, beta T
	a           []T
	ars, acs    int
	b           []T
	brs, bcs    int
	packed      *Packed[T] // B packed beforehand, in place of b
	c           []T
	ldc         int
	part        part
}

// Gemm computes C = β·C + α·op(A)·op(B) on all cores, where op(X) is X or Xᵀ, op(A) is m×k,
// op(B) is k×n and C is m×n; all are row-major, with lda, ldb, ldc elements from one row to
// the next. C must not overlap A or B.
//
// As in the reference BLAS, C is not read where β = 0, and A and B are not read where α = 0.
// NaN and Inf in what is read propagate. It panics where a matrix does not fit its slice.
func Gemm[T Float](tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	p := gemmProduct(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	p.run()
}

// GemmSerial is Gemm on the calling goroutine alone, for callers that are parallel already. The
// result has the same bits.
func GemmSerial[T Float](tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	p := gemmProduct(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	p.runSerial()
}

func gemmProduct[T Float](tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) product[T] {
	p := product[T]{
		kernels: active[T](), m: m, n: n, k: k, alpha: alpha, beta: beta,
		a: a, ars: lda, acs: 1, b: b, brs: ldb, bcs: 1, c: c, ldc: ldc,
	}
	rowsA, colsA, rowsB, colsB := m, k, k, n
	if transposed(tA) {
		rowsA, colsA, p.ars, p.acs = k, m, 1, lda
	}
	if transposed(tB) {
		rowsB, colsB, p.brs, p.bcs = n, k, 1, ldb
	}
	checkMatrix("A", rowsA, colsA, a, lda)
	checkMatrix("B", rowsB, colsB, b, ldb)
	checkMatrix("C", m, n, c, ldc)
	return p
}

// run computes the product on all cores. The elements of C are shared out, never their sums, so
// that the result does not depend on the number of cores.
func (p *product[T]) run() {
	workers := workersFor(p.work())
	if workers == 1 {
		p.runSerial()
		return
	}
	blocks := p.split(workers)
	shared := *p // what the goroutines refer to escapes; p itself need not
	parallel(len(blocks), func(i int) {
		w := getWorkspace[T]()
		shared.block(w, blocks[i])
		putWorkspace(w)
	})
}

// runSerial computes the product on the calling goroutine.
func (p *product[T]) runSerial() {
	w := getWorkspace[T]()
	p.block(w, rect{0, p.m, 0, p.n})
	putWorkspace(w)
}

// work is the number of multiply-adds.
func (p *product[T]) work() int {
	work := p.m * p.n * p.k
	if p.part != full {
		work /= 2
	}
	return work
}

// A rect is the block of rows [i0, i1) and columns [j0, j1) of C.
type rect struct{ i0, i1, j0, j1 int }

// split divides C into as many blocks as there are workers, of about equal work.
func (p *product[T]) split(workers int) []rect {
	if p.part != full {
		return p.splitTriangle(workers)
	}
	// Every block reads all of its rows of A and all of its columns of B, so the best grid is
	// the one whose blocks have the smallest half-perimeter.
	down, least := 1, p.m+p.n*workers
	for d := 1; d <= workers; d++ {
		if workers%d != 0 {
			continue
		}
		if cost := p.m/d + p.n/(workers/d); cost < least {
			down, least = d, cost
		}
	}
	across := workers / down
	var blocks []rect
	for i := range down {
		for j := range across {
			r := rect{
				cut(p.m, i, down, p.kernels.rows()), cut(p.m, i+1, down, p.kernels.rows()),
				cut(p.n, j, across, p.kernels.cols), cut(p.n, j+1, across, p.kernels.cols),
			}
			if r.i0 < r.i1 && r.j0 < r.j1 {
				blocks = append(blocks, r)
			}
		}
	}
	return blocks
}

// splitTriangle divides the columns of a triangle into strips of about equal area.
func (p *product[T]) splitTriangle(workers int) []rect {
	var blocks []rect
	edge := 0
	for s := 1; s <= workers; s++ {
		f := sqrt(float64(s) / float64(workers))
		if p.part == lower {
			f = 1 - sqrt(1-float64(s)/float64(workers))
		}
		next := p.n
		if s < workers {
			next = min(roundUp(int(f*float64(p.n)), p.kernels.cols), p.n)
		}
		if next > edge {
			blocks = append(blocks, rect{0, p.m, edge, next})
		}
		edge = next
	}
	return blocks
}

// Cache blocks: rows of A in the second-level cache, columns of B in the third.
const (
	blockBytesA = 384 << 10
	blockBytesB = 2 << 20
)

// block computes one block of C.
func (p *product[T]) block(w *workspace[T], r rect) {
	load := 1
	switch {
	case p.alpha == 0 || p.k == 0:
		p.scale(r)
		return
	case p.beta == 0:
		load = 0
	case p.beta != 1:
		p.scale(r)
	}
	size := sizeOf[T]()
	maxCols := blockBytesB / size / depth
	maxRows := blockBytesA / size / depth
	for jc := r.j0; jc < r.j1; jc += maxCols {
		cols := min(maxCols, r.j1-jc)
		i0, i1 := p.rowsOf(r, jc, jc+cols)
		if i0 >= i1 {
			continue
		}
		first := load
		for pc := 0; pc < p.k; pc += depth {
			kb := min(depth, p.k-pc)
			b := p.panels(w, pc, kb, jc, cols, i1-i0)
			blocks := (i1 - i0 + maxRows - 1) / maxRows
			for t := range blocks {
				ic, next := i0+cut(i1-i0, t, blocks, p.kernels.rows()), i0+cut(i1-i0, t+1, blocks, p.kernels.rows())
				a := p.rows(w, ic, next-ic, pc, kb, cols)
				p.macro(w, ic, next-ic, jc, cols, kb, a, b, first)
			}
			first = 1
		}
	}
}

// rowsOf returns the rows of r that have an element to compute in the columns [j0, j1).
func (p *product[T]) rowsOf(r rect, j0, j1 int) (i0, i1 int) {
	switch p.part {
	case upper:
		return r.i0, min(r.i1, j1)
	case lower:
		return max(r.i0, j0), r.i1
	}
	return r.i0, r.i1
}

// macro adds the product of the packed or direct operands over one pass of k to the block of C
// with the given corner and size.
func (p *product[T]) macro(w *workspace[T], i0, rows, j0, cols, kb int, a operandA[T], b operandB[T], load int) {
	width := p.kernels.cols
	heights := (rows + p.kernels.rows() - 1) / p.kernels.rows()
	for j := 0; j < cols; j += width {
		valid := min(width, cols-j)
		bp, bs := b.panel(j/width, valid)
		for t := range heights {
			// Tiles of almost equal height: none is so low that its sums are too few to keep
			// the multipliers busy.
			i := t * rows / heights
			h := (t+1)*rows/heights - i
			from, to := p.reach(i0+i, h, j0+j, valid)
			if from >= to {
				continue
			}
			ap, rs, cs := a.panel(i, h)
			tile, first, half := p.kernels.tile, j0+j, width/2
			size := width
			if p.kernels.narrow != nil && (to <= first+half || from >= first+half) {
				tile, size = p.kernels.narrow, half
				if from >= first+half {
					first += half
				}
			}
			to = min(first+size, to)
			if to-first == size && p.whole(i0+i, h, first, size) {
				tile[h-1](kb, p.alpha, ap, rs, cs, offset(bp, first-j0-j), bs, &p.c[(i0+i)*p.ldc+first], p.ldc, load)
				continue
			}
			p.border(w, tile[h-1], size, kb, ap, rs, cs, offset(bp, first-j0-j), bs, i0+i, h, first, to-first, load)
		}
	}
}

// reach returns the columns, within [j, j+width), in which any of the rows [i, i+h) has an element
// to compute.
func (p *product[T]) reach(i, h, j, width int) (from, to int) {
	if p.part == lower {
		i += h - 1
	}
	return p.span(i, j, width)
}

// whole reports whether all elements of an h×width tile at (i, j) are to be computed.
func (p *product[T]) whole(i, h, j, width int) bool {
	switch p.part {
	case upper:
		return i+h-1 <= j
	case lower:
		return i >= j+width-1
	}
	return true
}

// border computes a tile of the given width of which only part is in C. It goes through a copy,
// by the same operations as any other tile.
func (p *product[T]) border(w *workspace[T], kernel tileKernel[T], stride, kb int, a *T, rs, cs int, b *T, bs, i, h, j, valid, load int) {
	tile := w.tile
	if load != 0 {
		for t := range h {
			from, to := p.span(i+t, j, valid)
			copy(tile[t*stride+from-j:t*stride+to-j], p.c[(i+t)*p.ldc+from:(i+t)*p.ldc+to])
		}
	}
	kernel(kb, p.alpha, a, rs, cs, b, bs, &tile[0], stride, load)
	for t := range h {
		from, to := p.span(i+t, j, valid)
		copy(p.c[(i+t)*p.ldc+from:(i+t)*p.ldc+to], tile[t*stride+from-j:t*stride+to-j])
	}
}

// span returns the columns of row i, within [j, j+width), that belong to the part of C computed.
func (p *product[T]) span(i, j, width int) (from, to int) {
	from, to = j, j+width
	switch p.part {
	case upper:
		from = min(max(from, i), to)
	case lower:
		to = max(min(to, i+1), from)
	}
	return from, to
}

// scale multiplies the block of C by β; β = 0 overwrites what was there.
func (p *product[T]) scale(r rect) {
	for i := r.i0; i < r.i1; i++ {
		from, to := p.span(i, r.j0, r.j1-r.j0)
		rescale(p.beta, p.c[i*p.ldc+from:i*p.ldc+to])
	}
}

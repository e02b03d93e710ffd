package blas

import (
	"sync"
	"unsafe"
)

// A workspace is the memory of one call: the packed blocks of a product, and what else would
// have to be allocated.
type workspace[T Float] struct {
	a, b, tile []T
	keys       philoxKeys // of Normal
}

// maxTile is enough for one tile of any tier.
const maxTile = 14 * 32

var (
	pool32 = sync.Pool{New: func() any { return &workspace[float32]{tile: make([]float32, maxTile)} }}
	pool64 = sync.Pool{New: func() any { return &workspace[float64]{tile: make([]float64, maxTile)} }}
)

func getWorkspace[T Float]() *workspace[T] {
	if sizeOf[T]() == 4 {
		return pool32.Get().(*workspace[T])
	}
	return pool64.Get().(*workspace[T])
}

func putWorkspace[T Float](w *workspace[T]) {
	if sizeOf[T]() == 4 {
		pool32.Put(w)
		return
	}
	pool64.Put(w)
}

// grow returns a slice of n elements, s itself where it is long enough.
func grow[T Float](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func sizeOf[T Float]() int {
	var x T
	return int(unsafe.Sizeof(x))
}

// operandA is a block of op(A) as the tiles read it: either rows of a fixed stride, or packed
// panels in which the h elements of a tile's column lie together.
type operandA[T Float] struct {
	data   []T
	rs, cs int
	depth  int // of the packed panels, 0 where the rows are read by strides
}

// panel returns the first element and the strides of the h rows from row i of the block.
func (a *operandA[T]) panel(i, h int) (first *T, rs, cs int) {
	if a.depth > 0 {
		return &a.data[i*a.depth], 1, h
	}
	return &a.data[i*a.rs], a.rs, a.cs
}

// Packing costs one pass over the operand, and pays once it is read often enough.
const (
	directRows   = 64 // so few rows of A, read along k, do no harm to the caches
	directPanels = 2  // panels of B that read a transposed A
)

// rows returns the block of op(A) of the given rows and columns, packed where that pays.
func (p *product[T]) rows(w *workspace[T], ic, rows, pc, kb, cols int) operandA[T] {
	src := p.a[ic*p.ars+pc*p.acs:]
	direct := operandA[T]{data: src, rs: p.ars, cs: p.acs}
	if p.acs == 1 {
		if rows <= directRows {
			return direct
		}
		// A compact copy, its rows one cache line longer than they need be, so that they do
		// not all fall into the same cache set.
		stride := kb + 64/sizeOf[T]()
		w.a = grow(w.a, rows*stride)
		for i := range rows {
			copy(w.a[i*stride:i*stride+kb], src[i*p.ars:i*p.ars+kb])
		}
		return operandA[T]{data: w.a, rs: stride, cs: 1}
	}
	if cols <= directPanels*p.kernels.cols {
		return direct
	}
	w.a = grow(w.a, rows*kb)
	heights := (rows + p.kernels.rows() - 1) / p.kernels.rows()
	for t := range heights {
		i := t * rows / heights
		h := (t+1)*rows/heights - i
		p.kernels.packRows(w.a[i*kb:(i+h)*kb], src[i:], h, p.acs, kb)
	}
	return operandA[T]{data: w.a, depth: kb}
}

// packRows copies h adjacent elements of each of kb rows, ld apart.
func (k *kernels[T]) packRows(dst, src []T, h, ld, kb int) {
	q := 0
	if w := k.stripWidth; w > 0 { // whole vectors, as long as neither slice ends within one
		if q = min((len(src)-w+ld)/ld, (h*kb-w+h)/h); q > 0 {
			k.strip(q, &src[0], ld, &dst[0], h)
		}
		q = max(q, 0)
	}
	for ; q < kb; q++ {
		copy(dst[q*h:q*h+h], src[q*ld:q*ld+h])
	}
}

// operandB is a block of op(B) as the tiles read it: packed panels of the tile's width, or, in
// place, the rows of a matrix whose last panel, if it is narrower than a tile, is packed apart.
type operandB[T Float] struct {
	data   []T
	depth  int // rows of a packed panel
	width  int
	stride int // of the rows in place; 0 where all panels are packed
	last   []T // the narrow panel of a matrix in place
}

// panel returns the first element of panel j, with the distance of its rows.
func (b *operandB[T]) panel(j, valid int) (first *T, bs int) {
	switch {
	case b.stride == 0:
		return &b.data[j*b.depth*b.width], b.width
	case valid < b.width:
		return &b.last[0], b.width
	}
	return &b.data[j*b.width], b.stride
}

// inPlaceRows is the number of rows of C up to which B is read in place: packing it would cost
// more than it saves. It is twice that where rows of B are an odd number of cache lines apart,
// and so spread over all sets of the cache.
const inPlaceRows = 64

// inPlace reports whether B is read in place for so many rows of C.
func (p *product[T]) inPlace(rows int) bool {
	if p.bcs != 1 {
		return false
	}
	if lines := p.brs * sizeOf[T]() / 64; lines%2 == 1 {
		rows = (rows + 1) / 2
	}
	return rows <= inPlaceRows
}

// panels returns the block of op(B) of the given rows and columns for a product of the given
// number of rows of C.
func (p *product[T]) panels(w *workspace[T], pc, kb, jc, cols, rows int) operandB[T] {
	width := p.kernels.cols
	if p.packed != nil {
		return operandB[T]{data: p.packed.block(pc, jc), depth: kb, width: width}
	}
	src := p.b[pc*p.brs+jc*p.bcs:]
	if p.inPlace(rows) {
		b := operandB[T]{data: src, width: width, stride: p.brs}
		if rest := cols % width; rest > 0 {
			w.b = grow(w.b, kb*width)
			p.kernels.packPanels(w.b, src[cols-rest:], p.brs, 1, kb, rest)
			b.last = w.b
		}
		return b
	}
	w.b = grow(w.b, kb*roundUp(cols, width))
	p.kernels.packPanels(w.b, src, p.brs, p.bcs, kb, cols)
	return operandB[T]{data: w.b, depth: kb, width: width}
}

// packPanels copies a kb×cols block into panels of the tile's width, the last one filled with
// zeros: nothing reads what they give, but subnormal numbers left there could be slow.
func (k *kernels[T]) packPanels(dst, src []T, rs, cs, kb, cols int) {
	width := k.cols
	for j := 0; j < cols; j += width {
		panel := dst[j*kb : (j+width)*kb]
		valid := min(width, cols-j)
		if valid < width {
			clear(panel)
		}
		switch {
		case cs == 1 && valid == width:
			k.pack(kb, &src[j], rs, &panel[0])
		case cs == 1:
			for q := range kb {
				copy(panel[q*width:q*width+valid], src[q*rs+j:q*rs+j+valid])
			}
		default:
			packTransposed(panel, src[j*cs:], cs, kb, valid, width)
		}
	}
}

// packTransposed copies rows of kb elements, ld apart, into the columns of a panel.
func packTransposed[T Float](panel, src []T, ld, kb, valid, width int) {
	j := 0
	for ; j+4 <= valid; j += 4 {
		r0, r1, r2, r3 := src[j*ld:j*ld+kb], src[(j+1)*ld:(j+1)*ld+kb], src[(j+2)*ld:(j+2)*ld+kb], src[(j+3)*ld:(j+3)*ld+kb]
		for q := range kb {
			d := panel[q*width+j : q*width+j+4 : q*width+j+4]
			d[0], d[1], d[2], d[3] = r0[q], r1[q], r2[q], r3[q]
		}
	}
	for ; j < valid; j++ {
		for q, x := range src[j*ld : j*ld+kb] {
			panel[q*width+j] = x
		}
	}
}

package hdf5

import (
	"fmt"
	"math/bits"
)

// fractalHeap holds the links or attributes of one object when there are many. Its managed objects
// live in a space of addresses of its own, cut into blocks that lie in a table: row 0 and row 1 hold
// width blocks of the starting size each, every further row blocks of twice the size. Small blocks hold
// objects; larger ones are indirect, with a table of the same kind inside.
type fractalHeap struct {
	f          *File
	addr       uint64
	idSize     int
	checksums  bool   // direct blocks have them
	maxManaged uint64 // larger objects are huge
	huge       uint64 // B-tree of huge objects
	width      uint64 // blocks in a row
	start      uint64 // bytes of a block in row 0
	maxDirect  uint64 // bytes of the largest direct block
	bits       int    // of the heap's address space
	root       uint64
	rootRows   int // 0: the root is a direct block
	filters    pipeline
	rootSize   uint64 // bytes of a filtered direct root block in the file
	rootMask   uint32
}

func (f *File) fractalHeap(addr uint64) (*fractalHeap, error) {
	h, err := f.readFractalHeap(addr)
	return h, at("fractal heap", addr, err)
}

func (f *File) readFractalHeap(addr uint64) (*fractalHeap, error) {
	n := uint64(22 + 12*f.lengthSize + 3*f.offsetSize)
	b, err := f.meta(addr, n)
	if err != nil {
		return nil, err
	}
	c := f.cursor(b)
	c.signature("FRHP")
	c.version(0)
	h := &fractalHeap{f: f, addr: addr, idSize: int(c.u16())}
	filterBytes := uint64(c.u16())
	flags := c.u8()
	h.checksums = flags&2 != 0
	h.maxManaged = uint64(c.u32())
	c.length() // next identifier of a huge object
	h.huge = c.address()
	c.length()  // free space
	c.address() // its manager
	for range 8 {
		c.length() // counts and totals of no use to a reader
	}
	h.width = uint64(c.u16())
	h.start = c.length()
	h.maxDirect = c.length()
	h.bits = int(c.u16())
	c.u16() // rows at the beginning
	h.root = c.address()
	h.rootRows = int(c.u16())
	if c.err != nil {
		return nil, c.err
	}
	total := n + 4
	if filterBytes > 0 {
		total += uint64(f.lengthSize) + 4 + filterBytes
	}
	if b, err = f.block(addr, total, "FRHP", verify); err != nil {
		return nil, err
	}
	if filterBytes > 0 {
		c = f.cursor(b[n : total-4])
		h.rootSize, h.rootMask = c.length(), c.u32()
		if h.filters, err = parseFilters(c); err != nil {
			return nil, err
		}
	}
	return h, h.validate()
}

func (h *fractalHeap) validate() error {
	powerOfTwo := func(v uint64) bool { return v != 0 && v&(v-1) == 0 }
	switch {
	case !powerOfTwo(h.width) || !powerOfTwo(h.start) || !powerOfTwo(h.maxDirect) ||
		h.maxDirect < h.start || h.maxDirect > 1<<31 || h.start > 1<<31:
		return fmt.Errorf("table of %d blocks of %d bytes, at most %d", h.width, h.start, h.maxDirect)
	case h.bits < 1 || h.bits > 64:
		return fmt.Errorf("heap of %d bits", h.bits)
	case h.rootRows > 64:
		return fmt.Errorf("root block of %d rows", h.rootRows)
	case h.idSize < 1+h.offsetBytes()+h.lengthBytes():
		return fmt.Errorf("heap identifiers of %d bytes", h.idSize)
	}
	return nil
}

func (h *fractalHeap) offsetBytes() int { return (h.bits + 7) / 8 }

func (h *fractalHeap) lengthBytes() int { return bytesFor(min(h.maxDirect, h.maxManaged)) }

// object returns the object that a heap identifier names.
func (h *fractalHeap) object(id []byte) ([]byte, error) {
	b, err := h.find(id)
	return b, at("fractal heap", h.addr, err)
}

func (h *fractalHeap) find(id []byte) ([]byte, error) {
	if len(id) < h.idSize {
		return nil, fmt.Errorf("identifier of %d bytes instead of %d", len(id), h.idSize)
	}
	id = id[:h.idSize]
	if id[0]>>6 != 0 {
		return nil, unsupported("identifier of version %d", id[0]>>6)
	}
	switch id[0] >> 4 & 3 {
	case 0:
		c := h.f.cursor(id[1:])
		offset, length := c.uint(h.offsetBytes()), c.uint(h.lengthBytes())
		return h.managed(offset, length)
	case 1:
		return h.hugeObject(id[1:])
	case 2:
		return h.tiny(id)
	}
	return nil, fmt.Errorf("identifier of type 3")
}

// tiny objects lie in the identifier itself.
func (h *fractalHeap) tiny(id []byte) ([]byte, error) {
	n, data := int(id[0]&15)+1, id[1:]
	if h.idSize > 17 {
		n, data = (int(id[0]&15)<<8|int(id[1]))+1, id[2:]
	}
	if n > len(data) {
		return nil, fmt.Errorf("tiny object of %d bytes in an identifier of %d", n, h.idSize)
	}
	return data[:n], nil
}

// hugeObject returns an object that lies in the file by itself. Where the identifier has room it holds
// address and length; else it holds the key of a B-tree record that does.
func (h *fractalHeap) hugeObject(id []byte) ([]byte, error) {
	f := h.f
	filtered := len(h.filters) > 0
	c := f.cursor(id)
	inline := f.offsetSize + f.lengthSize
	if filtered {
		inline += 4 + f.lengthSize
	}
	if len(id) < inline {
		key := c.uint(min(8, len(id)))
		record, err := h.hugeRecord(key)
		if err != nil {
			return nil, err
		}
		c = f.cursor(record)
	}
	addr, length := c.address(), c.length()
	var mask uint32
	size := length
	if filtered {
		mask, size = c.u32(), c.length()
	}
	if c.err != nil {
		return nil, c.err
	}
	b, err := f.meta(addr, length)
	if err != nil || !filtered {
		return b, err
	}
	return h.decode(b, mask, size)
}

func (h *fractalHeap) hugeRecord(key uint64) ([]byte, error) {
	if h.huge == undefined {
		return nil, fmt.Errorf("huge object %d in a heap without any", key)
	}
	tree, err := h.f.btree2(h.huge, hugeIndirect, hugeIndirectFiltered)
	if err != nil {
		return nil, err
	}
	if tree.recordSize < h.f.lengthSize {
		return nil, fmt.Errorf("records of %d bytes", tree.recordSize)
	}
	record, ok, err := tree.find(func(r []byte) int {
		k := uintLE(r[len(r)-h.f.lengthSize:])
		switch {
		case k < key:
			return -1
		case k > key:
			return 1
		}
		return 0
	})
	if err == nil && !ok {
		err = fmt.Errorf("no huge object %d", key)
	}
	return record, err
}

// managed returns n bytes at an offset of the heap's own space.
func (h *fractalHeap) managed(offset, n uint64) ([]byte, error) {
	if h.bits < 64 && offset >= 1<<h.bits {
		return nil, fmt.Errorf("object at %#x of a heap of %d bits", offset, h.bits)
	}
	if h.root == undefined {
		return nil, fmt.Errorf("object at %#x of an empty heap", offset)
	}
	addr, base, rows := h.root, uint64(0), h.rootRows
	size, stored, mask := h.start, h.rootSize, h.rootMask
	for depth := 0; rows > 0; depth++ {
		if depth > 64 {
			return nil, at("indirect block", addr, fmt.Errorf("blocks nested deeper than 64"))
		}
		e, err := h.entry(addr, base, rows, offset)
		if err != nil {
			return nil, at("indirect block", addr, err)
		}
		addr, base, size, stored, mask = e.addr, e.base, e.size, e.stored, e.mask
		rows = 0
		if size > h.maxDirect {
			rows = bits.Len64(size) - bits.Len64(h.start*h.width) + 1
			if rows < 1 {
				return nil, at("indirect block", addr, fmt.Errorf("block of %d bytes", size))
			}
		}
	}
	b, err := h.directBlock(addr, base, size, stored, mask)
	if err != nil {
		return nil, at("direct block", addr, err)
	}
	within := offset - base
	if within > size || n > size-within {
		return nil, at("direct block", addr, fmt.Errorf("object of bytes %d to %d in a block of %d", within, within+n, size))
	}
	return b[within : within+n : within+n], nil
}

// heapEntry is one child of an indirect block.
type heapEntry struct {
	addr, base, size uint64 // base: offset of its first byte in the heap's space
	stored           uint64 // bytes in the file, if filtered
	mask             uint32
}

// entry finds the child of the indirect block at addr that holds the offset. The block begins at base
// of the heap's space and has the given rows.
func (h *fractalHeap) entry(addr, base uint64, rows int, offset uint64) (heapEntry, error) {
	f := h.f
	directRows := min(rows, bits.Len64(h.maxDirect)-bits.Len64(h.start)+2)
	direct := f.offsetSize
	if len(h.filters) > 0 {
		direct += f.lengthSize + 4
	}
	width := int(h.width)
	head := 4 + 1 + f.offsetSize + h.offsetBytes()
	n := head + width*(directRows*direct+(rows-directRows)*f.offsetSize) + 4
	b, err := f.block(addr, uint64(n), "FHIB", verify)
	if err != nil {
		return heapEntry{}, err
	}
	if err := h.belongs(b, base); err != nil {
		return heapEntry{}, err
	}
	e := heapEntry{base: base, size: h.start}
	for row := range rows {
		if row > 1 {
			e.size *= 2
		}
		if e.size > 1<<62/h.width {
			break
		}
		span := e.size * h.width
		if offset-e.base >= span {
			e.base += span
			continue
		}
		column := (offset - e.base) / e.size
		e.base += column * e.size
		i := row*width + int(column)
		pos := head + i*direct
		if row >= directRows {
			pos = head + directRows*width*direct + (i-directRows*width)*f.offsetSize
		}
		c := f.cursor(b[pos : len(b)-4])
		e.addr = c.address()
		if row < directRows && len(h.filters) > 0 {
			e.stored, e.mask = c.length(), c.u32()
		}
		if c.err == nil && e.addr == undefined {
			c.err = fmt.Errorf("object at %#x in a block that was never written", offset)
		}
		return e, c.err
	}
	return e, fmt.Errorf("object at %#x beyond the block's %d rows", offset, rows)
}

func (h *fractalHeap) directBlock(addr, base, size, stored uint64, mask uint32) ([]byte, error) {
	head := 4 + 1 + h.f.offsetSize + h.offsetBytes()
	check := func(b []byte) error {
		if len(b) < head+4 {
			return fmt.Errorf("block of %d bytes", len(b))
		}
		if !h.checksums {
			return nil
		}
		whole := append([]byte(nil), b...)
		clear(whole[head : head+4])
		return compareChecksums(uint32(uintLE(b[head:head+4])), lookup3(whole))
	}
	if len(h.filters) == 0 {
		b, err := h.f.block(addr, size, "FHDB", check)
		if err != nil {
			return nil, err
		}
		return b, h.belongs(b, base)
	}
	raw, err := h.f.meta(addr, stored)
	if err != nil {
		return nil, err
	}
	b, err := h.decode(raw, mask, size)
	if err != nil {
		return nil, err
	}
	if err := expect(b, "FHDB"); err != nil {
		return nil, err
	}
	if err := check(b); err != nil {
		return nil, err
	}
	return b, h.belongs(b, base)
}

// belongs verifies that a block names this heap and its place in it.
func (h *fractalHeap) belongs(b []byte, base uint64) error {
	c := h.f.cursor(b)
	c.skip(4)
	c.version(0)
	owner, offset := c.address(), c.uint(h.offsetBytes())
	if c.err != nil {
		return c.err
	}
	if owner != h.addr || offset != base {
		return fmt.Errorf("block %#x of the heap at %#x where block %#x of %#x belongs", offset, owner, base, h.addr)
	}
	return nil
}

func (h *fractalHeap) decode(b []byte, mask uint32, size uint64) ([]byte, error) {
	if size > h.f.allocatable() {
		return nil, fmt.Errorf("object of %d bytes in a file of %d", size, h.f.size)
	}
	return h.filters.decode(b, mask, int(size), new(scratch))
}

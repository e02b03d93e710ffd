package hdf5

import (
	"fmt"
	"math/bits"
)

// Classes of layout.
const (
	layoutCompact    = 0
	layoutContiguous = 1
	layoutChunked    = 2
	layoutVirtual    = 3
)

// Types of chunk index in layout version 4; version 3 and before have none but the B-tree of version 1.
const (
	indexTree1      = 0
	indexSingle     = 1
	indexImplicit   = 2
	indexFixed      = 3
	indexExtensible = 4
	indexTree2      = 5
)

// layout says where the elements of a dataset lie.
type layout struct {
	class int
	data  []byte // compact: the elements
	addr  uint64 // contiguous: of the elements; chunked: of the index
	size  uint64 // contiguous: bytes, 0 where the version does not say

	chunk    []uint64 // shape
	element  uint64   // bytes of an element, as the layout has it
	index    int
	rawEdges bool // chunks that reach beyond the dataset are not filtered

	single chunkPlace // of the only chunk, if filtered
}

func (f *File) parseLayout(m *message) (layout, error) {
	var l layout
	c := f.cursor(m.body)
	switch c.version(1, 2, 3, 4) {
	case 1, 2:
		l.parse1(c)
	case 3:
		l.parse3(c)
	case 4:
		l.parse4(c)
	}
	return l, c.err
}

func (l *layout) parse1(c *cursor) {
	rank := int(c.u8())
	l.class = int(c.u8())
	c.skip(5)
	if l.class != layoutCompact {
		l.addr = c.address()
	}
	dims := make([]uint64, rank)
	for i := range dims {
		dims[i] = uint64(c.u32())
	}
	switch l.class {
	case layoutCompact:
		l.data = c.bytes(int(c.u32()))
	case layoutContiguous:
	case layoutChunked:
		l.setChunk(c, dims)
	default:
		c.fail(fmt.Errorf("class %d", l.class))
	}
}

func (l *layout) parse3(c *cursor) {
	l.class = int(c.u8())
	switch l.class {
	case layoutCompact:
		l.data = c.bytes(int(c.u16()))
	case layoutContiguous:
		l.addr, l.size = c.address(), c.length()
	case layoutChunked:
		rank := int(c.u8())
		l.addr = c.address()
		dims := make([]uint64, rank)
		for i := range dims {
			dims[i] = uint64(c.u32())
		}
		l.setChunk(c, dims)
	default:
		c.fail(fmt.Errorf("class %d", l.class))
	}
}

func (l *layout) parse4(c *cursor) {
	l.class = int(c.u8())
	switch l.class {
	case layoutCompact:
		l.data = c.bytes(int(c.u16()))
	case layoutContiguous:
		l.addr, l.size = c.address(), c.length()
	case layoutChunked:
		l.parseChunked4(c)
	case layoutVirtual:
		c.fail(unsupported("a virtual dataset, made of parts of others"))
	default:
		c.fail(fmt.Errorf("class %d", l.class))
	}
}

func (l *layout) parseChunked4(c *cursor) {
	flags := c.u8()
	rank, width := int(c.u8()), int(c.u8())
	if width < 1 || width > 8 {
		c.fail(fmt.Errorf("chunk dimensions of %d bytes", width))
		return
	}
	dims := make([]uint64, rank)
	for i := range dims {
		dims[i] = c.uint(width)
	}
	l.setChunk(c, dims)
	l.rawEdges = flags&1 != 0
	l.index = int(c.u8())
	switch l.index {
	case indexSingle:
		if flags&2 != 0 {
			l.single.size = c.length()
			l.single.mask = c.u32()
		}
	case indexImplicit:
	case indexFixed:
		c.skip(1) // the header of each index repeats how it was made
	case indexExtensible:
		c.skip(5)
	case indexTree2:
		c.skip(6)
	default:
		c.fail(unsupported("chunk index of type %d", l.index))
	}
	l.addr = c.address()
	l.single.addr = l.addr
}

// setChunk takes the stored dimensions, of which the last is the size of an element.
func (l *layout) setChunk(c *cursor, dims []uint64) {
	if c.err != nil {
		return
	}
	if len(dims) < 2 || len(dims) > maxRank+1 {
		c.fail(fmt.Errorf("chunks of %d dimensions", len(dims)-1))
		return
	}
	l.chunk, l.element = dims[:len(dims)-1], dims[len(dims)-1]
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// storage makes what elements are read through.
func (l *layout) storage(f *File, owner uint64, size int, ds dataspace, filters pipeline, fill []byte) (storage, error) {
	n, _ := product(ds.dims)
	hi, need := bits.Mul64(n, uint64(size))
	if hi != 0 {
		return nil, fmt.Errorf("%d elements of %d bytes", n, size)
	}
	empty := unwritten{size: size, fill: fill}
	switch l.class {
	case layoutCompact:
		if need > uint64(len(l.data)) {
			return nil, fmt.Errorf("%d bytes of elements where %d belong", len(l.data), need)
		}
		return memory{l.data, size}, nil
	case layoutContiguous:
		if l.addr == undefined || need == 0 {
			return empty, nil
		}
		if l.size != 0 && l.size < need {
			return nil, fmt.Errorf("%d bytes of elements where %d belong", l.size, need)
		}
		return contiguous{f: f, addr: l.addr, size: size, total: n}, nil
	}
	return l.chunked(f, owner, size, ds, filters, empty)
}

func (l *layout) chunked(f *File, owner uint64, size int, ds dataspace, filters pipeline, empty unwritten) (storage, error) {
	if len(l.chunk) != len(ds.dims) {
		return nil, fmt.Errorf("chunks of %d dimensions in a dataset of %d", len(l.chunk), len(ds.dims))
	}
	if l.element != uint64(size) {
		return nil, fmt.Errorf("chunks with elements of %d bytes in a dataset with elements of %d", l.element, size)
	}
	elements, ok := product(l.chunk)
	hi, bytes := bits.Mul64(elements, uint64(size))
	if !ok || elements == 0 || hi != 0 || bytes > f.allocatable() {
		return nil, fmt.Errorf("chunks of %s elements of %d bytes in a file of %d bytes", joinDims(l.chunk), size, f.size)
	}
	if l.addr == undefined {
		return empty, nil
	}
	s := &chunked{
		f: f, owner: owner, shape: ds.dims, chunk: l.chunk, size: size, bytes: int(bytes),
		filters: filters, rawEdges: l.rawEdges, empty: empty,
	}
	var err error
	s.index, err = l.chunkIndex(f, ds, bytes, len(filters) > 0)
	return s, err
}

func (l *layout) chunkIndex(f *File, ds dataspace, bytes uint64, filtered bool) (chunkIndex, error) {
	switch l.index {
	case indexTree1:
		return newChunkTree1(f, l.addr, l.chunk), nil
	case indexSingle:
		if !filtered {
			l.single.size = bytes
		}
		return singleChunk(l.single), nil
	case indexImplicit:
		if filtered {
			return nil, fmt.Errorf("implicit chunk index with filters")
		}
		grid, err := chunkGrid(ds.max, l.chunk)
		return implicitIndex{l.addr, bytes, grid}, err
	case indexFixed:
		grid, err := chunkGrid(ds.max, l.chunk)
		return &fixedArray{f: f, addr: l.addr, grid: grid, bytes: bytes, filtered: filtered}, err
	case indexExtensible:
		return newExtensibleArray(f, l.addr, ds.max, l.chunk, bytes, filtered)
	}
	return &chunkTree2{f: f, addr: l.addr, rank: len(l.chunk), bytes: bytes, filtered: filtered}, nil
}

// chunkGrid returns how many chunks there can be along each dimension, none of which may be unlimited.
func chunkGrid(limit, chunk []uint64) ([]uint64, error) {
	grid := make([]uint64, len(chunk))
	for d := range chunk {
		if limit[d] == unlimited {
			return nil, fmt.Errorf("dimension %d is unlimited, which this chunk index cannot be", d)
		}
		grid[d] = (limit[d]-1)/chunk[d] + 1
		if limit[d] == 0 {
			grid[d] = 0
		}
	}
	if _, ok := product(grid); !ok {
		return nil, fmt.Errorf("%s chunks", joinDims(grid))
	}
	return grid, nil
}

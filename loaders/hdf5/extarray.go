package hdf5

import (
	"fmt"
	"math/bits"
	"sync"
)

// extensibleArray is the index of chunks that may grow along one dimension: an array of which no
// entry moves when it grows. The first entries are in the index block. The others are in data blocks
// of growing size, and those are grouped: super block u has 2^⌊u/2⌋ data blocks of 2^⌈u/2⌉ × least
// entries. The data blocks of the first super blocks are pointed to by the index block itself. Large data
// blocks are cut into pages.
type extensibleArray struct {
	f        *File
	addr     uint64
	grid     []uint64 // chunks along each dimension, the one that grows first
	grows    int      // that dimension
	bytes    uint64   // of a chunk
	filtered bool

	once     sync.Once
	err      error
	client   uint8
	entry    uint64 // bytes
	maxBits  int    // of an entry's number
	inIndex  uint64 // entries in the index block
	least    uint64 // entries in the smallest data block
	minPtrs  uint64 // data blocks of the smallest super block that has a block of its own
	page     uint64 // entries of a page
	stored   uint64 // entries that were ever set
	index    uint64 // address of the index block
	direct   int    // super blocks whose data blocks the index block points to
	pointers uint64 // data blocks it points to
	supers   int    // super blocks it points to
}

func newExtensibleArray(f *File, addr uint64, limit, chunk []uint64, bytes uint64, filtered bool) (*extensibleArray, error) {
	x := &extensibleArray{f: f, addr: addr, bytes: bytes, filtered: filtered, grows: -1}
	finite := make([]uint64, 0, len(limit))
	sizes := make([]uint64, 0, len(limit))
	for d, m := range limit {
		if m == unlimited && x.grows < 0 {
			x.grows = d
			continue
		}
		finite = append(finite, m)
		sizes = append(sizes, chunk[d])
	}
	if x.grows < 0 {
		return nil, fmt.Errorf("extensible chunk index for a dataset that cannot grow")
	}
	rest, err := chunkGrid(finite, sizes)
	x.grid = append([]uint64{unlimited}, rest...)
	return x, err
}

func (x *extensibleArray) open() {
	f := x.f
	b, err := f.block(x.addr, uint64(16+6*f.lengthSize+f.offsetSize), "EAHD", verify)
	if err != nil {
		x.err = err
		return
	}
	c := f.cursor(b)
	c.skip(4)
	c.version(0)
	x.client = c.u8()
	x.entry = uint64(c.u8())
	x.maxBits = int(c.u8())
	x.inIndex = uint64(c.u8())
	x.least = uint64(c.u8())
	x.minPtrs = uint64(c.u8())
	pageBits := c.u8()
	for range 4 {
		c.length() // counts and sizes of blocks
	}
	x.stored = c.length()
	c.length() // entries there is room for
	x.index = c.address()
	if x.err = c.err; x.err != nil {
		return
	}
	powerOfTwo := func(v uint64) bool { return v != 0 && v&(v-1) == 0 }
	if x.maxBits < 1 || x.maxBits > 64 || !powerOfTwo(x.least) || !powerOfTwo(x.minPtrs) || pageBits > 31 ||
		log2(x.least) > x.maxBits {
		x.err = fmt.Errorf("entry numbers of %d bits, data blocks from %d entries, super blocks from %d, pages of 2^%d",
			x.maxBits, x.least, x.minPtrs, pageBits)
		return
	}
	x.page = 1 << pageBits
	x.direct = 2 * log2(x.minPtrs)
	x.pointers = 2 * (x.minPtrs - 1)
	x.supers = max(0, 1+x.maxBits-log2(x.least)-x.direct)
	x.err = f.entryBytes(int(x.entry), x.client, x.filtered)
}

func log2(v uint64) int { return bits.Len64(v) - 1 }

func (x *extensibleArray) find(scaled []uint64) (chunkPlace, bool, error) {
	if x.once.Do(x.open); x.err != nil {
		return chunkPlace{}, false, at("extensible array", x.addr, x.err)
	}
	i, err := x.number(scaled)
	if err != nil {
		return chunkPlace{}, false, at("extensible array", x.addr, err)
	}
	if i >= x.stored || x.index == undefined {
		return chunkPlace{}, false, nil
	}
	entry, err := x.entryAt(i)
	if err != nil || entry == nil {
		return chunkPlace{}, false, at("extensible array index block", x.index, err)
	}
	p := x.f.chunkEntry(entry, x.bytes, x.filtered)
	return p, p.addr != undefined, nil
}

// number numbers the chunks with the dimension that grows as the slowest.
func (x *extensibleArray) number(scaled []uint64) (uint64, error) {
	i := scaled[x.grows]
	k := 1
	for d, s := range scaled {
		if d == x.grows {
			continue
		}
		if s >= x.grid[k] {
			return 0, fmt.Errorf("chunk [%s] outside the grid", joinIndex(scaled))
		}
		hi, lo := bits.Mul64(i, x.grid[k])
		if hi != 0 || lo+s < lo {
			return 0, fmt.Errorf("chunk [%s] beyond 64 bits", joinIndex(scaled))
		}
		i = lo + s
		k++
	}
	return i, nil
}

// entryAt returns entry i, or nil if its block was never written.
func (x *extensibleArray) entryAt(i uint64) ([]byte, error) {
	f := x.f
	head := uint64(6 + f.offsetSize)
	dataStart := head + x.inIndex*x.entry
	superStart := dataStart + x.pointers*uint64(f.offsetSize)
	n := superStart + uint64(x.supers*f.offsetSize) + 4
	b, err := f.arrayBlock(x.index, n, "EAIB", x.client, x.addr)
	if err != nil {
		return nil, err
	}
	if i < x.inIndex {
		return b[head+i*x.entry : head+(i+1)*x.entry], nil
	}
	i -= x.inIndex
	u := log2(i/x.least + 1) // super block
	blocks, entries := uint64(1)<<(u/2), x.least<<((u+1)/2)
	i -= (1<<u - 1) * x.least // within the super block
	block := i / entries
	i %= entries
	if u < x.direct {
		// Before super block u there are Σ 2^⌊v/2⌋, v < u, data blocks.
		before := uint64(2*(1<<(u/2)-1)) + uint64(u%2)<<(u/2)
		addr := f.addressAt(b, dataStart, before+block)
		if addr == undefined {
			return nil, nil
		}
		entry, err := x.dataBlock(addr, entries, i, nil, 0)
		return entry, at("extensible array data block", addr, err)
	}
	if u-x.direct >= x.supers {
		return nil, fmt.Errorf("super block %d of %d", u, x.direct+x.supers)
	}
	addr := f.addressAt(b, superStart, uint64(u-x.direct))
	if addr == undefined {
		return nil, nil
	}
	entry, err := x.superBlock(addr, blocks, entries, block, i)
	return entry, at("extensible array super block", addr, err)
}

func (f *File) addressAt(b []byte, start, i uint64) uint64 {
	pos := start + i*uint64(f.offsetSize)
	return widen(uintLE(b[pos:pos+uint64(f.offsetSize)]), f.offsetSize)
}

// blockHead is the number of bytes before the content of a super or data block.
func (x *extensibleArray) blockHead() uint64 { return uint64(6 + x.f.offsetSize + (x.maxBits+7)/8) }

// superBlock returns entry i of a data block. The super block has a bitmap of pages for its data
// blocks if they are paged.
func (x *extensibleArray) superBlock(addr, blocks, entries, block, i uint64) ([]byte, error) {
	f := x.f
	head := x.blockHead()
	pages, bitmap := x.pages(entries), uint64(0)
	if pages > 0 {
		bitmap = blocks * ((pages-1)/8 + 1)
	}
	if blocks > f.size {
		return nil, fmt.Errorf("%d data blocks in a file of %d bytes", blocks, f.size)
	}
	b, err := f.arrayBlock(addr, head+bitmap+blocks*uint64(f.offsetSize)+4, "EASB", x.client, x.addr)
	if err != nil {
		return nil, err
	}
	data := f.addressAt(b, head+bitmap, block)
	if data == undefined {
		return nil, nil
	}
	entry, err := x.dataBlock(data, entries, i, b[head:head+bitmap], block*pages)
	return entry, at("extensible array data block", data, err)
}

// pages returns how many pages a data block has, 0 if it is not paged.
func (x *extensibleArray) pages(entries uint64) uint64 {
	if entries <= x.page {
		return 0
	}
	return entries / x.page
}

// dataBlock returns entry i of a data block, or nil if its page was never written: that is what the
// bitmap says from bit first on.
func (x *extensibleArray) dataBlock(addr, entries, i uint64, bitmap []byte, first uint64) ([]byte, error) {
	f := x.f
	head := x.blockHead()
	if x.pages(entries) == 0 {
		if entries > f.size/x.entry {
			return nil, fmt.Errorf("%d entries in a file of %d bytes", entries, f.size)
		}
		b, err := f.arrayBlock(addr, head+entries*x.entry+4, "EADB", x.client, x.addr)
		if err != nil {
			return nil, err
		}
		return b[head+i*x.entry : head+(i+1)*x.entry], nil
	}
	if _, err := f.arrayBlock(addr, head+4, "EADB", x.client, x.addr); err != nil {
		return nil, err
	}
	number := i / x.page
	if bitmap != nil && !bit(bitmap, first+number) {
		return nil, nil
	}
	page, err := f.block(addr+head+4+number*(x.page*x.entry+4), x.page*x.entry+4, "", verify)
	if err != nil {
		return nil, fmt.Errorf("page %d: %w", number, err)
	}
	i %= x.page
	return page[i*x.entry : (i+1)*x.entry], nil
}

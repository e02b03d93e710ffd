package hdf5

import (
	"fmt"
	"sync"
)

// fixedArray is the index of chunks whose number cannot grow: an array with an entry for each. A long
// one is cut into pages, those never written being marked in a bitmap.
type fixedArray struct {
	f        *File
	addr     uint64
	grid     []uint64
	bytes    uint64 // of a chunk
	filtered bool

	once   sync.Once
	err    error
	client uint8
	entry  int    // bytes
	n      uint64 // entries
	page   uint64 // entries of a page
	data   uint64 // address of the data block
}

func (x *fixedArray) open() {
	f := x.f
	b, err := f.block(x.addr, uint64(12+f.lengthSize+f.offsetSize), "FAHD", verify)
	if err != nil {
		x.err = err
		return
	}
	c := f.cursor(b)
	c.skip(4)
	c.version(0)
	x.client = c.u8()
	x.entry = int(c.u8())
	pageBits := c.u8()
	x.n = c.length()
	x.data = c.address()
	switch {
	case c.err != nil:
		x.err = c.err
		return
	case pageBits > 31:
		x.err = fmt.Errorf("pages of 2^%d entries", pageBits)
		return
	}
	x.page = 1 << pageBits
	x.err = f.entryBytes(x.entry, x.client, x.filtered)
}

func (x *fixedArray) find(scaled []uint64) (chunkPlace, bool, error) {
	if x.once.Do(x.open); x.err != nil {
		return chunkPlace{}, false, at("fixed array", x.addr, x.err)
	}
	i, err := gridIndex(scaled, x.grid)
	if err == nil && i >= x.n {
		err = fmt.Errorf("chunk %d of %d", i, x.n)
	}
	if err != nil {
		return chunkPlace{}, false, at("fixed array", x.addr, err)
	}
	if x.data == undefined {
		return chunkPlace{}, false, nil
	}
	entry, err := x.find1(i)
	if err != nil || entry == nil {
		return chunkPlace{}, false, at("fixed array data block", x.data, err)
	}
	p := x.f.chunkEntry(entry, x.bytes, x.filtered)
	return p, p.addr != undefined, nil
}

// find1 returns entry i, or nil if its page was never written.
func (x *fixedArray) find1(i uint64) ([]byte, error) {
	f := x.f
	size := uint64(x.entry)
	head := uint64(6 + f.offsetSize)
	if x.n <= x.page {
		if x.n > f.size/size {
			return nil, fmt.Errorf("%d entries in a file of %d bytes", x.n, f.size)
		}
		b, err := x.block(head + x.n*size + 4)
		if err != nil {
			return nil, err
		}
		return b[head+i*size : head+(i+1)*size], nil
	}
	pages := (x.n-1)/x.page + 1
	bitmap := (pages-1)/8 + 1
	b, err := x.block(head + bitmap + 4)
	if err != nil {
		return nil, err
	}
	number := i / x.page
	if !bit(b[head:], number) {
		return nil, nil
	}
	start := x.data + head + bitmap + 4 + number*(x.page*size+4)
	entries := min(x.page, x.n-number*x.page)
	page, err := f.block(start, entries*size+4, "", verify)
	if err != nil {
		return nil, fmt.Errorf("page %d: %w", number, err)
	}
	i %= x.page
	return page[i*size : (i+1)*size], nil
}

func (x *fixedArray) block(n uint64) ([]byte, error) {
	return x.f.arrayBlock(x.data, n, "FADB", x.client, x.addr)
}

// arrayBlock reads a block of a fixed or extensible array, which names the array it belongs to.
func (f *File) arrayBlock(addr, n uint64, signature string, client uint8, owner uint64) ([]byte, error) {
	b, err := f.block(addr, n, signature, verify)
	if err != nil {
		return nil, err
	}
	c := f.cursor(b)
	c.skip(4)
	c.version(0)
	kind, array := c.u8(), c.address()
	if c.err == nil && (kind != client || array != owner) {
		c.err = fmt.Errorf("block of the array of type %d at %#x where one of type %d at %#x belongs", kind, array, client, owner)
	}
	return b, c.err
}

// bit returns bit i of a bitmap, the first being the highest of the first byte.
func bit(b []byte, i uint64) bool { return b[i/8]&(0x80>>(i%8)) != 0 }

package hdf5

import (
	"encoding/binary"
	"fmt"
	"sort"
	"strings"
	"sync"
)

// localHeap holds the names of one group with a symbol table.
type localHeap struct {
	addr uint64
	text string // one allocation that all names share, however many entries point at the same one
}

func (f *File) localHeap(addr uint64) (*localHeap, error) {
	h := &localHeap{addr: addr}
	b, err := f.meta(addr, uint64(8+2*f.lengthSize+f.offsetSize))
	if err != nil {
		return nil, at("local heap", addr, err)
	}
	c := f.cursor(b)
	c.signature("HEAP")
	c.version(0)
	c.skip(3)
	size := c.length()
	c.length() // free list
	data := c.address()
	if c.err != nil {
		return nil, at("local heap", addr, c.err)
	}
	if size == 0 {
		return h, nil
	}
	segment, err := f.meta(data, size)
	if err != nil {
		return nil, at("local heap", addr, err)
	}
	h.text = string(segment)
	return h, nil
}

// name returns the NUL-terminated text at an offset.
func (h *localHeap) name(offset uint64) (string, error) {
	if offset >= uint64(len(h.text)) {
		return "", at("local heap", h.addr, fmt.Errorf("name at byte %d of %d", offset, len(h.text)))
	}
	text := h.text[offset:]
	end := strings.IndexByte(text[:min(len(text), 1<<16)], 0)
	if end < 0 {
		return "", at("local heap", h.addr, fmt.Errorf("name at byte %d has no end", offset))
	}
	return text[:end], nil
}

// collection is one global heap collection: the objects that strings and sequences of variable length
// point to.
type collection struct {
	objects map[uint16][]byte
}

// heapCacheBytes bounds the collections kept for the next string.
const heapCacheBytes = 16 << 20

// heapObject returns an object of the global heap, which the caller must not change.
func (f *File) heapObject(addr uint64, index uint32) ([]byte, error) {
	h, ok := f.heaps.get(addr)
	if !ok {
		var err error
		if h, err = f.readCollection(addr); err != nil {
			return nil, at("global heap", addr, err)
		}
	}
	if index > 1<<16-1 || h.objects[uint16(index)] == nil {
		return nil, at("global heap", addr, fmt.Errorf("no object %d", index))
	}
	return h.objects[uint16(index)], nil
}

func (f *File) readCollection(addr uint64) (*collection, error) {
	prefix, err := f.meta(addr, uint64(8+f.lengthSize))
	if err != nil {
		return nil, err
	}
	c := f.cursor(prefix)
	c.signature("GCOL")
	c.version(1)
	c.skip(3)
	size := c.length()
	if c.err != nil {
		return nil, c.err
	}
	head := align8(8 + f.lengthSize) // of the collection and of each object alike
	if size < uint64(head) {
		return nil, fmt.Errorf("collection of %d bytes", size)
	}
	if _, err := f.locate(addr, size); err != nil {
		return nil, err
	}
	if err := f.extents.claim(addr, addr+size); err != nil {
		return nil, err
	}
	b, err := f.meta(addr, size)
	if err != nil {
		return nil, err
	}
	h := &collection{objects: make(map[uint16][]byte)}
	for pos := head; len(b)-pos >= head; {
		index := binary.LittleEndian.Uint16(b[pos:])
		n := uintLE(b[pos+8 : pos+8+f.lengthSize])
		if index == 0 {
			break // the free space, which is last
		}
		pos += head
		if n > uint64(len(b)-pos) {
			return nil, fmt.Errorf("object %d: %d bytes of the %d left", index, n, len(b)-pos)
		}
		if h.objects[index] != nil {
			return nil, fmt.Errorf("two objects %d", index)
		}
		h.objects[index] = b[pos : pos+int(n) : pos+int(n)]
		pos += align8(int(n))
	}
	f.heaps.put(addr, h, len(b)+48*len(h.objects))
	return h, nil
}

// extents are the places of the collections met so far. They cannot overlap: if they could, a small
// file might hold as many collections as bytes, each of them long.
type extents struct {
	mu   sync.Mutex
	list []extent // by begin
}

type extent struct{ begin, end uint64 }

func (x *extents) claim(begin, end uint64) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := sort.Search(len(x.list), func(i int) bool { return x.list[i].end > begin })
	if i == len(x.list) {
		x.list = append(x.list, extent{begin, end})
		return nil
	}
	switch have := x.list[i]; {
	case have == extent{begin, end}:
		return nil
	case have.begin < end:
		return fmt.Errorf("overlaps the one at %#x", have.begin)
	}
	x.list = append(x.list, extent{})
	copy(x.list[i+1:], x.list[i:])
	x.list[i] = extent{begin, end}
	return nil
}

func align8(n int) int { return (n + 7) &^ 7 }

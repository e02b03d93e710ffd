package hdf5

import (
	"encoding/binary"
	"fmt"
)

// Types of the nodes of a version 1 B-tree.
const (
	groupNode = 0
	chunkNode = 1
)

// node1 is a node of a version 1 B-tree: keys k0 < k1 < … < kn and between them n children, child i
// holding what lies between ki and ki+1.
type node1 struct {
	level    int
	n        int
	keySize  int
	pairSize int
	body     []byte // k0 c0 k1 c1 … kn
}

func (f *File) node1(addr uint64, kind uint8, keySize int) (node1, error) {
	head := uint64(8 + 2*f.offsetSize)
	b, err := f.meta(addr, head)
	if err != nil {
		return node1{}, err
	}
	c := f.cursor(b)
	c.signature("TREE")
	found, level, n := c.u8(), c.u8(), int(c.u16())
	if c.err != nil {
		return node1{}, c.err
	}
	if found != kind {
		return node1{}, fmt.Errorf("node of type %d instead of %d", found, kind)
	}
	pair := keySize + f.offsetSize
	body, err := f.meta(addr+head, uint64(n*pair+keySize))
	return node1{level: int(level), n: n, keySize: keySize, pairSize: pair, body: body}, err
}

func (nd *node1) key(i int) []byte { return nd.body[i*nd.pairSize : i*nd.pairSize+nd.keySize] }

func (nd *node1) child(i int) uint64 {
	size := nd.pairSize - nd.keySize
	at := i*nd.pairSize + nd.keySize
	return widen(uintLE(nd.body[at:at+size]), size)
}

// symbolTable lists the links of a group of the old style: a B-tree whose leaves are symbol table
// nodes, with the names in a local heap.
func (f *File) symbolTable(tree, heap uint64) ([]Link, error) {
	names, err := f.localHeap(heap)
	if err != nil {
		return nil, err
	}
	l := &symbolLister{f: f, names: names, seen: make(map[uint64]bool)}
	err = l.node(tree, -1)
	return l.links, err
}

type symbolLister struct {
	f     *File
	names *localHeap
	seen  map[uint64]bool // nodes: each may be met once
	links []Link
}

func (l *symbolLister) visit(addr uint64) error {
	if l.seen[addr] {
		return fmt.Errorf("node is met twice")
	}
	l.seen[addr] = true
	return nil
}

// node lists the subtree at addr; level is the one its parent promises, or -1.
func (l *symbolLister) node(addr uint64, level int) error {
	if err := l.visit(addr); err != nil {
		return at("group B-tree", addr, err)
	}
	nd, err := l.f.node1(addr, groupNode, l.f.lengthSize)
	if err != nil {
		return at("group B-tree", addr, err)
	}
	if level >= 0 && nd.level != level {
		return at("group B-tree", addr, fmt.Errorf("level %d where %d belongs", nd.level, level))
	}
	for i := range nd.n {
		if nd.level > 0 {
			err = l.node(nd.child(i), nd.level-1)
		} else {
			err = at("symbol table node", nd.child(i), l.leaf(nd.child(i)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *symbolLister) leaf(addr uint64) error {
	if err := l.visit(addr); err != nil {
		return err
	}
	b, err := l.f.meta(addr, 8)
	if err != nil {
		return err
	}
	c := l.f.cursor(b)
	c.signature("SNOD")
	c.version(1)
	c.skip(1)
	n := int(c.u16())
	if c.err != nil {
		return c.err
	}
	entry := 2*l.f.offsetSize + 24
	if b, err = l.f.meta(addr+8, uint64(n*entry)); err != nil {
		return err
	}
	c = l.f.cursor(b)
	for range n {
		name := c.uint(l.f.offsetSize)
		target := c.address()
		kind := c.u32()
		c.skip(4)
		scratch := c.bytes(16)
		link := Link{Address: target}
		if link.Name, err = l.names.name(name); err != nil {
			return err
		}
		if kind == 2 {
			link.Kind, link.Address = SoftLink, undefined
			if link.Target, err = l.names.name(uint64(binary.LittleEndian.Uint32(scratch))); err != nil {
				return err
			}
		}
		l.links = append(l.links, link)
	}
	return nil
}

// chunkTree1 is the chunk index of layout versions 1 to 3. A key is the bytes of the chunk, its filter
// mask, and the first element's coordinates, in elements.
type chunkTree1 struct {
	f     *File
	root  uint64
	chunk []uint64 // shape of a chunk

	nodes *cache[uint64, node1]
}

// nodeCacheBytes bounds the tree nodes kept by one open dataset.
const nodeCacheBytes = 1 << 20

func newChunkTree1(f *File, root uint64, chunk []uint64) *chunkTree1 {
	return &chunkTree1{f: f, root: root, chunk: chunk, nodes: newCache[uint64, node1](nodeCacheBytes)}
}

func (t *chunkTree1) find(scaled []uint64) (chunkPlace, bool, error) {
	if t.root == undefined {
		return chunkPlace{}, false, nil
	}
	addr, level := t.root, -1
	for {
		nd, err := t.node(addr)
		if err == nil && level >= 0 && nd.level != level {
			err = fmt.Errorf("level %d where %d belongs", nd.level, level)
		}
		if err != nil {
			return chunkPlace{}, false, at("chunk B-tree", addr, err)
		}
		i := t.search(&nd, scaled)
		if i < 0 {
			return chunkPlace{}, false, nil
		}
		if nd.level > 0 {
			addr, level = nd.child(i), nd.level-1
			continue
		}
		key := nd.key(i)
		if t.compare(key, scaled) != 0 {
			return chunkPlace{}, false, nil
		}
		return chunkPlace{
			addr: nd.child(i),
			size: uint64(binary.LittleEndian.Uint32(key)),
			mask: binary.LittleEndian.Uint32(key[4:]),
		}, true, nil
	}
}

// search returns the child between whose keys the chunk lies, or -1.
func (t *chunkTree1) search(nd *node1, scaled []uint64) int {
	lo, hi := 0, nd.n // the last key that is not above the chunk is in [lo-1, hi)
	for lo < hi {
		mid := (lo + hi) / 2
		if t.compare(nd.key(mid), scaled) <= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo - 1
}

// compare orders a key and the chunk with the scaled coordinates.
func (t *chunkTree1) compare(key []byte, scaled []uint64) int {
	for d, s := range scaled {
		k, want := binary.LittleEndian.Uint64(key[8+8*d:]), s*t.chunk[d]
		if k < want {
			return -1
		}
		if k > want {
			return 1
		}
	}
	return 0
}

// node returns a node whose keys are in order. This tree has no checksum: without that test damage to
// one key would hide chunks, and they would read as fill values.
func (t *chunkTree1) node(addr uint64) (node1, error) {
	if nd, ok := t.nodes.get(addr); ok {
		return nd, nil
	}
	nd, err := t.f.node1(addr, chunkNode, 8+8*(len(t.chunk)+1))
	if err != nil {
		return nd, err
	}
	for i := range nd.n {
		if t.order(nd.key(i), nd.key(i+1)) >= 0 {
			return nd, fmt.Errorf("keys %d and %d are out of order", i, i+1)
		}
		if err := t.onGrid(nd.key(i)); err != nil {
			return nd, fmt.Errorf("key %d: %w", i, err)
		}
	}
	t.nodes.put(addr, nd, len(nd.body))
	return nd, nil
}

func (t *chunkTree1) order(a, b []byte) int {
	for d := range len(t.chunk) + 1 {
		x, y := binary.LittleEndian.Uint64(a[8+8*d:]), binary.LittleEndian.Uint64(b[8+8*d:])
		if x < y {
			return -1
		}
		if x > y {
			return 1
		}
	}
	return 0
}

// onGrid verifies that a chunk begins at multiples of its shape.
func (t *chunkTree1) onGrid(key []byte) error {
	for d, size := range t.chunk {
		if k := binary.LittleEndian.Uint64(key[8+8*d:]); k%size != 0 {
			return fmt.Errorf("coordinate %d is no multiple of %s", k, joinDims(t.chunk))
		}
	}
	return nil
}

package hdf5

import (
	"fmt"
	"math"
)

// Types of the records of a version 2 B-tree.
const (
	hugeIndirect         = 1
	hugeIndirectFiltered = 2
	linkNames            = 5
	attributeNames       = 8
	plainChunks          = 10
	filteredChunks       = 11
)

// btree2 is a version 2 B-tree: records of one size in ascending order, in leaves and between the
// children of inner nodes. All nodes have the same size and a checksum.
type btree2 struct {
	f          *File
	addr       uint64
	kind       uint8
	recordSize int
	depth      int
	root       uint64
	rootCount  int
	levels     []level2 // by height above the leaves
}

// level2 is what the sizes of node and record imply for the nodes at one height.
type level2 struct {
	most      uint64 // records in a node
	total     uint64 // records in a node and all below it
	totalSize int    // bytes that hold total
	pointer   int    // bytes of a pointer to a child
}

func (f *File) btree2(addr uint64, kinds ...uint8) (*btree2, error) {
	t, err := f.readBtree2(addr, kinds)
	return t, at("B-tree header", addr, err)
}

func (f *File) readBtree2(addr uint64, kinds []uint8) (*btree2, error) {
	b, err := f.block(addr, uint64(22+f.offsetSize+f.lengthSize), "BTHD", verify)
	if err != nil {
		return nil, err
	}
	c := f.cursor(b)
	c.skip(4)
	c.version(0)
	t := &btree2{f: f, addr: addr, kind: c.u8()}
	nodeSize := uint64(c.u32())
	t.recordSize = int(c.u16())
	t.depth = int(c.u16())
	c.skip(2) // when to split and merge
	t.root = c.address()
	t.rootCount = int(c.u16())
	if c.err != nil {
		return nil, c.err
	}
	known := false
	for _, k := range kinds {
		known = known || k == t.kind
	}
	if !known {
		return nil, fmt.Errorf("records of type %d where %v belong", t.kind, kinds)
	}
	return t, t.setLevels(nodeSize)
}

// setLevels computes how many records fit at each height, and with that the widths of the counts in
// the pointers to children.
func (t *btree2) setLevels(nodeSize uint64) error {
	const overhead = 4 + 1 + 1 + 4 // signature, version, type, checksum
	size := uint64(t.recordSize)
	if size == 0 || nodeSize < overhead+size || t.depth > 32 {
		return fmt.Errorf("nodes of %d bytes, records of %d, depth %d", nodeSize, t.recordSize, t.depth)
	}
	most := (nodeSize - overhead) / size
	t.levels = []level2{{most: most, total: most, totalSize: bytesFor(most)}}
	for h := 1; h <= t.depth; h++ {
		below := t.levels[h-1]
		pointer := t.f.offsetSize + bytesFor(t.levels[0].most)
		if h > 1 {
			pointer += below.totalSize
		}
		if nodeSize < overhead+uint64(pointer)+size {
			return fmt.Errorf("nodes of %d bytes, too small for records of %d", nodeSize, size)
		}
		most := (nodeSize - overhead - uint64(pointer)) / (size + uint64(pointer))
		if below.total > math.MaxUint64/2/(most+1) {
			return fmt.Errorf("depth %d with nodes of %d bytes", t.depth, nodeSize)
		}
		total := (most+1)*below.total + most
		t.levels = append(t.levels, level2{most, total, bytesFor(total), pointer})
	}
	return nil
}

// node2 is a node: n records of recordSize bytes, and above the leaves n+1 pointers.
type node2 struct {
	t        *btree2
	height   int
	n        int
	records  []byte
	pointers []byte
}

func (t *btree2) node(addr uint64, n, height int) (node2, error) {
	l := t.levels[height]
	if uint64(n) > l.most {
		return node2{}, fmt.Errorf("%d records where at most %d fit", n, l.most)
	}
	signature, size := "BTLF", 6+n*t.recordSize+4
	if height > 0 {
		signature = "BTIN"
		size += (n + 1) * l.pointer
	}
	b, err := t.f.block(addr, uint64(size), signature, verify)
	if err != nil {
		return node2{}, err
	}
	if b[4] != 0 || b[5] != t.kind {
		return node2{}, fmt.Errorf("version %d of type %d instead of version 0 of type %d", b[4], b[5], t.kind)
	}
	end := 6 + n*t.recordSize
	return node2{t: t, height: height, n: n, records: b[6:end], pointers: b[end : len(b)-4]}, nil
}

func (nd *node2) record(i int) []byte {
	return nd.records[i*nd.t.recordSize : (i+1)*nd.t.recordSize]
}

// child returns the address of child i and the number of its records.
func (nd *node2) child(i int) (uint64, int) {
	l := nd.t.levels[nd.height]
	c := nd.t.f.cursor(nd.pointers[i*l.pointer : (i+1)*l.pointer])
	addr := c.address()
	return addr, int(c.uint(bytesFor(nd.t.levels[0].most)))
}

// each calls fn for all records in order.
func (t *btree2) each(fn func(record []byte) error) error {
	if t.root == undefined || t.rootCount == 0 {
		return nil
	}
	return t.walk(t.root, t.rootCount, t.depth, make(map[uint64]bool), fn)
}

func (t *btree2) walk(addr uint64, n, height int, seen map[uint64]bool, fn func([]byte) error) error {
	if seen[addr] {
		return at("B-tree node", addr, fmt.Errorf("node is met twice"))
	}
	seen[addr] = true
	nd, err := t.node(addr, n, height)
	if err != nil {
		return at("B-tree node", addr, err)
	}
	for i := range n + 1 {
		if height > 0 {
			child, count := nd.child(i)
			if err := t.walk(child, count, height-1, seen, fn); err != nil {
				return err
			}
		}
		if i < n {
			if err := fn(nd.record(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// find returns the record for which compare is 0; compare is negative for the records before it.
func (t *btree2) find(compare func(record []byte) int) ([]byte, bool, error) {
	if t.root == undefined || t.rootCount == 0 {
		return nil, false, nil
	}
	addr, n := t.root, t.rootCount
	for height := t.depth; ; height-- {
		nd, err := t.node(addr, n, height)
		if err != nil {
			return nil, false, at("B-tree node", addr, err)
		}
		lo, hi := 0, n
		for lo < hi {
			mid := (lo + hi) / 2
			switch order := compare(nd.record(mid)); {
			case order == 0:
				return nd.record(mid), true, nil
			case order < 0:
				lo = mid + 1
			default:
				hi = mid
			}
		}
		if height == 0 {
			return nil, false, nil
		}
		addr, n = nd.child(lo)
	}
}

package hdf5

import (
	"fmt"
)

// Reference is the address of an object in the same file, or of a region of a dataset's elements. The
// zero Reference, like one that was never set, leads nowhere.
type Reference struct {
	region bool
	addr   uint64 // of the object header; region: of the heap collection
	index  uint32 // region: in the collection
}

// IsNull reports whether the reference leads nowhere.
func (r Reference) IsNull() bool { return r.addr == 0 || r.addr == undefined }

// IsRegion reports whether the reference is to a region.
func (r Reference) IsRegion() bool { return r.region }

// Deref opens the object that a reference, or its region, belongs to. A null reference is
// ErrNotFound.
func (f *File) Deref(r Reference) (Object, error) {
	addr := r.addr
	if r.region {
		region, err := f.Region(r)
		if err != nil {
			return nil, err
		}
		addr = region.addr
	} else if r.IsNull() {
		return nil, &Error{Err: fmt.Errorf("null reference: object %w", ErrNotFound)}
	}
	if addr == f.root.Address() {
		return f.root, nil
	}
	return f.open(addr, fmt.Sprintf("#%#x", addr))
}

// Region is a selection of elements of a dataset.
type Region struct {
	// All means every element; then there are neither blocks nor points.
	All bool

	// Blocks are the corners of blocks, first and last element both included.
	Blocks [][2][]int

	// Points are single elements in the order of selection.
	Points [][]int

	addr uint64
}

// Region returns the selection of a region reference. An object reference is an error, a null one is
// ErrNotFound.
func (f *File) Region(r Reference) (*Region, error) {
	switch {
	case !r.region:
		return nil, &Error{Err: fmt.Errorf("an object reference has no region")}
	case r.IsNull():
		return nil, &Error{Err: fmt.Errorf("null reference: region %w", ErrNotFound)}
	}
	b, err := f.heapObject(r.addr, r.index)
	if err != nil {
		return nil, err
	}
	c := f.cursor(b)
	g := &Region{addr: c.address()}
	if err := g.parse(c); err != nil {
		return nil, at("global heap", r.addr, fmt.Errorf("region %d: %w", r.index, err))
	}
	return g, nil
}

// Types of selection.
const (
	selectNone   = 0
	selectPoints = 1
	selectBlocks = 2
	selectAll    = 3
)

func (g *Region) parse(c *cursor) error {
	kind := c.u32()
	version := c.u32()
	if c.err != nil {
		return c.err
	}
	if version != 1 {
		return unsupported("selection of version %d", version)
	}
	c.skip(4 + 4) // reserved, length
	switch kind {
	case selectNone:
		return c.err
	case selectAll:
		g.All = true
		return c.err
	case selectPoints, selectBlocks:
	default:
		return fmt.Errorf("selection of type %d", kind)
	}
	rank, n := int(c.u32()), int(c.u32())
	if c.err == nil && (rank < 1 || rank > maxRank || n > c.rest()/(4*rank)) {
		return fmt.Errorf("%d selections of %d dimensions in %d bytes", n, rank, c.rest())
	}
	corner := func() []int {
		p := make([]int, rank)
		for d := range p {
			p[d] = int(c.u32())
		}
		return p
	}
	for range n {
		if c.err != nil {
			break
		}
		if kind == selectPoints {
			g.Points = append(g.Points, corner())
		} else {
			g.Blocks = append(g.Blocks, [2][]int{corner(), corner()})
		}
	}
	return c.err
}

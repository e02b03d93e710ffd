package hdf5

import (
	"fmt"
	"math"
	"math/bits"
)

const (
	maxRank = 32

	// unlimited is the maximum of a dimension that may grow without bound.
	unlimited = ^uint64(0)
)

// dataspace is the extent of an array.
type dataspace struct {
	null bool     // no elements at all, not even one
	dims []uint64 // empty for a scalar
	max  []uint64 // as long as dims
}

func (f *File) dataspace(m *message) (dataspace, error) {
	b, err := f.content(m)
	if err != nil {
		return dataspace{}, at("dataspace", m.addr, err)
	}
	ds, err := parseDataspace(f.cursor(b))
	return ds, at("dataspace", m.addr, err)
}

func parseDataspace(c *cursor) (dataspace, error) {
	var ds dataspace
	version := c.version(1, 2)
	rank := int(c.u8())
	flags := c.u8()
	kind := c.u8() // reserved in version 1, where a scalar has rank 0
	if version == 1 {
		c.skip(4)
	}
	if c.err != nil {
		return ds, c.err
	}
	if rank > maxRank {
		return ds, fmt.Errorf("%d dimensions: at most %d", rank, maxRank)
	}
	if version == 2 {
		switch {
		case kind > 2:
			return ds, fmt.Errorf("dataspace of class %d", kind)
		case kind != 1 && rank != 0:
			return ds, fmt.Errorf("scalar or null dataspace with %d dimensions", rank)
		}
		ds.null = kind == 2
	}
	ds.dims = make([]uint64, rank)
	for i := range ds.dims {
		ds.dims[i] = c.length()
	}
	ds.max = ds.dims
	if flags&1 != 0 {
		ds.max = make([]uint64, rank)
		for i := range ds.max {
			ds.max[i] = c.dimension()
		}
	}
	if c.err != nil {
		return ds, c.err
	}
	for i, d := range ds.dims {
		if d > ds.max[i] {
			return ds, fmt.Errorf("dimension %d: %d of at most %d", i, d, ds.max[i])
		}
	}
	if _, ok := product(ds.dims); !ok {
		return ds, fmt.Errorf("shape %v: too many elements", ds.dims)
	}
	return ds, nil
}

// product returns Π dims, and whether it and every dimension are at most the largest int.
func product(dims []uint64) (uint64, bool) {
	n, zero, ok := uint64(1), false, true
	for _, d := range dims {
		if d > math.MaxInt {
			return 0, false
		}
		if d == 0 {
			zero = true
			continue
		}
		hi, lo := bits.Mul64(n, d)
		if hi != 0 || lo > math.MaxInt {
			ok = false
		}
		n = lo
	}
	if zero {
		return 0, true
	}
	return n, ok
}

package columnar

import (
	"fmt"
	"io"
)

// A compact reads Thrift's compact protocol, which Parquet's footer and page headers are written in, as
// far as needed to take single fields and to walk over the rest. It believes no length beyond the bytes
// that are left.
//
// Reference: Thrift compact protocol encoding, github.com/apache/thrift/doc/specs.
type compact struct {
	r    io.ByteReader
	left int // bytes that may follow
}

// Types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// maxNesting bounds the depth of structures and schemas.
const maxNesting = 64

func (c *compact) byte() (byte, error) {
	if c.left <= 0 {
		return 0, fmt.Errorf("%w: it goes on beyond its end", errDamaged)
	}
	c.left--
	b, err := c.r.ReadByte()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

func (c *compact) varint() (uint64, error) {
	var v uint64
	for shift := 0; shift < 64; shift += 7 {
		b, err := c.byte()
		if err != nil {
			return 0, err
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, nil
		}
	}
	return 0, fmt.Errorf("%w: an integer of more than 64 bits", errDamaged)
}

func (c *compact) zigzag() (int64, error) {
	u, err := c.varint()
	return int64(u>>1) ^ -int64(u&1), err
}

// length reads the size of something whose units take a byte at least.
func (c *compact) length() (int, error) {
	n, err := c.varint()
	if err == nil && n > uint64(c.left) {
		err = fmt.Errorf("%w: a length of %d where %d bytes are left", errDamaged, n, c.left)
	}
	return int(n), err
}

// fields calls visit for every field of a structure; what visit does not take is skipped.
func (c *compact) fields(depth int, visit func(id int, kind byte) (taken bool, err error)) error {
	if depth > maxNesting {
		return fmt.Errorf("%w: nested more than %d deep", errDamaged, maxNesting)
	}
	id := 0
	for {
		b, err := c.byte()
		if err != nil || b == 0 {
			return err
		}
		kind := b & 15
		if delta := int(b >> 4); delta != 0 {
			id += delta
		} else {
			v, err := c.zigzag()
			if err != nil {
				return err
			}
			id = int(v)
		}
		taken, err := visit(id, kind)
		if err == nil && !taken {
			err = c.skip(kind, depth+1)
		}
		if err != nil {
			return err
		}
	}
}

// list reads the head of a list or set.
func (c *compact) list() (n int, kind byte, err error) {
	b, err := c.byte()
	if err != nil {
		return 0, 0, err
	}
	n, kind = int(b>>4), b&15
	if n == 15 {
		n, err = c.length()
	} else if n > c.left {
		err = fmt.Errorf("%w: a list of %d where %d bytes are left", errDamaged, n, c.left)
	}
	return n, kind, err
}

// skip walks over a value. In a structure a boolean is in the field's type; in a list it is a byte,
// which skipElement knows.
func (c *compact) skip(kind byte, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("%w: nested more than %d deep", errDamaged, maxNesting)
	}
	switch kind {
	case thriftTrue, thriftFalse:
		return nil
	case thriftByte:
		_, err := c.byte()
		return err
	case thriftI16, thriftI32, thriftI64:
		_, err := c.varint()
		return err
	case thriftDouble:
		return c.discard(8)
	case thriftBinary:
		n, err := c.length()
		if err != nil {
			return err
		}
		return c.discard(n)
	case thriftList, thriftSet:
		n, kind, err := c.list()
		for ; err == nil && n > 0; n-- {
			err = c.skipElement(kind, depth+1)
		}
		return err
	case thriftMap:
		n, err := c.length()
		if err != nil || n == 0 {
			return err
		}
		kinds, err := c.byte()
		for ; err == nil && n > 0; n-- {
			if err = c.skipElement(kinds>>4, depth+1); err == nil {
				err = c.skipElement(kinds&15, depth+1)
			}
		}
		return err
	case thriftStruct:
		return c.fields(depth, func(int, byte) (bool, error) { return false, nil })
	}
	return fmt.Errorf("%w: no Thrift type %d", errDamaged, kind)
}

func (c *compact) skipElement(kind byte, depth int) error {
	if kind == thriftTrue || kind == thriftFalse {
		kind = thriftByte
	}
	return c.skip(kind, depth)
}

func (c *compact) discard(n int) error {
	for ; n > 0; n-- {
		if _, err := c.byte(); err != nil {
			return err
		}
	}
	return nil
}

// structOf visits the fields of a structure inside another, for fields' visit.
func (c *compact) structOf(kind byte, depth int, visit func(id int, kind byte) (bool, error)) (bool, error) {
	if kind != thriftStruct {
		return false, nil
	}
	return true, c.fields(depth, visit)
}

// int32Into reads an integer field into v, for fields' visit.
func (c *compact) int32Into(v *int, kind byte) (bool, error) {
	if kind != thriftI32 {
		return false, nil
	}
	n, err := c.zigzag()
	if err == nil && (n < 0 || n > 1<<31-1) {
		err = fmt.Errorf("%w: %d where a count should be", errDamaged, n)
	}
	*v = int(n)
	return true, err
}

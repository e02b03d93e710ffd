package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// cursor decodes a structure field by field. After the first field that is not there every further one
// is zero, and err says so: callers look at it once, at the end, or before they trust a count.
type cursor struct {
	b          []byte
	pos        int
	offsetSize int
	lengthSize int
	err        error
}

func (s *source) cursor(b []byte) *cursor {
	return &cursor{b: b, offsetSize: s.offsetSize, lengthSize: s.lengthSize}
}

// bytes returns the next n bytes.
func (c *cursor) bytes(n int) []byte {
	if c.err == nil && (n < 0 || n > len(c.b)-c.pos) {
		c.err = fmt.Errorf("%d bytes wanted at byte %d of %d: %w", n, c.pos, len(c.b), io.ErrUnexpectedEOF)
	}
	if c.err != nil {
		return nil
	}
	b := c.b[c.pos : c.pos+n : c.pos+n]
	c.pos += n
	return b
}

func (c *cursor) skip(n int) { c.bytes(n) }

func (c *cursor) rest() int { return len(c.b) - c.pos }

// uint returns a little-endian number of n bytes, n ≤ 8.
func (c *cursor) uint(n int) uint64 { return uintLE(c.bytes(n)) }

func (c *cursor) u8() uint8 {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if b := c.bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// address returns an address, undefined where all its bits are set.
func (c *cursor) address() uint64 { return widen(c.uint(c.offsetSize), c.offsetSize) }

// length returns a size or a count.
func (c *cursor) length() uint64 { return c.uint(c.lengthSize) }

// dimension returns a length which, all bits set, means "unlimited" whatever its width.
func (c *cursor) dimension() uint64 { return widen(c.uint(c.lengthSize), c.lengthSize) }

// name returns the bytes up to the next NUL, and passes it. With pad 8 the name and its NUL take a
// multiple of eight bytes; with pad 1 just their own.
func (c *cursor) name(pad int) string {
	if c.err != nil {
		return ""
	}
	n := bytes.IndexByte(c.b[c.pos:], 0)
	if n < 0 {
		c.err = fmt.Errorf("name at byte %d has no end", c.pos)
		return ""
	}
	name := string(c.b[c.pos : c.pos+n])
	c.skip((n + pad) / pad * pad)
	return name
}

// signature passes the four characters that must be next.
func (c *cursor) signature(want string) {
	if b := c.bytes(len(want)); c.err == nil {
		c.err = expect(b, want)
	}
}

// version passes the version number that must be one of those given, and returns it.
func (c *cursor) version(known ...uint8) uint8 {
	v := c.u8()
	if c.err != nil {
		return v
	}
	for _, k := range known {
		if v == k {
			return v
		}
	}
	c.err = unsupported("version %d", v)
	return v
}

func widen(v uint64, size int) uint64 {
	if size < 8 && v == 1<<(8*size)-1 {
		return undefined
	}
	return v
}

func uintLE(b []byte) uint64 {
	var v uint64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

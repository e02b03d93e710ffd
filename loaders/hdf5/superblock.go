package hdf5

import (
	"fmt"
)

const signature = "\x89HDF\r\n\x1a\n"

// superblock is where a file begins: the widths of its numbers and the way to its root group.
type superblock struct {
	version   int
	root      uint64 // object header of the root group
	extension uint64 // object header with messages on the whole file; undefined where there is none
}

// findSuperblock looks for the signature at byte 0, 512, 1024, 2048, … What is before it is the user
// block. Every address is relative to the signature, whatever base address is stored: a user block may
// have been put before a finished file.
func (s *source) findSuperblock() error {
	for pos := uint64(0); pos+uint64(len(signature)) <= s.size; pos = max(512, 2*pos) {
		s.base = pos
		b, err := s.meta(0, uint64(len(signature)))
		if err != nil {
			return err
		}
		if string(b) == signature {
			return nil
		}
	}
	s.base = 0
	return ErrNotHDF5
}

// readSuperblock decodes the superblock at address 0 and sets the source's widths.
func (s *source) readSuperblock() (superblock, error) {
	b, err := s.meta(0, min(s.size-s.base, 256))
	if err != nil {
		return superblock{}, err
	}
	c := s.cursor(b)
	c.skip(len(signature))
	var sb superblock
	sb.version = int(c.version(0, 1, 2, 3))
	if c.err != nil {
		return sb, c.err
	}
	if sb.version < 2 {
		return s.superblock0(c, sb)
	}
	return s.superblock2(c, sb)
}

// superblock0 decodes versions 0 and 1, which end in the symbol table entry of the root group.
func (s *source) superblock0(c *cursor, sb superblock) (superblock, error) {
	c.version(0) // free space
	c.version(0) // root group's entry
	c.skip(1)
	c.version(0) // shared header messages
	if err := s.setWidths(c); err != nil {
		return sb, err
	}
	c.skip(1 + 2 + 2 + 4) // reserved, ranks of the group trees, flags
	if sb.version == 1 {
		c.skip(2 + 2) // rank of the chunk trees, reserved
	}
	c.address() // base
	c.address() // free space
	c.address() // end of file
	driver := c.address()
	c.length() // root group's name
	sb.root = c.address()
	sb.extension = undefined
	if c.err != nil {
		return sb, c.err
	}
	if driver == undefined {
		return sb, nil
	}
	return sb, at("driver information", driver, s.refuseDriver(driver))
}

// superblock2 decodes versions 2 and 3, which have a checksum.
func (s *source) superblock2(c *cursor, sb superblock) (superblock, error) {
	if err := s.setWidths(c); err != nil {
		return sb, err
	}
	c.skip(1)   // flags
	c.address() // base
	sb.extension = c.address()
	c.address() // end of file
	sb.root = c.address()
	c.skip(4)
	if c.err != nil {
		return sb, c.err
	}
	return sb, verify(c.b[:c.pos])
}

func (s *source) setWidths(c *cursor) error {
	offsetSize, lengthSize := int(c.u8()), int(c.u8())
	if c.err != nil {
		return c.err
	}
	for _, width := range []int{offsetSize, lengthSize} {
		if width != 2 && width != 4 && width != 8 {
			return unsupported("addresses of %d bytes and lengths of %d", offsetSize, lengthSize)
		}
	}
	s.offsetSize, s.lengthSize = offsetSize, lengthSize
	c.offsetSize, c.lengthSize = offsetSize, lengthSize
	return nil
}

// refuseDriver returns an error for the drivers that spread a file over several.
func (s *source) refuseDriver(addr uint64) error {
	b, err := s.meta(addr, 16)
	if err != nil {
		return err
	}
	return refuseDriverName(string(b[8:16]))
}

func refuseDriverName(name string) error {
	switch name {
	case "NCSAmult":
		return unsupported("one of the files of the multi driver")
	case "NCSAfami":
		return unsupported("one of the files of the family driver")
	}
	return nil
}

// readExtension obeys the messages of the superblock extension: the table of shared messages, and the
// driver. Ranks of trees are of no use to a reader.
func (f *File) readExtension(addr uint64) error {
	if addr == undefined {
		return nil
	}
	h, err := f.header(addr)
	if err != nil {
		return err
	}
	for _, m := range h.messages {
		c := f.cursor(m.body)
		switch m.kind {
		case messageSharedTable:
			c.version(0)
			f.sharedTable = c.address()
			count := c.u8()
			if c.err != nil {
				return at("shared message table message", m.addr, c.err)
			}
			f.sharedIndexes = int(count)
		case messageDriver:
			c.version(0)
			if name := c.bytes(8); c.err == nil {
				c.err = refuseDriverName(string(name))
			}
			if c.err != nil {
				return at("driver information", m.addr, c.err)
			}
		}
	}
	return nil
}

// sharedMessage returns a message that is kept in the file's heap of shared messages.
func (f *File) sharedMessage(kind uint16, id []byte) ([]byte, error) {
	if f.sharedIndexes == 0 {
		return nil, fmt.Errorf("a message shared in a file without a table of shared messages")
	}
	entry := 1 + 1 + 2 + 4 + 2 + 2 + 2 + 2*f.offsetSize
	n := uint64(4 + f.sharedIndexes*entry + 4)
	b, err := f.block(f.sharedTable, n, "SMTB", verify)
	if err != nil {
		return nil, at("shared message table", f.sharedTable, err)
	}
	c := f.cursor(b)
	c.skip(4)
	for range f.sharedIndexes {
		c.version(0)
		c.skip(1)
		kinds := c.u16()
		c.skip(4 + 2 + 2 + 2)
		c.address() // the index, which a reader does not need
		heap := c.address()
		if c.err != nil {
			return nil, at("shared message table", f.sharedTable, c.err)
		}
		if kinds&(1<<kind) == 0 || heap == undefined {
			continue
		}
		fh, err := f.fractalHeap(heap)
		if err != nil {
			return nil, err
		}
		return fh.object(id)
	}
	return nil, at("shared message table", f.sharedTable, fmt.Errorf("no index of messages of type %#x", kind))
}

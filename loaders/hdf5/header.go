package hdf5

import (
	"fmt"
)

// Types of header messages.
const (
	messageNil           = 0x00
	messageDataspace     = 0x01
	messageLinkInfo      = 0x02
	messageDatatype      = 0x03
	messageOldFill       = 0x04
	messageFill          = 0x05
	messageLink          = 0x06
	messageExternal      = 0x07
	messageLayout        = 0x08
	messageGroupInfo     = 0x0a
	messageFilters       = 0x0b
	messageAttribute     = 0x0c
	messageSharedTable   = 0x0f
	messageContinuation  = 0x10
	messageSymbolTable   = 0x11
	messageDriver        = 0x14
	messageAttributeInfo = 0x15
	lastKnownMessage     = 0x18
)

const (
	flagShared         = 1 << 1
	flagMustUnderstand = 1 << 7
)

// header is an object header: the messages that describe one object.
type header struct {
	addr     uint64
	messages []message
}

type message struct {
	kind  uint16
	flags uint8
	addr  uint64 // of the body
	body  []byte
}

// find returns the first message of a kind, or nil.
func (h *header) find(kind uint16) *message {
	for i := range h.messages {
		if h.messages[i].kind == kind {
			return &h.messages[i]
		}
	}
	return nil
}

// header reads the object header at addr with all its continuation blocks.
func (f *File) header(addr uint64) (*header, error) {
	h := &header{addr: addr}
	prefix, err := f.meta(addr, 4)
	if err != nil {
		return nil, at("object header", addr, err)
	}
	if string(prefix) == "OHDR" {
		err = f.header2(h)
	} else {
		err = f.header1(h)
	}
	if err != nil {
		return nil, at("object header", addr, err)
	}
	return h, nil
}

// header1 reads version 1: a prefix of 16 bytes, then messages.
func (f *File) header1(h *header) error {
	b, err := f.meta(h.addr, 16)
	if err != nil {
		return err
	}
	c := f.cursor(b)
	c.version(1)
	c.skip(1 + 2 + 4)
	size := uint64(c.u32())
	if c.err != nil {
		return c.err
	}
	return f.headerBlocks(h, h.addr+16, size, func(addr, size uint64) error {
		b, err := f.meta(addr, size)
		if err != nil {
			return err
		}
		c := f.cursor(b)
		for c.rest() >= 8 {
			m := message{kind: c.u16()}
			n := int(c.u16())
			m.flags = c.u8()
			c.skip(3)
			m.addr = addr + uint64(c.pos)
			m.body = c.bytes(n)
			if c.err != nil {
				return fmt.Errorf("message of type %#x: %w", m.kind, c.err)
			}
			if err := h.add(m); err != nil {
				return err
			}
		}
		return nil
	})
}

// header2 reads version 2: blocks that begin with a signature and end with a checksum.
func (f *File) header2(h *header) error {
	b, err := f.meta(h.addr, min(64, f.size-f.base-h.addr))
	if err != nil {
		return err
	}
	c := f.cursor(b)
	c.skip(4)
	c.version(2)
	flags := c.u8()
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // when attributes become dense
	}
	size := c.uint(1 << (flags & 3))
	if c.err != nil {
		return c.err
	}
	prefix := uint64(c.pos)
	if size > f.size {
		return fmt.Errorf("first block of %d bytes in a file of %d", size, f.size)
	}
	return f.headerBlocks(h, h.addr, prefix+size+4, func(addr, size uint64) error {
		signature, skip := "OCHK", uint64(4)
		if addr == h.addr {
			signature, skip = "OHDR", prefix
		}
		if size < skip+4 {
			return fmt.Errorf("block of %d bytes", size)
		}
		b, err := f.block(addr, size, signature, verify)
		if err != nil {
			return err
		}
		return h.messages2(f.cursor(b[:size-4]), int(skip), addr, flags&0x04 != 0)
	})
}

func (h *header) messages2(c *cursor, skip int, addr uint64, ordered bool) error {
	least := 4
	if ordered {
		least += 2
	}
	c.skip(skip)
	for c.rest() >= least { // less is a gap
		m := message{kind: uint16(c.u8())}
		n := int(c.u16())
		m.flags = c.u8()
		if ordered {
			c.skip(2)
		}
		m.addr = addr + uint64(c.pos)
		m.body = c.bytes(n)
		if c.err != nil {
			return fmt.Errorf("message of type %#x: %w", m.kind, c.err)
		}
		if err := h.add(m); err != nil {
			return err
		}
	}
	return nil
}

func (h *header) add(m message) error {
	if m.kind == messageNil {
		return nil
	}
	if m.kind > lastKnownMessage && m.flags&flagMustUnderstand != 0 {
		return unsupported("message of type %#x, which a reader must understand", m.kind)
	}
	h.messages = append(h.messages, m)
	return nil
}

// headerBlocks calls parse for the first block and then for those which continuation messages name,
// each once. Together they cannot be longer than the file.
func (f *File) headerBlocks(h *header, addr, size uint64, parse func(addr, size uint64) error) error {
	total := uint64(0)
	seen := 0 // messages looked at for continuations
	type block struct{ addr, size uint64 }
	queue := []block{{addr, size}}
	for len(queue) > 0 {
		b := queue[0]
		queue = queue[1:]
		if total += b.size; total > f.size {
			return fmt.Errorf("continuation block at %#x: blocks longer than the file: they overlap or run in a circle", b.addr)
		}
		if err := parse(b.addr, b.size); err != nil {
			if b.addr == addr {
				return err
			}
			return at("header continuation", b.addr, err)
		}
		for ; seen < len(h.messages); seen++ {
			m := h.messages[seen]
			if m.kind != messageContinuation {
				continue
			}
			c := f.cursor(m.body)
			next := block{c.address(), c.length()}
			if c.err != nil {
				return at("continuation message", m.addr, c.err)
			}
			if next.size == 0 {
				return at("continuation message", m.addr, fmt.Errorf("empty block"))
			}
			queue = append(queue, next)
		}
	}
	return nil
}

// content returns the body of a message, from where it is kept if it is shared.
func (f *File) content(m *message) ([]byte, error) {
	if m.flags&flagShared == 0 {
		return m.body, nil
	}
	return f.shared(m.kind, m.body)
}

// shared follows a shared message: to the committed datatype's object header, or to the file's heap
// of shared messages.
func (f *File) shared(kind uint16, body []byte) ([]byte, error) {
	c := f.cursor(body)
	version := c.version(1, 2, 3)
	where := c.u8()
	if version == 1 {
		c.skip(6)
	}
	if version == 3 && where == 1 {
		id := c.bytes(8)
		if c.err != nil {
			return nil, c.err
		}
		return f.sharedMessage(kind, id)
	}
	addr := c.address()
	if c.err != nil {
		return nil, c.err
	}
	h, err := f.header(addr)
	if err != nil {
		return nil, err
	}
	m := h.find(kind)
	if m == nil || m.flags&flagShared != 0 {
		return nil, at("object header", addr, fmt.Errorf("no message of type %#x to share", kind))
	}
	return m.body, nil
}

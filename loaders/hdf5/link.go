package hdf5

import (
	"fmt"
	"sort"
)

// LinkKind says how a link names its object.
type LinkKind int

const (
	HardLink     LinkKind = iota // by address: the object is in this file
	SoftLink                     // by a path in this file, which may lead nowhere
	ExternalLink                 // by a path in another file: never followed
)

// Link is a name in a group.
type Link struct {
	Name    string
	Kind    LinkKind
	Address uint64 // HardLink: of the object header
	Target  string // SoftLink, ExternalLink: path of the object
	File    string // ExternalLink: the other file, as it was written down
}

// parseLink decodes a link message, the form that links have in groups of the new style.
func parseLink(c *cursor) (Link, error) {
	var l Link
	c.version(1)
	flags := c.u8()
	kind := uint8(0)
	if flags&0x08 != 0 {
		kind = c.u8()
	}
	if flags&0x04 != 0 {
		c.skip(8) // creation order
	}
	if flags&0x10 != 0 {
		c.skip(1) // character set
	}
	n := c.uint(1 << (flags & 3))
	if c.err == nil && n > uint64(c.rest()) {
		c.err = fmt.Errorf("name of %d bytes in the %d left", n, c.rest())
	}
	l.Name = string(c.bytes(int(n)))
	if c.err != nil {
		return l, c.err
	}
	l.Address = undefined
	switch kind {
	case 0:
		l.Address = c.address()
	case 1:
		l.Kind = SoftLink
		l.Target = string(c.bytes(int(c.u16())))
	case 64:
		l.Kind = ExternalLink
		e := &cursor{b: c.bytes(int(c.u16())), err: c.err}
		e.version(0)
		l.File, l.Target = e.name(1), e.name(1)
		c.err = e.err
	default:
		c.err = unsupported("link %q of type %d", l.Name, kind)
	}
	return l, c.err
}

// links lists the links of the group with this header, by name.
func (f *File) links(h *header) ([]Link, error) {
	var links []Link
	var err error
	if m := h.find(messageSymbolTable); m != nil {
		c := f.cursor(m.body)
		tree, heap := c.address(), c.address()
		if c.err != nil {
			return nil, at("symbol table message", m.addr, c.err)
		}
		links, err = f.symbolTable(tree, heap)
	} else {
		links, err = f.newLinks(h)
	}
	if err != nil {
		return nil, err
	}
	sort.Slice(links, func(i, j int) bool { return links[i].Name < links[j].Name })
	for i := 1; i < len(links); i++ {
		if links[i].Name == links[i-1].Name {
			return nil, at("object header", h.addr, fmt.Errorf("two links %q", links[i].Name))
		}
	}
	return links, nil
}

// newLinks lists the links of a group of the new style: few are messages in its header, many are in a
// fractal heap with a B-tree over the hashes of their names.
func (f *File) newLinks(h *header) ([]Link, error) {
	var links []Link
	for i := range h.messages {
		m := &h.messages[i]
		if m.kind != messageLink {
			continue
		}
		b, err := f.content(m)
		if err != nil {
			return nil, at("link message", m.addr, err)
		}
		l, err := parseLink(f.cursor(b))
		if err != nil {
			return nil, at("link message", m.addr, err)
		}
		links = append(links, l)
	}
	m := h.find(messageLinkInfo)
	if m == nil {
		return links, nil
	}
	c := f.cursor(m.body)
	c.version(0)
	if c.u8()&1 != 0 {
		c.skip(8) // greatest creation order
	}
	heap, names := c.address(), c.address()
	if c.err != nil {
		return nil, at("link info message", m.addr, c.err)
	}
	if heap == undefined || names == undefined {
		return links, nil
	}
	err := f.denseObjects(heap, names, linkNames, func(record []byte, h *fractalHeap) error {
		if len(record) < 4+h.idSize {
			return fmt.Errorf("record of %d bytes", len(record))
		}
		b, err := h.object(record[4:])
		if err != nil {
			return err
		}
		l, err := parseLink(f.cursor(b))
		links = append(links, l)
		return err
	})
	return links, err
}

// denseObjects calls fn for every record of the B-tree over a fractal heap.
func (f *File) denseObjects(heap, tree uint64, kind uint8, fn func(record []byte, h *fractalHeap) error) error {
	h, err := f.fractalHeap(heap)
	if err != nil {
		return err
	}
	t, err := f.btree2(tree, kind)
	if err != nil {
		return err
	}
	err = t.each(func(record []byte) error { return fn(record, h) })
	return at("B-tree header", tree, err)
}

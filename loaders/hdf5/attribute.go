package hdf5

import (
	"fmt"
	"sort"
)

// Attribute is a named array attached to an object. Its elements lie in the object's header, so that
// reading them is cheap.
type Attribute struct {
	Name string
	*Array
}

// attributeMessage is one attribute not yet decoded beyond its name.
type attributeMessage struct {
	name    string
	addr    uint64
	version uint8
	flags   uint8
	sizes   [2]int // of datatype and dataspace
	c       *cursor
}

func (f *File) parseAttribute(b []byte, addr uint64) (attributeMessage, error) {
	a := attributeMessage{addr: addr, c: f.cursor(b)}
	c := a.c
	a.version = c.version(1, 2, 3)
	a.flags = c.u8() // reserved in version 1
	if a.version == 1 {
		a.flags = 0
	}
	n := int(c.u16())
	a.sizes = [2]int{int(c.u16()), int(c.u16())}
	if a.version == 3 {
		c.skip(1) // character set
	}
	a.name = string(trimNulls(c.bytes(n)))
	a.pad(n)
	return a, at("attribute message", addr, c.err)
}

// pad passes the bytes that fill a field of n bytes up to a multiple of eight in version 1.
func (a *attributeMessage) pad(n int) {
	if a.version == 1 {
		a.c.skip(align8(n) - n)
	}
}

func (f *File) attribute(a attributeMessage, path string) (*Attribute, error) {
	arr, err := f.attributeArray(a)
	if err != nil {
		return nil, inPath(path+"@"+a.name, at("attribute message", a.addr, err))
	}
	arr.path = path + "@" + a.name
	return &Attribute{Name: a.name, Array: arr}, nil
}

func (f *File) attributeArray(a attributeMessage) (*Array, error) {
	var parts [2][]byte
	for i, kind := range []uint16{messageDatatype, messageDataspace} {
		parts[i] = a.c.bytes(a.sizes[i])
		a.pad(a.sizes[i])
		if a.c.err != nil {
			return nil, a.c.err
		}
		if a.flags&(1<<i) != 0 {
			var err error
			if parts[i], err = f.shared(kind, parts[i]); err != nil {
				return nil, err
			}
		}
	}
	t, err := parseType(f.cursor(parts[0]), 0)
	if err != nil {
		return nil, fmt.Errorf("datatype: %w", err)
	}
	ds, err := parseDataspace(f.cursor(parts[1]))
	if err != nil {
		return nil, fmt.Errorf("dataspace: %w", err)
	}
	data := a.c.b[a.c.pos:]
	arr, err := f.newArray(t, ds, memory{data, t.Size})
	if err != nil {
		return nil, err
	}
	if need := arr.elements() * t.Size; need > len(data) {
		return nil, fmt.Errorf("%d bytes of elements where %d belong", len(data), need)
	}
	return arr, nil
}

// attributes lists the attributes of the object with this header, in the order of the file.
func (f *File) attributes(h *header) ([]attributeMessage, error) {
	var list []attributeMessage
	for i := range h.messages {
		m := &h.messages[i]
		if m.kind != messageAttribute {
			continue
		}
		b, err := f.content(m)
		if err != nil {
			return nil, at("attribute message", m.addr, err)
		}
		a, err := f.parseAttribute(b, m.addr)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	m := h.find(messageAttributeInfo)
	if m == nil {
		return list, nil
	}
	c := f.cursor(m.body)
	c.version(0)
	if c.u8()&1 != 0 {
		c.skip(2) // greatest creation index
	}
	heap, names := c.address(), c.address()
	if c.err != nil {
		return nil, at("attribute info message", m.addr, c.err)
	}
	if heap == undefined || names == undefined {
		return list, nil
	}
	err := f.denseObjects(heap, names, attributeNames, func(record []byte, h *fractalHeap) error {
		if len(record) < 9 {
			return fmt.Errorf("record of %d bytes", len(record))
		}
		var b []byte
		var err error
		if record[8]&flagShared != 0 {
			b, err = f.sharedMessage(messageAttribute, record[:8])
		} else {
			b, err = h.object(record)
		}
		if err != nil {
			return err
		}
		a, err := f.parseAttribute(b, heap)
		list = append(list, a)
		return err
	})
	return list, err
}

// Attrs returns the object's attributes by name.
func (o *object) Attrs() ([]*Attribute, error) {
	messages, err := o.file.attributes(o.header)
	if err != nil {
		return nil, inPath(o.path, err)
	}
	sort.Slice(messages, func(i, j int) bool { return messages[i].name < messages[j].name })
	list := make([]*Attribute, len(messages))
	for i, m := range messages {
		if list[i], err = o.file.attribute(m, o.path); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Attr returns the attribute of that name, or an error that is ErrNotFound and lists those there are.
func (o *object) Attr(name string) (*Attribute, error) {
	messages, err := o.file.attributes(o.header)
	if err != nil {
		return nil, inPath(o.path, err)
	}
	names := make([]string, len(messages))
	for i, m := range messages {
		if m.name == name {
			return o.file.attribute(m, o.path)
		}
		names[i] = m.name
	}
	sort.Strings(names)
	return nil, inPath(o.path, fmt.Errorf("attribute %q %w; there are: %s", name, ErrNotFound, enumerate(names)))
}

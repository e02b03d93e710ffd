package hdf5

import (
	"fmt"
)

// Dataset is an array in a file.
type Dataset struct {
	object
	*Array
	layout  layout
	filters pipeline
	max     []uint64
}

// Path returns the path by which the dataset was opened.
func (d *Dataset) Path() string { return d.object.path }

// MaxShape returns how far each dimension may grow, -1 for without bound; it is as long as the
// dataspace has dimensions.
func (d *Dataset) MaxShape() []int {
	shape := make([]int, len(d.max))
	for i, m := range d.max {
		shape[i] = int(m) // unlimited is all ones
	}
	return shape
}

// ChunkShape returns the shape of a chunk, or nil where elements are not stored in chunks. Reading
// multiples of ChunkShape()[0] rows, from such a multiple on, decodes each chunk once without help of the
// cache.
func (d *Dataset) ChunkShape() []int {
	if d.layout.class != layoutChunked {
		return nil
	}
	return ints(d.layout.chunk)
}

// Filters describes the filters that chunks went through when they were written, in that order:
// "shuffle", "deflate(4)", "fletcher32", "lzf", "filter 4 (szip)".
func (d *Dataset) Filters() []string {
	var names []string
	for _, f := range d.filters {
		names = append(names, f.String())
	}
	return names
}

// openDataset decodes the messages of a dataset. Shape and type must be sound; what is wrong or
// unsupported about the storage waits until elements are read, so that it does not hide the rest.
func openDataset(o object) (*Dataset, error) {
	f, h := o.file, o.header
	ds, err := f.dataspace(h.find(messageDataspace))
	if err != nil {
		return nil, err
	}
	t, err := f.datatype(h.find(messageDatatype))
	if err != nil {
		return nil, err
	}
	d := &Dataset{object: o, max: ds.max}
	store, err := d.storage(t, ds)
	if err != nil {
		store = broken{err}
	}
	if d.Array, err = f.newArray(t, ds, store); err != nil {
		return nil, at("object header", h.addr, err)
	}
	d.Array.path = o.path
	return d, nil
}

func (d *Dataset) storage(t *Type, ds dataspace) (storage, error) {
	f, h := d.file, d.header
	if m := h.find(messageExternal); m != nil {
		return nil, at("external file message", m.addr, f.refuseExternal(m))
	}
	m := h.find(messageLayout)
	if m == nil {
		return nil, at("object header", h.addr, fmt.Errorf("a dataset without a layout"))
	}
	var err error
	if d.layout, err = f.parseLayout(m); err != nil {
		return nil, at("layout", m.addr, err)
	}
	if m := h.find(messageFilters); m != nil {
		b, err := f.content(m)
		if err == nil {
			d.filters, err = parseFilters(f.cursor(b))
		}
		if err != nil {
			return nil, at("filter pipeline", m.addr, err)
		}
	}
	fill, err := d.fillValue(t.Size)
	if err != nil {
		return nil, err
	}
	store, err := d.layout.storage(f, h.addr, t.Size, ds, d.filters, fill)
	return store, at("layout", m.addr, err)
}

// fillValue returns the bytes of an element that was never written: zeros unless the file says
// otherwise.
func (d *Dataset) fillValue(size int) ([]byte, error) {
	h := d.header
	m, parse := h.find(messageFill), parseFill
	if m == nil {
		m, parse = h.find(messageOldFill), parseOldFill
	}
	if m == nil {
		return nil, nil
	}
	b, err := d.file.content(m)
	if err != nil {
		return nil, at("fill value", m.addr, err)
	}
	fill, err := parse(d.file.cursor(b))
	if err == nil && len(fill) != 0 && len(fill) != size {
		err = fmt.Errorf("%d bytes for elements of %d", len(fill), size)
	}
	return fill, at("fill value", m.addr, err)
}

func parseOldFill(c *cursor) ([]byte, error) {
	value := c.bytes(int(c.u32()))
	return value, c.err
}

func parseFill(c *cursor) ([]byte, error) {
	version := c.version(1, 2, 3)
	defined := true
	if version < 3 {
		c.skip(2) // when to allocate and to write
		// In version 1 the size is there even if the value is not.
		defined = c.u8() != 0 || version == 1
	} else {
		defined = c.u8()&0x20 != 0
	}
	if c.err != nil || !defined {
		return nil, c.err
	}
	if version == 1 && c.rest() < 4 {
		return nil, nil
	}
	n := int32(c.u32()) // negative: undefined
	if n <= 0 {
		return nil, c.err
	}
	value := c.bytes(int(n))
	return value, c.err
}

// refuseExternal names the file that holds the elements.
func (f *File) refuseExternal(m *message) error {
	c := f.cursor(m.body)
	c.version(1)
	c.skip(3 + 2)
	slots := c.u16()
	heap := c.address()
	name := c.length()
	if c.err != nil || slots == 0 {
		return unsupported("elements in another file")
	}
	names, err := f.localHeap(heap)
	if err != nil {
		return err
	}
	text, err := names.name(name)
	if err != nil {
		return err
	}
	return unsupported("elements in another file, %q", text)
}

func ints(dims []uint64) []int {
	out := make([]int, len(dims))
	for i, d := range dims {
		out[i] = int(d)
	}
	return out
}

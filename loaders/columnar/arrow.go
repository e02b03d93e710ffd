package columnar

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// An arrowSource reads Arrow's IPC format, as a stream or as a file (Feather version 2). Schemas are
// parsed by the Arrow library; buffers are found and decoded here, to read only those of the columns and
// rows that are wanted, and because the library trusts the sizes it finds.
//
// Reference: Apache Arrow, "Columnar Format", "Serialization and Interprocess Communication (IPC)".
type arrowSource struct {
	r       io.ReaderAt
	size    int64
	fields  []*node // of the schema, at the top
	leaves  []arrowLeaf
	batches []message
	groups  []int
	// The messages of each dictionary, in the order of the stream.
	dictionaries map[int64][]message
	ordered      bool // a dictionary counts from its place in the stream on
}

// A message is a piece of an IPC file.
type message struct {
	at   int64 // of its FlatBuffer
	meta int   // bytes of it
	body int64 // where its buffers are
	len  int64 // bytes of them
	kind int
	rows int
}

// A node is a field of the schema, with what it means to read it.
type node struct {
	name          string
	typ           arrow.DataType // of the storage; of the index, if it has a dictionary
	value         arrow.DataType // of the dictionary
	hasDictionary bool
	dictionary    int64
	children      []*node
	// Where its parts are in every batch without variable numbers of buffers.
	id int
}

// An arrowLeaf is a column: the fields from the top to the values.
type arrowLeaf struct {
	path   []*node
	number number
	class  Class // of the values or elements
}

func openArrowFile(f *File, r io.ReaderAt) error {
	const magic = "ARROW1"
	f.format = "Arrow file"
	s := &arrowSource{r: r, size: f.size, dictionaries: make(map[int64][]message)}
	var tail [4 + len(magic)]byte
	if f.size < int64(8+len(tail)) {
		return fmt.Errorf("%w: %d bytes are no Arrow file", errDamaged, f.size)
	}
	at := f.size - int64(len(tail))
	if err := readAt(r, tail[:], at); err != nil {
		return err
	}
	if string(tail[4:]) != magic {
		return fmt.Errorf("byte %d: %q where %s should be: is the file cut short? %w", at+4, tail[4:], magic, errDamaged)
	}
	n := int64(int32(binary.LittleEndian.Uint32(tail[:])))
	if n <= 0 || n > at-8 {
		return fmt.Errorf("byte %d: a footer of %d bytes in a file of %d: %w", at, n, f.size, errDamaged)
	}
	at -= n
	footer := make([]byte, n)
	if err := readAt(r, footer, at); err != nil {
		return err
	}
	fb := &flat{b: footer}
	root := fb.root()
	var messages []message
	for _, list := range []int{footerDictionaries, footerBatches} {
		const blockSize = 24
		pos, n := fb.vector(root, list, blockSize)
		for i := range n {
			m := message{at: fb.i64(pos + blockSize*i), meta: fb.i32(pos + blockSize*i + 8)}
			messages = append(messages, m)
		}
	}
	if fb.bad || root == 0 {
		return fmt.Errorf("footer at %d: %w", at, errDamaged)
	}
	if err := s.schema(f, fb, fb.tableField(root, footerSchema), func() (*arrow.Schema, error) { return footerOnly(fb, root) }); err != nil {
		return fmt.Errorf("footer at %d: %w", at, err)
	}
	for _, m := range messages {
		whole, _, err := s.frame(m.at)
		if err == nil && whole.kind == 0 {
			err = fmt.Errorf("%w: the stream ends here", errDamaged)
		}
		if err == nil {
			err = s.add(f, whole)
		}
		if err != nil {
			return fmt.Errorf("message at %d: %w", m.at, err)
		}
	}
	return s.finish(f)
}

func openArrowStream(f *File, r io.ReaderAt) error {
	f.format = "Arrow stream"
	s := &arrowSource{r: r, size: f.size, ordered: true, dictionaries: make(map[int64][]message)}
	for at, first := int64(0), true; at < f.size; first = false {
		m, next, err := s.frame(at)
		switch {
		case err != nil:
		case m.kind == 0 && !first: // the end of the stream
			return s.finish(f)
		case first:
			err = s.firstMessage(f, m)
		default:
			err = s.add(f, m)
		}
		if err != nil {
			return fmt.Errorf("message at %d: %w", at, err)
		}
		at = next
	}
	return s.finish(f)
}

// frame reads where a message and its body are, and where the next one begins; kind 0 is the end of the
// stream.
func (s *arrowSource) frame(at int64) (m message, next int64, err error) {
	var head [8]byte
	if at < 0 || at > s.size-4 {
		return m, 0, fmt.Errorf("%w: not in a file of %d bytes", errDamaged, s.size)
	}
	n := min(s.size-at, 8)
	if err := readAt(s.r, head[:n], at); err != nil {
		return m, 0, err
	}
	length := int64(int32(binary.LittleEndian.Uint32(head[:])))
	m.at = at + 4
	if length == -1 { // the mark of a continuation; before version 0.15 there was none
		if n < 8 {
			return m, 0, fmt.Errorf("%w: it ends in its length", errDamaged)
		}
		length = int64(int32(binary.LittleEndian.Uint32(head[4:])))
		m.at = at + 8
	}
	if length == 0 {
		return message{}, m.at, nil
	}
	if length < 0 || length > s.size-m.at {
		return m, 0, fmt.Errorf("%w: %d bytes where %d are left", errDamaged, length, s.size-m.at)
	}
	m.meta = int(length)
	fb, root, err := s.flat(m)
	if err != nil {
		return m, 0, err
	}
	m.kind = fb.byteField(root, messageHeaderType)
	m.len = fb.longField(root, messageBody)
	m.body = m.at + length
	if fb.bad || m.len < 0 || m.len > s.size-m.body {
		return m, 0, fmt.Errorf("%w: a body of %d bytes where %d are left", errDamaged, m.len, s.size-m.body)
	}
	if m.kind == 0 {
		return m, 0, fmt.Errorf("%w: a message of no kind", errDamaged)
	}
	return m, m.body + m.len, nil
}

// flat reads the FlatBuffer of a message.
func (s *arrowSource) flat(m message) (*flat, table, error) {
	b := make([]byte, m.meta)
	if err := readAt(s.r, b, m.at); err != nil {
		return nil, 0, err
	}
	fb := &flat{b: b}
	root := fb.root()
	if fb.bad {
		return nil, 0, fmt.Errorf("%w: no FlatBuffer", errDamaged)
	}
	return fb, root, nil
}

// readAt fills b.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("byte %d: %w", at+int64(n), err)
}

// footerOnly has the library read the schema from the footer of a file that is nothing else. The list of
// dictionaries is emptied for it: it would read those.
func footerOnly(fb *flat, root table) (*arrow.Schema, error) {
	footer := bytes.Clone(fb.b)
	if at, n := fb.vector(root, footerDictionaries, 24); n > 0 {
		copy(footer[at-4:at], []byte{0, 0, 0, 0})
	}
	file := append([]byte("ARROW1\x00\x00"), footer...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(footer)))
	file = append(file, "ARROW1"...)
	r, err := ipc.NewFileReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	return r.Schema(), r.Close()
}

// firstMessage reads the schema that a stream begins with.
func (s *arrowSource) firstMessage(f *File, m message) error {
	if m.kind != headerSchema {
		return fmt.Errorf("%w: no schema", errDamaged)
	}
	fb, root, err := s.flat(m)
	if err != nil {
		return err
	}
	return s.schema(f, fb, fb.tableField(root, messageHeader), func() (*arrow.Schema, error) {
		stream := binary.LittleEndian.AppendUint32([]byte{0xff, 0xff, 0xff, 0xff}, uint32(m.meta))
		r, err := ipc.NewReader(bytes.NewReader(append(stream, fb.b...)))
		if err != nil {
			return nil, err
		}
		defer r.Release()
		return r.Schema(), nil
	})
}

// schema lists the columns, once the library has parsed what was walked over before.
func (s *arrowSource) schema(f *File, fb *flat, t table, parse func() (*arrow.Schema, error)) error {
	dictionaries, err := fb.schema(t)
	if err != nil {
		return err
	}
	var schema *arrow.Schema
	err = guard(func() (err error) {
		schema, err = parse()
		return err
	})
	if err != nil {
		return err
	}
	f.metadata = make(map[string]string)
	meta := schema.Metadata()
	for i, key := range meta.Keys() {
		f.metadata[key] = meta.Values()[i]
	}
	if schema.NumFields() != len(dictionaries) {
		return fmt.Errorf("%w: %d fields, not %d", errDamaged, schema.NumFields(), len(dictionaries))
	}
	ids := 0
	for i, field := range schema.Fields() {
		n, err := newNode(field, dictionaries[i], &ids)
		if err != nil {
			return err
		}
		s.fields = append(s.fields, n)
		s.walk(f, n, nil, "")
	}
	s.groups = []int{0}
	return nil
}

// newNode pairs a field of the library with its dictionaries.
func newNode(field arrow.Field, d fbField, ids *int) (*node, error) {
	n := &node{name: field.Name, typ: field.Type, id: *ids}
	*ids++
	if e, ok := n.typ.(arrow.ExtensionType); ok {
		n.typ = e.StorageType()
	}
	if t, ok := n.typ.(*arrow.DictionaryType); ok {
		n.typ, n.value = t.IndexType, t.ValueType
		n.hasDictionary, n.dictionary = d.hasDictionary, d.dictionary
		return n, nil
	}
	nested, ok := n.typ.(arrow.NestedType)
	if !ok {
		return n, nil
	}
	fields := nested.Fields()
	if len(fields) != len(d.children) {
		return nil, fmt.Errorf("field '%s': %w: %d children, not %d", field.Name, errDamaged, len(d.children), len(fields))
	}
	for i, child := range fields {
		c, err := newNode(child, d.children[i], ids)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, c)
	}
	return n, nil
}

// walk lists the columns under a field.
func (s *arrowSource) walk(f *File, n *node, path []*node, prefix string) {
	path = append(path[:len(path):len(path)], n)
	if _, ok := n.typ.(*arrow.StructType); ok && len(n.children) > 0 {
		for _, child := range n.children {
			s.walk(f, child, path, prefix+n.name+".")
		}
		return
	}
	l := arrowLeaf{path: path}
	c := &Column{Name: prefix + n.name, Type: typeName(n)}
	c.reason = l.interpret(n, c)
	s.leaves = append(s.leaves, l)
	f.add(c)
}

func typeName(n *node) string {
	switch {
	case n.hasDictionary:
		return "dictionary<" + n.value.String() + ">"
	case isList(n.typ) && len(n.children) == 1:
		return "list<" + typeName(n.children[0]) + ">"
	}
	return n.typ.String()
}

func isList(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.LIST, arrow.LARGE_LIST, arrow.FIXED_SIZE_LIST:
		return true
	}
	return false
}

// interpret settles what a column means, or says why it is not read.
func (l *arrowLeaf) interpret(n *node, c *Column) string {
	class := Numbers
	values := n
	if isList(n.typ) {
		class, values = Lists, n.children[0]
		l.path = append(l.path, values)
	}
	typ := values.typ
	if values.value != nil {
		typ = values.value
	}
	var reason string
	if isText(typ) {
		l.class = Text
	} else {
		l.class = Numbers
		l.number, c.Unit, reason = numberOf(typ)
	}
	c.Class = class
	switch {
	case l.class == Text && class == Lists:
		reason = "lists of text"
	case l.class == Text:
		c.Class = Text
	}
	if reason != "" {
		c.Class = Opaque
	}
	return reason
}

func isText(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.STRING, arrow.LARGE_STRING, arrow.STRING_VIEW:
		return true
	}
	return false
}

// numberOf settles how the values of a type become numbers, their unit, or why they do not.
func numberOf(t arrow.DataType) (n number, unit, reason string) {
	divisors := map[arrow.TimeUnit]int64{arrow.Second: 1, arrow.Millisecond: 1e3, arrow.Microsecond: 1e6, arrow.Nanosecond: 1e9}
	time := func(size int, mul, div int64) (number, string, string) {
		return number{kind: 'i', size: size, mul: mul, div: div}, "s", ""
	}
	switch t := t.(type) {
	case *arrow.BooleanType:
		return number{}, "", ""
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type:
		return number{kind: 'i', size: t.(arrow.FixedWidthDataType).BitWidth() / 8}, "", ""
	case *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		return number{kind: 'u', size: t.(arrow.FixedWidthDataType).BitWidth() / 8}, "", ""
	case *arrow.Float16Type, *arrow.Float32Type, *arrow.Float64Type:
		return number{kind: 'f', size: t.(arrow.FixedWidthDataType).BitWidth() / 8}, "", ""
	case *arrow.TimestampType:
		return time(8, 1, divisors[t.Unit])
	case *arrow.DurationType:
		return time(8, 1, divisors[t.Unit])
	case *arrow.Time32Type:
		return time(4, 1, divisors[t.Unit])
	case *arrow.Time64Type:
		return time(8, 1, divisors[t.Unit])
	case *arrow.Date32Type:
		return time(4, 86400, 1)
	case *arrow.Date64Type:
		return time(8, 1, 1e3)
	case arrow.DecimalType:
		scale, bits := int(t.GetScale()), t.(arrow.FixedWidthDataType).BitWidth()
		if scale < -maxScale || scale > maxScale {
			return number{}, "", "decimals of this scale"
		}
		return number{kind: 'd', size: bits / 8, scale: scale}, "", ""
	}
	return number{}, "", "values of type " + t.String()
}

// add takes note of a record batch or a dictionary.
func (s *arrowSource) add(f *File, m message) error {
	fb, root, err := s.flat(m)
	if err != nil {
		return err
	}
	header := fb.tableField(root, messageHeader)
	switch m.kind {
	case headerDictionary:
		id := fb.longField(header, dictionaryID)
		s.dictionaries[id] = append(s.dictionaries[id], m)
	case headerBatch:
		rows := fb.longField(header, batchRows)
		before := s.groups[len(s.groups)-1]
		if fb.bad || rows < 0 || rows > int64(math.MaxInt-before) {
			return fmt.Errorf("%w: %d rows", errDamaged, rows)
		}
		m.rows = int(rows)
		if err := s.count(f, fb, header, m.rows); err != nil {
			return err
		}
		s.batches = append(s.batches, m)
		s.groups = append(s.groups, before+m.rows)
	default:
		return fmt.Errorf("message kind %d: %w", m.kind, ErrUnsupported)
	}
	return nil
}

// count adds the missing values that the fields of a batch declare.
func (s *arrowSource) count(f *File, fb *flat, header table, rows int) error {
	const nodeSize = 16
	at, n := fb.vector(header, batchNodes, nodeSize)
	for i, c := range f.columns {
		l := s.leaves[i]
		top := l.path[:1]
		for len(top) < len(l.path) && !isList(top[len(top)-1].typ) {
			top = l.path[:len(top)+1]
		}
		id := top[len(top)-1].id
		if id >= n {
			return fmt.Errorf("%w: %d field nodes for column '%s'", errDamaged, n, c.Name)
		}
		length, nulls := fb.i64(at+nodeSize*id), fb.i64(at+nodeSize*id+8)
		if fb.bad || length < int64(rows) || nulls < -1 || nulls > length {
			return fmt.Errorf("column '%s': %w: %d rows, %d of them missing, in a batch of %d", c.Name, errDamaged, length, nulls, rows)
		}
		if nulls < 0 || len(top) > 1 { // a structure may be missing too
			c.Nulls = -1
		}
		if c.Nulls >= 0 {
			c.Nulls += int(nulls)
		}
	}
	return nil
}

func (s *arrowSource) finish(f *File) error {
	if s.groups == nil {
		return errors.New("no schema")
	}
	f.source, f.groups = s, s.groups
	return nil
}

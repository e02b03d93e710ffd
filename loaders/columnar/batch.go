package columnar

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"oblique/internal/claim"

	"github.com/apache/arrow/go/v17/arrow"
)

// A batch is a record batch or a dictionary whose buffers are at hand.
type batch struct {
	s         *arrowSource
	m         message
	codec     codec
	lengths   []int // rows of each node
	extents   []extent
	variadic  []int
	first     []int          // of each node: its first buffer
	views     []int          // of each node: its place among the variadic counts
	inflated  map[int][]byte // by buffer
	direct    bool           // buffers are read in parts, as they are not compressed
	scratch   []byte
	dictCache map[int64]*dictionaryValues
}

// An extent is where a buffer lies in the body.
type extent struct{ at, len int64 }

// open parses the description of a batch, whose fields are those of the schema, or of a dictionary, which
// has one field.
func (s *arrowSource) open(m message, fields []*node) (*batch, error) {
	fb, root, err := s.flat(m)
	if err != nil {
		return nil, err
	}
	header := fb.tableField(root, messageHeader)
	if m.kind == headerDictionary {
		header = fb.tableField(header, dictionaryData)
	}
	b := &batch{s: s, m: m, codec: plain, direct: true, inflated: make(map[int][]byte), dictCache: make(map[int64]*dictionaryValues)}
	if c := fb.tableField(header, batchCompression); c != 0 {
		b.direct = false
		b.codec = lz4Frame
		if fb.byteField(c, 0) == 1 {
			b.codec = zst
		}
	}
	at, n := fb.vector(header, batchNodes, 16)
	for i := range n {
		length := fb.i64(at + 16*i)
		if length < 0 || length > math.MaxInt/64 {
			return nil, fmt.Errorf("%w: a field of %d rows", errDamaged, length)
		}
		b.lengths = append(b.lengths, int(length))
	}
	at, n = fb.vector(header, batchBuffers, 16)
	for i := range n {
		e := extent{at: fb.i64(at + 16*i), len: fb.i64(at + 16*i + 8)}
		if e.at < 0 || e.len < 0 || e.at > m.len || e.len > m.len-e.at {
			return nil, fmt.Errorf("%w: a buffer of %d bytes at %d in a body of %d", errDamaged, e.len, e.at, m.len)
		}
		b.extents = append(b.extents, e)
	}
	at, n = fb.vector(header, batchVariadic, 8)
	for i := range n {
		b.variadic = append(b.variadic, int(min(max(fb.i64(at+8*i), 0), 1<<31)))
	}
	if fb.bad {
		return nil, errDamaged
	}
	next, view := 0, 0
	for _, f := range fields {
		b.layout(f, &next, &view)
	}
	return b, nil
}

// layout finds the buffers of a field: every field before it has its own, a number that its type tells.
func (b *batch) layout(n *node, next, view *int) {
	b.first = grow(b.first, n.id, *next)
	b.views = grow(b.views, n.id, *view)
	switch n.typ.ID() {
	case arrow.NULL, arrow.RUN_END_ENCODED:
	case arrow.STRUCT, arrow.FIXED_SIZE_LIST, arrow.SPARSE_UNION:
		*next++
	case arrow.STRING, arrow.BINARY, arrow.LARGE_STRING, arrow.LARGE_BINARY, arrow.LIST_VIEW, arrow.LARGE_LIST_VIEW:
		*next += 3
	case arrow.STRING_VIEW, arrow.BINARY_VIEW:
		*next += 2
		if *view < len(b.variadic) {
			*next += b.variadic[*view]
		}
		*view++
	default:
		*next += 2
	}
	for _, c := range n.children {
		b.layout(c, next, view)
	}
}

func grow(s []int, id, v int) []int {
	for len(s) <= id {
		s = append(s, -1)
	}
	s[id] = v
	return s
}

// rows is how many values a field has.
func (b *batch) rows(n *node) (int, error) {
	if n.id >= len(b.lengths) {
		return 0, fmt.Errorf("%w: no field node %d", errDamaged, n.id)
	}
	return b.lengths[n.id], nil
}

// bytes returns part of the k-th buffer of a field. What is not compressed is read as far as needed; the
// bytes are good until the next call.
func (b *batch) bytes(n *node, k int, from, length int64) ([]byte, error) {
	i := b.first[n.id] + k
	if i >= len(b.extents) {
		return nil, fmt.Errorf("%w: no buffer %d", errDamaged, i)
	}
	if length == 0 {
		return nil, nil
	}
	e := b.extents[i]
	if b.direct {
		if from < 0 || length < 0 || from > e.len || length > e.len-from {
			return nil, fmt.Errorf("%w: buffer %d has %d bytes, not %d", errDamaged, i, e.len, from+length)
		}
		b.scratch = slices.Grow(b.scratch[:0], int(length))[:length]
		return b.scratch, readAt(b.s.r, b.scratch, b.m.body+e.at+from)
	}
	whole, ok := b.inflated[i]
	if !ok {
		var err error
		if whole, err = b.inflate(e); err != nil {
			return nil, fmt.Errorf("buffer %d: %w", i, err)
		}
		b.inflated[i] = whole
	}
	if from < 0 || length < 0 || from > int64(len(whole)) || length > int64(len(whole))-from {
		return nil, fmt.Errorf("%w: buffer %d has %d bytes, not %d", errDamaged, i, len(whole), from+length)
	}
	return whole[from : from+length], nil
}

// inflate decompresses a buffer, which begins with its size, or with −1 if it is not compressed.
func (b *batch) inflate(e extent) ([]byte, error) {
	if e.len == 0 {
		return nil, nil
	}
	if e.len < 8 {
		return nil, fmt.Errorf("%w: %d bytes have no room for a size", errDamaged, e.len)
	}
	raw := make([]byte, e.len)
	if err := readAt(b.s.r, raw, b.m.body+e.at); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint64(raw))
	switch {
	case n == -1:
		return raw[8:], nil
	case n < 0 || n > math.MaxInt:
		return nil, fmt.Errorf("%w: it claims to inflate to %d bytes", errDamaged, n)
	}
	return inflate(b.codec, nil, raw[8:], int(n), b.s.size)
}

// empty tells whether the k-th buffer of a field was left away.
func (b *batch) empty(n *node, k int) bool {
	i := b.first[n.id] + k
	return i < len(b.extents) && b.extents[i].len == 0
}

// valid clears the rows from ≤ i < to of a field that are missing; nil stays nil where none is.
func (b *batch) valid(valid []bool, n *node, from, to int) ([]bool, error) {
	rows, err := b.rows(n)
	if err != nil {
		return nil, err
	}
	if to > rows {
		return nil, fmt.Errorf("%w: field '%s' has %d values, not %d", errDamaged, n.name, rows, to)
	}
	if n.typ.ID() == arrow.NULL || b.empty(n, 0) { // all are there
		return valid, nil
	}
	first := int64(from / 8)
	bits, err := b.bytes(n, 0, first, int64((to+7)/8)-first)
	if err != nil {
		return nil, err
	}
	if valid == nil {
		valid = make([]bool, to-from)
		for i := range valid {
			valid[i] = true
		}
	}
	for i := range valid {
		k := from - int(first)*8 + i
		valid[i] = valid[i] && bits[k>>3]>>(k&7)&1 == 1
	}
	return valid, nil
}

// numbers reads the values from ≤ i < to of a field. Memory is taken for them when their bytes are there.
func (b *batch) numbers(l *arrowLeaf, n *node, from, to int) ([]float64, error) {
	if n.hasDictionary {
		dict, err := b.dictionary(l, n)
		if err != nil {
			return nil, err
		}
		return resolve(b, n, from, to, dict.numbers)
	}
	if n.typ.ID() == arrow.BOOL {
		first := int64(from / 8)
		bits, err := b.bytes(n, 1, first, int64((to+7)/8)-first)
		if err != nil {
			return nil, err
		}
		dst := make([]float64, to-from)
		for i := range dst {
			k := from - int(first)*8 + i
			dst[i] = float64(bits[k>>3] >> (k & 7) & 1)
		}
		return dst, nil
	}
	size := int64(l.number.size)
	raw, err := b.bytes(n, 1, int64(from)*size, int64(to-from)*size)
	if err != nil {
		return nil, err
	}
	dst := make([]float64, to-from)
	l.number.decode(dst, raw)
	return dst, nil
}

// resolve looks up the values that the indices from ≤ i < to mean; those of missing values may be anything.
func resolve[T any](b *batch, n *node, from, to int, dictionary []T) ([]T, error) {
	t, ok := n.typ.(arrow.FixedWidthDataType)
	if !ok || !arrow.IsInteger(n.typ.ID()) {
		return nil, fmt.Errorf("%w: indices of type %s", errDamaged, n.typ)
	}
	valid, err := b.valid(nil, n, from, to)
	if err != nil {
		return nil, err
	}
	size := t.BitWidth() / 8
	raw, err := b.bytes(n, 1, int64(from*size), int64((to-from)*size))
	if err != nil {
		return nil, err
	}
	dst := make([]T, to-from)
	for i := range dst {
		if valid != nil && !valid[i] {
			continue
		}
		k := unsigned(raw[i*size:], size)
		if k >= uint64(len(dictionary)) {
			return nil, fmt.Errorf("%w: index %d into a dictionary of %d", errDamaged, k, len(dictionary))
		}
		dst[i] = dictionary[k]
	}
	return dst, nil
}

// strings reads the texts from ≤ i < to of a field.
func (b *batch) strings(l *arrowLeaf, n *node, from, to int) ([]string, error) {
	if n.hasDictionary {
		dict, err := b.dictionary(l, n)
		if err != nil {
			return nil, err
		}
		return resolve(b, n, from, to, dict.text)
	}
	if n.typ.ID() == arrow.STRING_VIEW {
		return b.viewed(n, from, to)
	}
	offsets, err := b.offsets(n, from, to)
	if err != nil {
		return nil, err
	}
	start := offsets[0]
	raw, err := b.bytes(n, 2, start, offsets[len(offsets)-1]-start)
	if err != nil {
		return nil, err
	}
	dst := make([]string, to-from)
	for i := range dst {
		dst[i] = string(raw[offsets[i]-start : offsets[i+1]-start])
	}
	return dst, nil
}

// offsets reads the offsets from ≤ i ≤ to of lists or text, which never decrease.
func (b *batch) offsets(n *node, from, to int) ([]int64, error) {
	size := 4
	switch n.typ.ID() {
	case arrow.LARGE_LIST, arrow.LARGE_STRING:
		size = 8
	}
	if from == to {
		return []int64{0}, nil
	}
	raw, err := b.bytes(n, 1, int64(from*size), int64((to-from+1)*size))
	if err != nil {
		return nil, err
	}
	offsets := make([]int64, to-from+1)
	for i := range offsets {
		offsets[i] = int64(unsigned(raw[i*size:], size))
		if offsets[i] < 0 || i > 0 && offsets[i] < offsets[i-1] {
			return nil, fmt.Errorf("%w: offset %d of field '%s' is %d", errDamaged, from+i, n.name, offsets[i])
		}
	}
	return offsets, nil
}

// viewed reads texts stored as views: a length, and the text if it has at most 12 bytes, otherwise a
// beginning, a buffer and a place in it.
func (b *batch) viewed(n *node, from, to int) ([]string, error) {
	const size, inline = 16, 12
	valid, err := b.valid(nil, n, from, to)
	if err != nil {
		return nil, err
	}
	raw, err := b.bytes(n, 1, int64(from*size), int64((to-from)*size))
	if err != nil {
		return nil, err
	}
	raw = slices.Clone(raw) // the texts are read next
	dst := make([]string, to-from)
	count := 0
	if v := b.views[n.id]; v < len(b.variadic) {
		count = b.variadic[v]
	}
	var total int64
	for i := range dst {
		if valid != nil && !valid[i] {
			continue
		}
		view := raw[i*size : (i+1)*size]
		length := int64(int32(binary.LittleEndian.Uint32(view)))
		if length >= 0 && length <= inline {
			dst[i] = string(view[4 : 4+length])
			continue
		}
		buffer, at := int(int32(binary.LittleEndian.Uint32(view[8:]))), int64(int32(binary.LittleEndian.Uint32(view[12:])))
		if total += length; length < 0 || buffer < 0 || buffer >= count || !claim.Believed(total, b.s.size) {
			return nil, fmt.Errorf("%w: text %d of %d bytes is in buffer %d of %d", errDamaged, from+i, length, buffer, count)
		}
		text, err := b.bytes(n, 2+buffer, at, length)
		if err != nil {
			return nil, err
		}
		dst[i] = string(text)
	}
	return dst, nil
}

// dictionaryValues are the values that indices mean in one batch.
type dictionaryValues struct {
	numbers []float64
	text    []string
}

// dictionary reads the values of a field's dictionary as they are for this batch: the last one before it
// in the file that is no delta, and the deltas after that.
func (b *batch) dictionary(l *arrowLeaf, n *node) (*dictionaryValues, error) {
	if d := b.dictCache[n.dictionary]; d != nil {
		return d, nil
	}
	d := &dictionaryValues{}
	values := &node{name: n.name, typ: n.value}
	for _, m := range b.s.dictionaries[n.dictionary] {
		if m.at > b.m.at && b.s.ordered {
			break
		}
		if err := d.append(b.s, l, values, m); err != nil {
			return nil, fmt.Errorf("dictionary at %d: %w", m.at, err)
		}
	}
	b.dictCache[n.dictionary] = d
	return d, nil
}

func (d *dictionaryValues) append(s *arrowSource, l *arrowLeaf, values *node, m message) error {
	if _, nested := values.typ.(arrow.NestedType); nested {
		return fmt.Errorf("values of type %s: %w", values.typ, ErrUnsupported)
	}
	fb, root, err := s.flat(m)
	if err != nil {
		return err
	}
	if fb.byteField(fb.tableField(root, messageHeader), dictionaryDelta) == 0 {
		d.numbers, d.text = nil, nil
	}
	b, err := s.open(m, []*node{values})
	if err != nil {
		return err
	}
	rows, err := b.rows(values)
	if err != nil {
		return err
	}
	valid, err := b.valid(nil, values, 0, rows)
	if err != nil {
		return err
	}
	if l.class == Text {
		text, err := b.strings(l, values, 0, rows)
		d.text = append(d.text, text...)
		return err
	}
	numbers, err := b.numbers(l, values, 0, rows)
	for i := range numbers {
		if valid != nil && !valid[i] {
			numbers[i] = math.NaN()
		}
	}
	d.numbers = append(d.numbers, numbers...)
	return err
}

// part reads the rows from ≤ i < to of a column.
func (b *batch) part(l *arrowLeaf, from, to int) (part, error) {
	p := part{rows: to - from}
	var err error
	leaf := l.path[len(l.path)-1]
	for _, n := range l.path {
		if p.valid, err = b.valid(p.valid, n, from, to); err != nil {
			return part{}, err
		}
		if isList(n.typ) {
			return p, b.lists(&p, l, n, leaf, from, to)
		}
	}
	if l.class == Text {
		p.text, err = b.strings(l, leaf, from, to)
		for i := range p.text {
			if p.valid != nil && !p.valid[i] {
				p.text[i] = ""
			}
		}
		return p, err
	}
	p.numbers, err = b.numbers(l, leaf, from, to)
	missing(p.numbers, p.valid)
	return p, err
}

func missing(numbers []float64, valid []bool) {
	if valid == nil {
		return
	}
	for i, ok := range valid[:len(numbers)] {
		if !ok {
			numbers[i] = math.NaN()
		}
	}
}

// lists reads the lists of the rows from ≤ i < to. A missing list is empty whatever its offsets say.
func (b *batch) lists(p *part, l *arrowLeaf, n, elements *node, from, to int) error {
	var offsets []int64
	var err error
	if t, ok := n.typ.(*arrow.FixedSizeListType); ok {
		if int64(to) > math.MaxInt64/max(int64(t.Len()), 1) {
			return fmt.Errorf("%w: lists up to row %d", errDamaged, to)
		}
		for i := from; i <= to; i++ {
			offsets = append(offsets, int64(i)*int64(t.Len()))
		}
	} else if offsets, err = b.offsets(n, from, to); err != nil {
		return err
	}
	first, last := offsets[0], offsets[len(offsets)-1]
	rows, err := b.rows(elements)
	if err != nil {
		return err
	}
	if first < 0 || last > int64(rows) {
		return fmt.Errorf("%w: lists up to element %d of %d", errDamaged, last, rows)
	}
	valid, err := b.valid(nil, elements, int(first), int(last))
	if err != nil {
		return err
	}
	numbers, err := b.numbers(l, elements, int(first), int(last))
	if err != nil {
		return err
	}
	missing(numbers, valid)
	p.ends = make([]int, 0, to-from)
	for i := range to - from {
		if p.valid == nil || p.valid[i] {
			p.numbers = append(p.numbers, numbers[offsets[i]-first:offsets[i+1]-first]...)
		}
		p.ends = append(p.ends, len(p.numbers))
	}
	return nil
}

// arrowScanner reads some columns from a row on.
type arrowScanner struct {
	s       *arrowSource
	columns []*Column
	index   int // of the batch
	row     int // in it
	batch   *batch
}

func (s *arrowSource) scan(columns []*Column, from int) (scanner, error) {
	index := columns[0].file.groupOf(from)
	return &arrowScanner{s: s, columns: columns, index: index, row: from - s.groups[index]}, nil
}

func (sc *arrowScanner) next(most int) ([]part, error) {
	for sc.index < len(sc.s.batches) && sc.row == sc.s.batches[sc.index].rows {
		sc.index, sc.row, sc.batch = sc.index+1, 0, nil
	}
	if sc.index >= len(sc.s.batches) {
		return nil, io.EOF
	}
	m := sc.s.batches[sc.index]
	if sc.batch == nil {
		var err error
		if sc.batch, err = sc.s.open(m, sc.s.fields); err != nil {
			return nil, fmt.Errorf("record batch %d: %w", sc.index, err)
		}
	}
	n := min(most, m.rows-sc.row)
	parts := make([]part, len(sc.columns))
	for j, c := range sc.columns {
		var err error
		l := &sc.s.leaves[c.index]
		if c.bits {
			carried := *l
			carried.number.bits = true
			l = &carried
		}
		if parts[j], err = sc.batch.part(l, sc.row, sc.row+n); err != nil {
			return nil, fmt.Errorf("column '%s': record batch %d: %w", c.Name, sc.index, err)
		}
	}
	sc.row += n
	return parts, nil
}

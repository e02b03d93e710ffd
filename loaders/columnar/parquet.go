package columnar

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// A physical is one of Parquet's types of values.
type physical string

const (
	physicalBool   physical = "boolean"
	physicalInt32  physical = "int32"
	physicalInt64  physical = "int64"
	physicalInt96  physical = "int96"
	physicalFloat  physical = "float"
	physicalDouble physical = "double"
	physicalBytes  physical = "byte array"
	physicalFixed  physical = "fixed byte array"
)

func (p physical) isBytes() bool { return p == physicalBytes || p == physicalFixed }

var physicals = map[parquet.Type]physical{
	parquet.Types.Boolean: physicalBool, parquet.Types.Int32: physicalInt32, parquet.Types.Int64: physicalInt64,
	parquet.Types.Int96: physicalInt96, parquet.Types.Float: physicalFloat, parquet.Types.Double: physicalDouble,
	parquet.Types.ByteArray: physicalBytes, parquet.Types.FixedLenByteArray: physicalFixed,
}

// A leaf is a column of values as Parquet stores it.
type leaf struct {
	physical physical
	number   number
	class    Class // of the values
	list     bool
	maxDef   int // the definition level of a value that is there
	maxRep   int
	listDef  int // in a list: the definition level of an element, missing or not
}

// A chunk is where the pages of a leaf in a row group are.
type chunk struct {
	offset, length int64
	values         int64 // with the missing ones
	codec          codec
}

// parquetSource reads Parquet. The footer is parsed by the Arrow library; pages are decoded here,
// because the library trusts the sizes in their headers.
type parquetSource struct {
	r      io.ReaderAt
	size   int64
	groups []int
	leaves []leaf    // by column
	chunks [][]chunk // by row group and column
}

func openParquet(f *File, r io.ReaderAt) error {
	f.format = "Parquet"
	footer, at, err := readFooter(r, f.size)
	if err != nil {
		return err
	}
	if err := checkFooter(footer); err != nil {
		return fmt.Errorf("footer at %d: %w", at, err)
	}
	s := &parquetSource{r: r, size: f.size}
	f.source = s
	err = guard(func() error { return s.describe(f, footer) })
	if err != nil {
		return fmt.Errorf("footer at %d: %w", at, err)
	}
	return nil
}

// readFooter returns the bytes of the file's description and their place.
func readFooter(r io.ReaderAt, size int64) (footer []byte, at int64, err error) {
	const tail = 8 // the length and the magic
	var end [tail]byte
	if size < 4+tail {
		return nil, 0, fmt.Errorf("%w: %d bytes are no Parquet file", errDamaged, size)
	}
	if _, err := r.ReadAt(end[:], size-tail); err != nil && err != io.EOF {
		return nil, 0, fmt.Errorf("byte %d: %w", size-tail, err)
	}
	if magic := string(end[4:]); magic == "PARE" {
		return nil, 0, fmt.Errorf("byte %d: encrypted Parquet: %w", size-4, ErrUnsupported)
	} else if magic != "PAR1" {
		return nil, 0, fmt.Errorf("byte %d: %q where PAR1 should be: is the file cut short? %w", size-4, magic, errDamaged)
	}
	n := int64(binary.LittleEndian.Uint32(end[:]))
	if n > size-4-tail {
		return nil, 0, fmt.Errorf("byte %d: a footer of %d bytes in a file of %d: %w", size-tail, n, size, errDamaged)
	}
	footer = make([]byte, n)
	at = size - tail - n
	if _, err := r.ReadAt(footer, at); err != nil && err != io.EOF {
		return nil, 0, fmt.Errorf("byte %d: %w", at, err)
	}
	return footer, at, nil
}

// checkFooter walks over the footer before the library parses it: no list may be longer than its bytes,
// nor the schema deeper than it makes sense, since the library would allocate and recurse.
func checkFooter(footer []byte) error {
	c := compact{r: bytes.NewReader(footer), left: len(footer)}
	return c.fields(0, func(id int, kind byte) (bool, error) {
		const schemaField = 2
		if id != schemaField || kind != thriftList {
			return false, nil
		}
		n, kind, err := c.list()
		if err != nil {
			return true, err
		}
		if kind != thriftStruct {
			return true, fmt.Errorf("%w: the schema is no list of structures", errDamaged)
		}
		var open []int // children still to come, by depth
		for i := range n {
			children := 0
			err := c.fields(1, func(id int, kind byte) (bool, error) {
				const childrenField = 5
				if id != childrenField {
					return false, nil
				}
				return c.int32Into(&children, kind)
			})
			if err != nil {
				return true, err
			}
			if i > 0 && len(open) == 0 || children > n || len(open) > maxNesting {
				return true, fmt.Errorf("%w: schema element %d is in no group, or in too many", errDamaged, i)
			}
			if len(open) > 0 {
				open[len(open)-1]--
			}
			open = append(open, children)
			for len(open) > 0 && open[len(open)-1] == 0 {
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			return true, fmt.Errorf("%w: the schema lacks elements", errDamaged)
		}
		return true, nil
	})
}

// describe fills the file and the source from the footer.
func (s *parquetSource) describe(f *File, footer []byte) error {
	meta, err := metadata.NewFileMetaData(footer, nil)
	if err != nil {
		return err
	}
	f.metadata = make(map[string]string)
	kv := meta.KeyValueMetadata()
	for i, key := range kv.Keys() {
		if key != "ARROW:schema" { // an encoding of the schema, for Arrow's own readers
			f.metadata[key] = kv.Values()[i]
		}
	}
	root := meta.Schema.Root()
	for i := range root.NumFields() {
		s.walk(f, root.Field(i), "", 0, 0)
	}
	if len(s.leaves) != meta.Schema.NumColumns() {
		return fmt.Errorf("%w: %d columns, not %d", errDamaged, len(s.leaves), meta.Schema.NumColumns())
	}
	s.groups = []int{0}
	for g := range len(meta.RowGroups) {
		if err := s.addGroup(f, meta.RowGroup(g)); err != nil {
			return fmt.Errorf("row group %d: %w", g, err)
		}
	}
	f.groups = s.groups
	return nil
}

func (s *parquetSource) addGroup(f *File, rg *metadata.RowGroupMetaData) error {
	rows, before := rg.NumRows(), s.groups[len(s.groups)-1]
	if rows < 0 || rows > int64(math.MaxInt-before) {
		return fmt.Errorf("%w: %d rows", errDamaged, rows)
	}
	if rg.NumColumns() != len(s.leaves) {
		return fmt.Errorf("%w: %d columns, not %d", errDamaged, rg.NumColumns(), len(s.leaves))
	}
	chunks := make([]chunk, len(s.leaves))
	for i, c := range f.columns {
		col, err := rg.ColumnChunk(i)
		if err != nil {
			return fmt.Errorf("column '%s': %w", c.Name, err)
		}
		if col.FilePath() != "" {
			return fmt.Errorf("column '%s': in another file, %s: %w", c.Name, col.FilePath(), ErrUnsupported)
		}
		start := col.DataPageOffset()
		if d := col.DictionaryPageOffset(); col.HasDictionaryPage() && d > 0 && d < start {
			start = d
		}
		n := col.TotalCompressedSize()
		if start < 0 || n < 0 || start > s.size || n > s.size-start {
			return fmt.Errorf("column '%s': %w: %d bytes at %d are not in a file of %d", c.Name, errDamaged, n, start, s.size)
		}
		chunks[i] = chunk{offset: start, length: n, values: col.NumValues(), codec: codecOf(col.Compression())}
		c.Nulls = addNulls(c.Nulls, &s.leaves[i], col)
	}
	s.chunks = append(s.chunks, chunks)
	s.groups = append(s.groups, before+int(rows))
	return nil
}

// lz4RawCode is LZ4 without a frame, which the library does not know.
const lz4RawCode compress.Compression = 7

func codecOf(c compress.Compression) codec {
	switch c {
	case compress.Codecs.Uncompressed:
		return plain
	case compress.Codecs.Snappy:
		return snap
	case compress.Codecs.Gzip:
		return gz
	case compress.Codecs.Brotli:
		return brotli
	case compress.Codecs.Zstd:
		return zst
	case lz4RawCode:
		return lz4Raw
	}
	return codec(c.String())
}

// addNulls adds the missing values of one more chunk, if its statistics tell.
func addNulls(before int, l *leaf, col *metadata.ColumnChunkMetaData) int {
	if before < 0 || l.maxDef == 0 {
		return before
	}
	stats, err := col.Statistics()
	if err != nil || stats == nil || !stats.HasNullCount() || l.list || stats.NullCount() < 0 {
		return -1
	}
	return before + int(stats.NullCount())
}

// walk adds the leaves under a node of the schema, with the levels of what is around it.
func (s *parquetSource) walk(f *File, n schema.Node, path string, def, rep int) {
	name := n.Name()
	if path != "" {
		name = path + "." + name
	}
	repeated := n.RepetitionType() == parquet.Repetitions.Repeated
	if n.RepetitionType() != parquet.Repetitions.Required {
		def++
	}
	if repeated {
		rep++
	}
	group, isGroup := n.(*schema.GroupNode)
	if !isGroup {
		s.addLeaf(f, n.(*schema.PrimitiveNode), name, def, rep, def, repeated)
		return
	}
	if element, listDef := listOf(group, def); element != nil && rep == 0 {
		elementDef := listDef
		if element.RepetitionType() == parquet.Repetitions.Optional {
			elementDef++
		}
		s.addLeaf(f, element, name, elementDef, 1, listDef, true)
		return
	}
	for i := range group.NumFields() {
		s.walk(f, group.Field(i), name, def, rep)
	}
}

// listOf returns the values of a group that is a list, in the form of three levels or the older one of
// two, and the definition level of their being there.
func listOf(group *schema.GroupNode, def int) (*schema.PrimitiveNode, int) {
	isList := group.ConvertedType() == schema.ConvertedTypes.List || group.LogicalType().Equals(schema.ListLogicalType{})
	if !isList || group.NumFields() != 1 || group.Field(0).RepetitionType() != parquet.Repetitions.Repeated {
		return nil, 0
	}
	inner := group.Field(0)
	if g, ok := inner.(*schema.GroupNode); ok && g.NumFields() == 1 && g.Field(0).RepetitionType() != parquet.Repetitions.Repeated {
		inner = g.Field(0)
	}
	element, ok := inner.(*schema.PrimitiveNode)
	if !ok {
		return nil, 0
	}
	return element, def + 1
}

func (s *parquetSource) addLeaf(f *File, n *schema.PrimitiveNode, name string, def, rep, listDef int, list bool) {
	l := leaf{physical: physicals[n.PhysicalType()], maxDef: def, maxRep: rep, list: list, listDef: listDef}
	c := &Column{Name: name}
	c.reason = l.interpret(n, c)
	c.Class = l.class
	switch {
	case rep > 1 || rep == 1 && !list:
		c.reason = "values in lists of structures or lists of lists"
	case list && l.class == Text:
		c.reason = "lists of text"
	case list && l.class == Numbers:
		c.Class = Lists
	}
	if c.reason != "" {
		c.Class = Opaque
	}
	if list {
		c.Type = "list<" + c.Type + ">"
	}
	s.leaves = append(s.leaves, l)
	f.add(c)
}

// interpret settles what the values of a leaf mean, or says why they are not read.
func (l *leaf) interpret(n *schema.PrimitiveNode, c *Column) string {
	l.class = Numbers
	switch l.physical {
	case physicalBool:
		c.Type = "bool"
		return ""
	case physicalFloat:
		c.Type, l.number = "float32", number{kind: 'f', size: 4}
		return ""
	case physicalDouble:
		c.Type, l.number = "float64", number{kind: 'f', size: 8}
		return ""
	case physicalInt96:
		c.Type, c.Unit, l.number = "timestamp[ns]", "s", number{size: 12}
		return ""
	case physicalInt32:
		l.number = number{kind: 'i', size: 4}
	case physicalInt64:
		l.number = number{kind: 'i', size: 8}
	case physicalFixed:
		l.number = number{size: n.TypeLength(), big: true}
	}
	c.Type = string(l.physical)
	switch t := n.LogicalType().(type) {
	case *schema.TimestampLogicalType:
		return l.time(c, "timestamp", t.TimeUnit())
	case *schema.TimeLogicalType:
		return l.time(c, "time", t.TimeUnit())
	case schema.DateLogicalType:
		c.Type, c.Unit = "date32", "s"
		l.number.mul, l.number.div = 86400, 1
		return ""
	case *schema.IntLogicalType:
		c.Type = fmt.Sprintf("int%d", t.BitWidth())
		if !t.IsSigned() {
			c.Type, l.number.kind = "u"+c.Type, 'u'
		}
		return ""
	case *schema.DecimalLogicalType:
		c.Type = fmt.Sprintf("decimal(%d, %d)", t.Precision(), t.Scale())
		l.number.kind, l.number.scale = 'd', int(t.Scale())
		if l.physical == physicalBytes || l.number.size < 1 || l.number.size > 32 || t.Scale() < -maxScale || t.Scale() > maxScale {
			return "decimals of this width"
		}
		return ""
	case schema.Float16LogicalType:
		c.Type, l.number = "float16", number{kind: 'f', size: 2}
		return ""
	}
	switch l.physical {
	case physicalInt32, physicalInt64:
		return ""
	case physicalBytes: // old writers leave away that it is text
		c.Type, l.class = "utf8", Text
		return ""
	}
	l.class = Opaque
	return fmt.Sprintf("%s of %s", l.physical, n.LogicalType())
}

func (l *leaf) time(c *Column, name string, unit schema.TimeUnitType) string {
	units := map[schema.TimeUnitType]struct {
		name string
		div  int64
	}{schema.TimeUnitMillis: {"ms", 1e3}, schema.TimeUnitMicros: {"us", 1e6}, schema.TimeUnitNanos: {"ns", 1e9}}
	u, ok := units[unit]
	c.Type, c.Unit = name+"["+u.name+"]", "s"
	l.number.mul, l.number.div = 1, u.div
	if !ok {
		return name + " of an unknown unit"
	}
	return ""
}

// parquetScanner reads some columns from a row on.
type parquetScanner struct {
	s       *parquetSource
	columns []*Column
	row     int
	group   int
	readers []*chunkReader // one per column
	open    bool           // they are in the group
}

func (s *parquetSource) scan(columns []*Column, from int) (scanner, error) {
	file := columns[0].file
	sc := &parquetScanner{s: s, columns: columns, group: file.groupOf(from)}
	for _, c := range columns {
		l := &s.leaves[c.index]
		if c.bits {
			carried := *l
			carried.number.bits = true
			l = &carried
		}
		pages := &pages{size: s.size, maxDef: l.maxDef, maxRep: l.maxRep}
		sc.readers = append(sc.readers, &chunkReader{leaf: l, pages: pages, size: s.size})
	}
	sc.row = s.groups[sc.group]
	for sc.row < from {
		if _, err := sc.next(min(from-sc.row, runRows)); err != nil {
			return nil, err
		}
	}
	return sc, nil
}

func (sc *parquetScanner) next(most int) ([]part, error) {
	for sc.group < len(sc.s.chunks) && sc.row == sc.s.groups[sc.group+1] {
		sc.group, sc.open = sc.group+1, false
	}
	if sc.group >= len(sc.s.chunks) {
		return nil, io.EOF
	}
	if !sc.open {
		for j, c := range sc.columns {
			sc.readers[j].start(sc.s.r, sc.s.chunks[sc.group][c.index])
		}
		sc.open = true
	}
	n := min(most, sc.s.groups[sc.group+1]-sc.row)
	parts := make([]part, len(sc.columns))
	for j, r := range sc.readers {
		var err error
		if parts[j], err = r.read(n); err != nil {
			return nil, fmt.Errorf("column '%s': row group %d: row %d: %w", sc.columns[j].Name, sc.group, sc.row, err)
		}
	}
	sc.row += n
	return parts, nil
}

// A chunkReader decodes the values of one column in one row group.
type chunkReader struct {
	leaf   *leaf
	pages  *pages
	size   int64
	dict   *decoded
	page   page
	values *decoder
	left   int // values left in the page, with the missing ones

	levels     []uint32 // definition levels
	valid      []bool
	numbers    []float64
	text       []string
	ends       []int
	pending    entries // of lists
	taken      int     // of the pending ones
	sparse     []float64
	sparseText []string
}

// entries are elements of lists, or lists without any.
type entries struct {
	reps, defs []uint32
	numbers    []float64 // of those that have a value, the ones that were not taken yet
	buf        []float64 // what numbers is a part of
}

// start goes to the first value of a row group.
func (r *chunkReader) start(at io.ReaderAt, c chunk) {
	r.pages.start(at, c)
	r.dict, r.values, r.left = nil, nil, 0
	r.pending.reps, r.pending.defs, r.pending.numbers = r.pending.reps[:0], r.pending.defs[:0], nil
	r.taken = 0
}

// turn goes to the next page with values.
func (r *chunkReader) turn() error {
	for r.left == 0 {
		pg, err := r.pages.next()
		if err == io.EOF {
			return io.EOF
		}
		if err != nil {
			return err
		}
		if pg.dictionary {
			if r.dict != nil {
				return fmt.Errorf("%w: a second dictionary", errDamaged)
			}
			if r.dict, err = dictionaryOf(r.leaf, pg); err != nil {
				return fmt.Errorf("dictionary: %w", err)
			}
			continue
		}
		if r.values, err = newDecoder(r.leaf, pg, r.dict, r.size); err != nil {
			return err
		}
		r.page, r.left = pg, pg.values
	}
	return nil
}

// read decodes the next n rows.
func (r *chunkReader) read(n int) (part, error) {
	if r.leaf.list {
		return r.readLists(n)
	}
	p := part{rows: n}
	r.numbers, r.text, r.valid = r.numbers[:0], r.text[:0], r.valid[:0]
	for done := 0; done < n; {
		if err := r.turn(); err != nil {
			return part{}, ended(err)
		}
		k := min(n-done, r.left)
		if err := r.readFlat(k); err != nil {
			return part{}, err
		}
		r.left -= k
		done += k
	}
	if r.leaf.maxDef > 0 {
		p.valid = r.valid
	}
	if r.leaf.class == Text {
		p.text = r.text
	} else {
		p.numbers = r.numbers
	}
	return p, nil
}

func ended(err error) error {
	if err == io.EOF {
		return fmt.Errorf("%w: the column ends early", errDamaged)
	}
	return err
}

// readFlat appends the next k values of the page, all of which are there if nothing can be missing.
func (r *chunkReader) readFlat(k int) error {
	present := k
	if r.leaf.maxDef > 0 {
		r.levels = slices.Grow(r.levels[:0], k)[:k]
		if err := r.page.defs.next(r.levels); err != nil {
			return err
		}
		present = 0
		for _, def := range r.levels {
			if int(def) > r.leaf.maxDef {
				return fmt.Errorf("%w: levels beyond the schema's", errDamaged)
			}
			ok := int(def) == r.leaf.maxDef
			r.valid = append(r.valid, ok)
			if ok {
				present++
			}
		}
	}
	valid := r.valid[max(len(r.valid)-k, 0):]
	if r.leaf.class == Text {
		start := len(r.text)
		r.text = slices.Grow(r.text, k)[:start+k]
		if present == k {
			return r.values.strings(r.text[start:])
		}
		r.sparseText = slices.Grow(r.sparseText[:0], present)[:present]
		if err := r.values.strings(r.sparseText); err != nil {
			return err
		}
		scatter(r.text[start:], r.sparseText, valid, "")
		return nil
	}
	start := len(r.numbers)
	r.numbers = slices.Grow(r.numbers, k)[:start+k]
	if present == k {
		return r.values.numbers(r.numbers[start:])
	}
	r.sparse = slices.Grow(r.sparse[:0], present)[:present]
	if err := r.values.numbers(r.sparse); err != nil {
		return err
	}
	scatter(r.numbers[start:], r.sparse, valid, math.NaN())
	return nil
}

// scatter puts the values that are there in their places.
func scatter[T any](dst, present []T, valid []bool, missing T) {
	k := 0
	for i, ok := range valid {
		dst[i] = missing
		if ok {
			dst[i] = present[k]
			k++
		}
	}
}

// readLists decodes the next n lists. A list ends where the next begins, at repetition level 0, so that
// what was decoded beyond stays pending.
func (r *chunkReader) readLists(n int) (part, error) {
	r.numbers, r.valid, r.ends = r.numbers[:0], r.valid[:0], r.ends[:0]
	rows, done := 0, false
	for !done {
		if r.taken == len(r.pending.reps) {
			err := r.fill()
			if err == io.EOF && rows == n {
				break
			}
			if err != nil {
				return part{}, ended(err)
			}
		}
		if rows == 0 && r.pending.reps[r.taken] != 0 {
			return part{}, fmt.Errorf("%w: a list goes on where none has begun", errDamaged)
		}
		rows, done = r.takeLists(rows, n)
	}
	r.ends = append(r.ends, len(r.numbers))
	return part{rows: n, valid: r.valid, numbers: r.numbers, ends: r.ends}, nil
}

// takeLists takes pending elements until the list after the n-th begins, which is done, or none is left.
func (r *chunkReader) takeLists(rows, n int) (now int, done bool) {
	e, l := &r.pending, r.leaf
	values := e.numbers
	i := r.taken
	for ; i < len(e.reps); i++ {
		def := int(e.defs[i])
		if e.reps[i] == 0 {
			if rows == n {
				done = true
				break
			}
			if rows > 0 {
				r.ends = append(r.ends, len(r.numbers))
			}
			rows++
			r.valid = append(r.valid, def >= l.listDef-1)
		}
		switch {
		case def == l.maxDef:
			r.numbers = append(r.numbers, values[0])
			values = values[1:]
		case def >= l.listDef:
			r.numbers = append(r.numbers, math.NaN())
		}
	}
	r.taken, e.numbers = i, values
	return rows, done
}

// fill decodes the next elements of lists.
func (r *chunkReader) fill() error {
	if err := r.turn(); err != nil {
		return err
	}
	const most = 1 << 12
	k := min(r.left, most)
	r.left -= k
	e := &r.pending
	e.reps, e.defs = slices.Grow(e.reps[:0], k)[:k], slices.Grow(e.defs[:0], k)[:k]
	r.taken = 0
	if err := errors.Join(r.page.reps.next(e.reps), r.page.defs.next(e.defs)); err != nil {
		return err
	}
	present := 0
	for i, def := range e.defs {
		if int(def) == r.leaf.maxDef {
			present++
		}
		if int(def) > r.leaf.maxDef || e.reps[i] > 1 {
			return fmt.Errorf("%w: levels beyond the schema's", errDamaged)
		}
	}
	e.buf = slices.Grow(e.buf[:0], present)[:present]
	e.numbers = e.buf
	return r.values.numbers(e.numbers)
}

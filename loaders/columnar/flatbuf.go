package columnar

import (
	"encoding/binary"
	"fmt"
)

// A flat reads FlatBuffers, which Arrow's messages and footers are written in, within the bounds of the
// buffer. The first offset that leaves it sets bad, and everything after reads as zero.
//
// Reference: flatbuffers.dev, "FlatBuffer Internals".
type flat struct {
	b   []byte
	bad bool
}

// A table is the position of a table, or 0 for none.
type table int

func (f *flat) ok(at, n int) bool {
	if at < 0 || n < 0 || at > len(f.b) || n > len(f.b)-at {
		f.bad = true
	}
	return !f.bad
}

func (f *flat) u16(at int) int {
	if !f.ok(at, 2) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(f.b[at:]))
}

func (f *flat) i32(at int) int {
	if !f.ok(at, 4) {
		return 0
	}
	return int(int32(binary.LittleEndian.Uint32(f.b[at:])))
}

func (f *flat) i64(at int) int64 {
	if !f.ok(at, 8) {
		return 0
	}
	return int64(binary.LittleEndian.Uint64(f.b[at:]))
}

// follow resolves the offset at a position.
func (f *flat) follow(at int) int {
	n := f.i32(at)
	if n < 0 {
		f.bad = true
	}
	return at + n
}

func (f *flat) root() table { return table(f.follow(0)) }

// field is the position of the i-th field of a table, or 0 if it is left to its default.
func (f *flat) field(t table, i int) int {
	if t == 0 {
		return 0
	}
	vtable := int(t) - f.i32(int(t))
	if size := f.u16(vtable); 4+2*i >= size { // where the size is odd, half an offset is one for the library
		return 0
	}
	if offset := f.u16(vtable + 4 + 2*i); offset != 0 {
		return int(t) + offset
	}
	return 0
}

func (f *flat) byteField(t table, i int) int {
	at := f.field(t, i)
	if at == 0 || !f.ok(at, 1) {
		return 0
	}
	return int(f.b[at])
}

func (f *flat) longField(t table, i int) int64 {
	at := f.field(t, i)
	if at == 0 {
		return 0
	}
	return f.i64(at)
}

func (f *flat) tableField(t table, i int) table {
	at := f.field(t, i)
	if at == 0 {
		return 0
	}
	return table(f.follow(at))
}

// vector is the position and the number of elements of a vector, whose elements take size bytes each.
func (f *flat) vector(t table, i, size int) (at, n int) {
	at = f.field(t, i)
	if at == 0 {
		return 0, 0
	}
	at = f.follow(at)
	n = f.i32(at)
	at += 4
	if n < 0 || n > len(f.b)/size || !f.ok(at, n*size) {
		f.bad = true
		return 0, 0
	}
	return at, n
}

// Messages of Arrow's format by the numbers in its schema files, Message.fbs, Schema.fbs and File.fbs.
const (
	headerSchema     = 1
	headerDictionary = 2
	headerBatch      = 3

	messageHeaderType = 1
	messageHeader     = 2
	messageBody       = 3

	schemaEndian   = 0
	schemaFields   = 1
	schemaMetadata = 2

	fieldDictionary = 4
	fieldChildren   = 5
	fieldMetadata   = 6

	dictionaryID    = 0
	dictionaryData  = 1
	dictionaryDelta = 2

	batchRows        = 0
	batchNodes       = 1
	batchBuffers     = 2
	batchCompression = 3
	batchVariadic    = 4

	footerSchema       = 1
	footerDictionaries = 2
	footerBatches      = 3
)

// An fbField is what the library does not tell of a field: the identity of its dictionary.
type fbField struct {
	hasDictionary bool
	dictionary    int64
	children      []fbField
}

// maxFields bounds the fields of a schema with the nested ones, and their metadata: offsets may lead to the
// same again and again.
const maxFields = 1 << 17

// schema walks over a schema before the library parses it: the library would allocate what the lengths
// of vectors claim, and follow children without end.
func (f *flat) schema(t table) ([]fbField, error) {
	if f.byteField(t, schemaEndian) != 0 {
		return nil, fmt.Errorf("big-endian data: %w", ErrUnsupported)
	}
	left := maxFields
	fields := f.fields(t, schemaFields, 0, &left)
	f.vector(t, schemaMetadata, 4)
	if f.bad || left < 0 {
		return nil, fmt.Errorf("schema: %w", errDamaged)
	}
	return fields, nil
}

func (f *flat) fields(t table, i, depth int, left *int) []fbField {
	at, n := f.vector(t, i, 4)
	if *left -= n; *left < 0 || depth > maxNesting {
		f.bad = true
		return nil
	}
	fields := make([]fbField, n)
	for k := range fields {
		field := table(f.follow(at + 4*k))
		if d := f.tableField(field, fieldDictionary); d != 0 {
			fields[k].hasDictionary, fields[k].dictionary = true, f.longField(d, dictionaryID)
		}
		_, pairs := f.vector(field, fieldMetadata, 4)
		*left -= pairs
		fields[k].children = f.fields(field, fieldChildren, depth+1, left)
		if f.bad {
			return nil
		}
	}
	return fields
}

package columnar

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"oblique/internal/atomicfile"
)

// A Format is a format that is written.
type Format string

// The formats of [Write].
const (
	Parquet Format = "Parquet"    // compressed by zstd, a row group per Append
	Arrow   Format = "Arrow file" // Feather version 2, not compressed, a record batch per Append
)

// A Type is the type of a column that is written, and the Go slice that Append takes for it.
type Type string

// The types of columns.
const (
	Float64     Type = "float64"       // []float64
	Float32     Type = "float32"       // []float32
	Int64       Type = "int64"         // []int64
	Uint64      Type = "uint64"        // []uint64
	Int32       Type = "int32"         // []int32
	Bool        Type = "bool"          // []bool
	String      Type = "utf8"          // []string
	Float64List Type = "list<float64>" // Ragged: spike times, per unit
)

// A Field is a column to write.
type Field struct {
	Name string
	Type Type
}

// Ragged is a list of numbers per row: those of row i are Values[Offsets[i]:Offsets[i+1]], as
// [Column.Lists] gives them.
type Ragged struct {
	Offsets []int
	Values  []float64
}

// A Writer writes a table piece by piece.
type Writer struct {
	fields  []Field
	schema  *arrow.Schema
	batches interface{ Write(arrow.Record) error }
	rows    int
}

// Write writes a table: the fields are its columns, metadata goes into the file in the order of its
// keys, and fill appends the rows. The same calls give the same bytes. The file takes its name when it
// is complete; after an error there is none, or the old one.
func Write(path string, format Format, fields []Field, metadata map[string]string, fill func(*Writer) error) error {
	schema, err := schemaOf(fields, metadata)
	if err != nil {
		return fmt.Errorf("columnar: %w", err)
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		out, err := newBatches(w, format, schema)
		if err != nil {
			return err
		}
		if err := fill(&Writer{fields: fields, schema: schema, batches: out}); err != nil {
			return err
		}
		return out.Close()
	})
	if err != nil {
		return fmt.Errorf("columnar: %s: %w", path, err)
	}
	return nil
}

func schemaOf(fields []Field, metadata map[string]string) (*arrow.Schema, error) {
	types := map[Type]arrow.DataType{
		Float64: arrow.PrimitiveTypes.Float64, Float32: arrow.PrimitiveTypes.Float32,
		Int64: arrow.PrimitiveTypes.Int64, Uint64: arrow.PrimitiveTypes.Uint64, Int32: arrow.PrimitiveTypes.Int32,
		Bool: arrow.FixedWidthTypes.Boolean, String: arrow.BinaryTypes.String,
		Float64List: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Float64),
	}
	if len(fields) == 0 {
		return nil, errors.New("a table without columns")
	}
	seen := make(map[string]bool)
	var out []arrow.Field
	for _, f := range fields {
		t, ok := types[f.Type]
		if !ok {
			return nil, fmt.Errorf("column '%s': type '%s' is not written", f.Name, f.Type)
		}
		if seen[f.Name] {
			return nil, fmt.Errorf("column '%s' is there twice", f.Name)
		}
		seen[f.Name] = true
		out = append(out, arrow.Field{Name: f.Name, Type: t})
	}
	keys := slices.Sorted(maps.Keys(metadata))
	values := make([]string, len(keys))
	for i, k := range keys {
		values[i] = metadata[k]
	}
	meta := arrow.NewMetadata(keys, values)
	return arrow.NewSchema(out, &meta), nil
}

// A batchWriter is a format's writer.
type batchWriter interface {
	Write(arrow.Record) error
	Close() error
}

func newBatches(w io.Writer, format Format, schema *arrow.Schema) (batchWriter, error) {
	switch format {
	case Parquet:
		return newParquetWriter(w, schema)
	case Arrow:
		return ipc.NewFileWriter(&counter{w: w}, ipc.WithSchema(schema))
	}
	return nil, fmt.Errorf("format '%s' is not written", format)
}

// A counter tells the Arrow writer where it is: it only ever asks.
type counter struct {
	w  io.Writer
	at int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.at += int64(n)
	return n, err
}

func (c *counter) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, errors.New("this file is only written forward")
	}
	return c.at, nil
}

// Append writes the next rows: a slice per field, of the type that belongs to the field's, all of the
// same length. Each call makes a row group or record batch: 10 000 rows and more at a time are good,
// or about a megabyte per column of lists.
func (w *Writer) Append(columns ...any) error {
	if len(columns) != len(w.fields) {
		return fmt.Errorf("%d columns for %d fields", len(columns), len(w.fields))
	}
	var arrays []arrow.Array
	rows := -1
	for i, data := range columns {
		a, err := w.build(w.fields[i].Type, data)
		if err == nil && rows >= 0 && a.Len() != rows {
			err = fmt.Errorf("%d rows, where the columns before have %d", a.Len(), rows)
		}
		if err != nil {
			return fmt.Errorf("column '%s': after row %d: %w", w.fields[i].Name, w.rows, err)
		}
		rows = a.Len()
		arrays = append(arrays, a)
	}
	if rows == 0 {
		return nil
	}
	w.rows += rows
	return w.batches.Write(array.NewRecord(w.schema, arrays, int64(rows)))
}

// build makes an Arrow array of a slice.
func (w *Writer) build(t Type, data any) (arrow.Array, error) {
	mem := memory.DefaultAllocator
	switch x := data.(type) {
	case []float64:
		if t == Float64 {
			b := array.NewFloat64Builder(mem)
			b.AppendValues(x, nil)
			return b.NewArray(), nil
		}
	case []float32:
		if t == Float32 {
			b := array.NewFloat32Builder(mem)
			b.AppendValues(x, nil)
			return b.NewArray(), nil
		}
	case []int64:
		if t == Int64 {
			b := array.NewInt64Builder(mem)
			b.AppendValues(x, nil)
			return b.NewArray(), nil
		}
	case []uint64:
		if t == Uint64 {
			b := array.NewUint64Builder(mem)
			b.AppendValues(x, nil)
			return b.NewArray(), nil
		}
	case []int32:
		if t == Int32 {
			b := array.NewInt32Builder(mem)
			b.AppendValues(x, nil)
			return b.NewArray(), nil
		}
	case []bool:
		if t == Bool {
			b := array.NewBooleanBuilder(mem)
			b.AppendValues(x, nil)
			return b.NewArray(), nil
		}
	case []string:
		if t == String {
			b := array.NewStringBuilder(mem)
			b.AppendValues(x, nil)
			return b.NewArray(), nil
		}
	case Ragged:
		if t == Float64List {
			return x.build(mem)
		}
	}
	return nil, fmt.Errorf("%T does not go into a column of type %s", data, t)
}

func (r Ragged) build(mem memory.Allocator) (arrow.Array, error) {
	if len(r.Offsets) == 0 {
		return nil, errors.New("no offsets: there is one more than rows")
	}
	b := array.NewListBuilderWithField(mem, arrow.Field{Name: "item", Type: arrow.PrimitiveTypes.Float64})
	values := b.ValueBuilder().(*array.Float64Builder)
	for i, end := range r.Offsets[1:] {
		start := r.Offsets[i]
		if start < 0 || end < start || end > len(r.Values) {
			return nil, fmt.Errorf("row %d: values %d to %d of %d", i, start, end, len(r.Values))
		}
		b.Append(true)
		values.AppendValues(r.Values[start:end], nil)
	}
	return b.NewArray(), nil
}

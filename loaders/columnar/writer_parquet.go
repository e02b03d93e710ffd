package columnar

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// A parquetWriter writes records of the few types of [Write] as row groups. The Arrow library's own writer of records takes all
// types, and with them a compute engine and a network stack into the program, which take a third of the time of its start.
type parquetWriter struct{ *file.Writer }

func newParquetWriter(w io.Writer, s *arrow.Schema) (*parquetWriter, error) {
	var nodes schema.FieldList
	for _, f := range s.Fields() {
		node, err := parquetNode(f.Name, f.Type, parquet.Repetitions.Required)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
	// The format knows no repetition of the root; one that is repeated has strict readers look for levels that are not there.
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, nodes, -1)
	if err != nil {
		return nil, err
	}
	pairs := make(metadata.KeyValueMetadata, 0)
	for i, key := range s.Metadata().Keys() {
		if err := pairs.Append(key, s.Metadata().Values()[i]); err != nil {
			return nil, err
		}
	}
	// Readers restore Arrow's types from the schema, stored as a stream of no records.
	var stream bytes.Buffer
	if err := ipc.NewWriter(&stream, ipc.WithSchema(s)).Close(); err != nil {
		return nil, err
	}
	if err := pairs.Append("ARROW:schema", base64.StdEncoding.EncodeToString(stream.Bytes())); err != nil {
		return nil, err
	}
	properties := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCreatedBy("regime"))
	// The writer closes what it writes to, which is not its to close.
	return &parquetWriter{file.NewParquetWriter(struct{ io.Writer }{w}, root, file.WithWriterProps(properties), file.WithWriteMetadata(pairs))}, nil
}

// parquetNode returns the node of a column. The elements of a list are optional, as most writers have them, though none
// is missing.
func parquetNode(name string, t arrow.DataType, repetition parquet.Repetition) (schema.Node, error) {
	var logical schema.LogicalType = schema.NoLogicalType{}
	var physical parquet.Type
	switch t.ID() {
	case arrow.FLOAT64:
		physical = parquet.Types.Double
	case arrow.FLOAT32:
		physical = parquet.Types.Float
	case arrow.INT64:
		physical, logical = parquet.Types.Int64, schema.NewIntLogicalType(64, true)
	case arrow.UINT64:
		physical, logical = parquet.Types.Int64, schema.NewIntLogicalType(64, false)
	case arrow.INT32:
		physical, logical = parquet.Types.Int32, schema.NewIntLogicalType(32, true)
	case arrow.BOOL:
		physical = parquet.Types.Boolean
	case arrow.STRING:
		physical, logical = parquet.Types.ByteArray, schema.StringLogicalType{}
	case arrow.LIST:
		element, err := parquetNode("element", t.(*arrow.ListType).Elem(), parquet.Repetitions.Optional)
		if err != nil {
			return nil, err
		}
		return schema.ListOfWithName(name, element, repetition, -1)
	default:
		return nil, fmt.Errorf("column '%s': type %s is not written as Parquet", name, t)
	}
	return schema.NewPrimitiveNodeLogical(name, repetition, logical, physical, -1, -1)
}

// Write writes a record as a row group.
func (p *parquetWriter) Write(record arrow.Record) error {
	group := p.AppendRowGroup()
	for _, values := range record.Columns() {
		column, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := writeColumn(column, values, nil, nil); err != nil {
			return err
		}
	}
	return group.Close()
}

// writeColumn writes values of one of the types of parquetNode, at the levels given: nil for a column that is no list.
func writeColumn(column file.ColumnChunkWriter, values arrow.Array, definition, repetition []int16) error {
	var err error
	switch a := values.(type) {
	case *array.Float64:
		_, err = column.(*file.Float64ColumnChunkWriter).WriteBatch(a.Float64Values(), definition, repetition)
	case *array.Float32:
		_, err = column.(*file.Float32ColumnChunkWriter).WriteBatch(a.Float32Values(), definition, repetition)
	case *array.Int64:
		_, err = column.(*file.Int64ColumnChunkWriter).WriteBatch(a.Int64Values(), definition, repetition)
	case *array.Uint64: // its bits
		bits := make([]int64, a.Len())
		for i, v := range a.Uint64Values() {
			bits[i] = int64(v)
		}
		_, err = column.(*file.Int64ColumnChunkWriter).WriteBatch(bits, definition, repetition)
	case *array.Int32:
		_, err = column.(*file.Int32ColumnChunkWriter).WriteBatch(a.Int32Values(), definition, repetition)
	case *array.Boolean:
		bools := make([]bool, a.Len())
		for i := range bools {
			bools[i] = a.Value(i)
		}
		_, err = column.(*file.BooleanColumnChunkWriter).WriteBatch(bools, definition, repetition)
	case *array.String:
		texts := make([]parquet.ByteArray, a.Len())
		for i := range texts {
			texts[i] = parquet.ByteArray(a.Value(i))
		}
		_, err = column.(*file.ByteArrayColumnChunkWriter).WriteBatch(texts, definition, repetition)
	case *array.List:
		definition, repetition := listLevels(a)
		return writeColumn(column, a.ListValues(), definition, repetition)
	default:
		return fmt.Errorf("%T is not written as Parquet", values)
	}
	return err
}

// listLevels returns the levels of lists of optional elements, none of which is missing: defined are 0 where a list has no
// element and 2 at an element, which begins a row (0) or goes on with it (1).
func listLevels(lists *array.List) (definition, repetition []int16) {
	for i := range lists.Len() {
		from, to := lists.ValueOffsets(i)
		if from == to {
			definition, repetition = append(definition, 0), append(repetition, 0)
		}
		for at := from; at < to; at++ {
			definition, repetition = append(definition, 2), append(repetition, int16(min(at-from, 1)))
		}
	}
	return definition, repetition
}

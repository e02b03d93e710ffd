package columnar

import (
	"bytes"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"

	"oblique/internal/claim"
)

// TestWellCompressed: a column that takes more than a file is believed about loads, since its pages are there,
// whatever the codec.
func TestWellCompressed(t *testing.T) {
	if testing.Short() {
		t.Skip("a column of 112 MB per codec")
	}
	const rows, block = 14 << 20, 1 << 18
	for _, codec := range []compress.Compression{compress.Codecs.Snappy, compress.Codecs.Zstd, compress.Codecs.Gzip} {
		var b bytes.Buffer
		node := schema.MustGroup(schema.NewGroupNode("schema", parquet.Repetitions.Required, schema.FieldList{
			schema.NewInt64Node("counts", parquet.Repetitions.Required, -1)}, -1))
		w := file.NewParquetWriter(&b, node, file.WithWriterProps(parquet.NewWriterProperties(parquet.WithCompression(codec), parquet.WithDictionaryDefault(false))))
		column, err := w.AppendRowGroup().NextColumn()
		if err != nil {
			t.Fatal(err)
		}
		x := make([]int64, block)
		for i := 0; i < block; i += 257 + i%31 { // sparse
			x[i] = int64(i % 5)
		}
		for range rows / block {
			if _, err := column.(*file.Int64ColumnChunkWriter).WriteBatch(x, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		size := int64(b.Len())
		if claim.Believed(8*rows, size) {
			t.Fatalf("%v: %d bytes are so many that nothing has to be shown", codec, size)
		}
		f, err := NewReader(bytes.NewReader(b.Bytes()), size)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Columns()[0].Float64s()
		if err != nil {
			t.Fatalf("%v, %d bytes: %v", codec, size, err)
		}
		for i, v := range got {
			if v != float64(x[i%block]) {
				t.Fatalf("%v: row %d is %v", codec, i, v)
			}
		}
		if len(got) != rows {
			t.Errorf("%v: %d rows", codec, len(got))
		}
	}
}

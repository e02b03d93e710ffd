package columnar

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
)

var sampleFields = []Field{
	{"rate", Float64}, {"r32", Float32}, {"id", Int64}, {"i32", Int32}, {"hit", Bool}, {"area", String}, {"spikes", Float64List}, {"stamp", Uint64},
}

// sample makes the rows from ≤ i < to of a table with every type.
func sample(from, to int) []any {
	var x []float64
	var x32 []float32
	var id []int64
	var i32 []int32
	var hit []bool
	var area []string
	var stamp []uint64
	spikes := Ragged{Offsets: []int{0}}
	for i := from; i < to; i++ {
		x = append(x, math.Sqrt(float64(i)))
		x32 = append(x32, float32(i)/3)
		id = append(id, int64(i)<<32)
		i32 = append(i32, int32(-i))
		stamp = append(stamp, 1<<63+uint64(i)<<40|1)
		hit = append(hit, i%3 == 0)
		area = append(area, []string{"M1", "PMd", ""}[i%3])
		for j := range i % 4 {
			spikes.Values = append(spikes.Values, float64(i)+float64(j)/8)
		}
		spikes.Offsets = append(spikes.Offsets, len(spikes.Values))
	}
	if from == 0 {
		x[1], x[2], x[3] = math.NaN(), math.Inf(1), math.Copysign(0, -1)
	}
	return []any{x, x32, id, i32, hit, area, spikes, stamp}
}

const sampleRows = 30_011

func writeSample(t testing.TB, path string, format Format) {
	t.Helper()
	err := Write(path, format, sampleFields, map[string]string{"bin_s": "0.045", "animal": "x"}, func(w *Writer) error {
		for from := 0; from < sampleRows; from += 10_000 {
			if err := w.Append(sample(from, min(from+10_000, sampleRows))...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteRead(t *testing.T) {
	want := sample(0, sampleRows)
	for _, format := range []Format{Parquet, Arrow} {
		path := filepath.Join(t.TempDir(), "table")
		writeSample(t, path, format)
		f := open(t, path)
		if f.Format() != string(format) || !slices.Equal(f.Groups(), []int{0, 10_000, 20_000, 30_000, sampleRows}) {
			t.Errorf("%s: groups %v", f.Format(), f.Groups())
		}
		if m := f.Metadata(); !reflect.DeepEqual(m, map[string]string{"bin_s": "0.045", "animal": "x"}) {
			t.Errorf("%s: metadata %v", format, m)
		}
		for i, c := range f.Columns() {
			if c.Name != sampleFields[i].Name || c.Type != string(sampleFields[i].Type) || c.Nulls != 0 && c.Class != Lists {
				t.Errorf("%s: %s %s, %d missing", format, c.Name, c.Type, c.Nulls)
			}
			if err := compare(c, want[i]); err != nil {
				t.Errorf("%s: %s: %v", format, c.Name, err)
			}
		}
	}
}

// Integers of 64 bits are had exactly, by their bits, and others are not.
func TestBits(t *testing.T) {
	want := sample(0, sampleRows)
	for _, format := range []Format{Parquet, Arrow} {
		path := filepath.Join(t.TempDir(), "table")
		writeSample(t, path, format)
		for i, c := range open(t, path).Columns() {
			bits := c.Bits()
			if exact := c.Type == "int64" || c.Type == "uint64"; (bits != nil) != exact {
				t.Errorf("%s: %s: bits of %s: %v", format, c.Name, c.Type, bits)
			}
			if bits == nil {
				continue
			}
			x, err := bits.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			for row, v := range x {
				got := math.Float64bits(v)
				if w, ok := want[i].([]uint64); ok && got != w[row] {
					t.Fatalf("%s: %s, row %d: %d, want %d", format, c.Name, row, got, w[row])
				}
				if w, ok := want[i].([]int64); ok && int64(got) != w[row] {
					t.Fatalf("%s: %s, row %d: %d, want %d", format, c.Name, row, int64(got), w[row])
				}
			}
		}
	}
}

// A file that has values missing where it says that none are gives no integers: there are none that mean missing.
func TestBitsOfMissing(t *testing.T) {
	const rows, missing = 3000, 1000
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range rows {
		if i < rows-missing {
			b.Append(int64(i))
		} else {
			b.AppendNull()
		}
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	rec := array.NewRecord(schema, []arrow.Array{b.NewArray()}, rows)
	// The count of missing values is a word of the record batch, and a number of seven bits a byte in Parquet's statistics.
	count := binary.LittleEndian.AppendUint64(nil, missing)
	for name, file := range map[string][]byte{
		"t.arrow":   bytes.ReplaceAll(ipcOf(t, true, nil, rec), count, make([]byte, 8)),
		"t.parquet": bytes.ReplaceAll(parquetOf(t, rec), binary.AppendVarint([]byte{0x16}, missing), []byte{0x16, 0x80, 0}),
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		c := column(t, open(t, path), "n")
		if c.Nulls != 0 {
			t.Fatalf("%s: %d are missing: the file does not say what it should", name, c.Nulls)
		}
		if x, err := c.Float64s(); err != nil || !math.IsNaN(x[rows-1]) {
			t.Errorf("%s: %v, error %v", name, x[rows-1], err)
		}
		if x, err := c.Bits().Float64s(); !errors.Is(err, errDamaged) {
			t.Errorf("%s: the last of the integers is %d, error %v", name, int64(math.Float64bits(x[rows-1])), err)
		}
	}
}

func compare(c *Column, want any) error {
	switch want := want.(type) {
	case []string:
		s, err := c.Strings()
		if err == nil && !slices.Equal(s, want) {
			err = errors.New("strings differ")
		}
		return err
	case Ragged:
		offsets, values, err := c.Lists()
		if err == nil && (!slices.Equal(offsets, want.Offsets) || !slices.Equal(values, want.Values)) {
			err = errors.New("lists differ")
		}
		return err
	}
	x, err := c.Float64s()
	if err != nil {
		return err
	}
	v := reflect.ValueOf(want)
	for i, got := range x {
		w := 0.0
		switch e := v.Index(i); {
		case e.CanFloat():
			w = e.Float()
		case e.CanInt():
			w = float64(e.Int())
		case e.CanUint():
			w = float64(e.Uint())
		case e.Bool():
			w = 1
		}
		if math.Float64bits(got) != math.Float64bits(w) && !(math.IsNaN(got) && math.IsNaN(w)) {
			return fmt.Errorf("row %d: %v, want %v", i, got, w)
		}
	}
	if len(x) != v.Len() {
		return fmt.Errorf("%d rows, want %d", len(x), v.Len())
	}
	return nil
}

// The Arrow library's own readers, which share no decoder with those here, find the same.
func TestLibraryReads(t *testing.T) {
	dir := t.TempDir()
	want := sample(0, sampleRows)
	check := func(name string, rows int64, x []float64) {
		for i, v := range x {
			if w := want[0].([]float64)[i]; v != w && !math.IsNaN(w) {
				t.Fatalf("%s: row %d: %v, want %v", name, i, v, w)
			}
		}
		if rows != sampleRows {
			t.Errorf("%s: %d rows", name, rows)
		}
	}
	path := filepath.Join(dir, "t.parquet")
	writeSample(t, path, Parquet)
	pf, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer pf.Close()
	if r := pf.MetaData().Schema.Root().RepetitionType(); r != parquet.Repetitions.Required {
		t.Errorf("Parquet: the root is %v, at which strict readers stumble", r)
	}
	pr, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := pr.ReadTable(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	check("Parquet", table.NumRows(), table.Column(0).Data().Chunk(0).(*array.Float64).Float64Values())

	stamps, ok := table.Column(7).Data().Chunk(0).(*array.Uint64)
	if !ok || !slices.Equal(stamps.Uint64Values(), want[7].([]uint64)[:stamps.Len()]) {
		t.Errorf("Parquet: stamps %v", table.Column(7).DataType())
	}

	path = filepath.Join(dir, "t.arrow")
	writeSample(t, path, Arrow)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ipc.NewFileReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var rows int64
	for i := range r.NumRecords() {
		rec, err := r.RecordAt(i)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			check("Arrow", sampleRows, rec.Column(0).(*array.Float64).Float64Values())
		}
		rows += rec.NumRows()
	}
	check("Arrow", rows, nil)
}

func TestDeterministic(t *testing.T) {
	for _, format := range []Format{Parquet, Arrow} {
		dir := t.TempDir()
		var files [2][]byte
		for i := range files {
			path := filepath.Join(dir, fmt.Sprint(i))
			writeSample(t, path, format)
			var err error
			if files[i], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("%s: the bytes differ", format)
		}
	}
}

// A table without rows keeps its columns.
func TestWriteEmpty(t *testing.T) {
	for _, format := range []Format{Parquet, Arrow} {
		path := filepath.Join(t.TempDir(), "empty")
		if err := Write(path, format, sampleFields, nil, func(*Writer) error { return nil }); err != nil {
			t.Fatal(err)
		}
		f := open(t, path)
		if f.Rows() != 0 || len(f.Columns()) != len(sampleFields) {
			t.Errorf("%s: %d rows of %d columns", format, f.Rows(), len(f.Columns()))
		}
		for _, c := range f.Columns() {
			if c.Class == Numbers {
				if x, err := c.Float64s(); err != nil || len(x) != 0 {
					t.Errorf("%s: %v, %v", c, x, err)
				}
			}
		}
	}
}

// What cannot be written is an error that names the column, and the old file stays.
func TestWriteErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	two := []Field{{"a", Float64}, {"b", Float64List}}
	for _, c := range []struct {
		format Format
		fields []Field
		data   []any
		want   string
	}{
		{Parquet, nil, nil, "a table without columns"},
		{"CSV", two, nil, "format 'CSV' is not written"},
		{Parquet, []Field{{"a", "complex"}}, nil, "column 'a': type 'complex' is not written"},
		{Parquet, []Field{{"a", Bool}, {"a", Bool}}, nil, "column 'a' is there twice"},
		{Arrow, two, []any{[]float64{1}}, "1 columns for 2 fields"},
		{Arrow, two, []any{[]float32{1}, nil}, "column 'a': after row 0: []float32 does not go into a column of type float64"},
		{Arrow, two, []any{[]float64{1}, Ragged{}}, "column 'b': after row 0: no offsets"},
		{Arrow, two, []any{[]float64{1}, Ragged{Offsets: []int{0, 2}, Values: []float64{1}}}, "row 0: values 0 to 2 of 1"},
		{Arrow, two, []any{[]float64{1, 2}, Ragged{Offsets: []int{0, 0}}}, "column 'b': after row 0: 1 rows, where the columns before have 2"},
	} {
		err := Write(path, c.format, c.fields, nil, func(w *Writer) error { return w.Append(c.data...) })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "old" {
		t.Errorf("%q, %v", b, err)
	}
}

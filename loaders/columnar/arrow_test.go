package columnar

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
)

// kinds are columns of types that the fixtures do not have, as JSON for the Arrow library's builders, and
// what they are in float64.
var kinds = []struct {
	name    string
	typ     arrow.DataType
	json    [4]string
	want    []float64
	inArrow bool // Parquet has no such type
}{
	{"decimal", &arrow.Decimal128Type{Precision: 20, Scale: 3}, [4]string{`"1.125"`, `"-0.001"`, "null", `"12345678901234567.891"`}, []float64{1.125, -0.001, math.NaN(), 12345678901234567.891}, false},
	{"decimal256", &arrow.Decimal256Type{Precision: 50, Scale: 1}, [4]string{`"-1.5"`, `"0.1"`, `"2"`, "null"}, []float64{-1.5, 0.1, 2, math.NaN()}, false},
	{"half", arrow.FixedWidthTypes.Float16, [4]string{"1.5", "-0.0999755859375", "null", "65504"}, []float64{1.5, -0.0999755859375, math.NaN(), 65504}, false},
	{"ns", &arrow.TimestampType{Unit: arrow.Nanosecond}, [4]string{`"1970-01-01 00:00:00.000000001"`, "null", `"2018-06-01 00:00:00.5"`, `"1969-12-31 23:59:59"`}, []float64{1e-9, math.NaN(), 1527811200.5, -1}, false},
	{"us", &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, [4]string{`"2018-06-01 00:00:00.000001"`, "null", "null", `"1970-01-01"`}, []float64{1527811200.000001, math.NaN(), math.NaN(), 0}, false},
	{"s", &arrow.TimestampType{Unit: arrow.Second}, [4]string{"null", `"2018-06-01"`, `"2018-06-02"`, `"1970-01-01"`}, []float64{math.NaN(), 1527811200, 1527897600, 0}, true},
	{"duration", arrow.FixedWidthTypes.Duration_ms, [4]string{`"1500ms"`, `"-1ms"`, "null", `"0ms"`}, []float64{1.5, -0.001, math.NaN(), 0}, true},
	{"time32", arrow.FixedWidthTypes.Time32ms, [4]string{`"00:00:01.5"`, "null", `"23:59:59"`, `"00:00:00"`}, []float64{1.5, math.NaN(), 86399, 0}, false},
	{"time64", arrow.FixedWidthTypes.Time64ns, [4]string{`"00:00:00.000000001"`, "null", `"01:00:00"`, `"00:00:00"`}, []float64{1e-9, math.NaN(), 3600, 0}, false},
	{"date32", arrow.FixedWidthTypes.Date32, [4]string{`"1970-01-02"`, `"1969-12-31"`, "null", `"2018-06-01"`}, []float64{86400, -86400, math.NaN(), 1527811200}, false},
	{"large", arrow.LargeListOf(arrow.PrimitiveTypes.Int16), [4]string{"[1, null]", "null", "[]", "[-3]"}, []float64{1, math.NaN(), -3}, true},
	{"deep", arrow.StructOf(arrow.Field{Name: "a", Nullable: true, Type: arrow.StructOf(arrow.Field{Name: "b", Nullable: true, Type: arrow.PrimitiveTypes.Int8})}), [4]string{`{"a": {"b": 7}}`, `{"a": null}`, "null", `{"a": {"b": null}}`}, []float64{7, math.NaN(), math.NaN(), math.NaN()}, false},
	{"counted", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint16, ValueType: arrow.PrimitiveTypes.Float64}, [4]string{"2.5", "null", "2.5", "-1"}, []float64{2.5, math.NaN(), 2.5, -1}, true},
}

// record builds the kinds, or those that Parquet has.
func record(t testing.TB, inParquet bool) arrow.Record {
	t.Helper()
	var fields []arrow.Field
	var rows [4][]string
	for _, k := range kinds {
		if inParquet && k.inArrow {
			continue
		}
		fields = append(fields, arrow.Field{Name: k.name, Type: k.typ, Nullable: true})
		for i := range rows {
			rows[i] = append(rows[i], fmt.Sprintf("%q: %s", k.name, k.json[i]))
		}
	}
	var text []string
	for _, r := range rows {
		text = append(text, "{"+strings.Join(r, ", ")+"}")
	}
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema(fields, nil), strings.NewReader("["+strings.Join(text, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// ipcOf writes records as a stream or a file.
func ipcOf(t testing.TB, file bool, options []ipc.Option, records ...arrow.Record) []byte {
	t.Helper()
	var b bytes.Buffer
	options = append(options, ipc.WithSchema(records[0].Schema()))
	var w interface {
		Write(arrow.Record) error
		Close() error
	} = ipc.NewWriter(&b, options...)
	if file {
		var err error
		if w, err = ipc.NewFileWriter(&counter{w: &b}, options...); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parquetOf(t testing.TB, rec arrow.Record, options ...parquet.WriterProperty) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pqarrow.NewFileWriter(rec.Schema(), &b, parquet.NewWriterProperties(options...), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Times are seconds, decimals and half floats numbers, nested fields have dotted names, in every format that
// has them.
func TestKinds(t *testing.T) {
	rec, inParquet := record(t, false), record(t, true)
	for name, file := range map[string][]byte{
		"file":       ipcOf(t, true, nil, rec),
		"stream":     ipcOf(t, false, nil, rec),
		"lz4":        ipcOf(t, true, []ipc.Option{ipc.WithLZ4()}, rec),
		"zstd":       ipcOf(t, false, []ipc.Option{ipc.WithZstd()}, rec),
		"parquet":    parquetOf(t, inParquet),
		"dictionary": parquetOf(t, inParquet, parquet.WithDictionaryDefault(true), parquet.WithDataPageVersion(parquet.DataPageV2)),
	} {
		f, err := NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, k := range kinds {
			if k.inArrow && f.Format() == "Parquet" {
				continue
			}
			column, unit := k.name, ""
			if column == "deep" {
				column = "deep.a.b"
			}
			if strings.ContainsAny(k.typ.Name(), "m") && strings.Contains("timestamp time32 time64 date32 duration", k.typ.Name()) {
				unit = "s"
			}
			c, err := f.Column(column)
			if err != nil {
				t.Fatal(err)
			}
			var x []float64
			if c.Class == Lists {
				var offsets []int
				offsets, x, err = c.Lists()
				if !slices.Equal(offsets, []int{0, 2, 2, 2, 3}) {
					t.Errorf("%s: offsets %v", name, offsets)
				}
			} else {
				x, err = c.Float64s()
			}
			if err != nil || hexOf(x) != hexOf(k.want) {
				t.Errorf("%s: %s %s: %v, want %v: %v", name, k.name, c.Type, x, k.want, err)
			}
			if unit == "s" && c.Unit != "s" {
				t.Errorf("%s: %s %s: unit %q", name, k.name, c.Type, c.Unit)
			}
		}
	}
}

// A stream may add to its dictionaries and replace them; a batch means the one before it.
func TestDictionaryReplaced(t *testing.T) {
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{{Name: "area", Type: typ, Nullable: true}}, nil)
	var records []arrow.Record
	for _, text := range []string{`[{"area": "M1"}, {"area": "PMd"}]`, `[{"area": "V1"}, {"area": null}, {"area": "M1"}]`} {
		rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rec)
	}
	for _, deltas := range []bool{false, true} {
		file := ipcOf(t, false, []ipc.Option{ipc.WithDictionaryDeltas(deltas)}, records...)
		f, err := NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		s, err := column(t, f, "area").Strings()
		if err != nil || !slices.Equal(s, []string{"M1", "PMd", "V1", "", "M1"}) {
			t.Errorf("deltas %v: %q, %v", deltas, s, err)
		}
	}
}

// What is not read is listed with its reason, and does not keep the rest from being read.
func TestOpaque(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "nested", Type: arrow.ListOf(arrow.ListOf(arrow.PrimitiveTypes.Float64)), Nullable: true},
		{Name: "texts", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
		{Name: "map", Type: arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Float64), Nullable: true},
		{Name: "bytes", Type: arrow.BinaryTypes.Binary, Nullable: true},
		{Name: "x", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	}, nil)
	const text = `[{"nested": [[1], null], "texts": ["a"], "map": [{"key": "k", "value": 2}], "bytes": "AAA=", "x": 5},
		{"nested": null, "texts": [], "map": null, "bytes": null, "x": null}]`
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{ipcOf(t, true, nil, rec), parquetOf(t, rec)} {
		f, err := NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		x, err := column(t, f, "x").Float64s()
		if err != nil || hexOf(x) != hexOf([]float64{5, math.NaN()}) {
			t.Errorf("%s: %v, %v", f.Format(), x, err)
		}
		opaque := 0
		for _, c := range f.Columns() {
			if c.Class != Opaque {
				continue
			}
			opaque++
			if _, err := c.Float64s(); err == nil || !strings.HasPrefix(err.Error(), "columnar: column '"+c.Name+"': unsupported: ") {
				t.Errorf("%s: %v", f.Format(), err)
			}
		}
		if opaque < 3 {
			t.Errorf("%s: %d columns are opaque", f.Format(), opaque)
		}
	}
}

// The vectors are those of the reference implementation.
func TestXXH32(t *testing.T) {
	for text, want := range map[string]uint32{
		"": 0x02cc5d05, "a": 0x550d7456, "abc": 0x32d153ff, "Nobody inspects the spammish repetition": 0xe2293b2f,
	} {
		if got := xxh32([]byte(text)); got != want {
			t.Errorf("%q: %#x, want %#x", text, got, want)
		}
	}
}

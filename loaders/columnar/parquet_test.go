package columnar

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"oblique/internal/claim"
)

// A page that claims to inflate to two gigabytes is refused before memory is taken for it.
func TestPageClaims(t *testing.T) {
	header := []byte{
		0x15, 0x00, // kind: data
		0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, // inflated: 2³¹−1
		0x15, 0x02, // packed: 1
		0x2c, 0x15, 0x02, 0x15, 0x00, 0x15, 0x06, 0x15, 0x06, 0x00, // one value, plain
		0x00, 'x',
	}
	p := &pages{size: int64(len(header))}
	p.start(bytes.NewReader(header), chunk{length: int64(len(header)), codec: zst})
	_, err := p.next()
	if err == nil || !strings.Contains(err.Error(), "page at 0: damaged: it claims to inflate 1 bytes to 2147483647") {
		t.Errorf("error %v", err)
	}
}

// Footers whose lists and nesting would make the library allocate or recurse without end.
func TestFooterClaims(t *testing.T) {
	element := []byte{0x48, 0x01, 'a', 0x15, 0x02, 0x00} // name a, one child
	for name, footer := range map[string][]byte{
		"list":    {0x29, 0xfc, 0xff, 0xff, 0xff, 0x0f},
		"string":  {0x28, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"deep":    append([]byte{0x29, 0xfc, 200, 1}, bytes.Repeat(element, 200)...),
		"structs": bytes.Repeat([]byte{0x1c}, 1000),
		"lists":   append([]byte{0x19}, bytes.Repeat([]byte{0x19}, 1000)...),
		"short":   {0x15},
	} {
		if err := checkFooter(footer); !errors.Is(err, errDamaged) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A column that compresses very well is decoded once before memory is taken for all of it, and then is
// what it was.
func TestProof(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: nine million rows")
	}
	const rows = 9 << 20
	step := func(i int) float64 { return float64(i >> 10) }
	path := filepath.Join(t.TempDir(), "constant.parquet")
	err := Write(path, Parquet, []Field{{"x", Float64}}, nil, func(w *Writer) error {
		x := make([]float64, 1<<20)
		for block := range rows >> 20 {
			for i := range x {
				x[i] = step(block<<20 + i)
			}
			if err := w.Append(x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := column(t, open(t, path), "x")
	if claim.Believed(8*rows, c.file.size) {
		t.Fatalf("the file has %d bytes: it proves nothing", c.file.size)
	}
	lie := &File{rows: rows, size: c.file.size / 100}
	if err := (&Column{file: lie, Class: Numbers}).justify(8); !errors.Is(err, errDamaged) {
		t.Errorf("so many rows in %d bytes: %v", lie.size, err)
	}
	x, err := c.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range x {
		if v != step(i) {
			t.Fatalf("row %d is %v", i, v)
		}
	}
	// The same, cut off in its third row group, fails before the memory is taken.
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := c.file.source.(*parquetSource)
	damaged := s.chunks[2][0]
	clear(b[damaged.offset : damaged.offset+damaged.length])
	f, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = f.columns[0].Float64s()
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "columnar: column 'x': row group 2: row 2097152: ") {
		t.Errorf("error %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8*rows/2 {
		t.Errorf("%d bytes allocated", used)
	}
}

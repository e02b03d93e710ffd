package npz

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"oblique/internal/atomicfile"
)

// A Value is an array to write, in row-major order. Data is a []float64, []float32, []int64,
// []int32, []int16, []int8, []uint64, []uint32, []uint16, []uint8, []int (as int64), []bool or
// []string. A nil Shape means one axis of len(Data); an empty one that is not nil, a scalar.
type Value struct {
	Name  string
	Shape []int
	Data  any
}

// Write writes an .npz file of whole arrays: see [Writer].
func Write(path string, values ...Value) error {
	return WriteWith(path, func(w *Writer) error {
		for _, v := range values {
			if err := w.value(v); err != nil {
				return err
			}
		}
		return nil
	})
}

// A Writer makes an .npz file array by array, and large arrays piece by piece. Members are stored
// uncompressed and dated 1980-01-01: the same arrays give the same bytes.
type Writer struct {
	zip   *zip.Writer
	names map[string]bool
	open  *ArrayWriter
	err   error // the first failure: what follows could only be a damaged file
}

// WriteWith writes an .npz file whose arrays fill creates and appends to. The file takes its name when it
// is complete; after an error there is none, or the old one.
func WriteWith(path string, fill func(*Writer) error) error {
	err := atomicfile.Write(path, func(f io.Writer) error {
		w := &Writer{zip: zip.NewWriter(f), names: make(map[string]bool)}
		if err := fill(w); err != nil {
			return err
		}
		return w.close()
	})
	if err != nil {
		return fmt.Errorf("npz: %s: %w", path, err)
	}
	return nil
}

// Create starts an array, after the one before it is complete. The elements follow by
// [ArrayWriter.Append], in row-major order, until the shape is full.
func (w *Writer) Create(name string, dtype DType, shape []int) (*ArrayWriter, error) {
	a, err := w.create(name, dtype, shape)
	if err != nil {
		return nil, w.fail(name, err)
	}
	return a, nil
}

func (w *Writer) create(name string, dtype DType, shape []int) (*ArrayWriter, error) {
	if w.err != nil {
		return nil, w.err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	if w.names[name] {
		return nil, errors.New("there is one of this name already")
	}
	if err := dtype.Err(); err != nil {
		return nil, err
	}
	if dtype.size == 0 || dtype.kind == 'f' && dtype.size == 2 || dtype.big {
		return nil, fmt.Errorf("dtype '%s' is not written", dtype)
	}
	if len(shape) > maxDims || slices.ContainsFunc(shape, func(n int) bool { return n < 0 }) {
		return nil, fmt.Errorf("no array has the shape %v", shape)
	}
	elements, _, err := volume(shape, dtype.size)
	if err != nil {
		return nil, err
	}
	member, err := w.zip.CreateHeader(&zip.FileHeader{
		Name:     name + ".npy",
		Method:   zip.Store,
		Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), // the oldest that zip can say
	})
	if err != nil {
		return nil, err
	}
	if _, err := member.Write(appendHeader(nil, dtype, shape)); err != nil {
		return nil, err
	}
	w.names[name] = true
	w.open = &ArrayWriter{w: w, member: member, name: name, dtype: dtype, left: elements}
	return w.open, nil
}

// value writes a whole array.
func (w *Writer) value(v Value) error {
	dtype, n, err := typeOf(v.Data)
	if err != nil {
		return w.fail(v.Name, err)
	}
	if v.Shape == nil {
		v.Shape = []int{n}
	}
	a, err := w.Create(v.Name, dtype, v.Shape)
	if err != nil {
		return err
	}
	if n != a.left {
		return w.fail(v.Name, fmt.Errorf("%d elements for the shape %v", n, v.Shape))
	}
	return a.Append(v.Data)
}

// close completes the archive, unless something failed, even if fill did not mind.
func (w *Writer) close() error {
	if w.err != nil {
		return w.err
	}
	if err := w.finish(); err != nil {
		return err
	}
	return w.zip.Close()
}

// finish checks that the array before is complete.
func (w *Writer) finish() error {
	if w.open != nil && w.open.left > 0 {
		return fmt.Errorf("array '%s' lacks %d elements", w.open.name, w.open.left)
	}
	w.open = nil
	return nil
}

func (w *Writer) fail(name string, err error) error {
	if w.err == nil {
		w.err = fmt.Errorf("array '%s': %w", name, err)
	}
	return w.err
}

// An ArrayWriter takes the elements of one array.
type ArrayWriter struct {
	w      *Writer
	member io.Writer
	name   string
	dtype  DType
	left   int
	buf    []byte
}

// Append writes the next elements, in row-major order, from a slice of the Go type that the array's
// dtype stores exactly (see [Value]). Strings must fit the width.
func (a *ArrayWriter) Append(data any) error {
	if a.w.err != nil {
		return a.w.err
	}
	if err := a.append(data); err != nil {
		return a.w.fail(a.name, err)
	}
	return nil
}

func (a *ArrayWriter) append(data any) error {
	if a.w.open != a {
		return errors.New("is complete, another one is being written")
	}
	dtype, n, err := typeOf(data)
	if err != nil {
		return err
	}
	if dtype.kind != a.dtype.kind && !(dtype.Text() && a.dtype.Text()) || dtype.size != a.dtype.size && !dtype.Text() {
		return fmt.Errorf("%T does not go into dtype %s", data, a.dtype)
	}
	if n > a.left {
		return fmt.Errorf("%d elements too many", n-a.left)
	}
	a.left -= n
	if x, ok := data.([]float64); ok && littleEndian && n > 0 {
		_, err := a.member.Write(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 8*n))
		return err
	}
	step := max(1, chunkBytes/a.dtype.size)
	for done := 0; done < n; done += step {
		if a.buf, err = encode(a.buf[:0], data, done, min(done+step, n), a.dtype); err != nil {
			return err
		}
		if _, err := a.member.Write(a.buf); err != nil {
			return err
		}
	}
	return nil
}

// typeOf is the dtype that stores a slice exactly, and the slice's length.
func typeOf(data any) (DType, int, error) {
	dtype := func(descr string, n int) (DType, int, error) {
		dt, err := ParseDType(descr)
		return dt, n, err
	}
	switch x := data.(type) {
	case []float64:
		return dtype("<f8", len(x))
	case []float32:
		return dtype("<f4", len(x))
	case []int64:
		return dtype("<i8", len(x))
	case []int:
		return dtype("<i8", len(x))
	case []int32:
		return dtype("<i4", len(x))
	case []int16:
		return dtype("<i2", len(x))
	case []int8:
		return dtype("|i1", len(x))
	case []uint64:
		return dtype("<u8", len(x))
	case []uint32:
		return dtype("<u4", len(x))
	case []uint16:
		return dtype("<u2", len(x))
	case []uint8:
		return dtype("|u1", len(x))
	case []bool:
		return dtype("|b1", len(x))
	case []string:
		width := 1
		for _, s := range x {
			width = max(width, utf8.RuneCountInString(s))
		}
		return dtype(fmt.Sprintf("<U%d", width), len(x))
	}
	return DType{}, 0, fmt.Errorf("%T is not written", data)
}

// encode appends the elements from ≤ i < to of a slice as the file has them.
func encode(b []byte, data any, from, to int, dt DType) ([]byte, error) {
	le := binary.LittleEndian
	switch x := data.(type) {
	case []float64:
		for _, v := range x[from:to] {
			b = le.AppendUint64(b, math.Float64bits(v))
		}
	case []float32:
		for _, v := range x[from:to] {
			b = le.AppendUint32(b, math.Float32bits(v))
		}
	case []int64:
		b = appendIntegers(b, x[from:to], 8)
	case []int:
		b = appendIntegers(b, x[from:to], 8)
	case []int32:
		b = appendIntegers(b, x[from:to], 4)
	case []int16:
		b = appendIntegers(b, x[from:to], 2)
	case []int8:
		b = appendIntegers(b, x[from:to], 1)
	case []uint64:
		b = appendIntegers(b, x[from:to], 8)
	case []uint32:
		b = appendIntegers(b, x[from:to], 4)
	case []uint16:
		b = appendIntegers(b, x[from:to], 2)
	case []uint8:
		b = append(b, x[from:to]...)
	case []bool:
		for _, v := range x[from:to] {
			if v {
				b = append(b, 1)
			} else {
				b = append(b, 0)
			}
		}
	case []string:
		for _, s := range x[from:to] {
			var err error
			if b, err = appendText(b, s, dt); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

func appendIntegers[T int | int64 | int32 | int16 | int8 | uint64 | uint32 | uint16](b []byte, x []T, size int) []byte {
	for _, v := range x {
		u := uint64(v)
		for range size {
			b = append(b, byte(u))
			u >>= 8
		}
	}
	return b
}

// appendText appends a string padded with NULs. NumPy cannot tell those from NULs at the string's
// end, so such a string is refused rather than shortened.
func appendText(b []byte, s string, dt DType) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("string %q is not UTF-8", s)
	}
	if strings.HasSuffix(s, "\x00") {
		return nil, fmt.Errorf("string %q ends with a NUL", s)
	}
	start := len(b)
	if dt.kind == 'S' {
		b = append(b, s...)
	} else {
		for _, c := range s {
			b = binary.LittleEndian.AppendUint32(b, uint32(c))
		}
	}
	if len(b)-start > dt.size {
		return nil, fmt.Errorf("string %q does not fit dtype %s", s, dt)
	}
	return append(b, make([]byte, dt.size-(len(b)-start))...), nil
}

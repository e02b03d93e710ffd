package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"sync"
)

// numeric returns the type of number that elements of t are: t itself, or what is under an
// enumeration.
func numeric(t *Type) (*Type, error) {
	n := t
	if t.Class == Enum {
		n = t.Base
	}
	switch {
	case n.odd != "":
		return nil, unsupported("%s: %s", t, n.odd)
	case n.Class == Integer, n.Class == Float, n.Class == Bitfield:
		return n, nil
	}
	return nil, fmt.Errorf("is %s, not a number", t)
}

func readFloat[T float32 | float64](a *Array, dst []T, start, count int) error {
	convert, err := toFloat[T](a.typ)
	if err != nil {
		return inPath(a.path, err)
	}
	return read(a, dst, start, count, convert)
}

// toFloat returns the conversion of numbers of type t. The loops for little-endian numbers of the usual
// sizes are written out: they are most of the time that reading data without filters takes.
func toFloat[T float32 | float64](t *Type) (func(dst []T, src []byte, stride int) error, error) {
	t, err := numeric(t)
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	code := t.Class
	if code == Bitfield {
		code = Integer
	}
	if t.BigEndian && t.Size > 1 {
		return bigEndianToFloat[T](t), nil
	}
	type key struct {
		class  Class
		signed bool
		size   int
	}
	switch (key{code, t.Signed && code == Integer, t.Size}) {
	case key{Float, false, 8}:
		return func(dst []T, src []byte, stride int) error {
			for i := range dst {
				dst[i] = T(math.Float64frombits(le.Uint64(src[i*stride:])))
			}
			return nil
		}, nil
	case key{Float, false, 4}:
		return func(dst []T, src []byte, stride int) error {
			for i := range dst {
				dst[i] = T(math.Float32frombits(le.Uint32(src[i*stride:])))
			}
			return nil
		}, nil
	case key{Float, false, 2}:
		return func(dst []T, src []byte, stride int) error {
			for i := range dst {
				dst[i] = T(float16(le.Uint16(src[i*stride:])))
			}
			return nil
		}, nil
	case key{Integer, true, 1}:
		return func(dst []T, src []byte, stride int) error {
			for i := range dst {
				dst[i] = T(int8(src[i*stride]))
			}
			return nil
		}, nil
	case key{Integer, false, 1}:
		return func(dst []T, src []byte, stride int) error {
			for i := range dst {
				dst[i] = T(src[i*stride])
			}
			return nil
		}, nil
	case key{Integer, true, 2}:
		return func(dst []T, src []byte, stride int) error {
			for i := range dst {
				dst[i] = T(int16(le.Uint16(src[i*stride:])))
			}
			return nil
		}, nil
	case key{Integer, true, 4}:
		return func(dst []T, src []byte, stride int) error {
			for i := range dst {
				dst[i] = T(int32(le.Uint32(src[i*stride:])))
			}
			return nil
		}, nil
	}
	return integerToFloat[T](t), nil
}

// integerToFloat converts integers of any size and order.
func integerToFloat[T float32 | float64](t *Type) func(dst []T, src []byte, stride int) error {
	return func(dst []T, src []byte, stride int) error {
		for i := range dst {
			v := t.integer(src[i*stride : i*stride+t.Size])
			if t.Signed {
				dst[i] = T(int64(v))
			} else {
				dst[i] = T(v)
			}
		}
		return nil
	}
}

func bigEndianToFloat[T float32 | float64](t *Type) func(dst []T, src []byte, stride int) error {
	if t.Class != Float {
		return integerToFloat[T](t)
	}
	be := binary.BigEndian
	return func(dst []T, src []byte, stride int) error {
		for i := range dst {
			b := src[i*stride:]
			switch t.Size {
			case 8:
				dst[i] = T(math.Float64frombits(be.Uint64(b)))
			case 4:
				dst[i] = T(math.Float32frombits(be.Uint32(b)))
			default:
				dst[i] = T(float16(be.Uint16(b)))
			}
		}
		return nil
	}
}

// float16 decodes IEEE 754 binary16: every value is a float32, and NaNs keep their bits.
func float16(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, mantissa := uint32(h>>10&31), uint32(h&0x3ff)
	switch exponent {
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | mantissa<<13)
	case 0:
		v := float32(mantissa) * 0x1p-24
		return math.Float32frombits(math.Float32bits(v) | sign)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | mantissa<<13)
}

func toInt64(t *Type) (func(dst []int64, src []byte, stride int) error, error) {
	n, err := numeric(t)
	if err != nil {
		return nil, err
	}
	if n.Class == Float {
		return nil, fmt.Errorf("is %s, not an integer", t)
	}
	return func(dst []int64, src []byte, stride int) error {
		for i := range dst {
			v := n.integer(src[i*stride : i*stride+n.Size])
			if !n.Signed && v > math.MaxInt64 {
				return fmt.Errorf("%d is beyond int64", v)
			}
			dst[i] = int64(v)
		}
		return nil
	}, nil
}

func toBits(t *Type) (func(dst []float64, src []byte, stride int) error, error) {
	n, err := numeric(t)
	if err != nil {
		return nil, err
	}
	if n.Class == Float {
		return nil, fmt.Errorf("is %s, not an integer", t)
	}
	return func(dst []float64, src []byte, stride int) error {
		for i := range dst {
			dst[i] = math.Float64frombits(n.integer(src[i*stride : i*stride+n.Size]))
		}
		return nil
	}, nil
}

// heapAddress is where a string or sequence of variable length lies.
type heapAddress struct {
	n     uint32 // elements
	addr  uint64
	index uint32
}

func (f *File) heapAddress(src []byte) heapAddress {
	c := f.cursor(src)
	return heapAddress{c.u32(), c.address(), c.u32()}
}

// bytes returns the n elements of size bytes at h.
func (f *File) bytesOf(h heapAddress, size int) ([]byte, error) {
	if h.n == 0 || h.addr == 0 || h.addr == undefined {
		return nil, nil
	}
	b, err := f.heapObject(h.addr, h.index)
	if err != nil {
		return nil, err
	}
	want := uint64(h.n) * uint64(size)
	if want > uint64(len(b)) {
		return nil, at("global heap", h.addr, fmt.Errorf("object %d has %d bytes where %d belong", h.index, len(b), want))
	}
	return b[:want:want], nil
}

func (f *File) toString(t *Type) (func(dst []string, src []byte, stride int) error, error) {
	switch {
	case t.Class == String:
		return func(dst []string, src []byte, stride int) error {
			for i := range dst {
				dst[i] = t.unpad(src[i*stride : i*stride+t.Size])
			}
			return nil
		}, nil
	case t.Class != Vlen || !t.Text:
		return nil, fmt.Errorf("is %s, not strings", t)
	}
	// Many elements may point to one object. They share its string, so that a small file cannot ask for
	// more memory than it has text.
	var mu sync.Mutex
	texts := make(map[heapAddress]string)
	return func(dst []string, src []byte, stride int) error {
		mu.Lock()
		defer mu.Unlock()
		for i := range dst {
			h := f.heapAddress(src[i*stride : i*stride+t.Size])
			if text, ok := texts[h]; ok {
				dst[i] = text
				continue
			}
			b, err := f.bytesOf(h, 1)
			if err != nil {
				return err
			}
			dst[i] = upToNull(b)
			if len(dst[i]) > 16 {
				texts[h] = dst[i]
			}
		}
		return nil
	}, nil
}

// unpad returns a string of fixed length without its padding.
func (t *Type) unpad(b []byte) string {
	s := upToNull(b)
	if t.Padding == SpacePadded {
		s = strings.TrimRight(s, " ")
	}
	return s
}

func upToNull(b []byte) string {
	for i, x := range b {
		if x == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

func (f *File) toReference(t *Type) (func(dst []Reference, src []byte, stride int) error, error) {
	switch {
	case t.odd != "":
		return nil, unsupported("%s", t.odd)
	case t.Class != Refer:
		return nil, fmt.Errorf("is %s, not references", t)
	}
	return func(dst []Reference, src []byte, stride int) error {
		for i := range dst {
			c := f.cursor(src[i*stride : i*stride+t.Size])
			dst[i] = Reference{addr: c.address(), region: t.Region}
			if t.Region {
				dst[i].index = c.u32()
			}
		}
		return nil
	}, nil
}

func (f *File) toSequence(t *Type, path string) (func(dst []*Array, src []byte, stride int) error, error) {
	if t.Class != Vlen || t.Text {
		return nil, fmt.Errorf("is %s, not sequences of variable length", t)
	}
	return func(dst []*Array, src []byte, stride int) error {
		for i := range dst {
			b, err := f.bytesOf(f.heapAddress(src[i*stride:i*stride+t.Size]), t.Base.Size)
			if err != nil {
				return err
			}
			n := uint64(len(b) / t.Base.Size)
			ds := dataspace{dims: []uint64{n}}
			if dst[i], err = f.newArray(t.Base, ds, memory{b, t.Base.Size}); err != nil {
				return err
			}
			dst[i].path = path
		}
		return nil
	}, nil
}

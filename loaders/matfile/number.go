package matfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// dataType is the type that numbers are stored as; the values are those of the Level 5 format.
type dataType uint32

const (
	miINT8       dataType = 1
	miUINT8      dataType = 2
	miINT16      dataType = 3
	miUINT16     dataType = 4
	miINT32      dataType = 5
	miUINT32     dataType = 6
	miSINGLE     dataType = 7
	miDOUBLE     dataType = 9
	miINT64      dataType = 12
	miUINT64     dataType = 13
	miMATRIX     dataType = 14
	miCOMPRESSED dataType = 15
	miUTF8       dataType = 16
	miUTF16      dataType = 17
	miUTF32      dataType = 18
)

// width returns the bytes of one stored number, 0 for what is not a number.
func (t dataType) width() int {
	switch t {
	case miINT8, miUINT8, miUTF8:
		return 1
	case miINT16, miUINT16, miUTF16:
		return 2
	case miINT32, miUINT32, miSINGLE, miUTF32:
		return 4
	case miDOUBLE, miINT64, miUINT64:
		return 8
	}
	return 0
}

// part is n stored numbers: the real or imaginary half of an array, or the index of a sparse one.
type part struct {
	src source
	off int64
	n   int
	typ dataType
	big bool

	// prove finds out whether all numbers are there, before memory is taken for them; nil if they are.
	prove func() error
}

// all returns the number of numbers once they are known to be there.
func (p part) all() (int, error) {
	if p.prove == nil {
		return p.n, nil
	}
	return p.n, p.prove()
}

// chunkBytes is how much is decoded at a time: it stays in the first-level cache.
const chunkBytes = 16 << 10

// each hands the stored bytes of elements from … from+n−1 to f, little-endian, a chunk at a time;
// i is the index of a chunk's first element, counted from 0.
func (p part) each(from, n int, f func(i int, b []byte) error) error {
	w := p.typ.width()
	if w == 0 {
		return fmt.Errorf("data at %s: type %d holds no numbers", p.src.place(p.off), p.typ)
	}
	step := chunkBytes / w
	scratch := make([]byte, min(n, step)*w)
	for i := 0; i < n; i += step {
		b := scratch[:min(step, n-i)*w]
		if err := p.src.read(b, p.off+int64(from+i)*int64(w)); err != nil {
			return err
		}
		if p.big {
			swap(b, w)
		}
		if err := f(i, b); err != nil {
			return err
		}
	}
	return nil
}

// swap reverses the bytes of each number of w bytes.
func swap(b []byte, w int) {
	switch w {
	case 2:
		for i := 0; i+2 <= len(b); i += 2 {
			b[i], b[i+1] = b[i+1], b[i]
		}
	case 4:
		for i := 0; i+4 <= len(b); i += 4 {
			binary.LittleEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
		}
	case 8:
		for i := 0; i+8 <= len(b); i += 8 {
			binary.LittleEndian.PutUint64(b[i:], binary.BigEndian.Uint64(b[i:]))
		}
	}
}

// float64s decodes len(dst) numbers, the first being number from. A 64-bit integer that no float64
// equals is an error.
func (p part) float64s(dst []float64, from int) error {
	return p.each(from, len(dst), func(i int, b []byte) error {
		d := dst[i:]
		switch p.typ {
		case miINT8:
			for k, v := range b {
				d[k] = float64(int8(v))
			}
		case miUINT8, miUTF8:
			for k, v := range b {
				d[k] = float64(v)
			}
		case miINT16:
			for k := range len(b) / 2 {
				d[k] = float64(int16(binary.LittleEndian.Uint16(b[2*k:])))
			}
		case miUINT16, miUTF16:
			for k := range len(b) / 2 {
				d[k] = float64(binary.LittleEndian.Uint16(b[2*k:]))
			}
		case miINT32:
			for k := range len(b) / 4 {
				d[k] = float64(int32(binary.LittleEndian.Uint32(b[4*k:])))
			}
		case miUINT32, miUTF32:
			for k := range len(b) / 4 {
				d[k] = float64(binary.LittleEndian.Uint32(b[4*k:]))
			}
		case miSINGLE:
			for k := range len(b) / 4 {
				d[k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*k:])))
			}
		case miDOUBLE:
			for k := range len(b) / 8 {
				d[k] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*k:]))
			}
		case miINT64:
			for k := range len(b) / 8 {
				v := int64(binary.LittleEndian.Uint64(b[8*k:]))
				if !fitsFloat64(magnitude(v)) {
					return inexact(v, from+i+k, "float64; use Int64s")
				}
				d[k] = float64(v)
			}
		case miUINT64:
			for k := range len(b) / 8 {
				v := binary.LittleEndian.Uint64(b[8*k:])
				if !fitsFloat64(v) {
					return inexact(v, from+i+k, "float64; use Uint64s")
				}
				d[k] = float64(v)
			}
		}
		return nil
	})
}

// int64s decodes all numbers exactly: a fraction, NaN or a number beyond int64 is an error.
func (p part) int64s(dst []int64) error {
	return p.integers(len(dst), func(i int, v uint64, negative bool) error {
		if negative {
			dst[i] = -int64(v)
			return nil
		}
		if v > math.MaxInt64 {
			return inexact(v, i, "int64; use Uint64s")
		}
		dst[i] = int64(v)
		return nil
	})
}

// uint64s decodes all numbers exactly: a fraction, NaN or a negative number is an error.
func (p part) uint64s(dst []uint64) error {
	return p.integers(len(dst), func(i int, v uint64, negative bool) error {
		if negative {
			return inexact(-int64(v), i, "uint64")
		}
		dst[i] = v
		return nil
	})
}

// integers hands out n stored numbers as sign and magnitude; negative ones are ≥ −2⁶³.
func (p part) integers(n int, f func(i int, v uint64, negative bool) error) error {
	w := p.typ.width()
	return p.each(0, n, func(first int, b []byte) error {
		for k := 0; k < len(b)/w; k++ {
			v, negative, err := p.integer(b[k*w:], first+k)
			if err == nil {
				err = f(first+k, v, negative)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// integer decodes one little-endian stored number, the i-th, as sign and magnitude.
func (p part) integer(b []byte, i int) (v uint64, negative bool, err error) {
	signed := func(v int64) (uint64, bool, error) { return magnitude(v), v < 0, nil }
	switch p.typ {
	case miINT8:
		return signed(int64(int8(b[0])))
	case miINT16:
		return signed(int64(int16(binary.LittleEndian.Uint16(b))))
	case miINT32:
		return signed(int64(int32(binary.LittleEndian.Uint32(b))))
	case miINT64:
		return signed(int64(binary.LittleEndian.Uint64(b)))
	case miUINT8, miUTF8:
		return uint64(b[0]), false, nil
	case miUINT16, miUTF16:
		return uint64(binary.LittleEndian.Uint16(b)), false, nil
	case miUINT32, miUTF32:
		return uint64(binary.LittleEndian.Uint32(b)), false, nil
	case miUINT64:
		return binary.LittleEndian.Uint64(b), false, nil
	}
	x := float64(0)
	if p.typ == miSINGLE {
		x = float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	} else {
		x = math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	if x != math.Trunc(x) || x < -(1<<63) || x >= 1<<64 { // NaN is unequal to itself
		return 0, false, inexact(x, i, "64-bit integer; use Float64s")
	}
	return uint64(math.Abs(x)), x < 0, nil
}

// magnitude returns |v|, also for the least int64.
func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// fitsFloat64 reports whether a float64 equals v: whether its significant bits are 53 at most.
func fitsFloat64(v uint64) bool {
	return v <= 1<<53 || bits.Len64(v)-bits.TrailingZeros64(v) <= 53
}

func inexact(v any, i int, as string) error {
	return &kindError{ErrInexact, fmt.Sprintf("%v at index %d is no %s", v, i, as)}
}

package npz

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync"
	"unsafe"
)

// chunkBytes is what is read and converted at a time: it stays in a core's own cache.
const chunkBytes = 64 << 10

var chunks = sync.Pool{New: func() any { return new([chunkBytes]byte) }}

// littleEndian tells whether this machine's float64 has the bytes that the file's <f8 has.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// readNumbers fills dst with the next len(dst) numbers of r. What needs no conversion goes to dst
// without a stop; the rest passes through a chunk.
func readNumbers(dst []float64, r io.Reader, dt DType) error {
	if len(dst) == 0 {
		return nil
	}
	if dt.kind == 'f' && dt.size == 8 && !dt.big && littleEndian {
		// The bytes of dst: any bytes are valid float64s.
		raw := unsafe.Slice((*byte)(unsafe.Pointer(&dst[0])), 8*len(dst))
		if n, err := io.ReadFull(r, raw); err != nil {
			return fmt.Errorf("element %d of %d: %w", n/8, len(dst), short(err))
		}
		return nil
	}
	chunk := chunks.Get().(*[chunkBytes]byte)
	defer chunks.Put(chunk)
	for done := 0; done < len(dst); {
		n := min(len(dst)-done, chunkBytes/dt.size)
		raw := chunk[:n*dt.size]
		if m, err := io.ReadFull(r, raw); err != nil {
			return fmt.Errorf("element %d of %d: %w", done+m/dt.size, len(dst), short(err))
		}
		convert(dst[done:done+n], raw, dt)
		done += n
	}
	return nil
}

// convert turns the bytes of len(dst) elements into float64s; it may reorder src.
func convert(dst []float64, src []byte, dt DType) {
	if dt.big {
		switch dt.size {
		case 2:
			swap2(src)
		case 4:
			swap4(src)
		case 8:
			swap8(src)
		}
	}
	le := binary.LittleEndian
	switch string(dt.kind) + string('0'+rune(dt.size)) {
	case "b1":
		for i := range dst {
			dst[i] = 0
			if src[i] != 0 {
				dst[i] = 1
			}
		}
	case "i1":
		for i := range dst {
			dst[i] = float64(int8(src[i]))
		}
	case "u1":
		for i := range dst {
			dst[i] = float64(src[i])
		}
	case "i2":
		for i := range dst {
			dst[i] = float64(int16(le.Uint16(src[2*i:])))
		}
	case "u2":
		for i := range dst {
			dst[i] = float64(le.Uint16(src[2*i:]))
		}
	case "f2":
		for i := range dst {
			dst[i] = half(le.Uint16(src[2*i:]))
		}
	case "i4":
		for i := range dst {
			dst[i] = float64(int32(le.Uint32(src[4*i:])))
		}
	case "u4":
		for i := range dst {
			dst[i] = float64(le.Uint32(src[4*i:]))
		}
	case "f4":
		for i := range dst {
			dst[i] = float64(math.Float32frombits(le.Uint32(src[4*i:])))
		}
	case "i8":
		for i := range dst {
			dst[i] = float64(int64(le.Uint64(src[8*i:])))
		}
	case "u8":
		for i := range dst {
			dst[i] = float64(le.Uint64(src[8*i:]))
		}
	case "f8":
		for i := range dst {
			dst[i] = math.Float64frombits(le.Uint64(src[8*i:]))
		}
	}
}

// half widens an IEEE 754 binary16: one bit of sign, five of exponent with a bias of 15, ten of
// fraction. A NaN keeps its sign and its payload.
func half(h uint16) float64 {
	sign := uint64(h>>15) << 63
	exponent, fraction := uint64(h>>10&0x1f), uint64(h&0x3ff)
	switch exponent {
	case 0: // zero and subnormals: fraction · 2⁻²⁴
		return math.Float64frombits(sign | math.Float64bits(float64(fraction)*0x1p-24))
	case 0x1f:
		return math.Float64frombits(sign | 0x7ff<<52 | fraction<<42)
	}
	return math.Float64frombits(sign | (exponent-15+1023)<<52 | fraction<<42)
}

func swap2(b []byte) {
	for ; len(b) >= 2; b = b[2:] {
		b[0], b[1] = b[1], b[0]
	}
}

func swap4(b []byte) {
	for ; len(b) >= 4; b = b[4:] {
		binary.LittleEndian.PutUint32(b, binary.BigEndian.Uint32(b))
	}
}

func swap8(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		binary.LittleEndian.PutUint64(b, binary.BigEndian.Uint64(b))
	}
}

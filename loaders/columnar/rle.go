package columnar

import (
	"encoding/binary"
	"fmt"
	"math"

	"oblique/internal/claim"
)

// A hybrid decodes Parquet's mixture of run lengths and bit packing, which levels, dictionary indices
// and booleans are in.
//
// Reference: Apache Parquet, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
type hybrid struct {
	b      []byte
	width  int // bits per value, 0 to 32
	run    int // values left in this run
	packed []byte
	bit    int // position in packed
	value  uint32
}

func newHybrid(b []byte, width int) (*hybrid, error) {
	if width > 32 {
		return nil, fmt.Errorf("%w: %d bits per index", errDamaged, width)
	}
	return &hybrid{b: b, width: width}, nil
}

// next fills dst.
func (h *hybrid) next(dst []uint32) error {
	for len(dst) > 0 {
		if h.run == 0 {
			if err := h.head(); err != nil {
				return err
			}
		}
		n := min(h.run, len(dst))
		if h.packed != nil {
			unpack(dst[:n], h.packed, h.bit, h.width)
			h.bit += n * h.width
		} else {
			for i := range dst[:n] {
				dst[i] = h.value
			}
		}
		h.run -= n
		dst = dst[n:]
	}
	return nil
}

// head reads the head of a run.
func (h *hybrid) head() error {
	header, n := binary.Uvarint(h.b)
	if n <= 0 || header>>1 == 0 || header>>1 > math.MaxInt32/8 && header&1 == 1 || header>>1 > math.MaxInt32 {
		return fmt.Errorf("%w: no run of levels, indices or booleans where one should be", errDamaged)
	}
	h.b = h.b[n:]
	h.packed, h.bit = nil, 0
	if header&1 == 1 { // groups of eight values
		h.run = 8 * int(header>>1)
		size := int(header>>1) * h.width
		if size > len(h.b) { // some writers leave away what pads the last group
			size = len(h.b)
			h.run = 8 * size / h.width
			if h.run == 0 {
				return fmt.Errorf("%w: a run of levels, indices or booleans ends early", errDamaged)
			}
		}
		h.packed, h.b = h.b[:size:size], h.b[size:]
		if h.packed == nil { // width 0
			h.packed = []byte{}
		}
		return nil
	}
	size := (h.width + 7) / 8
	if size > len(h.b) {
		return fmt.Errorf("%w: a run of levels, indices or booleans ends early", errDamaged)
	}
	h.run, h.value = int(header>>1), 0
	for i := range size {
		h.value |= uint32(h.b[i]) << (8 * i)
	}
	h.b = h.b[size:]
	return nil
}

// unpack reads values of width bits, the least significant first, from a bit position on.
func unpack(dst []uint32, b []byte, bit, width int) {
	mask := uint64(1)<<width - 1
	for i := range dst {
		at := bit >> 3
		var word uint64
		if at+8 <= len(b) {
			word = binary.LittleEndian.Uint64(b[at:])
		} else {
			for k := at; k < len(b); k++ {
				word |= uint64(b[k]) << (8 * (k - at))
			}
		}
		dst[i] = uint32(word >> (bit & 7) & mask)
		bit += width
	}
}

// deltas decodes integers stored as differences, and returns what follows them.
//
// Reference: Apache Parquet, Encodings.md, "Delta Encoding".
func deltas(b []byte, most int, size int64) (values []int64, rest []byte, err error) {
	damaged := fmt.Errorf("%w: differences that are none", errDamaged)
	var head [3]uint64 // values per block, miniblocks per block, values
	for i := range head {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, nil, damaged
		}
		head[i], b = v, b[n:]
	}
	block, minis, count := head[0], head[1], head[2]
	first, n := binary.Varint(b)
	if n <= 0 || minis == 0 || block > 1<<20 || minis > block || block%minis != 0 || block/minis%8 != 0 || count > uint64(most) {
		return nil, nil, damaged
	}
	b = b[n:]
	if !claim.Believed(8*int64(count), size) {
		return nil, nil, fmt.Errorf("%w: %d values in one page", errDamaged, count)
	}
	if count == 0 {
		return nil, b, nil
	}
	values = append(make([]int64, 0, count), first)
	perMini := int(block / minis)
	for len(values) < int(count) {
		least, n := binary.Varint(b)
		if n <= 0 || len(b)-n < int(minis) {
			return nil, nil, damaged
		}
		widths := b[n : n+int(minis)]
		b = b[n+int(minis):]
		for _, width := range widths {
			if len(values) == int(count) {
				break // the widths of miniblocks that are not there may be anything
			}
			bytes := perMini * int(width) / 8
			if width > 64 || bytes > len(b) {
				return nil, nil, damaged
			}
			for k := range min(perMini, int(count)-len(values)) {
				first += least + int64(wide(b, k*int(width), int(width)))
				values = append(values, first)
			}
			b = b[bytes:]
		}
	}
	return values, b, nil
}

// wide reads width ≤ 64 bits from a bit position on.
func wide(b []byte, bit, width int) uint64 {
	var v uint64
	for got := 0; got < width; {
		take := min(8-bit&7, width-got)
		v |= uint64(b[bit>>3]) >> (bit & 7) & (1<<take - 1) << got
		got += take
		bit += take
	}
	return v
}

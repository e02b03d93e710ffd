package columnar

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/pierrec/lz4/v4"
)

// lz4Blocks decodes an LZ4 frame: it calls take with every block, decompressed and good until the next.
// The lz4 module's own frames are not used, since they take the checksum of a block over the wrong bytes.
//
// Reference: lz4_Frame_format.md, version 1.6.
func lz4Blocks(src []byte, take func([]byte) error) error {
	damaged := func(what string) error { return fmt.Errorf("%w: %s", errDamaged, what) }
	const magic, header = 0x184d2204, 7
	if len(src) < header || binary.LittleEndian.Uint32(src) != magic {
		return damaged("no LZ4 frame")
	}
	flags, size := src[4], src[5]>>4&7
	if flags>>6 != 1 || flags&2 != 0 || size < 4 {
		return damaged("an LZ4 frame of another version")
	}
	linked, blockSums, sized, dictionary := flags&0x20 == 0, flags&0x10 != 0, flags&8 != 0, flags&1 != 0
	end := 6
	if sized {
		end += 8
	}
	if dictionary {
		return fmt.Errorf("an LZ4 dictionary: %w", ErrUnsupported)
	}
	if len(src) <= end || byte(xxh32(src[4:end])>>8) != src[end] {
		return damaged("checksum of the LZ4 frame's header")
	}
	src = src[end+1:]
	block := make([]byte, 1<<(8+2*size)) // 64 KB to 4 MB
	var window []byte                    // what linked blocks may look back to
	for {
		if len(src) < 4 {
			return damaged("an LZ4 frame without an end")
		}
		head := binary.LittleEndian.Uint32(src)
		src = src[4:]
		if head == 0 { // a checksum of everything may follow; the blocks' sizes are checked by the caller
			return nil
		}
		n, raw := int(head&^(1<<31)), head>>31 == 1
		tail := 0
		if blockSums {
			tail = 4
		}
		if n > len(block) || n+tail > len(src) {
			return damaged("an LZ4 block beyond its frame")
		}
		data := src[:n]
		if blockSums && binary.LittleEndian.Uint32(src[n:]) != xxh32(data) {
			return damaged("checksum of an LZ4 block")
		}
		src = src[n+tail:]
		if !raw {
			m, err := lz4.UncompressBlockWithDict(data, block, window)
			if err != nil {
				return err
			}
			data = block[:m]
		}
		if err := take(data); err != nil {
			return err
		}
		if linked {
			const reach = 64 << 10
			window = append(window, data...)
			window = append(window[:0:0], window[max(0, len(window)-reach):]...)
		}
	}
}

// xxh32 is the 32-bit xxHash with seed 0.
//
// Reference: github.com/Cyan4973/xxHash, xxhash_spec.md.
func xxh32(b []byte) uint32 {
	const p1, p2, p3, p4, p5 = 2654435761, 2246822519, 3266489917, 668265263, 374761393
	le := binary.LittleEndian
	h := uint32(p5)
	n := uint32(len(b))
	if len(b) >= 16 {
		first := uint32(p1)
		acc := [4]uint32{first + p2, p2, 0, -first}
		for ; len(b) >= 16; b = b[16:] {
			for i := range acc {
				acc[i] = bits.RotateLeft32(acc[i]+le.Uint32(b[4*i:])*p2, 13) * p1
			}
		}
		h = bits.RotateLeft32(acc[0], 1) + bits.RotateLeft32(acc[1], 7) + bits.RotateLeft32(acc[2], 12) + bits.RotateLeft32(acc[3], 18)
	}
	h += n
	for ; len(b) >= 4; b = b[4:] {
		h = bits.RotateLeft32(h+le.Uint32(b)*p3, 17) * p4
	}
	for _, c := range b {
		h = bits.RotateLeft32(h+uint32(c)*p5, 11) * p1
	}
	h = (h ^ h>>15) * p2
	h = (h ^ h>>13) * p3
	return h ^ h>>16
}

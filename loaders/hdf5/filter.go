package hdf5

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"oblique/internal/inflate"
)

// Filters, by their registered numbers.
const (
	filterDeflate    = 1
	filterShuffle    = 2
	filterFletcher32 = 3
	filterLZF        = 32000
)

// filter is one step that the bytes of a chunk went through.
type filter struct {
	id     uint16
	name   string // as stored in the file, often empty
	values []uint32
}

// pipeline is the filters in the order of writing.
type pipeline []filter

// String names the filter with what matters about it.
func (f filter) String() string {
	switch f.id {
	case filterDeflate:
		if len(f.values) > 0 {
			return fmt.Sprintf("deflate(%d)", f.values[0])
		}
		return "deflate"
	case filterShuffle:
		return "shuffle"
	case filterFletcher32:
		return "fletcher32"
	case filterLZF:
		return "lzf"
	}
	name := f.name
	if known, ok := map[uint16]string{
		4: "szip", 5: "nbit", 6: "scaleoffset", 305: "lzo", 307: "bzip2", 32001: "blosc", 32004: "lz4",
		32008: "bitshuffle", 32013: "zfp", 32015: "zstd", 32017: "sz", 32026: "blosc2",
	}[f.id]; ok {
		name = known
	}
	if name == "" {
		name = "of unknown name"
	}
	return fmt.Sprintf("filter %d (%s)", f.id, name)
}

func parseFilters(c *cursor) (pipeline, error) {
	version := c.version(1, 2)
	n := int(c.u8())
	if version == 1 {
		c.skip(6)
	}
	if c.err == nil && n > 32 {
		return nil, fmt.Errorf("%d filters: at most 32", n)
	}
	var p pipeline
	for range n {
		f := filter{id: c.u16()}
		nameBytes := 0
		if version == 1 || f.id >= 256 {
			nameBytes = int(c.u16())
		}
		c.skip(2) // flags
		values := int(c.u16())
		if version == 1 {
			nameBytes = align8(nameBytes)
		}
		f.name = string(trimNulls(c.bytes(nameBytes)))
		for range values {
			f.values = append(f.values, c.u32())
			if c.err != nil {
				return nil, c.err
			}
		}
		if version == 1 && values%2 == 1 {
			c.skip(4)
		}
		p = append(p, f)
	}
	return p, c.err
}

// scratch is memory that one goroutine decodes chunks in. A filter reads one buffer and writes the
// other.
type scratch struct {
	stored  []byte
	decoded [2][]byte
	last    int
}

func (s *scratch) next(n int) []byte {
	s.last ^= 1
	s.decoded[s.last] = grow(s.decoded[s.last], n)
	return s.decoded[s.last]
}

func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// decode undoes the filters, last first, but for those whose bit in mask says that they were left out
// when this chunk was written. The result has exactly want bytes; it may be data, or lie in s.
func (p pipeline) decode(data []byte, mask uint32, want int, s *scratch) ([]byte, error) {
	// sizes[i] is what filter i must give back: known until the first filter that compresses.
	sizes := make([]int, len(p))
	size := want
	for i, f := range p {
		sizes[i] = size
		if mask>>i&1 != 0 {
			continue
		}
		switch {
		case f.id == filterFletcher32 && size >= 0:
			size += 4
		case f.id != filterShuffle:
			size = -1
		}
	}
	limit := 2*want + 1<<16 // where the size is not known
	for i := len(p) - 1; i >= 0; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		var err error
		if data, err = p[i].decode(data, sizes[i], limit, s); err != nil {
			return nil, fmt.Errorf("%s: %w", p[i], err)
		}
	}
	if len(data) != want {
		return nil, fmt.Errorf("%d bytes where %d belong", len(data), want)
	}
	return data, nil
}

// decode undoes one filter. size is the exact number of bytes it must give, or -1: then there are at
// most limit.
func (f filter) decode(data []byte, size, limit int, s *scratch) ([]byte, error) {
	switch f.id {
	case filterDeflate:
		return unzip(data, size, limit, s)
	case filterShuffle:
		width := 1
		if len(f.values) > 0 {
			width = int(min(f.values[0], math.MaxInt32))
		}
		if width < 2 || len(data) < width {
			return data, nil
		}
		out := s.next(len(data))
		unshuffle(out, data, width)
		return out, nil
	case filterFletcher32:
		n := len(data) - 4
		if n < 0 {
			return nil, fmt.Errorf("%d bytes", len(data))
		}
		return data[:n], compareChecksums(binary.LittleEndian.Uint32(data[n:]), fletcher32(data[:n]))
	case filterLZF:
		if size >= 0 {
			limit = size
		}
		// At best three bytes stand for 264.
		limit = min(limit, 88*len(data))
		out, err := unLZF(s.next(limit), data)
		return out, short(len(out), size, err)
	}
	return nil, ErrUnsupported
}

// short reports a filter that gave back fewer bytes than it must.
func short(got, want int, err error) error {
	if err == nil && want >= 0 && got != want {
		err = fmt.Errorf("%d bytes where %d belong: %w", got, want, io.ErrUnexpectedEOF)
	}
	return err
}

// unshuffle gathers the bytes of each element, which lie n apart for n elements, into out. Bytes
// after the last whole element are in place.
func unshuffle(out, data []byte, width int) {
	n := len(data) / width
	switch width {
	case 2:
		a, b := data[:n], data[n:2*n]
		for i := range a {
			binary.LittleEndian.PutUint16(out[2*i:], uint16(a[i])|uint16(b[i])<<8)
		}
	case 4:
		a, b, c, d := data[:n], data[n:2*n], data[2*n:3*n], data[3*n:4*n]
		for i := range a {
			binary.LittleEndian.PutUint32(out[4*i:], uint32(a[i])|uint32(b[i])<<8|uint32(c[i])<<16|uint32(d[i])<<24)
		}
	case 8:
		a, b, c, d := data[:n], data[n:2*n], data[2*n:3*n], data[3*n:4*n]
		e, f, g, h := data[4*n:5*n], data[5*n:6*n], data[6*n:7*n], data[7*n:8*n]
		for i := range a {
			binary.LittleEndian.PutUint64(out[8*i:], uint64(a[i])|uint64(b[i])<<8|uint64(c[i])<<16|uint64(d[i])<<24|
				uint64(e[i])<<32|uint64(f[i])<<40|uint64(g[i])<<48|uint64(h[i])<<56)
		}
	default:
		for k := range width {
			for i, x := range data[k*n : (k+1)*n] {
				out[i*width+k] = x
			}
		}
	}
	copy(out[n*width:], data[n*width:])
}

// unzip decompresses a zlib stream.
func unzip(data []byte, size, limit int, s *scratch) ([]byte, error) {
	if size >= 0 {
		limit = size
	}
	// Deflate makes at most 258 bytes of two bits.
	if most := 1032*len(data) + 64; limit > most {
		if size >= 0 {
			return nil, fmt.Errorf("%d bytes cannot inflate to %d: %w", len(data), size, io.ErrUnexpectedEOF)
		}
		limit = most
	}
	out, err := inflate.Zlib(s.next(limit), data)
	return out, short(len(out), size, err)
}

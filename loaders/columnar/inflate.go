package columnar

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"

	"oblique/internal/claim"

	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// A codec is a compression of buffers or pages, by the name Parquet and Arrow give it.
type codec string

const (
	plain    codec = "UNCOMPRESSED"
	snap     codec = "SNAPPY"
	gz       codec = "GZIP"
	brotli   codec = "BROTLI"
	zst      codec = "ZSTD"
	lz4Raw   codec = "LZ4_RAW"
	lz4Frame codec = "LZ4_FRAME"
)

// maxWindow is the most that zstd may look back: its own limit for the strongest regular level, 2²³,
// with room.
const maxWindow = 32 << 20

var zstdReaders = sync.Pool{New: func() any {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		panic(err) // the options are constants
	}
	return r
}}

// inflate decompresses src to exactly n bytes, into buf if they fit. Memory beyond what a file of the given size justifies is
// taken only once that many bytes have been seen.
func inflate(c codec, buf, src []byte, n int, size int64) ([]byte, error) {
	if n > cap(buf) && !claim.Believed(int64(n), size) {
		if err := decompress(c, nil, src, n); err != nil {
			return nil, err
		}
	}
	dst := slices.Grow(buf[:0], n)[:n]
	return dst, decompress(c, dst, src, n)
}

// decompress writes the n bytes of src to dst, or nowhere if dst is nil.
func decompress(c codec, dst, src []byte, n int) error {
	var r io.Reader
	switch c {
	case plain:
		r = bytes.NewReader(src)
	case snap:
		return block(c, dst, n, func(b []byte) (int, error) {
			if m, err := snappy.DecodedLen(src); err != nil || m != n {
				return m, err
			}
			b, err := snappy.Decode(b, src)
			return len(b), err
		})
	case lz4Raw:
		return block(c, dst, n, func(b []byte) (int, error) { return lz4.UncompressBlock(src, b) })
	case gz:
		g, err := gzip.NewReader(bytes.NewReader(src))
		if err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		r = g
	case brotli:
		b, err := compress.GetCodec(compress.Codecs.Brotli)
		if err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		r = b.NewReader(bytes.NewReader(src))
	case zst:
		z := zstdReaders.Get().(*zstd.Decoder)
		defer zstdReaders.Put(z)
		if err := z.Reset(bytes.NewReader(src)); err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		r = z
	case lz4Frame:
		got := 0
		err := lz4Blocks(src, func(b []byte) error {
			if len(b) > n-got {
				return fmt.Errorf("more than the %d bytes it should be: %w", n, errDamaged)
			}
			if dst != nil {
				copy(dst[got:], b)
			}
			got += len(b)
			return nil
		})
		if err == nil && got < n {
			err = fmt.Errorf("%d of %d bytes: %w", got, n, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		return nil
	default:
		return fmt.Errorf("compression %s: %w", c, ErrUnsupported)
	}
	return fill(c, dst, r, n)
}

// fill reads exactly n bytes, and nothing after them.
func fill(c codec, dst []byte, r io.Reader, n int) error {
	var got int64
	var err error
	if dst == nil {
		got, err = io.CopyN(io.Discard, r, int64(n))
	} else {
		var m int
		m, err = io.ReadFull(r, dst)
		got = int64(m)
	}
	if err != nil {
		return fmt.Errorf("%s: %d of %d bytes: %w", c, got, n, err)
	}
	var one [1]byte
	if m, _ := r.Read(one[:]); m != 0 {
		return fmt.Errorf("%s: more than the %d bytes it should be: %w", c, n, errDamaged)
	}
	return nil
}

// block decodes a format that has no stream and cannot be tried without memory for all of it: what the
// file does not justify is refused.
func block(c codec, dst []byte, n int, decode func([]byte) (int, error)) error {
	if dst == nil {
		return fmt.Errorf("%s: a page of %d bytes is too large for the file: %w", c, n, errDamaged)
	}
	m, err := decode(dst)
	if err == nil && m != n {
		err = fmt.Errorf("%d bytes instead of %d: %w", m, n, errDamaged)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c, err)
	}
	return nil
}

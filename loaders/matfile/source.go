package matfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"

	"oblique/internal/claim"
	"oblique/internal/inflate"

	"github.com/klauspost/compress/zlib"
)

// source is bytes at offsets: the file, the inflated bytes of a compressed variable, or memory.
type source interface {
	// read fills b from the offset or fails.
	read(b []byte, off int64) error
	// place says where an offset is, for errors.
	place(off int64) string
}

// span checks that n bytes at off lie within the source, which ends at end.
func span(src source, off, n, end int64) error {
	if n > end-off {
		return &kindError{ErrTruncated,
			fmt.Sprintf("element at %s: %d bytes declared, %d left: truncated", src.place(off), n, max(0, end-off))}
	}
	return nil
}

// memory is a source of bytes in memory, made by this package: nothing beyond it is asked for.
type memory []byte

func (m memory) place(off int64) string { return fmt.Sprintf("%#x", off) }

func (m memory) read(b []byte, off int64) error {
	copy(b, m[off:])
	return nil
}

// file is the source of the file's own bytes. Headers are many and small: reads of up to
// smallRead bytes go through one cached page.
type file struct {
	r io.ReaderAt
	n int64

	mu      sync.Mutex
	page    [4096]byte
	pageOff int64
	pageLen int
}

const smallRead = 512

func (f *file) place(off int64) string { return fmt.Sprintf("%#x", off) }

func (f *file) read(b []byte, off int64) error {
	if off < 0 || int64(len(b)) > f.n-off {
		return fmt.Errorf("at %#x: %w", off, io.ErrUnexpectedEOF)
	}
	if len(b) > smallRead {
		return f.readAt(b, off)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if off < f.pageOff || off+int64(len(b)) > f.pageOff+int64(f.pageLen) {
		f.pageOff, f.pageLen = off, 0
		n := int(min(int64(len(f.page)), f.n-off))
		if err := f.readAt(f.page[:n], off); err != nil {
			return err
		}
		f.pageLen = n
	}
	copy(b, f.page[off-f.pageOff:])
	return nil
}

// readAt reads from the file; that it is shorter than its size says is a truncation.
func (f *file) readAt(b []byte, off int64) error {
	n, err := f.r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("at %#x: %w", off, err)
}

// inflated is the source of a compressed variable. Bytes are inflated as far as they are asked
// for; the first keep of them stay in memory, later ones are inflated again when they are needed
// again, so that reading forwards is always one pass.
type inflated struct {
	r      io.ReaderAt
	off, n int64 // the compressed bytes in the file
	keep   int64

	mu    sync.Mutex
	z     io.ReadCloser
	pos   int64  // of z, in inflated bytes
	kept  []byte // the first bytes
	total int64  // all bytes, once they were counted
}

func (s *inflated) place(off int64) string {
	return fmt.Sprintf("%#x of what 0x%x inflates to", off, s.off)
}

func (s *inflated) read(b []byte, off int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := off + int64(len(b))
	if err := s.fill(min(end, s.keep)); err != nil {
		return s.wrap(err)
	}
	if off < int64(len(s.kept)) {
		n := copy(b, s.kept[off:])
		b, off = b[n:], off+int64(n)
	}
	if len(b) == 0 {
		return nil
	}
	return s.wrap(s.readTail(b, off))
}

// fill inflates the kept bytes up to end. They grow as bytes arrive, doubling, whatever the
// variable declares.
func (s *inflated) fill(end int64) error {
	for int64(len(s.kept)) < end {
		if err := s.seek(int64(len(s.kept))); err != nil {
			return err
		}
		have := len(s.kept)
		grow := min(max(have, 4096), int(end)-have)
		s.kept = append(s.kept, make([]byte, grow)...)
		n, err := io.ReadFull(s.z, s.kept[have:])
		s.kept, s.pos = s.kept[:have+n], s.pos+int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// readTail reads bytes that are not kept.
func (s *inflated) readTail(b []byte, off int64) error {
	if err := s.seek(off); err != nil {
		return err
	}
	n, err := io.ReadFull(s.z, b)
	s.pos += int64(n)
	return err
}

// seek moves z to the inflated offset, from the start again if it is past it.
func (s *inflated) seek(off int64) error {
	if s.z == nil || s.pos > off {
		in := bufio.NewReaderSize(io.NewSectionReader(s.r, s.off, s.n), int(min(64<<10, max(16, s.n))))
		var err error
		if s.z == nil {
			s.z, err = zlib.NewReader(in)
		} else {
			err = s.z.(zlib.Resetter).Reset(in, nil)
		}
		if err != nil {
			s.z = nil
			return err
		}
		s.pos = 0
	}
	n, err := io.CopyN(io.Discard, s.z, off-s.pos)
	s.pos += n
	return err
}

// whole inflates all of the n bytes at once, which is faster than as they are asked for. Where that fails nothing has changed,
// and verify says why.
func (s *inflated) whole(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 0 || n > s.keep || n > claim.MaxRatio*s.n {
		return
	}
	stored := make([]byte, s.n)
	if k, _ := s.r.ReadAt(stored, s.off); k < len(stored) {
		return
	}
	if all, err := inflate.Zlib(make([]byte, n), stored); err == nil && int64(len(all)) == n {
		s.kept, s.total = all, n
	}
}

// verify inflates all: there must be exactly n bytes, and their checksum must be right.
func (s *inflated) verify(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.total == n {
		return nil
	}
	if err := s.fill(min(n, s.keep)); err != nil {
		return s.wrap(err)
	}
	if err := s.seek(n); err != nil {
		return s.wrap(err)
	}
	var one [1]byte
	switch k, err := io.ReadFull(s.z, one[:]); {
	case k > 0:
		s.pos++
		return fmt.Errorf("compressed element at %#x: inflates to more than the %d bytes declared", s.off, n)
	case err != io.EOF:
		return s.wrap(err)
	}
	s.total = n
	return nil
}

func (s *inflated) wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &kindError{ErrTruncated,
			fmt.Sprintf("compressed element at %#x: ends after %d inflated bytes: truncated", s.off, s.pos)}
	}
	return fmt.Errorf("compressed element at %#x: %w", s.off, err)
}

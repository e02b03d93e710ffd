package hdf5

import (
	"fmt"
	"io"

	"oblique/internal/claim"
)

const (
	// undefined is the address of what was never allocated: all bits set, whatever its width in the
	// file.
	undefined = ^uint64(0)

	// pageSize is the unit in which metadata are read. Headers, trees and heaps of neighbouring objects
	// lie together, so that one read of a page serves hundreds of messages.
	pageSize = 64 << 10

	pageCacheBytes  = 8 << 20
	blockCacheBytes = 8 << 20
)

// source is the file as bytes: addresses are relative to the superblock and metadata come from cached
// pages.
type source struct {
	r          io.ReaderAt
	size       uint64 // of the file
	base       uint64 // byte of the file that address 0 stands for
	offsetSize int    // bytes of an address: 2, 4 or 8
	lengthSize int    // bytes of a length: 2, 4 or 8

	pages  *cache[uint64, []byte]
	blocks *cache[uint64, []byte] // metadata with a signature, found sound
}

func newSource(r io.ReaderAt, size int64) *source {
	return &source{
		r:          r,
		size:       uint64(size),
		offsetSize: 8,
		lengthSize: 8,
		pages:      newCache[uint64, []byte](pageCacheBytes),
		blocks:     newCache[uint64, []byte](blockCacheBytes),
	}
}

// allocatable is the number of bytes that may be allocated because the file says so.
func (s *source) allocatable() uint64 { return uint64(claim.Allowance(int64(s.size))) }

// locate returns the byte of the file at addr, once n bytes from there are known to exist.
func (s *source) locate(addr, n uint64) (uint64, error) {
	if addr == undefined {
		return 0, fmt.Errorf("undefined address")
	}
	room := s.size - s.base
	if addr > room || n > room-addr {
		return 0, fmt.Errorf("%d bytes at address %#x go beyond the end of the file (%d bytes): %w",
			n, addr, s.size, io.ErrUnexpectedEOF)
	}
	return s.base + addr, nil
}

// meta returns the n bytes at addr, which the caller must not change.
func (s *source) meta(addr, n uint64) ([]byte, error) {
	pos, err := s.locate(addr, n)
	if err != nil {
		return nil, err
	}
	page := pos / pageSize
	if within := pos % pageSize; within+n <= pageSize {
		p, err := s.page(page)
		if err != nil {
			return nil, err
		}
		return p[within : within+n : within+n], nil
	}
	b := make([]byte, n)
	if n > 4*pageSize {
		return b, s.readAt(b, addr)
	}
	for filled := uint64(0); filled < n; page++ {
		p, err := s.page(page)
		if err != nil {
			return nil, err
		}
		filled += uint64(copy(b[filled:], p[(pos+filled)%pageSize:]))
	}
	return b, nil
}

func (s *source) page(number uint64) ([]byte, error) {
	if p, ok := s.pages.get(number); ok {
		return p, nil
	}
	start := number * pageSize
	p := make([]byte, min(pageSize, s.size-start))
	if err := s.read(p, start); err != nil {
		return nil, err
	}
	s.pages.put(number, p, len(p))
	return p, nil
}

// readAt fills dst from addr, past the cache: it is for elements.
func (s *source) readAt(dst []byte, addr uint64) error {
	pos, err := s.locate(addr, uint64(len(dst)))
	if err != nil {
		return err
	}
	return s.read(dst, pos)
}

func (s *source) read(dst []byte, pos uint64) error {
	n, err := s.r.ReadAt(dst, int64(pos))
	if n == len(dst) {
		return nil // an io.EOF together with all the bytes is none
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read %d of %d bytes at byte %d: %w", n, len(dst), pos, err)
}

// block returns n bytes of metadata at addr which begin with the signature (pages of arrays have none)
// and which check finds sound. They are checked when they are first needed, and again once they have
// left the cache.
func (s *source) block(addr, n uint64, signature string, check func([]byte) error) ([]byte, error) {
	if b, ok := s.blocks.get(addr); ok && uint64(len(b)) == n && string(b[:len(signature)]) == signature {
		return b, nil
	}
	b, err := s.meta(addr, n)
	if err != nil {
		return nil, err
	}
	if err := expect(b, signature); err != nil {
		return nil, err
	}
	if err := check(b); err != nil {
		return nil, err
	}
	s.blocks.put(addr, b, len(b))
	return b, nil
}

// expect verifies the four characters that begin most structures.
func expect(b []byte, signature string) error {
	if len(b) < len(signature) || string(b[:len(signature)]) != signature {
		return fmt.Errorf("no signature %q: found %q", signature, b[:min(len(b), len(signature))])
	}
	return nil
}

package hdf5

import (
	"fmt"
	"sync"

	"oblique/internal/claim"
)

// Prove returns an error unless memory of 8 bytes for each element of count rows from row start on is the
// file's due. Up to 64 MB + 4 × its size the file is believed. What is more must be there: all chunks
// of the rows are decoded once, to nowhere. Elements that were never written, which are all alike and take
// no room in the file, count for nothing, and chunks that together are larger than the file, because
// several share a place, are refused. It costs no memory but that of the chunks under way.
//
// An Array that was proven once remembers the rows.
//
// Errors: ErrTooLarge; a row that is not there; what is wrong with a chunk.
func (a *Array) Prove(start, count int) error {
	b, err := a.rows(start, count)
	if err != nil {
		return inPath(a.path, err)
	}
	n := int64(count) * int64(a.RowLen())
	if n > 1<<60 || !claim.Possible(8*n, int64(a.f.size)) {
		return inPath(a.path, fmt.Errorf("%s in a file of %d bytes: %w", a, a.f.size, ErrTooLarge))
	}
	if claim.Believed(8*n, int64(a.f.size)) {
		return nil
	}
	missing := a.f.allocatable() / uint64(8*a.items())
	if err := a.store.prove(b, missing); err != nil {
		return inPath(a.path, err)
	}
	return nil
}

func (m memory) prove(box, uint64) error { return nil }

func (s broken) prove(box, uint64) error { return s.err }

func (u unwritten) prove(b box, missing uint64) error {
	n, ok := product(b.count)
	if !ok || n > missing {
		return errUnwritten(n)
	}
	return nil
}

func errUnwritten(n uint64) error {
	return fmt.Errorf("%d elements were never written: %w", n, ErrTooLarge)
}

func (s contiguous) prove(box, uint64) error {
	_, err := s.f.locate(s.addr, s.total*uint64(s.size))
	return at("elements", s.addr, err)
}

// provenBox remembers the last box that was proven.
type provenBox struct {
	mu sync.Mutex
	b  box
}

func (p *provenBox) has(b box) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for d := range b.count {
		if p.b.count == nil || b.origin[d] < p.b.origin[d] || b.origin[d]+b.count[d] > p.b.origin[d]+p.b.count[d] {
			return false
		}
	}
	return true
}

func (p *provenBox) set(b box) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.b = b
}

// prove looks all chunks up, which costs little, before it decodes any.
func (s *chunked) prove(b box, missing uint64) error {
	if s.proven.has(b) {
		return nil
	}
	if err := s.count(b, missing); err != nil {
		return err
	}
	err := s.each(b, func() func(chunkCut) error {
		w := s.worker(b, nil)
		return w.prove
	})
	if err == nil {
		s.proven.set(b)
	}
	return err
}

// count adds up what was not written, and the bytes in the file of what was.
func (s *chunked) count(b box, missing uint64) error {
	cuts, total := s.cuts(b)
	var absent, stored uint64
	for i := range total {
		c := cuts.cut(i)
		place, ok, err := s.find(c.scaled)
		if err != nil {
			return err
		}
		if !ok {
			n, _ := product(c.count)
			if absent += n; absent > missing {
				return errUnwritten(absent)
			}
			continue
		}
		if place.size > s.f.size-stored {
			return at("chunk", place.addr, fmt.Errorf("chunk of element [%s]: the chunks together are larger than the file: %w",
				joinIndex(c.corner), ErrTooLarge))
		}
		stored += place.size
	}
	return nil
}

// prove decodes a chunk to nowhere.
func (w *chunkWorker) prove(c chunkCut) error {
	place, ok, err := w.s.find(c.scaled)
	if err != nil || !ok {
		return err
	}
	defer w.borrow()()
	if _, err := w.decode(place, c.edge); err != nil {
		return w.s.misread(place, c, err)
	}
	return nil
}

// misread says which chunk cannot be decoded.
func (s *chunked) misread(place chunkPlace, c chunkCut, err error) error {
	return at("chunk", place.addr, fmt.Errorf("chunk of element [%s]: %w", joinIndex(c.corner), err))
}

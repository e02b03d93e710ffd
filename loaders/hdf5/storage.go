package hdf5

import "sync"

// storage is where the elements of an array lie.
type storage interface {
	// read calls put for the runs of elements that make up the box of the array with that shape. A run is
	// whole elements in row-major order, the first of which is element number at of the box. Runs do not
	// overlap, together they are the box, and several calls may be under way at once. The run is valid
	// during the call only.
	read(shape []uint64, b box, put func(at int, run []byte) error) error

	// prove returns an error if more elements of the box than missing were never written, or if those that
	// were cannot be decoded.
	prove(b box, missing uint64) error
}

// box is a block of an array: origin + [0, count) in each dimension.
type box struct{ origin, count []uint64 }

// eachRun splits a box of count elements, which lies at srcOrigin of an array of shape src and at
// dstOrigin of one of shape dst, into runs that are contiguous in both. It calls fn with the number of
// the run's first element in each and the run's length.
func eachRun(count, src, srcOrigin, dst, dstOrigin []uint64, fn func(from, to, n uint64) error) error {
	rank := len(count)
	for _, c := range count {
		if c == 0 {
			return nil
		}
	}
	run, outer := uint64(1), rank // the run spans dimensions outer … rank-1
	for outer > 0 {
		outer--
		run *= count[outer]
		if count[outer] != src[outer] || count[outer] != dst[outer] {
			break
		}
	}
	var index [maxRank]uint64
	for {
		var from, to uint64
		for d := range rank {
			from = from*src[d] + srcOrigin[d] + index[d]
			to = to*dst[d] + dstOrigin[d] + index[d]
		}
		if err := fn(from, to, run); err != nil {
			return err
		}
		d := outer - 1
		for ; d >= 0; d-- {
			if index[d]++; index[d] < count[d] {
				break
			}
			index[d] = 0
		}
		if d < 0 {
			return nil
		}
	}
}

var zeroOrigin [maxRank]uint64

// memory is elements that are already there: of attributes, of the compact layout, of sequences.
type memory struct {
	data []byte
	size int
}

func (m memory) read(shape []uint64, b box, put func(int, []byte) error) error {
	return eachRun(b.count, shape, b.origin, b.count, zeroOrigin[:len(shape)], func(from, to, n uint64) error {
		size := uint64(m.size)
		return put(int(to), m.data[from*size:(from+n)*size])
	})
}

// unwritten is elements that have no place in the file yet: all have the fill value.
type unwritten struct {
	size int
	fill []byte // empty: zeros
}

func (u unwritten) read(shape []uint64, b box, put func(int, []byte) error) error {
	n := uint64(1)
	for _, c := range b.count {
		n *= c
	}
	return u.put(0, n, u.run(n), put)
}

// run returns up to n elements of the fill value.
func (u unwritten) run(n uint64) []byte {
	n = min(n, u.most())
	b := make([]byte, int(n)*u.size)
	for filled := copy(b, u.fill); filled > 0 && filled < len(b); filled *= 2 {
		copy(b[filled:], b[:filled])
	}
	return b
}

// most is how many elements are prepared at most.
func (u unwritten) most() uint64 { return uint64(max(1, 64<<10/u.size)) }

// put puts n fill values, with as many calls as the prepared run makes necessary.
func (u unwritten) put(at int, n uint64, run []byte, put func(int, []byte) error) error {
	most := uint64(len(run) / u.size)
	for n > 0 {
		k := min(n, most)
		if err := put(at, run[:int(k)*u.size]); err != nil {
			return err
		}
		at += int(k)
		n -= k
	}
	return nil
}

// contiguous is elements that lie one after the other in the file.
type contiguous struct {
	f     *File
	addr  uint64
	size  int    // bytes of an element
	total uint64 // elements
}

// windowBytes is how much is read at a time.
const windowBytes = 256 << 10

var windowBuffers = sync.Pool{New: func() any { return new([]byte) }}

func (s contiguous) read(shape []uint64, b box, put func(int, []byte) error) error {
	buf := windowBuffers.Get().(*[]byte)
	w := &window{s: s, buf: (*buf)[:0]}
	defer func() {
		*buf = w.buf
		windowBuffers.Put(buf)
	}()
	return eachRun(b.count, shape, b.origin, b.count, zeroOrigin[:len(shape)], func(from, to, n uint64) error {
		for n > 0 {
			run, err := w.elements(from, n)
			if err != nil {
				return at("elements", s.addr, err)
			}
			k := uint64(len(run) / s.size)
			if err := put(int(to), run); err != nil {
				return err
			}
			from, to, n = from+k, to+k, n-k
		}
		return nil
	})
}

// window is a part of the elements in memory. Short runs that lie close together, as of a few columns,
// are served from one read.
type window struct {
	s     contiguous
	first uint64 // element that buf begins with
	buf   []byte
	runs  int // so far
}

// elements returns at least one and at most n elements, from the given one on.
func (w *window) elements(from, n uint64) ([]byte, error) {
	size := uint64(w.s.size)
	have := uint64(len(w.buf)) / size
	if from < w.first || from >= w.first+have {
		if err := w.move(from, n); err != nil {
			return nil, err
		}
		have = uint64(len(w.buf)) / size
	}
	i := from - w.first
	k := min(n, have-i)
	return w.buf[i*size : (i+k)*size], nil
}

func (w *window) move(from, n uint64) error {
	size := uint64(w.s.size)
	most := max(1, windowBytes/size)
	want := min(n, most)
	if w.runs++; w.runs > 1 { // more will follow
		want = min(w.s.total-from, most)
	}
	if _, err := w.s.f.locate(w.s.addr, (from+want)*size); err != nil {
		return err
	}
	w.first = from
	w.buf = grow(w.buf, int(want*size))
	err := w.s.f.readAt(w.buf, w.s.addr+from*size)
	if err != nil {
		w.buf = w.buf[:0]
	}
	return err
}

// broken is elements that cannot be read, for a reason known since the dataset was opened.
type broken struct{ err error }

func (s broken) read([]uint64, box, func(int, []byte) error) error { return s.err }

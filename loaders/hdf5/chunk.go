package hdf5

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// chunkPlace is where a chunk lies.
type chunkPlace struct {
	addr uint64
	size uint64 // bytes in the file
	mask uint32 // bit i: filter i was left out
}

// chunkIndex finds chunks by their scaled coordinates: those of the first element, divided by the
// shape of a chunk. The answer is false where the chunk was never written.
type chunkIndex interface {
	find(scaled []uint64) (chunkPlace, bool, error)
}

// chunkKey names a decoded chunk: damaged files may use one address for several.
type chunkKey struct {
	owner uint64
	place chunkPlace
}

// chunked is elements in chunks of equal shape, each of which went through the filters by itself.
type chunked struct {
	f        *File
	owner    uint64   // object header of the dataset
	shape    []uint64 // of the dataset
	chunk    []uint64 // of a chunk
	size     int      // bytes of an element
	bytes    int      // of a chunk
	index    chunkIndex
	filters  pipeline
	rawEdges bool
	empty    unwritten
	proven   provenBox
}

// decodingBytes bounds what the goroutines of one read hold in chunks, beyond one chunk each.
const decodingBytes = 64 << 20

func (s *chunked) read(_ []uint64, b box, put func(int, []byte) error) error {
	return s.each(b, func() func(chunkCut) error {
		w := s.worker(b, put)
		return w.chunk
	})
}

// each gives the chunks that have a part in the box to workers, as many as processors and memory allow.
func (s *chunked) each(b box, worker func() func(chunkCut) error) error {
	cuts, total := s.cuts(b)
	workers := min(runtime.GOMAXPROCS(0), total, max(1, decodingBytes/(2*s.bytes)))
	if workers > 1 {
		return inOrder(workers, total, func() func(int) error {
			cuts, do := cuts.clone(), worker()
			return func(i int) error { return do(cuts.cut(i)) }
		})
	}
	do := worker()
	for i := range total {
		if err := do(cuts.cut(i)); err != nil {
			return err
		}
	}
	return nil
}

// inOrder does total jobs with several workers and returns the error of the first job, in order, that
// has one, just as a single worker would.
func inOrder(workers, total int, newWorker func() func(int) error) error {
	var next atomic.Int64
	var mu sync.Mutex
	var firstErr error
	failed := total
	var wg sync.WaitGroup
	for range workers {
		do := newWorker()
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				mu.Lock()
				stop := i >= failed
				mu.Unlock()
				if stop {
					return
				}
				err := do(i)
				if err == nil {
					continue
				}
				mu.Lock()
				if i < failed {
					failed, firstErr = i, err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return firstErr
}

// chunkCut is what a chunk has in common with a box.
type chunkCut struct {
	scaled, corner  []uint64 // of the chunk: its place in the grid, and its first element
	from, to, count []uint64 // origin of the common part in the chunk and in the box, and its shape
	whole           bool     // the part is the chunk
	edge            bool     // the chunk reaches beyond the dataset
}

// chunkCuts makes the cuts of a box: there is one for each chunk of a grid that begins at first.
type chunkCuts struct {
	s           *chunked
	b           box
	first, grid []uint64
	c           chunkCut // the last one made
}

// cuts also returns how many there are, which is no more than elements in the box.
func (s *chunked) cuts(b box) (*chunkCuts, int) {
	rank := len(s.chunk)
	x := &chunkCuts{s: s, b: b, first: make([]uint64, rank), grid: make([]uint64, rank)}
	total := 1
	for d := range rank {
		if b.count[d] == 0 {
			return x, 0
		}
		x.first[d] = b.origin[d] / s.chunk[d]
		x.grid[d] = (b.origin[d]+b.count[d]-1)/s.chunk[d] - x.first[d] + 1
		total *= int(x.grid[d])
	}
	return x.clone(), total
}

// clone is for another goroutine.
func (x *chunkCuts) clone() *chunkCuts {
	y, rank := *x, len(x.grid)
	v := make([]uint64, 5*rank)
	y.c = chunkCut{scaled: v[:rank], corner: v[rank : 2*rank], from: v[2*rank : 3*rank], to: v[3*rank : 4*rank], count: v[4*rank:]}
	return &y
}

// cut makes cut number i. It is good until the next one is made.
func (x *chunkCuts) cut(i int) chunkCut {
	c, chunk := &x.c, x.s.chunk
	c.whole, c.edge = true, false
	for d := len(x.grid) - 1; d >= 0; d-- {
		c.scaled[d] = x.first[d] + uint64(i)%x.grid[d]
		i /= int(x.grid[d])
		c.corner[d] = c.scaled[d] * chunk[d]
		end := min(c.corner[d]+chunk[d], x.s.shape[d])
		c.edge = c.edge || end < c.corner[d]+chunk[d]
		lo := max(c.corner[d], x.b.origin[d])
		hi := min(end, x.b.origin[d]+x.b.count[d])
		c.whole = c.whole && lo == c.corner[d] && hi == end
		c.from[d], c.to[d], c.count[d] = lo-c.corner[d], lo-x.b.origin[d], hi-lo
	}
	return *c
}

// chunkWorker puts chunks of one box, one after the other.
type chunkWorker struct {
	s       *chunked
	b       box
	put     func(int, []byte) error
	scratch *scratch // while a chunk is under way
	fill    []byte
}

// scratches outlive a read: those who read by rows come again.
var scratches = sync.Pool{New: func() any { return new(scratch) }}

// borrow takes the memory to decode a chunk in, and returns what gives it back.
func (w *chunkWorker) borrow() func() {
	w.scratch = scratches.Get().(*scratch)
	return func() { scratches.Put(w.scratch) }
}

func (s *chunked) worker(b box, put func(int, []byte) error) *chunkWorker {
	return &chunkWorker{s: s, b: b, put: put}
}

// chunk puts what a chunk has in common with the box.
func (w *chunkWorker) chunk(c chunkCut) error {
	s := w.s
	defer w.borrow()()
	data, err := w.data(c)
	if err != nil {
		return err
	}
	size := uint64(s.size)
	return eachRun(c.count, s.chunk, c.from, w.b.count, c.to, func(from, to, n uint64) error {
		if data != nil {
			return w.put(int(to), data[from*size:(from+n)*size])
		}
		if uint64(len(w.fill)) < size*min(n, s.empty.most()) {
			w.fill = s.empty.run(n)
		}
		return s.empty.put(int(to), n, w.fill, w.put)
	})
}

// find returns where a chunk lies, and false if it was never written.
func (s *chunked) find(scaled []uint64) (chunkPlace, bool, error) {
	place, ok, err := s.index.find(scaled)
	return place, ok && place.addr != undefined, err
}

// data returns the decoded chunk, or nil if it was never written. Chunks of which only a part is wanted
// now are kept, for the next rows are likely to want the rest.
func (w *chunkWorker) data(c chunkCut) ([]byte, error) {
	s := w.s
	place, ok, err := s.find(c.scaled)
	if err != nil || !ok {
		return nil, err
	}
	key := chunkKey{s.owner, place}
	if data, ok := s.f.chunks.get(key); ok {
		return data, nil
	}
	data, err := w.decode(place, c.edge)
	if err != nil {
		return nil, s.misread(place, c, err)
	}
	if !c.whole {
		data = append(make([]byte, 0, len(data)), data...)
		s.f.chunks.put(key, data, len(data))
	}
	return data, nil
}

func (w *chunkWorker) decode(place chunkPlace, edge bool) ([]byte, error) {
	s := w.s
	if _, err := s.f.locate(place.addr, place.size); err != nil {
		return nil, err
	}
	w.scratch.stored = grow(w.scratch.stored, int(place.size))
	if err := s.f.readAt(w.scratch.stored, place.addr); err != nil {
		return nil, err
	}
	filters := s.filters
	if edge && s.rawEdges {
		filters = nil
	}
	return filters.decode(w.scratch.stored, place.mask, s.bytes, w.scratch)
}

func joinIndex(index []uint64) string {
	s := ""
	for i, x := range index {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprint(x)
	}
	return s
}

// singleChunk is the index of a dataset that is one chunk.
type singleChunk chunkPlace

func (c singleChunk) find(scaled []uint64) (chunkPlace, bool, error) {
	for _, s := range scaled {
		if s != 0 {
			return chunkPlace{}, false, fmt.Errorf("a second chunk in a dataset of one")
		}
	}
	return chunkPlace(c), true, nil
}

// implicitIndex is the index of chunks that were all allocated at once, one after the other.
type implicitIndex struct {
	addr, bytes uint64
	grid        []uint64
}

func (x implicitIndex) find(scaled []uint64) (chunkPlace, bool, error) {
	i, err := gridIndex(scaled, x.grid)
	if err == nil && i > (undefined-x.addr)/x.bytes {
		err = fmt.Errorf("chunk %d beyond the end of all addresses", i)
	}
	return chunkPlace{addr: x.addr + i*x.bytes, size: x.bytes}, true, at("chunks", x.addr, err)
}

// gridIndex numbers the chunks of a grid in row-major order.
func gridIndex(scaled, grid []uint64) (uint64, error) {
	i := uint64(0)
	for d, s := range scaled {
		if s >= grid[d] {
			return 0, fmt.Errorf("chunk [%s] outside a grid of %s", joinIndex(scaled), joinDims(grid))
		}
		i = i*grid[d] + s
	}
	return i, nil
}

// chunkTree2 is the index of chunks that may grow along several dimensions: a version 2 B-tree.
type chunkTree2 struct {
	f        *File
	addr     uint64
	rank     int
	bytes    uint64
	filtered bool

	once sync.Once
	tree *btree2
	err  error
}

func (x *chunkTree2) open() {
	kind, least := uint8(plainChunks), x.f.offsetSize+8*x.rank
	if x.filtered {
		kind, least = filteredChunks, least+1+4
	}
	x.tree, x.err = x.f.btree2(x.addr, kind)
	if x.err != nil {
		return
	}
	if size := x.tree.recordSize; size < least || size > least+7 || !x.filtered && size != least {
		x.err = at("B-tree header", x.addr, fmt.Errorf("records of %d bytes", size))
	}
}

func (x *chunkTree2) find(scaled []uint64) (chunkPlace, bool, error) {
	if x.once.Do(x.open); x.err != nil {
		return chunkPlace{}, false, x.err
	}
	record, ok, err := x.tree.find(func(r []byte) int {
		coordinates := r[len(r)-8*x.rank:]
		for d, s := range scaled {
			if k := uintLE(coordinates[8*d : 8*d+8]); k < s {
				return -1
			} else if k > s {
				return 1
			}
		}
		return 0
	})
	if err != nil || !ok {
		return chunkPlace{}, false, err
	}
	return x.f.chunkEntry(record[:len(record)-8*x.rank], x.bytes, x.filtered), true, nil
}

// chunkEntry decodes an address, which for filtered chunks a size of as many bytes as are left and a
// filter mask follow.
func (f *File) chunkEntry(b []byte, bytes uint64, filtered bool) chunkPlace {
	c := f.cursor(b)
	p := chunkPlace{addr: c.address(), size: bytes}
	if filtered {
		p.size = c.uint(c.rest() - 4)
		p.mask = c.u32()
	}
	return p
}

// entryBytes verifies the size of an entry of an array of chunks.
func (f *File) entryBytes(size int, client uint8, filtered bool) error {
	want := uint8(0)
	least, most := f.offsetSize, f.offsetSize
	if filtered {
		want, least, most = 1, f.offsetSize+1+4, f.offsetSize+8+4
	}
	if client != want {
		return fmt.Errorf("entries of type %d where %d belongs", client, want)
	}
	if size < least || size > most {
		return fmt.Errorf("entries of %d bytes", size)
	}
	return nil
}

package preprocess

import (
	"fmt"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// activity is binned, smoothed activity in Hz, made a block of rows at a time. It is the Stream of a
// recording, and fills its matrix otherwise: either way no more than a block exists besides.
type activity struct {
	src    source
	kernel kernel
	pieces []piece
	first  []int // number of each piece's first row, and at the end of all rows
	pool   sync.Pool
}

func newActivity(src source, k kernel, pieces []piece) *activity {
	a := &activity{src: src, kernel: k, pieces: pieces, first: make([]int, len(pieces)+1)}
	for i, p := range pieces {
		a.first[i+1] = a.first[i] + p.rows()
	}
	a.pool.New = func() any { return &scratch{transform: transform{weights: k.weights}} }
	return a
}

// Dims returns the number of rows and neurons.
func (a *activity) Dims() (t, n int) { return a.first[len(a.pieces)], a.src.neurons() }

// bytes returns what the whole matrix would take.
func (a *activity) bytes() int64 {
	t, n := a.Dims()
	return 8 * int64(t) * int64(n)
}

// ReadRows sets dst to rows from, from+1, …: as many as it holds. The cost of a call is that of its rows
// and of those within reach of the kernel, so blocks should be longer than the kernel.
func (a *activity) ReadRows(dst []float64, from int) error {
	t, n := a.Dims()
	rows := len(dst) / n
	if from < 0 || len(dst)%n != 0 || from+rows > t {
		return fmt.Errorf("preprocess: rows %d to %d of %d", from, from+rows, t)
	}
	s := a.pool.Get().(*scratch)
	defer a.pool.Put(s)
	i := sort.SearchInts(a.first, from+1) - 1 // the piece that row from lies in
	for ; rows > 0; i++ {
		p := a.pieces[i]
		skip := from - a.first[i]
		take := min(rows, p.rows()-skip)
		p.from += skip * p.step
		p.to = min(p.to, p.from+take*p.step)
		if err := a.read(dst[:take*n], p, s); err != nil {
			return err
		}
		dst = dst[take*n:]
		from += take
		rows -= take
	}
	return nil
}

// scratch is what one goroutine needs to make rows.
type scratch struct {
	counts    []float64
	smooth    []float64
	transform transform
}

// grow returns s with n elements, whatever they are.
func grow(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

// read sets dst to the rows of a piece.
func (a *activity) read(dst []float64, p piece, s *scratch) error {
	if g, ok := a.src.(gridRows); ok && a.kernel.identity() {
		err := g.sums(dst, p, p.from, p.to, p.step)
		if div := g.per(); div != 1 {
			for i := range dst {
				dst[i] /= div
			}
		}
		return err
	}
	// The bins that the rows depend on.
	lo := max(p.within.From, p.from-a.kernel.back)
	hi := min(p.within.To, p.to+a.kernel.ahead)
	n := a.src.neurons()
	s.counts = grow(s.counts, n*(hi-lo))
	if err := a.src.fill(s.counts, p, lo, hi); err != nil {
		return err
	}
	// Neurons go through in groups that fill a cache line of the row-major result.
	const group = 8
	bins := p.to - p.from
	s.smooth = grow(s.smooth, group*bins)
	for u := 0; u < n; u += group {
		us := min(group, n-u)
		for i := range us {
			x := s.counts[(u+i)*(hi-lo) : (u+i+1)*(hi-lo)]
			a.kernel.convolve(s.smooth[i*bins:(i+1)*bins], x, p.from-lo, &s.transform)
		}
		a.store(dst[u:], s.smooth, p, us, n)
	}
	return nil
}

// store writes us smoothed neurons, one after another in smooth, into columns of rows of n, in Hz.
func (a *activity) store(dst, smooth []float64, p piece, us, n int) {
	bins := p.to - p.from
	per := a.src.per()
	for k := 0; k < bins; k += p.step {
		div := per * a.kernel.norm(p.from+k, p.within)
		row := dst[k/p.step*n:][:us]
		for i := range row {
			row[i] = smooth[i*bins+k] / div
		}
	}
}

// dense makes the whole matrix. Blocks are of a fixed size and each value is made in one way, so that
// the result does not depend on the number of processors.
func (a *activity) dense() (*mat.Dense, error) {
	t, n := a.Dims()
	x := mat.NewDense(t, n, nil)
	data := x.RawMatrix().Data
	block := a.blockRows()
	err := parallel((t+block-1)/block, func(b int) error {
		from := b * block
		return a.ReadRows(data[from*n:min(from+block, t)*n], from)
	})
	return x, err
}

// blockRows returns how many rows to make at a time: enough for the cache, and long against the
// kernel, whose reach is made anew for every block.
func (a *activity) blockRows() int {
	return max(1<<17/max(a.src.neurons(), 1), 64, 8*len(a.kernel.weights))
}

// parallel calls f(0), …, f(n−1) on all processors, and returns the error of the lowest index that
// failed.
func parallel(n int, f func(i int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, n)
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if errs[i] = f(i); errs[i] != nil {
					next.Store(int64(n))
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

var _ recording.Rows = (*activity)(nil)

package hdf5

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// However many workers there are, each job is done at most once, and the error is that of the first
// job that has one.
func TestInOrder(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		for _, bad := range []int{0, 3, 40, 99, 100} {
			var mu sync.Mutex
			done := make(map[int]int)
			err := inOrder(workers, 100, func() func(int) error {
				return func(i int) error {
					mu.Lock()
					defer mu.Unlock()
					done[i]++
					if i >= bad && i%2 == bad%2 {
						return fmt.Errorf("job %d", i)
					}
					return nil
				}
			})
			if bad == 100 {
				if err != nil || len(done) != 100 {
					t.Errorf("%d jobs, %v", len(done), err)
				}
			} else if err == nil || err.Error() != fmt.Sprintf("job %d", bad) {
				t.Errorf("%d workers: %v instead of job %d", workers, err, bad)
			}
			for i, n := range done {
				if n != 1 {
					t.Errorf("job %d was done %d times", i, n)
				}
			}
		}
	}
}

// Rows read by many goroutines at a time are the same as by one.
func TestConcurrentReads(t *testing.T) {
	d := dataset(t, "layouts_latest", "grows_both_deflate")
	want, err := d.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 40 {
				start := (7*g + 3*i) % (d.Rows() - 4)
				got := make([]float64, 4*d.RowLen())
				if err := d.ReadFloat64(got, start, 4); err != nil {
					t.Error(err)
				}
				if !slices.Equal(got, want[start*d.RowLen():(start+4)*d.RowLen()]) {
					t.Errorf("rows from %d differ", start)
				}
			}
		})
	}
	wg.Wait()
}

// A chunk index of version 1 has no checksum: damage that would hide chunks is found by the order of
// its keys.
func TestChunkTreeOrder(t *testing.T) {
	whole := fixtureBytes(t, "layouts_earliest")
	f := openFixture(t, "layouts_earliest")
	d, err := f.Dataset("deflate")
	if err != nil {
		t.Fatal(err)
	}
	key := int(d.layout.addr) + 24 + 2*(8+24+8) // the third: its chunk begins at element [0, 8]
	for _, c := range []struct {
		at   int
		set  byte
		want string
	}{
		{key + 8, 200, "keys 2 and 3 are out of order"},
		{key + 16, 9, "no multiple of 8×4"},
	} {
		damaged := slices.Clone(whole)
		damaged[c.at] = c.set
		f, err := NewReader(strings.NewReader(string(damaged)), int64(len(damaged)))
		if err != nil {
			t.Fatal(err)
		}
		d, err := f.Dataset("deflate")
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Float64s()
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "hdf5: /deflate: chunk B-tree at 0x") {
			t.Errorf("%v instead of %q", err, c.want)
		}
	}
}

func TestChunkGrid(t *testing.T) {
	got, err := chunkGrid([]uint64{10, 8, 0, 1}, []uint64{4, 4, 3, 9})
	if err != nil || !slices.Equal(got, []uint64{3, 2, 0, 1}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := chunkGrid([]uint64{unlimited}, []uint64{4}); err == nil {
		t.Error("an unlimited dimension")
	}
	if _, err := gridIndex([]uint64{3, 0}, []uint64{3, 2}); err == nil {
		t.Error("a chunk outside the grid")
	}
}

func TestUnsupportedFilterIsNamed(t *testing.T) {
	_, err := dataset(t, "layouts_latest", "scaleoffset").Float64s()
	if !errors.Is(err, ErrUnsupported) || !strings.HasSuffix(err.Error(), "chunk of element [0, 0]: filter 6 (scaleoffset): unsupported") {
		t.Error(err)
	}
}

// Package hostile damages files and watches what a reader makes of them: no panic, no more than five
// seconds, no more memory than a file is believed about, and errors that name the place. It is imported by tests
// alone.
package hostile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime/metrics"
	"testing"
	"time"

	"oblique/internal/claim"
)

// longest is how long reading a small file may take, whatever is in it.
const longest = 5 * time.Second

// A Reader of one format.
type Reader struct {
	// Read reads everything in a file, part by part as callers would, and calls done after each with its error
	// or nil. Memory is counted from one call to the next.
	Read func(file []byte, done func(error))

	// Placed tells whether an error names where in the file it was met.
	Placed func(error) bool
}

// Check reads a file within the limits, and returns the errors.
func (r Reader) Check(t testing.TB, what string, file []byte) []error {
	t.Helper()
	var errs []error
	start, before := time.Now(), allocated()
	r.Read(file, func(err error) {
		now := allocated()
		if !claim.Believed(int64(now-before), int64(len(file))) {
			t.Fatalf("%s: %d bytes allocated for a file of %d, after which: %v", what, now-before, len(file), err)
		}
		before = now
		if err == nil {
			return
		}
		if !r.Placed(err) {
			t.Fatalf("%s: no place in %q", what, err)
		}
		errs = append(errs, err)
	})
	if took := time.Since(start); took > longest {
		t.Fatalf("%s: reading took %v", what, took)
	}
	return errs
}

// Cut checks a file cut at every percent of its length, and calls each with the errors.
func (r Reader) Cut(t testing.TB, what string, file []byte, each func(percent int, errs []error)) {
	t.Helper()
	for percent := range 100 {
		cut := bytes.Clone(file[:len(file)*percent/100])
		each(percent, r.Check(t, fmt.Sprintf("%s cut at %d %%", what, percent), cut))
	}
}

// Flip checks files in n of which one to four bytes are changed. Half of the changes are put where they hurt:
// into the first or the last eighth of the file, where headers and directories are.
func (r Reader) Flip(t testing.TB, what string, n int, files ...[]byte) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), uint64(len(what))))
	for i := range n {
		file := bytes.Clone(files[i%len(files)])
		for range 1 + rng.IntN(4) {
			at := rng.IntN(len(file))
			switch rng.IntN(4) {
			case 0:
				at /= 8
			case 1:
				at = len(file) - 1 - at/8
			}
			switch rng.IntN(4) {
			case 0:
				file[at] = 0
			case 1:
				file[at] = 0xff
			case 2:
				file[at] ^= 1 << rng.IntN(8)
			default:
				file[at] = byte(rng.Uint32())
			}
		}
		r.Check(t, fmt.Sprintf("%s, flip %d", what, i), file)
	}
}

// Flips is how many damaged files a format is tested with.
func Flips() int {
	if testing.Short() {
		return 300
	}
	return 10_000
}

// allocated is the memory that was ever taken from the heap.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

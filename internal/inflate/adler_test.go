package inflate

import (
	"bytes"
	"hash/adler32"
	"math/rand/v2"
	"testing"
)

// The standard library's is the reference.
func TestAdler32(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 1<<16)
	for i := range random {
		random[i] = byte(rng.Uint32())
	}
	for _, p := range [][]byte{random, bytes.Repeat([]byte{0xff}, 1<<20), make([]byte, 1000)} {
		for n := 0; n < 600; n++ {
			if got, want := adlerOf(p[:n]), adler32.Checksum(p[:n]); got != want {
				t.Fatalf("%d bytes: %#x, want %#x", n, got, want)
			}
		}
		if got, want := adlerOf(p), adler32.Checksum(p); got != want {
			t.Fatalf("%d bytes: %#x, want %#x", len(p), got, want)
		}
	}
}

func BenchmarkAdler(b *testing.B) {
	p := bytes.Repeat([]byte("abcdefghij"), 1<<14)
	for name, sum := range map[string]func([]byte) uint32{"here": adlerOf, "library": adler32.Checksum} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				sum(p)
			}
		})
	}
}

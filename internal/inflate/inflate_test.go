package inflate

import (
	"bytes"
	stdzlib "compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zlib"

	"oblique/internal/hostile"
)

// samples are data of different kinds: one literal after the other, long runs, text, near-random bits.
func samples() map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100000)
	small := make([]byte, 100000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
		small[i] = byte(rng.ExpFloat64() * 2)
	}
	skewed := make([]byte, 0, 200000) // some codes of up to 15 bits
	for i := range 17 {
		for range 1 << i {
			skewed = append(skewed, byte(40+i))
		}
	}
	rng.Shuffle(len(skewed), func(i, j int) { skewed[i], skewed[j] = skewed[j], skewed[i] })
	var text []byte
	for i := range 8000 {
		text = fmt.Appendf(text, "spike %d at %d ms\n", i*i%977, i)
	}
	periods := make([]byte, 0, 100000) // copies of every distance up to 40
	for p := 1; p <= 40; p++ {
		for i := range 2000 {
			periods = append(periods, noise[p*100+i%p])
		}
	}
	far := append(append(bytes.Clone(noise[:32768]), noise[:300]...), noise[:32768]...)
	return map[string][]byte{
		"empty": nil, "one": {7}, "few": []byte("abcabcabcabc"), "noise": noise, "small": small, "text": text,
		"skewed": skewed, "zeros": make([]byte, 300000), "periods": periods, "far": far,
	}
}

func TestInflate(t *testing.T) {
	for name, want := range samples() {
		for level := stdzlib.HuffmanOnly; level <= 9; level++ {
			stream := hostile.Deflate(t, want, level)
			for _, room := range []int{len(want), len(want) + 1, len(want) + 1000} {
				got, err := Zlib(make([]byte, room), stream)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s, level %d, room %d: %d bytes of %d: %v", name, level, room, len(got), len(want), err)
				}
			}
			if len(want) == 0 {
				continue
			}
			if _, err := Zlib(make([]byte, len(want)-1), stream); !errors.Is(err, ErrSize) {
				t.Errorf("%s, level %d: one byte too many: %v", name, level, err)
			}
		}
	}
}

// Every truncation of a stream is noticed.
func TestInflateTruncated(t *testing.T) {
	for name, want := range samples() {
		stream := hostile.Deflate(t, want[:min(len(want), 3000)], 6)
		for n := range stream {
			if _, err := Zlib(make([]byte, len(want)), stream[:n]); err == nil {
				t.Errorf("%s: %d of %d bytes are enough", name, n, len(stream))
			}
		}
	}
}

// What is damaged is an error exactly where it is one for the standard library, with the same content
// otherwise.
func FuzzInflate(f *testing.F) {
	for _, data := range samples() {
		for _, level := range []int{0, 1, 9} {
			f.Add(hostile.Deflate(f, data[:min(len(data), 2000)], level))
		}
	}
	f.Fuzz(compareInflate)
}

func compareInflate(t *testing.T, stream []byte) {
	const room = 1 << 17
	got, err := Zlib(make([]byte, room), stream)
	r, want := io.Reader(nil), []byte(nil)
	z, wantErr := stdzlib.NewReader(bytes.NewReader(stream))
	if wantErr == nil {
		r = z
		want, wantErr = io.ReadAll(io.LimitReader(r, room+1))
	}
	if len(want) > room {
		wantErr = ErrSize
	}
	if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, %v; the standard library: %d bytes, %v", len(got), err, len(want), wantErr)
	}
}

func TestInflateDamaged(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for name, data := range samples() {
		stream := hostile.Deflate(t, data[:min(len(data), 5000)], 1+rng.IntN(9))
		t.Run(name, func(t *testing.T) {
			for range 500 {
				damaged := bytes.Clone(stream)
				for range 1 + rng.IntN(3) {
					damaged[rng.IntN(len(damaged))] ^= byte(1 << rng.IntN(8))
				}
				compareInflate(t, damaged)
			}
		})
	}
}

// BenchmarkInflate compares with the decompressors of the standard library and of klauspost/compress.
func BenchmarkInflate(b *testing.B) {
	for _, name := range []string{"small", "text", "skewed", "noise"} {
		data := samples()[name]
		stream := hostile.Deflate(b, data, 4)
		out := make([]byte, len(data))
		run := func(which string, inflate func() error) {
			b.Run(name+"/"+which, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					if err := inflate(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		run("ours", func() error {
			_, err := Zlib(out, stream)
			return err
		})
		std, err := stdzlib.NewReader(bytes.NewReader(stream))
		if err != nil {
			b.Fatal(err)
		}
		run("std", func() error {
			if err := std.(stdzlib.Resetter).Reset(bytes.NewReader(stream), nil); err != nil {
				return err
			}
			_, err := io.ReadFull(std, out)
			return err
		})
		k, err := zlib.NewReader(bytes.NewReader(stream))
		if err != nil {
			b.Fatal(err)
		}
		run("klauspost", func() error {
			if err := k.(zlib.Resetter).Reset(bytes.NewReader(stream), nil); err != nil {
				return err
			}
			_, err := io.ReadFull(k, out)
			return err
		})
	}
}

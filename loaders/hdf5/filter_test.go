package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"oblique/internal/hostile"
	"oblique/internal/inflate"
)

func noise() []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 100000)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func text() []byte {
	var b []byte
	for i := range 8000 {
		b = fmt.Appendf(b, "spike %d at %d ms\n", i*i%977, i)
	}
	return b
}

func shuffle(data []byte, width int) []byte {
	n := len(data) / width
	out := bytes.Clone(data)
	for i := range n {
		for k := range width {
			out[k*n+i] = data[i*width+k]
		}
	}
	return out
}

func TestUnshuffle(t *testing.T) {
	data := noise()
	for width := 2; width <= 17; width++ {
		for _, n := range []int{0, 1, width - 1, width, width + 1, 7*width + 3, 100 * width} {
			out := make([]byte, n)
			unshuffle(out, shuffle(data[:n], width), width)
			if !bytes.Equal(out, data[:n]) {
				t.Errorf("width %d, %d bytes", width, n)
			}
		}
	}
}

func TestPipeline(t *testing.T) {
	want := text()[:4000]
	withSum := func(data []byte) []byte {
		sum := fletcher32(data)
		return append(bytes.Clone(data), byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
	}
	shuffled := shuffle(want, 4)
	four := filter{id: filterShuffle, values: []uint32{4}}
	for name, c := range map[string]struct {
		p    pipeline
		data []byte
		mask uint32
		err  error
	}{
		"none":                  {nil, want, 0, nil},
		"deflate":               {pipeline{{id: filterDeflate}}, hostile.Deflate(t, want, 6), 0, nil},
		"shuffle deflate":       {pipeline{four, {id: filterDeflate}}, hostile.Deflate(t, shuffled, 6), 0, nil},
		"all":                   {pipeline{four, {id: filterDeflate}, {id: filterFletcher32}}, withSum(hostile.Deflate(t, shuffled, 6)), 0, nil},
		"checksum first":        {pipeline{{id: filterFletcher32}, {id: filterDeflate}}, hostile.Deflate(t, withSum(want), 1), 0, nil},
		"deflate twice":         {pipeline{{id: filterDeflate}, {id: filterDeflate}}, hostile.Deflate(t, hostile.Deflate(t, want, 1), 1), 0, nil},
		"deflate left out":      {pipeline{four, {id: filterDeflate}}, shuffled, 1 << 1, nil},
		"unknown left out":      {pipeline{{id: 4}}, want, 1, nil},
		"unknown":               {pipeline{{id: 4}}, want, 0, ErrUnsupported},
		"deflate short":         {pipeline{{id: filterDeflate}}, hostile.Deflate(t, want[:3999], 6), 0, io.ErrUnexpectedEOF},
		"deflate long":          {pipeline{{id: filterDeflate}}, hostile.Deflate(t, append(bytes.Clone(want), 1), 6), 0, inflate.ErrSize},
		"deflate impossible":    {pipeline{{id: filterDeflate}}, []byte{0x78, 0x9c}, 0, io.ErrUnexpectedEOF},
		"lzf damaged":           {pipeline{{id: filterLZF}}, bytes.Repeat([]byte{0xff}, 100), 0, errLZF},
		"lzf short":             {pipeline{{id: filterLZF}}, append([]byte{31}, want[:32]...), 0, io.ErrUnexpectedEOF},
		"lzf breaks off":        {pipeline{{id: filterLZF}}, append([]byte{31}, want[:20]...), 0, errLZF},
		"lzf before everything": {pipeline{{id: filterLZF}}, []byte{0, 'a', 0x20, 5}, 0, errLZF},
	} {
		got, err := c.p.decode(c.data, c.mask, len(want), new(scratch))
		switch {
		case c.err == nil && (err != nil || !bytes.Equal(got, want)):
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		case c.err != nil && !errors.Is(err, c.err):
			t.Errorf("%s: %v instead of %v", name, err, c.err)
		}
	}
	damaged := withSum(want)
	damaged[17] ^= 1
	if _, err := (pipeline{{id: filterFletcher32}}).decode(damaged, 0, len(want), new(scratch)); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("wrong checksum: %v", err)
	}
}

func TestLZFOverlap(t *testing.T) {
	// One literal, then nine copies of it: a copy from distance 1 that runs into what it writes.
	got, err := unLZF(make([]byte, 20), []byte{0, 'x', 7 << 5, 0, 0})
	if err != nil || string(got) != strings.Repeat("x", 10) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestFilterNames(t *testing.T) {
	f := openFixture(t, "layouts_earliest")
	for name, want := range map[string][]string{
		"contiguous":  nil,
		"all":         {"shuffle", "deflate(9)", "fletcher32"},
		"lzf":         {"lzf"},
		"scaleoffset": {"filter 6 (scaleoffset)"},
	} {
		d, err := f.Dataset(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Filters(); !slices.Equal(got, want) {
			t.Errorf("%s: %q instead of %q", name, got, want)
		}
	}
}

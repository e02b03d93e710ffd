package matfile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"
	"testing"
)

// plain is an encoder of version 5 files for tests, of either byte order, that does what it is
// told: small elements or not, any types and sizes. It shares nothing with the writer.
type plain struct {
	big   bool
	small bool // elements of up to four bytes take the small form
}

func (p plain) order() binary.AppendByteOrder {
	if p.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (p plain) file(elements ...[]byte) []byte {
	b := make([]byte, 124, 128)
	copy(b, "MATLAB 5.0 MAT-file, for a test")
	b = p.order().AppendUint16(b, 0x0100)
	b = p.order().AppendUint16(b, 0x4d49)
	return append(b, bytes.Join(elements, nil)...)
}

func (p plain) element(t dataType, data []byte) []byte {
	var b []byte
	if n := len(data); p.small && n > 0 && n <= 4 {
		b = p.order().AppendUint32(b, uint32(n)<<16|uint32(t))
	} else {
		b = p.order().AppendUint32(b, uint32(t))
		b = p.order().AppendUint32(b, uint32(n))
	}
	b = append(b, data...)
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	return b
}

// numbers encodes values of any fixed size.
func (p plain) numbers(t dataType, values any) []byte {
	var o interface {
		binary.ByteOrder
		binary.AppendByteOrder
	} = binary.LittleEndian
	if p.big {
		o = binary.BigEndian
	}
	b, err := binary.Append(nil, o, values)
	if err != nil {
		panic(err)
	}
	return p.element(t, b)
}

func (p plain) matrix(class byte, flags uint32, dims []int32, name string, body ...[]byte) []byte {
	return p.element(miMATRIX, bytes.Join(append([][]byte{
		p.numbers(miUINT32, []uint32{flags | uint32(class), 1}),
		p.numbers(miINT32, dims),
		p.element(miINT8, []byte(name)),
	}, body...), nil))
}

func (p plain) double(name string, values ...float64) []byte {
	return p.matrix(mxDouble, 0, []int32{1, int32(len(values))}, name, p.numbers(miDOUBLE, values))
}

func (p plain) compressed(element []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(element)
	w.Close()
	b := p.order().AppendUint32(nil, uint32(miCOMPRESSED))
	b = p.order().AppendUint32(b, uint32(z.Len()))
	return append(b, z.Bytes()...)
}

func (p plain) structure(name string, dims []int32, fields []string, values ...[]byte) []byte {
	names := make([]byte, 32*len(fields))
	for i, f := range fields {
		copy(names[32*i:], f)
	}
	return p.matrix(mxStruct, 0, dims, name, append([][]byte{
		p.numbers(miINT32, []int32{32}), p.element(miINT8, names)}, values...)...)
}

// each runs a test for both byte orders, with small elements and without, compressed and not.
func eachEncoding(t *testing.T, f func(t *testing.T, p plain, wrap func([]byte) []byte)) {
	for _, big := range []bool{false, true} {
		for _, small := range []bool{false, true} {
			for _, z := range []bool{false, true} {
				p := plain{big, small}
				wrap := func(b []byte) []byte { return b }
				name := map[bool]string{false: "little", true: "big"}[big]
				if small {
					name += "-small"
				}
				if z {
					name, wrap = name+"-compressed", p.compressed
				}
				t.Run(name, func(t *testing.T) { f(t, p, wrap) })
			}
		}
	}
}

func read(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func lookup(t testing.TB, f *File, path string) *Array {
	t.Helper()
	a, err := f.Lookup(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sample is a file with all that the encoder can say.
func (p plain) sample(wrap func([]byte) []byte) []byte {
	return p.file(
		wrap(p.double("x", 1.5, -2, math.Inf(1))),
		wrap(p.matrix(mxDouble, 0, []int32{2, 2}, "packed", p.numbers(miUINT16, []uint16{1, 2, 3, 65535}))),
		wrap(p.matrix(mxDouble, flagComplex, []int32{1, 2}, "z", p.numbers(miINT16, []int16{1, -2}), p.numbers(miSINGLE, []float32{0.5, 4}))),
		wrap(p.matrix(7, 0, []int32{1, 1}, "s", p.numbers(miSINGLE, []float32{0.25}))),
		wrap(p.matrix(14, 0, []int32{1, 2}, "long", p.numbers(miINT64, []int64{-1 << 63, 1<<53 + 1}))),
		wrap(p.matrix(15, 0, []int32{1, 1}, "ulong", p.numbers(miUINT64, []uint64{1<<64 - 1}))),
		wrap(p.matrix(9, flagLogical, []int32{1, 3}, "yes", p.numbers(miUINT8, []uint8{1, 0, 1}))),
		wrap(p.matrix(mxChar, 0, []int32{1, 4}, "utf8bytes", p.numbers(miUINT16, []uint16{'a', 0xc3, 0xa9, 'b'}))),
		wrap(p.matrix(mxChar, 0, []int32{1, 2}, "utf16", p.numbers(miUTF16, []uint16{0xd83e, 0xdde0}))),
		wrap(p.matrix(mxChar, 0, []int32{1, 2}, "utf32", p.numbers(miUTF32, []uint32{0x1f9e0, 'x'}))),
		wrap(p.matrix(mxChar, 0, []int32{2, 2}, "rows", p.numbers(miUTF8, []byte("acbd")))),
		wrap(p.matrix(mxSparse, flagLogical, []int32{3, 2}, "lsparse", p.numbers(miINT32, []int32{0, 2, 1}),
			p.numbers(miINT32, []int32{0, 2, 3}), p.numbers(miDOUBLE, []uint8{1, 1, 1}))),
		wrap(p.matrix(mxSparse, flagComplex, []int32{3, 2}, "zsparse", p.numbers(miINT32, []int32{0, 2, 0}),
			p.numbers(miINT32, []int32{0, 1, 2}), p.numbers(miDOUBLE, []float64{1, 2}), p.numbers(miDOUBLE, []float64{3, 4}))),
		wrap(p.structure("D", []int32{1, 2}, []string{"a", "b"}, p.double("", 1), p.element(miMATRIX, nil),
			p.matrix(mxCell, 0, []int32{1, 2}, "", p.double("", 2), p.double("", 3)),
			p.matrix(mxFunction, 0, []int32{1, 1}, "", p.double("", 0)))),
		wrap(p.matrix(mxObject, 0, []int32{1, 1}, "object", p.element(miINT8, []byte("inline")))),
		wrap(p.element(miMATRIX, bytes.Join([][]byte{p.numbers(miUINT32, []uint32{mxOpaque, 0}), p.element(miINT8, []byte("opaque")),
			p.element(miINT8, []byte("MCOS")), p.element(miINT8, []byte("string")), p.double("", 1)}, nil))),
		wrap(p.double("last", 7)),
		p.matrix(9, 0, []int32{1, 8}, "", p.numbers(miUINT8, make([]byte, 8))), // MATLAB's own data
	)
}

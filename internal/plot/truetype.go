package plot

import (
	"encoding/binary"
	"sort"
)

// subsetTrueType returns the font with the outlines of the given glyphs, and of those they are composed of,
// and no others. Glyphs keep their numbers. What a PDF does not read (names, kerning, character maps) is left
// out. The font is one of the embedded Liberation fonts: it is trusted to be well-formed.
//
// Source: OpenType specification 1.9, tables head, loca and glyf.
func subsetTrueType(font []byte, glyphs []uint16) []byte {
	be := binary.BigEndian
	tables := make(map[string][]byte)
	for i := range int(be.Uint16(font[4:])) {
		record := font[12+16*i:]
		offset := be.Uint32(record[8:])
		tables[string(record[:4])] = font[offset : offset+be.Uint32(record[12:])]
	}
	offsets := glyphOffsets(tables)
	keep := closure(tables["glyf"], offsets, glyphs)

	var outlines, loca []byte
	for g := range len(offsets) - 1 {
		loca = be.AppendUint32(loca, uint32(len(outlines)))
		if keep[uint16(g)] {
			outlines = padded(append(outlines, tables["glyf"][offsets[g]:offsets[g+1]]...))
		}
	}
	tables["loca"] = be.AppendUint32(loca, uint32(len(outlines)))
	tables["glyf"] = outlines
	head := append([]byte(nil), tables["head"]...)
	be.PutUint32(head[8:], 0)  // checksum of the whole, set below
	be.PutUint16(head[50:], 1) // loca has 32-bit offsets
	tables["head"] = head
	return assemble(tables)
}

// glyphOffsets returns where each glyph starts in glyf, and the end of the last.
func glyphOffsets(tables map[string][]byte) []uint32 {
	be := binary.BigEndian
	long := be.Uint16(tables["head"][50:]) == 1
	offsets := make([]uint32, int(be.Uint16(tables["maxp"][4:]))+1)
	for i := range offsets {
		if long {
			offsets[i] = be.Uint32(tables["loca"][4*i:])
		} else {
			offsets[i] = 2 * uint32(be.Uint16(tables["loca"][2*i:]))
		}
	}
	return offsets
}

// closure returns the glyphs and all components of composite ones, components' components included.
func closure(glyf []byte, offsets []uint32, glyphs []uint16) map[uint16]bool {
	keep := make(map[uint16]bool)
	for stack := append([]uint16(nil), glyphs...); len(stack) > 0; {
		g := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if keep[g] {
			continue
		}
		keep[g] = true
		stack = append(stack, components(glyf[offsets[g]:offsets[g+1]])...)
	}
	return keep
}

// components returns the glyphs that an outline is composed of; none if it is simple or empty.
func components(outline []byte) []uint16 {
	const (
		wordArguments = 1 << 0
		scale         = 1 << 3
		more          = 1 << 5
		scaleXY       = 1 << 6
		matrix        = 1 << 7
	)
	be := binary.BigEndian
	if len(outline) == 0 || int16(be.Uint16(outline)) >= 0 {
		return nil
	}
	var list []uint16
	for rest := outline[10:]; ; {
		flags := be.Uint16(rest)
		list = append(list, be.Uint16(rest[2:]))
		size := 6
		if flags&wordArguments != 0 {
			size += 2
		}
		switch {
		case flags&scale != 0:
			size += 2
		case flags&scaleXY != 0:
			size += 4
		case flags&matrix != 0:
			size += 8
		}
		if flags&more == 0 {
			return list
		}
		rest = rest[size:]
	}
}

// assemble writes the tables that a renderer needs, in order of their tags, with their checksums.
func assemble(tables map[string][]byte) []byte {
	var tags []string
	for _, tag := range []string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"} {
		if tables[tag] != nil {
			tags = append(tags, tag)
		}
	}
	sort.Strings(tags)

	be := binary.BigEndian
	n, exponent := len(tags), 0
	for 2<<exponent <= n {
		exponent++
	}
	out := be.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, 16 << exponent, exponent, 16*n - 16<<exponent} {
		out = be.AppendUint16(out, uint16(v))
	}
	offset, head := 12+16*n, 0
	var body []byte
	for _, tag := range tags {
		if tag == "head" {
			head = offset + len(body)
		}
		out = append(out, tag...)
		for _, v := range []uint32{checksum(tables[tag]), uint32(offset + len(body)), uint32(len(tables[tag]))} {
			out = be.AppendUint32(out, v)
		}
		body = padded(append(body, tables[tag]...))
	}
	out = append(out, body...)
	be.PutUint32(out[head+8:], 0xB1B0AFBA-checksum(out))
	return out
}

// padded appends zeros up to a multiple of four bytes.
func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// checksum is the sum of the 32-bit words.
func checksum(b []byte) uint32 {
	var sum uint32
	for i, v := range b {
		sum += uint32(v) << (24 - 8*(i%4))
	}
	return sum
}

package plot

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// tablesOf reads the table directory.
func tablesOf(font []byte) map[string][]byte {
	be := binary.BigEndian
	tables := make(map[string][]byte)
	for i := range int(be.Uint16(font[4:])) {
		r := font[12+16*i:]
		offset := be.Uint32(r[8:])
		tables[string(r[:4])] = font[offset : offset+be.Uint32(r[12:])]
	}
	return tables
}

func TestSubsetTrueType(t *testing.T) {
	sans, _ := faces()
	var raw bytes.Buffer
	if _, err := sans.Face.WriteSourceTo(nil, &raw); err != nil {
		t.Fatal(err)
	}
	glyph := func(r rune) uint16 {
		g, err := sans.Face.GlyphIndex(nil, r)
		if err != nil || g == 0 {
			t.Fatalf("no glyph for %q", r)
		}
		return uint16(g)
	}
	rho, umlaut := glyph('ρ'), glyph('ü')
	subset := subsetTrueType(raw.Bytes(), []uint16{0, rho, umlaut})
	if len(subset) > raw.Len()/5 {
		t.Errorf("subset of %d bytes out of %d", len(subset), raw.Len())
	}
	// The checksum adjustment makes the sum of the whole file this constant.
	if sum := checksum(subset); sum != 0xB1B0AFBA {
		t.Errorf("checksum %#x", sum)
	}

	before, after := tablesOf(raw.Bytes()), tablesOf(subset)
	from, to := glyphOffsets(before), glyphOffsets(after)
	if len(from) != len(to) {
		t.Fatalf("%d glyphs, want %d: they keep their numbers", len(to)-1, len(from)-1)
	}
	keep := map[uint16]bool{0: true, rho: true, umlaut: true}
	parts := components(before["glyf"][from[umlaut]:from[umlaut+1]])
	if len(parts) != 2 || parts[0] != glyph('u') && parts[1] != glyph('u') {
		t.Errorf("ü is composed of %v, want u (%d) and a dieresis", parts, glyph('u'))
	}
	for _, g := range parts {
		keep[g] = true
	}
	for g := range len(from) - 1 {
		old, got := before["glyf"][from[g]:from[g+1]], after["glyf"][to[g]:to[g+1]]
		if !keep[uint16(g)] {
			if len(got) > 0 {
				t.Errorf("glyph %d is there, unused", g)
			}
			continue
		}
		if !bytes.HasPrefix(got, old) {
			t.Errorf("glyph %d has another outline", g)
		}
	}
	if !bytes.Equal(before["hmtx"], after["hmtx"]) {
		t.Error("widths differ")
	}
}

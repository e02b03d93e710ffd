// Package inflate decompresses zlib streams (RFC 1950 and RFC 1951) that are in memory as a whole and whose
// result is too, as is so with the chunks of HDF5 and the variables of MATLAB files. That makes it several times
// as fast as a decompressor that reads and writes piece by piece (BenchmarkInflate): input is taken eight bytes at
// a time, several literals for each, and copies need not look for the end of a window.
package inflate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sync"
)

// Errors to test for with errors.Is.
var (
	// ErrCode is a stream that is damaged.
	ErrCode = errors.New("invalid code in the compressed data")
	// ErrSize is a stream that has more than there is room for.
	ErrSize = errors.New("more data than there may be")
)

const (
	litlenBits   = 11 // index of the first table for literals and lengths
	distanceBits = 8

	// Entries of a table with all its subtables. A subtable for codes of up to 15 bits has at most
	// 2^(15-index) entries, and of the codes longer than the index each fills at least one.
	litlenEntries   = 1<<litlenBits + 288*1<<(15-litlenBits)
	distanceEntries = 1<<distanceBits + 32*1<<(15-distanceBits)
)

// An entry of a table has the bits of the code and its extra bits together in bits 0 to 7, the bits
// of the code alone in bits 8 to 12, and a value from bit 16 on: a literal, or the least length or
// distance.
const (
	entryLiteral = 1 << 31
	entryRare    = 1 << 15 // one of the following, or an invalid code
	entrySub     = 1 << 14 // value: where the subtable begins; bits 8 to 12: its index
	entryEnd     = 1 << 13 // end of block
)

// inflater is the tables of one block.
type inflater struct {
	litlen   [litlenEntries]uint32
	distance [distanceEntries]uint32
	lens     [320]uint8
	sorted   [320]uint16
	fixed    bool // the tables are those of fixed blocks

	in   []byte
	pos  int
	hold uint64 // bits taken from in and not used yet
	n    uint   // their number

	out []byte
	at  int
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// Zlib decompresses a zlib stream into dst and returns the filled part of it. A stream that has more is an error
// (ErrSize), as are one that breaks off (io.ErrUnexpectedEOF) and one whose content has another checksum. What
// follows the stream in src is not looked at.
func Zlib(dst, src []byte) ([]byte, error) {
	if len(src) < 6 {
		return nil, io.ErrUnexpectedEOF
	}
	if header := binary.BigEndian.Uint16(src); src[0]&15 != 8 || src[0]>>4 > 7 || src[1]&0x20 != 0 || header%31 != 0 {
		return nil, fmt.Errorf("no zlib header: %#04x", header)
	}
	d := inflaters.Get().(*inflater)
	defer inflaters.Put(d)
	defer func() { d.in, d.out = nil, nil }()
	d.in, d.pos, d.hold, d.n = src[2:], 0, 0, 0
	d.out, d.at = dst, 0
	for last := false; !last; {
		var err error
		if last, err = d.block(); err != nil {
			return nil, err
		}
	}
	d.align()
	if len(d.in)-d.pos < 4 {
		return nil, io.ErrUnexpectedEOF
	}
	stored, computed := binary.BigEndian.Uint32(d.in[d.pos:]), adlerOf(d.out[:d.at])
	if stored != computed {
		return nil, fmt.Errorf("checksum %#08x, computed %#08x: the data are damaged", stored, computed)
	}
	return d.out[:d.at], nil
}

// fill takes whole bytes as long as there is room for them.
func (d *inflater) fill() {
	d.hold &= 1<<d.n - 1
	for d.n <= 56 && d.pos < len(d.in) {
		d.hold |= uint64(d.in[d.pos]) << d.n
		d.pos++
		d.n += 8
	}
}

// take uses k ≤ 32 bits.
func (d *inflater) take(k uint) (uint, error) {
	if d.n < k {
		if d.fill(); d.n < k {
			return 0, io.ErrUnexpectedEOF
		}
	}
	v := uint(d.hold & (1<<k - 1))
	d.hold >>= k
	d.n -= k
	return v, nil
}

// align gives back the whole bytes that are held and drops the rest.
func (d *inflater) align() {
	d.pos -= int(d.n / 8)
	d.hold, d.n = 0, 0
}

// block decompresses one block and reports whether it is the last.
func (d *inflater) block() (bool, error) {
	head, err := d.take(3)
	if err != nil {
		return false, err
	}
	switch head >> 1 {
	case 0:
		err = d.stored()
	case 1:
		if !d.fixed {
			err = d.fixedTables()
		}
		if err == nil {
			err = d.codes()
		}
	case 2:
		if err = d.dynamicTables(); err == nil {
			err = d.codes()
		}
	default:
		err = ErrCode
	}
	return head&1 == 1, err
}

func (d *inflater) stored() error {
	d.align()
	if len(d.in)-d.pos < 4 {
		return io.ErrUnexpectedEOF
	}
	n := int(binary.LittleEndian.Uint16(d.in[d.pos:]))
	if not := binary.LittleEndian.Uint16(d.in[d.pos+2:]); int(^not) != n {
		return ErrCode
	}
	d.pos += 4
	switch {
	case n > len(d.in)-d.pos:
		return io.ErrUnexpectedEOF
	case n > len(d.out)-d.at:
		return ErrSize
	}
	d.at += copy(d.out[d.at:], d.in[d.pos:d.pos+n])
	d.pos += n
	return nil
}

func (d *inflater) fixedTables() error {
	for i := range 288 {
		switch {
		case i < 144:
			d.lens[i] = 8
		case i < 256:
			d.lens[i] = 9
		case i < 280:
			d.lens[i] = 7
		default:
			d.lens[i] = 8
		}
	}
	for i := range 32 {
		d.lens[288+i] = 5
	}
	d.fixed = true
	return d.tables(288, 32)
}

// codeLengthOrder is the order of the code lengths of code lengths.
var codeLengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

func (d *inflater) dynamicTables() error {
	head, err := d.take(14)
	if err != nil {
		return err
	}
	litlens, distances, n := int(head&31)+257, int(head>>5&31)+1, int(head>>10)+4
	if litlens > 286 || distances > 30 {
		return ErrCode
	}
	var lens [19]uint8
	for _, symbol := range codeLengthOrder[:n] {
		v, err := d.take(3)
		if err != nil {
			return err
		}
		lens[symbol] = uint8(v)
	}
	// The table for distances is not in use yet: it serves for this code, of up to 7 bits.
	table := d.distance[:1<<7]
	d.fixed = false
	if err := d.build(table, lens[:], 7, lengthSymbols[:]); err != nil {
		return err
	}
	if err := d.codeLengths(table, litlens+distances); err != nil {
		return err
	}
	if d.lens[256] == 0 {
		return ErrCode // no end
	}
	return d.tables(litlens, distances)
}

// codeLengths decodes n code lengths, of which runs are abbreviated.
func (d *inflater) codeLengths(table []uint32, n int) error {
	for i := 0; i < n; {
		d.fill()
		e := table[d.hold&(1<<7-1)]
		if e&entryRare != 0 {
			return ErrCode
		}
		if _, err := d.take(uint(e & 0xff)); err != nil {
			return err
		}
		symbol := uint8(e >> 16)
		if symbol < 16 {
			d.lens[i] = symbol
			i++
			continue
		}
		var value uint8
		extra, least := uint(2), 3
		switch symbol {
		case 16:
			if i == 0 {
				return ErrCode
			}
			value = d.lens[i-1]
		case 17:
			extra = 3
		default:
			extra, least = 7, 11
		}
		v, err := d.take(extra)
		if err != nil {
			return err
		}
		repeat := least + int(v)
		if repeat > n-i {
			return ErrCode
		}
		for range repeat {
			d.lens[i] = value
			i++
		}
	}
	return nil
}

// Least lengths and distances, and extra bits, by symbol.
var (
	lengthBase    = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra   = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distanceBase  = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distanceExtra = [30]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

// The entries of symbols without the bits of their codes: of literals and lengths, distances, and the lengths of codes. Symbols
// beyond those that mean anything are rare.
var litlenSymbols, distanceSymbols, lengthSymbols = symbols()

func symbols() (litlen [288]uint32, distance [32]uint32, length [19]uint32) {
	for i := range litlen {
		litlen[i] = entryRare
	}
	for i := range distance {
		distance[i] = entryRare
	}
	for i := range uint32(256) {
		litlen[i] = entryLiteral | i<<16
	}
	litlen[256] = entryRare | entryEnd
	for i, base := range lengthBase {
		litlen[257+i] = uint32(base)<<16 | uint32(lengthExtra[i])
	}
	for i, base := range distanceBase {
		distance[i] = uint32(base)<<16 | uint32(distanceExtra[i])
	}
	for i := range length {
		length[i] = uint32(i) << 16
	}
	return litlen, distance, length
}

// tables builds both tables from d.lens.
func (d *inflater) tables(litlens, distances int) error {
	if err := d.build(d.litlen[:], d.lens[:litlens], litlenBits, litlenSymbols[:]); err != nil {
		return err
	}
	return d.build(d.distance[:], d.lens[litlens:litlens+distances], distanceBits, distanceSymbols[:])
}

// build fills a table, indexed with the next index bits, for the canonical code of the lengths. Longer
// codes get subtables behind it. A code must use all its bits; only one with a single code of one bit,
// or none, may leave some invalid. symbols are the entries without the bits of their codes: with the number of extra
// bits in bits 0 to 7. The table grows with the lengths, which ascend: the entries for one bit more are those so far,
// twice.
func (d *inflater) build(table []uint32, lens []uint8, index int, symbols []uint32) error {
	var count [16]int
	for _, l := range lens {
		count[l]++
	}
	var next [16]int // position in sorted
	room := 1 << 15
	codes := 0
	for l := 1; l < 16; l++ {
		next[l] = codes
		codes += count[l]
		room -= count[l] << (15 - l)
	}
	if room < 0 || room > 0 && codes > 1 || codes == 1 && count[1] != 1 {
		return ErrCode
	}
	next[0] = codes // symbols without a code come last
	for symbol, l := range lens {
		d.sorted[next[l]] = uint16(symbol)
		next[l]++
	}
	code, i := 0, 0
	table[0] = entryRare
	for l := 1; l <= index; l++ {
		code <<= 1
		half := 1 << (l - 1)
		copy(table[half:2*half], table[:half])
		for ; i < next[l]; i++ {
			table[bits.Reverse16(uint16(code))>>(16-l)] = symbols[d.sorted[i]] + uint32(l)<<8 + uint32(l)
			code++
		}
	}
	last := index
	end := 1 << index // of the table and the subtables so far
	prefix, sub, start := -1, 0, 0
	for ; i < codes; i++ {
		symbol := d.sorted[i]
		l := int(lens[symbol])
		code <<= l - last
		last = l
		reversed := int(bits.Reverse16(uint16(code)) >> (16 - l))
		code++
		if p := reversed & (1<<index - 1); p != prefix {
			prefix, start = p, end
			sub = d.subtableBits(lens, i, codes, code-1, l, index)
			end += 1 << sub
			if end > len(table) {
				return ErrCode
			}
			table[p] = entryRare | entrySub | uint32(start)<<16 | uint32(sub)<<8 | uint32(index)
		}
		e := symbols[symbol] + uint32(l-index)<<8 + uint32(l-index)
		for k := reversed >> index; k < 1<<sub; k += 1 << (l - index) {
			table[start+k] = e
		}
	}
	return nil
}

// subtableBits returns how many bits beyond the index the longest code has that begins with the same
// index bits as code number i.
func (d *inflater) subtableBits(lens []uint8, i, codes, code, l, index int) int {
	prefix := code >> (l - index)
	longest := l
	for k := i + 1; k < codes; k++ {
		next := int(lens[d.sorted[k]])
		code = (code + 1) << (next - longest)
		if code>>(next-index) != prefix {
			break
		}
		longest = next
	}
	return longest - index
}

// codes decompresses the codes of a block up to its end: as long as there is plenty of input and of
// room without looking after each code, and the rest with care.
func (d *inflater) codes() error {
	done, err := d.fast()
	for err == nil && !done {
		done, err = d.code()
	}
	return err
}

// code decompresses one code.
func (d *inflater) code() (end bool, err error) {
	d.fill()
	e, err := d.entry(d.litlen[:], litlenBits)
	switch {
	case err != nil:
		return false, err
	case e&entryLiteral != 0:
		if d.at == len(d.out) {
			return false, ErrSize
		}
		d.out[d.at] = byte(e >> 16)
		d.at++
		return false, nil
	case e&entryEnd != 0:
		return true, nil
	}
	length, err := d.value(e)
	if err != nil {
		return false, err
	}
	d.fill()
	if e, err = d.entry(d.distance[:], distanceBits); err != nil {
		return false, err
	}
	distance, err := d.value(e)
	switch {
	case err != nil:
		return false, err
	case distance > d.at:
		return false, ErrCode
	case length > len(d.out)-d.at:
		return false, ErrSize
	}
	for range length {
		d.out[d.at] = d.out[d.at-distance]
		d.at++
	}
	return false, nil
}

// entry decodes one code and uses its bits, though not the extra ones.
func (d *inflater) entry(table []uint32, index uint) (uint32, error) {
	e := table[d.hold&(1<<index-1)]
	if e&entrySub != 0 {
		if _, err := d.take(index); err != nil {
			return 0, err
		}
		e = table[uint64(e>>16)+d.hold&(1<<(e>>8&31)-1)]
	}
	if e&entryRare != 0 && e&entryEnd == 0 {
		if d.n < 15 {
			return 0, io.ErrUnexpectedEOF
		}
		return 0, ErrCode
	}
	_, err := d.take(uint(e >> 8 & 31))
	return e, err
}

// value adds the extra bits to the value of an entry.
func (d *inflater) value(e uint32) (int, error) {
	extra, err := d.take(uint(e&0xff - e>>8&31))
	return int(e>>16&0x7fff) + int(extra), err
}

const (
	// A turn of the fast loop takes at most twice seven bytes, by loads of eight.
	fastInput = 16

	// It writes at most four literals, or three and a copy, whose last words may reach beyond its end.
	fastOutput = 3 + 258 + 16
)

// fast decompresses codes while there are fastInput bytes of input and fastOutput of room. The entry of the next code
// is looked up before more bits are taken in and before a match is copied, as each code has to wait for the one before.
func (d *inflater) fast() (end bool, err error) {
	in, out := d.in, d.out
	pos, at := d.pos, d.at
	if pos > len(in)-fastInput {
		return false, nil
	}
	// Bits of hold above the first n are those of the byte at pos, again set to the same by the next refill. Of n, only the six
	// low bits count.
	hold, n := d.hold&(1<<d.n-1), d.n
	hold |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
	pos += int(7 - n>>3&7)
	n |= 56
	litlen, dist := &d.litlen, &d.distance
	e := litlen[hold&(1<<litlenBits-1)]
	for pos <= len(in)-fastInput && at <= len(out)-fastOutput {
		if e&entryLiteral != 0 { // of at most litlenBits bits each
			hold >>= e & 63
			n -= uint(e)
			out[at] = byte(e >> 16)
			at++
			e = litlen[hold&(1<<litlenBits-1)]
			if e&entryLiteral != 0 {
				hold >>= e & 63
				n -= uint(e)
				out[at] = byte(e >> 16)
				at++
				e = litlen[hold&(1<<litlenBits-1)]
				if e&entryLiteral != 0 {
					hold >>= e & 63
					n -= uint(e)
					out[at] = byte(e >> 16)
					at++
					e = litlen[hold&(1<<litlenBits-1)]
					if e&entryLiteral != 0 {
						hold >>= e & 63
						n -= uint(e)
						out[at] = byte(e >> 16)
						at++
						e = litlen[hold&(1<<litlenBits-1)]
						hold |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
						pos += int(7 - n>>3&7)
						n |= 56
						continue
					}
				}
			}
		}
		if e&entryRare != 0 {
			if e&entrySub != 0 {
				hold >>= litlenBits
				n -= litlenBits
				e = litlen[(uint64(e>>16&0x7fff)+hold&(1<<(e>>8&31)-1))%litlenEntries]
			}
			if e&entryLiteral != 0 {
				hold >>= e & 63
				n -= uint(e)
				out[at] = byte(e >> 16)
				at++
				hold |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
				pos += int(7 - n>>3&7)
				n |= 56
				e = litlen[hold&(1<<litlenBits-1)]
				continue
			}
			if e&entryRare != 0 {
				end = e&entryEnd != 0
				hold >>= e & 63
				n -= uint(e)
				if !end {
					err = ErrCode
				}
				break
			}
		}
		length := int(e>>16) + int(hold&(1<<(e&63)-1)>>(e>>8&31))
		hold >>= e & 63
		n -= uint(e)

		hold |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int(7 - n>>3&7)
		n |= 56

		e = dist[hold&(1<<distanceBits-1)]
		if e&entryRare != 0 {
			if e&entrySub != 0 {
				hold >>= distanceBits
				n -= distanceBits
				e = dist[(uint64(e>>16)+hold&(1<<(e>>8&31)-1))%distanceEntries]
			}
			if e&entryRare != 0 {
				err = ErrCode
				break
			}
		}
		distance := int(e>>16) + int(hold&(1<<(e&63)-1)>>(e>>8&31))
		hold >>= e & 63
		n -= uint(e)
		if distance > at {
			err = ErrCode
			break
		}
		e = litlen[hold&(1<<litlenBits-1)]
		hold |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int(7 - n>>3&7)
		n |= 56
		if short := [16]byte(out[at-distance:]); distance >= 16 && length <= 16 {
			*(*[16]byte)(out[at:]) = short
		} else {
			copyMatch(out, at, distance, length)
		}
		at += length
	}
	d.pos, d.at, d.hold, d.n = pos, at, hold, n&63
	return end, err
}

// copyMatch copies length bytes from distance before at to at; up to 15 more may be written.
func copyMatch(out []byte, at, distance, length int) {
	src, dst := out[at-distance:], out[at:]
	switch {
	case distance >= 8:
		for i := 0; i < length; i += 16 {
			binary.LittleEndian.PutUint64(dst[i:], binary.LittleEndian.Uint64(src[i:]))
			binary.LittleEndian.PutUint64(dst[i+8:], binary.LittleEndian.Uint64(src[i+8:]))
		}
	case distance == 1:
		word := uint64(src[0]) * 0x0101010101010101
		for i := 0; i < length; i += 8 {
			binary.LittleEndian.PutUint64(dst[i:], word)
		}
	default:
		for i := range length {
			dst[i] = src[i]
		}
	}
}

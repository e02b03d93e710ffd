package columnar

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"slices"

	"oblique/internal/claim"
)

// A page is one page of a column chunk, decompressed.
//
// Reference: Apache Parquet, README.md, "Data Pages", and parquet.thrift.
type page struct {
	dictionary bool
	values     int // with the missing ones
	encoding   int
	reps, defs *hybrid // levels, or nil where there are none
	data       []byte
}

// Encodings of Parquet.
const (
	encPlain           = 0
	encPlainDictionary = 2
	encRLE             = 3
	encDelta           = 5
	encDeltaLength     = 6
	encDeltaBytes      = 7
	encDictionary      = 8
	encSplit           = 9
)

// pages reads the pages of a column chunk, one after the other.
type pages struct {
	r      *bufio.Reader
	left   int64 // bytes of the chunk
	at     int64 // in the file
	codec  codec
	size   int64 // of the file
	maxDef int
	maxRep int
	// Buffers of the page that is read, for the one after it: nothing of a page is kept.
	packed, inflated []byte
}

// start goes to the first page of a chunk.
func (p *pages) start(r io.ReaderAt, c chunk) {
	section := io.NewSectionReader(r, c.offset, c.length)
	if p.r == nil {
		p.r = bufio.NewReaderSize(section, 32<<10)
	}
	p.r.Reset(section)
	p.left, p.at, p.codec = c.length, c.offset, c.codec
}

// pageHeader has the fields of a page header that matter.
type pageHeader struct {
	kind, inflated, packed   int
	values, encoding         int
	defEncoding, repEncoding int
	defBytes, repBytes       int
	compressed               bool // of version 2: its data are
}

const (
	dataPage       = 0
	dictionaryPage = 2
	dataPageV2     = 3
)

func (p *pages) header() (pageHeader, error) {
	h := pageHeader{kind: -1, compressed: true}
	const most = 1 << 20 // statistics of long strings are in it
	c := compact{r: p.r, left: int(min(p.left, most))}
	before := c.left
	data := func(ids ...*int) func(int, byte) (bool, error) {
		return func(id int, kind byte) (bool, error) {
			if id == 7 && len(ids) == 6 && (kind == thriftTrue || kind == thriftFalse) {
				h.compressed = kind == thriftTrue
				return true, nil
			}
			if id < 1 || id > len(ids) {
				return false, nil
			}
			return c.int32Into(ids[id-1], kind)
		}
	}
	var unused int
	err := c.fields(0, func(id int, kind byte) (bool, error) {
		switch id {
		case 1:
			return c.int32Into(&h.kind, kind)
		case 2:
			return c.int32Into(&h.inflated, kind)
		case 3:
			return c.int32Into(&h.packed, kind)
		case 5:
			return c.structOf(kind, 1, data(&h.values, &h.encoding, &h.defEncoding, &h.repEncoding))
		case 7:
			return c.structOf(kind, 1, data(&h.values, &h.encoding))
		case 8:
			return c.structOf(kind, 1, data(&h.values, &unused, &unused, &h.encoding, &h.defBytes, &h.repBytes))
		}
		return false, nil
	})
	p.left -= int64(before - c.left)
	return h, err
}

// next reads the next page of values or dictionary; io.EOF ends the chunk.
func (p *pages) next() (page, error) {
	for p.left > 0 {
		at := p.at
		before := p.left
		pg, known, err := p.read()
		p.at += before - p.left
		if err != nil {
			return page{}, fmt.Errorf("page at %d: %w", at, err)
		}
		if known {
			return pg, nil
		}
	}
	return page{}, io.EOF
}

func (p *pages) read() (pg page, known bool, err error) {
	h, err := p.header()
	if err != nil {
		return pg, false, err
	}
	if int64(h.packed) > p.left {
		return pg, false, fmt.Errorf("%w: %d bytes where %d are left", errDamaged, h.packed, p.left)
	}
	if h.kind != dataPage && h.kind != dictionaryPage && h.kind != dataPageV2 { // an index
		_, err := p.r.Discard(h.packed)
		p.left -= int64(h.packed)
		return pg, false, err
	}
	if !claim.Believed(int64(h.inflated), p.size) {
		return pg, false, fmt.Errorf("%w: it claims to inflate %d bytes to %d", errDamaged, h.packed, h.inflated)
	}
	p.packed = slices.Grow(p.packed[:0], h.packed)[:h.packed]
	raw := p.packed
	n, err := io.ReadFull(p.r, raw)
	p.left -= int64(n)
	if err != nil {
		return pg, false, err
	}
	pg = page{dictionary: h.kind == dictionaryPage, values: h.values, encoding: h.encoding}
	if h.kind == dataPageV2 {
		err = p.levels2(&pg, h, raw)
	} else {
		err = p.levels1(&pg, h, raw)
	}
	return pg, true, err
}

// levels1 decompresses a page of version 1, whose levels are compressed with the data, each after its
// length.
func (p *pages) levels1(pg *page, h pageHeader, raw []byte) (err error) {
	if pg.data, err = p.inflate(raw, h.inflated); err != nil || pg.dictionary {
		return err
	}
	for _, l := range []struct {
		to       **hybrid
		most     int
		encoding int
	}{{&pg.reps, p.maxRep, h.repEncoding}, {&pg.defs, p.maxDef, h.defEncoding}} {
		if l.most == 0 {
			continue
		}
		if l.encoding != encRLE {
			return fmt.Errorf("encoding %d of levels: %w", l.encoding, ErrUnsupported)
		}
		if len(pg.data) < 4 {
			return fmt.Errorf("%w: no room for levels", errDamaged)
		}
		n := int64(binary.LittleEndian.Uint32(pg.data))
		if n > int64(len(pg.data)-4) {
			return fmt.Errorf("%w: %d bytes of levels in a page of %d", errDamaged, n, len(pg.data))
		}
		if *l.to, err = newHybrid(pg.data[4:4+n], bits.Len(uint(l.most))); err != nil {
			return err
		}
		pg.data = pg.data[4+n:]
	}
	return nil
}

// levels2 decompresses a page of version 2, whose levels lie uncompressed before the data.
func (p *pages) levels2(pg *page, h pageHeader, raw []byte) (err error) {
	n := h.repBytes + h.defBytes
	if n > len(raw) || n > h.inflated {
		return fmt.Errorf("%w: %d bytes of levels in a page of %d", errDamaged, n, len(raw))
	}
	if p.maxRep > 0 {
		if pg.reps, err = newHybrid(raw[:h.repBytes], bits.Len(uint(p.maxRep))); err != nil {
			return err
		}
	}
	if p.maxDef > 0 {
		if pg.defs, err = newHybrid(raw[h.repBytes:n], bits.Len(uint(p.maxDef))); err != nil {
			return err
		}
	}
	if !h.compressed {
		pg.data = raw[n:]
		return nil
	}
	pg.data, err = p.inflate(raw[n:], h.inflated-n)
	return err
}

func (p *pages) inflate(raw []byte, n int) ([]byte, error) {
	if p.codec == plain || n == 0 && len(raw) == 0 {
		if len(raw) != n {
			return nil, fmt.Errorf("%w: %d bytes instead of %d", errDamaged, len(raw), n)
		}
		return raw, nil
	}
	var err error
	p.inflated, err = inflate(p.codec, p.inflated, raw, n, p.size)
	return p.inflated, err
}

// A decoder gives the values of a page that are not missing, from one of its sources.
type decoder struct {
	leaf    *leaf
	raw     []byte  // plain values to come
	bit     int     // of plain booleans
	index   *hybrid // into a dictionary, or booleans
	dict    *decoded
	ready   decoded // decoded already
	scratch []uint32
}

// decoded are numbers or text.
type decoded struct {
	numbers []float64
	text    []string
}

func newDecoder(l *leaf, pg page, dict *decoded, size int64) (*decoder, error) {
	d := &decoder{leaf: l, raw: pg.data}
	var err error
	switch pg.encoding {
	case encPlain:
		return d, nil
	case encDictionary, encPlainDictionary:
		switch {
		case dict == nil:
			return nil, fmt.Errorf("%w: indices without a dictionary", errDamaged)
		case len(pg.data) == 0: // of a page without values
			d.index = &hybrid{}
		default:
			d.index, err = newHybrid(pg.data[1:], int(pg.data[0]))
		}
		d.dict = dict
		return d, err
	case encRLE:
		if l.physical != physicalBool || len(pg.data) < 4 {
			break
		}
		d.index, err = newHybrid(pg.data[4:], 1)
		d.dict = &decoded{numbers: []float64{0, 1}}
		return d, err
	case encSplit:
		d.raw, err = unsplit(pg.data, l)
		return d, err
	case encDelta, encDeltaLength, encDeltaBytes:
		d.ready, err = fromDeltas(l, pg, size)
		return d, err
	}
	return nil, fmt.Errorf("encoding %d of %s: %w", pg.encoding, l.physical, ErrUnsupported)
}

// unsplit undoes the splitting of values into streams of their first bytes, second bytes, ….
func unsplit(b []byte, l *leaf) ([]byte, error) {
	size := l.number.size
	if l.physical.isBytes() && l.class == Text || size == 0 || len(b)%size != 0 {
		return nil, fmt.Errorf("%w: %d bytes of split values", errDamaged, len(b))
	}
	out := make([]byte, len(b))
	n := len(b) / size
	for k := range size {
		for i, v := range b[k*n : (k+1)*n] {
			out[i*size+k] = v
		}
	}
	return out, nil
}

// fromDeltas decodes the three encodings by differences: of integers, of lengths, and of lengths and
// shared beginnings of strings.
func fromDeltas(l *leaf, pg page, size int64) (decoded, error) {
	first, rest, err := deltas(pg.data, pg.values, size)
	if err != nil {
		return decoded{}, err
	}
	if pg.encoding == encDelta {
		if l.physical != physicalInt32 && l.physical != physicalInt64 || l.number.kind == 'd' {
			return decoded{}, fmt.Errorf("differences of %s: %w", l.physical, ErrUnsupported)
		}
		numbers := make([]float64, len(first))
		for i, v := range first {
			numbers[i] = l.number.integer(uint64(v))
		}
		return decoded{numbers: numbers}, nil
	}
	if l.class != Text {
		return decoded{}, fmt.Errorf("lengths of %s: %w", l.physical, ErrUnsupported)
	}
	shared, lengths := make([]int64, len(first)), first
	if pg.encoding == encDeltaBytes {
		shared = first
		if lengths, rest, err = deltas(rest, pg.values, size); err != nil {
			return decoded{}, err
		}
		if len(lengths) != len(shared) {
			return decoded{}, fmt.Errorf("%w: %d beginnings for %d strings", errDamaged, len(shared), len(lengths))
		}
	}
	text := make([]string, len(lengths))
	before, total := "", int64(0)
	for i, n := range lengths {
		if n < 0 || n > int64(len(rest)) || shared[i] < 0 || shared[i] > int64(len(before)) {
			return decoded{}, fmt.Errorf("%w: string %d of a page is longer than the page", errDamaged, i)
		}
		if total += shared[i] + n; !claim.Believed(total, size) {
			return decoded{}, fmt.Errorf("%w: the strings of one page take %d bytes", errDamaged, total)
		}
		text[i] = before[:shared[i]] + string(rest[:n])
		rest = rest[n:]
		if pg.encoding == encDeltaBytes {
			before = text[i]
		}
	}
	return decoded{text: text}, nil
}

// numbers fills dst with the next numbers.
func (d *decoder) numbers(dst []float64) error {
	switch {
	case d.index != nil:
		return d.lookup(len(dst), func(i int, k uint32) bool {
			if int(k) < len(d.dict.numbers) {
				dst[i] = d.dict.numbers[k]
			}
			return int(k) < len(d.dict.numbers)
		})
	case d.ready.numbers != nil:
		if len(dst) > len(d.ready.numbers) {
			return tooFew(len(d.ready.numbers), len(dst))
		}
		d.ready.numbers = d.ready.numbers[copy(dst, d.ready.numbers):]
		return nil
	case d.leaf.physical == physicalBool:
		if len(dst) > 8*len(d.raw)-d.bit {
			return tooFew(8*len(d.raw)-d.bit, len(dst))
		}
		for i := range dst {
			dst[i] = float64(d.raw[d.bit>>3] >> (d.bit & 7) & 1)
			d.bit++
		}
		return nil
	}
	size := d.leaf.number.size
	if len(dst) > len(d.raw)/size {
		return tooFew(len(d.raw)/size, len(dst))
	}
	if d.leaf.physical == physicalInt96 {
		for i := range dst {
			dst[i] = int96(d.raw[12*i:])
		}
	} else {
		d.leaf.number.decode(dst, d.raw)
	}
	d.raw = d.raw[size*len(dst):]
	return nil
}

// int96 is the time in seconds of nanoseconds in a day and a Julian day, as Spark and Impala wrote it.
func int96(b []byte) float64 {
	const epoch = 2440588 // the Julian day of 1970-01-01
	nanoseconds := int64(binary.LittleEndian.Uint64(b))
	day := int64(int32(binary.LittleEndian.Uint32(b[8:])))
	return float64((day-epoch)*86400) + seconds(nanoseconds, 1, 1e9)
}

// strings fills dst with the next strings.
func (d *decoder) strings(dst []string) error {
	if d.index != nil {
		return d.lookup(len(dst), func(i int, k uint32) bool {
			if int(k) < len(d.dict.text) {
				dst[i] = d.dict.text[k]
			}
			return int(k) < len(d.dict.text)
		})
	}
	if d.ready.text != nil {
		if len(dst) > len(d.ready.text) {
			return tooFew(len(d.ready.text), len(dst))
		}
		d.ready.text = d.ready.text[copy(dst, d.ready.text):]
		return nil
	}
	for i := range dst {
		if len(d.raw) < 4 {
			return tooFew(i, len(dst))
		}
		n := int64(binary.LittleEndian.Uint32(d.raw))
		if n > int64(len(d.raw)-4) {
			return fmt.Errorf("%w: a string of %d bytes in a page with %d left", errDamaged, n, len(d.raw)-4)
		}
		dst[i] = string(d.raw[4 : 4+n])
		d.raw = d.raw[4+n:]
	}
	return nil
}

func tooFew(have, want int) error {
	return fmt.Errorf("%w: %d values where %d should be", errDamaged, have, want)
}

// lookup resolves the next n indices.
func (d *decoder) lookup(n int, set func(i int, k uint32) bool) error {
	d.scratch = slices.Grow(d.scratch[:0], n)[:n]
	if err := d.index.next(d.scratch); err != nil {
		return err
	}
	for i, k := range d.scratch {
		if !set(i, k) {
			return fmt.Errorf("%w: index %d into a dictionary of %d", errDamaged, k, max(len(d.dict.numbers), len(d.dict.text)))
		}
	}
	return nil
}

// dictionaryOf decodes a dictionary page.
func dictionaryOf(l *leaf, pg page) (*decoded, error) {
	if pg.encoding != encPlain && pg.encoding != encPlainDictionary {
		return nil, fmt.Errorf("encoding %d of a dictionary: %w", pg.encoding, ErrUnsupported)
	}
	d := &decoder{leaf: l, raw: pg.data}
	most := len(pg.data) / max(l.number.size, 1)
	switch {
	case l.class == Text:
		most = len(pg.data) / 4
	case l.physical == physicalBool:
		most = 8 * len(pg.data)
	}
	if pg.values > most {
		return nil, tooFew(most, pg.values)
	}
	if l.class == Text {
		text := make([]string, pg.values)
		return &decoded{text: text}, d.strings(text)
	}
	numbers := make([]float64, pg.values)
	return &decoded{numbers: numbers}, d.numbers(numbers)
}

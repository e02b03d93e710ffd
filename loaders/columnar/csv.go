package columnar

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// csvBlock is how many rows lie between two places that a range of rows can begin at.
const csvBlock = runRows

// A csvSource reads text with separated values. Opening it reads all of it once: for the types, for the
// number of rows and for the places where every block of rows begins.
type csvSource struct {
	r       io.ReaderAt
	size    int64
	comma   rune
	starts  []int64 // of the blocks
	lines   []int   // at them, for errors
	columns []csvColumn
}

// A csvColumn collects what a column's values may be.
type csvColumn struct {
	text, booleans, numbers, nulls int
	word                           string // the first text, with its line
}

func openCSV(f *File, r io.ReaderAt) error {
	const most = 1 << 16
	head := make([]byte, min(f.size, most))
	if err := readAt(r, head, 0); err != nil {
		return err
	}
	start := int64(0)
	if bom := []byte("\xef\xbb\xbf"); bytes.HasPrefix(head, bom) {
		head, start = head[len(bom):], int64(len(bom))
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return fmt.Errorf("byte 0: text in UTF-16: %w: save as UTF-8", ErrUnsupported)
	}
	if at := bytes.IndexByte(head, 0); at >= 0 {
		return fmt.Errorf("byte %d: neither Parquet nor Arrow, and no text either: a zero byte", start+int64(at))
	}
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		return fmt.Errorf("line 1: %w: lines that end in a carriage return alone", ErrUnsupported)
	}
	skipped, mark := remarks(head)
	s := &csvSource{r: r, size: f.size, comma: separator(head[skipped:])}
	f.format = "CSV"
	if s.comma == '\t' {
		f.format = "TSV"
	}
	start += int64(skipped)
	before := 1 + bytes.Count(head[:skipped], []byte{'\n'})
	rd := s.reader(start)
	header, err := rd.Read()
	if err == io.EOF {
		return fmt.Errorf("line %d: no header", before)
	}
	if err != nil {
		return shorten(moved(err, before))
	}
	for _, name := range header {
		if x, ok := parseNumber(name); ok && (x != math.Trunc(x) || x < 0) {
			return fmt.Errorf("line %d: '%s' is a number, where the names of the columns should be", lineOf(rd, 0, before), clip(name))
		}
	}
	names := slices.Clone(header)
	if mark {
		names[0] = strings.TrimPrefix(names[0], "#")
	}
	rows, err := s.index(rd, start, len(names), before)
	if err != nil {
		return err
	}
	if err := s.decimalCommas(); err != nil {
		return err
	}
	for i, name := range names {
		c := &Column{Name: strings.TrimSpace(name), Nulls: s.columns[i].nulls, Word: s.columns[i].word}
		c.Type, c.Class = s.columns[i].settle()
		f.add(c)
	}
	for k := range s.starts {
		f.groups = append(f.groups, k*csvBlock)
	}
	f.groups = append(f.groups, rows)
	f.source, f.metadata = s, map[string]string{}
	return nil
}

// remarks returns how many bytes of lines that begin with # come before the header, and whether the header is the last of
// them, as numpy.savetxt writes it: it has as many fields as the line after it, which has numbers and so is no header itself.
func remarks(head []byte) (skip int, mark bool) {
	for bytes.HasPrefix(head[skip:], []byte("#")) {
		line, rest, more := bytes.Cut(head[skip:], []byte("\n"))
		if !more {
			break
		}
		if next, _, _ := bytes.Cut(rest, []byte("\n")); !bytes.HasPrefix(next, []byte("#")) {
			comma := string(separator(next))
			fields := strings.Split(strings.TrimSpace(string(next)), comma)
			if n := len(fields); n > 1 && n == 1+bytes.Count(line, []byte(comma)) && slices.ContainsFunc(fields, isNumber) {
				return skip, true
			}
		}
		skip += len(line) + 1
	}
	return skip, false
}

func isNumber(field string) bool {
	_, ok := parseNumber(field)
	return ok
}

// separator is the most frequent of comma, tab and semicolon outside quotes in the first line that is
// not blank; the comma if there is none.
func separator(head []byte) rune {
	var counts [3]int
	quoted := false
	for _, c := range bytes.TrimLeft(head, "\r\n") {
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '\n' || c == '\r' {
			break
		}
		if i := strings.IndexByte(",\t;", c); i >= 0 {
			counts[i]++
		}
	}
	best := 0
	for i := range counts {
		if counts[i] > counts[best] {
			best = i
		}
	}
	return rune(",\t;"[best])
}

func (s *csvSource) reader(from int64) *csv.Reader {
	rd := csv.NewReader(bufio.NewReaderSize(io.NewSectionReader(s.r, from, s.size-from), 1<<18))
	rd.Comma = s.comma
	rd.ReuseRecord = true
	return rd
}

// index reads all rows. The reader takes line before of the file for its first.
func (s *csvSource) index(rd *csv.Reader, start int64, width, before int) (rows int, err error) {
	s.columns = make([]csvColumn, width)
	for ; ; rows++ {
		at := start + rd.InputOffset()
		record, err := rd.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, badRow(rd, record, err, width, before)
		}
		if rows%csvBlock == 0 {
			s.starts, s.lines = append(s.starts, at), append(s.lines, lineOf(rd, 0, before))
		}
		for i, field := range record {
			c := &s.columns[i]
			if c.note(field); c.text == 1 && c.word == "" {
				c.word = fmt.Sprintf("line %d: '%s'", lineOf(rd, i, before), clip(field))
			}
		}
	}
	if rows == 0 {
		s.starts, s.lines = append(s.starts, start+rd.InputOffset()), append(s.lines, before)
	}
	return rows, nil
}

// lineOf returns the line of the file that a field of the last row is in.
func lineOf(rd *csv.Reader, field, before int) int {
	line, _ := rd.FieldPos(field)
	return before + line - 1
}

// badRow is the error of a row.
func badRow(rd *csv.Reader, record []string, err error, width, before int) error {
	if errors.Is(err, csv.ErrFieldCount) {
		return fmt.Errorf("line %d: number of fields: %d, and the header has %d", lineOf(rd, 0, before), len(record), width)
	}
	return shorten(moved(err, before))
}

// decimalComma is a number as it is written in much of Europe.
var decimalComma = regexp.MustCompile(`: '[+-]?\d+,\d+([eE][+-]?\d+)?…?'$`)

// decimalCommas is an error if most columns, or between semicolons all of several that are text, would be text for numbers
// with decimal commas alone: whole numbers have none.
func (s *csvSource) decimalCommas() error {
	count, texts, first := 0, 0, ""
	for _, c := range s.columns {
		if c.word != "" {
			texts++
		}
		if decimalComma.MatchString(c.word) {
			if count++; first == "" {
				first = c.word
			}
		}
	}
	if 2*count <= len(s.columns) && (s.comma != ';' || count < 2 || count < texts) {
		return nil
	}
	return fmt.Errorf("%s: %w: decimal commas; write numbers with points", first, ErrUnsupported)
}

// moved counts the lines of a parse error from that of the file at which the reader began.
func moved(err error, before int) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		parse.Line += before - 1
	}
	return err
}

// shorten keeps the place and the reason of a parse error.
func shorten(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("line %d, byte %d of it: %w", parse.Line, parse.Column, parse.Err)
	}
	return err
}

// note takes a value into account.
func (c *csvColumn) note(field string) {
	switch {
	case isMissing(field):
		c.nulls++
	case c.text > 0: // nothing can change that
	default:
		if _, ok := parseNumber(field); ok {
			c.numbers++
		} else if _, ok := parseBool(field); ok {
			c.booleans++
		} else {
			c.text++
		}
	}
}

// settle is the type that all values of the column have.
func (c *csvColumn) settle() (string, Class) {
	switch {
	case c.text > 0 || c.booleans > 0 && c.numbers > 0:
		return "utf8", Text
	case c.booleans > 0:
		return "bool", Numbers
	}
	return "float64", Numbers
}

// isMissing tells whether a value stands for none.
func isMissing(field string) bool {
	switch strings.TrimSpace(field) {
	case "", "NA", "N/A", "NaN", "nan", "NAN", "null", "NULL", "-nan", "<NA>":
		return true
	}
	return false
}

func parseNumber(field string) (float64, bool) {
	field = strings.TrimSpace(field)
	if strings.ContainsAny(field, "xX_") { // Go's own spellings
		return 0, false
	}
	x, err := strconv.ParseFloat(field, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // 1e999 is infinite, as elsewhere
		return 0, false
	}
	return x, true
}

func parseBool(field string) (bool, bool) {
	switch strings.TrimSpace(field) {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

// csvScanner reads some columns from a row on.
type csvScanner struct {
	columns []*Column
	rd      *csv.Reader
	line    int // that the reader takes for the first
	parts   []part
}

func (s *csvSource) scan(columns []*Column, from int) (scanner, error) {
	block := from / csvBlock
	sc := &csvScanner{columns: columns, rd: s.reader(s.starts[block]), line: s.lines[block], parts: make([]part, len(columns))}
	sc.rd.FieldsPerRecord = len(s.columns)
	for row := block * csvBlock; row < from; row++ {
		if _, err := sc.read(); err != nil {
			return nil, err
		}
	}
	return sc, nil
}

func (sc *csvScanner) read() ([]string, error) {
	record, err := sc.rd.Read()
	if err != nil {
		err = shorten(moved(err, sc.line))
	}
	return record, err
}

func (sc *csvScanner) next(most int) ([]part, error) {
	for j := range sc.parts {
		p := &sc.parts[j]
		*p = part{valid: p.valid[:0], numbers: p.numbers[:0], text: p.text[:0]}
	}
	for row := 0; row < most; row++ {
		record, err := sc.read()
		if err == io.EOF && row > 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		for j, c := range sc.columns {
			if err := sc.parts[j].append(c, record[c.index]); err != nil {
				line, _ := sc.rd.FieldPos(c.index)
				return nil, fmt.Errorf("column '%s': line %d: %w", c.Name, sc.line+line-1, err)
			}
		}
	}
	return sc.parts, nil
}

// append adds the value of a row.
func (p *part) append(c *Column, field string) error {
	p.rows++
	missing := isMissing(field)
	p.valid = append(p.valid, !missing)
	switch {
	case c.Class == Text && missing:
		p.text = append(p.text, "")
	case c.Class == Text:
		p.text = append(p.text, strings.Clone(field))
	case missing:
		p.numbers = append(p.numbers, math.NaN())
	case c.Type == "bool":
		b, ok := parseBool(field)
		if !ok {
			return fmt.Errorf("%w: '%s' is neither true nor false", errDamaged, clip(field))
		}
		x := 0.0
		if b {
			x = 1
		}
		p.numbers = append(p.numbers, x)
	default:
		x, ok := parseNumber(field)
		if !ok {
			return fmt.Errorf("%w: '%s' is no number", errDamaged, clip(field))
		}
		p.numbers = append(p.numbers, x)
	}
	return nil
}

// clip shortens what an error quotes.
func clip(s string) string {
	const most = 40
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

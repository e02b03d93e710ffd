package loaders

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// ErrFormat is wrapped by the error of a file whose format is not supported.
var ErrFormat = errors.New("format not supported")

// A format is how a kind of file is recognised by its first bytes, and opened.
type format struct {
	is   func(head []byte) bool
	open func(r io.ReaderAt, size int64, name string) (File, error)
}

// formats are tried in order: the certain ones first.
var formats = []format{
	{isNumPy, openNumPy},
	{isMATLAB73, openMATLAB},
	{isHDF5, openHDF5},
	{isTable, openTable},
	{isMATLAB, openMATLAB},
}

// Supported says what OpenFile reads, for messages.
const Supported = "supported are NumPy npy and npz, MATLAB 4 to 7.3, NWB 2, HDF5, Parquet, Arrow, CSV"

// headBytes is what formats are recognised by.
const headBytes = 2048

// OpenFile opens a file of any supported format, which its content tells. The error of another
// wraps ErrFormat and says what the content looks like.
func OpenFile(path string) (File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("loaders: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("%s: a folder, not a file: %w; %s", path, ErrFormat, Supported)
	case !info.Mode().IsRegular(): // a pipe cannot be read twice
		return nil, fmt.Errorf("%s: not a regular file: %w; %s", path, ErrFormat, Supported)
	}
	disk, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("loaders: %w", err)
	}
	f, err := NewFile(disk, info.Size(), baseName(path))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), disk.Close())
	}
	return onDisk{f, disk}, nil
}

// onDisk is a file that closes what it is read from.
type onDisk struct {
	File
	disk io.Closer
}

// within returns the file that one on the disk wraps.
func within(f File) File {
	if d, ok := f.(onDisk); ok {
		return d.File
	}
	return f
}

func (f onDisk) Close() error { return errors.Join(f.File.Close(), f.disk.Close()) }

// NewFile opens what r reads, of the given size. The name is that of the array of a format which has
// but one array without a name.
func NewFile(r io.ReaderAt, size int64, name string) (File, error) {
	if size == 0 {
		return nil, fmt.Errorf("the file is empty: %w; %s", ErrFormat, Supported)
	}
	head := make([]byte, min(headBytes, size))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("byte %d: %w", n, err)
	}
	for _, f := range formats {
		if !f.is(head) {
			continue
		}
		file, err := f.open(r, size, name)
		if _, text := asText(head); text && err != nil { // then it was a guess
			err = fmt.Errorf("%s: %w: %w", looksLike(head), ErrFormat, err)
		}
		return file, err
	}
	return nil, fmt.Errorf("%s: %w; %s", looksLike(head), ErrFormat, Supported)
}

// baseName is the name of a file without folder and extension.
func baseName(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// signatures are the first bytes of formats that are met and not read.
var signatures = []struct{ magic, name string }{
	{"\x80\x02", "a Python pickle, which is a program that runs when read; save with np.savez"},
	{"\x80\x03", "a Python pickle, which is a program that runs when read; save with np.savez"},
	{"\x80\x04", "a Python pickle, which is a program that runs when read; save with np.savez"},
	{"\x80\x05", "a Python pickle, which is a program that runs when read; save with np.savez"},
	{"\xff\xfe", "text in UTF-16, perhaps; save it as UTF-8"},
	{"\xfe\xff", "text in UTF-16, perhaps; save it as UTF-8"},
	{"\x1f\x8b", "gzip; unpack it first"},
	{"BZh", "bzip2; unpack it first"},
	{"\xfd7zXZ", "xz; unpack it first"},
	{"7z\xbc\xaf", "7-zip; unpack it first"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"%PDF", "a PDF document"},
	{"\x89PNG", "a PNG picture"},
	{"CDF\x01", "NetCDF 3"},
	{"CDF\x02", "NetCDF 3"},
	{"\xd0\xcf\x11\xe0", "an old Microsoft Office document"},
}

// looksLike says what the first bytes seem to be.
func looksLike(head []byte) string {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.magic)) {
			return s.name
		}
	}
	if text, ok := asText(head); ok {
		return looksLikeText(text)
	}
	if _, ok := asText(latin(head)); ok {
		return "text that is not UTF-8 (Latin-1?); save it as UTF-8"
	}
	return fmt.Sprintf("unknown, begins with %q", head[:min(len(head), 8)])
}

// asText returns the head as text if it is UTF-8 without control characters. The last character may
// be cut.
func asText(head []byte) (string, bool) {
	text := string(head)
	for cut := 0; cut < utf8.UTFMax && !utf8.ValidString(text); cut++ {
		text = text[:len(text)-1]
	}
	control := func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\r\f", r) }
	return text, text != "" && utf8.ValidString(text) && !strings.ContainsFunc(text, control)
}

// latin returns the head with the letters of 8-bit encodings as those of UTF-8.
func latin(head []byte) []byte {
	var text []rune
	for _, b := range head {
		if b >= 0x80 && b < 0xa0 { // controls
			b = 0
		}
		text = append(text, rune(b))
	}
	return []byte(string(text))
}

func looksLikeText(text string) string {
	trimmed := strings.TrimSpace(text)
	line, rest, more := strings.Cut(trimmed, "\n")
	for strings.HasPrefix(line, "#") && more { // a remark
		line, rest, more = strings.Cut(rest, "\n")
	}
	switch {
	case strings.HasPrefix(trimmed, "version https://git-lfs"):
		return "a Git LFS pointer; get the file itself with git lfs pull"
	case strings.HasPrefix(strings.ToLower(trimmed), "<!doctype html"), strings.HasPrefix(strings.ToLower(trimmed), "<html"):
		return "looks like a web page (HTML): was a download link saved instead of the file?"
	case strings.HasPrefix(trimmed, "{"), strings.HasPrefix(trimmed, "["):
		return "looks like text (JSON?)"
	case strings.ContainsAny(line, ",;"):
		return "looks like text (comma-separated?)"
	case strings.Contains(line, "\t"):
		return "looks like text (tab-separated?)"
	}
	return "looks like text"
}

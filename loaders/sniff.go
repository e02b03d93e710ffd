package loaders

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// ErrFormat is wrapped by the error of a file whose format is not supported.
var ErrFormat = errors.New("format not supported")

// A format is how a kind of file is recognised by its first bytes, and opened.
type format struct {
	is   func(head []byte) bool
	open func(path string, head []byte) (File, error)
}

// formats are tried in order: the certain ones first.
var formats = []format{
	{isNumPy, openNumPy},
	{isMATLAB, openMATLAB},
}

// Supported says what OpenFile reads, for messages.
const Supported = "supported are NumPy npy and npz, and MATLAB 4 to 7"

// headBytes is what formats are recognised by.
const headBytes = 2048

// OpenFile opens a file of any supported format, which its content tells. The error of another
// wraps ErrFormat and says what the content looks like.
func OpenFile(path string) (File, error) {
	head, err := readHead(path)
	if err != nil {
		return nil, err
	}
	for _, f := range formats {
		if f.is(head) {
			file, err := f.open(path, head)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			return file, nil
		}
	}
	return nil, fmt.Errorf("%s: %s: %w; %s", path, looksLike(head), ErrFormat, Supported)
}

// readHead returns the first bytes of a regular file that is not empty.
func readHead(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("loaders: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("%s: a folder, not a file: %w; %s", path, ErrFormat, Supported)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file: %w", path, ErrFormat)
	case info.Size() == 0:
		return nil, fmt.Errorf("%s: the file is empty: %w", path, ErrFormat)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("loaders: %w", err)
	}
	defer f.Close()
	head := make([]byte, min(headBytes, info.Size()))
	if n, err := io.ReadFull(f, head); err != nil {
		return nil, fmt.Errorf("%s: byte %d: %w", path, n, err)
	}
	return head, nil
}

// signatures are the first bytes of formats that are met and not read.
var signatures = []struct{ magic, name string }{
	{"\x89HDF\r\n\x1a\n", "HDF5"},
	{"ARROW1", "Arrow IPC (Feather)"},
	{"PAR1", "Parquet"},
	{"\x80\x02", "a Python pickle, which is a program that runs when read; save with np.savez"},
	{"\x80\x03", "a Python pickle, which is a program that runs when read; save with np.savez"},
	{"\x80\x04", "a Python pickle, which is a program that runs when read; save with np.savez"},
	{"\x80\x05", "a Python pickle, which is a program that runs when read; save with np.savez"},
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

func looksLikeText(text string) string {
	trimmed := strings.TrimSpace(text)
	line, _, _ := strings.Cut(trimmed, "\n")
	switch {
	case strings.HasPrefix(trimmed, "version https://git-lfs"):
		return "a Git LFS pointer; get the file itself with git lfs pull"
	case strings.HasPrefix(strings.ToLower(trimmed), "<!doctype html"), strings.HasPrefix(strings.ToLower(trimmed), "<html"):
		return "looks like a web page (HTML): was a download link saved instead of the file?"
	case strings.HasPrefix(trimmed, "{"), strings.HasPrefix(trimmed, "["):
		return "looks like text (JSON?)"
	case strings.Contains(line, ","), strings.Contains(line, ";"):
		return "looks like text (CSV?); save the arrays with np.savez"
	case strings.Contains(line, "\t"):
		return "looks like text (tab-separated?); save the arrays with np.savez"
	}
	return "looks like text"
}

package matfile

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"

	"oblique/internal/claim"
)

// File is an open MATLAB file.
type File struct {
	// Version is the version of the format: 4; 5 for versions 5 to 7; 7 for version 7.3, which is HDF5.
	Version int

	vars   []variable
	byName map[string]int
	size   int64
	closer io.Closer

	mu     sync.Mutex
	limit  int64
	last   *Array // the variable that was asked for last: its inflated bytes are worth keeping
	lastOf int
}

// variable is what listing the file found: the header and how to open the rest.
type variable struct {
	head *Array
	open func() (*Array, error)
}

// Open opens the file and lists its variables. The file stays open until Close.
//
// Errors: [ErrFormat], [ErrTruncated], a damaged header of a variable, or what the system
// says of the path.
func Open(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("matfile: %w", err)
	}
	info, err := r.Stat()
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("matfile: %w", err)
	}
	f, err := NewReader(r, info.Size())
	if err != nil {
		r.Close()
		return nil, err
	}
	f.closer = r
	return f, nil
}

// NewReader lists the variables of a file of the given size that r reads; see [Open].
func NewReader(r io.ReaderAt, size int64) (*File, error) {
	f := &File{size: size, limit: claim.Allowance(size), byName: map[string]int{}, lastOf: -1}
	src := &file{r: r, n: size}
	head := make([]byte, min(headerBytes5, size))
	if err := src.read(head, 0); err != nil {
		return nil, fmt.Errorf("matfile: header: %w", err)
	}
	list, err := f.sniff(head)
	if err == nil {
		err = list(src)
	}
	if err != nil {
		return nil, fmt.Errorf("matfile: %w", err)
	}
	return f, nil
}

// sniff tells the version by the first 128 bytes and returns what lists such a file. A version 5
// header is text, which has no zero among its first four bytes; a version 4 header begins with a
// number below 5000, which has.
func (f *File) sniff(head []byte) (list func(*file) error, err error) {
	switch {
	case len(head) == 0:
		return nil, &kindError{ErrFormat, "not a MATLAB file: it is empty"}
	case bytes.HasPrefix(head, []byte("\x89HDF\r\n\x1a\n")):
		return nil, &kindError{ErrFormat, "not a MATLAB file: HDF5 without MATLAB's header"}
	case bytes.IndexByte(head[:min(4, len(head))], 0) >= 0:
		return f.list4, nil
	case len(head) < headerBytes5:
		return nil, &kindError{ErrFormat, "not a MATLAB file: shorter than a header"}
	}
	return f.header5(head)
}

// Close closes a file opened by [Open]; its Arrays cannot be decoded any more.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// SetLimit sets the most bytes that a sparse matrix may take in full. The default is 64 MiB and
// four times the size of the file, as nothing in the file justifies the size of such a matrix.
// Arrays that were already returned keep the limit they had.
func (f *File) SetLimit(bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limit, f.last, f.lastOf = bytes, nil, -1
}

// add lists a variable. A later one of the same name takes the place of an earlier, as in MATLAB.
func (f *File) add(v variable) {
	name := v.head.Name
	v.head.path = name
	if i, ok := f.byName[name]; ok {
		f.vars[i] = v
		return
	}
	f.byName[name] = len(f.vars)
	f.vars = append(f.vars, v)
}

// Names returns the names of the variables in the order of the file, of version 7.3 in that of the
// alphabet.
func (f *File) Names() []string {
	names := make([]string, len(f.vars))
	for i, v := range f.vars {
		names[i] = v.head.Name
	}
	return names
}

// Var returns a variable. A compressed one is inflated, which checks it.
//
// Errors: [ErrNotFound] with what there is; damage to the variable. Other variables can still be
// read then.
func (f *File) Var(name string) (*Array, error) {
	i, ok := f.byName[name]
	if !ok {
		return nil, &kindError{ErrNotFound, fmt.Sprintf("matfile: no variable '%s'; the file has: %s", name, f.contents())}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lastOf == i {
		return f.last, nil
	}
	v := f.vars[i]
	a, err := v.open()
	if err != nil {
		return nil, v.head.fail(err)
	}
	a.Name, a.path, a.limit = name, name, f.limit
	f.last, f.lastOf = a, i
	return a, nil
}

// contents lists the variables with their sizes for an error.
func (f *File) contents() string {
	names := make([]string, len(f.vars))
	for i, v := range f.vars {
		names[i] = v.head.Name
		if v.head.Dims != nil {
			names[i] += " " + shape(v.head.Dims)
		}
	}
	return list(names)
}

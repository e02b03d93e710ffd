package npz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"oblique/internal/claim"

	"github.com/klauspost/compress/flate"
	"github.com/sbinet/npyio/npy"
)

// maxMembers bounds the work of opening: each member's header is read.
const maxMembers = 1 << 16

// A File is an open .npy or .npz file.
type File struct {
	arrays []*Array
	byName map[string]*Array
	closer io.Closer
}

// Open opens a .npy or .npz file, whichever its content is, and reads the headers of its arrays.
// The array of a .npy file has the name of the file without its extension.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("npz: %s is not a regular file", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	base := filepath.Base(path)
	file, err := newReader(f, info.Size(), strings.TrimSuffix(base, filepath.Ext(base)))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	file.closer = f
	return file, nil
}

// NewReader reads a .npy or .npz file of the given size, as [Open] does. The array of a .npy file
// is named arr_0, as numpy.savez names an array without a name.
func NewReader(r io.ReaderAt, size int64) (*File, error) {
	return newReader(r, size, "arr_0")
}

func newReader(r io.ReaderAt, size int64, name string) (*File, error) {
	var start [6]byte
	n, err := r.ReadAt(start[:min(size, 6)], 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("npz: byte 0: %w", err)
	}
	f := &File{byName: make(map[string]*Array)}
	switch head := string(start[:n]); {
	case head == string(npy.Magic[:]):
		err = f.openNpy(r, size, name)
	case strings.HasPrefix(head, "PK\x03\x04"), strings.HasPrefix(head, "PK\x05\x06"): // the latter begins an empty archive
		err = f.openNpz(r, size)
	case strings.HasPrefix(head, "\x80"):
		err = errors.New("npz: byte 0: a Python pickle, which is a program that runs when read; save with np.save or np.savez")
	case size == 0:
		err = errors.New("npz: byte 0: the file is empty")
	default:
		err = fmt.Errorf("npz: byte 0: %q begins neither a .npy nor a .npz file", head)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Close closes the file that [Open] opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Arrays lists the arrays in the order of the file.
func (f *File) Arrays() []*Array { return slices.Clone(f.arrays) }

// Array returns an array by name, or an error that lists what the file has.
func (f *File) Array(name string) (*Array, error) {
	if a, ok := f.byName[name]; ok {
		return a, nil
	}
	const most = 20
	var has []string
	for i, a := range f.arrays {
		if i == most {
			has = append(has, fmt.Sprintf("and %d more", len(f.arrays)-most))
			break
		}
		has = append(has, a.String())
	}
	if has == nil {
		has = []string{"nothing"}
	}
	return nil, fmt.Errorf("npz: no array '%s'; the file has: %s", name, strings.Join(has, ", "))
}

// openNpy opens a file that is one array.
func (f *File) openNpy(r io.ReaderAt, size int64, name string) error {
	h, err := readHeader(io.NewSectionReader(r, 0, size))
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	data := io.NewSectionReader(r, int64(h.size), size-int64(h.size))
	a := &Array{
		place:  "npz: array '" + name + "'",
		direct: data,
		open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(data, 0, data.Size())), nil
		},
	}
	a.proven.Store(true)
	if err := a.describe(name, h, data.Size()); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	f.add(a)
	return nil
}

// openNpz opens an archive of arrays. Members that are no arrays are passed over, as in NumPy.
func (f *File) openNpz(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are names here, never paths
		return fmt.Errorf("npz: directory of the archive: %w (is the file cut short?)", err)
	}
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	if len(z.File) > maxMembers {
		return fmt.Errorf("npz: %d members, at most %d make sense", len(z.File), maxMembers)
	}
	for _, m := range z.File {
		name, isArray := strings.CutSuffix(m.Name, ".npy")
		if !isArray {
			continue
		}
		if f.byName[name] != nil {
			return fmt.Errorf("npz: member '%s' is there twice", m.Name)
		}
		a, err := openMember(r, size, m)
		if err != nil {
			return fmt.Errorf("npz: member '%s': %w", m.Name, err)
		}
		f.add(a)
	}
	return nil
}

func (f *File) add(a *Array) {
	f.arrays = append(f.arrays, a)
	f.byName[a.Name] = a
}

// openMember reads the header of one array of an archive.
func openMember(r io.ReaderAt, size int64, m *zip.File) (*Array, error) {
	const encrypted = 1
	packed, unpacked := m.CompressedSize64, m.UncompressedSize64
	switch {
	case m.Flags&encrypted != 0:
		return nil, fmt.Errorf("encrypted: %w", ErrUnsupported)
	case m.Method != zip.Store && m.Method != zip.Deflate:
		return nil, fmt.Errorf("compression method %d: %w", m.Method, ErrUnsupported)
	case packed > uint64(size):
		return nil, fmt.Errorf("claims %d bytes in a file of %d", packed, size)
	case m.Method == zip.Store && packed != unpacked:
		return nil, fmt.Errorf("stored, but claims %d bytes to be %d", packed, unpacked)
	case unpacked > (packed+1)*claim.MaxRatio:
		return nil, fmt.Errorf("claims to inflate %d bytes to %d, more than deflate can hold", packed, unpacked)
	}
	h, err := memberHeader(m)
	if err != nil {
		return nil, err
	}
	a := &Array{
		place: "npz: member '" + m.Name + "'",
		open: func() (io.ReadCloser, error) {
			rc, err := m.Open()
			if err != nil {
				return nil, err
			}
			if _, err := io.CopyN(io.Discard, rc, int64(h.size)); err != nil {
				return nil, errors.Join(err, rc.Close())
			}
			return rc, nil
		},
	}
	if m.Method == zip.Store {
		offset, err := m.DataOffset()
		if err != nil {
			return nil, err
		}
		if offset < 0 || offset > size-int64(packed) {
			return nil, fmt.Errorf("%d bytes at %d are not in a file of %d", packed, offset, size)
		}
		a.direct = io.NewSectionReader(r, offset+int64(h.size), int64(packed)-int64(h.size))
	}
	err = a.describe(strings.TrimSuffix(m.Name, ".npy"), h, int64(unpacked)-int64(h.size))
	a.proven.Store(m.Method == zip.Store || claim.Believed(max(int64(a.bytes), 8*int64(a.elements)), size))
	return a, err
}

func memberHeader(m *zip.File) (h header, err error) {
	rc, err := m.Open()
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, rc.Close()) }()
	return readHeader(rc)
}

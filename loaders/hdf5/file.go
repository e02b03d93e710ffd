package hdf5

import (
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	// chunkCacheBytes bounds the decoded chunks kept for the next rows.
	chunkCacheBytes = 32 << 20

	// listCacheBytes bounds the lists of links kept for the next path, at about linkBytes each.
	listCacheBytes = 8 << 20
	linkBytes      = 128
)

// File is an open HDF5 file.
type File struct {
	*source
	superblock
	root   *Group
	chunks *cache[chunkKey, []byte]
	heaps  *cache[uint64, *collection]
	lists  *cache[uint64, []Link] // by address of the group

	extents extents // of collections of the global heap
	closer  io.Closer

	sharedTable   uint64
	sharedIndexes int
}

// Open opens a file by its path. The error is ErrNotHDF5 where it is none.
func Open(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	info, err := r.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("hdf5: %s: not a regular file", path)
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	f, err := NewReader(r, info.Size())
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.closer = r
	return f, nil
}

// NewReader opens a file of size bytes from r, which must stay readable while the File is in use.
// Close does not close it.
func NewReader(r io.ReaderAt, size int64) (*File, error) {
	f := &File{
		source: newSource(r, max(size, 0)),
		chunks: newCache[chunkKey, []byte](chunkCacheBytes),
		heaps:  newCache[uint64, *collection](heapCacheBytes),
		lists:  newCache[uint64, []Link](listCacheBytes),
	}
	if err := f.findSuperblock(); err != nil {
		return nil, &Error{Err: err}
	}
	var err error
	if f.superblock, err = f.readSuperblock(); err != nil {
		return nil, at("superblock", 0, err)
	}
	if err := f.readExtension(f.extension); err != nil {
		return nil, at("superblock extension", f.extension, err)
	}
	o, err := f.open(f.superblock.root, "/")
	if err != nil {
		return nil, err
	}
	root, ok := o.(*Group)
	if !ok {
		return nil, inPath("/", fmt.Errorf("is %s, not a group", kindOf(o)))
	}
	f.root = root
	return f, nil
}

// Close closes the file. Objects and arrays of it cannot be read afterwards.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Root returns the root group.
func (f *File) Root() *Group { return f.root }

// Object opens what a path from the root leads to; see [Group.Object].
func (f *File) Object(path string) (Object, error) { return f.root.Object(path) }

// Group opens the group at a path from the root.
func (f *File) Group(path string) (*Group, error) { return f.root.Group(path) }

// Dataset opens the dataset at a path from the root.
func (f *File) Dataset(path string) (*Dataset, error) { return f.root.Dataset(path) }

// UserBlock returns the number of bytes before the superblock: 0, or 512 × 2ⁿ. They belong to the
// application; MATLAB's say which version wrote the file.
func (f *File) UserBlock() int64 { return int64(f.base) }

// maxDepth bounds how deep groups may be nested for Walk.
const maxDepth = 512

// Walk calls fn for the root group and then for every object below it, parents first and the members
// of a group by name. It goes along hard links only, and calls fn once for an object that has several
// names. Where an object cannot be opened or a group not be listed fn gets the error together with the
// path, and with the object if there is one. What fn returns ends the walk, unless it is nil.
func (f *File) Walk(fn func(path string, o Object, err error) error) error {
	w := &walker{seen: map[uint64]bool{f.root.Address(): true}, fn: fn}
	return w.group(f.root, 0)
}

type walker struct {
	seen map[uint64]bool // addresses of objects
	fn   func(path string, o Object, err error) error
}

func (w *walker) group(g *Group, depth int) error {
	if err := w.fn(g.path, g, nil); err != nil {
		return err
	}
	links, err := g.Links()
	if err == nil && depth == maxDepth && len(links) > 0 {
		err = inPath(g.path, fmt.Errorf("groups nested deeper than %d", maxDepth))
		links = nil
	}
	if err != nil {
		return w.fn(g.path, g, err)
	}
	for _, l := range links {
		if l.Kind != HardLink || w.seen[l.Address] {
			continue
		}
		w.seen[l.Address] = true
		if err := w.child(g, l, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) child(g *Group, l Link, depth int) error {
	o, err := g.file.open(l.Address, join(g.path, l.Name))
	if err != nil {
		return w.fn(join(g.path, l.Name), nil, err)
	}
	if child, ok := o.(*Group); ok {
		return w.group(child, depth+1)
	}
	return w.fn(o.Path(), o, nil)
}

// isDangling reports whether a soft link leads nowhere in this file.
func isDangling(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnsupported)
}

package hdf5

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNotHDF5 means that the file has no HDF5 signature at byte 0, 512, 1024, 2048, ….
	ErrNotHDF5 = errors.New("not an HDF5 file")

	// ErrNotFound means that a group has no such link, or an object no such attribute.
	ErrNotFound = errors.New("not found")

	// ErrUnsupported means that the file may be sound, but uses something this package does not read.
	// The message says what.
	ErrUnsupported = errors.New("unsupported")

	// ErrTooLarge means that an array is larger than what the file has of it; see Array.Prove.
	ErrTooLarge = errors.New("too large")
)

// An Error says where in a file something is wrong.
type Error struct {
	Path      string // of the object that was opened or read; empty where it is not known
	Structure string // "superblock", "chunk index", …; empty where it is no single structure
	Address   uint64 // of the structure, relative to the superblock as all addresses in a file are
	Err       error  // what is wrong
}

// Error reads like "hdf5: /units: B-tree at 0x1a30: level 7 below level 3".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("hdf5: ")
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	if e.Structure != "" {
		fmt.Fprintf(&b, "%s at %#x: ", e.Structure, e.Address)
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// at names the structure in which err was met. The innermost structure is the one that helps, so an
// error that already has a place keeps it.
func at(structure string, addr uint64, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		if e.Structure != "" {
			return err
		}
		return &Error{Path: e.Path, Structure: structure, Address: addr, Err: e.Err}
	}
	return &Error{Structure: structure, Address: addr, Err: err}
}

// inPath names the object that was opened or read when err was met.
func inPath(path string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		if e.Path != "" {
			return err
		}
		return &Error{Path: path, Structure: e.Structure, Address: e.Address, Err: e.Err}
	}
	return &Error{Path: path, Err: err}
}

// unsupported is an ErrUnsupported that says what.
func unsupported(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrUnsupported)
}

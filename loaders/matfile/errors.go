package matfile

import "errors"

// Errors to test for with errors.Is.
var (
	// ErrFormat is a file that is not a MATLAB file of any version.
	ErrFormat = errors.New("not a MATLAB file")
	// ErrUnsupported is a value of a class that this package lists but does not decode.
	ErrUnsupported = errors.New("unsupported")
	// ErrNotFound is a variable, field or element that is not there.
	ErrNotFound = errors.New("not found")
	// ErrTooLarge is a sparse array whose full form would exceed the limit of [File.SetLimit], or
	// an array that exceeds what the file has of it or what the format can hold.
	ErrTooLarge = errors.New("too large")
	// ErrTruncated is a file or an element that ends before its declared size.
	ErrTruncated = errors.New("truncated")
	// ErrInexact is a number that the type asked for cannot hold exactly.
	ErrInexact = errors.New("inexact")
	// ErrClass is an accessor that does not fit the array, such as text asked of numbers.
	ErrClass = errors.New("wrong class")
)

// kindError is an error whose text is its own and whose kind is one of the above: it reads well
// and still answers errors.Is.
type kindError struct {
	kind error
	text string
}

func (e *kindError) Error() string { return e.text }
func (e *kindError) Unwrap() error { return e.kind }

package matfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"
)

// Lookup returns the array at a path: a variable's name followed by any of
//
//	.name     the field of a 1×1 struct
//	[i] {i}   element i of a struct array or cell array, counted from 0 as in Python
//	(i)       the same counted from 1 as in MATLAB
//	[i,j]     the element in row i and column j; likewise {i,j} and (i,j), and more dimensions
//
// so that D.blocks[0].spikes, D.blocks{0}.spikes and D.blocks(1).spikes are the same array. One
// number counts in column-major order. An index into a cell array gives the cell's content.
//
// Errors: [ErrNotFound] with what is there instead; a path that is none of the above.
func (f *File) Lookup(path string) (*Array, error) {
	name, rest := path, ""
	if i := strings.IndexAny(path, ".[{("); i >= 0 {
		name, rest = path[:i], path[i:]
	}
	a, err := f.Var(name)
	if err != nil {
		return nil, err
	}
	return a.Lookup(rest)
}

// Lookup returns the array at a path that starts at this one: ".blocks[0].spikes", "{3}", or "" for
// the array itself. The path is written as for [File.Lookup].
func (a *Array) Lookup(path string) (*Array, error) {
	for path != "" {
		var err error
		switch path[0] {
		case '.':
			end := strings.IndexAny(path[1:], ".[{(") + 1
			if end == 0 {
				end = len(path)
			}
			a, err = a.Field(path[1:end])
			path = path[end:]
		case '[', '{', '(':
			end := strings.IndexByte(path, closing[path[0]])
			if end < 0 {
				return nil, a.fail(fmt.Errorf("path: no '%c' after '%s'", closing[path[0]], path))
			}
			a, err = a.at(path[0], path[1:end])
			path = path[end+1:]
		default:
			return nil, a.fail(fmt.Errorf("path: '.', '[', '{' or '(' expected at '%s'", path))
		}
		if err != nil {
			return nil, err
		}
	}
	return a, nil
}

var closing = map[byte]byte{'[': ']', '{': '}', '(': ')'}

// at returns the element that an index in the given bracket names.
func (a *Array) at(bracket byte, index string) (*Array, error) {
	base := 0
	if bracket == '(' {
		base = 1
	}
	if a.Class != Cell && a.Class != Struct {
		return nil, a.mismatch("an element")
	}
	i, err := a.linear(index, base)
	if err != nil {
		return nil, a.fail(err)
	}
	if a.Class == Cell {
		return a.Cell(i)
	}
	return a.At(i)
}

// linear turns "i" or "i,j,…", counted from base, into the column-major number of an element.
func (a *Array) linear(index string, base int) (int, error) {
	subs := strings.Split(index, ",")
	if len(subs) > 1 && len(subs) != len(a.Dims) {
		return 0, fmt.Errorf("path: %d numbers in '%s' for %s", len(subs), index, a)
	}
	linear, stride := 0, 1
	for k, s := range subs {
		size := a.Len()
		if len(subs) > 1 {
			size = a.Dims[k]
		}
		i, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return 0, fmt.Errorf("path: '%s' is no index", index)
		}
		if i < base || i-base >= size {
			return 0, &kindError{ErrNotFound, fmt.Sprintf("no element %s in %s, counted from %d", index, a, base)}
		}
		linear += (i - base) * stride
		stride *= size
	}
	return linear, nil
}

// Walk calls fn for every variable and, after each struct or cell array, for everything inside
// it, in the order of the file. The elements of a struct array of more than one element are
// visited through their fields only. If fn returns [fs.SkipDir], what is inside the array is left
// out; any other error ends the walk and is returned, and so does damage to the file.
func (f *File) Walk(fn func(a *Array) error) error {
	for _, name := range f.Names() {
		a, err := f.Var(name)
		if err != nil {
			return err
		}
		if err := a.Walk(fn); err != nil {
			return err
		}
	}
	return nil
}

// Walk calls fn for the array and everything inside it; see [File.Walk].
func (a *Array) Walk(fn func(a *Array) error) error {
	left := a.maxParts()
	return a.walk(fn, &left)
}

// walk is Walk of an array inside which there may be so many arrays.
func (a *Array) walk(fn func(a *Array) error, left *int) error {
	if *left--; *left < 0 {
		return a.fail(&kindError{ErrTooLarge, "more arrays inside each other than the file has room for: places are shared"})
	}
	switch err := fn(a); {
	case errors.Is(err, fs.SkipDir):
		return nil
	case err != nil:
		return err
	}
	return a.children(func(c *Array) error { return c.walk(fn, left) })
}

// maxParts is how many arrays can be inside this one. Where there are no references, each has bytes
// of its own.
func (a *Array) maxParts() int {
	if n, ok := a.node.(*node73); ok && n.file != nil {
		return n.file.maxParts()
	}
	return math.MaxInt
}

// children calls fn for each cell, or each field of each element. A struct array without fields
// may have any number of elements, as they take no bytes: there is nothing to visit in them.
func (a *Array) children(fn func(*Array) error) error {
	switch {
	case a.Class == Cell:
		for i := range a.Len() {
			c, err := a.Cell(i)
			if err != nil {
				return err
			}
			if err := fn(c); err != nil {
				return err
			}
		}
	case a.Class == Struct && len(a.fields) > 0:
		for i := range a.Len() {
			e, err := a.At(i)
			if err != nil {
				return err
			}
			for k := range a.fields {
				c, err := e.field(k)
				if err != nil {
					return err
				}
				if err := fn(c); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

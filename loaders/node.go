package loaders

import (
	"errors"
	"fmt"
	"strings"

	"oblique/loaders/recording"
)

// ErrNotFound is wrapped by the error of a name that a file does not have.
var ErrNotFound = errors.New("not found")

// A File is an open file of any supported format.
type File interface {
	// Format is the name of the format, such as "npz" or "MATLAB 5".
	Format() string
	// Root is the group of everything at the top level.
	Root() Node
	// Close closes the file; its nodes cannot be read any more.
	Close() error
}

// A Class says what a node is.
type Class string

// The classes of nodes.
const (
	Group   Class = "group"   // named children: the file itself, a struct
	List    Class = "list"    // numbered children: a cell array, a struct array
	Numbers Class = "numbers" // numbers, logicals as 0 and 1
	Text    Class = "text"    // one text or several
	Opaque  Class = "opaque"  // listed, but not readable
)

// Info describes a node without reading its values.
type Info struct {
	Name  string // empty for the root and for the children of a List
	Class Class
	Type  string // element type as the format spells it: "uint8", "<f8", "cell"
	Dims  []int  // sizes in the format's own order of indices; nil where there is none
	Unit  string // physical unit, if the file tells
}

// String is the name and the sizes: spikes [171×15536].
func (i Info) String() string { return i.Name + " " + i.Shape() }

// Shape writes the sizes: [171×15536] of an array, {8} of a list, nothing of a group.
func (i Info) Shape() string {
	switch i.Class {
	case Group:
		return ""
	case List:
		return fmt.Sprintf("{%d}", product(i.Dims))
	}
	return shape(i.Dims)
}

func shape(dims []int) string {
	s := make([]string, len(dims))
	for i, d := range dims {
		s[i] = fmt.Sprint(d)
	}
	return "[" + strings.Join(s, "×") + "]"
}

// A Node is an array or a container in a file. Methods that do not fit the class return an error;
// those of an Opaque node say why it cannot be read.
type Node interface {
	Info() Info
	// Children returns what is inside a Group or a List, in the file's order.
	Children() ([]Node, error)
	// Values reads all numbers.
	Values() (Values, error)
	// Head reads the first n numbers, or as many as there are, in the order of the file. It may give
	// none where they cannot be had without reading much more.
	Head(n int) ([]float64, error)
	// Strings reads a text, or several in the order of the file.
	Strings() ([]string, error)
}

// A streamer is a node that can serve its rows from the file. Rows is nil where this one cannot.
type streamer interface{ Rows() recording.Rows }

// unread gives a node the methods that do not fit its class.
type unread struct{ info Info }

func (u unread) Info() Info { return u.info }

func (u unread) refuse(what string) error {
	return fmt.Errorf("loaders: '%s' is %s, not %s", u.info.Name, u.info.Class, what)
}

func (u unread) Children() ([]Node, error)   { return nil, u.refuse("a group") }
func (u unread) Values() (Values, error)     { return Values{}, u.refuse("numbers") }
func (u unread) Head(int) ([]float64, error) { return nil, u.refuse("numbers") }
func (u unread) Strings() ([]string, error)  { return nil, u.refuse("text") }

// A container is a Group or a List whose children are at hand.
type container struct {
	unread
	children []Node
}

func (c container) Children() ([]Node, error) { return c.children, nil }

func newGroup(children []Node) Node {
	return container{unread{Info{Class: Group, Type: "group"}}, children}
}

func newList(name string, children []Node) Node {
	return container{unread{Info{Name: name, Class: List, Type: "list", Dims: []int{len(children)}}}, children}
}

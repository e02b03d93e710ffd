package hdf5

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Object is a *Group, a *Dataset or a *NamedType.
type Object interface {
	// Path returns the path by which the object was opened, "/" for the root; an object opened through a
	// reference has the path "#" followed by its address.
	Path() string

	// Address returns where the object's header lies. Two objects are the same where it is the same.
	Address() uint64

	// Attrs returns the attributes by name. An attribute that is damaged fails them all; Attr decodes
	// one alone.
	Attrs() ([]*Attribute, error)

	// Attr returns the attribute of that name, or an error that is ErrNotFound.
	Attr(name string) (*Attribute, error)
}

type object struct {
	file   *File
	path   string
	header *header
}

// Path returns the path by which the object was opened.
func (o *object) Path() string { return o.path }

// Address returns where the object's header lies.
func (o *object) Address() uint64 { return o.header.addr }

// Group is a directory of named links.
type Group struct{ object }

// NamedType is a datatype that several datasets and attributes share.
type NamedType struct {
	object
	typ *Type
}

// Type returns the datatype.
func (t *NamedType) Type() *Type { return t.typ }

// open opens the object at addr, whatever it is.
func (f *File) open(addr uint64, path string) (Object, error) {
	h, err := f.header(addr)
	if err != nil {
		return nil, inPath(path, err)
	}
	o := object{file: f, path: path, header: h}
	switch {
	case h.find(messageSymbolTable) != nil, h.find(messageLinkInfo) != nil:
		return &Group{o}, nil
	case h.find(messageDataspace) != nil && h.find(messageDatatype) != nil:
		d, err := openDataset(o)
		if err != nil {
			return nil, inPath(path, err)
		}
		return d, nil
	case h.find(messageDatatype) != nil:
		t, err := f.datatype(h.find(messageDatatype))
		if err != nil {
			return nil, inPath(path, err)
		}
		return &NamedType{object: o, typ: t}, nil
	}
	return nil, inPath(path, at("object header", addr, fmt.Errorf("neither a group nor a dataset nor a datatype")))
}

// Links returns the group's links by name, without opening what they lead to. The caller must not
// change the slice.
func (g *Group) Links() ([]Link, error) {
	if links, ok := g.file.lists.get(g.Address()); ok {
		return links, nil
	}
	links, err := g.file.links(g.header)
	if err != nil {
		return nil, inPath(g.path, err)
	}
	g.file.lists.put(g.Address(), links, linkBytes*len(links))
	return links, nil
}

// Children opens the objects of this file that the group's links lead to, by name. Soft links are
// followed and those that lead nowhere left out, as are external links.
func (g *Group) Children() ([]Object, error) {
	links, err := g.Links()
	if err != nil {
		return nil, err
	}
	var children []Object
	for _, l := range links {
		if l.Kind == ExternalLink {
			continue
		}
		o, err := g.follow(l, &budget{})
		if l.Kind == SoftLink && isDangling(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		children = append(children, o)
	}
	return children, nil
}

// Object opens what a path leads to. A path that begins with "/" starts at the root group, any other
// one at g; "." and empty steps are passed over. Soft links are followed.
//
// The error is ErrNotFound where a step has no such link and ErrUnsupported where one is external.
func (g *Group) Object(path string) (Object, error) { return g.resolve(path, &budget{}) }

// Group opens the group at a path.
func (g *Group) Group(path string) (*Group, error) {
	o, err := g.Object(path)
	if err != nil {
		return nil, err
	}
	if group, ok := o.(*Group); ok {
		return group, nil
	}
	return nil, inPath(o.Path(), fmt.Errorf("is %s, not a group", kindOf(o)))
}

// Dataset opens the dataset at a path.
func (g *Group) Dataset(path string) (*Dataset, error) {
	o, err := g.Object(path)
	if err != nil {
		return nil, err
	}
	if d, ok := o.(*Dataset); ok {
		return d, nil
	}
	return nil, inPath(o.Path(), fmt.Errorf("is %s, not a dataset", kindOf(o)))
}

func kindOf(o Object) string {
	switch o.(type) {
	case *Group:
		return "a group"
	case *Dataset:
		return "a dataset"
	}
	return "a datatype"
}

// budget bounds what soft links may make a path grow to.
type budget struct{ hops, steps int }

const (
	maxHops  = 32
	maxSteps = 4096
)

func (b *budget) spend(target string) error {
	b.hops++
	b.steps += strings.Count(target, "/") + 1
	if b.hops > maxHops || b.steps > maxSteps {
		return fmt.Errorf("more than %d soft links, or of %d steps: they run in a circle", maxHops, maxSteps)
	}
	return nil
}

func (g *Group) resolve(path string, spent *budget) (Object, error) {
	if strings.HasPrefix(path, "/") {
		g = g.file.root
	}
	var o Object = g
	for _, step := range strings.Split(path, "/") {
		if step == "" || step == "." {
			continue
		}
		parent, ok := o.(*Group)
		if !ok {
			return nil, inPath(o.Path(), fmt.Errorf("is %s, so that there is no %q in it: %w", kindOf(o), step, ErrNotFound))
		}
		l, err := parent.link(step)
		if err != nil {
			return nil, err
		}
		if o, err = parent.follow(l, spent); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (g *Group) link(name string) (Link, error) {
	links, err := g.Links()
	if err != nil {
		return Link{}, err
	}
	i := sort.Search(len(links), func(i int) bool { return links[i].Name >= name })
	if i < len(links) && links[i].Name == name {
		return links[i], nil
	}
	names := make([]string, len(links))
	for i, l := range links {
		names[i] = l.Name
	}
	return Link{}, inPath(g.path, fmt.Errorf("%q %w; there are: %s", name, ErrNotFound, enumerate(names)))
}

func (g *Group) follow(l Link, spent *budget) (Object, error) {
	path := join(g.path, l.Name)
	switch l.Kind {
	case SoftLink:
		err := spent.spend(l.Target)
		if err != nil {
			return nil, inPath(path, err)
		}
		o, err := g.resolve(l.Target, spent)
		return o, throughLink(path, l.Target, err)
	case ExternalLink:
		return nil, inPath(path, unsupported("link to %q in another file, %q", l.Target, l.File))
	}
	return g.file.open(l.Address, path)
}

// throughLink tells of an error at the end of a soft link from the link's point of view.
func throughLink(path, target string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	return &Error{path, e.Structure, e.Address, fmt.Errorf("soft link to %q: %w", target, e.Err)}
}

func join(parent, name string) string {
	if strings.HasSuffix(parent, "/") {
		return parent + name
	}
	return parent + "/" + name
}

// enumerate lists names for an error message, not too many.
func enumerate(names []string) string {
	const most = 20
	if len(names) == 0 {
		return "none"
	}
	if len(names) > most {
		return fmt.Sprintf("%s, … (%d)", strings.Join(names[:most], ", "), len(names))
	}
	return strings.Join(names, ", ")
}

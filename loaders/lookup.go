package loaders

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"oblique/loaders/recording"
)

const (
	// maxDepth bounds the nesting that a search follows.
	maxDepth = 16
	// maxNodes bounds the nodes that a search or a listing visits.
	maxNodes = 100_000
)

// Lookup returns what a path names: names joined by . or /, and [i] or {i} for element i of a cell or
// struct array, counted from 0. Without an index, a field of a struct array is the list of that
// field of every element. A name alone is found wherever it is in the file, if it is there only once.
// Capitals matter only where there is a choice.
//
// The error of a name that is not there wraps ErrNotFound and lists what the file has.
func Lookup(f File, path string) (Node, error) {
	n, _, err := find(f, path)
	return n, err
}

// find is Lookup that also returns the full path.
func find(f File, path string) (Node, string, error) {
	for _, same := range []func(a, b string) bool{equal, strings.EqualFold} {
		n, err := descend(f.Root(), "."+strings.TrimPrefix(path, "/"), same)
		if n != nil || err != nil {
			return n, path, err
		}
	}
	found, err := search(f.Root(), func(p string, _ Info) bool {
		return strings.EqualFold(p[strings.LastIndexAny(p, "./")+1:], path)
	})
	if err != nil {
		return nil, "", err
	}
	switch len(found) {
	case 0:
		return nil, "", notFound(f, path)
	case 1:
		return found[0].node, found[0].path, nil
	}
	return nil, "", fmt.Errorf("loaders: '%s' is there %d times: %s; give the whole path", path, len(found), paths(found))
}

func equal(a, b string) bool { return a == b }

// descend follows a path from a node; the path is empty or begins with one of . / [ {. It returns nil
// if there is no such node.
func descend(n Node, path string, same func(a, b string) bool) (Node, error) {
	switch {
	case path == "":
		return n, nil
	case path[0] == '[' || path[0] == '{':
		return element(n, path, same)
	case path[0] != '.' && path[0] != '/':
		return nil, nil
	}
	switch n.Info().Class {
	case Group:
		return member(n, path[1:], same)
	case List:
		return collect(n, path, same)
	}
	return nil, nil
}

// member follows a path that begins with the name of a child. Names may hold any character, so the
// children decide where the name ends: the longest that leads on is meant.
func member(n Node, path string, same func(a, b string) bool) (Node, error) {
	children, err := n.Children()
	if err != nil {
		return nil, err
	}
	var best Node
	longest := -1
	for _, c := range children {
		name := c.Info().Name
		if len(name) <= longest || len(name) > len(path) || !same(name, path[:len(name)]) {
			continue
		}
		found, err := descend(c, path[len(name):], same)
		if err != nil {
			return nil, err
		}
		if found != nil {
			best, longest = found, len(name)
		}
	}
	return best, nil
}

// element follows a path that begins with an index. A group is its own element 0, as a struct in
// MATLAB is.
func element(n Node, path string, same func(a, b string) bool) (Node, error) {
	end := strings.IndexAny(path, "]}")
	if end < 0 {
		return nil, fmt.Errorf("loaders: no ] after '%s'", path)
	}
	i, err := strconv.Atoi(path[1:end])
	if err != nil {
		return nil, fmt.Errorf("loaders: '%s' is no index", path[:end+1])
	}
	switch n.Info().Class {
	case Group:
		if i == 0 {
			return descend(n, path[end+1:], same)
		}
	case List:
		children, err := n.Children()
		if err != nil {
			return nil, err
		}
		if i >= 0 && i < len(children) {
			return descend(children[i], path[end+1:], same)
		}
	}
	return nil, nil
}

// collect follows the path from every element of a list. It leads on only if it does from all.
func collect(list Node, path string, same func(a, b string) bool) (Node, error) {
	children, err := list.Children()
	if err != nil || len(children) == 0 {
		return nil, err
	}
	parts := make([]Node, len(children))
	for i, c := range children {
		if c.Info().Class != Group {
			return nil, nil
		}
		if parts[i], err = descend(c, path, same); err != nil || parts[i] == nil {
			return nil, err
		}
	}
	return newList(path[strings.LastIndexAny(path, "./")+1:], parts), nil
}

// A place is a node and its path.
type place struct {
	path  string
	node  Node
	depth int
}

// search walks the tree, breadth first, and returns the nodes that want takes. The fields of a
// struct array are visited once, as lists of their values.
func search(root Node, want func(path string, info Info) bool) ([]place, error) {
	var found []place
	queue := []place{{node: root}}
	for visited := 0; len(queue) > 0 && visited < maxNodes; visited++ {
		at := queue[0]
		queue = queue[1:]
		if at.path != "" && want(at.path, at.node.Info()) {
			found = append(found, at)
		}
		if at.depth == maxDepth {
			continue
		}
		inside, err := fields(at)
		if err != nil {
			return nil, err
		}
		queue = append(queue, inside[:min(len(inside), maxNodes-len(queue))]...)
	}
	return found, nil
}

// fields returns the named nodes one level inside.
func fields(at place) ([]place, error) {
	class := at.node.Info().Class
	if class != Group && class != List {
		return nil, nil
	}
	children, err := at.node.Children()
	if err != nil || len(children) == 0 {
		return nil, err
	}
	prefix := at.path
	if prefix != "" {
		prefix += "."
	}
	var inside []place
	if class == Group {
		for _, c := range children {
			inside = append(inside, place{prefix + c.Info().Name, c, at.depth + 1})
		}
		return inside, nil
	}
	lists, err := columns(children)
	for _, l := range lists {
		inside = append(inside, place{prefix + l.Info().Name, l, at.depth + 1})
	}
	return inside, err
}

// columns turns a struct array about: one list per field that every element has.
func columns(elements []Node) ([]Node, error) {
	var names []string
	parts := make(map[string][]Node)
	for _, e := range elements {
		if e.Info().Class != Group {
			return nil, nil
		}
		inside, err := e.Children()
		if err != nil {
			return nil, err
		}
		for _, c := range inside {
			name := c.Info().Name
			if parts[name] == nil {
				names = append(names, name)
			}
			parts[name] = append(parts[name], c)
		}
	}
	var lists []Node
	for _, name := range names {
		if len(parts[name]) == len(elements) {
			lists = append(lists, newList(name, parts[name]))
		}
	}
	return lists, nil
}

// notFound is the error of a name that is not there, with what is.
func notFound(f File, name string) error {
	return missing{fmt.Sprintf("loaders: no array '%s'; %s", name, contents(f))}
}

// missing is an error that is ErrNotFound in a text of its own.
type missing struct{ text string }

func (e missing) Error() string { return e.text }
func (e missing) Unwrap() error { return ErrNotFound }

// contents lists the arrays of a file in one line.
func contents(f File) string {
	arrays, err := search(f.Root(), func(_ string, i Info) bool { return i.Class == Numbers || i.Class == List || i.Class == Opaque })
	if err != nil {
		return "its list of arrays cannot be read: " + err.Error()
	}
	if len(arrays) == 0 {
		return "the file has no arrays"
	}
	if len(arrays) > mostListed { // the largest are the likely ones
		slices.SortStableFunc(arrays, func(a, b place) int { return cmp.Compare(size(b.node), size(a.node)) })
	}
	return "the file has: " + paths(arrays)
}

// size is the number of elements, in a list that of its first element times their number.
func size(n Node) int {
	info := n.Info()
	if info.Class == List {
		if children, err := n.Children(); err == nil && len(children) > 0 {
			return len(children) * product(children[0].Info().Dims)
		}
	}
	return product(info.Dims)
}

// mostListed is how many arrays an error names.
const mostListed = 12

// paths lists places with their sizes, the first of very many.
func paths(places []place) string {
	var s []string
	for i, p := range places {
		if i == mostListed {
			s = append(s, fmt.Sprintf("and %d more (regime info lists them)", len(places)-mostListed))
			break
		}
		info := p.node.Info()
		info.Name = p.path
		text := recording.Printable(info.String())
		if info.Class == Opaque {
			text += " (" + info.Type + ", not readable)"
		}
		s = append(s, text)
	}
	return strings.Join(s, ", ")
}

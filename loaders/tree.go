package loaders

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"oblique/loaders/recording"
)

// A Tree is what is inside a file, for people (WriteText) and programs (JSON).
type Tree struct {
	Path   string    `json:"path"`
	Format string    `json:"format"`
	Bytes  int64     `json:"bytes"`
	Nodes  []*Branch `json:"nodes"`
	// Omitted is the number of nodes at the top level that are not listed.
	Omitted int `json:"omitted,omitempty"`
}

// A Branch is one node of a Tree.
type Branch struct {
	Name  string `json:"name"` // [i] in a list
	Path  string `json:"path"` // as Lookup takes it
	Class Class  `json:"class"`
	Type  string `json:"type"`
	Dims  []int  `json:"dims,omitempty"`
	Unit  string `json:"unit,omitempty"`
	// First are the first few values: numbers, or texts. What JSON has no number for is the text NaN,
	// Inf or -Inf.
	First []any `json:"first,omitempty"`
	// Error says why the values, or what is inside, cannot be read.
	Error  string    `json:"error,omitempty"`
	Inside []*Branch `json:"inside,omitempty"`
	// Omitted is the number of children that are not listed: of a struct array the first element
	// stands for all.
	Omitted int `json:"omitted,omitempty"`
}

// What of large files is shown.
const (
	firstValues  = 5
	firstCells   = 3
	firstMembers = 1000
	longestText  = 60 // characters
)

// Inspect returns the tree of a file of any supported format. A part that cannot be read has an Error
// in the tree; the error of Inspect itself is that of OpenFile.
//
// A format that says what its parts are is shown so, unless raw asks for the tree of arrays that every format is: NWB as units,
// intervals and time series, whose names are paths in the file.
//
// A folder is shown as the NWB files in it, over which a session is split: a group for each.
func Inspect(path string, raw bool) (*Tree, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return inspectFolder(path, raw)
	}
	f, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("loaders: %w", err), f.Close())
	}
	t, err := InspectFile(f, raw)
	t.Path, t.Bytes = path, info.Size()
	return t, errors.Join(err, f.Close())
}

// inspectFolder is the tree of the NWB files of a folder. One that cannot be opened has an Error.
func inspectFolder(dir string, raw bool) (*Tree, error) {
	names, err := nwbNames(dir)
	if err != nil {
		return nil, err
	}
	t := &Tree{Path: dir, Format: "a folder with " + plural(len(names), "NWB file")}
	for _, name := range names {
		b := &Branch{Name: name, Path: name, Class: Group}
		t.Nodes = append(t.Nodes, b)
		one, err := Inspect(filepath.Join(dir, name), raw)
		if one != nil {
			t.Bytes += one.Bytes
			b.Type, b.Inside, b.Omitted = one.Format, one.Nodes, one.Omitted
		}
		b.fail(err)
	}
	return t, nil
}

// InspectFile is Inspect of an open file, whose path and size it leaves out.
func InspectFile(f File, raw bool) (*Tree, error) {
	root := f.Root()
	if n, ok := within(f).(sessioner); ok && !raw {
		root = n.overview()
	}
	budget := maxNodes
	top := &Branch{}
	top.grow(root, 0, &budget)
	t := &Tree{Format: f.Format(), Nodes: top.Inside, Omitted: top.Omitted}
	if top.Error != "" {
		return t, errors.New(top.Error)
	}
	return t, nil
}

// newBranch describes a node and what is inside it.
func newBranch(n Node, name, path string, depth int, budget *int) *Branch {
	info := n.Info()
	b := &Branch{Name: name, Path: path, Class: info.Class, Type: info.Type, Dims: info.Dims, Unit: info.Unit}
	switch info.Class {
	case Group, List:
		b.grow(n, depth, budget)
	case Numbers:
		x, err := n.Head(firstValues)
		for _, v := range x {
			b.First = append(b.First, jsonNumber(v))
		}
		b.fail(err)
	case Text:
		texts, err := n.Strings()
		for _, s := range texts[:min(len(texts), firstValues)] {
			b.First = append(b.First, clip(s, longestText))
		}
		b.fail(err)
	case Opaque:
		_, err := n.Values()
		b.fail(err)
	}
	return b
}

func (b *Branch) fail(err error) {
	if err != nil {
		b.Error = err.Error()
	}
}

// grow lists the children: members by name, elements by number.
func (b *Branch) grow(n Node, depth int, budget *int) {
	children, err := n.Children()
	if err != nil {
		b.fail(err)
		return
	}
	show := min(len(children), firstMembers)
	list := n.Info().Class == List
	if list {
		show = min(len(children), firstCells)
		if show > 0 && children[0].Info().Class == Group {
			show = 1
		}
	}
	if depth == maxDepth || *budget <= 0 {
		show = 0
	}
	*budget -= show
	b.Omitted = len(children) - show
	for i, c := range children[:show] {
		name, path := c.Info().Name, c.Info().Name
		if list {
			name = fmt.Sprintf("[%d]", i)
			path = b.Path + name
		} else if b.Path != "" {
			path = b.Path + "." + name
		}
		b.Inside = append(b.Inside, newBranch(c, name, path, depth+1, budget))
	}
}

// jsonNumber returns what JSON can hold.
func jsonNumber(x float64) any {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "Inf"
	case math.IsInf(x, -1):
		return "-Inf"
	}
	return x
}

// clip shortens a text to n characters and makes it printable.
func clip(s string, n int) string {
	s = recording.Printable(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// WriteText writes the tree in aligned columns: name, indented by depth; sizes; type; unit; first values.
func (t *Tree) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %s, %s\n", recording.Printable(t.Path), t.Format, bytesText(t.Bytes))
	var lines []line
	for _, b := range t.Nodes {
		lines = b.lines(lines, 0)
	}
	lines = omitted(lines, t.Omitted, "", 0)
	var width [4]int
	for _, l := range lines {
		for i, cell := range l.cells {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, l := range lines {
		text := ""
		for i, cell := range l.cells {
			if width[i] > 0 {
				text += cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2)
			}
		}
		fmt.Fprintln(out, strings.TrimRight(text+l.values, " "))
	}
	return out.Flush()
}

// A line has the aligned cells name, sizes, type and unit, and the values after them.
type line struct {
	cells  [4]string
	values string
}

// lines appends the lines of a branch.
func (b *Branch) lines(lines []line, depth int) []line {
	const longestName = 64
	info := Info{Class: b.Class, Dims: b.Dims}
	l := line{cells: [4]string{strings.Repeat("  ", depth) + clip(b.Name, longestName), info.Shape(), b.Type, recording.Printable(b.Unit)}}
	l.values = b.values()
	lines = append(lines, l)
	for _, c := range b.Inside {
		lines = c.lines(lines, depth+1)
	}
	what := ""
	if len(b.Inside) == 1 && b.Inside[0].Class == Group && b.Class == List {
		what = " like it"
	}
	return omitted(lines, b.Omitted, what, depth+1)
}

func omitted(lines []line, n int, what string, depth int) []line {
	if n == 0 {
		return lines
	}
	return append(lines, line{cells: [4]string{strings.Repeat("  ", depth) + fmt.Sprintf("… %d more%s", n, what)}})
}

// values writes the first values, and an ellipsis if there are more.
func (b *Branch) values() string {
	var s []string
	for _, v := range b.First {
		switch v := v.(type) {
		case float64:
			s = append(s, strconv.FormatFloat(v, 'g', 5, 64))
		case string:
			if b.Class == Text {
				v = "'" + v + "'"
			}
			s = append(s, v)
		}
	}
	if b.Class == Numbers && len(b.First) > 0 && product(b.Dims) > len(b.First) {
		s = append(s, "…")
	}
	if b.Error != "" {
		s = append(s, "("+recording.Printable(b.Error)+")")
	}
	return strings.Join(s, " ")
}

// bytesText writes a file size in three digits.
func bytesText(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	x := float64(n)
	for _, unit := range []string{"kB", "MB", "GB"} {
		if x /= 1000; x < 1000 {
			return fmt.Sprintf("%.3g %s", x, unit)
		}
	}
	return fmt.Sprintf("%.3g TB", x/1000)
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/pflag"
)

// A plan is a file that says which analyses to make: data sets × outputs × preparations × methods × subsamples. Keys are
// the flags of regime fit and scaling, with dashes or underscores.
type plan struct {
	path    string
	out     string // folder of the results
	seed    uint64
	data    []*section
	prepare []*section
	methods []*section
	neurons *section // nil without subsamples of neurons

	lines    map[string]int // of "table#i.key" and of "table#i"
	problems []problem
}

// A section is a table of a plan: the flags it sets, by name, with the values as flags take them.
type section struct {
	table   string // data, prepare, method, neurons
	id      string // table#i, as in plan.lines
	name    string
	group   string
	outputs []output1
	flags   map[string][]string
}

// An output1 is one behaviour of a data set: its name, and the flags that make it.
type output1 struct {
	name  string
	flags map[string][]string
}

// A problem is something wrong with a plan, at a line.
type problem struct {
	line   int
	status int
	data   bool // met when data were loaded
	text   string
}

// planError has all the problems of a plan.
type planError struct {
	path     string
	problems []problem
}

func (e *planError) Error() string {
	lines := make([]string, len(e.problems))
	for i, p := range e.problems {
		lines[i] = fmt.Sprintf("%s:%d: %s", e.path, p.line, p.text)
	}
	return strings.Join(lines, "\n")
}

// wrong notes a problem at a key, or at the table if the key is nowhere.
func (p *plan) wrong(s *section, key, format string, args ...any) {
	p.note(problem{status: exitUsage, text: fmt.Sprintf(format, args...)}, s, key)
}

func (p *plan) note(at problem, s *section, key string) {
	id := ""
	if s != nil {
		id = s.id
		at.text = fmt.Sprintf("[%s] %s", s.table, at.text)
	}
	for _, k := range []string{id + "." + key, id + "." + strings.ReplaceAll(key, "-", "_"), id} {
		if at.line = p.lines[k]; at.line > 0 {
			break
		}
	}
	at.text = strings.ReplaceAll(at.text, "regime: bad option: ", "")
	if !slices.Contains(p.problems, at) { // one of a table is met with each of the others
		p.problems = append(p.problems, at)
	}
}

// err returns all problems in the order of their lines, with status 3 if all of them lie in the data.
func (p *plan) err() error {
	if len(p.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(p.problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	worst := exitData
	for _, one := range p.problems {
		if one.status != exitData {
			worst = exitUsage
		}
	}
	return &failure{status: worst, err: &planError{p.path, p.problems}}
}

// openPlan reads the text of a plan.
func openPlan(path string) (map[string]any, *plan, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, usage("no file %s", path)
	}
	if err != nil {
		return nil, nil, &failure{status: exitUsage, err: err}
	}
	var raw map[string]any
	if _, err := toml.Decode(string(text), &raw); err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return nil, nil, usage("%s:%d: %s", path, syntax.Position.Line, syntax.Message)
		}
		return nil, nil, usage("%s: %w", path, err)
	}
	return raw, &plan{path: path, lines: linesOf(string(text))}, nil
}

// planName is the file's name without its ending.
func planName(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }

// readPlan reads a plan and checks everything that does not need the data; problems are noted, and err tells them.
func readPlan(path string) (*plan, error) {
	raw, p, err := openPlan(path)
	if err != nil {
		return nil, err
	}
	p.out = planName(path) + "-results"
	for _, key := range sortedKeys(raw) {
		value := raw[key]
		switch key {
		case "seed":
			n, ok := value.(int64)
			if !ok || n < 0 {
				p.wrong(nil, key, "seed: want a whole number, 0 or more")
			}
			p.seed = uint64(n)
		case "out":
			if p.out = p.text(nil, key, value); p.out == "" {
				p.wrong(nil, key, "out: want the name of a folder")
			}
		case "data", "prepare", "method":
			p.tables(key, value)
		case "neurons":
			table, ok := value.(map[string]any)
			if !ok {
				p.wrong(nil, key, "neurons: want one table [neurons]")
				continue
			}
			p.neurons = &section{table: key, id: "neurons#0"}
			p.read(p.neurons, table)
		default:
			p.wrong(nil, key, "unknown key %q; a plan has seed, out, [[data]], [[prepare]], [[method]] and [neurons]", key)
		}
	}
	if !filepath.IsAbs(p.out) {
		p.out = filepath.Join(filepath.Dir(path), p.out)
	}
	if len(p.data) == 0 {
		p.wrong(nil, "data", "nothing to analyse: no [[data]]")
	}
	if len(p.prepare) == 0 {
		p.prepare = []*section{{table: "prepare", name: "default"}}
	}
	if len(p.methods) == 0 {
		p.methods = []*section{{table: "method", name: "crossval"}}
	}
	return p, nil
}

// tables reads an array of tables.
func (p *plan) tables(table string, value any) {
	list, ok := value.([]map[string]any)
	if !ok {
		p.wrong(nil, table, "%s: want tables [[%s]]", table, table)
		return
	}
	seen := map[string]bool{}
	for i, raw := range list {
		s := &section{table: table, id: fmt.Sprintf("%s#%d", table, i)}
		p.read(s, raw)
		if seen[s.name] {
			p.wrong(s, "name", "two of them are called %q: give each a name", s.name)
		}
		seen[s.name] = true
		switch table {
		case "data":
			p.data = append(p.data, s)
		case "prepare":
			p.prepare = append(p.prepare, s)
		default:
			p.methods = append(p.methods, s)
		}
	}
}

// read fills in a section.
func (p *plan) read(s *section, raw map[string]any) {
	own := map[string]any{}
	flags := map[string]any{}
	for key, value := range raw {
		switch {
		case key == "name" && s.table != "neurons", s.table == "data" && (key == "group" || key == "outputs"):
			own[key] = value
		default:
			flags[key] = value
		}
	}
	s.flags = p.flags(s, flags)
	s.name, s.group = p.text(s, "name", own["name"]), p.text(s, "group", own["group"])
	switch s.table {
	case "data":
		data := s.flags["data"]
		if len(data) == 0 {
			p.wrong(s, "", "no data: a file, or the name of a data set")
			data = []string{""}
		}
		if s.name == "" {
			s.name = data[0]
		}
		s.outputs = p.outputs(s, own["outputs"])
	case "prepare":
		if s.name == "" {
			s.name = describeFlags(s.flags)
		}
	case "method":
		if s.name == "" && len(s.flags) == 0 {
			s.name = "crossval" // as where there is no [[method]]
		} else if s.name == "" {
			s.name = describeFlags(s.flags)
		}
	}
}

// outputs reads the behaviours of a data set: names, or tables of flags.
func (p *plan) outputs(s *section, value any) []output1 {
	var items []any
	switch v := value.(type) {
	case nil:
		return []output1{{flags: map[string][]string{}}}
	case []any:
		items = v
	case []map[string]any:
		for _, table := range v {
			items = append(items, table)
		}
	}
	var outputs []output1
	for _, item := range items {
		switch v := item.(type) {
		case string:
			outputs = append(outputs, output1{name: v, flags: map[string][]string{"output": {v}}})
		case map[string]any:
			name := p.text(s, "outputs", v["name"])
			flags := map[string]any{}
			for key, value := range v {
				if key != "name" {
					flags[key] = value
				}
			}
			o := output1{name: name, flags: p.flags(&section{table: "prepare", id: s.id}, flags)}
			if o.name == "" {
				o.name = describeFlags(o.flags)
			}
			outputs = append(outputs, o)
		default:
			p.wrong(s, "outputs", "outputs: want names, or tables such as {output = \"pos\", derivative = 1}")
			return nil
		}
	}
	if len(outputs) == 0 {
		p.wrong(s, "outputs", "outputs: want at least one; leave the key out for the data's first")
	}
	for i, o := range outputs {
		if slices.ContainsFunc(outputs[:i], func(q output1) bool { return q.name == o.name }) {
			p.wrong(s, "outputs", "outputs: two are called %q", o.name)
		}
	}
	return outputs
}

// describeFlags names a variant by what it sets: smooth 50ms, lag 100ms.
func describeFlags(flags map[string][]string) string {
	var parts []string
	for _, name := range sortedKeys(flags) {
		if name == "method" {
			parts = append([]string{flags[name][0]}, parts...)
			continue
		}
		parts = append(parts, name+" "+strings.Join(flags[name], ","))
	}
	if len(parts) == 0 {
		return "default"
	}
	return strings.Join(parts, ", ")
}

// schema returns the flags that a table may set.
func schema(table string) *pflag.FlagSet {
	f := pflag.NewFlagSet(table, pflag.ContinueOnError)
	switch table {
	case "data":
		new(input).AddFlags(f)
	case "prepare":
		new(preparation).AddFlags(f)
	case "method":
		all := pflag.NewFlagSet(table, pflag.ContinueOnError)
		new(methodOptions).AddFlags(all)
		all.VisitAll(func(flag *pflag.Flag) {
			if flag.Name != "seed" { // one for the whole plan
				f.AddFlag(flag)
			}
		})
	case "train":
		all := pflag.NewFlagSet(table, pflag.ContinueOnError)
		new(trainCommand).AddFlags(all)
		all.VisitAll(func(flag *pflag.Flag) {
			if flag.Name != "out" && flag.Name != "json" { // the sweep's own
				f.AddFlag(flag)
			}
		})
	case "neurons":
		var sizes []int
		f.IntSliceVar(&sizes, "sizes", nil, "")
		f.Int("draws", 20, "")
		f.Bool("nested", false, "")
		f.Int("draws-per-cell", drawsPerCell, "")
	}
	return f
}

// flags checks keys and values against the schema of the section's table.
func (p *plan) flags(s *section, raw map[string]any) map[string][]string {
	known := schema(s.table)
	flags := map[string][]string{}
	for _, key := range sortedKeys(raw) {
		flag := p.lookup(s, key, known, flags)
		if flag == nil {
			continue
		}
		values, err := words(raw[key])
		if err == nil {
			err = set(flag, values)
		}
		if err != nil {
			p.wrong(s, key, "%s: %v", key, err)
			continue
		}
		flags[flag.Name] = values
	}
	return flags
}

// lookup returns the flag that a key stands for, or nil and notes the problem if there is none or it has been taken.
func (p *plan) lookup(s *section, key string, known *pflag.FlagSet, taken map[string][]string) *pflag.Flag {
	name := dashed(key)
	flag := known.Lookup(name)
	if flag == nil {
		p.wrong(s, key, "unknown key %q%s", key, suggest(name, known))
		return nil
	}
	if _, twice := taken[name]; twice {
		p.wrong(s, key, "%s: it is there twice, with - and with _", key)
		return nil
	}
	return flag
}

// dashed is a key of a plan as a flag is spelled.
func dashed(key string) string { return strings.ReplaceAll(key, "_", "-") }

// set gives a flag its values, one or several.
func set(flag *pflag.Flag, values []string) error {
	if slice, ok := flag.Value.(pflag.SliceValue); ok {
		if err := slice.Replace(values); err != nil {
			return wanted(flag, err)
		}
		return nil
	}
	if len(values) != 1 {
		return errors.New("want one value, not a list")
	}
	if err := flag.Value.Set(values[0]); err != nil {
		return fmt.Errorf("%q: %w", values[0], wanted(flag, err))
	}
	return nil
}

// words returns a TOML value as flags take it.
func words(value any) ([]string, error) {
	switch v := value.(type) {
	case string:
		return []string{v}, nil
	case bool:
		return []string{strconv.FormatBool(v)}, nil
	case int64:
		return []string{strconv.FormatInt(v, 10)}, nil
	case float64:
		return []string{strconv.FormatFloat(v, 'g', -1, 64)}, nil
	case []any:
		var all []string
		for _, item := range v {
			if _, nested := item.([]any); nested {
				return nil, errors.New("want a list, not a list of lists")
			}
			w, err := words(item)
			if err != nil {
				return nil, err
			}
			all = append(all, w...)
		}
		if len(all) == 0 {
			return nil, errors.New("the list is empty: leave the key out")
		}
		return all, nil
	}
	return nil, errors.New("want text, a number, true or false, or a list of them")
}

// text returns a string of a plan; a missing one is empty.
func (p *plan) text(s *section, key string, value any) string {
	text, ok := value.(string)
	if !ok && value != nil {
		p.wrong(s, key, "%s: want text", key)
	}
	return text
}

// suggest returns a hint at the key that may have been meant.
func suggest(name string, known *pflag.FlagSet) string {
	near := nearestFlag(name, known)
	if near == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

var (
	tableLine = regexp.MustCompile(`^\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]`)
	keyLine   = regexp.MustCompile(`^\s*"?([A-Za-z0-9_-]+)"?\s*(=|\.\s*"?([A-Za-z0-9_-]+)"?\s*=)`)
)

// linesOf finds the lines of the tables and keys of a plan, for messages: of table i "table#i", of its key
// "table#i.key", of a key above all tables ".key".
func linesOf(text string) map[string]int {
	lines := map[string]int{"": 1}
	count := map[string]int{}
	table := ""
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		if m := tableLine.FindStringSubmatch(line); m != nil {
			table = fmt.Sprintf("%s#%d", m[2], count[m[2]])
			count[m[2]]++
			lines[table] = i + 1
			first(lines, "."+m[2], i+1)
			continue
		}
		if m := keyLine.FindStringSubmatch(line); m != nil {
			first(lines, table+"."+m[1], i+1)
			if m[3] != "" {
				first(lines, m[1]+"#0."+m[3], i+1)
			}
		}
	}
	return lines
}

func first(lines map[string]int, key string, line int) {
	if _, ok := lines[key]; !ok {
		lines[key] = line
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

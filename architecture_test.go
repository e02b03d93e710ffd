package oblique_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed says which packages of this module each package may import. An entry covers the package and those below
// it; "…/..." allows a package and those below. What is not listed may import nothing of ours. Tests of a package may
// import more: they are not part of the house.
var allowed = map[string][]string{
	"loaders/recording":   {},
	"loaders/hdf5":        {"internal/claim", "internal/inflate"},
	"loaders/matfile":     {"loaders/hdf5", "internal/atomicfile", "internal/claim", "internal/inflate"},
	"loaders/npz":         {"internal/atomicfile", "internal/claim"},
	"loaders/columnar":    {"internal/atomicfile", "internal/claim"},
	"loaders/nwb":         {"loaders/recording", "loaders/hdf5", "internal/claim"},
	"loaders":             {"loaders/..."},
	"datasets":            {"loaders/...", "datasets/..."},
	"preprocess":          {"loaders/recording"},
	"regime":              {"loaders/recording", "regime/...", "internal/blas", "internal/eigen"},
	"simulate":            {"loaders/recording", "simulate/...", "internal/blas", "internal/eigen", "internal/atomicfile"},
	"internal/blas":       {},
	"internal/eigen":      {"internal/blas"},
	"internal/plot":       {"regime/...", "simulate/...", "loaders/recording", "internal/atomicfile"},
	"internal/report":     {"regime/...", "simulate/...", "loaders/recording", "internal/plot", "internal/atomicfile"},
	"internal/batch":      {"internal/atomicfile"},
	"internal/atomicfile": {},
	"internal/claim":      {},
	"internal/inflate":    {},
	"internal/hostile":    {"internal/claim"},
	"internal/need":       {},
	"cmd/regime":          {"..."},
}

// listed is what go list tells of a package.
type listed struct {
	ImportPath string
	Imports    []string
}

func TestImports(t *testing.T) {
	const module = "oblique/"
	for _, p := range packages(t) {
		from, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		rules, ok := rulesOf(from)
		if !ok {
			t.Errorf("%s has no place in the house: see DESIGN and docs/architecture.md", from)
		}
		for _, path := range p.Imports {
			to, ours := strings.CutPrefix(path, module)
			if ours && !permits(rules, to) {
				t.Errorf("%s imports %s; it may import %v of ours", from, to, rules)
			}
			if strings.HasPrefix(to, "cmd") && ours {
				t.Errorf("%s imports a command", from)
			}
		}
	}
}

// TestStartIsLight: the program does without packages whose initialisation takes longer than all others' together.
func TestStartIsLight(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/regime").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, path := range strings.Fields(string(out)) {
		for _, heavy := range []string{"google.golang.org/grpc", "arrow/compute", "arrow/flight", "parquet/pqarrow"} {
			if strings.HasSuffix(path, heavy) {
				t.Errorf("the program has %s in it", path)
			}
		}
	}
}

// rulesOf returns the entry for a package or for the nearest one above it.
func rulesOf(path string) ([]string, bool) {
	for {
		if rules, ok := allowed[path]; ok {
			return rules, true
		}
		i := strings.LastIndex(path, "/")
		if i < 0 {
			return nil, false
		}
		path = path[:i]
	}
}

func permits(rules []string, path string) bool {
	return slices.ContainsFunc(rules, func(rule string) bool {
		below, tree := strings.CutSuffix(rule, "...")
		return rule == path || tree && (strings.HasPrefix(path, below) || path+"/" == below)
	})
}

// packages lists the packages of the module as they are built.
func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestPermits(t *testing.T) {
	for _, c := range []struct {
		rule, path string
		want       bool
	}{
		{"loaders/...", "loaders", true},
		{"loaders/...", "loaders/npz", true},
		{"loaders/...", "loadersx", false},
		{"loaders", "loaders/npz", false},
		{"...", "anything/at/all", true},
	} {
		if got := permits([]string{c.rule}, c.path); got != c.want {
			t.Errorf("%q permits %q: %v, want %v", c.rule, c.path, got, c.want)
		}
	}
}

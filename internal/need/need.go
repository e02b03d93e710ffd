// Package need lets a test say what it needs beyond Go: the recordings in ../shared, a
// program, a Python module. Where that is missing the test is skipped with the reason, so that a
// clean clone passes everywhere; with REGIME_REQUIRE=1, as in continuous integration, the same
// skip is a failure, so that nothing goes untested unnoticed.
package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Python is the interpreter that the distribution's numpy, scipy and h5py belong to.
const Python = "/usr/bin/python3"

// Missing skips the test with the reason, or fails it where everything is required.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("REGIME_REQUIRE") != "" {
		t.Fatalf("required here: "+format, args...)
	}
	t.Skipf("skipped: "+format, args...)
}

// Shared returns the path of a file or folder under ../shared, beside the repository.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{Root(t), "..", "shared"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		Missing(t, "no %s", filepath.Join(append([]string{"..", "shared"}, elem...)...))
	}
	return path
}

// Command returns the path of a program.
func Command(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "no program %s", name)
	}
	return path
}

// Modules returns the Python interpreter, once it has shown that it imports the modules.
func Modules(t testing.TB, modules ...string) string {
	t.Helper()
	python := Command(t, Python)
	if err := exec.Command(python, "-c", "import "+strings.Join(modules, ",")).Run(); err != nil {
		Missing(t, "%s cannot import %s", python, strings.Join(modules, ", "))
	}
	return python
}

// Root returns the folder of go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}

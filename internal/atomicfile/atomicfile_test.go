package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	for _, text := range []string{"first", "second, longer"} {
		err := Write(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Fatalf("got %q, want %q", got, text)
		}
	}
}

func TestWriteFailureLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "result.json")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := Write(path, func(w io.Writer) error { io.WriteString(w, "new"); return broken })
	if !errors.Is(err, broken) {
		t.Fatalf("got %v, want the writer's own error", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("the old file became %q", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files left, want the old one alone", len(left))
	}
}

// TestErrorsNameTheTarget: nobody has heard of the temporary file.
func TestErrorsNameTheTarget(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	nothing := func(io.Writer) error { return nil }
	for _, path := range []string{filepath.Join(dir, "nowhere", "result.json"), folder} {
		err := Write(path, nothing)
		var found *fs.PathError
		if !errors.As(err, &found) || found.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	path := filepath.Join(dir, "result.json")
	full := func(io.Writer) error {
		tmp, err := filepath.Glob(filepath.Join(dir, ".result.json.*"))
		if err != nil || len(tmp) != 1 {
			t.Fatal(tmp, err)
		}
		return &fs.PathError{Op: "write", Path: tmp[0], Err: fs.ErrPermission}
	}
	if err := Write(path, full); !errors.Is(err, fs.ErrPermission) || err.Error() != "write "+path+": "+fs.ErrPermission.Error() {
		t.Errorf("a failed write: %v", err)
	}
}

// TestSweep: what a killed program has left of the files that are named goes, and nothing else.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	stay := []string{"checkpoint", ".checkpoint", ".checkpoint.bak", ".checkpoint.", "checkpoint.1", ".other.123", ".cell.json.7x", "..1"}
	for _, name := range append([]string{".checkpoint.123", ".cell.json.4000000000"}, stay...) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".checkpoint.456"), 0o755); err != nil {
		t.Fatal(err)
	}
	stay = append(stay, ".checkpoint.456")
	if err := Sweep(dir, "checkpoint", "*.json"); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	slices.Sort(stay)
	if err != nil || !slices.Equal(left, stay) {
		t.Errorf("left are %v, want %v; %v", left, stay, err)
	}
	if err := Sweep(filepath.Join(dir, "none"), "*"); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestSweepKnowsItsTemporaryFiles: the names that Write makes are those that Sweep looks for.
func TestSweepKnowsItsTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	err := Write(filepath.Join(dir, "f.json"), func(io.Writer) error {
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 || temporaryOf(entries[0].Name()) != "f.json" {
			t.Errorf("while it writes there is %v, %v", entries, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteNeedsTheFolder(t *testing.T) {
	if err := Write(filepath.Join(t.TempDir(), "no", "f"), func(io.Writer) error { return nil }); err == nil {
		t.Error("no error for a folder that does not exist")
	}
}

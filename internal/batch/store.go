package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"oblique/internal/atomicfile"
)

// A Store is the folder of a plan's results.
type Store struct{ Dir string }

// A Manifest says what a folder's cells are and how they are run.
type Manifest struct {
	Version string `json:"version"` // of the program
	WorkDir string `json:"work_dir"`
	Cells   []Cell `json:"cells"`
}

// A Failure is why a cell has no result.
type Failure struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Args   []string `json:"args"`
	Status int      `json:"status"`           // exit status; −1 if there was none
	Signal string   `json:"signal,omitempty"` // that ended it
	Reason string   `json:"reason,omitempty"` // if the command is not to blame
	Stderr string   `json:"stderr"`           // the end of it
}

// String is the failure in a line.
func (f *Failure) String() string {
	switch {
	case f.Reason != "":
		return f.Reason
	case f.Signal != "":
		return f.Signal
	}
	lines := strings.Split(strings.TrimSpace(f.Stderr), "\n")
	last := lines[len(lines)-1]
	if strings.HasPrefix(last, "hint: ") && len(lines) > 1 {
		last = lines[len(lines)-2]
	}
	return fmt.Sprintf("exit status %d: %s", f.Status, last)
}

// Open makes the folder if need be.
func Open(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir) // cells run in another folder
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	s := &Store{Dir: dir}
	for _, sub := range []string{"cells", "failed"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("batch: %w", err)
		}
	}
	return s, nil
}

// Path returns where a cell's result is or will be.
func (s *Store) Path(id string) string { return filepath.Join(s.Dir, "cells", id+".json") }

func (s *Store) failurePath(id string) string { return filepath.Join(s.Dir, "failed", id+".json") }

// Done tells whether a cell has a result.
func (s *Store) Done(id string) bool {
	info, err := os.Stat(s.Path(id))
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// Read returns a cell's result.
func (s *Store) Read(id string) ([]byte, error) {
	text, err := os.ReadFile(s.Path(id))
	if err == nil && !json.Valid(text) {
		err = fmt.Errorf("%s is no JSON: remove it to compute it again", s.Path(id))
	}
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	return text, nil
}

// keep stores a result, and forgets a failure.
func (s *Store) keep(id string, result []byte) error {
	err := atomicfile.Write(s.Path(id), func(w io.Writer) error { _, err := w.Write(result); return err })
	if err != nil {
		return err
	}
	return s.Forget(id)
}

// Failed returns the failure of a cell, or nil if there is none.
func (s *Store) Failed(id string) *Failure {
	f := new(Failure)
	text, err := os.ReadFile(s.failurePath(id))
	if err != nil || json.Unmarshal(text, f) != nil {
		return nil
	}
	return f
}

// fail stores a failure.
func (s *Store) fail(f *Failure) error { return writeJSON(s.failurePath(f.ID), f) }

// Forget forgets that a cell failed.
func (s *Store) Forget(id string) error {
	if err := os.Remove(s.failurePath(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// WriteManifest says what the folder's cells are. Cells that need others come after them.
func (s *Store) WriteManifest(m *Manifest) error {
	if err := order(m.Cells); err != nil {
		return err
	}
	return writeJSON(filepath.Join(s.Dir, "manifest.json"), m)
}

// ReadManifest returns what the folder's cells are.
func (s *Store) ReadManifest() (*Manifest, error) {
	text, err := os.ReadFile(filepath.Join(s.Dir, "manifest.json"))
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	m := new(Manifest)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("batch: %s: manifest.json: %w", s.Dir, err)
	}
	return m, nil
}

// sweep removes temporary files that a killed run has left. Nothing else may be writing.
func (s *Store) sweep() error {
	return errors.Join(
		atomicfile.Sweep(filepath.Join(s.Dir, "cells"), "*.json"),
		atomicfile.Sweep(filepath.Join(s.Dir, "failed"), "*.json"),
		atomicfile.Sweep(filepath.Join(s.Dir, "slurm"), "*"),
		atomicfile.Sweep(s.Dir, "*.json", "*.csv", "*.parquet", "*.html", "Snakefile"))
}

// writeJSON writes v indented, atomically.
func writeJSON(path string, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err })
}

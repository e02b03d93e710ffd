// Package atomicfile writes files that are whole or not there: what is written goes to a temporary file beside the
// target, which is synced and then renamed over it. An interrupted program leaves the old file, or none; one that was killed
// may leave a temporary file beside it, for Sweep.
package atomicfile

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Write calls write with a buffered writer and puts what it wrote at path, readable by all. On an error nothing at
// path changes and no temporary file is left. Errors of the file system speak of path, never of the temporary file.
func Write(path string, write func(w io.Writer) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	var open *fs.PathError
	if errors.As(err, &open) {
		return &fs.PathError{Op: open.Op, Path: path, Err: open.Err}
	}
	if err != nil {
		return err
	}
	err = fill(tmp, write)
	var failed *fs.PathError
	if errors.As(err, &failed) && failed.Path == tmp.Name() {
		failed.Path = path
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
		var moved *os.LinkError
		if errors.As(err, &moved) {
			err = &fs.PathError{Op: moved.Op, Path: path, Err: moved.Err}
		}
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// Sweep removes from a folder the temporary files of the files that the patterns, as of path.Match, name: a killed program may
// have left them. Nothing else may be writing these files. A folder that is not there is no error.
func Sweep(dir string, patterns ...string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		target := temporaryOf(e.Name())
		matches := func(pattern string) bool { ok, _ := path.Match(pattern, target); return ok }
		if target == "" || !e.Type().IsRegular() || !slices.ContainsFunc(patterns, matches) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// temporaryOf returns the name of the file whose temporary file has this name, or nothing.
func temporaryOf(name string) string {
	hidden, ok := strings.CutPrefix(name, ".")
	dot := strings.LastIndexByte(hidden, '.')
	if !ok || dot < 1 {
		return ""
	}
	if _, err := strconv.ParseUint(hidden[dot+1:], 10, 64); err != nil {
		return ""
	}
	return hidden[:dot]
}

// fill writes, syncs and closes the temporary file.
func fill(tmp *os.File, write func(w io.Writer) error) error {
	b := bufio.NewWriterSize(tmp, 1<<16)
	err := write(b)
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = tmp.Chmod(0o644) // CreateTemp's 0600 is for secrets
	}
	if err == nil {
		err = tmp.Sync()
	}
	return errors.Join(err, tmp.Close())
}

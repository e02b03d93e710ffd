// Package atomicfile writes files that are whole or not there: what is written goes to a temporary file beside the
// target, which is synced and then renamed over it. An interrupted program leaves the old file, or none.
package atomicfile

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Write calls write with a buffered writer and puts what it wrote at path, readable by all. On an error nothing at
// path changes and no temporary file is left.
func Write(path string, write func(w io.Writer) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	if err := fill(tmp, write); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
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

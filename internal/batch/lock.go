package batch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ErrLocked is wrapped by the error of a folder that another run is at work in.
var ErrLocked = errors.New("another run is at work in this folder")

// errHeld is what tryLock returns of a lock that another process has.
var errHeld = errors.New("held")

// Lock keeps other runs out of the folder until it is released. The lock is the operating system's, so that it ends
// with the process whatever ends that: a file left behind by a killed run locks nothing.
func (s *Store) Lock() (release func() error, err error) {
	path := filepath.Join(s.Dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	if err := tryLock(f); err != nil {
		holder, _ := os.ReadFile(path)
		f.Close()
		if errors.Is(err, errHeld) {
			return nil, fmt.Errorf("batch: %s: %w: %s", s.Dir, ErrLocked, strings.TrimSpace(string(holder)))
		}
		return nil, fmt.Errorf("batch: %s: %w", path, err)
	}
	host, _ := os.Hostname()
	text := fmt.Sprintf("process %d on %s\n", os.Getpid(), host)
	if err := errors.Join(f.Truncate(0), writeAt(f, text)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

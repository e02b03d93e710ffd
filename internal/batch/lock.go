package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrLocked is wrapped by the error of a folder that another run is at work in.
var ErrLocked = errors.New("another run is at work in this folder")

// errHeld is what tryLock returns of a lock that another process has.
var errHeld = errors.New("held")

// Lock keeps other runs out of the store until it is released: see Lock.
func (s *Store) Lock() (release func() error, err error) { return Lock(context.Background(), s.Dir, 0) }

// try is tryLock, but in tests.
var try = tryLock

// retry is how long Lock waits before it tries again.
const retry = 20 * time.Millisecond

// Lock keeps other processes that call it out of a folder until it is released. One that is there may have so long to go; then
// the error wraps ErrLocked, or is the context's if that ended first. The lock is the operating system's, on the
// folder's file "lock", so that it ends with the process whatever ends that: a file left behind by a killed run locks
// nothing. A file that was released is empty. Some network file systems have no locks: there nobody is kept out.
func Lock(ctx context.Context, dir string, patience time.Duration) (release func() error, err error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	err = try(f)
	for end := time.Now().Add(patience); err == errHeld && ctx.Err() == nil && time.Now().Before(end); err = try(f) {
		time.Sleep(retry)
	}
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) { // what NFS says without its lock daemon
		err = nil
	}
	if err != nil {
		holder, _ := os.ReadFile(path)
		f.Close()
		if errors.Is(err, errHeld) && ctx.Err() != nil { // an interruption is none of the folder's faults
			return nil, ctx.Err()
		}
		if errors.Is(err, errHeld) {
			return nil, fmt.Errorf("batch: %s: %w: %s", dir, ErrLocked, strings.TrimSpace(string(holder)))
		}
		return nil, fmt.Errorf("batch: %s: %w", path, err)
	}
	host, _ := os.Hostname()
	text := fmt.Sprintf("process %d on %s\n", os.Getpid(), host)
	if err := errors.Join(f.Truncate(0), writeAt(f, text)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error { return errors.Join(f.Truncate(0), f.Close()) }, nil
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

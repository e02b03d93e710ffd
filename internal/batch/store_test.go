package batch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStore(t *testing.T) {
	s, _ := bench(t)
	c := cell("print", "1")
	f := &Failure{ID: c.ID, Name: c.Name, Args: c.Args, Status: 3, Stderr: "why\n"}
	if s.Done(c.ID) || s.Failed(c.ID) != nil {
		t.Error("an empty store has something")
	}
	if err := s.fail(f); err != nil {
		t.Fatal(err)
	}
	if got := s.Failed(c.ID); !reflect.DeepEqual(got, f) {
		t.Errorf("failure %+v, want %+v", got, f)
	}
	if err := s.keep(c.ID, []byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	if !s.Done(c.ID) || s.Failed(c.ID) != nil {
		t.Error("a result is not there, or the failure still is")
	}
	if text, err := s.Read(c.ID); err != nil || string(text) != "{}\n" {
		t.Errorf("read %q, %v", text, err)
	}
	if err := os.WriteFile(s.Path(c.ID), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(c.ID); err == nil || !strings.Contains(err.Error(), "no JSON") {
		t.Errorf("damaged result: %v", err)
	}
}

func TestFailureInALine(t *testing.T) {
	for want, f := range map[string]Failure{
		"exit status 3: regime: bad":   {Status: 3, Stderr: "progress\nregime: bad\nhint: look\n"},
		"exit status 1: alone":         {Status: 1, Stderr: "alone"},
		"signal: killed":               {Status: -1, Signal: "signal: killed", Stderr: "x"},
		"the command printed no JSON":  {Reason: "the command printed no JSON"},
		"exit status 2: ":              {Status: 2},
		"exit status 2: hint: only so": {Status: 2, Stderr: "hint: only so\n"},
	} {
		if got := f.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestManifest(t *testing.T) {
	s, _ := bench(t)
	if _, err := s.ReadManifest(); err == nil {
		t.Error("a manifest in an empty store")
	}
	a := NewCell("1", "a <b> & c", []string{"print", "1"}, []Input{{"f", "11"}}, Estimate{2.5, 1 << 40})
	b := NewCell("1", "b", []string{"read", Result(a)}, []Input{}, Estimate{})
	want := &Manifest{Version: "1", WorkDir: s.Dir, Cells: []Cell{a, b}}
	if err := s.WriteManifest(want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.ReadManifest(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v, want %+v", got, err, want)
	}
	if err := s.WriteManifest(&Manifest{Cells: []Cell{b, a}}); err == nil {
		t.Error("a manifest in the wrong order")
	}
}

// What a killed run left half written goes; results stay.
func TestSweep(t *testing.T) {
	s, how := bench(t)
	c := cell("print", "1")
	if err := s.keep(c.ID, []byte("1\n")); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(s.Dir, "cells", "."+c.ID+".json.123")
	if err := os.WriteFile(left, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Local(context.Background(), s, []Cell{c}, how, 1, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a file is still there: %v", err)
	}
	if !s.Done(c.ID) || runs(t, s) != 0 {
		t.Error("the result is gone, or was made again")
	}
}

// A lock keeps others out until it is released; a file that a killed run left behind does not.
func TestLock(t *testing.T) {
	s, _ := bench(t)
	if err := os.WriteFile(filepath.Join(s.Dir, "lock"), []byte("process 1 on a host of long ago, with a long name\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	release, err := s.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "process ") || strings.Contains(err.Error(), "long ago") {
		t.Errorf("second lock: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(s.Dir, "lock")); err != nil || len(text) > 0 {
		t.Errorf("a file that was released says %q, %v", text, err)
	}
	release, err = s.Lock()
	if err != nil {
		t.Fatal(err)
	}
	// A patient one gets in as the other goes, unless its context ends.
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Lock(ended, s.Dir, time.Hour); !errors.Is(err, context.Canceled) || errors.Is(err, ErrLocked) {
		t.Errorf("interrupted while it waited: %v", err)
	}
	time.AfterFunc(3*retry, func() { release() })
	again, err := Lock(context.Background(), s.Dir, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

// On a file system without locks work goes on; any other failure is one.
func TestLockUnsupported(t *testing.T) {
	defer func() { try = tryLock }()
	for _, c := range []struct {
		err  error
		fine bool
	}{{syscall.ENOSYS, true}, {syscall.EOPNOTSUPP, true}, {syscall.ENOLCK, true}, {syscall.EIO, false}} {
		try = func(*os.File) error { return c.err }
		release, err := Lock(context.Background(), t.TempDir(), 0)
		if (err == nil) != c.fine {
			t.Errorf("%v: %v", c.err, err)
		}
		if err == nil {
			if err := release(); err != nil {
				t.Error(err)
			}
		}
	}
}

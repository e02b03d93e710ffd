package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"oblique/internal/batch"
	"oblique/loaders"
	"oblique/loaders/recording"
	"oblique/regime"
)

// Exit statuses, part of the contract with scripts.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitData        = 3
	exitSomeFailed  = 4
	exitInterrupted = 130
)

// A failure is an error with an exit status, and a hint of what to do if there is one.
type failure struct {
	status int
	err    error
	hint   string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage says that the command line is wrong.
func usage(format string, args ...any) error {
	return &failure{status: exitUsage, err: fmt.Errorf(format, args...)}
}

// badData says that the data are.
func badData(err error) error { return &failure{status: exitData, err: err} }

// hinted adds what to do to an error.
func hinted(err error, format string, args ...any) error {
	f := &failure{status: status(err), err: err, hint: fmt.Sprintf(format, args...)}
	return f
}

// about says which of several data an error is of, where it does not itself.
func about(data string, err error) error {
	if strings.Contains(err.Error(), data) {
		return err
	}
	told := &failure{status: status(err), err: fmt.Errorf("%s: %w", data, err)}
	var f *failure
	if errors.As(err, &f) {
		told.hint = f.hint
	}
	return told
}

// goesOn adds to an interruption that nothing is lost.
func goesOn(err error) error {
	if status(err) == exitInterrupted {
		return hinted(err, "the same command goes on from here")
	}
	return err
}

// lockedOut adds what to do to the error of a folder that another run is at work in.
func lockedOut(err error) error {
	if errors.Is(err, batch.ErrLocked) {
		return hinted(err, "wait for it, or choose another folder")
	}
	return err
}

// status returns the exit status of an error.
func status(err error) int {
	var f *failure
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &f):
		return f.status
	case errors.Is(err, regime.ErrOptions):
		return exitUsage
	case errors.Is(err, regime.ErrUndefined), errors.Is(err, loaders.ErrFormat),
		errors.Is(err, recording.ErrEmpty), errors.Is(err, recording.ErrShape), errors.Is(err, recording.ErrNumber):
		return exitData
	}
	return exitFailed
}

// complain writes an error, then its hint, and returns the exit status.
func complain(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	code := status(err)
	var f *failure
	hint := ""
	if errors.As(err, &f) && f.hint != "" {
		hint = fmt.Sprintf("hint: %s\n", f.hint)
	}
	if code == exitInterrupted {
		fmt.Fprintf(w, "regime: interrupted\n%s", hint)
		return code
	}
	// Errors of package regime carry its name, which is the program's.
	text := strings.TrimPrefix(strings.TrimSpace(err.Error()), "regime: ")
	fmt.Fprintf(w, "regime: %s\n", strings.ReplaceAll(text, ": regime: ", ": "))
	fmt.Fprint(w, hint)
	return code
}

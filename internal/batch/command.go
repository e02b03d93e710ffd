package batch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// A Command is how cells are run: the program, the folder it runs in, and how many processors each run may use.
type Command struct {
	Program string
	Dir     string
	CPUs    int // GOMAXPROCS of each; 0 means 1
}

// interrupted is the exit status of a command that was told to stop.
const interrupted = 130

// mostStderr is how much is kept of what a command says, from its end.
const mostStderr = 16 << 10

// Run runs a cell and keeps its result. A command that fails gives a Failure, which is not kept. The error is
// the context's, or that of the store.
func (s *Store) Run(ctx context.Context, c Cell, how Command) (*Failure, error) {
	args := make([]string, len(c.Args))
	for i, arg := range c.Args {
		args[i] = arg
		if id, ok := strings.CutPrefix(arg, resultOf); ok {
			args[i] = s.Path(id)
		}
	}
	cmd := exec.CommandContext(ctx, how.Program, args...)
	cmd.Dir = how.Dir
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", max(1, how.CPUs)))
	cmd.SysProcAttr = apart()
	var stdout bytes.Buffer
	stderr := &tail{most: mostStderr}
	cmd.Stdout, cmd.Stderr = &stdout, stderr

	// A child that is to die with its parent dies with the thread that started it.
	runtime.LockOSThread()
	err := cmd.Run()
	runtime.UnlockOSThread()

	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	failure := &Failure{ID: c.ID, Name: c.Name, Args: c.Args, Status: -1, Stderr: string(stderr.data)}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		failure.Status = exit.ExitCode()
		if failure.Status < 0 {
			failure.Signal = exit.String()
		}
		if failure.Status == interrupted {
			return nil, context.Canceled
		}
		return failure, nil
	case err != nil:
		failure.Reason = err.Error()
		return failure, nil
	case !json.Valid(stdout.Bytes()):
		failure.Status, failure.Reason = 0, "the command printed no JSON"
		return failure, nil
	}
	return nil, s.keep(c.ID, stdout.Bytes())
}

// A tail keeps the end of what is written to it.
type tail struct {
	data []byte
	most int
}

func (t *tail) Write(b []byte) (int, error) {
	t.data = append(t.data, b...)
	if extra := len(t.data) - t.most; extra > 0 {
		t.data = append(t.data[:0], t.data[extra:]...)
	}
	return len(b), nil
}

// RunOne runs the cell of a manifest that has this ID, unless it is done. A failure of its own is kept; one by a signal
// is returned alone: the machine or the queue ended the cell, and it may well be run again.
func (s *Store) RunOne(ctx context.Context, m *Manifest, id string, how Command) (*Failure, error) {
	i := slices.IndexFunc(m.Cells, func(c Cell) bool { return c.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("batch: %s: no cell %s in the manifest", s.Dir, id)
	}
	if s.Done(id) {
		return nil, nil
	}
	failure, err := s.Run(ctx, m.Cells[i], how)
	if failure != nil && failure.Signal == "" {
		err = s.fail(failure)
	}
	return failure, err
}

// Command regime analyses how behaviour is read from neural activity: regime fit --data cycling.npz.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run())
}

// run returns the exit status, so that deferred calls are made before the program ends.
func run() int {
	largePages()
	keepLean()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interruption ends the program at once
	root := newRoot()
	out := &written{to: os.Stdout}
	root.SetOut(out)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.err
	}
	return complain(root.ErrOrStderr(), err)
}

// A written is what is written to, with its first error: a list that is cut by a full disk is a failure, whoever wrote it.
type written struct {
	to  io.Writer
	err error
}

func (w *written) Write(b []byte) (int, error) {
	n, err := w.to.Write(b)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

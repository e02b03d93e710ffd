// Command regime analyses how behaviour is read from neural activity: regime fit --data cycling.npz.
package main

import (
	"context"
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
	return complain(root.ErrOrStderr(), root.ExecuteContext(ctx))
}

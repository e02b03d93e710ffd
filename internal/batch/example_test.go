//go:build unix

package batch_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"oblique/internal/batch"
)

// A cell of a shell that adds two results: it needs them, and is run once they are there.
func ExampleLocal() {
	dir, err := os.MkdirTemp("", "batch")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	store, err := batch.Open(dir)
	if err != nil {
		log.Fatal(err)
	}
	cell := func(name string, args ...string) batch.Cell {
		return batch.NewCell("1.0", name, append([]string{"-c"}, args...), nil, batch.Estimate{})
	}
	two, three := cell("two", "echo 2"), cell("three", "echo 3")
	sum := cell("sum", `echo $(($(cat "$0") + $(cat "$1")))`, batch.Result(two), batch.Result(three))

	how := batch.Command{Program: "/bin/sh", Dir: dir}
	if err := batch.Local(context.Background(), store, []batch.Cell{two, three, sum}, how, 2, nil); err != nil {
		log.Fatal(err)
	}
	text, err := store.Read(sum.ID)
	fmt.Print(string(text), err)
	// Output:
	// 5
	// <nil>
}

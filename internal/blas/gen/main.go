// Command gen writes the assembly kernels of oblique/internal/blas.
//
// It is a module of its own, so that the generator's dependencies are not dependencies of the
// program. `go generate` in internal/blas runs it once for each family of kernels.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/mmcloughlin/avo/build"
)

func main() {
	family := flag.String("family", "", "which kernels to write: gemm, level, vector, normal")
	flag.Parse()
	families := map[string]func(){"gemm": gemm, "level": level, "vector": vector, "normal": normal}
	write, ok := families[*family]
	if !ok {
		fmt.Fprintf(os.Stderr, "gen: no family of kernels %q\n", *family)
		os.Exit(2)
	}
	build.ConstraintExpr("amd64")
	write()
	build.Generate()
}

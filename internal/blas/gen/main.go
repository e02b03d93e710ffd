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
	family := flag.String("family", "", "which kernels to write: gemm, level, vector, normal, symmetric")
	neon := flag.Bool("neon", false, "write the arm64 kernels, ../<family>_arm64.s and .go")
	fit := flag.Bool("fit", false, "search the constants of tanh for float32, and print them; takes some minutes")
	flag.Parse()
	if *fit {
		fitTanh()
		return
	}
	if *neon {
		if err := writeNeon(*family); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
		return
	}
	families := map[string]func(){"gemm": gemm, "level": level, "vector": vector, "normal": normal, "symmetric": symmetric}
	write, ok := families[*family]
	if !ok {
		fmt.Fprintf(os.Stderr, "gen: no family of kernels %q\n", *family)
		os.Exit(2)
	}
	build.ConstraintExpr("amd64")
	write()
	build.Generate()
}

// writeNeon writes the arm64 kernels of a family, and their declarations.
func writeNeon(family string) error {
	if neonFamilies[family] == nil {
		return fmt.Errorf("no family of NEON kernels %q", family)
	}
	code, stubs := neonFile(family)
	if err := os.WriteFile("../"+family+"_arm64.s", code, 0o644); err != nil {
		return err
	}
	return os.WriteFile("../"+family+"_arm64.go", stubs, 0o644)
}

package blas

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"oblique/internal/need"
)

// emulated are the tests of what is written for arm64; the rest tests what all tiers share.
const emulated = "Edges|Syrk$|SpecialValues|Golden|VectorsBLAS|Functions|TiersAgree|Philox|RankTwo|Rotations|Secular|Lowner|Quotients"

// TestARM64 builds these tests for arm64 and runs them, short, in an emulator.
func TestARM64(t *testing.T) {
	if testing.Short() || runtime.GOARCH == "arm64" {
		t.Skip("short, or on arm64 already")
	}
	qemu := need.Command(t, "qemu-aarch64-static")
	binary := filepath.Join(t.TempDir(), "blas.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(qemu, binary, "-test.short", "-test.run", emulated).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

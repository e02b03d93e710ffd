package blas

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestTierInUse: the best tier is used, and GODEBUG hides it.
func TestTierInUse(t *testing.T) {
	if os.Getenv("TIER_IN_USE") != "" {
		t.Logf("float32 %s, float64 %s", active32.name, active64.name)
		return
	}
	want := func(debug, tier string) {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestTierInUse$", "-test.v")
		cmd.Env = append(os.Environ(), "TIER_IN_USE=1", "GODEBUG="+debug)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "float32 "+tier+", float64 "+tier) {
			t.Errorf("GODEBUG=%s: %v, want %s in\n%s", debug, err, tier, out)
		}
	}
	if hasAVX512 {
		want("", "AVX512")
	}
	if hasAVX2 {
		want("cpu.avx512f=off", "AVX2")
	}
	want("cpu.avx2=off", "generic")
}

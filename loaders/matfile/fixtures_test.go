package matfile

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func openFixture(t testing.TB, name string) *File {
	t.Helper()
	f, err := Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestFixtures reads files by scipy and Octave and compares with what scipy read in them.
func TestFixtures(t *testing.T) {
	b, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 6 {
		t.Fatalf("expected.json is of %d files", len(all))
	}
	for file, raw := range all {
		t.Run(file, func(t *testing.T) {
			want, ok := entries(t, raw)
			if !ok {
				t.Fatalf("scipy failed: %s", raw["error"])
			}
			compare(t, openFixture(t, file), want)
		})
	}
}

// TestQuirks reads what scipy does not: Octave's char matrix of four elements, whose declared size
// is 4 bytes too large.
func TestQuirks(t *testing.T) {
	f := openFixture(t, "quirks.mat")
	four, err := f.Lookup("four")
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := four.Texts(); err != nil || !slices.Equal(rows, []string{"ab", "cd"}) {
		t.Errorf("four = %q, %v", rows, err)
	}
	after, err := f.Lookup("after")
	if err != nil {
		t.Fatal(err)
	}
	if x, err := after.Float64(); err != nil || x != 1 {
		t.Errorf("after = %v, %v", x, err)
	}
}

// TestSpecialValues checks in full what the digests of TestFixtures say of numbers at the limits.
func TestSpecialValues(t *testing.T) {
	a, err := openFixture(t, "scipy5z.mat").Var("special")
	if err != nil {
		t.Fatal(err)
	}
	x, err := a.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, math.MaxFloat64}
	same := func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b }
	if !slices.EqualFunc(x, want, same) {
		t.Errorf("special = %v, want %v", x, want)
	}
}

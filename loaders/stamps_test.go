package loaders

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stamped writes a table of rates and behaviour with a column of times, as text.
func stamped(t *testing.T, times ...string) string {
	t.Helper()
	text := "time,rates_0,rates_1,hand\n"
	for i, s := range times {
		text += fmt.Sprintf("%s,%g,%g,%g\n", s, float64(i)+0.5, float64(i*i)+0.25, float64(i)*0.1)
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Time stamps as text are times: the first is 0, and their distance the width of a row.
func TestStamps(t *testing.T) {
	for _, c := range []struct {
		times []string
		bin   float64
		note  string
	}{
		{[]string{"2024-05-17T09:30:00.000", "2024-05-17T09:30:00.050", "2024-05-17T09:30:00.100"}, 0.05, ""},
		{[]string{"2024-05-17T09:30:00.950Z", "2024-05-17T09:30:01Z", "2024-05-17T09:30:01.05Z"}, 0.05, ""},
		{[]string{"2024-05-17 09:30:00+02:00", "2024-05-17 09:30:00.02+02:00", "2024-05-17 07:30:00.04+00:00"}, 0.02, ""},
		{[]string{"23:59:59.5", "23:59:59.75", "24:00:00"}, 0, "'24:00:00', which is no time such as"},
		{[]string{"09:30:00.5", "09:30:00.75", "09:30:01"}, 0.25, ""},
		{[]string{"09:30:02", "09:30:01", "09:30:00"}, 0, "do not ascend"},
		{[]string{"09:30:00", "09:30:00.1", "09:30:01"}, 0, "not regular"},
		{[]string{"50 ms", "100 ms", "150 ms"}, 0, "'50 ms', which is no time such as"},
	} {
		path := stamped(t, c.times...)
		s, err := Open(path, Options{})
		if err != nil {
			t.Fatalf("%v: %v", c.times, err)
		}
		notes := strings.Join(s.Notes, "\n")
		if s.Activity.Bin != c.bin || s.Activity.Start != 0 || !strings.Contains(notes, c.note) || (c.note == "") == strings.Contains(notes, "unknown") {
			t.Errorf("%v: bin %g from %g, notes %q", c.times, s.Activity.Bin, s.Activity.Start, notes)
		}
		if s, err = Open(path, Options{FileBin: 40 * time.Millisecond}); err != nil || s.Activity.Bin != 0.04 {
			t.Errorf("%v with --file-bin: %v", c.times, err)
		} else if notes := strings.Join(s.Notes, "\n"); strings.Contains(notes, "unknown") || strings.Contains(notes, "as --file-bin says") != (c.bin > 0 || c.note == "not regular") {
			t.Errorf("%v with --file-bin: notes %q", c.times, notes)
		}
	}
}

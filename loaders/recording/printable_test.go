package recording

import "testing"

// TestPrintable: a name that a terminal would obey is shown escaped, with its own quotes.
func TestPrintable(t *testing.T) {
	for name, want := range map[string]string{"é \"x\"": "é \"x\"", "a\n\"b\"": `a\n\"b\"`, "\x1b": `\x1b`} {
		if got := Printable(name); got != want {
			t.Errorf("%q is shown as %s, want %s", name, got, want)
		}
	}
}

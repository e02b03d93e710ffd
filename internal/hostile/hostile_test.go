package hostile

import (
	"errors"
	"strings"
	"testing"
)

// recorder is a test that notes what fails.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Helper() {}
func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = format
	panic(r)
}

func failure(f func(testing.TB)) (what string) {
	r := &recorder{}
	defer func() {
		if p := recover(); p != nil && p != any(r) {
			panic(p)
		}
		what = r.failure
	}()
	f(r)
	return
}

var sink []byte

// Each limit is one that a reader can break.
func TestLimits(t *testing.T) {
	placed := func(err error) bool { return strings.Contains(err.Error(), "byte") }
	for want, read := range map[string]func([]byte, func(error)){
		"": func(_ []byte, done func(error)) {
			sink = make([]byte, 60<<20)
			done(nil)
			sink = make([]byte, 60<<20)
			done(nil)
		},
		"bytes":    func(_ []byte, done func(error)) { sink = make([]byte, 65<<20); done(nil) },
		"no place": func(_ []byte, done func(error)) { done(errors.New("damaged")) },
	} {
		got := failure(func(t testing.TB) { Reader{read, placed}.Check(t, "x", make([]byte, 10)) })
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q: %q", want, got)
		}
	}
	read := func(file []byte, done func(error)) {
		if len(file) < 100 || file[0] != 1 {
			done(errors.New("byte 0"))
		}
	}
	r, noticed := Reader{read, placed}, 0
	file := make([]byte, 100)
	file[0] = 1
	r.Cut(t, "x", file, func(_ int, errs []error) { noticed += len(errs) })
	if noticed != 100 {
		t.Errorf("%d cuts noticed", noticed)
	}
	r.Flip(t, "x", 50, file)
}

package batch

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	s, how := bench(t)
	how.CPUs = 3
	c := cell("cpus")
	if f, err := s.Run(t.Context(), c, how); f != nil || err != nil {
		t.Fatal(f, err)
	}
	if text, err := s.Read(c.ID); err != nil || string(text) != "3\n" {
		t.Errorf("GOMAXPROCS %q, %v, want 3", text, err)
	}
	f, err := s.Run(t.Context(), cell("fail"), how)
	if err != nil || f == nil || f.Status != 3 || f.String() != "exit status 3: regime: the data are bad" {
		t.Errorf("failure %v, %v", f, err)
	}
	if f != nil && len(f.Stderr) > mostStderr {
		t.Errorf("%d bytes of what it said were kept, want %d at most", len(f.Stderr), mostStderr)
	}
	if f, err = s.Run(t.Context(), cell("chat"), how); err != nil || f == nil || !strings.Contains(f.Reason, "no JSON") {
		t.Errorf("no JSON: %v, %v", f, err)
	}
	if f, err = s.Run(t.Context(), cell("print", "1"), Command{Program: "/no/such/program", Dir: s.Dir}); err != nil || f == nil || f.Reason == "" {
		t.Errorf("no program: %v, %v", f, err)
	}
	if f, err = s.Run(t.Context(), cell("stop"), how); f != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a command that was told to stop: %v, %v", f, err)
	}
	if runtime.GOOS != "windows" { // where a kill is an exit status
		if f, err = s.Run(t.Context(), cell("die"), how); err != nil || f == nil || f.Signal == "" {
			t.Errorf("killed: %v, %v", f, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if f, err = s.Run(ctx, cell("sleep"), how); f != nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v, %v", f, err)
	}
	if s.Done(cell("fail").ID) || s.Done(cell("chat").ID) || s.Done(cell("sleep").ID) {
		t.Error("there is a result of what failed")
	}
}

func TestRunOne(t *testing.T) {
	s, how := bench(t)
	a, b := cell("print", "1"), cell("fail")
	m := &Manifest{Cells: []Cell{a, b}}
	for range 2 { // the second time there is nothing to do
		if f, err := s.RunOne(t.Context(), m, a.ID, how); f != nil || err != nil {
			t.Fatal(f, err)
		}
	}
	if runs(t, s) != 1 {
		t.Errorf("%d runs, want 1", runs(t, s))
	}
	if f, err := s.RunOne(t.Context(), m, b.ID, how); f == nil || err != nil || s.Failed(b.ID) == nil {
		t.Errorf("failure %v, %v, kept: %v", f, err, s.Failed(b.ID))
	}
	if _, err := s.RunOne(t.Context(), m, "0123", how); err == nil {
		t.Error("no error for a cell that is not in the manifest")
	}
}

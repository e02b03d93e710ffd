package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
)

// pyramid returns n cells and one that reads their results.
func pyramid(n int) []Cell {
	var cells []Cell
	args := []string{"read"}
	for i := range n {
		c := cell("print", fmt.Sprint(i))
		cells = append(cells, c)
		args = append(args, Result(c))
	}
	return append(cells, cell(args...))
}

// Any number of workers gives the same results, and results that are there are not made again.
func TestLocal(t *testing.T) {
	var want string
	for _, workers := range []int{1, 3, 20} {
		s, how := bench(t)
		cells := pyramid(7)
		var last Progress
		for _, upTo := range []int{4, len(cells)} { // the plan grows
			if err := Local(t.Context(), s, cells[:upTo], how, workers, func(p Progress) { last = p }); err != nil {
				t.Fatal(err)
			}
		}
		if runs(t, s) != len(cells) {
			t.Errorf("%d runs of %d cells", runs(t, s), len(cells))
		}
		if last != (Progress{Done: 4, Total: 4}) {
			t.Errorf("progress ends with %+v", last)
		}
		text, err := s.Read(cells[len(cells)-1].ID)
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = string(text)
		}
		if string(text) != want || want != "[0,1,2,3,4,5,6]\n" {
			t.Errorf("%d workers: %s", workers, text)
		}
	}
}

// A cell that fails stops those that need it and no others; the next run tries it again.
func TestLocalFailure(t *testing.T) {
	s, how := bench(t)
	bad := cell("fail")
	needs := cell("read", Result(bad))
	further := cell("read", Result(needs))
	good := cell("print", "1")
	cells := []Cell{bad, needs, further, good}
	for attempt := 1; attempt <= 2; attempt++ {
		if err := Local(t.Context(), s, cells, how, 2, nil); err != nil {
			t.Fatal(err)
		}
		if s.Failed(bad.ID) == nil || s.Failed(needs.ID) != nil || s.Done(needs.ID) || s.Done(further.ID) || !s.Done(good.ID) {
			t.Error("not the right cells failed")
		}
		if want := attempt + 1; runs(t, s) != want {
			t.Errorf("attempt %d: %d runs, want %d", attempt, runs(t, s), want)
		}
	}
}

// Cancelled, cells are ended at once, and none of them has failed.
func TestLocalCancelled(t *testing.T) {
	s, how := bench(t)
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	err := Local(ctx, s, []Cell{cell("sleep"), cell("sleep", "too"), cell("print", "1")}, how, 2, func(p Progress) {
		if p.Running == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || time.Since(began) > 30*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	if failed, _ := os.ReadDir(s.Dir + "/failed"); len(failed) > 0 {
		t.Errorf("%d failures", len(failed))
	}
	if s.Done(cell("print", "1").ID) {
		t.Error("a cell was started after the cancellation")
	}
}

// A store that cannot be written to ends the run with its error.
func TestLocalBrokenStore(t *testing.T) {
	s, how := bench(t)
	how.Dir = t.TempDir()
	if err := os.RemoveAll(s.Dir + "/cells"); err != nil {
		t.Fatal(err)
	}
	if err := Local(t.Context(), s, []Cell{cell("print", "1")}, how, 1, nil); err == nil {
		t.Error("no error")
	}
}

package train

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"testing"
)

// numbers are the measured ones.
func (p Point) numbers() []float64 {
	return []float64{p.Loss, p.InChange, p.RecChange, p.OutChange, p.StateNorm, p.StateChange, p.Rho, p.RhoChange}
}

// sameTrace tells whether all bits are the same.
func sameTrace(a, b []Point) bool {
	return slices.EqualFunc(a, b, func(p, q Point) bool {
		return p.Step == q.Step && slices.EqualFunc(p.numbers(), q.numbers(), func(v, w float64) bool { return math.Float64bits(v) == math.Float64bits(w) })
	})
}

// TestTraceNone: without measuring there is no trace, and training is the same.
func TestTraceNone(t *testing.T) {
	o := tiny(20)
	o.MeasureEvery = new(3)
	measured := trained(t, o)
	o.MeasureEvery = new(0)
	plain := trained(t, o)
	if len(measured.Trace) != 7 || len(plain.Trace) != 0 {
		t.Errorf("%d and %d points, want 7 and 0", len(measured.Trace), len(plain.Trace))
	}
	if !slices.Equal(measured.Loss, plain.Loss) || !slices.Equal(measured.Network.Rec, plain.Network.Rec) {
		t.Error("measuring changes the training")
	}
}

// TestTraceUnstarted: a checkpoint from before the first step has no point, and loses none.
func TestTraceUnstarted(t *testing.T) {
	s, err := Start(tiny(4))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "checkpoint")
	if err := s.Save(path); err != nil {
		t.Fatal(err)
	}
	s, err = Resume(path, tiny(4))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	identical(t, "from the start", s, trained(t, tiny(4)))
}

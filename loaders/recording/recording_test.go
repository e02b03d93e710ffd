package recording

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
)

// valid returns a small recording that Validate accepts.
func valid() *Recording {
	x, y := mat.NewDense(4, 3, nil), mat.NewDense(4, 2, nil)
	for i := range 4 {
		for j := range 3 {
			x.Set(i, j, float64(i*j))
		}
		y.SetRow(i, []float64{float64(i), 1})
	}
	return &Recording{X: x, Y: y, Bin: 50 * time.Millisecond, Trials: []Range{{0, 2}, {3, 4}}}
}

func TestValidate(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(r *Recording)
		want  error
		says  string
	}{
		{"valid", func(*Recording) {}, nil, ""},
		{"nothing", func(r *Recording) { r.X = nil }, ErrEmpty, "no activity"},
		{"no behaviour", func(r *Recording) { r.Y = nil }, ErrEmpty, "no behaviour"},
		{"no rows", func(r *Recording) { r.X, r.Y = &mat.Dense{}, &mat.Dense{} }, ErrEmpty, "no rows"},
		{"lengths", func(r *Recording) { r.Y = mat.NewDense(5, 2, nil) }, ErrShape, "activity has 4 rows, behaviour 5"},
		{"NaN", func(r *Recording) { r.X.Set(2, 1, math.NaN()) }, ErrNumber, "neuron 1 is NaN at row 2"},
		{"named NaN", func(r *Recording) { r.Units = []string{"a", "b", "c"}; r.X.Set(2, 1, math.NaN()) }, ErrNumber, "neuron 1 (b)"},
		{"infinity", func(r *Recording) { r.Y.Set(3, 0, math.Inf(-1)) }, ErrNumber, "output 0 is -Inf at row 3"},
		{"unit names", func(r *Recording) { r.Units = []string{"a"} }, ErrShape, "3 neurons, 1 unit names"},
		{"output names", func(r *Recording) { r.Outputs = []string{"a"} }, ErrShape, "2 outputs, 1 output names"},
		{"labels", func(r *Recording) { r.Labels = []string{"a"} }, ErrShape, "2 trials, 1 labels"},
		{"overlap", func(r *Recording) { r.Trials = []Range{{0, 2}, {1, 4}} }, ErrShape, "trial 1 is rows 1 to 4"},
		{"order", func(r *Recording) { r.Trials = []Range{{2, 4}, {0, 2}} }, ErrShape, "trial 1"},
		{"empty trial", func(r *Recording) { r.Trials = []Range{{1, 1}} }, ErrShape, "trial 0"},
		{"outside", func(r *Recording) { r.Trials = []Range{{1, 9}} }, ErrShape, "within 4 rows"},
		{"decoder", func(r *Recording) { r.Decoder = &Decoder{W: mat.NewDense(2, 4, nil), Offset: []float64{0, 0}} }, ErrShape, "decoder is 2×4, want 2×3"},
		{"offset", func(r *Recording) { r.Decoder = &Decoder{W: mat.NewDense(2, 3, nil)} }, ErrShape, "decoder"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := valid()
			c.spoil(r)
			err := r.Validate()
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.want != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not say %q", err, c.says)
			}
		})
	}
}

func TestConstant(t *testing.T) {
	m := mat.NewDense(3, 4, []float64{
		1, 2, 0, 7,
		1, 2, 5, 7,
		1, 3, 0, 7,
	})
	if got := fmt.Sprint(Constant(m)); got != "[0 3]" {
		t.Errorf("got %s, want [0 3]", got)
	}
	if got := fmt.Sprint(Constant(mat.NewDense(1, 2, nil))); got != "[0 1]" {
		t.Errorf("one row: got %s, want [0 1]", got)
	}
}

func TestActivityReadsRows(t *testing.T) {
	r := valid()
	dst := make([]float64, 6)
	if err := r.Activity().ReadRows(dst, 2); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(dst); got != "[0 2 4 0 3 6]" {
		t.Errorf("rows 2 and 3 are %s", got)
	}
	// A matrix that is part of a wider one has a stride.
	wide := mat.NewDense(4, 5, nil)
	wide.Set(1, 2, 9)
	r.X = wide.Slice(0, 4, 0, 3).(*mat.Dense)
	if err := r.Activity().ReadRows(dst[:3], 1); err != nil || dst[2] != 9 {
		t.Errorf("got %v, %v", dst[:3], err)
	}
}

func TestSessionLooksUp(t *testing.T) {
	s := &Session{Units: make([]Unit, 5), Signals: []Signal{{Name: "hand_vel"}}}
	if s.N() != 5 || s.Signal("hand_vel") == nil || s.Signal("eye") != nil {
		t.Error("units or signals are not found")
	}
	s.Activity = &Activity{Stream: dense{mat.NewDense(2, 7, nil)}}
	if s.N() != 7 {
		t.Errorf("%d neurons of activity left in its file, want 7", s.N())
	}
	trials := &Trials{Start: []float64{1, 2}, Columns: []Column{{Name: "type", Numbers: []float64{3, math.NaN()}}}}
	if c := trials.Column("start_time"); c == nil || c.Numbers[1] != 2 {
		t.Error("start_time does not stand for Start")
	}
	if c := trials.Column("type"); c.Label(0) != "3" || c.Label(1) != "missing" {
		t.Errorf("labels %q, %q", c.Label(0), c.Label(1))
	}
	if trials.Len() != 2 || (*Trials)(nil).Len() != 0 {
		t.Error("trials are miscounted")
	}
}

func TestParseKind(t *testing.T) {
	if k, err := ParseKind(""); k != Unknown || err != nil {
		t.Errorf("got %v, %v", k, err)
	}
	if k, err := ParseKind("bci"); k != BCI || err != nil {
		t.Errorf("got %v, %v", k, err)
	}
	if _, err := ParseKind("mouse"); err == nil {
		t.Error("no error for a kind that is none")
	}
}

func ExampleRecording_Validate() {
	r := &Recording{X: mat.NewDense(3, 2, nil), Y: mat.NewDense(2, 1, nil)}
	fmt.Println(r.Validate())
	// Output: recording: shapes do not fit: activity has 3 rows, behaviour 2
}

package preprocess

import (
	"testing"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

func TestPrepareSmoke(t *testing.T) {
	x := mat.NewDense(10, 2, nil)
	y := mat.NewDense(10, 1, nil)
	for i := range 10 {
		x.Set(i, 0, float64(i%3))
		x.Set(i, 1, 1)
		y.Set(i, 0, float64(i))
	}
	s := &recording.Session{
		Activity: &recording.Activity{Values: x, Quantity: recording.Counts, Bin: 0.05},
		Signals:  []recording.Signal{{Name: "vel", Values: y}},
	}
	for _, o := range []Options{{}, {Bin: 100 * time.Millisecond}, {Smooth: 50 * time.Millisecond}, {Lag: 100 * time.Millisecond}} {
		rec, err := Prepare(s, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v\n%v\n%+v", mat.Formatted(rec.X), mat.Formatted(rec.Y.T()), rec)
	}
}

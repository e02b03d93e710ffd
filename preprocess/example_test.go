package preprocess_test

import (
	"encoding/json"
	"fmt"
	"time"

	"oblique/loaders/recording"
	"oblique/preprocess"

	"gonum.org/v1/gonum/mat"
)

// session has one unit that fires 100 ms after each of two events, and a position that is time itself.
func session() *recording.Session {
	position := mat.NewDense(501, 1, nil)
	for i := range 501 {
		position.Set(i, 0, float64(i)*0.01)
	}
	return &recording.Session{
		Units:   []recording.Unit{{Name: "u1", Spikes: []float64{1.123, 3.61}}},
		Signals: []recording.Signal{{Name: "hand_pos", Unit: "m", Values: position, Step: 0.01}},
		Trials: &recording.Trials{
			Start: []float64{0.5, 3}, Stop: []float64{1.5, 4},
			Columns: []recording.Column{
				{Name: "go_time", Numbers: []float64{1.023, 3.51}},
				{Name: "split", Texts: []string{"train", "train"}},
			},
		},
	}
}

func ExamplePrepare() {
	rec, err := preprocess.Prepare(session(), preprocess.Options{
		Bin:        50 * time.Millisecond,
		Derivative: 1, // velocity of position
		Align:      "go_time",
		Window:     preprocess.Window{From: -50 * time.Millisecond, To: 150 * time.Millisecond},
		Where:      []string{"split=train"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rec.Output, rec.Trials)
	for i := range 8 {
		fmt.Printf("%.0f Hz  %.2f m/s\n", rec.X.At(i, 0), rec.Y.At(i, 0))
	}
	// Output:
	// d(hand_pos)/dt [{0 4} {4 8}]
	// 0 Hz  1.00 m/s
	// 0 Hz  1.00 m/s
	// 0 Hz  1.00 m/s
	// 20 Hz  1.00 m/s
	// 0 Hz  1.00 m/s
	// 0 Hz  1.00 m/s
	// 0 Hz  1.00 m/s
	// 20 Hz  1.00 m/s
}

func ExamplePrepare_missing() {
	_, err := preprocess.Prepare(session(), preprocess.Options{Output: []string{"hand_vel"}, Bin: 50 * time.Millisecond})
	fmt.Println(err)
	// Output:
	// preprocess: no behaviour "hand_vel"; the session has: hand_pos [501×1]
}

func ExampleOptions() {
	b, err := json.Marshal(preprocess.Options{
		Bin:    45 * time.Millisecond,
		Lag:    100 * time.Millisecond,
		Align:  "move_onset_time",
		Window: preprocess.Window{From: -250 * time.Millisecond, To: 450 * time.Millisecond},
	})
	fmt.Println(string(b), err)
	// Output:
	// {"align":"move_onset_time","window":"-250ms:450ms","bin":"45ms","lag":"100ms"} <nil>
}

func ExampleParseWindow() {
	w, err := preprocess.ParseWindow("-250ms:450ms")
	fmt.Println(w.From, w.To, err)
	// Output:
	// -250ms 450ms <nil>
}

func ExampleParseIndices() {
	units, err := preprocess.ParseIndices([]string{"M1-3", "0:2"}, "units", 4, []string{"M1-1", "M1-2", "PMd-1", "M1-3"})
	fmt.Println(units, err)
	// Output:
	// [3 0 1] <nil>
}

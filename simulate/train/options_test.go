package train

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestOptionsDefaults(t *testing.T) {
	for _, c := range []struct {
		o             Options
		rate, readout float64
		noise, init   float64
		trained       int
	}{
		{Options{Task: "cycling"}, 0.02, 1 / math.Sqrt(512), 0.2, 1, 3},
		{Options{Task: "romo", Large: true}, 0.01, 1, 0.2, 1, 3},
		{Options{Task: "romo"}, 0.005, 1 / math.Sqrt(512), 0.2, 1, 3},
		{Options{Task: "mante", Large: true, Gain: new(0.7)}, 0.002, 1, 0.05, 1, 3},
		{Options{Task: "simplesine", Large: true}, 1e-3, 1, 0, 0, 1},
		{Options{Task: "cycling", Noise: new(0.0), InitNoise: new(0.0), Readout: 0.3, Rate: 1, Trained: []Weight{Rec}}, 1, 0.3, 0, 0, 1},
	} {
		r, err := c.o.Resolved()
		if err != nil {
			t.Fatal(err)
		}
		if r.Rate != c.rate || r.Readout != c.readout || *r.Noise != c.noise || *r.InitNoise != c.init || len(r.Trained) != c.trained {
			t.Errorf("%+v resolves to rate %g, readout %g, noise %g and %g, trained %v", c.o, r.Rate, r.Readout, *r.Noise, *r.InitNoise, r.Trained)
		}
		again, err := r.Resolved()
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Errorf("resolved twice: %+v, %v", again, err)
		}
		// What is written is read as the same.
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var read Options
		if err := json.Unmarshal(data, &read); err != nil || !read.same(r) {
			t.Errorf("from JSON: %+v, %v", read, err)
		}
	}
	one, err1 := Options{Task: "cycling", Trained: []Weight{Out, In}}.Resolved()
	two, err2 := Options{Task: "cycling", Trained: []Weight{In, Out}}.Resolved()
	if err1 != nil || err2 != nil || !one.same(two) {
		t.Errorf("%v and %v are not the same", one.Trained, two.Trained)
	}
	r, err := Options{Task: "simplesine"}.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Network(); c.InitStd != 1 || c.Inputs != 1 || c.Gain != 1.5 || r.Batch != 1 || r.Trained[0] != Rec {
		t.Errorf("simple sine: %+v, batch %d", c, r.Batch)
	}
}

func TestOptionsErrors(t *testing.T) {
	nan := math.NaN()
	for want, o := range map[string]Options{
		"no task":            {Task: "chess"},
		"n -1":               {N: -1},
		"rank 9":             {N: 8, Rank: 9},
		`activation "step"`:  {Activation: "step"},
		"batch -1":           {Batch: -1},
		"steps -1":           {Steps: -1},
		"at most 11650 ":     {Batch: 1 << 16, N: 512}, // 2³¹ states
		"gain NaN":           {Gain: &nan},
		"noise -1":           {Noise: new(-1.0)},
		"rate -1":            {Rate: -1},
		"clip -1":            {Clip: -1},
		`trained "bias"`:     {Trained: []Weight{"bias"}},
		`optimizer "newton"`: {Optimizer: "newton"},
		"measure_every -1":   {MeasureEvery: new(-1)},
		"twice":              {Trained: []Weight{Rec, Rec}},
		"mask_step -1":       {MaskStep: -1},
		// Nothing would count, or in Romo's task not in every trial.
		"mask_step 360: want 1 to 359": {MaskStep: 360},
		"mask_step 144: want 1 to 40;": {Task: "romo", MaskStep: 144},
		"mask_step 41: want 1 to 40;":  {Task: "romo", MaskStep: 41},
	} {
		if o.Task == "" {
			o.Task = "cycling"
		}
		if _, err := Start(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one about %q", o, err, want)
		}
	}
	// All that is wrong is told at once, and nothing else.
	_, err := Options{Task: "romo", N: -1, MaskStep: 144, Noise: new(-1.0), Optimizer: "newton", Activation: "step"}.Resolved()
	var all []string
	for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
		var wrong *OptionError
		if !errors.As(one, &wrong) {
			t.Fatalf("%v is no OptionError", one)
		}
		all = append(all, wrong.Option)
	}
	if want := []string{"n", "mask_step", "activation", "optimizer", "noise"}; !slices.Equal(all, want) {
		t.Errorf("wrong are %v, want %v", all, want)
	}
}

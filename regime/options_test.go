package regime_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"oblique/regime"
)

func TestOptionsResolved(t *testing.T) {
	o, err := regime.Options{}.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	if o.Method != regime.Crossval || len(o.Alphas) != 20 || o.TimeSubsamples != 0 || o.Fraction != 0.5 || o.Folds != 5 ||
		o.Bootstrap != 200 || o.Shifts != 100 || o.Readouts != 1000 {
		t.Errorf("defaults: %+v", o)
	}
	p, err := regime.Options{Method: regime.Paper}.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	if p.TimeSubsamples != 20 || p.Bootstrap != 0 || p.Shifts != 0 || p.Readouts != 1000 {
		t.Errorf("defaults under paper: %+v", p)
	}
	n, err := regime.Options{TimeSubsamples: -1, Bootstrap: -1, Shifts: -1, Readouts: -1}.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	if n.TimeSubsamples != 0 || n.Bootstrap != 0 || n.Shifts != 0 || n.Readouts != 0 {
		t.Errorf("−1 means none: %+v", n)
	}
}

func TestOptionsRefused(t *testing.T) {
	for name, o := range map[string]regime.Options{
		"method":               {Method: "papers"},
		"no penalty":           {Alphas: []float64{}},
		"penalty NaN":          {Alphas: []float64{math.NaN()}},
		"penalty negative":     {Alphas: []float64{-1, 1}},
		"penalty infinite":     {Alphas: []float64{1, math.Inf(1)}},
		"penalties equal":      {Alphas: []float64{1, 1}},
		"penalties descending": {Alphas: []float64{10, 1}},
		"fraction above 1":     {Fraction: 1.5},
		"fraction negative":    {Fraction: -0.5},
		"fraction NaN":         {Fraction: math.NaN()},
		"one fold":             {Folds: 1},
		"two folds":            {Folds: 2},
		"negative folds":       {Folds: -3},
	} {
		if _, err := o.Resolved(); !errors.Is(err, regime.ErrOptions) {
			t.Errorf("%s: error %v, want one that wraps ErrOptions", name, err)
		}
	}
	_, err := regime.Options{Method: "papers", Alphas: []float64{}, Fraction: 2, Folds: 1}.Resolved()
	for _, want := range []string{"papers", "no penalty", "fraction", "folds"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("all that is wrong at once: no %q in %v", want, err)
		}
	}
}

package plot

import (
	"math"
	"strings"
	"testing"

	"oblique/loaders/recording"
	"oblique/regime"

	"gonum.org/v1/gonum/mat"
)

func TestPrediction(t *testing.T) {
	r := sample(t)
	f, err := Prediction(r)
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "measured", "predicted, held-out", "time (s)", "v_x (mm/s)", "v_y (mm/s)", "R² = 0.72", "R² = 0.66")
	if n := len(f.grid.panels); n != 2 {
		t.Errorf("%d rows for 2 outputs", n)
	}
}

func TestStretch(t *testing.T) {
	r := sample(t)
	s := newStretch(r, 2700)
	if s.from != 0 || s.to != 8*45 || len(s.starts) != 7 || s.starts[0] != 45 {
		t.Errorf("%+v, want the first eight trials of 45 rows", s)
	}
	time, value := s.column(r.Prediction, 0)
	if len(time) != 360+7 {
		t.Errorf("%d values for 360 rows and 7 gaps", len(time))
	}
	if !math.IsNaN(value[45]) || math.Abs(time[46]-45*0.045) > 1e-12 || value[46] != r.Prediction.At(45, 0) {
		t.Errorf("around the second trial: t = %g, %g; value %g, %g", time[45], time[46], value[45], value[46])
	}

	// The first trial is in no fold: the stretch starts with the second.
	for i := range 45 {
		r.Prediction.Set(i, 0, math.NaN())
	}
	if s := newStretch(r, 2700); s.from != 45 {
		t.Errorf("from row %d, want 45", s.from)
	}
	r.Trials = nil
	if s := newStretch(r, 2700); s.from != 45 || s.to != 45+mostRows || s.starts != nil {
		t.Errorf("without trials %+v", s)
	}
	r.Trials = []recording.Range{{From: 0, To: 9999}}
	if s := newStretch(r, 2700); s.to != 45+mostRows {
		t.Errorf("with a trial beyond the rows %+v", s)
	}
	r.Trials = []recording.Range{{From: 45, To: 2700}}
	if s := newStretch(r, 2700); s.to != 45+mostRows {
		t.Errorf("with one long trial %+v", s)
	}
}

func TestPredictionManyOutputs(t *testing.T) {
	rnd := newRand()
	data := make([]float64, 50*9)
	for i := range data {
		data[i] = rnd.NormFloat64()
	}
	m := mat.NewDense(50, 9, data)
	f, err := Prediction(&regime.Result{Method: regime.Paper, Prediction: m, Actual: m, R2ByOutput: []regime.Number{regime.Undefined}})
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "predicted, in-sample", "output 6", "time (rows)   (6 of 9 outputs)", "R² undefined")
}

func TestPredictionContradiction(t *testing.T) {
	r := &regime.Result{Prediction: mat.NewDense(3, 1, nil), Actual: mat.NewDense(4, 1, nil)}
	if _, err := Prediction(r); err == nil || !strings.Contains(err.Error(), "3×1") {
		t.Errorf("shapes that differ: %v", err)
	}
}

package plot

import (
	"fmt"
	"math"

	"oblique/regime"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/vg"
)

// Limits of Prediction: what still can be read on one page.
const (
	mostOutputs  = 6
	mostRows     = 600
	mostTrials   = 8
	scatterRows  = 500
	wideAsSquare = 4.6 // the time axis, relative to the scatter's
)

// Prediction draws what the readout predicts beside what was measured, one row of panels for each output (the
// first six): on the left a stretch of at most eight trials and 600 rows over time, the first in which the prediction
// is whole, with a thin rule where a trial begins; on the right one against the other, at up to 500 rows evenly spread
// over the recording, with the identity. Lines are interrupted between trials and where a value is NaN. R² of each
// output stands above the latter. Time counts from the start of the stretch, in seconds, or in rows if the bin is
// unknown.
//
// A result that carries no prediction (one read from a file, or of a recording too large) gives a figure that
// says so. It is an error if prediction and measurement differ in shape.
func Prediction(r *regime.Result) (*Figure, error) {
	if r == nil {
		return nil, errNoResult
	}
	if r.Prediction == nil || r.Actual == nil || r.Prediction.IsEmpty() || r.Actual.IsEmpty() {
		p := &panel{title: dataTitle(r), x: linear("time", 5), y: linear("output", 3)}
		p.explain("the result carries no prediction")
		return &Figure{Double, 40 * vg.Millimeter, single(p)}, nil
	}
	t, d := r.Actual.Dims()
	if pt, pd := r.Prediction.Dims(); pt != t || pd != d {
		return nil, fmt.Errorf("plot: prediction is %d×%d, measurement %d×%d", pt, pd, t, d)
	}
	s := newStretch(r, t)
	shown := min(d, mostOutputs)
	g := grid{widths: []float64{wideAsSquare, 1}}
	for j := range shown {
		over, against := s.panel(r, j), scatterPanel(r, j)
		if j == 0 {
			over.title = dataTitle(r)
		}
		if j == shown-1 && shown < d {
			over.x.label += fmt.Sprintf("   (%d of %d outputs)", shown, d)
		}
		if j < shown-1 {
			over.x, against.x = over.x.unlabelled(), against.x.unlabelled()
		}
		g.panels = append(g.panels, []*panel{over, against})
	}
	g.legend = []entry{{"measured", look{midGrey, square}}, {"predicted" + heldOut(r), look{vermillion, square}}}
	height := 14 + 29*vg.Length(shown)
	return &Figure{Double, height * vg.Millimeter, g}, nil
}

func heldOut(r *regime.Result) string {
	if r.Method == regime.Paper {
		return ", in-sample"
	}
	return ", held-out"
}

// A stretch is the rows that are shown over time.
type stretch struct {
	from, to int
	starts   []int   // first rows of trials inside, but for the first
	bin      float64 // of a row, on the axis
	unit     string
}

// newStretch chooses the rows.
func newStretch(r *regime.Result, t int) stretch {
	s := stretch{to: min(t, mostRows), bin: 1, unit: "time (rows)"}
	if r.Data.Bin.Defined() && r.Data.Bin > 0 {
		s.bin, s.unit = float64(r.Data.Bin), "time (s)"
	}
	s.from, s.to = wholeRows(r, t)
	return s.alongTrials(r, t)
}

// wholeRows returns the first mostRows rows, starting where the prediction is first known.
func wholeRows(r *regime.Result, t int) (from, to int) {
	for from = 0; from < t && math.IsNaN(r.Prediction.At(from, 0)); from++ {
	}
	if from == t {
		from = 0
	}
	return from, min(t, from+mostRows)
}

// alongTrials moves the stretch to the bounds of trials: from the first trial that starts in or after it, as many as
// fit. Without trials, or with ranges that are none of the matrix, it stays.
func (s stretch) alongTrials(r *regime.Result, t int) stretch {
	first := -1
	for i, trial := range r.Trials {
		if trial.From < 0 || trial.To > t || trial.From >= trial.To {
			return s
		}
		if first < 0 && trial.From >= s.from {
			first = i
		}
	}
	if first < 0 {
		return s
	}
	s.from = r.Trials[first].From
	s.to = min(r.Trials[first].To, s.from+mostRows)
	for i, trial := range r.Trials[first+1:] {
		if i+2 > mostTrials || trial.To > s.from+mostRows || trial.From < s.to {
			break
		}
		s.starts = append(s.starts, trial.From)
		s.to = trial.To
	}
	return s
}

// column returns times and values of an output in the stretch, with a NaN before each start of a trial.
func (s stretch) column(m *mat.Dense, j int) (time, value []float64) {
	next := 0
	for i := s.from; i < s.to; i++ {
		at := float64(i-s.from) * s.bin
		if next < len(s.starts) && i == s.starts[next] {
			time, value = append(time, at), append(value, math.NaN())
			next++
		}
		time, value = append(time, at), append(value, m.At(i, j))
	}
	return time, value
}

// panel draws output j over time.
func (s stretch) panel(r *regime.Result, j int) *panel {
	time, actual := s.column(r.Actual, j)
	_, predicted := s.column(r.Prediction, j)
	p := &panel{x: linearExact(s.unit, 8, 0, math.Max(1, float64(s.to-s.from-1))*s.bin),
		y: linear(outputName(r, j), 4, append(predicted, actual...)...)}
	for _, row := range s.starts {
		at := (float64(row-s.from) - 0.5) * s.bin
		p.marks = append(p.marks, line(at, p.y.min, at, p.y.max, stroke(lightGrey, thinLine)))
	}
	p.marks = append(p.marks,
		curve{time, actual, stroke(midGrey, dataLine)},
		curve{time, predicted, stroke(vermillion, thinLine)})
	if !anyFinite(actual, predicted) {
		p.explain("undefined: no finite value in this stretch")
	}
	return p
}

// scatterPanel draws predicted against measured values of output j.
func scatterPanel(r *regime.Result, j int) *panel {
	t, _ := r.Actual.Dims()
	every := (t + scatterRows - 1) / scatterRows
	var x, y []float64
	for i := 0; i < t; i += every {
		if a, b := r.Actual.At(i, j), r.Prediction.At(i, j); finite(a) && finite(b) {
			x, y = append(x, a), append(y, b)
		}
	}
	both := append(append([]float64(nil), x...), y...)
	p := &panel{title: r2Title(r, j), x: linear("measured", 3, both...), y: linear("predicted", 3, both...)}
	if len(x) == 0 {
		p.explain("undefined")
		return p
	}
	p.marks = []mark{
		line(p.x.min, p.x.min, p.x.max, p.x.max, stroke(midGrey, hairline)),
		dots{x: x, y: y, color: vermillion, radius: 0.7},
	}
	return p
}

// r2Title states R² of output j, if the result has it.
func r2Title(r *regime.Result, j int) string {
	if j >= len(r.R2ByOutput) {
		return ""
	}
	if !r.R2ByOutput[j].Defined() {
		return "R² undefined"
	}
	return "R² = " + decimal(float64(r.R2ByOutput[j]), 0.01)
}

func outputName(r *regime.Result, j int) string {
	if j < len(r.Data.Outputs) {
		if s := name(r.Data.Outputs[j], 14); s != "" {
			return s
		}
	}
	return fmt.Sprintf("output %d", j+1)
}

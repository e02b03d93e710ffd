package preprocess

import (
	"encoding/json"
	"math"
	"os"
	"sync"
	"testing"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// reference is testdata/reference.json, which testdata/reference.py writes.
type reference struct {
	Smoothing []struct {
		S      float64
		Causal bool
		X, Y   []float64
	}
	Gradient struct{ T, X, Uneven, Even []float64 }
	// Resampling has a signal X at T, its means in bins, and its interpolation from every Slow-th sample.
	Resampling struct {
		T, X, Mean, Linear []float64
		Start, Bin         float64
		Slow               int
	}
	Binning struct {
		Spikes, Counts []float64
		Start, Bin     float64
	}
	Session struct {
		Spikes    [][]float64
		Observed  [][][2]float64
		Event     []*float64
		Start     []float64
		Condition []float64
		NVel      int    `json:"n_vel"`
		VelNaN    [2]int `json:"vel_nan"`
		NSlow     int    `json:"n_slow"`
	} `json:"nlb_session"`
	NLB []struct {
		Bin, Sigma, Lo, Hi, Lag int
		Keep                    *[2]int
		Slow                    bool
		X, Y, Mean              [][]float64
		Lengths                 []int
	}
}

var loadReference = sync.OnceValues(func() (r reference, err error) {
	b, err := os.ReadFile("testdata/reference.json")
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	return r, err
})

func ref(t *testing.T) reference {
	t.Helper()
	r, err := loadReference()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// near fails unless got is want to within a relative and absolute tolerance.
func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= tol*(1+math.Abs(want[i]))) {
			t.Fatalf("%s: value %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// column returns column j of m.
func column(m mat.Matrix, j int) []float64 { return mat.Col(nil, j, m) }

// counts returns a gridded session with bins of 10 ms: one behaviour, "pos", of one or more columns.
func counts(x, y *mat.Dense) *recording.Session {
	return &recording.Session{
		Activity: &recording.Activity{Values: x, Quantity: recording.Counts, Bin: 0.01},
		Signals:  []recording.Signal{{Name: "pos", Values: y}},
	}
}

// ramp returns an n×d matrix whose element (i, j) is i + 1000j.
func ramp(n, d int) *mat.Dense {
	m := mat.NewDense(n, d, nil)
	for i := range n {
		for j := range d {
			m.Set(i, j, float64(i+1000*j))
		}
	}
	return m
}

// prepare is Prepare for sessions and options that fit.
func prepare(t testing.TB, s *recording.Session, o Options) *recording.Recording {
	t.Helper()
	rec, err := Prepare(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

const ms = time.Millisecond

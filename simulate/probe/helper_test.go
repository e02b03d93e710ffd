package probe

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"

	"oblique/simulate"
	"oblique/simulate/task"
)

// A reference is what testdata/reference.py has computed.
type reference struct {
	Steps, Trials, N, Outputs int
	X, Other, W, Z            []float64
	Correlation               []float64
	Norm                      float64
	Variance, R2, Alpha       []float64
	HeldOut                   []float64 `json:"held_out"`
	Dissimilarity             map[string]float64
	Frequency                 []float64
	Power                     [][]float64
	Square                    []float64
	Eigenvalues               [][2]float64
}

func readReference(t *testing.T) *reference {
	t.Helper()
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// late is the time from which the reference takes states.
const late = 2.0

// run returns a trajectory of the reference, with a mask of every fourth row and targets of zero.
func (r *reference) run(x []float64) *simulate.Run {
	b := &task.Batch{Trials: r.Trials, Steps: r.Steps, Outputs: r.Outputs, Target: make([]float32, len(r.Z)), Mask: make([]bool, len(r.Z)),
		Conditions: make([]int, r.Trials)}
	for i := 0; i < len(b.Mask); i += 4 {
		b.Mask[i] = true
	}
	return &simulate.Run{Batch: b, N: r.N, Dt: 0.2, States: narrow(x), Outputs: narrow(r.Z)}
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func gaussian(rng *rand.Rand, rows, columns int) *mat.Dense {
	m := mat.NewDense(rows, columns, nil)
	for i := range rows {
		for j := range columns {
			m.Set(i, j, rng.NormFloat64())
		}
	}
	return m
}

// rotation returns a random orthogonal matrix.
func rotation(rng *rand.Rand, n int) *mat.Dense {
	var qr mat.QR
	qr.Factorize(gaussian(rng, n, n))
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf("%s is %.12g, want %.12g", what, got, want)
	}
}

package rnn

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

func std(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(x)))
}

// TestNew: the standard deviations of the weights are those of the paper.
func TestNew(t *testing.T) {
	c := Config{N: 200, Inputs: 20, Outputs: 20, Gain: 1.5, Readout: 0.3, InitStd: 0.7}
	n, err := New[float64](c, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct {
		name string
		x    []float64
		want float64
	}{{"In", n.In, 1}, {"Rec", n.Rec, 1.5 / math.Sqrt(200)}, {"Out", n.Out, 0.3 / math.Sqrt(200)}, {"H0", n.H0, 0.7}} {
		// The standard deviation of a standard deviation of n draws is 1/√(2n) of it; five of them.
		if got := std(w.x); math.Abs(got/w.want-1) > 5/math.Sqrt(2*float64(len(w.x))) {
			t.Errorf("%s has standard deviation %g, want %g", w.name, got, w.want)
		}
	}
	if n.Config.Dt != 0.2 || n.Config.Activation != Tanh {
		t.Errorf("defaults: %+v", n.Config)
	}
	if Large(512) != 1 || Small(400) != 0.05 {
		t.Errorf("readouts %g and %g", Large(512), Small(400))
	}
	// The same generator gives the same network, in either precision, and a clone shares nothing.
	again, err := New[float32](c, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, Convert[float32](n)) {
		t.Error("another network in single precision")
	}
	clone := n.Clone()
	clone.Rec[0]++
	if clone.Rec[0] == n.Rec[0] {
		t.Error("a clone shares its weights")
	}
}

func TestNewErrors(t *testing.T) {
	for _, c := range []Config{{Outputs: 1}, {N: 3}, {N: 3, Outputs: 1, Inputs: -1}, {N: 3, Outputs: 1, Dt: 1.5},
		{N: 3, Outputs: 1, Dt: math.NaN()}, {N: 3, Outputs: 1, Rank: 4}, {N: 3, Outputs: 1, Activation: "step"}} {
		if _, err := New[float64](c, rand.New(rand.NewPCG(1, 1))); err == nil {
			t.Errorf("no error for %+v", c)
		}
	}
}

// TestLowRank: UᵀU = N, readout and input lie along U at their norms, W = gJ + U M Uᵀ/N, and with g = 0 W has the rank.
func TestLowRank(t *testing.T) {
	const size = 30
	n, err := New[float64](Config{N: size, Inputs: 1, Outputs: 1, Readout: 0.5, Rank: 2, Gain: 0.8}, rand.New(rand.NewPCG(2, 1)))
	if err != nil {
		t.Fatal(err)
	}
	column := func(x []float64, width, j int) []float64 {
		y := make([]float64, size)
		for i := range y {
			y[i] = x[i*width+j]
		}
		return y
	}
	dot := func(x, y []float64) (sum float64) {
		for i := range x {
			sum += x[i] * y[i]
		}
		return sum
	}
	u := [][]float64{column(n.U, 2, 0), column(n.U, 2, 1)}
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"u₁·u₁", dot(u[0], u[0]), size}, {"u₂·u₂", dot(u[1], u[1]), size}, {"u₁·u₂", dot(u[0], u[1]), 0},
		{"w_out·u₁", dot(n.Out, u[0]), 0.5 * math.Sqrt(size)}, {"w_out·w_out", dot(n.Out, n.Out), 0.25},
		{"w_in·u₂", dot(n.In, u[1]), size}, {"w_in·w_in", dot(n.In, n.In), size}} {
		if math.Abs(c.got-c.want) > 1e-12*size {
			t.Errorf("%s = %g, want %g", c.name, c.got, c.want)
		}
	}
	before := append([]float64(nil), n.Rec...)
	copy(n.M, []float64{0.5, -1, 2, 0.25})
	n.Compose()
	for i := range size {
		for j := range size {
			want := before[i*size+j]
			for a := range 2 {
				for b := range 2 {
					want += u[a][i] * n.M[a*2+b] * u[b][j] / size
				}
			}
			if math.Abs(n.Rec[i*size+j]-want) > 1e-13 {
				t.Fatalf("W[%d,%d] = %g, want %g", i, j, n.Rec[i*size+j], want)
			}
		}
	}
}

package rnn

import (
	"math"
	"strings"
	"testing"
)

var activations = []Activation{Tanh, ReLU, Linear, Erf, Softplus}

func TestParseActivation(t *testing.T) {
	for _, a := range activations {
		if got, err := ParseActivation(string(a)); got != a || err != nil {
			t.Errorf("%s: %v, %v", a, got, err)
		}
	}
	if got, err := ParseActivation(""); got != Tanh || err != nil {
		t.Errorf("empty: %v, %v", got, err)
	}
	if _, err := ParseActivation("step"); err == nil || !strings.Contains(err.Error(), "softplus") {
		t.Errorf("step: %v", err)
	}
}

// TestApply compares with the definitions and with values known: erf has slope 1 at 0, softplus is ln 2 there and does
// not overflow.
func TestApply(t *testing.T) {
	x := []float64{-800, -3, -0.5, 0, 1e-9, 0.7, 4, 800}
	want := map[Activation]func(float64) float64{
		Tanh: math.Tanh, ReLU: func(x float64) float64 { return math.Max(0, x) }, Linear: func(x float64) float64 { return x },
		Erf: func(x float64) float64 { return math.Erf(math.Sqrt(math.Pi) / 2 * x) },
		Softplus: func(x float64) float64 {
			if x > 700 { // where eˣ overflows
				return x
			}
			return math.Log1p(math.Exp(x))
		},
	}
	for _, a := range activations {
		y, single, x32 := make([]float64, len(x)), make([]float32, len(x)), make([]float32, len(x))
		for i := range x {
			x32[i] = float32(x[i])
		}
		Apply(a, y, x)
		Apply(a, single, x32)
		for i := range x {
			w := want[a](x[i])
			// Tanh is good to 2.7 units in the last place, the others to one or two.
			if math.Abs(y[i]-w) > 1e-15*math.Abs(w) || math.Abs(float64(single[i])-w) > 4e-7*math.Abs(w) {
				t.Errorf("%s(%g) = %.17g, in single precision %g, want %.17g", a, x[i], y[i], single[i], w)
			}
		}
	}
}

// TestSlope compares with central differences of Apply. Their error is h² and ε/h.
func TestSlope(t *testing.T) {
	x := []float64{-3, -0.5, 0.01, 0.7, 4}
	const h = 6e-6
	for _, a := range activations {
		slope, up, down := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
		for i := range x {
			up[i], down[i] = x[i]+h, x[i]-h
		}
		Slope(a, slope, x)
		Apply(a, up, up)
		Apply(a, down, down)
		for i := range x {
			if want := (up[i] - down[i]) / (2 * h); math.Abs(slope[i]-want) > 1e-9 {
				t.Errorf("%s'(%g) = %.12g, central difference %.12g", a, x[i], slope[i], want)
			}
		}
	}
}

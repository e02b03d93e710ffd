package preprocess

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// smoothed runs one neuron through Prepare as counts in bins of 10 ms, and returns counts per bin.
func smoothed(t testing.TB, x []float64, s float64, causal bool, runs ...recording.Range) []float64 {
	session := counts(mat.NewDense(len(x), 1, x), ramp(len(x), 1))
	session.Activity.Runs = runs
	rec := prepare(t, session, Options{Smooth: time.Duration(math.Round(s * float64(10*ms))), Causal: causal})
	y := column(rec.X, 0)
	floats.Scale(0.01, y)
	return y
}

// TestSmooth compares with scipy.ndimage.gaussian_filter1d, divided by its response to ones within the
// run, and for causal kernels with weighted means. The order of sums differs, hence 1e-13; the
// longest case goes through the Fourier transform, with an error of the order of 1e-16 times the values.
func TestSmooth(t *testing.T) {
	for _, c := range ref(t).Smoothing {
		name := fmt.Sprintf("n=%d s=%v causal=%v", len(c.X), c.S, c.Causal)
		near(t, name, smoothed(t, c.X, c.S, c.Causal), c.Y, 1e-13)
	}
}

func randomCounts(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(rng.IntN(4))
	}
	return x
}

// Away from the ends the kernel moves spikes and loses none.
func TestSmoothKeepsMass(t *testing.T) {
	for _, causal := range []bool{false, true} {
		x := make([]float64, 300)
		copy(x[100:], randomCounts(100, 3))
		if got, want := floats.Sum(smoothed(t, x, 5.5, causal)), floats.Sum(x); math.Abs(got-want) > 1e-9 {
			t.Errorf("causal %v: %v spikes become %v", causal, want, got)
		}
	}
}

func TestSmoothKeepsConstant(t *testing.T) {
	for _, causal := range []bool{false, true} {
		for _, s := range []float64{0.3, 3, 50} {
			x := make([]float64, 40)
			floats.AddConst(3, x)
			near(t, fmt.Sprint(s, causal), smoothed(t, x, s, causal), x, 1e-13)
		}
	}
}

// Shifting activity within a run, away from its ends, shifts the result, bit for bit.
func TestSmoothShifts(t *testing.T) {
	x := randomCounts(60, 4)
	a, b := make([]float64, 200), make([]float64, 200)
	copy(a[60:], x)
	copy(b[67:], x)
	ya, yb := smoothed(t, a, 3, false), smoothed(t, b, 3, false)
	near(t, "shifted", yb[37:170], ya[30:163], 0)
}

// Time reversal commutes with the symmetric kernel; the causal kernel does not look ahead.
func TestSmoothDirection(t *testing.T) {
	x := randomCounts(80, 5)
	forward := smoothed(t, x, 4, false)
	reversed := make([]float64, len(x))
	for i, v := range x {
		reversed[len(x)-1-i] = v
	}
	backward := smoothed(t, reversed, 4, false)
	slices.Reverse(backward)
	near(t, "reversed", backward, forward, 1e-14)

	before := smoothed(t, x, 4, true)
	for i := 50; i < len(x); i++ {
		x[i] += 7
	}
	near(t, "causal past", smoothed(t, x, 4, true)[:50], before[:50], 0)
}

// Runs are smoothed as if each were alone.
func TestSmoothStaysInRun(t *testing.T) {
	x := randomCounts(90, 6)
	for _, causal := range []bool{false, true} {
		got := smoothed(t, x, 4, causal, recording.Range{From: 0, To: 40}, recording.Range{From: 40, To: 90})
		near(t, "first", got[:40], smoothed(t, x[:40], 4, causal), 0)
		near(t, "second", got[40:], smoothed(t, x[40:], 4, causal), 0)
	}
}

// The Fourier transform gives what adding up gives, at every length around the powers of two.
func TestTransform(t *testing.T) {
	for _, taps := range []int{3, 64, 129} {
		k := newKernel(float64(taps-1)/8, false)
		for _, n := range []int{1, 2, 63, 64, 65, 127, 128, 129, 500} {
			x := randomCounts(n, uint64(n))
			direct, fast := make([]float64, n), make([]float64, n)
			for i := range direct {
				for b, v := range x {
					if j := i - b + k.ahead; j >= 0 && j < len(k.weights) {
						direct[i] += v * k.weights[j]
					}
				}
			}
			f := &transform{weights: k.weights}
			f.convolve(fast, x, k.ahead)
			near(t, fmt.Sprint(taps, n), fast, direct, 1e-14)
			k.convolve(fast, x, 0, f)
			near(t, fmt.Sprint(taps, n), fast, direct, 1e-14)
		}
	}
}

// The two ways to convolve; transform.pays weighs them with the times measured here.
func BenchmarkConvolve(b *testing.B) {
	for _, taps := range []int{65, 129, 257, 1025, 8193} {
		k := newKernel(float64(taps-1)/8, false)
		x := randomCounts(max(1024, 8*taps), 1)
		dst := make([]float64, len(x))
		f := &transform{weights: k.weights}
		b.Run(fmt.Sprintf("add/%d", taps), func(b *testing.B) {
			b.SetBytes(int64(8 * len(x)))
			for b.Loop() {
				clear(dst)
				k.add(dst, x, 0)
			}
		})
		b.Run(fmt.Sprintf("transform/%d", taps), func(b *testing.B) {
			b.SetBytes(int64(8 * len(x)))
			for b.Loop() {
				f.convolve(dst, x, k.ahead)
			}
		})
	}
}

package preprocess

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/floats"
	"oblique/loaders/recording"
)

// A kernel smooths along time. With weights g(d) ∝ exp(−d²/2s²), s = σ/bin, the value of bin i is
//
//	y[i] = Σ_d g(d) x[i−d] / Σ_d g(d),   d = −ahead, …, back,
//
// both sums over the d for which bin i−d belongs to the same stretch. The kernel reaches
// ⌊4s + ½⌋ bins to either side; a causal one only back, which delays by about σ√(2/π). Inside a stretch
// the kernel keeps sums; at its ends it is renormalised, so that a constant stays that constant.
type kernel struct {
	ahead, back int
	weights     []float64 // weights[j] = g(j−ahead), summing to 1
	sums        []float64 // sums[j] = weights[0] + … + weights[j−1]
}

// newKernel returns the kernel of standard deviation s, in bins. With s = 0 it is the identity.
func newKernel(s float64, causal bool) kernel {
	back := int(4*s + 0.5)
	k := kernel{ahead: back, back: back}
	if causal {
		k.ahead = 0
	}
	k.weights = make([]float64, k.ahead+k.back+1)
	for j := range k.weights {
		d := float64(j - k.ahead)
		k.weights[j] = 1
		if d != 0 {
			k.weights[j] = math.Exp(-d * d / (2 * s * s))
		}
	}
	floats.Scale(1/floats.Sum(k.weights), k.weights)
	k.sums = make([]float64, len(k.weights)+1)
	floats.CumSum(k.sums[1:], k.weights)
	return k
}

// identity reports whether the kernel changes nothing.
func (k kernel) identity() bool { return len(k.weights) == 1 }

// norm returns the sum of the weights that reach from bin i into the bins of within.
func (k kernel) norm(i int, within recording.Range) float64 {
	lo := max(0, i-within.To+1+k.ahead)
	hi := min(len(k.weights), i-within.From+k.ahead+1)
	if lo == 0 && hi == len(k.weights) {
		return 1
	}
	return k.sums[hi] - k.sums[lo]
}

// convolve sets dst[i] to Σ_d g(d) x[i+offset−d], where dst is bins of output and offset is how far the
// first of them lies behind x[0]; x is 0 outside. Each x that is not 0 adds the kernel around itself, in
// ascending order, so that spike counts, which are mostly 0, cost little. Where that would be more work
// than a Fourier transform, f does it.
func (k kernel) convolve(dst, x []float64, offset int, f *transform) {
	if k.identity() {
		copy(dst, x[offset:])
		return
	}
	if f.pays(x, len(k.weights)) {
		f.convolve(dst, x, offset+k.ahead)
		return
	}
	clear(dst)
	k.add(dst, x, offset)
}

// add adds the kernel around each x that is not 0.
func (k kernel) add(dst, x []float64, offset int) {
	for b, v := range x {
		if v == 0 {
			continue
		}
		first := b - offset - k.ahead // output of weights[0]
		lo, hi := max(first, 0), min(first+len(k.weights), len(dst))
		if lo < hi {
			floats.AddScaled(dst[lo:hi], v, k.weights[lo-first:hi-first])
		}
	}
}

// transform convolves with one kernel by the fast Fourier transform, for kernels of hundreds of bins.
type transform struct {
	weights []float64
	fft     *fourier.FFT
	kernel  []complex128 // transform of the weights, over the length of the sequence
	buf     []float64
	coef    []complex128
}

// length returns the length of the transform for n values: a power of two that holds the whole
// convolution.
func (f *transform) length(n int) int {
	length := 1
	for length < n+len(f.weights)-1 {
		length *= 2
	}
	return length
}

// pays reports whether the transform is faster than adding up. The constants, in nanoseconds, are what
// BenchmarkConvolve measures: per kernel that is added, per weight of it, and per value and
// doubling of the length of a transform there and back.
func (f *transform) pays(x []float64, taps int) bool {
	const perKernel, perWeight, perButterfly = 6, 0.22, 5.0
	if taps < 64 {
		return false
	}
	used := 0
	for _, v := range x {
		if v != 0 {
			used++
		}
	}
	length := float64(f.length(len(x)))
	return float64(used)*(perKernel+perWeight*float64(taps)) > perButterfly*length*math.Log2(length)
}

func (f *transform) convolve(dst, x []float64, offset int) {
	f.prepare(f.length(len(x)))
	copy(f.buf, x)
	clear(f.buf[len(x):])
	f.coef = f.fft.Coefficients(f.coef, f.buf)
	for i, w := range f.kernel {
		f.coef[i] *= w
	}
	f.fft.Sequence(f.buf, f.coef)
	copy(dst, f.buf[offset:])
}

// prepare transforms the kernel, once for each length.
func (f *transform) prepare(length int) {
	if f.fft != nil && f.fft.Len() == length {
		return
	}
	f.fft = fourier.NewFFT(length)
	f.buf = make([]float64, length)
	copy(f.buf, f.weights)
	f.coef = make([]complex128, length/2+1)
	f.kernel = f.fft.Coefficients(nil, f.buf)
	for i := range f.kernel {
		f.kernel[i] /= complex(float64(length), 0) // Sequence is not normalised
	}
}

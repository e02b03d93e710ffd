package regime_test

import (
	"math"
	"math/rand/v2"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// autoregressive returns n columns of independent stationary processes x_i = a x_{i−1} + √(1−a²) ε of unit variance.
func autoregressive(rng *rand.Rand, t, n int, a float64) *mat.Dense {
	x := mat.NewDense(t, n, nil)
	for j := range n {
		v := rng.NormFloat64()
		for i := range t {
			x.Set(i, j, v)
			v = a*v + math.Sqrt(1-a*a)*rng.NormFloat64()
		}
	}
	return x
}

// readable returns a recording whose behaviour is a readout of activity with noise.
func readable(seed uint64, t, n, d int, a, noise float64) *recording.Recording {
	rng := rand.New(rand.NewPCG(seed, 99))
	x := autoregressive(rng, t, n, a)
	for i := range t {
		for j := range n {
			x.Set(i, j, 20+5*x.At(i, j)/math.Sqrt(float64(1+j)))
		}
	}
	w := mat.NewDense(n, d, nil)
	for i := range w.RawMatrix().Data {
		w.RawMatrix().Data[i] = rng.NormFloat64()
	}
	y := autoregressive(rng, t, d, a)
	y.Scale(noise, y)
	var signal mat.Dense
	signal.Mul(x, w)
	y.Add(y, &signal)
	return &recording.Recording{X: x, Y: y}
}

// centred returns the columns of x about their means.
func centred(x *mat.Dense) *mat.Dense {
	rows, cols := x.Dims()
	c := mat.DenseCopyOf(x)
	for j := range cols {
		mean := mat.Sum(x.ColView(j)) / float64(rows)
		for i := range rows {
			c.Set(i, j, x.At(i, j)-mean)
		}
	}
	return c
}

// rSquared returns 1 − SS_res/SS_tot of each column.
func rSquared(y, prediction *mat.Dense) []float64 {
	_, d := y.Dims()
	var e mat.Dense
	e.Sub(y, prediction)
	total := centred(y)
	r2 := make([]float64, d)
	for o := range d {
		r2[o] = 1 - mat.Dot(e.ColView(o), e.ColView(o))/mat.Dot(total.ColView(o), total.ColView(o))
	}
	return r2
}

// leastSquares is ridge regression by another route than that of the package: QR of the centred rows, to which √α I is
// added. It returns W, D×N.
func leastSquares(x, y *mat.Dense, alpha float64) *mat.Dense {
	rows, n := x.Dims()
	_, d := y.Dims()
	ax, ay := mat.NewDense(rows+n, n, nil), mat.NewDense(rows+n, d, nil)
	ax.Slice(0, rows, 0, n).(*mat.Dense).Copy(centred(x))
	ay.Slice(0, rows, 0, d).(*mat.Dense).Copy(centred(y))
	for j := range n {
		ax.Set(rows+j, j, math.Sqrt(alpha))
	}
	var w mat.Dense
	if err := w.Solve(ax, ay); err != nil {
		panic(err)
	}
	return mat.DenseCopyOf(w.T())
}

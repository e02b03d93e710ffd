package train

import (
	"math"
	"math/rand/v2"

	gonum "gonum.org/v1/gonum/blas"

	"oblique/internal/blas"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// A Point is what is measured of a network after a number of training steps: on trials of its own, the same throughout
// training, without any noise. States x count from t = 10 on, or from the middle of a trial that is not much longer; Δx is
// how far they are from those of the network as drawn, on the same trials. Norms of states are root mean squares over
// rows. NaN stands for what is undefined, as the correlation of Δx is before the first step, or beyond single
// precision.
type Point struct {
	Step        int64
	Loss        float64 // without noise
	InChange    float64 // ‖W_in − W_in,0‖, Frobenius
	RecChange   float64 // ‖W − W_0‖
	OutChange   float64 // ‖W_out − W_out,0‖
	StateNorm   float64 // ‖x‖
	StateChange float64 // ‖Δx‖
	Rho         float64 // generalised correlation of x with W_out, as published figures show it
	RhoChange   float64 // of Δx with W_out
}

// settled is the time from which states count.
const settled = 10.0

// A meter measures a training. Measuring costs a forward pass and a Gram matrix, twice.
type meter struct {
	batch   *task.Batch
	first   int       // row of the states from which they count
	initial []float32 // states of the network as drawn, from there on, less the means of rows
	means   []float64 // these, of the initial states and then of those that are measured
	gram    []float32
}

// newMeter returns a meter for a training, whose initial network it runs.
func newMeter(s *State, t task.Task, r *rnn.Runner[float32]) *meter {
	o := s.Options
	b := t.Batch(o.Batch, rand.New(rand.NewPCG(o.Seed, drawMeasured)))
	m := &meter{batch: b, first: b.Trials * min(int(settled/task.Dt), b.Steps/2)}
	m.initial = append(m.initial, m.run(s.Initial, r)...)
	rows := len(m.initial) / o.N
	m.means = make([]float64, 2*rows)
	centre(m.initial, o.N, m.means)
	size := min(o.N, rows)
	m.gram = make([]float32, size*size)
	return m
}

// run returns the states that count of a network without noise, in the runner's memory.
func (m *meter) run(n *rnn.Network[float32], r *rnn.Runner[float32]) []float32 {
	r.Forward(n, m.batch.Input, m.batch.Trials, m.batch.Steps, rnn.Noise{Off: true, OffInit: true})
	return r.States()[m.first*n.Config.N:]
}

// measure measures the network as it is. e has room for the derivatives of the outputs.
func (m *meter) measure(s *State, r *rnn.Runner[float32], e []float32) Point {
	n, size := s.Network, s.Options.N
	x := m.run(n, r)
	p := Point{Step: int64(s.Steps()), Loss: Loss(m.batch, r.Outputs(), e),
		InChange: apart(n.In, s.Initial.In), RecChange: apart(n.Rec, s.Initial.Rec), OutChange: apart(n.Out, s.Initial.Out)}
	rows := len(x) / size
	root := math.Sqrt(float64(rows))
	p.StateNorm = math.Sqrt(square(x)) / root
	y := append([]float32(nil), n.Out...)
	centre(y, size, make([]float64, len(y)/size))
	centre(x, size, m.means[rows:])
	p.Rho = m.correlation(x, y, size)
	var shift float64 // of the means
	for i, mean := range m.means[:rows] {
		shift += (m.means[rows+i] - mean) * (m.means[rows+i] - mean)
	}
	blas.Axpy(-1, m.initial, x)
	p.StateChange = math.Sqrt(square(x)+float64(size)*shift) / root
	p.RhoChange = m.correlation(x, y, size)
	return p
}

// correlation returns ‖XYᵀ‖/√(‖XXᵀ‖ ‖YYᵀ‖) of matrices of n columns, whose rows are centred.
func (m *meter) correlation(x, y []float32, n int) float64 {
	rows, outputs := len(x)/n, len(y)/n
	cross := make([]float32, rows*outputs)
	blas.Gemm(gonum.NoTrans, gonum.Trans, rows, outputs, n, 1, x, n, y, n, 0, cross, outputs)
	return math.Sqrt(square(cross)) / math.Sqrt(m.gramNorm(x, n)*m.gramNorm(y, n))
}

// gramNorm returns ‖AAᵀ‖ of a matrix of n columns, which is ‖AᵀA‖.
func (m *meter) gramNorm(a []float32, n int) float64 {
	rows := len(a) / n
	size := min(rows, n)
	g := m.gram
	if len(g) < size*size { // more outputs than states
		g = make([]float32, size*size)
	}
	if rows < n {
		blas.Syrk(gonum.Upper, gonum.NoTrans, size, n, 1, a, n, 0, g, size)
	} else {
		blas.Syrk(gonum.Upper, gonum.Trans, size, rows, 1, a, n, 0, g, size)
	}
	var sum float64
	for i := range size {
		sum += 2*square(g[i*size+i:(i+1)*size]) - square(g[i*size+i:i*size+i+1])
	}
	return math.Sqrt(sum)
}

// centre takes the mean of each row of n from it, and writes it to means.
func centre(a []float32, n int, means []float64) {
	for row := 0; len(a) > 0; row, a = row+1, a[n:] {
		var sum float64
		for _, v := range a[:n] {
			sum += float64(v)
		}
		means[row] = sum / float64(n)
		for i := range a[:n] {
			a[i] -= float32(means[row])
		}
	}
}

func square(a []float32) float64 {
	var sum float64
	for _, v := range a {
		sum += float64(v) * float64(v)
	}
	return sum
}

// apart returns the norm of a difference.
func apart(a, b []float32) float64 {
	var sum float64
	for i, v := range a {
		d := float64(v) - float64(b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

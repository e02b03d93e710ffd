package main

import (
	"oblique/loaders/npz"

	"gonum.org/v1/gonum/mat"
)

// A simulation is what is recorded of a network: rates and behaviour row by row.
type simulation struct {
	outputs    int
	rates      []float64 // T×N in Hz
	behavior   []float64 // T×outputs
	trials     []int32
	conditions []string // of each trial
}

// add adds a row.
func (s *simulation) add(trial int, rates []float64, behavior ...float64) {
	for _, r := range rates {
		s.rates = append(s.rates, rounded(r, 6))
	}
	for _, y := range behavior {
		s.behavior = append(s.behavior, rounded(y, 16))
	}
	s.trials = append(s.trials, int32(trial))
}

// values are the arrays of the file.
func (s *simulation) values(kind string) []npz.Value {
	small := make([]float32, len(s.rates)) // exact: below 64 Hz, with 6 bits after the point
	for i, r := range s.rates {
		small[i] = float32(r)
	}
	t := len(s.trials)
	return []npz.Value{
		{Name: "rates", Shape: []int{t, neurons}, Data: small},
		{Name: "behavior", Shape: []int{t, s.outputs}, Data: s.behavior},
		{Name: "trial_ids", Data: s.trials},
		{Name: "bin_s", Shape: []int{}, Data: []float64{bin}},
		{Name: "kind", Shape: []int{}, Data: []string{kind}},
	}
}

// regress fits y = W x + b by ridge regression with the penalty alpha, and returns W (D×N, row-major) and b,
// rounded.
func regress(rates, behavior []float64, d int, alpha float64) (w, b []float64) {
	t := len(rates) / neurons
	x, y := mat.NewDense(t, neurons, append([]float64(nil), rates...)), mat.NewDense(t, d, append([]float64(nil), behavior...))
	meanX, meanY := centre(x), centre(y)
	var gram, cross, solution mat.Dense
	gram.Mul(x.T(), x)
	for i := range neurons {
		gram.Set(i, i, gram.At(i, i)+alpha)
	}
	cross.Mul(x.T(), y)
	if err := solution.Solve(&gram, &cross); err != nil {
		panic(err) // a penalty makes the matrix regular
	}
	for k := range d {
		offset := meanY[k]
		for i := range neurons {
			weight := rounded(solution.At(i, k), 30)
			w = append(w, weight)
			offset -= weight * meanX[i]
		}
		b = append(b, rounded(offset, 30))
	}
	return w, b
}

// centre subtracts the column means, and returns them.
func centre(m *mat.Dense) []float64 {
	t, n := m.Dims()
	means := make([]float64, n)
	for j := range means {
		for i := range t {
			means[j] += m.At(i, j) / float64(t)
		}
		for i := range t {
			m.Set(i, j, m.At(i, j)-means[j])
		}
	}
	return means
}

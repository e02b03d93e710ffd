package datasets

import (
	"fmt"
	"math"
	"time"

	"oblique/loaders"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

const (
	russoCitation = "Russo, A. A., Bittner, S. R., Perkins, S. M., Seely, J. S., London, B. M., Lara, A. H., Miri, A., Marshall, N. J., " +
		"Kohn, A., Jessell, T. M., Abbott, L. F., Cunningham, J. P., Churchland, M. M. (2018). Motor cortex embeds muscle-like commands in an " +
		"untangled population response. Neuron 97, 953–966. doi:10.1016/j.neuron.2018.01.004"
	russoBibTeX = `@article{russo2018,
  author  = {Russo, Abigail A. and Bittner, Sean R. and Perkins, Sean M. and Seely, Jeffrey S. and London, Brian M. and
             Lara, Antonio H. and Miri, Andrew and Marshall, Najja J. and Kohn, Adam and Jessell, Thomas M. and
             Abbott, Laurence F. and Cunningham, John P. and Churchland, Mark M.},
  title   = {Motor cortex embeds muscle-like commands in an untangled population response},
  journal = {Neuron},
  year    = {2018},
  volume  = {97},
  pages   = {953--966},
  doi     = {10.1016/j.neuron.2018.01.004}
}`
	// russoStep is the time from row to row.
	russoStep = time.Millisecond
)

var russoCousteau = russo2018("russo2018-cousteau", "C", "Pc", "cousteau.mat")
var russoDrake = russo2018("russo2018-drake", "D", "Pd", "drake.mat")

// russo2018 is the data set of one monkey, whose file has the named struct.
func russo2018(id, monkey, variable, file string) *Dataset {
	return &Dataset{
		ID:       id,
		Title:    "Cycling with a hand pedal, motor cortex, averages over trials: monkey " + monkey,
		Kind:     recording.NonBCI,
		Citation: russoCitation,
		BibTeX:   russoBibTeX,
		Licence:  "as its authors state where it is published",
		Home:     "https://doi.org/10.1016/j.neuron.2018.01.004",
		File:     File{Name: file},
		Outputs:  []string{"velocity", "position", "acceleration", "emg"},
		Defaults: Defaults{Output: "velocity", Bin: russoStep, Lag: 100 * time.Millisecond,
			Lags: map[string]time.Duration{"position": 100 * time.Millisecond, "acceleration": 0, "emg": 0}, Every: 5},
		open: func(f loaders.File, _ string) (*recording.Session, error) { return openRusso(f, variable) },
	}
}

// russoExamples is how many examples of position and velocity a row holds, x and y of each.
const russoExamples = 4

// openRusso reads the rows of cycles that are counted (mask.cycleNum is a number); stretches of these
// are runs. Rates xA_raw are averages over trials, in Hz, in steps of 1 ms.
//
// Position and velocity are the means over 4 examples of pA and vA. The acceleration of a row is the velocity
// less that of the row before, per second; of the first row of a run it is that of the second. EMG is
// the first two principal components of zA over the rows kept, each with the sign that makes its largest
// weight positive.
func openRusso(f loaders.File, variable string) (*recording.Session, error) {
	in := &fields{file: f}
	rates := in.matrix(variable+".xA_raw", anySize, anySize)
	if in.err != nil {
		return nil, in.err
	}
	t, _ := rates.Dims()
	cycle := in.vector(variable+".mask.cycleNum", t)
	muscles := in.matrix(variable+".zA", t, anySize)
	places, speeds := in.matrix(variable+".pA", t, 2*russoExamples), in.matrix(variable+".vA", t, 2*russoExamples)
	if in.err != nil {
		return nil, in.err
	}
	keep := make([]bool, t)
	for i := range keep {
		keep[i] = !math.IsNaN(cycle[i])
	}
	runs, _ := stretches(keep, []recording.Range{{From: 0, To: t}})
	if len(runs) == 0 {
		return nil, fmt.Errorf("%w: no row of a counted cycle", recording.ErrEmpty)
	}
	velocity := exampleMean(selectRows(speeds, keep))
	emg, err := leading(selectRows(muscles, keep), 2)
	if err != nil {
		return nil, fmt.Errorf("%s.zA: %w", variable, err)
	}
	return &recording.Session{
		Activity: &recording.Activity{Values: selectRows(rates, keep), Quantity: recording.Rates, Bin: russoStep.Seconds(), Runs: runs},
		Signals: []recording.Signal{
			{Name: "velocity", Values: velocity, Columns: []string{"velocity_x", "velocity_y"}},
			{Name: "position", Values: exampleMean(selectRows(places, keep)), Columns: []string{"position_x", "position_y"}},
			{Name: "acceleration", Values: difference(velocity, runs, russoStep.Seconds()), Columns: []string{"acceleration_x", "acceleration_y"}},
			{Name: "emg", Values: emg, Columns: []string{"emg_pc1", "emg_pc2"}},
		},
		Trials: trialsOf(runs, russoStep.Seconds()),
	}, nil
}

// exampleMean averages the examples: columns x₁ y₁ x₂ y₂ … become x y.
func exampleMean(m *mat.Dense) *mat.Dense {
	t, c := m.Dims()
	mean := mat.NewDense(t, 2, nil)
	for i := range t {
		for j := range c {
			mean.Set(i, j%2, mean.At(i, j%2)+m.At(i, j)/float64(c/2))
		}
	}
	return mean
}

// difference is the change from the row before within each run, per second.
func difference(m *mat.Dense, runs []recording.Range, step float64) *mat.Dense {
	t, c := m.Dims()
	d := mat.NewDense(t, c, nil)
	for _, r := range runs {
		for i := r.From; i < r.To; i++ {
			at := min(max(i, r.From+1), r.To-1)
			for j := range c {
				if at > r.From {
					d.Set(i, j, (m.At(at, j)-m.At(at-1, j))/step)
				}
			}
		}
	}
	return d
}

// leading returns the first k principal components of the columns: the centred rows times the
// eigenvectors of their covariance, the largest weight of each being positive.
func leading(m *mat.Dense, k int) (*mat.Dense, error) {
	t, c := m.Dims()
	if c < k {
		return nil, fmt.Errorf("%w: %d columns for %d components", recording.ErrShape, c, k)
	}
	centred := mat.DenseCopyOf(m)
	for j := range c {
		mean := mat.Sum(m.ColView(j)) / float64(t)
		for i := range t {
			centred.Set(i, j, m.At(i, j)-mean)
		}
	}
	var scatter mat.SymDense
	scatter.SymOuterK(1, centred.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(&scatter, true) {
		return nil, fmt.Errorf("%w: the covariance has no eigenvectors", recording.ErrNumber)
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	weights := mat.NewDense(c, k, nil)
	for j := range k {
		column := mat.Col(nil, c-1-j, &vectors) // eigenvalues ascend
		largest := 0
		for i := range column {
			if math.Abs(column[i]) > math.Abs(column[largest]) {
				largest = i
			}
		}
		for i, v := range column {
			weights.Set(i, j, math.Copysign(1, column[largest])*v)
		}
	}
	return product(centred, weights), nil
}

package datasets

import (
	"fmt"
	"math"
	"time"

	"oblique/loaders"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

var stevenson2011 = &Dataset{
	ID:    "stevenson2011",
	Title: "Reaching in the plane, primary motor cortex, 171 units, 13 minutes",
	Kind:  recording.NonBCI,
	Citation: "Stevenson, I. H., Cherian, A., London, B. M., Sachs, N. A., Lindberg, E., Reimer, J., Slutzky, M. W., Hatsopoulos, N. G., " +
		"Miller, L. E., Kording, K. P. (2011). Statistical assessment of the stability of neural movement representations. " +
		"Journal of Neurophysiology 106, 764–774. doi:10.1152/jn.00626.2010",
	BibTeX: `@article{stevenson2011,
  author  = {Stevenson, Ian H. and Cherian, Anil and London, Brian M. and Sachs, Nicholas A. and Lindberg, Eric and
             Reimer, Jacob and Slutzky, Marc W. and Hatsopoulos, Nicholas G. and Miller, Lee E. and Kording, Konrad P.},
  title   = {Statistical assessment of the stability of neural movement representations},
  journal = {Journal of Neurophysiology},
  year    = {2011},
  volume  = {106},
  pages   = {764--774},
  doi     = {10.1152/jn.00626.2010}
}`,
	Licence: "MIT (Kording Lab)",
	Home:    "https://github.com/KordingLab/spykesML",
	File: File{
		Name:   "m1_stevenson_2011.mat",
		URL:    "https://github.com/KordingLab/spykesML/raw/master/data/m1_stevenson_2011.mat",
		SHA256: "cb1af830e34f5094e5c542ad4adfaca66dea05514680940016173b35fa6aad94",
		Size:   1339984,
	},
	Outputs:  []string{"hand_vel", "hand_pos"},
	Defaults: Defaults{Output: "hand_vel", Bin: stevensonBin, Lag: 100 * time.Millisecond},
	open:     openStevenson,
}

const stevensonBin = 50 * time.Millisecond

// openStevenson reads the whole recording, which has no trials. Activity is spike counts in bins of
// 50 ms; hand_vel and hand_pos are the components x and y (the file's third component is zero throughout,
// and is left out). The file states no unit of length.
func openStevenson(f loaders.File, _ string) (*recording.Session, error) {
	in := &fields{file: f}
	spikes := in.matrix("spikes", anySize, anySize)
	if in.err != nil {
		return nil, in.err
	}
	_, t := spikes.Dims()
	velocity, position := in.matrix("handVel", 3, t), in.matrix("handPos", 3, t)
	times := in.vector("time", t)
	if in.err != nil {
		return nil, in.err
	}
	bin := stevensonBin.Seconds()
	// Each time is rounded to a millisecond, so that the mean step over 13 minutes is exact to far less.
	if step := (times[t-1] - times[0]) / float64(t-1); !(math.Abs(step-bin) < 1e-6) {
		return nil, fmt.Errorf("time has steps of %g s, want %g", step, bin)
	}
	return &recording.Session{
		Activity: &recording.Activity{Values: mat.DenseCopyOf(spikes.T()), Quantity: recording.Counts, Start: round(times[0]), Bin: bin},
		Signals: []recording.Signal{
			{Name: "hand_vel", Values: mat.DenseCopyOf(velocity.Slice(0, 2, 0, t).T()), Columns: []string{"hand_vel_x", "hand_vel_y"}},
			{Name: "hand_pos", Values: mat.DenseCopyOf(position.Slice(0, 2, 0, t).T()), Columns: []string{"hand_pos_x", "hand_pos_y"}},
		},
	}, nil
}

// round returns seconds to the millisecond that the file keeps.
func round(s float64) float64 { return math.Round(s*1000) / 1000 }

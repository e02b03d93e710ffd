package datasets

import (
	"fmt"
	"math"
	"time"

	"oblique/loaders"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

var golub2018 = &Dataset{
	ID:    "golub2018",
	Title: "Brain-machine interface before and after learning a perturbed decoder: monkey J, 2012-03-05",
	Kind:  recording.BCI,
	Citation: "Golub, M. D., Sadtler, P. T., Oby, E. R., Quick, K. M., Ryu, S. I., Tyler-Kabara, E. C., Batista, A. P., Chase, S. M., " +
		"Yu, B. M. (2018). Learning by neural reassociation. Nature Neuroscience 21, 607–616. doi:10.1038/s41593-018-0095-3",
	BibTeX: `@article{golub2018,
  author  = {Golub, Matthew D. and Sadtler, Patrick T. and Oby, Emily R. and Quick, Kristin M. and Ryu, Stephen I. and
             Tyler-Kabara, Elizabeth C. and Batista, Aaron P. and Chase, Steven M. and Yu, Byron M.},
  title   = {Learning by neural reassociation},
  journal = {Nature Neuroscience},
  year    = {2018},
  volume  = {21},
  pages   = {607--616},
  doi     = {10.1038/s41593-018-0095-3}
}`,
	Licence: "BSD-3-Clause (Matthew D. Golub and coauthors)",
	Home:    "https://github.com/mattgolub/bci_learning",
	File: File{
		Name:   "exampleData.mat",
		URL:    "https://github.com/mattgolub/bci_learning/raw/master/exampleData.mat",
		SHA256: "f28fab9442dd0564aab00597796785665f1c3d4b4437e3802c4c99c9696512b1",
		Size:   252829,
	},
	Phases:   []string{"before", "after"},
	Outputs:  []string{"velocity"},
	Defaults: Defaults{Output: "velocity", Bin: batistaBin},
	Published: []Published{{Phase: "before", Output: "velocity", T: 402, N: 86, R2: 1.00, Alpha: 1e-3, Rho: 0.17, DFit: 18,
		Relative: 0.31, Source: schuessler2024}},
	open: openGolub,
}

// schuessler2024 is where the figures of the analysis are published.
const schuessler2024 = "Schuessler, F., Mastrogiuseppe, F., Ostojic, S., Barak, O. (2024). Aligned and oblique dynamics in recurrent " +
	"neural networks. eLife 13, RP93060"

// batistaBin is the bin of the decoders of Golub et al. and Hennig et al.
const batistaBin = 45 * time.Millisecond

// openGolub reads one phase: before learning, when the cursor followed the intuitive map, or after learning,
// when it followed the perturbed one.
//
// A cell of the file is a target. It holds the pooled rows of several reaches, each of which begins with
// rows in which the cursor is still at the centre, so that its direction to the target is exactly that of the
// target: those rows are left out, and what is between them is a trial.
//
// The output is the velocity that the activity on the manifold commands in one bin, without the decoder's
// memory of earlier velocities:
//
//	u = z·pinv(D Vᵀ β)ᵀ,  v = u·wᵀ − (K d)ᵀ,  w = K η Σ_z β,
//
// where z (T×10) are the orthonormalised factors, D, V, β, K, Σ_z, d are the file's, and η permutes the
// factors after learning; before it is the identity. In the spike counts c of a bin that is
// v = M₂ c + m₀, which is the known decoder.
func openGolub(f loaders.File, phase string) (*recording.Session, error) {
	block, mapping, stored := "beforeLearning.clouds.", "expParams.intuitiveMapping.", "vraw_intuitive"
	if phase == "after" {
		block, mapping, stored = "afterLearning.clouds.", "expParams.perturbedMapping.", "vraw_perturbed"
	}
	in := &fields{file: f}
	counts, targets := in.cells(block+"spikes", anySize)
	factors, _ := in.cells(block+"factorActivity", anySize)
	direction, _ := in.cells(block+"cursorToTargetDirection", 2)
	reference, _ := in.cells(block+stored, 2)
	if in.err != nil {
		return nil, in.err
	}
	t, n := counts.Dims()
	_, k := factors.Dims()
	for name, m := range map[string]*mat.Dense{"factorActivity": factors, "cursorToTargetDirection": direction, stored: reference} {
		in.want(block+name+", stacked,", m, t, anySize)
	}
	decoder := in.golubDecoder(mapping, n)
	velocity := in.golubVelocity(mapping, factors, n, k, phase == "after")
	angles := in.vector(block+"angles", len(targets))
	bin := in.vector(mapping+"dt", 1)
	if in.err != nil {
		return nil, in.err
	}
	if bin[0] != batistaBin.Seconds() {
		return nil, fmt.Errorf("%sdt is %g s, want %g", mapping, bin[0], batistaBin.Seconds())
	}
	// The file's decoder has rounding of 3e-8 of a velocity of 250; anything beyond is another decoder.
	const tolerance = 1e-6
	rebuilt, err := agree("the velocity rebuilt from the factors and the stored one", velocity, reference, tolerance)
	if err != nil {
		return nil, err
	}
	known, err := agree("the known decoder's velocity and the stored one", decode(decoder, counts, bin[0]), reference, tolerance)
	if err != nil {
		return nil, err
	}

	keep := make([]bool, t)
	for i := range keep {
		keep[i] = !exactTarget(direction.At(i, 0), direction.At(i, 1))
	}
	runs, cell := stretches(keep, targets)
	if len(runs) == 0 {
		return nil, fmt.Errorf("%w: no row with a moving cursor", recording.ErrEmpty)
	}
	target := make([]float64, len(cell))
	for i, c := range cell {
		target[i] = angles[c]
	}
	return &recording.Session{
		Activity: &recording.Activity{Values: selectRows(counts, keep), Quantity: recording.Counts, Bin: bin[0], Runs: runs},
		Signals: []recording.Signal{{Name: "velocity", Unit: "mm/s", Values: selectRows(velocity, keep),
			Columns: []string{"velocity_x", "velocity_y"}}},
		Trials:  trialsOf(runs, bin[0], recording.Column{Name: "target", Numbers: target}),
		Decoder: decoder,
		Notes:   []string{rebuilt, known},
	}, nil
}

// golubDecoder reads M₂ and m₀.
func (f *fields) golubDecoder(mapping string, n int) *recording.Decoder {
	m2 := f.matrix(mapping+"M2", 2, n)
	m0 := f.vector(mapping+"m0", 2)
	if f.err != nil {
		return nil
	}
	return perHz("M2, m0", "velocity", m2, m0, batistaBin.Seconds())
}

// golubVelocity computes v from k factors.
func (f *fields) golubVelocity(mapping string, z *mat.Dense, n, k int, perturbed bool) *mat.Dense {
	d, v := f.matrix(mapping+"D", k, k), f.matrix(mapping+"V", k, k)
	beta := f.matrix(mapping+"beta", k, n)
	gain := f.matrix(mapping+"K", 2, k)
	sigma := f.matrix(mapping+"Sigma_z", k, k)
	eta := f.matrix(mapping+"eta", k, k)
	shift := f.matrix(mapping+"d", k, 1)
	if f.err != nil {
		return nil
	}
	inverse := pinv(product(d, v.T(), beta))
	if inverse == nil {
		f.err = fmt.Errorf("%sD, V, beta: the singular values do not converge", mapping)
		return nil
	}
	w := product(gain, sigma, beta)
	if perturbed {
		w = product(gain, eta, sigma, beta)
	}
	offset := product(gain, shift)
	return affine(z, product(w, inverse), []float64{-offset.At(0, 0), -offset.At(1, 0)})
}

// exactTarget tells whether a direction is that of one of the eight targets, multiples of 45° = θ, to the
// tolerance |a − θ| ≤ 1e-8 + 1e-5·|θ| of numpy.isclose in degrees.
func exactTarget(x, y float64) bool {
	angle := math.Atan2(y, x) * 180 / math.Pi
	target := 45 * math.Round(angle/45)
	return math.Abs(angle-target) <= 1e-8+1e-5*math.Abs(target)
}

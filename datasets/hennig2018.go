package datasets

import (
	"fmt"

	"oblique/loaders"
	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

var hennig2018 = &Dataset{
	ID:    "hennig2018",
	Title: "Brain-machine interface with an intuitive, then a perturbed decoder: 2013-12-18",
	Kind:  recording.BCI,
	Citation: "Hennig, J. A., Golub, M. D., Lund, P. J., Sadtler, P. T., Oby, E. R., Quick, K. M., Ryu, S. I., Tyler-Kabara, E. C., " +
		"Batista, A. P., Yu, B. M., Chase, S. M. (2018). Constraints on neural redundancy. eLife 7, e36774. doi:10.7554/eLife.36774",
	BibTeX: `@article{hennig2018,
  author  = {Hennig, Jay A. and Golub, Matthew D. and Lund, Peter J. and Sadtler, Patrick T. and Oby, Emily R. and
             Quick, Kristin M. and Ryu, Stephen I. and Tyler-Kabara, Elizabeth C. and Batista, Aaron P. and
             Yu, Byron M. and Chase, Steven M.},
  title   = {Constraints on neural redundancy},
  journal = {eLife},
  year    = {2018},
  volume  = {7},
  pages   = {e36774},
  doi     = {10.7554/eLife.36774}
}`,
	Licence: "MIT (Jay A. Hennig)",
	Home:    "https://github.com/mobeets/neural-redundancy-elife2018",
	File: File{
		Name:   "20131218.mat",
		URL:    "https://github.com/mobeets/neural-redundancy-elife2018/raw/master/data/sessions/20131218.mat",
		SHA256: "9061414f759c53cc676db3964a9682ff09d4a08762876b7c57632e30a15180d3",
		Size:   2344479,
	},
	Phases:   []string{"before", "after"},
	Outputs:  []string{"velocity", "cursor_velocity"},
	Defaults: Defaults{Output: "velocity", Bin: batistaBin},
	Published: []Published{{Phase: "before", Output: "velocity", T: 3953, N: 87, R2: 1.00, Alpha: 1e-3, Rho: 0.23, DFit: 2,
		Relative: 0.03, Source: schuessler2024}},
	open: openHennig,
}

// openHennig reads one block: the first, with the intuitive decoder, or the second, with the perturbed one.
//
// Rows in which the cursor is held at the centre (isFreezePeriod) begin a trial and are left out. The
// output is what the activity adds to the velocity in one bin, without the decoder's memory M₁:
//
//	u = z·pinv(R β)ᵀ,  v = u·wᵀ + (M₂ μ + M₀)ᵀ,  w = M₂ diag(σ),
//	R = spikeRotᵀ,  β = Lᵀ(L Lᵀ + Ψ)⁻¹,
//
// where z (T×10) are the rotated factors, L and Ψ = diag(ph) those of factor analysis, μ and σ the mean and
// standard deviation of the spike counts, and M₁, M₂, M₀ the decoder of neurons. In spike counts c that
// is v = M₂ c + M₀, which is the known decoder. The signal cursor_velocity is the velocity that
// resulted, v + M₁·(velocity before).
func openHennig(f loaders.File, phase string) (*recording.Session, error) {
	block := "D.blocks[0]."
	if phase == "after" {
		block = "D.blocks[1]."
	}
	in := &fields{file: f}
	counts := in.matrix(block+"spikes", anySize, anySize)
	if in.err != nil {
		return nil, in.err
	}
	t, n := counts.Dims()
	factors := in.matrix(block+"latents", t, anySize)
	before, after := in.matrix(block+"vel", t, 2), in.matrix(block+"velNext", t, 2)
	frozen := in.vector(block+"isFreezePeriod", t)
	m2, m1 := in.matrix(block+"nDecoder.M2", 2, n), in.matrix(block+"nDecoder.M1", 2, 2)
	m0 := in.vector(block+"nDecoder.M0", 2)
	velocity := in.hennigVelocity(factors, m2, m0, n)
	if in.err != nil {
		return nil, in.err
	}

	keep := make([]bool, t)
	for i := range keep {
		keep[i] = frozen[i] == 0
	}
	runs, _ := stretches(keep, []recording.Range{{From: 0, To: t}})
	if len(runs) == 0 {
		return nil, fmt.Errorf("%w: no row with a moving cursor", recording.ErrEmpty)
	}
	counts, velocity = selectRows(counts, keep), selectRows(velocity, keep)
	before, after = selectRows(before, keep), selectRows(after, keep)
	bin := batistaBin.Seconds()
	decoder := perHz("nDecoder", "velocity", m2, m0, bin)

	// Velocities are stored to about 2e-5; the file's authors check to 1e-4.
	stored := product(before, m1.T())
	stored.Sub(after, stored)
	rebuilt, err := agree("the velocity rebuilt from the factors and the stored one", velocity, stored, 1e-4)
	if err != nil {
		return nil, err
	}
	known, err := agree("the known decoder's velocity and the rebuilt one", decode(decoder, counts, bin), velocity, 1e-6)
	if err != nil {
		return nil, err
	}
	return &recording.Session{
		Activity: &recording.Activity{Values: counts, Quantity: recording.Counts, Bin: bin, Runs: runs},
		Signals: []recording.Signal{
			{Name: "velocity", Unit: "mm/s", Values: velocity, Columns: []string{"velocity_x", "velocity_y"}},
			{Name: "cursor_velocity", Unit: "mm/s", Values: after, Columns: []string{"cursor_velocity_x", "cursor_velocity_y"}},
		},
		Trials:  trialsOf(runs, bin),
		Decoder: decoder,
		Notes:   []string{rebuilt, known},
	}, nil
}

// hennigVelocity computes v from the factors and the decoder of neurons.
func (f *fields) hennigVelocity(z, m2 *mat.Dense, m0 []float64, n int) *mat.Dense {
	if f.err != nil {
		return nil
	}
	const analysis = "D.dec.FactorAnalysisParams."
	_, k := z.Dims()
	loading := f.matrix(analysis+"L", n, k)
	private := f.vector(analysis+"ph", n)
	rotation := f.matrix(analysis+"spikeRot", k, k)
	mean, sd := f.vector("D.dec.spikeCountMean", n), f.vector("D.dec.spikeCountStd", n)
	if f.err != nil {
		return nil
	}
	covariance := product(loading, loading.T())
	for i, psi := range private {
		covariance.Set(i, i, covariance.At(i, i)+psi)
	}
	var betaT mat.Dense // βᵀ = (L Lᵀ + Ψ)⁻¹ L, as the covariance is symmetric
	if err := betaT.Solve(covariance, loading); err != nil {
		f.err = fmt.Errorf("%sL, ph: %w", analysis, err)
		return nil
	}
	inverse := pinv(product(rotation.T(), betaT.T()))
	if inverse == nil {
		f.err = fmt.Errorf("%sspikeRot: the singular values do not converge", analysis)
		return nil
	}
	w := mat.DenseCopyOf(m2)
	offset := []float64{m0[0], m0[1]}
	for j := range n {
		for i := range offset {
			w.Set(i, j, m2.At(i, j)*sd[j])
			offset[i] += m2.At(i, j) * mean[j]
		}
	}
	return affine(z, product(w, inverse), offset)
}

package probe

import (
	"context"
	"math/rand/v2"
	"testing"

	"oblique/simulate"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
	"oblique/simulate/train"
)

// TestRegimes: the paper's finding in small. Trained on one bit of memory, a network with a small readout is aligned: its states
// correlate with the readout, and noise along it is larger than elsewhere; one with a large readout is oblique, and
// compresses noise along it. Both learn, with states of like size.
func TestRegimes(t *testing.T) {
	measure := func(large bool) (Correlation, NoiseVariance, float64) {
		s, err := train.Start(train.Options{Task: "fixedpoints", Large: large, N: 64, Steps: 400, Rate: 0.05, Seed: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		if l := s.FinalLoss(); l > 0.1 {
			t.Errorf("large %v: loss %g", large, l)
		}
		b := task.FixedPoints{}.Batch(32, rand.New(rand.NewPCG(0, 0)))
		x := simulate.Evaluate(s.Network, b, rnn.Noise{Off: true, OffInit: true}).Since(5)
		v, err := NoiseCompression(s.Network, b, 1, rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Fatal(err)
		}
		return Correlate(x, simulate.Readout(s.Network)), v, RowNorm(x)
	}
	aligned, alignedNoise, alignedNorm := measure(false)
	oblique, obliqueNoise, obliqueNorm := measure(true)
	if aligned.Rho < 3*oblique.Rho {
		t.Errorf("ρ %.3f of the aligned network, %.3f of the oblique", aligned.Rho, oblique.Rho)
	}
	if alignedNoise.Ratio < 1 || obliqueNoise.Ratio > 1 {
		t.Errorf("noise ratio %.3f of the aligned network, %.3f of the oblique", alignedNoise.Ratio, obliqueNoise.Ratio)
	}
	if r := alignedNorm / obliqueNorm; r < 0.3 || r > 3 {
		t.Errorf("‖x‖ %.3g of the aligned network, %.3g of the oblique", alignedNorm, obliqueNorm)
	}
	t.Logf("aligned: ρ %.3f, noise %.2f, ‖x‖ %.2f; oblique: ρ %.3f, noise %.2f, ‖x‖ %.2f",
		aligned.Rho, alignedNoise.Ratio, alignedNorm, oblique.Rho, obliqueNoise.Ratio, obliqueNorm)
}

package ridge_test

import (
	"fmt"
	"math/rand/v2"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
)

// Behaviour is the sum of two neurons out of ten, and noise. One decomposition serves every penalty and number of
// components.
func ExamplePath() {
	const t, n = 500, 10
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := mat.NewDense(t, n, nil), mat.NewDense(t, 1, nil)
	for i := range t {
		for j := range n {
			x.Set(i, j, 5+rng.NormFloat64())
		}
		y.Set(i, 0, x.At(i, 2)+x.At(i, 7)+0.1*rng.NormFloat64())
	}
	view, _, err := ridge.NewView(&recording.Recording{X: x, Y: y})
	if err != nil {
		fmt.Println(err)
		return
	}
	moments, err := view.Moments()
	if err != nil {
		fmt.Println(err)
		return
	}
	spectrum, err := moments.Spectrum(n)
	if err != nil {
		fmt.Println(err)
		return
	}
	path := ridge.NewPath(moments, spectrum, ridge.DefaultAlphas())
	errors, err := path.LeaveOneOut(view, []int{n})
	if err != nil {
		fmt.Println(err)
		return
	}
	best := ridge.Best(errors.RawRowView(0))
	w, _ := path.Weights(n, path.Alphas[best])
	fmt.Printf("readout of neurons 2 and 7: %.2f, %.2f\n", w.At(0, 2), w.At(0, 7))
	fmt.Printf("leave-one-out error %.2f, in-sample R² %.3f\n", errors.At(0, best), path.InSample().At(n-1, best))
	// Output:
	// readout of neurons 2 and 7: 1.00, 1.00
	// leave-one-out error 0.01, in-sample R² 0.995
}

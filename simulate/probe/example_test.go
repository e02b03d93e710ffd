package probe_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"oblique/simulate"
	"oblique/simulate/probe"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
	"oblique/simulate/train"
)

// A network that is trained, run without noise, and measured.
func Example() {
	s, err := train.Start(train.Options{Task: "fixedpoints", Large: true, N: 32, Steps: 200, Rate: 0.1, Seed: 1})
	if err != nil {
		panic(err)
	}
	if err := s.Run(context.Background(), nil); err != nil {
		panic(err)
	}
	b := task.FixedPoints{}.Batch(32, rand.New(rand.NewPCG(0, 0)))
	run := simulate.Evaluate(s.Network, b, rnn.Noise{Off: true, OffInit: true})
	x := run.Since(5)
	c := probe.Principal(x, 30)
	fit, err := probe.FitOutput(run, c)
	if err != nil {
		panic(err)
	}
	rho := probe.Correlate(x, simulate.Readout(s.Network)).Rho
	fmt.Println(0 < rho && rho < 1, probe.Dimension(c.Cumulative(), 0.9) > 0, fit.R2[len(fit.R2)-1] > 0.9)
	// Output: true true true
}

package train

// What a training costs was measured on one core of a processor of the year 2024, with 512 units and with 64.
const (
	secondsPerFlop  = 6e-12 // of the products
	secondsPerState = 3e-9  // of all else that is done for each unit at each time step
)

// Cost foretells the seconds of a training on one processor and its bytes of memory, both roughly. The options must be resolved.
func (o Options) Cost() (seconds float64, bytes int64) {
	n := float64(o.N)
	states := float64(o.task().Spec().Steps) * float64(o.Batch) * n
	seconds = float64(o.Steps) * (3*2*states*n*secondsPerFlop + states*secondsPerState)
	// States, rates and gradients of all time steps; of the weights themselves, their first values, packed twice, gradient
	// and two moments.
	return seconds, int64(4 * (3*states + 7*n*n))
}

package plot

import (
	"math"

	"oblique/simulate/probe"
)

// circling returns a portrait of two cycles in opposite senses, about the third axis.
func circling() *probe.Portrait {
	p := &probe.Portrait{Readout: [3]float64{0.6, 0, 0.8}}
	for k := range 300 {
		p.Time = append(p.Time, 0.2*float64(k))
	}
	for c, sense := range []float64{1, -1} {
		one := probe.Trajectory{Condition: c}
		for _, t := range p.Time {
			sin, cos := math.Sincos(2 * math.Pi * 0.1 * t * sense)
			one.States = append(one.States, [3]float64{3 * cos, 3 * sin, sense})
			one.Outputs = append(one.Outputs, []float64{sin, cos})
		}
		p.Trajectories = append(p.Trajectories, one)
	}
	return p
}

// comparisons returns a quantity in all tasks, two networks each.
func comparisons(q probe.Quantity, n int) (all []probe.Comparison) {
	for _, task := range probe.PublishedTasks {
		a, o := probe.Published(q, task, false).Mean, probe.Published(q, task, true).Mean
		all = append(all, probe.Compare(q, task, n, []float64{0.9 * a, a}, []float64{o, 1.1 * o}))
	}
	return all
}

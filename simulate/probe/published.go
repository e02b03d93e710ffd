package probe

import "math"

// A Quantity is a number of a network, or of a pair of them, that the paper's figures 3 to 6 show.
type Quantity string

// The quantities, in the order of the figures.
const (
	ReadoutNorm Quantity = "readout_norm"   // ‖w_out‖, figure 3A
	StateNorm   Quantity = "state_norm"     // ‖x‖, 3A
	Rho         Quantity = "rho"            // 3A
	DX          Quantity = "d_x"            // D_x,90, 3C
	DFit        Quantity = "d_fit"          // D_fit,90 over all trials, 3C
	DFitHeldOut Quantity = "d_fit_held_out" // over held-out trials, appendix figure 2
	Dissimilar  Quantity = "dissimilarity"  // of pairs of networks, 4C
	Susceptible Quantity = "susceptibility" // relative, 5D
	NoiseRatio  Quantity = "noise_ratio"    // 6C
)

// The quantities of the examples in figures 2 and 6B: networks of 256 units on cycling, of which W alone is trained.
const (
	R2Few      Quantity = "r2_2_pcs" // of the output from two components, with noise, all trials
	R2More     Quantity = "r2_8_pcs" // from eight
	DXExample  Quantity = "d_x_example"
	RootNorm   Quantity = "state_norm_by_root_n"
	TaskLoss   Quantity = "final_loss"
	CycleApart Quantity = "cycle_distance" // least distance between the cycles of the two directions, by √N
	SpreadPCs  Quantity = "noise_pcs"      // variance, 6B
	SpreadOut  Quantity = "noise_output"
	SpreadAny  Quantity = "noise_random"
)

// ExampleUnits is the size of the published examples.
const ExampleUnits = 256

// PublishedUnits is the size of the networks in print.
const PublishedUnits = 512

// PublishedTasks are the tasks of the figures, in their order.
var PublishedTasks = []string{"cycling", "flipflop", "mante", "romo", "complexsine"}

// A Range is the mean and the extremes of several networks or pairs.
type Range struct {
	Mean   float64   `json:"mean"`
	Min    float64   `json:"min"`
	Max    float64   `json:"max"`
	Values []float64 `json:"values,omitempty"` // nil of what is in print
}

// RangeOf returns the range of values; those that are NaN are left out. It is nil if none is left.
func RangeOf(values []float64) *Range {
	r := Range{Min: math.Inf(1), Max: math.Inf(-1)}
	for _, v := range values {
		if math.IsNaN(v) {
			continue
		}
		r.Values = append(r.Values, v)
		r.Min, r.Max = math.Min(r.Min, v), math.Max(r.Max, v)
	}
	if r.Values == nil {
		return nil
	}
	r.Mean = mean(r.Values)
	return &r
}

// printed is a value with its range over five networks, as in print.
func printed(mean, low, high float64) Range { return Range{Mean: mean, Min: low, Max: high} }

// same is a value that all networks share.
func same(v float64) Range { return Range{Mean: v, Min: v, Max: v} }

// published are the values of networks of 512 units that start with g = 1.5, small and large readout, in the order of the
// tasks, as read from the vector graphics of the published figures, to about three digits. Of most norms only means
// were read.
var published = map[Quantity][2][5]Range{
	ReadoutNorm: {
		{printed(.0946, .0915, .0974), same(.128), same(.0638), same(.1031), same(.1477)},
		{printed(.918, .904, .935), same(.910), same(.825), same(.901), same(.909)}},
	StateNorm: {
		{printed(25.24, 24.9, 25.5), same(24.40), same(32.36), same(25.26), same(32.52)},
		{printed(25.34, 24.4, 27.1), same(23.60), same(31.08), same(26.31), same(33.04)}},
	Rho: {
		{printed(.494, .486, .507), printed(.559, .554, .571), printed(.497, .486, .517), printed(.444, .410, .460), printed(.184, .170, .189)},
		{printed(.0537, .0514, .0586), printed(.0815, .0757, .0855), printed(.0440, .0390, .0520), printed(.0524, .0466, .0587), printed(.0284, .0272, .0304)}},
	DX: {
		{printed(4.2, 4, 5), same(4), same(5), printed(3.6, 3, 4), printed(3.8, 3, 4)},
		{printed(4.8, 3, 7), printed(4.4, 4, 5), printed(6, 5, 7), same(5), printed(4.2, 4, 5)}},
	DFit: {
		{printed(3.6, 3, 4), same(3), same(1), same(1), same(4)},
		{printed(8.2, 5, 12), same(3), printed(3.6, 2, 10), printed(5.8, 5, 7), printed(7.6, 7, 9)}},
	DFitHeldOut: {
		{same(3.6), same(3), same(1), same(1), printed(4.4, 4, 5)},
		{printed(8.2, 5, 12), same(3), printed(5, 2, 14), printed(5.8, 5, 7), printed(8, 7, 9)}},
	Dissimilar: {
		{printed(.218, .038, .353), printed(.328, .217, .434), printed(.163, .142, .191), printed(.212, .146, .274), printed(.159, .132, .186)},
		{printed(1.007, .420, 1.292), printed(.435, .340, .530), printed(.280, .251, .308), printed(.325, .250, .455), printed(.224, .169, .291)}},
	Susceptible: {
		{printed(.918, .822, 1.006), printed(.825, .793, .868), printed(.644, .607, .671), printed(.923, .633, 1.137), printed(1.008, .959, 1.055)},
		{printed(.440, .237, .541), printed(.266, .232, .294), printed(.102, .019, .192), printed(.446, .341, .641), printed(.688, .544, .745)}},
	NoiseRatio: {
		{printed(11.06, 9.72, 12.13), printed(5.97, 5.76, 6.16), printed(7.37, 4.92, 11.37), printed(7.30, 5.41, 8.41), printed(10.16, 8.48, 11.25)},
		{printed(.688, .623, .830), printed(.534, .493, .577), printed(.340, .281, .408), printed(.640, .584, .750), printed(.771, .672, .994)}},
}

// examples are the values of the published examples, aligned and oblique, one network each. R² is that of the released run, with
// what two other versions of the published notebook show as its range; the other ranges were read from images.
var examples = map[Quantity][2]Range{
	R2Few:      {printed(.981, .2525, .981), printed(.471, .396, .474)},
	R2More:     {printed(.9997, .8103, .9997), printed(.952, .769, .953)},
	DXExample:  {same(4), same(3)},
	RootNorm:   {printed(2.2, 2.1, 2.3), printed(1.7, 1.6, 1.8)},
	TaskLoss:   {same(.004), same(.025)},
	CycleApart: {printed(2.6, 2.4, 2.8), printed(1.35, 1.2, 1.5)},
	SpreadPCs:  {printed(1.54, 1.47, 1.60), printed(1.70, 1.56, 1.85)},
	SpreadOut:  {printed(.609, .579, .639), printed(.0200, .0188, .0213)},
	SpreadAny:  {printed(.044, .025, .125), printed(.043, .025, .128)},
}

// Published returns what is in print of a quantity in networks trained on a task, aligned or oblique, and nil if nothing is.
func Published(q Quantity, task string, oblique bool) *Range {
	if both, ok := examples[q]; ok && task == "cycling" {
		r := both[0]
		if oblique {
			r = both[1]
		}
		return &r
	}
	for i, name := range PublishedTasks {
		if both, ok := published[q]; ok && name == task {
			r := both[0][i]
			if oblique {
				r = both[1][i]
			}
			return &r
		}
	}
	return nil
}

// DependsOnSize reports whether a quantity changes with the number of units, so that what is in print, of 512 units, does not
// hold elsewhere: ‖x‖ grows as √N, as units are of order 1; a readout starts small as 1/√N, and changes the less the more units
// there are; ρ of an oblique network falls as 1/√N, like that of random directions, so that D_fit,90 grows; and an aligned
// network's activity along the readout, but not its noise elsewhere, grows with N.
func DependsOnSize(q Quantity, oblique bool) bool {
	switch q {
	case StateNorm, ReadoutNorm, SpreadPCs:
		return true
	case NoiseRatio, SpreadOut:
		return !oblique
	case Rho, DFit, DFitHeldOut:
		return oblique
	}
	return false
}

// holdsAt reports whether what is in print of a quantity holds for networks of n units.
func holdsAt(q Quantity, n int, oblique bool) bool {
	return n == unitsInPrint(q) || !DependsOnSize(q, oblique)
}

// A Verdict says how a value here stands to the one in print.
type Verdict string

// The verdicts: within the published range, within that range made a fifth wider, as five networks and another program
// warrant, or neither. Elsewhere is for sizes at which what is in print does not hold.
const (
	Within    Verdict = "within"
	Near      Verdict = "within 20 %"
	Outside   Verdict = "outside"
	Elsewhere Verdict = "not at this size"
	Other     Verdict = "of other networks" // here than in print
	Absent    Verdict = "absent"
)

// widened is by how much of its ends a published range is made wider.
const widened = 0.2

// unitsInPrint returns the size of the networks that a quantity is in print of.
func unitsInPrint(q Quantity) int {
	if _, ok := examples[q]; ok {
		return ExampleUnits
	}
	return PublishedUnits
}

// verdict returns the verdict on a mean, given the range in print: "absent" if either is nil.
func verdict(here, print *Range) Verdict {
	switch {
	case here == nil || print == nil:
		return Absent
	case here.Mean >= print.Min && here.Mean <= print.Max:
		return Within
	case here.Mean >= (1-widened)*print.Min && here.Mean <= (1+widened)*print.Max:
		return Near
	}
	return Outside
}

// An Order is how aligned and oblique networks differ in print.
type Order string

// The orders. Straddle is aligned above 1 and oblique below; none is promised where values in print overlap.
const (
	Higher   Order = "aligned > oblique"
	Lower    Order = "aligned < oblique"
	Straddle Order = "aligned > 1 > oblique"
	Far      Order = "aligned > 5 × oblique"
	NoOrder  Order = ""
)

// ordering returns the order in print of a quantity in a task, for networks of n units.
func ordering(q Quantity, task string, n int) Order {
	switch q {
	case Rho:
		if n < PublishedUnits {
			return Higher // they meet in small networks
		}
		return Far // 6.5 to 11 times in print
	case ReadoutNorm, Dissimilar:
		return Lower
	case DFit, DFitHeldOut:
		if task == "flipflop" { // three in both
			return NoOrder
		}
		return Lower
	case Susceptible:
		return Higher
	case NoiseRatio:
		return Straddle
	case R2Few, SpreadOut, CycleApart:
		return Higher
	}
	return NoOrder
}

// holds reports whether means are in the order.
func (o Order) holds(aligned, oblique float64) bool {
	switch o {
	case Higher:
		return aligned > oblique
	case Lower:
		return aligned < oblique
	case Straddle:
		return aligned > 1 && oblique < 1
	case Far:
		return aligned > 5*oblique
	}
	return true
}

// A Comparison is a quantity in the networks of a task beside what is in print.
type Comparison struct {
	Quantity Quantity `json:"quantity"`
	Task     string   `json:"task"`
	Units    int      `json:"n"`
	Aligned  Entry    `json:"aligned"`
	Oblique  Entry    `json:"oblique"`
	Order    Order    `json:"order,omitempty"` // in print
	Holds    *bool    `json:"order_holds"`     // nil where no order is in print, or a side has no networks
}

// Shown returns what is in print of one side for a figure to show: nil if nothing is, or for networks of another size.
func (c Comparison) Shown(oblique bool) *Range {
	e := c.Aligned
	if oblique {
		e = c.Oblique
	}
	if !holdsAt(c.Quantity, c.Units, oblique) {
		return nil
	}
	return e.Print
}

// An Entry is one side of a Comparison.
type Entry struct {
	Here    *Range  `json:"here"`  // nil without networks
	Print   *Range  `json:"print"` // nil if nothing is
	Verdict Verdict `json:"verdict"`
}

// Compare compares values of a quantity in aligned and oblique networks of n units with those in print. NaN, as a dimension
// that was not reached, is left out.
func Compare(q Quantity, task string, n int, aligned, oblique []float64) Comparison {
	entry := func(values []float64, oblique bool) Entry {
		e := Entry{Here: RangeOf(values), Print: Published(q, task, oblique)}
		e.Verdict = verdict(e.Here, e.Print)
		if e.Verdict != Absent && !holdsAt(q, n, oblique) {
			e.Verdict = Elsewhere
		}
		return e
	}
	c := Comparison{Quantity: q, Task: task, Units: n, Aligned: entry(aligned, false), Oblique: entry(oblique, true), Order: ordering(q, task, n)}
	if c.Order != NoOrder && c.Aligned.Here != nil && c.Oblique.Here != nil {
		c.Holds = new(c.Order.holds(c.Aligned.Here.Mean, c.Oblique.Here.Mean))
	}
	return c
}

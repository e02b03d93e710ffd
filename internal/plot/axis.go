package plot

import (
	"math"
	"strconv"
	"strings"
)

// An axis maps data to the unit interval.
type axis struct {
	label    string
	min, max float64
	log      bool
	ticks    []tick
}

// A tick is a mark on an axis; without label it is a minor one.
type tick struct {
	at    float64
	label string
}

// unlabelled returns the axis with ticks but without words, for a panel above another with the same axis.
func (a axis) unlabelled() axis {
	ticks := make([]tick, len(a.ticks))
	for i, t := range a.ticks {
		ticks[i] = tick{at: t.at}
	}
	a.ticks, a.label = ticks, ""
	return a
}

// norm returns the place of v on the axis: 0 at min, 1 at max. It is NaN where v is, and for v ≤ 0 on a log axis.
func (a axis) norm(v float64) float64 {
	if a.log {
		if v <= 0 {
			return math.NaN()
		}
		return math.Log(v/a.min) / math.Log(a.max/a.min)
	}
	return (v - a.min) / (a.max - a.min)
}

// value is the inverse of norm.
func (a axis) value(u float64) float64 {
	if a.log {
		return a.min * math.Pow(a.max/a.min, u)
	}
	return a.min + u*(a.max-a.min)
}

// linear returns an axis over the finite values with a margin at both ends, and at most n labels. Without a
// finite value it runs from 0 to 1.
func linear(label string, n int, values ...float64) axis {
	lo, hi := extent(values, false)
	pad := 0.05 * (hi - lo)
	return linearExact(label, n, lo-pad, hi+pad)
}

// linearExact returns an axis with the given ends.
func linearExact(label string, n int, lo, hi float64) axis {
	return axis{label: label, min: lo, max: hi, ticks: linearTicks(lo, hi, n)}
}

// fromZero is linear, but from exactly 0 if no value is negative.
func fromZero(label string, n int, values ...float64) axis {
	highest := 0.0
	for _, v := range values {
		if finite(v) && v < 0 {
			return linear(label, n, append(values, 0)...)
		}
		if finite(v) {
			highest = math.Max(highest, v)
		}
	}
	if highest == 0 {
		highest = 1
	}
	return linearExact(label, n, 0, 1.06*highest)
}

// logarithmic returns a log axis over the finite positive values; decades are labelled as powers of ten.
func logarithmic(label string, values ...float64) axis {
	lo, hi := logRange(values)
	return axis{label: label, min: lo, max: hi, log: true, ticks: powerTicks(lo, hi)}
}

// counting returns a log axis over the finite positive values, labelled in plain numbers.
func counting(label string, values ...float64) axis {
	lo, hi := logRange(values)
	return axis{label: label, min: lo, max: hi, log: true, ticks: plainTicks(lo, hi)}
}

func logRange(values []float64) (lo, hi float64) {
	lo, hi = extent(values, true)
	pad := math.Pow(hi/lo, 0.04)
	return lo / pad, hi * pad
}

// extent returns the range of the finite values, or of the positive ones. It is never empty: a single
// value is widened, and none gives 0 to 1, or 1 to 10.
func extent(values []float64, positive bool) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !finite(v) || positive && v <= 0 {
			continue
		}
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	switch {
	case lo > hi && positive:
		return 1, 10
	case lo > hi:
		return 0, 1
	case positive && hi/lo < 1.2:
		return lo / 1.5, hi * 1.5
	case positive || hi-lo > 1e-9*math.Max(math.Abs(lo), math.Abs(hi)):
		return lo, hi
	case lo == 0:
		return -1, 1
	}
	half := 0.1 * math.Abs(lo)
	return lo - half, hi + half
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// linearTicks returns about n labelled ticks, at least two, at multiples of 1, 2 or 5 times a power of ten.
func linearTicks(lo, hi float64, n int) []tick {
	ends := func(step float64) (first, last float64) {
		return math.Ceil(lo/step - slack), math.Floor(hi/step + slack)
	}
	unit := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(n))))
	step, best := unit, math.Inf(1)
	for _, m := range []float64{1, 2, 5, 10} {
		first, last := ends(m * unit)
		if count := last - first + 1; count >= 2 && math.Abs(count-float64(n)) <= best {
			step, best = m*unit, math.Abs(count-float64(n))
		}
	}
	var ticks []tick
	first, last := ends(step)
	for i := first; i <= last; i++ {
		ticks = append(ticks, tick{i * step, decimal(i*step, step)})
	}
	return ticks
}

// slack forgives rounding when a tick falls on the end of an axis.
const slack = 1e-9

// powerTicks returns ticks at powers of ten, thinned so that at most six are labelled, and minor ones
// at multiples where the decades are wide enough.
func powerTicks(lo, hi float64) []tick {
	first, last := math.Ceil(math.Log10(lo)-slack), math.Floor(math.Log10(hi)+slack)
	if last-first < 1 {
		return plainTicks(lo, hi)
	}
	every := math.Ceil((last - first + 1) / 6)
	var ticks []tick
	for e := first; e <= last; e++ {
		t := tick{at: math.Pow(10, e)}
		if math.Mod(e-first, every) == 0 {
			t.label = power(int(e))
		}
		ticks = append(ticks, t)
	}
	if last-first <= 4 {
		ticks = append(ticks, minorTicks(lo, hi)...)
	}
	return ticks
}

// plainTicks returns ticks for a log axis, labelled in plain numbers at 1, 2 and 5 times powers of ten, at
// powers of ten alone over more than two decades, and as a linear axis would over a short range.
func plainTicks(lo, hi float64) []tick {
	mantissas := []float64{1, 2, 5}
	switch span := math.Log10(hi / lo); {
	case span > 4:
		return powerTicks(lo, hi)
	case span > 2.4:
		mantissas = mantissas[:1]
	case span < 0.7:
		return linearTicks(lo, hi, 4)
	}
	var ticks []tick
	for e := math.Floor(math.Log10(lo)); e <= math.Log10(hi); e++ {
		for _, m := range mantissas {
			v := m * math.Pow(10, e)
			if v >= lo*(1-slack) && v <= hi*(1+slack) {
				ticks = append(ticks, tick{v, decimal(v, v)})
			}
		}
	}
	return append(ticks, minorTicks(lo, hi)...)
}

// minorTicks returns unlabelled ticks at 2, …, 9 times powers of ten.
func minorTicks(lo, hi float64) []tick {
	var ticks []tick
	for e := math.Floor(math.Log10(lo)); e <= math.Log10(hi); e++ {
		for m := 2.0; m < 10; m++ {
			if v := m * math.Pow(10, e); v >= lo && v <= hi {
				ticks = append(ticks, tick{at: v})
			}
		}
	}
	return ticks
}

// decimal writes v with the decimals that a step of the axis needs, with a true minus sign; very large and
// very small numbers as a multiple of a power of ten.
func decimal(v, step float64) string {
	if v == 0 {
		return "0"
	}
	if step < 1e-4 || math.Abs(v) >= 1e5 {
		return scientific(v)
	}
	decimals := max(0, int(-math.Floor(math.Log10(step)+slack)))
	return strings.Replace(strconv.FormatFloat(v, 'f', decimals, 64), "-", "−", 1)
}

// scientific writes v to two digits as 3.4×10^{5}.
func scientific(v float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 1, 64), "e")
	mantissa = strings.Replace(strings.TrimSuffix(mantissa, ".0"), "-", "−", 1)
	e, _ := strconv.Atoi(exponent) // digits that FormatFloat wrote
	switch mantissa {
	case "1":
		return power(e)
	case "−1":
		return "−" + power(e)
	}
	return mantissa + "×" + power(e)
}

func power(e int) string {
	return "10^{" + strings.Replace(strconv.Itoa(e), "-", "−", 1) + "}"
}

// quantity writes a number for a label, to two or three digits.
func quantity(v float64) string {
	if a := math.Abs(v); a != 0 && (a >= 1e4 || a < 1e-2) {
		return scientific(v)
	}
	s := strconv.FormatFloat(v, 'g', 2, 64)
	if math.Abs(v) >= 10 {
		s = strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strings.Replace(s, "-", "−", 1)
}

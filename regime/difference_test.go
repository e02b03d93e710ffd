package regime

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"oblique/loaders/recording"
)

// TestDifferenceCovers draws groups of recordings whose true difference is 0, and counts how often the interval has it. A
// recording lies off its group's mean by a standard deviation of 1, and is itself known to within, as its matched subsamples
// scatter. Percentiles that are not expanded cover .69 at two recordings, .82 at three.
func TestDifferenceCovers(t *testing.T) {
	const times, subsamples = 400, 30
	rng := rand.New(rand.NewPCG(3, 4))
	group := func(n int, within float64) [][]float64 {
		draws := make([][]float64, n)
		for i := range draws {
			own := rng.NormFloat64() + within*rng.NormFloat64()
			for range subsamples {
				draws[i] = append(draws[i], own+within*rng.NormFloat64())
			}
		}
		return draws
	}
	for _, c := range []struct {
		a, b   int
		within float64
	}{{2, 2, 0.1}, {3, 3, 0.1}, {3, 5, 0.3}, {10, 10, 0.1}} {
		held := 0
		for range times {
			if _, ci := difference(rng, group(c.a, c.within), group(c.b, c.within)); ci.Contains(0) {
				held++
			}
		}
		// .95 of 400 has a standard error of .011.
		if share := float64(held) / times; share < 0.92 {
			t.Errorf("%d and %d recordings: the interval holds the difference in %.2f of cases, want .95", c.a, c.b, share)
		}
	}
}

// With many recordings nothing is widened: the interval is that of the difference of two means.
func TestDifferenceOfMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	group := func(mean float64) (draws [][]float64) {
		for range 200 {
			draws = append(draws, []float64{mean + rng.NormFloat64()})
		}
		return draws
	}
	value, ci := difference(rng, group(3), group(1))
	half := 1.96 * math.Sqrt(2.0/200)
	if math.Abs(value-2) > 3*half || math.Abs(float64(ci[1]-ci[0])/(2*half)-1) > 0.15 {
		t.Errorf("difference %.3f, interval %.3f, want about 2 ± %.3f", value, ci, half)
	}
}

// Degenerate groups: what does not scatter has an interval of no width, and one recording has the spread of its subsamples.
func TestDifferenceDegenerate(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	value, ci := difference(rng, [][]float64{{2, 2, 2}}, [][]float64{{1}})
	if value != 1 || ci != (Interval{1, 1}) {
		t.Errorf("without any scatter: %v in %v", value, ci)
	}
	draws := make([]float64, 1000)
	for i := range draws {
		draws[i] = rng.NormFloat64()
	}
	if _, ci := difference(rng, [][]float64{draws}, [][]float64{{0}}); math.Abs(float64(ci[0])+1.96) > 0.25 || math.Abs(float64(ci[1])-1.96) > 0.25 {
		t.Errorf("one recording: %v, want the central 95 %% of its subsamples", ci)
	}
}

// TestSessionsOfOneFile: analyses of one file are one session of the bootstrap; recordings without a hash are each their own.
func TestSessionsOfOneFile(t *testing.T) {
	c := &comparison{result: &Comparison{}}
	for i, file := range []string{"a", "b", "a", "", "", "c"} {
		group := "g"
		if file == "c" {
			group = "other"
		}
		c.result.Recordings = append(c.result.Recordings, Compared{Group: group, Result: &Result{Data: Data{SHA256: file}},
			Draws: MatchedDraws{Rho: []Number{Number(i), Undefined}}})
		c.recordings = append(c.recordings, &recording.Recording{})
	}
	got := c.values("g", func(d MatchedDraws) []Number { return d.Rho })
	if want := [][]float64{{0, 2}, {1}, {3}, {4}}; !reflect.DeepEqual(got, want) {
		t.Errorf("sessions %v, want %v", got, want)
	}
}

// TestExpanded: draws from −2 to 4 in steps of 0.01 have the percentiles −1.85 and 3.85. With ten blocks their distances from θ are
// √(10/9) · 2.2622/1.9600 times as long, and change sides; no R² is above 1.
func TestExpanded(t *testing.T) {
	var draws []float64
	for i := range 601 {
		draws = append(draws, -2+float64(i)/100)
	}
	const w = 1.054093 * 2.262157 / 1.959964
	for _, c := range []struct{ theta, lower, upper float64 }{
		{0.5, 0.5 - w*3.35, 1},
		{-5, -5 - w*8.85, -5}, // the draws deny θ: it is held all the same
		{-1, -1 - w*4.85, -1 + w*0.85},
	} {
		iv := expanded(c.theta, draws, 10)
		if math.Abs(float64(iv[0])-c.lower) > 1e-4 || math.Abs(float64(iv[1])-c.upper) > 1e-4 {
			t.Errorf("about %g: %v, want %g to %g", c.theta, iv, c.lower, c.upper)
		}
	}
}

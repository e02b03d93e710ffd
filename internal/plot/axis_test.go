package plot

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestNormValue(t *testing.T) {
	for _, a := range []axis{{min: -3, max: 7}, {min: 0.01, max: 1e4, log: true}} {
		for _, u := range []float64{0, 0.25, 0.5, 1, 1.5} {
			// The transform and its inverse round a few times.
			if got := a.norm(a.value(u)); math.Abs(got-u) > 1e-12 {
				t.Errorf("%+v: %g becomes %g", a, u, got)
			}
		}
	}
	a := axis{min: 1, max: 100, log: true}
	if a.norm(10) != 0.5 {
		t.Errorf("10 is at %g between 1 and 100, want 0.5", a.norm(10))
	}
	for _, v := range []float64{0, -1, math.NaN()} {
		if !math.IsNaN(a.norm(v)) {
			t.Errorf("%g has the place %g on a log axis", v, a.norm(v))
		}
	}
}

// parsed reads a label back: 3.4×10^{5}, 10^{−3} or −0.25.
func parsed(t *testing.T, label string) float64 {
	t.Helper()
	plain := strings.NewReplacer("−", "-", "×10^{", "e", "10^{", "1e", "}", "").Replace(label)
	v, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		t.Fatalf("label %q: %v", label, err)
	}
	return v
}

func TestLinearTicks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		lo := rnd.NormFloat64() * math.Pow(10, rnd.Float64()*8-4)
		hi := lo + math.Pow(10, rnd.Float64()*8-3)
		n := 3 + rnd.IntN(5)
		ticks := linearTicks(lo, hi, n)
		// A step of 1, 2, 5 hits the wanted number within a factor of 2.
		if len(ticks) < 2 || len(ticks) > 2*n {
			t.Fatalf("%d ticks from %g to %g, want about %d", len(ticks), lo, hi, n)
		}
		step := ticks[1].at - ticks[0].at
		for i, k := range ticks {
			if k.at < lo-1e-6*step || k.at > hi+1e-6*step {
				t.Fatalf("tick at %g outside %g … %g", k.at, lo, hi)
			}
			if i > 0 && math.Abs(k.at-ticks[i-1].at-step) > 1e-6*step {
				t.Fatalf("uneven ticks %v", ticks)
			}
			if strings.ContainsAny(k.label, "-") || k.label == "−0" {
				t.Fatalf("label %q", k.label)
			}
			// Labels of very large numbers have two digits.
			if v := parsed(t, k.label); math.Abs(v-k.at) > 1e-6*step && math.Abs(k.at) < 1e5 && step > 1e-4 {
				t.Fatalf("label %q at %g", k.label, k.at)
			}
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		a    axis
		want string
	}{
		{logarithmic("", 1e-3, 1e6), "10^{−3} 10^{−1} 10^{1} 10^{3} 10^{5}"},
		{logarithmic("", 1, 1e3), "10^{0} 10^{1} 10^{2} 10^{3}"},
		{logarithmic("", 2, 8), "2 4 6 8"},
		{counting("", 1, 160), "1 2 5 10 20 50 100"},
		{counting("", 10, 10000), "10 100 1000 10000"},
		{counting("", 0.3, 3), "0.5 1 2"},
	} {
		var got []string
		for _, k := range c.a.ticks {
			if k.label != "" {
				got = append(got, k.label)
				if v := parsed(t, k.label); math.Abs(v/k.at-1) > 1e-9 {
					t.Errorf("label %q at %g", k.label, k.at)
				}
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("from %g to %g: %s, want %s", c.a.min, c.a.max, s, c.want)
		}
	}
}

func TestExtent(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		values   []float64
		positive bool
		lo, hi   float64
	}{
		{[]float64{3, nan, -1, inf}, false, -1, 3},
		{[]float64{3, nan, -1, 0, inf}, true, 2, 4.5},
		{[]float64{nan}, false, 0, 1},
		{nil, true, 1, 10},
		{[]float64{0, 0}, false, -1, 1},
		{[]float64{-5}, false, -5.5, -4.5},
	} {
		if lo, hi := extent(c.values, c.positive); math.Abs(lo-c.lo) > 1e-12 || math.Abs(hi-c.hi) > 1e-12 {
			t.Errorf("extent(%v, %v) = %g, %g, want %g, %g", c.values, c.positive, lo, hi, c.lo, c.hi)
		}
	}
}

func TestThinnedLabelsDoNotTouch(t *testing.T) {
	a := linearExact("", 9, -400000, 400000)
	for _, length := range []vg.Length{400, 100, 40, 10} {
		end, zero := vg.Length(math.Inf(-1)), false
		for _, k := range a.thinned(length) {
			if k.label == "" {
				continue
			}
			at, half := length*vg.Length(a.norm(k.at)), textWidth(k.label, tickSize)/2
			if at-half <= end {
				t.Errorf("at %g points, label %q touches the one before", length, k.label)
			}
			end, zero = at+half, zero || k.at == 0
		}
		if !zero {
			t.Errorf("at %g points, the label at 0 is gone", length)
		}
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", -0.25: "−0.25", 4281.3: "4281", 3.4e5: "3.4×10^{5}", 1e-3: "10^{−3}",
		0.1284: "0.13", 99.7: "100", 1e4: "10^{4}", -20: "−20"} {
		if got := quantity(v); got != want {
			t.Errorf("quantity(%g) = %s, want %s", v, got, want)
		}
	}
	for n, want := range map[int]string{0: "–", 402: "402", 9999: "9999", 15534: "15\u2009534", 1234567: "1\u2009234\u2009567"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
}

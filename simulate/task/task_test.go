package task

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

func (b *Batch) in(t, trial, channel int) float32 {
	return b.Input[(t*b.Trials+trial)*b.Inputs+channel]
}

func (b *Batch) out(t, trial, channel int) (target float32, counts bool) {
	i := (t*b.Trials+trial)*b.Outputs + channel
	return b.Target[i], b.Mask[i]
}

// masked lists the steps that count for an output.
func (b *Batch) masked(trial, channel int) (steps []int) {
	for t := range b.Steps {
		if _, counts := b.out(t, trial, channel); counts {
			steps = append(steps, t)
		}
	}
	return steps
}

// zeroLoss is the loss of outputs that are zero.
func (b *Batch) zeroLoss() float64 {
	var sum, count float64
	for i, m := range b.Mask {
		if m {
			sum += float64(b.Target[i]) * float64(b.Target[i])
			count++
		}
	}
	return sum / count
}

// pulse returns the first step of a run of that value in an input and the step after its last.
func (b *Batch) pulse(trial, channel, from int) (on, off int) {
	for on = from; on < b.Steps && b.in(on, trial, channel) == 0; on++ {
	}
	for off = on; off < b.Steps && b.in(off, trial, channel) == b.in(on, trial, channel); off++ {
	}
	return on, off
}

// The table of the specification: steps, inputs, outputs, spacing of the mask, noise.
func TestSpecs(t *testing.T) {
	want := map[string]string{
		"cycling": "360 2/2 5 0.2", "flipflop": "125 3/3 5 0.2", "mante": "240 4/1 5 0.05", "romo": "145 1/1 5 0.2",
		"complexsine": "250 1/1 2 0.2", "simplesine": "105 1/1 5 0", "fixedpoints": "50 1/1 5 0.2",
	}
	for _, task := range All() {
		s := task.Spec()
		if got := fmt.Sprintf("%d %d/%d %d %g", s.Steps, s.Inputs, s.Outputs, s.MaskStep, s.Noise); got != want[s.Name] {
			t.Errorf("%s: %s, want %s", s.Name, got, want[s.Name])
		}
		delete(want, s.Name)
		if same, err := ByName(s.Name); err != nil || !reflect.DeepEqual(same, task) {
			t.Errorf("ByName(%s) = %v, %v", s.Name, same, err)
		}
	}
	if len(want) > 0 {
		t.Errorf("tasks that are missing: %v", want)
	}
	if _, err := ByName("chess"); err == nil || !strings.Contains(err.Error(), "cycling, flipflop") {
		t.Errorf("error of an unknown task: %v", err)
	}
}

// TestMaxMaskStep: with the largest spacing, and any smaller one, a step after the first counts in every trial, and with one more
// there is a trial in which none does.
func TestMaxMaskStep(t *testing.T) {
	for _, of := range All() {
		spec := of.Spec()
		b := Counting(of, 1).Batch(300, rng(4))
		without := func(every int) (trials int) {
			c := b.thin(every)
			for trial := range c.Trials {
				counts := false
				for step := every; step < c.Steps; step += every {
					row := (step*c.Trials + trial) * c.Outputs
					counts = counts || slices.Contains(c.Mask[row:row+c.Outputs], true)
				}
				if !counts {
					trials++
				}
			}
			return trials
		}
		for every := 1; every <= spec.MaxMaskStep; every++ {
			if n := without(every); n > 0 {
				t.Errorf("%s: with every %d of %d steps nothing counts in %d trials", spec.Name, every, spec.Steps, n)
			}
		}
		if without(spec.MaxMaskStep+1) == 0 {
			t.Errorf("%s: %d is not the largest", spec.Name, spec.MaxMaskStep)
		}
	}
}

// TestCounting: another spacing of the mask, finer than the published one or wider, leaves trials as they are.
func TestCounting(t *testing.T) {
	for _, of := range All() {
		published := of.Batch(6, rng(3))
		all := Counting(of, 1).Batch(6, rng(3))
		for _, every := range []int{1, of.Spec().MaskStep, 7} {
			c := Counting(of, every)
			b := c.Batch(6, rng(3))
			if s := c.Spec(); s.MaskStep != every || s.Name != of.Spec().Name {
				t.Errorf("%s: spec %+v", of.Spec().Name, s)
			}
			if !reflect.DeepEqual(b.Input, published.Input) || !reflect.DeepEqual(b.Target, published.Target) {
				t.Errorf("%s: a mask of every %d steps changes the trials", of.Spec().Name, every)
			}
			for i, m := range b.Mask {
				step := i / (b.Trials * b.Outputs)
				if m != (all.Mask[i] && step%every == 0) {
					t.Fatalf("%s: every %d steps: step %d counts: %v", of.Spec().Name, every, step, m)
				}
			}
			if every == of.Spec().MaskStep && !reflect.DeepEqual(b.Mask, published.Mask) {
				t.Errorf("%s: the published spacing gives another mask", of.Spec().Name)
			}
		}
	}
	// Cycling counts at every step from the end of its pulse on.
	if b := Counting(Cycling{}, 1).Batch(2, rng(0)); len(b.masked(0, 0)) != 355 {
		t.Errorf("cycling counts at %d steps, want 355", len(b.masked(0, 0)))
	}
}

// The learning rates times N of the published runs, in the order large 0.7, large 1.5, small 0.7, small 1.5.
func TestRates(t *testing.T) {
	want := map[string][5]float64{
		"cycling": {1000, .02, .02, .02, .02}, "flipflop": {4000, .01, .01, .005, .005}, "mante": {4000, .002, .02, .002, .002},
		"romo": {6000, .01, .01, .01, .005}, "complexsine": {6000, .01, .005, .005, .005}, "simplesine": {1000, 2e-3, 1e-3, 5e-3, 5e-3},
	}
	for name, w := range want {
		task, err := ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		p := task.Spec().Training
		got := [5]float64{float64(p.Steps), p.Rate(true, 0.7), p.Rate(true, 1.5), p.Rate(false, 0.7), p.Rate(false, 1.5)}
		if got != w {
			t.Errorf("%s: %v, want %v", name, got, w)
		}
	}
}

// What holds for every task: shapes, thinning, finite numbers, no target that counts in the first step but the sines' and
// Mante's, the zero-output loss, and the same batch from the same generator whatever was made before.
func TestEveryTask(t *testing.T) {
	for _, task := range All() {
		s := task.Spec()
		t.Run(s.Name, func(t *testing.T) {
			b := task.Batch(400, rng(1))
			if b.Trials != 400 || b.Steps != s.Steps || len(b.Input) != 400*s.Steps*s.Inputs || len(b.Target) != 400*s.Steps*s.Outputs ||
				len(b.Mask) != len(b.Target) || len(b.Conditions) != 400 {
				t.Fatalf("%d trials of %d steps; lengths %d, %d, %d, %d", b.Trials, b.Steps, len(b.Input), len(b.Target), len(b.Mask), len(b.Conditions))
			}
			for i, m := range b.Mask {
				if step := i / (b.Trials * b.Outputs); m && step%s.MaskStep != 0 {
					t.Fatalf("step %d counts", step)
				}
			}
			// All targets that count are ±1 or the same in every trial, but for the complex sine, whose mean square has a
			// standard deviation of 0.02 from trial to trial, so 0.001 over 400; the mean has three digits.
			tolerance := 1e-6
			if s.Name == "complexsine" {
				tolerance = 0.004
			}
			if got := b.zeroLoss(); math.Abs(got-s.ZeroLoss) > tolerance {
				t.Errorf("a zero output has loss %.5f, want %.5f", got, s.ZeroLoss)
			}
			if !reflect.DeepEqual(b, task.Batch(400, rng(1))) {
				t.Error("the same generator gave another batch")
			}
			if changes := !reflect.DeepEqual(b.Input, task.Batch(400, rng(2)).Input); changes == (s.Name == "cycling" || s.Name == "simplesine") {
				t.Errorf("another generator changes inputs: %v", changes)
			}
		})
	}
}

// near fails unless a mean of n draws with standard deviation std is within four standard errors of what is expected.
func near(t *testing.T, what string, got, want, std float64, n int) {
	t.Helper()
	if math.Abs(got-want) > 4*std/math.Sqrt(float64(n)) {
		t.Errorf("%s: mean %.4f of %d draws, want %.4f", what, got, n, want)
	}
}

func mean(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func TestLasting(t *testing.T) {
	for _, task := range []Task{Cycling{}, SimpleSine{}} {
		longer, err := Lasting(task, 150)
		if err != nil || longer.Spec().Steps != 750 {
			t.Errorf("%s: %v, %v", task.Spec().Name, longer, err)
		}
	}
	if _, err := Lasting(Romo{}, 150); err == nil {
		t.Error("Romo has another duration")
	}
	for _, d := range []float64{0, -1, 0.2, math.NaN(), math.Inf(1), 1e9} {
		if _, err := Lasting(Cycling{}, d); err == nil {
			t.Errorf("a duration of %g is no error", d)
		}
	}
}

func ExampleByName() {
	cycling, err := ByName("cycling")
	if err != nil {
		panic(err)
	}
	b := cycling.Batch(2, rand.New(rand.NewPCG(1, 0)))
	fmt.Println(b.Trials, b.Steps, b.Inputs, b.Outputs, cycling.Spec().ZeroLoss)
	// Output: 2 360 2 2 0.5
}

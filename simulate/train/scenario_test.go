package train

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"oblique/simulate/rnn"
)

// TestScenarios compares every published initialisation with the tables of the paper's settings.
func TestScenarios(t *testing.T) {
	all := []Weight{In, Rec, Out}
	rec := []Weight{Rec}
	root, quiet := 1/math.Sqrt(512), 0.2
	for _, c := range []struct {
		task, scenario                            string
		n                                         int
		readout, gain, initStd                    float64
		noise, initNoise, inputNoise, rate, steps float64
		batch                                     int
		trained                                   []Weight
	}{
		{"cycling", "oblique_decaying", 512, 1, 0.7, 0, 0.2, 1, 0, 0.02, 1000, 32, all},
		{"cycling", "oblique", 512, 1, 1.5, 0, 0.2, 1, 0, 0.02, 1000, 32, all},
		{"cycling", "aligned_decaying", 512, root, 0.7, 0, 0.2, 1, 0, 0.02, 1000, 32, all},
		{"cycling", "aligned", 512, root, 1.5, 0, 0.2, 1, 0, 0.02, 1000, 32, all},
		{"flipflop", "oblique_decaying", 512, 1, 0.7, 0, 0.2, 1, 0, 0.01, 4000, 32, all},
		{"flipflop", "oblique", 512, 1, 1.5, 0, 0.2, 1, 0, 0.01, 4000, 32, all},
		{"flipflop", "aligned_decaying", 512, root, 0.7, 0, 0.2, 1, 0, 0.005, 4000, 32, all},
		{"flipflop", "aligned", 512, root, 1.5, 0, 0.2, 1, 0, 0.005, 4000, 32, all},
		{"mante", "oblique_decaying", 512, 1, 0.7, 0, 0.05, 1, 0, 0.002, 4000, 32, all},
		{"mante", "oblique", 512, 1, 1.5, 0, 0.05, 1, 0, 0.02, 4000, 32, all},
		{"mante", "aligned_decaying", 512, root, 0.7, 0, 0.05, 1, 0, 0.002, 4000, 32, all},
		{"mante", "aligned", 512, root, 1.5, 0, 0.05, 1, 0, 0.002, 4000, 32, all},
		{"romo", "oblique_decaying", 512, 1, 0.7, 0, 0.2, 1, 0, 0.01, 6000, 32, all},
		{"romo", "oblique", 512, 1, 1.5, 0, 0.2, 1, 0, 0.01, 6000, 32, all},
		{"romo", "aligned_decaying", 512, root, 0.7, 0, 0.2, 1, 0, 0.01, 6000, 32, all},
		{"romo", "aligned", 512, root, 1.5, 0, 0.2, 1, 0, 0.005, 6000, 32, all},
		{"complexsine", "oblique_decaying", 512, 1, 0.7, 0, 0.2, 1, 0, 0.01, 6000, 32, all},
		{"complexsine", "oblique", 512, 1, 1.5, 0, 0.2, 1, 0, 0.005, 6000, 32, all},
		{"complexsine", "aligned_decaying", 512, root, 0.7, 0, 0.2, 1, 0, 0.005, 6000, 32, all},
		{"complexsine", "aligned", 512, root, 1.5, 0, 0.2, 1, 0, 0.005, 6000, 32, all},
		{"cycling", "aligned_example", 256, 1. / 16, 1.5, 1, 0.2, 1, 0, 0.1, 5000, 32, rec},
		{"cycling", "oblique_example", 256, 1, 1.5, 1, 0.2, 1, 0, 0.1, 5000, 32, rec},
		{"cycling", "noise_compression", 256, 1, 1.5, 1, 0.2, 1, 0, 0.1, 5001, 32, rec},
		{"fixedpoints", "mean_field", 256, 1, 0, 0, math.Sqrt2, 0, 0, 0.005, 2000, 32, rec},
		{"fixedpoints", "mean_field_quiet", 256, 1, 0, 0, math.Sqrt2 * quiet, 0, 0, 0.01, 5000, 32, rec},
		{"simplesine", "aligned", 512, root, 1.5, 1, 0, 0, 0, 5e-3, 1000, 1, rec},
		{"simplesine", "marginal", 512, 1, 0.7, root, 0, 0, 0, 2e-3, 1000, 1, rec},
		{"simplesine", "lazy", 512, 1, 1.5, 1, 0, 0, 0, 1e-3, 1000, 1, rec},
		{"simplesine", "oblique", 512, 1, 1.5, 1, 1, 1, 0, 5e-2, 1000, 64, rec},
		{"simplesine", "aligned_decaying", 512, root, 0.7, 1, 0, 0, 0, 5e-3, 1000, 1, rec},
		{"simplesine", "aligned_unstable", 512, root, 3, 1, 0, 0, 0, 1e-1, 1000, 1, rec},
		{"simplesine", "aligned_noisy", 512, root, 1.5, 1, 1, 1, 0, 5e-3, 1000, 64, rec},
		{"simplesine", "oblique_decaying", 512, 1, 0.7, 1, 1, 1, 0, 5e-2, 1000, 64, rec},
		{"simplesine", "oblique_unstable", 512, 1, 3, 1, 1, 1, 0, 5e-1, 1000, 64, rec},
		{"simplesine", "oblique_input", 512, 1, 1.5, 1, 0, 0, 1, 5e-2, 1000, 64, rec},
	} {
		o, err := Scenario(c.task, c.scenario, 0)
		if err == nil {
			o, err = o.Resolved()
		}
		if err != nil {
			t.Errorf("%s, %s: %v", c.task, c.scenario, err)
			continue
		}
		got := []float64{float64(o.N), o.Readout, *o.Gain, *o.InitStd, *o.Noise, *o.InitNoise, *o.InputNoise, o.Rate, float64(o.Steps), float64(o.Batch)}
		want := []float64{float64(c.n), c.readout, c.gain, c.initStd, c.noise, c.initNoise, c.inputNoise, c.rate, c.steps, float64(c.batch)}
		if !reflect.DeepEqual(got, want) || !slices.Equal(o.Trained, c.trained) {
			t.Errorf("%s, %s: %v %v, want %v %v", c.task, c.scenario, got, o.Trained, want, c.trained)
		}
	}
}

// TestScenarioMeanField: what else the mean-field networks have.
func TestScenarioMeanField(t *testing.T) {
	for _, name := range []string{"mean_field", "mean_field_quiet"} {
		o, err := Scenario("fixedpoints", name, 0)
		if err != nil || o.Rank != 2 || o.Activation != rnn.Erf || o.Optimizer != SGD {
			t.Errorf("%+v, %v", o, err)
		}
	}
}

// TestScenarioNoiseCompression: its loss counts every step.
func TestScenarioNoiseCompression(t *testing.T) {
	if o, err := Scenario("cycling", "noise_compression", 0); err != nil || o.MaskStep != 1 {
		t.Errorf("%+v, %v", o, err)
	}
}

// TestScenarioSize: the size can be another, and what follows from it follows.
func TestScenarioSize(t *testing.T) {
	if o, err := Scenario("cycling", "oblique_example", 100); err != nil || o.N != 100 {
		t.Errorf("%d units, %v", o.N, err)
	}
	if o, err := Scenario("simplesine", "marginal", 64); err != nil || *o.InitStd != 1./8 {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := Scenario("romo", "lazy", 0); err == nil {
		t.Error("no error of a scenario that is another task's")
	}
	if _, err := Scenario("chess", "aligned", 0); err == nil {
		t.Error("no error of a task that there is not")
	}
	if names := Scenarios("simplesine"); len(names) != 10 {
		t.Errorf("scenarios %v", names)
	}
}

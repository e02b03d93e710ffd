package regime_test

import (
	"encoding/json"
	"math"
	"testing"

	"oblique/regime"
)

func TestNumberJSON(t *testing.T) {
	for _, c := range []struct {
		x    float64
		text string
	}{
		{0.1, "0.1"}, {-3, "-3"}, {1e-300, "1e-300"}, {1.0 / 3, "0.3333333333333333"},
		{1e-6, "0.000001"}, {-9.5e-7, "-9.5e-7"}, {1e20, "100000000000000000000"}, {1e21, "1e+21"}, {math.Copysign(0, -1), "-0"},
		{math.NaN(), "null"}, {math.Inf(1), "null"}, {math.Inf(-1), "null"},
	} {
		b, err := json.Marshal(regime.Number(c.x))
		if err != nil || string(b) != c.text {
			t.Errorf("%g is %s, %v, want %s", c.x, b, err, c.text)
		}
		var back regime.Number = 7
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if c.text == "null" && back.Defined() || c.text != "null" && float64(back) != c.x {
			t.Errorf("%s comes back as %g", b, float64(back))
		}
	}
	if regime.Undefined.Defined() || !regime.Number(0).Defined() {
		t.Error("Defined")
	}
	var x regime.Number
	if err := json.Unmarshal([]byte(`"a"`), &x); err == nil {
		t.Error("a text is no number")
	}
}

func TestDimensionJSON(t *testing.T) {
	for d, text := range map[regime.Dimension]string{0: "null", 1: "1", 93: "93"} {
		b, err := json.Marshal(d)
		if err != nil || string(b) != text {
			t.Errorf("%d is %s, %v, want %s", int(d), b, err, text)
		}
		back := regime.Dimension(7)
		if err := json.Unmarshal(b, &back); err != nil || back != d {
			t.Errorf("%s comes back as %d, %v", b, int(back), err)
		}
	}
}

func TestInterval(t *testing.T) {
	iv := regime.Interval{1, 2}
	for x, want := range map[regime.Number]bool{1: true, 1.5: true, 2: true, 0.9: false, 2.1: false} {
		if iv.Contains(x) != want {
			t.Errorf("%v in %v: %v", x, iv, !want)
		}
	}
	if (regime.Interval{regime.Undefined, regime.Undefined}).Contains(1) {
		t.Error("an undefined interval contains nothing")
	}
}

func TestParseMethod(t *testing.T) {
	for word, want := range map[string]regime.Method{"": regime.Crossval, "crossval": regime.Crossval, "paper": regime.Paper} {
		if m, err := regime.ParseMethod(word); m != want || err != nil {
			t.Errorf("%q is %q, %v", word, m, err)
		}
	}
	if _, err := regime.ParseMethod("Paper"); err == nil {
		t.Error("no error for Paper")
	}
}

// The keys that scripts rely on.
func TestResultKeys(t *testing.T) {
	for _, method := range []regime.Method{regime.Crossval, regime.Paper} {
		res := fit(t, readable(20, 300, 4, 1, 0.3, 1), regime.Options{Method: method, Bootstrap: 20, Shifts: 10, TimeSubsamples: 2})
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(marshal(t, res), &keys); err != nil {
			t.Fatal(err)
		}
		want := []string{"schema_version", "data", "method", "r2", "r2_in_sample", "alpha", "rho", "rho_sqrt_n", "participation_ratio",
			"d_var", "d_fit", "relative_fit_dim", "r2_by_pcs", "variance_by_pcs", "subsamples_time", "notes", "provenance"}
		for _, key := range want {
			if _, ok := keys[key]; !ok {
				t.Errorf("%s: no key %q", method, key)
			}
		}
		var data, sub map[string]json.RawMessage
		if err := json.Unmarshal(keys["data"], &data); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"name", "sha256", "kind", "n_time", "n_neurons", "n_outputs", "n_trials", "n_dropped", "bin_s"} {
			if _, ok := data[key]; !ok {
				t.Errorf("%s: no key data.%s", method, key)
			}
		}
		if err := json.Unmarshal(keys["subsamples_time"], &sub); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"n", "fraction", "rho", "r2", "d_var", "d_fit", "relative_fit_dim"} {
			if _, ok := sub[key]; !ok {
				t.Errorf("%s: no key subsamples_time.%s", method, key)
			}
		}
		if string(keys["schema_version"]) != "1" || string(keys["method"]) != `"`+string(method)+`"` {
			t.Errorf("schema_version %s, method %s", keys["schema_version"], keys["method"])
		}
	}
}

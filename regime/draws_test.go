package regime_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"oblique/regime"
)

// Parts that went through JSON, in any order, with draws left over to do, give the undivided result to the last bit.
func TestDrawsMergeExactly(t *testing.T) {
	r := readable(3, 300, 24, 2, 0.5, 0.3)
	rng := func() *rand.Rand { return rand.New(rand.NewPCG(7, 8)) }
	for _, nested := range []bool{false, true} {
		for _, method := range []regime.Method{regime.Paper, regime.Crossval} {
			o := regime.ScalingOptions{Sizes: []int{4, 12, 24}, Draws: 7, Nested: nested,
				Fit: regime.Options{Method: method, TimeSubsamples: -1, Bootstrap: -1, Shifts: -1, Readouts: 10}}
			whole, err := regime.Scaling(t.Context(), r, o, rng())
			if err != nil {
				t.Fatal(err)
			}
			divided := o
			for _, span := range [][2]int{{5, 9}, {0, 3}} { // 3 and 4 are left, 7 and 8 are too many
				part, err := regime.DrawScaling(t.Context(), r, o, span[0], span[1], rng())
				if err != nil {
					t.Fatal(err)
				}
				if rho := part.Neurons.Rho[0][2]; rho.Defined() != (span[0] == 0) {
					t.Errorf("draws from %d: ρ of all neurons is %v", span[0], rho)
				}
				text, err := json.Marshal(part)
				if err != nil {
					t.Fatal(err)
				}
				read := new(regime.ScalingDraws)
				if err := json.Unmarshal(text, read); err != nil {
					t.Fatal(err)
				}
				divided.Done = append(divided.Done, read)
			}
			merged, err := regime.Scaling(t.Context(), r, divided, rng())
			if err != nil {
				t.Fatal(err)
			}
			if a, b := asJSON(t, whole), asJSON(t, merged); !bytes.Equal(a, b) {
				t.Errorf("%s, nested %v: parts give\n%s\nundivided gives\n%s", method, nested, b, a)
			}
		}
	}
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Parts of other work are refused: another recording, another method, a table that is not whole.
func TestDrawsOfOtherWork(t *testing.T) {
	r := readable(3, 300, 24, 2, 0.5, 0.3)
	o := regime.ScalingOptions{Sizes: []int{4, 12}, Draws: 2,
		Fit: regime.Options{Method: regime.Paper, TimeSubsamples: -1, Readouts: -1}}
	part, err := regime.DrawScaling(t.Context(), r, o, 0, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Done = []*regime.ScalingDraws{part}
	if _, err := regime.Scaling(t.Context(), readable(3, 299, 24, 2, 0.5, 0.3), o, nil); !errors.Is(err, regime.ErrOptions) {
		t.Errorf("another recording: %v", err)
	}
	other := o
	other.Fit.Fraction = 0.25
	if _, err := regime.Scaling(t.Context(), r, other, nil); !errors.Is(err, regime.ErrOptions) {
		t.Errorf("another option: %v", err)
	}
	part.Neurons.DFit = part.Neurons.DFit[:1]
	if _, err := regime.Scaling(t.Context(), r, o, nil); !errors.Is(err, regime.ErrOptions) {
		t.Errorf("a row is missing: %v", err)
	}
	for _, span := range [][2]int{{2, 2}, {3, 1}, {-1, 1}} {
		if _, err := regime.DrawScaling(t.Context(), r, o, span[0], span[1], nil); !errors.Is(err, regime.ErrOptions) {
			t.Errorf("draws %v: %v", span, err)
		}
	}
}

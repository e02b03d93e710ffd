package preprocess

import (
	"fmt"
	"math"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// Integers cuts the rates of the file's own rows, in Hz, to whole numbers, before anything else is done:
// x becomes trunc(x), or trunc(counts / bin). So did the published analysis of Degenhart et al. (2020) in
// Schuessler et al. (2024), where 1, 2, 3 spikes in 45 ms are 22, 44, 66 Hz instead of 22.2, 44.4, 66.7: a slip,
// here to repeat its numbers. Spike times have no rows to cut, and are an error.
const Integers Parity = "integers"

// integers returns a session with the rates of s cut to whole numbers; s is not changed.
func integers(s *recording.Session) (*recording.Session, error) {
	if s.Activity == nil {
		return nil, fmt.Errorf("preprocess: parity integers cuts the rates of a file, and the session has spike times")
	}
	a := *s.Activity
	per := 1.0
	if a.Quantity == recording.Counts {
		if per = a.Bin; per == 0 {
			return nil, fmt.Errorf("preprocess: parity integers cuts rates, and the file does not say how wide its bins are")
		}
	}
	a.Quantity = recording.Rates
	if a.Stream != nil {
		a.Stream = wholeRows{a.Stream, per}
	} else {
		a.Values = mat.DenseCopyOf(a.Values)
		cut(a.Values.RawMatrix().Data, per)
	}
	whole := *s
	whole.Activity = &a
	whole.Notes = append(whole.Notes[:len(whole.Notes):len(whole.Notes)], "Rates are cut to whole Hz, as in the published analysis.")
	return &whole, nil
}

func cut(x []float64, per float64) {
	for i, v := range x {
		x[i] = math.Trunc(v / per)
	}
}

// wholeRows is rates or counts in a file, cut as they are read.
type wholeRows struct {
	recording.Rows
	per float64
}

func (r wholeRows) ReadRows(dst []float64, from int) error {
	if err := r.Rows.ReadRows(dst, from); err != nil {
		return err
	}
	cut(dst, r.per)
	return nil
}

package regime

import (
	"errors"
	"fmt"
	"math"
	"time"

	"oblique/regime/ridge"
)

// Options of Fit. The zero value is the default of each.
type Options struct {
	// Method; empty means Crossval.
	Method Method `json:"method"`
	// Alphas are the ridge penalties to choose from, ascending; nil means 20 from 10⁻³ to 10⁶.
	Alphas []float64 `json:"alphas"`
	// TimeSubsamples is the number of random halves of the rows; 0 means 20 under Paper and none under
	// Crossval, −1 means none.
	TimeSubsamples int `json:"time_subsamples"`
	// Fraction of the rows in a time subsample; 0 means one half.
	Fraction float64 `json:"time_fraction"`
	// Folds of the cross-validation, at least 3: the penalty of each is chosen by cross-validation among the others; 0 means 5.
	Folds int `json:"folds"`
	// Gap is left out of training on each side of a held-out block. 0 means the smoothing kernel's half-width
	// plus the lag, and at least the correlation time, as far as that is at most T/4K rows; a negative gap means none. Whole
	// trials are not gapped unless they follow one another without a pause, which a recording does not tell.
	Gap time.Duration `json:"gap"`
	// Bootstrap is the number of block-bootstrap draws behind the intervals; 0 means 200 under Crossval and
	// none under Paper, −1 means none.
	Bootstrap int `json:"bootstrap"`
	// Shifts is the number of time-shifted copies of behaviour in the null; 0 means 100 under Crossval and none
	// under Paper, −1 means none.
	Shifts int `json:"shifts"`
	// Readouts is the number of random readouts in the null of ρ; 0 means 1000, −1 means none.
	Readouts int `json:"readouts"`
	// Progress, if not nil, is told now and then how many parts of a step are done. It is called from several
	// goroutines.
	Progress func(step string, done, total int) `json:"-"`
}

// ErrOptions is wrapped by the errors of options that cannot be.
var ErrOptions = errors.New("bad option")

// Resolved returns the options with every default filled in, or an error that wraps ErrOptions and joins one for each option
// that cannot be. Counts of −1 become 0.
func (o Options) Resolved() (Options, error) {
	method, err := ParseMethod(string(o.Method))
	if err == nil {
		o.Method = method
	}
	perMethod := func(n *int, crossval, paper int) {
		switch {
		case *n < 0:
			*n = 0
		case *n == 0 && method == Paper:
			*n = paper
		case *n == 0:
			*n = crossval
		}
	}
	perMethod(&o.TimeSubsamples, 0, 20)
	perMethod(&o.Bootstrap, 200, 0)
	perMethod(&o.Shifts, 100, 0)
	perMethod(&o.Readouts, 1000, 1000)
	if o.Alphas == nil {
		o.Alphas = ridge.DefaultAlphas()
	}
	if o.Fraction == 0 {
		o.Fraction = 0.5
	}
	if o.Folds == 0 {
		o.Folds = 5
	}
	return o, errors.Join(append([]error{err}, o.wrong()...)...)
}

// wrong returns an error for each option that cannot be.
func (o Options) wrong() []error {
	var all []error
	wrong := func(format string, args ...any) {
		all = append(all, fmt.Errorf("regime: %w: "+format, append([]any{ErrOptions}, args...)...))
	}
	for i, a := range o.Alphas {
		if !(a >= 0) || math.IsInf(a, 1) || i > 0 && a <= o.Alphas[i-1] {
			wrong("penalties must be ascending, finite and not negative, got %g at position %d", a, i)
			break
		}
	}
	if len(o.Alphas) == 0 {
		wrong("no penalty to choose from")
	}
	if !(o.Fraction > 0 && o.Fraction <= 1) {
		wrong("time fraction %g, want above 0 and at most 1", o.Fraction)
	}
	if o.Folds < 3 {
		wrong("%d folds, want at least 3: the penalty of each is chosen among the others", o.Folds)
	}
	return all
}

package regime

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// SchemaVersion is the version of the JSON form of Result. Keys may be added under one version; a key
// that is removed or changes its meaning makes a new one.
const SchemaVersion = 1

// A Number is a figure of a result. NaN means undefined: it is null in JSON, and a note of the
// result says why.
type Number float64

// Undefined is the figure that could not be had.
var Undefined = Number(math.NaN())

// Defined reports whether the figure is a finite number.
func (x Number) Defined() bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

// MarshalJSON writes the shortest decimal that reads back as the same number, or null.
func (x Number) MarshalJSON() ([]byte, error) {
	if !x.Defined() {
		return []byte("null"), nil
	}
	if size := math.Abs(float64(x)); size != 0 && (size < 1e-6 || size >= 1e21) {
		return json.Marshal(float64(x)) // with an exponent
	}
	return strconv.AppendFloat(make([]byte, 0, 24), float64(x), 'f', -1, 64), nil
}

// UnmarshalJSON reads a number, or null as Undefined.
func (x *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*x = Undefined
		return nil
	}
	return json.Unmarshal(b, (*float64)(x))
}

// A Dimension is a number of principal components, at least 1. Zero means undefined: null in JSON.
type Dimension int

// MarshalJSON writes the number, or null.
func (d Dimension) MarshalJSON() ([]byte, error) {
	if d <= 0 {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(d), 10), nil
}

// UnmarshalJSON reads a number, or null as 0.
func (d *Dimension) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*d = 0
		return nil
	}
	return json.Unmarshal(b, (*int)(d))
}

// An Interval is a confidence interval: lower and upper end.
type Interval [2]Number

// undefinedInterval has two undefined ends.
var undefinedInterval = Interval{Undefined, Undefined}

// Contains reports whether x lies in the closed interval.
func (iv Interval) Contains(x Number) bool { return iv[0] <= x && x <= iv[1] }

// A Method is a way to arrive at the figures.
type Method string

const (
	// Crossval reports what holds on data that the readout has not seen. It is the default.
	Crossval Method = "crossval"
	// Paper repeats the published analysis, whose R² and fitting dimension are in-sample.
	Paper Method = "paper"
)

// R2Kind says which R² the method reports: held out, or in-sample.
func (m Method) R2Kind() string {
	if m == Paper {
		return "in-sample"
	}
	return "held out"
}

// ParseMethod returns the method that a word names; the empty word is Crossval. Another word gives an error that wraps
// ErrOptions.
func ParseMethod(word string) (Method, error) {
	switch m := Method(word); m {
	case "", Crossval:
		return Crossval, nil
	case Paper:
		return m, nil
	}
	return "", fmt.Errorf("regime: %w: method %q, want crossval or paper", ErrOptions, word)
}

// A Result is the regime analysis of one recording. Under Crossval R2, R2ByPCs and DFit are held-out; under
// Paper they are in-sample, as published. The doc of each figure's function has its formula.
type Result struct {
	SchemaVersion int    `json:"schema_version"`
	Data          Data   `json:"data"`
	Method        Method `json:"method"`

	R2          Number    `json:"r2"`
	R2CI        Interval  `json:"r2_ci95"`
	R2InSample  Number    `json:"r2_in_sample"`
	R2ByOutput  []Number  `json:"r2_by_output"`
	Alpha       Number    `json:"alpha"`         // ridge penalty of the readout
	AlphaAtEdge bool      `json:"alpha_at_edge"` // the grid may be too short
	Rho         Number    `json:"rho"`           // Correlation
	RhoCI       Interval  `json:"rho_ci95"`
	RhoSqrtN    Number    `json:"rho_sqrt_n"`
	RhoSqrtNCI  Interval  `json:"rho_sqrt_n_ci95"`
	RhoByOutput []Number  `json:"rho_by_output"`
	EffectiveDF Number    `json:"effective_df"` // Σ λ/(λ+α) of the readout
	PR          Number    `json:"participation_ratio"`
	PRCI        Interval  `json:"participation_ratio_ci95"`
	PRCorrected Number    `json:"participation_ratio_corrected"`
	DVar        Dimension `json:"d_var"`
	DVarCI      Interval  `json:"d_var_ci95"`
	DFit        Dimension `json:"d_fit"`
	DFitCI      Interval  `json:"d_fit_ci95"`
	DFitLevels  []Level   `json:"d_fit_levels"`
	Relative    Number    `json:"relative_fit_dim"` // DFit / DVar
	RelativeCI  Interval  `json:"relative_fit_dim_ci95"`
	EffectiveT  Number    `json:"effective_time"` // independent samples among the T rows
	CorrTime    Number    `json:"correlation_time_rows"`

	R2ByPCs       []Number `json:"r2_by_pcs"` // [k−1] on the first k principal components
	InSampleByPCs []Number `json:"r2_in_sample_by_pcs"`
	AlphaByPCs    []Number `json:"alpha_by_pcs"`
	VarianceByPCs []Number `json:"variance_by_pcs"` // cumulative share, 0 to 1

	AlphaPath AlphaPath   `json:"alpha_path"`
	MatchedDF []MatchedDF `json:"rho_at_df"`

	Folds          *Folds          `json:"folds,omitempty"`     // Crossval only
	Bootstrap      *Bootstrap      `json:"bootstrap,omitempty"` // nil if not asked for
	Nulls          Nulls           `json:"nulls"`
	Decoder        *Decoder        `json:"decoder,omitempty"`         // nil unless the readout is known
	TimeSubsamples *TimeSubsamples `json:"subsamples_time,omitempty"` // nil if not asked for

	Notes      []string       `json:"notes"`
	Provenance map[string]any `json:"provenance"`

	// Prediction is what the readout predicts for Actual, both T×D: held-out under Crossval (NaN in rows
	// that are in no fold), in-sample under Paper. Nil where they would not fit in memory. Weights is the
	// fitted readout, D×N, and Offset its intercept, so that y = W x + offset.
	Prediction, Actual *mat.Dense        `json:"-"`
	Trials             []recording.Range `json:"-"`
	Weights            *mat.Dense        `json:"-"`
	Offset             []float64         `json:"-"`
}

// Data says what was analysed.
type Data struct {
	Name     string         `json:"name"`
	SHA256   string         `json:"sha256"`
	Kind     recording.Kind `json:"kind"`
	Output   string         `json:"output"`
	NTime    int            `json:"n_time"`
	NNeurons int            `json:"n_neurons"`
	NOutputs int            `json:"n_outputs"`
	NTrials  int            `json:"n_trials"`
	NDropped int            `json:"n_dropped"`
	Bin      Number         `json:"bin_s"`    // null if unknown
	Smooth   Number         `json:"smooth_s"` // standard deviation of the kernel, as far as it is known; 0 for none
	Constant []int          `json:"constant_neurons"`
	MeanRate Number         `json:"mean_rate_hz"`
	Outputs  []string       `json:"outputs,omitempty"`
}

// ReadResult reads the JSON of a Result, or of a ScalingResult, which has all of its keys. Errors wrap ErrResult.
func ReadResult(r io.Reader) (*Result, error) {
	res := undefinedResult()
	res.SchemaVersion = 0
	if err := json.NewDecoder(r).Decode(res); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrResult, err)
	}
	if res.SchemaVersion != SchemaVersion || res.Data.NNeurons < 1 || res.Data.NTime < 1 {
		return nil, fmt.Errorf("%w: want the JSON of a fit, schema_version %d, with data.n_neurons and data.n_time", ErrResult, SchemaVersion)
	}
	if _, err := ParseMethod(string(res.Method)); err != nil || res.Method == "" {
		return nil, fmt.Errorf("%w: method %q, want crossval or paper", ErrResult, res.Method)
	}
	return res, nil
}

// undefinedResult has every figure undefined.
func undefinedResult() *Result {
	u, ui := Undefined, undefinedInterval
	return &Result{SchemaVersion: SchemaVersion, Data: Data{Bin: u, Smooth: u, MeanRate: u},
		R2: u, R2CI: ui, R2InSample: u, Alpha: u, Rho: u, RhoCI: ui, RhoSqrtN: u, RhoSqrtNCI: ui, EffectiveDF: u,
		PR: u, PRCI: ui, PRCorrected: u, DVarCI: ui, DFitCI: ui, Relative: u, RelativeCI: ui, EffectiveT: u, CorrTime: u,
		Notes: []string{}, Provenance: map[string]any{}}
}

// ErrResult is the error of what is no result.
var ErrResult = errors.New("no result of regime")

// A Level is the fitting dimension at another threshold than 90 %.
type Level struct {
	Level Number    `json:"level"`
	DFit  Dimension `json:"d_fit"`
	CI    Interval  `json:"d_fit_ci95"`
}

// An AlphaPath shows how the readout depends on the ridge penalty: for each Alpha the error that chose
// among them (leave-one-out under Paper, cross-validation under Crossval), ρ and effective degrees of freedom.
type AlphaPath struct {
	Alpha []Number `json:"alpha"`
	Error []Number `json:"error"`
	Rho   []Number `json:"rho"`
	DF    []Number `json:"effective_df"`
	R2    []Number `json:"r2"`
}

// MatchedDF is ρ of the readout whose penalty gives DF effective degrees of freedom, so that recordings can
// be compared at the same flexibility.
type MatchedDF struct {
	DF    Number `json:"df"`
	Alpha Number `json:"alpha"`
	Rho   Number `json:"rho"`
}

// Folds describes the cross-validation: Kind is "trials" or "blocks", Gap the rows left out on each side.
type Folds struct {
	Kind string   `json:"kind"`
	N    int      `json:"n"`
	Gap  int      `json:"gap_rows"`
	R2   []Number `json:"r2"` // of each fold, about the mean of all rows
}

// Bootstrap describes the block bootstrap behind the intervals.
type Bootstrap struct {
	Kind   string   `json:"kind"` // "trials" or "blocks"
	Blocks int      `json:"blocks"`
	Rows   int      `json:"block_rows"` // typical length of a block
	Draws  int      `json:"draws"`
	Rho    []Number `json:"rho"`
}

// Nulls holds what the figures would be without any relation, or any structure.
type Nulls struct {
	// Isotropic readouts: ρ has root mean square exactly 1/√N.
	Isotropic Null `json:"rho_isotropic"`
	// Readouts drawn from a Gaussian with the activity's own covariance.
	Covariance Null `json:"rho_covariance"`
	// Behaviour shifted circularly in time against activity.
	ShiftedR2  *Null `json:"r2_shifted,omitempty"`
	ShiftedRho *Null `json:"rho_shifted,omitempty"`
	// PValue of R2: share of shifts that reach it, (1 + count)/(1 + draws).
	PValue *Number `json:"r2_p_value,omitempty"`
}

// A Null is a distribution: draws, mean, root mean square, central 95 %.
type Null struct {
	Draws int      `json:"draws"`
	Mean  Number   `json:"mean"`
	RMS   Number   `json:"rms"`
	CI    Interval `json:"range95"`
}

// Decoder compares the known readout of a BCI with the fitted one.
type Decoder struct {
	Name       string `json:"name"`
	Rho        Number `json:"rho"` // of the known readout
	RhoSqrtN   Number `json:"rho_sqrt_n"`
	R2         Number `json:"r2"`                        // of its output against the behaviour
	Alignment  Number `json:"cosine"`                    // cosine between known and fitted readout as vectors of D·N weights
	AngleDeg   Number `json:"angle_deg"`                 // largest principal angle between the spaces they span
	Difference Number `json:"prediction_rms_difference"` // relative to the standard deviation of behaviour
}

// TimeSubsamples holds figures of random halves of the rows. They are in-sample, as published: halves of
// an autocorrelated recording are nearly copies, so their spread understates the uncertainty.
type TimeSubsamples struct {
	N        int         `json:"n"`
	Fraction Number      `json:"fraction"`
	Rho      []Number    `json:"rho"`
	R2       []Number    `json:"r2"`
	Alpha    []Number    `json:"alpha"`
	DVar     []Dimension `json:"d_var"`
	DFit     []Dimension `json:"d_fit"`
	Relative []Number    `json:"relative_fit_dim"`
}

package preprocess

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrWidth is wrapped by the errors of what needs the width of a file's rows where that is unknown.
var ErrWidth = errors.New("the file does not say how wide its bins are")

// Options say how a session becomes a recording. The zero value takes the first signal as output, at
// the file's own bins, unsmoothed, without lag, every trial as it is, and refuses missing values.
// Durations are written as "45ms" in JSON, windows as "-250ms:450ms".
type Options struct {
	// Output names the signals that are the behaviour, side by side in Y; empty means the first of
	// the session. Columns selects among their components (see ParseIndices for the notation).
	Output  []string `json:"output,omitempty"`
	Columns []string `json:"columns,omitempty"`
	// Derivative is the order of the time derivative taken of the output: 1 makes a velocity of a
	// position. It is taken between the signal's own samples, before they come onto the bins: of the
	// parabola through three neighbours, and one-sided at the ends of a stretch.
	Derivative int `json:"derivative,omitempty"`

	// Bin is the width of a row. Zero is the file's own bin, which only gridded activity has. Counts
	// and rates can be re-binned by a whole factor. Where a gridded file does not say its bin, Bin says it.
	Bin time.Duration `json:"bin,omitempty"`
	// Smooth is the standard deviation σ of the Gaussian kernel; zero smooths nothing. The kernel is
	// truncated at 4σ, and renormalised where it reaches over the end of a trial or run. Causal takes
	// the half of the kernel that looks back.
	Smooth time.Duration `json:"smooth,omitempty"`
	Causal bool          `json:"causal,omitempty"`
	// Lag is the time by which rates lead behaviour: a row pairs the activity at t with the behaviour
	// at t + Lag. It may be negative. Rows without a partner in their own trial are left out.
	Lag time.Duration `json:"lag,omitempty"`
	// Resample says how a signal with a time axis of its own comes onto the bins.
	Resample Resampling `json:"resample,omitempty"`
	// NaN says what becomes of rows with missing values, in activity or behaviour.
	NaN Missing `json:"nan,omitempty"`

	// Where keeps the trials for which every condition holds, such as "split!=test" or "delay>=448".
	Where []string `json:"where,omitempty"`
	// Align is the column of the trials table, in seconds, at whose time peri-event time is zero;
	// Window is the stretch of peri-event time taken of each trial, in bins counted from its start; a
	// last bin that is not whole is left out. Without Align, trials go from their start to their stop.
	Align  string `json:"align,omitempty"`
	Window Window `json:"window,omitzero"`
	// Keep is the stretch of peri-event time whose behaviour is kept, once smoothing and lag have used
	// the whole window; zero keeps all. A row counts by the start of its behaviour's bin.
	Keep Window `json:"keep,omitzero"`
	// Overlap says what becomes of a trial that runs into the next one.
	Overlap Overlap `json:"overlap,omitempty"`
	// Continuous takes the whole recording as it ran, and no trials.
	Continuous bool `json:"continuous,omitempty"`
	// MaxTrials keeps the first trials only; zero keeps all.
	MaxTrials int `json:"max_trials,omitempty"`
	// LabelBy are the columns of the trials table that make the condition of a trial. AverageBy
	// does the same and replaces trials by their mean over each condition; it needs Align.
	LabelBy   []string `json:"label_by,omitempty"`
	AverageBy []string `json:"average_by,omitempty"`

	// Units selects neurons, by name, index or range of indices (see ParseIndices); empty takes all.
	// MinRate, in Hz, leaves out those whose mean rate, over the trials taken, is lower.
	Units   []string `json:"units,omitempty"`
	MinRate float64  `json:"min_rate,omitempty"`
	// FromRow, ToRow and Every select rows at the very end: FromRow, FromRow + Every, … before ToRow.
	// Zero means from the first, to the last, and every row.
	FromRow int `json:"from_row,omitempty"`
	ToRow   int `json:"to_row,omitempty"`
	Every   int `json:"every,omitempty"`

	// Stream leaves the activity unmade: Recording.Stream bins and smooths rows as they are read, and
	// memory stays that of the session.
	Stream bool `json:"stream,omitempty"`
	// StreamOver asks for Stream where the activity would take more bytes than this; 0 does not. The
	// numbers are the same.
	StreamOver int64 `json:"stream_over,omitempty"`
	// Parity repeats the steps of other tools, slips included; see NLB and Integers.
	Parity Parity `json:"parity,omitempty"`
}

// Resampling is a way from the samples of a signal to one value per bin.
type Resampling string

// The ways to resample. By default a signal that is sampled faster than the bins, by more than 2 %, is
// averaged, any other is interpolated. A mean over a bin in which any sample is missing, or none lies, is
// missing. Interpolation is linear, at the centre of the bin, and never over a gap (three median
// sampling intervals) or beyond the first and last sample.
const (
	ByRate Resampling = ""
	Mean   Resampling = "mean"
	Linear Resampling = "linear"
)

// Missing is a policy for rows with missing values: NaN or infinite, a behaviour that was not
// recorded, a unit that was not observed. They never become zeros.
type Missing string

// The policies. By default a missing value is an error that names the channel, the first row and its
// time; Drop leaves such rows out, counts them in Recording.Dropped, and ends the stretch there.
const (
	Refuse Missing = ""
	Drop   Missing = "drop"
)

// Overlap is a policy for trials or windows that share time.
type Overlap string

// The policies. By default a trial ends, in whole bins, where the next one begins, so that no moment
// appears twice; Repeat lets the shared time appear in both.
const (
	Cut    Overlap = ""
	Repeat Overlap = "repeat"
)

// Parity names a tool whose preprocessing is repeated.
type Parity string

// A Window is a stretch [From, To) of peri-event time.
type Window struct{ From, To time.Duration }

// ParseWindow reads a window such as "-250ms:450ms".
func ParseWindow(s string) (Window, error) {
	from, to, ok := strings.Cut(s, ":")
	if !ok {
		return Window{}, fmt.Errorf("preprocess: window %q: want from:to, such as -250ms:450ms", s)
	}
	var w Window
	var err, err2 error
	w.From, err = time.ParseDuration(strings.TrimSpace(from))
	w.To, err2 = time.ParseDuration(strings.TrimSpace(to))
	if err != nil || err2 != nil {
		return Window{}, fmt.Errorf("preprocess: window %q: want from:to with units, such as -250ms:450ms", s)
	}
	if w.To <= w.From {
		return Window{}, fmt.Errorf("preprocess: window %q ends before it begins", s)
	}
	return w, nil
}

// String returns the form that ParseWindow reads.
func (w Window) String() string { return w.From.String() + ":" + w.To.String() }

// IsZero reports whether no window was given.
func (w Window) IsZero() bool { return w == Window{} }

// MarshalText returns the form that ParseWindow reads.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what ParseWindow reads.
func (w *Window) UnmarshalText(b []byte) (err error) {
	*w, err = ParseWindow(string(b))
	return err
}

// duration is a time.Duration that JSON has as text.
type duration time.Duration

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = duration(v)
	return err
}

// plain is Options without its methods; wire lays durations as text over its numbers.
type plain Options

type wire struct {
	*plain
	Bin    duration `json:"bin,omitzero"`
	Smooth duration `json:"smooth,omitzero"`
	Lag    duration `json:"lag,omitzero"`
}

// MarshalJSON writes the fields that are not the default.
func (o Options) MarshalJSON() ([]byte, error) {
	p := plain(o)
	return json.Marshal(wire{&p, duration(o.Bin), duration(o.Smooth), duration(o.Lag)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Options) UnmarshalJSON(b []byte) error {
	w := wire{plain: (*plain)(o)}
	w.Bin, w.Smooth, w.Lag = duration(o.Bin), duration(o.Smooth), duration(o.Lag)
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("preprocess: options: %w", err)
	}
	o.Bin, o.Smooth, o.Lag = time.Duration(w.Bin), time.Duration(w.Smooth), time.Duration(w.Lag)
	return nil
}

// Validate returns an error, which names the option, for values that no session could satisfy.
func (o *Options) Validate() error {
	switch {
	case o.Bin != 0 && o.Bin < time.Microsecond:
		return fmt.Errorf("preprocess: bin %v: want at least 1µs", o.Bin)
	case o.Smooth < 0:
		return fmt.Errorf("preprocess: smooth %v: a standard deviation is not negative", o.Smooth)
	case o.Causal && o.Smooth == 0:
		return fmt.Errorf("preprocess: causal: there is no smoothing for it to shape")
	case o.Derivative < 0:
		return fmt.Errorf("preprocess: derivative %d: want 0, 1, 2, …", o.Derivative)
	case !(o.MinRate >= 0):
		return fmt.Errorf("preprocess: min-rate %g Hz: want a number that is not negative", o.MinRate)
	case o.MaxTrials < 0 || o.FromRow < 0 || o.ToRow < 0 || o.Every < 0:
		return fmt.Errorf("preprocess: max-trials, from-row, to-row and every are not negative")
	case max(o.FromRow, o.ToRow, o.Every) > maxBins:
		return fmt.Errorf("preprocess: from-row, to-row and every are at most %d", maxBins)
	case o.ToRow > 0 && o.ToRow <= o.FromRow:
		return fmt.Errorf("preprocess: rows %d:%d end before they begin", o.FromRow, o.ToRow)
	case o.Resample != ByRate && o.Resample != Mean && o.Resample != Linear:
		return fmt.Errorf("preprocess: resample %q: want mean or linear", o.Resample)
	case o.NaN != Refuse && o.NaN != Drop:
		return fmt.Errorf("preprocess: nan %q: want drop", o.NaN)
	case o.Overlap != Cut && o.Overlap != Repeat:
		return fmt.Errorf("preprocess: overlap %q: want repeat", o.Overlap)
	case o.Parity != "" && o.Parity != NLB && o.Parity != Integers:
		return fmt.Errorf("preprocess: parity %q: want nlb or integers", o.Parity)
	}
	return o.checkTrials()
}

func (o *Options) checkTrials() error {
	switch {
	case o.Align != "" && o.Window.To <= o.Window.From:
		return fmt.Errorf("preprocess: align %s: give a window, such as -250ms:450ms", o.Align)
	case o.Align == "" && !o.Window.IsZero():
		return fmt.Errorf("preprocess: window %v: align says what it is counted from", o.Window)
	case o.Align == "" && !o.Keep.IsZero():
		return fmt.Errorf("preprocess: keep %v: align says what it is counted from", o.Keep)
	case o.Align == "" && len(o.AverageBy) > 0:
		return fmt.Errorf("preprocess: average over trials needs equal windows: give align and window")
	case !o.Keep.IsZero() && o.Keep.To <= o.Keep.From:
		return fmt.Errorf("preprocess: keep %v ends before it begins", o.Keep)
	case o.Continuous && (o.Align != "" || len(o.Where)+len(o.LabelBy)+o.MaxTrials > 0):
		return fmt.Errorf("preprocess: continuous takes no trials: leave out align, where, label-by and max-trials")
	}
	return nil
}

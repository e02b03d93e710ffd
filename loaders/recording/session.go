package recording

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Kind says what produced the behaviour of a recording, which decides what a readout means.
type Kind string

// The kinds of recording. In a BCI recording behaviour is computed from the activity by a known
// decoder; otherwise it is the subject's own movement, or a network's output.
const (
	Unknown Kind = "unknown"
	BCI     Kind = "bci"
	NonBCI  Kind = "non-bci"
	Model   Kind = "model"
)

// ParseKind returns the kind that a word names. The empty word is Unknown.
func ParseKind(word string) (Kind, error) {
	switch k := Kind(word); k {
	case "":
		return Unknown, nil
	case Unknown, BCI, NonBCI, Model:
		return k, nil
	}
	return "", fmt.Errorf("recording: no kind %q: want bci, non-bci, model or unknown", word)
}

// A Source says where data came from.
type Source struct {
	Name   string   // short name, for tables and legends
	Path   string   // the file, as it was given
	SHA256 string   // of the file's bytes, in hexadecimal; empty if there was no file
	Format string   // for example "MATLAB 5" or "npz"
	Beside []Beside // other files that arrays came from
}

// A Beside is another file that arrays of a session came from: Y.npy with X.npy.
type Beside struct{ Path, SHA256, Format string }

// A Session is what a file says: activity and behaviour on their own time axes, in seconds from the
// file's own zero. Activity is either spike times, in Units, or a gridded Activity; the other is
// empty or nil.
type Session struct {
	Source   Source
	Kind     Kind
	Units    []Unit
	Activity *Activity
	Signals  []Signal
	Trials   *Trials  // nil if the file has none
	Decoder  *Decoder // nil unless the file tells how behaviour was computed
	Notes    []string // what a reader should know, in sentences
}

// N returns the number of neurons.
func (s *Session) N() int {
	if s.Activity != nil {
		_, n := s.Activity.Dims()
		return n
	}
	return len(s.Units)
}

// Signal returns the signal of that name, or nil.
func (s *Session) Signal(name string) *Signal {
	for i := range s.Signals {
		if s.Signals[i].Name == name {
			return &s.Signals[i]
		}
	}
	return nil
}

// A Unit is one neuron. With a gridded Activity, unit i describes column i and has no Spikes.
type Unit struct {
	Name     string
	Spikes   []float64         // spike times in seconds, ascending
	Observed []Interval        // when the unit was recorded, ascending; nil means always
	Meta     map[string]string // any other column of the units table
}

// An Interval is a stretch of time [Start, Stop), in seconds.
type Interval struct{ Start, Stop float64 }

// Quantity says what the numbers of an Activity are.
type Quantity string

// Counts are spikes per bin; Rates are in Hz.
const (
	Counts Quantity = "counts"
	Rates  Quantity = "rates"
)

// An Activity is counts or rates on a regular grid: row i covers [Start + i·Bin, Start + (i+1)·Bin).
// Where rows were cut out (pauses between trials), Runs are the stretches that are contiguous in
// time, and time is counted as if they followed one another.
type Activity struct {
	Values   *mat.Dense // T×N
	Quantity Quantity
	Start    float64 // seconds
	Bin      float64 // seconds; 0 if the file does not say
	Runs     []Range // ascending, disjoint; nil means one run of all rows
	// Stream, if not nil, stands in for Values: activity too large for memory, left in its file.
	Stream Rows
}

// Dims returns the number of rows and columns, of Values or of Stream.
func (a *Activity) Dims() (t, n int) {
	if a.Stream != nil {
		return a.Stream.Dims()
	}
	return a.Values.Dims()
}

// Rows is activity that is read a block of rows at a time, from memory or from a file.
// ReadRows copies rows from, from+1, … into dst, row-major, as many as dst holds; it may be called
// from several goroutines.
type Rows interface {
	Dims() (t, n int)
	ReadRows(dst []float64, from int) error
}

// A Signal is behaviour: T samples of D components, sampled at Times, or regularly at
// Start + i·Step if Times is nil. With Step = 0 and no Times the samples are the rows of the
// session's Activity.
type Signal struct {
	Name    string
	Unit    string     // physical unit, such as "mm/s"; empty if unknown
	Values  *mat.Dense // T×D; NaN where nothing was recorded
	Times   []float64  // seconds, ascending, length T
	Start   float64    // seconds
	Step    float64    // seconds
	Columns []string   // names of the components, length D, or nil
}

// OnGrid reports whether the samples are the rows of the session's Activity.
func (s *Signal) OnGrid() bool { return s.Times == nil && s.Step == 0 }

// Trials is the table of trials. Start and Stop are in seconds; a gridded session whose trials
// are stretches of rows has Rows as well, which then count.
type Trials struct {
	Start, Stop []float64
	Rows        []Range
	Columns     []Column
}

// Len returns the number of trials.
func (t *Trials) Len() int {
	if t == nil {
		return 0
	}
	return max(len(t.Start), len(t.Rows))
}

// Column returns the column of that name, or nil. The names start_time and stop_time stand for
// Start and Stop where the table has no column of that name.
func (t *Trials) Column(name string) *Column {
	if t == nil {
		return nil
	}
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	switch {
	case name == "start_time" && t.Start != nil:
		return &Column{Name: name, Numbers: t.Start}
	case name == "stop_time" && t.Stop != nil:
		return &Column{Name: name, Numbers: t.Stop}
	}
	return nil
}

// A Column is one column of the trials table: numbers (NaN where missing) or texts.
type Column struct {
	Name    string
	Numbers []float64
	Texts   []string
}

// Label returns entry i as text, for grouping trials by condition.
func (c *Column) Label(i int) string {
	if c.Texts != nil {
		return c.Texts[i]
	}
	if math.IsNaN(c.Numbers[i]) {
		return "missing"
	}
	return fmt.Sprintf("%g", c.Numbers[i])
}

// A Decoder is the known map of a BCI: y = W x + Offset, with x in Hz. W is D×N.
type Decoder struct {
	Name   string
	Output string // name of the Signal that it computes
	W      *mat.Dense
	Offset []float64 // length D
}

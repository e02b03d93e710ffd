package recording

import (
	"errors"
	"fmt"
	"time"

	"gonum.org/v1/gonum/mat"
)

// A Range is the rows From, …, To−1.
type Range struct{ From, To int }

// Len returns the number of rows.
func (r Range) Len() int { return r.To - r.From }

// A Recording is activity and behaviour on one time axis, ready for analysis.
type Recording struct {
	Source  Source
	Kind    Kind
	X       *mat.Dense    // T×N activity in Hz; nil if Stream is set
	Y       *mat.Dense    // T×D behaviour
	Bin     time.Duration // width of a row; 0 if unknown
	Trials  []Range       // ascending, disjoint stretches contiguous in time; nil: one stretch
	Labels  []string      // condition of each trial, or nil
	Units   []string      // names of the columns of X, or nil
	Outputs []string      // names of the columns of Y, or nil
	Output  string        // name of the behaviour, such as "hand_vel"
	Decoder *Decoder      // known readout, or nil
	Stream  Rows          // activity left in its file, instead of X
	Dropped int           // rows left out because of missing values
	Notes   []string
	// Smooth and Lag are what was done to the activity: the standard deviation of the smoothing
	// kernel, and the time by which rates lead behaviour. Cross-validation leaves a gap for them.
	Smooth, Lag time.Duration
}

// Dims returns the number of rows, neurons and outputs.
func (r *Recording) Dims() (t, n, d int) {
	if r.Stream != nil {
		t, n = r.Stream.Dims()
	} else if r.X != nil {
		t, n = r.X.Dims()
	}
	if r.Y != nil {
		_, d = r.Y.Dims()
	}
	return t, n, d
}

// Activity returns X, or what stands in for it, as blocks of rows.
func (r *Recording) Activity() Rows {
	if r.Stream != nil {
		return r.Stream
	}
	return dense{r.X}
}

// dense serves a matrix as Rows.
type dense struct{ m *mat.Dense }

func (d dense) Dims() (t, n int) { return d.m.Dims() }

func (d dense) ReadRows(dst []float64, from int) error {
	raw := d.m.RawMatrix()
	for i := 0; len(dst) > 0; i++ {
		copied := copy(dst, raw.Data[(from+i)*raw.Stride:(from+i)*raw.Stride+raw.Cols])
		dst = dst[copied:]
	}
	return nil
}

// Errors that Validate wraps.
var (
	ErrShape  = errors.New("shapes do not fit")
	ErrEmpty  = errors.New("nothing to analyse")
	ErrNumber = errors.New("not a finite number")
)

// Validate is the gate before any analysis. It returns an error that wraps
//   - ErrEmpty if there is no row, neuron or output,
//   - ErrShape if X and Y differ in length, trials overlap or leave the rows, or names or decoder do not
//     match the columns,
//   - ErrNumber if X or Y holds NaN or an infinity; the error names the channel and the first row.
//
// Constant neurons and constant outputs are legal: see Constant. A Stream is checked while it is read,
// by the analysis.
func (r *Recording) Validate() error {
	if r.X == nil && r.Stream == nil || r.Y == nil {
		return fmt.Errorf("recording: %w: no activity or no behaviour", ErrEmpty)
	}
	t, n, d := r.Dims()
	switch {
	case t == 0:
		return fmt.Errorf("recording: %w: no rows", ErrEmpty)
	case n == 0:
		return fmt.Errorf("recording: %w: no neurons", ErrEmpty)
	case d == 0:
		return fmt.Errorf("recording: %w: no behaviour", ErrEmpty)
	}
	if rows, _ := r.Y.Dims(); rows != t {
		return fmt.Errorf("recording: %w: activity has %d rows, behaviour %d", ErrShape, t, rows)
	}
	if err := r.validateNames(n, d); err != nil {
		return err
	}
	if err := ValidateRanges(r.Trials, t); err != nil {
		return err
	}
	if r.X != nil {
		if err := finite("neuron", r.X, r.Units); err != nil {
			return err
		}
	}
	return finite("output", r.Y, r.Outputs)
}

func (r *Recording) validateNames(n, d int) error {
	if r.Units != nil && len(r.Units) != n {
		return fmt.Errorf("recording: %w: %d neurons, %d unit names", ErrShape, n, len(r.Units))
	}
	if r.Outputs != nil && len(r.Outputs) != d {
		return fmt.Errorf("recording: %w: %d outputs, %d output names", ErrShape, d, len(r.Outputs))
	}
	if r.Labels != nil && len(r.Labels) != len(r.Trials) {
		return fmt.Errorf("recording: %w: %d trials, %d labels", ErrShape, len(r.Trials), len(r.Labels))
	}
	if r.Decoder == nil {
		return nil
	}
	if dd, dn := r.Decoder.W.Dims(); dd != d || dn != n || len(r.Decoder.Offset) != d {
		return fmt.Errorf("recording: %w: decoder is %d×%d, want %d×%d", ErrShape, dd, dn, d, n)
	}
	return nil
}

// ValidateRanges returns an error that wraps ErrShape unless the ranges are ascending, disjoint, not
// empty and within t rows.
func ValidateRanges(ranges []Range, t int) error {
	end := 0
	for i, tr := range ranges {
		if tr.From < end || tr.To <= tr.From || tr.To > t {
			return fmt.Errorf("recording: %w: trial %d is rows %d to %d; want ascending, disjoint, within %d rows",
				ErrShape, i, tr.From, tr.To, t)
		}
		end = tr.To
	}
	return nil
}

// finite returns an error that names the first column with a value that is not finite.
func finite(what string, m *mat.Dense, names []string) error {
	rows, cols := m.Dims()
	for i := range rows {
		for j, v := range m.RawRowView(i)[:cols] {
			if v-v == 0 { // as for finite numbers alone
				continue
			}
			name := fmt.Sprint(j)
			if names != nil {
				name = fmt.Sprintf("%d (%s)", j, names[j])
			}
			return fmt.Errorf("recording: %w: %s %s is %v at row %d", ErrNumber, what, name, v, i)
		}
	}
	return nil
}

// Constant returns the columns of m that never change, in ascending order: silent or saturated
// neurons, outputs that carry nothing. Every column of a matrix of one row is constant.
func Constant(m *mat.Dense) []int {
	rows, cols := m.Dims()
	changes := make([]bool, cols)
	left := cols
	for i := 1; i < rows && left > 0; i++ {
		first, row := m.RawRowView(0), m.RawRowView(i)
		for j := range changes {
			if !changes[j] && row[j] != first[j] {
				changes[j] = true
				left--
			}
		}
	}
	var constant []int
	for j, c := range changes {
		if !c {
			constant = append(constant, j)
		}
	}
	return constant
}

package nwb

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"oblique/loaders/recording"

	"gonum.org/v1/gonum/mat"
)

// gridded makes a session of activity that the file has as time series, binned or as rates, in place of
// spike times. Series side by side are more neurons. A row covers the time from its own to that of the next.
// A signal with the same times is on the rows of activity.
func (f *File) gridded(o Options) (*recording.Session, error) {
	all, err := f.Series()
	if err != nil {
		return nil, err
	}
	activity, err := named(all, o.Activity)
	if err != nil {
		return nil, err
	}
	s := f.session()
	if s.Activity, err = onGrid(activity, o); err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(all, func(a *Series) bool { return slices.Contains(activity, a) })
	chosen, err := chooseBehavior(others, o, &s.Notes)
	if err != nil {
		return nil, err
	}
	for _, c := range chosen {
		signal, err := c.signal()
		if err != nil {
			return nil, err
		}
		same, err := c.sameTimes(activity[0])
		if err != nil {
			return nil, err
		}
		if same {
			signal.Times, signal.Start, signal.Step = nil, 0, 0
		}
		s.Signals = append(s.Signals, signal)
	}
	if s.Trials, err = f.trials(o.Trials, &s.Notes); err != nil {
		return nil, err
	}
	rowsOfTrials(s)
	return s, nil
}

// onGrid reads series with the same times as activity.
func onGrid(series []*Series, o Options) (*recording.Activity, error) {
	first := series[0]
	bin, start, err := first.grid()
	if err != nil {
		return nil, err
	}
	a := &recording.Activity{Quantity: o.Quantity, Start: start, Bin: bin}
	if o.Stream && len(series) == 1 && first.Rows > 0 && first.Width > 0 {
		a.Stream = seriesRows{first}
		return a, nil
	}
	for _, s := range series {
		same, err := s.sameTimes(first)
		if err == nil && !same {
			err = fmt.Errorf("nwb: %s does not go beside %s: %w", s.Path, first.Path, recording.ErrShape)
		}
		if err != nil {
			return nil, err
		}
		y, err := s.Read(0, s.Rows)
		switch {
		case err != nil:
			return nil, err
		case y == nil:
			return nil, fmt.Errorf("nwb: %s: %w: it has no samples", s.Path, recording.ErrEmpty)
		case a.Values == nil:
			a.Values = y
		default:
			var both mat.Dense
			both.Augment(a.Values, y)
			a.Values = &both
		}
	}
	return a, nil
}

// seriesRows serves the samples of a series from its file.
type seriesRows struct{ s *Series }

func (r seriesRows) Dims() (t, n int) { return r.s.Rows, r.s.Width }

func (r seriesRows) ReadRows(dst []float64, from int) error {
	x, err := r.s.Read(from, from+len(dst)/r.s.Width)
	if err == nil && x != nil {
		copy(dst, x.RawMatrix().Data)
	}
	return err
}

// grid returns the width of the rows of a regular series, and the time of the first. Timestamps may differ
// from a grid by 2 % of a row.
func (s *Series) grid() (bin, start float64, err error) {
	if s.Err != nil || s.Rate > 0 {
		return 1 / s.Rate, s.Start, s.Err
	}
	t, err := s.Times(0, s.Rows)
	if err != nil {
		return 0, 0, err
	}
	n := len(t)
	if n < 2 {
		return 0, 0, fmt.Errorf("nwb: %s: %w: %d samples do not say how wide a bin is", s.Path, recording.ErrEmpty, n)
	}
	bin = (t[n-1] - t[0]) / float64(n-1)
	for i := 1; i < n; i++ {
		if d := t[i] - t[i-1]; !(math.Abs(d-bin) <= 0.02*bin) || math.IsInf(bin, 0) {
			return 0, 0, fmt.Errorf("nwb: %s: %w: activity in bins needs regular timestamps, and %d is %g s after %d, others %g s; "+
				"name the array itself to take its rows as they are: %s/data", s.Path, recording.ErrShape, i, d, i-1, bin, s.Path)
		}
	}
	return math.Round(bin*1e9) / 1e9, t[0], nil
}

// sameTimes tells whether the samples of two series are at the same times.
func (s *Series) sameTimes(o *Series) (bool, error) {
	if s == o || s.Rows != o.Rows || s.Rate > 0 && o.Rate > 0 {
		return s == o || s.Rows == o.Rows && s.Rate == o.Rate && s.Start == o.Start, nil
	}
	a, err := s.Times(0, s.Rows)
	if err != nil {
		return false, err
	}
	b, err := o.Times(0, o.Rows)
	return slices.Equal(a, b), err
}

// rowsOfTrials sets the rows of trials that begin and end between rows of activity; others have only their times.
func rowsOfTrials(s *recording.Session) {
	t, a := s.Trials, s.Activity
	if t == nil {
		return
	}
	rows := make([]recording.Range, t.Len())
	for i := range rows {
		from, to := (t.Start[i]-a.Start)/a.Bin, (t.Stop[i]-a.Start)/a.Bin
		if !(math.Abs(from-math.Round(from)) < 1e-3 && math.Abs(to-math.Round(to)) < 1e-3) || math.Abs(from) > 1<<53 || math.Abs(to) > 1<<53 {
			return
		}
		rows[i] = recording.Range{From: int(math.Round(from)), To: int(math.Round(to))}
	}
	total, _ := a.Dims()
	if recording.ValidateRanges(rows, total) == nil {
		t.Rows = rows
	}
}

// HasSeries tells whether all the names are those of time series, as Options.Activity has them.
func (f *File) HasSeries(names []string) (bool, error) {
	all, err := f.Series()
	if err != nil {
		return false, err
	}
	_, err = named(all, names)
	return !errors.Is(err, ErrNotFound), nil
}

package loaders

import (
	"fmt"
	"math"

	"oblique/loaders/recording"
)

// mostSeconds is the widest row that a number is taken for: more is of another unit, most often milliseconds.
const mostSeconds = 1

// time sets the width of the t rows and the time of the first.
func (l *loading) time(t int) error {
	a := l.s.Activity
	times, err := l.timeVector(t, timeNames)
	if err != nil {
		return err
	}
	if times != nil {
		a.Start = times[0]
	}
	step, err := l.step()
	if err != nil {
		return err
	}
	stamped := times == nil
	if stamped {
		if times, err = l.stamps(t, step == 0); err != nil {
			return err
		}
	}
	switch n := len(times); {
	case step == 0 && n > 0:
		switch step = l.regular(times); {
		case stamped:
		case step > mostSeconds:
			l.note(recording.Caution+"The vector of times goes in steps of %.4g, which are not taken as seconds; say --file-bin if they are.", step)
			a.Start, step = 0, 0
		case step == 1:
			l.note(recording.Caution + "The vector of times goes in steps of 1, taken for seconds; say --file-bin if it numbers the rows.")
		}
	case l.FileBin > 0 && n > 1:
		if said := (times[n-1] - times[0]) / float64(n-1); stamped || said < mostSeconds { // else of another unit, or of rows
			l.contradict(said)
		}
	}
	if a.Bin = step; step == 0 && a.Quantity == recording.Counts {
		l.note(recording.Caution + "The width of a row is unknown: activity is counts per row, not Hz. ρ and dimensions do not depend on the unit, " +
			"the range of ridge penalties does; say --file-bin.")
	}
	return nil
}

// step returns the width of the file's rows in seconds by the option or a scalar of the file, or 0.
func (l *loading) step() (float64, error) {
	if l.FileBin < 0 {
		return 0, fmt.Errorf("loaders: the width of the file's rows is %v, which is negative", l.FileBin)
	}
	said, err := l.said()
	if l.FileBin == 0 {
		return said, err
	}
	l.contradict(said)
	return l.FileBin.Seconds(), nil
}

// contradict notes that rows are taken to be of another width than the file says, where it does.
func (l *loading) contradict(said float64) {
	if said > 0 && math.Abs(said/l.FileBin.Seconds()-1) > 0.02 { // as regular has it
		l.note(recording.Caution+"The file says that its rows are %.4g s wide; they are taken to be %v, as --file-bin says.", said, l.FileBin)
	}
}

// said returns the width of the rows that a scalar of the file says, in seconds, or 0.
func (l *loading) said() (float64, error) {
	for _, g := range []struct {
		names   []string
		seconds func(float64) float64
	}{
		{binNames, func(x float64) float64 { return x }},
		{binMillis, func(x float64) float64 { return x / 1000 }},
		{samplingNames, func(x float64) float64 { return 1 / x }},
	} {
		p := l.inv.only(g.names, isScalar)
		if p == nil {
			continue
		}
		v, err := p.node.Values()
		if err != nil {
			return 0, err
		}
		step := g.seconds(v.Data[0])
		if step > 0 && step <= mostSeconds {
			return step, nil
		}
		if l.FileBin == 0 {
			l.note("%s = %g is not taken as a width in seconds; say --file-bin if it is.", p.path, v.Data[0])
		}
	}
	return 0, nil
}

// timeVector returns the finite, ascending vector of t times under one of the names, or nil.
func (l *loading) timeVector(t int, names []string) ([]float64, error) {
	p := l.inv.only(names, func(i Info) bool { return isVector(i) && product(i.Dims) == t })
	if p == nil || t == 0 {
		return nil, nil
	}
	v, err := p.node.Values()
	if err != nil {
		return nil, err
	}
	if !ascending(v.Data) || math.IsInf(v.Data[0], 0) || math.IsInf(v.Data[t-1], 0) {
		return nil, nil
	}
	return v.Data, nil
}

// regular returns the step of times that differ from a grid by no more than 2 % of a step, or 0.
func (l *loading) regular(times []float64) float64 {
	n := len(times)
	if n < 2 {
		return 0
	}
	step := (times[n-1] - times[0]) / float64(n-1)
	for i := 1; i < n; i++ {
		if math.Abs(times[i]-times[i-1]-step) > 0.02*step {
			l.note(recording.Caution + "The vector of times is not regular: the width of a row is unknown; say --file-bin.")
			return 0
		}
	}
	return math.Round(step*1e9) / 1e9 // a time.Duration has nanoseconds
}

// rowLengths returns the lengths of vectors that have a number per row.
func (l *loading) rowLengths() map[int]bool {
	lengths := make(map[int]bool)
	for _, names := range [][]string{timeNames, trialNames} {
		if p := l.inv.only(names, isVector); p != nil && product(p.node.Info().Dims) > 1 {
			lengths[product(p.node.Info().Dims)] = true
		}
	}
	return lengths
}

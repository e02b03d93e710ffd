package loaders

import (
	"fmt"
	"slices"
	"strings"

	"oblique/loaders/recording"
)

// spikeTimes loads activity that is times of spikes: a list of ascending vectors, one per unit, or one
// vector with a second one that says whose each spike is (spike_times with spike_clusters). It tells
// whether it was.
func (l *loading) spikeTimes(activity []place, quantity recording.Quantity) (bool, error) {
	if quantity != recording.Counts {
		return false, nil
	}
	for _, p := range activity {
		units, err := l.unitsOf(p)
		if err != nil {
			return false, err
		}
		if units == nil {
			return false, nil
		}
		l.s.Units = append(l.s.Units, units...)
	}
	return true, nil
}

func (l *loading) unitsOf(p place) ([]recording.Unit, error) {
	if p.node.Info().Class == List {
		return listedUnits(p)
	}
	if plain(last(p.path)) != "spiketimes" || !isVector(p.node.Info()) {
		return nil, nil
	}
	return l.clustered(p)
}

// listedUnits makes a unit of each vector of a list, or returns nil if the list holds anything else. Whole numbers that do not
// ascend are counts, unless they are called times; all else that does not is sorted.
func listedUnits(p place) ([]recording.Unit, error) {
	children, err := p.node.Children()
	if err != nil {
		return nil, err
	}
	spikes, ascend, counts := 0, true, plain(last(p.path)) != "spiketimes"
	var units []recording.Unit
	for i, c := range children {
		info := c.Info()
		if info.Class != Numbers || !isVector(info) && product(info.Dims) > 0 {
			return nil, nil
		}
		v, err := c.Values()
		if err != nil {
			return nil, fmt.Errorf("element %d of '%s': %w", i, p.path, err)
		}
		ascend = ascend && ascending(v.Data)
		counts = counts && whole(v.Data)
		spikes += len(v.Data)
		units = append(units, recording.Unit{Name: fmt.Sprint(i), Spikes: v.Data})
	}
	if spikes == 0 || !ascend && counts {
		return nil, nil
	}
	for _, u := range units {
		slices.Sort(u.Spikes)
	}
	return units, nil
}

// clustered sorts the times of one vector by the unit of each spike. Units are in ascending order of
// their numbers.
func (l *loading) clustered(p place) ([]recording.Unit, error) {
	n := product(p.node.Info().Dims)
	whose := l.inv.only([]string{"spikeclusters", "spikeunits", "spikeids", "clusters", "unitids"},
		func(i Info) bool { return isVector(i) && product(i.Dims) == n })
	if whose == nil {
		return nil, fmt.Errorf("loaders: '%s' %s needs a vector of the same length with the unit of each spike (spike_clusters)",
			p.path, p.node.Info().Shape())
	}
	times, err := p.node.Values()
	if err != nil {
		return nil, err
	}
	ids, err := whose.node.Values()
	if err != nil {
		return nil, err
	}
	spikes := make(map[float64][]float64)
	for i, id := range ids.Data {
		if id != id {
			return nil, fmt.Errorf("loaders: '%s' is NaN at %d", whose.path, i)
		}
		spikes[id] = append(spikes[id], times.Data[i])
	}
	var numbers []float64
	for id := range spikes {
		numbers = append(numbers, id)
	}
	slices.Sort(numbers)
	var units []recording.Unit
	for _, id := range numbers {
		slices.Sort(spikes[id])
		units = append(units, recording.Unit{Name: fmt.Sprintf("%g", id), Spikes: spikes[id]})
	}
	return units, nil
}

// timed loads the behaviour of a session with spike times: signals on their own time axis.
func (l *loading) timed(behavior []place) error {
	step, err := l.step()
	if err != nil {
		return err
	}
	for i, p := range behavior {
		if err := l.timedSignal(p, step); err != nil {
			if i > 0 && len(l.Behavior) == 0 {
				continue // a further array with a usual name, which does not fit
			}
			return err
		}
	}
	l.namedUnits()
	if err := l.observed(); err != nil {
		return err
	}
	return l.timedTrials()
}

// observed takes when each unit was recorded: a list obs_intervals of matrices k×2, one per unit.
func (l *loading) observed() error {
	p := l.inv.only([]string{"obsintervals"}, func(i Info) bool { return i.Class == List && product(i.Dims) == len(l.s.Units) })
	if p == nil {
		return nil
	}
	children, err := p.node.Children()
	if err != nil {
		return err
	}
	for i, c := range children {
		info := c.Info()
		if info.Class != Numbers || len(info.Dims) != 2 || info.Dims[1] != 2 {
			return nil // something else
		}
		v, err := c.Values()
		if err != nil {
			return err
		}
		x := v.Permute(0, 1)
		for k := 0; k+1 < len(x); k += 2 {
			l.s.Units[i].Observed = append(l.s.Units[i].Observed, recording.Interval{Start: x[k], Stop: x[k+1]})
		}
	}
	return nil
}

// timedSignal adds a signal whose rows have times: those of a vector of the same length, or a step.
func (l *loading) timedSignal(p place, step float64) error {
	y, err := readStack(p)
	if err != nil {
		return err
	}
	name := last(p.path)
	for _, lay := range matrixLayouts {
		rows, _, ok := y.extent(lay)
		if y.cube != nil || !ok || len(rows) != 1 {
			return fmt.Errorf("loaders: %w: behaviour %s beside spike times must be one matrix", recording.ErrShape, y)
		}
		own := plain(name)
		times, err := l.timeVector(rows[0], append([]string{own + "time", own + "times", own + "t"}, timeNames...))
		if err != nil {
			return err
		}
		if times == nil {
			continue
		}
		values, err := y.dense(lay)
		if err != nil {
			return err
		}
		l.s.Signals = append(l.s.Signals, recording.Signal{Name: name, Unit: y.unit, Values: values, Times: times})
		return nil
	}
	if step == 0 {
		return fmt.Errorf("loaders: behaviour %s beside spike times has no times: no vector time of its length, no dt; say --file-bin", y)
	}
	lay := matrixLayouts[0]
	if d := y.parts[0].Dims; l.Orientation == NeuronsByTime || l.Orientation == Auto && d[1] > d[0] {
		lay = matrixLayouts[1]
	}
	if l.Orientation == Auto {
		l.note(recording.Caution+"The longer axis of %s is taken as time.", y)
	}
	values, err := y.dense(lay)
	if err != nil {
		return err
	}
	l.s.Signals = append(l.s.Signals, recording.Signal{Name: name, Unit: y.unit, Values: values, Step: step})
	return nil
}

// timedTrials reads trial_start and trial_stop in seconds.
func (l *loading) timedTrials() error {
	start, stop := l.inv.only(startNames, isVector), l.inv.only(stopNames, isVector)
	if start == nil || stop == nil || l.Trials == "none" {
		return nil
	}
	from, err := start.node.Values()
	if err != nil {
		return err
	}
	to, err := stop.node.Values()
	if err != nil {
		return err
	}
	if len(from.Data) != len(to.Data) {
		return fmt.Errorf("loaders: %w: %d trials start and %d stop", recording.ErrShape, len(from.Data), len(to.Data))
	}
	l.s.Trials = &recording.Trials{Start: from.Data, Stop: to.Data}
	if err := l.labels(l.s.Trials, -1); err != nil {
		return err
	}
	return l.trialColumns(l.s.Trials)
}

// trialColumns takes every array trial_<name> with a number or text per trial as a column of the trials.
func (l *loading) trialColumns(table *recording.Trials) error {
	children, err := l.file.Root().Children()
	if err != nil {
		return err
	}
	known := slices.Concat(startNames, stopNames, labelNames)
	for _, n := range children {
		info := n.Info()
		name, ok := strings.CutPrefix(info.Name, "trial_")
		if !ok || slices.Contains(known, plain(info.Name)) {
			continue
		}
		c := recording.Column{Name: name}
		switch {
		case info.Class == Text, info.Class == List:
			if c.Texts, err = n.Strings(); err != nil || len(c.Texts) != table.Len() {
				continue // something else than a text per trial
			}
		case isVector(info) && product(info.Dims) == table.Len():
			v, err := n.Values()
			if err != nil {
				return err
			}
			c.Numbers = v.Data
		default:
			continue
		}
		table.Columns = append(table.Columns, c)
	}
	return nil
}

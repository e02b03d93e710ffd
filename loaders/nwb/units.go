package nwb

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"oblique/loaders/hdf5"
	"oblique/loaders/recording"
)

// Units is the table of units. The columns spike_times, obs_intervals and electrodes have methods; all
// others are read as those of any table.
type Units struct {
	*Table
	times, observed, electrodes *Column
}

// Units returns the table of units: /units, or else the first table of that type in /processing. It is nil
// if the file has none.
func (f *File) Units() (*Units, error) {
	g, err := f.h.Group("/units")
	if errors.Is(err, hdf5.ErrNotFound) {
		if g, err = f.processedUnits(); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	if g == nil {
		return nil, nil
	}
	t, err := f.table("units", g)
	if err != nil {
		return nil, err
	}
	u := &Units{Table: t, times: t.Column("spike_times"), observed: t.Column("obs_intervals"), electrodes: t.Column("electrodes")}
	if u.times != nil && !u.times.Ragged {
		return nil, fmt.Errorf("nwb: %s/spike_times: no spike_times_index says whose each spike is", t.Path)
	}
	if o := u.observed; o != nil && (!o.Ragged || o.Width() != 2) {
		return nil, fmt.Errorf("nwb: %s/obs_intervals is %s, not pairs of times for each unit", t.Path, o.describe())
	}
	return u, nil
}

// processedUnits looks for a table of units among the processing modules.
func (f *File) processedUnits() (*hdf5.Group, error) {
	processing, err := f.h.Group("/processing")
	if errors.Is(err, hdf5.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	_, modules, err := groups(processing)
	if err != nil {
		return nil, err
	}
	for _, m := range modules {
		_, inside, err := groups(m)
		if err != nil {
			return nil, err
		}
		for _, g := range inside {
			if kind(g) == "Units" {
				return g, nil
			}
		}
	}
	return nil, nil
}

// Spikes reads the spike times of a unit, in seconds, in ascending order: those of a file that has them
// otherwise are sorted. A time that is not finite is an error.
func (u *Units) Spikes(unit int) ([]float64, error) {
	if u.times == nil {
		return nil, fmt.Errorf("nwb: %s: no spike_times: %w", u.Path, ErrNotFound)
	}
	x, err := u.times.List(unit)
	if err != nil {
		return nil, err
	}
	return u.ascending(x, unit)
}

// ascending checks and sorts the spike times of a unit.
func (u *Units) ascending(x []float64, unit int) ([]float64, error) {
	sorted, last := true, math.Inf(-1)
	for _, t := range x {
		sorted = sorted && last <= t // not where one is NaN
		last = t
	}
	if sorted && (len(x) == 0 || !math.IsInf(x[0], 0) && !math.IsInf(last, 0)) {
		return x, nil
	}
	for i, t := range x {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return nil, fmt.Errorf("nwb: %s/spike_times: spike %d of unit %s is at %v", u.Path, i, u.ID(unit), t)
		}
	}
	slices.Sort(x)
	return x, nil
}

// SpikesOf reads the spike times of the units from ≤ i < to in one pass, as stretches of one slice; see Spikes.
func (u *Units) SpikesOf(from, to int) ([][]float64, error) {
	if u.times == nil {
		return nil, fmt.Errorf("nwb: %s: no spike_times: %w", u.Path, ErrNotFound)
	}
	if from < 0 || to < from || to > u.Rows {
		return nil, fmt.Errorf("nwb: %s: no units %d to %d among %d", u.Path, from, to, u.Rows)
	}
	if u.times.Width() != 1 || !u.times.Numeric() {
		return nil, fmt.Errorf("nwb: %s is %s, not times", u.times.data.Path(), u.times.describe())
	}
	spikes := make([][]float64, to-from)
	if from == to {
		return spikes, nil
	}
	first, _, err := u.times.span(from)
	if err != nil {
		return nil, err
	}
	_, last, err := u.times.span(to - 1)
	if err != nil {
		return nil, err
	}
	if err := u.times.data.Prove(first, last-first); err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	x := make([]float64, last-first)
	if err := u.times.data.ReadFloat64(x, first, last-first); err != nil {
		return nil, fmt.Errorf("nwb: %w", err)
	}
	for i := range spikes {
		a, b, err := u.times.span(from + i)
		if err != nil {
			return nil, err
		}
		if spikes[i], err = u.ascending(x[a-first:b-first:b-first], from+i); err != nil {
			return nil, err
		}
	}
	return spikes, nil
}

// Observed reads when a unit was recorded, in ascending order. It is nil, which means always, if the
// file does not say, or lists nothing for this unit.
func (u *Units) Observed(unit int) ([]recording.Interval, error) {
	if u.observed == nil {
		return nil, nil
	}
	x, err := u.observed.List(unit)
	if err != nil {
		return nil, err
	}
	var intervals []recording.Interval
	for i := 0; i < len(x); i += 2 {
		if !(x[i] <= x[i+1]) {
			return nil, fmt.Errorf("nwb: %s/obs_intervals: interval %d of unit %s is from %v to %v", u.Path, i/2, u.ID(unit), x[i], x[i+1])
		}
		intervals = append(intervals, recording.Interval{Start: x[i], Stop: x[i+1]})
	}
	return union(intervals), nil
}

// union sorts intervals and joins those that touch or overlap.
func union(intervals []recording.Interval) []recording.Interval {
	slices.SortFunc(intervals, func(a, b recording.Interval) int {
		switch {
		case a.Start < b.Start:
			return -1
		case a.Start > b.Start:
			return 1
		}
		return 0
	})
	var joined []recording.Interval
	for _, i := range intervals {
		if n := len(joined); n > 0 && i.Start <= joined[n-1].Stop {
			joined[n-1].Stop = max(joined[n-1].Stop, i.Stop)
			continue
		}
		joined = append(joined, i)
	}
	return joined
}

// HeldOut tells which units are held out, as benchmarks mark them in the column heldout. It is nil if the
// file has none.
func (u *Units) HeldOut() ([]bool, error) {
	c := u.Column("heldout")
	if c == nil {
		return nil, nil
	}
	return c.flags()
}

// units makes the units of a session, every other column in Meta.
func (u *Units) units(notes *[]string) ([]recording.Unit, error) {
	spikes := make([][]float64, u.Rows)
	if u.times != nil {
		var err error
		if spikes, err = u.SpikesOf(0, u.Rows); err != nil {
			return nil, err
		}
	}
	units := make([]recording.Unit, u.Rows)
	for i := range units {
		observed, err := u.Observed(i)
		if err != nil {
			return nil, err
		}
		units[i] = recording.Unit{Name: u.ID(i), Spikes: spikes[i], Observed: observed, Meta: make(map[string]string)}
	}
	var left []string
	for _, c := range u.Columns {
		if c == u.times || c == u.observed {
			continue
		}
		texts, err := c.Texts()
		if isOther(err) {
			left = append(left, c.Name)
			continue
		}
		if err != nil {
			return nil, err
		}
		for i, s := range texts {
			if s != "" {
				units[i].Meta[c.Name] = s
			}
		}
	}
	if left != nil {
		*notes = append(*notes, fmt.Sprintf("Columns of units that are not one short text per unit are left out: %s.", list(left)))
	}
	return units, u.electrodeMeta(units)
}

// electrodeMeta adds where a unit's first electrode is: its group and location.
func (u *Units) electrodeMeta(units []recording.Unit) error {
	if u.electrodes == nil || !u.electrodes.Numeric() {
		return nil
	}
	g, err := u.f.electrodesGroup()
	if g == nil || err != nil {
		return err
	}
	table, err := u.f.table("electrodes", g)
	if err != nil {
		return nil // units do not depend on it
	}
	for _, name := range []string{"location", "group_name"} {
		c := table.Column(name)
		if c == nil {
			continue
		}
		texts, err := c.Texts()
		if err != nil {
			continue
		}
		for i := range units {
			row, ok := u.firstElectrode(i)
			if _, taken := units[i].Meta[name]; ok && !taken && row < len(texts) {
				units[i].Meta[name] = texts[row]
			}
		}
	}
	return nil
}

// electrodesGroup returns the table of electrodes, or nil.
func (f *File) electrodesGroup() (*hdf5.Group, error) {
	g, err := f.h.Group("/general/extracellular_ephys/electrodes")
	if err != nil {
		return nil, nil // absent, or no group: nothing is known of electrodes then
	}
	return g, nil
}

// firstElectrode returns the row of a unit's first electrode in the table of electrodes.
func (u *Units) firstElectrode(unit int) (int, bool) {
	var x []float64
	var err error
	if u.electrodes.Ragged {
		x, err = u.electrodes.List(unit)
	} else if x, err = u.electrodes.Float64s(); err == nil && unit < len(x) {
		x = x[unit : unit+1]
	}
	if err != nil || len(x) == 0 || !(x[0] >= 0 && x[0] < maxRows) {
		return 0, false
	}
	return int(x[0]), true
}

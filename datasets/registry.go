package datasets

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"oblique/loaders"
	"oblique/loaders/recording"
)

// A Dataset is a published recording.
type Dataset struct {
	ID       string // short name, also that of its folder
	Title    string
	Kind     recording.Kind
	Citation string
	BibTeX   string
	Licence  string // SPDX identifier, and whose
	Home     string // where it was published
	File     File
	Phases   []string // parts of the recording to choose from, the default first; nil if there is one
	Outputs  []string // signals, the default first
	Defaults Defaults
	// PhaseDefaults are those of phases that are prepared in another way.
	PhaseDefaults map[string]Defaults
	// Published are the figures of the regime analysis in print.
	Published []Published

	open func(f loaders.File, phase string) (*recording.Session, error)
}

// A File is a file of a data set as its authors published it. Where the file could not be had when the
// adapter was written, SHA256 and URL are empty and Size is 0: such a file is fetched by hand, and taken as
// it is.
type File struct {
	Name   string
	URL    string
	SHA256 string
	Size   int64 // bytes
}

// Known tells whether it is known which bytes the file has.
func (f File) Known() bool { return f.SHA256 != "" }

// Defaults are the preprocessing of the published analysis. The zero value of each is: none, and the
// file's own bin. Their meaning is that of the preprocessing options of the same names.
type Defaults struct {
	Output string
	Bin    time.Duration
	Smooth time.Duration // standard deviation of a Gaussian kernel
	Lag    time.Duration // by which rates lead behaviour
	// Lags are those of other outputs than Output.
	Lags map[string]time.Duration

	Where        []string
	Align        string
	Window, Keep [2]time.Duration // of peri-event time, from and to
	AverageBy    []string
	Every        int // rows: 5 takes each fifth
}

// LagOf returns the lag of an output; of an empty one that of the default.
func (d Defaults) LagOf(output string) time.Duration {
	if lag, ok := d.Lags[output]; ok {
		return lag
	}
	return d.Lag
}

// Preparation returns the defaults of a phase, which are those of the data set unless the phase has its
// own.
func (d *Dataset) Preparation(phase string) Defaults {
	if p, ok := d.PhaseDefaults[phase]; ok {
		return p
	}
	return d.Defaults
}

// Published are figures in print, for one part of a recording, with the digits that were printed. Zero
// means not given.
type Published struct {
	Phase, Output string
	T, N          int
	R2, Alpha     float64
	Rho           float64
	DFit          int
	Relative      float64 // DFit ÷ DVar
	Source        string
}

// all is the registry, in alphabetical order.
var all = []*Dataset{degenhart2020, golub2018, hennig2018, nlbMaze, nlbMazeLarge, nlbMazeMedium, nlbMazeSmall, nlbRTT,
	russoCousteau, russoDrake, stevenson2011}

// All returns the data sets in alphabetical order.
func All() []*Dataset { return slices.Clone(all) }

// ByID returns the data set of that name, in capitals or not, or an error that lists the names.
func ByID(id string) (*Dataset, error) {
	for _, d := range all {
		if strings.EqualFold(d.ID, id) {
			return d, nil
		}
	}
	return nil, fmt.Errorf("datasets: no data set '%s'; there are: %s", id, strings.Join(Names(), ", "))
}

// Names returns the names that [Open] understands: the built-in recordings, then the data sets.
func Names() []string {
	var names []string
	for _, b := range builtins {
		names = append(names, b.Name)
	}
	for _, d := range all {
		names = append(names, d.ID)
	}
	return names
}

// Known tells whether [Open] understands a name, with or without a phase.
func Known(name string) bool {
	id, _, _ := strings.Cut(name, ":")
	return BuiltinNamed(id) != nil || slices.ContainsFunc(all, func(d *Dataset) bool { return strings.EqualFold(d.ID, id) })
}

// phase returns the phase that a word names: the first for the empty word.
func (d *Dataset) phase(word string) (string, error) {
	switch {
	case word == "" && len(d.Phases) > 0:
		return d.Phases[0], nil
	case word == "" || slices.Contains(d.Phases, word):
		return word, nil
	case d.Phases == nil:
		return "", fmt.Errorf("datasets: %s has no phases, so no '%s'", d.ID, word)
	}
	return "", fmt.Errorf("datasets: %s has no phase '%s'; it has: %s", d.ID, word, strings.Join(d.Phases, ", "))
}

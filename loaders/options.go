package loaders

import (
	"strings"
	"time"

	"oblique/loaders/recording"
)

// Options say what Open cannot know. The zero value guesses everything.
type Options struct {
	// Rates and Spikes name the activity: rates in Hz, or spike counts per row or spike times per unit.
	// Several arrays are put side by side, as more neurons; a pattern such as unit_* stands for all arrays, or
	// columns of a table, whose names match. At most one of the two may be set.
	Rates, Spikes []string
	// Behavior names the signals; the first is the default output. Each entry of the three may be a
	// comma-separated list. A name that the file does not have may be that of another file, with one
	// array: X.npy with Y.npy.
	Behavior []string
	// NoBehavior allows a session without signals.
	NoBehavior bool
	// Trials names the vector that numbers the trial of each row; "none" leaves trials out.
	Trials string
	// Orientation says which axis of activity is time where lengths do not tell.
	Orientation Orientation
	// FileBin is the width of the file's rows: it wins over what the file says. With spike times it is
	// the step of behaviour that has no times of its own. NWB has times of everything, so that it is an error there.
	FileBin time.Duration
	// Kind, unless it is empty, wins over what the file says.
	Kind recording.Kind
	// Stream leaves activity in its file where that can be done: one matrix T×N in C order in an npy
	// file or an uncompressed npz. The file stays open as long as the session is in use.
	Stream bool
}

// An Orientation says which axis of an activity array is time.
type Orientation string

// The orientations. Of an array with trials they say whether the time axis comes before the axis of
// neurons.
const (
	Auto          Orientation = ""             // by matching lengths
	TimeByNeurons Orientation = "time×neurons" // --transpose=false
	NeuronsByTime Orientation = "neurons×time" // --transpose
	hint                      = "say --transpose (neurons are rows) or --transpose=false (times are rows)"
)

// split returns the names of comma-separated lists. Commas within brackets do not separate.
func split(lists []string) []string {
	var names []string
	for _, list := range lists {
		depth, start := 0, 0
		for i, c := range list + "," {
			switch c {
			case '[', '{', '(':
				depth++
			case ']', '}', ')':
				depth--
			case ',':
				if depth > 0 && i < len(list) {
					continue
				}
				if name := strings.TrimSpace(list[start:i]); name != "" {
					names = append(names, name)
				}
				start = i + 1
			}
		}
	}
	return names
}

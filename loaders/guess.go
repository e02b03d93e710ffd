package loaders

import (
	"fmt"
	"strings"
)

// The usual names, in the order in which they are tried, in plain form.
var (
	rateNames = []string{"rates", "firingrates", "firingrate", "smoothedrates", "fr", "rate"}
	// Spike times are tried as such before any other reading.
	spikeNames    = []string{"spikes", "spikecounts", "counts", "binnedspikes", "spikecount", "bincounts", "spiketimes"}
	activityNames = []string{"neural", "neuraldata", "neuralactivity", "activity", "x", "dff", "responses", "states", "hidden",
		"neuron", "unit", "cell", "channel", "ch"}
	behaviorNames = []string{
		"behavior", "behaviour", "y", "handvel", "handvelocity", "velocity", "vel", "cursorvel", "cursorvelocity",
		"fingervel", "fingervelocity", "cursor", "kinematics", "kin", "handpos", "handposition", "position", "pos",
		"cursorpos", "cursorposition", "fingerpos", "fingerposition", "hand", "acceleration", "acc", "handacc",
		"emg", "force", "output", "outputs",
	}
	binNames      = []string{"bins", "binsizes", "binwidths", "dts", "bin", "binsize", "binwidth", "dt", "timestep", "tstep"}
	binMillis     = []string{"binms", "dtms", "binsizems", "binwidthms"}
	samplingNames = []string{"fs", "samplingrate", "samplerate", "fshz"}
	timeNames     = []string{"time", "times", "t", "timestamps", "behaviortime", "behaviortimes", "behaviourtime", "behaviourtimes"}
	trialNames    = []string{"trialids", "trialid", "trials", "trial", "trialidx", "trialindex", "trialnum", "trialnumber"}
	startNames    = []string{"trialstart", "trialstarts"}
	stopNames     = []string{"trialstop", "trialstops", "trialend", "trialends"}
	labelNames    = []string{"triallabels", "triallabel", "conditions", "condition", "trialtype", "trialtypes"}
	unitNames     = []string{"unitnames", "units", "neurons", "neuronnames", "channels", "channelnames"}
	readoutNames  = []string{"readout", "decoder"}
	offsetNames   = []string{"readoutoffset", "decoderoffset"}
	kindNames     = []string{"kind"}
)

// plain makes a name comparable: lower case, without _ - and blanks.
func plain(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, name))
}

// last returns the last name of a path.
func last(path string) string { return path[strings.LastIndexAny(path, "./")+1:] }

// An inventory is what a file has, by plain name, shallowest first.
type inventory map[string][]place

func newInventory(f File) (inventory, error) {
	all, err := search(f.Root(), func(string, Info) bool { return true })
	inv := make(inventory)
	for _, p := range all {
		name := plain(last(p.path))
		inv[name] = append(inv[name], p)
	}
	return inv, err
}

// first returns the place with the first of the names that is there and fits, or nil. It is an error
// if there are several at the same depth: which is meant, only the user knows.
func (inv inventory) first(names []string, flag string, fits func(Info) bool) (*place, error) {
	for _, name := range names {
		var found []place
		for _, p := range inv[name] {
			if fits(p.node.Info()) && (len(found) == 0 || found[0].depth == p.depth) {
				found = append(found, p)
			}
		}
		if len(found) > 1 {
			return nil, fmt.Errorf("loaders: %d arrays could be meant: %s; choose with %s", len(found), paths(found), flag)
		}
		if len(found) == 1 {
			return &found[0], nil
		}
	}
	return nil, nil
}

// only returns the first of the names that is there and fits, or nil where there is none or it is
// not clear which.
func (inv inventory) only(names []string, fits func(Info) bool) *place {
	p, err := inv.first(names, "", fits)
	if err != nil {
		return nil
	}
	return p
}

// lone returns the only array of a file that has one, as an npy file does.
func (inv inventory) lone() *place {
	var only *place
	for _, places := range inv {
		for _, p := range places {
			if !isArray(p.node.Info()) {
				continue
			}
			if only != nil {
				return nil
			}
			only = &p
		}
	}
	return only
}

// What a place must be to be taken for something.

func isArray(i Info) bool { return i.Class == Numbers && product(i.Dims) > 1 || i.Class == List }

func isScalar(i Info) bool { return i.Class == Numbers && product(i.Dims) == 1 }

func isText(i Info) bool { return i.Class == Text || i.Class == List }

// isVector tells whether at most one axis is longer than 1.
func isVector(i Info) bool {
	if i.Class != Numbers {
		return false
	}
	long := 0
	for _, d := range i.Dims {
		if d != 1 {
			long++
		}
	}
	return long <= 1
}

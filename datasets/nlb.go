package datasets

import (
	"fmt"
	"math"
	"time"

	"oblique/loaders"
	"oblique/loaders/recording"
)

const (
	nlbCitation = "Pei, F., Ye, J., Zoltowski, D., Wu, A., Chowdhury, R. H., Sohn, H., O'Doherty, J. E., Shenoy, K. V., Kaufman, M. T., " +
		"Churchland, M., Jazayeri, M., Miller, L. E., Pillow, J., Park, I. M., Dyer, E. L., Pandarinath, C. (2021). Neural Latents " +
		"Benchmark '21: Evaluating latent variable models of neural population activity. NeurIPS Datasets and Benchmarks. arXiv:2109.04463"
	nlbBibTeX = `@inproceedings{pei2021,
  author    = {Pei, Felix and Ye, Joel and Zoltowski, David and Wu, Anqi and Chowdhury, Raeed H. and Sohn, Hansem and
               O'Doherty, Joseph E. and Shenoy, Krishna V. and Kaufman, Matthew T. and Churchland, Mark and Jazayeri, Mehrdad and
               Miller, Lee E. and Pillow, Jonathan and Park, Il Memming and Dyer, Eva L. and Pandarinath, Chethan},
  title     = {Neural Latents Benchmark '21: Evaluating latent variable models of neural population activity},
  booktitle = {Advances in Neural Information Processing Systems, Track on Datasets and Benchmarks},
  year      = {2021},
  url       = {https://arxiv.org/abs/2109.04463}
}`
	nlbBin = 45 * time.Millisecond
)

var (
	nlbMaze       = maze("nlb-mc_maze", "", "000128", "full")
	nlbMazeLarge  = maze("nlb-mc_maze-large", ", many trials", "000138", "large")
	nlbMazeMedium = maze("nlb-mc_maze-medium", ", some trials", "000139", "medium")
	nlbMazeSmall  = maze("nlb-mc_maze-small", ", few trials", "000140", "small")
)

// mazeDefaults are the preparation of reaches between barriers, of single trials.
var mazeDefaults = Defaults{
	Output: "hand_vel", Bin: nlbBin, Smooth: 45 * time.Millisecond, Lag: 100 * time.Millisecond,
	Lags:  map[string]time.Duration{"hand_pos": 270 * time.Millisecond},
	Where: []string{"split!=test", "delay>=448"}, Align: "move_onset_time",
	Window: [2]time.Duration{-700 * time.Millisecond, 785 * time.Millisecond}, Keep: [2]time.Duration{0, 300 * time.Millisecond},
}

// maze is a recording of reaches between barriers. The phase average takes the mean over the trials
// of each maze and version.
func maze(id, size, dandiset, session string) *Dataset {
	averages := mazeDefaults
	averages.AverageBy = []string{"trial_type", "trial_version"}
	return &Dataset{
		ID:            id,
		Title:         "Reaching between barriers, motor and premotor cortex" + size + " (Neural Latents Benchmark, MC_Maze)",
		Kind:          recording.NonBCI,
		Citation:      nlbCitation,
		BibTeX:        nlbBibTeX,
		Licence:       "CC-BY-4.0 (Mark Churchland and coauthors), as the archive states",
		Home:          "https://dandiarchive.org/dandiset/" + dandiset,
		File:          File{Name: "sub-Jenkins_ses-" + session + "_desc-train_behavior+ecephys.nwb"},
		Phases:        []string{"single", "average"},
		Outputs:       []string{"hand_vel", "hand_pos"},
		Defaults:      mazeDefaults,
		PhaseDefaults: map[string]Defaults{"average": averages},
		open: func(f loaders.File, _ string) (*recording.Session, error) {
			return openReaches(f, "hand_vel", "hand_pos")
		},
	}
}

var nlbRTT = &Dataset{
	ID:       "nlb-mc_rtt",
	Title:    "Reaching to targets that follow one another at random, motor cortex (Neural Latents Benchmark, MC_RTT)",
	Kind:     recording.NonBCI,
	Citation: nlbCitation,
	BibTeX:   nlbBibTeX,
	Licence:  "CC-BY-4.0 (Joseph E. O'Doherty and coauthors), as the archive states",
	Home:     "https://dandiarchive.org/dandiset/000129",
	File:     File{Name: "sub-Indy_desc-train_behavior+ecephys.nwb"},
	Outputs:  []string{"finger_vel", "finger_pos"},
	Defaults: Defaults{
		Output: "finger_vel", Bin: nlbBin, Smooth: 45 * time.Millisecond, Lag: 100 * time.Millisecond,
		Lags:  map[string]time.Duration{"finger_pos": 270 * time.Millisecond},
		Align: "start_time", Window: [2]time.Duration{0, 630 * time.Millisecond},
		Keep: [2]time.Duration{300 * time.Millisecond, 600 * time.Millisecond},
	},
	open: openTargets,
}

// openReaches reads spikes of all units, held in and held out, with the named behaviour.
func openReaches(f loaders.File, behavior ...string) (*recording.Session, error) {
	return loaders.Load(f, loaders.Options{Behavior: behavior})
}

// openTargets reads a session without trials of its own, and cuts it where the target moves. The file's
// trials are stretches of 600 ms; those of the test split, and what lies in them, are left out.
func openTargets(f loaders.File, _ string) (*recording.Session, error) {
	s, err := openReaches(f, "finger_vel", "finger_pos", "target_pos")
	if err != nil {
		return nil, err
	}
	target := s.Signal("target_pos")
	s.Signals = s.Signals[:2]
	all := reachesTo(target)
	test := splitTest(s.Trials)
	s.Trials = &recording.Trials{}
	for i := range all.Start {
		if !overlaps(test, all.Start[i], all.Stop[i]) {
			s.Trials.Start, s.Trials.Stop = append(s.Trials.Start, all.Start[i]), append(s.Trials.Stop, all.Stop[i])
		}
	}
	if s.Trials.Len() == 0 {
		return nil, fmt.Errorf("%w: target_pos never moves outside the test split", recording.ErrEmpty)
	}
	s.Notes = append(s.Notes, fmt.Sprintf("Trials are the %d stretches between movements of the target.", s.Trials.Len()))
	return s, nil
}

// reachesTo returns the stretches in which a target stays, from one change to the next. A stretch at which
// samples are missing, or that begins or ends with the recording, is none.
func reachesTo(target *recording.Signal) *recording.Trials {
	t, d := target.Values.Dims()
	at := func(i int) float64 {
		if target.Times != nil {
			return target.Times[i]
		}
		return target.Start + float64(i)*target.Step
	}
	trials := &recording.Trials{}
	start := math.NaN()
	for i := 1; i < t; i++ {
		gone, moved := false, false
		for j := range d {
			a, b := target.Values.At(i-1, j), target.Values.At(i, j)
			gone = gone || math.IsNaN(a) || math.IsNaN(b)
			moved = moved || a != b
		}
		switch {
		case gone:
			start = math.NaN()
		case moved:
			if !math.IsNaN(start) {
				trials.Start, trials.Stop = append(trials.Start, start), append(trials.Stop, at(i))
			}
			start = at(i)
		}
	}
	return trials
}

// splitTest returns the stretches of the test split.
func splitTest(t *recording.Trials) []recording.Interval {
	var test []recording.Interval
	split := t.Column("split")
	if split == nil {
		return nil
	}
	for i := range t.Len() {
		if split.Label(i) == "test" {
			test = append(test, recording.Interval{Start: t.Start[i], Stop: t.Stop[i]})
		}
	}
	return test
}

func overlaps(intervals []recording.Interval, start, stop float64) bool {
	for _, i := range intervals {
		if i.Start < stop && start < i.Stop {
			return true
		}
	}
	return false
}

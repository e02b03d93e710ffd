package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"oblique/datasets"
	"oblique/loaders"
	"oblique/loaders/recording"
	"oblique/preprocess"
)

// input are the flags that say which data to analyse and how to prepare them.
type input struct {
	data, file string
	anyHash    bool
	kind       string
	rates      []string
	spikes     []string
	behavior   []string
	trials     string
	transpose  bool
	fileBin    time.Duration
	stream     bool
	prep       preparation

	flags *pflag.FlagSet // tells which were set
}

func (o *input) AddFlags(f *pflag.FlagSet) {
	o.flags = f
	f.StringVar(&o.data, "data", "", "a file, or a data set such as cycling.npz or golub2018:after (regime datasets list)")
	f.StringVar(&o.file, "file", "", "the data set's file, if it is not where regime datasets fetch puts it")
	f.BoolVar(&o.anyHash, "any-hash", false, "accept a data set's file whose SHA-256 is not the published one")
	f.StringSliceVar(&o.rates, "rates", nil, "array of rates in Hz, by name, path (D.blocks[0].rates) or pattern (unit_*)")
	f.StringSliceVar(&o.spikes, "spikes", nil, "array of spike counts, or of spike times of each unit")
	f.StringSliceVar(&o.behavior, "behavior", nil, "arrays of behaviour, or files of one array (Y.npy); the first is the output")
	f.StringVar(&o.trials, "trials", "", "array that numbers the trial of each row; none for no trials")
	f.BoolVar(&o.transpose, "transpose", false, "rows of the activity array are neurons (=false: time bins); without it lengths decide")
	f.DurationVar(&o.fileBin, "file-bin", 0, "width of the file's rows, which wins over what the file says")
	f.StringVar(&o.kind, "kind", "", "bci, non-bci or model, which wins over what the file says")
	f.BoolVar(&o.stream, "stream", false, "read activity in blocks, never whole: an array from its file (npy, uncompressed npz), spike "+
		"times as they are binned (default: if rates would take more than 512 MB)")
	o.prep.AddFlags(f)
}

// Flags that say where a file has what, and which file a data set is.
var (
	flagsOfFiles    = []string{"rates", "spikes", "behavior", "trials", "transpose", "file-bin", "kind"}
	flagsOfDatasets = []string{"file", "any-hash"}
)

// check refuses flags that would do nothing for any of the data: those of files for data sets, whose arrays are known, and the
// other way round.
func (o *input) check(data ...string) error {
	files, sets := 0, 0
	for _, d := range data {
		switch {
		case isDataset(d):
			sets++
		case exists(d):
			files++
		default:
			return nil // which is told in a moment
		}
	}
	names := strings.Join(data, ", ")
	for _, name := range flagsOfFiles {
		if files == 0 && o.flags.Changed(name) {
			return hinted(usage("--%s is of files, and %s has its arrays known", name, names),
				"--output chooses among a data set's signals: regime datasets info %s", data[0])
		}
	}
	for _, name := range flagsOfDatasets {
		if sets == 0 && o.flags.Changed(name) {
			return usage("--%s is of data sets, and %s is a file", name, names)
		}
	}
	return nil
}

// wholeBytes is how large rates may be to be kept whole, unless a flag says otherwise.
const wholeBytes = 512 << 20

// spikeBin is how wide bins of spike times are where nobody says.
const spikeBin = 50 * time.Millisecond

// recording loads and prepares the data, and says how.
func (o *input) recording(_ context.Context, stderr io.Writer) (*recording.Recording, map[string]any, error) {
	if o.data == "" {
		return nil, nil, hinted(usage("no data: --data is missing"), "--data session.npz, or a built-in recording: --data cycling.npz")
	}
	prep, err := o.prep.options()
	if err != nil {
		return nil, nil, err
	}
	prep.Stream = o.stream
	if !o.flags.Changed("stream") {
		prep.StreamOver = wholeBytes
	}
	session, err := o.session(&prep, stderr)
	if err != nil {
		return nil, nil, err
	}
	if session.Activity == nil && prep.Bin == 0 {
		prep.Bin = spikeBin
		session.Notes = append(session.Notes, fmt.Sprintf("Spike times are counted in bins of %v; --bin says another width.", spikeBin))
	}
	rec, err := preprocess.Prepare(session, prep)
	if err != nil {
		return nil, nil, ofWidth(badData(err), session.Notes)
	}
	inputs := []map[string]string{{"path": rec.Source.Path, "sha256": rec.Source.SHA256, "format": rec.Source.Format}}
	for _, b := range rec.Source.Beside {
		inputs = append(inputs, map[string]string{"path": b.Path, "sha256": b.SHA256, "format": b.Format})
	}
	provenance := map[string]any{
		"program": "regime " + programVersion(),
		"inputs":  inputs,
		"prepare": prep,
		"dropped": rec.Dropped,
	}
	return rec, provenance, nil
}

// ofWidth adds to the error of rows of unknown width what the file says of it that was not taken.
func ofWidth(err error, notes []string) error {
	for _, note := range notes {
		if errors.Is(err, preprocess.ErrWidth) && strings.Contains(note, "say --file-bin") && !strings.Contains(note, "counts per row") {
			return hinted(err, "%s", strings.TrimPrefix(note, recording.Caution))
		}
	}
	return err
}

// session opens a file or a data set, and completes the preparation with the data set's own.
func (o *input) session(prep *preprocess.Options, stderr io.Writer) (*recording.Session, error) {
	if !isDataset(o.data) {
		return o.open()
	}
	s, err := datasets.Open(o.data, datasets.Options{File: o.file, AnyHash: o.anyHash})
	switch {
	case errors.Is(err, datasets.ErrMissing):
		return nil, &failure{status: exitFailed, err: err}
	case err != nil:
		return nil, badData(err)
	}
	takingDataset(stderr, o.data)
	id, phase, _ := strings.Cut(o.data, ":")
	if d, err := datasets.ByID(id); err == nil { // built-in recordings need no preparation
		o.prep.complete(prep, o.flags, d.Preparation(phase))
	}
	return s, nil
}

// open reads a file by its content.
func (o *input) open() (*recording.Session, error) {
	kind, err := recording.ParseKind(o.kind)
	if err != nil {
		return nil, usage("--kind: %w", err)
	}
	if o.kind == "" {
		kind = "" // what the file says
	}
	if o.flags.Changed("file-bin") && o.fileBin <= 0 {
		return nil, usage("--file-bin %v: want the width of the file's rows, such as 45ms", o.fileBin)
	}
	options := loaders.Options{Rates: o.rates, Spikes: o.spikes, Behavior: o.behavior, Trials: o.trials,
		FileBin: o.fileBin, Kind: kind, Stream: o.stream}
	if o.flags.Changed("transpose") {
		options.Orientation = loaders.TimeByNeurons
		if o.transpose {
			options.Orientation = loaders.NeuronsByTime
		}
	}
	s, err := loaders.Open(o.data, options)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, noFile(o.data)
	case errors.Is(err, loaders.ErrFormat):
		return nil, ofFolder(o.data, err)
	case errors.Is(err, loaders.ErrNotFound):
		return nil, hinted(badData(err), "regime info %s shows everything in the file", o.data)
	case err != nil:
		return nil, badData(err)
	}
	return s, nil
}

// ofFolder adds to the error of a folder without data which of its files may have been meant.
func ofFolder(dir string, err error) error {
	if path := filepath.Join(dir, recordingFile); exists(path) {
		return hinted(badData(err), "a network's recording is --data %s", path)
	}
	if path := filepath.Join(dir, resultFile); exists(path) {
		return hinted(badData(err), "a finished result is regime compare %s", path)
	}
	return badData(err)
}

// preparation are the flags of preprocessing.
type preparation struct {
	preprocess.Options
	window, keep, rows string
	resample, nan      string
	overlap, parity    string
}

func (p *preparation) AddFlags(f *pflag.FlagSet) {
	f.StringSliceVar(&p.Output, "output", nil, "which signals are the behaviour, by name; the first of the file by default")
	f.StringSliceVar(&p.Columns, "columns", nil, "components of the output: 0,1 or 0:2 or names")
	f.IntVar(&p.Derivative, "derivative", 0, "take the output's time derivative: 1 makes velocity of position")
	f.DurationVar(&p.Bin, "bin", 0, "width of a time bin, such as 45ms (default: the file's, 50ms of spike times)")
	f.DurationVar(&p.Smooth, "smooth", 0, "standard deviation of the Gaussian that smooths rates, within trials")
	f.BoolVar(&p.Causal, "causal", false, "smooth with past activity only")
	f.DurationVar(&p.Lag, "lag", 0, "rates lead behaviour by this much: 100ms pairs activity at t with behaviour at t+100ms")
	f.StringVar(&p.resample, "resample", "", "behaviour onto bins: mean or linear (default: mean if it is sampled faster than bins)")
	f.StringVar(&p.nan, "nan", "", "drop leaves out rows with missing values; they are an error otherwise")
	f.StringArrayVar(&p.Where, "where", nil, "keep trials with this: split!=test, delay>=448; may be given several times")
	f.StringVar(&p.Align, "align", "", "align trials to this event of the trials table, such as move_onset_time")
	f.StringVar(&p.window, "window", "", "time around the event: -250ms:450ms")
	f.StringVar(&p.keep, "keep", "", "part of the window whose behaviour is used, after smoothing and lag")
	f.StringVar(&p.overlap, "overlap", "", "repeat lets trials share time; they are cut at the next one otherwise")
	f.BoolVar(&p.Continuous, "continuous", false, "take the whole recording, and no trials")
	f.IntVar(&p.MaxTrials, "max-trials", 0, "keep the first trials only")
	f.StringSliceVar(&p.AverageBy, "average-by", nil, "average trials by these columns of the trials table")
	f.StringSliceVar(&p.Units, "units", nil, "neurons by name, index or range: 0:50,60")
	f.Float64Var(&p.MinRate, "min-rate", 0, "leave out neurons with a lower mean rate, in Hz")
	f.StringVar(&p.rows, "rows", "", "rows to use: from:to or from:to:every")
	f.StringVar(&p.parity, "parity", "", "repeat other tools' steps, slips included: nlb (bins, smoothing and trials of the Neural Latents "+
		"Benchmark), integers (rates cut to whole Hz, as published for degenhart2020)")
}

// options returns the preparation that the flags ask for.
func (p *preparation) options() (preprocess.Options, error) {
	o := p.Options
	o.Resample, o.NaN = preprocess.Resampling(p.resample), preprocess.Missing(p.nan)
	o.Overlap, o.Parity = preprocess.Overlap(p.overlap), preprocess.Parity(p.parity)
	var err error
	if p.window != "" {
		if o.Window, err = preprocess.ParseWindow(p.window); err != nil {
			return o, usage("--window: %w", err)
		}
	}
	if p.keep != "" {
		if o.Keep, err = preprocess.ParseWindow(p.keep); err != nil {
			return o, usage("--keep: %w", err)
		}
	}
	if p.rows != "" {
		if o.FromRow, o.ToRow, o.Every, err = parseRows(p.rows); err != nil {
			return o, err
		}
	}
	if err := o.Validate(); err != nil {
		return o, &failure{status: exitUsage, err: err}
	}
	return o, nil
}

// complete fills in a data set's own preparation where no flag says otherwise.
func (p *preparation) complete(o *preprocess.Options, flags *pflag.FlagSet, d datasets.Defaults) {
	if !flags.Changed("output") && d.Output != "" {
		o.Output = []string{d.Output}
	}
	if !flags.Changed("bin") {
		o.Bin = d.Bin
	}
	if !flags.Changed("smooth") {
		o.Smooth = d.Smooth
	}
	if !flags.Changed("lag") {
		output := ""
		if len(o.Output) > 0 {
			output = o.Output[0]
		}
		o.Lag = d.LagOf(output)
	}
	if !flags.Changed("rows") {
		o.Every = d.Every
	}
	if o.Continuous {
		return // the rest is of trials
	}
	if !flags.Changed("where") {
		o.Where = d.Where
	}
	if !flags.Changed("align") && !flags.Changed("window") {
		o.Align = d.Align
		o.Window = preprocess.Window{From: d.Window[0], To: d.Window[1]}
		if !flags.Changed("keep") {
			o.Keep = preprocess.Window{From: d.Keep[0], To: d.Keep[1]}
		}
	}
	if !flags.Changed("average-by") {
		o.AverageBy = d.AverageBy
	}
}

// parseRows reads from:to or from:to:every, each of which may be left out.
func parseRows(s string) (from, to, every int, err error) {
	bad := usage("--rows %q: want from:to or from:to:every, such as 0:1000 or ::5", s)
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, 0, 0, bad
	}
	numbers := make([]int, 3)
	for i, part := range parts {
		if part == "" {
			continue
		}
		if numbers[i], err = strconv.Atoi(part); err != nil || numbers[i] < min(i, 1) { // 0 would be what is left out
			return 0, 0, 0, bad
		}
	}
	return numbers[0], numbers[1], numbers[2], nil
}

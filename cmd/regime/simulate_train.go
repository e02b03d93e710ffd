package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oblique/internal/atomicfile"
	"oblique/internal/batch"
	"oblique/loaders/recording"
	"oblique/regime"
	"oblique/simulate/rnn"
	"oblique/simulate/train"
)

// trainCommand are the flags of regime simulate train.
type trainCommand struct {
	options                      train.Options
	scenario, optimizer          string
	readout, activation          string
	gain, initStd                float64
	noise, initNoise, inputNoise float64
	trained                      []string
	out                          string
	every, measure               int
	json                         bool
	trials                       trialOptions
	flags                        *pflag.FlagSet
}

func newSimulateTrain() *cobra.Command {
	o := &trainCommand{}
	c := &cobra.Command{
		Use:   "train --task TASK --out DIR",
		Short: "Train a network",
		Long: `train draws a network from the seed and trains it by Adam on the masked squared error; what no flag says is as
published for the task. The folder gets weights.npz (in, rec, out, h0, and the same _initial), loss.npz, options.json,
trace.npz (loss without noise, norms and correlations every 50 steps), a figure of both in training.svg, and
recording.npz: the network on fresh trials, with its readout as known decoder, for regime fit, scaling and compare.

A training that is interrupted, even killed, goes on from the folder's checkpoint when the same command is given again,
and ends in the same bytes. With more --steps a finished one is trained on. Meanwhile the folder is locked: a second training
in it is an error.`,
		Example: `  regime simulate train --task cycling --readout large --seed 1 --out oblique/
  regime simulate train --task cycling --readout small --seed 1 --out aligned/
  regime simulate train --task simplesine --scenario marginal --out marginal/
  regime simulate train --task flipflop --n 64 --steps 500 --out small/`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr()) },
	}
	o.AddFlags(c.Flags())
	return c
}

func (o *trainCommand) AddFlags(f *pflag.FlagSet) {
	o.flags = f
	f.StringVar(&o.options.Task, "task", "", "what to train on: see regime simulate tasks")
	f.StringVar(&o.scenario, "scenario", "", "a published initialisation: aligned, oblique, aligned_decaying, oblique_decaying, or one of the task's own; other flags win over it")
	f.StringVar(&o.readout, "readout", "small", "norm of the readout's rows before training: small (1/√N), large (1), or a number, with the learning rate of small")
	f.IntVar(&o.options.N, "n", 0, "units (default 512)")
	f.StringVar(&o.activation, "activation", "", "tanh (default), relu, linear, erf or softplus")
	f.Float64Var(&o.gain, "gain", 1.5, "g of the recurrent weights: 1.5 is chaotic, 0.7 decays")
	f.IntVar(&o.options.Rank, "rank", 0, "rank of what is trained of W (default full)")
	f.Float64Var(&o.initStd, "init-std", 0, "standard deviation of the initial state that all trials share (default the task's)")
	f.Float64Var(&o.noise, "noise", 0, "strength of the white noise on units (default the task's)")
	f.Float64Var(&o.initNoise, "init-noise", 0, "standard deviation of each trial's own part of the initial state (default the task's)")
	f.Float64Var(&o.inputNoise, "input-noise", 0, "strength of white noise on inputs")
	f.IntVar(&o.options.Steps, "steps", 0, "training steps (default the task's)")
	f.IntVar(&o.options.Batch, "batch", 0, "trials of a step (default the task's)")
	f.Float64Var(&o.options.Rate, "rate", 0, "learning rate times N (default the task's for readout and gain)")
	f.StringVar(&o.optimizer, "optimizer", "adam", "adam, or sgd: plain gradient descent, whose --rate is not divided by N")
	f.StringSliceVar(&o.trained, "train", nil, "weights to train: in,rec,out (default the task's)")
	f.IntVar(&o.options.MaskStep, "mask-step", 0, "every so many-th time step counts in the loss: 1 is all, 5 is one a τ (default the task's)")
	f.Float64Var(&o.options.Clip, "clip", 0, "bound of the gradient's norm (default none)")
	f.Uint64Var(&o.options.Seed, "seed", 0, "seed of weights, trials and noise")
	f.StringVar(&o.out, "out", "", "folder of the network")
	f.IntVar(&o.every, "checkpoint-every", 100, "training steps between checkpoints")
	f.IntVar(&o.measure, "measure-every", 50, "training steps between measurements of norms and correlation; 0 for none")
	f.BoolVar(&o.json, "json", false, "write the outcome as JSON")
	o.trials.AddFlags(f)
	f.Lookup("trials").Usage += "; 0 leaves it out"
}

// resolve returns the training that the flags ask for: the scenario's, but for the flags that are given.
func (o *trainCommand) resolve() (train.Options, error) {
	t := train.Options{Task: o.options.Task, N: o.options.N}
	switch {
	case t.Task == "":
		return t, hinted(usage("no task: --task is missing"), "regime simulate tasks lists them")
	case o.out == "":
		return t, hinted(usage("no folder: --out is missing"), "--out net/")
	case o.every < 1:
		return t, usage("--checkpoint-every %d: want at least 1", o.every)
	}
	var err error
	if o.scenario != "" {
		if t, err = train.Scenario(t.Task, o.scenario, t.N); err != nil {
			return t, &failure{status: exitUsage, err: err}
		}
	}
	given := o.options
	for name, set := range map[string]func(){
		"measure-every": func() { t.MeasureEvery = &o.measure },
		"activation":    func() { t.Activation = rnn.Activation(o.activation) },
		"gain":          func() { t.Gain = &o.gain },
		"rank":          func() { t.Rank = given.Rank },
		"init-std":      func() { t.InitStd = &o.initStd },
		"noise":         func() { t.Noise = &o.noise },
		"init-noise":    func() { t.InitNoise = &o.initNoise },
		"input-noise":   func() { t.InputNoise = &o.inputNoise },
		"steps":         func() { t.Steps = given.Steps },
		"batch":         func() { t.Batch = given.Batch },
		"rate":          func() { t.Rate = given.Rate },
		"optimizer":     func() { t.Optimizer = train.Optimizer(o.optimizer) },
		"train":         func() { t.Trained = weightsOf(o.trained) },
		"mask-step":     func() { t.MaskStep = given.MaskStep },
		"clip":          func() { t.Clip = given.Clip },
		"seed":          func() { t.Seed = given.Seed },
		"readout":       func() { t.Large, t.Readout, err = readoutOf(o.readout) },
	} {
		if o.flags.Changed(name) {
			set()
		}
	}
	if err != nil {
		return t, err
	}
	var idle []error // flags that would do nothing
	for _, name := range []string{"n", "steps", "batch", "rate", "mask-step"} {
		if f := o.flags.Lookup(name); f.Changed && f.Value.String() == "0" {
			idle = append(idle, &flagError{name, "0: want more; without it, it is as published"})
		}
	}
	if o.flags.Changed("train") && len(list(o.trained)) == 0 {
		idle = append(idle, &flagError{"train", `"": want in, rec or out`})
	}
	for _, name := range []string{"tau", "duration", "noise-free", "trial-seed", "keep-every", "kind"} {
		if o.trials.trials == 0 && o.flags.Changed(name) {
			idle = append(idle, &flagError{name, "is of the recording, and --trials 0 makes none"})
		}
	}
	t, err = t.Resolved()
	if err := errors.Join(append(idle, asFlags(err)...)...); err != nil {
		return t, &failure{status: exitUsage, err: err}
	}
	if err := o.trials.check(0); err != nil || o.trials.trials == 0 {
		return t, err
	}
	_, err = o.trials.task(t.Task, t.N)
	return t, err
}

// A flagError says what is wrong with the value of a flag.
type flagError struct{ flag, wrong string }

func (e *flagError) Error() string { return "--" + e.flag + " " + e.wrong }

// asFlags returns the errors that one joins, with flags in place of the options that they set.
func asFlags(err error) (all []error) {
	for _, one := range separate(err) {
		var wrong *train.OptionError
		if errors.As(one, &wrong) {
			name := dashed(wrong.Option)
			if name == "trained" {
				name = "train"
			}
			one = &flagError{name, wrong.Wrong}
		}
		all = append(all, one)
	}
	return all
}

// readoutOf reads --readout: large, small, or the norm of a row.
func readoutOf(word string) (large bool, norm float64, err error) {
	switch word {
	case "large":
		return true, 0, nil
	case "small":
		return false, 0, nil
	}
	if norm, err = strconv.ParseFloat(word, 64); err != nil || !(norm > 0) {
		return false, 0, usage("--readout %q: want small, large or a number above 0", word)
	}
	return false, norm, nil
}

func weightsOf(words []string) (weights []train.Weight) {
	for _, w := range list(words) {
		weights = append(weights, train.Weight(w))
	}
	return weights
}

// outcome is what train says in the end.
type outcome struct {
	Task      string    `json:"task"`
	Readout   string    `json:"readout"`
	Gain      float64   `json:"gain"`
	N         int       `json:"n"`
	Seed      uint64    `json:"seed"`
	Steps     int       `json:"steps"`
	FirstLoss float64   `json:"first_loss"`
	FinalLoss float64   `json:"final_loss"` // mean of the last 50 steps
	Last      *measured `json:"measured,omitempty"`
	Out       string    `json:"out"`
}

// A measured is a train.Point as JSON.
type measured struct {
	Step        int64         `json:"step"`
	Loss        regime.Number `json:"loss"`
	InChange    regime.Number `json:"in_change"`
	RecChange   regime.Number `json:"rec_change"`
	OutChange   regime.Number `json:"out_change"`
	StateNorm   regime.Number `json:"state_norm"`
	StateChange regime.Number `json:"state_change"`
	Rho         regime.Number `json:"rho"`
	RhoChange   regime.Number `json:"rho_change"`
}

func pointOf(p train.Point) *measured {
	return &measured{p.Step, regime.Number(p.Loss), regime.Number(p.InChange), regime.Number(p.RecChange), regime.Number(p.OutChange),
		regime.Number(p.StateNorm), regime.Number(p.StateChange), regime.Number(p.Rho), regime.Number(p.RhoChange)}
}

// short writes a number with so many digits, or a dash where it is undefined.
func short(x regime.Number, digits int) string {
	if !x.Defined() {
		return "–"
	}
	return strconv.FormatFloat(float64(x), 'g', digits, 64)
}

// trainPatience is how long a training waits for another in its folder to end: one that is being killed takes a moment.
const trainPatience = 2 * time.Second

func (o *trainCommand) run(ctx context.Context, stdout, stderr io.Writer) error {
	options, err := o.resolve()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	release, err := batch.Lock(ctx, o.out, trainPatience)
	if err != nil {
		return lockedOut(err)
	}
	defer release()
	s, err := o.begin(options, stderr)
	if err != nil {
		return err
	}
	if err := o.train(ctx, s, stderr); err != nil {
		return err
	}
	if o.trials.trials == 0 {
		if err := o.forgetRecording(s.Steps(), stderr); err != nil {
			return err
		}
	}
	if err := writeNetwork(o.out, s); err != nil {
		return err
	}
	if o.trials.trials > 0 {
		session, err := o.trials.session(s.Network, options.Task, filepath.Base(filepath.Clean(o.out)))
		if err != nil {
			return err
		}
		if err := writeRecording(filepath.Join(o.out, recordingFile), session); err != nil {
			return err
		}
	}
	end := outcome{Task: options.Task, Readout: readoutName(options), Gain: *options.Gain, N: options.N, Seed: options.Seed,
		Steps: s.Steps(), FirstLoss: s.Loss[0], FinalLoss: s.FinalLoss(), Out: o.out}
	if len(s.Trace) > 0 {
		end.Last = pointOf(s.Trace[len(s.Trace)-1])
	}
	if o.json {
		return writeJSON(stdout, end)
	}
	t := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintf(t, "task\t%s\nunits\t%d\nsteps\t%d\nfirst loss\t%.4g\nfinal loss\t%.4g\n", end.Task, end.N, end.Steps, end.FirstLoss, end.FinalLoss)
	if p := end.Last; p != nil {
		fmt.Fprintf(t, "at step %d\tloss without noise %s, correlation ρ %s, ‖x‖ %s, ‖ΔW‖ %s, ‖ΔW_out‖ %s\n", p.Step,
			short(p.Loss, 4), short(p.Rho, 3), short(p.StateNorm, 3), short(p.RecChange, 3), short(p.OutChange, 3))
	}
	fmt.Fprintf(t, "folder\t%s\n", end.Out)
	return t.Flush()
}

// forgetRecording removes a recording of the network as it was after another number of steps: no new one takes its place.
func (o *trainCommand) forgetRecording(steps int, stderr io.Writer) error {
	path := filepath.Join(o.out, recordingFile)
	before, err := readOptions(o.out)
	if err != nil || before.Steps == steps || !exists(path) {
		return nil // there is no other network yet
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "regime: removed %s, of the network after %d steps\n", path, before.Steps)
	return nil
}

// readoutName is small, large, or the number that the norm of the readout's rows is.
func readoutName(o train.Options) string {
	switch {
	case o.Large && o.Readout == rnn.Large(o.N):
		return "large"
	case !o.Large && o.Readout == rnn.Small(o.N):
		return "small"
	}
	return strconv.FormatFloat(o.Readout, 'g', -1, 64)
}

// begin resumes the training in the folder, or starts it. What a killed training has left half written goes.
func (o *trainCommand) begin(options train.Options, stderr io.Writer) (*train.State, error) {
	if err := atomicfile.Sweep(o.out, checkpointFile, optionsFile, weightsFile, lossFile, traceFile, trainingFile, recordingFile); err != nil {
		return nil, err
	}
	s, err := train.Resume(filepath.Join(o.out, checkpointFile), options)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return train.Start(options)
	case errors.Is(err, train.ErrOther):
		return nil, hinted(err, "another --out, or the flags that %s was begun with", o.out)
	case errors.Is(err, train.ErrCheckpoint):
		return nil, hinted(badData(err), "without the file the training begins anew")
	case err != nil:
		return nil, err
	}
	fmt.Fprintf(stderr, "regime: %s is at step %d of %d\n", o.out, s.Steps(), options.Steps)
	return s, nil
}

// train runs the training and keeps its checkpoint, also when it is interrupted.
func (o *trainCommand) train(ctx context.Context, s *train.State, stderr io.Writer) error {
	path := filepath.Join(o.out, checkpointFile)
	bar := newProgress(stderr)
	defer bar.clear()
	err := s.Run(ctx, func(s *train.State) error {
		bar.update("training step", s.Steps(), s.Options.Steps)
		if s.Steps()%o.every == 0 {
			return s.Save(path)
		}
		return nil
	})
	saved := s.Save(path)
	switch {
	case status(err) != exitInterrupted:
		return errors.Join(err, saved)
	case saved != nil: // an interruption that loses steps is none to be quiet about
		return fmt.Errorf("interrupted, and the checkpoint could not be written: %v", saved)
	}
	return goesOn(err)
}

// trialOptions are the flags of how trials are recorded.
type trialOptions struct {
	trials    int
	tau       time.Duration
	duration  float64
	noiseFree bool
	seed      uint64
	every     int
	word      string // of the kind
	kind      recording.Kind
	flags     *pflag.FlagSet
}

func (o *trialOptions) AddFlags(f *pflag.FlagSet) {
	o.flags = f
	f.IntVar(&o.trials, "trials", 32, "trials of the recording")
	f.DurationVar(&o.tau, "tau", 100*time.Millisecond, "the membrane time constant, which maps network time to seconds: a bin is 0.2 of it")
	f.Float64Var(&o.duration, "duration", 0, "of a trial, in τ, for cycling and simplesine (default the task's)")
	f.BoolVar(&o.noiseFree, "noise-free", false, "no noise but that of a task's inputs, and no initial state but the one that all trials share")
	f.Uint64Var(&o.seed, "trial-seed", 0, "seed of the recording's trials and noise")
	f.IntVar(&o.every, "keep-every", 1, "record every so many-th step: 5 makes rows of 1 τ")
	f.StringVar(&o.word, "kind", string(recording.Model), "what the recording says that it is: model, or bci for a simulated interface")
}

// lasts tells whether trials are of another duration than the task's.
func (o *trialOptions) lasts() bool {
	return o.duration != 0 || o.flags != nil && o.flags.Changed("duration")
}

// check refuses what no recording is made with; least is the smallest number of trials.
func (o *trialOptions) check(least int) (err error) {
	if o.kind, err = recording.ParseKind(o.word); err != nil {
		return usage("--kind %q: want model or bci", o.word)
	}
	switch {
	case o.trials < least || o.trials > 1<<16:
		return usage("--trials %d: want %d to %d", o.trials, least, 1<<16)
	case o.tau <= 0:
		return usage("--tau %v: want a duration above 0", o.tau)
	case o.every < 1:
		return usage("--keep-every %d: want at least 1", o.every)
	}
	return nil
}

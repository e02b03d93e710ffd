package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"oblique/loaders/recording"
	"oblique/simulate"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

func newSimulateRun() *cobra.Command {
	var dir, out string
	var trials trialOptions
	c := &cobra.Command{
		Use:   "run --net DIR --out FILE.npz",
		Short: "Record a trained network on fresh trials",
		Long: `run writes a recording of a trained network: rates (the state x of each unit, which may be negative), behavior (the
output z = W_out x), trial_ids, condition, bin_s, kind, and the readout, which analyses take as the known decoder.`,
		Example: `  regime simulate run --net net/ --out recording.npz
  regime simulate run --net net/ --noise-free --duration 150 --trials 2 --out long.npz`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" || out == "" {
				return hinted(usage("simulate run: --net and --out are needed"), "regime simulate run --net net/ --out recording.npz")
			}
			if ext := filepath.Ext(out); ext != ".npz" {
				return hinted(usage("--out %s: want a name that ends in .npz", out), "regime convert writes other formats of it")
			}
			if err := trials.check(1); err != nil {
				return err
			}
			net, err := readNetwork(dir)
			if err != nil {
				return err
			}
			session, err := trials.session(net.network, net.options.Task, filepath.Base(filepath.Clean(dir)))
			if err != nil {
				return err
			}
			if err := writeRecording(out, session); err != nil {
				return err
			}
			rows, n := session.Activity.Dims()
			fmt.Fprintf(c.ErrOrStderr(), "regime: wrote %s: %d trials, rates %d×%d, bins of %.4g s\n", out, session.Trials.Len(), rows, n, session.Activity.Bin)
			return nil
		},
	}
	c.Flags().StringVar(&dir, "net", "", "folder of a trained network")
	c.Flags().StringVar(&out, "out", "", "the npz file to write")
	trials.AddFlags(c.Flags())
	return c
}

// maxStates is the most states that are recorded, of all units, trials and time steps. Each takes 24 bytes of memory.
const maxStates = 1 << 30

// task returns the task to record, or an error if its trials cannot be had so long, or so many.
func (o *trialOptions) task(name string, units int) (task.Task, error) {
	of, err := task.ByName(name)
	if err != nil {
		return nil, err
	}
	if o.lasts() {
		if of, err = task.Lasting(of, o.duration); err != nil {
			return nil, usage("--duration: %w", err)
		}
	}
	if steps := of.Spec().Steps; float64(o.trials)*float64(steps)*float64(units) > maxStates {
		return nil, usage("--trials %d: with %d time steps each, %d units have more states than can be recorded: want at most %d trials",
			o.trials, steps, units, maxStates/steps/units)
	}
	return of, nil
}

// session runs a network on trials of a task.
func (o *trialOptions) session(n *rnn.Network[float32], name, title string) (*recording.Session, error) {
	of, err := o.task(name, n.Config.N)
	if err != nil {
		return nil, err
	}
	b := of.Batch(o.trials, stream(o.seed, "trials"))
	run := simulate.Evaluate(n, b, rnn.Noise{Seed: o.seed, Off: o.noiseFree, OffInit: o.noiseFree})
	if !run.Finite() {
		return nil, badData(errors.New("the network's states grow without bound"))
	}
	session := run.Thinned(o.every).Session(title, n, o.tau.Seconds())
	session.Kind = o.kind
	return session, nil
}

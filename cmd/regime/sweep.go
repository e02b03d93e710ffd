package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"

	"oblique/internal/batch"
	"oblique/simulate/train"
)

// A sweep is many networks to train, each in a folder of its own within one that they share, which is the store of their
// cells too. A cell is regime simulate train: killed, it goes on from its network's checkpoint when it is run again.
//
//	s, err := newSweep("nets")
//	name, err := s.add(map[string]string{"task": "cycling", "readout": "large", "seed": "1"})
//	err = s.train(ctx, &engine{}, os.Stderr)
//	net, err := readNetwork(s.path(name))
type sweep struct {
	dir     string // absolute
	version string // that identifies cells
	nets    []sweepNet
}

// A sweepNet is one network of a sweep.
type sweepNet struct {
	name    string // of its folder
	options train.Options
	cell    batch.Cell
}

func newSweep(dir string) (*sweep, error) {
	version, err := cellVersion()
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	return &sweep{dir: dir, version: version}, err
}

// path returns the folder of a network.
func (s *sweep) path(name string) string { return filepath.Join(s.dir, name) }

// add adds a network, given by flags of regime simulate train, unless it is there already, and returns the name of its
// folder: the task, the readout or scenario, then every other flag that makes another network, with its value, the seed last.
// With more steps, or another recording, it is the same network.
func (s *sweep) add(flags map[string]string) (name string, err error) {
	var o trainCommand
	f := pflag.NewFlagSet("train", pflag.ContinueOnError)
	o.AddFlags(f)
	for _, key := range sortedKeys(flags) {
		if err := f.Set(key, flags[key]); err != nil {
			return "", usage("%v", err)
		}
	}
	name = networkName(f)
	if err := f.Set("out", name); err != nil {
		return "", err
	}
	options, err := o.resolve()
	if err != nil {
		return "", err
	}
	args := []string{"simulate", "train", "--json"}
	f.Visit(func(flag *pflag.Flag) { args = append(args, "--"+flag.Name+"="+flagValue(flag)) })
	c := batch.NewCell(s.version, name, args, nil, estimate(options, &o.trials))
	i := slices.IndexFunc(s.nets, func(n sweepNet) bool { return n.name == name })
	switch {
	case i < 0:
		s.nets = append(s.nets, sweepNet{name, options, c})
	case s.nets[i].cell.ID != c.ID:
		return "", usage("%s is there twice, with other steps or another recording", name)
	}
	return name, nil
}

// estimate is what training and then recording such trials costs.
func estimate(o train.Options, trials *trialOptions) batch.Estimate {
	const program = 40e6
	seconds, bytes := o.Cost()
	if trials.trials > 0 {
		t, err := trials.task(o.Task, o.N)
		if err != nil {
			panic(err) // resolved already
		}
		// A recorded state is held in the run's memory thrice, once as a double and once in what is written.
		bytes = max(bytes, int64(trials.trials)*int64(t.Spec().Steps)*int64(o.Network().N)*(3*4+8+4))
	}
	return batch.Estimate{Seconds: seconds, Bytes: program + bytes}
}

// networkName makes a folder's name of the flags that are set.
func networkName(f *pflag.FlagSet) string {
	var words []string
	for _, key := range []string{"task", "scenario", "readout"} {
		if f.Changed(key) {
			words = append(words, flagValue(f.Lookup(key)))
		}
	}
	f.Visit(func(flag *pflag.Flag) {
		switch flag.Name {
		case "task", "scenario", "readout", "seed":
		case "steps", "checkpoint-every", "trials", "tau", "duration", "noise-free", "trial-seed", "keep-every", "kind":
		default:
			words = append(words, flag.Name+flagValue(flag))
		}
	})
	if f.Changed("seed") {
		words = append(words, "seed"+flagValue(f.Lookup("seed")))
	}
	return strings.NewReplacer(",", "+", "/", "_", `\`, "_").Replace(strings.Join(words, "-"))
}

// flagValue returns a flag's value as a command line has it.
func flagValue(f *pflag.Flag) string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return strings.Join(list.GetSlice(), ",")
	}
	return f.Value.String()
}

// cells returns the cells of all networks.
func (s *sweep) cells() []batch.Cell {
	cells := make([]batch.Cell, len(s.nets))
	for i, n := range s.nets {
		cells[i] = n.cell
	}
	return cells
}

// train trains the networks that are not finished. That some have failed is an error of exit status 4, after all others are
// done.
func (s *sweep) train(ctx context.Context, e *engine, stderr io.Writer) error {
	store, err := batch.Open(s.dir)
	if err != nil {
		return err
	}
	release, err := store.Lock()
	if err != nil {
		return lockedOut(err)
	}
	defer release()
	if err := s.strangers(); err != nil {
		return err
	}
	if err := s.forgetLost(store); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if err := store.WriteManifest(&batch.Manifest{Version: s.version, WorkDir: s.dir, Cells: s.cells()}); err != nil {
		return err
	}
	how := batch.Command{Program: program, Dir: s.dir}
	if err := e.compute(ctx, store, s.cells(), how, s.counter(), stderr); err != nil {
		return goesOn(err)
	}
	return s.complete(store)
}

// forgetLost forgets the results of networks whose files somebody has removed.
func (s *sweep) forgetLost(store *batch.Store) error {
	for _, n := range s.nets {
		if !store.Done(n.cell.ID) || s.whole(n) {
			continue
		}
		if err := os.Remove(store.Path(n.cell.ID)); err != nil {
			return err
		}
	}
	return nil
}

// whole tells whether the files of a finished network are there, with all of its steps.
func (s *sweep) whole(n sweepNet) bool {
	for _, name := range []string{weightsFile, lossFile, optionsFile} {
		if !exists(filepath.Join(s.path(n.name), name)) {
			return false
		}
	}
	found, err := readOptions(s.path(n.name))
	return err == nil && reflect.DeepEqual(found, n.options)
}

// strangers is an error if there are other networks in the folders of these than the plan says. They are not touched: somebody
// has put them there.
func (s *sweep) strangers() error {
	var all []error
	for _, n := range s.nets {
		if err := s.stranger(n); err != nil {
			all = append(all, err)
		}
	}
	if all == nil {
		return nil
	}
	return hinted(badData(errors.Join(all...)), "move the folder away, and its network is trained again")
}

// stranger is an error if a folder has a finished network with other options than the plan's. Fewer steps are no others: training
// goes on.
func (s *sweep) stranger(n sweepNet) error {
	dir := s.path(n.name)
	if !exists(filepath.Join(dir, optionsFile)) {
		return nil
	}
	found, err := readOptions(dir)
	if err != nil {
		return err
	}
	found.Steps = max(found.Steps, n.options.Steps)
	if reflect.DeepEqual(found, n.options) {
		return nil
	}
	return fmt.Errorf("%s has another network: %s", dir, found.Differences(n.options))
}

// done tells whether a network is finished.
func (s *sweep) done(store *batch.Store, n sweepNet) bool { return store.Done(n.cell.ID) && s.whole(n) }

// steps returns how many training steps of a network its checkpoint has.
func (s *sweep) steps(n sweepNet) int {
	steps, err := train.Taken(filepath.Join(s.path(n.name), checkpointFile))
	if err != nil {
		return 0
	}
	return min(steps, n.options.Steps)
}

// counter counts the training steps of all networks, as far as checkpoints have them.
func (s *sweep) counter() counter {
	return func() (string, int, int) {
		done, total := 0, 0
		for _, n := range s.nets {
			done += s.steps(n)
			total += n.options.Steps
		}
		return "training step", done, total
	}
}

// complete is an error if a network is not finished, and says why the first has failed.
func (s *sweep) complete(store *batch.Store) error {
	missing, why := 0, ""
	for _, n := range s.nets {
		if s.done(store, n) {
			continue
		}
		missing++
		if f := store.Failed(n.cell.ID); f != nil && why == "" {
			why = fmt.Sprintf("; %s: %s", n.name, f)
		}
	}
	if missing == 0 {
		return nil
	}
	return &failure{status: exitSomeFailed, err: fmt.Errorf("%d of %d networks are not finished%s", missing, len(s.nets), why),
		hint: fmt.Sprintf("what they said is in %s; another run tries them again", filepath.Join(s.dir, "failed"))}
}

// outcomes returns what the finished networks have printed, in the order of the plan.
func (s *sweep) outcomes() ([]outcome, error) {
	store := &batch.Store{Dir: s.dir}
	var all []outcome
	for _, n := range s.nets {
		if !s.done(store, n) {
			continue
		}
		text, err := store.Read(n.cell.ID)
		if err != nil {
			return nil, err
		}
		var o outcome
		if err := json.Unmarshal(text, &o); err != nil {
			return nil, badData(fmt.Errorf("%s: %w", store.Path(n.cell.ID), err))
		}
		all = append(all, o)
	}
	return all, nil
}

// dryRun lists the networks with what they may cost.
func (s *sweep) dryRun(w io.Writer) {
	store := &batch.Store{Dir: s.dir}
	var seconds, left float64
	var bytes int64
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "network\tis\ttraining steps\ttime\tmemory")
	for _, n := range s.nets {
		e, state := n.cell.Estimate, "missing"
		switch steps := s.steps(n); {
		case s.stranger(n) != nil:
			state = "another network"
		case s.done(store, n):
			state = "done"
		default:
			if steps > 0 {
				state = fmt.Sprintf("at step %d", steps)
			}
			left += e.Seconds * (1 - float64(steps)/float64(max(1, n.options.Steps)))
		}
		seconds += e.Seconds
		bytes = max(bytes, e.Bytes)
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", n.name, state, n.options.Steps, roughly(e.Seconds), megabytes(e.Bytes))
	}
	t.Flush()
	fmt.Fprintf(w, "\n%d networks. Estimated, within a factor of three or so: %s of one processor (%s are left), %s of memory for each worker.\n",
		len(s.nets), roughly(seconds), roughly(left), megabytes(bytes))
}

// status lists the networks. Failures make exit status 4, and folders with other networks 3.
func (s *sweep) status(w io.Writer) error {
	store := &batch.Store{Dir: s.dir}
	count := map[string]int{}
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, n := range s.nets {
		state, why, steps := "missing", "", fmt.Sprintf("%d/%d", s.steps(n), n.options.Steps)
		other, failure := s.stranger(n), store.Failed(n.cell.ID)
		switch {
		case other != nil:
			state, why, steps = "other", ": "+other.Error(), "–" // what it has is no part of the plan's
		case s.done(store, n):
			state = "done"
		case failure != nil:
			state, why = "failed", ": "+failure.String()
		}
		count[state]++
		fmt.Fprintf(t, "%s\t%s\t%s%s\n", state, steps, n.name, why)
	}
	t.Flush()
	others := ""
	if count["other"] > 0 {
		others = fmt.Sprintf(", %d in whose place is another network", count["other"])
	}
	fmt.Fprintf(w, "\n%d done, %d failed, %d missing%s\n", count["done"], count["failed"], count["missing"], others)
	if failed := count["failed"]; failed > 0 {
		return &failure{status: exitSomeFailed, err: fmt.Errorf("%d of %d networks failed", failed, len(s.nets)),
			hint: fmt.Sprintf("what they said is in %s", filepath.Join(s.dir, "failed"))}
	}
	return s.strangers()
}

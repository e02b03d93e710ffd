// Package simulate makes recordings of networks: it runs a network on trials of a task, and what comes out is a
// recording.Session as a loader gives it, with the network's own readout as its known decoder.
//
//	run := simulate.Evaluate(network, batch, rnn.Noise{Off: true, OffInit: true})
//	session := run.Session("cycling", network, 0.1)
//
// Network time is in units of the membrane time constant τ. A Session is in seconds, so that a τ must be given: a row is
// dt·τ seconds. What is called a rate, in Hz, is the state x of a unit, of which the output is z = W_out x: it has no
// unit and may be negative.
//
// The packages below: rnn is the network, task the trials, train fits the one to the other, and probe measures a trained
// network.
package simulate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"oblique/loaders/recording"
	"oblique/simulate/rnn"
	"oblique/simulate/task"
)

// A Run is a network on a batch of trials. Rows are time by trial, as in task.Batch: row t·Trials + trial.
type Run struct {
	Batch   *task.Batch
	N       int
	Dt      float64   // in τ
	States  []float32 // x, Steps×Trials×N
	Outputs []float32 // z, Steps×Trials×Outputs
}

// Evaluate runs the network on a batch. It panics if their inputs or outputs differ in number.
func Evaluate(n *rnn.Network[float32], b *task.Batch, noise rnn.Noise) *Run {
	c := n.Config
	if b.Inputs != c.Inputs || b.Outputs != c.Outputs {
		panic(fmt.Sprintf("simulate: a task of %d inputs and %d outputs for a network of %d and %d", b.Inputs, b.Outputs, c.Inputs, c.Outputs))
	}
	r := rnn.NewRunner[float32](c, b.Trials, b.Steps)
	r.Forward(n, b.Input, b.Trials, b.Steps, noise)
	return &Run{Batch: b, N: c.N, Dt: c.Dt, States: r.States(), Outputs: r.Outputs()}
}

// Rows returns the number of rows: steps times trials.
func (r *Run) Rows() int { return r.Batch.Steps * r.Batch.Trials }

// Since returns the states from a time on, in τ, as a matrix of (steps left)·Trials rows and N columns. It panics if the trial
// is over by then.
func (r *Run) Since(time float64) *mat.Dense {
	step := Steps(time, r.Dt)
	if step >= r.Batch.Steps {
		panic(fmt.Sprintf("simulate: states from step %d on of a trial of %d", step, r.Batch.Steps))
	}
	return dense(r.States[step*r.Batch.Trials*r.N:], r.N)
}

// Output returns the outputs as a matrix of Rows rows.
func (r *Run) Output() *mat.Dense { return dense(r.Outputs, r.Batch.Outputs) }

// Thinned returns the run at every so many-th step, from the first on: a recording in wider steps. It panics if every is
// less than 1.
func (r *Run) Thinned(every int) *Run {
	b := *r.Batch
	b.Steps = (r.Batch.Steps + every - 1) / every
	b.Input, b.Target, b.Mask = thin(b.Input, r.Batch.Steps, every), thin(b.Target, r.Batch.Steps, every), thin(b.Mask, r.Batch.Steps, every)
	return &Run{Batch: &b, N: r.N, Dt: float64(every) * r.Dt,
		States: thin(r.States, r.Batch.Steps, every), Outputs: thin(r.Outputs, r.Batch.Steps, every)}
}

// thin keeps every so many-th of a number of equal parts.
func thin[T any](x []T, parts, every int) (kept []T) {
	size := len(x) / parts
	for i := 0; i < parts; i += every {
		kept = append(kept, x[i*size:(i+1)*size]...)
	}
	return kept
}

// Finite reports whether all states are finite numbers, and squares of them too: a network may grow without bound.
func (r *Run) Finite() bool {
	for _, v := range r.States {
		if !(v*v <= math.MaxFloat32) {
			return false
		}
	}
	return true
}

// Steps turns a time into steps by truncation, as the published code does. The hair keeps 1/0.2 from becoming 4.
func Steps(time, dt float64) int { return int(time/dt + 1e-9) }

func dense(x []float32, columns int) *mat.Dense {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return mat.NewDense(len(x)/columns, columns, y)
}

// Readout returns W_out, O×N.
func Readout(n *rnn.Network[float32]) *mat.Dense { return dense(n.Out, n.Config.N) }

// Session returns the run as a recording, trial after trial: states as rates, outputs as the behaviour "output", W_out as its
// decoder, the conditions of the trials as the column "condition" of their table. tau is the membrane time constant in
// seconds.
func (r *Run) Session(name string, n *rnn.Network[float32], tau float64) *recording.Session {
	b := r.Batch
	x, z := mat.NewDense(r.Rows(), r.N, nil), mat.NewDense(r.Rows(), b.Outputs, nil)
	trials := &recording.Trials{Columns: []recording.Column{{Name: "condition", Numbers: make([]float64, b.Trials)}}}
	bin := r.Dt * tau
	for trial := range b.Trials {
		for t := range b.Steps {
			from, to := t*b.Trials+trial, trial*b.Steps+t
			widen(x.RawRowView(to), r.States[from*r.N:])
			widen(z.RawRowView(to), r.Outputs[from*b.Outputs:])
		}
		rows := recording.Range{From: trial * b.Steps, To: (trial + 1) * b.Steps}
		trials.Rows = append(trials.Rows, rows)
		trials.Start, trials.Stop = append(trials.Start, float64(rows.From)*bin), append(trials.Stop, float64(rows.To)*bin)
		trials.Columns[0].Numbers[trial] = float64(b.Conditions[trial])
	}
	return &recording.Session{Source: recording.Source{Name: name}, Kind: recording.Model,
		Activity: &recording.Activity{Values: x, Quantity: recording.Rates, Bin: bin},
		Signals:  []recording.Signal{{Name: "output", Values: z}},
		Trials:   trials,
		Decoder:  &recording.Decoder{Name: "readout", Output: "output", W: Readout(n), Offset: make([]float64, b.Outputs)}}
}

func widen(dst []float64, src []float32) {
	for i := range dst {
		dst[i] = float64(src[i])
	}
}

package report

import (
	"fmt"
	"io"
	"strings"

	"oblique/loaders/recording"
	"oblique/regime"
)

// A Collection is what a batch of analyses gave, in the order of its plan.
type Collection struct {
	Version string // of the program
	Seed    uint64
	Plan    string // its text
	Entries []Entry
}

// An Entry is one analysis: a behaviour of a data set, prepared one way, by one method. The names are the plan's.
type Entry struct {
	Data, Group, Output, Prepare, Method string
	Cell                                 string   // identifies the command, its inputs and the program
	Args                                 []string // the command
	BibTeX                               string   // of the data; empty if unknown
	// Result is nil if there is none, and Failure says why. Without subsamples of neurons, Neurons.Sizes is nil and
	// the exponent means nothing.
	Result  *regime.ScalingResult
	Failure string
}

// Summary writes a line for each analysis, and why those failed that have no figures.
func Summary(w io.Writer, c *Collection) error {
	var t table
	t.add("data", "output", "preparation", "method", "N", "T", "R²", "ρ", "ρ√N", "D_fit/D_x", "γ")
	var failed []Entry
	for _, e := range c.Entries {
		if e.Result == nil {
			failed = append(failed, e)
			continue
		}
		r := e.Result
		gamma := ""
		if r.Neurons.Sizes != nil {
			gamma = number(r.Exponent.Value)
		}
		t.add(e.Data, e.Output, e.Prepare, e.Method, fmt.Sprint(r.Data.NNeurons), fmt.Sprint(r.Data.NTime),
			number(r.R2), number(r.Rho), number(r.RhoSqrtN), number(r.Relative), gamma)
	}
	if len(t.rows) > 1 {
		t.write(w)
	}
	if len(failed) > 0 {
		fmt.Fprintf(w, "\n%d of %d have no result:\n", len(failed), len(c.Entries))
	}
	for _, e := range failed {
		fmt.Fprintf(w, "  %s: %s\n", recording.Printable(strings.Join(nonEmpty(e.Data, e.Output, e.Prepare, e.Method), ", ")),
			recording.Printable(e.Failure))
	}
	return nil
}

package regime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"oblique/loaders/recording"
	"oblique/regime/ridge"

	"gonum.org/v1/gonum/mat"
)

// CompareOptions say how recordings are compared. The zero value is the default.
type CompareOptions struct {
	Fit Options `json:"fit"`
	// Draws of matched subsamples from each recording; 0 means 100, −1 none.
	Draws int `json:"draws"`
	// N is the number of neurons of a matched subsample, and EffectiveT its number of independent time points; 0
	// means what the smallest recording has.
	N          int     `json:"n"`
	EffectiveT float64 `json:"effective_time"`
}

// A Group is recordings that belong together, such as the sessions of one kind of experiment.
type Group struct {
	Name       string
	Recordings []*recording.Recording
	// Results are of recordings that were analysed before and are not at hand. They are shown as they are; no subsample of
	// theirs can be drawn.
	Results []*Result
}

// A Comparison is several recordings side by side: each as it is, and all at the same number of neurons and of
// independent time points.
type Comparison struct {
	SchemaVersion int          `json:"schema_version"`
	Groups        []string     `json:"groups"`
	Recordings    []Compared   `json:"recordings"`
	Matched       Matched      `json:"matched"`
	Differences   []Difference `json:"differences"`
	// Caveats are what cannot be concluded, in sentences.
	Caveats    []string       `json:"caveats"`
	Provenance map[string]any `json:"provenance"`
}

// Compared is one recording of a comparison.
type Compared struct {
	Group  string  `json:"group"`
	Result *Result `json:"result"`
	// Draws of matched subsamples: one value each. R2 is held-out under Crossval, in-sample under Paper. None of a
	// finished result.
	Draws MatchedDraws `json:"matched_draws"`
}

// MatchedDraws are the figures of matched subsamples of one recording.
type MatchedDraws struct {
	Rows     int      `json:"rows"` // of a subsample, so that it has the common number of independent ones
	R2       []Number `json:"r2"`
	Rho      []Number `json:"rho"`
	PR       []Number `json:"participation_ratio"`
	Relative []Number `json:"relative_fit_dim"`
}

func newMatchedDraws(rows, draws int) MatchedDraws {
	return MatchedDraws{Rows: rows, R2: make([]Number, draws), Rho: make([]Number, draws), PR: make([]Number, draws), Relative: make([]Number, draws)}
}

// Matched is the common size of matched subsamples.
type Matched struct {
	N          int    `json:"n"`
	EffectiveT Number `json:"effective_time"`
	Draws      int    `json:"draws"`
}

// Compare analyses each recording, and matched subsamples of each: random neurons, and a random stretch of consecutive
// rows as long as holds the common number of independent ones, T/τ with τ the CorrelationTime. Groups are then
// compared on those: see Difference; those of one name are one. Results that are finished are put beside them. A recording
// that is a Stream is compared as it is, with Draws −1. Errors are those of Fit, with the recording's name, and ErrStreamed.
func Compare(ctx context.Context, groups []Group, o CompareOptions, rng *rand.Rand) (*Comparison, error) {
	var err error
	if o.Fit, err = o.Fit.Resolved(); err != nil {
		return nil, err
	}
	switch {
	case o.Draws == 0:
		o.Draws = 100
	case o.Draws < 0:
		o.Draws = 0
	}
	if err := copyable(groups, o.Draws); err != nil {
		return nil, err
	}
	if rng == nil {
		rng = rand.New(rand.NewPCG(0, 0))
	}
	c := &comparison{ctx: ctx, options: o, result: &Comparison{SchemaVersion: SchemaVersion, Caveats: []string{}, Provenance: map[string]any{}}}
	for _, g := range groups {
		if !slices.Contains(c.result.Groups, g.Name) {
			c.result.Groups = append(c.result.Groups, g.Name)
		}
		for _, r := range g.Recordings {
			whole, err := Fit(ctx, r, o.Fit, rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64())))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Source.Name, err)
			}
			c.result.Recordings = append(c.result.Recordings, Compared{Group: g.Name, Result: whole})
			c.recordings = append(c.recordings, r)
		}
		for _, finished := range g.Results {
			c.result.Recordings = append(c.result.Recordings, Compared{Group: g.Name, Result: finished, Draws: newMatchedDraws(0, 0)})
			c.recordings = append(c.recordings, nil)
		}
	}
	if len(c.recordings) == 0 {
		return nil, fmt.Errorf("regime: %w: nothing to compare", ErrOptions)
	}
	if err := c.match(rng); err != nil {
		return nil, err
	}
	c.differences(rng)
	c.caveats()
	return c.result, nil
}

// copyable refuses to draw matched subsamples, which are copied at random, of activity that is read in blocks.
func copyable(groups []Group, draws int) error {
	for _, g := range groups {
		for _, r := range g.Recordings {
			if draws > 0 && r.X == nil && r.Stream != nil {
				return fmt.Errorf("%s: regime: %w: %w", r.Source.Name, ErrOptions, ErrStreamed)
			}
		}
	}
	return nil
}

// ErrStreamed is wrapped by Compare's error if matched subsamples are asked for of activity that is not in memory.
var ErrStreamed = errors.New("matched subsamples need the activity in memory")

// A comparison is the work on several recordings.
type comparison struct {
	ctx        context.Context
	options    CompareOptions
	recordings []*recording.Recording // in the order of the result's; nil for one that is finished
	result     *Comparison
}

// match draws subsamples of the common size from each recording and analyses them.
func (c *comparison) match(rng *rand.Rand) error {
	m := &c.result.Matched
	m.N, m.EffectiveT, m.Draws = c.options.N, Number(c.options.EffectiveT), c.options.Draws
	taus := make([]float64, len(c.recordings))
	for i, r := range c.recordings {
		if r == nil {
			continue
		}
		t, n, _ := r.Dims()
		var err error
		if taus[i], err = activityTime(r); err != nil {
			return fmt.Errorf("%s: %w", r.Source.Name, err)
		}
		if c.options.N == 0 && (m.N == 0 || n < m.N) {
			m.N = n
		}
		if effective := Number(float64(t) / taus[i]); c.options.EffectiveT == 0 && (m.EffectiveT == 0 || effective < m.EffectiveT) {
			m.EffectiveT = effective
		}
	}
	if m.N == 0 {
		m.Draws = 0 // there are only finished results
	}
	for i, r := range c.recordings {
		if r == nil {
			continue
		}
		t, n, _ := r.Dims()
		rows := min(t, int(math.Round(float64(m.EffectiveT)*taus[i])))
		if m.N > n || float64(m.EffectiveT)*taus[i] > float64(t)*1.001 {
			return fmt.Errorf("%s: regime: %w: a matched subsample of %d neurons and %.0f rows, of %d neurons and %d rows",
				r.Source.Name, ErrOptions, m.N, float64(m.EffectiveT)*taus[i], n, t)
		}
		if err := c.draw(&c.result.Recordings[i], r, rows, rng); err != nil {
			return fmt.Errorf("%s: matched: %w", r.Source.Name, err)
		}
	}
	return nil
}

// activityTime is the correlation time of activity, by the sketch that Fit takes it from; 1 where that is undefined, as Fit has it.
func activityTime(r *recording.Recording) (float64, error) {
	v, _, err := ridge.NewView(r)
	if err != nil {
		return 0, err
	}
	x, err := sketch(v)
	if err != nil {
		return 0, err
	}
	tau := CorrelationTime(x, r.Trials)
	if math.IsNaN(tau) {
		return 1, nil
	}
	return tau, nil
}

// draw analyses matched subsamples of one recording. One that has no figure, because its behaviour happens not to
// change, is undefined. Which rows and neurons they have is drawn first; each is copied when its turn comes. Subsamples that are all the
// whole recording are one.
func (c *comparison) draw(e *Compared, r *recording.Recording, rows int, rng *rand.Rand) error {
	t, n, _ := r.Dims()
	e.Draws = newMatchedDraws(rows, c.options.Draws)
	from, neurons := make([]int, c.options.Draws), make([][]int, c.options.Draws)
	for i := range from {
		from[i], neurons[i] = rng.IntN(t-rows+1), draw(rng, n, c.result.Matched.N)
	}
	distinct := c.options.Draws
	if rows == t && c.result.Matched.N == n {
		distinct = min(1, distinct)
	}
	quick := c.options.Fit
	quick.Bootstrap, quick.Shifts, quick.Readouts, quick.TimeSubsamples, quick.Progress = -1, -1, -1, -1, nil
	f := &fit{ctx: c.ctx, options: c.options.Fit}
	err := f.parallel("matched subsamples of "+r.Source.Name, distinct, func(i int) error {
		res, err := Fit(c.ctx, subsample(r, from[i], rows, neurons[i]), quick, nil)
		if err != nil {
			e.Draws.set(i, Undefined, Undefined, Undefined, Undefined)
			return c.ctx.Err()
		}
		e.Draws.set(i, res.R2, res.Rho, res.PR, res.Relative)
		return nil
	})
	for i := distinct; i < c.options.Draws; i++ {
		e.Draws.set(i, e.Draws.R2[0], e.Draws.Rho[0], e.Draws.PR[0], e.Draws.Relative[0])
	}
	return err
}

func (d *MatchedDraws) set(i int, r2, rho, pr, relative Number) {
	d.R2[i], d.Rho[i], d.PR[i], d.Relative[i] = r2, rho, pr, relative
}

// subsample copies some neurons of consecutive rows. Trials are cut at its ends.
func subsample(r *recording.Recording, from, rows int, cols []int) *recording.Recording {
	_, _, d := r.Dims()
	x := mat.NewDense(rows, len(cols), nil)
	for i := range rows {
		row, out := r.X.RawRowView(from+i), x.RawRowView(i)
		for j, c := range cols {
			out[j] = row[c]
		}
	}
	sub := &recording.Recording{Source: r.Source, Kind: r.Kind, X: x, Y: mat.DenseCopyOf(r.Y.Slice(from, from+rows, 0, d)),
		Bin: r.Bin, Smooth: r.Smooth, Lag: r.Lag}
	for _, tr := range r.Trials {
		cut := recording.Range{From: max(tr.From, from) - from, To: min(tr.To, from+rows) - from}
		if cut.Len() > 0 {
			sub.Trials = append(sub.Trials, cut)
		}
	}
	return sub
}

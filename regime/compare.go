package regime

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

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
	// Draws of matched subsamples: one value each. R2 is held-out under Crossval, in-sample under Paper.
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

// Matched is the common size of matched subsamples.
type Matched struct {
	N          int    `json:"n"`
	EffectiveT Number `json:"effective_time"`
	Draws      int    `json:"draws"`
}

// A Difference is that of the mean figure of two groups, A − B, at matched size, with the interval of a
// hierarchical bootstrap: groups' recordings first, their draws within.
type Difference struct {
	Metric string   `json:"metric"`
	A      string   `json:"a"`
	B      string   `json:"b"`
	Value  Number   `json:"value"`
	CI     Interval `json:"ci95"`
}

// Compare analyses each recording, and matched subsamples of each: random neurons, and a random stretch of consecutive
// rows as long as holds the common number of independent ones, T/τ with τ the CorrelationTime. Groups are then
// compared on those. Errors are those of Fit, with the recording's name.
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
	if rng == nil {
		rng = rand.New(rand.NewPCG(0, 0))
	}
	c := &comparison{ctx: ctx, options: o, result: &Comparison{SchemaVersion: SchemaVersion, Caveats: []string{}, Provenance: map[string]any{}}}
	for _, g := range groups {
		c.result.Groups = append(c.result.Groups, g.Name)
		for _, r := range g.Recordings {
			if r.X == nil && r.Stream != nil {
				return nil, fmt.Errorf("%s: regime: %w: a comparison needs the activity in memory", r.Source.Name, ErrOptions)
			}
			whole, err := Fit(ctx, r, o.Fit, rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64())))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Source.Name, err)
			}
			c.result.Recordings = append(c.result.Recordings, Compared{Group: g.Name, Result: whole})
			c.recordings = append(c.recordings, r)
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

// A comparison is the work on several recordings.
type comparison struct {
	ctx        context.Context
	options    CompareOptions
	recordings []*recording.Recording
	result     *Comparison
}

// match draws subsamples of the common size from each recording and analyses them.
func (c *comparison) match(rng *rand.Rand) error {
	m := &c.result.Matched
	m.N, m.EffectiveT, m.Draws = c.options.N, Number(c.options.EffectiveT), c.options.Draws
	taus := make([]float64, len(c.recordings))
	for i, r := range c.recordings {
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
	for i, r := range c.recordings {
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

// activityTime is the correlation time of activity, by the sketch that Fit takes it from.
func activityTime(r *recording.Recording) (float64, error) {
	v, _, err := ridge.NewView(r)
	if err != nil {
		return 0, err
	}
	x, err := sketch(v)
	if err != nil {
		return 0, err
	}
	return CorrelationTime(x, r.Trials), nil
}

// draw analyses matched subsamples of one recording. One that has no figure, because its behaviour happens not to
// change, is undefined.
func (c *comparison) draw(e *Compared, r *recording.Recording, rows int, rng *rand.Rand) error {
	t, n, _ := r.Dims()
	draws := c.options.Draws
	e.Draws = MatchedDraws{Rows: rows, R2: make([]Number, draws), Rho: make([]Number, draws), PR: make([]Number, draws), Relative: make([]Number, draws)}
	quick := c.options.Fit
	quick.Bootstrap, quick.Shifts, quick.Readouts, quick.TimeSubsamples, quick.Progress = -1, -1, -1, -1, nil
	samples := make([]*recording.Recording, draws)
	for i := range samples {
		samples[i] = subsample(r, rng.IntN(t-rows+1), rows, draw(rng, n, c.result.Matched.N))
	}
	f := &fit{ctx: c.ctx, options: c.options.Fit}
	return f.parallel("matched subsamples of "+r.Source.Name, draws, func(i int) error {
		res, err := Fit(c.ctx, samples[i], quick, nil)
		if err != nil {
			e.Draws.R2[i], e.Draws.Rho[i], e.Draws.PR[i], e.Draws.Relative[i] = Undefined, Undefined, Undefined, Undefined
			return c.ctx.Err()
		}
		e.Draws.R2[i], e.Draws.Rho[i], e.Draws.PR[i], e.Draws.Relative[i] = res.R2, res.Rho, res.PR, res.Relative
		return nil
	})
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

// metrics of a comparison, by their JSON keys.
var metrics = []struct {
	name string
	of   func(MatchedDraws) []Number
}{
	{"r2", func(d MatchedDraws) []Number { return d.R2 }},
	{"rho", func(d MatchedDraws) []Number { return d.Rho }},
	{"participation_ratio", func(d MatchedDraws) []Number { return d.PR }},
	{"relative_fit_dim", func(d MatchedDraws) []Number { return d.Relative }},
}

// bootstrapDraws of the hierarchical bootstrap.
const bootstrapDraws = 2000

// differences compares every pair of groups on every metric.
func (c *comparison) differences(rng *rand.Rand) {
	if c.options.Draws == 0 {
		return
	}
	groups := c.result.Groups
	for i := range groups {
		for j := range i {
			for _, m := range metrics {
				a, b := c.values(groups[j], m.of), c.values(groups[i], m.of)
				d := Difference{Metric: m.name, A: groups[j], B: groups[i], Value: Undefined, CI: undefinedInterval}
				if a != nil && b != nil {
					d.Value = Number(meanOfMeans(a) - meanOfMeans(b))
					boot := make([]float64, bootstrapDraws)
					for k := range boot {
						boot[k] = resampledMean(rng, a) - resampledMean(rng, b)
					}
					d.CI = central95(boot)
				}
				c.result.Differences = append(c.result.Differences, d)
			}
		}
	}
}

// values returns the defined draws of each recording of a group, or nil if one has none.
func (c *comparison) values(group string, of func(MatchedDraws) []Number) [][]float64 {
	var all [][]float64
	for _, e := range c.result.Recordings {
		if e.Group != group {
			continue
		}
		var defined []float64
		for _, v := range of(e.Draws) {
			if v.Defined() {
				defined = append(defined, float64(v))
			}
		}
		if defined == nil {
			return nil
		}
		all = append(all, defined)
	}
	return all
}

func meanOfMeans(sessions [][]float64) float64 {
	var sum float64
	for _, draws := range sessions {
		var mean float64
		for _, v := range draws {
			mean += v / float64(len(draws))
		}
		sum += mean / float64(len(sessions))
	}
	return sum
}

// resampledMean draws sessions with replacement, and one matched subsample of each: a draw is as large a sample as the
// comparison is about, so that averaging several would understate its spread.
func resampledMean(rng *rand.Rand, sessions [][]float64) float64 {
	var sum float64
	for range sessions {
		draws := sessions[rng.IntN(len(sessions))]
		sum += draws[rng.IntN(len(draws))] / float64(len(sessions))
	}
	return sum
}

// caveats says what cannot be concluded.
func (c *comparison) caveats() {
	say := func(format string, args ...any) {
		c.result.Caveats = append(c.result.Caveats, fmt.Sprintf(format, args...))
	}
	for _, g := range c.result.Groups {
		count := 0
		for _, e := range c.result.Recordings {
			if e.Group == g {
				count++
			}
		}
		if caveat := GroupCaveat(g, count); caveat != "" && len(c.result.Groups) > 1 {
			say("%s", caveat)
		}
	}
	bins, smoothing := map[string][]string{}, map[string][]string{}
	for i, r := range c.recordings {
		name := c.result.Recordings[i].Result.Data.Name
		width := "unknown width"
		if r.Bin > 0 {
			width = r.Bin.String()
		}
		bins[width] = append(bins[width], name)
		smoothing[r.Smooth.String()] = append(smoothing[r.Smooth.String()], name)
	}
	if len(bins) > 1 {
		say("Time bins differ (%s): wider bins average noise away and raise R² and ρ.", spell(bins))
	}
	if len(smoothing) > 1 {
		say("Smoothing differs (%s): it lowers the dimension of activity and raises ρ.", spell(smoothing))
	}
	for _, e := range c.result.Recordings {
		name := e.Result.Data.Name
		if d := e.Result.Data; c.options.Draws > 0 && len(c.recordings) > 1 && e.Draws.Rows == d.NTime && c.result.Matched.N == d.NNeurons {
			say("%s has the matched size itself: its draws are all the same, so that intervals of differences count none of its own uncertainty.", name)
		}
		for _, caveat := range e.Result.Caveats() {
			say("%s: %s", name, caveat)
		}
		if e.Result.DFit == 0 {
			say("%s: the fitting dimension is undefined.", name)
		}
	}
}

// spell lists the names under each value, in the order of the values.
func spell(byValue map[string][]string) string {
	var parts []string
	for value, names := range byValue {
		parts = append(parts, value+": "+strings.Join(names, ", "))
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

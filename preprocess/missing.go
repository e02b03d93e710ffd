package preprocess

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"oblique/loaders/recording"
)

// dropMissing refuses missing activity, or ends stretches where it is. Activity in a file is looked at
// only if rows are to be dropped: otherwise the analysis checks it as it reads.
func (p *plan) dropMissing() error {
	if p.s.Activity != nil && p.s.Activity.Stream != nil && p.o.NaN == Refuse {
		return nil
	}
	gaps := make([]*gap, len(p.pieces))
	err := parallel(len(p.pieces), func(i int) (err error) {
		gaps[i], err = p.src.missing(p.pieces[i])
		return err
	})
	if err != nil {
		return err
	}
	var kept []piece
	for i, q := range p.pieces {
		g := gaps[i]
		if g == nil {
			kept = append(kept, q)
			continue
		}
		if p.o.NaN == Refuse {
			k := q.within.From + slices.Index(g.bins, true)
			return fmt.Errorf("preprocess: %w: %s %s in bin %d of trial or run %d%s (--nan drop leaves such rows out)",
				recording.ErrNumber, p.unitName(g.unit), g.why, k-q.within.From, i, p.at(q, k))
		}
		before := q.rows()
		for _, r := range present(g.bins) {
			part := q
			part.within = recording.Range{From: q.within.From + r.From, To: q.within.From + r.To}
			part.from, part.to = max(q.from, part.within.From), min(q.to, part.within.To)
			if part.from < part.to {
				kept = append(kept, part)
				before -= part.rows()
			}
		}
		p.dropped += before
	}
	p.pieces = kept
	return p.anyLeft()
}

func (p *plan) anyLeft() error {
	if len(p.pieces) == 0 {
		return fmt.Errorf("preprocess: %w: every row misses a value", recording.ErrEmpty)
	}
	return nil
}

// present returns the stretches in which nothing is missing.
func present(missing []bool) []recording.Range {
	var runs []recording.Range
	for i, m := range missing {
		switch {
		case m:
		case i == 0 || missing[i-1]:
			runs = append(runs, recording.Range{From: i, To: i + 1})
		default:
			runs[len(runs)-1].To = i + 1
		}
	}
	return runs
}

// at says when bin k of a piece begins, if that is known.
func (p *plan) at(q piece, k int) string {
	if p.grid.unit == 0 {
		return ""
	}
	return ", at " + timeText(p.grid.time(q.origin+float64(k)*p.grid.width)) + " s"
}

// timeText writes a time to the microsecond, counted from 1970 as well.
func timeText(seconds float64) string {
	return strconv.FormatFloat(math.Round(seconds*1e6)/1e6, 'f', -1, 64)
}

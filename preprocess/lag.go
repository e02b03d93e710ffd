package preprocess

import (
	"fmt"
	"math"
	"time"

	"oblique/loaders/recording"
)

// checkLag returns an error if behaviour that is sampled with the rows of the file would have to be
// shifted by part of a row. Signals with a time axis of their own are read off at any lag.
func checkLag(lag time.Duration, g grid, onGrid bool) error {
	if lag == 0 {
		return nil
	}
	if g.unit == 0 {
		return fmt.Errorf("preprocess: lag %v: %w: say it, such as --file-bin 45ms", lag, ErrWidth)
	}
	rows := lag.Seconds() / g.unit
	if onGrid && math.Abs(rows-math.Round(rows)) > 1e-6 {
		own := seconds(g.unit)
		below := time.Duration(math.Floor(rows)) * own
		return fmt.Errorf("preprocess: lag %v: behaviour comes in the file's bins of %v, so the lag must be a multiple of it, such as %v or %v",
			lag, own, below, below+own)
	}
	return nil
}

// lagged returns the bins whose behaviour, lag later, still lies within the same bins: for bins of
// width w, k ≥ From + max(0, −lag)/w and k < To − max(0, lag)/w. It may be empty.
func lagged(within recording.Range, lag, width float64) recording.Range {
	from := within.From + ceil(max(0, -lag)/width)
	to := within.To - ceil(max(0, lag)/width)
	return recording.Range{From: from, To: max(from, to)}
}

// ceil rounds a number of bins up, unless it is a whole number but for rounding. What exceeds any recording
// stays there.
func ceil(bins float64) int {
	const slack = 1e-6
	return int(math.Ceil(max(-maxBins, min(bins, maxBins)) - slack))
}
